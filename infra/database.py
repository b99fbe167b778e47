"""Engine and unit of work. One unit of work is one transaction, opened late and ended by the edge that made it."""

from collections.abc import Callable
from types import TracebackType
from typing import Self

import psycopg
from sqlalchemy import Connection, Engine, RootTransaction, create_engine
from sqlalchemy.orm import Session

CHECKOUT_SECONDS = 1.0  # waiting longer for a connection than this is an error, not patience
CONNECT_SECONDS = 3
STATEMENT_SECONDS = 30


def driver_url(url: str) -> str:
    """postgresql://… as SQLAlchemy wants it for psycopg 3."""
    return url.replace("postgresql://", "postgresql+psycopg://", 1)


def make_engine(url: str, *, pool_size: int = 8, application: str = "parkline") -> Engine:
    """An engine on PostgreSQL 15+ through psycopg 3.

    Call it after fork. `url` is postgresql://…; pool_size is the number of threads that may hold a connection at once.
    """
    return create_engine(
        driver_url(url),
        pool_size=pool_size,
        max_overflow=0,
        pool_timeout=CHECKOUT_SECONDS,
        pool_pre_ping=False,  # a broken connection fails its transaction, which is tried again; no ping per event
        connect_args={
            "connect_timeout": CONNECT_SECONDS,
            "application_name": application,
            "options": f"-c statement_timeout={STATEMENT_SECONDS * 1000} -c timezone=UTC",
        },
    )


class UnitOfWork:
    """One transaction. Services take it as their first argument and never commit; the edge does.

    The connection is taken at first use, so a step that only reads its input holds none.
    """

    def __init__(self, engine: Engine) -> None:
        self._engine = engine
        self._connection: Connection | None = None
        self._transaction: RootTransaction | None = None
        self._session: Session | None = None
        self._after_commit: list[Callable[[], None]] = []

    @property
    def connection(self) -> Connection:
        """SQLAlchemy Core on this transaction."""
        if self._connection is None:
            self._connection = self._engine.connect()
        if self._transaction is None:
            self._transaction = self._connection.begin()
        return self._connection

    @property
    def session(self) -> Session:
        """The ORM session of this transaction, made at first use: hot steps do without one."""
        connection = self.connection
        if self._session is None:
            self._session = Session(connection, expire_on_commit=False)
        return self._session

    @property
    def driver(self) -> "psycopg.Connection[tuple[object, ...]]":
        """psycopg on the same transaction, for COPY and hot statements."""
        return self.connection.connection.driver_connection  # type: ignore[return-value]

    def flush(self) -> None:
        """What the ORM session holds goes to the database, for statements beside it; nothing where there is none."""
        if self._session is not None:
            self._session.flush()

    def after_commit(self, action: Callable[[], None]) -> None:
        """Run `action` once the commit has succeeded (hints only: what must happen belongs in the transaction)."""
        self._after_commit.append(action)

    def commit(self) -> None:
        if self._session is not None:
            self._session.commit()  # flushes; the transaction is the connection's
        if self._transaction is not None:
            self._transaction.commit()
            self._transaction = None
        actions, self._after_commit = self._after_commit, []
        for action in actions:
            action()

    def rollback(self) -> None:
        self._after_commit.clear()
        if self._session is not None:
            self._session.rollback()
        if self._transaction is not None:
            if self._transaction.is_active:  # the session may have rolled it back
                self._transaction.rollback()
            self._transaction = None

    def close(self) -> None:
        if self._session is not None:
            self._session.close()
            self._session = None
        if self._connection is not None:
            self._connection.close()
            self._connection = self._transaction = None

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        try:
            if kind is not None:
                self.rollback()
            else:
                self.commit()
        finally:
            self.close()


UnitOfWorkFactory = Callable[[], UnitOfWork]
