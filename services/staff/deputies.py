"""職務代理人: who acts in whose role, on which days."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date

from sqlalchemy import select
from sqlalchemy.orm import aliased

from domain.clock import city_date
from domain.staff import StaffRuleError
from infra.database import UnitOfWork
from models.staff import StaffDeputy, StaffRow
from services import audit
from services.orderbook import database_now
from services.staff.accounts import StaffAccounts


@dataclass(frozen=True, slots=True)
class DeputyView:
    """`login` is away; `deputy` acts in that role from the first to the last day, both included."""

    id: int
    login: str
    deputy: str
    first_day: date
    last_day: date


class Deputies:
    """Kept by those who keep accounts; everybody may name the own deputy."""

    def __init__(self, accounts: StaffAccounts) -> None:
        self._accounts = accounts

    def put(self, uow: UnitOfWork, login: str, deputy: str, first_day: date, last_day: date, *, actor: str) -> None:
        """Name a deputy. Raises StaffRuleError."""
        if login == deputy:
            raise StaffRuleError("代理人不能是本人")
        if not first_day <= last_day or last_day < city_date(database_now(uow)):
            raise StaffRuleError("代理的日期不正確：結束日不能早於開始日，也不能是過去")
        away, acting = self._accounts.locked(uow, login), self._accounts.locked(uow, deputy)
        if acting.disabled_at:
            raise StaffRuleError(f"帳號 {deputy} 已停用")
        uow.session.add(StaffDeputy(staff_id=away.id, deputy_id=acting.id, first_day=first_day, last_day=last_day))
        detail: audit.Detail = {"deputy": deputy, "first": first_day.isoformat(), "last": last_day.isoformat()}
        audit.write(uow, "staff.deputy", actor=actor, subject_type="staff", subject_id=login, detail=detail)

    def end(self, uow: UnitOfWork, deputy_id: int, *, actor: str, login: str | None = None) -> None:
        """Take it back. `login`: only when it is this one's. Raises StaffRuleError."""
        row = uow.session.get(StaffDeputy, deputy_id, with_for_update=True)
        away = uow.session.get_one(StaffRow, row.staff_id).login if row else ""
        if row is None or (login is not None and login != away):
            raise StaffRuleError("沒有這筆代理")
        uow.session.delete(row)
        audit.write(uow, "staff.deputy_ended", actor=actor, subject_type="staff", subject_id=away)

    def current(self, uow: UnitOfWork, login: str | None = None) -> Sequence[DeputyView]:
        """Those of today and later; of one login, or of all."""
        away, acting = aliased(StaffRow), aliased(StaffRow)
        query = (
            select(StaffDeputy, away.login, acting.login)
            .join(away, away.id == StaffDeputy.staff_id)
            .join(acting, acting.id == StaffDeputy.deputy_id)
            .where(StaffDeputy.last_day >= city_date(database_now(uow)))
            .order_by(StaffDeputy.first_day, StaffDeputy.id)
        )
        if login is not None:
            query = query.where(away.login == login)
        rows = uow.session.execute(query).all()
        return [DeputyView(row.id, who, by, row.first_day, row.last_day) for row, who, by in rows]
