"""§2.11: a citizen wrongly left out gets an extra place or waiting rank by the draw's own seed; nobody else moves."""

import re
from hashlib import sha256

import pytest

from domain.draw.allocation import allocate
from domain.draw.entry import Receipt, commitment
from domain.draw.listing import Removal
from domain.draw.seed import late_rank
from domain.draw.steps import parse_steps
from domain.phones import Mobile
from domain.plates import Plate
from domain.rounds import RoundRuleError
from infra.clock import SystemClock
from services.draws import files
from services.draws.late import LeftOut
from services.passes.application import Application
from tests.passes.paying import PayWorld
from tests.passes.world import DRAW_AT, STAFF, TIMES

PLATE, HOLDER, NUMBER = Plate("LLL-0001"), Mobile("0955000111"), "LATE-0001"


def claimed(receipt: Receipt, decision: str = "政風字第 1150001 號", **changes: object) -> LeftOut:
    """What the citizen brings."""
    now = SystemClock().now()
    values = {"plate": PLATE, "plan": "general", "holder": HOLDER, "name": "王遲", "asked_at": now, **changes}
    return LeftOut(receipt, Application(receipt.draw_id, **values), decision)  # type: ignore[arg-type]


def receipt_of(draw_id: str, salt: bytes, number: str = NUMBER) -> Receipt:
    """A receipt whose entry is nowhere with us."""
    commit = commitment(draw_id, number, "G", 1, PLATE.canonical, HOLDER.national, salt)
    return Receipt(draw_id, number, "G", salt, commit)


def seed_of(world: PayWorld, draw_id: str) -> bytes:
    with world.units() as uow:
        found = re.search(rb"seed=([0-9a-f]{64})", files.require(uow, draw_id, files.RESULT))
    assert found
    return bytes.fromhex(found[1].decode())


def receipt_with(
    world: PayWorld, draw_id: str, status: str, people: int, steps: str, most: int = 100
) -> tuple[Receipt, int, int]:
    """One that the seed puts among the winners (W) or those who wait (B) up to a number; its draw rank and number."""
    seed = seed_of(world, draw_id)
    for i in range(1000):
        receipt = receipt_of(draw_id, sha256(str(i).encode()).digest())
        rank = late_rank(seed, receipt.commit, people)
        outcome = allocate(["G"] * (people + 1), parse_steps(steps), None)[rank]
        if outcome.status == status and outcome.no <= most:
            return receipt, rank, outcome.no
    raise AssertionError(status)


def test_who_would_have_won_gets_an_extra_place_and_nobody_moves(payers: PayWorld) -> None:
    draw_id = payers.drawn(6, steps="*:2")
    before = payers.standing(draw_id)
    receipt, rank, _ = receipt_with(payers, draw_id, "W", 6, "*:2")
    late = payers.places.admit(claimed(receipt), staff=STAFF)
    assert (late.late, late.rank, late.status, late.seat_no) == (1, rank, "W", 3)
    after = payers.standing(draw_id)
    assert after[:2] == before
    assert after[2] == (3, "offered", late.entry_id)
    payers.sell(draw_id, late.entry_id)
    assert payers.state(late.entry_id) == "paid"
    assert payers.audited("late.admitted")[0]["decision"] == "政風字第 1150001 號"
    rows = payers.sql("SELECT state FROM pass_entry WHERE id = :e", e=late.entry_id)
    assert rows == [{"state": "LATE"}]


def test_who_would_have_waited_waits_before_that_number(payers: PayWorld) -> None:
    draw_id = payers.drawn(6, steps="*:2")
    receipt, _, no = receipt_with(payers, draw_id, "B", 6, "*:2")
    late = payers.places.admit(claimed(receipt), staff=STAFF)
    assert (late.status, late.no, late.seat_no) == ("B", no, None)
    assert len(payers.standing(draw_id)) == 2, "no place more"
    promoted = []
    for _ in range(6):
        payers.sql("UPDATE pass_seat SET pay_by = '2000-01-01' WHERE state = 'offered'")
        promoted += [offer.label for offer in payers.desk.promote(draw_id, actor=STAFF)[1]]
    expected = [f"B{at}" for at in range(1, 5)]
    expected.insert(no - 1, "L1")
    assert promoted == expected
    logged = payers.sql("SELECT promoted, promoted_late FROM promotion WHERE promoted_late IS NOT NULL")
    assert logged == [{"promoted": None, "promoted_late": 1}]


