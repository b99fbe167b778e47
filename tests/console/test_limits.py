"""Every limit that LINE's description does not hold: passes at the limit, fails one over."""

import orjson
import pytest

from tests.console.samples import PICTURE, action, box, bubble, button, flex, postback, push, quick, text
from web.console.lineapi.check import check_body
from web.console.lineapi.report import graphemes, utf16_units

FAMILY = "👨‍👩‍👧"  # 1 grapheme cluster, 8 UTF-16 code units
CAR = "🚗"  # 1 grapheme cluster, 2 UTF-16 code units


def places(*messages, **more):
    return [".".join(map(str, problem.path)) for problem in check_body("PushMessageRequest", push(*messages, **more))]


def test_the_two_ways_of_counting():
    assert (utf16_units(FAMILY), graphemes(FAMILY)) == (8, 1)
    assert (utf16_units("停車" + CAR), graphemes("停車" + CAR)) == (4, 3)
    assert graphemes("e\u0301") == 1


def template(kind, **more):
    return {"type": "template", "altText": "選擇", "template": {"type": kind} | more}


def buttons(**more):
    return template("buttons", **{"text": "請選擇", "actions": [postback()]} | more)


def column(**more):
    return {"text": "大安", "actions": [postback()]} | more


def carousel(*columns):
    return template("carousel", columns=list(columns))


def imagemap(**more):
    return {
        "type": "imagemap",
        "baseUrl": PICTURE,
        "altText": "圖",
        "baseSize": {"width": 1040, "height": 9},
        "actions": [],
    } | more


AREA = {"x": 0, "y": 0, "width": 1, "height": 1}


def url(length):
    return "https://a.tw/" + "x" * (length - 13)


def emojis(count):
    return text("$" * 21, emojis=[{"index": n, "productId": "5", "emojiId": "1"} for n in range(count)])


def text_v2(kind, count):
    value = {
        "mention": {"type": "mention", "mentionee": {"type": "all"}},
        "emoji": {"type": "emoji", "productId": "5", "emojiId": "1"},
    }
    return {"type": "textV2", "text": "x", "substitution": {f"k{n}": value[kind] for n in range(count)}}


def padded(size, contents):
    """A flex message whose contents take exactly so many bytes."""
    filler = {"type": "text", "text": "x"}
    first = contents["contents"][0] if contents["type"] == "carousel" else contents
    first["body"]["contents"].append(filler)
    filler["text"] = "x" * (size - len(orjson.dumps(contents)) + 1)
    assert len(orjson.dumps(contents)) == size
    return flex(contents)


def heavy_carousel(size):
    return padded(size, {"type": "carousel", "contents": [bubble(), bubble({"type": "text", "text": "y" * 25_000})]})


