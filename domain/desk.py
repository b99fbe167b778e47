"""客服 (the service desk): cases by their number, its hours, its limits. Pure."""

import re
import unicodedata
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from enum import StrEnum

from domain.clock import TAIPEI
from domain.reader import Language
from domain.rounds import OfficeCalendar

LONGEST_ANSWER = 1000  # characters of one answer: a card has room for them
LONGEST_TITLE = 40  # of a saved reply
_NUMBER = re.compile(r"C?0*([1-9][0-9]{0,11})")


class ThreadState(StrEnum):
    """A case is open until the citizen, staff or silence closes it."""

    OPEN = "open"
    CLOSED = "closed"


class Sender(StrEnum):
    """Who wrote a message."""

    CITIZEN = "citizen"
    STAFF = "staff"


class ClosedBy(StrEnum):
    """Who closed a case."""

    CITIZEN = "citizen"
    STAFF = "staff"
    SILENCE = "silence"  # nobody wrote any more after an answer


class PhotoState(StrEnum):
    """How far a photo has come."""

    WAITING = "waiting"  # to be fetched from LINE
    KEPT = "kept"
    UNREADABLE = "unreadable"  # not a picture, or too large
    GONE = "gone"  # LINE gave it out no longer, or its time here is over


@dataclass(frozen=True, slots=True)
class ServiceHours:
    """When staff answer, on working days. `zh`, `en`: the same in words."""

    start: time
    end: time
    zh: str
    en: str

    def told(self, language: Language) -> str:
        """In the reader's language."""
        return self.en if language is Language.EN else self.zh

    def next_day(self, moment: datetime, calendar: OfficeCalendar) -> date | None:
        """The day on which an answer can be expected (aware `moment`); None while the desk is open."""
        local = moment.astimezone(TAIPEI)
        today = local.date()
        if calendar.works(today) and local.time() < self.end:
            return None if local.time() >= self.start else today
        return calendar.next_working_day(today)


@dataclass(frozen=True, slots=True)
class DeskRules:
    """config/desk.toml. `reasons`: key and name, in the order in which they are offered."""

    hours: ServiceHours
    messages_a_day: int
    photos_a_day: int
    silent: timedelta
    reopen: timedelta
    photos_kept: timedelta
    words_kept: timedelta
    reasons: Mapping[str, str]
    answer_days: int = 1

    def due(self, since: datetime, calendar: OfficeCalendar) -> datetime:
        """Until when somebody who has waited `since` (aware) is to be answered: the end of the desk's hours on the
        `answer_days`th working day after the day on which they wrote.
        """
        day = since.astimezone(TAIPEI).date()
        for _ in range(self.answer_days):
            day = calendar.next_working_day(day)
        return datetime.combine(day, self.hours.end, TAIPEI)


def case_number(no: int) -> str:
    """案件編號 as people read it: C000123."""
    return f"C{no:06}"


def parse_case_number(text: str) -> int | None:
    """The number that a text says, with or without its letter; None when it says none."""
    match = _NUMBER.fullmatch(unicodedata.normalize("NFKC", text).strip().upper())
    return int(match[1]) if match else None
