"""Words and limits of the agencies' API. docs/agencies.md tells them to agencies."""

import re
from datetime import timedelta
from enum import StrEnum

MOST_ROWS = 10_000  # of one batch
MOST_BATCH_BYTES = 16 * 1024 * 1024
MOST_PAGE = 1_000  # write-offs, or passes, of one answer
KEPT_ANSWERS = timedelta(days=2)  # an Idempotency-Key is known so long
BILL_NUMBER = re.compile(r"[A-Z0-9]{1,40}")


class Scope(StrEnum):
    """What a key may be used for."""

    BILLS = "bills"
    WRITE_OFFS = "write_offs"
    CASES = "cases"
    HOLDERS = "holders"
    MEMBERS = "members"  # of the agency's own site, who link their account with the chat
    PASSES = "passes"  # of one lot: written passes:LOT


class RowResult(StrEnum):
    """What became of one row of a batch."""

    TAKEN = "taken"  # it was not there
    CHANGED = "changed"
    UNCHANGED = "unchanged"
    STALE = "stale"  # older than what is there
    PAID_HERE = "paid_here"  # kept as it was paid; a write-off tells or has told it
    REFUSED = "refused"  # with a reason


class Stage(StrEnum):
    """承辦進度: how far a case is."""

    RECEIVED = "received"
    IN_PROGRESS = "in_progress"
    DOCUMENTS_NEEDED = "documents_needed"
    CLOSED = "closed"
    REJECTED = "rejected"
