"""Cards of 「這是真的嗎？」, 代繳查詢 and of the city's own site with made-up content."""

from collections.abc import Callable, Sequence
from datetime import UTC, date, datetime, timedelta
from typing import Any

from domain.autopay import HolderReport
from domain.bindings import Vehicle
from domain.dates import day
from domain.members import SERVICES, MemberSite, MemberVehicle
from domain.plates import Plate
from domain.reader import Reader
from domain.vehicles import VehicleKind
from domain.weblinks import links
from flex_templates import autopay, member_link, truth
from flex_templates.card import Press
from flex_templates.person import anyone
from services.autopay_rules import load_autopay_rules
from services.official_sites import load_official_sites

TODAY = date(2026, 12, 20)
NOW = datetime(2026, 12, 20, 6, 2, tzinfo=UTC)  # 14:02 in Taiwan
SITES = load_official_sites("https://pay.example.gov.tw")
RULES = load_autopay_rules()
VEHICLE = Vehicle(Plate("ABC-1234"), VehicleKind.CAR)
AGENCY = "臺北市停車管理工程處"
DOOR = "autopay.show?plate=ABC-1234&kind=car"
TRICKS = "https://pay.taipei@evil.example https://pay-taipei.cc/x https://reurl.cc/x https://pay.taipei/"


def report(holder: str | None, days: int = 0) -> HolderReport:
    """Of so many days ago."""
    return HolderReport(AGENCY, holder, NOW - timedelta(days=days + 30), NOW - timedelta(days=days))


def verdict(reader: Reader, text: str, *, bills_follow: bool = True) -> dict[str, Any]:
    """What is said of a message."""
    return truth.verdict(reader, [SITES.judge(link) for link in links(text)], bills_follow=bills_follow)


def standing(reader: Reader, reports: Sequence[HolderReport]) -> dict[str, Any]:
    """What is said of a vehicle."""
    remind = Press(reader.t("解除後提醒我"), DOOR)
    return autopay.standing(reader, VEHICLE, reports, RULES, NOW, remind, anyone(reader))


def linked(reader: Reader, bound: Sequence[bool]) -> dict[str, Any]:
    """A member with so many vehicles, some of them bound here."""
    one = MemberVehicle(VEHICLE, list(SERVICES))
    press = Press(reader.t("綁定 {plate}", plate="ABC-1234"), DOOR)
    return member_link.linked(
        reader, site(reader), [(one, None if here else press) for here in bound], out(reader), anyone(reader)
    )


def site(reader: Reader) -> str:
    """The city's own."""
    return MemberSite("停車查詢一站式服務", "the one-stop parking site", "").name(reader.language)


def out(reader: Reader) -> Press:
    """The way out."""
    return Press(reader.t("解除連結"), "member_link.unlink")


CARDS: dict[str, Callable[[Reader], dict[str, Any]]] = {
    "is it true: ask": truth.ask,
    "is it true: official": lambda r: verdict(r, "https://pay.taipei/v2"),
    "is it true: official, nothing bound": lambda r: verdict(r, "https://pay.taipei/v2", bills_follow=False),
    "is it true: tricks": lambda r: verdict(r, TRICKS),
    "is it true: long": lambda r: verdict(r, f"https://{'long-name.' * 20}example.com/"),
    "is it true: cannot know": lambda r: verdict(r, "https://reurl.cc/x https://www.example.gov.tw http://pay.taipei"),
    "is it true: no address": lambda r: verdict(r, "", bills_follow=False),
    "auto-pay: held": lambda r: standing(r, [report("carmochi")]),
    "auto-pay: held, an old report of an unknown firm": lambda r: standing(r, [report("x" * 40, days=9)]),
    "auto-pay: held at one, free at another": lambda r: standing(r, [report("carmochi"), report(None, days=9)]),
    "auto-pay: not reported": lambda r: standing(r, []),
    "auto-pay: which": lambda r: autopay.which(r, [(VEHICLE, DOOR)] * 10),
    "auto-pay: nothing bound": lambda r: autopay.none_bound(r, anyone(r)),
    "auto-pay: reminder asked for": lambda r: autopay.reminded(
        r, VEHICLE, day(r, date(2026, 12, 22), TODAY), Press(r.t("不用提醒"), DOOR), anyone(r)
    ),
    "auto-pay: reminder": lambda r: autopay.again(r, VEHICLE, [], NOW, Press(r.t("再查一次"), DOOR), anyone(r)),
    "auto-pay: reminder, still held": lambda r: autopay.again(
        r, VEHICLE, [(RULES.firm("carmochi"), report("carmochi"))], NOW, Press(r.t("再查一次"), DOOR), anyone(r)
    ),
    "member: offer": lambda r: member_link.offer(r, site(r), "https://parking.example.gov.tw/line/link", 10, anyone(r)),
    "member: linked, ten vehicles": lambda r: linked(r, [True, *[False] * 9]),
    "member: linked, no vehicle": lambda r: linked(r, []),
    "member: standing": lambda r: member_link.standing(r, site(r), day(r, TODAY, TODAY), out(r), anyone(r)),
    "member: linked elsewhere": lambda r: member_link.moved(r, Press(r.t("重新連結"), "member_link.begin"), anyone(r)),
    "member: unlinked": lambda r: member_link.unlinked(
        r, site(r), Press(r.t("重新連結"), "member_link.begin"), anyone(r)
    ),
}
