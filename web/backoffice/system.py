"""系統管理／停止服務: kill switches of money and of what else can be stopped, each with a text for citizens."""

from flask.typing import ResponseReturnValue

from domain.staff import Power, StaffRuleError
from services import halts
from web.backoffice.gate import member
from web.backoffice.room import Room, field, show, try_to


def register(room: Room) -> None:
    """Its routes."""
    views = _System(room)
    room.page("/halts", "halts", views.look, Power.OPERATE)
    room.page("/halts/stop", "halt_stop", views.stop, Power.OPERATE, ("POST",))
    room.page("/halts/resume", "halt_resume", views.resume, Power.OPERATE, ("POST",))


class _System:
    """One method per route."""

    def __init__(self, room: Room) -> None:
        self._services = room.services

    def look(self) -> ResponseReturnValue:
        """GET: what can be stopped, and what is."""
        with self._services.unit() as uow:
            stopped, marks = halts.standing(uow), halts.marks(uow)
        return show("halts.html", "停止服務", stopped=stopped, marks=marks, switches=self._services.switches())

    def stop(self) -> ResponseReturnValue:
        """POST: nothing new is begun; what has begun goes on to its end."""

        def deed() -> None:
            what = field("what", 16)
            if what not in self._services.switches():
                raise StaffRuleError("沒有這個開關")
            try:
                with self._services.unit() as uow:
                    halts.stop(uow, what, zh=field("zh", 400), en=field("en", 400), staff=member().actor)
            except ValueError:
                raise StaffRuleError(f"中文與英文說明都要填寫，各最多 {halts.LONGEST_TEXT} 個字") from None

        return try_to(deed, "halts", "已停止，民眾會看到說明。")

    def resume(self) -> ResponseReturnValue:
        """POST: it is offered again."""

        def deed() -> None:
            with self._services.unit() as uow:
                if not halts.resume(uow, field("what", 16), staff=member().actor):
                    raise StaffRuleError("這項服務沒有停止")

        return try_to(deed, "halts", "已恢復。")
