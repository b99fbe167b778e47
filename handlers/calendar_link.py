"""「加入行事曆」 on cards with a deadline."""

from collections.abc import Iterable
from datetime import date

from domain.calendarday import About, CalendarDay
from domain.reader import Reader
from flex_templates.card import Link
from services.links import Links


def calendar_link(
    reader: Reader, links: Links, due: Iterable[tuple[date | None, int]], today: date, about: About = About.BILLS
) -> Link | None:
    """The nearest deadline after today with what is due on it; None when there is none. `due`: deadline, NT$."""
    later = [(day, amount) for day, amount in due if day is not None and day > today]
    if not later:
        return None
    nearest = min(day for day, _amount in later)
    amounts = [amount for day, amount in later if day == nearest]
    day = CalendarDay(about, reader.language, nearest, len(amounts), sum(amounts))
    return Link(reader.t("加入行事曆"), links.calendar(day))
