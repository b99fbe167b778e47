"""The back office's lists over a million rows, against the bare SQL of what they show; and a file of 100,000 rows.

What is held to the bound is the list as its service gives it to the page. Its peer is one statement with the same rows,
sent by psycopg in a transaction of its own on a connection that is open already, and planned each time: its values
would differ from one time to the next. The whole page (session, template, some fifty rows of HTML) is a
figure besides: it costs the same over any number of rows.
"""

import base64
import logging
import resource
import secrets
import time
import uuid
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta

import psycopg
import structlog
from flask import Flask
from flask.testing import FlaskClient

import app as front_door
from benchmarks.ground import Ground
from benchmarks.report import Target, middle, spread
from domain.clock import TAIPEI, city_date
from domain.plates import parse_plate
from domain.staff import Role
from infra import settings
from infra.database import UnitOfWork
from infra.embedded import StoreUrls
from infra.keys import with_keys
from models.staff import StaffRow, StaffSession
from services import audit_list, dead_letters, payment_list, sms_list
from services.accounts import Accounts
from services.payment_list import Wanted
from services.staff.accounts import token_hash

ROWS = 1_000_000
EXPORTED_DAYS = (1, 12)  # 8,640 rows a day
ROUNDS = 15
MOST_GROWTH = 1.1
AS_MUCH_AGAIN = 2.0  # a page may take so many times its bare SQL
RARE = "RARE"  # agency of one bill in RARELY
RARELY = 100_000

# Order n is of minute n, the newest last: nine of ten paid, each of one bill; SMS and messages as many, one in a
# hundred of which did not go.
FILL = (
    """
    INSERT INTO orders (id, channel, citizen, bills, state, total, created_at, expires_at)
    SELECT md5('o' || n)::uuid, 'bench', 'U' || n %% 5000, md5(n::text), 'paid', 60, t.at, t.at
    FROM generate_series(1, %(rows)s) AS n, LATERAL (SELECT now() - make_interval(secs => 10 * (%(rows)s - n))) AS t(at)
    """,
    """
    INSERT INTO order_line (order_id, position, agency, type, number, fee_item, plate, kind, source, amount, pay_amount,
      asked_at)
    SELECT md5('o' || n)::uuid, 0, CASE WHEN n %% %(rarely)s = 1 THEN %(rare)s ELSE 'TPE' END, 'bill', 'B' || n,
      'parking', 'ABC-' || lpad((n %% 10000)::text, 4, '0'), 'car', 'city', 60, 60, now()
    FROM generate_series(1, %(rows)s) AS n
    """,
    """
    INSERT INTO attempt (id, order_id, provider, trade_number, amount, fee, state, started_at, expires_at)
    SELECT md5('a' || n)::uuid, md5('o' || n)::uuid, 'demobank', 'T' || n, 60, 0,
      CASE WHEN n %% 10 = 0 THEN 'expired' ELSE 'paid' END, t.at, t.at
    FROM generate_series(1, %(rows)s) AS n, LATERAL (SELECT now() - make_interval(secs => 10 * (%(rows)s - n))) AS t(at)
    """,
    """
    INSERT INTO payment (attempt_id, order_id, provider, amount, paid_at)
    SELECT id, order_id, provider, amount, started_at FROM attempt WHERE state = 'paid'
    """,
    """
    INSERT INTO sms_message (id, state, delivery, topic, parts, created_at, expires_at)
    SELECT md5('s' || n)::uuid, 'accepted', CASE WHEN n %% 1000 = 0 THEN 'failed' ELSE 'delivered' END, 'draw', 1,
      t.at, t.at
    FROM generate_series(1, %(rows)s) AS n, LATERAL (SELECT now() - make_interval(secs => 2 * (%(rows)s - n))) AS t(at)
    """,
    """
    INSERT INTO outbound_message (id, channel, lane, topic, ended_at, outcome)
    SELECT md5('m' || n)::uuid, 'bench', 'U' || n %% 5000, 'news', now() - make_interval(secs => 2 * (%(rows)s - n)),
      CASE WHEN n %% 100 = 0 THEN 'quota' ELSE 'pushed' END
    FROM generate_series(1, %(rows)s) AS n
    """,
    """
    INSERT INTO audit_row (at, actor, action, subject_type, subject_id)
    SELECT now(), CASE WHEN n %% 1000 = 0 THEN 'staff:rare' ELSE 'system' END, 'order.paid', 'order', n::text
    FROM generate_series(1, %(rows)s) AS n
    """,
)
_MONEY = """
SELECT p.paid_at AS at, a.id, a.started_at, l.agency, l.fee_item, l.number, l.plate, l.pay_amount - l.discount,
  p.amount, (SELECT sum(r.amount) FROM refund r WHERE r.order_id = a.order_id AND r.state = 'done'), a.provider,
  a.trade_number, a.state, w.state
FROM payment p JOIN attempt a ON a.id = p.attempt_id AND a.state IN ('paid','late')
JOIN order_line l ON l.order_id = a.order_id AND l.chosen AND l.type <> 'pass' {line}
LEFT JOIN write_off w ON w.order_id = a.order_id AND w.agency = l.agency AND w.number = l.number
  AND w.type = l.type AND w.kind = 'write_off'
WHERE true {paid} ORDER BY p.paid_at DESC, p.attempt_id DESC LIMIT 51
"""
_NO_MONEY = """
SELECT a.started_at AS at, a.id, a.started_at, l.agency, l.fee_item, l.number, l.plate, l.pay_amount - l.discount,
  a.amount + a.fee, 0, a.provider, a.trade_number, a.state, NULL
FROM attempt a JOIN order_line l ON l.order_id = a.order_id AND l.chosen AND l.type <> 'pass' {line}
WHERE a.state NOT IN ('paid','late') {begun} ORDER BY a.started_at DESC, a.id DESC LIMIT 51
"""


