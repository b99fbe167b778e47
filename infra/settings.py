"""Every setting, read once from the environment. `.env.example` lists them with a line each."""

import base64
import binascii
import re
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Annotated, Literal, Self

from pydantic import Field, SecretStr, ValidationError, field_validator, model_validator
from pydantic_settings import BaseSettings, NoDecode, PydanticBaseSettingsSource, SettingsConfigDict

from domain.storebarcode import COLLECTION_CODE
from infra.mailserver import MailServer

DATA_KEY_BYTES = 32
SESSION_KEY_CHARACTERS = 32
CITY_URL = re.compile(r"^PAYBILL_(\w+)_URL$")  # whether there is such a city: adapters/bills/cities.py

Listed = Annotated[tuple[str, ...], NoDecode]
Secrets = Annotated[tuple[SecretStr, ...], NoDecode]
ProviderKey = Literal["demobank", "linepay", "ecpay", "jkopay"]
PROVIDER_ACCOUNTS: Mapping[str, tuple[str, ...]] = {  # what a provider's account needs, all or none of it
    "linepay": ("linepay_channel_id", "linepay_channel_secret"),
    "ecpay": ("ecpay_merchant_id", "ecpay_hash_key", "ecpay_hash_iv"),
    "jkopay": ("jkopay_store_id", "jkopay_api_key", "jkopay_secret"),
}
LOCAL_OR_HTTPS = r"https://[^\s/?#@]+(/[^\s?#]*)?|http://(localhost|127\.0\.0\.1)(:[0-9]+)?(/[^\s?#]*)?"


class SettingsError(Exception):
    """A missing or malformed setting; its text is one line that names it."""


