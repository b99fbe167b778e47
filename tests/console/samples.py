"""Messages and bodies that LINE takes, to be bent one way at a time."""

from datetime import UTC, datetime, timedelta
from typing import Any

Json = dict[str, Any]

USER = "U" + "0123456789abcdef" * 2
OTHER = "U" + "f" * 32
GROUP = "C" + "a" * 32
PICTURE = "https://example.tw/a.png"


def text(content: str = "您好", **more: Any) -> Json:
    return {"type": "text", "text": content} | more


def postback(**more: Any) -> Json:
    return {"type": "postback", "label": "繳費", "data": "v=1"} | more


def action(kind: str, **more: Any) -> Json:
    return {"type": kind, "label": "選擇"} | more


def box(*contents: Json, layout: str = "vertical", **more: Any) -> Json:
    return {"type": "box", "layout": layout, "contents": list(contents)} | more


def bubble(*contents: Json, **more: Any) -> Json:
    return {"type": "bubble", "body": box(*(contents or ({"type": "text", "text": "待繳"},)))} | more


def flex(contents: Json, alt: str = "您有 2 筆停車費待繳") -> Json:
    return {"type": "flex", "altText": alt, "contents": contents}


def button(act: Json | None = None, **more: Any) -> Json:
    return {"type": "button", "action": act or postback()} | more


def quick(*actions: Json) -> Json:
    return {"items": [{"type": "action", "action": each} for each in actions]}


def push(*messages: Json, **more: Any) -> Json:
    return {"to": USER, "messages": list(messages)} | more


def menu(**more: Any) -> Json:
    return {
        "size": {"width": 2500, "height": 1686},
        "selected": True,
        "name": "主選單",
        "chatBarText": "選單",
        "areas": [{"bounds": {"x": 0, "y": 0, "width": 1250, "height": 843}, "action": action("message", text="待繳")}],
    } | more


class StillClock:
    """A clock that stands still until it is moved."""

    def __init__(self) -> None:
        self.moment = datetime(2026, 11, 20, 6, 0, tzinfo=UTC)

    def now(self) -> datetime:
        return self.moment

    def move(self, seconds: float) -> None:
        self.moment += timedelta(seconds=seconds)
