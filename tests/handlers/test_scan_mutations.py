"""Photos, codes and pasted messages as malice or chance would change them: nothing breaks, no address is asked for,
memory stays bounded, and every photo is read or given up in time."""

import asyncio
import io
import random
import resource
import sys
import time
import uuid
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import date
from pathlib import Path
from typing import Any
from urllib.parse import quote

import pytest

from adapters.scanning.child import MOST_MEMORY
from adapters.scanning.pipe import Limits
from adapters.scanning.reader import ZxingReader
from bot.dialog import Dialog
from domain.codes import Said, pasted, understand
from domain.ports.scanning import PhotoError
from tests.flow import Flow
from tests.scanning.hands import SentPhotos
from tests.slips import jpeg, on_desk, pay_taipei_qr, qr_slip, store_codes, store_slip, ticket_qr
from tests.soak.seed import seed

NUMBER = "Q7078443D090047"
CODES = store_codes(NUMBER, 60, date(2026, 12, 1))
WATER = "TWQRP://台北自來水/158/03/V1?D1=118000&D3=AVWYrjDqQES+&D4=20261231&D7=9112430446&D11=00,4614"
TEXTS = (
    *(ticket_qr(NUMBER), pay_taipei_qr(NUMBER), WATER, quote(WATER, safe=""), " ".join(CODES)),
    *("https://line.me/R/oaMessage/%40parkline/?W1", f"【停管處】您有停車費未繳 {ticket_qr(NUMBER)} 請儘速繳納"),
    "停車費逾期！https://pay-taipei.cc/bill?no=1 今日繳清免罰",
)
SPICES = (
    *(
        "\0",
        "\u202e",
        "\ud800",
        "％",
        "%",
        "%25",
        "&",
        "=",
        "?",
        "#",
        "://",
        "@",
        "\\",
        "[::1]",
        "xn--",
        "。",
        "\r\n",
        "'",
    ),
    *("https://", "http://127.0.0.1:1/", "TWQRP://", "D7=", "*", "９", "Ａ", "A" * 5_000, "0" * 300, "{name}", "<b>"),
)
_seen: list[str] | None = None


def _note(event: str, given: tuple[Any, ...]) -> None:
    if _seen is not None and event in (
        "socket.connect",
        "socket.getaddrinfo",
        "socket.gethostbyname",
        "urllib.Request",
    ):
        _seen.append(f"{event} {given[1:] if event == 'socket.connect' else given}")


sys.addaudithook(_note)


@contextmanager
def watched() -> Iterator[list[str]]:
    """Every address that Python asks for meanwhile."""
    global _seen
    _seen = []
    try:
        yield _seen
    finally:
        _seen = None


def changed(text: str, chance: random.Random) -> str:
    """A text with some of its letters lost, doubled, exchanged, spiced or cut off."""
    letters = list(text)
    for _ in range(chance.randint(1, 6)):
        place = chance.randrange(len(letters) + 1)
        match chance.randrange(5):
            case 0:
                letters[place : place + chance.randint(1, 5)] = []
            case 1:
                letters[place:place] = letters[place : place + chance.randint(1, 40)]
            case 2:
                letters[place:place] = chance.choice(SPICES)
            case 3:
                letters[place : place + 1] = chr(chance.choice((chance.randrange(128), chance.randrange(0x10FFFF))))
            case _:
                letters[place:place] = chance.choice(TEXTS)
    return "".join(letters)


def spoiled(photo: bytes, chance: random.Random) -> bytes:
    """A file with some of its bytes lost, doubled or exchanged, mostly behind its head."""
    file = bytearray(photo)
    for _ in range(chance.randint(1, 8)):
        place = chance.randrange(len(file) + 1) if chance.random() < 0.8 else chance.randrange(40)
        match chance.randrange(5):
            case 0:
                file[place : place + chance.randint(1, 200)] = b""
            case 1:
                file[place:place] = file[place : place + chance.randint(1, 2_000)]
            case 2:
                file[place : place + 4] = chance.randbytes(4)
            case 3:
                file[place : place + 1] = chance.choice((b"\0", b"\xff", b"\x7f"))
            case _:
                del file[place + 2_000 :]
    return bytes(file)


