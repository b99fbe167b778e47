"""Write-offs fetched by cursor: none missed, none twice, and said back what became of them."""

import uuid
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta
from typing import Any

from domain.clock import city_date
from tests.agency.conftest import Api
from tests.pay.world import bill
from web.agency.operations import OPERATIONS

SHAPES = {operation.name: operation.answer for operation in OPERATIONS}


def fetch(api: Api, after: int = 0, limit: int = 100) -> dict[str, Any]:
    answer = api.get(f"/write-offs?after={after}&limit={limit}")
    assert answer.status_code == 200, answer.text
    page = SHAPES["write_offs"]
    assert page is not None
    page.model_validate_json(answer.data)
    found: dict[str, Any] = answer.json
    return found


def say(api: Api, accepted: list[str], refused: list[dict[str, str]] | None = None) -> dict[str, str]:
    answer = api.post("/write-offs/acknowledgements", {"accepted": accepted, "refused": refused or []})
    assert answer.status_code == 200, answer.text
    return {one["id"]: one["result"] for one in answer.json["results"]}


def test_page_by_page_to_the_end(api: Api) -> None:
    for number in range(5):
        api.town.pay(bill(f"A{number}", 80 + number))
    seen, after, more = [], 0, True
    while more:
        page = fetch(api, after, 2)
        seen += page["write_offs"]
        after, more = page["next"], page["more"]
    assert [one["number"] for one in seen] == [f"A{number}" for number in range(5)]
    assert [one["place"] for one in seen] == [1, 2, 3, 4, 5]
    assert fetch(api, after) == {"write_offs": [], "next": after, "more": False}
    assert fetch(api)["write_offs"] == seen, "the same from the beginning"


def test_a_payment_that_commits_late_is_not_passed_over(api: Api) -> None:
    world = api.town.world
    first = world.open(bill("A1"))
    world.start(first)
    world.bank.pay(world.trade(first), first.total)
    slow = world.unit()
    trade = world.trade(first)
    world.payments._booking.apply(slow, world.attempt_id(trade), world.bank.books[trade])  # not committed yet
    api.town.pay(bill("A2"))
    page = fetch(api)
    assert [one["number"] for one in page["write_offs"]] == ["A2"]
    slow.commit()
    slow.close()
    assert [one["number"] for one in fetch(api, page["next"])["write_offs"]] == ["A1"]


def test_many_fetch_and_pay_at_once_and_nothing_is_missed(api: Api) -> None:
    def work(number: int) -> None:
        if number % 2:
            api.town.pay(bill(f"A{number}"))
        else:
            fetch(api)

    with ThreadPoolExecutor(6) as pool:
        list(pool.map(work, range(16)))
    places = [(one["place"], one["number"]) for one in fetch(api)["write_offs"]]
    assert [place for place, _ in places] == list(range(1, 9))
    assert {number for _, number in places} == {f"A{number}" for number in range(1, 16, 2)}


def test_what_the_agency_says_ends_it_and_may_be_said_again(api: Api) -> None:
    order = api.town.pay(bill("A1"), bill("A2"))
    first, second = (one["id"] for one in fetch(api)["write_offs"])
    stranger = str(uuid.uuid4())
    refused = [{"id": second, "code": "unknown_bill"}]
    wanted = {first: "accepted", second: "refused", stranger: "unknown"}
    assert say(api, [first, stranger], refused) == wanted
    assert say(api, [first, stranger], refused) == wanted
    assert api.town.listed() == ["unknown_bill"]
    assert [one["state"] for one in fetch(api)["write_offs"]] == ["accepted", "refused"]
    assert say(api, [second]) == {second: "accepted"}, "it was a mistake of theirs"
    assert f"write_off_done:{order.citizen}:160:trial" in api.town.world.noted("notice")


def test_a_reversal_is_accepted_after_its_write_off_only(api: Api) -> None:
    order = api.town.pay(bill("A1", 80))
    api.town.give_back(order, 80)
    first, back = (one["id"] for one in fetch(api)["write_offs"])
    assert say(api, [back]) == {back: "write_off_first"}
    assert say(api, [back, first]) == {first: "accepted", back: "accepted"}, "in one call whatever the order"


def test_one_id_both_ways_is_a_mistake(api: Api) -> None:
    api.town.pay(bill("A1"))
    (one,) = fetch(api)["write_offs"]
    body = {"accepted": [one["id"]], "refused": [{"id": one["id"], "code": "x"}]}
    assert api.post("/write-offs/acknowledgements", body).status_code == 400
    assert api.town.states() == ["waiting"]


def test_an_agency_sees_its_own_only(api: Api) -> None:
    api.town.pay(bill("A1", agency="TPE"))
    (other,) = api.town.ids()
    assert fetch(api)["write_offs"] == []
    assert say(api, [other]) == {other: "unknown"}
    assert api.town.states() == ["waiting"]


def test_by_webhook_and_by_fetch_it_is_one_write_off(api: Api) -> None:
    api.town.agency.down = 500
    api.town.give_address()
    api.town.pay(bill("A1"))
    api.town.sweep()
    (one,) = fetch(api)["write_offs"]
    assert one["state"] == "unknown"
    assert say(api, [one["id"]]) == {one["id"]: "accepted"}
    api.town.agency.down = None
    assert api.town.later() == 0
    assert api.town.agency.calls == 1


def test_the_statement_of_a_day(api: Api) -> None:
    order = api.town.pay(bill("A1", 80), bill("A2", 200))
    api.town.give_back(order, 280)
    day = city_date(api.town.world.clock.now())
    told = api.get(f"/statement?day={day}").json
    assert told == {
        "day": day.isoformat(),
        "rows": [
            {"kind": "write_off", "provider": "demobank", "count": 2, "amount": 280},
            {"kind": "reversal", "provider": "demobank", "count": 2, "amount": 280},
        ],
        "paid": 280,
        "reversed": 280,
        "net": 0,
    }
    assert api.get(f"/statement?day={day - timedelta(days=2)}").json["rows"] == []
    api.town.world.run("UPDATE write_off SET paid_at = :at", at=f"{day} 00:00:00+08")
    assert api.get(f"/statement?day={day}").json["paid"] == 280, "the day begins at midnight in Taiwan"
