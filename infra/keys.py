"""Keys of one's own machine: in console mode DATA_KEYS and SESSION_KEY are made once under var/ and kept."""

import base64
import json
import os
import secrets
import tempfile
from collections.abc import Mapping
from pathlib import Path

from pydantic import SecretStr

from infra.settings import DATA_KEY_BYTES, Settings

SESSION_KEY_BYTES = 32


def with_keys(settings: Settings, var: Path) -> Settings:
    """The settings with both keys; without console mode settings.load() has asked for them already."""
    if settings.data_keys and settings.session_key:
        return settings
    kept = _kept(var / "keys")
    return settings.model_copy(
        update={
            "data_keys": settings.data_keys or (SecretStr(kept["data_keys"]),),
            "session_key": settings.session_key or (SecretStr(kept["session_key"]),),
        }
    )


def _kept(path: Path) -> Mapping[str, str]:
    if not path.exists():
        _make(path)
    kept: Mapping[str, str] = json.loads(path.read_text())
    return kept


def _make(path: Path) -> None:
    """Written whole, then linked to its name: of several processes the first wins, and none reads half a file."""
    path.parent.mkdir(parents=True, exist_ok=True)
    keys = {
        "data_keys": base64.urlsafe_b64encode(secrets.token_bytes(DATA_KEY_BYTES)).decode(),
        "session_key": secrets.token_urlsafe(SESSION_KEY_BYTES),
    }
    descriptor, draft = tempfile.mkstemp(dir=path.parent, prefix="keys-")  # readable by its owner only
    try:
        with os.fdopen(descriptor, "w") as file:
            json.dump(keys, file)
            file.flush()
            os.fsync(file.fileno())
        Path(path).hardlink_to(draft)
    except FileExistsError:
        return  # another process was first
    finally:
        Path(draft).unlink()
