"""Tokens: unguessable, ending, of one purpose, and saying nothing."""

import base64
import uuid
from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from infra.links import ExpiredLinkError, ForgedLinkError, make_token, read_token

KEYS = ("a session key of thirty-two chars", "an older key of thirty-two chars!")
NOW = datetime(2026, 11, 21, 4, 0, tzinfo=UTC)
ORDER = uuid.UUID("6b1f1a44-6d6f-4d5a-9a55-1b2c3d4e5f60")
TOKEN = make_token(KEYS, "pay", ORDER, NOW + timedelta(hours=1))


def test_a_token_leads_to_its_order_until_its_end() -> None:
    assert read_token(KEYS, "pay", TOKEN, NOW) == ORDER
    assert read_token(KEYS, "pay", TOKEN, NOW + timedelta(minutes=59)) == ORDER
    with pytest.raises(ExpiredLinkError):
        read_token(KEYS, "pay", TOKEN, NOW + timedelta(hours=1))


def test_a_pay_token_is_no_receipt_token() -> None:
    with pytest.raises(ForgedLinkError):
        read_token(KEYS, "receipt", TOKEN, NOW)


def test_an_older_key_still_reads_and_a_removed_one_does_not() -> None:
    old = make_token(KEYS[1:], "pay", ORDER, NOW + timedelta(hours=1))
    assert read_token(KEYS, "pay", old, NOW) == ORDER
    with pytest.raises(ForgedLinkError):
        read_token(KEYS[:1], "pay", old, NOW)


@given(st.integers(0, 35), st.integers(1, 255))
def test_no_byte_can_be_changed_not_even_the_end(place: int, flip: int) -> None:
    raw = bytearray(base64.urlsafe_b64decode(TOKEN))
    raw[place] ^= flip
    with pytest.raises(ForgedLinkError):
        read_token(KEYS, "pay", base64.urlsafe_b64encode(raw).decode(), NOW)


@given(st.text(max_size=60))
def test_whatever_is_sent_is_refused_and_nothing_breaks(text: str) -> None:
    with pytest.raises(ForgedLinkError):
        read_token(KEYS, "pay", text, NOW)
