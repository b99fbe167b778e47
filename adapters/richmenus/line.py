"""Puts the rich menus into LINE through line-bot-sdk; safe to run again at any point of a run that broke off.

A menu's name carries the hash of what it is, so what is there already is left alone. Aliases are switched once every
image is there, and what nobody needs any longer is deleted last: at no moment does a citizen see a menu without image.
"""

import hashlib
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any

import orjson
import urllib3
from linebot.v3.messaging import (
    ApiClient,
    ApiException,
    Configuration,
    CreateRichMenuAliasRequest,
    MessagingApi,
    MessagingApiBlob,
    RichMenuBulkLinkRequest,
    RichMenuBulkUnlinkRequest,
    RichMenuRequest,
    UpdateRichMenuAliasRequest,
)

from adapters.richmenus.drawing import draw
from domain.errors import OutsideError, Retry
from domain.richmenus import PREFIX, Menu

TIMEOUT = (3.0, 20.0)  # seconds to connect and to answer; the SDK itself would wait for ever
HASH_LETTERS = 16
NOT_FOUND = 404


@dataclass(frozen=True, slots=True)
class Drawn:
    """One menu as it goes to LINE."""

    alias: str
    name: str
    request: dict[str, Any]
    image: bytes


@dataclass(frozen=True, slots=True)
class Deployed:
    """What a deployment did; all empty where everything was in place."""

    created: Sequence[str]  # aliases
    switched: Sequence[str]  # aliases
    deleted: int  # menus and aliases that nobody needs any longer


def drawn(menu: Menu) -> Drawn:
    """Draw a menu and name it by its content."""
    image = draw(menu)
    digest = hashlib.sha256(orjson.dumps(menu.as_line("")) + image).hexdigest()[:HASH_LETTERS]
    name = f"{menu.alias} {digest}"
    return Drawn(menu.alias, name, menu.as_line(name), image)


class LineRichMenus:
    """One channel's rich menus. `api_url`, `data_api_url`: hosts of the Messaging API."""

    def __init__(self, api_url: str, data_api_url: str, access_token: str) -> None:
        self._clients = [_client(url, access_token) for url in (api_url, data_api_url)]
        self._api, self._blob = MessagingApi(self._clients[0]), MessagingApiBlob(self._clients[1])

    def deploy(self, menus: Sequence[Drawn], follow: Callable[[], object] = lambda: None) -> Deployed:
        """Create, upload, switch, delete. `menus`: the first is for everybody. Raises domain.errors.OutsideError.

        `follow` is called before old menus are deleted: it shows the new ones to citizens who have one of their own.
        """
        with _told():
            there = {menu.name: menu.rich_menu_id for menu in self._ask(self._api.get_rich_menu_list).richmenus}
            known = {one.rich_menu_alias_id: one.rich_menu_id for one in self._aliases()}
            created = [menu.alias for menu in menus if menu.name not in there]
            ids = {menu.alias: self._in_place(menu, there, known) for menu in menus}
            switched = [alias for alias, menu_id in ids.items() if known.get(alias) != menu_id]
            for alias in switched:
                self._switch(alias, ids[alias], is_new=alias not in known)
            if self._default() != ids[menus[0].alias]:
                self._ask(self._api.set_default_rich_menu, ids[menus[0].alias])
            follow()
            return Deployed(created, switched, self._delete_others(there, known, ids))

    # domain.ports.richmenus.MenuLinks

    def ids(self) -> Mapping[str, str]:
        """The menu that each alias means now."""
        with _told():
            return {one.rich_menu_alias_id: one.rich_menu_id for one in self._aliases()}

    def link(self, menu_id: str, citizens: Sequence[str]) -> None:
        """LINE accepts it and does it a little later."""
        with _told():
            request = RichMenuBulkLinkRequest(richMenuId=menu_id, userIds=list(citizens))
            self._ask(self._api.link_rich_menu_id_to_users, request)

    def unlink(self, citizens: Sequence[str]) -> None:
        """Likewise."""
        with _told():
            request = RichMenuBulkUnlinkRequest(userIds=list(citizens))
            self._ask(self._api.unlink_rich_menu_id_from_users, request)

    def close(self) -> None:
        """Close the connections."""
        for client in self._clients:
            client.close()
            client.rest_client.pool_manager.clear()

    def _in_place(self, menu: Drawn, there: dict[str, str], known: dict[str, str]) -> str:
        """The id of a menu that has its image, made where it is not there."""
        menu_id = there.get(menu.name)
        if menu_id is None:
            request = RichMenuRequest.from_dict(menu.request)
            menu_id = str(self._ask(self._api.create_rich_menu, request).rich_menu_id)
        elif known.get(menu.alias) == menu_id or self._has_image(menu_id):
            return menu_id
        self._ask(self._blob.set_rich_menu_image, menu_id, menu.image, _headers={"Content-Type": "image/png"})
        return menu_id

    def _has_image(self, menu_id: str) -> bool:
        """Whether a run that broke off had uploaded it."""
        return self._unless_missing(self._blob.get_rich_menu_image, menu_id) is not None

    def _aliases(self) -> Sequence[Any]:
        return list(self._ask(self._api.get_rich_menu_alias_list).aliases)

    def _switch(self, alias: str, menu_id: str, *, is_new: bool) -> None:
        if is_new:
            made = CreateRichMenuAliasRequest(richMenuAliasId=alias, richMenuId=menu_id)
            self._ask(self._api.create_rich_menu_alias, made)
        else:
            self._ask(self._api.update_rich_menu_alias, alias, UpdateRichMenuAliasRequest(richMenuId=menu_id))

    def _default(self) -> str | None:
        found = self._unless_missing(self._api.get_default_rich_menu_id)
        return None if found is None else str(found.rich_menu_id)

    def _delete_others(self, there: dict[str, str], known: dict[str, str], ids: dict[str, str]) -> int:
        """Ours that are no longer wanted; those of others, made by hand in LINE's own manager, stay."""
        old_aliases = [alias for alias in known if alias.startswith(f"{PREFIX}-") and alias not in ids]
        kept = set(ids.values())
        old_menus = [one for name, one in there.items() if name.startswith(f"{PREFIX}-") and one not in kept]
        for alias in old_aliases:
            self._ask(self._api.delete_rich_menu_alias, alias)
        for menu_id in old_menus:
            self._ask(self._api.delete_rich_menu, menu_id)
        return len(old_aliases) + len(old_menus)

    def _unless_missing(self, call: Callable[..., Any], *values: Any) -> Any:
        """The answer, None for 404."""
        try:
            return self._ask(call, *values)
        except ApiException as error:
            if error.status == NOT_FOUND:
                return None
            raise

    def _ask(self, call: Callable[..., Any], *values: Any, **more: Any) -> Any:
        return call(*values, _request_timeout=TIMEOUT, **more)


def _client(url: str, access_token: str) -> ApiClient:
    configuration = Configuration(host=url, access_token=access_token)
    configuration.retries = False  # whoever runs it runs it again: nothing is asked behind their back
    return ApiClient(configuration)


@contextmanager
def _told() -> Iterator[None]:
    """LINE's refusals and silences as ours."""
    try:
        yield
    except ApiException as error:
        raise OutsideError(f"LINE answered {error.status}", Retry.NEVER) from None
    except urllib3.exceptions.HTTPError as error:
        raise OutsideError(f"LINE could not be asked: {type(error).__name__}") from None
