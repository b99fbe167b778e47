"""Consent (個資法 §7, §8): who agreed to which version of the notice, and when. A new version is asked again."""

from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import delete, select
from sqlalchemy.dialects.postgresql import insert

from infra.database import UnitOfWork
from models.account import Consent


@dataclass(frozen=True, slots=True)
class Given:
    """A consent as it was given."""

    version: str
    given_at: datetime


class Consents:
    """`version`: of the notice in force, from config/agency.toml. A consent belongs to the notice it was given to."""

    def __init__(self, version: str) -> None:
        self.version = version

    def given(self, uow: UnitOfWork, channel: str, citizen: str) -> Given | None:
        """The citizen's consent to the notice in force; None when they are to be asked (again)."""
        row = uow.connection.execute(
            select(Consent.version, Consent.given_at).where(
                Consent.channel == channel, Consent.line_id == citizen, Consent.version == self.version
            )
        ).first()
        return Given(row.version, row.given_at) if row else None

    def give(self, uow: UnitOfWork, channel: str, citizen: str) -> None:
        """The citizen agrees to the notice in force; once more changes nothing."""
        row = insert(Consent).values(channel=channel, line_id=citizen, version=self.version)
        uow.connection.execute(row.on_conflict_do_nothing())

    def forget(self, uow: UnitOfWork, channel: str, citizen: str) -> None:
        """Delete every consent of a citizen whose data are erased."""
        uow.connection.execute(delete(Consent).where(Consent.channel == channel, Consent.line_id == citizen))
