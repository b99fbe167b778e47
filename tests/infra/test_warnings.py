"""What an operator is told at the start although nothing is wrong enough to stop it."""

import pytest

from infra.settings import load

PRODUCTION = {
    "LINE_CHANNEL_SECRET": "s",
    "LINE_CHANNEL_ACCESS_TOKEN": "t",
    "DATA_KEYS": "A" * 43 + "=",
    "SESSION_KEY": "k" * 32,
}
GATEWAY = {"SMS_GATEWAY": "mitake", "SMS_USERNAME": "u", "SMS_PASSWORD": "p"}


@pytest.mark.parametrize(
    ("environment", "warned"), [({}, 0), (GATEWAY, 0), (PRODUCTION, 1), ({**PRODUCTION, **GATEWAY}, 0)]
)
def test_codes_that_would_reach_nobody_are_told_in_one_line(environment: dict[str, str], warned: int) -> None:
    lines = load(environment).warnings
    assert len(lines) == warned
    assert all(line.startswith("SMS_GATEWAY: ") and "\n" not in line for line in lines)
