"""Everybody who applied in the chat is told once: the hash before the draw, the result, an offer."""

import uuid
from collections.abc import Sequence
from dataclasses import replace
from datetime import date, datetime, timedelta
from typing import Any

import pytest
from sqlalchemy import select

from domain.clock import TAIPEI
from domain.passview import EntryStanding
from domain.ports.notices import Letter
from domain.smstext import parts
from infra.clock import SystemClock
from models.passes import PassEntry
from services.citizens import Citizens
from services.draws import files, telling
from services.draws.sms_news import DrawSms, words
from services.draws.telling import TELL, Telling, What
from services.links import Links
from services.passes.board import PassBoard
from services.passes.paying import PassPaying
from services.sms import SmsPost, place
from tests.accounts import PhoneInHand
from tests.clock import MovableClock
from tests.passes.world import DRAW_AT, STAFF, TIMES, World

PAGE = "http://localhost:8000/passes/"

pytestmark = pytest.mark.slow  # a whole draw each


class Posted:
    """Notices as they were handed over; a key that was there before does nothing, as the outbox has it."""

    def __init__(self) -> None:
        self.by_key: dict[str, tuple[str, str, dict[str, Any]]] = {}

    def post_each(self, uow: Any, notice: str, letters: Sequence[Letter]) -> None:
        for letter in letters:
            self.by_key.setdefault(letter.dedupe_key, (notice, letter.citizen, dict(letter.data)))

    def of(self, what: What) -> list[EntryStanding]:
        return [data["standing"] for key, (_, _, data) in self.by_key.items() if key.startswith(f"pass:{what}:")]


@pytest.fixture
def posted() -> Posted:
    return Posted()


@pytest.fixture
def told(world: World, posted: Posted) -> Telling:
    board = PassBoard(world.rules, world.lots, world.entries, "http://localhost:8000", ("k" * 40,), SystemClock())
    paying = PassPaying(world.rules, Citizens(), Links("http://localhost:8000", ("k" * 40,), SystemClock()))
    sms = SmsPost(world.cipher, PhoneInHand(), world.defer, host="localhost:8000")
    draw_sms = DrawSms(world.entries, sms, SystemClock(), PAGE)
    return Telling(board, paying, posted, SystemClock(), draw_sms)


def test_each_phase_queues_its_telling(world: World) -> None:
    draw_id = world.drawn(5)
    world.set_clock(draw_id, TIMES.pay_by)
    world.desk.promote(draw_id, actor=STAFF)
    assert world.deferred == [(TELL, draw_id, what) for what in ("announced", "result", "offer")]


