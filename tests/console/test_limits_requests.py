"""The limits of whole requests and of rich menus: passes at the limit, fails one over."""

import pytest

from tests.console.samples import action, menu, push, text
from web.console.lineapi.check import check_body

FAMILY = "👨‍👩‍👧"  # 1 grapheme cluster, 8 UTF-16 code units


@pytest.mark.parametrize("request_name", ["PushMessageRequest", "MulticastRequest"])
@pytest.mark.parametrize(
    ("units", "good"),
    [(["a" * 30], True), (["a" * 31], False), (["a", "b"], False), (["a-b"], False), (["班表"], False)],
)
def test_aggregation_units(request_name, units, good):
    body = push(text(), customAggregationUnits=units)
    body["to"] = body["to"] if request_name == "PushMessageRequest" else [body["to"]]
    assert (check_body(request_name, body) == []) is good


@pytest.mark.parametrize(("seconds", "good"), [(5, True), (60, True), (4, False), (61, False), (65, False), (7, False)])
def test_loading_seconds(seconds, good):
    body = {"chatId": "U", "loadingSeconds": seconds}
    assert (check_body("ShowLoadingAnimationRequest", body) == []) is good


@pytest.mark.parametrize(("receivers", "good"), [(500, True), (501, False), (0, False)])
def test_multicast_receivers(receivers, good):
    body = {"to": ["U"] * receivers, "messages": [text()]}
    assert (check_body("MulticastRequest", body) == []) is good


@pytest.mark.parametrize(
    ("change", "good"),
    [
        ({"size": {"width": 800, "height": 250}, "areas": []}, True),
        ({"size": {"width": 799, "height": 250}, "areas": []}, False),
        ({"size": {"width": 2501, "height": 1000}, "areas": []}, False),
        ({"size": {"width": 800, "height": 249}, "areas": []}, False),
        ({"size": {"width": 1450, "height": 1000}, "areas": []}, True),
        ({"size": {"width": 1449, "height": 1000}, "areas": []}, False),
        ({"chatBarText": FAMILY * 14}, True),
        ({"chatBarText": FAMILY * 15}, False),
        ({"name": FAMILY * 300}, True),
        ({"name": FAMILY * 301}, False),
        ({"areas": menu()["areas"] * 20}, True),
        ({"areas": menu()["areas"] * 21}, False),
        ({"areas": [menu()["areas"][0] | {"bounds": {"x": 1251, "y": 0, "width": 1250, "height": 1}}]}, False),
        ({"areas": [menu()["areas"][0] | {"action": action("camera")}]}, False),
        (
            {
                "areas": [
                    menu()["areas"][0] | {"action": {"type": "richmenuswitch", "richMenuAliasId": "a", "data": "x"}}
                ]
            },
            True,
        ),
    ],
)
def test_rich_menus(change, good):
    assert (check_body("RichMenuRequest", menu(**change)) == []) is good
