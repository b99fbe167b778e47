"""Announcing: everything the city chose becomes public at least ten minutes before the randomness exists (§2.4)."""

from datetime import datetime

from sqlalchemy import select

from domain.draw import merkle
from domain.draw.announcement import NOTICE_TIME, Announcement, Source
from domain.draw.coding import is_rehearsal
from domain.draw.listing import parse_list
from domain.rounds import PHASE_NAMES, Phase, RoundRuleError, move_phase, with_more_places
from infra.database import UnitOfWork
from models.passes import PassRound, PriorityWindow
from services.draws import files
from services.passes.rounds import Rounds, note, round_now, times_of


class Announcing:
    """`script`: the bytes of verify_draw.py that announcements bind."""

    def __init__(self, rounds: Rounds, script: bytes) -> None:
        self._rounds = rounds
        self._script = script

    def announce(self, uow: UnitOfWork, draw_id: str, *, actor: str) -> Announcement:
        """Make and publish the one announcement of a frozen round.

        Raises RoundRuleError: not frozen, less than 10 minutes to the draw (postpone it), a 優先購買 window still
        open, or the kept list is not the round's.
        """
        row = self._rounds.locked(uow, draw_id)
        phase = move_phase(Phase(row.phase), Phase.ANNOUNCED)
        if row.frozen_at is None:
            raise RoundRuleError("登記清單還沒有截止")
        now = round_now(uow, row)
        if now > row.draw_at - NOTICE_TIME:
            raise RoundRuleError("距離抽籤不到 10 分鐘，需要延到下一個上班日")
        row.steps = self._join_unsold(uow, row, now)
        entries = parse_list(files.require(uow, draw_id, files.LIST))
        made = Announcement.make(
            draw_id,
            n=len(entries.rows),
            steps=row.steps,
            waitlist=row.waitlist,
            list_sha256=entries.sha256,
            merkle_root=merkle.root([one.text() for one in entries.rows]),
            frozen_at=row.frozen_at,
            draw_at=row.draw_at,
            verifier_sha256=files.bind_verifier(uow, self._script),
            prev_result_sha256=files.previous_result(uow, row),
            source=Source(row.source),
        )
        row.phase = phase  # last: from here on the database keeps the round as it is
        files.keep(uow, draw_id, files.ANNOUNCE, made.file)
        if not is_rehearsal(draw_id):
            files.publish(uow, draw_id, (files.LIST, files.REMOVED, files.ANNOUNCE))
        note(uow, "round.announced", row, actor, {"announce_sha256": made.sha256, "steps": row.steps})
        return made

    def is_late(self, uow: UnitOfWork, draw_id: str) -> bool:
        """Whether less than ten minutes are left to the draw."""
        row = self._rounds.locked(uow, draw_id)
        return round_now(uow, row) > row.draw_at - NOTICE_TIME

    def postpone(self, uow: UnitOfWork, draw_id: str, *, actor: str) -> datetime:
        """The announcement was missed: the draw moves to the next working day; the list does not reopen.

        Raises RoundRuleError while there is still time to announce, or once it is announced.
        """
        row = self._rounds.locked(uow, draw_id)
        if row.phase != Phase.FROZEN:
            raise RoundRuleError(f"這一期的狀態是「{PHASE_NAMES[Phase(row.phase)]}」，不能延期")
        if round_now(uow, row) <= row.draw_at - NOTICE_TIME:
            raise RoundRuleError("還來得及公告，不能延期")
        later = self._rounds.calendar(uow).postponed(times_of(row))
        row.draw_at, row.pay_by = later.draw_at, later.pay_by
        note(uow, "round.postponed", row, actor, {"draw_at": row.draw_at.isoformat()})
        return later.draw_at

    def _join_unsold(self, uow: UnitOfWork, row: PassRound, now: datetime) -> str:
        """The round's steps with the places that the 優先購買 windows did not sell."""
        steps = row.steps
        windows = select(PriorityWindow).where(PriorityWindow.round_id == row.id, PriorityWindow.joined_at.is_(None))
        for window in uow.session.scalars(windows.with_for_update()):
            if now < window.closes_at:
                raise RoundRuleError(f"優先購買「{window.name}」還沒有結束")
            steps = with_more_places(steps, window.places - window.sold)
            window.joined_at = now
        return steps
