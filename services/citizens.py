"""Citizens (市民) as far as answering them needs: language, display, whether they blocked us."""

from collections.abc import Sequence
from typing import cast

from sqlalchemy import func, update
from sqlalchemy.dialects.postgresql import insert

from domain.reader import Display, Language
from infra.database import UnitOfWork
from models.citizen import Citizen

_PREFERENCES = """
SELECT c.language, c.display, EXISTS (
  SELECT FROM thread t WHERE t.channel = c.channel AND t.citizen = c.line_id AND t.state = 'open'
) FROM unnest(%s::text[], %s::text[]) WITH ORDINALITY AS w (channel, line_id, position)
LEFT JOIN citizen c USING (channel, line_id) ORDER BY w.position
"""


class Citizens:
    """Keeps how each person in the chat wants to be answered. Knows no name and no number."""

    def preferences(self, uow: UnitOfWork, channel: str, citizen: str) -> tuple[Language, Display] | None:
        """Language and display; None for somebody new."""
        known = self.preferences_of(uow, [(channel, citizen)])[0]
        return known[:2] if known else None

    def preferences_of(
        self, uow: UnitOfWork, citizens: Sequence[tuple[str, str]]
    ) -> list[tuple[Language, Display, bool] | None]:
        """The same for each (channel, citizen), and whether a case of theirs is open, in one round trip. For Find."""
        columns = [list(column) for column in zip(*citizens, strict=True)]
        rows = cast(list[tuple[str | None, str | None, bool]], uow.driver.execute(_PREFERENCES, columns).fetchall())
        return [
            (Language(language), Display(display), heard) if language and display else None
            for language, display, heard in rows
        ]

    def meet(self, uow: UnitOfWork, channel: str, citizen: str, line_language: str | None) -> Language:
        """Keep somebody new with LINE's own language (BCP 47, None when LINE does not tell).

        Returns the language to speak: one kept before stays as it is.
        """
        language = Language.of_line(line_language)
        uow.connection.execute(
            insert(Citizen)
            .values(channel=channel, line_id=citizen, language=language.value)
            .on_conflict_do_nothing(index_elements=["channel", "line_id"])
        )
        known = self.preferences(uow, channel, citizen)
        return known[0] if known else language

    def choose_language(self, uow: UnitOfWork, channel: str, citizen: str, language: Language) -> None:
        """The citizen's own choice; LINE's language no longer counts."""
        self._keep(uow, channel, citizen, language=language.value, language_chosen=True)

    def choose_display(self, uow: UnitOfWork, channel: str, citizen: str, display: Display) -> None:
        """How answers are to look from now on."""
        self._keep(uow, channel, citizen, display=display.value)

    def blocked(self, uow: UnitOfWork, channel: str, citizen: str, *, blocked: bool) -> None:
        """The citizen blocked us, or came back. Somebody we never met stays unknown (facts: unfollow after PNP)."""
        uow.connection.execute(
            update(Citizen)
            .where(Citizen.channel == channel, Citizen.line_id == citizen)
            .values(blocked_at=func.coalesce(Citizen.blocked_at, func.now()) if blocked else None)
        )

    def _keep(self, uow: UnitOfWork, channel: str, citizen: str, **values: object) -> None:
        row = {"channel": channel, "line_id": citizen, "language": Language.ZH.value, **values}
        uow.connection.execute(
            insert(Citizen).values(row).on_conflict_do_update(index_elements=["channel", "line_id"], set_=values)
        )
