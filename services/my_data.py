"""我的資料: everything held about a citizen, for the citizen alone (個資法 §3: 查詢、閱覽、製給複製本)."""

from base64 import b64encode
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from sqlalchemy import text

from domain.accounts import Account
from domain.clock import TAIPEI, Clock
from domain.reader import Reader, msgid
from infra.database import UnitOfWork
from infra.pdf import Section, document
from services.accounts import Accounts
from services.desk.book import ThreadBook
from services.holding import Column
from services.holdings import PARTS
from services.holdings_names import Names
from services.passes.qualifying import OwnPhotos

Value = str | int | bool | list[str] | bytes | None  # bytes: a JPEG

ACCOUNT = (
    Column("name", msgid("姓名")),
    Column("mobile", msgid("手機號碼")),
    Column("email", msgid("E-mail")),
    Column("registered_at", msgid("註冊時間")),
)

WRITTEN = (
    Column("at", msgid("時間")),
    Column("sender", msgid("寄件人")),
    Column("words", msgid("內容")),
    Column("photo", msgid("照片")),
)

SHOWN = (
    Column("sent_at", msgid("時間")),
    Column("photo", msgid("照片")),
    Column("failed", ""),
)


@dataclass(frozen=True, slots=True, repr=False)
class Held:
    """The rows of one table, values in the order of its columns."""

    table: str
    title: str  # msgid
    columns: Sequence[Column]
    rows: Sequence[Sequence[Value]]
    counted: bool = False  # in the PDF only how many, and from when to when


@dataclass(frozen=True, slots=True, repr=False)
class Copy:
    """Everything held at one moment."""

    made_at: datetime
    held: Sequence[Held]
    names: Names

    def as_json(self) -> dict[str, Any]:
        """Table by table, row by row, times in Taiwan, pictures as data URLs."""
        tables = {
            part.table: [
                dict(zip((c.name for c in part.columns), (_in_json(value) for value in row), strict=True))
                for row in part.rows
            ]
            for part in self.held
        }
        return {"made_at": _plain(self.made_at), "held": tables}

    def as_pdf(self, reader: Reader) -> bytes:
        """To read and to print, in the reader's language. What has no label is in the JSON alone."""
        sections = [_section(reader, self.names, part) for part in self.held if part.rows]
        empty = [reader.t(part.title) for part in self.held if not part.rows]
        if empty:
            sections.append(Section(reader.t("沒有資料的項目"), [], reader.t("、").join(empty)))
        made = reader.t("製作時間：{time}（臺北時間）", time=_clock_words(_plain(self.made_at)))
        return document(reader.t("個人資料複製本"), made, sections, language=reader.language.value)


class MyData:
    """wiring gives accounts, what coded values are called, what was written to the service desk, who reads what was
    shown for 資格審查, and the clock.
    """

    def __init__(self, accounts: Accounts, names: Names, book: ThreadBook, evidence: OwnPhotos, clock: Clock) -> None:
        self._accounts = accounts
        self._names = names
        self._book = book
        self._evidence = evidence
        self._clock = clock

    def copy(self, uow: UnitOfWork, channel: str, citizen: str) -> Copy:
        """Read everything, in one transaction."""
        who = {"channel": channel, "citizen": citizen}
        account = self._accounts.of(uow, channel, citizen)
        held = [Held("account", msgid("註冊資料"), ACCOUNT, [_account(account)] if account else [])]
        for part in PARTS:
            if part.columns:
                rows = uow.connection.execute(text(part.select), who).all()
                plain = [[_plain(value) for value in row] for row in rows]
                held.append(Held(part.table, part.title, part.columns, plain, part.counted))
        photos = self._book.photos_of(uow, channel, citizen)
        written = [
            [_plain(one.at), one.sender.value, one.words, photos.get(one.id, one.photo is not None)]
            for one in self._book.of_citizen(uow, channel, citizen)
        ]
        held.append(Held("thread_message", msgid("您與客服的對話"), WRITTEN, written))
        shown = [
            [_plain(at), picture or False, failed] for at, picture, failed in self._evidence.of(uow, channel, citizen)
        ]
        held.append(Held("qualification_photo", msgid("資格審查的照片（加密，申訴期間後刪除）"), SHOWN, shown))
        return Copy(self._clock.now(), held, self._names)


def _account(account: Account) -> Sequence[Value]:
    return [account.name, account.mobile.national, account.email, _plain(account.registered_at)]


def _plain(value: object) -> Value:
    if isinstance(value, datetime):
        return value.astimezone(TAIPEI).isoformat(timespec="seconds")
    if isinstance(value, date):
        return value.isoformat()
    if value is None or isinstance(value, str | int | list):
        return value
    return str(value)


def _in_json(value: Value) -> Value:
    return f"data:image/jpeg;base64,{b64encode(value).decode()}" if isinstance(value, bytes) else value


def _section(reader: Reader, names: Names, part: Held) -> Section:
    if part.counted:
        return _counted(reader, part)
    groups = [
        [
            (reader.t(column.label), _shown(reader, names, f"{part.table}.{column.name}", value))
            for column, value in zip(part.columns, row, strict=True)
            if column.label and value is not None
        ]
        for row in part.rows
    ]
    return Section(reader.t(part.title), groups)


def _counted(reader: Reader, part: Held) -> Section:
    """How many rows, from when to when; a page of bare times says nothing to anybody."""
    times = [_clock_words(row[0]) for row in part.rows]
    groups = [
        [
            (reader.t("數量"), reader.t("{count} 則", count=len(part.rows))),
            (reader.t("期間"), reader.t("{first} 至 {last}", first=times[0], last=times[-1])),
        ]
    ]
    return Section(reader.t(part.title), groups, reader.t("每一則的時間與內容在 JSON 檔裡。"))


def _shown(reader: Reader, names: Names, column: str, value: Value) -> str | bytes:
    return value if isinstance(value, bytes) else _words(reader, names, column, value)


def _words(reader: Reader, names: Names, column: str, value: Value) -> str:
    match value:
        case bool():
            return reader.t("是") if value else reader.t("否")
        case list():
            return reader.t("、").join(names.of(reader, column, one) for one in value) or reader.t("無")
        case str() if _is_time(value):
            return _clock_words(value)
        case str():
            return names.of(reader, column, value)
        case _:
            return str(value)


def _clock_words(value: Value) -> str:
    """2026-11-21T14:02:00+08:00 as people read it: the whole document is in Taiwan's time."""
    return str(value)[:19].replace("T", " ")


def _is_time(value: str) -> bool:
    return len(value) == len("2026-11-21T14:02:00+08:00") and value[10] == "T"
