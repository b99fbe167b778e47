"""A bill number alone, as printed on the slip in one's hand."""

import io
from collections.abc import Callable, Iterator
from datetime import UTC, datetime

import pytest
from sqlalchemy import Engine

from domain.agencyapi import Stage
from infra.crypto import FieldCipher
from infra.database import UnitOfWorkFactory, make_engine
from services import ledger
from services.agencies import Agencies
from services.agencyapi import reports
from services.agencyapi.reports import Step
from services.ledger_import import import_csv
from tests import stores
from tests.clock import MovableClock
from tests.flow import Flow
from tests.handlers.cities import CitiesInHand
from tests.handlers.conftest import DAILY_LIMIT

HEAD = "agency,number,plate,kind,fee_item,parked_on,deadline,amount,pay_amount,hours,street,issued_how"
SLIP = "PARKA,M8168111102840P,AAA-1111,motorcycle,parking,2026-11-16,2026-12-01,20,20,1,信義路四段,無紙化開單"


@pytest.fixture(scope="module")
def chat_engine(_admin: stores.Admin, postgres_url: str, _template: str) -> Iterator[Engine]:
    """A ledger of these tests' own: elsewhere no agency has bills in it."""
    with stores.fresh_database(_admin, postgres_url, _template) as url:
        made = make_engine(url)
        yield made
        made.dispose()


def taken(units: UnitOfWorkFactory, *rows: str, head: str = HEAD) -> None:
    """An agency's file with these rows, imported."""
    refused: list[str] = []
    with units() as uow:
        file = io.BytesIO("\n".join([head, *rows, ""]).encode())
        import_csv(uow, file, refused=lambda line, reason: refused.append(f"{line}: {reason}"))
    assert refused == []


@pytest.mark.parametrize(
    "typed", ["M8168111102840P", "m8168111102840p", "Ｍ８１６８１１１１０２８４０Ｐ", "M8168-1111-0284-0P"]
)
def test_a_number_shows_its_slip_with_street(
    flow: Flow, chat_units: UnitOfWorkFactory, cities_in_hand: CitiesInHand, typed: str
) -> None:
    taken(chat_units, SLIP)
    answer = flow.say(typed)
    assert "20 元" in answer
    assert "12/1（二）24:00 前，還有 10 天" in answer
    assert "信義路四段" in answer
    assert "無紙化開單" in answer
    assert cities_in_hand.asked == []


def test_a_number_is_taken_where_a_plate_is_asked_for(flow: Flow, chat_units: UnitOfWorkFactory) -> None:
    taken(chat_units, SLIP)
    flow.say("待繳")
    assert "20 元" in flow.say("M8168111102840P")
    assert flow.waiting is None
    flow.say("AB1234")
    assert flow.waiting == "dash"
    assert "20 元" in flow.say("M8168111102840P")
    flow.say("ABC-1234")
    assert "20 元" in flow.say("M8168111102840P")  # instead of a kind: a changed mind
    assert flow.waiting is None


def test_the_street_is_not_shown_for_the_plate(flow: Flow, chat_units: UnitOfWorkFactory) -> None:
    taken(chat_units, SLIP)
    flow.say("AAA-1111")
    answer = flow.press("機車")
    assert "M8168111102840P" in answer
    assert "信義路" not in answer


def test_a_bill_inside_a_notice_shows_the_notice(flow: Flow, chat_units: UnitOfWorkFactory) -> None:
    head = f"{HEAD},notice_number,notice_deadline,notice_extra_charge,notice_mail"
    row = "PARKA,M8168111102841P,BBB-2222,car,parking,2026-10-16,2026-10-31,40,40,1,仁愛路,"
    row += ",N101008521,2026-12-05,50,registered"
    taken(chat_units, row, head=head)
    answer = flow.say("M8168111102841P")
    assert "掛號催繳" in answer
    assert "90 元" in answer
    assert "含帳單\nM8168111102841P" in answer
    assert answer.link("繳費 90 元")


@pytest.mark.parametrize(
    ("status", "said"),
    [("paid", "機關已收到這筆款項"), ("withdrawn", "機關已撤銷這筆帳單")],
)
def test_a_bill_that_is_owed_no_longer_is_said_to_be_so(
    flow: Flow, chat_units: UnitOfWorkFactory, status: str, said: str
) -> None:
    taken(chat_units, f"{SLIP.replace('840P', '899P')},{status}", head=f"{HEAD},status")
    answer = flow.say("M8168111102899P")
    assert said in answer
    assert "找不到" not in answer
    assert "AAA-1111" not in answer


def test_what_was_paid_here_says_when(flow: Flow, chat_units: UnitOfWorkFactory, clock: MovableClock) -> None:
    taken(chat_units, SLIP.replace("840P", "898P"))
    with chat_units() as uow:
        ledger.mark_paid(uow, [bill.key for bill in ledger.by_number(uow, "M8168111102898P")], paid_at=clock.now())
    answer = flow.say("M8168111102898P")
    assert "這筆帳單已繳清" in answer
    assert "繳費時間\n14:02" in answer
    assert "繳費紀錄" in answer.buttons


def test_a_number_nobody_knows_says_what_to_do(flow: Flow) -> None:
    answer = flow.say("Q7078443D099999")
    assert "這裡找不到這個帳單號碼" in answer
    assert answer.link("撥打") == "tel:1999"
    assert "請輸入車牌" in flow.press("查停車費")


def test_guessing_numbers_is_limited(flow: Flow) -> None:
    for _ in range(DAILY_LIMIT):
        flow.say("Q7078443D099999")
    assert "今天的次數已用完" in flow.say("Q7078443D099998")


def test_in_english(make_flow: Callable[..., Flow], chat_units: UnitOfWorkFactory) -> None:
    taken(chat_units, SLIP)
    assert "by 24:00 on Tue 1 Dec" in make_flow(line_language="en").say("M8168111102840P")


def test_a_case_shows_how_far_it_is(flow: Flow, chat_units: UnitOfWorkFactory) -> None:
    steps = [
        Step("C115110012345", datetime(2026, 11, 18, 1, tzinfo=UTC), Stage.RECEIVED, "", ""),
        Step("C115110012345", datetime(2026, 11, 20, 1, tzinfo=UTC), Stage.DOCUMENTS_NEEDED, "請補行照影本", "Copy"),
    ]
    with chat_units() as uow:
        Agencies(FieldCipher([b"k" * 32]), str).add(uow, "ACC", "車輛行車事故鑑定會", staff="anna")
        reports.take_steps(uow, "ACC", steps)
    answer = flow.say("C115-1100-12345")
    assert "車輛行車事故鑑定會" in answer
    assert "待補件" in answer
    assert "請補行照影本" in answer
    assert answer.shown.index("11/20") < answer.shown.index("11/18")
    assert "這裡找不到" not in answer
