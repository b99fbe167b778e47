"""Photos of a case: got from LINE once, drawn anew, kept encrypted; what cannot be had is said."""

import io
import uuid
from base64 import b64decode

import pytest
from PIL import Image
from pypdf import PdfReader

from adapters.bills.cities import load_cities
from domain.errors import OutsideError, Retry
from domain.reader import Display, Language
from infra.crypto import FieldCipher
from infra.locales import reader
from services.desk.book import ThreadBook
from services.holdings_names import Names
from services.my_data import MyData
from services.passes.qualifying import OwnPhotos
from services.rotation import Rotation
from services.vehicle_rules import load_vehicle_rules
from tests.accounts import DATA_KEY
from tests.clock import MovableClock
from tests.desk.conftest import CHANNEL, CITIZEN, OTHER, Desk

PHOTO = {"photo": True, "message_id": "501"}
NEW_KEY = bytes(range(100, 132))


def png() -> bytes:
    made = io.BytesIO()
    Image.new("RGBA", (30, 20)).save(made, "PNG")
    return made.getvalue()


def states(desk: Desk) -> list[str]:
    return [row[0] for row in desk.sql("SELECT photo FROM thread_message ORDER BY seq")]


def picture(desk: Desk) -> bytes | None:
    thread, message = desk.sql("SELECT thread_id, id FROM thread_message")[0]
    found: bytes | None = desk.do("thread_answers", "see_photo", thread, message, staff="staff:lin")
    return found


def test_a_photo_is_kept_once(desk: Desk) -> None:
    desk.write(**PHOTO)
    desk.source.data = png()
    message = desk.messages()[0]
    for _ in range(2):
        desk.given["thread_photos"].fetch(desk.units, message)
    assert states(desk) == ["kept"]
    assert desk.source.asked == ["501"]
    kept = picture(desk)
    assert kept is not None
    assert Image.open(io.BytesIO(kept)).size == (30, 20)
    assert desk.told() == []


def test_the_copy_of_ones_data_has_the_photo_itself(desk: Desk, clock: MovableClock) -> None:
    desk.write("請看照片")
    desk.write(**PHOTO)
    desk.write(citizen=OTHER, photo=True, message_id="502")
    desk.source.data = png()
    desk.fetch()
    cipher, names = FieldCipher((DATA_KEY,)), Names(load_cities(), load_vehicle_rules())
    my_data = MyData(desk.given["accounts"], names, ThreadBook(cipher), OwnPhotos(cipher), clock)
    with desk.units() as uow:
        copy = my_data.copy(uow, CHANNEL, CITIZEN)
    words, photo = (one["photo"] for one in copy.as_json()["held"]["thread_message"])
    assert words is False
    kind, _, encoded = photo.partition(",")
    assert kind == "data:image/jpeg;base64"
    assert Image.open(io.BytesIO(b64decode(encoded))).size == (30, 20)
    pages = PdfReader(io.BytesIO(copy.as_pdf(reader(Language.ZH, Display.NORMAL)))).pages
    assert [one.image.size for page in pages for one in page.images if one.image] == [(30, 20)]


def test_what_is_no_picture_is_asked_for_again(desk: Desk) -> None:
    desk.write(**PHOTO)
    desk.source.data = b"%PDF-1.7"
    desk.fetch()
    assert states(desk) == ["unreadable"]
    assert desk.told() == ["thread_photo_lost"]
    assert picture(desk) is None


def test_what_line_gives_out_no_longer_is_said(desk: Desk) -> None:
    desk.write(**PHOTO)
    desk.source.faults = [OutsideError("http_410", Retry.NEVER)]
    desk.fetch()
    assert states(desk) == ["gone"]
    assert desk.told() == ["thread_photo_lost"]


@pytest.mark.parametrize("retry", [Retry.LATER, Retry.THROTTLE])
def test_while_line_may_still_give_it_out_the_job_tries_again(desk: Desk, retry: Retry) -> None:
    desk.write(**PHOTO)
    desk.source.faults, desk.source.data = [OutsideError("http_503", retry)], png()
    with pytest.raises(OutsideError):
        desk.fetch()
    assert states(desk) == ["waiting"]
    desk.fetch()
    assert states(desk) == ["kept"]
    assert desk.told() == []


def test_a_photo_taken_back_while_it_is_fetched_is_not_kept(desk: Desk) -> None:
    desk.write(**PHOTO)
    message, desk.source.data = desk.messages()[0], png()
    fetch = desk.source.fetch

    def slowly(message_id: str) -> bytes:
        desk.sql("UPDATE thread_message SET photo = NULL, line_message_id = NULL")
        return fetch(message_id)

    desk.source.fetch = slowly  # type: ignore[method-assign]
    desk.given["thread_photos"].fetch(desk.units, message)
    assert desk.sql("SELECT count(*) FROM thread_photo") == [(0,)]


def test_a_message_that_is_gone_is_no_failure(desk: Desk) -> None:
    desk.given["thread_photos"].fetch(desk.units, uuid.uuid4())
    assert desk.source.asked == []


def test_words_and_photos_are_rotated_to_the_new_key(desk: Desk) -> None:
    desk.write("祕密")
    desk.write(**PHOTO)
    desk.source.data = png()
    desk.fetch()
    before = picture_at(desk, FieldCipher([DATA_KEY]))
    assert Rotation(desk.units, FieldCipher([NEW_KEY, DATA_KEY])).run() >= 2
    cipher = FieldCipher([NEW_KEY])
    assert picture_at(desk, cipher) == before
    message, words = desk.sql("SELECT id, words FROM thread_message WHERE words IS NOT NULL")[0]
    assert cipher.decrypt(bytes(words), f"thread_message.words:{message}") == "祕密"


def picture_at(desk: Desk, cipher: FieldCipher) -> bytes:
    message, token = desk.sql("SELECT id, picture FROM thread_photo")[0]
    return cipher.open(bytes(token), f"thread_photo.picture:{message}")
