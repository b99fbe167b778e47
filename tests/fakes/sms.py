"""Strict Mitake and Every8d on 127.0.0.1: they take what their documents say and refuse the rest, POST only."""

import contextlib
import http.server
import re
import socket
import threading
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Self
from urllib.parse import parse_qsl, unquote_to_bytes, urlsplit

USERNAME, PASSWORD = "agency", "p@ss wörd&=+"
MOBILE = re.compile(r"09[0-9]{8}")

Answer = tuple[int, str]


@dataclass(frozen=True, slots=True)
class Taken:
    """A message the gateway took: as the phone shows it."""

    mobile: str
    text: str


class FakeGateway:
    """One gateway. `fault`, set by a test, answers instead, once: an HTTP status and text, or "hang up" or "silent"."""

    path = ""

    def __init__(self) -> None:
        self.taken: list[Taken] = []
        self.addresses: list[str] = []
        self.fault: Answer | str | None = None
        gateway = self

        class Handler(http.server.BaseHTTPRequestHandler):
            def do_POST(self) -> None:
                gateway.handle(self)

            def do_GET(self) -> None:  # account and number would be in the address
                gateway.addresses.append(self.path)
                self.send_error(405)

            def log_message(self, *_: Any) -> None:
                """Nothing on the terminal."""

        self._server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        self._server.daemon_threads = True

    def __enter__(self) -> Self:
        threading.Thread(target=self._server.serve_forever, kwargs={"poll_interval": 0.01}, daemon=True).start()
        return self

    def __exit__(self, *exc: object) -> None:
        self._server.shutdown()
        self._server.server_close()

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self._server.server_address[1]}{self.path}"

    def handle(self, request: http.server.BaseHTTPRequestHandler) -> None:
        """One POST: the fault if there is one, else what the gateway says to the form."""
        self.addresses.append(request.path)
        body = request.rfile.read(int(request.headers["Content-Length"]))
        fault, self.fault = self.fault, None
        if fault in ("hang up", "silent"):
            if fault == "silent":
                request.connection.settimeout(5)
                with contextlib.suppress(OSError):
                    request.connection.recv(1)  # until the other side gives up
            with contextlib.suppress(OSError):
                request.connection.shutdown(socket.SHUT_RDWR)
            request.close_connection = True
            return
        status, text = fault if isinstance(fault, tuple) else self._answer(request, body)
        data = text.encode()
        request.send_response(status)
        request.send_header("Content-Length", str(len(data)))
        request.end_headers()
        request.wfile.write(data)

    def _answer(self, request: http.server.BaseHTTPRequestHandler, body: bytes) -> Answer:
        plain = request.headers.get("Content-Type") == "application/x-www-form-urlencoded"
        if urlsplit(request.path).query or request.path != self.path or not plain:
            return 400, "bad request"
        return 200, self.answer(body)

    def answer(self, body: bytes) -> str:
        """What the gateway says to a form."""
        raise NotImplementedError


class FakeMitake(FakeGateway):
    """Texts are Big5 unless encoding=UTF8; line breaks are ASCII 6."""

    path = "/SmSendGet.asp"

    def answer(self, body: bytes) -> str:
        pairs = [part.split(b"=", 1) for part in body.split(b"&")]
        raw = {name.decode("ascii"): unquote_to_bytes(value.replace(b"+", b" ")) for name, value in pairs}
        encoding = {b"UTF8": "utf-8"}.get(raw.get("encoding", b""), "big5")
        fields = {name: value.decode(encoding, "replace") for name, value in raw.items()}
        status = self._status(fields)
        if status != "1":
            return f"[1]\r\nstatuscode={status}\r\n"
        text = fields["smbody"].replace("\x06", "\n")
        self.taken.append(Taken(fields["dstaddr"], text))
        return f"[1]\r\nmsgid=08924484{len(self.taken):02}\r\nstatuscode=1\r\nAccountPoint=97\r\n"

    @staticmethod
    def _status(fields: Mapping[str, str]) -> str:
        if (fields.get("username"), fields.get("password")) != (USERNAME, PASSWORD):
            return "e"
        if not MOBILE.fullmatch(fields.get("dstaddr", "")):
            return "6"
        body = fields.get("smbody", "")
        return "1" if body and "\n" not in body and "\ufffd" not in body else "5"


class FakeEvery8d(FakeGateway):
    """UID, PWD, SB, MSG, DEST, ST in; credit,sent,cost,unsent,batchID out."""

    path = "/prepaid/API21/HTTP/sendSMS.ashx"

    def answer(self, body: bytes) -> str:
        fields = dict(parse_qsl(body.decode("ascii"), keep_blank_values=True))
        if set(fields) != {"UID", "PWD", "SB", "MSG", "DEST", "ST"}:
            return "-99, 主機端發生不明錯誤"
        if (fields["UID"], fields["PWD"]) != (USERNAME, PASSWORD):
            return "-100, 帳號或密碼錯誤"
        if not MOBILE.fullmatch(fields["DEST"]) or not fields["MSG"]:
            return "97.0,0,0.0,1,"
        self.taken.append(Taken(fields["DEST"], fields["MSG"]))
        return f"96.0,1,1.0,0,{len(self.taken):08d}-0000-4000-8000-000000000000"
