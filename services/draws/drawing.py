"""Drawing, once, from the bytes that were announced; and publishing what came out, after another program agreed."""

import subprocess
import sys
import tempfile
import uuid
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import timedelta
from itertools import chain, islice
from pathlib import Path
from typing import LiteralString

from sqlalchemy import select

from domain.draw.allocation import Status
from domain.draw.announcement import Announcement, parse_announcement
from domain.draw.beacon import BeaconValue
from domain.draw.coding import DrawFileError, is_rehearsal
from domain.draw.listing import DrawList, parse_list
from domain.draw.result import Ranked, Result, draw
from domain.draw.steps import ANY
from domain.draw.witness import Transcript
from domain.ports.randomness import Randomness
from domain.rounds import PHASE_NAMES, Phase, RoundRuleError, move_phase, places_of
from infra.database import UnitOfWork
from models.passes import PassEntry, PassRound
from services.draws import files
from services.draws.freezing import NotYetError
from services.passes.rounds import Rounds, note, round_now

PRESSED_ON_TIME = timedelta(minutes=5)  # later than this, whoever reads the audit is told how late
VERIFY_SECONDS = 300
COPIED_AT_ONCE = 5_000  # rows


@dataclass(frozen=True, slots=True)
class Drawn:
    """A draw that was made. `late`: how long after draw_at; the result is the same whenever it is pressed."""

    result: Result
    late: timedelta


class Drawing:
    """wiring gives the rounds and who checks beacon signatures."""

    def __init__(self, rounds: Rounds, randomness: Randomness) -> None:
        self._rounds = rounds
        self._randomness = randomness

    def needs(self, uow: UnitOfWork, draw_id: str) -> int | None:
        """The beacon round to fetch before draw(); None when witnesses alone decide.

        Raises NotYetError before draw_at, RoundRuleError when it is not announced or drawn already.
        """
        row = self._rounds.find(uow, draw_id)
        announced, _ = self._announced(uow, row)
        return announced.beacon_round if announced.source.uses_beacon else None

    def draw(
        self,
        uow: UnitOfWork,
        draw_id: str,
        value: BeaconValue | None,
        *,
        actor: str,
        transcript: Transcript | None = None,
    ) -> Drawn:
        """Draw from the announced bytes and keep result, ranks and places.

        Raises RoundRuleError: drawn already, not announced, round changed since, another beacon round, a signature
        that is not drand's; NotYetError before draw_at.
        """
        row = self._rounds.locked(uow, draw_id)
        announced, entries = self._announced(uow, row)
        row.phase = move_phase(Phase(row.phase), Phase.DRAWN)
        if value is not None and not self._randomness.is_true(value):
            raise RoundRuleError(f"公開亂數第 {value.number} 期的簽章不是 drand 的")
        try:
            result = draw(announced, entries, value, transcript)
        except DrawFileError as error:
            raise RoundRuleError(f"無法依公告抽籤（{error}）") from None
        if transcript is not None:
            files.keep(uow, draw_id, files.TRANSCRIPT, transcript.file)
        files.keep(uow, draw_id, files.RESULT, result.file)
        uow.session.flush()
        _keep_ranks(uow, row, result)
        late = round_now(uow, row) - row.draw_at
        said = int(late.total_seconds()) if late > PRESSED_ON_TIME else 0
        note(uow, "round.drawn", row, actor, {"result_sha256": result.sha256, "late_seconds": said})
        return Drawn(result, late)

    def publish(self, uow: UnitOfWork, draw_id: str, *, actor: str) -> None:
        """Put the result under /draws/, after the bound verifier found the exact bytes valid.

        Raises RoundRuleError for a rehearsal, before the draw, or when the verifier does not agree.
        """
        row = self._rounds.locked(uow, draw_id)
        row.phase = move_phase(Phase(row.phase), Phase.PUBLISHED)
        if is_rehearsal(draw_id):
            raise RoundRuleError("演練不會公開")
        said = verify(uow, draw_id)
        names = [files.RESULT]
        if files.content(uow, draw_id, files.TRANSCRIPT) is not None:
            names.append(files.TRANSCRIPT)
        files.publish(uow, draw_id, names)
        note(uow, "round.published", row, actor, {"checks": said.count("ok ")})

    def _announced(self, uow: UnitOfWork, row: PassRound) -> tuple[Announcement, DrawList]:
        """Announcement and list of a round that may be drawn now, and still is what was announced."""
        if row.phase in (Phase.DRAWN, Phase.PUBLISHED):
            raise RoundRuleError("已經抽籤，每期只能抽籤一次")
        if row.phase != Phase.ANNOUNCED:
            raise RoundRuleError(f"這一期的狀態是「{PHASE_NAMES[Phase(row.phase)]}」，還沒有可以抽籤的公告")
        announced = parse_announcement(files.require(uow, row.draw_id, files.ANNOUNCE))
        now = (row.steps, row.waitlist, row.draw_at, row.source)
        if now != (announced.steps, announced.waitlist, announced.draw_at, announced.source.value):
            raise RoundRuleError("這一期的內容與公告不同")
        if round_now(uow, row) < row.draw_at:
            raise NotYetError(f"抽籤時間是 {announced.draw_at:%Y-%m-%d %H:%M:%S}")
        return announced, parse_list(files.require(uow, row.draw_id, files.LIST))


