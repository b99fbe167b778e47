"""資格審查: photos are fetched once and kept encrypted, judged before the freeze, and decide pool and price."""

import io
import uuid
from collections.abc import Sequence
from datetime import datetime, timedelta

import pytest
from PIL import Image

from domain.errors import CitizenMistakeError, OutsideError, Retry
from domain.plates import Plate
from domain.qualifications import Judged
from domain.rounds import RoundRuleError
from domain.staff import StaffRuleError
from domain.vehicles import VehicleKind
from infra.clock import SystemClock
from services.passes.board import PassBoard
from services.passes.forgetting import Forgetting
from services.passes.lots import PlanView
from services.passes.qualifying import FETCH, OwnPhotos, Qualifying
from tests.handlers.pass_world import Photos
from tests.passes.paying import KEYS, PayWorld, Posted
from tests.passes.world import DRAW_AT, REGISTERING, STAFF

OWN = PlanView("own", "所在里月票", 4032, "L", ("龍安里",), "residence")


def photo(colour: str = "white") -> bytes:
    """A small JPEG with a place in its EXIF."""
    made, exif = io.BytesIO(), Image.Exif()
    exif[0x010E] = "where I live"
    Image.new("RGB", (40, 30), colour).save(made, "JPEG", exif=exif)
    return made.getvalue()


class Counter:
    """A lot whose 里 pays less once it is proven; one applicant of that plan."""

    def __init__(self, world: PayWorld) -> None:
        self.world, self.posted, self.photos = world, Posted(), Photos()
        self.board = board = PassBoard(
            world.rules, world.lots, world.entries, "http://localhost:8000", KEYS, SystemClock()
        )
        given = (world.rules, world.entries, board, world.cipher, self.photos, self.posted, SystemClock())
        self.qualifying = Qualifying(*given, world.defer)
        lot = world.lot()
        with world.units() as uow:
            world.lots.put_plan(uow, lot, VehicleKind.CAR, "all-day", OWN, staff=STAFF)
        self.draw_id = world.round(lot, steps="L:1,*:1")
        self.entry = world.apply(self.draw_id, 1, plan="own")[0].id

    def send(self, message_id: str = "1", data: bytes | OutsideError | None = None) -> int:
        self.photos.given[message_id] = data if data is not None else photo()
        with self.world.units() as uow:
            return self.qualifying.send(uow, self.entry, message_id, asked_at=self.asked_at())

    def asked_at(self) -> datetime:
        return self.world.asked(self.draw_id, REGISTERING)

    def fetch(self) -> None:
        """Run the jobs that wait."""
        jobs = [one for one in self.world.deferred if one[0] == FETCH]
        self.world.deferred[:] = [one for one in self.world.deferred if one[0] != FETCH]
        for _, photo_id in jobs:
            self.qualifying.fetch(self.world.units, uuid.UUID(photo_id))

    def judge(self, verdict: Judged, reason: str = "核對戶籍謄本") -> None:
        with self.world.units() as uow:
            self.entry = self.qualifying.judge(uow, self.entry, verdict, reason=reason, staff=STAFF)

    def told(self) -> Sequence[str]:
        return [data["state"] for data in self.posted.told("pass_qualified")]

    def pool_and_price(self) -> tuple[str, int | None]:
        with self.world.units() as uow:
            entry = self.world.entries.by_number(uow, self.draw_id, self.world.number(self.entry))
            return entry.pool, self.board.standing(uow, entry).price

    def freeze(self) -> None:
        self.world.set_clock(self.draw_id, DRAW_AT - timedelta(minutes=30))
        self.world.desk.freeze(self.draw_id, actor=STAFF)


@pytest.fixture
def counter(payers: PayWorld) -> Counter:
    return Counter(payers)


