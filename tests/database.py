"""One database per test process, empty again before every test: making a database anew costs more than most tests.

Emptying deletes rows, winds sequences back and drops what a test has made. Whatever else has changed (a column, a
trigger, rows that migrations have put there) is not mended: that database is dropped, and the next test gets a new one.
"""

from dataclasses import dataclass, field

import psycopg
from psycopg import sql

from tests.stores import Admin, drop, new_database, with_database

MOST_ROWS = 20_000  # deleted rows leave their room behind; beyond so many a new database is quicker
GONE_MILLISECONDS = 10_000

RELATIONS = """
SELECT n.nspname, c.relname FROM pg_class c JOIN pg_namespace n ON n.oid = c.relnamespace
WHERE c.relkind IN ('r', 'p') AND n.nspname NOT LIKE 'pg\\_%' AND n.nspname <> 'information_schema' ORDER BY 1, 2
"""
# Every object by its number, and by the transaction that last wrote it.
SCHEMA = """
SELECT md5(string_agg(what, ',' ORDER BY what)) FROM (
    SELECT 'class ' || oid || ' ' || xmin AS what FROM pg_class WHERE oid >= 16384
    UNION ALL SELECT 'column ' || attrelid || ' ' || attnum || ' ' || xmin FROM pg_attribute WHERE attrelid >= 16384
    UNION ALL SELECT 'default ' || oid || ' ' || xmin FROM pg_attrdef
    UNION ALL SELECT 'constraint ' || oid || ' ' || xmin FROM pg_constraint WHERE oid >= 16384
    UNION ALL SELECT 'trigger ' || oid || ' ' || xmin FROM pg_trigger
    UNION ALL SELECT 'function ' || oid || ' ' || xmin FROM pg_proc WHERE oid >= 16384
    UNION ALL SELECT 'type ' || oid || ' ' || xmin FROM pg_type WHERE oid >= 16384
    UNION ALL SELECT 'schema ' || oid || ' ' || xmin FROM pg_namespace WHERE oid >= 16384 AND nspname NOT LIKE 'pg\\_%'
) AS everything
"""
OTHERS = """
SELECT pg_terminate_backend(pid, %s) FROM pg_stat_activity
WHERE datname = current_database() AND pid <> pg_backend_pid()
"""
WIND_BACK = """
SELECT setval(seqrelid::regclass, seqstart, false) FROM pg_sequence
WHERE pg_sequence_last_value(seqrelid::regclass) IS NOT NULL
"""

Name = tuple[str, str]  # schema, table


@dataclass(frozen=True)
class Made:
    """A database as it was when it was made."""

    name: str
    connection: Admin
    tables: frozenset[Name]
    kept: frozenset[Name]  # tables with rows in them from the start
    schema: str
    rows: str


@dataclass
class OwnDatabase:
    """The database of this process. `url()` before a test, `empty()` after it."""

    admin: Admin
    server: str  # its URL
    template: str
    _made: Made | None = field(default=None, init=False)

    def url(self) -> str:
        """Of the empty database, made if there is none."""
        if self._made is None:
            self._made = self._make()
        return with_database(self.server, self._made.name)

    def empty(self) -> None:
        """As it was made; who is still connected is thrown out."""
        made = self._made
        if made is not None and not _as_it_was(made):
            self.drop()

    def drop(self) -> None:
        """The end of it."""
        if self._made is not None:
            self._made.connection.close()
            drop(self.admin, self._made.name)
            self._made = None

    def _make(self) -> Made:
        name = new_database(self.admin, self.template)
        connection = psycopg.connect(with_database(self.server, name), autocommit=True, application_name="emptier")
        connection.execute("SET session_replication_role = replica")  # no foreign keys, no guards against deleting
        tables = _tables(connection)
        kept = frozenset(table for table in tables if _has_rows(connection, table))
        return Made(name, connection, tables, kept, _schema(connection), _rows(connection, kept))


def _as_it_was(made: Made) -> bool:
    """Empty the database; whether it is then as it was made."""
    connection = made.connection
    connection.execute(OTHERS, (GONE_MILLISECONDS,))
    now = _tables(connection)
    for table in now - made.tables:
        connection.execute(sql.SQL("DROP TABLE {} CASCADE").format(sql.Identifier(*table)))
    if not made.tables <= now:
        return False
    deletes = [sql.SQL("DELETE FROM {}").format(sql.Identifier(*table)) for table in sorted(made.tables - made.kept)]
    result = connection.execute(sql.SQL("; ").join(deletes))
    deleted = result.rowcount
    while result.nextset():
        deleted += result.rowcount
    connection.execute(WIND_BACK)
    return deleted <= MOST_ROWS and _schema(connection) == made.schema and _rows(connection, made.kept) == made.rows


def _tables(connection: Admin) -> frozenset[Name]:
    return frozenset((str(schema), str(table)) for schema, table in connection.execute(RELATIONS).fetchall())


def _has_rows(connection: Admin, table: Name) -> bool:
    asked = sql.SQL("SELECT EXISTS (SELECT 1 FROM {})").format(sql.Identifier(*table))
    return connection.execute(asked).fetchone() == (True,)


def _schema(connection: Admin) -> str:
    (found,) = connection.execute(SCHEMA).fetchone() or ("",)
    return str(found)


def _rows(connection: Admin, tables: frozenset[Name]) -> str:
    """The content of a few small tables."""
    found = []
    for table in sorted(tables):
        asked = sql.SQL("SELECT t::text FROM {} t ORDER BY 1").format(sql.Identifier(*table))
        found.append((table, connection.execute(asked).fetchall()))
    return repr(found)
