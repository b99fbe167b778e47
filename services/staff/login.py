"""Logging in (password and authenticator code), sessions, one's own password."""

import hashlib
import secrets
from base64 import urlsafe_b64decode, urlsafe_b64encode
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from functools import cached_property

from argon2 import PasswordHasher
from argon2.exceptions import VerifyMismatchError
from sqlalchemy import delete, or_, select, update

from domain.clock import city_date
from domain.staff import (
    IDLE,
    LOCKED_FOR,
    LONGEST_SESSION,
    PASSWORD_LIFE,
    PASSWORD_REST,
    PASSWORDS_REMEMBERED,
    WRONG_TRIES,
    Hat,
    Member,
    Role,
    StaffRuleError,
    check_password,
)
from infra import totp
from infra.crypto import FieldCipher, UnreadableError
from infra.database import UnitOfWork, UnitOfWorkFactory
from models.staff import StaffDeputy, StaffLot, StaffRow, StaffSession
from services import audit
from services.orderbook import database_now
from services.staff.accounts import StaffAccounts, is_unused, token_hash

ISSUER = "ParkLine"
TOKEN_BYTES = 32
LONGEST_BROWSER = 60
NEW_SECRET_LIFE = timedelta(minutes=10)  # until the new authenticator's first code is typed


@dataclass(frozen=True, slots=True)
class SessionView:
    """A browser that is logged in."""

    key: str  # names it in a form; tells nothing of its token
    browser: str
    began_at: datetime
    seen_at: datetime
    this: bool


@dataclass(frozen=True, slots=True)
class Setup:
    """An account that its owner sets up now."""

    login: str
    secret: str  # of the authenticator
    address: str  # for its QR code
    sealed: str = ""  # the secret again, for the form that brings its first code; readable here alone


