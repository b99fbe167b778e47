"""What agencies send and are answered: the shapes of the API, from which its document is made."""

from datetime import date, datetime
from typing import Annotated, Literal
from uuid import UUID

from pydantic import AfterValidator, AwareDatetime, BaseModel, ConfigDict, Field, StringConstraints, WithJsonSchema

from domain.agencyapi import MOST_PAGE, MOST_ROWS, RowResult, Stage
from domain.ledgercsv import DAY, FIRST_YEAR, LARGEST_AMOUNT, LAST_YEAR, LONGEST_ISSUED_HOW, LONGEST_STREET
from domain.members import MOST_VEHICLES
from domain.writeoffs import WriteOffKind, WriteOffStanding, WriteOffState

LARGEST_PLACE = 2**53 - 1  # what JSON's readers hold exactly


def _of_our_time(value: datetime | date) -> datetime | date:
    """A year that is meant: others are slips of the pen, and some no database holds."""
    if not FIRST_YEAR <= value.year <= LAST_YEAR:
        raise ValueError(f"the year must be {FIRST_YEAR} to {LAST_YEAR}")
    return value


_TIME = r"T(?:[01][0-9]|2[0-3]):[0-5][0-9]:[0-5][0-9](?:Z|[+-](?:0[0-9]|1[0-4]):[0-5][0-9])"
Day = Annotated[date, AfterValidator(_of_our_time), WithJsonSchema({"type": "string", "pattern": f"^(?:{DAY})$"})]
Moment = Annotated[
    AwareDatetime,
    AfterValidator(_of_our_time),
    WithJsonSchema({"type": "string", "pattern": f"^(?:{DAY}){_TIME}$", "examples": ["2026-11-21T15:04:05+08:00"]}),
]
Number = Annotated[str, StringConstraints(pattern=r"^[A-Z0-9]{1,40}$")]
Amount = Annotated[int, Field(ge=0, le=LARGEST_AMOUNT, description="NT$, whole.")]
Code = Annotated[str, StringConstraints(pattern=r"^[a-z0-9_]{1,32}$")]
Firm = Annotated[str, StringConstraints(pattern=r"^[A-Za-z0-9_-]{1,40}$")]
Line = Annotated[str, StringConstraints(pattern=r"^[^\x00-\x1f\x7f-\x9f]*$", max_length=200)]
Lot = Annotated[str, StringConstraints(pattern=r"^[0-9A-Za-z-]{1,16}$")]
Kind = Literal["car", "motorcycle", "heavy_motorcycle", "other"]


class Shape(BaseModel):
    """An unknown field is an error: a misspelt one would be left out in silence."""

    model_config = ConfigDict(extra="forbid", frozen=True)


class BillRow(Shape):
    """A bill as the agency has it now: it replaces what the ledger had, so a field that is left out is emptied."""

    number: Number
    plate: Annotated[str | None, Field(description="With its dash and kind; or of no vehicle.", max_length=12)] = None
    kind: Kind | None = None
    identifier: Annotated[str | None, Field(description="水號, 電號.", pattern=r"^[A-Z0-9]{1,20}$")] = None
    amount: Annotated[Amount, Field(description="NT$ as billed.")]
    pay_amount: Annotated[Amount | None, Field(description="NT$ to be paid now; left out: the same.")] = None
    fee_item: Annotated[str | None, Field(description="Or parking.", pattern=r"^[a-z][a-z0-9_]{0,31}$")] = None
    parked_on: date | None = None
    deadline: date | None = None
    hours: Annotated[float | None, Field(ge=0, lt=10_000)] = None
    street: Annotated[str | None, Field(max_length=LONGEST_STREET)] = None
    started_at: datetime | None = None
    left_at: datetime | None = None
    issued_how: Annotated[str | None, Field(max_length=LONGEST_ISSUED_HOW)] = None
    status: Annotated[
        Literal["open", "paid", "withdrawn"] | None, Field(description="paid: elsewhere; withdrawn: 撤銷.")
    ] = None
    prosecuted: bool | None = None
    prosecuted_deadline: date | None = None
    notice_number: Annotated[Number | None, Field(description="The dunning notice (催繳單) that gathers it.")] = None
    notice_deadline: date | None = None
    notice_extra_charge: Annotated[Amount | None, Field(description="工本費 of the whole notice.")] = None
    notice_mail: Literal["registered", "plain"] | None = None
    as_of: Annotated[
        datetime | None,
        Field(description="When these values are from. An older row changes nothing: batches may come in any order."),
    ] = None


class BillBatch(Shape):
    """Bills, new or changed. A row that is not as described is refused in its result; the others are taken."""

    bills: Annotated[list[BillRow], Field(min_length=1, max_length=MOST_ROWS)]


class RowOutcome(Shape):
    """What became of the row at the same place."""

    number: Annotated[str | None, Field(description="As sent; null where there was none to read.")]
    result: RowResult
    reason: str | None = None


class BatchAnswer(Shape):
    """One result for each row, in order."""

    results: list[RowOutcome]


