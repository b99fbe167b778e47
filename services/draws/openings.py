"""The openings of a frozen draw for auditors (§2.12): one asks, another approves, the asker takes the file, once.

The file is sealed for the asker's key before it leaves; the secret half is shown when it is asked for and kept nowhere,
so whoever holds this server or the approval cannot read a file that was taken.
"""

import uuid
from collections.abc import Iterator
from dataclasses import dataclass
from hashlib import sha256

from sqlalchemy import func, select

from domain.draw import openings
from domain.draw.openings import LISTED, Opening
from domain.rounds import RoundRuleError
from domain.staff import StaffRuleError
from infra import age
from infra.database import UnitOfWork
from models.passes import PassEntry, PassRound
from services.draws import files
from services.passes.application import LIVE
from services.passes.entries import Entries
from services.passes.rounds import note, read_round
from services.staff import approvals

KIND = "draws.openings"  # of the approval
READ_AT_ONCE = 1_000


@dataclass(frozen=True, slots=True)
class Asked:
    """`secret`: the key that will open the file, to be shown once; None where the asker brought a key."""

    approval_id: uuid.UUID
    secret: str | None


@dataclass(frozen=True, slots=True)
class Taken:
    """The file as it leaves: openings.tsv sealed by age. `sha256`: of what is in it."""

    draw_id: str
    sealed: bytes
    sha256: str


class Openings:
    """wiring gives the entries, which open what is at rest."""

    def __init__(self, entries: Entries) -> None:
        self._entries = entries

    def ask(self, uow: UnitOfWork, draw_id: str, *, reason: str, actor: str, public: str = "") -> Asked:
        """Ask for a draw's openings. `public`: a key of one's own (age1…), else a pair is made.

        Raises RoundRuleError before the freeze, for no such draw and once the salts are gone; StaffRuleError without a
        reason or for a key that is none.
        """
        self._require_open(uow, draw_id)
        pair = None if public else age.new_key()
        key = pair.public if pair else public.strip()
        try:
            age.check_public(key)
        except age.AgeError:
            raise StaffRuleError("這不是 age 的公開金鑰（age1 開頭），請檢查是否完整貼上") from None
        approval_id = approvals.ask(uow, KIND, {"draw_id": draw_id, "key": key}, reason=reason, actor=actor)
        return Asked(approval_id, pair.secret if pair else None)

    def take(self, uow: UnitOfWork, approval_id: uuid.UUID, *, actor: str) -> Taken:
        """The file, under an approval that is used up with it. Raises StaffRuleError, RoundRuleError."""
        approved = approvals.use(uow, approval_id, KIND, actor=actor)
        if approved.asked_by != actor:
            raise StaffRuleError("只有申請的人可以下載")
        draw_id = str(approved.detail["draw_id"])
        row = self._require_open(uow, draw_id)
        digest = sha256()

        def plain() -> Iterator[bytes]:
            for line in self._lines(uow, row):
                digest.update(line)
                yield line

        sealed = b"".join(age.sealed(plain(), str(approved.detail["key"])))
        hashes = {"openings": digest.hexdigest(), "file": sha256(sealed).hexdigest()}
        note(uow, "draw.openings_taken", row, actor, {"approved_by": approved.decided_by, **hashes})
        return Taken(draw_id, sealed, hashes["openings"])

    def _require_open(self, uow: UnitOfWork, draw_id: str) -> PassRound:
        row = read_round(uow, draw_id, lock=False)
        if files.content(uow, draw_id, files.LIST) is None:
            raise RoundRuleError("登記清單還沒有凍結，凍結之後才能申請開啟檔")
        gone = select(PassEntry.id).where(PassEntry.round_id == row.id, PassEntry.salt.is_(None)).limit(1)
        if uow.connection.execute(gone).first() is not None:
            raise RoundRuleError("申訴期間已過，這場抽籤的個人資料與鹽值已刪除，沒有開啟檔")
        return row

    def _lines(self, uow: UnitOfWork, row: PassRound) -> Iterator[bytes]:
        mine = PassEntry.round_id == row.id
        count = uow.connection.execute(select(func.count()).where(mine)).scalar_one()
        yield openings.head(row.draw_id, count).encode("ascii")
        found = select(PassEntry).where(mine).order_by(PassEntry.log_index).execution_options(yield_per=READ_AT_ONCE)
        with uow.session.scalars(found) as entries:
            for entry in entries:
                yield self._opening(entry).text().encode("ascii")
                uow.session.expunge(entry)

    def _opening(self, entry: PassEntry) -> Opening:
        salt = self._entries.salt(entry)
        if salt is None:
            raise RoundRuleError(f"entry {entry.entry_no} has lost its salt")
        return Opening(
            entry_no=entry.entry_no,
            pool=entry.pool,
            weight=1,
            plate=entry.plate,
            holder=self._entries.holder(entry).national,
            salt=salt,
            commit=entry.commitment,
            state=LISTED if entry.state == LIVE else entry.state,
        )
