"""Receipts by e-mail: a row and a job with the payment, the mail afterwards, one for each paid order.

The row says only that a receipt is to go. The address is read when it goes, so whoever has changed it gets the mail at
the new one, and whoever has removed it or left gets none. What may have been taken is sent again: it has the same id.
"""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import timedelta
from uuid import UUID

import structlog
from sqlalchemy import delete, func
from sqlalchemy.dialects.postgresql import insert

from domain.accountrules import Agency
from domain.clock import city_date
from domain.dates import clock_time
from domain.errors import OutsideError, Retry
from domain.orderview import Receipt
from domain.ports.mail import Mail, MailSender
from domain.ports.payments import TRIAL_PROVIDERS
from domain.reader import Language, Reader
from infra.database import UnitOfWork, UnitOfWorkFactory
from models.mail import ReceiptMailRow
from models.order import Order
from services import receipts
from services.accounts import Accounts
from services.links import RECEIPT_LINK_LIFE, Links

SEND = "receipts.mail"
MOST_ATTEMPTS = 8
KEEP_ENDED = timedelta(days=30)

Defer = Callable[..., None]
ReaderOf = Callable[[Language], Reader]
log = structlog.get_logger(__name__)


class TryAgainError(Exception):
    """The mail has not surely been taken, and may still go: the job is to be tried again."""


@dataclass(frozen=True, slots=True, repr=False)
class _Taken:
    mail: Mail
    last: bool


class ReceiptMail:
    """`post` for booking, `deliver` for the job receipts.mail. `sender`: None where no e-mail is sent."""

    def __init__(
        self,
        accounts: Accounts,
        links: Links,
        agency: Agency,
        sender: MailSender | None,
        defer: Defer,
        readers: ReaderOf,
    ) -> None:
        self._accounts = accounts
        self._links = links
        self._agency = agency
        self._sender = sender
        self._defer = defer
        self._readers = readers

    @property
    def possible(self) -> bool:
        """Whether e-mail is sent at all: where it is not, nobody is asked for an address."""
        return self._sender is not None

    def post(self, uow: UnitOfWork, order_id: UUID, *, channel: str, citizen: str) -> None:
        """Send the receipt once this transaction commits, if the citizen has left an e-mail; once for an order."""
        if self._sender is None or not self._accounts.has_email(uow, channel, citizen):
            return
        row = insert(ReceiptMailRow).values(order_id=order_id).on_conflict_do_nothing()
        if uow.connection.execute(row.returning(ReceiptMailRow.order_id)).first():
            self._defer(uow, SEND, order_id=str(order_id))

    def deliver(self, units: UnitOfWorkFactory, order_id: UUID) -> None:
        """Send one receipt. Raises TryAgainError while it has not surely been taken and may still go."""
        if self._sender is None:  # switched off since: the row tells that it did not go
            self._end(units, order_id, "refused", "switched_off")
            return
        with units() as uow:
            taken = self._take(uow, order_id)
        if taken is None:
            return
        try:
            self._sender.send(taken.mail)
        except OutsideError as error:
            if error.retry is not Retry.NEVER and not taken.last:
                self._note(units, order_id, error.cause)
                raise TryAgainError from None
            self._end(units, order_id, "refused", error.cause)
            log.error("receipt_mail_refused", order=str(order_id), cause=error.cause)
        else:
            self._end(units, order_id, "taken", None)

    def forget(self, uow: UnitOfWork) -> int:
        """Delete rows long ended; says how many. For the schedule."""
        old = delete(ReceiptMailRow).where(ReceiptMailRow.created_at < func.now() - KEEP_ENDED)
        return uow.connection.execute(old).rowcount

    def _take(self, uow: UnitOfWork, order_id: UUID) -> _Taken | None:
        row = uow.session.get(ReceiptMailRow, order_id, with_for_update=True)
        if row is None or row.ended_at is not None:
            return None
        order = uow.session.get_one(Order, order_id)
        account = self._accounts.of(uow, order.channel, order.citizen) if order.citizen else None
        if account is None or account.email is None:
            row.state, row.ended_at = "unwanted", func.now()
            return None
        row.attempts += 1
        mail = self._mail(account.email, receipts.receipt(uow, order_id), Language(order.language))
        return _Taken(mail, last=row.attempts >= MOST_ATTEMPTS)

    def _mail(self, to: str, receipt: Receipt, language: Language) -> Mail:
        """Sum, time and number, and the way to the receipt itself: plates and bills stay behind its link."""
        reader, agency = self._readers(language), self._agency
        paid_at = f"{city_date(receipt.paid_at).isoformat()} {clock_time(receipt.paid_at)}"
        trial = receipt.provider in TRIAL_PROVIDERS
        bills = reader.t(
            "您的停車費已繳清 {count} 筆，共 {amount:,} 元。", count=len(receipt.lines), amount=receipt.total
        )
        passes = any(line.about for line in receipt.lines)
        lines = [
            reader.t("【測試】沒有真的付款，這不是繳費證明。") if trial else "",
            reader.t("您的月票已繳費，共 {amount:,} 元。", amount=receipt.total) if passes else bills,
            reader.t("繳費時間：{time}（臺北時間）", time=paid_at),
            reader.t("交易編號：{number}", number=receipt.trade_number),
            reader.t("收據：{url}", url=self._links.receipt(receipt.order_id)),
            "",
            reader.t("連結 {days} 天內有效。拿到連結的人就能開啟，請勿轉寄。", days=RECEIPT_LINK_LIFE.days),
            reader.t("不想再收到：在 LINE 輸入「我的資料」，移除 E-mail。"),
            reader.t("這封信由系統寄出，請勿回覆。有問題請洽{agency}，電話 {phone}。",
                     agency=agency.name(language), phone=agency.phone),
        ]  # fmt: skip
        subject = reader.t("月票收據") if passes else reader.t("停車費收據")
        subject = reader.t("{subject}（測試）", subject=subject) if trial else subject
        return Mail(f"receipt-{receipt.order_id}", to, subject, "\n".join(lines).lstrip("\n") + "\n", language)

    def _note(self, units: UnitOfWorkFactory, order_id: UUID, cause: str) -> None:
        with units() as uow:
            uow.session.get_one(ReceiptMailRow, order_id, with_for_update=True).cause = cause

    def _end(self, units: UnitOfWorkFactory, order_id: UUID, state: str, cause: str | None) -> None:
        with units() as uow:
            row = uow.session.get(ReceiptMailRow, order_id, with_for_update=True)
            if row is not None and row.ended_at is None:
                row.state, row.cause, row.ended_at = state, cause, func.now()
