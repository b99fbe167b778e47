"""The reports that staff choose from, each as a table with its chart. Figures come from the files beside this one."""

from collections.abc import Callable, Collection, Mapping
from dataclasses import dataclass

from sqlalchemy import select

from domain import storebarcode
from domain.campaigns import SendingRules
from domain.cities import Cities, city_of
from domain.feeitems import Fees
from domain.months import YEAR, Month
from domain.reader import Language
from domain.reports import MOST_BARS, Bar, Cell, Chart, Column, Report, growth
from infra.database import UnitOfWork
from infra.locales import reader
from models.agency import Agency
from services.passes.rules import PassRules
from services.reports import money, passes, sending, tables
from services.reports.desk import DeskFigures
from services.reports.money import COUNTER, FEE, LATE, Sum, Sums

TREND = YEAR + 1  # months shown: this one and the same of last year are both there
YEARS = 5  # shown
ROC = 1911  # 民國 years are counted from here
WAYS = {"online": "線上（LINE 的繳費連結）", storebarcode.PROVIDER: "超商條碼", COUNTER: "停車場現場"}
OUR_OWN = {FEE: "手續費", LATE: "逾期或重複入帳（待退款）"}
ALL_MONEY = "含手續費、停車場現場繳費、逾期或重複入帳。退款記在退款完成的月份。月份以臺灣時間計。"
COLLECTED = "含停車場現場繳費；手續費、逾期或重複入帳另列。退款不在這裡扣除，另有退款表。月份以臺灣時間計。"


@dataclass(frozen=True, slots=True)
class Names:
    """What keys in the books are called."""

    fees: Fees
    cities: Cities
    provider: Callable[[str], str]  # msgid of a provider's key


@dataclass(frozen=True, slots=True)
class Listed:
    """A report to choose. `by_lot`: staff of a lot see it for their own lots; else it is of the whole city."""

    title: str
    by_lot: bool = False


LIST: Mapping[str, Listed] = {
    "months": Listed("逐月收款與退款"),
    "years": Listed("年度收款與成長"),
    "items": Listed("收款：依繳費項目"),
    "agencies": Listed("收款：依機關"),
    "providers": Listed("收款：依支付業者"),
    "ways": Listed("收款：依繳費管道"),
    "refunds": Listed("退款：依支付業者"),
    "passes": Listed("月票銷售", by_lot=True),
    "odds": Listed("登記日與中籤率", by_lot=True),
    "desk": Listed("客服案件"),
    "sending": Listed("訊息與簡訊費用"),
}


