"""The keys of console mode: made once, for the owner's eyes only, the same for every process."""

import multiprocessing
import stat
from pathlib import Path

import pytest

from infra import settings
from infra.keys import with_keys


def keys_of(var: Path) -> tuple[str, str]:
    made = with_keys(settings.load({}), var)
    return made.data_keys[0].get_secret_value(), made.session_key[0].get_secret_value()


def test_made_once_and_kept(tmp_path: Path) -> None:
    first = keys_of(tmp_path / "var")
    assert keys_of(tmp_path / "var") == first
    assert stat.S_IMODE((tmp_path / "var" / "keys").stat().st_mode) == 0o600
    assert [path.name for path in (tmp_path / "var").iterdir()] == ["keys"]
    settings.load({"DATA_KEYS": first[0], "SESSION_KEY": first[1]})


@pytest.mark.slow
def test_processes_that_start_at_once_agree(tmp_path: Path) -> None:
    with multiprocessing.get_context("spawn").Pool(3) as pool:
        assert len(set(pool.map(keys_of, [tmp_path] * 6))) == 1


def test_what_is_set_is_not_replaced(tmp_path: Path) -> None:
    given = settings.load({"SESSION_KEY": "s" * 32})
    made = with_keys(given, tmp_path)
    assert made.session_key == given.session_key
    assert len(made.data_keys) == 1


@pytest.mark.parametrize(("environment", "named"), [({}, "DATA_KEYS"), ({"DATA_KEYS": "n" * 43 + "="}, "SESSION_KEY")])
def test_with_a_channel_secret_a_missing_key_is_an_error(environment: dict[str, str], named: str) -> None:
    with pytest.raises(settings.SettingsError, match=f"^{named} is required"):
        settings.load({"LINE_CHANNEL_SECRET": "s", "LINE_CHANNEL_ACCESS_TOKEN": "t", **environment})
