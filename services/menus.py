"""Who sees which rich menu: guests and members, in their language.

The menus follow the citizens' state by the clock: what LINE was told of each (menu_link) is compared with what it is to
know. So a registration, a leaving or another language shows within a minute, and a run that was missed is made up.
"""

from collections.abc import Mapping, Sequence
from contextlib import AbstractContextManager
from typing import Any, Protocol

from sqlalchemy import text

from domain.ports.richmenus import BULK, MenuLinks
from domain.reader import Language
from domain.richmenus import MenuBook, menu_for
from infra.database import UnitOfWork, UnitOfWorkFactory

# What each citizen should see; who sees the default, or blocked us, has no row of their own. A citizen who comes back
# after blocking us is told of anew (Messaging API: linking somebody who is no friend does nothing).
_WANTED = """
SELECT c.channel, c.line_id, CASE WHEN c.blocked_at IS NULL THEN nullif(w.alias, :default) END AS alias
FROM citizen c
LEFT JOIN account a ON a.channel = c.channel AND a.line_id = c.line_id AND a.state = 'live'
JOIN unnest(CAST(:languages AS text[]), CAST(:members AS boolean[]), CAST(:aliases AS text[]))
  AS w (language, member, alias) ON w.language = c.language AND w.member = (a.id IS NOT NULL)
"""
_CHANGED = text(f"""
SELECT coalesce(w.channel, m.channel) AS channel, coalesce(w.line_id, m.line_id) AS line_id, w.alias
FROM ({_WANTED}) AS w FULL JOIN menu_link m ON m.channel = w.channel AND m.line_id = w.line_id
LEFT JOIN unnest(CAST(:aliases AS text[]), CAST(:ids AS text[])) AS i (alias, id) ON i.alias = w.alias
WHERE w.alias IS DISTINCT FROM m.alias OR m.menu_id IS DISTINCT FROM i.id
ORDER BY w.alias LIMIT :most
""")  # noqa: S608 - both statements are this file's own
_TOLD = text("""
INSERT INTO menu_link (channel, line_id, alias, menu_id)
SELECT w.channel, w.line_id, :alias, :menu_id
FROM unnest(CAST(:channels AS text[]), CAST(:citizens AS text[])) AS w (channel, line_id)
JOIN citizen c ON c.channel = w.channel AND c.line_id = w.line_id
ON CONFLICT (channel, line_id) DO UPDATE SET alias = excluded.alias, menu_id = excluded.menu_id
""")
_NO_MORE = text("""
DELETE FROM menu_link m USING unnest(CAST(:channels AS text[]), CAST(:citizens AS text[])) AS w (channel, line_id)
WHERE m.channel = w.channel AND m.line_id = w.line_id
""")


class OpenLinks(Protocol):
    """Opens LINE's door for rich menus; wiring gives it."""

    def __call__(self) -> AbstractContextManager[MenuLinks]:
        """Used for one run."""
        ...


class Menus:
    """wiring gives the menus that are deployed, and LINE's door."""

    def __init__(self, book: MenuBook, open_links: OpenLinks) -> None:
        self._open_links = open_links
        states = [(language, member) for language in Language for member in (False, True)]
        self._languages = [language.value for language, _member in states]
        self._members = [member for _language, member in states]
        self._aliases = [menu_for(book, language, registered=member) for language, member in states]

    def follow(self, units: UnitOfWorkFactory) -> int:
        """Tell LINE of everybody whose menu is no longer theirs; says how many. Nothing deployed: nothing is told.

        Safe to run twice at once. Raises domain.errors.OutsideError; what was told until then is kept.
        """
        told = 0
        with self._open_links() as line:
            ids = line.ids()
            if any(alias not in ids for alias in self._aliases):
                return 0
            while changed := self._changed(units, ids):
                for alias in dict.fromkeys(row.alias for row in changed):
                    self._tell(units, line, alias, ids, [row for row in changed if row.alias == alias])
                told += len(changed)
        return told

    def _changed(self, units: UnitOfWorkFactory, ids: Mapping[str, str]) -> Sequence[Any]:
        values = {
            "default": self._aliases[0],
            "languages": self._languages,
            "members": self._members,
            "aliases": self._aliases,
            "ids": [ids[alias] for alias in self._aliases],
            "most": BULK,
        }
        with units() as uow:
            return uow.connection.execute(_CHANGED, values).all()

    def _tell(
        self, units: UnitOfWorkFactory, line: MenuLinks, alias: str | None, ids: Mapping[str, str], rows: Sequence[Any]
    ) -> None:
        people = {"channels": [row.channel for row in rows], "citizens": [row.line_id for row in rows]}
        if alias is None:
            line.unlink(people["citizens"])
        else:
            line.link(ids[alias], people["citizens"])
        with units() as uow:
            _keep(uow, people, alias, ids)


def _keep(uow: UnitOfWork, people: Mapping[str, list[str]], alias: str | None, ids: Mapping[str, str]) -> None:
    if alias is None:
        uow.connection.execute(_NO_MORE, people)
    else:
        uow.connection.execute(_TOLD, {**people, "alias": alias, "menu_id": ids[alias]})
