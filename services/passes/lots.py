"""Lots (停車場) and their plans (優惠方案)."""

from collections import defaultdict
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from enum import StrEnum

from sqlalchemy import func, select
from sqlalchemy.dialects.postgresql import insert

from domain.rounds import Phase, RoundRuleError
from domain.vehicles import VehicleKind
from infra.database import UnitOfWork
from models.passes import Lot, LotPlan, PassEntry, PassRound
from services import audit


class Sells(StrEnum):
    """How a lot sells its passes: 線上, 現場, both."""

    ONLINE = "online"
    COUNTER = "counter"
    BOTH = "both"


@dataclass(frozen=True, slots=True)
class LotView:
    """A lot, as citizens and staff see it."""

    number: str
    name: str
    district: str
    village: str
    address: str
    latitude: float | None = None
    longitude: float | None = None
    sells: Sells = Sells.BOTH
    on_shelf: bool = True


@dataclass(frozen=True, slots=True)
class PlanView:
    """A price rule. `pool`: the one its residents compete in once staff have checked them."""

    code: str
    name: str
    price: int  # NT$ a month
    pool: str = "G"
    villages: tuple[str, ...] = ()
    evidence: str | None = None  # what must be shown for it: a code of config/passes.toml


class Lots:
    """Kept by staff, read by everybody."""

    def put(self, uow: UnitOfWork, lot: LotView, *, staff: str) -> None:
        """Add a lot or change it."""
        values = {
            "number": lot.number,
            "name": lot.name,
            "district": lot.district,
            "village": lot.village,
            "address": lot.address,
            "latitude": lot.latitude,
            "longitude": lot.longitude,
            "sells": lot.sells.value,
            "on_shelf": lot.on_shelf,
        }
        uow.connection.execute(insert(Lot).values(values).on_conflict_do_update(index_elements=["number"], set_=values))
        audit.write(uow, "lot.put", actor=staff, subject_type="lot", subject_id=lot.number)

    def put_plan(
        self, uow: UnitOfWork, lot: str, kind: VehicleKind, pass_type: str, plan: PlanView, *, staff: str
    ) -> None:
        """Add a plan or change its price. Raises RoundRuleError for an unknown lot."""
        self.require(uow, lot)
        key = {"lot": lot, "kind": kind.value, "pass_type": pass_type, "code": plan.code}
        values = {
            "name": plan.name,
            "price": plan.price,
            "pool": plan.pool,
            "villages": list(plan.villages),
            "evidence": plan.evidence,
        }
        uow.connection.execute(
            insert(LotPlan).values(key | values).on_conflict_do_update(index_elements=list(key), set_=values)
        )
        detail = {"plan": plan.code, "kind": kind.value, "pass_type": pass_type, "price": plan.price}
        audit.write(uow, "lot.plan", actor=staff, subject_type="lot", subject_id=lot, detail=detail)

    def drop_plan(
        self, uow: UnitOfWork, lot: str, kind: str, pass_type: str, code: str, today: date, *, staff: str
    ) -> None:
        """A plan is sold no longer. Raises RoundRuleError: there is none, somebody has applied with it for a month that
        is not over, or a round would be left without a plan for everybody.
        """
        of_lot = (LotPlan.lot == lot, LotPlan.kind == kind, LotPlan.pass_type == pass_type)
        plans = uow.session.scalars(select(LotPlan).where(*of_lot).with_for_update()).all()
        row = next((plan for plan in plans if plan.code == code), None)
        if row is None:
            raise RoundRuleError("沒有這個方案")
        rounds = select(PassRound.id).where(
            PassRound.lot == lot,
            PassRound.kind == kind,
            PassRound.pass_type == pass_type,
            PassRound.ends_on >= today,
            PassRound.phase != Phase.VOID.value,
        )
        used = select(PassEntry.id).where(PassEntry.round_id.in_(rounds), PassEntry.plan == code)
        if uow.connection.execute(used.limit(1)).first():
            raise RoundRuleError("還有使用期間未結束的申請選了這個方案，不能刪除")
        left = [plan for plan in plans if plan is not row and plan.evidence is None]
        if not left and uow.connection.execute(rounds.limit(1)).first():
            raise RoundRuleError("還有期別在用，至少要留一個不用審查的方案")
        uow.session.delete(row)
        uow.session.flush()
        detail: audit.Detail = {"plan": code, "kind": kind, "pass_type": pass_type}
        audit.write(uow, "lot.plan_dropped", actor=staff, subject_type="lot", subject_id=lot, detail=detail)

    def set_shelf(self, uow: UnitOfWork, number: str, *, on_shelf: bool, staff: str) -> None:
        """上下架 of a whole lot; what was applied for stays. Raises RoundRuleError for an unknown lot."""
        row = uow.session.get(Lot, number, with_for_update=True, populate_existing=True)
        if row is None:
            raise RoundRuleError(f"沒有停車場 {number}")
        row.on_shelf = on_shelf
        audit.write(uow, "lot.shelf", actor=staff, subject_type="lot", subject_id=number, detail={"on_shelf": on_shelf})

    def find(self, uow: UnitOfWork, number: str) -> LotView | None:
        """The lot of a number."""
        row = uow.session.get(Lot, number, populate_existing=True)
        return _view(row) if row else None

    def require(self, uow: UnitOfWork, number: str) -> LotView:
        """The lot of a number. Raises RoundRuleError."""
        lot = self.find(uow, number)
        if lot is None:
            raise RoundRuleError(f"沒有停車場 {number}")
        return lot

    def all(self, uow: UnitOfWork) -> Sequence[LotView]:
        """Every lot, by number."""
        return [_view(row) for row in uow.session.scalars(select(Lot).order_by(Lot.number))]

    def search(self, uow: UnitOfWork, words: str, *, most: int) -> Sequence[LotView]:
        """Lots on the shelf whose name, district or address holds what was typed, the shortest name first."""
        wanted = func.lower(words.strip())
        hit = func.strpos(
            func.lower(func.concat(Lot.name, " ", Lot.district, " ", Lot.address, " ", Lot.number)), wanted
        )
        found = select(Lot).where(Lot.on_shelf, hit > 0).order_by(func.length(Lot.name), Lot.number).limit(most)
        return [_view(row) for row in uow.session.scalars(found)]

    def plans(self, uow: UnitOfWork, lot: str, kind: VehicleKind, pass_type: str) -> Sequence[PlanView]:
        """The plans of a lot for a kind and type, the dearest first: that is the one for everybody."""
        return self.all_plans(uow, {lot}).get((lot, kind.value, pass_type), [])

    def all_plans(self, uow: UnitOfWork, lots: Collection[str]) -> Mapping[tuple[str, str, str], Sequence[PlanView]]:
        """The same for several lots at once, by lot, kind and type."""
        found = select(LotPlan).where(LotPlan.lot.in_(lots)).order_by(LotPlan.price.desc(), LotPlan.code)
        plans: dict[tuple[str, str, str], list[PlanView]] = defaultdict(list)
        for row in uow.session.scalars(found):
            view = PlanView(row.code, row.name, row.price, row.pool, tuple(row.villages), row.evidence)
            plans[row.lot, row.kind, row.pass_type].append(view)
        return plans

    def plan(self, uow: UnitOfWork, row: PassRound, code: str) -> PlanView | None:
        """One plan of a round's lot."""
        plans = self.plans(uow, row.lot, VehicleKind(row.kind), row.pass_type)
        return next((plan for plan in plans if plan.code == code), None)


def wrong_price(price: int | None, amount: int) -> str:
    """Why an amount (NT$) is not taken at the counter."""
    return f"金額應為 {price:,} 元，不是 {amount:,} 元" if price else "這個優惠方案已經沒有價格"


def _view(row: Lot) -> LotView:
    return LotView(
        number=row.number,
        name=row.name,
        district=row.district,
        village=row.village,
        address=row.address,
        latitude=row.latitude,
        longitude=row.longitude,
        sells=Sells(row.sells),
        on_shelf=row.on_shelf,
    )
