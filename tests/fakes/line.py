"""The strict fake of LINE: the console's checking core behind a fast loopback server, with faults and webhooks.

    with FakeLine(webhook_url="http://127.0.0.1:8000/callback") as line:
        user = line.user(language="en")
        line.send(line.events.text(user, "待繳"))
        delivery, = line.wait_deliveries(user, 1)
        assert delivery.messages()[0]["type"] == "flex"

Point LINE_API_URL and LINE_DATA_API_URL at `line.url`. As a process of its own: `python -m tests.fakes.line --port N`
(tests/fakes/line_control.py tells how to steer it).
"""

import argparse
import asyncio
import signal
import threading
from collections import Counter
from collections.abc import Coroutine, Mapping, Sequence
from typing import Any, Self, TypeVar

from domain.clock import Clock
from infra.clock import SystemClock
from tests.fakes.line_control import answer_control
from tests.fakes.line_faults import Fault, Faults
from tests.fakes.line_server import Connection
from tests.fakes.line_webhooks import Sent, Webhooks
from web.console.lineapi.errors import Answer
from web.console.lineapi.events import Event, Events, sign, user_id
from web.console.lineapi.memory import Delivery, Memory, User
from web.console.lineapi.platform import Checks, LinePlatform

__all__ = ["FakeLine", "Fault", "Sent"]

CHANNEL_SECRET = "fake-channel-secret"
ACCESS_TOKEN = "fake-access-token"
DEADLINE_SECONDS = 10.0

T = TypeVar("T")


