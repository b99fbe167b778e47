"""公告登記清單: the masked list for the notice board, as Excel and as pages to print."""

from collections.abc import Iterator
from typing import Any

from flask import abort, make_response, render_template, send_file
from flask.typing import ResponseReturnValue

from domain.clock import city_date
from domain.rounds import RoundRuleError
from domain.staff import Power
from domain.vehicles import VehicleKind
from infra.database import UnitOfWork
from infra.sheets import write_sheet
from services.draws import files
from services.passes.cases import CaseRow
from web.backoffice.gate import allow
from web.backoffice.room import EXCEL, KINDS, Room, StaffServices, local, places

HEAD = ("順序", "申請編號", "申請人姓名", "車牌", "行動電話", "申請時間")
TITLE = "月票抽籤公告登記清單"
STAMPS = ("承辦人核章", "主管核章", "政風核章")


def register(room: Room) -> None:
    """Its routes."""
    views = _Lists(room.services)
    room.page("/list/excel/<path:draw_id>", "list_excel", views.excel, Power.SEE_ENTRIES)
    room.page("/list/print/<path:draw_id>", "list_print", views.paper, Power.SEE_ENTRIES)


class _Lists:
    """One method per route."""

    def __init__(self, services: StaffServices) -> None:
        self._services = services

    def excel(self, draw_id: str) -> ResponseReturnValue:
        """GET: the list as a file; what must be on the notice is on each page when printed."""
        with self._services.unit() as uow:
            about = self._about(uow, draw_id)
            notes = (TITLE, *(f"{name}：{value}" for name, value in about.items()), f"演練：{draw_id}")
            rows = (_cells(row) for row in self._services.cases.listed(uow, draw_id))
            notes = notes if draw_id.startswith("TEST/") else notes[:-1]
            file = write_sheet("登記清單", HEAD, rows, notes, stamps=STAMPS)
        return send_file(file, EXCEL, as_attachment=True, download_name=f"list-{draw_id.replace('/', '-')}.xlsx")

    def paper(self, draw_id: str) -> ResponseReturnValue:
        """GET: the list on A4, with number of page and room for stamps on each."""
        with self._services.unit() as uow:
            about = self._about(uow, draw_id)
            rows = list(self._services.cases.listed(uow, draw_id))
        values: dict[str, Any] = {"about": about, "rows": rows, "head": HEAD, "cells": _cells, "draw_id": draw_id}
        return make_response(render_template("backoffice/list_print.html", title=TITLE, stamps=STAMPS, **values))

    def _about(self, uow: UnitOfWork, draw_id: str) -> dict[str, str]:
        try:
            row = self._services.rounds.find(uow, draw_id)
        except RoundRuleError:
            abort(404)
        allow(Power.SEE_ENTRIES, row.lot)
        lot = self._services.lots.require(uow, row.lot)
        kept = files.content(uow, draw_id, files.LIST)
        names = self._services.pass_rules.pass_types.get(row.pass_type, (row.pass_type,))
        return {
            "停車場": f"{lot.name}（{lot.number}）",
            "抽籤月份": city_date(row.draw_at).strftime("%Y-%m"),
            "使用期間": f"{row.starts_on} 至 {row.ends_on}",
            "車種／票種": f"{KINDS[VehicleKind(row.kind)]}／{names[0]}",
            "開放車位數": places(row.steps),
            "列印時間": local(self._services.clock.now()),
            "清單雜湊（SHA-256）": files.sha256_of(kept) if kept is not None else "清單尚未凍結",
        }


def _cells(row: CaseRow) -> Iterator[str | int]:
    yield from (row.place, row.entry_no, row.name, row.plate, row.mobile, local(row.applied_at))