class Logins:
    """`hasher` is argon2id with the library's current parameters; what was hashed with older ones is hashed anew."""

    def __init__(
        self, units: UnitOfWorkFactory, accounts: StaffAccounts, cipher: FieldCipher, hasher: PasswordHasher
    ) -> None:
        self._units = units
        self._accounts = accounts
        self._cipher = cipher
        self._hasher = hasher

    @cached_property
    def _nobodys(self) -> str:
        """What unknown logins are compared with, to take as long as known ones. Made by whoever comes first: no process
        has to wait for it when it starts.
        """
        return self._hasher.hash(secrets.token_urlsafe())

    def log_in(self, login: str, password: str, code: str, browser: str) -> str | None:
        """A new session's token; None: something does not fit, or the account is locked. Which, is not told."""
        nobodys = self._nobodys
        with self._units() as uow:
            query = select(StaffRow).where(StaffRow.login == login.strip().casefold()).with_for_update()
            row = uow.session.scalar(query)
            right = self._matches(row.password_hash if row and row.password_hash else nobodys, password)
            now = database_now(uow)
            if row is None or row.disabled_at or row.password_hash is None or is_unused(row, now):
                return None
            if row.locked_until and row.locked_until > now:
                return None
            step = totp.step_of(self._secret(row), code.strip(), now)
            if not right or step is None or step <= row.totp_step:
                self._wrong(uow, row, now)
                return None
            row.totp_step, row.wrong_tries, row.locked_until = step, 0, None
            if self._hasher.check_needs_rehash(row.password_hash):
                row.password_hash = self._hasher.hash(password)
            audit.write(uow, "staff.login", actor=f"staff:{row.login}", subject_type="staff", subject_id=row.login)
            return self._begin(uow, row, browser)

    def member(self, uow: UnitOfWork, token: str) -> Member | None:
        """Whose session it is; None when it has ended. Seen once more."""
        now, hashed = database_now(uow), token_hash(token)
        alive = (
            StaffSession.token_hash == hashed,
            StaffSession.seen_at > now - IDLE,
            StaffSession.began_at > now - LONGEST_SESSION,
        )
        found = uow.session.execute(
            select(StaffRow).join(StaffSession, StaffSession.staff_id == StaffRow.id).where(*alive)
        ).scalar_one_or_none()
        if found is None or found.disabled_at or found.password_hash is None:
            return None
        uow.connection.execute(update(StaffSession).where(StaffSession.token_hash == hashed).values(seen_at=now))
        return Member(found.id, found.login, self._accounts.name(found), self._hats(uow, found, now))

    def must_change(self, uow: UnitOfWork, member: Member) -> bool:
        """Whether the password is too old."""
        row = uow.session.get_one(StaffRow, member.id)
        return row.password_at is not None and row.password_at < database_now(uow) - PASSWORD_LIFE

    def log_out(self, uow: UnitOfWork, member: Member, token: str) -> None:
        """This session ends, as its owner wants it."""
        uow.connection.execute(delete(StaffSession).where(StaffSession.token_hash == token_hash(token)))
        audit.write(uow, "staff.logout", actor=member.actor, subject_type="staff", subject_id=member.login)

    def sessions(self, uow: UnitOfWork, member: Member, token: str) -> Sequence[SessionView]:
        """Where one is logged in, the last seen first."""
        mine = select(StaffSession).where(StaffSession.staff_id == member.id).order_by(StaffSession.seen_at.desc())
        here = token_hash(token)
        return [
            SessionView(_key(row.token_hash), row.browser, row.began_at, row.seen_at, row.token_hash == here)
            for row in uow.session.scalars(mine)
        ]

    def end_session(self, uow: UnitOfWork, member: Member, key: str) -> None:
        """Log another of one's own browsers out."""
        for row in uow.session.scalars(select(StaffSession).where(StaffSession.staff_id == member.id)):
            if secrets.compare_digest(_key(row.token_hash), key):
                uow.session.delete(row)
                _note_sessions(uow, member, 1)

    def end_others(self, uow: UnitOfWork, member: Member, token: str) -> int:
        """Log every browser out but the one of this token; how many."""
        ended = self._accounts.end_sessions(uow, member.id, but=token_hash(token))
        _note_sessions(uow, member, ended)
        return ended

    def change_password(self, uow: UnitOfWork, member: Member, old: str, new: str, browser: str) -> str:
        """Another password; every session ends, and a new one begins: its token. Raises StaffRuleError."""
        row = self._accounts.locked(uow, member.login)
        now = database_now(uow)
        if row.password_hash is None or not self._matches(row.password_hash, old):
            raise StaffRuleError("目前的密碼不正確")
        if row.password_at and row.password_at > now - PASSWORD_REST:
            raise StaffRuleError("密碼一天只能更改一次")
        self._set_password(row, new, now)
        self._accounts.end_sessions(uow, row.id)
        audit.write(uow, "staff.password", actor=member.actor, subject_type="staff", subject_id=row.login)
        return self._begin(uow, row, browser)

    def new_authenticator(self, uow: UnitOfWork, member: Member, password: str, code: str) -> Setup:
        """The secret of another authenticator, for whoever knows the password and has the present one: nothing changes
        until its first code comes with it (`change_authenticator`). Raises StaffRuleError.
        """
        row, now = self._accounts.locked(uow, member.login), database_now(uow)
        step = totp.step_of(self._secret(row), code.strip(), now)
        if row.password_hash is None or not self._matches(row.password_hash, password):
            raise StaffRuleError("目前的密碼不正確")
        if step is None or step <= row.totp_step:
            raise StaffRuleError("驗證碼不正確或已經用過，請輸入原本的驗證程式現在顯示的 6 位數字")
        row.totp_step = step
        secret, until = totp.new_secret(), now + NEW_SECRET_LIFE
        sealed = self._cipher.encrypt(f"{until.isoformat()} {secret}", f"staff.totp_next:{row.id}")
        return Setup(row.login, secret, totp.address(secret, row.login, ISSUER), urlsafe_b64encode(sealed).decode())

    def change_authenticator(self, uow: UnitOfWork, member: Member, sealed: str, code: str, token: str) -> None:
        """The new authenticator's first code: from now on it counts alone, and every other browser is logged out.

        Raises StaffRuleError: too late, made up, or a wrong code.
        """
        row, now = self._accounts.locked(uow, member.login), database_now(uow)
        try:
            told = self._cipher.decrypt(urlsafe_b64decode(sealed), f"staff.totp_next:{row.id}")
        except (UnreadableError, ValueError):
            raise StaffRuleError("請重新開始更換驗證程式") from None
        until, _, secret = told.partition(" ")
        if datetime.fromisoformat(until) <= now:
            raise StaffRuleError("超過 10 分鐘，請重新開始更換驗證程式")
        step = totp.step_of(secret, code.strip(), now)
        if step is None:
            raise StaffRuleError("驗證碼不正確，請輸入新的驗證程式現在顯示的 6 位數字")
        row.totp, row.totp_step = self._cipher.encrypt(secret, f"staff.totp:{row.id}"), step
        self._accounts.end_sessions(uow, row.id, but=token_hash(token))
        audit.write(uow, "staff.authenticator", actor=member.actor, subject_type="staff", subject_id=row.login)

    def setup(self, uow: UnitOfWork, token: str) -> Setup | None:
        """What the page of a setup shows, the same at every look; None: the address is wrong, used or too old."""
        row = self._to_set_up(uow, token)
        if row is None:
            return None
        if row.totp is None:
            row.totp = self._cipher.encrypt(totp.new_secret(), f"staff.totp:{row.id}")
        secret = self._secret(row)
        return Setup(row.login, secret, totp.address(secret, row.login, ISSUER))

    def finish_setup(self, uow: UnitOfWork, token: str, password: str, code: str) -> None:
        """The owner chose a password and typed the first code. Raises StaffRuleError."""
        row = self._to_set_up(uow, token)
        if row is None or row.totp is None:
            raise StaffRuleError("這個連結已失效，請向管理人員要新的")
        now = database_now(uow)
        step = totp.step_of(self._secret(row), code.strip(), now)
        if step is None:
            raise StaffRuleError("驗證碼不正確，請輸入驗證程式現在顯示的 6 位數字")
        self._set_password(row, password, now)
        row.totp_step, row.setup_hash, row.setup_until = step, None, None
        audit.write(uow, "staff.set_up", actor=f"staff:{row.login}", subject_type="staff", subject_id=row.login)

    def sweep(self, uow: UnitOfWork) -> int:
        """Delete sessions that have ended. For the schedule."""
        now = database_now(uow)
        over = or_(StaffSession.seen_at < now - IDLE, StaffSession.began_at < now - LONGEST_SESSION)
        return uow.connection.execute(delete(StaffSession).where(over)).rowcount

    def _matches(self, hashed: str, password: str) -> bool:
        try:
            return self._hasher.verify(hashed, password)
        except VerifyMismatchError:
            return False

    def _wrong(self, uow: UnitOfWork, row: StaffRow, now: datetime) -> None:
        row.wrong_tries += 1
        audit.write(uow, "staff.login_refused", actor=audit.SYSTEM, subject_type="staff", subject_id=row.login)
        if row.wrong_tries >= WRONG_TRIES:
            row.wrong_tries, row.locked_until = 0, now + LOCKED_FOR
            audit.write(uow, "staff.locked", actor=audit.SYSTEM, subject_type="staff", subject_id=row.login)

    def _begin(self, uow: UnitOfWork, row: StaffRow, browser: str) -> str:
        token = secrets.token_urlsafe(TOKEN_BYTES)
        uow.session.add(
            StaffSession(token_hash=token_hash(token), staff_id=row.id, browser=browser[:LONGEST_BROWSER] or "?")
        )
        return token

    def _secret(self, row: StaffRow) -> str:
        return self._cipher.decrypt(row.totp or b"", f"staff.totp:{row.id}")

    def _set_password(self, row: StaffRow, password: str, now: datetime) -> None:
        check_password(password, row.login)
        before = [hashed for hashed in (row.password_hash, *row.passwords_before) if hashed][:PASSWORDS_REMEMBERED]
        if any(self._matches(hashed, password) for hashed in before):
            raise StaffRuleError(f"不能使用前 {PASSWORDS_REMEMBERED} 次用過的密碼")
        row.passwords_before = before
        row.password_hash, row.password_at = self._hasher.hash(password), now

    def _to_set_up(self, uow: UnitOfWork, token: str) -> StaffRow | None:
        query = select(StaffRow).where(StaffRow.setup_hash == token_hash(token), StaffRow.disabled_at.is_(None))
        row = uow.session.scalar(query.with_for_update())
        return row if row and row.setup_until and row.setup_until > database_now(uow) else None

    def _hats(self, uow: UnitOfWork, row: StaffRow, now: datetime) -> Sequence[Hat]:
        """One's own role, and those of colleagues one stands in for today."""
        today = city_date(now)
        standing_in = (
            select(StaffRow)
            .join(StaffDeputy, StaffDeputy.staff_id == StaffRow.id)
            .where(StaffDeputy.deputy_id == row.id, StaffDeputy.first_day <= today, StaffDeputy.last_day >= today)
            .where(StaffRow.disabled_at.is_(None))
            .order_by(StaffRow.login)
        )
        others = uow.session.scalars(standing_in).unique().all()
        return [self._hat(uow, row, None), *(self._hat(uow, other, other.login) for other in others)]

    def _hat(self, uow: UnitOfWork, row: StaffRow, instead_of: str | None) -> Hat:
        lots = uow.session.scalars(select(StaffLot.lot).where(StaffLot.staff_id == row.id))
        return Hat(Role(row.role), frozenset(lots), instead_of)


def _note_sessions(uow: UnitOfWork, member: Member, ended: int) -> None:
    detail: audit.Detail = {"sessions": ended}
    audit.write(
        uow, "staff.sessions_ended", actor=member.actor, subject_type="staff", subject_id=member.login, detail=detail
    )


def _key(hashed: bytes) -> str:
    return hashlib.sha256(b"session\0" + hashed).hexdigest()[:24]
