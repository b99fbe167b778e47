"""Reads config/sending.toml."""

from pathlib import Path
from typing import Annotated

from pydantic import Field

from domain.campaigns import SendingRules
from infra.configfile import Strict, read_config

FILE = Path(__file__).parent.parent / "config" / "sending.toml"


class _Line(Strict):
    reserve_percent: Annotated[int, Field(ge=0, le=100)]
    per_hundred: Annotated[int, Field(ge=0)]


class _Sms(Strict):
    per_hundred_parts: Annotated[int, Field(ge=0)]


class _File(Strict):
    """The whole file."""

    line: _Line
    sms: _Sms


def load_sending_rules(file: Path = FILE) -> SendingRules:
    """The rules of the file. Raises SettingsError, one line that names what is wrong."""
    read = read_config(file, _File)
    return SendingRules(read.line.reserve_percent, read.line.per_hundred, read.sms.per_hundred_parts)
