"""verify_draw.py called as a program, and a small draw for it."""

import contextlib
import io

import verify_draw
from tests.draw.made_up import Made, made_draw


def said(arguments: list[str]) -> tuple[int, str]:
    """(exit status, what is printed)."""
    out = io.TextIOWrapper(io.BytesIO(), "utf-8")
    with contextlib.redirect_stdout(out):
        status = verify_draw.main(arguments)
    out.seek(0)
    return status, out.read()


def v2() -> Made:
    return made_draw("TEST/V2", 1001, 8, local=(1, 2, 3), steps="L:2,*:3")
