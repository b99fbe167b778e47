"""Accounts of payment providers: whole or not at all, and their secrets never in an error."""

import pytest

from infra.settings import PROVIDER_ACCOUNTS, SettingsError, load

ACCOUNTS = [
    {"LINEPAY_CHANNEL_ID": "1656789012", "LINEPAY_CHANNEL_SECRET": "hush"},
    {"ECPAY_MERCHANT_ID": "3002607", "ECPAY_HASH_KEY": "hush", "ECPAY_HASH_IV": "hush"},
    {"JKOPAY_STORE_ID": "c1101e2b", "JKOPAY_API_KEY": "hush", "JKOPAY_SECRET": "hush"},
]


@pytest.mark.parametrize("account", ACCOUNTS)
def test_an_account_is_whole_or_not_there(account: dict[str, str]) -> None:
    load(account)
    for name in account:
        rest = {key: value for key, value in account.items() if key != name}
        with pytest.raises(SettingsError, match=f"{name} is required") as error:
            load(rest)
        assert "hush" not in str(error.value)


@pytest.mark.parametrize("provider", PROVIDER_ACCOUNTS)
def test_an_offered_provider_needs_its_account(provider: str) -> None:
    with pytest.raises(SettingsError, match="is required to take payments"):
        load({"PAYMENT_PROVIDERS": provider})


@pytest.mark.parametrize("name", ["LINEPAY_API_URL", "ECPAY_URL", "JKOPAY_URL"])
def test_a_provider_is_reached_by_https_or_on_this_machine(name: str) -> None:
    load({name: "http://127.0.0.1:9000"})
    for wrong in ("http://pay.example", "https://user@pay.example", "https://pay.example/?x=1", "pay.example"):
        with pytest.raises(SettingsError, match=name):
            load({name: wrong})
