"""Somebody's payments as a PDF to print and as a CSV for spreadsheets; a vehicle's year with the sum of each month."""

from collections.abc import Callable, Mapping, Sequence
from datetime import datetime
from itertools import groupby

from domain.amounts import money
from domain.cities import Cities, city_of
from domain.clock import TAIPEI
from domain.csvcells import written
from domain.feeitems import Fees
from domain.orderview import Line
from domain.paidrecords import Chosen, PaidOrder
from domain.ports.payments import TRIAL_PROVIDERS
from domain.reader import Reader
from infra.pdf import Section, document
from services.recordfiles import MOST_PAYMENTS, Content

MONTHS = range(1, 13)


class RecordPapers:
    """`name_of`: msgid of a provider's name (Payments.name_of)."""

    def __init__(self, fees: Fees, cities: Cities, name_of: Callable[[str], str]) -> None:
        self._fees = fees
        self._cities = cities
        self._name_of = name_of

    def pdf(self, reader: Reader, content: Content) -> bytes:
        """A section for each month; of a year all twelve sums in front."""
        made = reader.t("製作時間：{time}（臺北時間）", time=_minute(content.made_at))
        sections = [self._choice(reader, content)]
        if content.chosen.year is not None:
            sections.append(_year(reader, content.payments))
        for month, paid in groupby(content.payments, key=lambda one: one.paid_at.astimezone(TAIPEI).strftime("%Y/%m")):
            sections.append(self._month(reader, month, list(paid)))
        return document(title(reader, content.chosen), made, sections, language=reader.language.value)

    def csv(self, reader: Reader, content: Content) -> bytes:
        """One row for each bill."""
        t = reader.t
        head = [
            t("繳費時間"), t("機關單位"), t("繳費項目"), t("單號"), t("車牌"), t("停車日期"), t("帳單金額"), t("優惠"),
            t("實付金額"), t("付款方式"), t("交易編號"), t("整筆交易已退款"), t("備註"),
        ]  # fmt: skip
        return written(head, (self._row(reader, paid, line) for paid in content.payments for line in paid.lines))

    def _row(self, reader: Reader, paid: PaidOrder, line: Line) -> Sequence[str | int]:
        return [
            _minute(paid.paid_at),
            self._agency(reader, line),
            self._fees.name(reader, line.fee_item),
            line.number,
            line.plate,
            line.parked_on.isoformat() if line.parked_on else "",
            line.billed,
            line.billed - line.price,
            line.price,
            reader.t(self._name_of(paid.provider)),
            paid.trade_number,
            paid.refunded,
            reader.t("測試") if paid.provider in TRIAL_PROVIDERS else "",
        ]

    def _choice(self, reader: Reader, content: Content) -> Section:
        chosen, t = content.chosen, reader.t
        rows = [(t("車牌"), chosen.plate), (t("單號"), chosen.number)]
        rows.append((t("月份"), f"{chosen.month:%Y/%m}" if chosen.month else None))
        rows.append((t("繳費項目"), self._fees.name(reader, chosen.fee_item) if chosen.fee_item else None))
        count = sum(len(paid.lines) for paid in content.payments)
        total = money(reader, sum(paid.total for paid in content.payments))
        group = [(label, value) for label, value in rows if value]
        group += [(t("帳單筆數"), str(count)), (t("繳費合計"), total)]
        notes = [t("只列出以本服務繳納的款項，金額不含手續費。")]
        if content.cut:
            notes.append(t("只列出最近 {most} 次繳費，其餘請按月份下載。", most=f"{MOST_PAYMENTS:,}"))
        return Section(t("總計"), [group], "\n".join(notes))

    def _month(self, reader: Reader, month: str, paid: Sequence[PaidOrder]) -> Section:
        total = money(reader, sum(one.total for one in paid))
        heading = reader.t("{month}　合計 {total}", month=month, total=total)
        return Section(heading, [self._group(reader, one, line) for one in paid for line in one.lines])

    def _group(self, reader: Reader, paid: PaidOrder, line: Line) -> list[tuple[str, str]]:
        t = reader.t
        amount = money(reader, line.price)
        if line.billed != line.price:
            amount = t("帳單 {billed}，優惠後 {amount}", billed=money(reader, line.billed), amount=amount)
        shown = [
            (_minute(paid.paid_at), f"{self._agency(reader, line)} {self._fees.name(reader, line.fee_item)}"),
            (t("金額"), amount),
            (t("單號"), line.number),
        ]
        shown += [(t("車牌"), line.plate)] if line.plate else []
        shown += [(t("停車日期"), f"{line.parked_on:%Y/%m/%d}")] if line.parked_on else []
        provider = t(self._name_of(paid.provider))
        if paid.provider in TRIAL_PROVIDERS:
            provider = t("測試：{title}", title=provider)
        shown += [(t("付款方式"), provider), (t("交易編號"), paid.trade_number)]
        shown += [(t("整筆交易已退款"), money(reader, paid.refunded))] if paid.refunded else []
        return shown

    def _agency(self, reader: Reader, line: Line) -> str:
        return city_of(self._cities, line.key.agency).name(reader.language)


def title(reader: Reader, chosen: Chosen) -> str:
    """What the document is called."""
    if chosen.year is not None:
        return reader.t("{year} 年度停車費明細", year=chosen.year)
    return reader.t("繳費紀錄")


def _year(reader: Reader, payments: Sequence[PaidOrder]) -> Section:
    sums: Mapping[int, int] = {
        month: sum(paid.total for paid in payments if paid.paid_at.astimezone(TAIPEI).month == month)
        for month in MONTHS
    }
    rows = [(reader.t("{month} 月", month=month), money(reader, total)) for month, total in sums.items()]
    groups = [rows, [(reader.t("全年合計"), money(reader, sum(sums.values())))]]
    return Section(reader.t("各月合計"), groups, reader.t("依繳費日期計算。"))


def _minute(moment: datetime) -> str:
    return f"{moment.astimezone(TAIPEI):%Y/%m/%d %H:%M}"
