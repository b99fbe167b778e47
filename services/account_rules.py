"""Reads config/accounts.toml: the agency, the notice in force, the limits of registration."""

import tomllib
from datetime import date, timedelta
from pathlib import Path
from typing import Annotated

from pydantic import BaseModel, ConfigDict, Field, ValidationError

from domain.accountrules import AccountRules, Agency, CodeRules
from infra.settings import SettingsError

FILE = Path(__file__).parent.parent / "config" / "accounts.toml"

Count = Annotated[int, Field(ge=1)]
Words = Annotated[str, Field(min_length=1)]
SmsName = Annotated[str, Field(min_length=1, max_length=32)]  # the rest of an SMS needs its room


class _Strict(BaseModel):
    model_config = ConfigDict(extra="forbid")


class _Agency(_Strict):
    zh: Words
    en: Words
    sms_zh: SmsName
    sms_en: SmsName
    phone: Annotated[str, Field(pattern=r"^[0-9-]{3,20}$")]


class _Notice(_Strict):
    version: Annotated[str, Field(pattern=r"^[0-9A-Za-z.-]{1,16}$")]
    effective: date


class _Codes(_Strict):
    valid_seconds: Count
    tries: Annotated[int, Field(ge=1, le=10)]
    resend_seconds: Count
    proof_seconds: Count
    per_number_a_day: Count
    per_citizen_a_day: Count
    all_a_day: Count


class _Takeover(_Strict):
    days: Count


class _File(_Strict):
    """The whole file; an unknown key is an error."""

    agency: _Agency
    notice: _Notice
    codes: _Codes
    takeover: _Takeover


def load_account_rules(file: Path = FILE) -> AccountRules:
    """The rules of the file. Raises SettingsError, one line that names what is wrong."""
    try:
        read = _File.model_validate(tomllib.loads(file.read_text("utf-8")))
    except ValidationError as error:
        first = error.errors()[0]
        raise SettingsError(f"{file.name}: {'.'.join(map(str, first['loc']))}: {first['msg']}") from None
    except ValueError as error:
        raise SettingsError(f"{file.name}: {error}") from None
    codes = CodeRules(
        valid=timedelta(seconds=read.codes.valid_seconds),
        tries=read.codes.tries,
        resend=timedelta(seconds=read.codes.resend_seconds),
        proof=timedelta(seconds=read.codes.proof_seconds),
        per_number_a_day=read.codes.per_number_a_day,
        per_citizen_a_day=read.codes.per_citizen_a_day,
        all_a_day=read.codes.all_a_day,
    )
    agency = Agency(**read.agency.model_dump())
    return AccountRules(agency, read.notice.version, read.notice.effective, codes, timedelta(days=read.takeover.days))
