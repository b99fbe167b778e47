"""Limits and the wire: UTF-16 units, grapheme clusters, calls of five, verdicts."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.limits import TEXT, cut_label, graphemes, split_text, utf16
from bot.message import fit, quick_say, text, with_quick_replies
from bot.messenger import Verdict, verdict
from bot.postback import Payload, door, read

FAMILY = "👨‍👩‍👧‍👦"


def test_emoji_are_counted_as_line_counts_them() -> None:
    assert utf16("車😀") == 3
    assert graphemes(f"車{FAMILY}") == 2
    assert cut_label(FAMILY * 21, 20) == FAMILY * 19 + "…"


def test_cancel_keeps_its_place_after_more_buttons_than_line_shows() -> None:
    full = with_quick_replies(text("選"), [quick_say(str(number)) for number in range(20)])
    left = with_quick_replies(full, [quick_say("上一步"), quick_say("取消")])
    labels = [item["action"]["label"] for item in left["quickReply"]["items"]]
    assert labels == [*map(str, range(11)), "上一步", "取消"]


def test_5001_emoji_are_split_without_breaking_one() -> None:
    pieces = list(split_text("😀" * 5001))
    assert "".join(pieces) == "😀" * 5001
    assert [utf16(piece) for piece in pieces] == [5000, 5000, 2]


@given(st.text(max_size=400), st.integers(min_value=20, max_value=60))
def test_splitting_loses_nothing_but_line_ends(body: str, limit: int) -> None:
    pieces = list(split_text(body, limit))
    assert all(utf16(piece) <= limit for piece in pieces)
    assert "".join(pieces).replace("\n", "") == body.replace("\n", "")


def test_long_answers_become_calls_of_five_with_quick_replies_at_the_very_end() -> None:
    long = with_quick_replies(text("字" * (TEXT * 6)), [quick_say("取消")])
    calls = fit([text("一"), long])
    assert [len(call) for call in calls] == [5, 2]
    assert [("quickReply" in message) for call in calls for message in call] == [False] * 6 + [True]


def test_payloads_read_back_and_are_measured_when_made() -> None:
    data = door("tickets", "pay", keys="TPE:bill:Q1,TXG:bill:2", note="停車 & 費=1")
    payload = read(data)
    assert payload == Payload("tickets", "pay", None, {"keys": "TPE:bill:Q1,TXG:bill:2", "note": "停車 & 費=1"})
    with pytest.raises(ValueError, match="300"):
        door("tickets", "pay", keys="x" * 300)


@given(st.one_of(st.text(), st.none(), st.integers()))
def test_reading_a_payload_never_fails(data: object) -> None:
    read(data)


@pytest.mark.parametrize(
    ("status", "body", "means"),
    [
        (200, "", Verdict.ACCEPTED),
        (409, '{"message":"The retry key is already accepted"}', Verdict.DUPLICATE),
        (400, '{"message":"Invalid reply token"}', Verdict.INVALID_TOKEN),
        (400, '{"message":"A message (messages[0]) in the request body is invalid"}', Verdict.REFUSED),
        (429, '{"message":"You have reached your monthly limit."}', Verdict.QUOTA),
        (429, '{"message":"The API rate limit has been exceeded. Try again later."}', Verdict.RATE),
        (401, "", Verdict.DENIED),
        (500, "", Verdict.UNCLEAR),
    ],
)
def test_what_lines_answers_mean(status: int, body: str, means: Verdict) -> None:
    assert verdict(status, body) is means
