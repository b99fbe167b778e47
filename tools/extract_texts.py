"""Finds every text that citizens can read in another language, and what locales/ lacks of it.

    python -m tools.extract_texts            what is missing, surplus or broken in locales/en
    python -m tools.extract_texts --list     every text with the place of its first use

Found: the literal first argument of t(), text(), msgid() and of errors shown to citizens (not of those for staff),
`title` and `explains` of conversations, t("…") in templates. A text kept as data is marked with domain.reader.msgid.
"""

import ast
import re
import string
import sys
from collections.abc import Iterator, Mapping
from pathlib import Path

from babel.messages.pofile import read_po

ROOT = Path(__file__).parent.parent
ROOMS = ("bot", "handlers", "flex_templates", "services", "domain", "web", "adapters", "jobs")
MARKERS = frozenset({"t", "msgid"})
TAKES_TEXT = frozenset({"text"})  # turn.text("…"); bot.message.text(…) takes ready texts, never a literal
FOR_STAFF = frozenset(  # the office reads Chinese
    {"StaffRuleError", "RoundRuleError", "NotYetError", "RefundRuleError", "SheetError"}
)
SHOWN_ATTRIBUTES = frozenset({"title", "explains"})
CHINESE = re.compile(r"[\u3000-\u303f\u4e00-\u9fff\uff00-\uffef]")
IN_TEMPLATE = re.compile(r"""\bt\(\s*(?:"((?:[^"\\]|\\.)*)"|'((?:[^'\\]|\\.)*)')""")


def texts(root: Path = ROOT) -> dict[str, str]:
    """Every msgid with the place of its first use, `path:line`."""
    found: dict[str, str] = {}
    for room in ROOMS:
        for path in sorted((root / room).rglob("*")):
            if path.suffix == ".py":
                pairs = _in_python(ast.parse(path.read_text(encoding="utf-8")))
            elif path.suffix in (".html", ".txt", ".j2"):
                pairs = _in_template(path.read_text(encoding="utf-8"))
            else:
                continue
            for text, line in pairs:
                found.setdefault(text, f"{path.relative_to(root)}:{line}")
    return found


def _in_python(tree: ast.AST) -> Iterator[tuple[str, int]]:
    for node in ast.walk(tree):
        if isinstance(node, ast.Call) and node.args:
            name = node.func.attr if isinstance(node.func, ast.Attribute) else getattr(node.func, "id", "")
            for text in _literals(node.args[0]):
                shown = name in TAKES_TEXT or (name.endswith("Error") and name not in FOR_STAFF)
                if name in MARKERS or (CHINESE.search(text) and shown):
                    yield text, node.lineno
        elif isinstance(node, ast.ClassDef):
            for line in node.body:
                if isinstance(line, ast.Assign | ast.AnnAssign) and _target(line) in SHOWN_ATTRIBUTES and line.value:
                    yield from ((text, line.lineno) for text in _literals(line.value) if text)


def _target(line: ast.Assign | ast.AnnAssign) -> str:
    target = line.targets[0] if isinstance(line, ast.Assign) else line.target
    return getattr(target, "id", "")


def _literals(node: ast.expr) -> Iterator[str]:
    if isinstance(node, ast.Constant) and isinstance(node.value, str):
        yield node.value
    elif isinstance(node, ast.IfExp):
        yield from _literals(node.body)
        yield from _literals(node.orelse)


def _in_template(source: str) -> Iterator[tuple[str, int]]:
    for match in IN_TEMPLATE.finditer(source):
        text = match[1] if match[1] is not None else match[2]
        yield re.sub(r"\\(.)", r"\1", text), source.count("\n", 0, match.start()) + 1


def placeholders(text: str) -> set[str]:
    """The names in {braces} of a text. Raises ValueError when the braces do not match."""
    return {name for _, name, _, _ in string.Formatter().parse(text) if name is not None}


def problems(language: str = "en", root: Path = ROOT) -> list[str]:
    """A line for each text not translated, translated in two ways, with other placeholders, or used nowhere."""
    used = texts(root)
    given: dict[str, str] = {}
    found: list[str] = []
    for path in sorted((root / "locales" / language).glob("*.po")):
        with path.open("rb") as file:
            for entry in read_po(file, abort_invalid=True):
                if not entry.id:
                    continue
                id_, text = str(entry.id), str(entry.string)
                if given.setdefault(id_, text) != text:
                    found.append(f"{path.name}: translated differently elsewhere: {id_}")
                if id_ not in used:
                    found.append(f"{path.name}: used nowhere: {id_}")
    return found + _lacking(used, given)


def _lacking(used: Mapping[str, str], given: Mapping[str, str]) -> list[str]:
    found = []
    for text, place in used.items():
        if not given.get(text):
            found.append(f"{place}: no translation: {text}")
        elif placeholders(text) != placeholders(given[text]):
            found.append(f"{place}: placeholders differ: {text}")
    return found


def main() -> int:
    if "--list" in sys.argv[1:]:
        for text, place in texts().items():
            print(f"{place}\t{text}")
        return 0
    found = problems()
    print("\n".join(found) or "every text is translated")
    return 1 if found else 0


if __name__ == "__main__":
    raise SystemExit(main())
