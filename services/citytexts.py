"""公告 and 答客問 as they stand: the entries of config/, each replaced by what staff have written under the same key.

The files are the first content of every city and are never changed here; what staff take down stays down, also when a
new release brings the file again. A change names the version it was made from, so that no one undoes another's unseen.
"""

import secrets
import unicodedata
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Generic, TypeVar

from pydantic import BaseModel
from sqlalchemy import ColumnElement, func, select
from sqlalchemy.dialects.postgresql import insert

from domain.staff import StaffRuleError
from infra.database import UnitOfWork
from models.citytext import CityText
from services import audit

_KEPT = "\n\u200d"  # the second joins the parts of an emoji

T = TypeVar("T", bound=BaseModel)


@dataclass(frozen=True, slots=True)
class Written(Generic[T]):
    """One text, and by whom. `version` 0: the file's own, which nobody has changed."""

    key: str
    text: T
    shown: bool = True
    version: int = 0
    changed_by: str = ""
    changed_at: datetime | None = None


class CityTexts(Generic[T]):
    """The texts of one kind. `files`: by key, as config/ has them."""

    def __init__(self, kind: str, shape: type[T], files: Mapping[str, T]) -> None:
        self._kind = kind
        self._shape = shape
        self._files = files

    def every(self, uow: UnitOfWork) -> Sequence[Written[T]]:
        """All of them, what was taken down too, in the order of their keys."""
        found = {key: Written(key, text) for key, text in self._files.items()}
        found |= {row.key: self._written(row) for row in uow.session.scalars(select(CityText).where(self._mine))}
        return [found[key] for key in sorted(found)]

    def find(self, uow: UnitOfWork, key: str) -> Written[T] | None:
        """One of them, also one that was taken down."""
        row = uow.session.get(CityText, (self._kind, key))
        if row is not None:
            return self._written(row)
        return Written(key, self._files[key]) if key in self._files else None

    def changes(self, uow: UnitOfWork) -> int:
        """How often staff have changed anything: grows with each change that is committed."""
        total = select(func.coalesce(func.sum(CityText.version), 0)).where(self._mine)
        return uow.connection.execute(total).scalar_one()

    def put(self, uow: UnitOfWork, key: str, text: T, *, shown: bool, version: int, staff: str) -> None:
        """Keep a text as staff have written it. Raises StaffRuleError where somebody changed it after `version`."""
        values: dict[str, Any] = {
            "content": text.model_dump(mode="json"),
            "shown": shown,
            "changed_by": staff,
            "changed_at": func.now(),
        }
        kept = insert(CityText).values(kind=self._kind, key=key, version=1, **values)
        kept = kept.on_conflict_do_update(
            index_elements=[CityText.kind, CityText.key],
            set_={**values, "version": CityText.version + 1},
            where=CityText.version == version,
        )
        if uow.connection.execute(kept.returning(CityText.version)).scalar() is None:
            raise StaffRuleError("這則內容剛被另一位同仁更改過，請重新開啟，看過之後再改")
        detail: audit.Detail = {"shown": shown, "version": version + 1}
        audit.write(uow, f"{self._kind}.written", actor=staff, subject_type=self._kind, subject_id=key, detail=detail)

    @property
    def _mine(self) -> ColumnElement[bool]:
        return CityText.kind == self._kind

    def _written(self, row: CityText) -> Written[T]:
        text = self._shape.model_validate(row.content)
        return Written(row.key, text, row.shown, row.version, row.changed_by, row.changed_at)


def new_key() -> str:
    """For a text that no file has: letters alone, as the key of a question must be."""
    return "own_" + "".join(secrets.choice("abcdefghijkmnopqrstuvwxyz") for _ in range(12))


def plain(words: str) -> str:
    """Plain text as a browser sends it: lines end in one way, and nothing in it that cannot be seen."""
    lines = words.replace("\r\n", "\n").strip()
    return "".join(letter for letter in lines if letter in _KEPT or unicodedata.category(letter) not in ("Cc", "Cf"))
