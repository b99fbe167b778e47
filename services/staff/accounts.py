"""Accounts of staff: made, set up by their owners, changed, closed. Never deleted: the audit names their logins."""

import hashlib
import re
import secrets
import uuid
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime

from sqlalchemy import delete, func, select, update
from sqlalchemy.exc import IntegrityError

from domain.staff import POWERS, SETUP_LIFE, UNUSED, Power, Role, StaffRuleError
from infra import totp
from infra.crypto import FieldCipher
from infra.database import UnitOfWork
from models.passes import Lot
from models.staff import StaffLot, StaffRow, StaffSession
from services import audit
from services.orderbook import database_now

LOGIN = re.compile(r"[a-z][a-z0-9._-]{2,31}")
LONGEST_NAME = 40
SETUP_BYTES = 24
SETUP_PATH = "/staff/setup/"


@dataclass(frozen=True, slots=True)
class AccountView:
    """An account, as those who keep accounts see it."""

    id: uuid.UUID
    login: str
    name: str
    role: Role
    lots: Sequence[str]
    ready: bool  # its owner has chosen a password
    locked: bool
    unused: bool  # too long: nobody logs in until it is reset
    disabled: bool
    made_at: datetime


@dataclass(frozen=True, slots=True)
class Mailbox:
    """Where somebody who may set 張數 is reminded. `lots`: None for all."""

    id: uuid.UUID
    email: str
    lots: frozenset[str] | None


