"""The whole house among providers and agencies: gunicorn, workers, what can be killed, and the time that passes."""

import os
import random
import signal
import time
from collections.abc import Iterator, Mapping, Sequence
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from sqlalchemy import text

from domain.bills import Bill
from infra import settings
from infra.embedded import StoreUrls
from infra.embedded_process import wait_until
from infra.queue import defer
from services.refunds import CARRY_OUT
from services.settling import SETTLE
from services.writeoffs.posting import ROUND
from tests.processes import Running, children, free_port, get, process
from tests.providers.bankrig import DemoRig
from tests.providers.rigs import EcRig, JkoRig, LineRig, Rig
from tests.soak.money.browser import Browser
from tests.soak.money.outside import Outside, Page
from tests.soak.money.process import TROUBLE
from tests.webhook.house import environment
from wiring import House

UP_SECONDS = 180.0
CONNECTIONS = 40  # of the test itself: citizens, staff, the clock
QUICKER = "5 seconds"  # by so much attempts are asked about earlier, each second of a run
STEPS = (1.2, 1.2, 10, *[35] * 5, *[24 * 60] * 15)  # minutes that pass
# What somebody is at this moment is passed over: it is not waited for, and no deadlock comes of it.
EARLIER = (
    """UPDATE attempt SET started_at = started_at - make_interval(secs => :seconds),
    ended_at = ended_at - make_interval(secs => :seconds), expires_at = expires_at - make_interval(secs => :seconds),
    next_ask_at = next_ask_at - make_interval(secs => :seconds)
    WHERE id IN (SELECT id FROM attempt WHERE next_ask_at IS NOT NULL FOR UPDATE SKIP LOCKED)""",
    """UPDATE refund SET sent_at = sent_at - make_interval(secs => :seconds),
    next_look_at = next_look_at - make_interval(secs => :seconds)
    WHERE id IN (SELECT id FROM refund WHERE ended_at IS NULL FOR UPDATE SKIP LOCKED)""",
    """UPDATE demobank.trade SET expires_at = expires_at - make_interval(secs => :seconds),
    decided_at = decided_at - make_interval(secs => :seconds)""",
    """UPDATE write_off SET next_try_at = next_try_at - make_interval(secs => :seconds)
    WHERE id IN (SELECT id FROM write_off WHERE next_try_at IS NOT NULL FOR UPDATE SKIP LOCKED)""",
    """UPDATE agency SET next_round_at = next_round_at - make_interval(secs => :seconds)
    WHERE id IN (SELECT id FROM agency FOR UPDATE SKIP LOCKED)""",
)
HURRY = """
UPDATE attempt SET next_ask_at = next_ask_at - CAST(:by AS interval) WHERE id IN (SELECT id FROM attempt
    WHERE state IN ('started', 'unknown') AND next_ask_at > now() FOR UPDATE SKIP LOCKED)
"""
# Of refunds ECPay tells nobody: an unclear one waits for staff.
OPEN = """
SELECT (SELECT count(*) FROM attempt WHERE next_ask_at IS NOT NULL),
    (SELECT count(*) FROM refund WHERE next_look_at IS NOT NULL AND NOT (provider = 'ecpay' AND state = 'unknown')),
    (SELECT count(*) FROM write_off WHERE next_try_at IS NOT NULL)
"""
IN_HAND = """
SELECT count(*) FROM procrastinate_jobs job WHERE task_name = ANY(:names) AND (status = 'todo' OR (status = 'doing'
    AND EXISTS (SELECT FROM procrastinate_events WHERE job_id = job.id AND type = 'started'
        AND at > now() - interval '5 seconds')))
"""


@dataclass
class BankRig(DemoRig):
    """The trial bank's own side, under the secret that it shares with the house."""

    bank: Any = None

    def __post_init__(self) -> None:
        self.provider = self.bank
        self.provider.notify = lambda number: True  # the citizens' world delivers them


