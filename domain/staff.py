"""Staff (承辦人員): roles (角色), what each role may do, and in which lots."""

import uuid
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import timedelta
from enum import StrEnum

# Where a rule is asked for by 資通系統防護基準 (附表十 of 資通安全責任等級分級辦法), docs/security.md says so.
PASSWORD_SHORTEST = 12  # characters
PASSWORD_KINDS = 3  # of: capitals, small letters, digits, others; a phrase may do without
PHRASE = 20  # characters from which a password counts as a phrase
PASSWORD_LONGEST = 200
PASSWORD_LIFE = timedelta(days=180)
PASSWORD_REST = timedelta(days=1)  # before it may be changed again, so that the last three cannot be run through
PASSWORDS_REMEMBERED = 3
WRONG_TRIES = 5
LOCKED_FOR = timedelta(minutes=15)
UNUSED = timedelta(days=180)  # then nobody logs in to the account until the head office has reset it
SETUP_LIFE = timedelta(hours=24)  # of the address at which a new account chooses its password
IDLE = timedelta(minutes=30)
LONGEST_SESSION = timedelta(hours=10)
APPROVAL_LIFE = timedelta(days=7)
LONGEST_REASON = 200


class Role(StrEnum):
    """角色. A lot's staff sees that lot only; all others see every lot."""

    LOT = "lot"
    HEAD = "head"
    AUDIT = "audit"
    SERVICE = "service"


ROLE_NAMES: Mapping[Role, str] = {Role.LOT: "場站", Role.HEAD: "管理", Role.AUDIT: "稽核", Role.SERVICE: "客服"}


class Power(StrEnum):
    """What a page or a button needs. One that changes data is never among the auditors'."""

    OWN = "own"  # one's own account
    SEE_ROUNDS = "see_rounds"
    SET_ROUNDS = "set_rounds"
    SET_ALL = "set_all"  # 全區相關設定
    SEE_ENTRIES = "see_entries"
    CHANGE_ENTRIES = "change_entries"
    UNMASK = "unmask"
    EXPORT_UNMASKED = "export_unmasked"
    QUALIFY = "qualify"  # 資格審查
    DRAW = "draw"
    ARM = "arm"  # ask for, or approve, the draws of a month
    OFFER = "offer"  # 備取設定
    SELL = "sell"  # 現場購票
    PLANS = "plans"  # 優惠方案管理, 優惠里民方案管理
    SEE_PAYMENTS = "see_payments"
    SEE_MESSAGES = "see_messages"
    SEE_PASSES = "see_passes"  # 購買資料管理
    CHANGE_PASSES = "change_passes"  # 換牌, 換車, 退票
    SERVE = "serve"  # the service desk
    SEE_MONEY = "see_money"  # payments of bills, refunds, reconciliation, stopped orders
    REFUND = "refund"
    EXPORT_MONEY = "export_money"  # payments of bills without masks
    SEE_FAILED = "see_failed"  # messages that did not go, LINE's quota
    RESEND = "resend"
    OPERATE = "operate"  # kill switches, agency keys
    NEWS = "news"  # 公告, 答客問
    FLOOD = "flood"  # 防汛
    REPORTS = "reports"
    AUDIT = "audit"
    OPENINGS = "openings"  # of draws, for auditors: asked for by one, approved by another
    STAFF = "staff"  # accounts and roles


_SEES = frozenset(
    {Power.OWN, Power.SEE_ROUNDS, Power.SEE_ENTRIES, Power.SEE_PAYMENTS, Power.SEE_MESSAGES, Power.SEE_PASSES}
)
_LOT = _SEES | {
    Power.SET_ROUNDS,
    Power.CHANGE_ENTRIES,
    Power.UNMASK,
    Power.EXPORT_UNMASKED,
    Power.QUALIFY,
    Power.DRAW,
    Power.OFFER,
    Power.SELL,
    Power.CHANGE_PASSES,
    Power.REPORTS,
}
_AUDIT = _SEES | {Power.SEE_MONEY, Power.SEE_FAILED, Power.REPORTS, Power.AUDIT, Power.OPENINGS}
_SERVICE = _SEES | {Power.UNMASK, Power.SERVE, Power.SEE_MONEY, Power.REFUND, Power.SEE_FAILED, Power.RESEND}
POWERS: Mapping[Role, frozenset[Power]] = {
    Role.LOT: _LOT,
    Role.HEAD: frozenset(Power) - {Power.AUDIT},
    Role.AUDIT: _AUDIT,
    Role.SERVICE: _SERVICE,
}


@dataclass(frozen=True, slots=True)
class Hat:
    """A role that somebody acts in: their own, or that of a colleague they stand in for (職務代理人).

    `lots`: numbers of the lots a LOT hat is limited to.
    """

    role: Role
    lots: frozenset[str] = frozenset()
    instead_of: str | None = None  # login of that colleague

    def may(self, power: Power, lot: str | None = None) -> bool:
        """Whether the hat allows it, in this lot where one is named."""
        return power in POWERS[self.role] and (self.role is not Role.LOT or lot is None or lot in self.lots)


@dataclass(frozen=True, slots=True)
class Member:
    """A member of staff who is logged in."""

    id: uuid.UUID
    login: str
    name: str
    hats: Sequence[Hat]

    @property
    def actor(self) -> str:
        """Who the audit says it was. A deputy acts in their own name."""
        return f"staff:{self.login}"

    def may(self, power: Power, lot: str | None = None) -> bool:
        """Whether any hat allows it. Without a lot: whether it is allowed anywhere."""
        return any(hat.may(power, lot) for hat in self.hats)

    def lots(self, power: Power) -> frozenset[str] | None:
        """The lots the power reaches; None: every lot."""
        allowed = [hat for hat in self.hats if power in POWERS[hat.role]]
        if any(hat.role is not Role.LOT for hat in allowed):
            return None
        return frozenset(lot for hat in allowed for lot in hat.lots)


class StaffRuleError(Exception):
    """Staff ask for what the rules do not allow; the text says what, for the page or the command's one line."""


def check_reason(text: str) -> str:
    """Why staff do something, as the audit keeps it. Raises StaffRuleError for none, or a long one."""
    reason = text.strip()
    if not 0 < len(reason) <= LONGEST_REASON:
        raise StaffRuleError(f"請寫下原因，最多 {LONGEST_REASON} 個字")
    return reason


def check_password(password: str, login: str) -> None:
    """Raises StaffRuleError for a password that is too simple."""
    if not PASSWORD_SHORTEST <= len(password) <= PASSWORD_LONGEST:
        raise StaffRuleError(f"密碼需要 {PASSWORD_SHORTEST} 到 {PASSWORD_LONGEST} 個字元")
    if login.casefold() in password.casefold():
        raise StaffRuleError("密碼不能含有帳號")
    if len(set(password)) < PASSWORD_SHORTEST // 2:
        raise StaffRuleError("密碼裡重複的字元太多")
    kinds = {_kind(character) for character in password}
    if len(kinds) < PASSWORD_KINDS and len(password) < PHRASE:
        raise StaffRuleError(f"密碼需要大寫、小寫、數字、符號中的 {PASSWORD_KINDS} 種，或 {PHRASE} 個字元以上")


def _kind(character: str) -> str:
    if character.isdigit():
        return "digit"
    if character.isupper():
        return "capital"
    return "small" if character.islower() else "other"
