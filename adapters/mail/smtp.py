"""A mail server of the city (SMTP, RFC 5321): signed in, encrypted on the way, every step with a time-out."""

import contextlib
import smtplib
import ssl
from email.message import EmailMessage
from email.policy import SMTP
from email.utils import formatdate

from domain.errors import OutsideError, Retry
from domain.ports.mail import Mail
from infra.mailserver import MailServer

SECONDS = 10.0
OUR_NAME = "[127.0.0.1]"  # what EHLO says (RFC 5321 §4.1.3); asking the resolver for a name has no time-out
ON_THIS_MACHINE = ("localhost", "127.0.0.1")  # a relay here may go without encryption
LASTING = range(500, 600)


class SmtpMail:
    """Sends through one server. `trusted`: whose certificates are believed; None: those that this machine believes."""

    key = "smtp"

    def __init__(self, server: MailServer, trusted: ssl.SSLContext | None = None) -> None:
        self._server = server
        self._trusted = trusted or ssl.create_default_context()

    def send(self, mail: Mail) -> None:
        """As the port says."""
        message = self._message(mail)
        try:
            self._hand_over(message)
        except smtplib.SMTPRecipientsRefused as error:
            codes = [code for code, _ in error.recipients.values()]
            lasting = any(code in LASTING for code in codes)
            raise OutsideError("recipient", Retry.NEVER if lasting else Retry.LATER) from None
        except smtplib.SMTPAuthenticationError:
            raise OutsideError("account") from None
        except smtplib.SMTPDataError as error:
            raise OutsideError("content", Retry.NEVER if error.smtp_code in LASTING else Retry.LATER) from None
        except smtplib.SMTPResponseException as error:
            raise OutsideError(f"smtp_{error.smtp_code}") from None
        except TimeoutError:
            raise OutsideError("timeout") from None
        except (OSError, smtplib.SMTPException):  # the text of these may hold addresses
            raise OutsideError("connection") from None

    def _hand_over(self, message: EmailMessage) -> None:
        server = self._server
        if server.encrypted:
            smtp: smtplib.SMTP = smtplib.SMTP_SSL(
                server.host, server.port, local_hostname=OUR_NAME, timeout=SECONDS, context=self._trusted
            )
        else:
            smtp = smtplib.SMTP(server.host, server.port, local_hostname=OUR_NAME, timeout=SECONDS)
        try:
            self._enter(smtp)
            smtp.send_message(message)
            with contextlib.suppress(OSError, smtplib.SMTPException):  # it has been taken: the farewell may fail
                smtp.quit()
        finally:
            smtp.close()

    def _enter(self, smtp: smtplib.SMTP) -> None:
        server = self._server
        smtp.ehlo_or_helo_if_needed()
        if not server.encrypted:
            if smtp.has_extn("starttls"):
                smtp.starttls(context=self._trusted)
                smtp.ehlo()
            elif server.host not in ON_THIS_MACHINE:
                raise OutsideError("not_encrypted")
        if server.username:
            smtp.login(server.username, server.password)

    def _message(self, mail: Mail) -> EmailMessage:
        message = EmailMessage(policy=SMTP)
        message["From"], message["To"], message["Subject"] = self._server.sender, mail.to, mail.subject
        message["Date"] = formatdate(usegmt=True)
        message["Message-ID"] = f"<{mail.id}@{self._server.sender.partition('@')[2]}>"
        message["Auto-Submitted"] = "auto-generated"  # RFC 3834: nobody's holiday notice answers it
        message.set_content(mail.text)
        message["Content-Language"] = mail.language.value  # set_content begins with a clean slate
        return message
