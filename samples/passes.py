"""Cards of monthly passes with made-up content."""

import uuid
from collections.abc import Callable
from dataclasses import replace
from datetime import UTC, date, datetime
from typing import Any

from domain.bindings import Vehicle
from domain.passview import EntryStanding, FirstBuyers, Odds, OpenRound, PassPlan
from domain.plates import Plate
from domain.reader import Reader
from domain.vehicles import VehicleKind
from flex_templates import pass_change, pass_evidence, pass_lots, pass_standing, passes
from flex_templates.card import Press
from flex_templates.person import anyone

TODAY = date(2026, 12, 20)
CLOSES, DRAW = datetime(2026, 12, 20, 6, tzinfo=UTC), datetime(2026, 12, 20, 7, tzinfo=UTC)
WINDOW = datetime(2026, 12, 17, 16, tzinfo=UTC)
PAY_BY = datetime(2026, 12, 23, 16, tzinfo=UTC)
TYPES = ("全日月票", "All day")
DATA = "pass_apply.lot~0a0b0c0d?a=lot&draw=2027-01%2FP0123%2Fheavy_motorcycle%2Fall-day"
PLANS = (
    PassPlan("general", "一般月票", 5760),
    PassPlan("nearby", "優惠里月票", 4600),
    PassPlan("own", "所在里月票", 4032),
)
ROUND = OpenRound(
    draw_id="2027-01/P0123/car/all-day",
    lot="P0123",
    lot_name="大安高工地下停車場",
    district="大安區",
    kind=VehicleKind.CAR,
    type_names=TYPES,
    starts_on=date(2027, 1, 1),
    ends_on=date(2027, 1, 31),
    closes_at=CLOSES,
    draw_at=DRAW,
    places=138,
    plans=PLANS,
    odds=tuple(Odds(138, 380 + 16 * i, f"2026-{12 - i:02}", 23 * i) for i in range(6)),
    first_buyers=(FirstBuyers("身心障礙者", 3, WINDOW, PAY_BY),),
)
NIGHT = replace(ROUND, type_names=("夜間月票", "Night"), lot_name="世貿公園地下停車場")
DRILL = replace(ROUND, rehearsal=True, lot_name="公園")
STANDING = EntryStanding(
    entry_id=uuid.UUID(int=1),
    draw_id=ROUND.draw_id,
    entry_no="7K3M-Q9XA",
    lot=ROUND.lot,
    lot_name=ROUND.lot_name,
    type_names=TYPES,
    plate="ABC-1234",
    price=4600,
    plan="優惠里月票",
    plan_code="nearby",
    starts_on=ROUND.starts_on,
    ends_on=ROUND.ends_on,
    closes_at=CLOSES,
    draw_at=DRAW,
    changeable=True,
    void=False,
    on_list=False,
    has_receipt=True,
    status=None,
    choice=2,
    choices=3,
)
WON = replace(STANDING, changeable=False, status="W", no=12, seat="offered", pay_by=PAY_BY)
NOT_OFFERED = replace(WON, entry_id=uuid.UUID(int=2))  # nothing is to be paid
WAITING = replace(NOT_OFFERED, seat=None, pay_by=None, status="B", no=8, promoted_to=5)
WAITING = replace(WAITING, last_promoted_to=23, rehearsal=True)
RECEIPT = "https://pay.example.gov.tw/passes/receipts/" + "a" * 48
APPLIED = passes.Applied("7K3M-Q9XA", "9f" * 32, "ABC-1234", RECEIPT, f"{RECEIPT}/qr.png")
EVIDENCE = ("有戶籍地址的身分證或戶籍謄本", "ID card or household transcript that shows your registered address")
OWN = PassPlan("own", "所在里月票", 4032, EVIDENCE)
TO_SHOW = replace(STANDING, evidence=EVIDENCE, plan="所在里月票", price=4032)
SAID = (
    ("passed", "核對戶籍謄本"),
    ("more", "照片太暗"),
    ("refused", "地址不在龍安里"),
    ("gone", ""),
    ("unreadable", ""),
)
RESULTS = (
    WON,
    WAITING,
    replace(NOT_OFFERED, seat="paid", pay_by=None),
    replace(NOT_OFFERED, seat=None),
    replace(NOT_OFFERED, status="X", no=0, seat=None),
    replace(WAITING, promoted_to=0),
    replace(NOT_OFFERED, void=True),
)


def _judged(state: str, reason: str) -> Callable[[Reader], dict[str, Any]]:
    again = "pass_evidence.begin?e=1"
    return lambda r: pass_evidence.judged(
        r, TO_SHOW, state, reason, TODAY, Press(r.t("傳證明文件照片"), again), anyone(r)
    )


