"""docs/security.md names every measure of 附表十, and only files that are there."""

import re
from pathlib import Path

ROOT = Path(__file__).parents[2]
PAGE = (ROOT / "docs/security.md").read_text()
PLACES = re.compile(r"`((?:[\w.-]+/)+[\w.*-]*|[\w-]+\.(?:py|md|toml|txt))`")
WRITTEN_WHILE_RUNNING = {"audit-heads.txt"}
MEASURES = 80


def test_every_file_it_names_is_there() -> None:
    named = {one for one in PLACES.findall(PAGE) if not one.startswith("/")} - WRITTEN_WHILE_RUNNING
    assert len(named) > 50
    assert [one for one in sorted(named) if not (ROOT / one).exists()] == []


def test_every_measure_has_its_row_once() -> None:
    told: list[int] = []
    for first in re.findall(r"^\| ([0-9][^|]*)\|", PAGE, re.MULTILINE):
        numbers = [int(number) for number in re.findall(r"[0-9]+", first)]
        told += numbers
    assert sorted(told) == list(range(1, MEASURES + 1))
