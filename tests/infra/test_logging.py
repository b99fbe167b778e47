"""Every log line, ours or a library's, is one JSON object that went through the net."""

import io
import json
import logging
import sys
import threading
import warnings
from collections.abc import Iterator
from typing import Any

import pytest
import structlog

from infra import logging as log_setup

PLATE = "ABC-1234"


class Lines(io.StringIO):
    def read_back(self) -> list[dict[str, Any]]:
        return [json.loads(line) for line in self.getvalue().splitlines()]


@pytest.fixture
def lines() -> Iterator[Lines]:
    """Logging as a process has it, into memory; put back afterwards."""
    root = logging.getLogger()
    kept = (root.handlers, root.level, structlog.get_config())
    hooks = sys.excepthook, threading.excepthook
    out = Lines()
    log_setup.configure(out)
    yield out
    logging.captureWarnings(False)
    root.handlers, root.level = kept[0], kept[1]
    structlog.configure(**kept[2])
    sys.excepthook, threading.excepthook = hooks


def deep(text: str) -> None:
    raise ValueError(f"cannot read {text}")


def test_our_own_line(lines: Lines) -> None:
    with structlog.contextvars.bound_contextvars(request_id="abc"):
        structlog.get_logger().info("asked", city="TPE", what=f"for {PLATE}", plate="使者")
    (line,) = lines.read_back()
    assert line["event"] == "asked"
    assert line["request_id"] == "abc"
    assert line["what"] == "for [plate]"
    assert line["plate"] == "[withheld]"
    assert line["level"] == "info"


def test_a_librarys_line(lines: Lines) -> None:
    logging.getLogger("some.library").warning("sent to %s", "U" + "0a" * 16)
    (line,) = lines.read_back()
    assert line["event"] == "sent to [line_id]"
    assert line["logger"] == "some.library"


@pytest.mark.parametrize("ours", [True, False])
def test_an_exception_is_its_type_and_places_never_its_text(lines: Lines, ours: bool) -> None:
    try:
        try:
            deep(PLATE)
        except ValueError as error:
            raise KeyError("王小明") from error
    except KeyError as error:
        if ours:
            structlog.get_logger().error("failed", exc_info=error)
        else:
            logging.getLogger("some.library").exception("failed")
    (line,) = lines.read_back()
    assert [one["type"] for one in line["exception"]] == ["builtins.KeyError", "builtins.ValueError"]
    assert line["exception"][1]["stack"][-1].endswith(" deep")
    assert "王小明" not in lines.getvalue()
    assert "cannot read" not in lines.getvalue()


@pytest.mark.filterwarnings("ignore::pytest.PytestUnhandledThreadExceptionWarning")
def test_an_uncaught_exception_of_a_thread(lines: Lines) -> None:
    thread = threading.Thread(target=deep, args=(PLATE,))
    thread.start()
    thread.join()
    (line,) = lines.read_back()
    assert line["event"] == "uncaught"
    assert line["exception"][0]["type"] == "builtins.ValueError"


def test_a_warning(lines: Lines) -> None:
    with warnings.catch_warnings():
        warnings.simplefilter("always")
        logging.captureWarnings(True)
        warnings.showwarning(UserWarning(f"about {PLATE}"), UserWarning, "file.py", 1)
    assert PLATE not in lines.getvalue()
    assert lines.read_back()[0]["logger"] == "py.warnings"
