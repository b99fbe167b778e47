"""公告: what the city tells everybody, one file each in config/announcements/."""

import datetime
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Annotated

from pydantic import Field

from domain.clock import Clock, city_date
from domain.reader import Language
from infra.configfile import Strict, read_config

FOLDER = Path(__file__).parent.parent / "config" / "announcements"


class Told(Strict):
    """An announcement in one language."""

    title: Annotated[str, Field(min_length=1, max_length=60)]
    body: Annotated[str, Field(min_length=1, max_length=600)]


class Announcement(Strict):
    """One file."""

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
        return cls(tuple(read_config(file, Announcement) for file in sorted(folder.glob("*.toml"))), clock)

    def current(self) -> Sequence[Announcement]:
        """Those to be shown today in Taiwan, the newest first."""
        today = city_date(self.clock.now())
        shown = [one for one in self.every if one.published <= today and (one.until is None or today <= one.until)]
        return sorted(shown, key=lambda one: one.published, reverse=True)


def read_announcement(name: str, folder: Path = FOLDER) -> Announcement:
    """One by the name of its file, without ".toml". Raises ValueError for a name of none, SettingsError as load()."""
    files = {file.stem: file for file in folder.glob("*.toml")}
    if name not in files:
        raise ValueError(f"no announcement {name}: one of {', '.join(sorted(files))}")
    return read_config(files[name], Announcement)
