"""Reads config/accounts.toml: the agency, the notice in force, the limits of registration."""

from datetime import date, timedelta
from pathlib import Path
from typing import Annotated

from pydantic import Field

from domain.accountrules import AccountRules, Agency, CodeRules
from infra.configfile import Strict, read_config

FILE = Path(__file__).parent.parent / "config" / "accounts.toml"

Count = Annotated[int, Field(ge=1)]
Words = Annotated[str, Field(min_length=1)]
SmsName = Annotated[str, Field(min_length=1, max_length=32)]  # the rest of an SMS needs its room


class _Agency(Strict):
    zh: Words
    en: Words
    sms_zh: SmsName
    sms_en: SmsName
    phone: Annotated[str, Field(pattern=r"^[0-9-]{3,20}$")]


class _Notice(Strict):
    version: Annotated[str, Field(pattern=r"^[0-9A-Za-z.-]{1,16}$")]
    effective: date


class _Codes(Strict):
    valid_seconds: Count
    tries: Annotated[int, Field(ge=1, le=10)]
    resend_seconds: Count
    proof_seconds: Count
    per_number_a_day: Count
    per_citizen_a_day: Count
    all_a_day: Count


class _Takeover(Strict):
    days: Count


class _File(Strict):
    """The whole file; an unknown key is an error."""

    agency: _Agency
    notice: _Notice
    codes: _Codes
    takeover: _Takeover


def load_account_rules(file: Path = FILE) -> AccountRules:
    """The rules of the file. Raises SettingsError, one line that names what is wrong."""
    read = read_config(file, _File)
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
