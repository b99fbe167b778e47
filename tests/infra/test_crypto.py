"""Encrypted fields and lookup hashes."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from infra.crypto import FieldCipher, UnreadableError, lookup_hash, new_lookup_key

OLD, NEW = b"o" * 32, b"n" * 32
PLACE = "citizen.name:7"


@given(st.text(), st.text(min_size=1))
def test_what_is_encrypted_is_read_at_its_place_only(text: str, place: str) -> None:
    cipher = FieldCipher([NEW])
    token = cipher.encrypt(text, place)
    assert cipher.decrypt(token, place) == text
    assert cipher.encrypt(text, place) != token
    with pytest.raises(UnreadableError):
        cipher.decrypt(token, place + "8")


@given(st.integers(min_value=0), st.integers(min_value=1, max_value=255))
def test_a_changed_byte_is_noticed(position: int, by: int) -> None:
    token = bytearray(FieldCipher([NEW]).encrypt("王小明", PLACE))
    token[position % len(token)] ^= by
    with pytest.raises(UnreadableError):
        FieldCipher([NEW]).decrypt(bytes(token), PLACE)


@pytest.mark.parametrize("token", [b"", b"\x01", b"\x01abcd", b"\x01" * 33])
def test_a_cut_token_is_unreadable(token: bytes) -> None:
    with pytest.raises(UnreadableError):
        FieldCipher([NEW]).decrypt(token, PLACE)


def test_keys_are_replaced_one_after_another() -> None:
    token = FieldCipher([OLD]).encrypt("王小明", PLACE)
    both = FieldCipher([NEW, OLD])
    assert both.decrypt(token, PLACE) == "王小明"
    assert both.is_stale(token)
    again = both.encrypt("王小明", PLACE)
    assert not both.is_stale(again)
    assert FieldCipher([NEW]).decrypt(again, PLACE) == "王小明"
    with pytest.raises(UnreadableError):
        FieldCipher([NEW]).decrypt(token, PLACE)


def test_no_key_is_an_error() -> None:
    with pytest.raises(ValueError, match="at least one key"):
        FieldCipher([])


def test_the_lookup_key_is_kept_wrapped() -> None:
    key = new_lookup_key()
    assert key != new_lookup_key()
    assert FieldCipher([NEW, OLD]).unwrap(FieldCipher([OLD]).wrap(key)) == key
    with pytest.raises(UnreadableError):
        FieldCipher([OLD]).unwrap(FieldCipher([OLD]).encrypt("no key", PLACE))


def test_lookup_hashes_find_the_same_text_of_the_same_field_only() -> None:
    key = new_lookup_key()
    assert lookup_hash(key, "mobile", "0912345678") == lookup_hash(key, "mobile", " ０９１２３４５６７８ ")
    assert lookup_hash(key, "mobile", "0912345678") != lookup_hash(key, "plate", "0912345678")
    assert lookup_hash(key, "mobile", "0912345678") != lookup_hash(new_lookup_key(), "mobile", "0912345678")
    assert len(lookup_hash(key, "mobile", "0912345678")) == 32
