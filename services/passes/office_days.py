"""The office calendar as staff keep it: holidays, typhoon days, 補班日. It warns, and feeds "next working day"."""

from collections.abc import Iterable, Sequence
from datetime import date

from sqlalchemy import delete, select
from sqlalchemy.dialects.postgresql import insert

from domain.draw.coding import REHEARSAL
from domain.officedays import OfficeDayRow
from domain.rounds import OfficeCalendar, Phase
from infra.database import UnitOfWork
from models.passes import OfficeDay, PassRound
from services import audit
from services.passes.rounds import times_of

RUNNING = (Phase.OPEN, Phase.FROZEN, Phase.ANNOUNCED)  # rounds that still have their draw before them


class OfficeDays:
    """What is not kept is as the week has it: Monday to Friday works."""

    def calendar(self, uow: UnitOfWork) -> OfficeCalendar:
        """All that is kept, as domain/rounds.py reads it."""
        return OfficeCalendar({row.day: row.works for row in uow.session.scalars(select(OfficeDay))})

    def all(self, uow: UnitOfWork, year: int) -> Sequence[OfficeDayRow]:
        """The kept days of a year, in order."""
        of_year = OfficeDay.day.between(date(year, 1, 1), date(year, 12, 31))
        rows = uow.session.scalars(select(OfficeDay).where(of_year).order_by(OfficeDay.day))
        return [OfficeDayRow(row.day, row.works, row.name) for row in rows]

    def keep(self, uow: UnitOfWork, rows: Iterable[OfficeDayRow], *, staff: str) -> int:
        """Keep these days, in the place of what was kept of them; says how many."""
        kept = 0
        for row in rows:
            values = {"day": row.day, "works": row.works, "name": row.name}
            put = insert(OfficeDay).values(values)
            uow.connection.execute(put.on_conflict_do_update(index_elements=["day"], set_=values))
            _note(uow, "calendar.day", row.day, staff, {"works": row.works})
            kept += 1
        return kept

    def forget(self, uow: UnitOfWork, day: date, *, staff: str) -> bool:
        """Let a day be as the week has it again; False when nothing was kept of it."""
        gone = uow.connection.execute(delete(OfficeDay).where(OfficeDay.day == day).returning(OfficeDay.day)).first()
        if gone is not None:
            _note(uow, "calendar.day.forgotten", day, staff, {})
        return gone is not None

    def warnings(self, uow: UnitOfWork) -> Sequence[tuple[str, str]]:
        """(draw_id, step) of every step that falls on a day off, in rounds not drawn yet. Staff decide; none moves.

        Rehearsals live at other times: nothing is said of them.
        """
        calendar = self.calendar(uow)
        real = (PassRound.phase.in_(RUNNING), ~PassRound.draw_id.startswith(REHEARSAL))
        running = select(PassRound).where(*real).order_by(PassRound.draw_id)
        found = uow.session.scalars(running.execution_options(populate_existing=True)).all()
        return [(row.draw_id, step) for row in found for step in calendar.on_holidays(times_of(row))]


def _note(uow: UnitOfWork, action: str, day: date, staff: str, detail: audit.Detail) -> None:
    audit.write(uow, action, actor=staff, subject_type="day", subject_id=day.isoformat(), detail=detail)
