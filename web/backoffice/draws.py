"""抽籤作業顯示: the checklist, arming, 開始抽籤, the list as it was and as it came out, the big screen, rehearsals."""

from datetime import datetime
from itertools import islice

from flask import abort, request
from flask.typing import ResponseReturnValue

from domain.clock import TAIPEI
from domain.errors import OutsideError
from domain.rounds import Phase, RoundRuleError
from domain.staff import Power, StaffRuleError
from services.draws import arming
from services.draws.checklist import CheckRow, check_row, checklist
from services.staff import approvals
from web.backoffice.draw_names import VACATED, of_draw, type_names
from web.backoffice.gate import allow, member
from web.backoffice.room import KINDS, Room, done, field, form_id, refused, show, try_to

MOST_SHOWN = 2_000  # entries on a page; the files hold all
REHEARSAL_STEPS = ("freeze", "announce")


def register(room: Room) -> None:
    """Its routes."""
    views = _Draws(room)
    room.page("/draws", "draws", views.look, Power.SEE_ROUNDS)
    room.page("/draws/arm", "draws_arm", views.arm, Power.ARM, ("POST",))
    room.page("/draws/decide", "draws_decide", views.decide, Power.ARM, ("POST",))
    room.page("/draw/show/<path:draw_id>", "draw", views.draw, Power.SEE_ROUNDS)
    room.page("/draw/screen/<path:draw_id>", "draw_screen", views.screen, Power.SEE_ROUNDS)
    room.page("/draw/start/<path:draw_id>", "draw_start", views.start, Power.DRAW, ("POST",))
    room.page("/draw/rehearse/<path:draw_id>", "draw_rehearse", views.rehearse, Power.DRAW, ("POST",))


class _Draws:
    """One method per route."""

    def __init__(self, room: Room) -> None:
        self._services = room.services
        self._desk = room.services.desk

    def look(self) -> ResponseReturnValue:
        """GET: the checklist of a month, and what waits for a second person."""
        month = request.args.get("month", "")
        with self._services.unit() as uow:
            rows = checklist(uow, member().lots(Power.SEE_ROUNDS), month=month or None)
            waiting = approvals.waiting(uow, [arming.KIND]) if member().may(Power.ARM) else []
            about = {draw_id: check_row(uow, draw_id) for one in waiting for draw_id in one.detail}
        values = {"rows": rows, "waiting": waiting, "about": about, "month": month, "arm": Power.ARM}
        return show("draws.html", "抽籤作業顯示", kinds=KINDS, types=type_names(self._services), **values)

    def arm(self) -> ResponseReturnValue:
        """POST: ask for the draws that are ticked; another person approves."""

        def deed() -> None:
            with self._services.unit() as uow:
                arming.ask(uow, request.form.getlist("draw")[:500], reason=field("reason"), actor=member().actor)

        return try_to(deed, "draws", "已送出啟動申請，請另一位管理人員核准。")

    def decide(self) -> ResponseReturnValue:
        """POST: the second person approves or rejects."""
        approve = field("approve", 1) == "1"
        try:
            with self._services.unit() as uow:
                count = arming.decide(uow, form_id("id"), approve=approve, actor=member().actor)
        except (StaffRuleError, RoundRuleError) as error:
            return refused(error, "draws")
        return done("draws", f"已啟動 {count} 場抽籤，時間到會自動抽籤。" if approve else "已退回申請。")

    def draw(self, draw_id: str) -> ResponseReturnValue:
        """GET: one draw, its list before, its result after."""
        row = self._mine(draw_id, Power.SEE_ROUNDS)
        after = row.phase in (Phase.DRAWN, Phase.PUBLISHED)
        with self._services.unit() as uow:
            cases = self._services.cases
            entries = list(islice(cases.ranked(uow, draw_id) if after else cases.listed(uow, draw_id), MOST_SHOWN))
            log = self._services.promoting.log(uow, draw_id) if after else []
        values = {"row": row, "entries": entries, "log": log, "after": after, "most": MOST_SHOWN}
        powers = {"may": member().may(Power.DRAW, row.lot), "may_tell": member().may(Power.OFFER, row.lot)}
        return show("draw.html", f"抽籤作業：{of_draw(self._services, row)}", reasons=VACATED, **powers, **values)

    def screen(self, draw_id: str) -> ResponseReturnValue:
        """GET: for the hall: large letters. It renews itself where somebody has asked for that."""
        row = self._mine(draw_id, Power.SEE_ROUNDS)
        after = row.phase in (Phase.DRAWN, Phase.PUBLISHED)
        with self._services.unit() as uow:
            cases = self._services.cases
            entries = list(islice(cases.ranked(uow, draw_id) if after else cases.listed(uow, draw_id), MOST_SHOWN))
        values = {"row": row, "entries": entries, "after": after, "live": "live" in request.args}
        return show("draw_screen.html", f"{of_draw(self._services, row)}抽籤", **values)

    def start(self, draw_id: str) -> ResponseReturnValue:
        """POST: 開始抽籤, once. Pressed late, it gives the same result and says so."""
        row = self._mine(draw_id, Power.DRAW)
        if row.armed is None:
            return refused(StaffRuleError("這場抽籤還沒有經兩人啟動"), "draw", draw_id=draw_id)
        try:
            drawn = self._desk.draw(draw_id, actor=member().actor)
            if not row.rehearsal:
                self._desk.publish(draw_id, actor=member().actor)
        except OutsideError:
            waiting = StaffRuleError("公開亂數還沒有取得，請稍後再按一次；結果不會因此不同")
            return refused(waiting, "draw", draw_id=draw_id)
        except RoundRuleError as error:
            return refused(error, "draw", draw_id=draw_id)
        late = int(drawn.late.total_seconds())
        words = f"抽籤完成。比表定時間晚 {late:,} 秒按下，結果與準時按下相同。" if late > 0 else "抽籤完成。"
        return done("draw", words, draw_id=draw_id)

    def rehearse(self, draw_id: str) -> ResponseReturnValue:
        """POST: the next step of a rehearsal (演練), or its clock; real draws go by the schedule."""
        row = self._mine(draw_id, Power.DRAW)
        step, actor = field("step", 10), member().actor

        def deed() -> None:
            if not row.rehearsal:
                raise StaffRuleError("只有演練可以手動進行這一步")
            if step == "clock":
                moment = datetime.strptime(field("at", 16), "%Y-%m-%dT%H:%M").replace(tzinfo=TAIPEI)
                with self._services.unit() as uow:
                    self._services.rounds.set_clock(uow, draw_id, moment, staff=actor)
            elif step in REHEARSAL_STEPS:
                {"freeze": self._desk.freeze, "announce": self._desk.announce}[step](draw_id, actor=actor)
            else:
                abort(400)

        try:
            return try_to(deed, "draw", "演練進行到下一步。", draw_id=draw_id)
        except ValueError:
            return refused(StaffRuleError("時間不正確"), "draw", draw_id=draw_id)

    def _mine(self, draw_id: str, power: Power) -> CheckRow:
        with self._services.unit() as uow:
            row = check_row(uow, draw_id)
        if row is None:
            abort(404)
        allow(power, row.lot)
        return row