CARDS: dict[str, Callable[[Reader], dict[str, Any]]] = {
    "no round open": lambda r: passes.none_open(r, anyone(r)),
    "which lot": lambda r: passes.ask_lot(
        r,
        [(ROUND, DATA), (NIGHT, DATA), (DRILL, DATA)] * 2,
        120,
        Press(r.t("比照上月申請"), "pass_apply.again"),
        r.t("附近的停車場，較容易抽中的在前："),
        [(ROUND.lot_name, passes.near_text(r, ROUND, 351)), (NIGHT.lot_name, passes.near_text(r, NIGHT, 1204))],
    ),
    "which vehicle": lambda r: passes.ask_vehicle(
        r, ROUND.lot_name, [(Vehicle(Plate("ABC-1234"), VehicleKind.CAR), "a.b~1?a=car")]
    ),
    "which vehicle, none bound": lambda r: passes.ask_vehicle(r, ROUND.lot_name, []),
    "which plan": lambda r: passes.ask_plan(r, ROUND, [(plan, f"a.b~1?c={plan.code}") for plan in PLANS]),
    "confirm an application": lambda r: passes.confirm(
        r,
        ROUND,
        "ABC-1234",
        PLANS[0],
        TODAY,
        Press(r.t("確認申請"), "a.b~1?a=yes"),
        Press(r.t("選擇優惠方案"), "a.b~1?a=p"),
    ),
    "applied": lambda r: passes.applied(r, ROUND, APPLIED, TODAY, [Press(r.t("收藏這個停車場"), "p.s?l=1")], anyone(r)),
    "applied for a plan that is checked": lambda r: passes.applied(
        r,
        ROUND,
        replace(APPLIED, evidence=OWN.evidence_name(r.language), send="pass_evidence.begin?e=1"),
        TODAY,
        [],
        anyone(r),
    ),
    "confirm a plan that is checked": lambda r: passes.confirm(
        r, ROUND, "ABC-1234", OWN, TODAY, Press(r.t("確認申請"), "a.b~1?a=yes"), None
    ),
    "changed": lambda r: passes.applied(r, ROUND, replace(APPLIED, changed=True), TODAY, [], anyone(r)),
    "change an application": lambda r: pass_change.ask_change(
        r,
        STANDING,
        [(Vehicle(Plate("ABC-1235"), VehicleKind.CAR), "a.b~1?a=car")] * 2,
        [(plan, f"a.b~1?c={plan.code}") for plan in PLANS],
    ),
    "confirm a change": lambda r: pass_change.confirm_change(
        r, STANDING, "ABC-1235", PLANS[0], TODAY, Press(r.t("確認變更"), "a.b~1?a=yes")
    ),
    "changed by staff": lambda r: pass_change.changed_by_staff(
        r, STANDING, RECEIPT, f"{RECEIPT}/qr.png", TODAY, anyone(r)
    ),
    "entered at the counter": lambda r: pass_change.entered_by_staff(
        r, STANDING, RECEIPT, f"{RECEIPT}/qr.png", TODAY, anyone(r)
    ),
    "send a photo": lambda r: pass_evidence.ask_photo(r, TO_SHOW, 0, TODAY, Press(r.t("傳完了"), "a.b~1?a=enough")),
    "send another photo": lambda r: pass_evidence.ask_photo(
        r, TO_SHOW, 2, TODAY, Press(r.t("傳完了"), "a.b~1?a=enough")
    ),
    "photos were sent": lambda r: pass_evidence.sent_all(r, TO_SHOW, 2, anyone(r)),
    **{f"資格審查: {state}": _judged(state, reason) for state, reason in SAID},
    "taken off by staff": lambda r: pass_change.taken_off(r, STANDING, anyone(r)),
    "proof of an entry": lambda r: pass_standing.proof(
        r, STANDING, (17, 412), "https://pay.example.gov.tw/draws/check", anyone(r)
    ),
    "places": lambda r: pass_lots.openings(r, [ROUND, NIGHT] * 10, [Press(ROUND.lot_name, DATA)] * 6, 4, TODAY),
    "places of a lot": lambda r: pass_lots.lot(
        r,
        ROUND,
        "https://pay.example.gov.tw/passes/odds/2027-01/P0123/car/all-day/zh-TW.png",
        TODAY,
        Press(r.t("申請這個停車場"), DATA),
        [Press(r.t("收藏這個停車場"), DATA)],
    ),
    "a starred lot is open": lambda r: pass_lots.opened(
        r, ROUND, TODAY, Press(r.t("申請這個停車場"), DATA), Press(r.t("取消收藏"), DATA)
    ),
    "places of a lot nobody knows": lambda r: pass_lots.lot(
        r, replace(NIGHT, odds=(), online=False), "", TODAY, None, [Press(r.t("取消收藏"), DATA)]
    ),
    "rules of passes": lambda r: pass_lots.rules(
        r, 6, [("身心障礙者", 18, 19)], "https://pay.example.gov.tw/draws/", anyone(r)
    ),
    "no applications": lambda r: pass_standing.none(r, r.t("申請查詢"), r.t("您目前沒有月票申請。"), anyone(r)),
    "an application that is checked": lambda r: pass_standing.entries(
        r, [(replace(TO_SHOW, judged=state), []) for state in (None, "waiting", "more", "passed", "refused")], TODAY, 0
    ),
    "applications": lambda r: pass_standing.entries(
        r, [(STANDING, [Press(r.t("撤回申請"), "a.b?e=1")])] * pass_standing.MOST_CARDS, TODAY, 3
    ),
    "results": lambda r: pass_standing.results(r, RESULTS, TODAY, anyone(r)),
    "my passes": lambda r: pass_standing.passes(r, [WON, WAITING], TODAY),
    "withdraw?": lambda r: pass_standing.ask_withdrawal(r, STANDING, Press(r.t("撤回這筆申請"), "a.b~1?a=yes")),
    "withdrawn": lambda r: pass_standing.withdrawn(r, STANDING),
}
