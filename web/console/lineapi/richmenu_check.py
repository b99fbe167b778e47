"""Rich menu objects: what LINE refuses beyond the schema (reference "Rich menu object")."""

from typing import Any

from web.console.lineapi import limits
from web.console.lineapi.actions import RICH_MENU, check_action
from web.console.lineapi.report import Report


def check_rich_menu(menu: dict[str, Any], report: Report) -> None:
    """Note what LINE would refuse in a rich menu that has passed the schema."""
    width, height = menu["size"]["width"], menu["size"]["height"]
    if not limits.MENU_MIN_WIDTH <= width <= limits.MENU_MAX_WIDTH:
        report.add(("size", "width"), f"Must be between {limits.MENU_MIN_WIDTH} and {limits.MENU_MAX_WIDTH}")
    if height < limits.MENU_MIN_HEIGHT or width / height < limits.MENU_WIDTH_TO_HEIGHT:
        report.add(
            ("size", "height"),
            f"Must be {limits.MENU_MIN_HEIGHT} or more, and width/height {limits.MENU_WIDTH_TO_HEIGHT} or more",
        )
    report.graphemes(("chatBarText",), menu["chatBarText"], limits.MENU_BAR_TEXT_GRAPHEMES)
    report.graphemes(("name",), menu["name"], limits.MENU_NAME_GRAPHEMES)
    report.count(("areas",), menu["areas"], limits.MENU_AREAS, least=0)
    for number, area in enumerate(menu["areas"]):
        bounds = area["bounds"]
        if bounds["x"] + bounds["width"] > width or bounds["y"] + bounds["height"] > height:
            report.add(("areas", number, "bounds"), "Must lie inside the image")
        check_action(area["action"], RICH_MENU, ("areas", number, "action"), report)
