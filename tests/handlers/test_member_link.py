"""連結官網會員, walked whole: the chat, LINE's tokens, a strict site that signs in, our API, LINE's event."""

import threading
import uuid
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import timedelta
from typing import Any, cast

import pytest
import urllib3
from flask import Flask
from flask_limiter import Limiter
from flask_limiter.util import get_remote_address
from flask_wtf import CSRFProtect
from sqlalchemy import Engine, text
from werkzeug.serving import make_server

from adapters.linktokens.line import LineLinkTokens
from domain.members import MemberSite
from infra.database import UnitOfWorkFactory
from services.agencies import Agencies
from services.agencyapi import keys
from services.members import Members
from services.sliplinks import SlipLinks
from tests.clock import MovableClock
from tests.fakes.member_site import Account, FakeMemberSite, LineLinking
from tests.flow import Answer, Flow
from tests.handlers.registered import told
from tests.members import TokensInHand, members_on
from web.agency.operations import Services
from web.agency.views import blueprint

ACCESS_TOKEN, PASSWORD = "a" * 40, "Pass1!"
AUDITED = "SELECT action, actor FROM audit_row WHERE action LIKE 'member.%' ORDER BY id"


@dataclass
class Town:
    """The site, LINE, and our service behind the chat."""

    site: FakeMemberSite
    line: LineLinking
    members: Members
    flow: Flow
    engine: Engine

    def sign_in(self, page: str, password: str = PASSWORD) -> int:
        """As the citizen does in a browser: open the page, sign in, follow to LINE; the last status."""
        browser = urllib3.PoolManager(retries=False, timeout=10.0)
        assert browser.request("GET", page).status == 200
        answer = browser.request_encode_body(
            "POST", page, fields={"member": "M-1", "password": password}, encode_multipart=False, redirect=False
        )
        return browser.request("GET", answer.headers["Location"]).status if answer.status == 302 else answer.status

    def come_back(self) -> Answer:
        """LINE tells the bot."""
        user, nonce = self.line.events[-1]
        assert user == self.flow.citizen
        return self.flow.event("accountLink", link={"result": "ok", "nonce": nonce})

    def rows(self, query: str) -> list[Any]:
        """What the database holds."""
        with self.engine.connect() as connection:
            return list(connection.execute(text(query), {"c": self.flow.citizen}))


def api_server(units: UnitOfWorkFactory, members: Members, clock: MovableClock) -> Any:
    """Our API for agencies on a port of its own."""
    app = Flask("agency", static_folder=None)
    app.config["SECRET_KEY"] = "s" * 32
    limiter = Limiter(get_remote_address, app=app, storage_uri="memory://")
    services = Services(cast(Any, None), SlipLinks(None), members, clock)
    app.register_blueprint(blueprint(units, services, CSRFProtect(app), limiter, "https://park.example"))
    return make_server("127.0.0.1", 0, app, threaded=True)


@pytest.fixture
def key(chat_units: UnitOfWorkFactory) -> str:
    """Of an agency that has a site."""
    code = uuid.uuid4().hex[:12].upper()
    with chat_units() as uow:
        Agencies(cast(Any, None), lambda: "").add(uow, code, "停車管理工程處", staff="anna")
        return keys.make(uow, code, ["members"], staff="anna")


@pytest.fixture
def town(
    owner: Flow, plate: str, key: str, chat_units: UnitOfWorkFactory, chat_engine: Engine, clock: MovableClock
) -> Iterator[Town]:
    """A site with one member, who has two vehicles there."""
    with LineLinking(clock, ACCESS_TOKEN) as line:
        members: Members = owner.services["members"]
        api = api_server(chat_units, members, clock)
        threading.Thread(target=api.serve_forever, daemon=True).start()
        with FakeMemberSite(f"http://127.0.0.1:{api.server_port}", key, line.url) as site:
            vehicles = [
                {"plate": plate, "kind": "car", "services": ["reminder", "flood"]},
                {"plate": plate.replace("RAB", "RAC"), "kind": "motorcycle", "services": []},
            ]
            site.accounts["M-1"] = Account("M-1", PASSWORD, vehicles)
            members.site = MemberSite("停車查詢一站式服務", "the one-stop parking site", site.page)
            members._tokens = LineLinkTokens(line.url, ACCESS_TOKEN)
            yield Town(site, line, members, owner, chat_engine)
        api.shutdown()
        api.server_close()


def test_a_member_links_sees_their_vehicles_and_binds_one_with_a_press(town: Town, plate: str) -> None:
    flow = town.flow
    offered = flow.say("LINE 綁定")
    assert "隨時可以在這裡解除連結" in offered
    assert "10 分鐘內有效" in offered
    assert town.sign_in(offered.link("登入官網並連結")) == 200
    answer = town.come_back()
    assert "已連結官網會員" in answer
    assert plate in answer
    assert "繳費提醒、防汛通知" in answer
    assert "解除連結" in answer.buttons
    assert answer.messages[0]["altText"] == "已連結官網會員"
    assert "綁定完成" in flow.press(f"綁定 {plate}")
    assert "已連結官網會員" in flow.say("連結官網會員")
    assert "官網會員" in flow.say("歷程")


