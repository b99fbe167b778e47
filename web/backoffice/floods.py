"""防汛: a notice typed, looked at and sent in under a minute, closed by its 恢復; and 群發紀錄."""

from datetime import datetime

from flask import abort, request
from flask.typing import ResponseReturnValue

from domain.clock import TAIPEI
from domain.floods import LONGEST_PLACE, TITLES, Flood, Template
from domain.staff import Power, StaffRuleError
from services import campaign_figures
from web.backoffice.gate import member
from web.backoffice.messages import OUTCOMES
from web.backoffice.room import Room, field, form_id, refused, show, try_to

SHOWN = 50


def register(room: Room) -> None:
    """Its routes."""
    views = _Floods(room)
    room.page("/floods", "floods", views.look, Power.FLOOD)
    room.page("/floods/preview", "flood_preview", views.preview, Power.FLOOD, ("POST",))
    room.page("/floods/send", "flood_send", views.send, Power.FLOOD, ("POST",))
    room.page("/campaigns", "campaigns", views.campaigns, Power.SEE_MESSAGES)
    room.page("/campaigns/stop", "campaign_stop", views.stop, Power.FLOOD, ("POST",))


class _Floods:
    """One method per route."""

    def __init__(self, room: Room) -> None:
        self._services = room.services
        self._campaigns = room.services.campaigns

    def look(self) -> ResponseReturnValue:
        """GET: the form, and what is not over yet."""
        with self._services.unit() as uow:
            open_ = [(row.id, row.made_at, flood) for row, flood in self._campaigns.open_floods(uow)]
        now = self._services.clock.now()
        values = {"open": open_, "areas": self._campaigns.areas, "titles": TITLES, "longest": LONGEST_PLACE}
        return show("floods.html", "防汛通知", now=now, **values)

    def preview(self) -> ResponseReturnValue:
        """POST: the words, and how many people; nothing is sent yet."""
        ends = form_id("ends") if request.form.get("ends") else None
        try:
            with self._services.unit() as uow:
                flood = self._campaigns.end_of(uow, ends, self._at()) if ends else self._flood()
                told = self._campaigns.preview(uow, flood, ends)
        except (ValueError, StaffRuleError) as error:
            return refused(_plainly(error), "floods")
        words = self._campaigns.words(flood)
        values = {"flood": flood, "told": told, "words": words, "areas": self._campaigns.areas, "ends": ends}
        return show("flood_preview.html", "確認防汛通知", **values)

    def send(self) -> ResponseReturnValue:
        """POST: at once, ahead of every other message, quiet hours or not."""
        ends = form_id("ends") if request.form.get("ends") else None

        def deed() -> None:
            try:
                with self._services.unit() as uow:
                    flood = self._campaigns.end_of(uow, ends, self._at()) if ends else self._flood()
                    self._campaigns.start_flood(uow, flood, staff=member().actor, ends=ends)
            except ValueError as error:
                raise _plainly(error) from None

        return try_to(deed, "floods", "已開始發送。")

    def campaigns(self) -> ResponseReturnValue:
        """GET: 群發紀錄: sent, delivered as far as known, failed by reason, cost."""
        with self._services.unit() as uow:
            rules = self._campaigns.rules
            rows = [
                (row.id, row.kind, row.state, row.made_by, row.made_at, campaign_figures.figures(uow, row, rules))
                for row in campaign_figures.newest(uow, SHOWN)
            ]
        return show("campaigns.html", "群發紀錄", rows=rows, outcomes=OUTCOMES, may_stop=member().may(Power.FLOOD))

    def stop(self) -> ResponseReturnValue:
        """POST: what has not been handed over is not sent."""

        def deed() -> None:
            try:
                with self._services.unit() as uow:
                    self._campaigns.stop(uow, form_id("id"), staff=member().actor)
            except ValueError:
                raise StaffRuleError("沒有這次發送") from None

        return try_to(deed, "campaigns", "已停止發送；已交給 LINE 或簡訊商的無法收回。")

    def _flood(self) -> Flood:
        """Raises StaffRuleError, or ValueError."""
        template = field("template", 12)
        if template not in TITLES:
            abort(400)
        chosen = tuple(area for area in self._campaigns.areas if area in request.form.getlist("areas"))
        if not chosen:
            raise StaffRuleError("請至少選一個區域")
        return Flood(Template(template), chosen, self._at(), field("place"))

    def _at(self) -> datetime:
        """Raises StaffRuleError, or ValueError."""
        try:
            return datetime.strptime(field("at", 16), "%Y-%m-%dT%H:%M").replace(tzinfo=TAIPEI)
        except ValueError:
            raise StaffRuleError("請輸入正確的時間") from None


_WORDS = {
    "nobody would be told": "沒有人會收到：這些區域沒有訂閱防汛通知的人",
    "no open flood notice": "這則通知已經恢復",
}


def _plainly(error: Exception) -> StaffRuleError:
    said = str(error)
    return StaffRuleError(_WORDS.get(said, said))
