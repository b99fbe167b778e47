"""The key of the lookup hashes: made once, kept wrapped by DATA_KEYS, read once per process."""

from threading import Lock

from sqlalchemy import select
from sqlalchemy.dialects.postgresql import insert

from infra.crypto import FieldCipher, lookup_hash, new_lookup_key
from infra.database import UnitOfWork, UnitOfWorkFactory
from models.account import LookupKeyRow


class LookupKey:
    """Hashes what must be found without being readable. wiring gives the units of work and the cipher of DATA_KEYS."""

    def __init__(self, units: UnitOfWorkFactory, cipher: FieldCipher) -> None:
        self._units = units
        self._cipher = cipher
        self._lock = Lock()
        self._key: bytes | None = None

    def hash(self, uow: UnitOfWork, field: str, text: str) -> bytes:
        """The keyed hash of a field, 32 bytes. Raises UnreadableError when DATA_KEYS lack the key it is wrapped by."""
        return lookup_hash(self._key or self._read(uow), field, text)

    def _read(self, uow: UnitOfWork) -> bytes:
        with self._lock:
            if self._key is None:
                self._key = self._cipher.unwrap(self._wrapped(uow) or self._make())
            return self._key

    @staticmethod
    def _wrapped(uow: UnitOfWork) -> bytes | None:
        wrapped: bytes | None = uow.connection.execute(select(LookupKeyRow.wrapped)).scalar()
        return wrapped

    def _make(self) -> bytes:
        """In a transaction of its own: the caller's may roll back, and hashes under a lost key find nothing."""
        with self._units() as uow:
            made = insert(LookupKeyRow).values(id=1, wrapped=self._cipher.wrap(new_lookup_key()))
            uow.connection.execute(made.on_conflict_do_nothing())
        with self._units() as uow:
            wrapped = self._wrapped(uow)
        if wrapped is None:
            raise LookupError("the lookup key vanished")
        return wrapped
