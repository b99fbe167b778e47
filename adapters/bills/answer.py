"""Reads one city's answer: tolerant of how numbers are written, strict about what is where (facts/taiwan.md §1).

Whatever is not as specified raises, so that a strange answer can never be read as "nothing due".
"""

import json
import math
import re
from collections.abc import Mapping, Sequence
from datetime import date, datetime
from typing import Any, TypeVar

from domain.bills import Bill, BillStatus, DunningNotice, Found, Why
from domain.cities import City
from domain.plates import Plate, PlateError, parse_plate
from domain.vehicles import VehicleKind

LARGEST_AMOUNT = 10_000_000  # NT$; more than any parking bill, so a number gone wrong
T = TypeVar("T", Bill, DunningNotice)
_STRING_OR_TRAILING_COMMA = re.compile(r'("(?:[^"\\]|\\.)*+")|,(?=\s*[}\]])')
_NUMBER = re.compile(r"-?(?:\d+|\d{1,3}(?:,\d{3})+)(?:\.\d+)?", re.ASCII)


class AnswerError(Exception):
    """Not an answer as specified. `why` goes into CouldNotAsk; `detail` is ours, never text of the answer."""

    def __init__(self, why: Why, detail: str) -> None:
        super().__init__(detail)
        self.why = why
        self.detail = detail


def read_answer(body: bytes, city: City, plate: Plate, kind: VehicleKind, asked_at: datetime) -> Found:
    """What the city says is due for the plate. Raises AnswerError."""
    document = _object(_json(body), "document")
    status = document.get("Status")
    if status != city.shape.success:
        is_error = isinstance(status, str) and re.fullmatch(r"ERR\d\d", status)
        raise AnswerError(Why.REFUSED if is_error else Why.UNKNOWN_SHAPE, "status")
    result = document
    if city.shape.result:
        result = _field(document, city.shape.result)
        if result is None:
            return Found(city.code, asked_at)
        result = _object(result, "result")
    _check_echo(result, city, plate, kind)
    raw_bills = _list(result, city.shape.bills)
    raw_notices = _list(result, "Reminders")
    bills = [_bill(raw, city, plate, kind) for raw in raw_bills]
    notices = [_notice(raw, city, plate, kind) for raw in raw_notices]
    once_bills, once_notices = _once(bills), _once(notices)
    told = (_whole(result, "TotalCount"), _whole(result, "TotalAmount"))
    if told not in {_totals(bills, notices), _totals(once_bills, once_notices)}:
        raise AnswerError(Why.UNKNOWN_SHAPE, "totals")
    _check_covered_once(once_notices)
    return Found(city.code, asked_at, once_bills, once_notices)


def _json(body: bytes) -> Any:
    try:
        text = body.decode("utf-8-sig")
    except UnicodeDecodeError:
        raise AnswerError(Why.UNKNOWN_SHAPE, "encoding") from None
    for attempt in (text, _STRING_OR_TRAILING_COMMA.sub(r"\1", text)):  # the official examples B and D have one
        try:
            return json.loads(attempt, parse_constant=_no_number, object_pairs_hook=_no_duplicates)
        except (ValueError, RecursionError):
            continue
    raise AnswerError(Why.UNKNOWN_SHAPE, "json")


def _no_number(_text: str) -> None:
    raise ValueError


def _no_duplicates(pairs: Sequence[tuple[str, Any]]) -> dict[str, Any]:
    result = dict(pairs)
    if len(result) != len(pairs):
        raise ValueError
    return result


def _check_echo(result: Mapping[str, Any], city: City, plate: Plate, kind: VehicleKind) -> None:
    """The answer is about the plate, kind and city that were asked; another's bills are never shown."""
    try:
        same_plate = parse_plate(_text(result, "CarID")).compact == plate.compact
    except PlateError:
        same_plate = False
    if not same_plate or _text(result, "CarType") != kind.car_type:
        raise AnswerError(Why.UNKNOWN_SHAPE, "another plate")
    if result.get("CityCode") not in {None, "", city.code}:
        raise AnswerError(Why.UNKNOWN_SHAPE, "another city")


def _bill(raw: Any, city: City, plate: Plate, kind: VehicleKind) -> Bill:
    raw = _object(raw, "bill")
    status = _whole(raw, "BillStatus")
    if status not in set(BillStatus):
        raise AnswerError(Why.UNKNOWN_SHAPE, "BillStatus")
    return Bill(
        agency=city.code,
        number=_number_text(raw, "BillNo"),
        plate=plate.canonical,
        kind=kind,
        parked_on=_date(raw, "ParkingDate"),
        deadline=_date(raw, "PayLimitDate"),
        status=BillStatus(status),
        amount=_amount(raw, "Amount"),
        pay_amount=_amount(raw, "PayAmount"),
        hours=_hours(raw),
    )