# name: (message with n of something, the limit)
LENGTHS = {
    "text in UTF-16 units": (lambda n: text("停" * (n - 2) + CAR), 5000),
    "altText": (lambda n: flex(bubble(), "停" * n), 1500),
    "quick reply items": (lambda n: text(quickReply=quick(*[postback()] * n)), 13),
    "quick reply label": (lambda n: text(quickReply=quick(postback(label=FAMILY * n))), 20),
    "quick reply icon": (
        lambda n: text(quickReply={"items": [{"type": "action", "imageUrl": url(n), "action": postback()}]}),
        2000,
    ),
    "sender name": (lambda n: text(sender={"name": "停" * n}), 20),
    "sender icon": (lambda n: text(sender={"iconUrl": url(n)}), 2000),
    "text emojis": (emojis, 20),
    "textV2 mentions": (lambda n: text_v2("mention", n), 20),
    "textV2 emojis": (lambda n: text_v2("emoji", n), 20),
    "textV2 key": (
        lambda n: {
            "type": "textV2",
            "text": "x",
            "substitution": {"k" * n: {"type": "mention", "mentionee": {"type": "all"}}},
        },
        20,
    ),
    "image url": (lambda n: {"type": "image", "originalContentUrl": url(n), "previewImageUrl": url(20)}, 2000),
    "tracking id": (
        lambda n: {"type": "video", "originalContentUrl": url(20), "previewImageUrl": url(20), "trackingId": "x" * n},
        100,
    ),
    "location title": (
        lambda n: {"type": "location", "title": "停" * n, "address": "x", "latitude": 0, "longitude": 0},
        100,
    ),
    "location address": (
        lambda n: {"type": "location", "title": "x", "address": "停" * n, "latitude": 0, "longitude": 0},
        100,
    ),
    "buttons text": (lambda n: buttons(text=FAMILY * n), 160),
    "buttons text beside title": (lambda n: buttons(title="x", text=FAMILY * n), 60),
    "buttons text beside image": (lambda n: buttons(thumbnailImageUrl=PICTURE, text=FAMILY * n), 60),
    "buttons title": (lambda n: buttons(title=FAMILY * n), 40),
    "buttons actions": (lambda n: buttons(actions=[postback()] * n), 4),
    "buttons label": (lambda n: buttons(actions=[postback(label=FAMILY * n)]), 20),
    "confirm text": (lambda n: template("confirm", text=FAMILY * n, actions=[postback()] * 2), 240),
    "confirm actions": (lambda n: template("confirm", text="x", actions=[postback()] * n), 2),
    "carousel columns": (lambda n: carousel(*[column()] * n), 10),
    "carousel text": (lambda n: carousel(column(text=FAMILY * n)), 120),
    "carousel text beside title": (lambda n: carousel(column(title="x", text=FAMILY * n)), 60),
    "carousel actions": (lambda n: carousel(column(actions=[postback()] * n)), 3),
    "image carousel columns": (
        lambda n: template("image_carousel", columns=[{"imageUrl": PICTURE, "action": postback()}] * n),
        10,
    ),
    "image carousel label": (
        lambda n: template("image_carousel", columns=[{"imageUrl": PICTURE, "action": postback(label=FAMILY * n)}]),
        12,
    ),
    "imagemap actions": (lambda n: imagemap(actions=[{"type": "message", "text": "x", "area": AREA}] * n), 50),
    "imagemap text": (lambda n: imagemap(actions=[{"type": "message", "text": "停" * n, "area": AREA}]), 400),
    "imagemap uri": (lambda n: imagemap(actions=[{"type": "uri", "linkUri": url(n), "area": AREA}]), 1000),
    "imagemap label": (
        lambda n: imagemap(actions=[{"type": "message", "text": "x", "label": "停" * n, "area": AREA}]),
        100,
    ),
    "bubble bytes": (lambda n: padded(n, bubble()), 30_000),
    "carousel bytes": (heavy_carousel, 50_000),
    "bubbles": (lambda n: flex({"type": "carousel", "contents": [bubble()] * n}), 12),
    "animated images": (lambda n: flex(bubble(*[{"type": "image", "url": PICTURE, "animated": True}] * n)), 10),
    "flex label": (lambda n: flex(bubble(button(postback(label=FAMILY * n)))), 40),
    "flex image url": (lambda n: flex(bubble({"type": "image", "url": url(n)})), 2000),
    "image height": (lambda n: flex(bubble({"type": "image", "url": PICTURE, "aspectRatio": f"1:{n}"})), 3),
    "aspect side": (lambda n: flex(bubble({"type": "image", "url": PICTURE, "aspectRatio": f"{n}:1"})), 100_000),
    "postback data": (lambda n: flex(bubble(button(postback(data="停" * n)))), 300),
    "displayText": (lambda n: flex(bubble(button(postback(displayText=FAMILY * n)))), 300),
    "fillInText": (lambda n: flex(bubble(button(postback(inputOption="openKeyboard", fillInText=FAMILY * n)))), 300),
    "message action text": (lambda n: flex(bubble(button(action("message", text=FAMILY * n)))), 300),
    "uri": (lambda n: flex(bubble(button(action("uri", uri=url(n))))), 1000),
    "clipboard": (lambda n: flex(bubble(button(action("clipboard", clipboardText="停" * n)))), 1000),
    "picker data": (lambda n: flex(bubble(button(action("datetimepicker", mode="date", data="x" * n)))), 300),
}


