"""退款與對帳, 停止服務: a second person above the limit, files that cannot be read, switches that hold at once."""

import io
import uuid

import pytest

from domain.clock import TAIPEI
from domain.orders import AttemptState
from domain.staff import Role
from services import halts
from tests.pay.world import World, bill
from tests.staff.crawl import Tables
from tests.staff.office import Office, Person

LARGE, SMALL = 1200, 300  # NT$; above 1,000 another person must approve


@pytest.fixture
def world(office: Office) -> World:
    return World.build(office.house.engine)


@pytest.fixture
def chen(office: Office) -> Person:
    person = office.person("chen", Role.HEAD)
    person.log_in()
    return person


def taken(world: World, amount: int) -> tuple[str, str]:
    """(trade number, attempt) of money that came."""
    order = world.open(bill(amount=amount))
    world.start(order)
    number = world.trade(order)
    world.bank.pay(number, amount)
    assert world.settle(order) is AttemptState.PAID
    return number, str(world.attempt_id(number))


def test_money_is_found_asked_for_and_approved_by_another(world: World, office: Office, chen: Person) -> None:
    number, attempt = taken(world, LARGE)
    assert "1,200 元，可退 1,200 元" in chen.post("/refunds/find", number=number).text
    form = {"attempt": attempt, "amount": str(LARGE), "reason": "重複繳費"}
    chen.post("/refunds/ask", **form)
    page = chen.get("/refunds").text
    assert "請由另一位同仁核准" in page
    lin = office.person("lin", Role.SERVICE)
    lin.log_in()
    request = lin.get("/refunds").text.split('name="id" value="')[1].split('"')[0]
    assert "無法進行" in chen.post("/refunds/decide", id=request, approve="1").text
    assert "已核准退款" in lin.post("/refunds/decide", id=request, approve="1").text
    assert "可退 0 元" in chen.post("/refunds/find", number=number).text
    assert [action for actor, action in office.audit() if actor == "staff:lin"][-2:] == [
        "refund.approved",
        "refund.asked",
    ]


def test_more_than_was_paid_is_refused(world: World, chen: Person) -> None:
    _, attempt = taken(world, SMALL)
    form = {"attempt": attempt, "amount": str(SMALL + 1), "reason": "重複繳費"}
    assert "無法進行" in chen.post("/refunds/ask", **form).text
    assert "需要是整數" in chen.post("/refunds/ask", **(form | {"amount": "1.5"})).text
    assert "沒有這筆款項" in chen.post("/refunds/ask", **(form | {"attempt": str(uuid.uuid4())})).text


def test_a_settlement_file_is_compared(world: World, chen: Person) -> None:
    for content in (b"\xff", b"", b"reference,number,amount,paid_at\n" + b"x" * 200_000):
        sent = {"provider": "demobank", "day": "2031-03-01", "file": (io.BytesIO(content), "x.csv")}
        assert "檔案無法讀取" in chen.post("/refunds/reconcile", **sent).text
    page = chen.post("/refunds/reconcile", provider="demobank", day="soon", file=(io.BytesIO(b""), "x.csv"))
    assert "檔案無法讀取" in page.text
    assert chen.post("/refunds/reconcile", provider="nobody", day="2031-03-01").status_code == 400
    assert world.rows("SELECT 1 FROM audit_row WHERE action LIKE 'money.%'") == []


def test_differences_stay_on_the_page_until_a_better_file_comes(world: World, office: Office, chen: Person) -> None:
    number, _ = taken(world, SMALL)
    (money,) = world.rows("SELECT provider_reference, paid_at FROM payment")
    paid_at = money.paid_at.astimezone(TAIPEI).strftime("%Y-%m-%dT%H:%M:%S")
    day = paid_at[:10]

    def compared(amount: int) -> str:
        row = f"{money.provider_reference},{number},{amount},{paid_at}"
        file = io.BytesIO(f"reference,number,amount,paid_at\n{row}\n".encode())
        return chen.post("/refunds/reconcile", provider="demobank", day=day, file=(file, "x.csv")).text

    assert "0 筆相符，1 筆不符" in compared(SMALL + 50)
    checks, differing = Tables(chen.get("/refunds").text).rows
    assert checks[0][:6] == [day, "熊讚銀行", "300", "350", "1", "chen"]
    assert differing == [[money.provider_reference, number, "300", "350"]]
    assert "1 筆相符，0 筆不符" in compared(SMALL)
    (checks,) = Tables(chen.get("/refunds").text).rows
    assert [row[:6] for row in checks] == [[day, "熊讚銀行", "300", "300", "0", "chen"]], "the better file's alone"
    assert office.audit().count(("staff:chen", "money.reconciled")) == 2


def test_a_switch_stops_and_lets_go_on(office: Office, chen: Person) -> None:
    assert "已停止，民眾會看到說明" in chen.post("/halts/stop", what="money", zh="暫停", en="Paused").text
    with office.house.unit() as uow:
        assert halts.standing(uow)["money"].zh == "暫停"
    assert "<strong>已停止</strong>" in chen.get("/halts").text
    assert "已恢復" in chen.post("/halts/resume", what="money").text
    assert "沒有停止" in chen.post("/halts/resume", what="money").text
    assert "沒有這個開關" in chen.post("/halts/stop", what="everything", zh="暫停", en="Paused").text
    assert "都要填寫" in chen.post("/halts/stop", what="money", zh="暫停", en=" ").text


def test_an_agency_that_came_by_data_can_be_stopped_too(office: Office, chen: Person) -> None:
    office.run("INSERT INTO agency (id, code, name) VALUES (gen_random_uuid(), 'WATER', '臺北自來水事業處')")
    assert "臺北自來水事業處" in chen.get("/halts").text
    assert "已停止" in chen.post("/halts/stop", what="WATER", zh="暫停", en="Paused").text
    with office.house.unit() as uow:
        assert "WATER" in halts.standing(uow)


def test_auditors_read_and_verify_the_chain(office: Office, chen: Person) -> None:
    chen.post("/halts/stop", what="money", zh="暫停", en="Paused")
    wuly = office.person("wuly", Role.AUDIT)
    wuly.log_in()
    page = wuly.get("/audit?action=halt.").text
    assert "halt.stopped" in page
    assert "staff.login" not in page
    assert "稽核鏈完整" in wuly.post("/audit/verify").text
    assert chen.get("/audit").status_code == 403
    assert wuly.get("/refunds").status_code == 200
    assert wuly.post("/refunds/ask").status_code == 403
