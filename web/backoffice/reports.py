"""報表查詢: a report of a month as a table with its chart, and the same as Excel, CSV and PNG."""

from collections.abc import Collection

from flask import Response, abort, request, send_file
from flask.typing import ResponseReturnValue

from domain import csvcells
from domain.months import Month
from domain.reports import Report
from domain.staff import Power
from infra.sheets import write_sheet
from services.reports.catalogue import LIST
from web.backoffice import charts
from web.backoffice.gate import member
from web.backoffice.room import EXCEL, Room, local, show


def register(room: Room) -> None:
    """Its routes."""
    views = _Reports(room)
    room.page("/reports", "reports", views.look, Power.REPORTS)
    room.page("/reports/<key>", "report", views.report, Power.REPORTS)
    room.page("/reports/<key>.<form>", "report_file", views.file, Power.REPORTS)


class _Reports:
    """One method per route. Staff of lots see the reports that are by lot, of their own lots."""

    def __init__(self, room: Room) -> None:
        self._services = room.services

    def look(self) -> ResponseReturnValue:
        """GET: the reports one may see."""
        lots = member().lots(Power.REPORTS)
        listed = {key: one for key, one in LIST.items() if lots is None or one.by_lot}
        return show("reports.html", "報表查詢", listed=listed, month=str(self._month()))

    def report(self, key: str) -> ResponseReturnValue:
        """GET: one report."""
        made = self._made(key)
        drawn = charts.layout(made.chart) if made.chart and made.chart.bars else None
        values = {"report": made, "key": key, "drawn": drawn, "chart": charts}
        return show("report.html", f"{made.title} {made.month}", **values)

    def file(self, key: str, form: str) -> ResponseReturnValue:
        """GET: the same as a file."""
        if form not in ("xlsx", "csv", "png"):
            abort(404)
        made = self._made(key)
        name, head = f"{key}-{made.month}.{form}", [column.name for column in made.columns]
        if form == "xlsx":
            notes = [f"{made.title} {made.month}", *made.notes, f"製表時間：{local(self._services.clock.now())}"]
            file = write_sheet("報表", head, made.lines, notes)
            return send_file(file, EXCEL, as_attachment=True, download_name=name)
        if form == "csv":
            data, kind = csvcells.written(head, made.lines), "text/csv; charset=utf-8"
        elif made.chart and made.chart.bars:
            data, kind = charts.png(made.chart), "image/png"
        else:
            abort(404)
        headers = {"Content-Disposition": f'attachment; filename="{name}"', "Cache-Control": "no-store"}
        return Response(data, content_type=kind, headers=headers)

    def _made(self, key: str) -> Report:
        """404 for no such report, or one that is not this member's to see."""
        lots: Collection[str] | None = member().lots(Power.REPORTS)
        if key not in LIST or (lots is not None and not LIST[key].by_lot):
            abort(404)
        with self._services.unit() as uow:
            return self._services.reports.make(uow, key, self._month(), lots)

    def _month(self) -> Month:
        """The month asked for; else this one, in Taiwan."""
        try:
            return Month.parse(request.args["month"])
        except (KeyError, ValueError):
            return Month.of(self._services.clock.now())
