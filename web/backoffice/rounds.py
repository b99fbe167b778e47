"""全區相關設定: a month of all lots, or of one's own; 複製上月, Excel; and one round: 張數, times, limits, shelf."""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import replace
from datetime import datetime, timedelta

from flask import abort, request, send_file
from flask.typing import ResponseReturnValue

from domain.clock import TAIPEI
from domain.rounds import RoundRuleError, RoundTimes, checked_steps, places_of
from domain.staff import Power, StaffRuleError
from domain.vehicles import VehicleKind
from infra.database import UnitOfWork
from infra.sheets import SheetError, read_sheet, write_sheet
from services.passes.months import Change, MonthRow, month_after
from services.passes.rounds import times_of
from web.backoffice.gate import allow, member
from web.backoffice.room import EXCEL, KINDS, Room, field, refused, show, try_to

HEAD = ("停車場編號", "停車場", "車種", "票種", "張數", "備取")
ALL = "全部"  # of 備取
_KIND_OF = {name: kind for kind, name in KINDS.items()}


def register(room: Room) -> None:
    """Its routes."""
    views = _Rounds(room)
    room.page("/rounds", "rounds", views.month, Power.SEE_ROUNDS)
    room.page("/rounds/copy", "rounds_copy", views.copy, Power.SET_ROUNDS, ("POST",))
    room.page("/rounds/excel", "rounds_excel", views.excel, Power.SEE_ROUNDS)
    room.page("/rounds/compare", "rounds_compare", views.compare, Power.SET_ROUNDS, ("POST",))
    room.page("/rounds/apply", "rounds_apply", views.apply, Power.SET_ROUNDS, ("POST",))
    room.page("/round/<path:draw_id>", "round", views.round, Power.SEE_ROUNDS)
    room.page("/round/places/<path:draw_id>", "round_places", views.places, Power.SET_ROUNDS, ("POST",))
    room.page("/round/times/<path:draw_id>", "round_times", views.times, Power.SET_ALL, ("POST",))
    room.page("/round/shelf/<path:draw_id>", "round_shelf", views.shelf, Power.SET_ROUNDS, ("POST",))


