"""換牌／換車 and 退票 of passes that are paid for: one of the staff asks, having seen the papers, another approves."""

import uuid
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import date

from sqlalchemy import select

from domain.clock import city_date
from domain.draw import coding
from domain.draw.entry import fits_the_draw
from domain.draw.listing import Removal
from domain.orders import AttemptState
from domain.passreturns import given_back
from domain.plates import Plate
from domain.ports.notices import Notices
from domain.rounds import RoundRuleError
from domain.staff import StaffRuleError
from infra.database import UnitOfWork, UnitOfWorkFactory
from models.draw import CounterSale, Seat
from models.order import Attempt, OrderLine, Payment
from models.passes import PassEntry, PassRound
from models.passplate import PassPlate
from services import audit
from services.draws.places import Places, Returned, Taken
from services.draws.promoting import Vacated
from services.orderbook import database_now
from services.passes.board import PassBoard
from services.passes.entry_rows import locked_entry
from services.passes.plates import PLATE, of_plate
from services.passes.readers import reader_of
from services.passes.rights import PAID
from services.passes.rounds import round_now
from services.passes.rules import PassRules
from services.staff import approvals
from services.staff.approvals import ApprovalView

RETURN, REPLACE = "pass.return", "pass.plate"  # kinds of approvals
KINDS = (RETURN, REPLACE)


@dataclass(frozen=True, slots=True)
class SoldPass:
    """A pass that is paid for. Amounts in NT$."""

    entry_id: uuid.UUID
    entry_no: str
    draw_id: str
    lot: str
    plate: str  # whole
    starts_on: date
    ends_on: date
    paid: int
    back: int  # if it were returned now
    online: bool  # False: paid at the lot, where money goes back as well
    receipt_no: str  # the lot's own; "" online
    returnable: bool  # False: bought before the draw (優先購買), without a place of the draw


