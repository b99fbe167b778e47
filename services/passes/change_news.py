"""Telling applicants what staff did to their entry: a new number and receipt are theirs to keep (§2.2)."""

from datetime import timedelta

from domain.clock import Clock, city_date
from domain.draw.entry import Receipt
from domain.ports.notices import Notices
from infra.database import UnitOfWork
from models.passes import PassEntry
from services.passes.board import PassBoard

RECEIPT_LIFE = timedelta(days=180)  # how long the address of a receipt is good


class ChangeNews:
    """wiring gives the board and the notices."""

    def __init__(self, board: PassBoard, notices: Notices, clock: Clock) -> None:
        self._board = board
        self._notices = notices
        self._clock = clock

    def tell(self, uow: UnitOfWork, entry: PassEntry, receipt: Receipt | None) -> None:
        """In the transaction of the change. `receipt`: of the entry that took the place; None: it was taken off. Who
        applied at the counter is told there.
        """
        if entry.channel is None or entry.citizen is None:
            return
        now = self._clock.now()
        standing = self._board.standing(uow, entry)
        data: dict[str, object] = {"standing": standing, "today": city_date(now)}
        if receipt is not None:
            page, code = self._board.receipt_urls(entry.id, now + RECEIPT_LIFE)
            data |= {"receipt": receipt.text().rstrip("\n"), "page_url": page, "code_url": code}
        self._notices.post(
            uow,
            "pass_changed" if receipt is not None else "pass_taken_off",
            channel=entry.channel,
            citizen=entry.citizen,
            dedupe_key=f"pass:by-staff:{entry.id}:{entry.state}",
            data=data,
        )
