"""繳費紀錄: what was paid here, chosen by taps; each payment leads to its receipt, and all of the chosen to files.

年度停車費明細 is the same for one vehicle and one year. A button's values may be made up: they choose among the
citizen's own payments and nothing else.
"""

import re
from collections.abc import Callable, Mapping, Sequence
from datetime import date
from typing import Any

from bot.conversation import Conversation, Done, Goto, NoData, Outcome, Stay, entry, step
from bot.message import Message
from bot.postback import door
from bot.triggers import Words
from bot.turn import Turn
from domain.amounts import money
from domain.cities import Cities, city_of
from domain.clock import city_date
from domain.dates import day_and_time
from domain.errors import CitizenMistakeError
from domain.feeitems import Fees
from domain.orderview import Line
from domain.paidrecords import Chosen, PaidOrder
from domain.ports.payments import TRIAL_PROVIDERS
from domain.reader import Reader, msgid
from flex_templates import records as cards
from flex_templates.card import Press
from flex_templates.person import anyone
from flex_templates.punctuation import beside
from handlers.by_number import bill_number
from services import records
from services.links import Links
from services.recordfiles import LIFE, RecordFiles

PAGE = 6
CHOICES = 10  # buttons of one screen; as quick replies LINE shows 13
MONTH = re.compile(r"(20\d\d)-(0[1-9]|1[0-2])")
YEAR = re.compile(r"20\d\d")
FEE_ITEM = re.compile(r"[a-z][a-z0-9_]{0,31}")
PAGE_NUMBER = re.compile(r"[0-9]{1,3}")
NAMES = {"month": msgid("月份"), "item": msgid("繳費項目"), "plate": msgid("車牌"), "number": msgid("單號")}


