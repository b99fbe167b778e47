"""What made an entry a person's is forgotten once nobody can complain any more: its commitment then tells nothing."""

from datetime import timedelta

from sqlalchemy import text

from infra.database import UnitOfWork
from services.passes.rules import PassRules

AT_ONCE = 5_000
# The salt goes with the person (docs/draw-protocol.md, "Privacy"); the plate stays for the lot's books, tied to nobody.
_FORGET = text("""
WITH over AS (
    SELECT pass_entry.id FROM pass_entry JOIN pass_round ON pass_round.id = round_id
    WHERE ends_on < (now() AT TIME ZONE 'Asia/Taipei')::date - :days
      AND (salt IS NOT NULL OR holder IS NOT NULL OR name IS NOT NULL OR landline IS NOT NULL)
    LIMIT :most
)
UPDATE pass_entry SET salt = NULL, holder = NULL, holder_hash = NULL, name = NULL, landline = NULL
FROM over WHERE pass_entry.id = over.id
""")
# What was shown for a plan, and why it was judged so, goes with them: of every round, drawn or not.
_PHOTOS = text("""
WITH over AS (
    SELECT qualification_photo.id FROM qualification_photo
    JOIN qualification ON qualification.id = qualification_id
    JOIN pass_entry ON pass_entry.id = entry_id JOIN pass_round ON pass_round.id = round_id
    WHERE ends_on < (now() AT TIME ZONE 'Asia/Taipei')::date - :days
    LIMIT :most
)
DELETE FROM qualification_photo USING over WHERE qualification_photo.id = over.id
""")
# What an applicant has unsent in LINE (收回) is gone here as well.
_TAKEN_BACK = text("""
DELETE FROM qualification_photo USING inbound_event WHERE takes_back = qualification_photo.message_id
""")
_REASONS = text("""
UPDATE qualification SET reason = NULL FROM pass_entry JOIN pass_round ON pass_round.id = round_id
WHERE pass_entry.id = entry_id AND reason IS NOT NULL
  AND ends_on < (now() AT TIME ZONE 'Asia/Taipei')::date - :days
""")


class Forgetting:
    """For the schedule."""

    def __init__(self, rules: PassRules) -> None:
        self._kept_for: timedelta = rules.complaint_period

    def forget(self, uow: UnitOfWork) -> int:
        """One batch of what is over its complaint period (申訴期間, from the last day of use); says how many rows."""
        values = {"days": self._kept_for.days, "most": AT_ONCE}
        uow.connection.execute(_REASONS, values)
        return sum(uow.connection.execute(each, values).rowcount for each in (_PHOTOS, _FORGET))

    def taken_back(self, uow: UnitOfWork) -> int:
        """Photos that were unsent; says how many."""
        return uow.connection.execute(_TAKEN_BACK).rowcount
