"""Audiences of campaigns: who is asked, page by page in one order. What each of them wants, domain.notices decides."""

import uuid
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date

from domain.campaigns import AREA
from infra.database import UnitOfWork

PAGE = 2000

# Every statement gives channel, citizen and the bindings by which they are asked; :areas and :today may be used.
_EVERYBODY = "SELECT channel, line_id AS citizen, '{}'::uuid[] AS about FROM citizen"
_PASSES = """
SELECT channel, citizen, '{}'::uuid[] AS about FROM (
  SELECT channel, citizen FROM favourite_lot UNION
  SELECT channel, citizen FROM pass_entry WHERE citizen IS NOT NULL AND state = 'live'
) AS interested
"""
_REMINDERS = """
SELECT channel, citizen, array_agg(id) AS about FROM binding WHERE reminder_slot IS NOT NULL GROUP BY 1, 2
"""
_FLOOD = """
SELECT channel, citizen, array_agg(id) AS about FROM binding
WHERE flood_areas && %(areas)s::text[] AND flood_from <= %(today)s GROUP BY 1, 2
"""
# Who was told that something began is told that it is over, whatever they drive by now.
_TOLD = "SELECT channel, citizen, '{}'::uuid[] AS about FROM notice WHERE campaign_id = %(campaign)s"
_PAGE = """
SELECT channel, citizen, about FROM ({audience}) AS audience
WHERE (channel, citizen) > (%(channel)s, %(after)s) ORDER BY channel, citizen LIMIT %(page)s
"""

NAMED: Mapping[str, str] = {"all": _EVERYBODY, "passes": _PASSES, "reminders": _REMINDERS, "flood": _FLOOD}


@dataclass(frozen=True, slots=True)
class Audience:
    """Who is asked. `name`: of NAMED, or "told" for those of another campaign; `areas`: of the flood notice."""

    name: str
    areas: Sequence[str] = ()
    campaign: uuid.UUID | None = None


@dataclass(frozen=True, slots=True)
class Addressee:
    """One of an audience, and the bindings by which they are."""

    channel: str
    citizen: str
    about: Sequence[uuid.UUID]


def parse(text: str, every_area: Sequence[str]) -> Audience:
    """`all`, `passes` (月票), `reminders` (繳費提醒), `flood` (防汛通知), or `area:KEY` of it. Raises ValueError."""
    if text.startswith(AREA):
        area = text.removeprefix(AREA)
        if area not in every_area:
            raise ValueError(f"no area {area}: one of {', '.join(every_area)}")
        return Audience("flood", (area,))
    if text not in NAMED:
        raise ValueError(f"no audience {text}: one of {', '.join(NAMED)} or {AREA}KEY")
    return Audience(text, every_area if text == "flood" else ())


def pages(uow: UnitOfWork, audience: Audience, today: date) -> Iterator[list[Addressee]]:
    """Everybody, in order, in one transaction."""
    after = ("", "")
    while page := page_after(uow, audience, today, after):
        yield page
        after = (page[-1].channel, page[-1].citizen)


def page_after(uow: UnitOfWork, audience: Audience, today: date, after: tuple[str, str]) -> list[Addressee]:
    """The next PAGE people after one (channel, citizen)."""
    statement = _PAGE.format(audience=_TOLD if audience.campaign else NAMED[audience.name])
    values = {
        "areas": list(audience.areas),
        "today": today,
        "campaign": audience.campaign,
        "channel": after[0],
        "after": after[1],
        "page": PAGE,
    }
    rows = uow.driver.execute(statement.encode(), values).fetchall()
    return [Addressee(str(row[0]), str(row[1]), tuple(row[2])) for row in rows]  # type: ignore[arg-type]
