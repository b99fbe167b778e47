"""The rich menu the page draws while none is deployed: LINE's own rich menu object, drawn from its labels."""

from collections.abc import Callable
from typing import Any

RichMenu = dict[str, Any]
MenuSource = Callable[[str | None], RichMenu]

WIDTH, HEIGHT = 2500, 1686
COLUMNS, ROWS = 3, 2

# What a tile says, and the word it sends (design/contract.md, "Words a citizen can always type")
TILES = {
    "zh": (
        ("待繳", "待繳"),
        ("我的車輛", "我的車輛"),
        ("繳費紀錄", "繳費紀錄"),
        ("抽籤結果", "抽籤結果"),
        ("我的資料", "我的資料"),
        ("說明", "說明"),
    ),
    "en": (
        ("To pay", "bills"),
        ("Bind a plate", "bind"),
        ("Records", "records"),
        ("Draw results", "result"),
        ("Notices", "notices"),
        ("Help", "help"),
    ),
}
BAR = {"zh": "選單", "en": "Menu"}


def default_menu(language: str | None) -> RichMenu:
    """Six tiles in the citizen's language, as a rich menu object that LINE would take."""
    tongue = "zh" if (language or "zh").startswith("zh") else "en"
    width, height = WIDTH // COLUMNS, HEIGHT // ROWS
    areas = [
        {
            "bounds": {
                "x": number % COLUMNS * width,
                "y": number // COLUMNS * height,
                "width": width,
                "height": height,
            },
            "action": {"type": "message", "label": label, "text": word},
        }
        for number, (label, word) in enumerate(TILES[tongue])
    ]
    return {
        "size": {"width": WIDTH, "height": HEIGHT},
        "selected": True,
        "name": f"console {tongue}",
        "chatBarText": BAR[tongue],
        "areas": areas,
    }