class SoldPasses:
    """wiring gives the rules, places, the board and the notices."""

    def __init__(
        self, units: UnitOfWorkFactory, rules: PassRules, places: Places, board: PassBoard, notices: Notices
    ) -> None:
        self._units = units
        self._rules = rules
        self._places = places
        self._board = board
        self._notices = notices

    def of(self, uow: UnitOfWork, entry_id: uuid.UUID) -> SoldPass | None:
        """The pass of an entry; None where nothing is paid for."""
        found = select(PassEntry, PassRound, Seat.state, PLATE).join(PassRound, PassRound.id == PassEntry.round_id)
        row = uow.session.execute(
            found.outerjoin(Seat, Seat.entry_id == PassEntry.id).where(PassEntry.id == entry_id)
        ).one_or_none()
        if row is None:
            return None
        entry, of_round, seat, plate = row
        if seat != PAID and entry.state != Removal.BOUGHT_FIRST:
            return None
        paid, receipt_no = self._paid(uow, entry_id)
        today = city_date(round_now(uow, of_round))
        use = (of_round.starts_on, of_round.ends_on)
        return SoldPass(
            entry_id,
            entry.entry_no,
            of_round.draw_id,
            of_round.lot,
            plate,
            *use,
            paid=paid,
            back=given_back(paid, *use, today, self._rules.returns),
            online=not receipt_no,
            receipt_no=receipt_no,
            returnable=seat == PAID,
        )

    def ask_return(self, uow: UnitOfWork, entry_id: uuid.UUID, *, reason: str, actor: str) -> None:
        """退票: ask for it; what goes back is what the rules give today. Raises RoundRuleError, StaffRuleError."""
        sold = self._sold(uow, entry_id)
        if not sold.returnable:
            raise RoundRuleError("優先購買的月票沒有抽籤的車位可以收回，請由停車場現場處理")
        detail = {"draw_id": sold.draw_id, "entry_no": sold.entry_no, "entry": str(entry_id), "amount": sold.back}
        self._ask(uow, RETURN, detail, reason, actor)

    def ask_plate(self, uow: UnitOfWork, entry_id: uuid.UUID, plate: Plate, *, reason: str, actor: str) -> None:
        """換牌／換車: ask for another plate. Raises RoundRuleError, or StaffRuleError."""
        sold = self._sold(uow, entry_id)
        if plate.ambiguous_dash or not fits_the_draw(plate.canonical):
            raise StaffRuleError("請連同「-」輸入完整的新車牌")
        self._require_free(uow, sold, plate)
        wanted = PassPlate(id=uuid.uuid4(), entry_id=entry_id, plate=plate.canonical, compact=plate.compact)
        wanted.asked_by = actor
        uow.session.add(wanted)
        uow.session.flush()
        detail = {"draw_id": sold.draw_id, "entry_no": sold.entry_no, "entry": str(entry_id), "plate": str(wanted.id)}
        self._ask(uow, REPLACE, detail, reason, actor)

    def waiting(self, uow: UnitOfWork, lots: Collection[str] | None) -> Sequence[ApprovalView]:
        """What waits for a second person in these lots, the oldest first."""
        rows = approvals.waiting(uow, KINDS)
        return [row for row in rows if lots is None or self.lot_of(uow, row) in lots]

    def lot_of(self, uow: UnitOfWork, asked: ApprovalView) -> str:
        """The lot that an approval is about."""
        of_round = select(PassRound.lot).where(PassRound.draw_id == asked.detail["draw_id"])
        return str(uow.connection.execute(of_round).scalar_one())

    def plate_of(self, uow: UnitOfWork, asked: ApprovalView) -> str:
        """The plate that is asked for; "" where none is."""
        wanted = asked.detail.get("plate")
        return uow.session.get_one(PassPlate, uuid.UUID(wanted)).plate if wanted else ""

    def decide(self, asked: ApprovalView, *, approve: bool, actor: str) -> Taken | None:
        """A second person decides, and it is done; what was taken back, of a 退票.

        Raises StaffRuleError: the same person, decided, too old; RoundRuleError where it is not possible any more.
        """
        if asked.kind == RETURN and approve:
            return self._returned(asked, actor)
        with self._units() as uow:
            approvals.decide(uow, asked.id, asked.kind, approve=approve, actor=actor)
            if approve:
                approvals.use(uow, asked.id, REPLACE, actor=actor)
                self._replace(uow, uuid.UUID(asked.detail["entry"]), uuid.UUID(asked.detail["plate"]), actor)
        return None

    # Inside

    def _returned(self, asked: ApprovalView, actor: str) -> Taken:
        def approved(uow: UnitOfWork) -> None:
            approvals.decide(uow, asked.id, RETURN, approve=True, actor=actor)
            approvals.use(uow, asked.id, RETURN, actor=actor)

        returned = Returned(asked.detail["amount"], asked.asked_by, approved)
        draw_id, entry_no = asked.detail["draw_id"], asked.detail["entry_no"]
        return self._places.take_back(
            draw_id, entry_no, Vacated.REFUNDED, reason=asked.reason, staff=actor, returned=returned
        )

    def _replace(self, uow: UnitOfWork, entry_id: uuid.UUID, plate_id: uuid.UUID, actor: str) -> None:
        row, entry = locked_entry(uow, entry_id)
        sold, wanted = self._sold(uow, entry_id), uow.session.get_one(PassPlate, plate_id)
        self._require_free(uow, sold, Plate(wanted.plate))
        wanted.approved_by, wanted.approved_at = actor, database_now(uow)
        detail: audit.Detail = {"draw_id": row.draw_id, "entry_no": entry.entry_no, "plate": str(plate_id)}
        audit.write(uow, "pass.plate", actor=actor, subject_type="entry", subject_id=entry_id, detail=detail)
        uow.session.flush()
        reader = reader_of(uow, entry)
        if reader is not None:
            data = {"standing": self._board.standing(uow, entry), "today": city_date(database_now(uow))}
            key = f"pass:plate:{plate_id}"
            self._notices.post(
                uow, "pass_plate_changed", channel=reader[0], citizen=reader[1], dedupe_key=key, data=data
            )

    def _sold(self, uow: UnitOfWork, entry_id: uuid.UUID) -> SoldPass:
        sold = self.of(uow, entry_id)
        if sold is None:
            raise RoundRuleError("這件申請沒有已繳費的月票")
        return sold

    def _paid(self, uow: UnitOfWork, entry_id: uuid.UUID) -> tuple[int, str]:
        """NT$ paid for the pass, and the lot's receipt number; "" for money that came online."""
        sale = uow.session.get(CounterSale, entry_id)
        if sale is not None:
            return sale.amount, sale.receipt_no
        online = select(OrderLine.pay_amount - OrderLine.discount).join(Attempt, Attempt.order_id == OrderLine.order_id)
        online = online.join(Payment, Payment.attempt_id == Attempt.id)
        money = uow.connection.execute(
            online.where(OrderLine.entry_id == entry_id, Attempt.state == AttemptState.PAID.value)
        ).scalar()
        return int(money or 0), ""

    def _require_free(self, uow: UnitOfWork, sold: SoldPass, plate: Plate) -> None:
        """One pass per vehicle and month, over all lots. Raises RoundRuleError."""
        month = sold.starts_on.strftime("%Y-%m")
        taken = (
            select(PassEntry.id)
            .join(PassRound, PassRound.id == PassEntry.round_id)
            .outerjoin(Seat, Seat.entry_id == PassEntry.id)
            .where(PassRound.month == month, PassEntry.id != sold.entry_id, of_plate(plate.compact))
            .where((Seat.state == PAID) | (PassEntry.state == Removal.BOUGHT_FIRST.value))
            .where(PassRound.draw_id.startswith(coding.REHEARSAL) == coding.is_rehearsal(sold.draw_id))
        )
        if plate.canonical == sold.plate or uow.connection.execute(taken).first():
            raise RoundRuleError("這個車牌本月已有月票")

    def _ask(self, uow: UnitOfWork, kind: str, detail: Mapping[str, object], reason: str, actor: str) -> None:
        same = (row for row in approvals.waiting(uow, KINDS) if row.detail["entry"] == detail["entry"])
        if next(same, None) is not None:
            raise StaffRuleError("這張月票已有一件申請等待核准")
        approvals.ask(uow, kind, detail, reason=reason, actor=actor)
