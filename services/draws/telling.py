"""Telling applicants what happened in a draw: the list with its announcement's hash, the result, an offer (遞補)."""

import uuid
from collections.abc import Sequence
from enum import StrEnum

from sqlalchemy import or_, select

from domain.clock import Clock, city_date
from domain.draw.coding import is_rehearsal
from domain.passview import EntryStanding
from domain.ports.notices import Letter, Notices
from domain.rounds import RoundRuleError
from infra.database import UnitOfWork, UnitOfWorkFactory
from models.draw import DrawRank, LateEntry, Seat
from models.passes import PassEntry, PassRound
from services.draws import files
from services.draws.sms_news import DrawSms
from services.passes.application import LIVE
from services.passes.board import PassBoard
from services.passes.paying import PassPaying
from services.passes.readers import HAS_READER, readers_of

TELL = "draws.tell"
BATCH = 500  # entries told in one transaction


class What(StrEnum):
    """What is told, once to each entry."""

    ANNOUNCED = "announced"
    RESULT = "result"
    OFFER = "offer"
    LOST = "lost"  # a place was taken back
    REMINDER = "pay"  # 繳費提醒


_NOTICES = {What.ANNOUNCED: "pass_announced", What.REMINDER: "pass_pay_soon"}
BY_SMS_TOO = (What.RESULT, What.OFFER, What.LOST)  # of a real draw, to whom no chat reaches


class Telling:
    """wiring gives the board, which knows how an entry stands, the pay links, the notices, and SMS."""

    def __init__(self, board: PassBoard, paying: PassPaying, notices: Notices, clock: Clock, sms: DrawSms) -> None:
        self._board = board
        self._paying = paying
        self._notices = notices
        self._clock = clock
        self._sms = sms

    def tell(self, units: UnitOfWorkFactory, draw_id: str, what: What) -> int:
        """Tell everybody who can be told, in the chat or by SMS, batch by batch; says how many entries. Safe to repeat:
        a dedupe key for each entry keeps a second telling from going.
        """
        told, after = 0, -1
        while True:
            with units() as uow:
                entries = self._batch(uow, draw_id, what, after)
                self._post(uow, draw_id, what, entries)
            told += len(entries)
            if len(entries) < BATCH:
                return told
            after = entries[-1].log_index

    def tell_one(self, uow: UnitOfWork, draw_id: str, what: What, entry_id: uuid.UUID, *, again: str = "") -> None:
        """Tell the applicant of one entry, once for each `again`, by SMS where the chat does not reach them."""
        entry = uow.session.get_one(PassEntry, entry_id)
        self._post(uow, draw_id, what, [entry], again)

    def _batch(self, uow: UnitOfWork, draw_id: str, what: What, after: int) -> list[PassEntry]:
        of_round = select(PassRound.id).where(PassRound.draw_id == draw_id).scalar_subquery()
        found = select(PassEntry).where(
            PassEntry.round_id == of_round,
            or_(PassEntry.state == LIVE, PassEntry.id.in_(select(LateEntry.entry_id))),
            or_(HAS_READER, PassEntry.holder.is_not(None)) if _by_sms_too(draw_id, what) else HAS_READER,
            PassEntry.log_index > after,
        )
        if what is What.OFFER:
            won = select(DrawRank.entry_id).where(DrawRank.status == "W")
            offered = select(Seat.entry_id).where(Seat.state == "offered", Seat.entry_id.not_in(won))
            found = found.where(PassEntry.id.in_(offered))
        return list(uow.session.scalars(found.order_by(PassEntry.log_index).limit(BATCH)))

    def _post(self, uow: UnitOfWork, draw_id: str, what: What, entries: Sequence[PassEntry], again: str = "") -> None:
        shared: dict[str, object] = {"today": city_date(self._clock.now())}
        if what is What.ANNOUNCED and entries:
            announce = files.require(uow, draw_id, files.ANNOUNCE)
            shared |= {"announce_sha256": files.sha256_of(announce), "draws_url": self._board.draws_url}
        readers = readers_of(uow, [entry.id for entry in entries])
        notice = _NOTICES.get(what, "pass_result")
        letters = []
        for entry, standing in zip(entries, self._board.standings(uow, entries), strict=True):
            if what is not What.ANNOUNCED and standing.status is None:
                raise RoundRuleError(f"{draw_id} 還沒有可以通知的結果")
            reader, key = readers.get(entry.id), f"{_key(what, entry.id)}{again}"
            if reader is None:
                if _by_sms_too(draw_id, what):
                    self._sms.tell_once(uow, notice, key, entry, standing)
                continue
            data = {**shared, "standing": standing}
            if what is not What.ANNOUNCED:
                data["pay_url"] = self._pay_url(uow, entry, standing, reader)
            letters.append(Letter(*reader, key, data))
        self._notices.post_each(uow, notice, letters)

    def _pay_url(
        self, uow: UnitOfWork, entry: PassEntry, standing: EntryStanding, reader: tuple[str, str]
    ) -> str | None:
        if standing.seat is None:
            return None
        return self._paying.link(uow, entry.id, channel=reader[0], citizen=reader[1])


def _by_sms_too(draw_id: str, what: What) -> bool:
    return what in BY_SMS_TOO and not is_rehearsal(draw_id)


def _key(what: What, entry_id: uuid.UUID) -> str:
    return f"pass:{what}:{entry_id}"
