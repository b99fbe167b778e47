"""The ledger: files in, bills out."""

import io
from collections.abc import Sequence
from datetime import UTC, datetime

import pytest
from sqlalchemy import text as sql

from domain.bills import BillStatus, DunningNotice, PayableKey, PayableType
from domain.plates import parse_plate
from domain.vehicles import VehicleKind
from infra.database import UnitOfWork, UnitOfWorkFactory
from services import ledger
from services.ledger_import import FileError, Imported, import_csv

HEADER = "agency,number,plate,kind,amount,parked_on,deadline,hours,street,started_at"
ROW = "TPE,Q{:05d},ABC-1235,car,50,2026-07-07,2099-07-22,2.5,忠孝東路四段,2026-07-07T09:00:00"
NOTICES = "agency,number,plate,kind,amount,notice_number,notice_extra_charge,notice_mail,prosecuted,notice_deadline"
PLATE, CAR = parse_plate("ABC-1235"), VehicleKind.CAR
NOW = datetime(2026, 7, 15, tzinfo=UTC)


def put(uow: UnitOfWorkFactory, text: str | bytes) -> tuple[Imported, list[tuple[int, str]]]:
    refused: list[tuple[int, str]] = []
    file = io.BytesIO(text if isinstance(text, bytes) else text.encode())
    with uow() as unit:
        done = import_csv(unit, file, refused=lambda line, reason: refused.append((line, reason)))
    return done, refused


def numbers(uow: UnitOfWorkFactory, plate: str = "ABC-1235", kind: VehicleKind = CAR) -> Sequence[str]:
    with uow() as unit:
        return sorted(bill.number for bill in ledger.find(unit, parse_plate(plate), kind).bills)


def bill_key(number: str) -> PayableKey:
    return PayableKey("TPE", PayableType.BILL, number)


@pytest.mark.parametrize("end", ["\n", "\r\n"])
@pytest.mark.parametrize("mark", [b"", b"\xef\xbb\xbf"])
def test_a_file_goes_in_and_again_changes_nothing(uow: UnitOfWorkFactory, end: str, mark: bytes) -> None:
    file = mark + end.join([HEADER, *(ROW.format(n) for n in range(3)), ""]).encode()
    assert put(uow, file)[0] == Imported(taken=3, changed=0, unchanged=0, refused=0)
    assert put(uow, file)[0] == Imported(taken=0, changed=0, unchanged=3, refused=0)
    assert put(uow, file.replace(b",50,", b",60,", 1))[0] == Imported(taken=0, changed=1, unchanged=2, refused=0)
    with uow() as unit:
        assert sorted(bill.pay_amount for bill in ledger.find(unit, PLATE, CAR).bills) == [50, 50, 60]
        assert ledger.agencies(unit) == ("TPE",)


def test_bad_rows_are_refused_with_their_line_and_the_rest_goes_in(uow: UnitOfWorkFactory) -> None:
    lines: list[bytes] = [
        HEADER.encode(),
        ROW.format(1).encode(),
        ROW.format(2).replace("ABC-1235", "!!").encode(),
        ROW.format(3).encode("big5"),
        b"",
        ROW.format(4).replace(",50,", ',"1,200",').encode(),
        ROW.format(5).replace(",car,", ',"car,').encode(),
        b"TPE,Q6",
        ROW.format(7).encode() + b"\x00",
    ]
    done, refused = put(uow, b"\n".join(lines))
    assert done == Imported(taken=2, changed=0, unchanged=0, refused=5)
    assert [line for line, _reason in refused] == [3, 4, 7, 8, 9]
    assert refused[0][1] == "plate: is no plate"
    assert refused[1][1] == "is not UTF-8"
    assert numbers(uow) == ["Q00001", "Q00004"]


def test_a_bill_twice_in_a_file_is_taken_once(uow: UnitOfWorkFactory) -> None:
    lines = [HEADER, ROW.format(1), ROW.format(2), ROW.format(1).replace(",50,", ",70,")]
    done, refused = put(uow, "\n".join(lines))
    assert done == Imported(taken=2, changed=0, unchanged=0, refused=1)
    assert refused == [(4, "is the bill of line 2 again")]
    with uow() as unit:
        assert {bill.pay_amount for bill in ledger.find(unit, PLATE, CAR).bills} == {50}


