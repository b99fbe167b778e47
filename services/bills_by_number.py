"""A bill by a number of any kind: its own (帳單編號、銷帳編號), or its customer's (水號、電號). From our own ledger.

The cities' API cannot be asked by number. What is on the ledger is looked up whatever its form, so an agency may number
its bills as it likes; the forms of config/fees.toml only tell what a number that is not there may have been.
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
    payables: tuple[Payable, ...]
    identifier: Identifier | None = None  # None: it is the number of these bills, or of their notice


def bills_by_number(uow: UnitOfWork, fees: Fees, text: str) -> Sequence[Numbered]:  # noqa: ARG001
    """What a number stands for, as typed or scanned; empty where nobody has sent a bill with it.

    Several only where several agencies mean different things by it: ask the citizen which. Street and times are told,
    for whoever gives the number holds the slip. Counts no lookup: the caller does (services/lookup_quota.py).
    """
    number = spelled(text)
    of_items: dict[str, list[Payable]] = {}
    for payable in ledger.by_number(uow, number):
        of_items.setdefault(payable.fee_item, []).append(payable)
    return [Numbered(number, tuple(payables)) for payables in of_items.values()]
