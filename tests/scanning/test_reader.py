"""Photos of slips as they come, and files that are made to hurt: read, or given up, and the next one is read again."""

import asyncio
import io
import json
import signal
import subprocess
import sys
import zlib
from collections.abc import Sequence
from datetime import date
from pathlib import Path

import pytest
import structlog
from PIL import Image

from adapters.scanning import child
from adapters.scanning.pipe import LENGTH, Limits
from adapters.scanning.reader import ROOT, ZxingReader
from domain.ports.scanning import PhotoError, Trouble
from tests.slips import jpeg, on_desk, photo, qr_slip, store_codes, store_slip, ticket_qr

NUMBER = "Q7078443D090047"
QR = ticket_qr(NUMBER)
CODES = store_codes(NUMBER, 50, date(2026, 12, 1))


def read(reader: ZxingReader, taken: bytes) -> Sequence[str]:
    return asyncio.run(reader.read(taken))


def trouble(reader: ZxingReader, taken: bytes) -> Trouble:
    with pytest.raises(PhotoError) as raised:
        read(reader, taken)
    return raised.value.trouble


@pytest.mark.parametrize(
    "how",
    [{}, {"turned": 37}, {"turned": 180}, {"light": 0.15}, {"blur": 3}, {"turned": 20, "light": 0.4, "blur": 1}],
    ids=str,
)
def test_a_qr_code_however_it_is_taken(code_reader: ZxingReader, how: dict[str, float]) -> None:
    scene = on_desk(qr_slip(QR), turned=how.pop("turned", 0))
    assert read(code_reader, photo(scene, **how)) == [QR]


@pytest.mark.parametrize(
    "how",
    [
        *({}, {"turned": 90}, {"turned": 7}, {"turned": 33}, {"turned": 110}, {"light": 0.15}, {"blur": 1}),
        *({"turned": 20, "light": 0.4}, {"turned": 33, "light": 0.15}, {"turned": 110, "light": 0.25, "blur": 1}),
    ],
    ids=str,
)
def test_three_barcodes_however_they_are_taken(code_reader: ZxingReader, how: dict[str, float]) -> None:
    scene = on_desk(store_slip(CODES), turned=how.pop("turned", 0))
    assert sorted(read(code_reader, photo(scene, **how))) == sorted(CODES)


def test_barcodes_come_in_reading_order(code_reader: ZxingReader) -> None:
    assert read(code_reader, photo(on_desk(store_slip(CODES)))) == list(CODES)


def test_two_slips_in_one_photo(code_reader: ZxingReader) -> None:
    other = store_codes("Q7078443D090048", 60, date(2026, 12, 1))
    found = read(code_reader, photo(on_desk(store_slip(CODES), store_slip(other), qr_slip(QR))))
    assert set(found) == {QR, *CODES, *other}


def test_a_photo_without_a_code_has_none(code_reader: ZxingReader) -> None:
    assert read(code_reader, photo(on_desk(Image.new("L", (1000, 800), 250)))) == []


def test_what_is_too_blurred_is_not_made_up(code_reader: ZxingReader) -> None:
    assert read(code_reader, photo(on_desk(qr_slip(QR)), blur=14)) == []


def test_a_screenshot_with_a_clear_ground_is_read(code_reader: ZxingReader) -> None:
    slip = qr_slip(QR)
    clear = Image.new("RGBA", slip.size, (0, 0, 0, 0))
    clear.paste((0, 0, 0, 255), mask=slip.point(lambda grey: 255 if grey < 128 else 0))
    out = io.BytesIO()
    clear.save(out, "PNG")
    assert read(code_reader, out.getvalue()) == [QR]


def chunk(kind: bytes, data: bytes) -> bytes:
    return len(data).to_bytes(4, "big") + kind + data + zlib.crc32(kind + data).to_bytes(4, "big")


def png(width: int, height: int, *chunks: bytes) -> bytes:
    """A PNG whose head says so, whatever follows."""
    head = width.to_bytes(4, "big") + height.to_bytes(4, "big") + bytes((8, 0, 0, 0, 0))
    return b"\x89PNG\r\n\x1a\n" + chunk(b"IHDR", head) + b"".join(chunks) + chunk(b"IEND", b"")


@pytest.mark.parametrize(
    ("name", "file", "expected"),
    [
        ("a text", b"hello", Trouble.NO_PHOTO),
        ("nothing", b"", Trouble.NO_PHOTO),
        ("half a photo", jpeg(qr_slip(QR))[:9_000], Trouble.NO_PHOTO),
        ("a picture of another kind", b"GIF89a" + bytes(100), Trouble.NO_PHOTO),
        ("a point", jpeg(Image.new("L", (1, 1))), Trouble.NO_PHOTO),
        ("a billion pixels", png(60_000, 60_000, chunk(b"IDAT", zlib.compress(bytes(1000)))), Trouble.TOO_LARGE),
        ("no pixels", png(4_000, 4_000, chunk(b"IDAT", zlib.compress(bytes(1000)))), Trouble.NO_PHOTO),
        ("a text of 2 GB", png(64, 64, chunk(b"zTXt", b"a\0\0" + zlib.compress(bytes(200_000_000)))), Trouble.NO_PHOTO),
    ],
    ids=lambda value: value if isinstance(value, str) else "",
)
def test_files_that_are_made_to_hurt(code_reader: ZxingReader, name: str, file: bytes, expected: Trouble) -> None:
    assert trouble(code_reader, file) is expected, name
    assert read(code_reader, jpeg(qr_slip(QR))) == [QR]


