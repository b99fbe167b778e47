"""What an entry pays: the price of its plan, once what that plan asks for has been shown (資格審查)."""

import uuid
from collections import defaultdict
from collections.abc import Collection, Mapping
from typing import TypeVar

from sqlalchemy import select

from infra.database import UnitOfWork
from models.passes import LotPlan, PassEntry, PassRound
from models.qualification import Qualification
from services.passes.lots import PlanView

PASSED = "passed"  # of a qualification
P = TypeVar("P", LotPlan, PlanView)


def due_plan(uow: UnitOfWork, entry: PassEntry) -> LotPlan | None:
    """The plan whose price an entry pays: its own, or, where that asks for evidence that was not accepted, the one for
    everybody. None: sold no longer.
    """
    return _due_plans(uow, [entry])[entry.id]


def prices_due(uow: UnitOfWork, entries: Collection[uuid.UUID]) -> Mapping[uuid.UUID, int]:
    """NT$ that these pay, by entry; those whose plan is sold no longer are left out."""
    rows = uow.session.scalars(select(PassEntry).where(PassEntry.id.in_(entries))).all() if entries else []
    return {entry_id: plan.price for entry_id, plan in _due_plans(uow, rows).items() if plan}


def for_everybody(plans: Collection[P]) -> P | None:
    """Of a lot's plans, the dearest first, the one that asks for nothing."""
    return next((plan for plan in plans if plan.evidence is None), None)


def _due_plans(uow: UnitOfWork, entries: Collection[PassEntry]) -> Mapping[uuid.UUID, LotPlan | None]:
    rounds = {entry.id: uow.session.get_one(PassRound, entry.round_id) for entry in entries}
    found = select(LotPlan).where(LotPlan.lot.in_({row.lot for row in rounds.values()}))
    found = found.order_by(LotPlan.price.desc(), LotPlan.code).execution_options(populate_existing=True)
    sold: dict[tuple[str, str, str], list[LotPlan]] = defaultdict(list)
    for plan in uow.session.scalars(found):
        sold[plan.lot, plan.kind, plan.pass_type].append(plan)
    shown = _accepted(uow, [entry.id for entry in entries])
    due: dict[uuid.UUID, LotPlan | None] = {}
    for entry in entries:
        row = rounds[entry.id]
        plans = sold[row.lot, row.kind, row.pass_type]
        own = next((plan for plan in plans if plan.code == entry.plan), None)
        proven = own is None or own.evidence is None or entry.id in shown
        due[entry.id] = own if proven else for_everybody(plans) or own
    return due


def _accepted(uow: UnitOfWork, entries: Collection[uuid.UUID]) -> frozenset[uuid.UUID]:
    """Of these, those whose evidence staff have accepted."""
    passed = select(Qualification.entry_id).where(Qualification.entry_id.in_(entries), Qualification.state == PASSED)
    return frozenset(uow.session.scalars(passed))
