"""Each of LINE's types of event, those not yet known among them, through all conversations."""

from tests.flow import GROUP, Flow
from tests.webhook.bodies import Bodies
from web.console.lineapi.events import Event

ANSWERED = {"message", "follow", "join", "postback", "accountLink"}
TYPES = 20  # 19 of LINE's description, and messageEdited


def events(flow: Flow) -> list[Event]:
    maker = Bodies.events()
    unknown = maker.event("somethingNew", flow.citizen, novelty={"a": [1]})
    return [*maker.every_type(flow.citizen, GROUP), unknown]


def test_each_type_is_answered_or_passed_over(flow: Flow) -> None:
    seen = set()
    for event in events(flow):
        kind = event.pop("type")
        assert bool(flow.event(kind, **event).messages) == (kind in ANSWERED), kind
        seen.add(kind)
    assert len(seen) == TYPES + 1


def test_in_standby_each_type_is_passed_over(flow: Flow) -> None:
    for event in events(flow):
        kind = event.pop("type")
        assert not flow.event(kind, **event | {"mode": "standby"}).messages, kind