PATIENT = Limits(work=30, wait=60, queue=60)


@pytest.mark.parametrize(
    ("limits", "ended_by"),
    [
        pytest.param(Limits(work=0.001, wait=60, queue=60), signal.SIGPROF, id="its own clock"),
        pytest.param(Limits(work=30, wait=0.001, queue=60), signal.SIGKILL, id="ours"),
    ],
)
def test_a_photo_that_takes_too_long_is_given_up_and_the_next_one_read(
    limits: Limits, ended_by: signal.Signals
) -> None:
    reader = ZxingReader(limits)
    try:
        with structlog.testing.capture_logs() as logs:
            assert trouble(reader, photo(on_desk(qr_slip(QR), turned=33))) is Trouble.TOO_LONG
        assert [line["status"] for line in logs] == [-ended_by]
        reader._limits = PATIENT
        assert read(reader, jpeg(qr_slip(QR))) == [QR]
    finally:
        reader.close()


def test_a_process_that_stands_still_is_ended_from_outside() -> None:
    reader = ZxingReader(PATIENT)
    try:
        read(reader, jpeg(qr_slip(QR)))
        assert reader._process is not None
        reader._process.send_signal(signal.SIGSTOP)
        reader._limits = Limits(work=30, wait=0.05, queue=60)
        assert trouble(reader, jpeg(qr_slip(QR))) is Trouble.TOO_LONG
        reader._limits = PATIENT
        assert read(reader, jpeg(qr_slip(QR))) == [QR]
    finally:
        reader.close()


def test_a_process_that_dies_of_a_photo_is_started_anew() -> None:
    reader = ZxingReader(PATIENT)
    try:
        read(reader, jpeg(qr_slip(QR)))
        assert reader._process is not None
        reader._process.kill()
        reader._process.wait()
        assert trouble(reader, jpeg(qr_slip(QR))) is Trouble.NO_PHOTO
        assert read(reader, jpeg(qr_slip(QR))) == [QR]
    finally:
        reader.close()


def test_photos_at_once_wait_for_each_other(code_reader: ZxingReader) -> None:
    async def all_of_them() -> list[Sequence[str]]:
        taken = [jpeg(qr_slip(ticket_qr(f"Q7078443D09004{n}"))) for n in range(3)]
        return list(await asyncio.gather(*(code_reader.read(one) for one in taken)))

    assert asyncio.run(all_of_them()) == [[ticket_qr(f"Q7078443D09004{n}")] for n in range(3)]


def test_the_process_has_no_settings_and_is_bounded(code_reader: ZxingReader) -> None:
    read(code_reader, jpeg(qr_slip(QR)))
    assert code_reader._process is not None
    proc = Path("/proc") / str(code_reader._process.pid)
    assert b"LINE" not in (proc / "environ").read_bytes()
    assert b"DATABASE_URL" not in (proc / "environ").read_bytes()
    limits = {line[:26].strip(): line[26:].split()[0] for line in (proc / "limits").read_text().splitlines()}
    assert limits["Max address space"] == str(child.MOST_MEMORY)
    assert limits["Max core file size"] == limits["Max file size"] == "0"


@pytest.mark.slow
def test_what_needs_more_memory_than_it_may_have_is_too_large() -> None:
    """The process itself, with so little memory that an ordinary photo is too much, goes on afterwards."""
    program = "from adapters.scanning import child; child.MOST_MEMORY = 200_000_000; child.main(child.Limits(30, 60))"
    large = io.BytesIO()
    Image.new("RGB", (6_000, 6_000)).save(large, "PNG", compress_level=1)
    asked = b"".join(LENGTH.pack(len(one)) + one for one in (large.getvalue(), jpeg(Image.new("L", (64, 64)))))
    told = subprocess.run(
        [sys.executable, "-c", program],
        cwd=ROOT,
        env={},
        input=asked,
        capture_output=True,
        check=True,
    ).stdout
    answers = []
    while told:
        length = LENGTH.unpack(told[: LENGTH.size])[0]
        answers.append(json.loads(told[LENGTH.size : LENGTH.size + length]))
        told = told[LENGTH.size + length :]
    assert answers == ["too_large", []]


def test_it_cannot_open_an_address() -> None:
    """Nothing that it is made of has loaded the module every connection of Python needs."""
    program = "import sys, adapters.scanning.child; sys.exit('socket' in sys.modules or '_socket' in sys.modules)"
    assert subprocess.run([sys.executable, "-c", program], cwd=ROOT, env={}, check=False).returncode == 0
