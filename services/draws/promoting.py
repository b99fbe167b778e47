"""After the draw: places that fall free, and who takes them (遞補, §2.11): a function of draw and public log."""

import uuid
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

from sqlalchemy import select
from sqlalchemy.dialects.postgresql import insert

from domain.draw import coding
from domain.draw.allocation import Waiting, promoted
from domain.rounds import RoundRuleError, end_of_offer
from infra.database import UnitOfWork
from models.draw import CounterSale, DrawRank, LateEntry, Promotion, Seat
from models.passes import Lot, PassEntry, PassRound
from services import audit
from services.draws.waiting import public_log, require_drawn, waiting_list
from services.passes import rights
from services.passes.afterwards import rank_of
from services.passes.lots import Lots, Sells, wrong_price
from services.passes.prices import due_plan
from services.passes.rounds import Rounds, note, round_now
from services.passes.rules import PassRules


class Vacated(StrEnum):
    """Why a place is free: the reason codes of the public log."""

    UNPAID = "UNPAID"
    VOID = "VOID"  # ineligible, or another plate
    GIVEN_UP = "GIVEN-UP"
    OTHER_LOT = "OTHER-LOT"  # the vehicle keeps its win at a lot it wanted more
    REFUNDED = "REFUNDED"


@dataclass(frozen=True, slots=True)
class Offer:
    """A waiting entry that has just been given a place, to be paid until `pay_by`."""

    entry_id: uuid.UUID
    no: int  # 備取; a late entry's is the number it waits before
    pay_by: datetime
    label: str  # B3, L1


@dataclass(frozen=True, slots=True)
class SeatView:
    """A place, without a person. `whose`: W12, B3 or L1, "-" while vacant."""

    no: int
    place: str
    state: str
    whose: str


