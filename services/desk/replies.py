"""常用回覆: words that staff keep, to begin an answer with."""

import uuid
from collections.abc import Sequence
from dataclasses import dataclass

from sqlalchemy import delete, func, select
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.exc import IntegrityError

from domain.desk import LONGEST_ANSWER, LONGEST_TITLE
from domain.reader import Language
from domain.staff import StaffRuleError
from infra.database import UnitOfWork
from models.thread import SavedReply
from services import audit

MOST = 100


@dataclass(frozen=True, slots=True)
class Reply:
    """`en` may be empty: then the Chinese words serve for everybody."""

    id: uuid.UUID
    title: str
    zh: str
    en: str

    def words(self, language: Language) -> str:
        """As the citizen reads."""
        return self.en if language is Language.EN and self.en else self.zh


def every(uow: UnitOfWork) -> Sequence[Reply]:
    """All of them, by title."""
    rows = uow.session.scalars(select(SavedReply).order_by(SavedReply.title))
    return [Reply(row.id, row.title, row.zh, row.en) for row in rows]


def keep(uow: UnitOfWork, reply_id: uuid.UUID, *, title: str, zh: str, en: str, staff: str) -> None:
    """Keep a reply, new or in the place of what it was. Raises StaffRuleError."""
    title, zh, en = (" ".join(title.split()), zh.replace("\r\n", "\n").strip(), en.replace("\r\n", "\n").strip())
    if not 0 < len(title) <= LONGEST_TITLE:
        raise StaffRuleError(f"請寫下標題，最多 {LONGEST_TITLE} 個字")
    if not 0 < len(zh) <= LONGEST_ANSWER or len(en) > LONGEST_ANSWER:
        raise StaffRuleError(f"請寫下中文回覆；中文與英文各最多 {LONGEST_ANSWER} 個字")
    others = select(func.count()).select_from(SavedReply).where(SavedReply.id != reply_id)
    if (uow.session.scalar(others) or 0) >= MOST:
        raise StaffRuleError(f"最多 {MOST} 則常用回覆，請先刪除用不到的")
    values = {"title": title, "zh": zh, "en": en, "changed_by": staff, "changed_at": func.now()}
    put = insert(SavedReply).values(id=reply_id, **values)
    try:
        uow.connection.execute(put.on_conflict_do_update(index_elements=["id"], set_=values))
    except IntegrityError:
        raise StaffRuleError("已有同名的常用回覆") from None
    audit.write(uow, "reply.kept", actor=staff, subject_type="reply", subject_id=reply_id)


def drop(uow: UnitOfWork, reply_id: uuid.UUID, *, staff: str) -> None:
    """Delete a reply. Raises StaffRuleError."""
    gone = delete(SavedReply).where(SavedReply.id == reply_id).returning(SavedReply.id)
    if uow.connection.execute(gone).first() is None:
        raise StaffRuleError("沒有這則常用回覆")
    audit.write(uow, "reply.dropped", actor=staff, subject_type="reply", subject_id=reply_id)
