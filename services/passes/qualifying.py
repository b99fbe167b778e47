"""資格審查: photos that applicants send, and what staff say of them before the list is frozen (§ "Adaptations").

Accepted, the entry competes in its plan's pool and pays its plan's price; until then, and where it is not, it is in the
general pool and pays what everybody pays.
"""

import uuid
from collections.abc import Callable, Collection, Sequence
from datetime import datetime

import structlog
from sqlalchemy import Select, func, select
from sqlalchemy.dialects.postgresql import insert

from domain.clock import Clock, city_date
from domain.errors import CitizenMistakeError, OutsideError, Retry
from domain.ports.notices import Notices
from domain.ports.photos import PhotoSource
from domain.qualifications import VERDICTS, Judged, Qualified, ShownPhoto
from domain.rounds import Phase, RoundRuleError
from domain.staff import StaffRuleError
from infra.crypto import FieldCipher
from infra.database import UnitOfWork, UnitOfWorkFactory
from infra.pictures import PictureError, redrawn
from models.passes import LotPlan, PassEntry, PassRound
from models.qualification import Qualification, QualificationPhoto
from services import audit
from services.orderbook import database_now
from services.passes.application import LIVE, require_live, require_open
from services.passes.board import PassBoard
from services.passes.entries import GENERAL, Entries
from services.passes.entry_rows import locked_entry
from services.passes.readers import reader_of
from services.passes.rules import PassRules

FETCH = "passes.fetch_photo"  # the task in jobs/tasks/passes.py
NOTICE = "pass_qualified"
LONGEST_REASON = 200
SHOWN = 200  # checks on one page, the oldest first
Defer = Callable[..., None]

log = structlog.get_logger(__name__)


