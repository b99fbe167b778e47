"""After the draw: deadlines, 遞補, and one pass per vehicle."""

from datetime import datetime, timedelta

import pytest

from domain.clock import TAIPEI
from domain.plates import Plate
from domain.rounds import RoundRuleError
from services.draws.promoting import Vacated
from tests.passes.world import DRAW_AT, STAFF, TIMES, World

pytestmark = pytest.mark.slow  # a whole draw each


def waiting_no(world: World, entry_id: object) -> tuple[str, int]:
    row = world.sql("SELECT status, no FROM draw_rank WHERE entry_id = :e", e=entry_id)[0]
    return row["status"], row["no"]


def holders(world: World, draw_id: str) -> list[str]:
    return [
        f"{s}{n}" if e else "-"
        for _, _, e in world.standing(draw_id)
        for s, n in [waiting_no(world, e) if e else ("", 0)]
    ]


def log(world: World) -> list[tuple[str, str, int | None]]:
    rows = world.sql("SELECT vacated, reason, promoted FROM promotion ORDER BY id")
    return [(row["vacated"], row["reason"], row["promoted"]) for row in rows]


def test_winners_are_offered_their_places_until_the_deadline(world: World) -> None:
    draw_id = world.drawn(5)
    assert holders(world, draw_id) == ["W1", "W2"]
    assert world.desk.promote(draw_id, actor=STAFF) == (0, [])
    assert {row["pay_by"] for row in world.sql("SELECT pay_by FROM pass_seat")} == {TIMES.pay_by}


def test_an_unpaid_place_goes_to_the_first_who_waits(world: World) -> None:
    draw_id = world.drawn(5)
    world.sql("UPDATE pass_seat SET state = 'paid', pay_by = NULL WHERE no = 1")
    world.set_clock(draw_id, TIMES.pay_by)
    vacated, offers = world.desk.promote(draw_id, actor=STAFF)
    assert (vacated, [offer.no for offer in offers]) == (1, [1])
    assert holders(world, draw_id) == ["W1", "B1"]
    assert log(world) == [("W2", "UNPAID", 1)]
    midnight = datetime(2023, 8, 30, tzinfo=TAIPEI)
    assert TIMES.pay_by.astimezone(TAIPEI).date().isoformat() == "2023-08-26"
    assert offers[0].pay_by == midnight - timedelta(days=1), "two days, to 24:00"
    with world.units() as uow:
        assert world.promoting.promoted_to(uow, draw_id) == 1


def test_first_up_to_five_then_up_to_seven_asks_only_six_and_seven(world: World) -> None:
    """The source's example: a later batch goes only to those not yet asked."""
    draw_id = world.drawn(20, steps="*:10")
    world.set_clock(draw_id, TIMES.pay_by)
    _, first = world.desk.promote(draw_id, actor=STAFF, up_to=5)
    _, second = world.desk.promote(draw_id, actor=STAFF, up_to=7)
    assert [offer.no for offer in first] == [1, 2, 3, 4, 5]
    assert [offer.no for offer in second] == [6, 7]


def test_offers_never_exceed_the_free_places(world: World) -> None:
    draw_id = world.drawn(20, steps="*:3")
    world.set_clock(draw_id, TIMES.pay_by)
    _, offers = world.desk.promote(draw_id, actor=STAFF, up_to=15)
    assert [offer.no for offer in offers] == [1, 2, 3]
    assert world.desk.promote(draw_id, actor=STAFF, up_to=15) == (0, [])


def test_an_offer_that_runs_out_passes_on_until_nobody_waits(world: World) -> None:
    draw_id = world.drawn(4)
    for days in (0, 3, 6):
        world.set_clock(draw_id, TIMES.pay_by + timedelta(days=days))
        world.desk.promote(draw_id, actor=STAFF)
    assert log(world) == [
        ("W1", "UNPAID", 1), ("W2", "UNPAID", 2), ("B1", "UNPAID", None), ("B2", "UNPAID", None),
    ]  # fmt: skip
    assert [state for _, state, _ in world.standing(draw_id)] == ["vacant", "vacant"]


def test_a_reserved_place_goes_to_its_pool_first(world: World) -> None:
    draw_id = world.round(steps="L:1,*:1")
    for i in range(1, 8):
        entry, _ = world.apply(draw_id, i, plan="own")
        if i <= 3:
            with world.units() as uow:
                world.entries.prove_pool(uow, entry.id, "L", staff=STAFF)
    world.set_clock(draw_id, DRAW_AT - timedelta(minutes=30))
    world.desk.freeze(draw_id, actor=STAFF)
    world.desk.announce(draw_id, actor=STAFF)
    world.set_clock(draw_id, TIMES.pay_by)
    world.desk.draw(draw_id, actor=STAFF)
    world.sql("UPDATE pass_seat SET state = 'paid', pay_by = NULL WHERE place = '*'")
    world.desk.promote(draw_id, actor=STAFF)
    reserved = world.sql(
        "SELECT e.pool, r.no FROM pass_seat s JOIN pass_entry e ON e.id = s.entry_id "
        "JOIN draw_rank r ON r.entry_id = e.id WHERE s.place = 'L'"
    )[0]
    first_local = world.sql(
        "SELECT min(no) AS no FROM draw_rank r JOIN pass_entry e ON e.id = r.entry_id WHERE status = 'B' AND pool = 'L'"
    )[0]["no"]
    assert (reserved["pool"], reserved["no"]) == ("L", first_local)


