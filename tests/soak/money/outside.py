"""All who are not us: three providers on the network, two agencies, LINE; and the trouble with them."""

import random
import threading
from collections.abc import Callable, Mapping, Sequence
from contextlib import ExitStack
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any

from domain.orders import ATTEMPT_LIFE
from tests.fakes.agency import LOST_AFTER, SILENT_AFTER, FakeAgency
from tests.fakes.line import FakeLine
from tests.fakes.providers import ecpay, jkopay, linepay
from tests.fakes.providers.server import FAULTS, FakeProvider

AGENCIES = ("NWT", "TPE")
FAULTY = 0.1  # of the calls
AGENCYS_FAULTS = (500, 503, 429, LOST_AFTER, SILENT_AFTER)


@dataclass(frozen=True, slots=True)
class Page:
    """Where a citizen is at a provider."""

    provider: str
    number: str


class Outside:
    """Fakes that speak the real protocols, with books of their own."""

    def __init__(self, inside: ExitStack) -> None:
        self.line = inside.enter_context(FakeLine(checks="light", keeps_bodies=False, strangers=True))
        self.linepay = inside.enter_context(linepay.FakeLinePay())
        self.ecpay = inside.enter_context(ecpay.FakeEcPay())
        self.jkopay = inside.enter_context(jkopay.FakeJkoPay())
        self.agencies = {code: inside.enter_context(FakeAgency()) for code in AGENCIES}

    @property
    def providers(self) -> Mapping[str, FakeProvider]:
        """By key."""
        return {"linepay": self.linepay, "ecpay": self.ecpay, "jkopay": self.jkopay}

    def page(self, address: str) -> Page | None:
        """The provider's page behind an address; None for one of our own."""
        reference = address.rpartition("/")[2]
        if "/demobank/" in address:
            return Page("demobank", reference)
        for provider, fake in self.providers.items():
            if address.startswith(fake.url):
                with fake.lock:
                    return Page(provider, next(t.number for t in fake.trades.values() if t.reference == reference))
        return None

    def trouble(self, on: bool, chance: random.Random) -> None:
        """From now on calls to them go wrong now and then, or none does."""
        lock = threading.Lock()

        def draw(faults: Sequence[Any]) -> Callable[[], Any]:
            def fault() -> Any:
                with lock:
                    return chance.choice(faults) if on and chance.random() < FAULTY else ""

            return fault

        for fake in self.providers.values():
            fake.trouble = draw(FAULTS)
        for agency in self.agencies.values():
            agency.trouble = draw(AGENCYS_FAULTS)

    def let_pass(self, minutes: float) -> None:
        """Everything at the providers happened so much earlier; LINE Pay ends what nobody has finished."""
        for trade in (trade for fake in self.providers.values() for trade in fake.trades.values()):
            trade.at -= timedelta(minutes=minutes)
            if "until" in trade.fields:
                trade.fields["until"] -= timedelta(minutes=minutes)
        for trade in self.linepay.trades.values():
            if trade.state in ("waiting", "approved") and trade.at < datetime.now(UTC) - ATTEMPT_LIFE:
                trade.state = "cancelled"

    def settings(self) -> dict[str, str]:
        """Where the house finds them, and its accounts there."""
        return {
            "PAYMENT_PROVIDERS": "linepay,ecpay,jkopay,demobank",
            "LINEPAY_API_URL": self.linepay.url,
            "LINEPAY_CHANNEL_ID": linepay.CHANNEL,
            "LINEPAY_CHANNEL_SECRET": linepay.SECRET,
            "ECPAY_URL": self.ecpay.url,
            "ECPAY_MERCHANT_ID": ecpay.MERCHANT,
            "ECPAY_HASH_KEY": ecpay.HASH_KEY,
            "ECPAY_HASH_IV": ecpay.HASH_IV,
            "JKOPAY_URL": self.jkopay.url,
            "JKOPAY_STORE_ID": jkopay.STORE,
            "JKOPAY_API_KEY": jkopay.API_KEY,
            "JKOPAY_SECRET": jkopay.SECRET,
        }
