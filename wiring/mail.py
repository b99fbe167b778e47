"""E-mail: receipts, through the server that SMTP_URL names or into the tray of the console page."""

from collections.abc import Mapping
from functools import cached_property
from typing import Any

from flask import Blueprint
from flask_limiter import Limiter
from flask_wtf import CSRFProtect

from adapters.mail.console import MailTray
from adapters.mail.smtp import SmtpMail
from domain.ports.mail import MailSender
from infra import queue
from infra.locales import reader
from infra.mailserver import MailServer
from services.links import Links
from services.receipt_mail import ReceiptMail
from web.calendar.views import blueprint as calendar_door
from wiring.accounts import AccountRoom


class MailRoom(AccountRoom):
    """What leaves by e-mail, and the addresses of pages that it tells."""

    @cached_property
    def links(self) -> Links:
        return Links(self.settings.public_url, self.session_keys, self.clock)

    @cached_property
    def mail_tray(self) -> MailTray:
        return MailTray(self.engine, self.cipher)

    @cached_property
    def mail_sender(self) -> MailSender | None:
        """None where no e-mail is sent."""
        if self.settings.smtp_url is not None:
            return SmtpMail(MailServer.of(self.settings.smtp_url.get_secret_value()))
        return self.mail_tray if self.settings.console_mode else None

    @cached_property
    def receipt_mail(self) -> ReceiptMail:
        agency = self.account_rules.agency
        return ReceiptMail(self.accounts, self.links, agency, self.mail_sender, queue.defer, reader)

    def doors(self, csrf: CSRFProtect, limiter: Limiter) -> list[Blueprint]:
        return [*super().doors(csrf, limiter), calendar_door(self.links, limiter)]

    def for_conversations(self) -> Mapping[str, Any]:
        return {**super().for_conversations(), "links": self.links, "receipt_mail": self.receipt_mail}

    def for_tasks(self) -> Mapping[str, Any]:
        return {**super().for_tasks(), "receipt_mail": self.receipt_mail}
