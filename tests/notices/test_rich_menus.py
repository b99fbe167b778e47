"""Rich menus: what is drawn is what is pressed, every tile types a known word, a deployment can be repeated."""

from collections.abc import Iterator
from dataclasses import replace
from io import BytesIO
from pathlib import Path

import pytest
from PIL import Image, ImageColor

from adapters.richmenus.book import FILE, load_menu_book
from adapters.richmenus.line import Deployed, Drawn, LineRichMenus, drawn
from domain.errors import OutsideError
from domain.reader import Language
from domain.richmenus import COMPACT, LARGE, WIDTH, Box, Menu, MenuBook, Tab, menu_for, menus
from flex_templates import theme
from infra.settings import SettingsError
from tests.fakes.line import FakeLine, Fault
from tests.flow import Flow
from web.console.lineapi.check import check_body

LINES_MOST_BYTES = 1_000_000
CLEAR = 12  # pixels along every edge of a box where nothing is written

BOOK = load_menu_book()


def relabelled(book: MenuBook, label: str) -> MenuBook:
    """The book with another label on its very first tile."""
    first = book.guest
    tile = replace(first.tiles[0], label=dict.fromkeys(Language, label))
    return replace(book, guest=Tab(first.key, first.name, [tile, *first.tiles[1:]]))


@pytest.fixture(scope="module")
def every() -> list[tuple[Menu, Drawn]]:
    return [(menu, drawn(menu)) for menu in menus(BOOK)]


@pytest.fixture
def line() -> Iterator[FakeLine]:
    with FakeLine() as fake:
        yield fake


@pytest.fixture
def api(line: FakeLine) -> Iterator[LineRichMenus]:
    made = LineRichMenus(line.url, line.url, line.access_token)
    yield made
    made.close()


def test_line_takes_every_menu_and_its_image(every: list[tuple[Menu, Drawn]]) -> None:
    assert len(every) == 2 * (len(BOOK.tabs) + 1)
    for menu, made in every:
        assert check_body("RichMenuRequest", menu.as_line(made.name)) == []
        assert len(made.image) <= LINES_MOST_BYTES
        assert Image.open(BytesIO(made.image)).size == (WIDTH, menu.layout.height)
    assert {menu.layout.height for menu, _made in every} == {COMPACT.height, LARGE.height} == {843, 1686}


def test_areas_cover_the_image_without_overlap(every: list[tuple[Menu, Drawn]]) -> None:
    for menu, _made in every:
        boxes = [box for *_rest, box in (*menu.tabs, *menu.tiles)]
        assert sum(box.width * box.height for box in boxes) == WIDTH * menu.layout.height
        for number, one in enumerate(boxes):
            assert not any(overlap(one, other) for other in boxes[number + 1 :])


def overlap(one: Box, other: Box) -> bool:
    beside = one.x + one.width <= other.x or other.x + other.width <= one.x
    return not (beside or one.y + one.height <= other.y or other.y + other.height <= one.y)


def shrunk(box: Box) -> tuple[int, int, int, int]:
    """The middle of a box, without its frame."""
    aside, above = box.width // 5, box.height // 5
    return box.x + aside, box.y + above, box.x + box.width - aside, box.y + box.height - above


@pytest.mark.slow
def test_each_box_holds_its_writing_and_keeps_it_off_its_edges(every: list[tuple[Menu, Drawn]]) -> None:
    grounds = {ImageColor.getrgb(BOOK.colours[name]) for name in ("paper", "band", "line", "main")}
    for menu, made in every:
        image = Image.open(BytesIO(made.image)).convert("RGB")
        for *_rest, box in (*menu.tabs, *menu.tiles):
            whole = (box.x, box.y, box.x + box.width, box.y + box.height)
            darkest, lightest = image.crop(shrunk(box)).convert("L").getextrema()
            assert lightest - darkest > 100, "something is written there, and can be read"
            left, upper, right, lower = whole
            for strip in (
                (left, upper, left + CLEAR, lower),
                (right - CLEAR, upper, right, lower),
                (left, upper, right, upper + CLEAR),
                (left, lower - CLEAR, right, lower),
            ):
                edge = {colour for _count, colour in image.crop(strip).getcolors(WIDTH * LARGE.height)}
                assert edge <= grounds, f"{menu.alias}: {box} is written over"


def test_a_tab_leads_to_every_other_and_to_the_same_in_the_other_language(every: list[tuple[Menu, Drawn]]) -> None:
    aliases = {menu.alias for menu, _made in every}
    for menu, _made in every:
        switches = [area["action"] for area in menu.as_line("x")["areas"] if area["action"]["type"] == "richmenuswitch"]
        assert {action["richMenuAliasId"] for action in switches} <= aliases - {menu.alias}
        assert len(switches) == (1 if menu.tab is BOOK.guest else len(BOOK.tabs))


def test_every_tile_types_a_word_that_opens_something(flow: Flow) -> None:
    for tab in (BOOK.guest, *BOOK.tabs):
        for tile in tab.tiles:
            for word in tile.say.values():
                opened = flow.registry.by_word(word)
                assert opened is not None, word


def test_what_one_comes_for_is_one_press_away() -> None:
    for tab in (BOOK.guest, BOOK.tabs[0]):
        assert [tile.say[Language.ZH] for tile in tab.tiles][:2] == ["待繳", "抽籤結果"]


