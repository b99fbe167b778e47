"""Idempotency-Key: the same call again gets the answer it got, also where that answer was lost on the way."""

import hashlib
import zlib

from sqlalchemy import delete, func, select, tuple_
from sqlalchemy.dialects.postgresql import insert

from domain.agencyapi import KEPT_ANSWERS
from infra.database import UnitOfWork
from models.agency import AgencyBatch
from services.agencyapi.keys import Caller

FORGOTTEN_AT_ONCE = 500


class OtherCallError(Exception):
    """The key was used for another call."""


class SameCall:
    """One call under its key. `answer`: what the call was answered before, None for the first time."""

    def __init__(self, uow: UnitOfWork, caller: Caller, key: str, request: bytes) -> None:
        """Waits for the same call in another transaction. Raises OtherCallError."""
        self._uow = uow
        self._row = (caller.id, key)
        self._request = hashlib.sha256(request).digest()
        uow.connection.execute(select(func.pg_advisory_xact_lock(func.hashtextextended(f"{caller.id} {key}", 0))))
        known = uow.session.get(AgencyBatch, self._row)
        if known is not None and known.request != self._request:
            raise OtherCallError
        self.answer = zlib.decompress(known.answer) if known is not None else None

    def keep(self, answer: bytes) -> None:
        """In the transaction of what the call did: both stand or fall together."""
        agency_id, key = self._row
        row = {"agency_id": agency_id, "key": key, "request": self._request, "answer": zlib.compress(answer, 1)}
        self._uow.session.execute(insert(AgencyBatch).values(row))


def forget(uow: UnitOfWork) -> int:
    """Drop answers nobody will ask for; how many."""
    old = tuple_(AgencyBatch.agency_id, AgencyBatch.key)
    rows = select(AgencyBatch.agency_id, AgencyBatch.key).where(AgencyBatch.made_at < func.now() - KEPT_ANSWERS)
    gone = delete(AgencyBatch).where(old.in_(rows.limit(FORGOTTEN_AT_ONCE))).returning(AgencyBatch.key)
    return len(uow.session.scalars(gone).all())
