"""Strict Mitake and Every8d on 127.0.0.1: they take what their documents say and refuse the rest, POST only."""

import re
from abc import abstractmethod
from collections.abc import Mapping
from dataclasses import dataclass
from urllib.parse import parse_qsl, unquote_to_bytes, urlsplit

from tests.fakes.loopback import Call, Loopback, body_of, hang_up, respond, say_nothing

USERNAME, PASSWORD = "agency", "p@ss wörd&=+"
MOBILE = re.compile(r"09[0-9]{8}")

Answer = tuple[int, str]


@dataclass(frozen=True, slots=True)
class Taken:
    """A message the gateway took: as the phone shows it."""

    mobile: str
    text: str


class FakeGateway(Loopback):
    """One gateway. `fault`, set by a test, answers instead, once: an HTTP status and text, or "hang up" or "silent"."""

    path = ""
    query_path = ""

    def __init__(self) -> None:
        super().__init__()
        self.states: dict[str, str] = {}  # of messages, by the gateway's id, as its document numbers them
        self.taken: list[Taken] = []
        self.addresses: list[str] = []
        self.fault: Answer | str | None = None

    @property
    def url(self) -> str:
        return f"{super().url}{self.path}"

    def handle(self, call: Call) -> None:
        """One POST: the fault if there is one, else what the gateway says to the form."""
        self.addresses.append(call.path)
        if call.command == "GET":  # account and number would be in the address
            call.send_error(405)
            return
        body = body_of(call)
        fault, self.fault = self.fault, None
        if fault == "silent":
            say_nothing(call)
        elif fault == "hang up":
            hang_up(call)
        else:
            respond(call, *(fault if isinstance(fault, tuple) else self._answer(call, body)))

    def _answer(self, call: Call, body: bytes) -> Answer:
        plain = call.headers.get("Content-Type") == "application/x-www-form-urlencoded"
        if urlsplit(call.path).query or call.path not in (self.path, self.query_path) or not plain:
            return 400, "bad request"
        return 200, self.answer(body) if call.path == self.path else self.tell(dict(parse_qsl(body.decode("ascii"))))

    @abstractmethod
    def tell(self, fields: Mapping[str, str]) -> str:
        """What the gateway says about messages it took."""

    @abstractmethod
    def answer(self, body: bytes) -> str:
        """What the gateway says to a form."""


class FakeMitake(FakeGateway):
    """Texts are Big5 unless encoding=UTF8; line breaks are ASCII 6."""

    path = "/SmSendGet.asp"
    query_path = "/SmQueryGet.asp"

    def tell(self, fields: Mapping[str, str]) -> str:
        if (fields["username"], fields["password"]) != (USERNAME, PASSWORD):
            return "statuscode=e\r\n"
        known = [(one, self.states[one]) for one in fields["msgid"].split(",") if one in self.states]
        return "".join(f"{message}\t{state}\t20261121140200\r\n" for message, state in known)

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
    query_path = "/prepaid/API21/HTTP/getDeliveryStatus.ashx"

    def tell(self, fields: Mapping[str, str]) -> str:
        if (fields["UID"], fields["PWD"], fields["PNO"]) != (USERNAME, PASSWORD, "1"):
            return "-100, 帳號或密碼錯誤"
        state = self.states.get(fields["BID"])
        return f"1\n\t0912345678\t2026/11/21 14:02:00\t1.0\t{state}\n" if state else "0\n"

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
