"""What each operation of the API does. A call comes in checked: its key, its query, its body."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

import orjson
from pydantic import BaseModel

from domain.agencyapi import MOST_ROWS, RowResult, Scope
from domain.bindings import Vehicle
from domain.clock import Clock, city_date
from domain.members import MemberVehicle
from domain.plates import PlateError, parse_plate
from domain.vehicles import VehicleKind
from domain.writeoffs import WriteOffKind
from infra.database import UnitOfWork
from services.agencyapi import bills, passes, reports
from services.agencyapi.keys import Caller
from services.members import Members
from services.sliplinks import SlipLinks, drawing
from services.writeoffs import feed
from services.writeoffs.deciding import Deciding
from web.agency import shapes
from web.agency.problems import ApiError

SVG = "image/svg+xml"


@dataclass(frozen=True, slots=True)
class Services:
    """What operations work with. wiring/agencies.py gives it."""

    deciding: Deciding
    slips: SlipLinks
    members: Members
    clock: Clock


@dataclass(frozen=True, slots=True)
class Call:
    """One call whose key holds. `body`: of its shape; of the operation that takes bills, the parsed JSON."""

    uow: UnitOfWork
    caller: Caller
    services: Services
    query: Any
    body: Any
    number: str = ""


Answer = Mapping[str, Any] | str


@dataclass(frozen=True, slots=True)
class Operation:
    """One method of one path, as it is served and as the document tells it."""

    name: str
    method: str
    path: str
    summary: str
    scope: Scope
    does: Callable[[Call], Answer]
    query: type[BaseModel] | None = None
    body: type[BaseModel] | None = None
    rows: bool = False  # the body's rows are checked one by one, each with a result of its own
    answer: type[BaseModel] | None = None  # None: an SVG
    missing: bool = False  # there may be no such thing: 404
    secret: bool = False  # its answer is kept nowhere, so no Idempotency-Key is taken


def take_bills(call: Call) -> Answer:
    """Bills, new or changed."""
    body = call.body
    rows = body.get("bills") if isinstance(body, dict) else None
    if not isinstance(rows, list) or set(body) != {"bills"} or not 0 < len(rows) <= MOST_ROWS:
        raise ApiError(400, f'the body must be {{"bills": […]}} with 1 to {MOST_ROWS} rows')
    results = bills.take(call.uow, call.caller.code, rows)
    return {"results": [_outcome(_text(row, "number"), *fate) for row, fate in zip(rows, results, strict=True)]}


def bill(call: Call) -> Answer:
    """One bill."""
    found = bills.status(call.uow, call.caller.code, call.number)
    if found is None:
        raise ApiError(404, "this agency has sent no such bill")
    told = {name: getattr(found, name) for name in found.__slots__}
    return {**told, "slip_qr": call.services.slips.content(found.number)}


def slip_qr(call: Call) -> Answer:
    """The QR of its slip."""
    if bills.status(call.uow, call.caller.code, call.number) is None:
        raise ApiError(404, "this agency has sent no such bill")
    content = call.services.slips.content(call.number)
    if content is None:
        raise ApiError(404, "the LINE channel's id is not set here (LINE_BASIC_ID)")
    return drawing(content)


def write_offs(call: Call) -> Answer:
    """What was paid here, and what went back."""
    found = feed.page(call.uow, call.caller, after=call.query.after, most=call.query.limit)
    rows = [{**one.message.as_json(), "place": one.place, "state": one.state} for one in found]
    return {
        "write_offs": rows,
        "next": found[-1].place if found else call.query.after,
        "more": len(found) == call.query.limit,
    }


def acknowledge(call: Call) -> Answer:
    """What has become of it."""
    said: dict[Any, str | None] = {one.id: one.code for one in call.body.refused}
    if said.keys() & set(call.body.accepted):
        raise ApiError(400, "one id is both accepted and refused")
    said.update(dict.fromkeys(call.body.accepted))
    results = feed.acknowledge(call.uow, call.caller, said, call.services.deciding)
    return {"results": [{"id": id_, "result": result} for id_, result in results.items()]}


def statement(call: Call) -> Answer:
    """日結 of one day."""
    rows = feed.day_sums(call.uow, call.caller, call.query.day)
    paid = sum(row.amount for row in rows if row.kind is WriteOffKind.WRITE_OFF)
    back = sum(row.amount for row in rows if row.kind is WriteOffKind.REVERSAL)
    told = [{name: getattr(row, name) for name in row.__slots__} for row in rows]
    return {"day": call.query.day, "rows": told, "paid": paid, "reversed": back, "net": paid - back}


def take_cases(call: Call) -> Answer:
    """承辦進度."""
    steps = [reports.Step(row.number, row.at, row.stage, row.note_zh, row.note_en) for row in call.body.cases]
    fates = reports.take_steps(call.uow, call.caller.code, steps)
    return {"results": [_outcome(step.number, fate) for step, fate in zip(steps, fates, strict=True)]}


def take_holders(call: Call) -> Answer:
    """代繳單位."""
    results: list[Mapping[str, Any]] = []
    for row in call.body.holders:
        try:
            plate = parse_plate(row.plate)
        except PlateError:
            results.append(_outcome(row.plate, RowResult.REFUSED, "plate: is no plate"))
            continue
        holding = reports.Holding(plate, row.holder, row.at)
        (fate,) = reports.take_holdings(call.uow, call.caller.code, [holding])
        results.append(_outcome(row.plate, fate))
    return {"results": results}


def member_nonce(call: Call) -> Answer:
    """A nonce for one who has signed in."""
    vehicles, refused = [], []
    for row in call.body.vehicles:
        try:
            plate = parse_plate(row.plate)
        except PlateError:
            plate = None
        if plate is None or plate.ambiguous_dash:
            refused.append(row.plate)
        else:
            vehicles.append(MemberVehicle(Vehicle(plate, VehicleKind(row.kind)), row.services))
    nonce, ends_at = call.services.members.offer(call.uow, call.caller.code, call.body.member, vehicles)
    return {"nonce": nonce, "ends_at": ends_at, "refused": refused}


def member_standing(call: Call) -> Answer:
    """Whether a member is linked."""
    since = call.services.members.linked_since(call.uow, call.caller.code, call.body.member)
    return {"linked": since is not None, "since": since}


def unlink_member(call: Call) -> Answer:
    """The way out, on the site's side."""
    call.services.members.unlink_member(call.uow, call.caller.code, call.body.member)
    return {"linked": False, "since": None}