@pytest.mark.parametrize("name", LENGTHS)
def test_a_limit_is_met_and_not_passed(name):
    make, most = LENGTHS[name]
    assert places(make(most)) == []
    assert places(make(most + 1))


def test_emoji_count_two_units_in_text_but_one_in_labels():
    assert places(text(CAR * 2500)) == []
    assert places(text(CAR * 2501)) == ["messages.0.text"]
    assert places(flex(bubble(button(postback(data=CAR * 150))))) == []
    assert places(flex(bubble(button(postback(data=CAR * 151)))))


def in_button(**more):
    return flex(bubble(button(more)))


REFUSED = {
    "empty text": text(""),
    "sender LINE": text(sender={"name": "LINE"}),
    "emoji not on $": text("abc", emojis=[{"index": 1, "productId": "5", "emojiId": "1"}]),
    "emoji index in units": text(CAR + "$", emojis=[{"index": 1, "productId": "5", "emojiId": "1"}]),
    "single brace": {"type": "textV2", "text": "a { b"},
    "closing brace": {"type": "textV2", "text": "a } b"},
    "unknown key": {"type": "textV2", "text": "{who}"},
    "http image": {"type": "image", "originalContentUrl": "http://a.tw/a.jpg", "previewImageUrl": PICTURE},
    "relative image": {"type": "image", "originalContentUrl": "a.jpg", "previewImageUrl": PICTURE},
    "url with a space": {"type": "image", "originalContentUrl": "https://a.tw/a b.jpg", "previewImageUrl": PICTURE},
    "latitude": {"type": "location", "title": "x", "address": "x", "latitude": 90.1, "longitude": 0},
    "sticker id": {"type": "sticker", "packageId": "x", "stickerId": "1"},
    "audio duration": {"type": "audio", "originalContentUrl": PICTURE, "duration": 0},
    "confirm with one": template("confirm", text="x", actions=[postback()]),
    "uneven columns": carousel(column(), column(actions=[postback()] * 2)),
    "uneven titles": carousel(column(), column(title="x")),
    "template colour": buttons(imageBackgroundColor="red"),
    "template ratio": buttons(imageAspectRatio="round"),
    "imagemap width": imagemap(baseSize={"width": 1041, "height": 1}),
    "empty carousel": flex({"type": "carousel", "contents": []}),
    "mixed bubble sizes": flex({"type": "carousel", "contents": [bubble(size="kilo"), bubble(size="mega")]}),
    "empty bubble": flex({"type": "bubble"}),
    "text hero": flex(bubble(hero={"type": "text", "text": "x"})),
    "button in baseline": flex(bubble(box(button(), layout="baseline"))),
    "icon in vertical": flex(bubble({"type": "icon", "url": PICTURE})),
    "video in body": flex(bubble({"type": "video", "url": PICTURE, "previewUrl": PICTURE, "altContent": box()})),
    "video in a nano bubble": flex(
        bubble(size="nano", hero={"type": "video", "url": PICTURE, "previewUrl": PICTURE, "altContent": box()})
    ),
    "empty flex text": flex(bubble({"type": "text", "text": ""})),
    "colour name": flex(bubble({"type": "text", "text": "x", "color": "red"})),
    "text size": flex(bubble({"type": "text", "text": "x", "size": "full"})),
    "margin": flex(bubble({"type": "text", "text": "x", "margin": "8"})),
    "padding": flex(bubble(box(paddingAll="1em"))),
    "corner": flex(bubble(box(cornerRadius="50%"))),
    "negative flex": flex(bubble({"type": "text", "text": "x", "flex": -1})),
    "gradient angle": flex(
        bubble(
            box(
                background={"type": "linearGradient", "angle": "360deg", "startColor": "#000000", "endColor": "#ffffff"}
            )
        )
    ),
    "style colour": flex(bubble(styles={"body": {"backgroundColor": "white"}})),
    "button without label": flex(bubble(button({"type": "postback", "data": "x"}))),
    "javascript uri": in_button(type="uri", label="x", uri="javascript:alert(1)"),
    "uri without scheme": in_button(type="uri", label="x", uri="a.tw"),
    "uri in Chinese": in_button(type="uri", label="x", uri="https://a.tw/繳費"),
    "displayText and text": in_button(**postback(displayText="x", text="x")),
    "fillInText alone": in_button(**postback(fillInText="x")),
    "camera in flex": in_button(type="camera", label="x"),
    "menu switch in flex": in_button(type="richmenuswitch", label="x", richMenuAliasId="a", data="x"),
    "picker format": in_button(**action("datetimepicker", mode="date", data="x", initial="2026/11/20")),
    "picker day": in_button(**action("datetimepicker", mode="date", data="x", initial="2026-02-30")),
    "picker year": in_button(**action("datetimepicker", mode="date", data="x", max="2101-01-01")),
    "picker minute": in_button(**action("datetimepicker", mode="time", data="x", initial="24:00")),
    "picker order": in_button(**action("datetimepicker", mode="date", data="x", min="2026-01-02", max="2026-01-02")),
    "picker initial": in_button(**action("datetimepicker", mode="time", data="x", min="09:00", initial="08:59")),
}


