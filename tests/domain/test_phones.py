"""Mobile numbers: every spelling people use is taken, none is changed in meaning; names and e-mails likewise."""

import re
import unicodedata

import pytest
from hypothesis import given
from hypothesis import strategies as st

from domain.emails import parse_email
from domain.errors import CitizenMistakeError
from domain.names import parse_name
from domain.phones import Mobile, PhoneError, parse_mobile

NUMBERS = st.from_regex(r"09[0-9]{8}", fullmatch=True)
GAPS = st.sampled_from(["", " ", "-", "－", "–", "—", "‑", ".", "·", "\u3000", "\u00a0", "\u200b", "\u2060", " - "])
HEADS = st.sampled_from(
    ["0", "+886", "+886 ", "886-", "+886-0", "+886 (0)", "00886", "（+886）", "＋８８６", "\u202a+886"]
)
WIDE = str.maketrans("0123456789", "０１２３４５６７８９")


@given(NUMBERS, HEADS, GAPS, GAPS, st.booleans(), st.sampled_from(["", "手機：", "手機號碼 ", "電話:", "Tel: "]))
def test_every_spelling_is_the_same_number(
    number: str, head: str, first: str, second: str, wide: bool, label: str
) -> None:
    typed = f"{head}{number[1:4]}{first}{number[4:7]}{second}{number[7:]}"
    assert parse_mobile(label + (typed.translate(WIDE) if wide else typed)) == Mobile(number)


@given(st.text(max_size=80))
def test_what_is_taken_has_exactly_those_digits(text: str) -> None:
    try:
        taken = parse_mobile(text).national
    except PhoneError:
        return
    digits = re.sub(r"[^0-9]", "", unicodedata.normalize("NFKC", text))
    assert digits.removeprefix("00886").removeprefix("886").lstrip("0") == taken.lstrip("0")


@given(st.from_regex(r"[0-9+() -]{0,30}", fullmatch=True))
def test_of_digits_and_signs_only_mobiles_are_taken(text: str) -> None:
    bare = re.sub(r"[() -]", "", text)
    whole = re.fullmatch(r"(?:(?:\+|00)?886)0?(9[0-9]{8})|0(9[0-9]{8})", bare)
    if whole:
        assert parse_mobile(text).national == f"0{whole[1] or whole[2]}"
    else:
        with pytest.raises(PhoneError):
            parse_mobile(text)


@pytest.mark.parametrize(
    "text",
    ["", "912345678", "091234567", "09123456789", "02-2726-9600", "037-123456", "+1 650 555 0100", "+8619123456789",
     "0812345678", "٠٩١٢٣٤٥٦٧٨", "O912345678", "0912345678 0987654321", "0912+345678", "9" * 10_000, "ABC-1234"],
)  # fmt: skip
def test_what_is_no_mobile_is_refused(text: str) -> None:
    with pytest.raises(PhoneError):
        parse_mobile(text)


def test_the_faces_of_a_number() -> None:
    mobile = parse_mobile("+886 912 345 678")
    assert (mobile.masked, mobile.grouped, mobile.last_three) == (
        "0912-•••-678", "0912-345-678", "678",
    )  # fmt: skip
    assert repr(mobile) == str(mobile) == object.__repr__(mobile)  # a class and an address of memory


@given(st.text(max_size=300))
def test_a_taken_name_holds_nothing_but_what_names_hold(text: str) -> None:
    try:
        name = parse_name(text)
    except CitizenMistakeError:
        return
    assert 1 <= len(name) <= 50
    assert name == name.strip()
    assert parse_name(name) == name
    kinds = {unicodedata.category(character)[0] for character in name if unicodedata.category(character) != "Co"}
    assert kinds <= {"L", "M", "Z", "P"}
    assert not set(name) & set('<>&"\\`{}[]=;:/')


@pytest.mark.parametrize(
    "name", ["王小明", "谷辣斯‧尤達卡", "Kolas Yotaka", "O'Neill-Śmith", "陳　大文", "阮氏（Nguyễn）", "堃犇", "𠮷野"]
)
def test_names_of_people_are_taken_as_they_are(name: str) -> None:
    assert parse_name(f"  {name} ") == name.replace("\u3000", " ")


@pytest.mark.parametrize("email", ["name@example.com", "a.b+c@sub.example.com.tw", "x" * 64 + "@example.org"])
def test_addresses_are_taken(email: str) -> None:
    assert parse_email(f" {email} ") == email


@pytest.mark.parametrize(
    "email",
    ["", "name", "name@", "@example.com", "a b@example.com", "a@b", "a@-b.com", "a..b@example.com", "a@b.com\nBcc: b",
     "x" * 65 + "@example.org", "<a@example.com>", "a@exa_mple.com", "a@" + "b" * 300 + ".com"],
)  # fmt: skip
def test_what_mail_cannot_be_sent_to_is_refused(email: str) -> None:
    with pytest.raises(CitizenMistakeError):
        parse_email(email)