class Reports:
    """wiring gives names, the rules of passes and of what sending costs, and the figures of the service desk."""

    def __init__(self, names: Names, pass_rules: PassRules, rules: SendingRules, desk: DeskFigures) -> None:
        self._names = names
        self._passes = pass_rules
        self._rules = rules
        self._desk = desk

    def make(self, uow: UnitOfWork, key: str, month: Month, lots: Collection[str] | None = None) -> Report:
        """The report of a month. `lots`: only these, where the report is by lot. Raises KeyError for a key of none."""
        title = LIST[key].title
        if key == "passes":
            return tables.sold(title, month, passes.sold(uow, month, lots), self._passes)
        if key == "odds":
            return tables.odds(title, month, passes.odds_by_day(uow, month, lots))
        if key == "desk":
            return tables.cases(title, month, self._desk(uow, month))
        if key == "sending":
            return tables.sent(title, month, sending.of_month(uow, month), sending.counted_to(uow), self._rules)
        if key == "years":
            return self._years(uow, month)
        return self._months(uow, month) if key == "months" else self._compared(uow, key, month)

    def _compared(self, uow: UnitOfWork, key: str, month: Month) -> Report:
        now, before, year_ago = (self._sums(uow, key, month.shifted(by)) for by in (0, -1, -YEAR))
        names = self._named(uow, key)
        rows = [
            _compared_row(names(one), now.get(one, Sum()), before.get(one, Sum()), year_ago.get(one, Sum()))
            for one in sorted(now.keys() | before.keys() | year_ago.keys(), key=lambda one: _largest(now, one))
        ]
        bars = [Bar(str(row[0]), int(row[2]), f"{row[2]:,} 元") for row in rows[:MOST_BARS]]
        first, count = {
            "items": ("繳費項目", "筆數"),
            "agencies": ("機關", "筆數"),
            "providers": ("支付業者", "付款次數"),
            "ways": ("繳費管道", "付款次數"),
            "refunds": ("支付業者", "退款次數"),
        }[key]
        compared = ("上月金額（元）", "較上月", "去年同月金額（元）", "較去年同月")
        return Report(
            title=LIST[key].title,
            month=month,
            columns=[Column(first, number=False), *map(Column, (count, "金額（元）", *compared))],
            rows=rows,
            total=_compared_row("合計", _all(now), _all(before), _all(year_ago)),
            chart=Chart(f"{LIST[key].title}，{month}（元）", bars),
            notes=["以退款完成的時間計，臺灣時間。" if key == "refunds" else COLLECTED],
        )

    def _sums(self, uow: UnitOfWork, key: str, month: Month) -> Sums:
        if key in ("items", "agencies"):
            count = money.by_item if key == "items" else money.by_agency
            return count(uow, month, self._passes.agency)
        if key == "refunds":
            return money.given_back(uow, month)
        providers = money.by_provider(uow, month)
        return _by_way(providers) if key == "ways" else providers

    def _named(self, uow: UnitOfWork, key: str) -> Callable[[str], str]:
        zh = reader()
        if key == "items":
            return lambda one: OUR_OWN.get(one) or self._names.fees.name(zh, one)
        if key == "agencies":
            own = {row.code: row.name for row in uow.connection.execute(select(Agency.code, Agency.name))}
            cities = self._names.cities
            return lambda one: OUR_OWN.get(one) or own.get(one) or city_of(cities, one).name(Language.ZH)
        if key == "ways":
            return lambda one: WAYS[one]
        return lambda one: WAYS[COUNTER] if one == COUNTER else zh.t(self._names.provider(one))

    def _months(self, uow: UnitOfWork, month: Month) -> Report:
        found = money.by_month(uow, month.shifted(1 - TREND), month)
        rows: list[list[Cell]] = []
        for by in range(1 - TREND, 1):
            one = found.get(month.shifted(by), money.Moved())
            before = rows[-1][2] if rows else 0
            moved = (one.payments, one.came, one.given_back, one.came - one.given_back)
            rows.append([str(month.shifted(by)), *moved, growth(one.came, int(before))])
        rows.reverse()
        names = ("收款次數", "收款（元）", "退款（元）", "收款減退款（元）", "收款較上月")
        bars = [Bar(str(row[0]), int(row[2]), f"{row[2]:,} 元") for row in reversed(rows)]
        return Report(
            title=LIST["months"].title,
            month=month,
            columns=[Column("月份", number=False), *map(Column, names)],
            rows=rows,
            chart=Chart(f"近 {TREND} 個月收款（元）", bars),
            notes=[ALL_MONEY],
        )

    def _years(self, uow: UnitOfWork, month: Month) -> Report:
        found = money.by_month(uow, Month(month.year - YEARS, 1), month)
        rows: list[list[Cell]] = []
        for year in range(month.year, month.year - YEARS, -1):
            last = month.number if year == month.year else YEAR
            now, before = (_of_months(found, one, last) for one in (year, year - 1))
            moved = (now.payments, now.came, now.given_back, now.came - now.given_back)
            rows.append([f"{year - ROC} 年度", *moved, before.came, growth(now.came, before.came)])
        names = ("收款次數", "收款（元）", "退款（元）", "收款減退款（元）", "上年度同期收款（元）", "較上年度同期")
        bars = [Bar(str(row[0]), int(row[2]), f"{row[2]:,} 元") for row in reversed(rows)]
        return Report(
            title=LIST["years"].title,
            month=month,
            columns=[Column("年度", number=False), *map(Column, names)],
            rows=rows,
            chart=Chart(f"近 {YEARS} 個年度收款（元）", bars),
            notes=[f"年度是曆年；{month.year - ROC} 年度計至 {month}，與上年度的相同月份比較。", ALL_MONEY],
        )


def _of_months(found: Mapping[Month, money.Moved], year: int, last: int) -> money.Moved:
    """What moved in a year up to its month `last`."""
    months = [found.get(Month(year, number), money.Moved()) for number in range(1, last + 1)]
    sums = (sum(one.payments for one in months), sum(one.came for one in months), sum(one.given_back for one in months))
    return money.Moved(*sums)


def _compared_row(name: str, now: Sum, before: Sum, year_ago: Sum) -> list[Cell]:
    last = (before.amount, growth(now.amount, before.amount))
    return [name, now.count, now.amount, *last, year_ago.amount, growth(now.amount, year_ago.amount)]


def _all(sums: Sums) -> Sum:
    return sum(sums.values(), Sum())


def _largest(sums: Sums, key: str) -> tuple[int, str]:
    return -sums.get(key, Sum()).amount, key


def _by_way(providers: Sums) -> Sums:
    ways: dict[str, Sum] = {}
    for provider, one in providers.items():
        way = provider if provider in WAYS else "online"
        ways[way] = ways.get(way, Sum()) + one
    return ways
