"""What codes say: the vectors of facts/taiwan.md §1.4, §3 and §4, and whatever else a stranger may print."""

import itertools
from datetime import date
from urllib.parse import quote

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from domain import paytaipei, slipsegments, twqr
from domain.codes import MOST_TEXTS, Claim, Refused, Said, Source, pasted, understand
from domain.storebarcode import Segments
from tests.slips import pay_taipei_qr, store_codes, ticket_qr

NUMBER = "Q7078443D090047"
SLIP = ("1507226FA", "0000000012345678", "07226Y000000050")
WATER = "TWQRP://測試台北自來水費/158/03/V1?D1=10000&D3=AVWYrjDqQES+&D7=9112430446&D11=00,46146110000513000100010001"
POWER = "TWQRP://臺灣電力公司/158/03/V1?D1=89900&D3=AVnVbcN9xxRv&D4=20170401&D8=電費&E7=AUEkfcxUfQNgUHcnNndMDzU="
TRANSFER = "TWQRP://004NTTransfer/158/02/V1?D6=0000000000000123&D5=004&D10=901&D1=1000&D9=hello"
SHOP = "TWQRP://藏藝點/158/01/V1?D1=12000&D2=000123&D3=AVWYrjDqQES+&D10=901&D11=00,01"


def only(said: Said) -> Claim:
    (claim,) = said.claims
    assert said.refusals == said.segments == ()
    return claim


@pytest.mark.parametrize(
    ("address", "number"),
    [
        (ticket_qr(NUMBER), NUMBER),
        ("https://pay.taipei/qr/2/Q7078443D090047/bafb/2", NUMBER),
        ("HTTPS://PAY.TAIPEI/qr/2/Q70885062951261/3A08/2", "Q70885062951261"),
        (
            f"https://pay.taipei/qr/2/Q70885062951261/{paytaipei.check_digits('2', 'Q70885062951261')}",
            "Q70885062951261",
        ),
    ],
)
def test_taipeis_codes_name_a_number(address: str, number: str) -> None:
    claim = only(understand([address]))
    assert (claim.source, claim.numbers, claim.agency) == (Source.TAIPEI, (number,), "TPE")


def test_another_fee_of_pay_taipei_is_nobodys_in_particular() -> None:
    claim = only(understand([f"https://pay.taipei/qr/18/E123456789/{paytaipei.check_digits('18', 'E123456789')}"]))
    assert (claim.numbers, claim.agency) == (("E123456789",), None)


def test_wrong_check_digits_are_refused() -> None:
    said = understand(["https://pay.taipei/qr/2/Q70885062951261/3a09/2"])
    assert [one.why for one in said.refusals] == [Refused.CHECK_DIGITS]
    assert said.claims == ()


@pytest.mark.parametrize(
    "address",
    [
        f"http://parkingfee.pma.gov.taipei/qr?tno={NUMBER}",
        f"https://parkingfee.pma.gov.taipei.evil.example/qr?tno={NUMBER}",
        f"https://parkingfee.pma.gov.taipei@evil.example/qr?tno={NUMBER}",
        f"https://parkingfee.pma.gov.taipei:8443/qr?tno={NUMBER}",
        f"https://parkingfee.pma.gov.taipei/qr?tno={NUMBER}&next=https://evil.example",
        f"https://parkingfeе.pma.gov.taipei/qr?tno={NUMBER}",  # a Cyrillic letter
        "https://pay.taipei.evil.example/qr/2/Q7078443D090047/bafb/2",
        "https://evil.example/?u=https://pay.taipei/qr/2/Q7078443D090047/bafb/2",
    ],
)
def test_an_address_that_only_looks_like_taipeis_is_an_address(address: str) -> None:
    said = understand([address])
    assert said.claims == ()
    assert [(one.why, one.text) for one in said.refusals] == [(Refused.ADDRESS, address)]


@pytest.mark.parametrize("order", list(itertools.permutations(SLIP)))
def test_three_segments_in_any_order_are_one_slip(order: tuple[str, ...]) -> None:
    claim = only(understand([f"*{order[0].lower()}*", *order[1:]]))
    assert (claim.source, claim.amount) == (Source.STORE, 50)
    assert claim.numbers == ("0000000012345678", "12345678")


def test_segments_of_several_photos_come_together() -> None:
    first = understand([SLIP[0]])
    assert first.segments == SLIP[:1]
    assert first.claims == ()
    second = understand([SLIP[2]], first.segments)
    assert set(second.segments) == {SLIP[0], SLIP[2]}
    assert only(understand([SLIP[1]], second.segments)).amount == 50


def test_slips_of_one_deadline_share_their_first_segment() -> None:
    day = date(2026, 12, 1)
    one, other = (store_codes(number, amount, day) for number, amount in ((NUMBER, 50), ("Q7078443D090048", 60)))
    assert one[0] == other[0]
    said = understand([*one, *other[1:]])
    assert [(claim.numbers[1], claim.amount) for claim in said.claims] == [(NUMBER, 50), ("Q7078443D090048", 60)]