def test_a_waiting_entry_found_ineligible_is_passed_over(world: World) -> None:
    draw_id = world.drawn(5)
    with world.units() as uow:
        world.promoting.skip(uow, draw_id, 1, actor=STAFF)
    world.set_clock(draw_id, TIMES.pay_by)
    _, offers = world.desk.promote(draw_id, actor=STAFF)
    assert [offer.no for offer in offers] == [2, 3]
    with pytest.raises(RoundRuleError, match="已不在候補中"), world.units() as uow:
        world.promoting.skip(uow, draw_id, 1, actor=STAFF)


def test_a_place_is_lost_by_its_own_reasons_only(world: World) -> None:
    draw_id = world.drawn(5)
    winner = world.standing(draw_id)[0][2]
    loser = world.sql("SELECT entry_id FROM draw_rank WHERE status = 'B'")[0]["entry_id"]
    assert winner

    def vacate(entry_id: object, why: Vacated) -> None:
        with world.units() as uow:
            world.promoting.vacate(uow, draw_id, entry_id, why, actor=STAFF)  # type: ignore[arg-type]

    with pytest.raises(RoundRuleError, match="繳費期限還沒有過"):
        vacate(winner, Vacated.UNPAID)
    with pytest.raises(RoundRuleError, match="沒有款項可退"):
        vacate(winner, Vacated.REFUNDED)
    with pytest.raises(RoundRuleError, match="沒有車位"):
        vacate(loser, Vacated.VOID)
    vacate(winner, Vacated.GIVEN_UP)
    _, offers = world.desk.promote(draw_id, actor=STAFF)
    assert [offer.no for offer in offers] == [1]
    assert log(world) == [("W1", "GIVEN-UP", 1)]


def test_a_place_paid_at_the_lot_is_sold_once_at_its_price(world: World) -> None:
    draw_id = world.drawn(5)
    first, second = (entry for _, _, entry in world.standing(draw_id))

    def sell(entry_id: object, amount: int, receipt_no: str) -> None:
        world.desk.do(
            "paid",
            draw_id,
            STAFF,
            lambda uow: world.promoting.sell_at_counter(
                uow,
                draw_id,
                entry_id,
                amount=amount,
                receipt_no=receipt_no,
                staff=STAFF,  # type: ignore[arg-type]
            ),
        )

    loser = world.sql("SELECT entry_id FROM draw_rank WHERE status = 'B'")[0]["entry_id"]
    for entry_id, amount, receipt_no, why in (
        (loser, 5760, "A1", "沒有待繳費"), (first, 4032, "A1", "金額應為 5,760 元"),
    ):  # fmt: skip
        with pytest.raises(RoundRuleError, match=why):
            sell(entry_id, amount, receipt_no)
    sell(first, 5760, "A1")
    with pytest.raises(RoundRuleError, match="沒有待繳費的車位"):
        sell(first, 5760, "A2")
    with pytest.raises(RoundRuleError, match="A1 已經用過"):
        sell(second, 5760, "A1")
    world.set_clock(draw_id, TIMES.pay_by)
    world.desk.promote(draw_id, actor=STAFF)
    assert [state for _, state, _ in world.standing(draw_id)] == ["paid", "offered"]
    assert log(world) == [("W2", "UNPAID", 1)]
    assert len(world.audited("place.sold")) == 1
    assert len(world.refusals()) == 4


def test_of_two_wins_a_vehicle_keeps_the_one_it_wanted_more(world: World) -> None:
    rounds = [world.round(world.lot(number), steps="*:1") for number in ("P0001", "P0002")]
    for at, draw_id in enumerate(reversed(rounds)):  # P0002 is wanted more
        for i in (1, 2) if at else (1,):
            world.apply(draw_id, i, plate=Plate(f"AAA-{i:04}"), at=DRAW_AT - timedelta(days=5, seconds=-at))
    for draw_id in rounds:
        world.set_clock(draw_id, DRAW_AT - timedelta(minutes=30))
        world.desk.freeze(draw_id, actor=STAFF)
        world.desk.announce(draw_id, actor=STAFF)
        world.set_clock(draw_id, DRAW_AT)
        world.desk.draw(draw_id, actor=STAFF)
    won_both = world.sql(
        "SELECT count(*) AS n FROM pass_seat s JOIN pass_entry e ON e.id = s.entry_id WHERE plate = 'AAA-0001'"
    )
    for draw_id in rounds:
        world.desk.promote(draw_id, actor=STAFF)
    kept = world.sql(
        "SELECT lot FROM pass_seat s JOIN pass_entry e ON e.id = s.entry_id JOIN pass_round r ON r.id = s.round_id "
        "WHERE plate = 'AAA-0001'"
    )
    assert [row["lot"] for row in kept] == ["P0002"]
    if won_both[0]["n"] == 2:
        assert log(world) == [("W1", "OTHER-LOT", 1)]
    first = world.standing(rounds[0])[0][2]
    assert world.sql("SELECT plate FROM pass_entry WHERE id = :e", e=first)[0]["plate"] == "AAA-0002"


def test_more_places_than_entries_leaves_them_vacant(world: World) -> None:
    draw_id = world.drawn(2, steps="L:2,*:3")
    assert [state for _, state, _ in world.standing(draw_id)] == ["offered", "offered", "vacant", "vacant", "vacant"]
    world.set_clock(draw_id, TIMES.pay_by)
    assert world.desk.promote(draw_id, actor=STAFF) == (2, [])
