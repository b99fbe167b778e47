"""Whatever JSON comes, the platform answers as LINE does: taken or refused with a reason, never a crash."""

import copy
from typing import Any

import orjson
import pytest
from hypothesis import HealthCheck, example, given, settings
from hypothesis import strategies as st

from tests.console.asked import Line
from tests.console.samples import PICTURE, action, box, bubble, button, flex, menu, postback, push, quick, text

scalars = st.none() | st.booleans() | st.integers(-(2**53), 2**53) | st.floats(allow_nan=False) | st.text(max_size=9)
anything = st.recursive(
    scalars, lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=9), inner, max_size=3)
)

PICKER = action("datetimepicker", mode="date", data="x", initial="2026-12-01", min="2026-11-01")
MESSAGES = [
    text("$", emojis=[{"index": 0, "productId": "5", "emojiId": "1"}], quickReply=quick(postback(), action("camera"))),
    {"type": "textV2", "text": "{a}", "substitution": {"a": {"type": "emoji", "productId": "5", "emojiId": "1"}}},
    {"type": "sticker", "packageId": "446", "stickerId": "1988"},
    {"type": "location", "title": "x", "address": "y", "latitude": 25.0, "longitude": 121.5},
    {"type": "template", "altText": "x", "template": {"type": "buttons", "text": "x", "actions": [postback()]}},
    flex(
        bubble(
            box({"type": "icon", "url": PICTURE, "size": "sm"}, {"type": "text", "text": "x"}, layout="baseline"),
            {"type": "text", "contents": [{"type": "span", "text": "x", "color": "#000000"}], "maxLines": 2},
            button(PICKER),
            hero={"type": "image", "url": PICTURE, "aspectRatio": "1:1"},
            styles={"body": {"separator": True}},
        )
    ),
]


def paths(part: Any, here: tuple[Any, ...] = ()) -> list[tuple[Any, ...]]:
    """The way to every value inside a JSON value."""
    inside = part.items() if isinstance(part, dict) else enumerate(part) if isinstance(part, list) else ()
    return [here, *(path for key, value in inside for path in paths(value, (*here, key)))]


@st.composite
def bent(draw: Any, bodies: list[Any]) -> Any:
    """A good body with up to three values replaced by anything, taken away, or joined by something unknown."""
    body = copy.deepcopy(draw(st.sampled_from(bodies)))
    for _ in range(draw(st.integers(1, 3))):
        place = draw(st.sampled_from(paths(body)))
        if not place:
            continue
        parent = body
        for step in place[:-1]:
            parent = parent[step]
        how = draw(st.sampled_from(["replace", "remove", "join"]))
        if how == "remove":
            del parent[place[-1]]
        elif how == "join" and isinstance(parent, dict):
            parent[draw(st.text(max_size=5))] = draw(anything)
        else:
            parent[place[-1]] = draw(anything)
    return body


def answered(path: str, body: Any) -> None:
    answer = Line().post(path, orjson.dumps(body))
    assert answer.status in (200, 202, 400)
    told = orjson.loads(answer.body)
    assert (answer.status == 400) == ("message" in told)
    assert all(detail.keys() == {"message", "property"} for detail in told.get("details", ()))


pytestmark = pytest.mark.slow
unhurried = settings(max_examples=400, deadline=None, suppress_health_check=[HealthCheck.too_slow])


@unhurried
@example(push(text("$", emojis=[{"index": 0.0, "productId": "5", "emojiId": "1"}])))
@given(bent([push(message) for message in MESSAGES]))
def test_bent_messages(body):
    answered("message/push", body)


@unhurried
@given(bent([menu()]))
def test_bent_rich_menus(body):
    answered("richmenu", body)


@unhurried
@given(anything, st.sampled_from(["message/reply", "message/multicast", "chat/loading/start", "richmenu/alias"]))
def test_anything_at_all(body, path):
    answered(path, body)