class Town:
    """The house, its processes, and all who are outside."""

    def __init__(self, inside: ExitStack, urls: StoreUrls, var: Path, *, seed: int, webs: int, workers: int) -> None:
        self.outside = Outside(inside)
        self.port = free_port()
        self._inside = inside
        self._trouble = var / "trouble"
        self._chance = random.Random(seed)
        self._hurried = 0.0
        self._settings = environment(urls, var, line_url=self.outside.line.url, port=self.port) | {
            **self.outside.settings(),
            "PAYBILL_CITIES": "",
            "FORWARDED_ALLOW_IPS": "127.0.0.1",
            "WEB_CONCURRENCY": str(webs),
            TROUBLE: str(self._trouble),
        }
        self.house = House(settings.load(self._settings), urls, connections=CONNECTIONS, name="soak")
        inside.callback(self.house.engine.dispose)
        self.rigs: Mapping[str, Rig] = self._rigs()
        self._let_agencies_in()
        arguments = ["-m", "gunicorn", "-c", "gunicorn.conf.py", "tests.soak.money.process:create_app()"]
        self._web = inside.enter_context(process(arguments, self._settings))
        self._workers = [self._start_worker() for _ in range(workers)]
        assert wait_until(lambda: get(self.port, "/healthz")[0] == 200, UP_SECONDS), self._web.output
        assert all(worker.says("worker_started", UP_SECONDS) for worker in self._workers)

    # Trouble

    def trouble(self, on: bool) -> None:
        """From now on calls go wrong now and then, or none does."""
        self._trouble.touch() if on else self._trouble.unlink(missing_ok=True)
        self.outside.trouble(on, random.Random(self._chance.random()))

    def kill(self) -> str:
        """SIGKILL for a worker, or for one of the web's processes, whose parent starts another. Which it was."""
        webs = list(children(self._web.process.pid))
        if webs and self._chance.random() < 0.5:
            os.kill(self._chance.choice(webs), signal.SIGKILL)
            return "web"
        dead = self._workers.pop(self._chance.randrange(len(self._workers)))
        dead.process.kill()
        dead.process.wait(UP_SECONDS)
        self._workers.append(self._start_worker())
        return "worker"

    # Time

    def hurry(self) -> None:
        """At most once a second: attempts are asked about sooner than their time; nothing else is older for it."""
        if time.monotonic() < self._hurried + 1:
            return
        self._hurried = time.monotonic()
        self.run(HURRY, by=QUICKER)

    def let_pass(self, minutes: float) -> None:
        """Let everything of the money have happened so much earlier, here and outside."""
        for statement in EARLIER:
            self.run(statement, seconds=minutes * 60)
        self.outside.let_pass(minutes)

    def until_all_is_known(self, seconds: float) -> int:
        """Time passes until nothing is to be asked, given back or told any more; in how many steps of it."""
        for number, minutes in enumerate(STEPS):
            self.until_quiet(seconds)
            if self.rows(OPEN) == [(0, 0, 0)]:
                return number
            self.let_pass(minutes)
        raise AssertionError(f"something is asked about for ever: {self.rows(OPEN)}")

    def until_quiet(self, seconds: float) -> None:
        """What is due is queued, as the schedule does it, and the workers have done it."""

        def quiet() -> bool:
            return not self.rows(IN_HAND, names=[SETTLE, CARRY_OUT, ROUND])[0][0] and not self._queue_what_is_due()

        assert wait_until(quiet, seconds), self.rows(OPEN)

    def _queue_what_is_due(self) -> int:
        house = self.house
        with house.unit() as uow:
            due = {
                (SETTLE, "attempt_id"): house.payments.due(uow),
                (CARRY_OUT, "refund_id"): house.refunds.due(uow),
                (ROUND, "agency_id"): house.write_off_post.due(uow),
            }
            for (task, name), ids in due.items():
                for one in ids:
                    defer(uow, task, **{name: str(one)})
        return sum(map(len, due.values()))

    # Citizens' and providers' ways in

    def take(self, page: Page, more: int) -> None:
        """The provider takes what was asked for, and `more` NT$, unless it has taken it."""
        rig, own = self.rigs[page.provider], self.outside.providers.get(page.provider)
        trade = own.trades[page.number] if own else self.house.bank.trade(page.number)
        if trade is not None and rig.taken(page.number) == 0:
            rig.take(page.number, trade.amount + more)

    def notify(self, provider: str, headers: Mapping[str, str], body: bytes) -> None:
        """A provider's server tells ours, once; whether it was heard or not."""
        server = Browser(self.port)
        server.ask("POST", f"/pay/notify/{provider}", body, headers)
        server.close()

    def bill(self, bills: Sequence[Bill]) -> None:
        """Agencies give us these."""
        self.run(
            "INSERT INTO ledger_bill (number, agency, plate, plate_key, kind, car_type, fee_item, deadline, amount,"
            " pay_amount) SELECT number, agency, 'AJH-6023', 'AJH6023', 'car', 'C', 'parking', :deadline, owed, owed"
            " FROM unnest(CAST(:numbers AS text[]), CAST(:agencies AS text[]), CAST(:amounts AS int[]))"
            " AS given (number, agency, owed)",
            deadline=bills[0].deadline,
            numbers=[one.number for one in bills],
            agencies=[one.agency for one in bills],
            amounts=[one.amount for one in bills],
        )

    # The database

    def rows(self, query: str, **values: Any) -> list[Any]:
        """What the database answers."""
        with self.house.engine.connect() as connection:
            return [tuple(row) for row in connection.execute(text(query), values)]

    def run(self, statement: str, **values: Any) -> None:
        """Do it."""
        with self.house.engine.begin() as connection:
            connection.execute(text(statement), values)

    def _start_worker(self) -> Running:
        return self._inside.enter_context(process(["-m", "tests.soak.money.process"], self._settings))

    def _let_agencies_in(self) -> None:
        for code, agency in self.outside.agencies.items():
            self.run("INSERT INTO ledger_agency (code) VALUES (:code)", code=code)
            with self.house.unit() as uow:
                self.house.agencies.add(uow, code, "交通局", staff="anna")
                agency.secret = self.house.agencies.set_webhook(uow, code, agency.address, staff="anna") or ""

    def _rigs(self) -> Mapping[str, Rig]:
        outside, providers = self.outside, self.house.providers
        return {
            "linepay": LineRig(outside.linepay, providers["linepay"]),  # type: ignore[arg-type]
            "ecpay": EcRig(outside.ecpay, providers["ecpay"]),  # type: ignore[arg-type]
            "jkopay": JkoRig(outside.jkopay, providers["jkopay"]),  # type: ignore[arg-type]
            "demobank": BankRig(self.house.engine, self.house.clock, self.house.bank),  # type: ignore[arg-type]
        }


@contextmanager
def town(urls: StoreUrls, var: Path, **how: int) -> Iterator[Town]:
    """A town; everything started inside is stopped after."""
    with ExitStack() as inside:
        yield Town(inside, urls, var, **how)