def test_a_real_result_is_told_when_it_is_published(world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    draw_id = world.real_draw(2, monkeypatch)
    assert [job for job in world.deferred if job[0] == TELL] == [(TELL, draw_id, "announced")]
    world.desk.publish(draw_id, actor=STAFF)
    assert world.deferred[-1] == (TELL, draw_id, "result")


def test_the_hash_goes_to_every_live_entry(world: World, told: Telling, posted: Posted) -> None:
    draw_id = world.round()
    entries = [world.apply(draw_id, i)[0] for i in (1, 2, 3)]
    with world.units() as uow:
        world.entries.withdraw(uow, entries[0].id, asked_at=DRAW_AT - timedelta(days=5))
    world.set_clock(draw_id, DRAW_AT - timedelta(minutes=30))
    world.desk.freeze(draw_id, actor=STAFF)
    made = world.desk.announce(draw_id, actor=STAFF)
    assert told.tell(world.units, draw_id, What.ANNOUNCED) == 2
    assert {data["announce_sha256"] for _, _, data in posted.by_key.values()} == {made.sha256}
    with world.units() as uow:
        assert files.sha256_of(files.require(uow, draw_id, files.ANNOUNCE)) == made.sha256


def test_results_are_told_batch_by_batch_and_once(
    world: World, told: Telling, posted: Posted, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(telling, "BATCH", 2)
    draw_id = world.drawn(5)
    assert told.tell(world.units, draw_id, What.RESULT) == 5
    assert told.tell(world.units, draw_id, What.RESULT) == 5
    assert len(posted.by_key) == 5
    assert sorted(f"{one.status}{one.no}" for one in posted.of(What.RESULT)) == ["B1", "B2", "B3", "W1", "W2"]
    paid_here = {data["standing"].status: bool(data["pay_url"]) for _, _, data in posted.by_key.values()}
    assert paid_here == {"W": True, "B": False}


def test_an_offer_is_told_to_whom_it_is_made(world: World, told: Telling, posted: Posted) -> None:
    draw_id = world.drawn(5)
    world.set_clock(draw_id, TIMES.pay_by)
    world.desk.promote(draw_id, actor=STAFF, up_to=1)
    told.tell(world.units, draw_id, What.OFFER)
    world.desk.promote(draw_id, actor=STAFF, up_to=2)
    told.tell(world.units, draw_id, What.OFFER)
    assert [(one.no, one.seat) for one in posted.of(What.OFFER)] == [(1, "offered"), (2, "offered")]


def test_of_a_rehearsal_nobody_without_line_is_told(world: World, told: Telling, posted: Posted) -> None:
    draw_id = world.drawn(2)
    world.sql("UPDATE pass_entry SET channel = NULL, citizen = NULL")
    assert told.tell(world.units, draw_id, What.RESULT) == 0
    assert posted.by_key == {}
    assert world.sql("SELECT FROM sms_message") == []


def test_whom_no_chat_reaches_is_told_by_sms_once(
    world: World, told: Telling, posted: Posted, monkeypatch: pytest.MonkeyPatch
) -> None:
    draw_id = world.real_draw(4, monkeypatch)
    world.desk.publish(draw_id, actor=STAFF)
    world.sql("UPDATE pass_entry SET channel = NULL, citizen = NULL WHERE log_index < 3")
    world.sql("UPDATE pass_entry SET holder = NULL, holder_hash = NULL WHERE log_index = 0")
    world.sql("UPDATE pass_seat SET pay_by = now() + interval '2 days'")
    assert told.tell(world.units, draw_id, What.RESULT) == 3, "one is forgotten: nobody can be told"
    told.tell(world.units, draw_id, What.RESULT)
    assert len(posted.by_key) == 1
    rows = world.sql(
        "SELECT m.id, m.body, n.dedupe_key, e.entry_no, k.status FROM sms_message m JOIN notice n ON n.sms_id = m.id"
        " JOIN pass_entry e ON e.id::text = m.citizen JOIN draw_rank k ON k.entry_id = e.id ORDER BY m.created_at"
    )
    assert len(rows) == len(world.sql("SELECT FROM sms_message")) == 2
    for row in rows:
        said = world.cipher.decrypt(row["body"], place("body", row["id"]))
        assert row["entry_no"] in said
        assert ("以前繳費" in said, "備取" in said) == (row["status"] == "W", row["status"] == "B")
        assert said.endswith(PAGE)


STANDING = EntryStanding(
    entry_id=uuid.uuid4(), draw_id="2026-12/001/car/all-day", entry_no="R000123", lot="001",
    lot_name="大安高工地下停車場",
    type_names=("全日月票", "All day"), plate="ABC-1234", price=5760, plan="一般", plan_code="general",
    starts_on=date(2026, 12, 1), ends_on=date(2026, 12, 31), closes_at=DRAW_AT, draw_at=DRAW_AT, changeable=False,
    void=False, on_list=True, has_receipt=True, status="W", no=7,
)  # fmt: skip


@pytest.mark.parametrize(
    ("changes", "said"),
    [
        ({"seat": "offered"}, "正取7，請於11月23日以前繳費，查詢與繳費"),
        ({"seat": "offered", "sells": "counter"}, "正取7，請於11月23日以前到停車場購票，查詢"),
        ({"seat": "offered", "status": "B", "no": 3}, "已遞補，請於11月23日以前繳費，查詢與繳費"),
        ({"seat": "offered", "late": 1}, "已補列，請於11月23日以前繳費，查詢與繳費"),
        ({"status": "B", "no": 3}, "備取3，有車位時依序通知，查詢"),
        ({"status": "X", "no": 0}, "未中籤，查詢"),
        ({"lost": "UNPAID"}, "的車位已收回，查詢"),
        ({"seat": "paid"}, "正取7，查詢"),
    ],
)
def test_words_name_place_and_deadline_without_a_person(changes: dict[str, Any], said: str) -> None:
    pay_by = datetime(2026, 11, 24, tzinfo=TAIPEI)
    told = words(replace(STANDING, pay_by=pay_by, **changes), "https://p.example/passes/")
    assert told == f"停車通：大安高工地下停車場12月月票，申請R000123{said}：https://p.example/passes/"
    assert parts(told) <= 2
    assert "ABC" not in told


def test_at_night_the_sms_waits_for_the_morning(world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    draw_id = world.real_draw(1, monkeypatch)
    night = MovableClock(datetime(2026, 11, 22, 0, 5, tzinfo=TAIPEI))
    sms = SmsPost(world.cipher, PhoneInHand(), world.defer, host="localhost:8000")
    with world.units() as uow:
        (entry,) = uow.session.scalars(select(PassEntry))
        DrawSms(world.entries, sms, night, PAGE).tell_once(uow, "pass_result", "k", entry, STANDING)
    (row,) = world.sql("SELECT expires_at, send_at FROM sms_message JOIN notice ON sms_id = id")
    assert row["send_at"] == datetime(2026, 11, 22, 8, tzinfo=TAIPEI)
    assert row["expires_at"] == datetime(2026, 11, 22, 11, tzinfo=TAIPEI)
    assert draw_id
