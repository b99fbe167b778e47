"""客服案件 as staff see them: lists by what is to be done, one case with its messages. Who writes is masked."""

import uuid
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from typing import Any

from sqlalchemy import Select, func, select

from domain.desk import ClosedBy, Sender, ThreadState, case_number
from domain.masks import masked_mobile, masked_name
from domain.reader import Language
from infra.database import UnitOfWork
from models.thread import ThreadRow
from services.accounts import Accounts
from services.citizens import Citizens
from services.desk.answers import answer_key
from services.desk.book import Message, ThreadBook
from services.notice_rules import NoticeRules, Standing

PAGE = 50


class Shown(StrEnum):
    """What a list holds."""

    WAITING = "waiting"  # the citizen wrote last: staff are to answer
    OPEN = "open"
    CLOSED = "closed"


@dataclass(frozen=True, slots=True)
class CaseLine:
    """One case in a list."""

    id: uuid.UUID
    no: int
    number: str
    open: bool
    waiting: bool
    unread: int
    opened_at: datetime
    last_at: datetime
    first_answer_at: datetime | None
    closed_at: datetime | None
    closed_by: ClosedBy | None
    reason: str | None
    satisfied: bool | None
    reopened: int


@dataclass(frozen=True, slots=True, repr=False)
class Writer:
    """Who writes. `account_id`, masked name and number: only of somebody registered."""

    language: Language
    account_id: uuid.UUID | None = None
    name: str = ""
    mobile: str = ""


@dataclass(frozen=True, slots=True, repr=False)
class CaseView:
    """One case whole. `writer` None: its words have been forgotten. `standing`: how far answers have come."""

    line: CaseLine
    writer: Writer | None
    messages: Sequence[Message]
    standing: Mapping[uuid.UUID, Standing]


class Board:
    """wiring gives the book, accounts, citizens and what was sent to them."""

    def __init__(self, book: ThreadBook, accounts: Accounts, citizens: Citizens, notices: NoticeRules) -> None:
        self._book = book
        self._accounts = accounts
        self._citizens = citizens
        self._notices = notices

    def page(self, uow: UnitOfWork, shown: Shown, after: int | None = None) -> Sequence[CaseLine]:
        """PAGE cases from `after` (a `no`) on: those to be answered oldest first, others newest first."""
        query = _of(shown)
        if shown is Shown.WAITING:
            query = query.where(ThreadRow.no > after) if after is not None else query
            query = query.order_by(ThreadRow.no)
        else:
            query = query.where(ThreadRow.no < after) if after is not None else query
            query = query.order_by(ThreadRow.no.desc())
        return [_line(row) for row in uow.session.scalars(query.limit(PAGE))]

    def counts(self, uow: UnitOfWork) -> Mapping[Shown, int]:
        """How many are to be answered, and open at all."""
        of_open = (func.count(), func.count().filter(ThreadRow.last_by == Sender.CITIZEN.value))
        every, waiting = uow.session.execute(select(*of_open).where(ThreadRow.state == ThreadState.OPEN.value)).one()
        return {Shown.WAITING: waiting, Shown.OPEN: every}

    def find(self, uow: UnitOfWork, no: int) -> uuid.UUID | None:
        """The case of a number."""
        return uow.session.scalar(select(ThreadRow.id).where(ThreadRow.no == no))

    def of_citizen(self, uow: UnitOfWork, channel: str, citizen: str) -> Sequence[CaseLine]:
        """The newest cases of a citizen."""
        mine = select(ThreadRow).where(ThreadRow.channel == channel, ThreadRow.citizen == citizen)
        return [_line(row) for row in uow.session.scalars(mine.order_by(ThreadRow.no.desc()).limit(PAGE))]

    def one(self, uow: UnitOfWork, thread_id: uuid.UUID) -> CaseView | None:
        """One case with its messages; None when there is none."""
        row = uow.session.get(ThreadRow, thread_id, populate_existing=True)
        if row is None:
            return None
        messages = self._book.messages(uow, row.id)
        answers = {answer_key(one.id): one.id for one in messages if one.sender is Sender.STAFF}
        standing = {answers[key]: far for key, far in self._notices.standings(uow, list(answers)).items()}
        return CaseView(_line(row), self._writer(uow, row), messages, standing)

    def _writer(self, uow: UnitOfWork, row: ThreadRow) -> Writer | None:
        if row.channel is None or row.citizen is None:
            return None
        known = self._citizens.preferences(uow, row.channel, row.citizen)
        language = known[0] if known else Language.ZH
        account = self._accounts.of(uow, row.channel, row.citizen)
        if account is None:
            return Writer(language)
        return Writer(language, account.id, masked_name(account.name), masked_mobile(account.mobile))


def _of(shown: Shown) -> Select[Any]:
    query = select(ThreadRow)
    if shown is Shown.CLOSED:
        return query.where(ThreadRow.state == ThreadState.CLOSED.value)
    query = query.where(ThreadRow.state == ThreadState.OPEN.value)
    return query.where(ThreadRow.last_by == Sender.CITIZEN.value) if shown is Shown.WAITING else query


def _line(row: ThreadRow) -> CaseLine:
    is_open = row.state == ThreadState.OPEN
    return CaseLine(
        row.id,
        row.no,
        case_number(row.no),
        is_open,
        is_open and row.last_by == Sender.CITIZEN,
        row.unread,
        row.opened_at,
        row.last_at,
        row.first_answer_at,
        row.closed_at,
        ClosedBy(row.closed_by) if row.closed_by else None,
        row.reason,
        row.satisfied,
        row.reopened,
    )
