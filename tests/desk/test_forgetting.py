"""What cases forget: unsent at once, photos and words when their days are over; leaving takes everything."""

import io

import pytest
from PIL import Image
from sqlalchemy import text

from adapters.bills.cities import load_cities
from domain.reader import Display, Language
from infra.crypto import FieldCipher
from infra.locales import reader
from services.desk.book import ThreadBook
from services.holdings import PARTS
from services.holdings_names import Names
from services.my_data import MyData
from services.passes.qualifying import OwnPhotos
from services.vehicle_rules import load_vehicle_rules
from tests.accounts import DATA_KEY
from tests.clock import MovableClock
from tests.desk.conftest import CHANNEL, CITIZEN, OTHER, Desk

DAYS = {"photos": 30, "words": 180}  # config/desk.toml


def jpeg() -> bytes:
    made = io.BytesIO()
    Image.new("RGB", (30, 20)).save(made, "JPEG")
    return made.getvalue()


def closed(desk: Desk, days: int) -> None:
    """A case with words and a photo, closed so many days ago; another citizen's is open."""
    desk.source.data = jpeg()
    desk.write("祕密", message_id="500")
    desk.write(photo=True, message_id="501")
    desk.fetch()
    desk.do("threads", "end", CHANNEL, CITIZEN)
    desk.sql("UPDATE thread SET closed_at = now() - make_interval(days => :days)", days=days)
    desk.write("別人的", OTHER)


def left(desk: Desk) -> tuple[int, int, int]:
    """Messages with words, photos, cases that say whose they are."""
    queries = ("thread_message WHERE words IS NOT NULL", "thread_photo", "thread WHERE citizen IS NOT NULL")
    found = [desk.sql(f"SELECT count(*) FROM {query}")[0][0] for query in queries]  # noqa: S608
    return found[0], found[1], found[2]


@pytest.mark.parametrize(
    ("days", "expected"),
    [
        (DAYS["photos"] - 1, (2, 1, 2)),
        (DAYS["photos"] + 1, (2, 0, 2)),
        (DAYS["words"] - 1, (2, 0, 2)),
        (DAYS["words"] + 1, (1, 0, 1)),
    ],
)
def test_photos_and_words_go_when_their_days_are_over(desk: Desk, days: int, expected: tuple[int, int, int]) -> None:
    closed(desk, days)
    desk.forget()
    assert left(desk) == expected
    assert desk.forget() == 0, "safe to run twice"
    assert desk.sql("SELECT count(*) FROM thread") == [(2,)], "what the reports count stays"


@pytest.mark.parametrize("message_id", ["500", "501"])
def test_what_was_unsent_in_line_is_gone_here(desk: Desk, message_id: str) -> None:
    closed(desk, 0)
    unsent = (
        "INSERT INTO inbound_event (event_id, channel, lane, happened_at, takes_back, done_at) "
        "VALUES ('e', :channel, :lane, 0, :message, now())"
    )
    desk.sql(unsent, channel=CHANNEL, lane=OTHER, message=message_id)
    assert desk.forget() == 0, "somebody else's word"
    desk.sql("UPDATE inbound_event SET lane = :lane", lane=CITIZEN)
    assert desk.forget() == 1
    assert left(desk) == ((1, 1, 2) if message_id == "500" else (2, 0, 2))
    assert desk.forget() == 0


def test_a_photo_that_never_came_is_said_after_a_day(desk: Desk) -> None:
    desk.write(photo=True, message_id="501")
    assert desk.forget() == 0
    desk.sql("UPDATE thread_message SET at = now() - interval '25 hours'")
    assert desk.forget() == 1
    assert desk.told() == ["thread_photo_lost"]
    assert desk.sql("SELECT photo FROM thread_message") == [("gone",)]


def test_leaving_takes_words_and_photos_and_the_name_of_the_case(desk: Desk) -> None:
    closed(desk, 0)
    desk.write("又一件", message_id="502")
    with desk.units() as uow:
        for part in PARTS:
            if part.table.startswith("thread"):
                for statement in part.erase:
                    uow.connection.execute(text(statement), {"channel": CHANNEL, "citizen": CITIZEN})
    assert left(desk) == (1, 0, 1)
    assert desk.sql("SELECT state, closed_by FROM thread WHERE citizen IS NULL") == [("closed", "citizen")] * 2


def test_the_copy_of_ones_data_has_what_was_written(desk: Desk, clock: MovableClock) -> None:
    closed(desk, 0)
    own = desk.sql("SELECT no FROM thread WHERE citizen = :citizen", citizen=CITIZEN)[0][0]
    names = Names(load_cities(), load_vehicle_rules())
    cipher = FieldCipher((DATA_KEY,))
    my_data = MyData(desk.given["accounts"], names, ThreadBook(cipher), OwnPhotos(cipher), clock)
    with desk.units() as uow:
        copy = my_data.copy(uow, CHANNEL, CITIZEN)
    held = copy.as_json()["held"]
    assert [(one["sender"], one["words"], bool(one["photo"])) for one in held["thread_message"]] == [
        ("citizen", "祕密", False),
        ("citizen", None, True),
    ]
    assert [one["no"] for one in held["thread"]] == [own]
    assert copy.as_pdf(reader(Language.ZH, Display.NORMAL)).startswith(b"%PDF")
