"""verify_draw.py, written apart from domain/draw: both must agree on every draw, and on every forgery."""

import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

import verify_draw
from domain.draw.announcement import Source
from tests.draw.made_up import SIGNATURES, Made, made_draw
from tests.draw.verifying import said, v2

pytestmark = pytest.mark.slow  # a process of its own each

CHECKS = 16
SCRIPT = Path(verify_draw.__file__)


@pytest.fixture(autouse=True)
def _each_signature_once(monkeypatch: pytest.MonkeyPatch) -> None:
    """The pairing takes a third of a second; a signature checked before is not computed again."""
    known: dict[tuple[int, bytes], str | None] = {}
    real = verify_draw.check_signature

    def check(beacon_round: int, signature: bytes) -> None:
        key = (beacon_round, signature)
        if key not in known:
            try:
                real(beacon_round, signature)
                known[key] = None
            except verify_draw.WrongError as error:
                known[key] = str(error)
        verify_draw.need(known[key] is None, known[key])

    monkeypatch.setattr(verify_draw, "check_signature", check)


def verdict(made: Made, folder: Path) -> tuple[int, str]:
    return said(["verify", *made.write(folder)])


def wrong_lines(text: str) -> list[str]:
    return [line for line in text.splitlines() if line.startswith("WRONG")]


def test_a_true_draw_is_valid_offline_with_the_standard_library_alone(tmp_path: Path) -> None:
    paths = v2().write(tmp_path)
    done = subprocess.run(
        [sys.executable, "-I", "-S", str(SCRIPT), "verify", *paths],
        capture_output=True,
        text=True,
        timeout=60,
        env={"PYTHONIOENCODING": "utf-8"},
        check=False,
    )
    assert (done.returncode, done.stderr) == (0, "")
    lines = done.stdout.splitlines()
    assert sum(line.startswith("ok ") for line in lines) == CHECKS - 1
    assert v2().announcement.sha256 in done.stdout
    assert "VALID" in lines[-1]
    assert "rehearsal" in lines[-2]


def test_a_terminal_that_knows_no_chinese_gets_every_line(tmp_path: Path) -> None:
    paths = v2().write(tmp_path)
    done = subprocess.run(
        [sys.executable, "-I", str(SCRIPT), "verify", *paths],
        capture_output=True,
        timeout=60,
        env={"PYTHONIOENCODING": "ascii", "PYTHONUTF8": "0"},
        check=False,
    )
    assert done.returncode == 0
    assert b"VALID" in done.stdout


@st.composite
def draws(draw: st.DrawFn) -> Made:
    n = draw(st.integers(0, 30))
    people = st.integers(1, n) if n else st.nothing()
    quotas = draw(st.lists(st.tuples(st.sampled_from("LGZ*"), st.integers(0, 9)), max_size=3))
    steps = ",".join(f"{pool}:{quota}" for pool, quota in [*quotas, ("*", draw(st.integers(0, 9)))])
    return made_draw(
        draw(st.sampled_from(["TEST/V9", "2026-12/P0123/car/all-day", "TEST/2026-12/a.b_c-d"])),
        draw(st.sampled_from([1000, 1001])),
        n,
        local=draw(st.sets(people)) if n else (),
        steps=steps,
        waitlist=draw(st.none() | st.integers(0, 20)),
        weights=draw(st.lists(st.integers(1, 4), min_size=n, max_size=n)),
        source=draw(st.sampled_from(list(Source))),
    )


@settings(suppress_health_check=[HealthCheck.function_scoped_fixture], deadline=None, max_examples=60)
@given(draws())
def test_two_programs_agree_on_every_draw(tmp_path: Path, made: Made) -> None:
    status, text = verdict(made, tmp_path)
    assert (status, wrong_lines(text)) == (0, [])


@pytest.mark.parametrize("source", [Source.DRAND, Source.BOTH])
def test_one_byte_changed_anywhere_is_seen_and_said(tmp_path: Path, source: Source) -> None:
    made = made_draw("TEST/V1", 1000, 6, local=(2,), steps="L:1,*:2", waitlist=2, source=source)
    paths = made.write(tmp_path)
    changes = 0
    for path in map(Path, paths):
        true = path.read_bytes()
        for at in range(len(true)):
            path.write_bytes(true[:at] + bytes([true[at] ^ 1]) + true[at + 1 :])
            status, text = said(["verify", *paths])
            assert status == 1, f"{path.name}: byte {at} may be anything"
            assert wrong_lines(text)
            changes += 1
        path.write_bytes(true)
    assert changes > 1500
    assert said(["verify", *paths])[0] == 0


def replaced(name: str, old: bytes, new: bytes) -> Callable[[Path], None]:
    def change(folder: Path) -> None:
        path = folder / name
        data = path.read_bytes()
        assert old in data
        path.write_bytes(data.replace(old, new, 1))

    return change


