"""Files of draws: kept once, published once, read by everybody. The database lets nobody change them."""

import uuid
from collections.abc import Sequence
from hashlib import sha256

from sqlalchemy import func, select
from sqlalchemy.dialects.postgresql import insert

from domain.draw import coding, merkle
from domain.draw.announcement import NO_HASH, parse_announcement
from domain.rounds import RoundRuleError
from infra.database import UnitOfWork
from models.draw import DrawFile, DrawLogRoot, DrawPublication, DrawVerifier
from models.passes import PassRound

LIST, REMOVED, ANNOUNCE, TRANSCRIPT, RESULT = "list.tsv", "removed.tsv", "announce.txt", "transcript.txt", "result.tsv"


def sha256_of(content: bytes) -> str:
    """What a file is known by."""
    return sha256(content).hexdigest()


def keep(uow: UnitOfWork, draw_id: str, name: str, content: bytes) -> None:
    """Keep a file. Raises RoundRuleError when the draw has one of this name: there is never a second."""
    put = insert(DrawFile).values(draw_id=draw_id, name=name, content=content, sha256=sha256(content).hexdigest())
    kept = uow.connection.execute(put.on_conflict_do_nothing().returning(DrawFile.name)).scalar()
    if kept is None:
        raise RoundRuleError(f"{draw_id} 已有 {name}，不會有第二份")


def content(uow: UnitOfWork, draw_id: str, name: str) -> bytes | None:
    """The bytes of a file, published or not."""
    wanted = select(DrawFile.content).where(DrawFile.draw_id == draw_id, DrawFile.name == name)
    found: bytes | None = uow.connection.execute(wanted).scalar()
    return bytes(found) if found is not None else None


def require(uow: UnitOfWork, draw_id: str, name: str) -> bytes:
    """The bytes of a file. Raises RoundRuleError when there is none yet."""
    data = content(uow, draw_id, name)
    if data is None:
        raise RoundRuleError(f"{draw_id} 還沒有 {name}")
    return data


def is_public(draw_id: str) -> bool:
    """Whether a draw of this name may ever be under /draws/: rehearsals (演練) may not."""
    return not coding.is_rehearsal(draw_id)


def publish(uow: UnitOfWork, draw_id: str, names: Sequence[str]) -> None:
    """Put files under /draws/. Raises RoundRuleError for a rehearsal (演練)."""
    if not is_public(draw_id):
        raise RoundRuleError("演練不會公開")
    rows = [{"draw_id": draw_id, "name": name} for name in names]
    uow.connection.execute(insert(DrawPublication).values(rows).on_conflict_do_nothing())


def published(uow: UnitOfWork, draw_id: str, name: str) -> bytes | None:
    """The bytes of a file under /draws/; None for what is not public."""
    shown = select(DrawFile.content).join(
        DrawPublication, (DrawPublication.draw_id == DrawFile.draw_id) & (DrawPublication.name == DrawFile.name)
    )
    found: bytes | None = uow.connection.execute(
        shown.where(DrawFile.draw_id == draw_id, DrawFile.name == name)
    ).scalar()
    return bytes(found) if found is not None else None


def public_names(uow: UnitOfWork) -> dict[str, list[str]]:
    """Every public draw with its files, the newest draw first."""
    rows = uow.connection.execute(
        select(DrawPublication.draw_id, DrawPublication.name).order_by(
            DrawPublication.draw_id.desc(), DrawPublication.name
        )
    )
    names: dict[str, list[str]] = {}
    for draw_id, name in rows:
        names.setdefault(draw_id, []).append(name)
    return names


def bind_verifier(uow: UnitOfWork, script: bytes) -> str:
    """Keep a verifier for good; returns its hash."""
    own = sha256(script).hexdigest()
    uow.connection.execute(insert(DrawVerifier).values(sha256=own, script=script).on_conflict_do_nothing())
    return own


def verifier(uow: UnitOfWork, digest: str) -> bytes | None:
    """A verifier that an announcement has bound."""
    found: bytes | None = uow.connection.execute(
        select(DrawVerifier.script).where(DrawVerifier.sha256 == digest)
    ).scalar()
    return bytes(found) if found is not None else None


def bound_verifier(uow: UnitOfWork, draw_id: str) -> bytes | None:
    """The verifier that a draw's announcement bound; None before it is announced."""
    announce = content(uow, draw_id, ANNOUNCE)
    return verifier(uow, parse_announcement(announce).verifier_sha256) if announce is not None else None


def previous_result(uow: UnitOfWork, row: PassRound) -> str:
    """prev_result_sha256: of the last result of this lot, kind and pass type; zeros for the first. Rehearsals apart."""
    same = (PassRound.lot == row.lot, PassRound.kind == row.kind, PassRound.pass_type == row.pass_type)
    rehearsal = PassRound.draw_id.startswith(coding.REHEARSAL)
    likewise = rehearsal if coding.is_rehearsal(row.draw_id) else ~rehearsal
    last = (
        select(DrawFile.sha256)
        .join(PassRound, PassRound.draw_id == DrawFile.draw_id)
        .where(DrawFile.name == RESULT, likewise, *same)
        .order_by(DrawFile.made_at.desc(), DrawFile.draw_id.desc())
    )
    return uow.connection.execute(last.limit(1)).scalar() or NO_HASH


def log_root(uow: UnitOfWork, round_id: uuid.UUID, commits: Sequence[str]) -> str:
    """The root over `commits` after checking that every nightly root is that of a beginning of them (§2.2).

    Raises RoundRuleError when one is not: the log was changed behind the service's back.
    """
    nightly = select(DrawLogRoot.day, DrawLogRoot.count, DrawLogRoot.root).where(DrawLogRoot.round_id == round_id)
    for day, count, root in uow.connection.execute(nightly.order_by(DrawLogRoot.day)):
        if count > len(commits) or merkle.root(commits[:count]) != root:
            raise RoundRuleError(f"登記紀錄與 {day} 的不同：有申請被更改、刪除或插入")
    return merkle.root(commits)


def nightly_roots(uow: UnitOfWork, draw_id: str) -> Sequence[tuple[str, int, str]]:
    """(day, count, root) of each midnight so far: published while registration is open."""
    rows = (
        select(func.to_char(DrawLogRoot.day, "YYYY-MM-DD"), DrawLogRoot.count, DrawLogRoot.root)
        .join(PassRound, PassRound.id == DrawLogRoot.round_id)
        .where(PassRound.draw_id == draw_id)
        .order_by(DrawLogRoot.day)
    )
    return [(day, count, root) for day, count, root in uow.connection.execute(rows)]
