"""全區相關設定／時間: the times of all rounds of a month at once, looked at before they are changed."""

from collections.abc import Mapping
from datetime import datetime, timedelta

from flask import abort, request
from flask.typing import ResponseReturnValue

from domain import rounds
from domain.rounds import RoundRuleError, RoundTimes
from domain.staff import Power, StaffRuleError
from web.backoffice.gate import member
from web.backoffice.room import KINDS, Room, field, refused, show, try_to
from web.backoffice.rounds import TIME_NAMES, moment

LAST_MINUTE = timedelta(minutes=1)  # staff name the last minute, a deadline is the first moment that is too late


def register(room: Room) -> None:
    """Its routes."""
    views = _MonthTimes(room)
    room.page("/rounds/times", "month_times", views.look, Power.SET_ALL)
    room.page("/rounds/times/compare", "month_times_compare", views.compare, Power.SET_ALL, ("POST",))
    room.page("/rounds/times/apply", "month_times_apply", views.apply, Power.SET_ALL, ("POST",))


class _MonthTimes:
    """One method per route."""

    def __init__(self, room: Room) -> None:
        self._services = room.services

    def look(self) -> ResponseReturnValue:
        """GET: the month's own times, to begin with."""
        month = request.args.get("month", "")
        try:
            times = rounds.default_times(month, self._services.pass_rules.schedule)
        except RoundRuleError:
            abort(404)
        return show("month_times.html", f"{month} 各期的時間", month=month, times=_fields(times))

    def compare(self) -> ResponseReturnValue:
        """POST: what would change in which round, and which steps would fall on a day off; nothing is changed yet."""
        month = field("month", 7)
        try:
            wanted = _wanted()
            with self._services.unit() as uow:
                found, fixed = self._services.months.retimed(uow, month, wanted)
                off = self._services.rounds.calendar(uow).on_holidays(wanted)
        except (RoundRuleError, StaffRuleError) as error:
            return refused(error, "month_times", month=month)
        values = {"month": month, "found": found, "fixed": fixed, "wanted": wanted, "times": _fields(wanted)}
        words = {"kinds": KINDS, "types": self._services.pass_rules.pass_types, "off": [TIME_NAMES[one] for one in off]}
        last = wanted.pay_by - LAST_MINUTE
        return show("month_times_compare.html", f"確認 {month} 各期的時間", last=last, **values, **words)

    def apply(self) -> ResponseReturnValue:
        """POST: the rounds that were shown, all or none."""
        month = field("month", 7)

        def deed() -> None:
            with self._services.unit() as uow:
                shown = request.form.getlist("round")
                self._services.months.retime(uow, month, _wanted(), shown, staff=member().actor)

        return try_to(deed, "rounds", "已更改各期的時間。", month=month)


def _wanted() -> RoundTimes:
    opens, closes, draw, last = (moment(field(name, 16)) for name in ("opens", "closes", "draw", "last"))
    return RoundTimes(opens, closes, draw, last + LAST_MINUTE)


def _fields(times: RoundTimes) -> Mapping[str, datetime]:
    """As the form has them."""
    last = times.pay_by - LAST_MINUTE
    return {"opens": times.opens_at, "closes": times.closes_at, "draw": times.draw_at, "last": last}