def test_zeros_that_fill_a_number_are_left_away_one_by_one() -> None:
    claim = only(understand(store_codes("Q707844300", 50, date(2026, 12, 1))))
    assert claim.numbers[0] == "Q707844300000000"
    assert claim.numbers[-1] == "Q7078443"
    assert "Q707844300" in claim.numbers


@given(st.lists(st.integers(0, 9_999_999), min_size=1, max_size=4, unique=True), st.integers(1, 9_999), st.booleans())
@settings(max_examples=30)
def test_slips_below_each_other_are_told_apart(numbers: list[int], amount: int, upside_down: bool) -> None:
    days = itertools.count(1)
    slips = [Segments.of("Y01", f"{number:016}", date(2026, 12, next(days)), amount) for number in numbers]
    read = [part for one in slips for part in (one.first, one.second, one.third)]
    found, left = slipsegments.join(read[::-1] if upside_down else read)
    assert found == (slips[::-1] if upside_down else slips)
    assert left == []


@pytest.mark.parametrize("text", [WATER, quote(WATER, safe=""), quote(quote(WATER, safe=""), safe="")])
def test_a_bill_of_taiwan_pay(text: str) -> None:
    claim = only(understand([text]))
    assert claim == Claim(Source.TWQR, ("9112430446",), amount=100, payee="測試台北自來水費")


def test_a_bill_of_taiwan_pay_behind_an_address_is_read_and_the_address_is_not() -> None:
    text = f"https://ebilltest.fisc.com.tw/payQR.aspx?fee_name=TpeWater&WaterNo=9112430446&{quote(WATER, safe='')}"
    assert only(understand([text])).numbers == ("9112430446",)


@pytest.mark.parametrize(
    ("text", "why"), [(POWER, Refused.NO_NUMBER), (TRANSFER, Refused.TRANSFER), (SHOP, Refused.PURCHASE)]
)
def test_what_is_no_bill_to_look_for(text: str, why: Refused) -> None:
    assert [one.why for one in understand([text]).refusals] == [why]


def test_amount_and_day_of_taiwan_pay() -> None:
    read = twqr.read(POWER)
    assert read is not None
    assert (read.amount, read.deadline, read.payee) == (899, date(2017, 4, 1), "臺灣電力公司")
    assert twqr.read(POWER.replace("89900", "89950")).amount is None  # type: ignore[union-attr]
    assert twqr.read(POWER.replace("20170401", "20170431")).deadline is None  # type: ignore[union-attr]


def test_a_payee_cannot_write_backwards() -> None:
    read = twqr.read(WATER.replace("測試", "\u202e\u200b"))
    assert read is not None
    assert read.payee == "台北自來水費"


def test_an_agencys_slip_names_the_chat_and_the_number() -> None:
    claim = only(understand(["https://line.me/R/oaMessage/%40parkline/?W1-2%203"]))
    assert (claim.source, claim.numbers) == (Source.CHAT, ("W123",))


def test_a_number_alone_and_what_is_none() -> None:
    assert only(understand(["M8168111102840P"])).source is Source.NUMBER
    assert [one.why for one in understand(["HELLO"]).refusals] == [Refused.UNKNOWN]


@pytest.mark.parametrize("number", ["A123456789", "a800000014", "https://line.me/R/oaMessage/%40parkline/?A123456789"])
def test_somebodys_identity_number_is_no_bills_number(number: str) -> None:
    said = understand([number])
    assert said.claims == said.segments == ()
    assert "A123456789" not in str(said)


def test_a_slip_is_claimed_once_however_often_it_is_read() -> None:
    assert len(understand([ticket_qr(NUMBER), pay_taipei_qr(NUMBER), ticket_qr(NUMBER)]).claims) == 1


def test_of_very_many_codes_some_are_looked_at() -> None:
    assert len(understand(f"M{n:013}" for n in range(500)).claims) <= MOST_TEXTS


@pytest.mark.parametrize(
    "text",
    [
        " ".join(SLIP),
        "\n".join(reversed(SLIP)),
        "１５０７２２６ＦＡ　００００００００１２３４５６７８　０７２２６ｙ０００００００５０",
    ],
)
def test_segments_may_be_typed(text: str) -> None:
    said = pasted(text)
    assert said is not None
    assert only(said).amount == 50


def test_a_pasted_code_is_understood_and_a_conversation_is_not_one() -> None:
    assert pasted(pay_taipei_qr(NUMBER)) == understand([pay_taipei_qr(NUMBER)])
    assert pasted(quote(WATER, safe="")) == understand([WATER])
    for text in (
        "待繳",
        "ABC-1234",
        "M8168111102840P",
        "C115-1100-12345",
        f"請看 {ticket_qr(NUMBER)}",
        "https://evil.example",
        "",
        "a b c",
    ):
        assert pasted(text) is None, text


@given(st.lists(st.text(max_size=60), max_size=6), st.lists(st.sampled_from(SLIP), max_size=3))
@settings(max_examples=100)
def test_nothing_that_is_read_breaks_it(texts: list[str], kept: list[str]) -> None:
    understand(texts, kept)
    pasted("\n".join(texts))
