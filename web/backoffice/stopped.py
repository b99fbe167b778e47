"""停住的訂單: a provider took another sum than ours; staff look into it and let the order go."""

from flask.typing import ResponseReturnValue

from domain.staff import Power
from services.staff import approvals
from services.stopped import KIND
from web.backoffice.gate import member
from web.backoffice.room import RULES, Room, done, field, form_id, refused, show, try_to


def register(room: Room) -> None:
    """Its routes."""
    views = _Stopped(room)
    room.page("/stopped", "stopped", views.look, Power.SEE_MONEY)
    room.page("/stopped/release", "stopped_release", views.release, Power.REFUND, ("POST",))
    room.page("/stopped/decide", "stopped_decide", views.decide, Power.REFUND, ("POST",))


class _Stopped:
    """One method per route."""

    def __init__(self, room: Room) -> None:
        self._services = room.services

    def look(self) -> ResponseReturnValue:
        """GET: all of them, and what waits for a second person."""
        with self._services.unit() as uow:
            rows = self._services.stopped.listed(uow)
            waiting = approvals.waiting(uow, [KIND])
        values = {"rows": rows, "waiting": waiting, "asked": {one.detail["attempt"] for one in waiting}}
        return show("stopped.html", "停住的訂單", names=self._services.names, may=member().may(Power.REFUND), **values)

    def release(self) -> ResponseReturnValue:
        """POST: its bills can be paid again; above the limit another must approve."""
        try:
            with self._services.unit() as uow:
                released = self._services.stopped.release(
                    uow, form_id("attempt"), reason=field("reason"), staff=member().actor
                )
        except RULES as error:
            return refused(error, "stopped")
        said = "已放行，會再向業者查詢實收金額，列入應退款項。" if released else "已送出申請，請另一位同仁核准。"
        return done("stopped", said)

    def decide(self) -> ResponseReturnValue:
        """POST: a second person approves or rejects."""
        approve = field("approve", 1) == "1"

        def deed() -> None:
            with self._services.unit() as uow:
                self._services.stopped.decide(uow, form_id("id"), approve=approve, staff=member().actor)

        return try_to(deed, "stopped", "已核准並放行。" if approve else "已退回申請。")
