"""Web and worker as Procfile starts them; who is outside is given up soon, and the line to the trial bank breaks.

gunicorn "tests.soak.money.process:create_app()", or python -m tests.soak.money.process for the worker. The bank's line
breaks while the file named by TROUBLE exists.
"""

import os
import random
import sys
from collections.abc import Callable
from pathlib import Path
from typing import TypeVar

from flask import Flask

import app
import jobs.worker
import wiring.money
from adapters.agencies import webhook
from adapters.payments import demobank, ecpay, jkopay, linepay
from domain.errors import OutsideError
from domain.ports.payments import Report, Started, Taking
from domain.ports.refunds import Refunding, RefundReport

TROUBLE = "PARKLINE_SOAK_TROUBLE"
PATIENCE = 1.0  # seconds a provider or agency is given, in place of its 10 to 60
BREAKS = 0.06  # of the calls to the bank, before it hears them and as often after
T = TypeVar("T")


class BreakingBank(demobank.DemoBank):
    """The trial bank over a line that breaks, before or after the bank has done what it was asked."""

    def start(self, taking: Taking) -> Started:
        """As the bank does, or OutsideError."""
        return _over_the_line(lambda: super(BreakingBank, self).start(taking))

    def ask(self, taking: Taking) -> Report:
        """As the bank does, or OutsideError."""
        return _over_the_line(lambda: super(BreakingBank, self).ask(taking))

    def refund(self, refunding: Refunding) -> RefundReport:
        """As the bank does, or OutsideError."""
        return _over_the_line(lambda: super(BreakingBank, self).refund(refunding))


def _over_the_line(call: Callable[[], T]) -> T:
    there = Path(os.environ[TROUBLE]).exists()
    if there and random.random() < BREAKS:
        raise OutsideError("connection")
    said = call()
    if there and random.random() < BREAKS:
        raise OutsideError("timeout")
    return said


def prepare() -> None:
    """What both kinds of process are changed in."""
    for seconds in ("REQUEST_SECONDS", "CHECK_SECONDS", "REFUND_SECONDS", "CONFIRM_SECONDS", "DETAILS_SECONDS"):
        setattr(linepay, seconds, PATIENCE)
    ecpay.SECONDS = jkopay.SECONDS = webhook.SECONDS = PATIENCE
    wiring.money.DemoBank = BreakingBank  # type: ignore[misc]
    jobs.worker.give_way = lambda: None  # among a whole run's processes it would wait for all of them


def create_app() -> Flask:
    """What gunicorn serves."""
    prepare()
    return app.create_app()


if __name__ == "__main__":
    prepare()
    sys.exit(jobs.worker.main())