class BillAnswer(Shape):
    """One bill as we have it."""

    number: str
    status: Literal["open", "paid", "withdrawn"]
    amount: int
    pay_amount: int
    deadline: date | None
    notice_number: str | None
    as_of: datetime | None
    paid_here_at: datetime | None
    write_off: WriteOffStanding
    slip_qr: Annotated[str | None, Field(description="Content of the QR to print on its slip; opens the chat on it.")]


class WriteOffRow(Shape):
    """A message: a bill was paid here, or its money went back (reversal). Webhooks have the same words."""

    id: UUID
    kind: WriteOffKind
    agency: str
    bill_type: Annotated[Literal["bill", "notice"], Field(description="bill, or notice: a dunning notice.")]
    number: str
    covers: Annotated[list[str], Field(description="Numbers of the bills that a notice pays.")]
    amount: Annotated[int, Field(description="NT$ that comes to the agency, or goes back.")]
    discount: Annotated[int, Field(description="NT$ less than the bill said, by its fee item's rules.")]
    paid_at: datetime
    provider: str
    trade_number: str
    reverses: UUID | None
    trial: Annotated[bool, Field(description="Paid at the test bank: no money comes.")]
    place: Annotated[int, Field(description="Its place in the order of fetching.")]
    state: WriteOffState


class WriteOffPage(Shape):
    """Messages in their order. `next`: the cursor to go on with; keep it once what it passed is booked."""

    write_offs: list[WriteOffRow]
    next: int
    more: bool


class Refusal(Shape):
    """A write-off that cannot be booked, and one word why."""

    id: UUID
    code: Code


class Acknowledgement(Shape):
    """What has become of write-offs that were fetched."""

    accepted: Annotated[list[UUID], Field(max_length=MOST_PAGE)] = []
    refused: Annotated[list[Refusal], Field(max_length=MOST_PAGE)] = []


class Acknowledged(Shape):
    """How one of them stands now. `unknown`: no such write-off of this agency."""

    id: UUID
    result: Literal["accepted", "refused", "dropped", "unknown", "write_off_first"]


class AcknowledgementAnswer(Shape):
    """One for each id."""

    results: list[Acknowledged]


class StatementRow(Shape):
    """One kind of message by one provider."""

    kind: WriteOffKind
    provider: str
    count: int
    amount: int


class Statement(Shape):
    """日結 of one day in Taiwan, by the moment of payment or refund. Amounts in NT$."""

    day: date
    rows: list[StatementRow]
    paid: int
    reversed: int
    net: int


class CaseRow(Shape):
    """One step of a case; nothing personal in its notes."""

    number: Number
    at: Moment
    stage: Stage
    note_zh: Line = ""
    note_en: Line = ""


class CaseBatch(Shape):
    """Steps (承辦進度), in any order; the citizen who gives the number sees them."""

    cases: Annotated[list[CaseRow], Field(min_length=1, max_length=MOST_ROWS)]


class HolderRow(Shape):
    """Which firm holds a plate's automatic payment since a moment; null: none."""

    plate: Annotated[str, Field(min_length=4, max_length=12)]
    holder: Firm | None
    at: Moment


class HolderBatch(Shape):
    """Reports in any order: of each plate the newest stands."""

    holders: Annotated[list[HolderRow], Field(min_length=1, max_length=MOST_ROWS)]


class MemberVehicle(Shape):
    """A vehicle of the member's account, as the site has it."""

    plate: Annotated[str, Field(description="With its dash: ABC-1234.", min_length=4, max_length=12)]
    kind: Kind
    services: Annotated[list[Literal["paperless", "reminder", "flood"]], Field(max_length=3)] = []


class Member(Shape):
    """A member of the agency's own site, by any name that stays theirs; we keep a keyed hash of it."""

    member: Annotated[str, StringConstraints(pattern=r"^[!-~]{1,64}$")]


class MemberSignedIn(Member):
    """One who has just signed in there to link the chat."""

    vehicles: Annotated[list[MemberVehicle], Field(max_length=MOST_VEHICLES)] = []


class Nonce(Shape):
    """Take it to LINE with the link token, at once: it is good once, until `ends_at`."""

    nonce: str
    ends_at: datetime
    refused: Annotated[list[str], Field(description="Plates that are none, or lack a dash: these are left out.")]


class MemberStanding(Shape):
    """Whether the member is linked with a chat, and since when."""

    linked: bool
    since: datetime | None


class GatePassRow(Shape):
    """A paid pass (月票)."""

    plate: str
    kind: Kind
    pass_type: str
    starts_on: date
    ends_on: date


class GatePasses(Shape):
    """Every paid pass of a lot that holds on the day."""

    lot: str
    on: date
    passes: list[GatePassRow]


class Problem(Shape):
    """RFC 9457. `detail` names what is wrong, never what was sent."""

    type: str
    title: str
    status: int
    detail: str


class PageQuery(Shape):
    """From where, and how many."""

    after: Annotated[int, Field(ge=0, le=LARGEST_PLACE, description="The cursor; 0: from the beginning.")] = 0
    limit: Annotated[int, Field(ge=1, le=MOST_PAGE)] = 100


class DayQuery(Shape):
    """A day in Taiwan."""

    day: Day


class PassQuery(Shape):
    """A lot of the key's, and a day; left out: today in Taiwan."""

    lot: Lot
    on: Day | None = None
