"""Cards of the money of monthly passes with made-up content."""

import uuid
from collections.abc import Callable
from dataclasses import replace
from typing import Any

from domain.passsales import PassBought
from domain.reader import Reader
from flex_templates import pass_money, pass_standing, payment
from flex_templates.person import anyone
from samples.passes import RESULTS, STANDING, TODAY, TYPES, WON

PAGE = "https://pay.example.gov.tw/p/" + "a" * 48
RECEIPT = "https://pay.example.gov.tw/r/" + "a" * 48
BOUGHT = PassBought(
    entry_id=uuid.UUID(int=1),
    entry_no=STANDING.entry_no,
    lot_name=STANDING.lot_name,
    type_names=TYPES,
    plan=STANDING.plan,
    starts_on=STANDING.starts_on,
    ends_on=STANDING.ends_on,
    rehearsal=False,
)
ISSUED: dict[str, Any] = {
    "plate": STANDING.plate,
    "amount": 4600,
    "number": "K3267050092242B",
    "receipt_url": RECEIPT,
    "trial": False,
    "today": TODAY,
}
AT_THE_LOT = {**ISSUED, "receipt_url": None, "number": "A-00417"}
LOST = tuple(
    replace(WON, seat=None, pay_by=None, lost=why) for why in ("UNPAID", "VOID", "GIVEN-UP", "OTHER-LOT", "REFUNDED")
)
WAYS = tuple(replace(WON, sells=sells) for sells in ("online", "counter", "both"))
LATE = (replace(WON, late=1), replace(WON, late=2, status="B", no=3, seat=None, pay_by=None))

CARDS: dict[str, Callable[[Reader], dict[str, Any]]] = {
    "pass paid for": lambda r: pass_money.issued(r, BOUGHT, **ISSUED),
    "pass paid for at the lot": lambda r: pass_money.issued(r, replace(BOUGHT, rehearsal=True), **AT_THE_LOT),
    "pass paid for in a trial": lambda r: pass_money.issued(r, BOUGHT, **{**ISSUED, "trial": True}),
    "pass to be paid for": lambda r: pass_money.pay_soon(r, WON, TODAY, PAGE, anyone(r)),
    "pass to be paid for at the lot": lambda r: pass_money.pay_soon(r, WAYS[1], TODAY, None, anyone(r)),
    "pass of another plate": lambda r: pass_money.plate_changed(r, replace(WON, seat="paid"), TODAY, anyone(r)),
    "pass ends": lambda r: pass_money.ending(r, WON, TODAY),
    "results with a pay page": lambda r: pass_standing.results(r, RESULTS, TODAY, anyone(r), {WON.entry_id: PAGE}),
    "places lost": lambda r: pass_standing.results(r, LOST, TODAY, anyone(r)),
    "where a place is paid for": lambda r: pass_standing.results(r, (*WAYS, *LATE), TODAY, anyone(r)),
    "money for a place that was lost": lambda r: payment.to_refund(
        r, amount=4600, person=anyone(r), trial=False, lost=True
    ),
}