def test_everybody_begins_as_a_guest_in_chinese() -> None:
    aliases = [menu.alias for menu in menus(BOOK)]
    assert aliases[0] == menu_for(BOOK, Language.ZH, registered=False) == "parkline-guest-zh"
    wanted = {menu_for(BOOK, language, registered=member) for language in Language for member in (True, False)}
    assert len(wanted) == 4
    assert wanted <= set(aliases)


def test_the_menus_wear_the_colours_of_the_cards() -> None:
    assert BOOK.colours == {
        "ink": theme.INK,
        "quiet": theme.QUIET,
        "paper": theme.PAPER,
        "band": theme.BAND,
        "line": theme.LINE,
        "main": theme.MAIN,
    }


def test_a_name_too_long_for_its_tile_is_refused() -> None:
    menu = menus(relabelled(BOOK, "說" * 20))[0]
    with pytest.raises(ValueError, match="does not fit"):
        drawn(menu)


@pytest.mark.parametrize(
    ("old", "new", "told"),
    [
        ('key = "bills"', 'key = "me"', "two have the same key"),
        ('key = "bills"', 'keys = "bills"', "tabs.0.key"),
        ('main = "#0B4F8A"', 'main = "blue"', "colours.main"),
        ("bar = {", "bar {", "richmenu.toml"),
        ('bar = { zh = "選單"', 'bar = { zh = "一二三四五六七八九十一二三四五"', "bar.zh"),
    ],
)
def test_what_is_wrong_in_the_file_is_named(tmp_path: Path, old: str, new: str, told: str) -> None:
    path = tmp_path / "richmenu.toml"
    assert old in FILE.read_text()
    path.write_text(FILE.read_text().replace(old, new, 1))
    with pytest.raises(SettingsError, match=told):
        load_menu_book(path)


class TestDeploying:
    def whole(self, line: FakeLine, wanted: list[Drawn]) -> bool:
        """Exactly these menus with their images, their aliases, and the first for everybody."""
        there = line.platform.rich_menus
        by_name = {menu["name"]: menu_id for menu_id, menu in there.menus.items()}
        return (
            len(there.menus) == len(wanted)
            and all(there.images[by_name[one.name]].data == one.image for one in wanted)
            and there.aliases == {one.alias: by_name[one.name] for one in wanted}
            and there.default == by_name[wanted[0].name]
        )

    def test_what_is_in_place_is_left_alone(
        self, line: FakeLine, api: LineRichMenus, every: list[tuple[Menu, Drawn]]
    ) -> None:
        wanted = [made for _menu, made in every]
        done = api.deploy(wanted)
        assert (len(done.created), len(done.switched), done.deleted) == (8, 8, 0)
        assert self.whole(line, wanted)
        ids = set(line.platform.rich_menus.menus)
        before = sum(count for (method, _path, _status), count in line.calls.items() if method != "GET")
        assert api.deploy(wanted) == Deployed([], [], 0)
        assert set(line.platform.rich_menus.menus) == ids
        assert sum(count for (method, _path, _status), count in line.calls.items() if method != "GET") == before

    def test_a_change_replaces_one_menu_and_a_tab_given_up_goes(
        self, line: FakeLine, api: LineRichMenus, every: list[tuple[Menu, Drawn]]
    ) -> None:
        old = [made for _menu, made in every]
        api.deploy(old)
        by_hand = {"size": {"width": 800, "height": 400}, "selected": False, "name": "a campaign", "chatBarText": "x"}
        line.platform.rich_menus.menus["richmenu-hand"] = by_hand | {"areas": [], "richMenuId": "richmenu-hand"}
        new = [drawn(menus(relabelled(BOOK, "待付"))[0]), *old[1:-1]]
        done = api.deploy(new)
        assert done == Deployed([new[0].alias], [new[0].alias], 3), "two menus and an alias"
        assert line.platform.rich_menus.menus.pop("richmenu-hand")["name"] == "a campaign"
        assert self.whole(line, new)

    @pytest.mark.parametrize(
        "path", ["/richmenu/list", "/richmenu", "/content", "/richmenu/alias", "/user/all/richmenu"]
    )
    @pytest.mark.parametrize("fault", [Fault.ERROR, Fault.ERROR_AFTER, Fault.DROP_BEFORE, Fault.DROP_AFTER])
    def test_a_run_that_broke_off_is_finished_by_the_next(
        self, line: FakeLine, api: LineRichMenus, every: list[tuple[Menu, Drawn]], path: str, fault: Fault
    ) -> None:
        wanted = [made for _menu, made in every[:2]]
        line.faults.strike_next(fault, path=path)
        with pytest.raises(OutsideError):
            api.deploy(wanted)
        api.deploy(wanted)
        assert self.whole(line, wanted)
        line.faults.strike_next(fault, path=path)  # and once more, with something to replace
        replaced = [drawn(menus(relabelled(BOOK, "待付"))[0]), wanted[1]]
        with pytest.raises(OutsideError):
            api.deploy(replaced)
        api.deploy(replaced)
        assert self.whole(line, replaced)

    def test_a_wrong_token_is_told(self, line: FakeLine, every: list[tuple[Menu, Drawn]]) -> None:
        api = LineRichMenus(line.url, line.url, "wrong")
        with pytest.raises(OutsideError, match="LINE answered 401"):
            api.deploy([every[0][1]])
        api.close()
