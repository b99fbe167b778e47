"""A citizen who has registered, without the conversation: its own tests walk that."""

from domain.accounts import AccountState
from domain.phones import parse_mobile
from infra.database import UnitOfWorkFactory
from services.citizens import Citizens
from services.consents import Given
from tests.accounts import account_services, new_mobile
from tests.flow import CHANNEL, Flow
from tests.handlers.conftest import NOW

NAME = "王小明"


def register(flow: Flow, units: UnitOfWorkFactory) -> None:
    """Give the citizen of this chat a live account."""
    flow.say("說明")  # somebody new is met with the first word
    services = account_services(units, Citizens())
    consent = Given(services["consents"].version, NOW)
    with units() as uow:
        services["consents"].give(uow, CHANNEL, flow.citizen)
        services["accounts"].keep(
            uow,
            CHANNEL,
            flow.citizen,
            AccountState.LIVE,
            mobile=parse_mobile(new_mobile()),
            name=NAME,
            consent=consent,
        )
