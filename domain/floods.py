"""防汛通知: what staff tell when a typhoon comes, and that it is over. Pure."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from typing import Any

from domain.reader import msgid

LONGEST_PLACE = 60


class Template(StrEnum):
    """Which of the notices."""

    EXIT_ONLY = "exit_only"  # 只出不進
    CLOSED = "closed"  # 關閉
    TOWING = "towing"  # 開始拖吊
    OPEN_LINES = "open_lines"  # 紅黃線附條件開放
    RESTORED = "restored"  # 恢復: closes one of the others


TITLES: Mapping[Template, str] = {
    Template.EXIT_ONLY: msgid("停車場只出不進"),
    Template.CLOSED: msgid("停車場關閉"),
    Template.TOWING: msgid("開始拖吊未移走的車輛"),
    Template.OPEN_LINES: msgid("紅線、黃線附條件開放停車"),
}
RESTORED_TITLES: Mapping[Template, str] = {  # by what is over
    Template.EXIT_ONLY: msgid("停車場恢復開放"),
    Template.CLOSED: msgid("停車場恢復開放"),
    Template.TOWING: msgid("停車場恢復開放"),
    Template.OPEN_LINES: msgid("紅線、黃線恢復管制"),
}


@dataclass(frozen=True, slots=True)
class Flood:
    """One notice. `at`: from when it holds (aware). `areas`: keys of config/vehicles.toml. `place`: where exactly, as
    staff type it. `ends`: of a RESTORED one, what is over.
    """

    template: Template
    areas: Sequence[str]
    at: datetime
    place: str = ""
    ends: Template | None = None

    def __post_init__(self) -> None:
        if (self.template is Template.RESTORED) != (self.ends in TITLES):
            raise ValueError("only a notice that it is over ends another one")
        if len(self.place) > LONGEST_PLACE or not self.place.isprintable():
            raise ValueError(f"a place is one line of at most {LONGEST_PLACE} characters")
        if self.at.tzinfo is None:
            raise ValueError("the moment needs a time zone")

    @property
    def title(self) -> str:
        """A msgid."""
        return RESTORED_TITLES[self.ends] if self.ends else TITLES[self.template]

    def dump(self) -> dict[str, Any]:
        """As it is kept."""
        return {
            "template": self.template,
            "areas": list(self.areas),
            "at": self.at.isoformat(),
            "place": self.place,
            "ends": self.ends,
        }

    @classmethod
    def load(cls, kept: Mapping[str, Any]) -> "Flood":
        """The reverse of dump(). Raises ValueError or KeyError."""
        ends = Template(kept["ends"]) if kept["ends"] else None
        at = datetime.fromisoformat(kept["at"])
        return cls(Template(kept["template"]), tuple(kept["areas"]), at, kept["place"], ends)
