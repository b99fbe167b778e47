"""Flood notices of every kind, and an announcement that goes to many."""

from collections.abc import Callable
from datetime import date, datetime
from typing import Any

from domain.clock import TAIPEI
from domain.floods import TITLES, Flood, Template
from domain.reader import Reader
from flex_templates import flood
from flex_templates.card import Press
from flex_templates.person import anyone
from services.announcements import Announcement, Told
from services.vehicle_rules import load_vehicle_rules

AT = datetime(2026, 11, 21, 23, 30, tzinfo=TAIPEI)
AREAS = list(load_vehicle_rules().flood_areas.values())
KEYS = tuple(area.key for area in AREAS)
FLOODS = [Flood(template, KEYS, AT) for template in TITLES]
FLOODS += [Flood(Template.RESTORED, KEYS[:1], AT, ends=template) for template in TITLES]
NEWS = Announcement(
    published=date(2026, 11, 21),
    zh=Told(title="停車費優惠", body="十二月起，機車無紙化停車有優惠。"),
    en=Told(title="Parking discount", body="From December, motorcycles with paperless bills get a discount."),
)


def _drawn(one: Flood) -> Callable[[Reader], dict[str, Any]]:
    def draw(reader: Reader) -> dict[str, Any]:
        areas = [area.name(reader.language) for area in AREAS if area.key in one.areas]
        fewer = Press(reader.t("通知設定"), "notice_settings.begin")
        return flood.message(reader, one, areas, AT.date(), fewer, anyone(reader))

    return draw


CARDS: dict[str, Callable[[Reader], dict[str, Any]]] = {
    f"flood {one.template}{' of ' + one.ends if one.ends else ''}": _drawn(one) for one in FLOODS
}
