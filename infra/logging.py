"""Logs: one JSON object a line on stdout (readable on a terminal), ours and the libraries', all through one net.

An exception is logged as its type and the places it went through, never with its text: texts quote what was typed.
"""

import logging
import sys
import threading
import traceback
from collections.abc import MutableMapping
from types import TracebackType
from typing import Any, TextIO

import orjson
import structlog
from structlog.types import Processor

from infra.redaction import redact

FRAMES = 12  # the innermost places of a stack
_LOUD_AT = {"procrastinate": logging.WARNING, "alembic": logging.WARNING, "aiohttp": logging.WARNING}

Event = MutableMapping[str, Any]
Raised = tuple[type[BaseException], BaseException, TracebackType | None]


def configure(stream: TextIO | None = None, *, level: int = logging.INFO) -> None:
    """Send every log line of this process through the net to `stream` (stdout). Call once, at the start."""
    out = stream or sys.stdout
    last = [_shape_exception, _redact, _renderer(out)]
    before: list[Processor] = [
        structlog.contextvars.merge_contextvars,
        structlog.processors.add_log_level,
        structlog.processors.TimeStamper(fmt="iso", utc=True),
    ]
    structlog.configure(
        processors=[*before, *last],
        wrapper_class=structlog.make_filtering_bound_logger(level),
        logger_factory=structlog.WriteLoggerFactory(out),
        cache_logger_on_first_use=True,
    )
    handler = logging.StreamHandler(out)
    handler.setFormatter(
        structlog.stdlib.ProcessorFormatter(
            foreign_pre_chain=[*before, structlog.stdlib.add_logger_name],
            processors=[structlog.stdlib.ProcessorFormatter.remove_processors_meta, *last],
        )
    )
    root = logging.getLogger()
    root.handlers = [handler]
    root.setLevel(level)
    for name, loud in _LOUD_AT.items():
        logging.getLogger(name).setLevel(max(level, loud))
    logging.captureWarnings(True)
    sys.excepthook = _uncaught
    threading.excepthook = lambda thrown: _uncaught(thrown.exc_type, thrown.exc_value, thrown.exc_traceback)


def _renderer(out: TextIO) -> Processor:
    if out.isatty():
        return structlog.dev.ConsoleRenderer()
    return structlog.processors.JSONRenderer(serializer=lambda event, **_: orjson.dumps(event).decode())


def _shape_exception(_logger: object, _method: str, event: Event) -> Event:
    raised = event.pop("exc_info", None)
    event.pop("stack_info", None)
    if raised is True:
        raised = sys.exc_info()
    if isinstance(raised, BaseException):
        raised = (type(raised), raised, raised.__traceback__)
    if isinstance(raised, tuple) and raised[0] is not None:
        event["exception"] = _chain(raised)
    return event


def _chain(raised: Raised) -> list[dict[str, Any]]:
    """The exception and what caused it, outermost first."""
    chain: list[dict[str, Any]] = []
    kind, error, trace = raised
    while len(chain) < 4:
        frames = traceback.extract_tb(trace)[-FRAMES:]
        chain.append({"type": f"{kind.__module__}.{kind.__qualname__}", "stack": [_place(frame) for frame in frames]})
        cause = error.__cause__ or (None if error.__suppress_context__ else error.__context__)
        if cause is None:
            break
        kind, error, trace = type(cause), cause, cause.__traceback__
    return chain


def _place(frame: traceback.FrameSummary) -> str:
    return f"{frame.filename.rpartition('site-packages/')[2]}:{frame.lineno} in {frame.name}"


def _redact(_logger: object, _method: str, event: Event) -> Event:
    cleaned: Event = redact(event)
    return cleaned


def _uncaught(kind: type[BaseException], error: BaseException | None, trace: TracebackType | None) -> None:
    if issubclass(kind, KeyboardInterrupt):
        return
    structlog.get_logger(__name__).critical("uncaught", exc_info=(kind, error or kind(), trace))
