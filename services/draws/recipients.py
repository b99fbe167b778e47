"""Who outside is sent an announcement's hash before the draw (政風, 議會, 媒體): evidence not the city's own."""

from hashlib import sha256

import structlog
from sqlalchemy import select
from sqlalchemy.dialects.postgresql import insert

from domain.draw.announcement import parse_announcement
from domain.draw.coding import time_text
from domain.errors import OutsideError, Retry
from domain.ports.mail import Mail, MailSender
from domain.reader import Language
from infra.database import UnitOfWork, UnitOfWorkFactory
from models.draw import DrawRecipient
from services import audit
from services.draws import files

MAIL = "draws.mail"
_TEXT = """月票抽籤公告 {draw_id}

抽籤時間：{draw_at}
公告雜湊 announce_sha256：
{announce}

請保留這封信。抽籤後可用它確認公告沒有被換過：
{url}
Please keep this message: after the draw it shows that the announcement was not exchanged.
"""

log = structlog.get_logger(__name__)


class TryAgainError(Exception):
    """Some mail has not surely been taken: the job is to be tried again; who has it gets the same message id."""


class Recipients:
    """`sender`: None where no e-mail is sent. `draws_url`: where the files are public."""

    def __init__(self, sender: MailSender | None, draws_url: str) -> None:
        self._sender = sender
        self._draws_url = draws_url

    def put(self, uow: UnitOfWork, email: str, body: str, *, active: bool, staff: str) -> None:
        """Add a recipient, or end one. `email`: as domain.emails took it; `body`: 政風, 議會, 媒體 …"""
        values = {"email": email, "body": body, "active": active}
        uow.connection.execute(
            insert(DrawRecipient).values(values).on_conflict_do_update(index_elements=["email"], set_=values)
        )
        subject = sha256(email.encode()).hexdigest()[:16]
        detail: audit.Detail = {"body": body, "active": active}
        audit.write(uow, "recipient.put", actor=staff, subject_type="recipient", subject_id=subject, detail=detail)

    def mail(self, units: UnitOfWorkFactory, draw_id: str) -> int:
        """Send the hash to every recipient; says how many took it. Raises TryAgainError where one may yet."""
        if self._sender is None:
            log.warning("announcement_not_mailed", draw_id=draw_id, why="no SMTP_URL")
            return 0
        with units() as uow:
            announcement = parse_announcement(files.require(uow, draw_id, files.ANNOUNCE))
            to = list(uow.session.scalars(select(DrawRecipient.email).where(DrawRecipient.active).order_by("email")))
        told = _TEXT.format(
            draw_id=draw_id, draw_at=time_text(announcement.draw_at), announce=announcement.sha256, url=self._draws_url
        )
        taken = later = 0
        for email in to:
            message = sha256(f"{announcement.sha256} {email}".encode()).hexdigest()[:32]
            try:
                self._sender.send(Mail(message, email, f"月票抽籤公告 {draw_id}", told, Language.ZH))
                taken += 1
            except OutsideError as error:
                later += error.retry is not Retry.NEVER
                log.error("announcement_mail_failed", draw_id=draw_id, message=message, cause=error.cause)
        if later:
            raise TryAgainError
        return taken
