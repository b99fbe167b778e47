"""What coded values of one's own data are called in the printed copy: agencies, flood areas, slots, states, kinds."""

from collections.abc import Callable, Mapping

from domain.bindings import VehicleRules
from domain.cities import Cities, city_of
from domain.noticewords import CHANNELS, TOPICS
from domain.reader import Reader, msgid
from domain.slots import Slot
from services.history import WHAT

# By table and column, or by column where it means the same in every table.
WORDS: Mapping[str, Mapping[str, str]] = {
    "what": WHAT,
    "kind": {
        "car": msgid("汽車"),
        "motorcycle": msgid("機車"),
        "heavy_motorcycle": msgid("紅黃牌重機"),
        "other": msgid("其他車種"),
    },
    "sender": {"citizen": msgid("您"), "staff": msgid("客服")},
    "thread.state": {"open": msgid("處理中"), "closed": msgid("已結束")},
    "order_line.state": {
        "open": msgid("未繳"),
        "paying": msgid("繳費中"),
        "paid": msgid("已繳"),
        "expired": msgid("逾時結束"),
        "cancelled": msgid("已取消"),
        "replaced": msgid("由另一筆取代"),
    },
    "qualification.state": {
        "waiting": msgid("審查中"),
        "more": msgid("請補件"),
        "passed": msgid("審查通過"),
        "refused": msgid("審查不符"),
    },
    "language": {"zh-TW": "中文", "en": "English"},
    "turned_off": {topic.value: name for topic, name in TOPICS.items()},
    "told_by": {channel.value: name for channel, name in CHANNELS.items()},
    "display": {"normal": msgid("一般"), "large": msgid("大字"), "plain": msgid("純文字")},
}


class Names:
    """wiring gives the cities and config/vehicles.toml."""

    def __init__(self, cities: Cities, rules: VehicleRules) -> None:
        areas = rules.flood_areas
        self._named: Mapping[str, Callable[[Reader, str], str]] = {
            "agency": lambda reader, code: city_of(cities, code).name(reader.language),
            "flood_areas": lambda reader, key: areas[key].name(reader.language) if key in areas else key,
            "reminder_slot": lambda _reader, key: Slot.parse(key).hours,
            "slot": lambda _reader, key: Slot.parse(key).hours,
        }

    def of(self, reader: Reader, column: str, value: str) -> str:
        """The value in words. `column`: as table.column. What has no name is told as it is."""
        short = column.partition(".")[2]
        if name := self._named.get(short):
            return name(reader, value)
        words = WORDS.get(column) or WORDS.get(short) or {}
        return reader.t(words[value]) if value in words else value
