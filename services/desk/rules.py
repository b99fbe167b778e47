"""Reads config/desk.toml."""

from datetime import time, timedelta
from pathlib import Path
from typing import Annotated, Self

from pydantic import Field, model_validator

from domain.desk import DeskRules, ServiceHours
from infra.configfile import Strict, read_config

FILE = Path(__file__).parent.parent.parent / "config" / "desk.toml"

Count = Annotated[int, Field(ge=1)]
Words = Annotated[str, Field(min_length=1, max_length=60)]
Key = Annotated[str, Field(pattern=r"^[a-z_]{1,16}$")]


class _Hours(Strict):
    start: Annotated[time, Field(alias="from")]
    end: Annotated[time, Field(alias="to")]
    zh: Words
    en: Words

    @model_validator(mode="after")
    def _in_order(self) -> Self:
        if self.start >= self.end:
            raise ValueError("from must be earlier than to")
        return self


class _Limits(Strict):
    messages_a_day: Count
    photos_a_day: Count


class _Days(Strict):
    answer: Count
    silent: Count
    reopen: Count
    photos: Count
    words: Count


class _File(Strict):
    """The whole file."""

    hours: _Hours
    limits: _Limits
    days: _Days
    reasons: Annotated[dict[Key, Words], Field(min_length=1)]


def load_desk_rules(file: Path = FILE) -> DeskRules:
    """The rules of the file. Raises SettingsError, one line that names what is wrong."""
    read = read_config(file, _File)
    return DeskRules(
        hours=ServiceHours(read.hours.start, read.hours.end, read.hours.zh, read.hours.en),
        messages_a_day=read.limits.messages_a_day,
        photos_a_day=read.limits.photos_a_day,
        silent=timedelta(days=read.days.silent),
        reopen=timedelta(days=read.days.reopen),
        photos_kept=timedelta(days=read.days.photos),
        words_kept=timedelta(days=read.days.words),
        reasons=read.reasons,
        answer_days=read.days.answer,
    )
