"""Every card with made-up content, for the tests of LINE's limits and for looking at them."""

from collections.abc import Callable, Iterator
from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from typing import Any

from domain.agencyapi import Stage
from domain.amounts import money
from domain.bills import Bill, BillStatus, DunningNotice
from domain.dates import day
from domain.leaving import Ending, Unfinished
from domain.reader import Display, Language, Reader
from domain.vehicles import VehicleKind
from flex_templates import (
    bills,
    case_progress,
    choices,
    errors,
    faq,
    leaving,
    menu,
    my_data,
    pay_link,
    payment,
    registration,
    takeover,
    welcome,
    words,
)
from flex_templates.answer import Answer, Owed
from flex_templates.card import Link, Press, Say
from flex_templates.person import Person, anyone
from infra.locales import reader
from samples import campaigns, desk, fee_items, notices, pass_money, passes, payments, scanning, truth, vehicles
from services.history import WHAT
from services.questions import Questions

TODAY = date(2026, 12, 20)
NOW = datetime(2026, 12, 20, 6, 2, tzinfo=UTC)  # 14:02 in Taiwan
PLATE = "ABC-1234"
STREET = "信義路四段"
CALENDAR = "https://pay.example.gov.tw/c/" + "a" * 48 + ".ics?openExternalBrowser=1"
PAGE = "https://pay.example.gov.tw/p/" + "a" * 48
AGENCY = "臺北市停車管理工程處"
PRIVACY = "https://pay.example.gov.tw/privacy"
ENDING = Ending(True, 10, 2, 20, 3, tuple(Unfinished), identifiers=10)
DOORS = my_data.Doors("my_data.to_name", "my_data.to_email", "my_data.to_mobile", "my_data.to_download", members=True)
OFFICE = Person("臺北市停車管理工程處", "02-27269600")
ENGLISH = {
    "臺北": "Taipei", "新北": "New Taipei", "桃園": "Taoyuan", "臺中": "Taichung", "臺南": "Tainan",
    "高雄": "Kaohsiung", "連江": "Lienchiang",
}  # fmt: skip
CALL_CITY = {  # in_words of config/cities.toml
    Language.ZH: "請洽新北市停車管理單位。", Language.EN: "Please call the New Taipei City parking office.",
}  # fmt: skip


def bill(nth: int = 1, **changes: Any) -> Bill:
    """An ordinary bill of Taipei, due in three days."""
    plain = Bill(
        agency="TPE",
        number=f"Q7078443D0900{nth:02}",
        plate=PLATE,
        kind=VehicleKind.CAR,
        parked_on=date(2026, 12, 8),
        deadline=TODAY + timedelta(days=3),
        status=BillStatus.OPEN,
        amount=40,
        pay_amount=40,
        hours=2.5,
    )
    return replace(plain, **changes)


def notice(**changes: Any) -> DunningNotice:
    """A dunning notice over two bills, overdue since two days."""
    inside = [bill(n, status=BillStatus.DUNNED, deadline=date(2026, 11, 2)) for n in (71, 72)]
    plain = DunningNotice(
        agency="NWT",
        number="101008521",
        plate=PLATE,
        kind=VehicleKind.CAR,
        deadline=TODAY - timedelta(days=2),
        amount=590,
        extra_charge=50,
        pay_amount=640,
        bills=inside,
    )
    return replace(plain, **changes)


def owed(reader: Reader, payable: Bill | DunningNotice, **changes: Any) -> Owed:
    """A payable as the handler decides it, paid here."""
    group = reader.t("催繳" if isinstance(payable, DunningNotice) else "一般繳費")
    button = Press(reader.t("只繳這一筆"), f"pay.one?plate={PLATE}&kind=car&key={payable.agency}:bill:{payable.number}")
    changed = {"payable": payable, "group": group, "office": office(reader, "臺北"), "way": button, **changes}
    return Owed(**changed)


def answer(reader: Reader, *payables: Bill | DunningNotice, **changes: Any) -> Answer:
    """An answer with these bills, all paid here, every city asked."""
    total = sum(payable.pay_amount for payable in payables)
    plain: dict[str, Any] = {
        "vehicle": words.vehicle_name(reader, PLATE, VehicleKind.CAR),
        "now": NOW,
        "today": TODAY,
        "owed": [owed(reader, payable) for payable in payables],
        "asked_at": NOW,
        "total": total,
        "nothing_due": named(reader, "臺北", "新北", "桃園"),
        "again": Press(reader.t("再查一次"), f"tickets.again?plate={PLATE}&kind=car"),
        "pay_all": Link(reader.t("繳費 {amount}", amount=money(reader, total)), PAGE) if payables else None,
        "pay_all_amount": total,
        "calendar": Link(reader.t("加入行事曆"), CALENDAR) if payables else None,
    }
    return Answer(**{**plain, **changes})


