"""Announcements to many: to whom, when, what LINE's month allows, what became of them."""

import uuid
from datetime import UTC, datetime
from typing import Any

import pytest

from domain.campaigns import Figures, NotEnoughQuotaError, Quota, ToldLatelyError
from domain.notices import Channel, Topic
from samples.campaigns import NEWS
from services import audiences, campaign_figures
from services.audiences import Audience
from services.campaigns import News
from tests.campaigns.town import AREAS, STAFF, Town

NO_LIMIT = Quota(None, 0)
SLOT = datetime(2026, 7, 16, 5, 0, tzinfo=UTC)  # 13:00 in Taiwan, of the day whose night it is


def send(town: Town, to: str = "all", quota: Quota = NO_LIMIT) -> Any:
    with town.units() as uow:
        news = News(NEWS, audiences.parse(to, tuple(AREAS)))
        campaign_id, _ = town.campaigns.start_news(uow, news, staff=STAFF, quota=quota)
    town.campaigns.tell(town.units, campaign_id)
    return campaign_id


def figures(town: Town, campaign_id: Any) -> Figures:
    with town.units() as uow:
        return campaign_figures.figures(uow, campaign_figures.find(uow, str(campaign_id)[:8]), town.campaigns.rules)


def an_hour_passes(town: Town) -> None:
    town.run("UPDATE campaign SET made_at = made_at - interval '61 minutes'")


def test_the_same_goes_to_the_same_people_once_in_an_hour(town: Town) -> None:
    town.person("gates")
    first = send(town)
    with pytest.raises(ToldLatelyError):
        send(town)
    send(town, "flood")
    with town.units() as uow:
        town.campaigns.stop(uow, first, staff=STAFF)
    send(town)
    an_hour_passes(town)
    send(town)


def test_it_goes_in_the_slot_to_all_who_want_it(town: Town) -> None:
    told = {town.person(), town.person("gates"), town.person(told_by=Channel.SMS, registered=True)}
    town.person(off=(Topic.NEWS,))
    town.person(blocked=True, registered=True)
    send(town)
    assert set(town.waiting()) == told, "an announcement is not worth an SMS, so LINE tells it to whom prefers SMS"
    assert town.rows("SELECT DISTINCT next_attempt_at, rank FROM outbound_message WHERE next_attempt_at > now()") == []
    assert {row[0] for row in town.rows("SELECT DISTINCT send_at FROM notice")} == {SLOT}


def test_audiences(town: Town) -> None:
    driver, gate, pass_holder, reminded = town.person("riverside_lots"), town.person("gates"), town.person(), ""
    reminded = town.person()
    town.bind(reminded, reminder="13-18")
    town.run("INSERT INTO lot (number, name, district, village, address) VALUES ('P1', 'x', 'x', 'x', 'x')")
    town.run("INSERT INTO favourite_lot VALUES (:bot, :who, 'P1')", bot="U" + "0" * 32, who=pass_holder)
    expected = {
        "all": {driver, gate, pass_holder, reminded},
        "flood": {driver, gate},
        "area:gates": {gate},
        "passes": {pass_holder},
        "reminders": {reminded},
    }
    for name, people in expected.items():
        with town.units() as uow:
            pages = audiences.pages(uow, audiences.parse(name, tuple(AREAS)), SLOT.date())
            assert {one.citizen for page in pages for one in page} == people, name
    for wrong in ("everybody", "area:moon", "area:", "told", ""):
        with pytest.raises(ValueError, match="no a"):
            audiences.parse(wrong, tuple(AREAS))


def test_a_page_after_another_leaves_nobody_out(town: Town, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(audiences, "PAGE", 3)
    everybody = {town.person() for _ in range(8)}
    send(town)
    assert set(town.waiting()) == everybody


def test_the_month_is_kept_for_what_matters_more(town: Town) -> None:
    for _ in range(7):
        town.person()
    with pytest.raises(NotEnoughQuotaError) as refused:
        send(town, quota=Quota(100, 64))  # 30 are kept back
    assert (refused.value.needed, refused.value.free) == (7, 6)
    assert town.waiting() == {}
    send(town, quota=Quota(100, 63))
    with pytest.raises(NotEnoughQuotaError):
        send(town, quota=Quota(100, 63))  # what waits in the outbox is promised
    an_hour_passes(town)
    send(town, quota=Quota(None, 10**9))


def test_what_became_of_it(town: Town) -> None:
    people = [town.person() for _ in range(5)]
    campaign_id = send(town)
    assert figures(town, campaign_id) == Figures(people=5, line_waiting=5)
    town.run("UPDATE notice SET failed = 'blocked' WHERE citizen = :who", who=people[0])
    town.run("UPDATE outbound_message SET ended_at = now(), outcome = 'pushed'")
    counted = figures(town, campaign_id)
    assert counted == Figures(people=5, line_sent=4, line_failed={"blocked": 1}, cost=1)
    assert counted.over
    with town.units() as uow:
        campaign_figures.remember(uow, town.campaigns.rules)
    town.run("DELETE FROM notice")
    town.run("UPDATE campaign SET made_at = now() - interval '60 days'")
    assert figures(town, campaign_id) == counted


def test_stopped_it_sends_no_more(town: Town) -> None:
    town.person()
    town.person(told_by=Channel.BOTH, registered=True)
    campaign_id = send(town)
    with town.units() as uow:
        town.campaigns.stop(uow, campaign_id, staff=STAFF)
    assert town.waiting() == {}
    assert figures(town, campaign_id).line_failed == {"stopped": 2}
    assert town.campaigns.tell(town.units, campaign_id) == 0
    with town.units() as uow, pytest.raises(ValueError, match="no such"):
        town.campaigns.stop(uow, uuid.UUID(int=1), staff=STAFF)


def test_a_campaign_is_found_by_the_beginning_of_its_id(town: Town) -> None:
    town.person()
    ids = []
    for _ in range(3):
        ids.append(str(send(town)))
        an_hour_passes(town)
    ids.sort()
    with town.units() as uow:
        assert str(campaign_figures.find(uow, ids[0]).id) == ids[0]
        assert [str(row.id) for row in campaign_figures.newest(uow, 2)] != []
        for wrong in ("", "zz", "1" * 40):
            with pytest.raises(ValueError, match=r"beginning|more than"):
                campaign_figures.find(uow, wrong)


def test_an_audience_is_kept_as_it_was_told(town: Town) -> None:
    town.person("gates")
    send(town, "area:gates")
    content = town.rows("SELECT content, areas FROM campaign")[0]
    assert content[0]["audience"] == {"name": "flood", "areas": ["gates"]}
    assert content[1] == ["gates"]
    assert Audience("flood", ("gates",)) == audiences.parse("area:gates", tuple(AREAS))
