"""A city on loopback: the national parking-fee API (V1.03), strict about what it is asked, with faults to switch on.

In tests: `with FakeCity("NWT") as city`. By itself, with /control for another process: `python -m tests.fakes.city`.
"""

import argparse
import asyncio
import json
import re
import sys
import threading
import time
from collections.abc import Callable, Coroutine, Iterable
from enum import StrEnum
from typing import Any, Self
from urllib.parse import unquote

from aiohttp import web

SECOND = 1.0
ALLOWED_PLATE = re.compile(r"[A-Za-z0-9㐀-鿿-]+")
HUGE_BODY = 600 * 1024


class Fault(StrEnum):
    """What a city can get wrong."""

    HANG = "hang"
    DRIP = "drip"
    TOO_MANY = "429"
    ERROR_500 = "500"
    HTML = "html"
    REDIRECT = "redirect"
    HUGE = "huge"
    TRUNCATED = "truncated"
    DEEP = "deep"
    TOP_LEVEL = "top_level"
    NO_TOTALS = "no_totals"
    WRONG_TOTAL = "wrong_total"
    STRINGS = "strings"
    TRAILING_COMMA = "trailing_comma"
    DUPLICATE = "duplicate"
    TWO_MEANINGS = "two_meanings"
    WRONG_PLATE = "wrong_plate"
    WRONG_CITY = "wrong_city"