def gate_passes(call: Call) -> Answer:
    """Who may enter a lot."""
    if call.query.lot not in call.caller.lots:
        raise ApiError(403, "this key is not for this lot")
    on = call.query.on or city_date(call.services.clock.now())
    found = passes.of_lot(call.uow, call.query.lot, on)
    rows = [{name: getattr(one, name) for name in one.__slots__} for one in found]
    return {"lot": call.query.lot, "on": on, "passes": rows}


OPERATIONS = (
    Operation(
        "take_bills", "POST", "/bills", "New, changed and withdrawn bills", Scope.BILLS, take_bills,
        body=shapes.BillBatch, rows=True, answer=shapes.BatchAnswer,
    ),
    Operation(
        "bill", "GET", "/bills/<number>", "One bill: open, paid, written off; and the QR for its slip", Scope.BILLS,
        bill, answer=shapes.BillAnswer, missing=True,
    ),
    Operation(
        "slip_qr", "GET", "/bills/<number>/slip-qr.svg", "The QR to print on its slip", Scope.BILLS, slip_qr,
        missing=True,
    ),
    Operation(
        "write_offs", "GET", "/write-offs", "What was paid here and what went back, in order", Scope.WRITE_OFFS,
        write_offs, query=shapes.PageQuery, answer=shapes.WriteOffPage,
    ),
    Operation(
        "acknowledge", "POST", "/write-offs/acknowledgements", "What has become of write-offs", Scope.WRITE_OFFS,
        acknowledge, body=shapes.Acknowledgement, answer=shapes.AcknowledgementAnswer,
    ),
    Operation(
        "statement", "GET", "/statement", "The sums of one day", Scope.WRITE_OFFS, statement, query=shapes.DayQuery,
        answer=shapes.Statement,
    ),
    Operation(
        "take_cases", "POST", "/cases", "How far cases are", Scope.CASES, take_cases, body=shapes.CaseBatch,
        answer=shapes.BatchAnswer,
    ),
    Operation(
        "take_holders", "POST", "/holders", "Who holds plates' automatic payments", Scope.HOLDERS, take_holders,
        body=shapes.HolderBatch, answer=shapes.BatchAnswer,
    ),
    Operation(
        "member_nonce", "POST", "/members/nonces", "A nonce for a member who links the chat (LINE 綁定)", Scope.MEMBERS,
        member_nonce, body=shapes.MemberSignedIn, answer=shapes.Nonce, secret=True,
    ),
    Operation(
        "member_standing", "POST", "/members/standing", "Whether a member is linked with a chat", Scope.MEMBERS,
        member_standing, body=shapes.Member, answer=shapes.MemberStanding, secret=True,
    ),
    Operation(
        "unlink_member", "POST", "/members/unlink", "End a member's link with the chat", Scope.MEMBERS, unlink_member,
        body=shapes.Member, answer=shapes.MemberStanding, secret=True,
    ),
    Operation(
        "gate_passes", "GET", "/passes", "Who may enter a lot on a day, for gate systems", Scope.PASSES, gate_passes,
        query=shapes.PassQuery, answer=shapes.GatePasses,
    ),
)  # fmt: skip


def encoded(answer: Answer) -> bytes:
    """An answer's bytes."""
    return answer.encode() if isinstance(answer, str) else orjson.dumps(answer)


def _outcome(number: str | None, result: RowResult, reason: str | None = None) -> Mapping[str, Any]:
    return {"number": number, "result": result, "reason": reason}


def _text(row: Any, name: str) -> str | None:
    value = row.get(name) if isinstance(row, dict) else None
    return value if isinstance(value, str) else None
