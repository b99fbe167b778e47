"""View model of an answer to "what do I owe": everything the bill cards say, already decided."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime

from domain.bills import Payable
from flex_templates.card import Link, Press


@dataclass(slots=True)
class Owed:
    """One bill or dunning notice and the one way to pay it."""

    payable: Payable
    group: str  # class of the one-stop site, in the reader's language: 一般繳費, 平信催繳 …
    office: str  # city or agency, in the reader's language
    way: Press | Link | None  # pays it here, or leads to its official way
    due: bool = True  # False: part of it was paid here, so what is owed must be asked of its agency; not in any sum
    in_words: str = ""  # where to pay when there is no address to press
    cancel: Link | None = None  # calls the office: Taipei's second motorcycle ticket of a day can be cancelled
    keep: Press | None = None  # keeps this bill without binding its vehicle (儲存), or keeps it no longer
    vehicle: str = ""  # plate and kind, or the identifier, where the answer is about several
    item: str = ""  # 繳費項目, where it is no parking fee
    identifier: tuple[str, str] | None = None  # 水號 and which
    discount: int = 0  # what paying it here takes off (行動支付優惠)
    private: bool = False  # the citizen gave this slip's number: street and times may be shown


@dataclass(slots=True)
class Answer:
    """The whole answer for one plate or identifier. Amounts in NT$; names of cities in the reader's language."""

    vehicle: str  # plate and kind, or the identifier, as the head of the card says them
    now: datetime
    today: date
    asked_at: datetime
    owed: Sequence[Owed]  # class by class, the most urgent of each first
    total: int
    again: Press  # asks once more
    nothing_due: Sequence[str] = ()
    could_not_ask: Sequence[str] = ()
    told: Sequence[str] = ()  # why staff have stopped asking some of these, by city
    retry_at: datetime | None = None  # when asking again makes sense
    promised: Sequence[str] = ()  # still being asked; the citizen will be told
    not_connected: Sequence[str] = ()  # cities this service does not ask at all
    skipped: int = 0  # how many of `owed` earlier cards have shown
    more: Press | None = None  # shows those that do not fit on these cards
    vehicles: Sequence[tuple[str, str]] = ()  # where there are several: each with what is known of it
    offers: Sequence[Press] = ()  # what else can be done: bind this plate, look up another
    calendar: Link | None = None  # puts the nearest deadline into one's calendar
    pay_all: Link | None = None  # the pay page with all bills that are paid here, ticked
    store_code: Press | None = None  # shows barcodes for a till
    pay_all_amount: int = 0  # what the bills on it want, before the discount
    discount: int = 0  # what paying them here takes off (行動支付優惠)
    unknown: Sequence[str] = ()  # identifiers of which no agency has sent a bill yet
    of_numbers: bool = False  # of identifiers alone: no city was asked
    what: str = ""  # of which all bills are, or would be, where it is no parking fee: 水費, or 帳單 of several items
    look_alikes: Sequence[str] = ()  # plates that this one may be a misreading of; offered where nothing was found
    clearing: int = 0  # paid here, not yet written off at its agency
    paying: int = 0  # a payment is under way here

    @property
    def due(self) -> Sequence[Owed]:
        """Those that can be paid."""
        return [one for one in self.owed if one.due]

    @property
    def complete(self) -> bool:
        """Whether everybody who is connected answered."""
        return not self.could_not_ask and not self.promised
