"""Citizens with vehicles, an agency's ledger, and a clock: who is told what."""

from tests.handlers.conftest import (
    chat_engine,
    chat_units,
    cities_in_hand,
    flow,
    make_flow,
    make_owner,
    owner,
    plate,
)

__all__ = ["chat_engine", "chat_units", "cities_in_hand", "flow", "make_flow", "make_owner", "owner", "plate"]
