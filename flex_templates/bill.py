"""One bill (帳單) or dunning notice (催繳單) as a card of its own."""

from datetime import date

from domain.amounts import money
from domain.bills import Bill, BillStatus, DunningNotice, Payable
from domain.dates import clock_time, day, days_left, deadline
from domain.reader import Reader, msgid
from flex_templates.answer import Owed
from flex_templates.card import Block, Card, Lead, Note, Paragraph, Rows
from flex_templates.punctuation import beside, listed
from flex_templates.theme import Tone

COVERED_SHOWN = 6  # bills named inside a dunning notice; the pay page lists all

ISSUED_HOW = (
    msgid("現場開單"),
    msgid("無紙化開單"),
)  # 開單方式 in use; others stay as written

Pairs = list[tuple[str, str]]


def card(reader: Reader, owed: Owed, today: date, place: str = "") -> Card:
    """The card of one payable. `place`: "1／3" among several."""
    return Card(
        title=owed.group,
        subtitle=beside(reader, owed.vehicle, owed.office, place),
        tone=tone(owed.payable, today),
        blocks=blocks(reader, owed, today),
        main=owed.way,
        others=[button for button in (owed.keep, owed.cancel) if button],
    )


def tone(payable: Payable, today: date) -> Tone:
    """Red once its last day has passed or it is dunned."""
    late = payable.deadline is not None and payable.deadline < today
    return Tone.OVERDUE if late or isinstance(payable, DunningNotice) else Tone.NEUTRAL


def blocks(reader: Reader, owed: Owed, today: date) -> list[Block]:
    """Amount, deadline, rows and what must be known about one payable."""
    payable = owed.payable
    rows = _notice_rows(reader, payable) if isinstance(payable, DunningNotice) else _bill_rows(reader, owed, today)
    if owed.discount:
        rows.insert(0, (reader.t("行動支付優惠後"), money(reader, payable.pay_amount - owed.discount)))
    shown: list[Block] = [Lead(money(reader, payable.pay_amount), until(reader, payable.deadline, today)), Rows(rows)]
    if _prosecuted(payable):
        shown.append(Note(_prosecution(reader, payable, today)))
    elif isinstance(payable, Bill) and payable.status is BillStatus.OVERDUE and not owed.item:
        shown.append(Note(reader.t("已逾期，正在轉為催繳單，之後可能加收工本費。")))
    if owed.cancel:
        shown.append(Note(reader.t("臺北市機車每日最多收一張停車單。這是同一天的另一張，可以來電申請取消。")))
    if owed.in_words:
        shown.append(Paragraph(owed.in_words))
    return shown


def until(reader: Reader, last_day: date | None, today: date) -> str:
    """「12/23（三）24:00 前，還有 3 天」; says so when the source gave no deadline."""
    if last_day is None:
        return reader.t("機關未提供繳費期限")
    left = days_left(reader, last_day, today)
    return reader.t("{deadline}，{left}", deadline=deadline(reader, last_day, today), left=left)


def _bill_rows(reader: Reader, owed: Owed, today: date) -> Pairs:
    bill = owed.payable
    assert isinstance(bill, Bill)  # noqa: S101 - told apart by the caller; for the type checker
    rows: Pairs = [(reader.t("繳費項目"), owed.item)] if owed.item else []
    rows += [owed.identifier] if owed.identifier else []
    rows.append((reader.t("帳單號碼"), bill.number))
    if bill.issued_how:
        known = bill.issued_how in ISSUED_HOW
        rows.append((reader.t("開單方式"), reader.t(bill.issued_how) if known else bill.issued_how))
    if bill.parked_on:
        rows.append((reader.t("停車日期"), day(reader, bill.parked_on, today)))
    if bill.hours is not None:
        rows.append((reader.t("停車時數"), reader.t("{hours} 小時", hours=f"{bill.hours:g}")))
    if bill.pay_amount != bill.amount:
        rows.append((reader.t("原開單金額"), money(reader, bill.amount)))
    if owed.private:
        rows += _whereabouts(reader, bill)
    return rows


def _whereabouts(reader: Reader, bill: Bill) -> Pairs:
    """Street and times: only for someone who holds the slip."""
    rows: Pairs = []
    if bill.street:
        rows.append((reader.t("停車路段"), bill.street))
    if bill.started_at:
        rows.append((reader.t("停車時間"), clock_time(bill.started_at)))
    if bill.left_at:
        rows.append((reader.t("駛離時間"), clock_time(bill.left_at)))
    return rows


def _notice_rows(reader: Reader, notice: DunningNotice) -> Pairs:
    rows: Pairs = [
        (reader.t("催繳單號"), notice.number),
        (reader.t("停車費"), money(reader, notice.amount)),
        (reader.t("工本費"), money(reader, notice.extra_charge)),
    ]
    numbers = [bill.number for bill in notice.bills]
    if numbers:
        named = listed(reader, numbers[:COVERED_SHOWN])
        more = len(numbers) - COVERED_SHOWN
        if more > 0:
            named = reader.t("{numbers} 等 {count} 筆", numbers=named, count=len(numbers))
        rows.append((reader.t("含帳單"), named))
    return rows


def _prosecuted(payable: Payable) -> bool:
    return payable.prosecuted if isinstance(payable, DunningNotice) else payable.status is BillStatus.PROSECUTED


def _prosecution(reader: Reader, payable: Payable, today: date) -> str:
    """告發 is a mark: the fine is a separate debt, and where it is paid (道交條例 §56)."""
    words = reader.t("已告發：另有一筆罰鍰，與停車費分開，不在這裡繳。請依罰單上的方式，向處罰機關或監理服務網繳納。")
    last_day = payable.prosecuted_deadline if isinstance(payable, DunningNotice) else None
    if last_day is None:
        return words
    return words + reader.t("告發期限：{day}。", day=day(reader, last_day, today))