def _notice(raw: Any, city: City, plate: Plate, kind: VehicleKind) -> DunningNotice:
    raw = _object(raw, "notice")
    bills = _once([_bill(bill, city, plate, kind) for bill in _list(raw, "Bills")])
    amount, extra, pay = _amount(raw, "Amount"), _amount(raw, "ExtraCharge"), _amount(raw, "PayAmount")
    prosecuted = _whole(raw, "IsProsecuted")
    if pay != amount + extra or prosecuted not in {0, 1}:
        raise AnswerError(Why.UNKNOWN_SHAPE, "notice")
    return DunningNotice(
        agency=city.code,
        number=_number_text(raw, "ReminderNo"),
        plate=plate.canonical,
        kind=kind,
        deadline=_date(raw, "ReminderLimitDate"),
        amount=amount,
        extra_charge=extra,
        pay_amount=pay,
        bills=bills,
        prosecuted=bool(prosecuted),
        prosecuted_deadline=_date(raw, "ProsecuteLimitDate"),
    )


def _once(items: Sequence[T]) -> tuple[T, ...]:
    """Without exact repetitions. Raises AnswerError when one number stands for two different things."""
    first: dict[str, T] = {}
    for item in items:
        if first.setdefault(item.number, item) != item:
            raise AnswerError(Why.UNKNOWN_SHAPE, "one number twice")
    return tuple(first.values())


def _totals(bills: Sequence[Bill], notices: Sequence[DunningNotice]) -> tuple[int, int]:
    amount = sum(bill.pay_amount for bill in bills) + sum(notice.pay_amount for notice in notices)
    return len(bills) + len(notices), amount


def _check_covered_once(notices: Sequence[DunningNotice]) -> None:
    numbers = [bill.number for notice in notices for bill in notice.bills]
    if len(numbers) != len(set(numbers)):
        raise AnswerError(Why.UNKNOWN_SHAPE, "one bill in two notices")


def _field(raw: Mapping[str, Any], name: str) -> Any:
    if name not in raw:
        raise AnswerError(Why.UNKNOWN_SHAPE, f"no {name}")
    return raw[name]


def _object(raw: Any, name: str) -> Mapping[str, Any]:
    if not isinstance(raw, dict):
        raise AnswerError(Why.UNKNOWN_SHAPE, name)
    return raw


def _list(raw: Mapping[str, Any], name: str) -> list[Any]:
    value = _field(raw, name)
    if not isinstance(value, list):
        raise AnswerError(Why.UNKNOWN_SHAPE, name)
    return value


def _text(raw: Mapping[str, Any], name: str) -> str:
    value = _field(raw, name)
    if not isinstance(value, str):
        raise AnswerError(Why.UNKNOWN_SHAPE, name)
    return value


def _number_text(raw: Mapping[str, Any], name: str) -> str:
    value = _text(raw, name).strip()
    if not re.fullmatch(r"[A-Za-z0-9-]{1,40}", value):
        raise AnswerError(Why.UNKNOWN_SHAPE, name)
    return value


def _number(value: Any, name: str) -> float:
    """An int, a float, or text of either with commas between thousands."""
    if isinstance(value, str) and _NUMBER.fullmatch(value.strip()):
        value = float(value.replace(",", ""))
    if isinstance(value, bool) or not isinstance(value, int | float) or abs(value) > LARGEST_AMOUNT:
        raise AnswerError(Why.UNKNOWN_SHAPE, name)
    if not math.isfinite(value):
        raise AnswerError(Why.UNKNOWN_SHAPE, name)
    return value


def _whole(raw: Mapping[str, Any], name: str) -> int:
    value = _number(_field(raw, name), name)
    if value != int(value):
        raise AnswerError(Why.UNKNOWN_SHAPE, name)
    return int(value)


def _amount(raw: Mapping[str, Any], name: str) -> int:
    value = _whole(raw, name)
    if value < 0:
        raise AnswerError(Why.UNKNOWN_SHAPE, name)
    return value


def _hours(raw: Mapping[str, Any]) -> float | None:
    """Hours parked; None for -1 (a per-entry space) and where the city leaves it out."""
    value = raw.get("ParkingHours")
    if value is None or value == "":
        return None
    hours = _number(value, "ParkingHours")
    if hours == -1:
        return None
    if hours < 0:
        raise AnswerError(Why.UNKNOWN_SHAPE, "ParkingHours")
    return hours


def _date(raw: Mapping[str, Any], name: str) -> date | None:
    text = _text(raw, name)
    if not text:
        return None
    if not re.fullmatch(r"\d{4}-\d\d-\d\d", text, re.ASCII):
        raise AnswerError(Why.UNKNOWN_SHAPE, name)
    try:
        return date.fromisoformat(text)
    except ValueError:
        raise AnswerError(Why.UNKNOWN_SHAPE, name) from None