def office(reader: Reader, city: str) -> str:
    """Its name in full."""
    return f"{city}市" if reader.language == Language.ZH else f"{ENGLISH[city]} City"


def named(reader: Reader, *cities: str) -> tuple[str, ...]:
    """Their short names, as config/cities.toml has them."""
    return cities if reader.language == Language.ZH else tuple(ENGLISH[city] for city in cities)


def half(reader: Reader) -> dict[str, Any]:
    """Some cities could not be asked."""
    return {
        "could_not_ask": named(reader, "臺中", "高雄"),
        "retry_at": NOW + timedelta(minutes=10),
        "promised": named(reader, "臺南"),
        "not_connected": named(reader, "連江"),
    }


def nobody(reader: Reader) -> dict[str, Any]:
    """No city could be asked."""
    return {"nothing_due": (), "could_not_ask": named(reader, "臺北", "新北")}


def several(reader: Reader) -> Answer:
    """A bit of everything: open, overdue, second ticket of a day, dunned, prosecuted, official way, in words."""
    fine = notice(number="102006712", prosecuted=True, prosecuted_deadline=date(2026, 12, 26), amount=1380)
    made = answer(reader, bill(1), bill(2), bill(3), notice(), fine, **half(reader), clearing=1, paying=1)
    made.owed[1].cancel = Link("撥打 02-27269600", "tel:0227269600")
    made.owed[2].office = office(reader, "臺中")
    made.owed[2].way = pay_link.official_link(reader, made.owed[2].office, "https://example.gov.tw/")
    made.owed[4].way, made.owed[4].in_words, made.owed[4].group = None, CALL_CITY[reader.language], reader.t("追繳明細")
    made.pay_all_amount -= 40
    return made


def many(reader: Reader, count: int = 60) -> Answer:
    """More bills than a carousel holds, with long numbers."""
    made = answer(reader, *(bill(n, number=f"VNB4810M8746XYZ0{n:04}", pay_amount=1140) for n in range(count)))
    made.more = Press(reader.t("看後面的帳單"), "tickets.again?skip=5")
    return made


def slip(reader: Reader) -> Answer:
    """A bill found by its number: street and times may be shown."""
    times = {"started_at": NOW, "left_at": NOW + timedelta(hours=2)}
    one = owed(reader, bill(1, street=STREET, issued_how="無紙化開單", **times), private=True)
    return answer(reader, bill(1), owed=[one])


ITEMS = [
    menu.Item(title, explains)
    for title, explains in (("待繳", "查停車費"), ("語言", "中文或英文"), ("顯示", "大字，或適合螢幕報讀的純文字"))
]

