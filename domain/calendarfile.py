"""An event as a calendar file (iCalendar, RFC 5545): text escaped (§3.3.11), lines folded at 75 octets (§3.1)."""

from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

from domain.clock import TAIPEI

MEDIA_TYPE = "text/calendar"
LINE_OCTETS = 75
_TIME_ZONE = (
    "BEGIN:VTIMEZONE",
    "TZID:Asia/Taipei",
    "BEGIN:STANDARD",
    "DTSTART:19791001T000000",  # the last summer time ended on 30 September 1979
    "TZOFFSETFROM:+0800",
    "TZOFFSETTO:+0800",
    "TZNAME:CST",
    "END:STANDARD",
    "END:VTIMEZONE",
)


@dataclass(frozen=True, slots=True)
class Event:
    """One day to remember. `uid`: the same event added twice stays one."""

    uid: str
    starts: datetime  # aware
    ends: datetime
    title: str
    words: str
    url: str
    remind_before: timedelta


def calendar_file(event: Event, made_at: datetime) -> bytes:
    """The whole file, UTF-8. Times are the city's; the day is not blocked (TRANSPARENT)."""
    minutes = int(event.remind_before.total_seconds() // 60)
    lines = (
        "BEGIN:VCALENDAR",
        "VERSION:2.0",
        "PRODID:-//ParkLine//ParkLine//ZH",
        "METHOD:PUBLISH",
        *_TIME_ZONE,
        "BEGIN:VEVENT",
        f"UID:{_escaped(event.uid)}",
        f"DTSTAMP:{made_at.astimezone(UTC):%Y%m%dT%H%M%SZ}",
        f"DTSTART;TZID=Asia/Taipei:{event.starts.astimezone(TAIPEI):%Y%m%dT%H%M%S}",
        f"DTEND;TZID=Asia/Taipei:{event.ends.astimezone(TAIPEI):%Y%m%dT%H%M%S}",
        f"SUMMARY:{_escaped(event.title)}",
        f"DESCRIPTION:{_escaped(event.words)}",
        f"URL:{event.url}",
        "TRANSP:TRANSPARENT",
        "BEGIN:VALARM",
        "ACTION:DISPLAY",
        f"DESCRIPTION:{_escaped(event.title)}",
        f"TRIGGER:-PT{minutes}M",
        "END:VALARM",
        "END:VEVENT",
        "END:VCALENDAR",
    )
    return b"".join(_folded(line) for line in lines)


def _escaped(text: str) -> str:
    for character in "\\;,":
        text = text.replace(character, "\\" + character)
    return text.replace("\n", "\\n")


def _folded(line: str) -> bytes:
    """A content line with its end; a character of several octets is never cut."""
    folded, room = b"", LINE_OCTETS
    for octets in (character.encode() for character in line):
        if len(octets) > room:
            folded += b"\r\n "
            room = LINE_OCTETS - 1
        folded += octets
        room -= len(octets)
    return folded + b"\r\n"