class StaffAccounts:
    """`public_url`: what the address of a setup begins with. `actor`: who of the staff does it, or audit.SYSTEM."""

    def __init__(self, cipher: FieldCipher, public_url: str) -> None:
        self._cipher = cipher
        self._public_url = public_url

    def add(self, uow: UnitOfWork, login: str, name: str, role: Role, lots: Sequence[str] = (), *, actor: str) -> str:
        """A new account; the address at which its owner sets it up, within a day. Raises StaffRuleError."""
        if not LOGIN.fullmatch(login):
            raise StaffRuleError("帳號由小寫英文字母開頭，3 到 32 個小寫字母、數字、點、底線或連字號")
        row = StaffRow(id=uuid.uuid4(), login=login, role=role.value, name=b"")
        row.name = self._sealed_name(row, name)
        token = self._new_setup(uow, row)
        try:
            with uow.session.begin_nested():
                uow.session.add(row)
        except IntegrityError:
            raise StaffRuleError(f"帳號 {login} 已經有人使用") from None
        self._set_lots(uow, row, role, lots)
        self._note(uow, "staff.added", row, actor, role=role.value)
        return self._address(token)

    def reset(self, uow: UnitOfWork, login: str, *, actor: str) -> str:
        """Password and authenticator are void, every session ends; the address to set both up anew."""
        row = self.locked(uow, login)
        token = self._new_setup(uow, row)
        row.password_hash = row.totp = row.locked_until = None
        row.wrong_tries, row.totp_step = 0, 0
        self.end_sessions(uow, row.id)
        self._note(uow, "staff.reset", row, actor)
        return self._address(token)

    def unlock(self, uow: UnitOfWork, login: str, *, actor: str) -> None:
        """Let somebody try again whom wrong tries have locked out; password and authenticator stay."""
        row = self.locked(uow, login)
        row.locked_until, row.wrong_tries = None, 0
        self._note(uow, "staff.unlocked", row, actor)

    def disable(self, uow: UnitOfWork, login: str, *, actor: str) -> None:
        """Closed at once, with every session. Raises StaffRuleError when nobody else of the head office is left."""
        row = self.locked(uow, login)
        self._keep_one_head(uow, row)
        row.disabled_at = database_now(uow)
        self.end_sessions(uow, row.id)
        self._note(uow, "staff.disabled", row, actor)

    def enable(self, uow: UnitOfWork, login: str, *, actor: str) -> str:
        """Open again, to be set up anew."""
        self.locked(uow, login).disabled_at = None
        return self.reset(uow, login, actor=actor)

    def change(self, uow: UnitOfWork, login: str, name: str, role: Role, lots: Sequence[str], *, actor: str) -> None:
        """Another name, role or lots; what is open in a browser follows at its next page. Raises StaffRuleError."""
        row = self.locked(uow, login)
        if role is not Role.HEAD:
            self._keep_one_head(uow, row)
        row.name, row.role = self._sealed_name(row, name), role.value
        self._set_lots(uow, row, role, lots)
        self._note(uow, "staff.changed", row, actor, role=role.value, lots=",".join(sorted(lots))[:200])

    def all(self, uow: UnitOfWork) -> Sequence[AccountView]:
        """Every account, by login."""
        now = database_now(uow)
        rows = uow.session.scalars(select(StaffRow).order_by(StaffRow.login)).all()
        lots: dict[uuid.UUID, list[str]] = {row.id: [] for row in rows}
        for one in uow.session.scalars(select(StaffLot).order_by(StaffLot.lot)):
            lots[one.staff_id].append(one.lot)
        return [
            AccountView(
                row.id,
                row.login,
                self.name(row),
                Role(row.role),
                lots[row.id],
                ready=row.password_hash is not None,
                locked=row.locked_until is not None and row.locked_until > now,
                unused=is_unused(row, now),
                disabled=row.disabled_at is not None,
                made_at=row.made_at,
            )
            for row in rows
        ]

    def locked(self, uow: UnitOfWork, login: str) -> StaffRow:
        """The row of a login, locked until the transaction ends. Raises StaffRuleError."""
        query = select(StaffRow).where(StaffRow.login == login).with_for_update()
        row = uow.session.scalar(query.execution_options(populate_existing=True))
        if row is None:
            raise StaffRuleError(f"沒有帳號 {login}")
        return row

    def set_email(self, uow: UnitOfWork, login: str, email: str | None, *, actor: str) -> None:
        """Where reminders of 張數 go; None: nowhere. `email`: as domain.emails took it."""
        row = self.locked(uow, login)
        row.email = self._cipher.encrypt(email, f"staff.email:{row.id}") if email else None
        self._note(uow, "staff.email", row, actor, given="yes" if email else "no")

    def email(self, uow: UnitOfWork, login: str) -> str:
        """The owner's own address; "" where none is kept."""
        return self._email(self.locked(uow, login))

    def to_remind(self, uow: UnitOfWork, today: date) -> Sequence[Mailbox]:
        """Those who may set 張數, have left an address and were not reminded today."""
        query = select(StaffRow).where(StaffRow.disabled_at.is_(None), StaffRow.email.is_not(None))
        rows = uow.session.scalars(query.where(StaffRow.reminded_on.is_distinct_from(today)).order_by(StaffRow.login))
        found = []
        for row in rows.all():
            role = Role(row.role)
            if Power.SET_ROUNDS in POWERS[role]:
                own = frozenset(uow.session.scalars(select(StaffLot.lot).where(StaffLot.staff_id == row.id)))
                found.append(Mailbox(row.id, self._email(row), own if role is Role.LOT else None))
        return found

    def reminded(self, uow: UnitOfWork, staff_id: uuid.UUID, today: date) -> None:
        """They were, on this day."""
        uow.session.execute(update(StaffRow).where(StaffRow.id == staff_id).values(reminded_on=today))

    def _email(self, row: StaffRow) -> str:
        return self._cipher.decrypt(row.email, f"staff.email:{row.id}") if row.email else ""

    def name(self, row: StaffRow) -> str:
        """The owner's name."""
        return self._cipher.decrypt(row.name, f"staff.name:{row.id}")

    def end_sessions(self, uow: UnitOfWork, staff_id: uuid.UUID, *, but: bytes = b"") -> int:
        """Log out every browser of an account, `but` the one of this token hash; how many."""
        mine = delete(StaffSession).where(StaffSession.staff_id == staff_id, StaffSession.token_hash != but)
        return uow.connection.execute(mine).rowcount

    def _sealed_name(self, row: StaffRow, name: str) -> bytes:
        name = name.strip()
        if not 0 < len(name) <= LONGEST_NAME:
            raise StaffRuleError(f"姓名需要 1 到 {LONGEST_NAME} 個字")
        return self._cipher.encrypt(name, f"staff.name:{row.id}")

    def _new_setup(self, uow: UnitOfWork, row: StaffRow) -> str:
        token = secrets.token_urlsafe(SETUP_BYTES)
        row.setup_hash, row.setup_until = token_hash(token), database_now(uow) + SETUP_LIFE
        return token

    def _address(self, token: str) -> str:
        return f"{self._public_url}{SETUP_PATH}{token}"

    def _set_lots(self, uow: UnitOfWork, row: StaffRow, role: Role, lots: Sequence[str]) -> None:
        if role is not Role.LOT and lots:
            raise StaffRuleError("只有場站人員需要指定停車場")
        if role is Role.LOT and not lots:
            raise StaffRuleError("場站人員至少要指定一個停車場")
        known = set(uow.session.scalars(select(Lot.number).where(Lot.number.in_(lots))))
        if unknown := sorted(set(lots) - known):
            raise StaffRuleError(f"沒有停車場 {'、'.join(unknown)}")
        uow.session.flush()
        uow.connection.execute(delete(StaffLot).where(StaffLot.staff_id == row.id))
        uow.session.add_all(StaffLot(staff_id=row.id, lot=lot) for lot in known)

    def _keep_one_head(self, uow: UnitOfWork, row: StaffRow) -> None:
        """Somebody must be left who can open accounts; two who do it at once wait for each other."""
        if row.role != Role.HEAD.value:
            return
        uow.connection.execute(select(func.pg_advisory_xact_lock(func.hashtext("staff heads"))))
        others = select(func.count()).select_from(StaffRow)
        others = others.where(StaffRow.role == Role.HEAD.value, StaffRow.disabled_at.is_(None), StaffRow.id != row.id)
        if not uow.session.scalar(others):
            raise StaffRuleError("至少要留一位管理人員")

    def _note(self, uow: UnitOfWork, action: str, row: StaffRow, actor: str, **detail: str) -> None:
        audit.write(uow, action, actor=actor, subject_type="staff", subject_id=row.login, detail=detail)


def is_unused(row: StaffRow, now: datetime) -> bool:
    """Whether nobody has logged in for too long; the code that was used last tells when that was."""
    return row.totp_step > 0 and totp.moment_of(row.totp_step) < now - UNUSED


def token_hash(token: str) -> bytes:
    """What is kept of a token."""
    return hashlib.sha256(token.encode()).digest()
