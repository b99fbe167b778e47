"""Fee items and their discounts: the file is whole, and no discount takes what it must not."""

from dataclasses import replace
from datetime import date
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from domain.bills import Bill, BillStatus, DunningNotice
from domain.feeitems import Fees, Identifier, spelled
from domain.reader import Language, Reader
from domain.vehicles import VehicleKind
from infra.settings import SettingsError
from services.fees import FILE, load_fees

SLIP = Bill(  # the paperless motorcycle bill of one-stop-parking.txt: 20 元, 行動支付優惠後 10 元
    agency="TPE",
    number="M8168111102840P",
    plate="AAA-1111",
    kind=VehicleKind.MOTORCYCLE,
    parked_on=date(2022, 8, 16),
    deadline=date(2022, 8, 31),
    status=BillStatus.OPEN,
    amount=20,
    pay_amount=20,
    source="ledger",
    issued_how="無紙化開單",
)
ITEMS = {
    "parking": "停車費", "tax": "稅務", "traffic_fine": "交通罰鍰", "administrative_fine": "行政罰鍰",
    "tuition": "學雜費", "water": "水費", "power": "電費", "fuel": "燃料費", "market": "市集使用費",
    "accident_appraisal": "車輛行車事故鑑定申請", "agriculture": "農業局 e 櫃檯",
}  # fmt: skip
NUMBERS = {"parking": ("M8168111102840P", "H60983881309263", "Q70885062951261")}
bills = st.builds(
    replace,
    st.just(SLIP),
    agency=st.sampled_from(["TPE", "DEMO", "NWT", "PARKA"]),
    kind=st.sampled_from(list(VehicleKind)),
    status=st.sampled_from(list(BillStatus)),
    amount=st.integers(0, 3000),
    pay_amount=st.integers(0, 3000),
    source=st.sampled_from(["ledger", "city"]),
    issued_how=st.sampled_from([None, "現場開單", "無紙化開單"]),
    parked_on=st.one_of(st.none(), st.dates(date(2021, 1, 1), date(2027, 1, 1))),
    fee_item=st.sampled_from(["parking", "water", "of_another_city"]),
)


def test_every_item_of_the_sources_is_there_in_both_languages() -> None:
    fees = load_fees()
    assert {key: item.name.zh for key, item in fees.items.items()} == ITEMS
    for item in fees.items.values():
        for words in (item.name, item.agencies, item.about, item.notes):
            assert words.zh != words.en
            assert words.en.isascii()


@pytest.mark.parametrize("key", NUMBERS)
def test_the_number_formats_take_the_sources_numbers(key: str) -> None:
    pattern = load_fees().items[key].number
    for number in NUMBERS[key]:
        assert pattern.fullmatch(number)
        assert not pattern.fullmatch(number + " ")


def test_eleven_digits_are_a_water_number_as_well_as_a_power_number() -> None:
    fees = load_fees()
    assert fees.identifiers("9112430446") == [Identifier("water", "9112430446")]
    assert fees.identifiers("07699050101") == [Identifier("water", "07699050101"), Identifier("power", "07699050101")]
    assert fees.identifiers("0769905010") == [Identifier("water", "0769905010")]
    assert fees.identifiers("076990501012") == []


def test_a_number_is_spelled_as_its_agency_spells_it() -> None:
    assert spelled(" ９１１２-4304 46\u3000") == "9112430446"
    assert spelled("q7078443d090047") == "Q7078443D090047"


def test_an_unknown_item_is_named_as_its_agency_named_it() -> None:
    assert load_fees().name(Reader(), "of_another_city") == "of_another_city"
    assert load_fees().name(Reader(Language.EN), "parking") == "Parking fee"


def test_the_sources_bill_costs_ten_by_phone() -> None:
    assert SLIP.pay_amount - load_fees().discount(SLIP) == 10
    assert [discount.name.zh for discount in load_fees().earned(SLIP)] == ["機車無紙化停車優惠", "行動支付優惠"]


def test_what_the_agency_has_lowered_itself_is_not_lowered_again() -> None:
    assert replace(SLIP, pay_amount=15).pay_amount - load_fees().discount(replace(SLIP, pay_amount=15)) == 10
    assert load_fees().discount(replace(SLIP, pay_amount=10)) == 0
    assert load_fees().discount(replace(SLIP, pay_amount=8)) == 0


@pytest.mark.parametrize(
    "changes",
    [
        {"kind": VehicleKind.HEAVY_MOTORCYCLE},  # 紅、黃牌重機除外
        {"kind": VehicleKind.CAR},
        {"issued_how": "現場開單"},
        {"source": "city"},
        {"agency": "NWT"},
        {"status": BillStatus.OVERDUE},
        {"parked_on": date(2022, 6, 30)},
        {"parked_on": None},
        {"fee_item": "water"},
    ],
)
def test_others_cost_what_they_say(changes: dict[str, object]) -> None:
    assert load_fees().discount(replace(SLIP, **changes)) == 0  # type: ignore[arg-type]


def test_a_dunning_notice_earns_none() -> None:
    inside = replace(SLIP, status=BillStatus.DUNNED)
    notice = DunningNotice("TPE", "N1", "AAA-1111", SLIP.kind, SLIP.deadline, 20, 50, 70, [inside], source="ledger")
    assert load_fees().discount(notice) == 0


@given(bills)
def test_no_discount_takes_more_than_it_may(bill: Bill) -> None:
    fees = load_fees()
    off = fees.discount(bill)
    assert 0 <= off <= sum(discount.off for discount in fees.earned(bill))
    assert bill.pay_amount == 0 or bill.pay_amount - off >= 1
    assert off == 0 or (bill.source == "ledger" and bill.kind is VehicleKind.MOTORCYCLE)
    assert Fees().discount(bill) == 0


@given(bills, st.integers(0, 3000))
def test_whoever_lowers_first_the_price_is_the_same(bill: Bill, lowered: int) -> None:
    fees = load_fees()
    whole = replace(bill, pay_amount=bill.amount)
    less = replace(bill, pay_amount=max(bill.amount - lowered, 1))
    if bill.amount and less.pay_amount >= whole.pay_amount - fees.discount(whole):
        assert less.pay_amount - fees.discount(less) == whole.pay_amount - fees.discount(whole)


@pytest.mark.parametrize(
    ("old", "new", "told"),
    [
        ('number = "[0-9A-Z]{9,20}"', 'number = "[0-9"', "item.parking.number"),
        ("off = 5", "off = 0", "off"),
        ('en = "Water bill"', 'en = "The bill for the water"', "item.water.en"),
        ('bindable = ["plate"]', 'bindable = ["identifier"]', "item.parking.bindable: identifier is not in lookup"),
        ('bindable = ["plate"]', 'bindable = ["number"]', "item.parking.bindable: number names no lasting thing"),
        (
            'lookup = ["identifier"]\nbindable = ["identifier"]',
            'lookup = ["number"]',
            "item.water.identifier: is told where",
        ),
        ('format = "[0-9]{11}"', 'format = "[0-9"', "item.power.identifier.format"),
        ('refund = "as_paid"', 'refund = "as_paid"\ncolour = "red"', "item.parking.colour"),
    ],
)
def test_a_broken_file_is_told_in_one_line(tmp_path: Path, old: str, new: str, told: str) -> None:
    file = tmp_path / "fees.toml"
    source = FILE.read_text(encoding="utf-8")
    assert old in source
    file.write_text(source.replace(old, new, 1), encoding="utf-8")
    with pytest.raises(SettingsError, match=told.replace(".", r"\.")):
        load_fees(file)