class Settings(BaseSettings):
    """The settings of design/contract.md. Unset LINE_CHANNEL_SECRET means console mode."""

    model_config = SettingsConfigDict(extra="ignore", frozen=True, env_ignore_empty=False)

    @classmethod
    def settings_customise_sources(
        cls,
        settings_cls: type[BaseSettings],  # noqa: ARG003
        init_settings: PydanticBaseSettingsSource,
        **_other: PydanticBaseSettingsSource,
    ) -> tuple[PydanticBaseSettingsSource, ...]:
        """Only what load() was given: a test's environment is not mixed with the machine's."""
        return (init_settings,)

    parkline_var: Path = Path(__file__).parent.parent / "var"
    database_url: str | None = None
    redis_url: str | None = None
    port: int = Field(default=8000, ge=1, le=65535)
    public_url: str = "http://localhost:8000"
    line_channel_secret: Secrets = ()
    line_channel_access_token: SecretStr | None = None
    line_api_url: str = "https://api.line.me"
    line_data_api_url: str = "https://api-data.line.me"
    line_basic_id: str | None = None
    member_site_url: str | None = None
    paybill_cities: Listed | None = None
    paybill_urls: Mapping[str, str] = Field(default_factory=dict)
    collect_for: Listed | None = None
    payment_providers: Annotated[tuple[ProviderKey, ...], NoDecode] | None = None
    linepay_api_url: str = "https://api-pay.line.me"
    linepay_channel_id: str | None = None
    linepay_channel_secret: SecretStr | None = None
    ecpay_url: str = "https://payment.ecpay.com.tw"
    ecpay_merchant_id: str | None = None
    ecpay_hash_key: SecretStr | None = None
    ecpay_hash_iv: SecretStr | None = None
    jkopay_url: str = "https://onlinepay.jkopay.com"
    jkopay_store_id: str | None = None
    jkopay_api_key: SecretStr | None = None
    jkopay_secret: SecretStr | None = None
    store_barcode_agency: str | None = None
    drand_relays: Listed = (
        "https://api.drand.sh",
        "https://api2.drand.sh",
        "https://api3.drand.sh",
        "https://drand.cloudflare.com",
    )
    line_pnp: bool = False
    sms_gateway: Literal["console", "mitake", "every8d"] = "console"
    sms_gateway_url: str | None = None
    sms_username: str | None = None
    sms_password: SecretStr | None = None
    smtp_url: SecretStr | None = None
    backup_folder: Path | None = None
    data_keys: Secrets = ()
    session_key: Secrets = ()

    @property
    def console_mode(self) -> bool:
        """For one's own machine: no channel secret, so the local console page stands in for LINE."""
        return not self.line_channel_secret

    @property
    def warnings(self) -> Sequence[str]:
        """What the operator should know although the service starts: a line each, naming the setting."""
        if self.console_mode or self.sms_gateway != "console":
            return ()
        return ("SMS_GATEWAY: console with a real LINE channel: codes reach no phone, so nobody can register",)

    @field_validator(
        "line_channel_secret",
        "data_keys",
        "session_key",
        "paybill_cities",
        "collect_for",
        "payment_providers",
        "drand_relays",
        mode="before",
    )
    @classmethod
    def _comma_list(cls, value: object) -> object:
        if isinstance(value, str):
            return tuple(part.strip() for part in value.split(",") if part.strip())
        return value

    @field_validator("public_url", "line_api_url", "line_data_api_url")
    @classmethod
    def _http_address(cls, value: str) -> str:
        if not re.fullmatch(r"https?://[^\s/?#]+(/[^\s?#]*)?", value):
            raise ValueError("must be an http(s) address without query")
        return value.rstrip("/")

    @field_validator("member_site_url", "sms_gateway_url", "linepay_api_url", "ecpay_url", "jkopay_url")
    @classmethod
    def _gateway_address(cls, value: str | None) -> str | None:
        if value is not None and not re.fullmatch(LOCAL_OR_HTTPS, value):
            raise ValueError("must be an https address without query")
        return value

    @field_validator("line_basic_id")
    @classmethod
    def _basic_id(cls, value: str | None) -> str | None:
        if value is not None and not re.fullmatch(r"@[0-9a-z._-]{3,30}", value):
            raise ValueError("must be the channel's basic id, like @123abcde")
        return value

    @field_validator("store_barcode_agency")
    @classmethod
    def _collection_code(cls, value: str | None) -> str | None:
        if value is not None and not COLLECTION_CODE.fullmatch(value):
            raise ValueError("must be three characters of 0-9 and A-Z")
        return value

    @field_validator("smtp_url")
    @classmethod
    def _mail_address(cls, value: SecretStr | None) -> SecretStr | None:
        if value is not None:
            MailServer.of(value.get_secret_value())
        return value

    @field_validator("database_url")
    @classmethod
    def _postgresql(cls, value: str | None) -> str | None:
        if value is not None and not value.startswith("postgresql://"):
            raise ValueError("must start with postgresql://")
        return value

    @field_validator("redis_url")
    @classmethod
    def _redis(cls, value: str | None) -> str | None:
        if value is not None and not value.startswith(("redis://", "rediss://", "unix://")):
            raise ValueError("must start with redis://")
        return value

    @field_validator("data_keys")
    @classmethod
    def _aes_keys(cls, keys: tuple[SecretStr, ...]) -> tuple[SecretStr, ...]:
        for key in keys:
            try:
                size = len(base64.urlsafe_b64decode(key.get_secret_value()))
            except (binascii.Error, ValueError):
                size = 0
            if size != DATA_KEY_BYTES:
                raise ValueError(f"each key must be {DATA_KEY_BYTES} bytes in URL-safe base64")
        return keys

    @field_validator("session_key")
    @classmethod
    def _long_enough(cls, keys: tuple[SecretStr, ...]) -> tuple[SecretStr, ...]:
        if any(len(key.get_secret_value()) < SESSION_KEY_CHARACTERS for key in keys):
            raise ValueError(f"each key must have {SESSION_KEY_CHARACTERS} characters or more")
        return keys

    @model_validator(mode="after")
    def _production_needs(self) -> Self:
        if self.sms_gateway != "console":
            for name in ("sms_username", "sms_password"):
                if not getattr(self, name):
                    raise ValueError(f"{name.upper()} is required when SMS_GATEWAY is {self.sms_gateway}")
        for provider, names in PROVIDER_ACCOUNTS.items():
            given = [name for name in names if getattr(self, name)]
            wanted = bool(given) or provider in (self.payment_providers or ())
            if wanted and len(given) < len(names):
                missing = next(name for name in names if name not in given)
                raise ValueError(f"{missing.upper()} is required to take payments by {provider}")
        if self.console_mode:
            return self
        for name in ("line_channel_access_token", "data_keys", "session_key"):
            if not getattr(self, name):
                raise ValueError(f"{name.upper()} is required when LINE_CHANNEL_SECRET is set")
        return self


def load(environment: Mapping[str, str]) -> Settings:
    """The settings of an environment. Raises SettingsError, one line that names the setting, never its value."""
    values: dict[str, object] = {
        name.lower(): value for name, value in environment.items() if name.lower() in Settings.model_fields
    }
    values["paybill_urls"] = {m[1]: url for name, url in environment.items() if (m := CITY_URL.match(name)) and url}
    if "port" in values:
        values.setdefault("public_url", f"http://localhost:{values['port']}")
    try:
        return Settings.model_validate(values)
    except ValidationError as error:
        first = error.errors(include_url=False, include_input=False)[0]
        place = str(first["loc"][0]).upper() if first["loc"] else ""
        reason = first["msg"].removeprefix("Value error, ")
        raise SettingsError(f"{place}: {reason}" if place else reason) from None
