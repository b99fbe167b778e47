"""Files sealed for one key: what another implementation of age wrote opens, and nothing that was touched does."""

import base64
import itertools

import pytest

from infra import age

# Written by the Rust implementation of age (pyrage 1.4.0), with a stanza that is for nobody.
VECTOR = base64.b64decode(
    "YWdlLWVuY3J5cHRpb24ub3JnL3YxCi0+IFgyNTUxOSBieURhMkU4R3JyZThISHBHTm9YQTljOXE0cFpjNzAwejJvY1NURjFMdEVrCitWK1pB"
    "dFpqWlg3emZEbHhpbTZXQW5wR3d2Z2J2ZXY4ZG5MUzdkeUl0R3MKLT4gdC1ncmVhc2UgbltYIEJGQkRkXAoxRlk3N1ByMjIvaUVHem5PdGpN"
    "ajk4bmxlcXkveEV1MEltVEYKLS0tIHdxNHpobWtBaUNMejRFbVJ0VTR4UkYzODlPU2tCU1lLc2xlcjFFTGxnZUEKWoQKcbA8PUHTU98uFi8a"
    "9iuEeigiNOvQTZx6vDv4v74nSH5uSBo9z2NFRwMAgyj/bkw="
)
VECTOR_KEY = "AGE-SECRET-KEY-16DWZ04VQPVQZLM6FQCC85YLCXEYYZXKUNJJ66DHS5XXUJW0898AQEFVLK4"


def sealed(plain: bytes, key: age.KeyPair) -> bytes:
    return b"".join(age.sealed([plain], key.public))


def test_a_file_of_another_implementation_opens() -> None:
    assert age.opened(VECTOR, VECTOR_KEY) == b"ParkLine openings\n"


@pytest.mark.parametrize("size", [0, 1, age.CHUNK - 1, age.CHUNK, age.CHUNK + 1, 2 * age.CHUNK, 3 * age.CHUNK + 7])
def test_what_is_sealed_opens_whatever_its_size_and_pieces(size: int) -> None:
    plain, key = bytes(itertools.islice(itertools.cycle(range(251)), size)), age.new_key()
    file = b"".join(age.sealed([plain[: size // 3], b"", plain[size // 3 :]], key.public))
    assert age.opened(file, key.secret) == plain
    assert len(sealed(plain, key)) == len(file)


def test_nothing_opens_with_another_key_or_after_a_change() -> None:
    key = age.new_key()
    file = sealed(b"x" * (age.CHUNK + 10), key)
    with pytest.raises(age.AgeError, match="another key"):
        age.opened(file, age.new_key().secret)
    for at in range(0, len(file), 997):
        changed = bytearray(file)
        changed[at] ^= 1
        with pytest.raises(age.AgeError):
            age.opened(bytes(changed), key.secret)
    for cut in (len(file) - 1, len(file) - 26, 300, 10, 0):
        with pytest.raises(age.AgeError):
            age.opened(file[:cut], key.secret)


def test_chunks_cannot_change_places() -> None:
    key = age.new_key()
    file = sealed(b"x" * (3 * age.CHUNK), key)
    step = age.CHUNK + age.TAG_BYTES
    body = len(file) - 3 * step
    swapped = file[:body] + file[body + step : body + 2 * step] + file[body : body + step] + file[body + 2 * step :]
    with pytest.raises(age.AgeError, match="changed or cut"):
        age.opened(swapped, key.secret)


@pytest.mark.parametrize("spoilt", ["", "age1", "age1qqqq", "AGE-SECRET-KEY-1QQ", "ssh-ed25519 AAAA"])
def test_what_is_no_key_is_refused(spoilt: str) -> None:
    with pytest.raises(age.AgeError, match="not a key"):
        age.check_public(spoilt)
    with pytest.raises(age.AgeError, match="not a key"):
        age.opened(VECTOR, spoilt)


def test_one_wrong_character_of_a_key_is_seen() -> None:
    public = age.new_key().public
    age.check_public(public)
    for at in range(4, len(public)):
        other = "q" if public[at] != "q" else "p"
        with pytest.raises(age.AgeError, match="not a key"):
            age.check_public(public[:at] + other + public[at + 1 :])
