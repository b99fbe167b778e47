"""One attempt of NT$80, begun two minutes before a year ends in Taiwan: what the tests of single providers ask for."""

from datetime import UTC, datetime

from domain.orders import ATTEMPT_LIFE
from domain.ports.payments import Taking

BEGAN = datetime(2026, 12, 31, 15, 58, tzinfo=UTC)  # 23:58 in Taiwan
NUMBER = "20261231ABCDEFGHJKLM"


def taking(provider: str, reference: str | None = None) -> Taking:
    """The attempt as a provider sees it."""
    return Taking(
        attempt_id="x",
        trade_number=NUMBER,
        amount=80,
        title="停車通 1 筆",
        return_url="https://park.example/p/t/back",
        notify_url=f"https://park.example/pay/notify/{provider}",
        expires_at=BEGAN + ATTEMPT_LIFE,
        provider_reference=reference,
    )
