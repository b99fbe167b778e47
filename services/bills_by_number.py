"""A bill by a number of any kind: its own (帳單編號、銷帳編號), or its customer's (水號、電號). From our own ledger.

The cities' API cannot be asked by number. What is on the ledger is found by its number whatever its form, so an agency
may number its bills as it likes; the forms of config/fees.toml say whose identifier a number may be.
"""

from collections.abc import Sequence
from dataclasses import dataclass

from domain.bills import Payable
from domain.feeitems import Fees, Identifier, spelled
from infra.database import UnitOfWork
from services import ledger


@dataclass(frozen=True, slots=True)
class Numbered:
    """What a number stands for: bills that have it, or the bills of whose customer it is."""

    number: str  # as spelled() has it
    fee_item: str
    payables: tuple[Payable, ...]
    identifier: Identifier | None = None  # None: it is the number of these bills, or of their notice


def bills_by_number(uow: UnitOfWork, fees: Fees, text: str) -> Sequence[Numbered]:
    """What a number stands for, as typed or scanned; empty where nobody has an open bill with it.

    Several only where several agencies mean different things by it: ask the citizen which. Street and times are told
    of a bill by its own number, for whoever gives it holds the slip. Counts no lookup: the caller does
    (services/lookup_quota.py).
    """
    number = spelled(text)
    of_customers = ledger.of_identifiers(uow, fees.identifiers(number))
    found = [Numbered(number, one.fee_item, payables, one) for one, payables in of_customers.items() if payables]
    known = {payable.key for one in found for payable in one.payables}
    of_items: dict[str, list[Payable]] = {}
    for payable in ledger.by_number(uow, number):
        if payable.key not in known:  # an agency may number a bill as it numbers its customer
            of_items.setdefault(payable.fee_item, []).append(payable)
    return [*found, *(Numbered(number, item, tuple(payables)) for item, payables in of_items.items())]
