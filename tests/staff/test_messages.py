"""簡訊發送查詢, 未送達訊息: found by what is whole, masked, sent again once; LINE's month as LINE told it."""

import io
import re
import uuid
from datetime import timedelta

import pytest
from openpyxl import load_workbook
from sqlalchemy import text

from domain.campaigns import Quota
from domain.notices import Topic
from domain.phones import Mobile
from domain.staff import Role
from services import dead_letters, line_quota, sms_list
from tests.staff.office import Office, Person
from tests.staff.test_news import LineMonth
from web.backoffice.messages import TOPICS

CHANNEL, CITIZEN, OTHER = "U0", "Uciti", "Uother"
MOBILE = "0912345678"


@pytest.fixture(autouse=True)
def month(office: Office) -> LineMonth:
    """Before anybody opens a page."""
    made = LineMonth()
    office.house.__dict__["line_quota"] = made
    return made


def registered(office: Office, citizen: str = CITIZEN, mobile: str = MOBILE) -> None:
    house, number = office.house, uuid.uuid4()
    with house.unit() as uow:
        hashed = house.accounts.mobile_hash(uow, Mobile(mobile))
    office.run(
        "INSERT INTO account (id, channel, line_id, state, mobile, mobile_hash, name, consent_version, consented_at) "
        "VALUES (:id, :channel, :citizen, 'live', :mobile, :hash, '', '1', now())",
        id=number, channel=CHANNEL, citizen=citizen, hash=hashed,
        mobile=house.cipher.encrypt(mobile, f"account.mobile:{number}"),
    )  # fmt: skip


def sms(office: Office, topic: str | None, state: str, delivery: str | None = None, citizen: str = CITIZEN) -> None:
    office.run(
        "INSERT INTO sms_message (id, state, delivery, topic, channel, citizen, expires_at, cause) "
        "VALUES (gen_random_uuid(), :state, :delivery, :topic, :channel, :citizen, now(), :cause)",
        state=state, delivery=delivery, topic=topic, channel=CHANNEL, citizen=citizen, cause=f"{topic}-{state}",
    )  # fmt: skip


def causes(page: str) -> list[str]:
    return re.findall(r"<td[^>]*>((?:\w+)-(?:\w+))</td>", page)


@pytest.fixture
def several(office: Office) -> None:
    registered(office)
    registered(office, OTHER, "0987654321")
    sms(office, None, "accepted", "delivered")
    sms(office, "draw", "accepted", "failed")
    sms(office, "due_soon", "accepted", None, OTHER)
    sms(office, "flood", "refused", None, OTHER)


@pytest.mark.usefixtures("several")
def test_each_sms_with_what_became_of_it(chen: Person) -> None:
    page = chen.get("/sms").text
    assert causes(page) == ["flood-refused", "due_soon-accepted", "draw-accepted", "None-accepted"]
    for words in ("已送達", "未送達", "已交簡訊商", "未發送", "驗證碼", "月票抽籤", "0912***678"):
        assert words in page
    assert MOBILE not in page


@pytest.mark.usefixtures("several")
@pytest.mark.parametrize(
    ("form", "found"),
    [
        ({"mobile": "0912-345-678"}, ["draw-accepted", "None-accepted"]),
        ({"mobile": "0911111111"}, []),
        ({"topic": "code"}, ["None-accepted"]),
        ({"topic": "flood"}, ["flood-refused"]),
        ({"fate": "未送達"}, ["draw-accepted"]),
        ({"fate": "已交簡訊商"}, ["due_soon-accepted"]),
        ({"fate": "結果不明"}, []),
        ({"last": "2020-01-01"}, []),
        ({"first": "2020-01-01", "fate": "已送達"}, ["None-accepted"]),
    ],
)
def test_an_sms_is_found(chen: Person, form: dict[str, str], found: list[str]) -> None:
    assert causes(chen.post("/sms/find", **form).text) == found


@pytest.mark.usefixtures("several")
def test_pages_of_sms_join(chen: Person, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sms_list, "PAGE", 3)
    first = chen.get("/sms").text
    after = re.search(r'name="after" value="([^"]+)"', first)
    assert after
    second = chen.post("/sms/find", after=after.group(1)).text
    assert causes(first) + causes(second) == ["flood-refused", "due_soon-accepted", "draw-accepted", "None-accepted"]
    assert 'name="after"' not in second


