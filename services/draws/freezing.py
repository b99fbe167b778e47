"""Freezing a list: everything stored before closing is in, every commitment opens, the log is whole."""

from collections.abc import Sequence
from datetime import date, timedelta

from sqlalchemy import select, text
from sqlalchemy.dialects.postgresql import insert

from domain.draw.entry import commitment
from domain.draw.listing import DrawList, ListRow, Removal, RemovedRow, removed_file
from domain.rounds import Phase, RoundRuleError, move_phase
from infra.database import UnitOfWork
from models.draw import DrawLogRoot
from models.passes import PassEntry, PassRound
from services.draws import files
from services.passes.application import LIVE
from services.passes.entries import Entries
from services.passes.rounds import Rounds, note, round_now
from services.passes.rules import PassRules

_WAITING = text("SELECT count(*) FROM inbound_event WHERE done_at IS NULL AND received_at < :closed_at")
READ_AT_ONCE = 2000  # entries, so that a large round takes no large memory


class NotYetError(RoundRuleError):
    """It will be possible later, by itself: ask again."""


class Freezing:
    """wiring gives the rules, rounds and entries."""

    def __init__(self, rules: PassRules, rounds: Rounds, entries: Entries) -> None:
        self._rules = rules
        self._rounds = rounds
        self._entries = entries

    def freeze(self, uow: UnitOfWork, draw_id: str, *, actor: str) -> DrawList:
        """Fix the list; from here on the database refuses every change of it.

        Raises NotYetError before closing, or while a message stored before it still waits for its answer;
        RoundRuleError when an entry is not what its applicant committed to, or the log has been changed.
        """
        row = self._rounds.locked(uow, draw_id)
        row.phase = move_phase(Phase(row.phase), Phase.FROZEN)
        if round_now(uow, row) < row.closes_at + self._rules.freeze_grace:
            raise NotYetError("登記還沒有截止，或剛剛才截止")
        waiting = uow.connection.execute(_WAITING, {"closed_at": row.closes_at - row.clock_shift}).scalar_one()
        if waiting:
            raise NotYetError(f"截止前收到的 {waiting} 則訊息還在處理")
        commits, rows, removed = self._read(uow, row)
        files.log_root(uow, row.id, commits)
        if row.logged != len(commits):
            raise RoundRuleError(f"登記過 {row.logged} 件申請，現有 {len(commits)} 件")
        entries = DrawList.of(draw_id, rows)
        row.frozen_at = row.closes_at
        files.keep(uow, draw_id, files.LIST, entries.file)
        files.keep(uow, draw_id, files.REMOVED, removed_file(draw_id, removed))
        note(uow, "round.frozen", row, actor, {"entries": len(rows), "removed": len(removed)})
        return entries

    def close_day(self, uow: UnitOfWork, draw_id: str, day: date) -> str:
        """The root of all commits up to the end of a day (§2.2); the first one of a day stays. Returns it."""
        row = self._rounds.locked(uow, draw_id)
        commits = _commits(uow, row)
        root = files.log_root(uow, row.id, commits)
        values = {"round_id": row.id, "day": day, "count": len(commits), "root": root}
        uow.connection.execute(insert(DrawLogRoot).values(values).on_conflict_do_nothing())
        return root

    def open_rounds(self, uow: UnitOfWork) -> Sequence[str]:
        """Rounds whose registration is open or not yet frozen: their nights are logged."""
        open_ = select(PassRound).where(PassRound.phase == Phase.OPEN).order_by(PassRound.draw_id)
        rows = uow.session.scalars(open_).all()
        return [row.draw_id for row in rows if round_now(uow, row) >= row.opens_at - timedelta(days=1)]

    def _read(self, uow: UnitOfWork, row: PassRound) -> tuple[list[str], list[ListRow], list[RemovedRow]]:
        """All commits in order of arrival; the list's rows; the removed. Opens every live commitment."""
        commits: list[str] = []
        rows: list[ListRow] = []
        removed: list[RemovedRow] = []
        found = select(PassEntry).where(PassEntry.round_id == row.id).order_by(PassEntry.log_index)
        with uow.session.scalars(found.execution_options(yield_per=READ_AT_ONCE)) as entries:
            for entry in entries:
                if entry.log_index != len(commits):
                    raise RoundRuleError(f"登記紀錄缺少第 {len(commits)} 件申請")
                commits.append(entry.commitment)
                if entry.state == LIVE:
                    self._require_opens(row, entry)
                    rows.append(ListRow(entry.commitment, entry.entry_no, entry.pool))
                else:
                    removed.append(RemovedRow(entry.entry_no, Removal(entry.state)))
                uow.session.expunge(entry)
        return commits, rows, removed

    def _require_opens(self, row: PassRound, entry: PassEntry) -> None:
        salt = self._entries.salt(entry)
        if salt is None:
            raise RoundRuleError(f"申請 {entry.entry_no} 的隨機碼不見了")
        holder = self._entries.holder(entry).national
        if commitment(row.draw_id, entry.entry_no, entry.pool, 1, entry.plate, holder, salt) != entry.commitment:
            raise RoundRuleError(f"申請 {entry.entry_no} 與申請人收據上的承諾值不同")


def _commits(uow: UnitOfWork, row: PassRound) -> list[str]:
    found = select(PassEntry.commitment).where(PassEntry.round_id == row.id).order_by(PassEntry.log_index)
    return list(uow.session.scalars(found))
