"""Cards of vehicles with made-up content."""

from collections.abc import Callable
from datetime import date, datetime, timedelta
from typing import Any

from domain.autopay import HolderReport
from domain.bindings import Binding, Paperless, Services, Vehicle
from domain.clock import TAIPEI
from domain.noticewords import CHANNELS
from domain.plates import Plate
from domain.reader import Reader
from domain.slots import Slot
from domain.vehicles import VehicleKind
from flex_templates import autopay, binding, saved, vehicle_notices, vehicles
from flex_templates.card import Card, Press
from flex_templates.person import anyone
from services.autopay_rules import load_autopay_rules
from services.vehicle_rules import load_vehicle_rules

TODAY = date(2026, 12, 20)
NOW = datetime(2026, 12, 20, 14, 2, tzinfo=TAIPEI)
TOMORROW = TODAY + timedelta(days=1)
RULES = load_vehicle_rules()
AUTOPAY = load_autopay_rules()
HELD = [HolderReport("臺北市停車管理工程處", "carmochi", NOW - timedelta(days=40), NOW - timedelta(days=9))]
DOOR = "vehicles.edit?plate=ABC-1234&kind=heavy_motorcycle"


def vehicle(kind: VehicleKind = VehicleKind.HEAVY_MOTORCYCLE) -> Vehicle:
    return Vehicle(Plate("ABC-1234"), kind)


def areas(reader: Reader) -> list[str]:
    """Every flood area by name."""
    return [area.name(reader.language) for area in RULES.flood_areas.values()]


def bound(state: Paperless | None = None, *, mine: bool = True) -> Binding:
    """A vehicle with every service, from tomorrow on."""
    services = Services(Slot(13, 18), mine, RULES.every_area)
    return Binding(vehicle(), services, TOMORROW, TOMORROW, state or Paperless(TOMORROW))


def card(reader: Reader, binding_: Binding, title: str = "") -> Card:
    buttons = [Press(reader.t(label), DOOR) for label in ("編輯", "刪除", "代繳查詢")]
    holder = autopay.in_a_row(reader, HELD, AUTOPAY, NOW)
    return vehicles.card(reader, binding_, areas(reader), holder, TODAY, buttons, title)


def edit(reader: Reader) -> dict[str, Any]:
    """編輯 with every button there is."""
    labels = (
        "停止繳費提醒並解除綁定",
        "更改提醒時段",
        "更改提醒管道",
        "結束無紙化",
        "申請開單無紙化",
        "停止防汛通知",
        "更改防汛區域",
        "刪除",
    )
    return vehicles.edit(reader, bound(), areas(reader), TODAY, [Press(reader.t(label), DOOR) for label in labels])


def confirm(reader: Reader) -> dict[str, Any]:
    """The confirmation of a binding with every service."""
    labels = ("更改提醒時段", "不要繳費提醒", "不要開單無紙化", "更改防汛區域", "不要防汛通知")
    return binding.confirm(
        reader,
        vehicle(),
        Services(Slot(13, 18), paperless=True, flood=RULES.every_area),
        areas(reader),
        TODAY,
        hint=reader.t("這種車牌多為其他車種使用，請再核對車種。"),
        yes=Press(reader.t("確定綁定"), DOOR),
        others=[Press(reader.t(label), DOOR) for label in labels],
    )


CARDS: dict[str, Callable[[Reader], dict[str, Any]]] = {
    "bind: kind": lambda r: binding.ask_kind(r, "", [(kind, DOOR) for kind in VehicleKind]),
    "bind: confirm": confirm,
    "bind: paperless": lambda r: binding.confirm_paperless(
        r, vehicle(VehicleKind.MOTORCYCLE), TODAY, Press(r.t("申請開單無紙化"), DOOR), Press(r.t("不申請"), DOOR)
    ),
    "bind: slot": lambda r: binding.choose_slot(r, [(slot.hours, DOOR) for slot in RULES.slots]),
    "bind: areas": lambda r: binding.choose_areas(
        r, [(name, bool(n), DOOR) for n, name in enumerate(areas(r))], Press(r.t("完成"), DOOR)
    ),
    "bound": lambda r: vehicles.changed(r, card(r, bound(), r.t("綁定完成"))),
    "ten vehicles": lambda r: vehicles.fleet(r, [card(r, bound(mine=False))] * 10, Press(r.t("綁定另一輛"), DOOR)),
    "no vehicle": lambda r: vehicles.none_bound(r, Press(r.t("綁定車牌"), DOOR), anyone(r)),
    "edit vehicle": edit,
    "unbind?": lambda r: vehicles.confirm_unbinding(r, vehicle(), Press(r.t("解除綁定"), DOOR), paperless=True),
    "unbound": lambda r: vehicles.unbound(r, vehicle()),
    "unbind which": lambda r: vehicles.which(r, [(vehicle(), DOOR)]),
    "one more binder": lambda r: binding.one_more(r, vehicle(), Press(r.t("回報這個綁定"), DOOR), anyone(r)),
    "reported": lambda r: binding.reported(r, vehicle(), anyone(r)),
    "bill saved": saved.bill_saved,
    "vehicle channel": lambda r: vehicle_notices.choose_channel(
        r, vehicle(), r.t("同通知設定"), [Press(r.t(name), DOOR) for name in CHANNELS.values()]
    ),
    "still yours": lambda r: vehicle_notices.still_yours(
        r, vehicle(), Press(r.t("是，還是我的"), DOOR), Press(r.t("已賣出"), DOOR), anyone(r)
    ),
    "unbound by staff": lambda r: vehicle_notices.unbound_for(r, vehicle(), anyone(r)),
    "still mine": lambda r: vehicle_notices.kept(r, vehicle()),
    "sold": lambda r: vehicle_notices.sold(r, vehicle(), anyone(r)),
}
