"""防汛通知: at once, at night, to whom it concerns, ahead of all else, and closed by the notice that it is over."""

import pytest
from sqlalchemy import text

from bot.outbox_statements import FIND
from domain.campaigns import Quota
from domain.floods import Flood, Template
from domain.notices import Channel, Topic
from domain.reader import Language
from samples.campaigns import NEWS
from services.audiences import Audience
from services.campaigns import News
from tests.accounts import deliver
from tests.bot.running import BOT
from tests.campaigns.town import STAFF, Town

RIVER, GATES = "riverside_lots", "gates"


def closed(town: Town, *areas: str) -> Flood:
    return Flood(Template.CLOSED, areas or (RIVER,), town.clock.now(), "華中河濱公園")


def send(town: Town, flood: Flood, ends: object = None) -> object:
    with town.units() as uow:
        campaign_id, _ = town.campaigns.start_flood(uow, flood, staff=STAFF, ends=ends)  # type: ignore[arg-type]
    town.campaigns.tell(town.units, campaign_id)
    return campaign_id


def test_it_goes_at_night_to_the_area_in_the_readers_language_and_to_nobody_else(town: Town) -> None:
    here, english = town.person(RIVER), town.person(RIVER, GATES, language=Language.EN)
    town.person(GATES)
    town.person()
    town.person(RIVER, off=(Topic.FLOOD,))
    send(town, closed(town))
    told = town.waiting()
    assert told == {
        here: "防汛：華中河濱公園 02:30 起停車場關閉",
        english: "Flood, 華中河濱公園: Car parks closed, from 02:30",
    }
    assert town.rows("SELECT count(*) FROM outbound_message WHERE next_attempt_at > now()") == [(0,)]


def test_those_without_line_get_an_sms(town: Town) -> None:
    blocked = town.person(RIVER, blocked=True, registered=True)
    town.person(RIVER, blocked=True)
    both = town.person(RIVER, registered=True, told_by=Channel.BOTH)
    with town.units() as uow:
        preview = town.campaigns.preview(uow, closed(town))
    assert (preview.asked, preview.line, preview.sms, preview.sms_parts, preview.cost) == (3, 1, 2, 2, 2)
    send(town, closed(town))
    assert set(town.waiting()) == {both}
    texts = [sms.text for sms in deliver(town.units, town.services)]
    assert texts == ["停車通：防汛：華中河濱公園 02:30 起停車場關閉"] * 2
    assert town.rows("SELECT DISTINCT citizen FROM sms_message ORDER BY 1") == [(blocked,), (both,)]


def test_hundreds_share_a_message_and_telling_again_tells_nobody_twice(town: Town) -> None:
    first, *_ = [town.person(RIVER) for _ in range(7)]
    campaign_id = send(town, closed(town))
    assert town.rows("SELECT cardinality(recipients), rank, topic FROM outbound_message") == [(7, 0, "flood")]
    town.run("UPDATE campaign SET state = 'sending'")
    assert town.campaigns.tell(town.units, campaign_id) == 0  # type: ignore[arg-type]
    assert len(town.waiting()) == 7
    assert first in town.waiting()


def test_it_is_found_before_everything_that_came_earlier(town: Town) -> None:
    people = [town.person(RIVER) for _ in range(3)]
    town.clock.move(hours=12)
    with town.units() as uow:
        letters = [("pass", people[0]), ("paid", people[1])]
        for key, who in letters:
            data = {"amount": 40, "count": 1, "receipt_url": "https://p.example/r/x", "trial": False}
            town.notices.post(uow, "payment_done", channel=BOT, citizen=who, dedupe_key=key, data=data)
    send(town, closed(town))
    with town.units() as uow:
        find = FIND.format(table="outbound_message", waiting="ended_at IS NULL")
        found = uow.driver.execute(find.encode(), {"in_hand": [], "look": 1, "lock": 7}).fetchall()
        assert [str(row[1])[0] for row in found] == ["M"], "of many that wait one is found, and it is the multicast"
        uow.connection.execute(text("SELECT pg_advisory_unlock_all()"))


def test_it_is_over_for_those_who_were_told_and_once(town: Town) -> None:
    told, sold, late = town.person(RIVER), town.person(RIVER), ""
    flood = closed(town)
    campaign_id = send(town, flood)
    town.run("UPDATE outbound_message SET ended_at = now(), outcome = 'pushed'")
    late = town.person(RIVER)
    town.unbind(sold)
    town.clock.move(hours=1)
    with town.units() as uow:
        assert [row.id for row, _ in town.campaigns.open_floods(uow)] == [campaign_id]
        over = town.campaigns.end_of(uow, campaign_id, town.clock.now())  # type: ignore[arg-type]
    send(town, over, ends=campaign_id)
    assert town.waiting() == dict.fromkeys((told, sold), "防汛：華中河濱公園 03:30 起停車場恢復開放")
    assert late not in town.waiting()
    with town.units() as uow:
        assert town.campaigns.open_floods(uow) == []
        with pytest.raises(ValueError, match="no open flood"):
            town.campaigns.start_flood(uow, over, staff=STAFF, ends=campaign_id)  # type: ignore[arg-type]


def test_nobody_to_tell_is_said_and_nothing_is_begun(town: Town) -> None:
    town.person(GATES)
    with town.units() as uow, pytest.raises(ValueError, match="nobody"):
        town.campaigns.start_flood(uow, closed(town), staff=STAFF)
    assert town.rows("SELECT count(*) FROM campaign") == [(0,)]


def test_who_began_it_stands_in_the_audit(town: Town) -> None:
    town.person(RIVER)
    campaign_id = send(town, closed(town))
    audit = town.rows("SELECT actor, action, subject_id, detail FROM audit_row WHERE action LIKE 'campaign%'")
    assert audit == [(STAFF, "campaign.started", str(campaign_id), {"kind": "flood", "line": 1, "sms": 0})]


@pytest.mark.parametrize(
    ("template", "ends", "place"),
    [
        (Template.RESTORED, None, ""),
        (Template.CLOSED, Template.CLOSED, ""),
        (Template.RESTORED, Template.RESTORED, ""),
        (Template.CLOSED, None, "x" * 61),
        (Template.CLOSED, None, "two\nlines"),
    ],
)
def test_what_makes_no_sense_is_refused(town: Town, template: Template, ends: Template | None, place: str) -> None:
    with pytest.raises(ValueError, match=r"ends another|one line"):
        Flood(template, (RIVER,), town.clock.now(), place, ends)


def test_an_announcement_is_no_flood_to_be_closed(town: Town) -> None:
    town.person()
    with town.units() as uow:
        campaign_id, _ = town.campaigns.start_news(uow, News(NEWS, Audience("all")), staff=STAFF, quota=Quota(None, 0))
        with pytest.raises(ValueError, match="no open flood"):
            town.campaigns.end_of(uow, campaign_id, town.clock.now())
