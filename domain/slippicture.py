"""Which store barcode a picture shows, and which of how many it is: small enough to stand in a signed address. Pure."""

import struct
import uuid
from dataclasses import dataclass
from datetime import date, datetime, timedelta

from domain.clock import TAIPEI

MOST = 255  # barcodes of one order
_PACKED = struct.Struct(">QBB6x")


@dataclass(frozen=True, slots=True)
class SlipPicture:
    """A slip by its own number (16 digits), shown as `page` of `count`."""

    number: str
    page: int
    count: int

    @property
    def packed(self) -> uuid.UUID:
        """As the sixteen bytes that a token carries."""
        return uuid.UUID(bytes=_PACKED.pack(int(self.number), self.page, self.count))

    @classmethod
    def unpacked(cls, packed: uuid.UUID) -> "SlipPicture":
        """The reverse."""
        number, page, count = _PACKED.unpack(packed.bytes)
        return cls(f"{number:016}", page, count)


def end_of(pay_by: date) -> datetime:
    """When a barcode stops being good: the end of its last day, in the city."""
    after = pay_by + timedelta(days=1)
    return datetime(after.year, after.month, after.day, tzinfo=TAIPEI)
