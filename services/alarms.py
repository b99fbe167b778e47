"""Alarms (警示): what of today's state wants a person. docs/operating.md says what to do about each."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from services.today import CityState, Today

ALL_FAILED = 5  # tries today without a single success: the provider, or the city, is probably down
WATCH_LATE_SECONDS = 2 * 24 * 3600.0


@dataclass(frozen=True, slots=True)
class Rule:
    """A figure of services.operation.State, and above what it is an alarm."""

    figure: str
    over: float
    words: str


RULES: Sequence[Rule] = (
    Rule("oldest_event_seconds", 30, "民眾的訊息等了太久還沒處理"),
    Rule("oldest_message_seconds", 120, "要送出的訊息等了太久，LINE 可能不收"),
    Rule("oldest_open_attempt_seconds", 600, "有付款超過 10 分鐘還不知道結果"),
    Rule("worker_silent_seconds", 60, "背景程式沒有回報"),
    Rule("write_offs_for_staff", 0, "有銷帳要人處理"),
    Rule("oldest_write_off_seconds", 3600, "有機關超過一小時不收銷帳"),
)


def standing(today: Today) -> Sequence[str]:
    """Every open alarm, in words."""
    return [*_waiting(today), *_outside(today)]


def _waiting(today: Today) -> Iterator[str]:
    if today.state.worker_silent_seconds is None:
        yield "背景程式還沒有啟動過"
    for rule in RULES:
        value = getattr(today.state, rule.figure)
        if value is not None and value > rule.over:
            yield rule.words
    if today.set_aside:
        yield f"有 {today.set_aside:,} 則民眾的訊息處理失敗，已擱置"
    if today.cases_late:
        yield f"有 {today.cases_late:,} 件客服案件逾期未回覆"
    if today.accounts_locked:
        yield f"今日有 {today.accounts_locked:,} 個承辦人員帳號因連續輸入錯誤而鎖定，請向本人確認"
    for name, times in today.restarts.items():
        yield f"程式 {name} 因錯誤重新啟動 {times:,} 次"


def _outside(today: Today) -> Iterator[str]:
    if not today.breakers_known:
        yield "Redis 沒有回應"
    for one in today.providers:
        if not one.paid and one.ended >= ALL_FAILED:
            yield f"支付業者 {one.provider} 今日 {one.ended:,} 筆交易都沒有成功"
    for provider in sorted(today.gone):
        yield f"支付業者 {provider} 的設定已移除，但還有付款要向它查詢"
    for city in today.cities:
        yield from _of_city(city)
    if today.messages_failed.get("quota") or (today.quota and today.quota.limit and today.quota_free == 0):
        yield "LINE 本月訊息則數即將用完或已用完"


def _of_city(city: CityState) -> Iterator[str]:
    failed = sum(city.failed.values())
    if city.left_alone is not None:
        yield f"{city.name}的系統連續沒有回應，暫停查詢中"
    elif not city.answered and failed >= ALL_FAILED:
        yield f"{city.name}的系統自啟動以來 {failed:,} 次都沒有回應"
    if city.late > WATCH_LATE_SECONDS:
        yield f"{city.name}有綁定車輛超過兩天沒有查到帳單"
