"""Rich menus over the Messaging API: image, link, alias."""

from io import BytesIO

import orjson
import pytest
from PIL import Image

from tests.console.asked import Line
from tests.console.samples import OTHER, USER, menu


@pytest.fixture
def line():
    return Line()


def png(width, height):
    out = BytesIO()
    Image.new("1", (width, height)).save(out, "PNG")
    return out.getvalue()


class TestRichMenus:
    def made(self, line):
        return orjson.loads(line.post("richmenu", menu(size={"width": 800, "height": 400}, areas=[])).body)[
            "richMenuId"
        ]

    def upload(self, line, menu_id, data, media_type="image/png"):
        return line.post(f"richmenu/{menu_id}/content", data, Content_Type=media_type)

    def test_an_image_first_then_the_link(self, line):
        menu_id = self.made(line)
        assert line.post(f"user/all/richmenu/{menu_id}", None).status == 400
        assert self.upload(line, menu_id, png(801, 400)).status == 400
        assert self.upload(line, menu_id, b"no image").status == 400
        assert self.upload(line, menu_id, png(800, 400), "image/gif").status == 415
        assert self.upload(line, menu_id, b"\0" * 1_000_001).status == 413
        assert self.upload(line, menu_id, png(800, 400)).status == 200
        assert self.upload(line, menu_id, png(800, 400)).status == 400
        assert line.ask("GET", f"/v2/bot/richmenu/{menu_id}/content").body == png(800, 400)
        assert line.post(f"user/all/richmenu/{menu_id}", None).status == 200
        assert line.platform.rich_menus.menu_of(USER) == menu_id

    def test_ones_own_menu_before_the_default(self, line):
        everybody, own = self.made(line), self.made(line)
        for menu_id in (everybody, own):
            self.upload(line, menu_id, png(800, 400))
        line.post(f"user/all/richmenu/{everybody}", None)
        assert line.post("richmenu/bulk/link", {"richMenuId": own, "userIds": [USER, OTHER]}).status == 202
        assert line.platform.rich_menus.menu_of(USER) == own
        assert line.platform.rich_menus.menu_of(OTHER) == everybody
        assert line.ask("DELETE", f"/v2/bot/user/{USER}/richmenu").status == 200
        assert line.platform.rich_menus.menu_of(USER) == everybody
        assert line.post(f"user/{USER}/richmenu/{own}", None).status == 200
        assert line.ask("DELETE", f"/v2/bot/richmenu/{own}").status == 200
        assert line.ask("GET", f"/v2/bot/user/{USER}/richmenu").status == 404

    def test_aliases(self, line):
        menu_id = self.made(line)
        alias = {"richMenuAliasId": "main", "richMenuId": menu_id}
        assert line.post("richmenu/alias", alias).status == 400
        self.upload(line, menu_id, png(800, 400))
        assert line.post("richmenu/alias", alias).status == 200
        assert line.post("richmenu/alias", alias).status == 400
        assert orjson.loads(line.ask("GET", "/v2/bot/richmenu/alias/list").body) == {"aliases": [alias]}
        assert line.post("richmenu/alias/main", {"richMenuId": "none"}).status == 400
        assert line.ask("DELETE", "/v2/bot/richmenu/alias/main").status == 200
        assert line.ask("GET", "/v2/bot/richmenu/alias/main").status == 404
