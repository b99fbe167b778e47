"""The tables of what is not money: passes, draws, the service desk, what was sent."""

from collections.abc import Sequence
from datetime import date, timedelta
from decimal import Decimal

from domain.campaigns import SendingRules
from domain.months import Month
from domain.noticewords import TOPICS
from domain.reports import MOST_BARS, NONE, Bar, Cell, Chart, Column, Report, percent
from services.holdings_names import WORDS
from services.passes.rules import PassRules
from services.reports.desk import ReasonFigures
from services.reports.passes import DayOdds, Luck, Sold
from services.reports.sending import ANSWER, CODE, SentTopic

SENDING_WAYS = {"reply": "LINE 回覆（免費）", "line": "LINE 推播", "sms": "簡訊"}
SENDING_TOPICS = {topic.value: name for topic, name in TOPICS.items()} | {ANSWER: "對話的答覆", CODE: "驗證碼"}


def sold(title: str, month: Month, found: Sequence[Sold], rules: PassRules) -> Report:
    """月票銷售: a row for each round."""
    rows: list[list[Cell]] = [
        [
            one.lot_name, WORDS["kind"].get(one.kind, one.kind), rules.type_names(one.pass_type)[0],
            one.places, one.entries, one.online, one.online_amount, one.counter, one.counter_amount,
            one.online + one.counter, one.online_amount + one.counter_amount,
            percent(one.online + one.counter, one.places),
        ]
        for one in found
    ]  # fmt: skip
    sums = [sum(int(row[at]) for row in rows) for at in range(3, 11)]
    counted = ("開放張數", "申請件數", "線上張數", "線上金額（元）", "現場張數", "現場金額（元）")
    bars = [
        Bar(f"{row[0]} {row[1]} {row[2]}", _share(int(row[9]), int(row[3])), f"{row[9]:,} / {row[3]:,} 張")
        for row in rows
    ]
    return Report(
        title=title,
        month=month,
        columns=[
            *(Column(name, number=False) for name in ("停車場", "車種", "票種")),
            *map(Column, (*counted, "售出張數", "售出金額（元）", "售出率")),
        ],
        rows=rows,
        total=["合計", "", "", *sums, percent(sums[-2], sums[0])],
        chart=Chart(f"月票售出 / 開放張數，{month}", bars[:MOST_BARS], whole=1),
        notes=["月份是使用月份。不含演練、作廢的期別，與付款後失去資格的月票。開放張數含優先購買。"],
    )


def odds(title: str, month: Month, found: Sequence[DayOdds]) -> Report:
    """登記日與中籤率: a row for each day of registration and pool."""
    rows: list[list[Cell]] = [
        [f"{one.day} 日", one.pool, *_luck(one.this_month), *_luck(one.this_year)] for one in found
    ]
    bars = [
        Bar(f"{row[0]} {row[1]}", _share(one.this_year.won, one.this_year.entries), f"{row[8]}，期望 {row[9]}")
        for one, row in zip(found, rows, strict=True)
    ]
    each = ("件數", "正取", "中籤率", "期望中籤率")
    return Report(
        title=title,
        month=month,
        columns=[
            *(Column(name, number=False) for name in ("登記日", "資格別")),
            *(Column(f"{which}{name}") for which in ("本月", "近 12 月") for name in each),
        ],
        rows=rows,
        chart=Chart(f"登記日與中籤率，至 {month} 的 12 個月", bars[:MOST_BARS]),
        notes=[
            "月份是使用月份，含已抽籤的期別，不含演練與遞補。",
            "期望中籤率：每件申請在自己那一期、自己資格別的中籤比例的平均。登記日與中籤無關時，兩者只差在運氣。",
        ],
    )


def cases(title: str, month: Month, found: Sequence[ReasonFigures]) -> Report:
    """客服案件: a row for each reason."""
    rows: list[list[Cell]] = [
        [one.reason, one.cases, one.closed, _time(one.first_answer), _time(one.closing), one.satisfied,
         one.unsatisfied, percent(one.satisfied, one.satisfied + one.unsatisfied)]
        for one in found
    ]  # fmt: skip
    names = ("件數", "已結案", "首次回覆（中位數）", "結案（中位數）", "滿意", "不滿意", "滿意比例")
    opened, closed, glad, sad = (sum(int(row[at]) for row in rows) for at in (1, 2, 5, 6))
    return Report(
        title=title,
        month=month,
        columns=[Column("來信原因", number=False), *map(Column, names)],
        rows=rows,
        total=["合計", opened, closed, "", "", glad, sad, percent(glad, glad + sad)],
        chart=Chart(f"客服案件，{month}（件）", [Bar(one.reason, one.cases, f"{one.cases:,} 件") for one in found]),
        notes=["以案件成立的月份計。中位數：一半的案件在這個時間以內。"],
    )


def sent(title: str, month: Month, found: Sequence[SentTopic], day: date | None, rules: SendingRules) -> Report:
    """訊息與簡訊費用: a row for each way and topic, counted up to a day. Answers by reply token cost nothing."""
    rows: list[list[Cell]] = []
    for one in found:
        topic = SENDING_TOPICS.get(one.topic, one.topic)
        cost = rules.cost(one.sent if one.way == "line" else 0, one.parts)
        rows.append([SENDING_WAYS[one.way], topic, one.sent, one.failed, one.parts, cost])
    sums = [sum(int(row[at]) for row in rows) for at in range(2, 6)]
    bars = [Bar(f"{row[0]} {row[1]}", int(row[2]), f"{row[2]:,} 則") for row in rows]
    return Report(
        title=title,
        month=month,
        columns=[
            *(Column(name, number=False) for name in ("管道", "主題")),
            *map(Column, ("送出（則）", "失敗或未送達（則）", "簡訊計費則數", "費用（元）")),
        ],
        rows=rows,
        total=["合計", "", *sums],
        chart=Chart(f"訊息與簡訊，{month}（則）", sorted(bars, key=lambda bar: -bar.value)[:MOST_BARS]),
        notes=[
            f"每晚統計，計至 {day.isoformat()}。" if day else "每晚統計，還沒有統計過。",
            "LINE 推播以方案外單價計，每一列進位到元；簡訊以計費則數計。單價在 config/sending.toml。",
        ],
    )


def _luck(luck: Luck) -> list[Cell]:
    return [luck.entries, luck.won, percent(luck.won, luck.entries), percent(luck.expected, luck.entries)]


def _share(part: int, whole: int) -> Decimal:
    return Decimal(part) / whole if whole else Decimal()


def _time(span: timedelta | None) -> str:
    """A span in words: 35 分, 4 小時 5 分, 2 天 3 小時."""
    if span is None:
        return NONE
    minutes = int(span.total_seconds()) // 60
    hours, days = minutes // 60, minutes // 1440
    if days:
        return f"{days} 天 {hours % 24} 小時"
    return f"{hours} 小時 {minutes % 60} 分" if hours else f"{minutes} 分"