class Promoting:
    """wiring gives the rules, lots and rounds."""

    def __init__(self, rules: PassRules, lots: Lots, rounds: Rounds) -> None:
        self._rules = rules
        self._lots = lots
        self._rounds = rounds

    def overdue(self, uow: UnitOfWork, draw_id: str) -> Sequence[uuid.UUID]:
        """Entries whose deadline is over and whose place has not passed on yet."""
        row = self._rounds.find(uow, draw_id)
        due = select(Seat.entry_id).where(Seat.round_id == row.id, Seat.state == "offered")
        found = uow.session.scalars(due.where(Seat.pay_by <= round_now(uow, row)))
        return [entry_id for entry_id in found if entry_id is not None]

    def expire(self, uow: UnitOfWork, draw_id: str, *, actor: str) -> int:
        """Vacate the places whose deadline is over; says how many. One whose payment is under way waits for it: its
        provider may yet say that it was paid in time.
        """
        row = self._drawn(uow, draw_id)
        due = select(Seat).where(Seat.round_id == row.id, Seat.state == "offered", Seat.pay_by <= round_now(uow, row))
        seats = uow.session.scalars(due.order_by(Seat.no).with_for_update()).all()
        paying = rights.under_way(uow, [seat.entry_id for seat in seats if seat.entry_id])
        vacated = [seat for seat in seats if seat.entry_id not in paying]
        for seat in vacated:
            self._vacate(uow, row, seat, Vacated.UNPAID, actor)
        return len(vacated)

    def vacate(self, uow: UnitOfWork, draw_id: str, entry_id: uuid.UUID, why: Vacated, *, actor: str) -> None:
        """An entry loses its place. Raises RoundRuleError: it has none, a paid one is not lost this way, or its payment
        is under way.
        """
        row = self._drawn(uow, draw_id)
        seat = uow.session.scalar(
            select(Seat).where(Seat.entry_id == entry_id).with_for_update().execution_options(populate_existing=True)
        )
        if seat is None or seat.round_id != row.id:
            raise RoundRuleError("這件申請沒有車位")
        if (seat.state == "paid") != (why is Vacated.REFUNDED):
            raise RoundRuleError(
                "這個車位已繳費，只能以退票收回" if seat.state == "paid" else "這個車位尚未繳費，沒有款項可退"
            )
        if why is Vacated.UNPAID and seat.pay_by is not None and seat.pay_by > round_now(uow, row):
            raise RoundRuleError("繳費期限還沒有過")
        _require_no_payment(uow, entry_id)
        self._vacate(uow, row, seat, why, actor)

    def sell_at_counter(
        self, uow: UnitOfWork, draw_id: str, entry_id: uuid.UUID, *, amount: int, receipt_no: str, staff: str
    ) -> None:
        """現場繳費: whoever holds a place has paid for it at the lot.

        Raises RoundRuleError: no place, paid already, too late, not the plan's price, the lot sells online only, a
        payment online is under way, or the receipt number was used before.
        """
        row = self._drawn(uow, draw_id)
        mine = select(Seat).where(Seat.entry_id == entry_id).with_for_update()
        seat = uow.session.scalar(mine.execution_options(populate_existing=True))
        if seat is None or seat.round_id != row.id or seat.state != "offered":
            raise RoundRuleError("這件申請沒有待繳費的車位")
        if seat.pay_by is None or seat.pay_by <= round_now(uow, row):
            raise RoundRuleError("繳費期限已過")
        if uow.session.get_one(Lot, row.lot).sells == Sells.ONLINE:
            raise RoundRuleError(f"停車場 {row.lot} 只在線上販售")
        _require_no_payment(uow, entry_id)
        entry = uow.session.get_one(PassEntry, entry_id)
        plan = due_plan(uow, entry)
        if plan is None or plan.price != amount:
            raise RoundRuleError(wrong_price(plan.price if plan else None, amount))
        sale = {"entry_id": entry_id, "round_id": row.id, "amount": amount, "receipt_no": receipt_no, "staff": staff}
        put = insert(CounterSale).values(sale).on_conflict_do_nothing().returning(CounterSale.entry_id)
        if uow.connection.execute(put).scalar() is None:
            raise RoundRuleError(f"收據號碼 {receipt_no} 已經用過")
        seat.state, seat.pay_by = "paid", None
        detail: audit.Detail = {"draw_id": draw_id, "amount": amount, "receipt_no": receipt_no}
        audit.write(uow, "place.sold", actor=staff, subject_type="entry", subject_id=entry_id, detail=detail)

    def skip(self, uow: UnitOfWork, draw_id: str, no: int, *, actor: str) -> None:
        """A waiting entry is found ineligible: it is passed over, the others keep their rank. Raises RoundRuleError."""
        row = self._drawn(uow, draw_id)
        if f"B{no}" not in {one.label for one in waiting_list(uow, row).waiting}:
            raise RoundRuleError(f"備取 {no} 已不在候補中")
        uow.session.add(Promotion(round_id=row.id, vacated=f"B{no}", reason=Vacated.VOID.value))
        note(uow, "promotion.skipped", row, actor, {"no": no})

    def promote(
        self, uow: UnitOfWork, draw_id: str, *, actor: str, up_to: int | None = None, pay_by: datetime | None = None
    ) -> Sequence[Offer]:
        """Offer every free place to whom the protocol names, at most up to 備取 number `up_to`.

        Never more offers than free places. Raises RoundRuleError when the log is not the protocol's own.
        """
        row = self._drawn(uow, draw_id)
        standing = waiting_list(uow, row)
        deadline = pay_by or end_of_offer(round_now(uow, row), self._rules.offer_life)
        if deadline <= round_now(uow, row):
            raise RoundRuleError("繳費期限不能早於現在")
        free = select(Seat).where(Seat.round_id == row.id, Seat.state == "vacant", Seat.vacated.is_not(None))
        offers = []
        for seat in uow.session.scalars(free.order_by(Seat.no).with_for_update()).all():
            chosen = promoted(seat.place, standing.waiting)
            if chosen is not None and up_to is not None and chosen.no > up_to:
                continue
            log = Promotion(round_id=row.id, vacated=seat.vacated, reason=seat.reason)
            uow.session.add(log)
            seat.vacated = seat.reason = None
            if chosen is not None:
                if chosen.late:
                    log.promoted_late = chosen.late
                else:
                    log.promoted = chosen.no
                uow.session.flush()
                standing.waiting.remove(chosen)
                offers.append(self._offer(seat, standing.entry_of[chosen.label], chosen, deadline))
            uow.session.flush()
        if offers:
            note(uow, "promotion.made", row, actor, {"offers": len(offers), "up_to": up_to})
        return offers

    def keep_most_wanted(self, uow: UnitOfWork, draw_id: str, *, actor: str) -> int:
        """One pass per vehicle across lots: of the wins of one plate in one month, only the most wanted stays. One that
        is being paid for is left until that is known.
        """
        row = self._drawn(uow, draw_id)
        month = select(PassRound.id).where(
            PassRound.month == row.month,
            PassRound.kind == row.kind,
            PassRound.draw_id.startswith(coding.REHEARSAL) == coding.is_rehearsal(draw_id),
        )
        wins = (
            select(Seat, PassEntry.compact)
            .join(PassEntry, PassEntry.id == Seat.entry_id)
            .where(Seat.round_id.in_(month))
            .order_by(PassEntry.compact, Seat.state.desc(), PassEntry.preference)  # a paid one stays, whatever it was
        )
        kept: set[str] = set()
        vacated = 0
        found = uow.session.execute(wins.with_for_update(of=Seat)).all()
        paying = rights.under_way(uow, [seat.entry_id for seat, _ in found if seat.entry_id])
        for seat, plate in found:
            if plate in kept and seat.state == "offered" and seat.entry_id not in paying:
                self._vacate(uow, uow.session.get_one(PassRound, seat.round_id), seat, Vacated.OTHER_LOT, actor)
                vacated += 1
            kept.add(plate)
        return vacated

    def log(self, uow: UnitOfWork, draw_id: str) -> Sequence[Promotion]:
        """The public log, oldest first."""
        return public_log(uow, self._rounds.find(uow, draw_id))

    def seats(self, uow: UnitOfWork, draw_id: str) -> Sequence[SeatView]:
        """Every place of a round, by number."""
        row = self._rounds.find(uow, draw_id)
        found = (
            select(Seat.no, Seat.place, Seat.state, DrawRank.status, DrawRank.no.label("rank_no"), LateEntry.late)
            .outerjoin(DrawRank, DrawRank.entry_id == Seat.entry_id)
            .outerjoin(LateEntry, LateEntry.entry_id == Seat.entry_id)
            .where(Seat.round_id == row.id)
            .order_by(Seat.no)
        )
        return [
            SeatView(one.no, one.place, one.state, _label(one.status, one.rank_no, one.late))
            for one in uow.connection.execute(found)
        ]

    def promoted_to(self, uow: UnitOfWork, draw_id: str) -> int:
        """The highest 備取 number that has been offered a place: 「目前遞補至 n」; 0 for none."""
        return max((one.promoted or 0 for one in self.log(uow, draw_id)), default=0)

    # Inside

    def _drawn(self, uow: UnitOfWork, draw_id: str) -> PassRound:
        row = self._rounds.locked(uow, draw_id)
        require_drawn(row)
        return row

    def _vacate(self, uow: UnitOfWork, row: PassRound, seat: Seat, why: Vacated, actor: str) -> None:
        rank = rank_of(uow, seat.entry_id) if seat.entry_id else None
        if rank is None:
            raise RoundRuleError(f"第 {seat.no} 個車位沒有人")
        seat.vacated, seat.reason = rank.label, why.value
        seat.state, seat.entry_id, seat.pay_by = "vacant", None, None
        note(uow, "place.vacated", row, actor, {"whose": seat.vacated, "reason": why.value})
        uow.session.flush()

    def _offer(self, seat: Seat, entry_id: uuid.UUID, who: Waiting, pay_by: datetime) -> Offer:
        seat.state, seat.entry_id, seat.pay_by = "offered", entry_id, pay_by
        return Offer(entry_id, who.no, pay_by, who.label)


def _require_no_payment(uow: UnitOfWork, entry_id: uuid.UUID) -> None:
    """Under the place's lock no payment can begin. Raises RoundRuleError while one is under way."""
    if rights.under_way(uow, [entry_id]):
        raise RoundRuleError("線上正在繳費，支付業者尚未回覆結果，請稍後再試")


def _label(status: str | None, no: int | None, late: int | None) -> str:
    if status:
        return f"{status}{no}"
    return f"L{late}" if late else "-"
