"""Passes sold for a month of use, by lot; and whether the day on which somebody registered mattered in the draws.

Rehearsals (演練) and voided rounds are in neither.
"""

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from decimal import Decimal

from sqlalchemy import text

from domain.draw.coding import REHEARSAL
from domain.draw.listing import Removal
from domain.months import YEAR, Month
from domain.rounds import Phase, places_of
from infra.database import UnitOfWork

# Whoever holds a pass: a paid place, or one bought first. Its money is the order's that paid for it, or the lot's.
_SOLD = text("""
WITH round AS (
  SELECT * FROM pass_round WHERE month = :month AND NOT starts_with(draw_id, :rehearsal) AND phase <> :void
    AND (CAST(:lots AS text[]) IS NULL OR lot = ANY(CAST(:lots AS text[])))
), held AS (
  SELECT e.id, e.round_id FROM round r JOIN pass_entry e ON e.round_id = r.id
  LEFT JOIN pass_seat s ON s.entry_id = e.id
  WHERE s.state = 'paid' OR e.state = :bought_first
), sold AS (
  SELECT h.round_id, c.entry_id IS NULL AS online, coalesce(c.amount, paid.amount) AS amount
  FROM held h LEFT JOIN counter_sale c ON c.entry_id = h.id
  LEFT JOIN LATERAL (
    SELECT l.pay_amount - l.discount AS amount FROM order_line l JOIN orders o ON o.id = l.order_id
    WHERE l.entry_id = h.id AND l.chosen AND o.state = 'paid' ORDER BY o.paid_at DESC LIMIT 1
  ) paid ON c.entry_id IS NULL
)
SELECT r.lot, l.name, r.kind, r.pass_type, r.steps,
  (SELECT coalesce(sum(w.sold), 0) FROM priority_window w WHERE w.round_id = r.id),
  (SELECT count(*) FROM pass_entry e WHERE e.round_id = r.id AND e.state IN ('live', 'LATE', :bought_first)),
  count(s.round_id) FILTER (WHERE s.online), coalesce(sum(s.amount) FILTER (WHERE s.online), 0),
  count(s.round_id) FILTER (WHERE NOT s.online), coalesce(sum(s.amount) FILTER (WHERE NOT s.online), 0)
FROM round r JOIN lot l ON l.number = r.lot LEFT JOIN sold s ON s.round_id = r.id
GROUP BY r.id, r.lot, l.name, r.kind, r.pass_type, r.steps ORDER BY r.lot, r.kind, r.pass_type
""")
# What a day could expect: for each of its entries the share of its own pool in its own round that was drawn.
_ODDS = text("""
WITH drawn AS (
  SELECT r.id AS round_id, r.month = :month AS this_month, e.pool, (k.status = 'W')::int AS won,
    extract(day FROM e.applied_at AT TIME ZONE 'Asia/Taipei')::int AS day
  FROM pass_round r JOIN draw_rank k ON k.round_id = r.id JOIN pass_entry e ON e.id = k.entry_id
  WHERE r.month BETWEEN :first AND :month AND NOT starts_with(r.draw_id, :rehearsal)
    AND r.phase IN ('drawn', 'published') AND (CAST(:lots AS text[]) IS NULL OR r.lot = ANY(CAST(:lots AS text[])))
), share AS (
  SELECT round_id, pool, avg(won) AS of_pool FROM drawn GROUP BY round_id, pool
)
SELECT day, pool, count(*) FILTER (WHERE this_month), coalesce(sum(won) FILTER (WHERE this_month), 0),
  coalesce(sum(of_pool) FILTER (WHERE this_month), 0), count(*), sum(won), sum(of_pool)
FROM drawn JOIN share USING (round_id, pool) GROUP BY day, pool ORDER BY day, pool
""")


@dataclass(frozen=True, slots=True)
class Sold:
    """One round. Amounts in NT$."""

    lot: str
    lot_name: str
    kind: str
    pass_type: str
    places: int  # 開放車位數, with those sold first
    entries: int  # that took part, or bought first
    online: int  # 線上繳費
    online_amount: int
    counter: int  # 現場繳費
    counter_amount: int


@dataclass(frozen=True, slots=True)
class Luck:
    """How some entries fared. `expected`: how many of them would win where the day does not matter."""

    entries: int
    won: int
    expected: Decimal


@dataclass(frozen=True, slots=True)
class DayOdds:
    """Entries of one day of the month and one pool (資格別)."""

    day: int
    pool: str
    this_month: Luck
    this_year: Luck  # twelve months of use, this one the last


def sold(uow: UnitOfWork, month: Month, lots: Collection[str] | None) -> Sequence[Sold]:
    """Each round of a month of use in these lots (None: all)."""
    values = {"void": Phase.VOID.value, "bought_first": Removal.BOUGHT_FIRST.value}
    rows = uow.connection.execute(_SOLD, _asked(month, lots) | values)
    return [
        Sold(lot, name, kind, pass_type, places_of(steps) + first, entries, online, int(money), counter, int(cash))
        for lot, name, kind, pass_type, steps, first, entries, online, money, counter, cash in rows
    ]


def odds_by_day(uow: UnitOfWork, month: Month, lots: Collection[str] | None) -> Sequence[DayOdds]:
    """Draws for a month of use, and for the twelve that end with it, by the day of registration."""
    values = {"first": str(month.shifted(1 - YEAR))}
    rows = uow.connection.execute(_ODDS, _asked(month, lots) | values)
    return [
        DayOdds(day, pool, Luck(n, int(won), p), Luck(year_n, int(year_won), year_p))
        for day, pool, n, won, p, year_n, year_won, year_p in rows
    ]


def _asked(month: Month, lots: Collection[str] | None) -> dict[str, object]:
    return {"month": str(month), "rehearsal": REHEARSAL, "lots": None if lots is None else sorted(lots)}
