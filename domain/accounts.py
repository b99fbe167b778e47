"""Accounts: a citizen (車主) who has registered, as services and conversations see one."""

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from uuid import UUID

from domain.errors import CitizenMistakeError
from domain.phones import Mobile
from domain.reader import msgid


class AccountState(StrEnum):
    """What an account may do."""

    LIVE = "live"
    WAITING = "waiting"  # registered with a number that another account still holds: its owner is being asked
    LOCKED = "locked"  # its number went to somebody else: a number of its own opens it again
    LEAVING = "leaving"  # 註銷 was asked for; what must be kept is kept to its date


@dataclass(frozen=True, slots=True)
class Account:
    """A live account, decrypted. For its own citizen's eyes only."""

    id: UUID
    channel: str
    citizen: str  # LINE user id
    mobile: Mobile
    name: str
    email: str | None
    registered_at: datetime
    consent_version: str
    consented_at: datetime

    def __repr__(self) -> str:
        return f"Account({self.id})"  # never the person, in logs and tracebacks


class NotRegisteredError(CitizenMistakeError):
    """Something asks for an account that the citizen does not have."""

    def __init__(self) -> None:
        super().__init__(msgid("這項服務需要先註冊。請輸入「註冊」，約一分鐘就能完成。"))


class ConsentOutdatedError(CitizenMistakeError):
    """The notice of 個資法 §8 has changed since the citizen agreed to it."""

    def __init__(self) -> None:
        super().__init__(msgid("個人資料告知事項已更新。請輸入「註冊」閱讀並同意，原有的資料都會保留。"))


class NumberTakenError(CitizenMistakeError):
    """The verified number belongs to another account."""

    def __init__(self) -> None:
        super().__init__(
            msgid("這個號碼登記在另一個帳戶，沒有任何資料被更動。若號碼是您的，請輸入「聯絡我們」由承辦人員處理。")
        )
