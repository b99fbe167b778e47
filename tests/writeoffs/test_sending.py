"""Write-offs reach their agency: each once by its id, of one bill in order, whatever the line does."""

from concurrent.futures import ThreadPoolExecutor

import pytest
from sqlalchemy import text

from adapters.agencies import webhook
from domain.writeoffs import WriteOffStanding
from services.writeoffs import state_of, states_of
from tests.fakes.agency import LOST_AFTER, REDIRECT, SILENT_AFTER
from tests.pay.world import OTHER, bill, notice
from tests.writeoffs.conftest import Town

MOVES = "SELECT to_state FROM write_off_move ORDER BY id"


def test_a_paid_order_is_written_off_bill_by_bill(town: Town) -> None:
    town.join()
    order = town.pay(bill("A1", 80), bill("A2", 200))
    assert town.states() == ["due", "due"]
    assert town.sweep() == 2
    assert town.states() == ["accepted", "accepted"]
    assert town.agency.books == {"A1": 80, "A2": 200}
    assert town.agency.wrong == []
    first = town.agency.heard[0]
    assert (first["kind"], first["bill_type"], first["agency"], first["trial"]) == ("write_off", "bill", "NWT", True)
    assert first["trade_number"] == town.world.trade(order)
    assert town.sweep() == 0


def test_what_was_taken_off_is_told_and_the_sum_is_the_money(town: Town) -> None:
    town.join()
    order = town.world.open(bill("A1", 20))
    town.world.run("UPDATE order_line SET discount = 10")
    town.world.run("UPDATE orders SET total = 10")
    town.world.start(town.world.read(order))
    town.world.bank.pay(town.world.trade(order), 10)
    town.world.settle(order)
    town.sweep()
    (said,) = town.agency.heard
    assert (said["amount"], said["discount"]) == (10, 10)


def test_it_stands_or_falls_with_the_payment(town: Town, monkeypatch: pytest.MonkeyPatch) -> None:
    town.join()

    def broken(*_: object, **__: object) -> None:
        raise RuntimeError("after the booking")

    monkeypatch.setattr(town.world.payments._booking._receipt_mail, "post", broken)
    with pytest.raises(RuntimeError):
        town.pay(bill("A1"))
    assert town.states() == []
    assert town.world.rows("SELECT * FROM payment") == []


def test_a_dunning_notice_writes_off_what_it_covers(town: Town) -> None:
    town.join()
    covered = (bill("A1", 80), bill("A2", 200))
    town.pay(notice("N1", *covered, extra=50))
    town.sweep()
    (said,) = town.agency.heard
    assert (said["bill_type"], said["number"], said["covers"], said["amount"]) == ("notice", "N1", ["A1", "A2"], 330)
    with town.world.unit() as uow:
        assert state_of(uow, covered[0].key) is WriteOffStanding.DONE
        assert state_of(uow, bill("A3").key) is WriteOffStanding.NONE


def test_an_agency_that_fails_five_times_gets_it_once(town: Town) -> None:
    town.join()
    town.agency.faults = [500, 429, 404, REDIRECT, LOST_AFTER]
    order = town.pay(bill("A1", 80))
    with town.world.unit() as uow:
        assert state_of(uow, order.id) is WriteOffStanding.UNDER_WAY
    town.sweep()
    for _ in range(5):
        town.later()
    assert town.states() == ["accepted"]
    assert town.agency.calls == 6
    assert [said["id"] for said in town.agency.heard] == town.ids()
    assert town.agency.wrong == []
    reasons = [
        row[0] for row in town.world.rows("SELECT cause FROM write_off_move WHERE to_state <> 'sent' ORDER BY id")
    ]
    assert reasons == ["paid", "http_500", "http_429", "http_404", "http_307", "connection", "answered"]


