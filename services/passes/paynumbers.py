"""Hands out 繳費編號: no two the same for ever, also of payments begun in one second by several processes."""

import secrets
from datetime import datetime

from sqlalchemy import select, text

from domain.paynumbers import SERIALS, pay_number
from infra.database import UnitOfWork
from models.order import Attempt

_ONE_AT_A_TIME = text("SELECT pg_advisory_xact_lock(hashtext(:number))")


def new_pay_number(uow: UnitOfWork, begun_at: datetime) -> str:
    """A number that no payment has or had, until this transaction ends: it must be the attempt's by then.

    A number does not tell its year, so one may have been used years before; it is passed over.
    """
    uow.session.execute(_ONE_AT_A_TIME, {"number": pay_number(begun_at, 0)})  # of this second, one transaction at once
    first = secrets.randbelow(SERIALS)  # serials in turn would tell how many have paid
    for step in range(SERIALS):
        number = pay_number(begun_at, (first + step) % SERIALS)
        used = select(Attempt.id).where(Attempt.trade_number == number, Attempt.late_of.is_(None))
        if uow.session.scalar(used) is None:
            return number
    raise RuntimeError("all payment numbers of this second are used")