def _payments(line: str = "", paid: str = "", begun: str = "") -> str:
    both = f"({_MONEY}) UNION ALL ({_NO_MONEY}) ORDER BY 1 DESC, 2 DESC LIMIT 51"
    return both.format(line=line, paid=paid, begun=begun)


@dataclass(frozen=True, slots=True)
class Asked:
    """A list: how its service is asked, how its page is (`form` None: by GET), the bare SQL of what both show."""

    read: Callable[[UnitOfWork, Accounts], object]
    address: str | None
    form: Mapping[str, str] | None
    sql: str


LATELY = "now() - interval '30 days'"
NOW_LATELY = Wanted(first=city_date(datetime.now(TAIPEI)) - timedelta(days=30))
LISTS = {
    "payments, first page": Asked(
        lambda uow, _: payment_list.page(uow, NOW_LATELY),
        "/staff/payments",
        None,
        _payments("", f"AND p.paid_at >= {LATELY}", f"AND a.started_at >= {LATELY}"),
    ),
    "payments of one plate": Asked(
        lambda uow, _: payment_list.page(uow, Wanted(plate=parse_plate("ABC-0777"))),
        "/staff/payments/find",
        {"plate": "ABC-0777"},
        _payments("AND l.plate = 'ABC-0777'"),
    ),
    "payments of a rare agency, all days": Asked(
        lambda uow, _: payment_list.page(uow, Wanted(agency=RARE)),
        "/staff/payments/find",
        {"agency": RARE},
        _payments(f"AND l.agency = '{RARE}'"),
    ),
    "SMS, first page": Asked(
        lambda uow, accounts: sms_list.page(uow, accounts, sms_list.Wanted(first=NOW_LATELY.first), None),
        "/staff/sms",
        None,
        f"SELECT * FROM sms_message WHERE created_at >= {LATELY} ORDER BY created_at DESC, id DESC LIMIT 51",  # noqa: S608
    ),
    "SMS that wait (none)": Asked(
        lambda uow, accounts: sms_list.page(uow, accounts, sms_list.Wanted(fate=sms_list.Fate.WAITING), None),
        "/staff/sms/find",
        {"fate": sms_list.Fate.WAITING.value},
        "SELECT * FROM sms_message WHERE state IN ('waiting','sending') AND delivery IS NULL "
        "ORDER BY created_at DESC, id DESC LIMIT 51",
    ),
    "messages that did not go": Asked(
        lambda uow, _: dead_letters.messages(uow),
        "/staff/failed/find",
        {},
        "SELECT * FROM outbound_message WHERE outcome IN ('quota','denied','unreachable','expired') "
        "ORDER BY ended_at DESC, id DESC LIMIT 51",
    ),
    "audit, of one actor": Asked(
        lambda uow, _: audit_list.page(uow, actor="staff:rare"),
        None,  # the head office, which is logged in here, has no page of the audit
        None,
        "SELECT * FROM audit_row LEFT JOIN audit_link ON audit_id = id WHERE actor = 'staff:rare' "
        "ORDER BY id DESC LIMIT 100",
    ),
}


