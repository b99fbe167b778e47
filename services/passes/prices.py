"""What an entry pays: the price of its plan, once what that plan asks for has been shown (資格審查)."""

from collections.abc import Collection
from typing import TypeVar

from sqlalchemy import select

from infra.database import UnitOfWork
from models.passes import LotPlan, PassEntry, PassRound
from models.qualification import Qualification
from services.passes.lots import PlanView

PASSED = "passed"  # of a qualification
P = TypeVar("P", LotPlan, PlanView)


def accepted(uow: UnitOfWork, entry: PassEntry) -> bool:
    """Whether staff have accepted what the applicant showed."""
    state = select(Qualification.state).where(Qualification.entry_id == entry.id)
    return uow.connection.execute(state).scalar() == PASSED


def due_plan(uow: UnitOfWork, entry: PassEntry) -> LotPlan | None:
    """The plan whose price an entry pays: its own, or, where that asks for evidence that was not accepted, the one for
    everybody. None: sold no longer.
    """
    row = uow.session.get_one(PassRound, entry.round_id)
    of_lot = (LotPlan.lot == row.lot, LotPlan.kind == row.kind, LotPlan.pass_type == row.pass_type)
    found = select(LotPlan).where(*of_lot).order_by(LotPlan.price.desc(), LotPlan.code)
    plans = uow.session.scalars(found.execution_options(populate_existing=True)).all()
    own = next((plan for plan in plans if plan.code == entry.plan), None)
    if own is None or own.evidence is None or accepted(uow, entry):
        return own
    return for_everybody(plans) or own


def for_everybody(plans: Collection[P]) -> P | None:
    """Of a lot's plans, the dearest first, the one that asks for nothing."""
    return next((plan for plan in plans if plan.evidence is None), None)
