"""Agencies (機關) that take part by program: added, listed, and told where their write-offs go."""

import re
import uuid
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import select

from domain.ports.agencies import AgencyDoor
from domain.ports.persons import PersonDoor
from domain.staff import StaffRuleError
from infra.crypto import FieldCipher
from infra.database import UnitOfWork
from infra.settings import LOCAL_OR_HTTPS
from models.agency import Agency
from services import audit

CODE = re.compile(r"[A-Z0-9]{2,16}")  # as domain/ledgercsv.py takes it
LONGEST_NAME = 60
LONGEST_URL = 500


@dataclass(frozen=True, slots=True)
class AgencyView:
    """An agency as staff see it."""

    id: uuid.UUID
    code: str
    name: str
    webhook_url: str | None
    replacing: bool  # two secrets sign
    silent_rounds: int
    next_round_at: datetime


class Agencies:
    """wiring gives the cipher of DATA_KEYS, and who makes a webhook's secret."""

    def __init__(self, cipher: FieldCipher, new_secret: Callable[[], str]) -> None:
        self._cipher = cipher
        self._new_secret = new_secret

    def add(self, uow: UnitOfWork, code: str, name: str, *, staff: str) -> uuid.UUID:
        """Add an agency under the code its bills have. Raises StaffRuleError."""
        name = name.strip()
        if not CODE.fullmatch(code) or not 0 < len(name) <= LONGEST_NAME:
            raise StaffRuleError(f"機關代碼是 2 到 16 個大寫英文字母或數字，名稱最多 {LONGEST_NAME} 個字")
        if uow.session.scalar(select(Agency.id).where(Agency.code == code)) is not None:
            raise StaffRuleError("已經有這個代碼的機關")
        agency = Agency(id=uuid.uuid4(), code=code, name=name)
        uow.session.add(agency)
        uow.session.flush()
        self._audit(uow, "agency.added", agency, staff)
        return agency.id

    def all(self, uow: UnitOfWork) -> Sequence[AgencyView]:
        """By code."""
        rows = uow.session.scalars(select(Agency).order_by(Agency.code))
        return [
            AgencyView(
                id=row.id,
                code=row.code,
                name=row.name,
                webhook_url=row.webhook_url,
                replacing=row.secret_before is not None,
                silent_rounds=row.silent_rounds,
                next_round_at=row.next_round_at,
            )
            for row in rows
        ]

    def set_webhook(self, uow: UnitOfWork, code: str, url: str, *, staff: str) -> str | None:
        """Have write-offs sent there; the secret that signs them where it is new, shown this once.

        https, or this machine. The secret stays when only the address changes. Raises StaffRuleError.
        """
        _check(url)
        agency = self._lock(uow, code)
        secret = None
        if agency.webhook_secret is None:
            secret = self._new_secret()
            agency.webhook_secret = self._sealed(agency, "webhook_secret", secret)
        agency.webhook_url, agency.silent_rounds, agency.next_round_at = url, 0, agency.added_at
        self._audit(uow, "agency.webhook_set", agency, staff)
        return secret

    def drop_webhook(self, uow: UnitOfWork, code: str, *, staff: str) -> None:
        """The agency fetches from now on. Raises StaffRuleError."""
        agency = self._lock(uow, code)
        agency.webhook_url = agency.webhook_secret = agency.secret_before = agency.person_url = None
        self._audit(uow, "agency.webhook_dropped", agency, staff)

    def replace_secret(self, uow: UnitOfWork, code: str, *, staff: str) -> str:
        """A new secret, shown this once; the old one signs as well until drop_old_secret(). Raises StaffRuleError."""
        agency = self._lock(uow, code)
        if agency.webhook_secret is None:
            raise StaffRuleError("這個機關沒有接收通知的網址")
        if agency.secret_before is not None:
            raise StaffRuleError("密鑰正在更換，請先停用舊的")
        before = self._opened(agency, "webhook_secret", agency.webhook_secret)
        agency.secret_before = self._sealed(agency, "secret_before", before)
        secret = self._new_secret()
        agency.webhook_secret = self._sealed(agency, "webhook_secret", secret)
        self._audit(uow, "agency.secret_replaced", agency, staff)
        return secret

    def drop_old_secret(self, uow: UnitOfWork, code: str, *, staff: str) -> None:
        """Only the newest secret signs. Raises StaffRuleError."""
        agency = self._lock(uow, code)
        if agency.secret_before is None:
            raise StaffRuleError("沒有正在更換的密鑰")
        agency.secret_before = None
        self._audit(uow, "agency.old_secret_dropped", agency, staff)

    def door(self, agency: Agency) -> AgencyDoor | None:
        """Where the agency is told; None: it fetches."""
        if agency.webhook_url is None or agency.webhook_secret is None:
            return None
        secrets = [self._opened(agency, "webhook_secret", agency.webhook_secret)]
        if agency.secret_before is not None:
            secrets.append(self._opened(agency, "secret_before", agency.secret_before))
        return AgencyDoor(agency.webhook_url, secrets)

    def set_person_url(self, uow: UnitOfWork, code: str, url: str | None, *, staff: str) -> None:
        """Where the agency says which bills are a person's (身分證字號＋生日); None: nowhere. Raises StaffRuleError.

        The secret of its webhook signs, so it must have one.
        """
        if url is not None:
            _check(url)
        agency = self._lock(uow, code)
        if url is not None and agency.webhook_secret is None:
            raise StaffRuleError("這個機關還沒有接收通知的網址，沒有密鑰可以簽章")
        agency.person_url = url
        self._audit(uow, "agency.person_url_set" if url else "agency.person_url_dropped", agency, staff)

    def person_doors(self, uow: UnitOfWork) -> Sequence[PersonDoor]:
        """The agencies that know persons, by code."""
        rows = uow.session.scalars(select(Agency).where(Agency.person_url.is_not(None)).order_by(Agency.code))
        return [
            PersonDoor(row.code, row.person_url, door.secrets)
            for row in rows
            if row.person_url and (door := self.door(row))
        ]

    def _lock(self, uow: UnitOfWork, code: str) -> Agency:
        agency = uow.session.scalar(select(Agency).where(Agency.code == code).with_for_update())
        if agency is None:
            raise StaffRuleError("沒有這個代碼的機關")
        return agency

    def _sealed(self, agency: Agency, column: str, secret: str) -> bytes:
        return self._cipher.encrypt(secret, f"agency.{column}:{agency.id}")

    def _opened(self, agency: Agency, column: str, token: bytes) -> str:
        return self._cipher.decrypt(token, f"agency.{column}:{agency.id}")

    def _audit(self, uow: UnitOfWork, action: str, agency: Agency, staff: str) -> None:
        if not staff.strip():
            raise StaffRuleError("需要承辦人員的帳號")
        audit.write(uow, action, actor=staff.strip(), subject_type="agency", subject_id=agency.code)


def _check(url: str) -> None:
    """https, or this machine. Raises StaffRuleError."""
    if len(url) > LONGEST_URL or not re.fullmatch(LOCAL_OR_HTTPS, url):
        raise StaffRuleError("網址必須是 https，不能有問號後的參數")
