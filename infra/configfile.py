"""Reading a file of config/: TOML in a strict shape, or one line that names the file and what is wrong."""

import tomllib
from pathlib import Path
from typing import TypeVar

from pydantic import BaseModel, ConfigDict, ValidationError

from infra.settings import SettingsError


class Strict(BaseModel):
    """Base of a shape: an unknown key is an error, so that a misspelt one is not left out in silence."""

    model_config = ConfigDict(extra="forbid", frozen=True)


S = TypeVar("S", bound=BaseModel)


def read_config(file: Path, shape: type[S]) -> S:
    """The file in its shape. Raises SettingsError."""
    try:
        return shape.model_validate(tomllib.loads(file.read_text("utf-8")))
    except ValidationError as error:
        first = error.errors(include_url=False)[0]
        raise SettingsError(f"{file.name}: {'.'.join(map(str, first['loc']))}: {first['msg']}") from None
    except ValueError as error:  # not TOML, or not UTF-8
        raise SettingsError(f"{file.name}: {error}") from None
