"""Reads config/writeoffs.toml."""

from pathlib import Path
from typing import Annotated

from pydantic import Field

from domain.writeoffs import WriteOffRules
from infra.configfile import Strict, read_config

FILE = Path(__file__).parent.parent.parent / "config" / "writeoffs.toml"


class _File(Strict):
    """The whole file."""

    staff_after_tries: Annotated[int, Field(ge=1, le=1000)]
    refusals: Annotated[int, Field(ge=1, le=100)]
    gives_up_after_days: Annotated[int, Field(ge=1, le=365)]


def load_write_off_rules(file: Path = FILE) -> WriteOffRules:
    """The rules of the file. Raises SettingsError, one line that names what is wrong."""
    read = read_config(file, _File)
    return WriteOffRules(read.staff_after_tries, read.refusals, read.gives_up_after_days)