def test_a_photo_is_kept_encrypted_and_without_what_cannot_be_seen(counter: Counter) -> None:
    assert counter.send() == 1
    counter.fetch()
    kept = bytes(counter.world.sql("SELECT photo FROM qualification_photo")[0]["photo"])
    assert b"JFIF" not in kept
    with counter.world.units() as uow:
        check = counter.qualifying.of(uow, counter.entry)
        assert check is not None
        shown = counter.qualifying.photo(uow, counter.entry, check.photos[0].id, staff=STAFF)
    assert shown is not None
    assert Image.open(io.BytesIO(shown)).size == (40, 30)
    assert b"where I live" not in shown
    seen = counter.world.sql("SELECT actor FROM audit_row WHERE action = 'qualification.seen'")
    assert [row["actor"] for row in seen] == [STAFF], "who looked is in the audit"


def test_the_applicant_alone_has_their_photos_in_the_copy_of_their_data(counter: Counter) -> None:
    counter.send("1")
    counter.fetch()
    counter.send("2", OutsideError("http_410", Retry.NEVER))
    counter.fetch()
    counter.world.sql("UPDATE pass_entry SET channel = 'U0', citizen = 'Umine' RETURNING id")
    own = OwnPhotos(counter.world.cipher)
    with counter.world.units() as uow:
        (_, kept, fine), (_, lost, why) = own.of(uow, "U0", "Umine")
        assert own.of(uow, "U0", "Uother") == []
    assert Image.open(io.BytesIO(kept or b"")).size == (40, 30)
    assert (fine, lost, why) == (None, None, "gone")


def test_a_photo_of_another_entry_is_nobodys(counter: Counter) -> None:
    counter.send()
    counter.fetch()
    other = counter.world.apply(counter.draw_id, 2, plan="own")[0].id
    photo_id = counter.world.sql("SELECT id FROM qualification_photo")[0]["id"]
    with counter.world.units() as uow:
        assert counter.qualifying.photo(uow, other, photo_id, staff=STAFF) is None


def test_one_message_is_one_photo_and_there_are_not_too_many(counter: Counter) -> None:
    assert [counter.send("1"), counter.send("1"), counter.send("2")] == [1, 1, 2]
    for i in range(3, counter.world.rules.evidence_photos + 1):
        counter.send(str(i))
    with pytest.raises(CitizenMistakeError) as raised:
        counter.send("one more")
    assert raised.value.values == {"most": counter.world.rules.evidence_photos}


@pytest.mark.parametrize(
    ("given", "told"),
    [
        (OutsideError("http_404", Retry.NEVER), "gone"),
        (b"<svg onload=alert(1)>", "unreadable"),
        (photo()[:200], "unreadable"),
    ],
    ids=["gone at LINE", "no picture", "cut off"],
)
def test_what_cannot_be_had_is_told_and_sent_again(counter: Counter, given: bytes | OutsideError, told: str) -> None:
    counter.send("1", given)
    counter.fetch()
    assert counter.told() == [told]
    assert counter.send("2") == 2


def test_what_may_yet_come_is_tried_again(counter: Counter) -> None:
    counter.send("1", OutsideError("timeout"))
    with pytest.raises(OutsideError):
        counter.fetch()
    assert counter.told() == []


def test_accepted_it_competes_in_its_pool_at_its_price(counter: Counter) -> None:
    counter.send()
    counter.judge(Judged.PASSED)
    counter.freeze()
    assert counter.pool_and_price() == ("L", 4032)
    assert counter.told() == ["passed"]
    reason = counter.world.sql("SELECT reason FROM qualification WHERE state = 'passed'")[0]["reason"]
    assert reason == "核對戶籍謄本"


@pytest.mark.parametrize("verdict", [None, Judged.MORE, Judged.REFUSED])
def test_not_accepted_it_is_one_of_everybody(counter: Counter, verdict: Judged | None) -> None:
    counter.send()
    if verdict:
        counter.judge(verdict)
    assert counter.pool_and_price() == ("G", 4032), "still to be decided"
    counter.freeze()
    assert counter.pool_and_price() == ("G", 5760)