def without_row(name: str, line: int) -> Callable[[Path], None]:
    def change(folder: Path) -> None:
        lines = (folder / name).read_bytes().splitlines(keepends=True)
        (folder / name).write_bytes(b"".join(lines[:line] + lines[line + 1 :]))

    return change


def swapped(name: str, line: int) -> Callable[[Path], None]:
    def change(folder: Path) -> None:
        lines = (folder / name).read_bytes().splitlines(keepends=True)
        lines[line], lines[line + 1] = lines[line + 1], lines[line]
        (folder / name).write_bytes(b"".join(lines))

    return change


def twice(name: str, line: int) -> Callable[[Path], None]:
    def change(folder: Path) -> None:
        lines = (folder / name).read_bytes().splitlines(keepends=True)
        (folder / name).write_bytes(b"".join([*lines[:line], lines[line], *lines[line:]]))

    return change


def windows_lines(folder: Path) -> None:
    path = folder / "list.tsv"
    path.write_bytes(path.read_bytes().replace(b"\n", b"\r\n"))


FORGERIES = {
    "a row removed": (without_row("list.tsv", 3), "list canonical", "says 8 rows"),
    "a result row altered": (swapped("result.tsv", 8), "byte-identical", "line 9 is"),
    "places changed": (replaced("announce.txt", b"L:2,*:3", b"L:1,*:4"), "byte-identical", "announce_sha256"),
    "another beacon round": (
        replaced("announce.txt", b"beacon_round=1001", b"beacon_round=1000"),
        "first at draw_at",
        "must be 1001",
    ),
    "another round in the result": (
        replaced("result.tsv", b"beacon_round=1001", b"beacon_round=1000"),
        "announced round",
        "must be 1001",
    ),
    "another round's signature": (
        replaced("result.tsv", SIGNATURES[1001].encode(), SIGNATURES[1000].encode()),
        "randomness",
        "must be",
    ),
    "Windows line ends": (windows_lines, "list canonical", "CR"),
    "an unsorted list": (swapped("list.tsv", 2), "list canonical", "order of commits"),
    "a commit twice": (twice("list.tsv", 2), "list canonical", "again"),
    "no BOM": (replaced("list.tsv", b"PLD1", "\ufeffPLD1".encode()), "list canonical", "BOM"),
    "a list too late": (
        replaced("announce.txt", b"frozen_at=2023-08-23T23:29:27", b"frozen_at=2023-08-23T23:49:28"),
        "600 s",
        "only 599 s",
    ),
    "another chain": (
        replaced("announce.txt", b"beacon_chain=52db", b"beacon_chain=52dc"),
        "chain hash",
        "must be 52db",
    ),
}


@pytest.mark.parametrize("name", FORGERIES)
def test_a_forgery_is_refused_in_words(name: str, tmp_path: Path) -> None:
    change, check, why = FORGERIES[name]
    paths = v2().write(tmp_path)
    change(tmp_path)
    status, text = said(["verify", *paths])
    assert status == 1
    assert any(check in line and why in line for line in wrong_lines(text)), text


@pytest.mark.parametrize("bit", [0, 7, 100, 383])
def test_a_signature_with_one_bit_flipped_is_no_signature(bit: int) -> None:
    signature = bytearray.fromhex(SIGNATURES[1000])
    signature[bit // 8] ^= 0x80 >> bit % 8
    with pytest.raises(verify_draw.WrongError):
        verify_draw.check_signature(1000, bytes(signature))


def test_a_true_signature_of_another_round_is_refused() -> None:
    with pytest.raises(verify_draw.WrongError, match="not drand's"):
        verify_draw.check_signature(1000, bytes.fromhex(SIGNATURES[1001]))


def test_a_point_of_the_curve_outside_the_group_is_refused() -> None:
    """x = 4 is on the curve, but of a larger order: without the check of the group it could be mixed in."""
    data = bytes([0x80]) + (4).to_bytes(47, "big")
    with pytest.raises(verify_draw.WrongError, match="another group"):
        verify_draw.signature_point(data)


def test_witnesses_without_their_transcript_are_not_valid(tmp_path: Path) -> None:
    made = made_draw("TEST/V6", 1000, 4, steps="*:2", source=Source.WITNESS)
    announce, entries, result, transcript = made.write(tmp_path)
    assert said(["verify", announce, entries, result, transcript])[0] == 0
    status, text = said(["verify", announce, entries, result])
    assert (status, len(wrong_lines(text))) == (1, 2)


def test_without_a_command_it_explains_itself(capsys: pytest.CaptureFixture[str]) -> None:
    assert verify_draw.main([]) == 2
    assert "verify announce.txt list.tsv result.tsv" in capsys.readouterr().err


def test_a_missing_file_is_named(capsys: pytest.CaptureFixture[str], tmp_path: Path) -> None:
    missing = str(tmp_path / "nothing.txt")
    assert verify_draw.main(["verify", missing, missing, missing]) == 2
    assert missing in capsys.readouterr().err
