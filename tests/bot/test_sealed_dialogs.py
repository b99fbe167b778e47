"""Dialogs are sealed in both stores: nobody who reads Redis or the database learns what a citizen typed."""

import redis as redis_client

from bot.dialog import Dialog, DialogStore, Waiting, newer
from domain.reader import Language
from infra.crypto import FieldCipher

LANE = ("U" + "0" * 32, "U" + "1" * 32)
OTHER = ("U" + "0" * 32, "U" + "2" * 32)
OLD, NEW = bytes(32), b"n" * 32
TYPED = "王小明 0912345678"
DIALOG = Dialog(7, Language.ZH, waiting=Waiting("plates", 1, "name", "0a0b0c0d", {"typed": TYPED}))


def store(redis_url: str, *keys: bytes) -> DialogStore:
    return DialogStore(redis_client.Redis.from_url(redis_url), FieldCipher(keys))


def test_what_is_kept_says_nothing_but_its_version(redis_url: str) -> None:
    dialogs = store(redis_url, OLD)
    dialogs.save(LANE, DIALOG)
    (kept,) = dialogs.load([LANE])
    assert kept
    for value in (kept, dialogs.seal(LANE, DIALOG)):
        assert value.startswith(b"0000000000000007")
        for secret in (TYPED, "plates", "0912345678", "王小明"):
            assert secret.encode() not in value
        assert dialogs.open(LANE, value) == DIALOG


def test_the_newer_of_the_two_stores_is_still_told(redis_url: str) -> None:
    dialogs = store(redis_url, OLD)
    seven, twelve = dialogs.seal(LANE, DIALOG), dialogs.seal(LANE, Dialog(12, Language.EN))
    assert newer(seven, twelve) == newer(twelve, seven) == twelve


def test_another_citizens_state_is_not_readable(redis_url: str) -> None:
    dialogs = store(redis_url, OLD)
    assert dialogs.open(OTHER, dialogs.seal(LANE, DIALOG)) == Dialog(7)


def test_a_new_key_reads_what_the_old_one_sealed(redis_url: str) -> None:
    sealed = store(redis_url, OLD).seal(LANE, DIALOG)
    assert store(redis_url, NEW, OLD).open(LANE, sealed) == DIALOG
    assert store(redis_url, NEW).open(LANE, sealed) == Dialog(7)


def test_what_cannot_be_read_is_replaced_by_what_comes_next(redis_url: str) -> None:
    store(redis_url, OLD).save(LANE, DIALOG)
    dialogs = store(redis_url, NEW)
    (kept,) = dialogs.load([LANE])
    fresh = dialogs.open(LANE, kept).next(language=Language.EN)
    dialogs.save(LANE, fresh)
    assert dialogs.open(LANE, dialogs.load([LANE])[0]) == fresh
