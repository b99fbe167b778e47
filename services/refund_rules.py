"""Reads config/refunds.toml."""

import tomllib
from pathlib import Path
from typing import Annotated

from pydantic import BaseModel, ConfigDict, Field, ValidationError

from domain.refunds import RefundRules
from infra.settings import SettingsError

FILE = Path(__file__).parent.parent / "config" / "refunds.toml"


class _File(BaseModel):
    """The whole file; an unknown key is an error."""

    model_config = ConfigDict(extra="forbid")

    second_person_over: Annotated[int, Field(ge=0)]


def load_refund_rules(file: Path = FILE) -> RefundRules:
    """The rules of the file. Raises SettingsError, one line that names what is wrong."""
    try:
        read = _File.model_validate(tomllib.loads(file.read_text("utf-8")))
    except ValidationError as error:
        first = error.errors()[0]
        raise SettingsError(f"{file.name}: {'.'.join(map(str, first['loc']))}: {first['msg']}") from None
    except ValueError as error:
        raise SettingsError(f"{file.name}: {error}") from None
    return RefundRules(read.second_person_over)