def test_one_known_bill_among_many_new_ones_is_changed_and_the_others_are_taken(uow: UnitOfWorkFactory) -> None:
    put(uow, f"{HEADER}\n{ROW.format(60)}")
    rows = [ROW.format(n).replace(",50,", ",70,") for n in range(150)]
    with uow() as unit:
        unit.driver.execute("INSERT INTO ledger_agency (code) VALUES ('EARLIER')")  # of the caller's transaction
        done = import_csv(unit, io.BytesIO("\n".join([HEADER, *rows]).encode()), refused=lambda *_row: None)
    assert done == Imported(taken=149, changed=1, unchanged=0, refused=0)
    with uow() as unit:
        assert {bill.pay_amount for bill in ledger.find(unit, PLATE, CAR).bills} == {70}
        assert ledger.agencies(unit) == ("EARLIER", "TPE")


def inserts(unit: UnitOfWork) -> int:
    """Rows put into the ledger and not reported to PostgreSQL's statistics yet, those taken back included."""
    statement = "SELECT n_tup_ins FROM pg_stat_xact_user_tables WHERE relname = 'ledger_bill'"
    (count,) = unit.connection.execute(sql(statement)).one()
    return int(count)


def test_a_file_of_known_bills_is_not_tried_as_if_all_were_new(uow: UnitOfWorkFactory) -> None:
    put(uow, f"{HEADER}\n{ROW.format(100)}")
    file = io.BytesIO("\n".join([HEADER, *(ROW.format(n) for n in range(150))]).encode())  # the known one: line 102
    with uow() as unit:
        before = inserts(unit)
        import_csv(unit, file, refused=lambda *_row: None)
        assert inserts(unit) - before == 149  # a try taken back would count


@pytest.mark.parametrize("text", ["", "\n", "agency,number\n", "車牌\n".encode("big5")])
def test_a_file_without_a_header_is_not_taken(uow: UnitOfWorkFactory, text: str | bytes) -> None:
    with pytest.raises(FileError, match="line 1"):
        put(uow, text)


def test_text_of_a_file_is_text(uow: UnitOfWorkFactory) -> None:
    street = '=cmd|"/c calc"!A1 <script>alert(1)</script>'
    put(uow, f"{HEADER}\n" + ROW.format(1).replace("忠孝東路四段", '"' + street.replace('"', '""') + '"'))
    with uow() as unit:
        (bill,) = ledger.by_number(unit, "Q00001")
        assert bill.street == street  # type: ignore[union-attr]


def test_street_and_times_are_told_to_who_gave_the_number_only(uow: UnitOfWorkFactory) -> None:
    put(uow, f"{HEADER}\n{ROW.format(1)}")
    with uow() as unit:
        (by_plate,) = ledger.find(unit, PLATE, CAR).bills
        (by_number,) = ledger.by_number(unit, "Q00001")
    assert (by_plate.street, by_plate.started_at) == (None, None)
    assert by_number.street == "忠孝東路四段"  # type: ignore[union-attr]
    assert by_number.started_at == datetime(2026, 7, 7, 1, tzinfo=UTC)  # type: ignore[union-attr]  # 09:00 in Taipei


def test_a_plate_is_found_by_its_key_and_the_kinds_letter(uow: UnitOfWorkFactory) -> None:
    put(uow, f"{HEADER}\n{ROW.format(1)}\n{ROW.format(2).replace(',car,', ',heavy_motorcycle,')}")
    assert numbers(uow) == ["Q00001"]
    assert numbers(uow, "abc1235", VehicleKind.MOTORCYCLE) == ["Q00002"]
    assert numbers(uow, "ABC-1236") == []


def test_paid_here_stays_paid_whatever_a_file_says(uow: UnitOfWorkFactory) -> None:
    file = f"{HEADER}\n{ROW.format(1)}\n{ROW.format(2)}"
    put(uow, file)
    with uow() as unit:
        keys = [bill_key("Q00001"), PayableKey("NWT", PayableType.BILL, "Q00002")]
        assert ledger.mark_paid(unit, keys, paid_at=NOW) == 1
        assert ledger.mark_paid(unit, keys, paid_at=NOW) == 0
    assert put(uow, file.replace(",50,", ",80,"))[0] == Imported(taken=0, changed=1, unchanged=1, refused=0)
    assert numbers(uow) == ["Q00002"]
    with uow() as unit:
        assert ledger.known(unit, keys) == {bill_key("Q00001")}
        assert ledger.current(unit, keys) == {}


