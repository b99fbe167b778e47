"""A deadline for one's calendar (加入行事曆): small enough to stand in its own address, so nothing is stored."""

import struct
import uuid
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from enum import IntEnum

from domain.amounts import money
from domain.calendarfile import Event
from domain.clock import TAIPEI
from domain.reader import Language, Reader

_SHAPE = struct.Struct(">BBHII4x")  # what, language, bills, NT$, day
_LANGUAGES = tuple(Language)
ALARM_BEFORE = timedelta(hours=11)  # 13:00 of the day before


class About(IntEnum):
    """What is due."""

    BILLS = 1
    PASS = 2  # a monthly pass (月票) that was won
    FEES = 3  # bills, and not of parking alone


@dataclass(frozen=True, slots=True)
class CalendarDay:
    """The last day to pay, until 24:00. No plate, no name: calendars are shared."""

    about: About
    language: Language
    day: date
    count: int
    amount: int  # NT$

    @property
    def packed(self) -> uuid.UUID:
        """In 16 bytes, as links carry it."""
        language = _LANGUAGES.index(self.language)
        return uuid.UUID(bytes=_SHAPE.pack(self.about, language, self.count, self.amount, self.day.toordinal()))

    @classmethod
    def unpacked(cls, packed: uuid.UUID) -> "CalendarDay":
        """The reverse of `packed`, of a value that we signed."""
        about, language, count, amount, ordinal = _SHAPE.unpack(packed.bytes)
        return cls(About(about), _LANGUAGES[language], date.fromordinal(ordinal), count, amount)

    @property
    def ends(self) -> datetime:
        """24:00 of the day, in the city."""
        return datetime.combine(self.day + timedelta(days=1), time(), TAIPEI)

    def event(self, reader: Reader, url: str) -> Event:
        """As a calendar shows it."""
        amount = money(reader, self.amount)
        if self.about is About.PASS:
            title = reader.t("月票繳費期限：{amount}", amount=amount)
        elif self.about is About.FEES:
            title = reader.t("繳費期限：{count} 筆，{amount}", count=self.count, amount=amount)
        else:
            title = reader.t("停車費繳費期限：{count} 筆，{amount}", count=self.count, amount=amount)
        words = reader.t("當天 24:00 前繳納。已繳費就不必理會。在 LINE 輸入「待繳」可以查詢與繳費。")
        starts = self.ends - timedelta(days=1)
        return Event(f"{self.packed}@parkline", starts, self.ends, title, words, url, ALARM_BEFORE)