def test_what_everybody_pays_is_what_the_counter_takes(counter: Counter) -> None:
    counter.freeze()
    world = counter.world
    world.desk.announce(counter.draw_id, actor=STAFF)
    world.set_clock(counter.draw_id, DRAW_AT)
    world.desk.draw(counter.draw_id, actor=STAFF)
    with pytest.raises(RoundRuleError, match="5,760"):
        world.sell(counter.draw_id, counter.entry, amount=4032)
    assert world.order(counter.entry).total == 5760
    world.sell(counter.draw_id, counter.entry, amount=5760)


def test_more_can_be_sent_when_asked_for_and_nothing_after_the_end(counter: Counter) -> None:
    counter.send("1")
    counter.judge(Judged.MORE, "照片太暗")
    assert counter.send("2") == 2
    with counter.world.units() as uow:
        assert counter.qualifying.waiting(uow, None) == [counter.entry]
        assert counter.qualifying.waiting(uow, {"P9"}) == [], "of another lot's staff"
    counter.judge(Judged.REFUSED)
    with pytest.raises(CitizenMistakeError):
        counter.send("3")


def test_a_reason_is_needed_and_the_freeze_is_the_end(counter: Counter) -> None:
    with pytest.raises(StaffRuleError):
        counter.judge(Judged.PASSED, "  ")
    counter.freeze()
    with pytest.raises(RoundRuleError, match="截止"):
        counter.judge(Judged.PASSED)
    with pytest.raises(CitizenMistakeError), counter.world.units() as uow:
        late = counter.world.asked(counter.draw_id, DRAW_AT)
        counter.qualifying.send(uow, counter.entry, "late", asked_at=late)


def test_a_plan_that_asks_for_nothing_takes_no_photo(counter: Counter) -> None:
    counter.entry = counter.world.apply(counter.draw_id, 2)[0].id
    with pytest.raises(CitizenMistakeError):
        counter.send()


def test_another_vehicle_is_looked_at_once_more_and_another_plan_forgets(counter: Counter) -> None:
    counter.send()
    counter.judge(Judged.PASSED)
    world = counter.world
    with world.units() as uow:
        given = {"asked_at": counter.asked_at(), "citizen": ("x", "U1")}
        changed = world.entries.change(uow, counter.entry, plate=Plate("BBB-0001"), **given)[0].id
        check = counter.qualifying.of(uow, changed)
        assert check is not None
        assert (check.judged, len(check.photos)) == (Judged.WAITING, 1)
        other = world.entries.change(uow, changed, plan="general", **given)[0].id
        assert counter.qualifying.of(uow, other) is None
    assert world.sql("SELECT id FROM qualification_photo") == []


def test_photos_end_with_the_complaint_period(counter: Counter) -> None:
    counter.send()
    counter.fetch()
    counter.judge(Judged.REFUSED)
    forgetting = Forgetting(counter.world.rules)
    days = counter.world.rules.complaint_period.days
    for ago, left in ((days, 1), (days + 1, 0)):
        counter.world.sql("UPDATE pass_round SET ends_on = (now() AT TIME ZONE 'Asia/Taipei')::date - :d", d=ago)
        with counter.world.units() as uow:
            forgetting.forget(uow)
        assert len(counter.world.sql("SELECT id FROM qualification_photo")) == left
    assert counter.world.sql("SELECT reason FROM qualification") == [{"reason": None}]


def test_a_photo_that_is_unsent_is_gone(counter: Counter) -> None:
    counter.send("1")
    counter.send("2")
    counter.fetch()
    counter.world.sql(
        "INSERT INTO inbound_event (event_id, channel, lane, happened_at, takes_back) VALUES ('e1', 'c', 'l', 0, '1')"
    )
    with counter.world.units() as uow:
        assert Forgetting(counter.world.rules).taken_back(uow) == 1
    assert counter.world.sql("SELECT message_id FROM qualification_photo") == [{"message_id": "2"}]