CARDS: dict[str, Callable[[Reader], dict[str, Any]]] = {
    "one bill": lambda r: bills.message(r, answer(r, bill()), OFFICE),
    "one bill, half the cities": lambda r: bills.message(r, answer(r, bill(), **half(r)), OFFICE),
    "several": lambda r: bills.message(r, several(r), OFFICE),
    "many": lambda r: bills.message(r, many(r), OFFICE),
    "a slip": lambda r: bills.message(r, slip(r), OFFICE),
    "nothing due": lambda r: bills.message(r, answer(r), OFFICE),
    "nothing due, look-alikes": lambda r: bills.message(r, answer(r, look_alikes=("ABC-1230",)), OFFICE),
    "paid": lambda r: payment.paid(r, amount=1140, count=2, receipt_url=PAGE, trial=True),
    "case progress": lambda r: case_progress.progress(
        r,
        "Transportation Bureau",
        "C115110012345",
        [
            case_progress.Step(day(r, date(2026, 12, 20), TODAY), Stage.CLOSED, r.t("已結案")),
            case_progress.Step(day(r, date(2026, 12, 1), TODAY), Stage.RECEIVED, ""),
        ],
        OFFICE,
    ),
    "written off": lambda r: payment.written_off(r, amount=1140, count=2, receipt_url=PAGE, trial=False),
    "to refund": lambda r: payment.to_refund(r, amount=1140, person=OFFICE, trial=True),
    "nothing due, half the cities": lambda r: bills.message(r, answer(r, **half(r)), OFFICE),
    "could not ask": lambda r: bills.message(r, answer(r, **nobody(r)), OFFICE),
    "pay link": lambda r: pay_link.message(r, PAGE, count=2, total=1140, expires_at=NOW + timedelta(hours=24), now=NOW),
    "welcome": lambda r: welcome.message(r, "language.choose?to=en", anyone(r), AGENCY, PRIVACY),
    "consent": lambda r: registration.consent(r, AGENCY, PRIVACY, "registration.consent~0a0b0c0d?a=agree"),
    "code": lambda r: registration.code(r, "0912-•••-678", 5, "registration.code~0a0b0c0d?a=again"),
    "registered": lambda r: registration.registered(r, "registration.email"),
    "registered already": lambda r: registration.already(r, "0912-•••-678"),
    "consented anew": registration.consented,
    "e-mail kept": registration.email_kept,
    "leaving": lambda r: registration.leaving(r, OFFICE),
    "leave?": lambda r: leaving.ask(r, ENDING, "leaving.confirm~0a0b?x=y", day(r, TODAY, TODAY), OFFICE),
    "left": lambda r: leaving.done(r, ENDING.unfinished, day(r, TODAY, TODAY), OFFICE),
    "my data": lambda r: my_data.registered(
        r, "Kolas Yotaka", "0912-345-678", "a@example.com", day(r, TODAY, TODAY), DOORS
    ),
    "my data without e-mail": lambda r: my_data.registered(
        r, "Kolas Yotaka", "0912-345-678", None, day(r, TODAY, TODAY), replace(DOORS, email="")
    ),
    "my data, not registered": lambda r: my_data.unregistered(r, DOORS.download),
    "a copy": lambda r: my_data.copy_ready(r, PRIVACY, 10, OFFICE),
    "history": lambda r: my_data.changes(
        r, [(day(r, TODAY, TODAY), "\n".join(f"14:02 {r.t(what)}" for what in WHAT.values()))], OFFICE
    ),
    "number claimed by two": lambda r: registration.waits(r, 7, OFFICE),
    "is this number yours": lambda r: takeover.asked(r, 7, "takeover.keep?id=x", "takeover.give_up?id=x", OFFICE),
    "number kept": takeover.kept,
    "number asked about no longer": lambda r: takeover.over(r, OFFICE),
    "number lost": lambda r: takeover.lost(r, OFFICE),
    "number granted": takeover.granted,
    "number refused": lambda r: takeover.refused(r, OFFICE),
    "help": lambda r: menu.help_message(r, [menu.Item(r.t(i.title), r.t(i.explains)) for i in ITEMS], anyone(r)),
    "not understood": lambda r: menu.not_understood(
        r, r.t("抱歉，看不懂這句話。"), [], [menu.Item(r.t(i.title), r.t(i.explains)) for i in ITEMS], anyone(r)
    ),
    "questions": lambda r: faq.questions(
        r,
        r.t("大家常問："),
        [(one.told(r.language).ask, f"faq.show?id={one.id}") for one in Questions.load().every[:6]],
        anyone(r),
    ),
    "a question meant": lambda r: menu.not_understood(
        r,
        r.t("您問的可能是："),
        [(one.told(r.language).ask, f"faq.show?id={one.id}") for one in Questions.load().every[:3]],
        [menu.Item(r.t(i.title), r.t(i.explains)) for i in ITEMS],
        anyone(r),
    ),
    "choose kind": lambda r: choices.choose_kind(
        r, PLATE, [(kind, f"tickets.kind~0a0b0c0d?a={kind}") for kind in VehicleKind]
    ),
    "choose plate": lambda r: choices.choose_plate(r, [("AB-1234", "tickets.dash~1?a=0"), ("AB1-234", "b.c~1?a=1")]),
    "choose language": lambda r: choices.choose_language(r, {x: f"language.choose?to={x}" for x in Language}),
    "choose display": lambda r: choices.choose_display(r, {x: f"display.choose?to={x}" for x in Display}),
    "chosen": lambda r: choices.chosen(r, r.t("好的，從現在起用中文回覆您。")),
    "trouble": lambda r: errors.trouble(r, r.t("暫時查不到"), anyone(r), [Say("x", "x")]),
    "not yet": lambda r: errors.not_yet(r, r.t("掃描"), r.t("車輛可以直接在這裡綁定，不需要官網的帳號。"), anyone(r)),
}
CARDS |= (
    payments.CARDS
    | vehicles.CARDS
    | passes.CARDS
    | notices.CARDS
    | pass_money.CARDS
    | campaigns.CARDS
    | truth.CARDS
    | desk.CARDS
    | scanning.CARDS
    | fee_items.CARDS
)


def of_reader(language: Language, display: Display) -> Iterator[tuple[str, Reader, dict[str, Any]]]:
    """Each card for one reader."""
    who = reader(language, display)
    for name, make in CARDS.items():
        yield name, who, make(who)


def every() -> Iterator[tuple[str, Reader, dict[str, Any]]]:
    """Each card for each reader."""
    for language in Language:
        for display in Display:
            yield from of_reader(language, display)