def photos() -> list[bytes]:
    """Whole ones, of each kind that is opened, small enough to make very many of."""
    scenes = [qr_slip(changed_qr) for changed_qr in (ticket_qr(NUMBER), WATER)] + [
        on_desk(store_slip(CODES), turned=12)
    ]
    found = [jpeg(scene.reduce(2)) for scene in scenes]
    for mode in ("L", "RGBA", "P", "I;16"):
        out = io.BytesIO()
        scene = scenes[0].reduce(2)
        (scene.convert("I").convert("I;16") if mode == "I;16" else scene.convert(mode)).save(out, "PNG")
        found.append(out.getvalue())
    return found


def read_many(count: int, chance: random.Random) -> None:
    reader, whole, most, slowest = ZxingReader(), photos(), 0, 0.0
    try:
        for _ in range(count):
            file = spoiled(chance.choice(whole), chance)
            started = time.monotonic()
            try:
                read = asyncio.run(reader.read(file))
            except PhotoError:
                read = ()
            took = time.monotonic() - started
            slowest = max(slowest, took)
            assert took < Limits().queue + Limits().wait + 1
            assert understand(read) is not None
            if reader._process is not None:
                status = Path(f"/proc/{reader._process.pid}/status").read_text()
                most = max(most, int(status.split("VmPeak:")[1].split()[0]) * 1024)
    finally:
        reader.close()
    print(f"{count} photos, the slowest {slowest:.2f} s by the clock, {most >> 20} MB")  # noqa: T201 - what make soak tells
    assert 0 < most <= MOST_MEMORY


def understand_many(count: int, chance: random.Random) -> None:
    before = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    for _ in range(count):
        texts = [changed(chance.choice(TEXTS), chance) for _ in range(chance.randint(1, 4))]
        started = time.process_time()
        assert isinstance(understand(texts, chance.sample(CODES, chance.randrange(4))), Said)
        assert isinstance(pasted(texts[0]), Said | None)
        assert time.process_time() - started < Limits().work
    assert resource.getrusage(resource.RUSAGE_SELF).ru_maxrss - before < 200_000  # kB


def say_many(flow: Flow, sent: SentPhotos, count: int, chance: random.Random) -> None:
    """Pasted messages, and codes in photos, answered in the chat; LINE would take every answer (tests/flow.py)."""
    for nth in range(count):
        if nth % 5 == 0:
            flow.citizen, flow.dialog = f"U{uuid.uuid4().hex}", Dialog()
        message = changed(chance.choice(TEXTS), chance)
        if nth % 10 == 9:
            flow.send_photo(sent.put(spoiled(jpeg(qr_slip(ticket_qr(NUMBER)).reduce(2)), chance)))
        elif message.strip():
            flow.say(message)
        assert flow.answer.messages


Sizes = tuple[int, int, int]
SMALL, FULL = (12, 200, 40), (2_500, 4_500, 3_000)


@pytest.mark.parametrize(
    "sizes",
    [
        pytest.param(SMALL, id="small"),
        pytest.param(FULL, id="full", marks=[pytest.mark.soak, pytest.mark.timeout(7200)]),
    ],
)
def test_whatever_comes_is_answered(make_flow: Callable[..., Flow], sent_photos: SentPhotos, sizes: Sizes) -> None:
    chance = random.Random(seed(full=sizes is FULL))
    read, understood, said = sizes
    with watched() as addresses:
        read_many(read, chance)
        understand_many(understood, chance)
        say_many(make_flow(), sent_photos, said, chance)
    assert addresses == []


def test_the_watch_sees_an_address_that_is_asked_for() -> None:
    import socket

    with watched() as addresses, pytest.raises(OSError):
        socket.create_connection(("127.0.0.1", 1), timeout=1)
    assert any("127.0.0.1" in one for one in addresses)