def run(ground: Ground, empty: str, rows: int) -> list[Target]:
    """Print and return the figures. `empty`: a migrated database; `rows`: of each table."""
    structlog.configure(wrapper_class=structlog.make_filtering_bound_logger(logging.WARNING))  # no line for each page
    with ground.copy(empty, "staff") as database:
        _fill(database, rows)
        made = _application(ground, database)
        client = _logged_in(made)
        print(f"  {rows:,} rows in each table; milliseconds")
        targets = [_compare(name, one, made, client, database) for name, one in LISTS.items()]
        targets.append(_export(client))
        made.extensions["house"].engine.dispose()
    return targets


def _fill(database: str, rows: int) -> None:
    with psycopg.connect(database, autocommit=True) as connection:
        connection.execute("SET session_replication_role = replica")  # their keys fit: no need to look each up
        for statement in FILL:
            connection.execute(statement.encode(), {"rows": rows, "rare": RARE, "rarely": RARELY})
        connection.execute("VACUUM (ANALYZE)")


def _application(ground: Ground, database: str) -> Flask:
    key = base64.urlsafe_b64encode(bytes(32)).decode()
    given = {"PARKLINE_VAR": str(ground.folder), "DATA_KEYS": key, "SESSION_KEY": secrets.token_urlsafe(48)}
    app = front_door.create_app(with_keys(settings.load(given), ground.folder), StoreUrls(database, ground.redis))
    app.config.update(WTF_CSRF_ENABLED=False, RATELIMIT_ENABLED=False)
    return app


def _logged_in(app: Flask) -> FlaskClient:
    """A browser of the head office. Who it is was settled elsewhere: no password is typed."""
    token, client, number = secrets.token_urlsafe(32), app.test_client(), uuid.uuid4()
    with app.extensions["house"].unit() as uow:
        name = app.extensions["house"].cipher.encrypt("bench", f"staff.name:{number}")
        row = StaffRow(id=number, login="bench", name=name, role=Role.HEAD, password_hash="-", totp=b"-")
        uow.session.add(row)
        uow.session.flush()
        uow.session.add(StaffSession(token_hash=token_hash(token), staff_id=number, browser="bench"))
        uow.driver.execute("UPDATE staff SET password_at = now()")
    with client.session_transaction() as session:
        session["_user_id"] = token
    return client


def _compare(name: str, asked: Asked, app: Flask, client: FlaskClient, database: str) -> Target:
    house = app.extensions["house"]

    def listed() -> None:
        with house.unit() as uow:
            asked.read(uow, house.accounts)

    def page() -> None:
        answer = client.open(asked.address, method="GET" if asked.form is None else "POST", data=asked.form)
        assert answer.status_code == 200, answer.status

    with psycopg.connect(database, autocommit=True) as connection:

        def bare() -> None:
            with connection.transaction():
                connection.execute(asked.sql.encode(), prepare=False).fetchall()

        sides: dict[str, Callable[[], object]] = {"list": listed, "bare": bare}
        if asked.address is not None:
            sides["page"] = page
        took: dict[str, list[float]] = {side: [] for side in sides}
        for number in range(ROUNDS + 1):
            for side, do in sides.items():
                began = time.perf_counter()
                do()
                if number:  # the first one warms all
                    took[side].append((time.perf_counter() - began) * 1000)
    told = ", ".join(f"{side} {spread(times)}" for side, times in took.items())
    print(f"  {name:<36} {told}")
    ratio = middle(took["list"]) / middle(took["bare"])
    return Target(f"staff: {name}, list / bare SQL", ratio, AS_MUCH_AGAIN, at_most=True)


def _export(client: FlaskClient) -> Target:
    """The peak of memory over a file of some 100,000 rows against that over a tenth of it."""
    peaks = []
    for days in EXPORTED_DAYS:
        first = city_date(datetime.now(TAIPEI)) - timedelta(days=days)
        began = time.perf_counter()
        answer = client.post("/staff/payments/excel", data={"first": first.isoformat()}, buffered=False)
        size = sum(len(piece) for piece in answer.iter_encoded())
        answer.close()
        peaks.append(resource.getrusage(resource.RUSAGE_SELF).ru_maxrss)
        took = time.perf_counter() - began
        print(f"  a file of {days} days: {size / 1e6:.1f} MB in {took:.1f} s, at most {peaks[-1] / 1024:.0f} MB")
    return Target("staff: peak memory of 100,000 rows / of 10,000", peaks[1] / peaks[0], MOST_GROWTH, at_most=True)