class _Rounds:
    """One method per route."""

    def __init__(self, room: Room) -> None:
        self._services = room.services

    def month(self) -> ResponseReturnValue:
        """GET: the rounds of a month, what has no 張數 first."""
        month = self._month()
        try:
            with self._services.unit() as uow:
                rows = self._services.months.overview(uow, month, member().lots(Power.SEE_ROUNDS))
                off = self._off(uow, {row.draw_id for row in rows})
        except RoundRuleError:
            abort(404)
        missing = [row for row in rows if not row.draw_id]
        may_set, may_all = member().may(Power.SET_ROUNDS), member().may(Power.SET_ALL)
        limited = member().lots(Power.SEE_ROUNDS) is not None
        common = {"kinds": KINDS, "set_power": Power.SET_ROUNDS, "limited": limited, "off": off}
        types = self._services.pass_rules.pass_types
        return show(
            "rounds.html",
            "全區相關設定",
            month=month,
            rows=rows,
            missing=missing,
            may_set=may_set,
            may_all=may_all,
            types=types,
            **common,
        )

    def copy(self) -> ResponseReturnValue:
        """POST: 複製上月."""
        month = field("month", 7)

        def deed() -> None:
            with self._services.unit() as uow:
                lots = member().lots(Power.SET_ROUNDS)
                if not self._services.months.copy(uow, month, lots, staff=member().actor):
                    raise StaffRuleError("沒有可以複製的期別：上月沒有設定，或本月都已設定")

        return try_to(deed, "rounds", f"已複製上月的張數到 {month}，請逐一確認。", month=month)

    def excel(self) -> ResponseReturnValue:
        """GET: the month as a file to fill in and send back."""
        month = self._month()
        with self._services.unit() as uow:
            rows = self._services.months.overview(uow, month, member().lots(Power.SEE_ROUNDS))
        types = self._services.pass_rules.pass_types
        lines = (
            (row.lot, row.lot_name, KINDS[row.kind], types.get(row.pass_type, (row.pass_type,))[0], *_numbers(row))
            for row in rows
        )
        file = write_sheet(month, HEAD, lines, (f"{month} 月票張數；修改「張數」與「備取」後上傳",))
        return send_file(file, EXCEL, as_attachment=True, download_name=f"rounds-{month}.xlsx")

    def compare(self) -> ResponseReturnValue:
        """POST: what a file or the grid would change; nothing is changed yet."""
        month = field("month", 7)
        sent = request.files.get("file")
        try:
            wanted = self._from_file(sent.read()) if sent else self._from_grid()
            with self._services.unit() as uow:
                found = self._services.months.changes(uow, month, wanted)
        except (SheetError, RoundRuleError, StaffRuleError) as error:
            return refused(error, "rounds", month=month)
        types = self._services.pass_rules.pass_types
        return show("rounds_compare.html", f"確認 {month} 的更改", month=month, found=found, kinds=KINDS, types=types)

    def apply(self) -> ResponseReturnValue:
        """POST: the changes that were shown, all or none."""
        month = field("month", 7)

        def deed() -> None:
            changes = [_change(text) for text in request.form.getlist("change")]
            for one in changes:
                allow(Power.SET_ROUNDS, one.lot)
            with self._services.unit() as uow:
                self._services.months.apply(uow, month, changes, staff=member().actor)

        return try_to(deed, "rounds", "已更改張數。", month=month)

    def round(self, draw_id: str) -> ResponseReturnValue:
        """GET: one round, and what may still be changed."""
        with self._services.unit() as uow:
            try:
                row = self._services.rounds.find(uow, draw_id)
            except RoundRuleError:
                abort(404)
            allow(Power.SEE_ROUNDS, row.lot)
            lot = self._services.lots.require(uow, row.lot)
            off = self._services.rounds.calendar(uow).on_holidays(times_of(row))
        may = {name: member().may(power, row.lot) for name, power in _POWERS.items()}
        fixed = row.phase not in ("open", "frozen")
        last = row.pay_by - timedelta(minutes=1)
        return show(
            "round.html",
            f"{lot.name} {row.month}",
            row=row,
            lot=lot,
            off=[TIME_NAMES[name] for name in off],
            may=may,
            fixed=fixed,
            last=last,
            kinds=KINDS,
            types=self._services.pass_rules.pass_types,
        )

    def places(self, draw_id: str) -> ResponseReturnValue:
        """POST: 設定車位數."""

        def deed() -> None:
            steps, waitlist = _steps(field("steps")), _waitlist(field("waitlist", 8))
            with self._services.unit() as uow:
                allow(Power.SET_ROUNDS, self._services.rounds.find(uow, draw_id).lot)
                self._services.rounds.set_places(uow, draw_id, steps, waitlist, staff=member().actor)

        return try_to(deed, "round", "已更改張數。", draw_id=draw_id)

    def times(self, draw_id: str) -> ResponseReturnValue:
        """POST: other times; a step on a day off is pointed out on the page."""

        def deed() -> None:
            opens, closes, draw, last = (moment(field(name, 16)) for name in ("opens", "closes", "draw", "last"))
            with self._services.unit() as uow:
                times = RoundTimes(opens, closes, draw, last + timedelta(minutes=1))
                self._services.rounds.move(uow, draw_id, times, staff=member().actor)

        return try_to(deed, "round", "已更改時間。", draw_id=draw_id)

    def shelf(self, draw_id: str) -> ResponseReturnValue:
        """POST: 上下架."""

        def deed() -> None:
            with self._services.unit() as uow:
                allow(Power.SET_ROUNDS, self._services.rounds.find(uow, draw_id).lot)
                on_shelf = field("on", 1) == "1"
                self._services.rounds.set_shelf(uow, draw_id, on_shelf=on_shelf, staff=member().actor)

        return try_to(deed, "round", "已更改上下架。", draw_id=draw_id)

    def _off(self, uow: UnitOfWork, draw_ids: Collection[str]) -> Mapping[str, Sequence[str]]:
        """Steps of these rounds that fall on a day off, by draw_id."""
        found: dict[str, list[str]] = {}
        for draw_id, step in self._services.office_days.warnings(uow):
            if draw_id in draw_ids:
                found.setdefault(draw_id, []).append(TIME_NAMES[step])
        return found

    def _month(self) -> str:
        return request.args.get("month") or month_after(self._services.clock.now().astimezone(TAIPEI))

    def _from_file(self, file: bytes) -> Sequence[Change]:
        codes = {names[0]: code for code, names in self._services.pass_rules.pass_types.items()}
        found = []
        for lot, _name, kind, pass_type, steps, waitlist in read_sheet(file, HEAD):
            if not steps:
                continue  # not decided yet
            if kind not in _KIND_OF or pass_type not in codes:
                raise StaffRuleError(f"停車場 {lot}：沒有車種「{kind}」或票種「{pass_type}」")
            allow(Power.SET_ROUNDS, lot)
            found.append(Change(lot, _KIND_OF[kind], codes[pass_type], "", _steps(steps), _waitlist(waitlist)))
        return found

    def _from_grid(self) -> Sequence[Change]:
        found = []
        for name, steps in request.form.items():
            if name.startswith("steps|") and steps.strip():
                lot, kind, pass_type = _key(name)
                allow(Power.SET_ROUNDS, lot)
                waitlist = _waitlist(request.form.get(name.replace("steps|", "waitlist|", 1), ""))
                found.append(Change(lot, kind, pass_type, "", _steps(steps), waitlist))
        return found


