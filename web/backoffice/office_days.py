"""辦公日曆: holidays, typhoon days and 補班日 as staff keep them; which steps of rounds fall on a day off."""

import io
import re
from datetime import date

from flask import request
from flask.typing import ResponseReturnValue

from domain.clock import city_date
from domain.officedays import LONGEST_NAME, OfficeDayRow, OfficeDaysError, decoded, read
from domain.staff import Power, StaffRuleError
from web.backoffice.gate import member
from web.backoffice.room import Room, field, refused, show, try_to
from web.backoffice.rounds import TIME_NAMES

YEAR = re.compile(r"20[0-9]{2}")
HOW = {"off": "放假", "works": "上班", "usual": "照一般週曆"}


def register(room: Room) -> None:
    """Its routes."""
    views = _OfficeDays(room)
    room.page("/calendar", "office_days", views.look, Power.SEE_ROUNDS)
    room.page("/calendar/day", "office_day", views.day, Power.SET_ALL, ("POST",))
    room.page("/calendar/file", "office_days_file", views.file, Power.SET_ALL, ("POST",))


class _OfficeDays:
    """One method per route."""

    def __init__(self, room: Room) -> None:
        self._services = room.services
        self._days = room.services.office_days

    def look(self) -> ResponseReturnValue:
        """GET: the days of a year that are not as the week has them, and the warnings."""
        today = city_date(self._services.clock.now())
        asked = request.args.get("year", "")
        year = int(asked) if YEAR.fullmatch(asked) else today.year
        with self._services.unit() as uow:
            days = self._days.all(uow, year)
            rounds = {row.draw_id: row.lot for row in self._services.rounds.all(uow)}
            warnings = self._days.warnings(uow)
            following = self._days.calendar(uow).next_working_day(today)
        lots = member().lots(Power.SEE_ROUNDS)
        shown = [(draw_id, TIME_NAMES[step]) for draw_id, step in warnings if lots is None or rounds[draw_id] in lots]
        values = {"year": year, "days": days, "warnings": shown, "following": following, "how": HOW}
        return show("office_days.html", "辦公日曆", may_set=member().may(Power.SET_ALL), **values)

    def day(self) -> ResponseReturnValue:
        """POST: one day is off, works, or is as the week has it."""
        how, day = field("how", 8), field("day", 10)

        def deed() -> None:
            of, name = _date(day), field("name", LONGEST_NAME)
            if how not in HOW or (how != "usual" and not name):
                raise StaffRuleError("請選擇放假或上班，並寫下名稱")
            with self._services.unit() as uow:
                if how == "usual":
                    self._days.forget(uow, of, staff=member().actor)
                else:
                    self._days.keep(uow, [OfficeDayRow(of, how == "works", name)], staff=member().actor)

        return try_to(deed, "office_days", f"{day} 已設定。請看下方有沒有步驟落在放假日。", year=day[:4])

    def file(self) -> ResponseReturnValue:
        """POST: a year's 政府行政機關辦公日曆表; all of it or nothing."""
        sent = request.files.get("file")
        try:
            rows = read(io.StringIO(decoded(sent.read() if sent else b""), newline=""))
        except OfficeDaysError as error:
            return refused(StaffRuleError(f"檔案不是辦公日曆表的 CSV（{error}）"), "office_days")
        if not rows:
            return refused(StaffRuleError("檔案裡沒有與一般週曆不同的日子"), "office_days")

        def deed() -> None:
            with self._services.unit() as uow:
                self._days.keep(uow, rows, staff=member().actor)

        return try_to(deed, "office_days", f"已匯入 {len(rows)} 天。", year=rows[0].day.year)


def _date(text: str) -> date:
    try:
        return date.fromisoformat(text)
    except ValueError:
        raise StaffRuleError("日期不正確") from None
