"""Keys, cases, holders of plates, and passes for gates."""

from datetime import timedelta

import pytest
from sqlalchemy import text

from domain.agencyapi import RowResult
from domain.clock import city_date
from domain.plates import Plate
from domain.staff import StaffRuleError
from services.agencyapi import answers, keys, reports
from services.orderbook import database_now
from tests.agency.conftest import Api, row
from tests.writeoffs.conftest import CODE

OLD, NEW = "2026-11-20T08:00:00+08:00", "2026-11-21T08:00:00+08:00"
PLATE = Plate("ABC-1234")


def test_a_key_opens_what_it_is_for_until_it_ends(api: Api) -> None:
    with api.town.world.unit() as uow:
        api.key = keys.make(uow, CODE, ["bills"], staff="anna", days=30)
    assert api.send(row()) == ["taken"]
    refused = api.get("/write-offs")
    assert (refused.status_code, refused.json["detail"]) == (403, "the key has not the scope write_offs")
    with api.town.world.unit() as uow:
        newest = keys.of(uow, CODE)[0]
        assert newest.used_on is not None
        keys.end(uow, newest.id, staff="anna")
    assert api.post("/bills", {"bills": [row()]}).status_code == 401
    with api.town.world.unit() as uow, pytest.raises(StaffRuleError):
        keys.end(uow, newest.id, staff="anna")


def test_a_key_is_not_kept(api: Api) -> None:
    assert api.key not in str(api.town.world.rows("SELECT *, encode(hash, 'escape') FROM agency_key"))


@pytest.mark.parametrize("scopes", [[], ["everything"], ["passes"], ["passes:"], ["bills:L1"]])
def test_scopes_that_there_are_not(api: Api, scopes: list[str]) -> None:
    with api.town.world.unit() as uow, pytest.raises(StaffRuleError):
        keys.make(uow, CODE, scopes, staff="anna")


@pytest.mark.slow
def test_a_key_counts_its_calls(api: Api) -> None:
    seen = {api.get("/bills/W1").status_code for _ in range(601)}
    assert seen == {404, 429}
    answer = api.get("/bills/W1")
    assert (answer.mimetype, answer.headers["Retry-After"]) == ("application/problem+json", "60")


def test_a_batch_too_large_is_told_so(api: Api) -> None:
    assert api.post("/bills", {"bills": [row()] * 10_001}).status_code == 400
    assert api.post("/bills", {"bills": [row(street="x" * 17_000_000)]}).status_code == 413


def test_a_case_is_shown_with_its_newest_step_first(api: Api) -> None:
    steps = [
        {"number": "C1", "at": NEW, "stage": "closed", "note_zh": "已結案", "note_en": "Closed"},
        {"number": "C1", "at": OLD, "stage": "received"},
    ]
    results = [one["result"] for one in api.post("/cases", {"cases": steps}).json["results"]]
    assert results == ["taken", "taken"]
    steps[1] |= {"note_zh": "已收件"}
    results = [one["result"] for one in api.post("/cases", {"cases": steps}).json["results"]]
    assert results == ["unchanged", "changed"]
    with api.town.world.unit() as uow:
        ((case),) = reports.progress(uow, "C1")
    assert (case.agency, case.agency_name) == (CODE, "交通局")
    assert [(step.stage, step.note_zh) for step in case.steps] == [("closed", "已結案"), ("received", "已收件")]


def test_of_a_plate_the_newest_report_stands(api: Api) -> None:
    def tell(holder: str | None, at: str, plate: str = "abc-1234") -> str:
        body = {"holders": [{"plate": plate, "holder": holder, "at": at}]}
        result: str = api.post("/holders", body).json["results"][0]["result"]
        return result

    assert [tell("easywallet", NEW), tell("other", OLD), tell("easywallet", NEW)] == ["taken", "stale", "unchanged"]
    with api.town.world.unit() as uow:
        (report,) = reports.holders(uow, [PLATE])[PLATE]
    assert (report.agency_name, report.holder) == ("交通局", "easywallet")
    assert tell(None, "2026-11-22T08:00:00+08:00") == RowResult.CHANGED
    with api.town.world.unit() as uow:
        (report,) = reports.holders(uow, [PLATE])[PLATE]
        assert report.holder is None
        assert reports.holders(uow, [Plate("ABC-1235")]) == {Plate("ABC-1235"): []}
    assert tell("x", NEW, "????") == RowResult.REFUSED