class FakeCity:
    """One city's host. `paces=False` lets it be asked as fast as a test likes."""

    def __init__(self, code: str = "NWT", *, port: int = 0, paces: bool = True, dash: bool = True) -> None:
        self.code = code
        self.faults: set[Fault] = set()
        self.asked: list[tuple[float, str]] = []  # (monotonic seconds, raw path) of every call
        self.refused = 0  # calls answered 429 for coming too early
        self._owed: dict[tuple[str, str], dict[str, list[dict[str, Any]]]] = {}
        self._port, self._paces, self._dash = port, paces, dash
        self._loop = asyncio.new_event_loop()
        self._closing = asyncio.Event()
        self._thread = threading.Thread(target=self._run, name=f"fake-{code}", daemon=True)
        self._ready = threading.Event()
        self.base_url = ""

    # What it holds

    def owes(
        self, plate: str, kind: str, *, bills: Iterable[dict[str, Any]] = (), reminders: Iterable[dict[str, Any]] = ()
    ) -> None:
        """The plate (as the API writes it) now owes exactly these."""
        self._owed[plate, kind] = {"Bills": list(bills), "Reminders": list(reminders)}

    def load(self, document: dict[str, Any]) -> None:
        """Hold what an answer of the specification says."""
        result = document["Result"]
        self.owes(result["CarID"], result["CarType"], bills=result["Bills"], reminders=result["Reminders"])

    def paid(self, number: str) -> None:
        """The bill or notice of this number was paid elsewhere."""
        for owed in self._owed.values():
            owed["Bills"] = [b for b in owed["Bills"] if b["BillNo"] != number]
            owed["Reminders"] = [r for r in owed["Reminders"] if r["ReminderNo"] != number]

    # Life

    def __enter__(self) -> Self:
        self._thread.start()
        if not self._ready.wait(10):
            raise RuntimeError("the fake city did not start")
        return self

    def __exit__(self, *_exc: object) -> None:
        self._loop.call_soon_threadsafe(self._closing.set)
        self._thread.join(10)

    def _run(self) -> None:
        self._loop.run_until_complete(self._serve())
        self._loop.close()

    async def _serve(self) -> None:
        app = web.Application()
        app.router.add_post("/control", self._control)
        app.router.add_get("/{rest:.*}", self._answer)
        runner = web.AppRunner(app, access_log=None, shutdown_timeout=0.1)
        await runner.setup()
        site = web.TCPSite(runner, "127.0.0.1", self._port)
        await site.start()
        self._port = runner.addresses[0][1]
        self.base_url = f"http://127.0.0.1:{self._port}"
        self._ready.set()
        await self._closing.wait()
        await runner.cleanup()

    async def _control(self, request: web.Request) -> web.Response:
        """{"owes": [plate, kind, bills, reminders]}, {"paid": number}, {"faults": [...]}; answers what was asked."""
        order = await request.json()
        if "owes" in order:
            plate, kind, bills, reminders = order["owes"]
            self.owes(plate, kind, bills=bills, reminders=reminders)
        if "paid" in order:
            self.paid(order["paid"])
        if "faults" in order:
            self.faults = {Fault(fault) for fault in order["faults"]}
        return web.json_response({"asked": len(self.asked), "refused": self.refused})

    # The API

    async def _answer(self, request: web.Request) -> web.StreamResponse:
        now = time.monotonic()
        early = self._paces and bool(self.asked) and now - self.asked[-1][0] < SECOND
        self.asked.append((now, request.rel_url.raw_path))
        if early:
            self.refused += 1
        if early or Fault.TOO_MANY in self.faults:
            return web.Response(status=429, headers={"Retry-After": "1"})
        for fault, answer in _TRANSPORT.items():
            if fault in self.faults:
                return await answer(self, request)
        return self._reply(request.rel_url.raw_path)

    def _reply(self, raw_path: str) -> web.Response:
        match = re.fullmatch(r"/Parking/PayBill/CarID/([^/]*)/CarType/([^/]*)", raw_path)
        if match is None or not match[1] or not match[2]:
            return _json({"Status": "ERR01", "Message": "查詢失敗", "Result": None})
        if not match[1].isascii():
            return web.Response(status=400)
        plate, kind = unquote(match[1]), unquote(match[2])
        if not ALLOWED_PLATE.fullmatch(plate):
            return _json({"Status": "ERR02", "Message": "車號格式錯誤", "Result": None})
        if kind not in {"C", "M", "O"}:
            return _json({"Status": "ERR03", "Message": "車種錯誤", "Result": None})
        stored = {(p if self._dash else p.replace("-", ""), k): owed for (p, k), owed in self._owed.items()}
        owed = stored.get((plate, kind))
        if owed is None or not (owed["Bills"] or owed["Reminders"]):
            return _json({"Status": "SUCCESS", "Message": "查詢成功", "Result": None})
        return self._spoil(self._document(plate, kind, owed))

    def _document(self, plate: str, kind: str, owed: dict[str, list[dict[str, Any]]]) -> dict[str, Any]:
        every = [*owed["Bills"], *owed["Reminders"]]
        result = {
            "CarID": plate,
            "CarType": kind,
            "TotalCount": len(every),
            "TotalAmount": sum(item["PayAmount"] for item in every),
            **owed,
            "CityCode": self.code,
            "AuthorityCode": self.code,
            "UpdateTime": "2021-12-28T11:05:39+08:00",
        }
        return {"Status": "SUCCESS", "Message": "查詢成功", "Result": result}

    def _spoil(self, document: dict[str, Any]) -> web.Response:
        document = json.loads(json.dumps(document))  # what it holds stays as it is
        for fault in self.faults:
            document = _SPOIL[fault](document) if fault in _SPOIL else document
        text = json.dumps(document, ensure_ascii=False)
        if Fault.TRAILING_COMMA in self.faults:
            text = text[:-2] + " , \n}}"
        if Fault.HUGE in self.faults:
            text += " " * HUGE_BODY
        if Fault.TRUNCATED in self.faults:
            text = text[: len(text) // 2]
        return web.Response(text=text, content_type="application/json")

    # Faults of the line

    async def _hang(self, _request: web.Request) -> web.StreamResponse:
        await self._closing.wait()
        return web.Response()

    async def _drip(self, request: web.Request) -> web.StreamResponse:
        response = web.StreamResponse()
        await response.prepare(request)
        while not self._closing.is_set():
            try:
                await response.write(b" ")
                await asyncio.wait_for(self._closing.wait(), 0.05)
            except TimeoutError:
                continue
            except ConnectionError:
                break
        return response

    async def _plain(self, _request: web.Request) -> web.StreamResponse:
        if Fault.ERROR_500 in self.faults:
            return web.Response(status=500, text="Server Error")
        if Fault.HTML in self.faults:
            return web.Response(text="<html><body>維護中</body></html>", content_type="text/html")
        if Fault.REDIRECT in self.faults:
            return web.Response(status=302, headers={"Location": "/elsewhere"})
        return web.Response(body=b'{"Result":' + b"[" * 200_000, content_type="application/json")


def _json(document: dict[str, Any]) -> web.Response:
    return web.Response(text=json.dumps(document, ensure_ascii=False), content_type="application/json")


def _result(**changes: Any) -> Callable[[dict[str, Any]], dict[str, Any]]:
    return lambda document: {**document, "Result": {**document["Result"], **changes}}


def _without_totals(document: dict[str, Any]) -> dict[str, Any]:
    kept = {k: v for k, v in document["Result"].items() if not k.startswith("Total")}
    return {**document, "Result": kept}


def _twice(document: dict[str, Any], **changes: Any) -> dict[str, Any]:
    result = document["Result"]
    bills = [*result["Bills"], {**result["Bills"][0], **changes}]
    total = sum(item["PayAmount"] for item in (*bills, *result["Reminders"]))
    count = len(bills) + len(result["Reminders"])
    return _result(Bills=bills, TotalCount=count, TotalAmount=total)(document)


def _strings(value: Any) -> Any:
    if isinstance(value, dict):
        return {key: _strings(item) for key, item in value.items()}
    if isinstance(value, list):
        return [_strings(item) for item in value]
    return f"{value:,}" if isinstance(value, int | float) else value


_SPOIL: dict[Fault, Callable[[dict[str, Any]], dict[str, Any]]] = {
    Fault.TOP_LEVEL: lambda document: {"Status": "SUCCESS", "Message": "查詢成功", **document["Result"]},
    Fault.NO_TOTALS: _without_totals,
    Fault.WRONG_TOTAL: lambda document: _result(TotalAmount=document["Result"]["TotalAmount"] + 1)(document),
    Fault.STRINGS: lambda document: {**document, "Result": _strings(document["Result"])},
    Fault.DUPLICATE: _twice,
    Fault.TWO_MEANINGS: lambda document: _twice(document, PayAmount=1),
    Fault.WRONG_PLATE: _result(CarID="ZZZ-9999"),
    Fault.WRONG_CITY: _result(CityCode="KHH"),
}
_Handler = Callable[[FakeCity, web.Request], Coroutine[Any, Any, web.StreamResponse]]
_TRANSPORT: dict[Fault, _Handler] = {
    Fault.HANG: FakeCity._hang,
    Fault.DRIP: FakeCity._drip,
    Fault.ERROR_500: FakeCity._plain,
    Fault.HTML: FakeCity._plain,
    Fault.REDIRECT: FakeCity._plain,
    Fault.DEEP: FakeCity._plain,
}


def main() -> None:
    """Serve one city until interrupted."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--port", type=int, default=8901)
    parser.add_argument("--code", default="NWT")
    parser.add_argument("--no-pace", action="store_true", help="answer as fast as asked")
    options = parser.parse_args()
    with FakeCity(options.code, port=options.port, paces=not options.no_pace) as city:
        sys.stdout.write(city.base_url + "\n")
        sys.stdout.flush()
        try:
            threading.Event().wait()
        except KeyboardInterrupt:
            return


if __name__ == "__main__":
    main()