TIME_NAMES = {"opens_at": "登記開始", "closes_at": "登記結束", "draw_at": "抽籤", "pay_by": "繳費期限"}
_POWERS = {"set": Power.SET_ROUNDS, "set_all": Power.SET_ALL}


def _numbers(row: MonthRow) -> tuple[str | int, str | int]:
    places: str | int = row.steps
    if row.steps.startswith("*:"):
        places = row.places or 0
    return places, (ALL if row.draw_id and row.waitlist is None else row.waitlist if row.waitlist is not None else "")


def _steps(text: str) -> str:
    """張數 as staff type them: a number, or steps with reserved pools. A round without any would open to everybody for
    nothing. Raises RoundRuleError or StaffRuleError.
    """
    text = text.strip().replace("，", ",").replace("：", ":")
    steps = checked_steps(f"*:{int(text)}" if text.isdecimal() and len(text) <= 6 else text)
    if not places_of(steps):
        raise StaffRuleError("開放車位數至少 1 張；這個月不開放登記時，請留空白，已設定的期別請下架")
    return steps


def _waitlist(text: str) -> int | None:
    text = text.strip()
    if text in ("", ALL):
        return None
    if not (text.isdecimal() and len(text) <= 6):
        raise StaffRuleError(f"備取數量「{text[:20]}」不是數字")
    return int(text)


def moment(text: str) -> datetime:
    """A time as an input of type datetime-local sends it. Raises StaffRuleError."""
    try:
        return datetime.strptime(text, "%Y-%m-%dT%H:%M").replace(tzinfo=TAIPEI)
    except ValueError:
        raise StaffRuleError(f"時間「{text}」不正確") from None


def _key(name: str) -> tuple[str, VehicleKind, str]:
    _, lot, kind, pass_type = [*name.split("|"), "", "", ""][:4]
    if kind not in set(VehicleKind):
        abort(400)
    return lot, VehicleKind(kind), pass_type


def _change(text: str) -> Change:
    """What the page of comparison put into its form."""
    lot, kind, pass_type, before, steps, waitlist = [*text.split("|"), *[""] * 5][:6]
    if kind not in set(VehicleKind):
        abort(400)
    return replace(Change(lot, VehicleKind(kind), pass_type, before, _steps(steps), None), waitlist=_waitlist(waitlist))
