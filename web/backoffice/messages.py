"""簡訊發送查詢, and 未送達訊息: what LINE did not take, events that were set aside, LINE's month."""

from collections.abc import Iterator, Mapping, Sequence
from datetime import timedelta

from flask import send_file
from flask.typing import ResponseReturnValue

from domain.notices import Topic
from domain.phones import parse_mobile
from domain.staff import Power
from infra.sheets import Cell, write_sheet
from services import audit, dead_letters, line_quota, sms_list
from services.sms_list import Fate, Sms, Wanted
from web.backoffice import asked
from web.backoffice.gate import member
from web.backoffice.room import EXCEL, RULES, Room, field, form_id, local, refused, show, try_to

FIELDS = ("mobile", "topic", "fate", "first", "last")
TOPICS: Mapping[str, str] = {
    sms_list.CODE: "驗證碼",
    Topic.OWN_ACT: "本人操作的結果",
    Topic.ASKED_FOR: "本人要求的提醒",
    Topic.ACCOUNT: "帳號與車輛",
    Topic.NEW_BILL: "新帳單",
    Topic.DUE_SOON: "即將到期",
    Topic.DUE_TOMORROW: "明天到期",
    Topic.OVERDUE: "逾期",
    Topic.WRITE_OFF: "銷帳",
    Topic.ROUND: "月票開放登記",
    Topic.DRAW: "月票抽籤",
    Topic.PASS_ENDS: "月票到期",
    Topic.FLOOD: "防汛",
    Topic.NEWS: "市府公告",
}
OUTCOMES: Mapping[str, str] = {
    "quota": "LINE 本月額度用完",
    "denied": "LINE 拒絕（權限或設定）",
    "unreachable": "對方已封鎖或不存在",
    "expired": "逾 24 小時無明確回應（可能已收到）",
}
ANSWER = "聊天室的回覆"
HEAD = ("建立時間", "種類", "對象", "狀態", "原因", "業者", "則數", "結束時間")  # of the list of SMS


def register(room: Room) -> None:
    """Its routes."""
    views = _Messages(room)
    room.page("/sms", "sms", views.sms, Power.SEE_MESSAGES)
    room.page("/sms/find", "sms_find", room.sparing(views.sms), Power.SEE_MESSAGES, ("POST",))
    room.page("/sms/excel", "sms_excel", room.sparing(views.excel), Power.SEE_MESSAGES, ("POST",))
    room.page("/failed", "failed", views.failed, Power.SEE_FAILED)
    room.page("/failed/find", "failed_find", views.failed, Power.SEE_FAILED, ("POST",))
    room.page("/failed/again", "failed_again", views.send_again, Power.RESEND, ("POST",))
    room.page("/failed/run", "failed_run", views.run_again, Power.RESEND, ("POST",))


class _Messages:
    """One method per route."""

    def __init__(self, room: Room) -> None:
        self._services = room.services

    def sms(self) -> ResponseReturnValue:
        """GET: the last SMS. POST: by whole number, topic, fate, days. A lot's staff sees those about its passes."""
        start, kept = asked.place(), asked.fields(FIELDS, self._services.clock)
        try:
            wanted = _wanted(kept)
        except RULES as error:
            return refused(error, "sms")
        lots, after = member().lots(Power.SEE_MESSAGES), sms_list.Place(*start) if start else None
        with self._services.unit() as uow:
            rows, end = sms_list.page(uow, self._services.citizens, wanted, lots, after=after)
            asked.looked_for(uow, "sms", len(rows), mobile=wanted.mobile)
        more = asked.place_field(end.at, end.message_id) if end else ""
        return show("sms.html", "簡訊發送查詢", rows=rows, more=more, kept=kept, topics=TOPICS, fates=list(Fate))

    def excel(self) -> ResponseReturnValue:
        """POST: the same list as a file, as masked; the audit keeps how many were taken away."""
        try:
            wanted = _wanted(asked.fields(FIELDS, self._services.clock))
        except RULES as error:
            return refused(error, "sms")
        lots, count = member().lots(Power.SEE_MESSAGES), 0

        def cells(rows: Iterator[Sms]) -> Iterator[Sequence[Cell]]:
            nonlocal count
            for one in rows:
                count += 1
                topic = TOPICS.get(one.topic, one.topic)
                yield (
                    local(one.place.at),
                    topic,
                    one.to,
                    one.fate.value,
                    one.cause,
                    one.gateway,
                    one.parts,
                    local(one.ended_at),
                )

        with self._services.unit() as uow:
            rows = sms_list.every(uow, self._services.citizens, wanted, lots)
            file = write_sheet("簡訊發送", HEAD, cells(rows))
            asked.looked_for(uow, "sms", count, mobile=wanted.mobile)
            detail: audit.Detail = {"rows": count}
            audit.write(uow, "sms.exported", actor=member().actor, subject_type="list", subject_id="sms", detail=detail)
        return send_file(file, EXCEL, as_attachment=True, download_name="sms.xlsx")

    def failed(self) -> ResponseReturnValue:
        """GET: LINE's month, what was set aside, and what did not go. POST: one outcome, or the next page."""
        start, kept = asked.place(), asked.fields(("outcome",), self._services.clock)
        outcome = kept.get("outcome", "")
        seen = self._services.quota.now()
        with self._services.unit() as uow:
            quota = line_quota.with_promises(uow, seen.quota) if seen else None
            after = dead_letters.Place(*start) if start else None
            rows, end = dead_letters.messages(uow, outcome=outcome, after=after)
            aside = dead_letters.set_aside(uow)
        free = quota.free(self._services.campaigns.rules.reserve_percent) if quota else None
        more = asked.place_field(end.at, end.message_id) if end else ""
        minutes = (self._services.clock.now() - seen.at) // timedelta(minutes=1) if seen else 0
        values = {"rows": rows, "more": more, "aside": aside, "quota": quota, "free": free, "seen": seen}
        words = {"topics": TOPICS, "outcomes": OUTCOMES, "answer": ANSWER, "outcome": outcome, "minutes": minutes}
        return show("failed.html", "未送達訊息", may=member().may(Power.RESEND), **values, **words)

    def send_again(self) -> ResponseReturnValue:
        """POST: one message, once."""

        def deed() -> None:
            with self._services.unit() as uow:
                dead_letters.send_again(uow, form_id("id"), staff=member().actor)

        return try_to(deed, "failed", "已重新排入發送。")

    def run_again(self) -> ResponseReturnValue:
        """POST: one event that was set aside."""

        def deed() -> None:
            with self._services.unit() as uow:
                dead_letters.run_again(uow, field("id", 64), staff=member().actor)

        return try_to(deed, "failed", "已重新排入處理。")


def _wanted(kept: Mapping[str, str]) -> Wanted:
    """Raises StaffRuleError, or CitizenMistakeError for what is no mobile number."""
    fate = kept.get("fate")
    return Wanted(
        mobile=parse_mobile(kept["mobile"]) if "mobile" in kept else None,
        topic=kept.get("topic", ""),
        fate=Fate(fate) if fate in set(Fate) else None,
        first=asked.day(kept.get("first")),
        last=asked.day(kept.get("last")),
    )
