"""歷程: what changed in a citizen's account and when, the newest first. Kinds only, never a value."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import select

from domain.reader import msgid
from infra.database import UnitOfWork
from models.account import AccountHistory
from services.accounts import Accounts

SHOWN = 20

WHAT: Mapping[str, str] = {
    "account.registered": msgid("完成註冊"),
    "account.consented": msgid("同意新版告知事項"),
    "account.name_corrected": msgid("更正姓名"),
    "account.email_corrected": msgid("更正 E-mail"),
    "account.email_removed": msgid("移除 E-mail"),
    "account.mobile_changed": msgid("更換手機號碼"),
    "account.number_given_up": msgid("手機號碼轉給新的使用者"),
    "account.opened_again": msgid("重新註冊"),
    "vehicle.bound": msgid("綁定車輛"),
    "vehicle.changed": msgid("更改車輛的服務"),
    "vehicle.unbound": msgid("解除綁定車輛"),
    "vehicle.unbound_by_staff": msgid("客服依您的要求解除綁定車輛"),
    "vehicle.sold": msgid("車輛已賣出，解除綁定"),
    "vehicle.kept": msgid("確認車輛還是您的"),
    "vehicle.paperless_ended": msgid("結束開單無紙化"),
    "vehicle.reported": msgid("回報不明綁定"),
    "identifier.bound": msgid("綁定號碼"),
    "identifier.changed": msgid("更改號碼的提醒"),
    "identifier.unbound": msgid("解除綁定號碼"),
    "member.linked": msgid("連結官網會員"),
    "member.unlinked": msgid("解除官網會員的連結"),
}


@dataclass(frozen=True, slots=True)
class Change:
    """One change. `what`: its kind, e.g. "account.name_corrected"."""

    at: datetime
    what: str


class History:
    """wiring gives accounts."""

    def __init__(self, accounts: Accounts) -> None:
        self._accounts = accounts

    def of(self, uow: UnitOfWork, channel: str, citizen: str, most: int = SHOWN) -> Sequence[Change]:
        """The newest changes. Raises NotRegisteredError for one without an account."""
        account = self._accounts.registered(uow, channel, citizen)
        rows = uow.session.scalars(
            select(AccountHistory)
            .where(AccountHistory.account_id == account.id)
            .order_by(AccountHistory.id.desc())
            .limit(most)
        )
        return [Change(row.at, row.what) for row in rows]
