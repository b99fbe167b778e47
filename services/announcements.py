"""公告: what the city tells everybody, one file each in config/announcements/."""

import datetime
import tomllib
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Annotated

from pydantic import BaseModel, ConfigDict, Field, ValidationError

from domain.clock import Clock, city_date
from domain.reader import Language
from infra.settings import SettingsError

FOLDER = Path(__file__).parent.parent / "config" / "announcements"


class Told(BaseModel):
    """An announcement in one language."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    title: Annotated[str, Field(min_length=1, max_length=60)]
    body: Annotated[str, Field(min_length=1, max_length=600)]


class Announcement(BaseModel):
    """One file."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    published: datetime.date
    until: datetime.date | None = None  # last day it is shown
    zh: Told
    en: Told

    def told(self, language: Language) -> Told:
        """The announcement in the reader's language."""
        return self.en if language is Language.EN else self.zh


@dataclass(frozen=True, slots=True)
class Announcements:
    """All announcements, shown from their day on."""

    every: Sequence[Announcement]
    clock: Clock

    @classmethod
    def load(cls, clock: Clock, folder: Path = FOLDER) -> "Announcements":
        """Those of the folder. Raises SettingsError, one line that names the file and what is wrong."""
        return cls(tuple(map(_read, sorted(folder.glob("*.toml")))), clock)

    def current(self) -> Sequence[Announcement]:
        """Those to be shown today in Taiwan, the newest first."""
        today = city_date(self.clock.now())
        shown = [one for one in self.every if one.published <= today and (one.until is None or today <= one.until)]
        return sorted(shown, key=lambda one: one.published, reverse=True)


def _read(file: Path) -> Announcement:
    try:
        return Announcement.model_validate(tomllib.loads(file.read_text("utf-8")))
    except ValidationError as error:
        first = error.errors()[0]
        raise SettingsError(f"{file.name}: {'.'.join(map(str, first['loc']))}: {first['msg']}") from None
    except tomllib.TOMLDecodeError as error:
        raise SettingsError(f"{file.name}: {error}") from None
