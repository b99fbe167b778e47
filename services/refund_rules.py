"""Reads config/refunds.toml."""

from pathlib import Path
from typing import Annotated

from pydantic import Field

from domain.refunds import RefundRules
from infra.configfile import Strict, read_config

FILE = Path(__file__).parent.parent / "config" / "refunds.toml"


class _File(Strict):
    """The whole file."""

    second_person_over: Annotated[int, Field(ge=0)]


def load_refund_rules(file: Path = FILE) -> RefundRules:
    """The rules of the file. Raises SettingsError, one line that names what is wrong."""
    read = read_config(file, _File)
    return RefundRules(read.second_person_over)