class Records(Conversation[NoData]):
    key = "records"
    triggers = (Words("繳費紀錄", "繳費記錄", "已繳紀錄", "已繳記錄", "records", "payment records", "缴费纪录"),)
    title = msgid("繳費紀錄")
    explains = msgid("在這裡繳過的帳單與收據，可依月份、車牌或單號查，並下載 PDF、CSV")
    place = 35

    def __init__(self, links: Links, fees: Fees, cities: Cities, record_files: RecordFiles) -> None:
        self._links = links
        self._fees = fees
        self._cities = cities
        self._files = record_files

    @entry
    def begin(self, turn: Turn[NoData]) -> Outcome:
        return Done(self._page(turn, {}))

    @entry
    def show(self, turn: Turn[NoData]) -> Outcome:
        """The payments of a choice."""
        return Done(self._page(turn, _values(turn)))

    @entry
    def by_month(self, turn: Turn[NoData]) -> Outcome:
        """Which month? The newest first."""
        months = records.choices(turn.uow, turn.channel, turn.citizen).months
        options = [(f"{first:%Y/%m}", {"month": f"{first:%Y-%m}"}) for first in months]
        return self._choose(turn, turn.t("選擇月份"), "by_month", options)

    @entry
    def by_item(self, turn: Turn[NoData]) -> Outcome:
        """Which fee item?"""
        items = records.choices(turn.uow, turn.channel, turn.citizen).fee_items
        options = [(self._fees.name(turn.reader, item), {"item": item}) for item in items]
        return self._choose(turn, turn.t("選擇繳費項目"), "by_item", options)

    @entry
    def by_plate(self, turn: Turn[NoData]) -> Outcome:
        """Which plate?"""
        plates = records.choices(turn.uow, turn.channel, turn.citizen).plates
        return self._choose(turn, turn.t("選擇車牌"), "by_plate", [(plate, {"plate": plate}) for plate in plates])

    @entry
    def by_number(self, _turn: Turn[NoData]) -> Outcome:
        return Goto(self.number)

    @step()
    def number(self, turn: Turn[NoData]) -> Message:
        return turn.text("請輸入帳單號碼或催繳單號，可以含「-」。")

    @number.answer
    def number_given(self, turn: Turn[NoData]) -> Outcome:
        number = bill_number(turn.typed)
        if number is None:
            return Stay(turn.text("這不像帳單號碼。請照繳費單輸入，或按「取消」。"))
        return Done(self._page(turn, {"number": number}))

    @entry
    def files(self, turn: Turn[NoData]) -> Outcome:
        """PDF and CSV of what is being seen."""
        return self._link(turn, _chosen(_values(turn)), turn.t("下載繳費紀錄"))

    @entry
    def year(self, turn: Turn[NoData]) -> Outcome:
        """年度停車費明細: which vehicle, which year? Asked only where there are several."""
        plates = records.parking_plates(turn.uow, turn.channel, turn.citizen)
        plate = turn.value("plate") if turn.value("plate") in plates else None
        if plate is None and len(plates) != 1:
            if not plates:
                raise CitizenMistakeError("目前沒有停車費的繳費紀錄。")
            options = [(one, {"plate": one}) for one in plates]
            return self._choose(turn, turn.t("選擇車牌"), "year", options, to="year")
        plate = plate or plates[0]
        years = records.parking_years(turn.uow, turn.channel, turn.citizen, plate)
        wanted = turn.value("year")
        if YEAR.fullmatch(wanted) and int(wanted) in years:
            chosen = Chosen(year=int(wanted), plate=plate, fee_item=records.PARKING)
            return self._link(turn, chosen, turn.t("{year} 年度停車費明細", year=wanted))
        buttons = [Press(str(one), self._door("year", {}, plate=plate, year=str(one))) for one in years]
        return Done(cards.choose(turn.reader, turn.t("選擇年度"), buttons))

    def _choose(
        self,
        turn: Turn[Any],
        title: str,
        asked: str,
        options: Sequence[tuple[str, Mapping[str, str]]],
        to: str = "show",
    ) -> Outcome:
        """A button for each option, a screen of them at a time. `asked`: the door that shows the next screen."""
        values, page = _values(turn), _page_number(turn)
        here = options[page * CHOICES : (page + 1) * CHOICES]
        buttons = [Press(name, self._door(to, values, **option)) for name, option in here]
        if len(options) > (page + 1) * CHOICES:
            buttons.append(Press(turn.t("看其他選項"), self._door(asked, values, page=str(page + 1))))
        return Done(cards.choose(turn.reader, title, buttons))

    def _link(self, turn: Turn[Any], chosen: Chosen, title: str) -> Outcome:
        link = self._files.make(turn.uow, turn.channel, turn.citizen, chosen)
        minutes = int(LIFE.total_seconds() // 60)
        return Done(cards.files_ready(turn.reader, title, link, minutes, anyone(turn.reader)))

    def _page(self, turn: Turn[Any], values: Mapping[str, str]) -> Message:
        number = _page_number(turn)
        found = records.payments(
            turn.uow, turn.channel, turn.citizen, _chosen(values), most=PAGE + 1, skip=number * PAGE
        )
        older = Press(turn.t("看更早的繳費"), self._door("show", values, page=str(number + 1)))
        shown = cards.Shown(
            chosen=[(turn.t(NAMES[name]), self._in_words(turn.reader, name, value)) for name, value in values.items()],
            payments=[self._payment(turn, paid) for paid in found[:PAGE]],
            doors=self._doors(turn, values),
            files=Press(turn.t("下載 PDF 或 CSV"), self._door("files", values)),
            older=older if len(found) > PAGE else None,
        )
        return cards.page(turn.reader, shown, anyone(turn.reader))

    def _doors(self, turn: Turn[Any], values: Mapping[str, str]) -> list[Press]:
        """The other choices; one that would leave nothing to choose is not offered."""
        there = records.choices(turn.uow, turn.channel, turn.citizen)
        wanted = (
            (len(there.months) > 1, msgid("選擇月份"), "by_month"),
            (len(there.fee_items) > 1, msgid("選擇繳費項目"), "by_item"),
            (len(there.plates) > 1, msgid("選擇車牌"), "by_plate"),
        )
        kept = {name: value for name, value in values.items() if name != "number"}
        buttons = [Press(turn.t(label), self._door(name, kept)) for offered, label, name in wanted if offered]
        buttons.append(Press(turn.t("以單號查詢"), self._door("by_number", {})))
        if records.PARKING in there.fee_items:
            buttons.append(Press(turn.t("年度停車費明細"), self._door("year", {})))
        return buttons

    def _payment(self, turn: Turn[Any], paid: PaidOrder) -> cards.Payment:
        return cards.Payment(
            when=day_and_time(turn.reader, paid.paid_at, city_date(turn.now)),
            total=paid.total,
            refunded=paid.refunded,
            lines=[(self._what(turn.reader, line), _amount(turn.reader, line)) for line in paid.lines],
            receipt_url=self._links.receipt(paid.order_id),
            trial=paid.provider in TRIAL_PROVIDERS,
        )

    def _what(self, reader: Reader, line: Line) -> str:
        agency = city_of(self._cities, line.key.agency).short_name(reader.language)
        return f"{agency} {self._fees.name(reader, line.fee_item)}"

    def _in_words(self, reader: Reader, name: str, value: str) -> str:
        if name == "item":
            return self._fees.name(reader, value)
        return value.replace("-", "/") if name == "month" else value

    def _door(self, to: str, values: Mapping[str, str], **more: str) -> str:
        return door(self.key, to, **{**values, **more})


def _amount(reader: Reader, line: Line) -> str:
    return beside(reader, money(reader, line.price), line.plate, line.number)


def _values(turn: Turn[Any]) -> dict[str, str]:
    """What the button chooses by. Raises CitizenMistakeError for what no button of ours carries."""
    shapes: Mapping[str, Callable[[str], object]] = {
        "month": MONTH.fullmatch,
        "item": FEE_ITEM.fullmatch,
        "plate": _plate_like,
        "number": bill_number,
    }
    values = {name: turn.value(name) for name in shapes if turn.value(name)}
    if not all(shapes[name](value) for name, value in values.items()):
        raise CitizenMistakeError("這個按鈕不能使用。請輸入「繳費紀錄」重新查看。")
    return values


def _plate_like(value: str) -> bool:
    return len(value) <= 12


def _chosen(values: Mapping[str, str]) -> Chosen:
    month = MONTH.fullmatch(values.get("month", ""))
    return Chosen(
        month=date(int(month[1]), int(month[2]), 1) if month else None,
        fee_item=values.get("item"),
        plate=values.get("plate"),
        number=values.get("number"),
    )


def _page_number(turn: Turn[Any]) -> int:
    number = turn.value("page")
    return int(number) if PAGE_NUMBER.fullmatch(number) else 0
