"""公告: written in both languages, looked at, shown from a day until a day; pushed to many where staff ask for it."""

from collections.abc import Mapping
from datetime import date
from typing import Any

from flask import abort
from flask.typing import ResponseReturnValue

from domain.campaigns import AREA, NotEnoughQuotaError, Quota, ToldLatelyError
from domain.clock import city_date
from domain.errors import OutsideError
from domain.staff import Power, StaffRuleError
from services import audiences, line_quota
from services.announcements import Announcement, is_current
from services.campaigns import News
from services.citytexts import Written
from web.backoffice.gate import member
from web.backoffice.room import Room, field, refused, show, try_to
from web.backoffice.texts import TextPages, shaped, tongues, version

AUDIENCES = {
    "all": "所有人",
    "passes": "月票申請人與收藏停車場的人",
    "reminders": "訂閱繳費提醒的人",
    "flood": "訂閱防汛通知的人",
}


def register(room: Room) -> None:
    """Its routes."""
    views = _News(room, room.services.announcements.texts)
    room.page("/news", "news", views.look, Power.NEWS)
    room.page("/news/new", "news_new", views.new, Power.NEWS)
    room.page("/news/preview", "news_preview", views.preview, Power.NEWS, ("POST",))
    room.page("/news/save", "news_save", views.save, Power.NEWS, ("POST",))
    room.page("/news/edit/<key>", "news_one", views.one, Power.NEWS)
    room.page("/news/shelf/<key>", "news_shelf", views.shelf, Power.NEWS, ("POST",))
    room.page("/news/push/<key>", "news_push", views.push, Power.NEWS, ("POST",))
    room.page("/news/send/<key>", "news_send", views.send, Power.NEWS, ("POST",))


class _News(TextPages[Announcement]):
    home = "news"
    labels = {
        "published": "開始日",
        "until": "結束日",
        "place": "順序",
        "zh.title": "中文標題",
        "zh.body": "中文內容",
        "en.title": "英文標題",
        "en.body": "英文內容",
    }

    def look(self) -> ResponseReturnValue:
        """GET: all announcements, and how each stands."""
        today = city_date(self.services.clock.now())
        with self.services.unit() as uow:
            found = self.texts.every(uow)
        rows = [(one, _standing(one, today)) for one in found]
        rows.sort(key=lambda row: (row[0].text.place, row[0].text.published), reverse=True)
        return show("news.html", "公告", rows=rows)

    def new(self) -> ResponseReturnValue:
        """GET: the form of a new one."""
        today = city_date(self.services.clock.now()).isoformat()
        return self.form("", 0, {"published": today, "place": "0"})

    def read(self, key: str, values: Mapping[str, str]) -> Announcement:  # noqa: ARG002 - its key is not in it
        days = {"published": values["published"], "until": values["until"] or None, "place": values["place"] or 0}
        made = shaped(Announcement, {**days, **tongues(values, "title", "body")}, self.labels)
        if made.until is not None and made.until < made.published:
            raise StaffRuleError("結束日不能早於開始日")
        return made

    def fields(self, text: Announcement) -> Mapping[str, str]:
        days = {"published": str(text.published), "until": str(text.until or ""), "place": str(text.place)}
        told = {"zh.title": text.zh.title, "zh.body": text.zh.body, "en.title": text.en.title, "en.body": text.en.body}
        return {**days, **told}

    def push(self, key: str) -> ResponseReturnValue:
        """POST: how many it would reach, and what that takes of LINE's month; nothing is sent yet."""
        try:
            what = self._pushed(key)
            seen = self.services.quota.now()
            with self.services.unit() as uow:
                told = self.services.campaigns.preview(uow, what)
                quota = line_quota.with_promises(uow, seen.quota) if seen else None
        except StaffRuleError as error:
            return refused(error, "news_one", key=key)
        free = quota.free(self.services.campaigns.rules.reserve_percent) if quota else None
        values = {"key": key, "version": version(), "to": field("to", 40), "audiences": self._audiences()}
        words = self.services.campaigns.words(what)
        return show("news_push.html", "確認推播公告", told=told, words=words, quota=quota, free=free, **values)

    def send(self, key: str) -> ResponseReturnValue:
        """POST: told to all of them, each in the hours they have chosen."""

        def deed() -> None:
            what, quota = self._pushed(key), self._quota()
            try:
                with self.services.unit() as uow:
                    self.services.campaigns.start_news(uow, what, staff=member().actor, quota=quota)
            except NotEnoughQuotaError as error:
                raise StaffRuleError(f"需要 {error.needed:,} 則，本月可用於公告的只剩 {error.free:,} 則") from None
            except ToldLatelyError:
                raise StaffRuleError("這則公告一小時內已經發給同樣的對象") from None
            except ValueError:
                raise StaffRuleError("沒有人會收到：這個對象裡沒有接收市府公告的人") from None

        return try_to(deed, "campaigns", "已開始推播。")

    def _pushed(self, key: str) -> News:
        """The announcement as it was looked at, to whom it is to go. Raises StaffRuleError."""
        found = self.find(key)
        if found.version != version():
            raise StaffRuleError("這則公告剛被更改過，請看過之後再推播")
        if not found.shown or not is_current(found.text, city_date(self.services.clock.now())):
            raise StaffRuleError("只能推播正在顯示的公告")
        try:
            return News(found.text, audiences.parse(field("to", 40), tuple(self.services.campaigns.areas)))
        except ValueError:
            abort(400)

    def _quota(self) -> Quota:
        """As LINE has it now. Raises StaffRuleError: what cannot be known is not used up."""
        try:
            return self.services.line_month.read()
        except OutsideError:
            raise StaffRuleError("LINE 沒有回覆本月額度，為免用完，這次不發送，請稍後再試") from None

    def _audiences(self) -> Mapping[str, str]:
        areas = {f"{AREA}{key}": f"防汛通知：{area.zh}" for key, area in self.services.campaigns.areas.items()}
        return {**AUDIENCES, **areas}

    def form(
        self,
        key: str,
        of: int,
        values: Mapping[str, str],
        found: Written[Announcement] | None = None,
        preview: Announcement | None = None,
    ) -> ResponseReturnValue:
        current = found is not None and found.shown
        current = current and is_current(found.text, city_date(self.services.clock.now()))
        told: dict[str, Any] = {"key": key, "version": of, "values": values, "found": found, "preview": preview}
        title = "公告內容" if key else "新增公告"
        return show("news_one.html", title, current=current, audiences=self._audiences(), labels=self.labels, **told)


def _standing(one: Written[Announcement], today: date) -> str:
    if not one.shown:
        return "已下架"
    if today < one.text.published:
        return "尚未開始"
    return "顯示中" if is_current(one.text, today) else "已結束"
