"""Late entries (§2.11): a citizen wrongly left out of the list gets an extra place or an extra waiting rank, where the
draw's own seed and their commitment say. Nobody else moves, and nothing is drawn again.
"""

import re
from collections.abc import Sequence
from dataclasses import dataclass

from sqlalchemy import func, select

from domain.draw.allocation import Status, allocate
from domain.draw.coding import DrawFileError
from domain.draw.entry import Receipt
from domain.draw.listing import parse_list
from domain.draw.seed import late_rank
from domain.draw.steps import parse_steps
from domain.rounds import RoundRuleError, end_of_offer, places_of
from infra.database import UnitOfWork
from models.draw import DrawRank, LateEntry, Promotion, Seat
from models.passes import PassEntry, PassRound
from services import audit
from services.draws import files
from services.draws.waiting import require_drawn
from services.passes.application import Application
from services.passes.entries import Entries
from services.passes.lots import Lots
from services.passes.rounds import Rounds, note, round_now
from services.passes.rules import PassRules

LONGEST_DECISION = 100
_SEED = re.compile(rb"^seed=([0-9a-f]{64})$", re.MULTILINE)


@dataclass(frozen=True, slots=True, repr=False)
class LeftOut:
    """What a citizen wrongly left out brings. `decision`: the number of 政風's written decision."""

    receipt: Receipt
    wanted: Application
    decision: str


def late_entries(uow: UnitOfWork, draw_id: str) -> Sequence[tuple[LateEntry, str]]:
    """A round's late entries with their commitments, in the order of their admission: public."""
    found = select(LateEntry, PassEntry.commitment).join(PassEntry, PassEntry.id == LateEntry.entry_id)
    of_round = found.join(PassRound, PassRound.id == LateEntry.round_id).where(PassRound.draw_id == draw_id)
    return [(late, commitment) for late, commitment in uow.session.execute(of_round.order_by(LateEntry.late))]


class LateEntries:
    """wiring gives the rules, lots, rounds and entries."""

    def __init__(self, rules: PassRules, lots: Lots, rounds: Rounds, entries: Entries) -> None:
        self._rules = rules
        self._lots = lots
        self._rounds = rounds
        self._entries = entries

    def admit(self, uow: UnitOfWork, left_out: LeftOut, *, staff: str) -> LateEntry:
        """Put an entry in beside the list of a drawn round, where the seed says.

        Raises RoundRuleError: not drawn, no written decision, the receipt is not of this round, plate and number, or it
        is on the list or was admitted before.
        """
        row = self._rounds.locked(uow, left_out.wanted.draw_id)
        require_drawn(row)
        self._check(uow, row, left_out)
        entry = self._entry(uow, left_out)
        late = self._placed(uow, row, entry, left_out)
        uow.session.add(late)
        uow.session.flush()
        if late.seat_no is not None:
            deadline = max(row.pay_by, end_of_offer(round_now(uow, row), self._rules.offer_life))
            uow.session.add(
                Seat(
                    round_id=row.id,
                    no=late.seat_no,
                    place=late.place,
                    state="offered",
                    entry_id=entry.id,
                    pay_by=deadline,
                )
            )
        detail: audit.Detail = {
            "entry_no": entry.entry_no,
            "rank": late.rank,
            "status": late.status,
            "decision": late.decision,
        }
        note(uow, "late.admitted", row, staff, detail)
        return late

    def _check(self, uow: UnitOfWork, row: PassRound, left_out: LeftOut) -> None:
        receipt, wanted = left_out.receipt, left_out.wanted
        if not 0 < len(left_out.decision.strip()) <= LONGEST_DECISION:
            raise RoundRuleError(f"需要書面決定的文號，最多 {LONGEST_DECISION} 個字")
        try:
            proven = receipt.proves(wanted.plate.canonical, wanted.holder.national)
        except DrawFileError as error:
            raise RoundRuleError(f"收據不正確（{error}）") from None
        if receipt.draw_id != row.draw_id or not proven:
            raise RoundRuleError("這不是這一期、這個車牌與行動電話的收據")
        if self._lots.plan(uow, row, wanted.plan) is None:
            raise RoundRuleError(f"{row.draw_id} 沒有優惠方案 {wanted.plan}")
        if any(one.commit == receipt.commit for one in parse_list(files.require(uow, row.draw_id, files.LIST)).rows):
            raise RoundRuleError("這件申請已在登記清單上")

    def _entry(self, uow: UnitOfWork, left_out: LeftOut) -> PassEntry:
        """The entry as it is kept (one taken off the list by mistake), else a new one of the receipt."""
        kept = uow.session.scalar(select(PassEntry).where(PassEntry.commitment == left_out.receipt.commit))
        if kept is None:
            return self._entries.put_late(uow, left_out.wanted, left_out.receipt)
        if uow.session.get(LateEntry, kept.id) is not None:
            raise RoundRuleError("這件申請已經補列過")
        return kept

    def _placed(self, uow: UnitOfWork, row: PassRound, entry: PassEntry, left_out: LeftOut) -> LateEntry:
        """Where the seed puts it: as the draw would have placed it with this entry in, nobody else moved."""
        in_order = select(PassEntry.pool).join(DrawRank, DrawRank.entry_id == PassEntry.id)
        pools = list(uow.session.scalars(in_order.where(DrawRank.round_id == row.id).order_by(DrawRank.rank)))
        rank = late_rank(self._seed(uow, row), left_out.receipt.commit, len(pools))
        outcome = allocate([*pools[:rank], entry.pool, *pools[rank:]], parse_steps(row.steps), row.waitlist)[rank]
        of_round = LateEntry.round_id == row.id
        wins = outcome.status is Status.WON
        extra = select(func.count()).select_from(LateEntry).where(of_round, LateEntry.seat_no.is_not(None))
        last = select(func.max(Promotion.id)).where(Promotion.round_id == row.id)
        return LateEntry(
            entry_id=entry.id,
            round_id=row.id,
            late=(uow.session.scalar(select(func.max(LateEntry.late)).where(of_round)) or 0) + 1,
            rank=rank,
            status=outcome.status.value,
            no=0 if wins else outcome.no,
            place=outcome.place,
            seat_no=places_of(row.steps) + (uow.session.scalar(extra) or 0) + 1 if wins else None,
            log_after=uow.session.scalar(last) or 0,
            decision=left_out.decision.strip(),
        )

    def _seed(self, uow: UnitOfWork, row: PassRound) -> bytes:
        found = _SEED.search(files.require(uow, row.draw_id, files.RESULT))
        if found is None:
            raise RoundRuleError("抽籤結果沒有種子")
        return bytes.fromhex(found[1].decode())
