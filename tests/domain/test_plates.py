"""Every spelling of every valid plate is taken, and means the same plate."""

import re
import unicodedata

import pytest
from hypothesis import given
from hypothesis import strategies as st

from domain.plates import (
    _FORMS,
    PlateError,
    dash_places,
    look_alikes,
    looks_like_plate,
    nearly_plate,
    parse_plate,
)
from domain.vehicles import VehicleKind

LETTERS, DIGITS = "ABCDEFGHIJKLMNOPQRSTUVWXYZ", "0123456789"
DASHES = [chr(c) for c in range(0x10000) if unicodedata.category(chr(c)) == "Pd"] + list("−ー_~·•‧・.⁃˗➖")
FULL_WIDTH = {ord(c): ord(c) + 0xFEE0 for c in LETTERS + LETTERS.lower() + DIGITS}


@st.composite
def plates(draw: st.DrawFn) -> str:
    """A plate of any known form, canonical."""
    form = draw(st.sampled_from([*_FORMS, "軍L-DDDDD", "使DDDD", "試L-DDDD", "臨-DDDDD", "外DDDD"]))
    of = {"L": LETTERS, "D": DIGITS, "X": LETTERS + DIGITS}
    plate = "".join(draw(st.sampled_from(of[c])) if c in of else c for c in form)
    groups = zip(plate.split("-"), form.split("-"), strict=True)
    return "-".join("A" + text[1:] if "X" in shape and text.isdigit() else text for text, shape in groups)


@st.composite
def spellings(draw: st.DrawFn) -> tuple[str, str]:
    """(canonical, one way of typing it with its dash)."""
    plate = draw(plates())
    typed = plate.replace("-", draw(st.sampled_from(DASHES)))
    typed = draw(st.sampled_from([str.upper, str.lower, str.swapcase]))(typed)
    if draw(st.booleans()):
        typed = typed.translate(FULL_WIDTH)
    space = draw(st.sampled_from(["", " ", "\u3000", "\u200b", "\t"]))
    typed = space + space.join(typed) + space if draw(st.booleans()) else space + typed + space
    return plate, draw(st.sampled_from(["", "車牌", "車牌號碼：", "車號: "])) + typed


@given(spellings())
def test_every_spelling_is_the_same_plate(case: tuple[str, str]) -> None:
    canonical, typed = case
    plate = parse_plate(typed)
    assert plate.canonical == canonical
    assert not plate.ambiguous_dash
    assert plate.compact == canonical.replace("-", "")


@given(plates())
def test_a_missing_dash_is_found_or_asked(canonical: str) -> None:
    plate = parse_plate(canonical.replace("-", ""))
    assert plate.compact == canonical.replace("-", "")  # never another plate
    if canonical[0] in LETTERS + DIGITS:
        assert canonical in (plate.candidates or (plate.canonical,))


@given(st.text(max_size=80))
def test_any_text_is_a_plate_or_a_kind_refusal(text: str) -> None:
    try:
        plate = parse_plate(text)
    except PlateError as error:
        assert error.text
        assert str(error) == "PlateError"  # nothing of the text reaches a log
        return
    assert re.fullmatch(r"[軍使外臨試]?[A-Z0-9]+-?[A-Z0-9]+", plate.canonical)
    assert parse_plate(plate.canonical).canonical == plate.canonical


@pytest.mark.parametrize(("typed", "places"), [
    ("ABC1234", ("ABC-1234",)),
    ("AB12345", ("AB-12345",)),
    ("abc123", ("ABC-123", "AB-C123")),
    ("AB1234", ("AB-1234", "AB1-234")),
    ("1234AB", ("1234-AB", "123-4AB")),
    ("123ABC", ("123-ABC",)),
])  # fmt: skip
def test_where_the_dash_may_stand(typed: str, places: tuple[str, ...]) -> None:
    assert dash_places(typed.upper()) == places
    assert parse_plate(typed).ambiguous_dash == (len(places) > 1)


def test_a_space_stands_for_the_dash_and_stray_dashes_for_nothing() -> None:
    assert parse_plate("-ABC--1235-").canonical == "ABC-1235"
    assert parse_plate("AB1 234").canonical == "AB1-234"
    assert parse_plate("AB 1234").canonical == "AB-1234"


@pytest.mark.parametrize(
    "text", ["", "  ", "-", "A-1", "ABCD", "ABCDE-12345", "AB*1234", "1234軍", "ABC-1234 和 DEF-5678", "車牌"]
)
def test_what_is_no_plate(text: str) -> None:
    with pytest.raises(PlateError):
        parse_plate(text)


@pytest.mark.parametrize("text", ["abc-1234", "ＡＢＣ１２３４", "軍C-21110", "AB1234", "EAA-0001", "4B-1234"])
def test_a_message_that_is_a_plate(text: str) -> None:
    assert looks_like_plate(text)


@pytest.mark.parametrize("text", [
    "待繳", "help", "123456", "12345", "0912345678", "09123", "Q7078443D090047", "COVID19", "2026-11", "1140",
    "PM2.5", "AB12", "N95",
])  # fmt: skip
def test_a_message_that_is_none(text: str) -> None:
    assert not looks_like_plate(text)


@pytest.mark.parametrize(("plate", "told", "hint"), [
    ("ABC-1235", None, None),
    ("ABC-123", None, None),
    ("LGA-1235", None, VehicleKind.HEAVY_MOTORCYCLE),
    ("MGA-1235", None, VehicleKind.MOTORCYCLE),
    ("AB-1234", VehicleKind.CAR, VehicleKind.CAR),
    ("1234-AB", VehicleKind.CAR, VehicleKind.CAR),
    ("AB1-234", VehicleKind.MOTORCYCLE, VehicleKind.MOTORCYCLE),
    ("123-ABC", VehicleKind.MOTORCYCLE, VehicleKind.MOTORCYCLE),
    ("AB1234", None, None),  # the dash decides, and it is not known
    ("軍C-21110", None, None),
])  # fmt: skip
def test_the_kind_is_told_or_asked(plate: str, told: VehicleKind | None, hint: VehicleKind | None) -> None:
    assert parse_plate(plate).kind_told is told
    assert parse_plate(plate).kind_hint is hint


def test_the_new_series_gives_hints_and_never_refuses() -> None:
    assert "I 與 O" in (parse_plate("AOC-1235").hint or "")
    assert "數字 4" in (parse_plate("ABC-1234").hint or "")
    assert parse_plate("ABC-1235").hint is None
    assert parse_plate("IO-4444").hint is None  # an older series


def test_nearly_a_plate_is_one_slip_away_from_the_new_series() -> None:
    for text in ("ABC123O", "abci235", "ＡＢＣＩ２３５", "A8C1235"):
        assert nearly_plate(text) != looks_like_plate(text), text
    for text in ("COVID19", "ABC-1235", "AB1234", "1234567", "ABCDEFG", "待繳", ""):
        assert not nearly_plate(text), text


def test_look_alikes() -> None:
    assert "ABC-1230" in look_alikes(parse_plate("ABC-123O"))
    assert "ALL-1331" in look_alikes(parse_plate("1331-ALL"))
    assert set(look_alikes(parse_plate("AOC-1235"))) == {"ADC-1235", "AQC-1235"}
    assert look_alikes(parse_plate("ABC-1235")) == ()
