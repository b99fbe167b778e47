"""Reads config/passes.toml: pass types (票種), limits, and when the steps of a round happen by default."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import time, timedelta
from pathlib import Path
from typing import Annotated

from pydantic import Field

from domain.passreturns import ReturnRules
from domain.rounds import MonthDefaults
from infra.configfile import Strict, read_config

FILE = Path(__file__).parent.parent.parent / "config" / "passes.toml"
Day = Annotated[int, Field(ge=1, le=28)]


class _Schedule(Strict):
    opens: tuple[Day, time]
    closes: tuple[Day, time]
    draw: tuple[Day, time]
    pay_last_day: Day


class _Priority(Strict):
    category: Annotated[str, Field(pattern=r"^[a-z_]{1,16}$")]
    name: str
    first_day: Day
    last_day: Day


class _Returns(Strict):
    before_first_day: Annotated[int, Field(ge=0, le=100)]
    each_day_left: bool
    fee: Annotated[int, Field(ge=0)]


class _Name(Strict):
    zh: str
    en: str


class _File(Strict):
    """The whole file; an unknown key is an error."""

    agency: Annotated[str, Field(pattern=r"^[A-Z0-9]{2,16}$")]
    registration_limit: Annotated[int, Field(ge=1, le=1000)]
    offer_days: Annotated[int, Field(ge=1, le=30)]
    remind_hours: Annotated[int, Field(ge=1, le=72)]
    ends_days: Annotated[int, Field(ge=1, le=15)]
    freeze_grace_seconds: Annotated[int, Field(ge=2, le=600)]
    complaint_days: Annotated[int, Field(ge=1, le=3650)]
    schedule: _Schedule
    priority: list[_Priority]
    returns: _Returns
    evidence_photos: Annotated[int, Field(ge=1, le=20)]
    evidence: dict[Annotated[str, Field(pattern=r"^[a-z-]{1,16}$")], _Name]
    pass_types: Annotated[dict[Annotated[str, Field(pattern=r"^[a-z-]{1,16}$")], _Name], Field(min_length=1)]


@dataclass(frozen=True, slots=True)
class PriorityRule:
    """優先購買 of a category, whole days of the draw month."""

    category: str
    name: str
    first_day: int
    last_day: int


@dataclass(frozen=True, slots=True)
class PassRules:
    """What config/passes.toml says."""

    agency: str  # who is owed for passes: a code of config/cities.toml
    registration_limit: int
    offer_life: timedelta
    reminded_before: timedelta  # 繳費提醒, before the deadline of whoever has not paid
    ending_before: timedelta  # 月票到期, before the end of the last day of use
    freeze_grace: timedelta
    complaint_period: timedelta  # 申訴期間, from the end of the months of use
    schedule: MonthDefaults
    priority: tuple[PriorityRule, ...]
    pass_types: Mapping[str, tuple[str, str]]  # code -> name in Chinese, in English
    evidence: Mapping[str, tuple[str, str]]  # 資格審查: what is to be shown, likewise
    evidence_photos: int
    returns: ReturnRules

    def type_names(self, code: str) -> tuple[str, str]:
        """A pass type in Chinese and in English."""
        return self.pass_types.get(code, (code, code))

    def evidence_names(self, code: str) -> tuple[str, str]:
        """What is to be shown, in Chinese and in English."""
        return self.evidence.get(code, (code, code))


def load_pass_rules(file: Path = FILE) -> PassRules:
    """The rules of the file. Raises SettingsError, one line that names what is wrong."""
    read = read_config(file, _File)
    plan = read.schedule
    return PassRules(
        agency=read.agency,
        registration_limit=read.registration_limit,
        offer_life=timedelta(days=read.offer_days),
        reminded_before=timedelta(hours=read.remind_hours),
        ending_before=timedelta(days=read.ends_days),
        freeze_grace=timedelta(seconds=read.freeze_grace_seconds),
        complaint_period=timedelta(days=read.complaint_days),
        schedule=MonthDefaults(plan.opens, plan.closes, plan.draw, plan.pay_last_day),
        priority=tuple(PriorityRule(one.category, one.name, one.first_day, one.last_day) for one in read.priority),
        pass_types=_names(read.pass_types),
        evidence=_names(read.evidence),
        evidence_photos=read.evidence_photos,
        returns=ReturnRules(read.returns.before_first_day, read.returns.each_day_left, read.returns.fee),
    )


def _names(of: Mapping[str, _Name]) -> Mapping[str, tuple[str, str]]:
    return {code: (name.zh, name.en) for code, name in of.items()}
