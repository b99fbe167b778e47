"""House rules that no linter knows: nothing sleeps where it should wait, no room has grown too large."""

import ast
from collections.abc import Iterator
from pathlib import Path

ROOT = Path(__file__).parent.parent.parent
PRODUCT = (
    *("wiring", "bot", "handlers", "flex_templates", "web", "jobs"),
    *("services", "adapters", "models", "infra", "domain"),
)
MOST_FILE_LINES = 300
MOST_FUNCTION_LINES = 50

# Larger, and why. Nothing else may be.
LARGE = {
    "verify_draw.py": "one file without the rest of the house: whoever checks a draw downloads it and reads it whole",
}

# Pauses that are what their place is for; everything else waits for a condition.
PAUSES = {
    "bot/outbox.py": "until a call's own moment at LINE's pace",
    "bot/pump.py": "a breath between rounds, so that rows gather",
    "infra/hints.py": "before Redis is tried again",
    "infra/throttle.py": "until a city's next turn",
    "tests/fakes/line_webhooks.py": "LINE's own pace of deliveries",
    "tests/soak/worker.py": "an outside question that takes a moment",
}


def sources(*folders: str) -> Iterator[Path]:
    for folder in folders:
        yield from sorted((ROOT / folder).rglob("*.py"))


def sleeps(path: Path) -> list[int]:
    """Lines that sleep a fixed time. Looking again at a condition is waiting; `asyncio.sleep(0)` lets others run."""
    text = path.read_text()
    if "sleep" not in text:
        return []
    tree = ast.parse(text)
    waiting = {
        call
        for loop in ast.walk(tree)
        if isinstance(loop, ast.While) and not isinstance(loop.test, ast.Constant)
        for call in ast.walk(loop)
    }
    calls = [node for node in ast.walk(tree) if isinstance(node, ast.Call) and node not in waiting]
    return [call.lineno for call in calls if _sleep(call)]


def _sleep(call: ast.Call) -> bool:
    lets_others_run = call.args and isinstance(call.args[0], ast.Constant) and call.args[0].value == 0
    return ast.unparse(call.func).split(".")[-1] == "sleep" and not lets_others_run


def test_nothing_sleeps() -> None:
    files = [*sources(*PRODUCT, "tests"), ROOT / "app.py"]
    assert len(files) > 100
    sleeping = {str(path.relative_to(ROOT)): lines for path in files if (lines := sleeps(path))}
    assert {name: lines for name, lines in sleeping.items() if name not in PAUSES} == {}
    assert set(PAUSES) <= set(sleeping), "no longer pauses"


def test_the_search_for_sleeps_finds_them(tmp_path: Path) -> None:
    path = tmp_path / "x.py"
    lines = ["import time, asyncio", "time.sleep(1)", "async def f():", "    await asyncio.sleep(0)"]
    waits = ["    while not done:", "        await asyncio.sleep(0.1)"]
    path.write_text("\n".join([*lines, "    await asyncio.sleep(0.1)", *waits]))
    assert sleeps(path) == [2, 5]


def outgrown(path: Path) -> list[str]:
    """What has too many lines: the file, functions in it."""
    text = path.read_text()
    found = ["the file"] if text.count("\n") > MOST_FILE_LINES else []
    for node in ast.walk(ast.parse(text)):
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef):
            length = (node.end_lineno or node.lineno) - node.lineno + 1
            if length > MOST_FUNCTION_LINES:
                found.append(node.name)
    return found


def test_no_file_and_no_function_has_outgrown_its_room() -> None:
    files = [*sources(*PRODUCT, "benchmarks", "tools"), *ROOT.glob("*.py")]
    too_large = {str(path.relative_to(ROOT)): found for path in files if (found := outgrown(path))}
    assert {name: found for name, found in too_large.items() if name not in LARGE} == {}
    assert set(LARGE) <= set(too_large), "no longer large"


def test_the_search_for_what_has_outgrown_finds_it(tmp_path: Path) -> None:
    path = tmp_path / "x.py"
    path.write_text("def most():\n" + "    pass\n" * (MOST_FUNCTION_LINES - 1))
    assert outgrown(path) == []
    path.write_text("def more():\n" + "    pass\n" * MOST_FUNCTION_LINES)
    assert outgrown(path) == ["more"]
    path.write_text("x = 1\n" * MOST_FILE_LINES)
    assert outgrown(path) == []
    path.write_text("x = 1\n" * (MOST_FILE_LINES + 1))
    assert outgrown(path) == ["the file"]
