"""An applicant's own proof: the receipt again, and that its entry is on the list that is or was drawn from."""

import uuid
from dataclasses import dataclass

from domain.draw.inclusion import Inclusion, prove
from domain.draw.listing import parse_list
from domain.errors import CitizenMistakeError
from infra.database import UnitOfWork
from models.passes import PassEntry
from services.draws import files
from services.passes.entries import Entries


@dataclass(frozen=True, slots=True)
class Proof:
    """`receipt` as text: it opens the commitment, `inclusion` leads from there to the announced root."""

    receipt: str
    inclusion: Inclusion


class Proofs:
    """wiring gives the entries, which keep the salts."""

    def __init__(self, entries: Entries) -> None:
        self._entries = entries

    def of(self, uow: UnitOfWork, entry_id: uuid.UUID) -> Proof:
        """The proof of an entry on a frozen list. Raises CitizenMistakeError once its salt is deleted,
        RoundRuleError before the freeze, DrawFileError when it is not on the list.
        """
        entry = uow.session.get_one(PassEntry, entry_id)
        receipt = self._entries.receipt(uow, entry)
        if receipt is None:
            raise CitizenMistakeError("申訴期間已過，這筆申請的收據已刪除。")
        listed = parse_list(files.require(uow, receipt.draw_id, files.LIST))
        return Proof(receipt.text(), prove(listed, entry.entry_no))
