"""The reports that staff choose from, each as a table with its chart. Figures come from the files beside this one."""

from collections.abc import Callable, Collection, Mapping
from dataclasses import dataclass
from datetime import timedelta
from decimal import Decimal

from sqlalchemy import select

from domain import storebarcode
from domain.campaigns import SendingRules
from domain.cities import Cities, city_of
from domain.feeitems import Fees
from domain.months import YEAR, Month
from domain.noticewords import TOPICS
from domain.reader import Language
from domain.reports import NONE, Bar, Cell, Chart, Column, Report, growth, percent
from infra.database import UnitOfWork
from infra.locales import reader
from models.agency import Agency
from services.holdings_names import WORDS
from services.passes.rules import PassRules
from services.reports import money, passes, sending
from services.reports.desk import DeskFigures
from services.reports.money import COUNTER, FEE, LATE, Sum, Sums

MOST_BARS = 24  # longer charts say less than their table
TREND = YEAR + 1  # months shown: this one and the same of last year are both there
WAYS = {"online": "線上（LINE 的繳費連結）", storebarcode.PROVIDER: "超商條碼", COUNTER: "停車場現場"}
SENDING_WAYS = {"reply": "LINE 回覆（免費）", "line": "LINE 推播", "sms": "簡訊"}
SENDING_TOPICS = {topic.value: name for topic, name in TOPICS.items()}
SENDING_TOPICS |= {sending.ANSWER: "對話的答覆", sending.CODE: "驗證碼"}
OUR_OWN = {FEE: "手續費", LATE: "逾期或重複入帳（待退款）"}
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
        by_lot = {"passes": self._sold, "odds": self._odds}
        if key in by_lot:
            return by_lot[key](uow, month, lots)
        of_city = {"months": self._months, "desk": self._cases, "sending": self._sent}
        return of_city[key](uow, month) if key in of_city else self._compared(uow, key, month)

    # Money

    def _compared(self, uow: UnitOfWork, key: str, month: Month) -> Report:
        now, before, year_ago = (self._sums(uow, key, month.shifted(by)) for by in (0, -1, -YEAR))
        names = self._named(uow, key)
        rows = [
            _compared_row(names(one), now.get(one, Sum()), before.get(one, Sum()), year_ago.get(one, Sum()))
            for one in sorted(now.keys() | before.keys() | year_ago.keys(), key=lambda one: _largest(now, one))
        ]
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
            chart=Chart(f"{month} 金額（元）", [Bar(str(r[0]), int(r[2]), f"{r[2]:,} 元") for r in rows[:MOST_BARS]]),
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
            notes=["含手續費、停車場現場繳費、逾期或重複入帳。退款記在退款完成的月份。月份以臺灣時間計。"],
        )

    # Passes

    def _sold(self, uow: UnitOfWork, month: Month, lots: Collection[str] | None) -> Report:
        found = passes.sold(uow, month, lots)
        rows: list[list[Cell]] = [
            [
                one.lot_name, WORDS["kind"].get(one.kind, one.kind), self._passes.type_names(one.pass_type)[0],
                one.places, one.entries, one.online, one.online_amount, one.counter, one.counter_amount,
                one.online + one.counter, one.online_amount + one.counter_amount,
                percent(one.online + one.counter, one.places),
            ]
            for one in found
        ]  # fmt: skip
        sums = [sum(int(row[at]) for row in rows) for at in range(3, 11)]
        counted = ("開放張數", "申請件數", "線上張數", "線上金額（元）", "現場張數", "現場金額（元）")
        bars = [Bar(f"{row[0]} {row[1]} {row[2]}", int(row[9]), f"{row[9]:,} / {row[3]:,} 張") for row in rows]
        return Report(
            title=LIST["passes"].title,
            month=month,
            columns=[
                *(Column(name, number=False) for name in ("停車場", "車種", "票種")),
                *map(Column, (*counted, "售出張數", "售出金額（元）", "售出率")),
            ],
            rows=rows,
            total=["合計", "", "", *sums, percent(sums[-2], sums[0])] if rows else (),
            chart=Chart(f"{month} 售出張數 / 開放張數", bars[:MOST_BARS]) if rows else None,
            notes=["月份是使用月份。不含演練、作廢的期別，與付款後失去資格的月票。開放張數含優先購買。"],
        )

    def _odds(self, uow: UnitOfWork, month: Month, lots: Collection[str] | None) -> Report:
        found = passes.odds_by_day(uow, month, lots)
        rows: list[list[Cell]] = [
            [f"{one.day} 日", one.pool, *_luck(one.this_month), *_luck(one.this_year)] for one in found
        ]
        bars = [
            Bar(f"{row[0]} {row[1]}", _share(one.this_year), f"{row[8]}，期望 {row[9]}")
            for one, row in zip(found, rows, strict=True)
        ]
        each = ("件數", "正取", "中籤率", "期望中籤率")
        return Report(
            title=LIST["odds"].title,
            month=month,
            columns=[
                *(Column(name, number=False) for name in ("登記日", "資格別")),
                *(Column(f"{which}{name}") for which in ("本月", "近 12 月") for name in each),
            ],
            rows=rows,
            chart=Chart("近 12 個使用月份的中籤率", bars[:MOST_BARS]) if rows else None,
            notes=[
                "月份是使用月份，含已抽籤的期別，不含演練與遞補。",
                "期望中籤率：每件申請在自己那一期、自己資格別的中籤比例的平均。登記日與中籤無關時，兩者只差在運氣。",
            ],
        )

    # The service desk, and sending

    def _cases(self, uow: UnitOfWork, month: Month) -> Report:
        found = self._desk(uow, month)
        rows: list[list[Cell]] = [
            [one.reason, one.cases, one.closed, _time(one.first_answer), _time(one.closing), one.satisfied,
             one.unsatisfied, percent(one.satisfied, one.satisfied + one.unsatisfied)]
            for one in found
        ]  # fmt: skip
        names = ("件數", "已結案", "首次回覆（中位數）", "結案（中位數）", "滿意", "不滿意", "滿意比例")
        cases, closed, glad, sad = (sum(int(row[at]) for row in rows) for at in (1, 2, 5, 6))
        return Report(
            title=LIST["desk"].title,
            month=month,
            columns=[Column("來信原因", number=False), *map(Column, names)],
            rows=rows,
            total=["合計", cases, closed, "", "", glad, sad, percent(glad, glad + sad)] if rows else (),
            chart=Chart(f"{month} 件數", [Bar(one.reason, one.cases, f"{one.cases:,} 件") for one in found]),
            notes=["以案件成立的月份計。中位數：一半的案件在這個時間以內。"],
        )

    def _sent(self, uow: UnitOfWork, month: Month) -> Report:
        rows: list[list[Cell]] = []
        for one in sending.of_month(uow, month):
            line = one.sent if one.way == "line" else 0
            topic, cost = SENDING_TOPICS.get(one.topic, one.topic), self._rules.cost(line, one.parts)
            rows.append([SENDING_WAYS[one.way], topic, one.sent, one.failed, one.parts, cost])
        sums = [sum(int(row[at]) for row in rows) for at in range(2, 6)]
        bars = [Bar(f"{row[0]} {row[1]}", int(row[2]), f"{row[2]:,} 則") for row in rows]
        day = sending.counted_to(uow)
        return Report(
            title=LIST["sending"].title,
            month=month,
            columns=[
                *(Column(name, number=False) for name in ("管道", "主題")),
                *map(Column, ("送出（則）", "失敗或未送達（則）", "簡訊計費則數", "費用（元）")),
            ],
            rows=rows,
            total=["合計", "", *sums] if rows else (),
            chart=Chart(f"{month} 送出（則）", sorted(bars, key=lambda bar: -bar.value)[:MOST_BARS]) if rows else None,
            notes=[
                f"每晚統計，計至 {day.isoformat()}。" if day else "每晚統計，還沒有統計過。",
                "LINE 推播以方案外單價計，每一列進位到元；簡訊以計費則數計。單價在 config/sending.toml。",
            ],
        )


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


def _luck(luck: passes.Luck) -> list[Cell]:
    return [luck.entries, luck.won, percent(luck.won, luck.entries), percent(luck.expected, luck.entries)]


def _share(luck: passes.Luck) -> Decimal:
    return Decimal(luck.won) / luck.entries if luck.entries else Decimal()


def _time(span: timedelta | None) -> str:
    """A span in words: 35 分, 4 小時 5 分, 2 天 3 小時."""
    if span is None:
        return NONE
    minutes = int(span.total_seconds()) // 60
    hours, days = minutes // 60, minutes // 1440
    if days:
        return f"{days} 天 {hours % 24} 小時"
    return f"{hours} 小時 {minutes % 60} 分" if hours else f"{minutes} 分"
