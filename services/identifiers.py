"""Numbers by which agencies know a citizen's bills (水號、電號): bound like a plate, to be reminded; listed, unbound.

Several people may bind one number: a household shares its water. Binding needs a registered account.
"""

import uuid

from sqlalchemy import ColumnElement, and_, delete, func, select, update

from domain.bindings import IdentifierBinding, VehicleRules, effective_from
from domain.clock import Clock, city_date
from domain.errors import CitizenMistakeError
from domain.feeitems import Fees, Identifier, LookupKey
from domain.slots import Slot
from infra.database import UnitOfWork
from models.citizen import Citizen
from models.identifier import BoundIdentifier
from services import audit
from services.accounts import Accounts
from services.lookup_quota import Quota

BOUND = "identifier.bound"  # kinds of 歷程
CHANGED = "identifier.changed"
UNBOUND = "identifier.unbound"


class Identifiers:
    """wiring gives config/vehicles.toml, the fee items, accounts, the day's lookups and the clock."""

    def __init__(self, rules: VehicleRules, fees: Fees, accounts: Accounts, quota: Quota, clock: Clock) -> None:
        self.rules = rules
        self._fees = fees
        self._accounts = accounts
        self._quota = quota
        self._clock = clock

    def of(self, uow: UnitOfWork, channel: str, citizen: str) -> tuple[IdentifierBinding, ...]:
        """The citizen's numbers, the first bound first."""
        rows = uow.session.scalars(
            select(BoundIdentifier)
            .where(_of(channel, citizen))
            .order_by(BoundIdentifier.bound_at, BoundIdentifier.fee_item, BoundIdentifier.number)
            .execution_options(populate_existing=True)
        )
        return tuple(_binding(row) for row in rows)

    def find(self, uow: UnitOfWork, channel: str, citizen: str, identifier: Identifier) -> IdentifierBinding | None:
        """One number of the citizen; None when it is not bound by them."""
        return next((one for one in self.of(uow, channel, citizen) if one.identifier == identifier), None)

    def bindable(self, identifier: Identifier) -> bool:
        """Whether its fee item lets citizens bind it, and it is written as that item's numbers are."""
        item = self._fees.items.get(identifier.fee_item)
        return (
            item is not None
            and LookupKey.IDENTIFIER in item.bindable
            and LookupKey.IDENTIFIER in item.reads(identifier.number)
        )

    def bind(self, uow: UnitOfWork, channel: str, citizen: str, identifier: Identifier) -> IdentifierBinding:
        """Bind a number, reminded in the default slot from tomorrow on; one that is bound already stays as it is.

        Raises CitizenMistakeError: not registered, no such number, as many bound as may be, or today's lookups used up
        (binding makes lookups of the number free, so it counts as one).
        """
        if not self.bindable(identifier):
            raise CitizenMistakeError("這個號碼不能綁定，沒有任何資料被更動。")
        self._accounts.require(uow, channel, citizen)
        self._lock(uow, channel, citizen)
        if known := self.find(uow, channel, citizen, identifier):
            return known
        self._check_room(uow, channel, citizen)
        row = BoundIdentifier(
            id=uuid.uuid4(),
            channel=channel,
            citizen=citizen,
            fee_item=identifier.fee_item,
            number=identifier.number,
            reminder_slot=self.rules.default_slot.key,
            reminder_from=effective_from(city_date(self._clock.now())),
        )
        uow.session.add(row)
        uow.session.flush()
        self._quota.spend(uow, channel, citizen)
        self._note(uow, channel, citizen, BOUND, row.id)
        return _binding(row)

    def remind(
        self, uow: UnitOfWork, channel: str, citizen: str, identifier: Identifier, slot: Slot | None
    ) -> IdentifierBinding:
        """Another slot from tomorrow on; None: no reminder, though it stays in 待繳.

        Raises CitizenMistakeError when it is not bound by this citizen, or the slot is none of ours.
        """
        if slot is not None and slot not in self.rules.slots:
            raise CitizenMistakeError("沒有這個提醒時段，請重新選擇。")
        self._lock(uow, channel, citizen)
        before = self.find(uow, channel, citizen, identifier)
        if before is None:
            raise CitizenMistakeError("您沒有綁定這個號碼，沒有任何資料被更動。")
        if before.slot != slot:
            values = {
                "reminder_slot": slot.key if slot else None,
                "reminder_from": effective_from(city_date(self._clock.now())) if slot else None,
            }
            changed = update(BoundIdentifier).where(_one(channel, citizen, identifier)).values(values)
            row_id = uow.connection.execute(changed.returning(BoundIdentifier.id)).scalar_one()
            self._note(uow, channel, citizen, CHANGED, row_id)
        return self.find(uow, channel, citizen, identifier) or before

    def unbind(self, uow: UnitOfWork, channel: str, citizen: str, identifier: Identifier) -> bool:
        """End a binding and its reminders; tells whether there was one."""
        gone = delete(BoundIdentifier).where(_one(channel, citizen, identifier)).returning(BoundIdentifier.id)
        row_id = uow.connection.execute(gone).scalar()
        if row_id is not None:
            self._note(uow, channel, citizen, UNBOUND, row_id)
        return row_id is not None

    def _check_room(self, uow: UnitOfWork, channel: str, citizen: str) -> None:
        count = uow.session.scalar(select(func.count()).select_from(BoundIdentifier).where(_of(channel, citizen))) or 0
        if count >= self.rules.most_identifiers:
            raise CitizenMistakeError(
                "最多可綁定 {limit} 個號碼。請先解除一個，再綁定新的。", limit=self.rules.most_identifiers
            )
        if self._quota.used_up(uow, channel, citizen):
            raise CitizenMistakeError("為保護他人資料，今天查詢與綁定的次數已用完，請明天再綁定。")

    def _lock(self, uow: UnitOfWork, channel: str, citizen: str) -> None:
        """One change at a time of one citizen's numbers, also from two devices at once."""
        mine = and_(Citizen.channel == channel, Citizen.line_id == citizen)
        uow.connection.execute(select(Citizen.line_id).where(mine).with_for_update())

    def _note(self, uow: UnitOfWork, channel: str, citizen: str, what: str, row_id: uuid.UUID) -> None:
        """A line in the citizen's 歷程 and a row for the auditors; neither holds the number."""
        audit.write(uow, what, actor=audit.CITIZEN, subject_type="bound_identifier", subject_id=row_id)
        if account := self._accounts.of(uow, channel, citizen):
            self._accounts.history.write(uow, account.id, what)


def _of(channel: str, citizen: str) -> ColumnElement[bool]:
    return and_(BoundIdentifier.channel == channel, BoundIdentifier.citizen == citizen)


def _one(channel: str, citizen: str, identifier: Identifier) -> ColumnElement[bool]:
    return and_(
        _of(channel, citizen),
        BoundIdentifier.fee_item == identifier.fee_item,
        BoundIdentifier.number == identifier.number,
    )


def _binding(row: BoundIdentifier) -> IdentifierBinding:
    slot = Slot.parse(row.reminder_slot) if row.reminder_slot else None
    return IdentifierBinding(Identifier(row.fee_item, row.number), slot, row.reminder_from)
