"""How the house is doing, for /readyz, /metrics and alarms."""

from dataclasses import dataclass

from sqlalchemy import text

from infra.database import UnitOfWork

# One row; each part reads a partial index over what waits.
STATE = text(
    """
    SELECT
      coalesce(extract(epoch FROM now() - (SELECT min(received_at) FROM inbound_event WHERE done_at IS NULL)), 0),
      (SELECT count(*) FROM inbound_event WHERE done_at IS NULL),
      coalesce(extract(epoch FROM now() - (  -- a notice that waits for its hour is not late
        SELECT min(CASE WHEN attempts > 0 THEN coalesce(first_push_at, created_at) ELSE next_attempt_at END)
        FROM outbound_message
        WHERE ended_at IS NULL AND (attempts > 0 OR next_attempt_at <= now())
      )), 0),
      (SELECT count(*) FROM outbound_message WHERE ended_at IS NULL),
      extract(epoch FROM now() - (SELECT max(last_heartbeat) FROM procrastinate_workers)),
      (SELECT count(*) FROM procrastinate_jobs WHERE status = 'todo'),
      greatest(extract(epoch FROM now() - (  -- unknown since, or overdue to be asked; an ATM number may take days
        SELECT min(CASE WHEN state = 'started' THEN coalesce(next_ask_at, now()) ELSE started_at END)
        FROM attempt WHERE state IN ('started', 'confirming', 'unknown')
      )), 0),
      (SELECT count(*) FROM write_off WHERE staff_since IS NOT NULL),
      coalesce(extract(epoch FROM now() - (SELECT min(made_at) FROM write_off WHERE next_try_at IS NOT NULL)), 0)
    """
)


@dataclass(frozen=True, slots=True)
class State:
    """What waits, and since when, in seconds."""

    oldest_event_seconds: float
    events_waiting: int
    oldest_message_seconds: float
    messages_waiting: int
    worker_silent_seconds: float | None  # None: no worker has ever said that it lives
    jobs_waiting: int
    oldest_open_attempt_seconds: float
    write_offs_for_staff: int
    oldest_write_off_seconds: float  # of those that are sent; an agency that fetches takes its time


def state(uow: UnitOfWork) -> State:
    """The state at this moment, by the database's clock."""
    row = uow.connection.execute(STATE).one()
    return State(
        oldest_event_seconds=float(row[0]),
        events_waiting=int(row[1]),
        oldest_message_seconds=float(row[2]),
        messages_waiting=int(row[3]),
        worker_silent_seconds=None if row[4] is None else float(row[4]),
        jobs_waiting=int(row[5]),
        oldest_open_attempt_seconds=float(row[6]),
        write_offs_for_staff=int(row[7]),
        oldest_write_off_seconds=float(row[8]),
    )
