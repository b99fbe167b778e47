"""The committed schema is what the description gives, and it tells the discriminated kinds apart."""

import os
from pathlib import Path

import pytest

from tests.console.samples import action, box, bubble, button, flex, menu, push, quick, text
from tools.compile_line_schema import ROOT, compile_schema, rendered
from web.console.lineapi.check import SCHEMA_FILE, check_body
from web.console.lineapi.errors import refusal

OPENAPI = Path(os.environ.get("LINE_OPENAPI_DIR", ROOT.parent / "shared" / "line-openapi"))
here = pytest.mark.skipif(not OPENAPI.is_dir(), reason="LINE's OpenAPI description is not on this machine")


@pytest.mark.slow
@here
def test_the_committed_schema_is_a_fresh_compile_of_the_description():
    assert SCHEMA_FILE.read_text(encoding="utf-8") == rendered(compile_schema(OPENAPI))


@here
@pytest.mark.parametrize("name", ["LICENSE", "COMMIT"])
def test_the_licence_and_the_origin_stand_beside_it(name):
    assert (SCHEMA_FILE.parent / name).read_bytes() == (OPENAPI / name).read_bytes()


def details(body, request="PushMessageRequest"):
    problems = check_body(request, body)
    return refusal(problems).answer().body.decode() if problems else ""


GOOD = [
    text(),
    {
        "type": "textV2",
        "text": "{who} 您好 {{}}",
        "substitution": {"who": {"type": "emoji", "productId": "5", "emojiId": "1"}},
    },
    {"type": "sticker", "packageId": "446", "stickerId": "1988"},
    {"type": "image", "originalContentUrl": "https://a.tw/a.jpg", "previewImageUrl": "https://a.tw/b.jpg"},
    {"type": "video", "originalContentUrl": "https://a.tw/a.mp4", "previewImageUrl": "https://a.tw/b.jpg"},
    {"type": "audio", "originalContentUrl": "https://a.tw/a.m4a", "duration": 60000},
    {"type": "location", "title": "市府", "address": "市府路 1 號", "latitude": 25.04, "longitude": 121.56},
    {
        "type": "imagemap",
        "baseUrl": "https://a.tw/map",
        "altText": "地圖",
        "baseSize": {"width": 1040, "height": 700},
        "actions": [{"type": "message", "text": "待繳", "area": {"x": 0, "y": 0, "width": 9, "height": 9}}],
    },
    {
        "type": "template",
        "altText": "選擇",
        "template": {"type": "confirm", "text": "好嗎", "actions": [action("message", text="好")] * 2},
    },
    flex(bubble(button(), hero={"type": "image", "url": "https://a.tw/a.png"})),
    flex({"type": "carousel", "contents": [bubble(), bubble()]}),
    {"type": "coupon", "couponId": "01J"},
]


@pytest.mark.parametrize("message", GOOD, ids=lambda message: message["type"])
def test_every_kind_of_message_passes(message):
    assert details(push(message)) == ""


@pytest.mark.parametrize("message", GOOD, ids=lambda message: message["type"])
def test_every_kind_of_message_is_closed(message):
    assert "colour" in details(push(message | {"colour": "red"}))


WRONG = [
    (text() | {"type": "txt"}, "messages[0].type"),
    ({"text": "x"}, '"messages[0]"'),
    ({"type": "text"}, '"messages[0]"'),
    (text(12), "messages[0].text"),
    (flex({"type": "bubbel"}), '"/type"'),
    (flex(bubble({"type": "txt", "text": "x"})), '"/body/contents/0/type"'),
    (flex(bubble({"type": "text", "text": "x", "colour": "#000000"})), '"/body/contents/0"'),
    (flex(bubble({"type": "text", "text": "x", "weight": "heavy"})), '"/body/contents/0/weight"'),
    (flex(bubble({"type": "span", "text": "x"})), '"/body/contents/0"'),
    (flex(bubble({"type": "box", "contents": []})), '"/body/contents/0"'),
    (flex(bubble(header={"type": "text", "text": "x"})), '"/header"'),
    (flex(bubble(button({"type": "postback", "label": "x"}))), '"/body/contents/0/action"'),
    (flex(bubble(button({"type": "call", "label": "x"}))), '"/body/contents/0/action/type"'),
    (flex(bubble({"type": "text", "contents": [{"type": "text", "text": "x"}]})), '"/body/contents/0/contents/0/type"'),
    (flex({"type": "carousel", "contents": [{"type": "carousel", "contents": []}]}), '"/contents/0/type"'),
    (flex(bubble(box(background={"type": "radial"}))), '"/body/contents/0/background"'),
    (text(quickReply={"items": [{"action": action("message", text="x")}]}), "messages[0].quickReply.items[0]"),
    (text(quickReply=quick({"label": "x", "text": "x"})), "messages[0].quickReply.items[0].action"),
    ({"type": "template", "altText": "x", "template": {"type": "confrim"}}, "messages[0].template.type"),
]


@pytest.mark.parametrize(("message", "place"), WRONG, ids=[place for _, place in WRONG])
def test_what_the_description_forbids_is_named_by_its_place(message, place):
    assert place in details(push(text(), message)).replace("messages[1]", "messages[0]")


def test_problems_of_several_messages_are_counted_as_line_does():
    answer = details(push(text(""), {"type": "nope"}))
    assert answer.startswith('{"message":"The request body has 2 error(s)","details":[')


def test_a_flex_problem_names_the_message():
    answer = details(push(text(), flex(bubble(box()) | {"size": "huge"})))
    assert answer.startswith('{"message":"A message (messages[1]) in the request body is invalid"')


@pytest.mark.parametrize("body", [{}, [], None, 5, {"to": 1, "messages": []}, {"to": "U", "messages": [text()] * 6}])
def test_a_broken_envelope_is_refused(body):
    assert check_body("PushMessageRequest", body)


def test_a_rich_menu_passes_and_an_action_in_it_is_checked():
    assert check_body("RichMenuRequest", menu()) == []
    area = menu()["areas"][0]
    assert check_body("RichMenuRequest", menu(areas=[area | {"action": {"type": "message", "label": "x"}}]))
    assert check_body("RichMenuRequest", {key: value for key, value in menu().items() if key != "areas"})