def verify(uow: UnitOfWork, draw_id: str) -> str:
    """What the verifier that was announced says of the kept bytes, run apart. Raises RoundRuleError: not valid."""
    files.require(uow, draw_id, files.RESULT)
    script = files.bound_verifier(uow, draw_id)
    if script is None:
        raise RoundRuleError("找不到公告時的驗證程式")
    names = [files.ANNOUNCE, files.LIST, files.RESULT, files.TRANSCRIPT]
    with tempfile.TemporaryDirectory(prefix="parkline-draw-") as folder:
        place = Path(folder)
        (place / "verify_draw.py").write_bytes(script)
        given = {name: data for name in names if (data := files.content(uow, draw_id, name)) is not None}
        for name, data in given.items():
            (place / name).write_bytes(data)
        command = [sys.executable, "-I", "-S", "verify_draw.py", "verify", *given]
        done = subprocess.run(  # noqa: S603 - our own interpreter and the script that was announced
            command,
            cwd=place,
            capture_output=True,
            timeout=VERIFY_SECONDS,
            check=False,
            env={"PYTHONIOENCODING": "utf-8"},
        )
    said = done.stdout.decode("utf-8", "replace")
    if done.returncode != 0:
        wrong = [line for line in said.splitlines() if line.startswith("WRONG")]
        raise RoundRuleError(f"驗證程式認為結果不正確：{'; '.join(wrong) or done.returncode}")
    return said


def _keep_ranks(uow: UnitOfWork, row: PassRound, result: Result) -> None:
    """Ranks of all, and a row for each place: the winners' offered until the pay deadline, what is left vacant."""
    found = uow.connection.execute(select(PassEntry.entry_no, PassEntry.id).where(PassEntry.round_id == row.id))
    ids: dict[str, uuid.UUID] = {one.entry_no: one.id for one in found}
    ranks = ((ids[one.entry.entry_no], row.id, one.rank, *_outcome(one)) for one in result.ranked)
    copy_rows(uow, "COPY draw_rank (entry_id, round_id, rank, status, no, place) FROM STDIN", ranks)
    won = [one for one in result.ranked if one.outcome.status is Status.WON]
    places = range(len(won) + 1, places_of(row.steps) + 1)  # everybody has won: nothing is reserved any more
    seats = chain(
        ((row.id, one.outcome.no, one.outcome.place, "offered", ids[one.entry.entry_no], row.pay_by) for one in won),
        ((row.id, no, ANY, "vacant", None, None) for no in places),
    )
    copy_rows(uow, "COPY pass_seat (round_id, no, place, state, entry_id, pay_by) FROM STDIN", seats)


def _outcome(one: Ranked) -> tuple[str, int, str]:
    return one.outcome.status.value, one.outcome.no, one.outcome.place


def copy_rows(uow: UnitOfWork, statement: LiteralString, rows: Iterator[tuple[object, ...]]) -> None:
    """Some thousand rows a statement: each may take only so long, however large the draw."""
    while batch := list(islice(rows, COPIED_AT_ONCE)):
        with uow.driver.cursor().copy(statement) as copy:
            for values in batch:
                copy.write_row(values)