def test_a_report_that_says_the_same_again_is_fresh_again(api: Api) -> None:
    body = {"holders": [{"plate": "ABC-1234", "holder": "easywallet", "at": NEW}]}
    api.post("/holders", body)
    api.town.world.run("UPDATE plate_holder SET reported_at = now() - interval '9 days'")
    assert api.post("/holders", body).json["results"][0]["result"] == "unchanged"
    with api.town.world.unit() as uow:
        (report,) = reports.holders(uow, [PLATE])[PLATE]
        assert database_now(uow) - report.reported_at < timedelta(minutes=1)


# Two lots and a rehearsal, each with one who bought first, one who won and paid, one who waits, one who withdrew.
PASSES = """
SET LOCAL session_replication_role = replica;
INSERT INTO lot (number, name, district, village, address)
SELECT number, number, '', '', '' FROM (VALUES ('L1'), ('L2')) AS l (number);
INSERT INTO pass_round (id, draw_id, lot, kind, pass_type, month, starts_on, ends_on, opens_at, closes_at, draw_at,
    pay_by, steps, registration_limit, phase)
SELECT gen_random_uuid(), rehearsal || '2027-01/' || lot || '/car/day', lot, 'car', 'day', '2027-01', '2027-01-01',
    '2027-01-31', '2026-12-05', '2026-12-20', '2026-12-21', '2026-12-23', '*=1', 1, 'published'
FROM (VALUES ('L1', ''), ('L2', ''), ('L1', 'TEST/')) AS one (lot, rehearsal);
INSERT INTO pass_entry (id, round_id, entry_no, log_index, commitment, pool, plan, plate, compact, preference, state,
    applied_at)
SELECT gen_random_uuid(), id, plate, row_number() OVER (), md5(draw_id || plate), 'G', 'N', plate,
    replace(plate, '-', ''), 1, state, now()
FROM pass_round, (VALUES ('BOUGHT-FIRST', 'AAA-0001'), ('live', 'AAA-0002'), ('live', 'AAA-0003'),
    ('WITHDRAWN', 'AAA-0005')) AS e (state, plate);
INSERT INTO pass_seat (round_id, no, place, state, entry_id, pay_by)
SELECT round_id, row_number() OVER (), '*', CASE plate WHEN 'AAA-0002' THEN 'paid' ELSE 'offered' END, id,
    CASE plate WHEN 'AAA-0002' THEN NULL ELSE now() END
FROM pass_entry WHERE state = 'live';
"""


def test_a_gate_learns_who_may_enter_its_lot_and_no_more(api: Api) -> None:
    with api.town.world.unit() as uow:
        for statement in PASSES.strip().split(";\n"):
            uow.connection.execute(text(statement.rstrip(";\n")))
    shown = api.get("/passes?lot=L1&on=2027-01-15").json
    assert shown["lot"] == "L1"
    assert [one["plate"] for one in shown["passes"]] == ["AAA-0001", "AAA-0002"]
    assert shown["passes"][0]["ends_on"] == "2027-01-31"
    assert set(shown["passes"][0]) == {"plate", "kind", "pass_type", "starts_on", "ends_on"}
    assert api.get("/passes?lot=L1&on=2027-02-01").json["passes"] == []
    assert api.get("/passes?lot=L1").json["on"] == city_date(api.town.world.clock.now()).isoformat()
    assert api.get("/passes?lot=L2").status_code == 403


def test_answers_are_forgotten_after_two_days(api: Api) -> None:
    api.send(row(), Idempotency_Key="k1")
    with api.town.world.unit() as uow:
        assert answers.forget(uow) == 0
    api.town.world.run("UPDATE agency_batch SET made_at = made_at - interval '49 hours'")
    with api.town.world.unit() as uow:
        assert answers.forget(uow) == 1
    assert api.send(row(), Idempotency_Key="k1") == ["unchanged"]
