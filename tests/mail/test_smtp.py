"""The mail server before a strict fake: what arrives, what may be sent again, nothing secret in the open."""

import ssl
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path
from urllib.parse import quote

import pytest
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import NameOID

from adapters.mail import smtp
from adapters.mail.console import MailTray
from adapters.mail.smtp import SmtpMail
from domain.errors import OutsideError, Retry
from domain.ports.mail import Mail
from domain.reader import Language
from infra.crypto import FieldCipher
from infra.database import make_engine
from infra.mailserver import MailServer
from tests.fakes.smtp import PASSWORD, USERNAME, FakeMailServer

SENDER = "receipts@agency.example"
TEXT = "您的停車費已繳清 3 筆，共 120 元。\n.一行以點開頭\n" + "很長的一行" * 300 + "\n"
MAIL = Mail("receipt-1", "ming@example.com", "停車費收據", TEXT, Language.ZH)


@pytest.fixture(scope="module")
def certificate(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A key and a certificate of localhost that only these tests believe."""
    key = ec.generate_private_key(ec.SECP256R1())
    name = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, "localhost")])
    made = (
        x509.CertificateBuilder()
        .subject_name(name)
        .issuer_name(name)
        .public_key(key.public_key())
        .serial_number(x509.random_serial_number())
        .not_valid_before(datetime.now(UTC) - timedelta(days=1))
        .not_valid_after(datetime.now(UTC) + timedelta(days=1))
        .add_extension(x509.SubjectAlternativeName([x509.DNSName("localhost")]), critical=False)
        .add_extension(x509.BasicConstraints(ca=True, path_length=None), critical=True)
        .sign(key, hashes.SHA256())
    )
    plain = serialization.NoEncryption()
    secret = key.private_bytes(serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, plain)
    file = tmp_path_factory.mktemp("mail") / "server.pem"
    file.write_bytes(secret + made.public_bytes(serialization.Encoding.PEM))
    return file


@pytest.fixture(params=["smtp", "smtps"])
def server(request: pytest.FixtureRequest, certificate: Path) -> Iterator[FakeMailServer]:
    with FakeMailServer(certificate, encrypted=request.param == "smtps") as fake:
        yield fake


def sender_to(server: FakeMailServer, certificate: Path, password: str = PASSWORD, host: str = "localhost") -> SmtpMail:
    scheme = "smtp" if server.offers_tls else "smtps"
    account = f"{quote(USERNAME, safe='')}:{quote(password, safe='')}"
    url = f"{scheme}://{account}@{host}:{server.port}/?from={SENDER}"
    return SmtpMail(MailServer.of(url), ssl.create_default_context(cafile=certificate))


def test_a_mail_arrives_as_it_was_written(server: FakeMailServer, certificate: Path) -> None:
    sender_to(server, certificate).send(MAIL)
    (taken,) = server.taken
    assert (taken.sender, taken.recipient) == (SENDER, MAIL.to)
    message = taken.message
    assert (message["From"], message["To"], message["Subject"]) == (SENDER, MAIL.to, MAIL.subject)
    assert message["Message-ID"] == "<receipt-1@agency.example>"
    assert message["Auto-Submitted"] == "auto-generated"
    assert message["Content-Language"] == "zh-TW"
    assert message["Date"].datetime - datetime.now(UTC) < timedelta(minutes=1)
    assert message.get_content().replace("\r\n", "\n") == TEXT


def test_the_same_mail_has_the_same_id_again(server: FakeMailServer, certificate: Path) -> None:
    for _ in range(2):
        sender_to(server, certificate).send(MAIL)
    assert len({taken.message["Message-ID"] for taken in server.taken}) == 1


def test_the_password_waits_for_encryption(server: FakeMailServer, certificate: Path) -> None:
    sender_to(server, certificate).send(MAIL)
    before = server.commands[: server.commands.index("AUTH")]
    assert before == (["ehlo", "STARTTLS", "ehlo"] if server.offers_tls else ["ehlo"])


def test_a_server_of_another_name_gets_nothing(server: FakeMailServer, certificate: Path) -> None:
    with pytest.raises(OutsideError):
        sender_to(server, certificate, host="127.0.0.1").send(MAIL)
    assert "AUTH" not in server.commands
    assert server.taken == []


def test_a_certificate_nobody_believes_gets_nothing(server: FakeMailServer, certificate: Path) -> None:
    sender = sender_to(server, certificate)
    with pytest.raises(OutsideError):
        SmtpMail(sender._server).send(MAIL)
    assert "AUTH" not in server.commands


def test_without_encryption_nothing_is_sent_but_to_this_machine(monkeypatch: pytest.MonkeyPatch) -> None:
    with FakeMailServer() as bare:
        relay = SmtpMail(MailServer.of(f"smtp://127.0.0.1:{bare.port}?from={SENDER}"))
        relay.send(MAIL)
        assert len(bare.taken) == 1
        monkeypatch.setattr(smtp, "ON_THIS_MACHINE", ())
        with pytest.raises(OutsideError) as refused:
            relay.send(MAIL)
        assert refused.value.cause == "not_encrypted"
        assert len(bare.taken) == 1


@pytest.mark.parametrize(
    ("command", "fault", "cause", "retry"),
    [
        ("CONNECT", "554 go away", "smtp_554", Retry.LATER),
        ("EHLO", "", "connection", Retry.LATER),
        ("AUTH", "454 not now", "account", Retry.LATER),
        ("MAIL", "451 busy", "smtp_451", Retry.LATER),
        ("RCPT", "550 no such mailbox", "recipient", Retry.NEVER),
        ("RCPT", "450 full", "recipient", Retry.LATER),
        ("DATA", "554 no", "content", Retry.NEVER),
        (".", "554 content", "content", Retry.NEVER),
        (".", "451 try later", "content", Retry.LATER),
        (".", "", "connection", Retry.LATER),
        ("MAIL", "\0 nonsense", "smtp_-1", Retry.LATER),
    ],
)
def test_what_went_wrong_says_whether_to_try_again(
    server: FakeMailServer, certificate: Path, command: str, fault: str, cause: str, retry: Retry
) -> None:
    server.faults[command] = fault
    with pytest.raises(OutsideError) as refused:
        sender_to(server, certificate).send(MAIL)
    assert (refused.value.cause, refused.value.retry) == (cause, retry)


def test_a_wrong_password_may_be_mended(server: FakeMailServer, certificate: Path) -> None:
    with pytest.raises(OutsideError) as refused:
        sender_to(server, certificate, password="wrong").send(MAIL)
    assert (refused.value.cause, refused.value.retry) == ("account", Retry.LATER)


@pytest.mark.parametrize("farewell", ["", "500 what?"])
def test_once_taken_a_bad_farewell_changes_nothing(server: FakeMailServer, certificate: Path, farewell: str) -> None:
    server.faults["QUIT"] = farewell
    sender_to(server, certificate).send(MAIL)
    assert len(server.taken) == 1


@pytest.mark.parametrize("command", ["CONNECT", "MAIL", "."])
def test_a_silent_server_is_given_up(
    server: FakeMailServer, certificate: Path, command: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(smtp, "SECONDS", 0.3)
    server.faults[command] = "silent"
    with pytest.raises(OutsideError) as refused:
        sender_to(server, certificate).send(MAIL)
    assert refused.value.cause in ("timeout", "connection")
    assert refused.value.retry is Retry.LATER


def test_no_error_and_no_repr_tells_address_text_or_account(server: FakeMailServer, certificate: Path) -> None:
    server.faults["RCPT"] = "550 ming@example.com is unknown"
    sender = sender_to(server, certificate)
    with pytest.raises(OutsideError) as refused:
        sender.send(MAIL)
    told = f"{refused.value!r} {refused.value} {refused.value.__suppress_context__} {MAIL!r} {sender._server!r}"
    assert "True" in told
    for secret in ("ming", "停車費", PASSWORD, USERNAME):
        assert secret not in told


@pytest.mark.parametrize(
    "url",
    [
        "mail.example",
        "http://mail.example/?from=a@b.example",
        "smtp://mail.example",
        "smtp://mail.example/?from=nobody",
        "smtp://mail.example:port/?from=a@b.example",
        "smtp:///?from=a@b.example",
        "smtp://mail.example/path?from=a@b.example",
        "smtp://u:secret@mail.example/?from=a@b.example&tls=no",
        "smtp://u:secret%C3%B6@mail.example/?from=a@b.example",
        "smtp://mail.example/?from=a@b.example%0D%0ABcc: x@y.example",
    ],
)
def test_a_malformed_setting_is_named_without_its_value(url: str) -> None:
    with pytest.raises(ValueError, match=r"must|knows") as refused:
        MailServer.of(url)
    assert "secret" not in str(refused.value)
    assert "mail.example" not in str(refused.value)


def test_ports_and_percent_signs() -> None:
    read = MailServer.of("smtps://a%40b.example:p%2F%3Aw@mail.example?from=a@b.example")
    assert (read.encrypted, read.port, read.username, read.password) == (True, 465, "a@b.example", "p/:w")
    assert MailServer.of("smtp://mail.example/?from=a@b.example").port == 587


def test_the_tray_shows_what_landed_and_keeps_it_encrypted(database_url: str) -> None:
    engine = make_engine(database_url)
    tray = MailTray(engine, FieldCipher([bytes(32)]))
    tray.send(MAIL)
    (landed,) = tray.landed()
    assert (landed.to, landed.subject, landed.text) == (MAIL.to, MAIL.subject, MAIL.text)
    with engine.connect() as connection:
        kept = str(connection.exec_driver_sql("SELECT string_agg(mail::text, ' ') FROM tray.mail").scalar_one())
    assert MAIL.to.encode().hex() not in kept
    assert MAIL.to not in kept
    assert MailTray(engine, FieldCipher([b"k" * 32])).landed() == []
    engine.dispose()
