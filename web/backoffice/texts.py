"""What the pages of 公告 and 答客問 do alike: a text is written in both languages, looked at, kept, taken down.

Plain text only: it is shown as it was typed, on pages by templates that escape it, in the chat by LINE.
"""

from abc import ABC, abstractmethod
from collections.abc import Mapping
from typing import Any, Generic, TypeVar

from flask import abort, flash, request
from flask.typing import ResponseReturnValue
from pydantic import BaseModel, ValidationError

from domain.staff import StaffRuleError
from services.citytexts import CityTexts, Written, new_key, plain
from web.backoffice.gate import member
from web.backoffice.room import Room, done, field, try_to

LONGEST = 2000  # characters taken from a field; each shape says how many it may have
T = TypeVar("T", bound=BaseModel)


class TextPages(ABC, Generic[T]):
    """One method per route. `home`: the endpoint of the list; `labels`: of the form's fields."""

    home: str
    labels: Mapping[str, str]

    def __init__(self, room: Room, texts: CityTexts[T]) -> None:
        self.services = room.services
        self.texts = texts

    @abstractmethod
    def read(self, key: str, values: Mapping[str, str]) -> T:
        """The text of a form. Raises StaffRuleError."""

    @abstractmethod
    def fields(self, text: T) -> Mapping[str, str]:
        """The reverse."""

    @abstractmethod
    def form(
        self,
        key: str,
        of: int,
        values: Mapping[str, str],
        found: Written[T] | None = None,
        preview: T | None = None,
    ) -> ResponseReturnValue:
        """The page with the form. `of`: the version it is made from; `found`: as it is kept."""

    def one(self, key: str) -> ResponseReturnValue:
        """GET: the form of one, and what may be done with it."""
        found = self.find(key)
        return self.form(key, found.version, self.fields(found.text), found)

    def preview(self) -> ResponseReturnValue:
        """POST: as citizens will read it; nothing is kept."""
        key, values = self._typed()
        try:
            return self.form(key, version(), values, preview=self.read(key or new_key(), values))
        except StaffRuleError as error:
            return self._again(error, key, values)

    def save(self) -> ResponseReturnValue:
        """POST: kept; new ones are shown, others stay as they are."""
        key, values = self._typed()
        kept, shown = key or new_key(), self.find(key).shown if key else True
        try:
            with self.services.unit() as uow:
                text = self.read(kept, values)
                self.texts.put(uow, kept, text, shown=shown, version=version(), staff=member().actor)
        except StaffRuleError as error:
            return self._again(error, key, values)
        return done(self.home, "已儲存。")

    def shelf(self, key: str) -> ResponseReturnValue:
        """POST: taken down, or shown again."""
        shown, found = field("shown", 1) == "1", self.find(key)

        def deed() -> None:
            with self.services.unit() as uow:
                self.texts.put(uow, key, found.text, shown=shown, version=version(), staff=member().actor)

        return try_to(deed, self.home, "已重新上架。" if shown else "已下架，聊天室不再顯示。")

    def find(self, key: str) -> Written[T]:
        """One text; 404 where there is none."""
        with self.services.unit() as uow:
            found = self.texts.find(uow, key)
        if found is None:
            abort(404)
        return found

    def _typed(self) -> tuple[str, dict[str, str]]:
        """The key, "" for a new text, and the fields as plain text."""
        return field("key", 64), {name: plain(request.form.get(name, "")[:LONGEST]) for name in self.labels}

    def _again(self, error: StaffRuleError, key: str, values: Mapping[str, str]) -> ResponseReturnValue:
        """What was typed stays in its fields, with why nothing was kept."""
        flash(str(error), "wrong")
        return self.form(key, version(), values)


def version() -> int:
    """Which version the form was made from; 0 for what staff have not written yet."""
    written = field("version", 9)
    return int(written) if written.isdecimal() else abort(400)


def tongues(values: Mapping[str, str], *parts: str) -> dict[str, dict[str, str]]:
    """The fields of both languages: zh.title is `title` of `zh`."""
    return {tongue: {part: values[f"{tongue}.{part}"] for part in parts} for tongue in ("zh", "en")}


def shaped(shape: type[T], values: Mapping[str, Any], labels: Mapping[str, str]) -> T:
    """The values in their shape. Raises StaffRuleError, in Chinese."""
    try:
        return shape.model_validate(values)
    except ValidationError as error:
        first = error.errors(include_url=False, include_input=False)[0]
        label = labels.get(".".join(map(str, first["loc"])), "")
        raise StaffRuleError(_why(first["type"], label, first.get("ctx", {}))) from None


def _why(kind: str, label: str, limits: Mapping[str, Any]) -> str:
    if kind == "string_too_long":
        return f"「{label}」最多 {limits['max_length']} 個字"
    if kind in ("string_too_short", "missing"):
        return f"請填寫「{label}」"
    return f"「{label}」不正確"
