"""What a benchmark stands on: embedded stores of its own, ledgers of a chosen size, citizens already known."""

import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

import psycopg
import redis
from psycopg import sql

from bot.dialog import DIALOG_SECONDS, Dialog, DialogStore
from domain.reader import Language
from infra.crypto import FieldCipher
from infra.embedded import stores
from infra.migrations import upgrade

AGENCY = "PARKA"
DATA_KEY = bytes(range(32))  # of these stores alone: the dialogs kept before a run are sealed with it
BILLS_OF_A_PLATE = 2  # makes a card of about 6 KB
CITIZENS = 20_000

# Bill n belongs to plate n / BILLS_OF_A_PLATE: AA-0000, AA-0001 … ZZ-9999, a form that only cars have.
FILL = """
INSERT INTO ledger_bill (number, agency, plate, plate_key, kind, car_type, fee_item, parked_on, deadline, amount,
    pay_amount, hours, street, issued_how)
SELECT 'B' || lpad(n::text, 13, '0'), %(agency)s, letters || '-' || digits, letters || digits, 'car', 'C', 'parking',
    (now() AT TIME ZONE 'Asia/Taipei')::date - 9, (now() AT TIME ZONE 'Asia/Taipei')::date + 6, 60, 60, 2.5,
    '忠孝東路四段', '現場開單'
FROM generate_series(0, %(bills)s::bigint - 1) AS n,
  LATERAL (SELECT n / %(each)s AS plate) AS p,
  LATERAL (SELECT chr(65 + (plate / 260000)::int) || chr(65 + (plate / 10000 %% 26)::int) AS letters,
                  lpad((plate %% 10000)::text, 4, '0') AS digits) AS written
"""
CITIZENS_KNOWN = """
INSERT INTO citizen (channel, line_id, language)
SELECT %(channel)s, 'U' || md5(n::text), 'zh-TW' FROM generate_series(0, %(citizens)s - 1) AS n
"""


@dataclass(frozen=True, slots=True)
class Ground:
    """Stores of one run. `postmaster` and `redis_server` are process ids, for their processor time."""

    server: str  # the URL of the server's own database
    redis: str
    folder: Path
    postmaster: int
    redis_server: int

    def url(self, database: str) -> str:
        """The same server, another database."""
        return self.server.replace("/parkline?", f"/{database}?")

    def make_ledger(self, database: str, bills: int) -> None:
        """A migrated database with so many open bills; plates differ, each has BILLS_OF_A_PLATE."""
        with psycopg.connect(self.server, autocommit=True) as connection:
            connection.execute(sql.SQL("CREATE DATABASE {}").format(sql.Identifier(database)))
        upgrade(self.url(database))
        with psycopg.connect(self.url(database), autocommit=True) as connection:
            connection.execute(FILL, {"agency": AGENCY, "bills": bills, "each": BILLS_OF_A_PLATE})
            connection.execute("INSERT INTO ledger_agency (code) VALUES (%s)", (AGENCY,))
            connection.execute("VACUUM (ANALYZE) ledger_bill")
            connection.execute("CHECKPOINT")

    @contextmanager
    def copy(self, of: str, name: str) -> Iterator[str]:
        """The URL of a fresh copy of a database, dropped afterwards; so no run sees the rows of another."""
        names = sql.Identifier(name), sql.Identifier(of)
        drop = sql.SQL("DROP DATABASE IF EXISTS {} WITH (FORCE)").format(names[0])
        with psycopg.connect(self.server, autocommit=True) as connection:
            connection.execute(drop)
            connection.execute(sql.SQL("CREATE DATABASE {} TEMPLATE {}").format(*names))
            try:
                yield self.url(name)
            finally:
                connection.execute(drop)

    def know_citizens(self, url: str, channel: str) -> None:
        """CITIZENS people whose language the database keeps and whose dialog is in Redis, which holds only that."""
        with psycopg.connect(url, autocommit=True) as connection:
            connection.execute(CITIZENS_KNOWN, {"channel": channel, "citizens": CITIZENS})
            connection.execute("ANALYZE citizen")
            people = connection.execute("SELECT line_id FROM citizen ORDER BY line_id").fetchall()
        with redis.Redis.from_url(self.redis) as client, client.pipeline(transaction=False) as pipe:
            client.flushall()
            dialogs, known = DialogStore(client, FieldCipher([DATA_KEY])), Dialog(version=1, language=Language.ZH)
            for (person,) in people:
                lane = (channel, person)
                pipe.set(DialogStore.key(lane), dialogs.seal(lane, known), ex=DIALOG_SECONDS)
            pipe.execute()


def plate(number: int) -> str:
    """The plate of this number, as FILL wrote it."""
    return f"{chr(65 + number // 260_000)}{chr(65 + number // 10_000 % 26)}-{number % 10_000:04}"


@contextmanager
def ground() -> Iterator[Ground]:
    """Stores in a temporary folder, with the product's own settings; gone afterwards."""
    with tempfile.TemporaryDirectory(prefix="parkline-bench-") as name:
        folder = Path(name)
        folder.chmod(0o755)
        with stores(folder, keep=False) as urls:
            with psycopg.connect(urls.database) as connection:
                backend = connection.info.backend_pid
                postmaster = int(Path(f"/proc/{backend}/stat").read_text().rpartition(")")[2].split()[1])
            with redis.Redis.from_url(urls.redis) as client:
                redis_server = int(client.info("server")["process_id"])
            yield Ground(urls.database, urls.redis, folder, postmaster, redis_server)
