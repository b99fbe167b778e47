"""A strict mail server on 127.0.0.1 (RFC 5321): one command after the other, no password before encryption."""

import base64
import socketserver
import ssl
import threading
from dataclasses import dataclass
from email import message_from_bytes
from email.message import EmailMessage
from email.policy import default
from pathlib import Path
from typing import Self

USERNAME, PASSWORD = "receipts@agency.example", "p@ss/word:&=+ %"


@dataclass(frozen=True, slots=True)
class Taken:
    """A mail the server took, with its envelope."""

    sender: str
    recipient: str
    message: EmailMessage


class FakeMailServer:
    """`faults`, set by a test: what is said instead at a command, once; "" hangs up, "silent" waits for the other side.

    A fault at "." comes after the whole text was read, so the mail was taken and nobody hears of it.
    """

    def __init__(self, certificate: Path | None = None, *, encrypted: bool = False, offers_tls: bool = True) -> None:
        self.taken: list[Taken] = []
        self.commands: list[str] = []
        self.faults: dict[str, str] = {}
        self.context: ssl.SSLContext | None = None
        self.offers_tls = offers_tls and not encrypted and certificate is not None
        if certificate:
            self.context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
            self.context.load_cert_chain(certificate)
        fake = self

        class Handler(socketserver.BaseRequestHandler):
            def handle(self) -> None:
                connection = self.request
                if encrypted and fake.context:
                    try:
                        connection = fake.context.wrap_socket(connection, server_side=True)
                    except OSError:
                        return  # the client believes no such certificate
                talk = Talk(fake, connection, secret=encrypted)
                try:
                    talk.run()
                except (OSError, HungUpError):
                    return  # the client has gone, or is left alone
                finally:
                    talk.close()

        self._server = socketserver.ThreadingTCPServer(("127.0.0.1", 0), Handler)
        self._server.daemon_threads = True

    @property
    def port(self) -> int:
        port: int = self._server.server_address[1]
        return port

    def __enter__(self) -> Self:
        threading.Thread(target=self._server.serve_forever, kwargs={"poll_interval": 0.01}, daemon=True).start()
        return self

    def __exit__(self, *exc: object) -> None:
        self._server.shutdown()
        self._server.server_close()


class HungUpError(Exception):
    """The server ends the talk here."""


class Talk:
    """One connection."""

    def __init__(self, fake: FakeMailServer, connection: ssl.SSLSocket, *, secret: bool) -> None:
        self.fake, self.connection, self.secret = fake, connection, secret
        self.lines = connection.makefile("rb")
        self.signed_in = False
        self.sender = self.recipient = ""

    def run(self) -> None:
        """Until QUIT, or until somebody hangs up."""
        self.say("CONNECT", "220 fake ESMTP")
        while line := self.lines.readline():
            verb, _, rest = line.decode("ascii").rstrip("\r\n").partition(" ")
            self.fake.commands.append(verb)
            self.answer(verb.upper(), rest)
            if verb == "quit":
                break

    def close(self) -> None:
        self.lines.close()
        self.connection.close()

    def say(self, command: str, reply: str) -> None:
        fault = self.fake.faults.pop(command, None)
        if fault == "silent":
            self.connection.settimeout(5)
            self.connection.recv(1)  # until the other side gives up
            raise HungUpError
        if fault == "":
            raise HungUpError
        self.connection.sendall((fault or reply).encode() + b"\r\n")

    def answer(self, verb: str, rest: str) -> None:
        """One command, in its turn."""
        match verb:
            case "EHLO":
                offers = ["STARTTLS"] if self.fake.offers_tls and not self.secret else []
                offers += ["AUTH PLAIN"] if self.secret else []
                lines = ["fake", *offers, "SIZE 1000000"]
                self.say("EHLO", "\r\n".join([*(f"250-{line}" for line in lines[:-1]), f"250 {lines[-1]}"]))
            case "STARTTLS" if self.fake.offers_tls and self.fake.context and not self.secret:
                self.say("STARTTLS", "220 go on")
                self.lines.close()
                self.connection = self.fake.context.wrap_socket(self.connection, server_side=True)
                self.lines, self.secret = self.connection.makefile("rb"), True
            case "AUTH" if self.secret:
                given = base64.b64decode(rest.partition(" ")[2]).decode().split("\0")
                self.signed_in = given == ["", USERNAME, PASSWORD]
                self.say("AUTH", "235 welcome" if self.signed_in else "535 no such account")
            case "MAIL" if self.signed_in or not self.fake.context:
                self.sender = rest.partition("<")[2].partition(">")[0]
                self.say("MAIL", "250 ok")
            case "RCPT" if self.sender:
                self.recipient = rest.partition("<")[2].partition(">")[0]
                self.say("RCPT", "250 ok")
            case "DATA" if self.recipient:
                self.say("DATA", "354 go on")
                self.take()
            case "RSET":
                self.say("RSET", "250 ok")
            case "QUIT":
                self.say("QUIT", "221 bye")
            case _:
                self.say(verb, "503 not now")

    def take(self) -> None:
        """The text up to the single dot."""
        body = b""
        while (line := self.lines.readline()) != b".\r\n":
            if not line:
                raise HungUpError
            body += line[1:] if line.startswith(b"..") else line
        message = message_from_bytes(body, policy=default)
        self.fake.taken.append(Taken(self.sender, self.recipient, message))  # type: ignore[arg-type]
        self.say(".", "250 taken")
