"""客服: a citizen who calls: found by the whole number, masked, whole with a reason; a plate unbound at request."""

import uuid
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import select

from domain.accounts import Account
from domain.bindings import Vehicle
from domain.masks import masked_mobile, masked_name
from domain.orders import mask_plate
from domain.phones import Mobile
from domain.plates import Plate
from domain.ports.notices import Notices
from domain.reader import Language
from domain.staff import StaffRuleError, check_reason
from domain.vehicles import VehicleKind
from infra.database import UnitOfWork
from models.account import AccountRow
from models.citizen import Citizen
from models.order import Attempt, Order, Payment, RefundDue
from models.vehicle import BindingRow
from services import audit
from services.accounts import Accounts
from services.desk.board import Board, CaseLine
from services.vehicles import Vehicles

UNBOUND_FOR = "unbound_for_you"  # the notice about a plate that staff unbound
BY_STAFF = "vehicle.unbound_by_staff"  # kind of 歷程
PAYMENTS = 20  # the newest


@dataclass(frozen=True, slots=True)
class CallerVehicle:
    """One bound vehicle; the plate masked, unless whole."""

    id: uuid.UUID
    plate: str
    kind: str
    reminder: str | None  # slot
    paperless: bool
    flood: bool
    bound_at: datetime


@dataclass(frozen=True, slots=True)
class CallerPayment:
    """Money that came from one of the citizen's orders, in NT$. `owed`: why it goes back (late, double, lost)."""

    trade_number: str
    provider: str
    amount: int
    paid_at: datetime
    owed: str | None


@dataclass(frozen=True, slots=True, repr=False)
class Caller:
    """What the desk sees of a citizen. Name, number, e-mail and plates are masked, unless `whole`."""

    id: uuid.UUID
    name: str
    mobile: str
    email: str
    language: Language
    blocked: bool
    registered_at: datetime
    vehicles: Sequence[CallerVehicle]
    payments: Sequence[CallerPayment]
    cases: Sequence[CaseLine]
    whole: bool = False


class Callers:
    """wiring gives accounts, vehicles, the list of cases and the NoticePost."""

    def __init__(self, accounts: Accounts, vehicles: Vehicles, board: Board, notices: Notices) -> None:
        self._accounts = accounts
        self._vehicles = vehicles
        self._board = board
        self._notices = notices

    def find(self, uow: UnitOfWork, mobile: Mobile, *, staff: str) -> uuid.UUID:
        """The account of a whole number; the audit keeps who looked. Raises StaffRuleError."""
        row = self._accounts.holder(uow, mobile)
        if row is None:
            raise StaffRuleError("沒有以這個號碼註冊的市民。請確認號碼是否完整、正確")
        audit.write(uow, "citizen.found", actor=staff, subject_type="account", subject_id=row.id)
        return row.id

    def one(self, uow: UnitOfWork, account_id: uuid.UUID) -> Caller:
        """A citizen, masked. Raises StaffRuleError."""
        return self._view(uow, self._account(uow, account_id), whole=False)

    def unmask(self, uow: UnitOfWork, account_id: uuid.UUID, *, reason: str, staff: str) -> Caller:
        """The same, whole. The audit keeps who, whom and why. Raises StaffRuleError without a reason."""
        account = self._account(uow, account_id)
        detail: audit.Detail = {"reason": check_reason(reason)}
        audit.write(uow, "citizen.unmasked", actor=staff, subject_type="account", subject_id=account.id, detail=detail)
        return self._view(uow, account, whole=True)

    def unbind(self, uow: UnitOfWork, account_id: uuid.UUID, binding_id: uuid.UUID, *, reason: str, staff: str) -> None:
        """Unbind a vehicle because its citizen asks for it; they are told. Raises StaffRuleError."""
        account, why = self._account(uow, account_id), check_reason(reason)
        of_citizen = (BindingRow.channel == account.channel, BindingRow.citizen == account.citizen)
        row = uow.session.scalar(select(BindingRow).where(BindingRow.id == binding_id, *of_citizen))
        if row is None:
            raise StaffRuleError("這輛車已經沒有綁定")
        vehicle = Vehicle(Plate(row.plate), VehicleKind(row.kind))
        self._vehicles.unbind(uow, account.channel, account.citizen, vehicle, because=BY_STAFF, actor=staff)
        detail: audit.Detail = {"reason": why, "account": str(account.id)}
        audit.write(
            uow, "vehicle.unbind_asked", actor=staff, subject_type="binding", subject_id=binding_id, detail=detail
        )
        self._notices.post(
            uow,
            UNBOUND_FOR,
            channel=account.channel,
            citizen=account.citizen,
            dedupe_key=f"unbound:{binding_id}",
            data={"vehicle": vehicle},
        )

    def _account(self, uow: UnitOfWork, account_id: uuid.UUID) -> Account:
        row = uow.session.get(AccountRow, account_id)
        found = self._accounts.of(uow, row.channel, row.line_id) if row is not None else None
        if found is None:
            raise StaffRuleError("沒有這位市民")
        return found

    def _view(self, uow: UnitOfWork, account: Account, *, whole: bool) -> Caller:
        known = uow.session.get(Citizen, (account.channel, account.citizen))
        email = account.email or ""
        return Caller(
            account.id,
            account.name if whole else masked_name(account.name),
            account.mobile.grouped if whole else masked_mobile(account.mobile),
            email if whole or not email else "***",
            Language(known.language) if known else Language.ZH,
            known is not None and known.blocked_at is not None,
            account.registered_at,
            self._bound(uow, account, whole=whole),
            self._paid(uow, account),
            self._board.of_citizen(uow, account.channel, account.citizen),
            whole,
        )

    def _bound(self, uow: UnitOfWork, account: Account, *, whole: bool) -> Sequence[CallerVehicle]:
        mine = select(BindingRow).where(BindingRow.channel == account.channel, BindingRow.citizen == account.citizen)
        return [
            CallerVehicle(
                row.id,
                row.plate if whole else mask_plate(row.plate),
                row.kind,
                row.reminder_slot,
                row.paperless,
                bool(row.flood_areas),
                row.bound_at,
            )
            for row in uow.session.scalars(mine.order_by(BindingRow.bound_at, BindingRow.id))
        ]

    def _paid(self, uow: UnitOfWork, account: Account) -> Sequence[CallerPayment]:
        paid = (
            select(Attempt.trade_number, Payment.provider, Payment.amount, Payment.paid_at, RefundDue.reason)
            .join(Attempt, Attempt.id == Payment.attempt_id)
            .join(Order, Order.id == Payment.order_id)
            .outerjoin(RefundDue, RefundDue.attempt_id == Payment.attempt_id)
            .where(Order.channel == account.channel, Order.citizen == account.citizen)
            .order_by(Payment.paid_at.desc())
            .limit(PAYMENTS)
        )
        return [CallerPayment(*row) for row in uow.connection.execute(paid)]