@pytest.mark.usefixtures("several")
def test_a_lots_staff_sees_sms_about_passes_to_its_own_applicants(office: Office, draw_id: str) -> None:
    office.lot("002")
    office.run("UPDATE pass_entry SET channel = 'U0', citizen = 'Uciti' WHERE log_index = 0")
    own, other = office.person("own", Role.LOT, "001"), office.person("other", Role.LOT, "002")
    for person in (own, other):
        person.log_in()
    assert causes(own.get("/sms").text) == ["draw-accepted"]
    assert causes(other.get("/sms").text) == []
    assert causes(other.post("/sms/find", mobile=MOBILE).text) == []
    assert own.get("/failed").status_code == 403
    office.run(
        "INSERT INTO sms_message (id, state, topic, cause, channel, citizen, expires_at)"
        " SELECT gen_random_uuid(), 'refused', 'draw', 'no-line', 'pass_entry', id::text, now() FROM pass_entry"
        " WHERE log_index = 1"
    )
    page = own.get("/sms").text
    assert causes(page) == ["no-line", "draw-accepted"], "who applied without LINE"
    with office.house.unit() as uow:
        number = uow.connection.execute(text("SELECT entry_no FROM pass_entry WHERE log_index = 1")).scalar_one()
    assert f"申請 {number}" in page
    assert causes(other.get("/sms").text) == []


def test_every_topic_has_a_name() -> None:
    assert {*TOPICS} == {sms_list.CODE, *Topic}


@pytest.mark.usefixtures("several")
def test_the_list_of_sms_is_a_file_as_masked(office: Office, chen: Person, monkeypatch: pytest.MonkeyPatch) -> None:
    answer = chen.post("/sms/excel", mobile=MOBILE)
    rows = [[cell.value for cell in row] for row in load_workbook(io.BytesIO(answer.data)).worksheets[0].iter_rows()]
    assert rows[0][1:4] == ["種類", "對象", "狀態"]
    assert sorted(row[1:4] for row in rows[1:]) == [
        ["月票抽籤", "0912***678", "未送達"],
        ["驗證碼", "0912***678", "已送達"],
    ]
    assert office.audit()[-1] == ("staff:chen", "sms.exported")
    monkeypatch.setattr(sms_list, "AT_ONCE", 3)
    every = load_workbook(io.BytesIO(chen.post("/sms/excel").data)).worksheets[0]
    assert every.max_row == 1 + 4, "each batch once"
    assert "日期不正確" in chen.post("/sms/excel", first="x").text


def message(office: Office, outcome: str, lane: str = CITIZEN, body: bytes | None = b"[]", many: int = 0) -> str:
    """A message that did not go; the notices of a multicast with it."""
    number = uuid.uuid4()
    office.run(
        "INSERT INTO outbound_message (id, channel, lane, body, topic, rank, attempts, ended_at, outcome, request_id) "
        "VALUES (:id, :channel, :lane, :body, 'news', 4, 1, now(), :outcome, :request)",
        id=number, channel=CHANNEL, lane=f"M{number.hex}" if many else lane, body=body, outcome=outcome,
        request=f"req-{outcome}",
    )  # fmt: skip
    for one in range(many):
        office.run(
            "INSERT INTO notice (dedupe_key, channel, citizen, notice, send_at, by_line, outbound_id, failed) "
            "VALUES (:key, :channel, :citizen, 'announcement', now(), true, :id, :failed)",
            key=f"{number}:{one}", channel=CHANNEL, citizen=f"U{one}", id=number,
            failed=outcome if one else "turned_off",
        )  # fmt: skip
    return str(number)


def copies(office: Office) -> list[tuple[object, ...]]:
    """What waits in the outbox."""
    with office.house.unit() as uow:
        return list(
            uow.driver.execute(
                "SELECT lane, recipients, rank, topic, reply_token FROM outbound_message WHERE ended_at IS NULL"
            )
        )


def test_what_did_not_go_is_sent_again_once(office: Office, chen: Person) -> None:
    number = message(office, "quota")
    message(office, "pushed")
    page = chen.get("/failed").text
    assert "LINE 本月額度用完" in page
    assert "req-quota" in page
    assert "req-pushed" not in page
    assert "已重新排入發送" in chen.post("/failed/again", id=number).text
    assert copies(office) == [(CITIZEN, None, 4, "news", None)]
    assert "已經重送過" in chen.post("/failed/again", id=number).text
    assert f'name="id" value="{number}"' not in chen.get("/failed").text
    assert ("staff:chen", "message.sent_again") in office.audit()