class FakeLine:
    """LINE on 127.0.0.1. A context manager; everything public may be called from any thread.

    `checks="light"` leaves out the check of the messages, `keeps_bodies=False` their bodies (benchmarks).
    `strangers=False` refuses user ids that never wrote, as LINE does with unknown ones.
    """

    def __init__(
        self,
        *,
        webhook_url: str = "",
        channel_secret: str = CHANNEL_SECRET,
        access_token: str = ACCESS_TOKEN,
        checks: Checks = "full",
        keeps_bodies: bool = True,
        strangers: bool = False,
        port: int = 0,
        clock: Clock | None = None,
        own_hosts: frozenset[str] = frozenset(),
        seed: int = 0,
    ) -> None:
        self.channel_secret = channel_secret
        self.access_token = access_token
        self.memory = Memory(keeps_bodies=keeps_bodies)
        self.platform = LinePlatform(
            access_token=access_token,
            clock=clock or SystemClock(),
            memory=self.memory,
            own_hosts=own_hosts,
            checks=checks,
            strangers=strangers,
        )
        self.events = Events(self.platform)
        self.faults = Faults(seed)
        self.webhooks = Webhooks(webhook_url, channel_secret, self.events)
        self.calls: Counter[tuple[str, str, int]] = Counter()
        self.port = port
        self._loop = asyncio.new_event_loop()
        self._thread = threading.Thread(target=self._loop.run_forever, name="fake-line", daemon=True)
        self._server: asyncio.Server | None = None
        self._connections: set[Connection] = set()

    @property
    def url(self) -> str:
        """The address for LINE_API_URL and LINE_DATA_API_URL."""
        return f"http://127.0.0.1:{self.port}"

    def __enter__(self) -> Self:
        self._thread.start()
        self._run(self._start())
        return self

    def __exit__(self, *exc: object) -> None:
        self._run(self._stop())
        self._loop.call_soon_threadsafe(self._loop.stop)
        self._thread.join()
        self._loop.close()

    async def _start(self) -> None:
        def connection() -> Connection:
            return Connection(self._answer, self._control, self.faults, self._connections)

        self._server = await self._loop.create_server(connection, "127.0.0.1", self.port, backlog=1024)
        self.port = self._server.sockets[0].getsockname()[1]

    async def _stop(self) -> None:
        assert self._server
        self._server.close()
        for connection in list(self._connections):
            if connection.transport:
                connection.transport.abort()
        await self._server.wait_closed()
        await self._loop.shutdown_asyncgens()

    def _run(self, work: Coroutine[Any, Any, T]) -> T:
        return asyncio.run_coroutine_threadsafe(work, self._loop).result()

    def _answer(self, method: str, target: str, headers: Mapping[str, str], body: bytes) -> Answer:
        answer = self.platform.answer(method, target, headers, body)
        self.calls[method, target.partition("?")[0], answer.status] += 1
        return answer

    async def _control(self, method: str, target: str, body: bytes) -> Answer:
        return await answer_control(self, method, target, body)

    def user(self, *, display_name: str = "市民", language: str | None = "zh-Hant") -> str:
        """The id of a new user who is a friend of the bot."""
        made = User(user_id(), display_name, language)
        self.memory.users[made.user_id] = made
        return made.user_id

    def send(self, *events: Event, copies: int = 1, marked: bool = False, redeliver_seconds: float = 0.0) -> list[Sent]:
        """One webhook call with these events; `copies` - 1 more of it follow, `marked` as redelivered or not."""
        again = [event | {"deliveryContext": {"isRedelivery": True}} for event in events] if marked else list(events)
        batches = [list(events), *[again] * (copies - 1)]
        results = self._run(self.webhooks.deliver_all(batches, concurrency=1, redeliver_seconds=redeliver_seconds))
        return [call for result in results for call in result]

    def send_all(
        self,
        batches: Sequence[Sequence[Event]],
        *,
        concurrency: int = 16,
        per_second: float | None = None,
        redeliver_seconds: float = 0.0,
    ) -> list[list[Sent]]:
        """Many webhook calls, one per batch, side by side; waits for all."""
        return self._run(
            self.webhooks.deliver_all(
                batches, concurrency=concurrency, per_second=per_second, redeliver_seconds=redeliver_seconds
            )
        )

    def post_raw(self, body: bytes, signature: str | None = "") -> Sent:
        """One webhook call with any bytes: rightly signed by default, unsigned with None."""
        right = sign(body, self.channel_secret) if signature == "" else signature

        async def post() -> Sent:
            async with self.webhooks.session(1) as session:
                return await self.webhooks.post(session, body, right)

        return self._run(post())

    @property
    def delivered(self) -> int:
        """Deliveries of all chats together."""
        with self.memory.changed:
            return sum(len(timeline) for timeline in self.memory.timelines.values())

    def deliveries(self, chat_id: str) -> list[Delivery]:
        """What one chat received, in order, duplicates included."""
        return self.memory.deliveries(chat_id)

    def messages(self, chat_id: str) -> list[dict[str, Any]]:
        """The same, message by message."""
        return [message for delivery in self.deliveries(chat_id) for message in delivery.messages()]

    def wait_deliveries(self, chat_id: str, count: int, seconds: float = DEADLINE_SECONDS) -> list[Delivery]:
        """Wait until a chat has received `count` calls. Raises TimeoutError with what came instead."""
        if not self.memory.wait_for(lambda: len(self.memory.deliveries(chat_id)) >= count, seconds):
            raise TimeoutError(f"{len(self.deliveries(chat_id))} of {count} deliveries after {seconds} s; {self.calls}")
        return self.deliveries(chat_id)

    def forget(self) -> None:
        """Empty the books; users stay known."""
        with self.memory.changed:
            self.memory.timelines.clear()
            self.calls.clear()


def main() -> None:
    """Serve until SIGTERM or SIGINT."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--port", type=int, required=True)
    parser.add_argument("--webhook-url", default="")
    parser.add_argument("--channel-secret", default=CHANNEL_SECRET)
    parser.add_argument("--access-token", default=ACCESS_TOKEN)
    parser.add_argument("--checks", choices=("full", "light"), default="full")
    parser.add_argument("--no-bodies", action="store_true", help="count deliveries, keep no bodies")
    parser.add_argument("--strangers", action="store_true", help="take every well-formed user id as known")
    given = parser.parse_args()
    line = FakeLine(
        webhook_url=given.webhook_url,
        channel_secret=given.channel_secret,
        access_token=given.access_token,
        checks=given.checks,
        keeps_bodies=not given.no_bodies,
        strangers=given.strangers,
        port=given.port,
    )
    stop = threading.Event()
    for number in (signal.SIGTERM, signal.SIGINT):
        signal.signal(number, lambda *_: stop.set())
    with line:
        print(line.url, flush=True)  # noqa: T201 - the parent waits for this line
        stop.wait()


if __name__ == "__main__":
    main()
