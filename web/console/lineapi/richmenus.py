"""Rich menus: create, upload, link, alias, list (reference "Rich menu")."""

import secrets
from collections.abc import Sequence
from io import BytesIO
from typing import Any

from PIL import Image, UnidentifiedImageError

from web.console.lineapi import limits
from web.console.lineapi.call import Call
from web.console.lineapi.errors import NOT_FOUND, Answer, ApiError
from web.console.lineapi.memory import Content, Memory
from web.console.lineapi.sending import USER_ID, Check

Menu = dict[str, Any]

_MEDIA_TYPES = {"image/jpeg": "JPEG", "image/png": "PNG"}


class RichMenus:
    """The calls about rich menus, and which menu a user sees."""

    def __init__(self, memory: Memory, check: Check) -> None:
        self._memory = memory
        self._check = check
        self.menus: dict[str, Menu] = {}
        self.images: dict[str, Content] = {}
        self.aliases: dict[str, str] = {}
        self.default: str | None = None
        self.linked: dict[str, str] = {}

    def menu_of(self, user_id: str) -> str | None:
        """The id of the menu that a user sees: their own before the default."""
        with self._memory.changed:
            return self.linked.get(user_id, self.default)

    def put(self, menus: Sequence[tuple[str, Menu, bytes]]) -> None:
        """Alias, menu and PNG of each, as if they had been deployed; the first for everybody."""
        with self._memory.changed:
            for alias, menu, image in menus:
                menu_id = f"richmenu-{secrets.token_hex(16)}"
                self.menus[menu_id] = menu | {"richMenuId": menu_id}
                self.images[menu_id] = Content(image, "image/png")
                self.aliases[alias] = menu_id
            self.default = self.aliases[menus[0][0]]
            self._memory.touch()

    def create(self, call: Call) -> Answer:
        """A new menu, without image and linked to nobody."""
        menu = self._check("RichMenuRequest", call)
        with self._memory.changed:
            if len(self.menus) >= limits.MENUS:
                raise ApiError(400, f"The number of rich menus must be {limits.MENUS} or less")
            menu_id = f"richmenu-{secrets.token_hex(16)}"
            self.menus[menu_id] = menu | {"richMenuId": menu_id}
        return Answer.of({"richMenuId": menu_id})

    def validate(self, call: Call) -> Answer:
        """Check a menu without making it."""
        self._check("RichMenuRequest", call)
        return Answer()

    def listing(self, call: Call) -> Answer:  # noqa: ARG002 - every handler takes its call
        """All menus."""
        with self._memory.changed:
            return Answer.of({"richmenus": list(self.menus.values())})

    def get(self, call: Call) -> Answer:
        """One menu."""
        return Answer.of(self._menu(call.ids[0]))

    def delete(self, call: Call) -> Answer:
        """Remove a menu; those linked to it lose it."""
        with self._memory.changed:
            menu_id = self._menu(call.ids[0])["richMenuId"]
            del self.menus[menu_id]
            self.images.pop(menu_id, None)
            self.linked = {user: menu for user, menu in self.linked.items() if menu != menu_id}
            self.default = None if self.default == menu_id else self.default
            self._memory.touch()
        return Answer()

    def upload(self, call: Call) -> Answer:
        """A menu's image, once: jpeg or png, 1 MB, of the menu's size."""
        menu = self._menu(call.ids[0])
        media_type = call.headers.get("content-type", "").partition(";")[0].strip().lower()
        if media_type not in _MEDIA_TYPES:
            raise ApiError(415, "Unsupported media type")
        if len(call.body) > limits.MENU_IMAGE_BYTES:
            raise ApiError(413, "The image is too large")
        try:
            with Image.open(BytesIO(call.body), formats=[_MEDIA_TYPES[media_type]]) as image:
                size = {"width": image.width, "height": image.height}
        except (UnidentifiedImageError, Image.DecompressionBombError):
            raise ApiError(400, "The image could not be read") from None
        if size != menu["size"]:
            raise ApiError(400, "The image size must match the size of the rich menu")
        with self._memory.changed:
            if menu["richMenuId"] in self.images:
                raise ApiError(400, "An image has already been uploaded to the richmenu")
            self.images[menu["richMenuId"]] = Content(call.body, media_type)
        return Answer()

    def image(self, call: Call) -> Answer:
        """A menu's image."""
        content = self.images.get(call.ids[0])
        if content is None:
            raise ApiError(404, NOT_FOUND)
        return Answer(200, content.data or b"", content_type=content.media_type)

    def set_default(self, call: Call) -> Answer:
        """The menu of everybody without one of their own."""
        with self._memory.changed:
            self.default = self._ready(call.ids[0])
            self._memory.touch()
        return Answer()

    def get_default(self, call: Call) -> Answer:  # noqa: ARG002
        """The id of that menu."""
        if self.default is None:
            raise ApiError(404, "no default richmenu")
        return Answer.of({"richMenuId": self.default})

    def clear_default(self, call: Call) -> Answer:  # noqa: ARG002
        """No menu for everybody."""
        with self._memory.changed:
            self.default = None
            self._memory.touch()
        return Answer()

    def link(self, call: Call) -> Answer:
        """A menu for one user; for a stranger 200 and nothing happens."""
        with self._memory.changed:
            self._link([call.ids[0]], call.ids[1])
        return Answer()

    def bulk_link(self, call: Call) -> Answer:
        """A menu for at most 500 users, accepted to be done later (here at once)."""
        body = self._check("RichMenuBulkLinkRequest", call)
        with self._memory.changed:
            self._link(body["userIds"], body["richMenuId"])
        return Answer(202)

    def bulk_unlink(self, call: Call) -> Answer:
        """No own menu for at most 500 users."""
        body = self._check("RichMenuBulkUnlinkRequest", call)
        self._unlink(body["userIds"])
        return Answer(202)

    def unlink(self, call: Call) -> Answer:
        """No own menu for one user."""
        self._unlink([call.ids[0]])
        return Answer()

    def get_linked(self, call: Call) -> Answer:
        """The id of a user's own menu."""
        menu_id = self.linked.get(call.ids[0])
        if menu_id is None:
            raise ApiError(404, "the user has no richmenu")
        return Answer.of({"richMenuId": menu_id})

    def create_alias(self, call: Call) -> Answer:
        """A name for a menu, so that menus can be exchanged."""
        body = self._check("CreateRichMenuAliasRequest", call)
        with self._memory.changed:
            if body["richMenuAliasId"] in self.aliases:
                raise ApiError(400, "conflict richmenu alias id")
            if len(self.aliases) >= limits.MENU_ALIASES:
                raise ApiError(400, f"The number of aliases must be {limits.MENU_ALIASES} or less")
            self.aliases[body["richMenuAliasId"]] = self._aliasable(body["richMenuId"])
        return Answer()

    def update_alias(self, call: Call) -> Answer:
        """Let a name mean another menu."""
        body = self._check("UpdateRichMenuAliasRequest", call)
        with self._memory.changed:
            self._alias(call.ids[0])
            self.aliases[call.ids[0]] = self._aliasable(body["richMenuId"])
        return Answer()

    def get_alias(self, call: Call) -> Answer:
        """One name."""
        return Answer.of(self._alias(call.ids[0]))

    def delete_alias(self, call: Call) -> Answer:
        """Forget a name."""
        with self._memory.changed:
            self._alias(call.ids[0])
            del self.aliases[call.ids[0]]
        return Answer()

    def list_aliases(self, call: Call) -> Answer:  # noqa: ARG002
        """All names."""
        with self._memory.changed:
            return Answer.of({"aliases": [self._alias(alias) for alias in self.aliases]})

    def _menu(self, menu_id: str) -> Menu:
        if menu_id not in self.menus:
            raise ApiError(404, NOT_FOUND)
        return self.menus[menu_id]

    def _ready(self, menu_id: str) -> str:
        self._menu(menu_id)
        if menu_id not in self.images:
            raise ApiError(400, "must upload richmenu image before applying it to user")
        return menu_id

    def _aliasable(self, menu_id: str) -> str:
        if menu_id not in self.menus:
            raise ApiError(400, "richmenu not found")
        return self._ready(menu_id)

    def _alias(self, alias: str) -> dict[str, str]:
        if alias not in self.aliases:
            raise ApiError(404, "richmenu alias not found")
        return {"richMenuAliasId": alias, "richMenuId": self.aliases[alias]}

    def _link(self, users: list[str], menu_id: str) -> None:
        ready = self._ready(menu_id)
        if any(not USER_ID.fullmatch(user) for user in users):
            raise ApiError(400, "The value for the 'userId' parameter is invalid")
        self.linked |= {user: ready for user in users if user in self._memory.users}
        self._memory.touch()

    def _unlink(self, users: list[str]) -> None:
        with self._memory.changed:
            for user in users:
                self.linked.pop(user, None)
            self._memory.touch()
