"""The engine of the tests of payments, here too."""

from tests.pay.conftest import pay_engine

__all__ = ["pay_engine"]
