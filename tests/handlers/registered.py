"""A citizen who has registered, without the conversation: its own tests walk that."""

from datetime import UTC, datetime

import orjson
from sqlalchemy import Engine, text

from domain.accounts import AccountState
from domain.phones import parse_mobile
from infra.database import UnitOfWorkFactory
from services.citizens import Citizens
from services.consents import Given
from tests.accounts import account_services, new_mobile
from tests.flow import CHANNEL, Answer, Flow

NAME = "王小明"
AGREED_AT = datetime(2026, 11, 20, tzinfo=UTC)


def register(flow: Flow, units: UnitOfWorkFactory) -> None:
    """Give the citizen of this chat a live account."""
    flow.say("說明")  # somebody new is met with the first word
    services = account_services(units, Citizens())
    consent = Given(services["consents"].version, AGREED_AT)
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


def bind(flow: Flow, plate: str, kind: str = "汽車", *more: str) -> Answer:
    """Bind a plate; `more` are pressed before the confirmation."""
    flow.say("綁定車牌")
    flow.press(kind)
    flow.say(plate)
    for label in more:
        flow.press(label)
    return flow.press("確定綁定")


def told(engine: Engine, flow: Flow) -> list[Answer]:
    """The notices this citizen was sent, the first first."""
    query = text("SELECT body FROM outbound_message WHERE lane = :c AND dedupe_key IS NOT NULL ORDER BY seq")
    with engine.connect() as connection:
        return [Answer(orjson.loads(bytes(row[0]))) for row in connection.execute(query, {"c": flow.citizen})]
