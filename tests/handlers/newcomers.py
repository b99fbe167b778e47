"""A citizen who registers, with the phone that the SMS arrive at."""

from datetime import timedelta

from sqlalchemy import select, text

from domain.accounts import AccountState
from infra.database import UnitOfWorkFactory
from models.account import AccountHistory
from tests.accounts import code_in, deliver, new_mobile
from tests.flow import CHANNEL, Answer, Flow

NAME = "王小明"


class Newcomer:
    """What the citizen does, and what is kept of them."""

    def __init__(self, flow: Flow, units: UnitOfWorkFactory, mobile: str | None = None) -> None:
        self.flow = flow
        self.units = units
        self.mobile = mobile or new_mobile()

    def code(self) -> str:
        return code_in(deliver(self.units, self.flow.services)[-1])

    def until_code(self) -> Answer:
        self.flow.say("註冊")
        self.flow.press("同意")
        return self.flow.say(self.mobile)

    def until_name(self) -> Answer:
        self.until_code()
        return self.flow.say(self.code())

    def register(self, name: str = NAME) -> Answer:
        self.until_name()
        return self.flow.say(name)

    def state(self) -> AccountState | None:
        with self.units() as uow:
            return self.flow.services["accounts"].state(uow, CHANNEL, self.flow.citizen)

    def history(self) -> list[str]:
        with self.units() as uow:
            row = self.flow.services["accounts"].row(uow, CHANNEL, self.flow.citizen)
            found = select(AccountHistory.what).where(AccountHistory.account_id == row.id).order_by(AccountHistory.id)
            return list(uow.session.scalars(found))


def wrong(code: str) -> str:
    """A code, but not this one."""
    return f"{(int(code) + 1) % 10**5:05d}"


def age(units: UnitOfWorkFactory, citizen: str, by: timedelta) -> None:
    """The citizen's codes, and what was counted of them, were sent so much earlier."""
    with units() as uow:
        change = "UPDATE phone_code SET sent_at = sent_at - :by, expires_at = expires_at - :by WHERE line_id = :citizen"
        uow.connection.execute(text(change), {"by": by, "citizen": citizen})
        uow.connection.execute(text("UPDATE phone_code_count SET last_at = last_at - :by"), {"by": by})