def test_a_late_entry_after_promotions_does_not_unmake_them(payers: PayWorld) -> None:
    draw_id = payers.drawn(6, steps="*:2")
    payers.set_clock(draw_id, TIMES.pay_by)
    payers.desk.promote(draw_id, actor=STAFF)  # B1 and B2
    receipt, _, _ = receipt_with(payers, draw_id, "B", 6, "*:2", most=1)  # would have been asked before them
    payers.places.admit(claimed(receipt), staff=STAFF)
    payers.sql("UPDATE pass_seat SET pay_by = '2000-01-01'")
    _, offers = payers.desk.promote(draw_id, actor=STAFF)
    assert [offer.label for offer in offers] == ["L1", "B3"]


def test_one_taken_off_the_list_by_mistake_comes_back_with_its_own_receipt(payers: PayWorld) -> None:
    draw_id = payers.round(steps="*:2")
    for i in range(1, 5):
        payers.apply(draw_id, i)
    entry, receipt = payers.apply(draw_id, 9, plate=PLATE, holder=HOLDER)
    with payers.units() as uow:
        payers.entries.remove(uow, entry.id, Removal.INELIGIBLE, staff=STAFF)
    payers.set_clock(draw_id, DRAW_AT)
    payers.sql("UPDATE pass_round SET clock_shift = clock_shift - interval '30 minutes'")
    payers.desk.freeze(draw_id, actor=STAFF)
    payers.desk.announce(draw_id, actor=STAFF)
    payers.set_clock(draw_id, DRAW_AT)
    payers.desk.draw(draw_id, actor=STAFF)
    late = payers.places.admit(claimed(receipt), staff=STAFF)
    assert late.entry_id == entry.id
    (told,) = payers.posted.told("pass_result")
    assert (told["standing"].late, told["standing"].status) == (1, late.status)
    with pytest.raises(RoundRuleError, match="已經補列過"):
        payers.places.admit(claimed(receipt), staff=STAFF)


def test_late_entries_are_refused_without_proof_or_decision(payers: PayWorld) -> None:
    draw_id = payers.round(steps="*:2")
    _, listed = payers.apply(draw_id, 1, plate=PLATE, holder=HOLDER)
    early = receipt_of(draw_id, b"x" * 32)
    with pytest.raises(RoundRuleError, match="「登記」"):
        payers.places.admit(claimed(early), staff=STAFF)
    payers.set_clock(draw_id, DRAW_AT)
    payers.sql("UPDATE pass_round SET clock_shift = clock_shift - interval '30 minutes'")
    payers.desk.freeze(draw_id, actor=STAFF)
    payers.desk.announce(draw_id, actor=STAFF)
    payers.set_clock(draw_id, DRAW_AT)
    payers.desk.draw(draw_id, actor=STAFF)
    for left_out, why in (
        (claimed(listed), "已在登記清單上"),
        (claimed(early, decision=" "), "書面決定"),
        (claimed(early, plate=Plate("LLL-0002")), "這不是這一期"),
        (claimed(early, holder=Mobile("0955000112")), "這不是這一期"),
        (claimed(early, plan="nothing"), "沒有優惠方案"),
    ):
        with pytest.raises(RoundRuleError, match=why):
            payers.places.admit(left_out, staff=STAFF)
    assert len(payers.refusals()) == 6
    assert payers.sql("SELECT FROM late_entry") == []


def test_nobody_else_enters_a_drawn_round(payers: PayWorld) -> None:
    draw_id = payers.drawn(3)
    copy = (
        "INSERT INTO pass_entry (id, round_id, entry_no, log_index, commitment, pool, plan, plate, compact, preference,"
        " state, applied_at) SELECT gen_random_uuid(), round_id, 'AAAA-AAAA', 99, :c, pool, plan, 'ZZZ-0001',"
        " 'ZZZ0001', 1, :s, applied_at FROM pass_entry LIMIT 1"
    )
    with pytest.raises(Exception, match="the list of this round is frozen"):
        payers.sql(copy, c="0" * 64, s="live")
    payers.sql(copy, c="0" * 64, s="LATE")
    add = "INSERT INTO pass_seat (round_id, no, place, state) SELECT id, 3, '*', 'vacant' FROM pass_round"
    with pytest.raises(Exception, match="no more places than were announced"):
        payers.sql(add)
    assert payers.phase(draw_id) == "drawn"
