"""A draw that has been published, with many applicants who are to be told: rows as a draw leaves them."""

import uuid

import psycopg

ENTRIES = 100_000
PLACES = 1_000
LOT, DRAW_ID = "P0001", "2026-12/P0001/car/all-day"

_ROUND = """
INSERT INTO pass_round (id, draw_id, lot, kind, pass_type, month, starts_on, ends_on, opens_at, closes_at, draw_at,
    pay_by, steps, registration_limit, phase, logged)
VALUES (%(round)s, %(draw_id)s, %(lot)s, 'car', 'all-day', '2027-01', '2027-01-01', '2027-01-31',
    now() - interval '20 days', now() - interval '10 days', now() - interval '1 day', now() + interval '10 days',
    '*:' || %(places)s, 5, 'published', %(entries)s)
"""
_PEOPLE = """
INSERT INTO citizen (channel, line_id, language)
SELECT %(channel)s, 'U' || md5(n::text), 'zh-TW' FROM generate_series(1, %(entries)s) AS n
"""
_ENTRIES = """
INSERT INTO pass_entry (id, round_id, entry_no, log_index, commitment, pool, plan, plate, compact, channel, citizen,
    preference, applied_at)
SELECT md5('entry ' || n)::uuid, %(round)s, 'E' || lpad(n::text, 7, '0'), n - 1, md5(n::text) || md5(n::text), 'G',
    'general', plate, replace(plate, '-', ''), %(channel)s, 'U' || md5(n::text), n, now() - interval '15 days'
FROM generate_series(1, %(entries)s) AS n,
  LATERAL (SELECT chr(65 + n / 10000) || 'B-' || lpad((n %% 10000)::text, 4, '0') AS plate) AS written
"""
_RANKS = """
INSERT INTO draw_rank (entry_id, round_id, rank, status, no, place)
SELECT md5('entry ' || n)::uuid, %(round)s, n, CASE WHEN n <= %(places)s THEN 'W' ELSE 'B' END,
    CASE WHEN n <= %(places)s THEN n ELSE n - %(places)s END, '*'
FROM generate_series(1, %(entries)s) AS n
"""
_SEATS = """
INSERT INTO pass_seat (round_id, no, place, state, entry_id, pay_by)
SELECT %(round)s, n, '*', 'offered', md5('entry ' || n)::uuid, now() + interval '10 days'
FROM generate_series(1, %(places)s) AS n
"""


def fill_draw(database: str, channel: str) -> str:
    """The draw_id. Its list, its result and what guards them are other benchmarks' and tests' matter."""
    values = {"round": uuid.uuid4(), "draw_id": DRAW_ID, "lot": LOT, "channel": channel}
    values |= {"entries": ENTRIES, "places": PLACES}
    with psycopg.connect(database, autocommit=True) as connection:
        connection.execute("SET session_replication_role = replica")  # no triggers: these rows were guarded when made
        connection.execute(
            "INSERT INTO lot (number, name, district, village, address) "
            "VALUES (%s, '大安高工地下停車場', '大安區', '龍安里', '復興南路二段')",
            (LOT,),
        )
        connection.execute(
            "INSERT INTO lot_plan (lot, kind, pass_type, code, name, price) "
            "VALUES (%s, 'car', 'all-day', 'general', '一般', 5760)",
            (LOT,),
        )
        for statement in (_PEOPLE, _ROUND, _ENTRIES, _RANKS, _SEATS):
            connection.execute(statement, values)
        connection.execute("ANALYZE")
    return DRAW_ID
