"""The rows of an agency's CSV: the quick way takes only what the slow way leaves as it is."""

import csv
import io

import pytest
from hypothesis import given
from hypothesis import strategies as st

from domain.ledgercsv import COLUMNS, RowError, RowReader

HEADER = ",".join(COLUMNS)
GOOD = {
    "agency": "TPE", "number": "Q7078443D090047", "plate": "ABC-1235", "kind": "car", "amount": "50",
    "parked_on": "2026-07-07", "deadline": "2026-07-22", "hours": "2.5", "street": "忠孝東路四段",
    "started_at": "2026-07-07T09:00:00", "left_at": "2026-07-07T11:29", "issued_how": "現場開單",
}  # fmt: skip
PLAIN = {
    "agency": st.sampled_from(["TPE", "NWT", "tpe", ""]),
    "number": st.from_regex(r"[A-Za-z0-9-]{1,41}", fullmatch=True),
    "plate": st.one_of(st.from_regex(r"[A-Z0-9]{1,5}-?[A-Z0-9]{1,6}", fullmatch=True), st.just("軍C-21110")),
    "kind": st.sampled_from(["car", "motorcycle", "M", "機車", "truck"]),
    "amount": st.one_of(st.integers(-5, 10**8).map(str), st.sampled_from(["1,200", "50.0", "050", "5.5", "x"])),
    "hours": st.sampled_from(["", "2.5", "-1", "10000", "1.255"]),
    "notice_extra_charge": st.sampled_from(["", "50"]),
    "notice_number": st.sampled_from(["", "N1"]),
    "prosecuted": st.sampled_from(["", "1", "是", "maybe"]),
    "notice_mail": st.sampled_from(["", "掛號", "plain"]),
    "status": st.sampled_from(["", "open", "Paid", "gone"]),
}
DAYS = st.one_of(
    st.dates().map(str), st.from_regex(r"20\d\d-[01]\d-[0-3]\d", fullmatch=True), st.sampled_from(["", "2026/7/1"])
)
MOMENTS = st.one_of(
    st.datetimes().map(lambda m: m.isoformat()),
    st.from_regex(r"20\d\d-[01]\d-[0-3]\dT[0-2]\d:[0-6]\d(:[0-6]\d)?", fullmatch=True),
    st.sampled_from(["", "2026-07-07T09:00+08:00", "2026-07-07"]),
)


def _field(name: str) -> st.SearchStrategy[str]:
    if name in PLAIN:
        return PLAIN[name]
    if name.endswith("_at"):
        return MOMENTS
    if name in {"street", "issued_how"}:
        return st.text(max_size=24)
    return DAYS if name.endswith(("_on", "deadline")) else st.just("")


def line(**fields: str) -> str:
    """A row as a CSV writer writes it."""
    out = io.StringIO()
    csv.writer(out, lineterminator="").writerow([fields.get(name, "") for name in COLUMNS])
    return out.getvalue()


@given(st.fixed_dictionaries({name: st.one_of(st.just(GOOD.get(name, "")), _field(name)) for name in COLUMNS}))
def test_the_quick_way_takes_only_what_the_slow_way_leaves(fields: dict[str, str]) -> None:
    reader, written = RowReader(HEADER), line(**fields)
    if reader.is_plain(written):
        assert reader.read_fields(written) == written


@given(st.fixed_dictionaries({name: st.one_of(st.just(GOOD.get(name, "")), _field(name)) for name in COLUMNS}))
def test_what_the_slow_way_puts_right_stays_right(fields: dict[str, str]) -> None:
    reader = RowReader(HEADER)
    try:
        taken = reader.read_fields(line(**fields))
    except RowError:
        return
    assert reader.read_fields(taken) == taken


def test_an_ordinary_row_is_plain() -> None:
    reader = RowReader(HEADER)
    assert reader.is_plain(line(**GOOD))
    full_width_space = line(**{**GOOD, "street": "\u3000忠孝東路"})
    assert reader.read_fields(full_width_space) == reader.read(full_width_space)
    assert reader.is_plain(line(**GOOD, notice_number="N1", notice_extra_charge="50"))


@pytest.mark.parametrize(("column", "value", "reason"), [
    ("plate", "ABCDEFGH", "plate: is no plate"),
    ("plate", "AB1234", "plate: needs its dash"),
    ("kind", "truck", "kind: must be one of"),
    ("amount", "", "amount: is empty"),
    ("amount", "-5", "amount: must be whole NT$"),
    ("deadline", "2026-02-30", "deadline: must be a date"),
    ("started_at", "09:00", "started_at: must be a moment"),
    ("hours", "-1", "hours: must be hours"),
    ("number", "A 1", "number: must be"),
    ("street", "a\x00b", "street: has a control character"),
    ("street", "長" * 101, "street: is longer"),
    ("notice_number", "N1", "notice_extra_charge: is empty"),
])  # fmt: skip
def test_a_bad_field_is_named_with_its_reason(column: str, value: str, reason: str) -> None:
    with pytest.raises(RowError) as refused:
        RowReader(HEADER).read(line(**{**GOOD, column: value}))
    assert str(refused.value).startswith(reason)


@pytest.mark.parametrize(("column", "value", "kept"), [
    ("plate", "ａｂｃ－１２３５", "ABC-1235"),
    ("kind", "機車", "motorcycle"),
    ("amount", "1,200", "1200"),
    ("deadline", "2026/7/2", "2026-07-02"),
    ("prosecuted", "是", "1"),
    ("street", "=HYPERLINK(\"http://x\")", "=HYPERLINK(\"http://x\")"),
    ("street", "<b>x</b>, 1 樓", "<b>x</b>, 1 樓"),
])  # fmt: skip
def test_what_is_clear_is_put_right_and_text_is_text(column: str, value: str, kept: str) -> None:
    taken = RowReader(HEADER).read(line(**{**GOOD, column: value}))
    assert next(csv.reader([taken]))[list(COLUMNS).index(column)] == kept


@pytest.mark.parametrize(("header", "reason"), [
    ("agency,number,plate,kind", "column amount is missing"),
    (HEADER + ",colour", "unknown column 'colour'"),
    (HEADER + ",plate", "a column is there twice"),
    ("", "column agency is missing"),
])  # fmt: skip
def test_a_header_is_checked(header: str, reason: str) -> None:
    with pytest.raises(RowError, match=reason):
        RowReader(header)


@pytest.mark.parametrize("row", ['TPE,"A1,ABC-1235', 'TPE,A"1",x', "TPE,A1"])
def test_broken_rows(row: str) -> None:
    with pytest.raises(RowError):
        RowReader(HEADER).read(row)
