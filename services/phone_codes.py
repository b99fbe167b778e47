"""Codes by SMS: five digits prove that a number is in the citizen's hand. Their limits are in config/accounts.toml.

Sending looks only at what was sent before, never at who has registered, so it answers the same for every number.
"""

import hmac
import re
import secrets
import unicodedata
from dataclasses import dataclass
from datetime import timedelta
from enum import StrEnum
from uuid import UUID, uuid4

from sqlalchemy import delete, func, select, text, update

from domain.accountrules import CODE_DIGITS, Agency, CodeRules
from domain.errors import CitizenMistakeError
from domain.phones import Mobile
from domain.reader import Language, msgid
from infra.crypto import FieldCipher
from infra.database import UnitOfWork
from models.account import PhoneCode
from services.lookup_key import LookupKey
from services.sms import SmsPost

KEEP_CODES = timedelta(days=1)
ALL = "all"

_TODAY = "(now() AT TIME ZONE 'Asia/Taipei')::date"
_PREPARE = text(f"""
INSERT INTO phone_code_count (day, subject, codes, last_at)
SELECT {_TODAY}, subject, 0, '-infinity' FROM unnest(CAST(:subjects AS bytea[])) AS subject
ORDER BY subject ON CONFLICT DO NOTHING
""")  # noqa: S608  every part is this file's own
_HOLD = text(f"""
SELECT subject, codes FROM phone_code_count
WHERE day = {_TODAY} AND subject = ANY(:subjects) ORDER BY subject FOR UPDATE
""")  # noqa: S608
_LAST = text(f"""
SELECT extract(epoch FROM now() - max(last_at)) FROM phone_code_count
WHERE day >= {_TODAY} - 1 AND subject = ANY(:subjects) AND last_at > now() - interval '1 day'
""")  # noqa: S608
_COUNT = text(f"""
UPDATE phone_code_count SET codes = codes + 1, last_at = now() WHERE day = {_TODAY} AND subject = ANY(:subjects)
""")  # noqa: S608
_FORGET = text(f"DELETE FROM phone_code_count WHERE day < {_TODAY} - 1")  # noqa: S608


class Purpose(StrEnum):
    """What a code is for: one cannot be used for the other."""

    REGISTER = "register"
    CHANGE = "change"


@dataclass(frozen=True, slots=True)
class Right:
    """The code is right: the number is proved, and `proved` gives it."""


@dataclass(frozen=True, slots=True)
class Wrong:
    """The code is wrong."""

    tries_left: int


@dataclass(frozen=True, slots=True)
class Ended:
    """The code can no longer be tried: expired, replaced, used, or out of tries."""


Checked = Right | Wrong | Ended


def read_code(typed: str) -> str | None:
    """The five digits a text says, in whatever width and spacing; None when it says something else."""
    digits = re.sub(r"[\s-]", "", unicodedata.normalize("NFKC", typed)) if len(typed) <= 4 * CODE_DIGITS else ""
    return digits if len(digits) == CODE_DIGITS and digits.isascii() and digits.isdigit() else None


