"""What is bought of a monthly pass (月票), and how its payment stands in the words of 月票繳費查詢."""

import uuid
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from enum import StrEnum

from domain.orders import AttemptState
from domain.reader import Language, msgid


@dataclass(frozen=True, slots=True)
class PassBought:
    """The pass of an order line, as it was when the order was opened: a receipt says the same for ever."""

    entry_id: uuid.UUID
    entry_no: str  # 申請編號
    lot_name: str
    type_names: tuple[str, str]  # zh, en
    plan: str  # 優惠方案, a msgid where the city has named it so
    starts_on: date  # 使用期間
    ends_on: date
    rehearsal: bool

    def type_name(self, language: Language) -> str:
        """The pass type."""
        return self.type_names[language is Language.EN]

    def kept(self) -> dict[str, str]:
        """As a row keeps it beside the entry's id."""
        return {
            "entry_no": self.entry_no,
            "lot": self.lot_name,
            "type_zh": self.type_names[0],
            "type_en": self.type_names[1],
            "plan": self.plan,
            "starts_on": self.starts_on.isoformat(),
            "ends_on": self.ends_on.isoformat(),
            "rehearsal": "yes" if self.rehearsal else "no",
        }

    @classmethod
    def read(cls, entry_id: uuid.UUID, kept: Mapping[str, str]) -> "PassBought":
        """The reverse of kept()."""
        return cls(
            entry_id=entry_id,
            entry_no=kept["entry_no"],
            lot_name=kept["lot"],
            type_names=(kept["type_zh"], kept["type_en"]),
            plan=kept["plan"],
            starts_on=date.fromisoformat(kept["starts_on"]),
            ends_on=date.fromisoformat(kept["ends_on"]),
            rehearsal=kept["rehearsal"] == "yes",
        )


class PaidBy(StrEnum):
    """付款方式. The three words of the city's own list; the values are the msgids."""

    ONLINE = msgid("線上繳費")
    COUNTER = msgid("現場繳費")
    NOBODY = msgid("未繳費")


class PayStatus(StrEnum):
    """繳費狀態. 付款成功 and 交易失敗 are the city's own words; the values are the msgids."""

    PAID = msgid("付款成功")
    FAILED = msgid("交易失敗")
    TO_PAY = msgid("待繳")
    PAYING = msgid("付款中")
    UNCERTAIN = msgid("確認中")  # the provider has given no clear answer yet
    TOO_LATE = msgid("逾期入帳")  # money for a right that was lost: on the refund list
    LOST = msgid("資格喪失")  # paid, and the place taken back: on the refund list


_OF_ATTEMPT: Mapping[AttemptState, tuple[PaidBy, PayStatus]] = {
    AttemptState.STARTED: (PaidBy.NOBODY, PayStatus.PAYING),
    AttemptState.CONFIRMING: (PaidBy.NOBODY, PayStatus.PAYING),
    AttemptState.UNKNOWN: (PaidBy.NOBODY, PayStatus.UNCERTAIN),
    AttemptState.PAID: (PaidBy.ONLINE, PayStatus.PAID),
    AttemptState.FAILED: (PaidBy.NOBODY, PayStatus.FAILED),
    AttemptState.EXPIRED: (PaidBy.NOBODY, PayStatus.FAILED),
    AttemptState.CANCELLED: (PaidBy.NOBODY, PayStatus.FAILED),
    AttemptState.LATE: (PaidBy.ONLINE, PayStatus.TOO_LATE),
}


def of_attempt(state: AttemptState, *, lost: bool) -> tuple[PaidBy, PayStatus]:
    """How a payment at a provider is listed. `lost`: the place was taken back after it had been paid."""
    if lost and state is AttemptState.PAID:
        return PaidBy.ONLINE, PayStatus.LOST
    return _OF_ATTEMPT[state]
