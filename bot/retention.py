"""What the two queues forget, and when (design/architecture.md, rule 7). Each sweep is safe to run twice."""

from infra.database import UnitOfWork

DIALOG_MINUTES = 10  # Redis has had the state long since; this copy is for a kill right after a commit
SET_ASIDE_DAYS = 7  # staff may have a set-aside event run again for so long
EVENT_DAYS = 30  # ids, so that a late duplicate is still known
BODY_DAYS = 7
ROWS_AT_ONCE = 5000  # short transactions: a sweep never holds up the pumps

SWEEPS = (
    (
        "UPDATE inbound_event SET dialog_state = NULL WHERE event_id IN (SELECT event_id FROM inbound_event "
        "WHERE dialog_state IS NOT NULL AND done_at < now() - make_interval(mins => %s) LIMIT %s)",
        DIALOG_MINUTES,
    ),
    (
        "UPDATE inbound_event SET payload = NULL WHERE event_id IN (SELECT event_id FROM inbound_event "
        "WHERE payload IS NOT NULL AND done_at < now() - make_interval(days => %s) LIMIT %s)",
        SET_ASIDE_DAYS,
    ),
    (
        "DELETE FROM inbound_event WHERE event_id IN (SELECT event_id FROM inbound_event "
        "WHERE received_at < now() - make_interval(days => %s) AND done_at IS NOT NULL LIMIT %s)",
        EVENT_DAYS,
    ),
    (
        "UPDATE outbound_message SET body = NULL, plain = NULL WHERE id IN (SELECT id FROM outbound_message "
        "WHERE body IS NOT NULL AND ended_at < now() - make_interval(days => %s) LIMIT %s)",
        BODY_DAYS,
    ),
)

ROW_DAYS = 90  # 通知紀錄: what was sent to a citizen in so many days
PRUNE = (
    "DELETE FROM outbound_message WHERE id IN (SELECT id FROM outbound_message "
    "WHERE ended_at < now() - make_interval(days => %s) LIMIT %s)"
)


def sweep(uow: UnitOfWork) -> int:
    """Forget a batch of everything that is due; returns how many rows were touched (0: nothing is left to forget)."""
    return sum(
        max(uow.driver.execute(statement.encode(), (age, ROWS_AT_ONCE)).rowcount, 0) for statement, age in SWEEPS
    )


def prune(uow: UnitOfWork) -> int:
    """Delete a batch of messages too old to be listed. Reads the whole table: once a night, not every minute."""
    return max(uow.driver.execute(PRUNE, (ROW_DAYS, ROWS_AT_ONCE)).rowcount, 0)
