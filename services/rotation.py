"""`keys rotate`: encrypt what is secret anew under the newest of DATA_KEYS, batch by batch, while the service runs.

Every process must have been started with the new key in front before this runs; afterwards the old one may be dropped.
A room that keeps encrypted columns names them in PLACES.
"""

from collections.abc import Callable
from dataclasses import dataclass

from sqlalchemy import text

from infra.crypto import FieldCipher
from infra.database import UnitOfWork, UnitOfWorkFactory
from models.account import LookupKeyRow

BATCH = 200
PHOTOS = 10  # a batch is in memory at once


@dataclass(frozen=True, slots=True)
class Place:
    """Encrypted columns of a table with the primary key `id`. `name`: what the tokens' place begins with."""

    table: str
    columns: tuple[str, ...]
    name: str
    batch: int = BATCH


PLACES = (
    Place("account", ("mobile", "name", "email"), "account"),
    Place("phone_code", ("mobile",), "phone_code"),
    Place("sms_message", ("recipient", "body"), "sms_message"),
    Place("pass_entry", ("salt", "holder", "name", "landline"), "pass_entry"),
    Place("qualification_photo", ("photo",), "qualification_photo", PHOTOS),
    Place("refund_account", ("account",), "refund_account"),
    Place("thread_message", ("words",), "thread_message"),
    Place("thread_photo", ("picture",), "thread_photo", PHOTOS),
    Place("agency", ("webhook_secret", "secret_before"), "agency"),
    Place("staff", ("name", "totp", "email"), "staff"),
    Place("tray.sent", ("recipient", "body"), "tray"),
    Place("tray.mail", ("recipient", "body"), "tray.mail"),
)


class Rotation:
    """wiring gives units of work and the cipher of DATA_KEYS."""

    def __init__(self, units: UnitOfWorkFactory, cipher: FieldCipher) -> None:
        self._units = units
        self._cipher = cipher

    def run(self, progress: Callable[[int], None] = lambda _: None) -> int:
        """Rotate everything; returns how many tokens were encrypted anew. Safe to repeat, and to break off.

        Raises UnreadableError at a token that none of DATA_KEYS reads: nothing after it is touched.
        """
        rotated = self._lookup_key()
        for place in PLACES:
            for column in place.columns:
                last = "00000000-0000-0000-0000-000000000000"
                while last:
                    with self._units() as uow:
                        last, done = self._batch(uow, place, column, last)
                    rotated += done
                    progress(rotated)
        return rotated

    def _lookup_key(self) -> int:
        """The lookup key stays what it is; only its wrapping is new."""
        with self._units() as uow:
            row = uow.session.get(LookupKeyRow, 1, with_for_update=True)
            if row is None or not self._cipher.is_stale(row.wrapped):
                return 0
            row.wrapped = self._cipher.wrap(self._cipher.unwrap(row.wrapped))
            return 1

    def _batch(self, uow: UnitOfWork, place: Place, column: str, after: str) -> tuple[str, int]:
        """One batch in the order of ids: (the last id, or "" at the end; tokens encrypted anew)."""
        select = f"""
            SELECT id, {column} AS token FROM {place.table} WHERE id > CAST(:after AS uuid) AND {column} IS NOT NULL
            ORDER BY id LIMIT {place.batch} FOR UPDATE
        """  # noqa: S608 - names of PLACES
        rows = uow.connection.execute(text(select), {"after": after}).all()
        anew = [
            {"id": row.id, "token": self._anew(bytes(row.token), f"{place.name}.{column}:{row.id}")}
            for row in rows
            if self._cipher.is_stale(bytes(row.token))
        ]
        if anew:
            uow.connection.execute(text(f"UPDATE {place.table} SET {column} = :token WHERE id = :id"), anew)  # noqa: S608
        return (str(rows[-1].id) if len(rows) == place.batch else ""), len(anew)

    def _anew(self, token: bytes, place: str) -> bytes:
        return self._cipher.seal(self._cipher.open(token, place), place)