def test_an_agency_that_books_and_then_says_nothing_has_it_once(town: Town, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(webhook, "SECONDS", 0.3)
    town.join()
    town.agency.faults = [SILENT_AFTER]
    town.pay(bill("A1", 80))
    assert town.sweep() == 0
    assert town.states() == ["unknown"]
    monkeypatch.undo()
    assert town.later() == 1
    assert (town.agency.calls, town.agency.books) == (2, {"A1": 80})


def test_a_kill_between_the_call_and_its_answer_says_it_again(town: Town) -> None:
    town.join()
    town.pay(bill("A1", 80))
    with town.world.unit() as uow:
        (agency_id,) = town.posting.due(uow)
        call = town.posting._take(uow, agency_id)
    assert call is not None
    assert town.sweep() == 0  # its lease runs: the call may be under way
    assert town.later() == 1
    moves = [row[0] for row in town.world.rows(MOVES)]
    assert moves == ["due", "sent", "unknown", "sent", "accepted"]
    assert town.agency.books == {"A1": 80}


def test_down_for_a_day_every_write_off_comes_once_by_its_id(town: Town) -> None:
    town.join()
    town.agency.down = 503
    for number in range(12):
        town.pay(bill(f"A{number}", 80 + number))
        town.sweep()
    for _ in range(12):
        town.later()
    assert town.agency.heard == []
    calls = town.agency.calls
    assert calls < 12 * 5, "an agency that is away is left alone"
    town.agency.down = None
    for _ in range(3):
        town.later()
    assert sorted(said["id"] for said in town.agency.heard) == sorted(town.ids())
    assert set(town.states()) == {"accepted"}
    assert town.agency.books == {f"A{number}": 80 + number for number in range(12)}


def test_who_is_away_is_left_alone_for_longer_each_time(town: Town) -> None:
    town.join()
    town.agency.down = 500
    town.pay(*(bill(f"A{number}") for number in range(5)))
    town.sweep()
    assert town.agency.calls == 3
    town.sweep()
    assert town.agency.calls == 3
    (row,) = town.world.rows("SELECT silent_rounds, next_round_at > now() FROM agency")
    assert tuple(row) == (1, True)


def test_one_bill_that_is_refused_keeps_no_other_from_going(town: Town) -> None:
    town.join()
    town.agency.no = {"A1": "unknown_bill"}
    town.pay(bill("A1"), bill("A2"))
    town.sweep()
    town.later()
    assert town.states() == ["refused", "accepted"]
    assert town.listed() == ["unknown_bill"]
    assert town.later() == 0
    assert town.agency.calls == 3


def test_what_an_agency_says_in_sentences_is_not_kept(town: Town) -> None:
    town.join()
    town.agency.no = {"A1": "王小明 沒有這筆"}
    town.pay(bill("A1"))
    town.sweep()
    town.later()
    assert town.listed() == ["http_422"]


@pytest.mark.parametrize(("asked", "seconds"), [(None, 30), (600, 600), (86_400, 3600)])
def test_who_asks_for_a_pause_is_given_it(town: Town, asked: int | None, seconds: int) -> None:
    town.join()
    town.agency.faults, town.agency.pause = [429], asked
    town.pay(bill("A1", 80))
    town.sweep()
    ((wait,),) = town.world.rows("SELECT extract(epoch FROM next_try_at - now()) FROM write_off")
    assert seconds - 5 < wait <= seconds
    assert town.later() == 1


def test_two_rounds_at_once_say_it_once(town: Town) -> None:
    town.join()
    town.pay(*(bill(f"A{number}") for number in range(6)))
    with town.world.unit() as uow:
        (agency_id,) = town.posting.due(uow)
    with ThreadPoolExecutor(4) as pool:
        accepted = sum(pool.map(lambda _: town.posting.round(town.world.unit, agency_id), range(4)))
    assert (accepted, town.agency.calls) == (6, 6)


def test_without_an_address_it_waits_and_goes_when_there_is_one(town: Town) -> None:
    town.pay(bill("A1"))  # an agency nobody has added: nothing is lost
    town.join(webhook=False)
    town.pay(bill("A2"))
    town.sweep()
    assert town.states() == ["waiting", "waiting"]
    town.give_address()
    assert town.sweep() == 2
    with town.world.unit() as uow:
        town.agencies.drop_webhook(uow, "NWT", staff="anna")
    town.world.run("UPDATE write_off SET state = 'due', next_try_at = now(), ended_at = NULL")
    town.sweep()
    assert town.states() == ["waiting", "waiting"]


def test_a_secret_is_replaced_without_a_message_refused(town: Town) -> None:
    town.join()
    with town.world.unit() as uow:
        new = town.agencies.replace_secret(uow, "NWT", staff="anna")
    town.pay(bill("A1"))
    assert town.sweep() == 1  # the agency still knows the old one only
    town.agency.secret = new
    with town.world.unit() as uow:
        town.agencies.drop_old_secret(uow, "NWT", staff="anna")
    town.pay(bill("A2"))
    assert town.sweep() == 1
    town.agency.secret = new[:-4] + "AAA="
    town.pay(bill("A3"))
    assert town.sweep() == 0
    assert town.agency.wrong == ["the signature is wrong"]


def test_the_citizen_is_told_once_when_all_is_written_off(town: Town) -> None:
    town.join()
    town.agency.no = {"A2": "later"}
    town.pay(bill("A1", 80), bill("A2", 200))
    town.sweep()
    assert [said for said in town.world.noted("notice") if said.startswith("write_off_done")] == []
    town.agency.no = {}
    town.later()
    told = [said for said in town.world.noted("notice") if said.startswith("write_off_done")]
    assert told == [f"write_off_done:{'U' + '1' * 32}:280:trial"]


def test_many_orders_are_asked_about_in_one_question(town: Town) -> None:
    town.join()
    paid, other = town.pay(bill("A1")), town.world.open(bill("A9"), citizen=OTHER)
    with town.world.unit() as uow:
        found = states_of(uow, [paid.id, other.id])
    assert found == {paid.id: WriteOffStanding.UNDER_WAY, other.id: WriteOffStanding.NONE}


def test_no_row_tells_whose_it_was(town: Town) -> None:
    town.join()
    town.pay(bill("A1", plate="AJH-6023"))
    town.sweep()
    with town.world.engine.connect() as connection:
        said = str(connection.execute(text("SELECT * FROM write_off")).all()) + str(town.agency.heard)
    assert "AJH" not in said
    assert "U" + "1" * 32 not in said