class Qualifying:
    """wiring gives rules, entries, the board, the cipher of DATA_KEYS, where photos are, notices and queue.defer."""

    def __init__(
        self,
        rules: PassRules,
        entries: Entries,
        board: PassBoard,
        cipher: FieldCipher,
        photos: PhotoSource,
        notices: Notices,
        clock: Clock,
        defer: Defer,
    ) -> None:
        self._rules = rules
        self._entries = entries
        self._board = board
        self._cipher = cipher
        self._photos = photos
        self._notices = notices
        self._clock = clock
        self._defer = defer

    def send(self, uow: UnitOfWork, entry_id: uuid.UUID, message_id: str, *, asked_at: datetime) -> int:
        """A photo for an entry; how many there are now. It is fetched by a job.

        Raises CitizenMistakeError: closed, ended, nothing is asked for, decided, or too many.
        """
        row, entry = locked_entry(uow, entry_id)
        require_open(row, asked_at)
        require_live(entry)
        if self._evidence(uow, entry) is None:
            raise CitizenMistakeError("這筆申請的方案不需要證明文件。")
        check = self._check(uow, entry.id)
        if check.state in (Judged.PASSED, Judged.REFUSED):
            raise CitizenMistakeError("這筆申請已完成資格審查，不用再傳照片。如有疑問請洽停車場。")
        of_check = QualificationPhoto.qualification_id == check.id
        sent = uow.session.scalar(select(func.count()).where(of_check)) or 0
        if sent >= self._rules.evidence_photos:
            raise CitizenMistakeError("每筆申請最多傳 {most} 張照片。", most=self._rules.evidence_photos)
        values = {"id": uuid.uuid4(), "qualification_id": check.id, "message_id": message_id}
        put = insert(QualificationPhoto).values(values).on_conflict_do_nothing().returning(QualificationPhoto.id)
        photo_id = uow.connection.execute(put).scalar()
        if photo_id is None:
            return sent
        check.state, check.asked_at = Judged.WAITING.value, database_now(uow)
        self._note(uow, "qualification.photo", entry.id, audit.CITIZEN)
        self._defer(uow, FETCH, photo_id=str(photo_id))
        return sent + 1

    def fetch(self, units: UnitOfWorkFactory, photo_id: uuid.UUID) -> None:
        """Fetch one photo and keep it, with no transaction open meanwhile. One that cannot be had is told.

        Raises OutsideError where another try may have it.
        """
        with units() as uow:
            message_id = uow.connection.execute(_unfetched(photo_id)).scalar()
        if message_id is None:
            return
        picture, failed = b"", None
        try:
            picture = redrawn(self._photos.fetch(message_id))
        except PictureError:
            failed = "unreadable"
        except OutsideError as error:
            if error.retry is not Retry.NEVER:
                raise
            failed = "gone"
        with units() as uow:
            if uow.connection.execute(_unfetched(photo_id).with_for_update()).scalar() is None:
                return
            photo = uow.session.get_one(QualificationPhoto, photo_id)
            if failed is None:
                photo.photo = self._cipher.seal(picture, _place(photo_id))
            else:
                self._lost(uow, photo, failed)

    def judge(
        self,
        uow: UnitOfWork,
        entry_id: uuid.UUID,
        verdict: Judged,
        *,
        reason: str,
        staff: str,
        pool: str | None = None,
    ) -> uuid.UUID:
        """通過, 補件 or 不符, of photos or of what the counter saw; the entry, a new one where its pool changes.

        `pool`: None for the plan's own. `reason`: goes to the applicant. Raises RoundRuleError once frozen or for an
        ended entry, StaffRuleError without a reason.
        """
        reason = reason.strip()
        if not 0 < len(reason) <= LONGEST_REASON or verdict not in VERDICTS:
            raise StaffRuleError(f"請寫下審查說明，最多 {LONGEST_REASON} 個字；申請人會看到")
        row, entry = locked_entry(uow, entry_id)
        if row.phase != Phase.OPEN or entry.state != LIVE:
            raise RoundRuleError("資格審查只能在登記截止前，對有效的申請進行")
        check = self._check(uow, entry.id)
        own = self._plan(uow, entry)
        wanted = (pool or (own.pool if own else GENERAL)) if verdict is Judged.PASSED else GENERAL
        if wanted != entry.pool:
            entry, _ = self._entries.prove_pool(uow, entry.id, wanted, staff=staff)
            uow.session.refresh(check)
        check.state, check.reason = verdict.value, reason
        check.decided_by, check.decided_at = staff, database_now(uow)
        self._note(uow, f"qualification.{verdict}", entry.id, staff)
        self._tell(uow, entry, check.state, reason, f"{check.id}:{check.decided_at.timestamp()}")
        return entry.id

    def waiting(self, uow: UnitOfWork, lots: Collection[str] | None) -> Sequence[uuid.UUID]:
        """Entries whose check waits for staff while their round is open, in these lots; the oldest first."""
        found = (
            select(PassEntry.id)
            .join(Qualification, Qualification.entry_id == PassEntry.id)
            .join(PassRound, PassRound.id == PassEntry.round_id)
            .where(Qualification.state == Judged.WAITING.value, PassEntry.state == LIVE)
            .where(PassRound.phase == Phase.OPEN.value)
        )
        if lots is not None:
            found = found.where(PassRound.lot.in_(lots))
        return uow.session.scalars(found.order_by(Qualification.asked_at).limit(SHOWN)).all()

    def of(self, uow: UnitOfWork, entry_id: uuid.UUID) -> Qualified | None:
        """The check of an entry; None where nothing was shown."""
        check = uow.session.scalar(select(Qualification).where(Qualification.entry_id == entry_id))
        if check is None:
            return None
        columns = (QualificationPhoto.id, QualificationPhoto.sent_at, QualificationPhoto.failed)
        kept = QualificationPhoto.photo.is_not(None).label("kept")
        of_check = QualificationPhoto.qualification_id == check.id
        rows = uow.connection.execute(select(*columns, kept).where(of_check).order_by(QualificationPhoto.sent_at))
        photos = [ShownPhoto(row.id, row.sent_at, row.kept, row.failed) for row in rows]
        told = (check.reason or "", check.decided_by, check.decided_at)
        return Qualified(check.entry_id, Judged(check.state), check.asked_at, *told, photos)

    def photo(self, uow: UnitOfWork, entry_id: uuid.UUID, photo_id: uuid.UUID, *, staff: str) -> bytes | None:
        """A photo of this entry as a JPEG, which the audit notes; None for any other id."""
        found = select(QualificationPhoto.photo).join(
            Qualification, Qualification.id == QualificationPhoto.qualification_id
        )
        of_entry = (Qualification.entry_id == entry_id, QualificationPhoto.id == photo_id)
        token = uow.connection.execute(found.where(*of_entry)).scalar()
        if token is None:
            return None
        self._note(uow, "qualification.seen", entry_id, staff)
        return self._cipher.open(bytes(token), _place(photo_id))

    # Inside

    def _check(self, uow: UnitOfWork, entry_id: uuid.UUID) -> Qualification:
        """The check of an entry whose round is locked, made where there is none."""
        check = uow.session.scalar(select(Qualification).where(Qualification.entry_id == entry_id))
        if check is None:
            check = Qualification(id=uuid.uuid4(), entry_id=entry_id, state=Judged.WAITING.value)
            uow.session.add(check)
            uow.session.flush()
        return check

    def _plan(self, uow: UnitOfWork, entry: PassEntry) -> LotPlan | None:
        row = uow.session.get_one(PassRound, entry.round_id)
        return uow.session.get(LotPlan, (row.lot, row.kind, row.pass_type, entry.plan))

    def _evidence(self, uow: UnitOfWork, entry: PassEntry) -> str | None:
        plan = self._plan(uow, entry)
        return plan.evidence if plan else None

    def _lost(self, uow: UnitOfWork, photo: QualificationPhoto, failed: str) -> None:
        photo.failed = failed
        check = uow.session.get_one(Qualification, photo.qualification_id)
        log.warning("evidence_photo_lost", photo=str(photo.id), why=failed)
        self._tell(uow, uow.session.get_one(PassEntry, check.entry_id), failed, "", str(photo.id))

    def _tell(self, uow: UnitOfWork, entry: PassEntry, state: str, reason: str, key: str) -> None:
        reader = reader_of(uow, entry)
        if reader is None:
            return
        data: dict[str, object] = {
            "standing": self._board.standing(uow, entry),
            "state": state,
            "reason": reason,
            "today": city_date(self._clock.now()),
        }
        dedupe_key = f"pass:qualified:{key}"
        self._notices.post(uow, NOTICE, channel=reader[0], citizen=reader[1], dedupe_key=dedupe_key, data=data)

    def _note(self, uow: UnitOfWork, action: str, entry_id: uuid.UUID, actor: str) -> None:
        audit.write(uow, action, actor=actor, subject_type="entry", subject_id=entry_id)


