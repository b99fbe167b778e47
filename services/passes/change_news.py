"""Telling applicants what staff did to their entry: a new number and receipt are theirs to keep (§2.2)."""

from datetime import timedelta

from domain.clock import Clock, city_date
from domain.draw.entry import Receipt
from domain.ports.notices import Notices
from infra.database import UnitOfWork
from models.passes import PassEntry
from services.passes.board import PassBoard
from services.passes.readers import reader_of

RECEIPT_LIFE = timedelta(days=180)  # how long the address of a receipt is good


class ChangeNews:
    """wiring gives the board and the notices."""

    def __init__(self, board: PassBoard, notices: Notices, clock: Clock) -> None:
        self._board = board
        self._notices = notices
        self._clock = clock

    def tell(self, uow: UnitOfWork, entry: PassEntry, receipt: Receipt | None, *, applied: bool = False) -> None:
        """In the transaction of the change. `receipt`: of the entry that took the place, or was just written down at
        the counter (`applied`); None: it was taken off.
        """
        reader = reader_of(uow, entry)
        if reader is None:
            return
        now = self._clock.now()
        standing = self._board.standing(uow, entry)
        data: dict[str, object] = {"standing": standing, "today": city_date(now)}
        if receipt is not None:
            page, code = self._board.receipt_urls(entry.id, now + RECEIPT_LIFE)
            data |= {"receipt": receipt.text().rstrip("\n"), "page_url": page, "code_url": code}
        self._notices.post(
            uow,
            "pass_taken_off" if receipt is None else "pass_applied" if applied else "pass_changed",
            channel=reader[0],
            citizen=reader[1],
            dedupe_key=f"pass:by-staff:{entry.id}:{entry.state}",
            data=data,
        )
