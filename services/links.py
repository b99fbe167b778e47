"""Addresses that are given out: pay links, receipts, days for a calendar.

Whoever holds one may open it, so it says nothing and ends.
"""

import uuid
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Protocol

from domain.calendarday import CalendarDay
from domain.clock import Clock
from domain.slippicture import SlipPicture, end_of
from infra.links import make_token, read_token

RECEIPT_LINK_LIFE = timedelta(days=180)
CALENDAR_LINK_LIFE = timedelta(days=1)  # after the day itself
_PAY = "pay"
_RECEIPT = "receipt"
_CALENDAR = "calendar"
_SLIP = "slip"


class HasPage(Protocol):
    """What a pay link can be made for."""

    @property
    def id(self) -> uuid.UUID: ...

    @property
    def expires_at(self) -> datetime:
        """When the link ends."""
        ...


@dataclass(frozen=True, slots=True)
class Links:
    """Makes and reads the tokens of `/p/<token>` and `/r/<token>`. `keys`: SESSION_KEY, newest first."""

    public_url: str
    keys: Sequence[str]
    clock: Clock

    @property
    def privacy_url(self) -> str:
        """The notice of 個資法 §8."""
        return f"{self.public_url}/privacy"

    def pay_token(self, order_id: uuid.UUID, expires_at: datetime) -> str:
        """The token of an order's pay link, ending with the order."""
        return make_token(self.keys, _PAY, order_id, expires_at)

    def pay(self, order: HasPage) -> str:
        """The whole address of the pay link of an order, or of a quote."""
        return self.pay_until(order.id, order.expires_at)

    def pay_until(self, order_id: uuid.UUID, ends_at: datetime) -> str:
        """The same, ending at another moment than the order."""
        return f"{self.public_url}/p/{self.pay_token(order_id, ends_at)}"

    def read_pay(self, token: str) -> uuid.UUID:
        """What a pay link names: an order, or a quote (services/quotes.py).

        Raises infra.links.ForgedLinkError or ExpiredLinkError.
        """
        return read_token(self.keys, _PAY, token, self.clock.now())

    def calendar(self, day: CalendarDay) -> str:
        """The whole address of a day for a calendar; LINE opens it in the phone's own browser, which can add it."""
        token = make_token(self.keys, _CALENDAR, day.packed, day.ends + CALENDAR_LINK_LIFE)
        return f"{self.public_url}/c/{token}.ics?openExternalBrowser=1"

    def read_calendar(self, token: str) -> CalendarDay:
        """The day of such an address. Raises infra.links.ForgedLinkError or ExpiredLinkError."""
        return CalendarDay.unpacked(read_token(self.keys, _CALENDAR, token, self.clock.now()))

    def slip_picture(self, slip: SlipPicture, pay_by: date) -> str:
        """The whole address of a store barcode's picture, ending with the bill's last day."""
        return f"{self.public_url}/b/{make_token(self.keys, _SLIP, slip.packed, end_of(pay_by))}.png"

    def read_slip_picture(self, token: str) -> SlipPicture:
        """The slip of such an address. Raises infra.links.ForgedLinkError or ExpiredLinkError."""
        return SlipPicture.unpacked(read_token(self.keys, _SLIP, token, self.clock.now()))

    def receipt_token(self, order_id: uuid.UUID) -> str:
        """The token of an order's receipt."""
        return make_token(self.keys, _RECEIPT, order_id, self.clock.now() + RECEIPT_LINK_LIFE)

    def receipt(self, order_id: uuid.UUID) -> str:
        """The whole address of an order's receipt."""
        return f"{self.public_url}/r/{self.receipt_token(order_id)}"

    def read_receipt(self, token: str) -> uuid.UUID:
        """The order of a receipt link. Raises infra.links.ForgedLinkError or ExpiredLinkError."""
        return read_token(self.keys, _RECEIPT, token, self.clock.now())