@pytest.mark.parametrize("name", REFUSED)
def test_what_line_refuses(name):
    assert places(REFUSED[name])


TAKEN = {
    "doubled braces": {"type": "textV2", "text": "{{ }}"},
    "emoji on $": text(CAR + "$", emojis=[{"index": 2, "productId": "5", "emojiId": "1"}]),
    "tel": in_button(type="uri", label="x", uri="tel:1999"),
    "line": in_button(type="uri", label="x", uri="line://ti/p/@parkline"),
    "http link": in_button(type="uri", label="x", uri="http://a.tw/?a=1#b"),
    "datetime with t": in_button(**action("datetimepicker", mode="datetime", data="", initial="2026-11-20t09:30")),
    "picker edges": in_button(**action("datetimepicker", mode="date", data="", min="1900-01-01", max="2100-12-31")),
    "area without label": flex(bubble(action={"type": "postback", "data": "x"})),
    "camera in quick reply": text(quickReply=quick(action("camera"), action("cameraRoll"), action("location"))),
    "colour with alpha": flex(bubble({"type": "text", "text": "x", "color": "#11223344"})),
    "pixel size": flex(bubble({"type": "text", "text": "x", "size": "15.5px", "margin": "8px"})),
    "gradient": flex(
        bubble(
            box(
                background={
                    "type": "linearGradient",
                    "angle": "359.9deg",
                    "startColor": "#000000",
                    "endColor": "#ffffff",
                }
            )
        )
    ),
    "icon in baseline": flex(bubble(box({"type": "icon", "url": PICTURE}, layout="baseline"))),
}


@pytest.mark.parametrize("name", TAKEN)
def test_what_line_takes(name):
    assert places(TAKEN[name]) == []


def test_https_is_waived_for_the_own_host_only():
    image = {"type": "image", "originalContentUrl": "http://localhost:8000/a.png", "previewImageUrl": PICTURE}
    own = frozenset({"localhost:8000"})
    assert check_body("PushMessageRequest", push(image), own) == []
    assert check_body("PushMessageRequest", push(image), frozenset({"localhost:8001"}))
    assert check_body("PushMessageRequest", push(image | {"originalContentUrl": "ftp://localhost:8000/a.png"}), own)
