"""購買資料管理: the passes sold of a lot, plate and validity, as Excel or CSV for its gate system."""

import csv
import io
from datetime import date, timedelta

from flask import Response, abort, request, send_file
from flask.typing import ResponseReturnValue

from domain.clock import city_date
from domain.staff import Power
from domain.vehicles import VehicleKind
from infra.sheets import Cell, safe_csv, write_sheet
from services.agencyapi.passes import GatePass
from web.backoffice.gate import allow, member
from web.backoffice.room import EXCEL, KINDS, Room, show

HEAD = ("車牌", "車種", "票種", "有效起日", "有效迄日")


def register(room: Room) -> None:
    """Its routes."""
    views = _Gates(room)
    room.page("/gates", "gates", views.look, Power.SEE_PASSES)
    room.page("/gates/<number>.<form>", "gate_file", views.file, Power.UNMASK)


class _Gates:
    """One method per route. Plates are whole here: a gate cannot read a mask; no name, no telephone."""

    def __init__(self, room: Room) -> None:
        self._services = room.services

    def look(self) -> ResponseReturnValue:
        """GET: how many passes hold at each lot on a day, and whether the gate has been given that list."""
        seen, day = member().lots(Power.SEE_PASSES), self._day()
        with self._services.unit() as uow:
            lots = [lot for lot in self._services.lots.all(uow) if seen is None or lot.number in seen]
            states = self._services.gate_lists.states(uow, [lot.number for lot in lots], day)
        may = {lot.number: member().may(Power.UNMASK, lot.number) for lot in lots}
        return show("gates.html", "購買資料管理", lots=lots, states=states, day=day, may=may)

    def file(self, number: str, form: str) -> ResponseReturnValue:
        """GET: one lot's list. Taken is noted."""
        allow(Power.UNMASK, number)
        day = self._day()
        with self._services.unit() as uow:
            if self._services.lots.find(uow, number) is None or form not in ("xlsx", "csv"):
                abort(404)
            passes = self._services.gate_lists.take(uow, number, day, actor=member().actor)
        name = f"gate-{number}-{day:%Y%m%d}.{form}"
        rows = [self._cells(one) for one in passes]
        if form == "xlsx":
            return send_file(write_sheet("月票", HEAD, rows), EXCEL, as_attachment=True, download_name=name)
        text = io.StringIO(newline="")
        writer = csv.writer(text)
        writer.writerow(HEAD)
        writer.writerows([safe_csv(cell) for cell in row] for row in rows)
        head = {"Content-Disposition": f'attachment; filename="{name}"', "Cache-Control": "no-store"}
        return Response("\ufeff" + text.getvalue(), mimetype="text/csv; charset=utf-8", headers=head)

    def _cells(self, one: GatePass) -> list[Cell]:
        names = self._services.pass_rules.pass_types.get(one.pass_type, (one.pass_type,))
        return [one.plate, KINDS[VehicleKind(one.kind)], names[0], one.starts_on.isoformat(), one.ends_on.isoformat()]

    def _day(self) -> date:
        """The day asked for; else the first of next month, for which gates are told before it begins."""
        try:
            return date.fromisoformat(request.args["day"])
        except (KeyError, ValueError):
            return (city_date(self._services.clock.now()).replace(day=1) + timedelta(days=31)).replace(day=1)
