"""Cards of 聯絡我們 with made-up content."""

from collections.abc import Callable
from datetime import date
from typing import Any

from domain.dates import day
from domain.reader import Language, Reader
from flex_templates import desk
from flex_templates.card import Press
from flex_templates.person import Person, anyone
from services.desk.rules import load_desk_rules

TODAY = date(2026, 12, 20)
HOURS = load_desk_rules().hours
NUMBER = "C000123"
THREAD = "00000000-0000-4000-8000-000000000000"
WORDS = {
    Language.ZH: (
        "您好：\n您 12/8 的停車費已經在超商繳清，款項兩天內會銷帳，這段期間不會再催繳。\n"
        "若 12/24 還看得到這筆帳單，請再告訴我們。"
    ),
    Language.EN: (
        "Hello,\nyour parking fee of 8 December was paid at a store. The agency books it within two days and will "
        "not remind you meanwhile.\nIf you still see the bill on 24 December, please tell us."
    ),
}
LONG = {Language.ZH: "請" * 1000, Language.EN: "Please " * 142}
OFFICE = Person("臺北市停車管理工程處", "02-27269600")


def _judging(reader: Reader) -> desk.Judging:
    return desk.Judging(
        Press(reader.t("滿意"), f"contact.judge?thread={THREAD}&verdict=1"),
        Press(reader.t("不滿意"), f"contact.judge?thread={THREAD}&verdict=0"),
        Press(reader.t("還有問題"), f"contact.open_again?thread={THREAD}"),
    )


CARDS: dict[str, Callable[[Reader], dict[str, Any]]] = {
    "contact": lambda r: desk.ask(r, HOURS.told(r.language), [OFFICE, anyone(r)]),
    "case received": lambda r: desk.received(r, NUMBER, HOURS.told(r.language)),
    "case received at night": lambda r: desk.received(
        r, NUMBER, HOURS.told(r.language), day(r, date(2026, 12, 21), TODAY)
    ),
    "case in hand": lambda r: desk.in_hand(r, NUMBER, HOURS.told(r.language), [anyone(r)]),
    "case answered": lambda r: desk.answered(r, NUMBER, WORDS[r.language]),
    "case answered at length": lambda r: desk.answered(r, NUMBER, LONG[r.language]),
    "case closed": lambda r: desk.closed(r, NUMBER, _judging(r)),
    "case judged well": lambda r: desk.judged(r, NUMBER, satisfied=True, again=_judging(r).again),
    "case judged badly": lambda r: desk.judged(r, NUMBER, satisfied=False, again=_judging(r).again),
    "case open again": lambda r: desk.opened_again(r, NUMBER, HOURS.told(r.language)),
    "case open again by staff": lambda r: desk.opened_by_staff(
        r, NUMBER, Press(r.t("繼續這個案件"), f"contact.open_again?thread={THREAD}")
    ),
    "photo lost": lambda r: desk.photo_lost(r, NUMBER, anyone(r)),
}
