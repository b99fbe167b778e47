"""The made-up city (示範市): bills to try the service with, for an empty database only. Taken in as an agency's are."""

import csv
import io
import random
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, timedelta

from sqlalchemy import select

from domain.clock import Clock, city_date
from infra.database import UnitOfWork
from models.bill import LedgerAgency, LedgerBill
from services.ledger_import import import_csv

AGENCY = "DEMO"  # config/cities.toml gives its name
CAR_DEADLINE_DAYS = 15  # 於開單次日起 15 日內
OTHER_PLATES = 300
SEED = 1140
STREETS = ("大安路一段", "復興南路二段", "松江路", "延吉街", "金門街", "市民大道六段")
WATER, POWER = "9112430446", "07699050101"  # 水號、電號 to try
LETTERS = "ABCDEFGHJKLMNPQRSTUVWXYZ"  # no I, no O on new plates
DIGITS = "012356789"  # nor 4

Row = dict[str, object]


class NotEmptyError(Exception):
    """The ledger holds bills: a made-up city has no place there."""


@dataclass(frozen=True, slots=True)
class Plate:
    """A plate to try, and what it shows, for whoever starts the demo."""

    number: str
    kind: str
    shows: str  # zh-TW
    shows_en: str


PLATES = (
    Plate("ABC-1235", "car", "三筆一般停車單", "three ordinary bills"),
    Plate("MXR-0889", "motorcycle", "機車，同一天兩張停車單", "a motorcycle, two bills of one day"),
    Plate("AJH-6023", "car", "停車單、催繳單與一筆已告發的追繳", "a bill, a dunning notice, a prosecuted recovery"),
    Plate("BKE-5678", "car", "二十四筆停車單", "24 bills"),
    Plate("EAA-2009", "car", "沒有待繳", "nothing to pay"),
)


def is_here(uow: UnitOfWork) -> bool:
    """Whether the ledger holds the made-up city."""
    return uow.session.get(LedgerAgency, AGENCY) is not None


def fill(uow: UnitOfWork, clock: Clock) -> int:
    """Fill an empty ledger; returns how many bills came in. Raises NotEmptyError."""
    if uow.session.scalar(select(LedgerBill.number).limit(1)) is not None:
        raise NotEmptyError
    today = city_date(clock.now())
    rows = [*_rows(today), *_of_no_vehicle(today)]
    file = io.StringIO(newline="")
    columns = sorted({column for row in rows for column in row})
    writer = csv.DictWriter(file, columns)
    writer.writeheader()
    writer.writerows(rows)

    def refused(line: int, reason: str) -> None:
        raise ValueError(f"made-up row {line}: {reason}")

    return import_csv(uow, io.BytesIO(file.getvalue().encode()), refused=refused).taken


def _rows(today: date) -> Iterator[Row]:
    numbers = iter(range(1, 1_000_000))

    def bill(plate: str, kind: str, days_ago: int, amount: int, **more: object) -> Row:
        parked = today - timedelta(days=days_ago)
        start = 8 + days_ago % 3
        row: Row = {
            "agency": AGENCY,
            "number": f"D{parked:%m%d}{next(numbers):08d}",
            "plate": plate,
            "kind": kind,
            "amount": amount,
            "parked_on": parked.isoformat(),
            "deadline": (parked + timedelta(days=CAR_DEADLINE_DAYS)).isoformat(),
            "hours": amount / 20,
            "street": STREETS[days_ago % len(STREETS)],
            "started_at": f"{parked.isoformat()} {start:02d}:28",
            "left_at": f"{parked.isoformat()} {start + max(1, amount // 20):02d}:03",
            "issued_how": "現場開單" if days_ago % 2 else "無紙化開單",
        }
        return row | more

    for days_ago, amount in ((2, 40), (6, 60), (13, 20)):
        yield bill("ABC-1235", "car", days_ago, amount)
    for amount in (20, 20):
        yield bill("MXR-0889", "motorcycle", 3, amount, issued_how="無紙化開單")
    yield bill("AJH-6023", "car", 5, 80)
    for number, mail, extra, bills, prosecuted in (
        ("DN00000001", "registered", 50, ((85, 240), (92, 100)), True),
        ("DN00000002", "plain", 0, ((40, 60), (44, 120)), False),
    ):
        notice: Row = {
            "notice_number": number,
            "notice_deadline": (today + timedelta(days=-20 if prosecuted else 9)).isoformat(),
            "notice_extra_charge": extra,
            "notice_mail": mail,
            "prosecuted": int(prosecuted),
            "prosecuted_deadline": (today + timedelta(days=12)).isoformat() if prosecuted else "",
        }
        for days_ago, amount in bills:
            yield bill("AJH-6023", "car", days_ago, amount, **notice)
    for days_ago in range(1, 13):
        for amount in (20, 40):
            yield bill("BKE-5678", "car", days_ago, amount)
    chance = random.Random(SEED)  # noqa: S311 - made-up plates, the same every time
    for _ in range(OTHER_PLATES):
        plate = "".join(chance.choices(LETTERS, k=3)) + "-" + "".join(chance.choices(DIGITS, k=4))
        for _ in range(chance.randint(1, 4)):
            yield bill(plate, "car", chance.randint(1, 14), 20 * chance.randint(1, 6))


def _of_no_vehicle(today: date) -> Iterator[Row]:
    """A water and a power bill."""
    for item, number, identifier, amount in (("water", "DW00000001", WATER, 280), ("power", "DE00000001", POWER, 1140)):
        whose = {"agency": AGENCY, "number": number, "fee_item": item, "identifier": identifier}
        yield whose | {"amount": amount, "deadline": (today + timedelta(days=12)).isoformat()}
