"""公告: what the city tells everybody. A file each in config/announcements/ to begin with; staff write the others."""

import datetime
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Annotated

from pydantic import Field

from domain.clock import Clock, city_date
from domain.reader import Language
from infra.configfile import Strict, read_config
from infra.database import UnitOfWork
from services.citytexts import CityTexts

FOLDER = Path(__file__).parent.parent / "config" / "announcements"
KIND = "announcement"


class Told(Strict):
    """An announcement in one language."""

    title: Annotated[str, Field(min_length=1, max_length=60)]
    body: Annotated[str, Field(min_length=1, max_length=600)]


class Announcement(Strict):
    """One announcement."""

    published: datetime.date
    until: datetime.date | None = None  # last day it is shown
    place: Annotated[int, Field(ge=0, le=999)] = 0  # a higher one stands above newer ones
    zh: Told
    en: Told

    def told(self, language: Language) -> Told:
        """The announcement in the reader's language."""
        return self.en if language is Language.EN else self.zh


class Announcements:
    """All announcements, shown from their day on. `texts`: where staff write them."""

    def __init__(self, files: Mapping[str, Announcement], clock: Clock) -> None:
        self.texts = CityTexts(KIND, Announcement, files)
        self._clock = clock

    @classmethod
    def load(cls, clock: Clock, folder: Path = FOLDER) -> "Announcements":
        """Those of the folder, by the names of their files. Raises SettingsError, one line that says what is wrong."""
        return cls({file.stem: read_config(file, Announcement) for file in folder.glob("*.toml")}, clock)

    def current(self, uow: UnitOfWork) -> Sequence[Announcement]:
        """Those to be shown today in Taiwan: by their place, then the newest first."""
        today = city_date(self._clock.now())
        shown = [one.text for one in self.texts.every(uow) if one.shown and is_current(one.text, today)]
        return sorted(shown, key=lambda one: (one.place, one.published), reverse=True)

    def require(self, uow: UnitOfWork, key: str) -> Announcement:
        """One that is not taken down. Raises ValueError for a key of none."""
        found = self.texts.find(uow, key)
        if found is None or not found.shown:
            keys = ", ".join(one.key for one in self.texts.every(uow) if one.shown)
            raise ValueError(f"no announcement {key}: one of {keys}")
        return found.text


def is_current(one: Announcement, today: datetime.date) -> bool:
    """Whether today is one of its days."""
    return one.published <= today and (one.until is None or today <= one.until)