def test_an_agency_withdraws_and_reopens_a_bill(uow: UnitOfWorkFactory) -> None:
    lines = [f"{HEADER},status", f"{ROW.format(1)},open"]
    put(uow, "\n".join(lines))
    put(uow, "\n".join(lines).replace(",open", ",withdrawn"))
    assert numbers(uow) == []
    put(uow, "\n".join(lines))
    assert numbers(uow) == ["Q00001"]


def notice_of(uow: UnitOfWorkFactory) -> DunningNotice:
    with uow() as unit:
        owed = ledger.find(unit, PLATE, CAR)
        assert not owed.bills
        (notice,) = owed.notices
        return notice


def test_a_notice_gathers_its_bills_and_is_paid_with_them(uow: UnitOfWorkFactory) -> None:
    rows = [f"TPE,A{n},ABC-1235,car,50,N1,30,掛號,0,2026-08-01" for n in range(2)]
    put(uow, "\n".join([NOTICES, *rows]))
    notice = notice_of(uow)
    assert (notice.amount, notice.extra_charge, notice.pay_amount) == (100, 30, 130)
    assert notice.registered_mail is True
    assert str(notice.deadline) == "2026-08-01"
    assert [(bill.number, bill.status) for bill in notice.bills] == [
        ("A0", BillStatus.DUNNED),
        ("A1", BillStatus.DUNNED),
    ]
    with uow() as unit:
        by_bill = ledger.by_number(unit, "A0")
        assert [payable.number for payable in by_bill] == ["N1", "A0"]
        assert [payable.number for payable in ledger.by_number(unit, "N1")] == ["N1"]
        assert ledger.mark_paid(unit, [notice.key], paid_at=NOW) == 3
    with uow() as unit:
        assert ledger.find(unit, PLATE, CAR) == ledger.Owed()
        assert ledger.by_number(unit, "A0") == ()


def test_a_row_that_contradicts_its_notice_is_refused(uow: UnitOfWorkFactory) -> None:
    rows = ["TPE,A0,ABC-1235,car,50,N1,30,掛號,0,", "TPE,A1,ABC-1235,car,50,N1,40,掛號,0,"]
    done, refused = put(uow, "\n".join([NOTICES, *rows]))
    assert done == Imported(taken=1, changed=0, unchanged=0, refused=1)
    assert refused == [(3, "says something else of its notice than line 2")]
    assert notice_of(uow).pay_amount == 80


def test_a_withdrawn_bill_leaves_its_notice(uow: UnitOfWorkFactory) -> None:
    rows = ["TPE,A0,ABC-1235,car,50,N1,30,平信,1,,open", "TPE,A1,ABC-1235,car,70,N1,30,平信,1,,withdrawn"]
    put(uow, "\n".join([f"{NOTICES},status", *rows]))
    notice = notice_of(uow)
    assert (notice.pay_amount, notice.registered_mail, notice.prosecuted) == (80, False, True)


def test_a_file_with_one_bill_twice_can_be_taken_again(uow: UnitOfWorkFactory) -> None:
    file = "\n".join([HEADER, ROW.format(1), ROW.format(1).replace(",50,", ",70,")])
    put(uow, file)
    assert put(uow, file)[0] == Imported(taken=0, changed=0, unchanged=1, refused=1)


def test_progress_is_told_to_the_end(uow: UnitOfWorkFactory) -> None:
    body = "\n".join([HEADER, *(ROW.format(n) for n in range(20_000))]).encode()
    seen: list[int] = []
    with uow() as unit:
        import_csv(unit, io.BytesIO(body), refused=lambda *_row: None, progress=seen.append)
    assert len(seen) > 1
    assert seen == sorted(seen)
    assert seen[-1] == len(body)


def test_a_lookup_is_one_scan_of_one_index(uow: UnitOfWorkFactory) -> None:
    put(uow, "\n".join([HEADER, *(ROW.format(n).replace("1235", f"{n:04d}") for n in range(9_000))]))
    with uow() as unit:
        cursor = unit.driver.cursor()
        cursor.execute("ANALYZE ledger_bill")
        cursor.execute(
            "EXPLAIN SELECT * FROM ledger_bill WHERE plate_key = 'ABC1235' AND car_type = 'C' AND status = 'open'"
        )
        plan = " ".join(str(row[0]) for row in cursor.fetchall())
    assert "ix_ledger_bill_open" in plan
    assert "Seq Scan" not in plan
