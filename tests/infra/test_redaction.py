"""Nothing personal gets through the net, in whatever shape it comes; ids that operators need do."""

import string
import uuid

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from infra.redaction import WITHHELD, redact, redact_text

DASHES = ["", "-", "－", "–", "—", "‐", "_"]
FULL_WIDTH = {ord(sign): ord(sign) + 0xFEE0 for sign in string.ascii_letters + string.digits}
letters, digits = string.ascii_uppercase, string.digits
hexadecimal = "0123456789abcdef"
around = st.sampled_from([("", ""), ("plate=", ","), ("輸入", "查詢"), ('{"a":"', '"}'), ("/x/", "?y"), ("(", ")")])


@st.composite
def plates(draw: st.DrawFn) -> str:
    shape = draw(
        st.sampled_from(["LLL DDDD", "LL DDDD", "DDDD LL", "LLL DDD", "DDD LLL", "DL DDDD", "LL DDD", "LL DDDDD"])
    )
    signs = {"L": letters, "D": digits}
    plate = "".join(draw(st.sampled_from(signs[sign])) if sign in signs else sign for sign in shape)
    gap = draw(st.sampled_from([*DASHES, " "]))
    plate = plate.replace(" ", gap)
    if gap != " ":  # "in 200" is no plate, "AB 200" may be one
        plate = draw(st.sampled_from([plate, plate.lower()]))
    return draw(st.sampled_from([plate, plate.translate(FULL_WIDTH)]))


@st.composite
def phones(draw: st.DrawFn) -> str:
    tail = draw(st.text(digits, min_size=8, max_size=8))
    start = draw(st.sampled_from(["09", "+8869", "8869", "+886 9", "+886-9"]))
    gap = draw(st.sampled_from(["", "-", " "]))
    phone = f"{start}{tail[:2]}{gap}{tail[2:5]}{gap}{tail[5:]}"
    return draw(st.sampled_from([phone, phone.translate(FULL_WIDTH)]))


def line_ids() -> st.SearchStrategy[str]:
    return st.builds(str.__add__, st.sampled_from("UCR"), st.text(hexadecimal, min_size=32, max_size=32))


def tokens() -> st.SearchStrategy[str]:
    sign = string.ascii_letters + string.digits + "-_"
    return st.one_of(
        st.text(sign, min_size=48, max_size=200),
        st.builds("eyJ{}.{}.{}".format, *[st.text(sign, min_size=10, max_size=60)] * 3),
    )


@given(plates(), around)
@example("AA 00000", ("", ""))
def test_no_plate(plate: str, place: tuple[str, str]) -> None:
    assert plate not in redact_text(plate.join(place))
    assert "[plate]" in redact_text(plate.join(place))


@given(phones(), around)
def test_no_phone(phone: str, place: tuple[str, str]) -> None:
    assert phone not in redact_text(phone.join(place))


@given(line_ids(), around)
def test_no_line_id(line_id: str, place: tuple[str, str]) -> None:
    assert line_id not in redact_text(line_id.join(place))


@given(tokens(), around)
def test_no_token(token: str, place: tuple[str, str]) -> None:
    cleaned = redact_text(token.join(place))
    assert all(part not in cleaned for part in token.split(".") if len(part) > 12)


@pytest.mark.parametrize(
    "text",
    [
        "GET /p/AbC-dEf123 HTTP/1.1",
        "GET /r/AbC-dEf123.pdf",
        "Authorization: Bearer abc.def",
        "mail wang.da-ming@example.com.tw now",
        "A123456789",
        "軍C-21110",
        "使1234",
        "token 0f3779fba3b349968c5d07db31eab56f",
    ],
)
def test_other_shapes_go_too(text: str) -> None:
    cleaned = redact_text(text)
    assert "[" in cleaned
    for secret in ("AbC", "abc.def", "wang", "A123", "21110", "1234", "0f37"):
        assert secret not in cleaned


@pytest.mark.parametrize(
    "text",
    [
        str(uuid.UUID(int=0x1234ABCD5678)),
        "2026-07-15T01:30:00.123456Z",
        "2026-07-15",
        "01H810YECXQQZ37VAXPF6H9E6T",
        "event_failed",
        "GET /callback 200 in 12 ms",
        "1784079000000",
        "1.2.3.4",
        "bills.import",
    ],
)
def test_what_operators_need_stays(text: str) -> None:
    assert redact_text(text) == text


def test_values_under_private_names_are_withheld_at_any_depth() -> None:
    cleaned = redact(
        {"event": "x", "display_name": "王小明", "inner": [{"street": "成功路一段"}], "n": 3, "none": None}
    )
    assert cleaned == {"event": "x", "display_name": WITHHELD, "inner": [{"street": WITHHELD}], "n": 3, "none": None}


@given(st.recursive(st.none() | st.integers() | st.text() | st.binary(), lambda inner: st.lists(inner)))
def test_the_net_never_breaks(value: object) -> None:
    redact({"value": value})