class PhoneCodes:
    """`send`, then `check` in another event, then `proved`.

    A wrong code is an outcome, never an error: an error would take back its counting with the transaction. wiring
    gives the rules and the agency of config/accounts.toml, the cipher, the lookup key and services.sms.SmsPost.
    """

    def __init__(
        self, rules: CodeRules, agency: Agency, cipher: FieldCipher, lookup_key: LookupKey, sms: SmsPost
    ) -> None:
        self.rules = rules
        self._agency = agency
        self._cipher = cipher
        self._lookup_key = lookup_key
        self._sms = sms

    def send(
        self, uow: UnitOfWork, channel: str, citizen: str, mobile: Mobile, purpose: Purpose, language: Language
    ) -> UUID:
        """Send a code by SMS once this transaction commits; the id is for the dialog, which holds no number.

        Raises CitizenMistakeError when one was sent a moment ago or a limit of the day is reached.
        """
        self._count(uow, channel, citizen, mobile)
        self._end_open(uow, channel, citizen, purpose)
        code_id, code = uuid4(), f"{secrets.randbelow(10**CODE_DIGITS):0{CODE_DIGITS}d}"
        row = PhoneCode(
            id=code_id,
            channel=channel,
            line_id=citizen,
            purpose=purpose,
            mobile=self._cipher.encrypt(mobile.national, place(code_id)),
            code_hash=self._hash(uow, code_id, code),
            tries_left=self.rules.tries,
            expires_at=func.now() + self.rules.valid,
        )
        uow.session.add(row)
        words = self.words(mobile, code, language)
        self._sms.post(uow, mobile, words, channel=channel, citizen=citizen, valid=self.rules.valid)
        return code_id

    def words(self, mobile: Mobile, code: str, language: Language) -> str:
        """The SMS: whom it is for by the last three digits, who sends it, the code, and not to give it away."""
        name, minutes = self._agency.sms_name(language), int(self.rules.valid.total_seconds() // 60)
        if language is Language.EN:
            return f"[{mobile.last_three}] {name}: code {code}, valid {minutes} min. Never share it. 請勿提供他人"
        return f"末三碼{mobile.last_three}｜{name}：驗證碼{code}，{minutes}分鐘內有效，請勿提供他人。"

    def open_code(self, uow: UnitOfWork, channel: str, citizen: str, purpose: Purpose) -> UUID | None:
        """The citizen's code that can still be typed, for a dialog that was lost meanwhile."""
        found: UUID | None = uow.connection.execute(
            select(PhoneCode.id)
            .where(PhoneCode.channel == channel, PhoneCode.line_id == citizen, PhoneCode.purpose == purpose)
            .where(PhoneCode.ended_at.is_(None), PhoneCode.proved_at.is_(None), PhoneCode.expires_at > func.now())
            .order_by(PhoneCode.sent_at.desc())
            .limit(1)
        ).scalar()
        return found

    def check(self, uow: UnitOfWork, code_id: UUID, channel: str, citizen: str, code: str) -> Checked:
        """Try five digits, as read_code gives them. Counts the try; the last wrong one ends the code."""
        row = self._row(uow, code_id, channel, citizen)
        if row is None or row.ended_at is not None:
            return Ended()
        if row.proved_at is not None:
            return Right()
        if self._is_past(uow, row, self.rules.valid):
            row.ended_at = func.now()
            return Ended()
        if hmac.compare_digest(row.code_hash, self._hash(uow, code_id, code)):
            row.proved_at = func.now()
            return Right()
        row.tries_left -= 1
        if row.tries_left == 0:
            row.ended_at = func.now()
            return Ended()
        return Wrong(row.tries_left)

    def proved(self, uow: UnitOfWork, code_id: UUID, channel: str, citizen: str, purpose: Purpose) -> Mobile | None:
        """The number a right code has proved, once: a second call finds nothing. None also when it took too long."""
        row = self._row(uow, code_id, channel, citizen)
        if row is None or row.ended_at is not None or row.proved_at is None or row.purpose != purpose:
            return None
        row.ended_at = func.now()
        if self._is_past(uow, row, self.rules.valid + self.rules.proof):
            return None
        return self._mobile(row)

    def number(self, uow: UnitOfWork, code_id: UUID, channel: str, citizen: str) -> Mobile | None:
        """The number a code was sent to, for the prompt (masked) and to send another; None when it is gone."""
        row = self._row(uow, code_id, channel, citizen)
        return self._mobile(row) if row is not None else None

    def forget(self, uow: UnitOfWork) -> None:
        """Delete codes a day old and the counts of past days. For the schedule."""
        uow.connection.execute(delete(PhoneCode).where(PhoneCode.sent_at < func.now() - KEEP_CODES))
        uow.connection.execute(_FORGET)

    def forget_citizen(self, uow: UnitOfWork, channel: str, citizen: str) -> None:
        """Delete the codes of a citizen whose data are erased."""
        uow.connection.execute(delete(PhoneCode).where(PhoneCode.channel == channel, PhoneCode.line_id == citizen))

    def _count(self, uow: UnitOfWork, channel: str, citizen: str, mobile: Mobile) -> None:
        """Count one more for the citizen, the number and all, under locks in one order. Raises CitizenMistakeError."""
        who = self._lookup_key.hash(uow, "codes of citizen", f"{channel} {citizen}")
        number = self._lookup_key.hash(uow, "codes of number", mobile.national)
        everyone = self._lookup_key.hash(uow, "codes", ALL)
        subjects = [who, number, everyone]
        uow.connection.execute(_PREPARE, {"subjects": subjects})
        codes = {bytes(row.subject): row.codes for row in uow.connection.execute(_HOLD, {"subjects": subjects})}
        waited = uow.connection.execute(_LAST, {"subjects": [who, number]}).scalar()
        resend = self.rules.resend.total_seconds()
        if waited is not None and waited < resend:
            raise CitizenMistakeError(
                msgid("剛才已經寄出驗證碼。請看看手機簡訊；{seconds} 秒後可以再寄一次。"),
                seconds=int(resend - float(waited)) + 1,
            )
        limits = {who: self.rules.per_citizen_a_day, number: self.rules.per_number_a_day}
        if any(codes[subject] >= limit for subject, limit in limits.items()):
            raise CitizenMistakeError(msgid("今天寄送驗證碼的次數已用完，沒有再寄。請明天再試，或撥打 1999 詢問。"))
        if codes[everyone] >= self.rules.all_a_day:
            raise CitizenMistakeError(msgid("今天的簡訊已達上限，暫時不能寄驗證碼。請明天再試；查停車費不必註冊。"))
        uow.connection.execute(_COUNT, {"subjects": subjects})

    @staticmethod
    def _end_open(uow: UnitOfWork, channel: str, citizen: str, purpose: Purpose) -> None:
        """A newer code replaces the older ones: three tries, not three for each."""
        uow.connection.execute(
            update(PhoneCode)
            .where(PhoneCode.channel == channel, PhoneCode.line_id == citizen, PhoneCode.purpose == purpose)
            .where(PhoneCode.ended_at.is_(None))
            .values(ended_at=func.now())
        )

    def _hash(self, uow: UnitOfWork, code_id: UUID, code: str) -> bytes:
        return self._lookup_key.hash(uow, "phone code", f"{code_id} {code}")

    def _mobile(self, row: PhoneCode) -> Mobile:
        return Mobile(self._cipher.decrypt(row.mobile, place(row.id)))

    @staticmethod
    def _is_past(uow: UnitOfWork, row: PhoneCode, span: timedelta) -> bool:
        """Whether a span after sending is over, by the database's clock."""
        return bool(uow.connection.execute(select(func.now() >= row.sent_at + span)).scalar())

    @staticmethod
    def _row(uow: UnitOfWork, code_id: UUID, channel: str, citizen: str) -> PhoneCode | None:
        """The citizen's own code, locked."""
        row = uow.session.get(PhoneCode, code_id, with_for_update=True)
        return row if row is not None and (row.channel, row.line_id) == (channel, citizen) else None


def place(code_id: UUID) -> str:
    """Where the token of a code's number is readable."""
    return f"phone_code.mobile:{code_id}"
