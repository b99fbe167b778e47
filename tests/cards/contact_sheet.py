"""Draws every card for every reader through the console's own renderer, to be looked at.

python -m tests.cards.contact_sheet FOLDER      one picture per language and display
"""

import json
import shutil
import sys
import tempfile
import threading
from functools import partial
from http.server import SimpleHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

from playwright.sync_api import sync_playwright

from domain.reader import Display, Language
from samples import cards as samples

STATIC = Path(__file__).parent.parent.parent / "web" / "console" / "static"
CHROMIUM = ("--no-sandbox", "--headless=new", "--disable-gpu", "--disable-background-networking", "--no-first-run")
WIDTH = 1700
PAGE = """<!doctype html><html lang="zh-TW"><meta charset="utf-8">
<link rel="stylesheet" href="console.css"><link rel="stylesheet" href="chat.css"><link rel="stylesheet" href="flex.css">
<style>body { background: #8cabd9; display: flex; flex-wrap: wrap; gap: 24px; padding: 16px; align-items: flex-start; }
 section { max-width: 100%; } h2 { font: 14px sans-serif; margin: 0 0 6px; color: #123; }
 .flex-carousel { overflow: visible; flex-wrap: nowrap; } .bubble { max-width: 340px; white-space: pre-wrap; }
 .flex-carousel .flex-bubble { max-width: none; }</style>
<script type="module">
import { botMessage } from "./messages.js";
for (const [name, message] of JSON.parse(document.getElementById("cards").textContent)) {
  const section = document.createElement("section"), head = document.createElement("h2");
  head.textContent = name + (message.altText ? " — " + message.altText : "");
  section.append(head, botMessage(message, () => {}));
  document.body.append(section);
}
document.body.dataset.drawn = "yes";
</script><script id="cards" type="application/json">CARDS</script>"""


def draw(folder: Path) -> list[Path]:
    """Writes the pictures; returns them."""
    with tempfile.TemporaryDirectory() as site:
        shutil.copytree(STATIC, site, dirs_exist_ok=True)
        sheets: dict[tuple[Language, Display], list[tuple[str, dict[str, object]]]] = {}
        for name, who, message in samples.every():
            sheets.setdefault((who.language, who.display), []).append((name, message))
        server = ThreadingHTTPServer(("127.0.0.1", 0), partial(_Quiet, directory=site))
        threading.Thread(target=server.serve_forever, daemon=True).start()
        try:
            return _pictures(folder, Path(site), server.server_address[1], sheets)
        finally:
            server.shutdown()
            server.server_close()


def _pictures(
    folder: Path, site: Path, port: int, sheets: dict[tuple[Language, Display], list[tuple[str, dict[str, object]]]]
) -> list[Path]:
    made = []
    with sync_playwright() as play:
        browser = play.chromium.launch(executable_path="/usr/bin/chromium", args=list(CHROMIUM))
        page = browser.new_page(viewport={"width": WIDTH, "height": 1000})
        for (language, display), cards in sheets.items():
            content = json.dumps(cards, ensure_ascii=False).replace("<", "\\u003c")
            (site / "sheet.html").write_text(PAGE.replace("CARDS", content), encoding="utf-8")
            page.goto(f"http://127.0.0.1:{port}/sheet.html?{language}-{display}")
            page.wait_for_selector("body[data-drawn]")
            made.append(folder / f"{language}-{display}.png")
            page.screenshot(path=str(made[-1]), full_page=True)
        browser.close()
    return made


class _Quiet(SimpleHTTPRequestHandler):
    def log_message(self, *_: object) -> None:
        """Nothing: this is not a server anybody looks after."""


if __name__ == "__main__":
    target = Path(sys.argv[1])
    target.mkdir(parents=True, exist_ok=True)
    draw(target)
