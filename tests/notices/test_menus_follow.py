"""Who sees which rich menu: guests and members in their language, told to LINE in bulk."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import replace

import pytest
from flask import Flask
from sqlalchemy import text

from adapters.richmenus.book import load_menu_book
from adapters.richmenus.line import LineRichMenus, drawn
from domain.errors import OutsideError
from domain.reader import Language
from domain.richmenus import Tab, menus
from infra.database import UnitOfWork, UnitOfWorkFactory
from jobs.commands.richmenu import richmenu
from services.planning import Planning
from tests.fakes.line import FakeLine, Fault
from tests.flow import Flow
from tests.handlers.registered import register
from wiring.richmenus import RichMenuRoom

BOOK = load_menu_book()


@pytest.fixture
def line() -> Iterator[FakeLine]:
    with FakeLine() as fake:
        yield fake


class FollowingHouse(RichMenuRoom):
    """A house whose LINE is the test's."""

    menu_book = replace(BOOK, tabs=BOOK.tabs[:1])
    line: FakeLine
    units: UnitOfWorkFactory

    @property
    def planning(self) -> Planning:
        raise AssertionError("menus tell nobody anything")

    def unit(self) -> UnitOfWork:
        return self.units()

    @contextmanager
    def rich_menus(self) -> Iterator[LineRichMenus]:
        made = LineRichMenus(self.line.url, self.line.url, self.line.access_token)
        yield made
        made.close()


@pytest.fixture
def house(line: FakeLine, chat_units: UnitOfWorkFactory) -> FollowingHouse:
    with chat_units() as uow:  # other tests' citizens are not met here
        uow.connection.execute(text("UPDATE citizen SET language = 'zh-TW'"))
        uow.connection.execute(text("UPDATE account SET state = 'leaving'"))
        uow.connection.execute(text("DELETE FROM menu_link"))
    made = FollowingHouse(None, None, 1, "test")
    object.__setattr__(made, "line", line)
    object.__setattr__(made, "units", chat_units)
    return made


def test_the_command_tells_what_it_did(line: FakeLine, house: FollowingHouse) -> None:
    app = Flask("test")
    app.extensions["house"] = house
    app.cli.add_command(richmenu)
    runs = [app.test_cli_runner().invoke(args=["richmenu", "deploy"]) for _ in range(2)]
    assert [run.output for run in runs] == ["created 4, switched 4, deleted 0\n", "everything is in place\n"]
    line.faults.strike_next(Fault.ERROR)
    failed = app.test_cli_runner().invoke(args=["richmenu", "deploy"])
    assert failed.exit_code == 1
    assert "LINE answered 500" in failed.output


class TestFollowing:
    def menu_of(self, line: FakeLine, flow: Flow) -> str:
        """The alias of what the citizen sees at LINE."""
        there = line.platform.rich_menus
        shown = there.menu_of(flow.citizen)
        return next(alias for alias, menu_id in there.aliases.items() if menu_id == shown)

    def friend(self, line: FakeLine, flow: Flow, units: UnitOfWorkFactory | None = None) -> Flow:
        """Known to LINE; with `units` also registered with us."""
        flow.citizen = line.user()
        if units:
            register(flow, units)
        return flow

    def test_registering_language_and_leaving_change_the_menu(
        self,
        line: FakeLine,
        house: FollowingHouse,
        make_flow: Callable[..., Flow],
        chat_units: UnitOfWorkFactory,
    ) -> None:
        assert house.menus.follow(chat_units) == 0, "nothing is deployed"
        with house.rich_menus() as api:
            api.deploy(house.drawn_menus())
        guest, member = self.friend(line, make_flow()), self.friend(line, make_flow(), chat_units)
        guest.say("說明")
        assert house.menus.follow(chat_units) == 1
        assert house.menus.follow(chat_units) == 0
        shown = [self.menu_of(line, one) for one in (guest, member)]
        assert shown == ["parkline-guest-zh", "parkline-bills-zh"]
        for one in (guest, member):
            one.say("English")
        assert house.menus.follow(chat_units) == 2
        shown = [self.menu_of(line, one) for one in (guest, member)]
        assert shown == ["parkline-guest-en", "parkline-bills-en"]
        member.say("註銷")
        member.press("Delete")
        guest.say("中文")
        house.menus.follow(chat_units)
        shown = [self.menu_of(line, one) for one in (guest, member)]
        assert shown == ["parkline-guest-zh", "parkline-guest-en"]

    def test_a_new_deployment_and_a_friend_who_comes_back_are_told_of(
        self, line: FakeLine, house: FollowingHouse, make_flow: Callable[..., Flow], chat_units: UnitOfWorkFactory
    ) -> None:
        with house.rich_menus() as api:
            api.deploy(house.drawn_menus())
        member = self.friend(line, make_flow(), chat_units)
        house.menus.follow(chat_units)
        tab = BOOK.tabs[0]
        tile = replace(tab.tiles[0], label=dict.fromkeys(Language, "待付"))
        changed = replace(house.menu_book, tabs=[Tab(tab.key, tab.name, [tile, *tab.tiles[1:]])])
        with house.rich_menus() as api:
            api.deploy([drawn(menu) for menu in menus(changed)], lambda: house.menus.follow(chat_units))
        assert self.menu_of(line, member) == "parkline-bills-zh", "the new one, though the old one is deleted"
        member.event("unfollow")
        assert house.menus.follow(chat_units) == 1
        member.event("follow", follow={"isUnblocked": True})
        assert house.menus.follow(chat_units) == 1
        assert self.menu_of(line, member) == "parkline-bills-zh"

    def test_many_are_told_in_bulk_and_a_silence_loses_nobody(
        self, line: FakeLine, house: FollowingHouse, chat_units: UnitOfWorkFactory
    ) -> None:
        with house.rich_menus() as api:
            api.deploy(house.drawn_menus())
        with chat_units() as uow:
            uow.connection.execute(
                text("INSERT INTO citizen (channel, line_id, language) "
                     "SELECT 'many', 'U' || lpad(to_hex(n), 32, '0'), 'en' FROM generate_series(1, 1100) n")
            )  # fmt: skip
        line.faults.strike_next(Fault.ERROR, path="/bulk/link")
        with pytest.raises(OutsideError):
            house.menus.follow(chat_units)
        assert house.menus.follow(chat_units) == 1100
        calls = sum(
            count for (_method, path, status), count in line.calls.items() if "bulk/link" in path and status == 202
        )
        assert calls == 3, "500 at most in one call"