def test_of_a_multicast_those_who_did_not_get_it_get_it(office: Office, chen: Person) -> None:
    number = message(office, "denied", many=3)
    assert '<td class="number">3</td>' in chen.get("/failed").text
    chen.post("/failed/again", id=number)
    ((lane, recipients, *_),) = copies(office)
    assert recipients == ["U1", "U2"], "whoever has turned it off does not get it"
    assert str(lane).startswith("M")
    assert str(lane) != f"M{uuid.UUID(number).hex}"
    with office.house.unit() as uow:
        left = uow.driver.execute("SELECT citizen FROM notice WHERE outbound_id = %s", (number,)).fetchall()
    assert left == [("U0",)], "the notices follow the new message"


@pytest.mark.parametrize(
    ("outcome", "body", "why"),
    [("expired", None, "無法重送"), ("pushed", b"[]", "沒有這則未送達"), ("blocked", b"[]", "沒有這則未送達")],
)
def test_what_cannot_be_sent_again(office: Office, chen: Person, outcome: str, body: bytes | None, why: str) -> None:
    number = message(office, outcome, body=body)
    assert why in chen.post("/failed/again", id=number).text
    assert why not in chen.get("/failed").text
    assert copies(office) == []
    assert "沒有這則" in chen.post("/failed/again", id=uuid.uuid4()).text


def test_pages_of_what_did_not_go_join(office: Office, chen: Person, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(dead_letters, "PAGE", 1)
    for outcome in ("quota", "denied", "quota"):
        message(office, outcome)
    seen, page = [], chen.post("/failed/find", outcome="quota").text
    while after := re.search(r'name="after" value="([^"]+)"', page):
        seen += re.findall(r"req-\w+", page)
        page = chen.post("/failed/find", outcome="quota", after=after.group(1)).text
    assert [*seen, *re.findall(r"req-\w+", page)] == ["req-quota", "req-quota"]


def event(office: Office, lane: str = CITIZEN, aside: bool = True) -> str:
    number = uuid.uuid4().hex
    office.run(
        "INSERT INTO inbound_event (event_id, channel, lane, happened_at, payload, attempts, done_at, set_aside_at, "
        "failure) VALUES (:id, :channel, :lane, 1, :said, 5, now(), CASE WHEN :aside THEN now() END, 'KeyError')",
        id=number, channel=CHANNEL, lane=lane, aside=aside, said=b'{"secret": 1}',
    )  # fmt: skip
    return number


def test_an_event_that_was_set_aside_runs_again_unless_its_citizen_has_written_since(
    office: Office, chen: Person
) -> None:
    overtaken, last = event(office), event(office)
    page = chen.get("/failed").text
    assert "KeyError" in page
    assert "secret" not in page
    assert "之後又傳了訊息" in chen.post("/failed/run", id=overtaken).text
    assert "已重新排入處理" in chen.post("/failed/run", id=last).text
    with office.house.unit() as uow:
        rows = uow.driver.execute("SELECT event_id, attempts FROM inbound_event WHERE done_at IS NULL").fetchall()
    assert rows == [(last, 0)]
    assert "沒有這件擱置的訊息" in chen.post("/failed/run", id=last).text
    assert "沒有這件擱置的訊息" in chen.post("/failed/run", id=event(office, OTHER, aside=False)).text
    assert ("staff:chen", "event.run_again") in office.audit()


def test_lines_month_is_asked_for_now_and_then(office: Office, chen: Person, month: LineMonth) -> None:
    page = chen.get("/failed").text
    assert "1,000 則" in page
    assert "690 則" in page
    month.quota = Quota(None, 20)
    assert "1,000 則" in chen.get("/failed").text, "asked a moment ago"
    seen = office.house.quota_seen
    first = seen.now()
    assert first is not None
    seen._seen = line_quota.SeenQuota(first.quota, first.at - timedelta(minutes=6))
    assert "沒有上限" in chen.get("/failed").text
    month.quota, seen._seen = None, line_quota.SeenQuota(Quota(500, 1), first.at - timedelta(minutes=6))
    page = chen.get("/failed").text
    assert "500 則" in page, "what LINE said last, with its time"
    assert "（6 分鐘前，之後沒有回覆）" in page
    seen._seen = None
    assert "LINE 目前沒有回覆額度" in chen.get("/failed").text


@pytest.mark.parametrize(("role", "sends"), [(Role.SERVICE, 200), (Role.AUDIT, 403)])
def test_auditors_look_and_the_service_desk_sends(office: Office, role: Role, sends: int) -> None:
    number = message(office, "quota")
    person = office.person("lin", role)
    person.log_in()
    assert ("重送" in person.get("/failed").text) is (sends == 200)
    assert person.post("/failed/again", id=number).status_code == sends