def test_the_way_out_is_on_every_card_and_for_the_site_too(town: Town) -> None:
    flow = town.flow
    town.sign_in(flow.say("官網會員").link("登入"))
    linked = town.come_back()
    assert town.site.ask("standing", {"member": "M-1"})["linked"] is True
    assert "已解除連結" in flow.press("解除連結")
    assert "已解除連結" in flow.press("解除連結", linked), "once more changes nothing"
    assert town.site.ask("standing", {"member": "M-1"}) == {"linked": False, "since": None}
    town.sign_in(flow.press("重新連結").link("登入"))
    town.come_back()
    assert town.site.ask("unlink", {"member": "M-1"})["linked"] is False
    assert "登入官網並連結" in flow.say("官網會員").buttons
    acts = [tuple(row) for row in town.rows(AUDITED)]
    assert ("member.linked", "citizen") in acts
    assert acts[-1][0] == "member.unlinked"
    assert acts[-1][1].startswith("agency:")


def test_a_nonce_is_used_once_kept_as_a_hash_and_gone_after_ten_minutes(town: Town, clock: MovableClock) -> None:
    flow = town.flow
    town.sign_in(flow.say("官網會員").link("登入"))
    (nonce,) = town.site.nonces
    assert nonce not in str(town.rows("SELECT encode(nonce_hash, 'escape'), * FROM member_offer"))
    assert nonce not in str(town.rows("SELECT encode(answer, 'escape') FROM agency_batch"))
    clock.set(clock.now() + timedelta(minutes=10))
    assert "沒有連結" in town.come_back()
    clock.set(clock.now() + timedelta(minutes=1))
    town.sign_in(flow.press("重新連結").link("登入"))
    assert "已連結官網會員" in town.come_back()
    again = town.come_back()
    assert "連結日期" in again, "a second event for a link that stands is no failure"
    flow.press("解除連結")
    assert "沒有連結" in town.come_back(), "the nonce was used"


def test_a_nonce_of_another_or_made_up_links_nobody(town: Town) -> None:
    for nonce in ("", "x" * 43, "U" + "0" * 32):
        assert "沒有連結" in town.flow.event("accountLink", link={"result": "ok", "nonce": nonce})
    assert "沒有連結" in town.flow.event("accountLink", link={"result": "failed", "nonce": "n"})
    assert town.flow.event("accountLink", source=None, link={"result": "failed"}).messages == ()


def test_a_wrong_password_and_a_page_used_twice_link_nobody(town: Town) -> None:
    page = town.flow.say("官網會員").link("登入")
    assert town.sign_in(page, password="wrong") == 403
    assert town.sign_in(page) == 200
    assert town.sign_in(page) == 410
    assert len(town.line.events) == 1


def test_a_member_has_one_chat_and_a_chat_one_member(
    town: Town, make_owner: Callable[..., Flow], chat_engine: Engine
) -> None:
    first = town.flow
    town.sign_in(first.say("官網會員").link("登入"))
    town.come_back()
    second = make_owner()
    town.flow = second
    town.sign_in(second.say("官網會員").link("登入"))
    town.come_back()
    (notice,) = told(chat_engine, first)
    assert "官網會員已改連到別的聊天室" in notice
    assert "若不是您做的，請先到官網更改密碼" in notice
    assert told(chat_engine, second) == []
    assert "連結日期" in second.say("官網會員")
    assert "登入官網並連結" in first.press("重新連結", notice).buttons


def test_linking_the_same_chat_again_tells_nobody(town: Town, chat_engine: Engine) -> None:
    assert town.members.site
    for _ in range(2):
        town.sign_in(town.members.site.link(town.members._tokens.issue(town.flow.citizen)))
        assert "您在停車查詢一站式服務綁定的車輛" in town.come_back()
    assert told(chat_engine, town.flow) == []


def test_leaving_ends_the_link_at_once(town: Town) -> None:
    flow = town.flow
    town.sign_in(flow.say("官網會員").link("登入"))
    town.come_back()
    flow.say("註銷")
    flow.press("確定註銷")
    assert town.rows("SELECT 1 FROM member_link WHERE citizen = :c") == []
    assert town.site.ask("standing", {"member": "M-1"})["linked"] is False


def test_line_that_gives_no_token_is_said_so(town: Town) -> None:
    town.line.down = True
    answer = town.flow.say("官網會員")
    assert "暫時無法開始連結" in answer
    town.line.down = False
    assert "登入官網並連結" in town.flow.press("重新連結").buttons


def test_without_a_site_nothing_is_offered(
    flow: Flow, chat_units: UnitOfWorkFactory, clock: MovableClock, monkeypatch: pytest.MonkeyPatch
) -> None:
    tokens = TokensInHand()
    none = members_on(chat_units, clock, None, tokens)
    for key_ in ("member_link", "my_data"):
        monkeypatch.setattr(flow.registry.conversations[key_], "_members", none)
    answer = flow.say("官網會員")
    assert "尚未開放" in answer
    assert answer.link("撥打") == "tel:1999"
    assert tokens.issued == []


def test_my_details_lead_there_where_there_is_a_site(owner: Flow) -> None:
    owner.say("我的資料")
    assert "登入官網並連結" in owner.press("連結官網會員").buttons


def test_in_english(make_owner: Callable[..., Flow]) -> None:
    flow = make_owner(line_language="en")
    answer = flow.say("link my account")
    assert "the one-stop parking site" in answer
    assert "unlink here at any time" in answer