def _unfetched(photo_id: uuid.UUID) -> Select[str]:
    waiting = (QualificationPhoto.photo.is_(None), QualificationPhoto.failed.is_(None))
    return select(QualificationPhoto.message_id).where(QualificationPhoto.id == photo_id, *waiting)


class OwnPhotos:
    """For the applicant alone: wiring gives the cipher of DATA_KEYS."""

    def __init__(self, cipher: FieldCipher) -> None:
        self._cipher = cipher

    def of(self, uow: UnitOfWork, channel: str, citizen: str) -> Sequence[tuple[datetime, bytes | None, str | None]]:
        """What a citizen has shown for their applications: when, the JPEG (None: not kept), why there is none."""
        found = select(QualificationPhoto).join(Qualification, Qualification.id == QualificationPhoto.qualification_id)
        found = found.join(PassEntry, PassEntry.id == Qualification.entry_id)
        mine = found.where(PassEntry.channel == channel, PassEntry.citizen == citizen)
        rows = uow.session.scalars(mine.order_by(QualificationPhoto.sent_at))
        return [(row.sent_at, self._read(row), row.failed) for row in rows]

    def _read(self, row: QualificationPhoto) -> bytes | None:
        return self._cipher.open(bytes(row.photo), _place(row.id)) if row.photo is not None else None


def _place(photo_id: uuid.UUID) -> str:
    return f"qualification_photo.photo:{photo_id}"
