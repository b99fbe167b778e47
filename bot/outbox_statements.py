"""The statements of the outbox pump. A row ends where `ended_at` is set, and only where it is still null."""

from domain.notices import Rank

# Due rows, what matters most first; each rank is one walk along ix_outbound_message_due, whatever waits for its hour.
FIND = f"""
WITH waiting AS MATERIALIZED (
  SELECT due.channel, due.lane FROM generate_series({min(Rank):d}, {max(Rank):d}) AS r(rank)
  CROSS JOIN LATERAL (
    SELECT channel, lane FROM {{table}}
    WHERE {{waiting}} AND rank = r.rank AND next_attempt_at <= now()
      AND NOT (channel || ':' || lane = ANY(%(in_hand)s))
    ORDER BY next_attempt_at LIMIT %(look)s
  ) AS due LIMIT %(look)s
), lanes AS MATERIALIZED (SELECT DISTINCT channel, lane FROM waiting)
SELECT channel, lane FROM lanes WHERE pg_try_advisory_lock(hashtextextended(channel || ':' || lane, %(lock)s))
"""  # noqa: S608 - names and numbers of our own

# A row that has not ended, where it is found by its id: said so that no index of all that waits can be walked instead,
# which a planner thinks cheap while nobody has counted the rows of a burst.
_OPEN = "COALESCE(o.ended_at, 'infinity') = 'infinity'"

# Rows of a lane that wait, in order. OFFSET 0 keeps other indexes out: walking those would read the backlog per lane.
_LANE = """(
    SELECT id, seq, answers, rank, next_attempt_at, first_failed_at, unclear_reply, reply_token, reply_until
    FROM outbound_message x WHERE x.channel = l.channel AND x.lane = l.lane AND x.ended_at IS NULL
    ORDER BY x.seq OFFSET 0
  )"""

# The next row of a lane: an earlier answer holds later rows, an earlier notice holds later notices, for 30 s at most
# after it has failed. A notice that waits for its hour holds nothing.
TAKE = f"""
UPDATE outbound_message AS o SET attempts = o.attempts + 1, unclear_reply = next.by_reply,
  first_push_at = CASE WHEN next.by_reply THEN o.first_push_at ELSE COALESCE(o.first_push_at, now()) END
FROM unnest(%s::text[], %s::text[]) AS l(channel, lane)
CROSS JOIN LATERAL (
  SELECT w.id, w.unclear_reply AS was_unclear, w.reply_token IS NOT NULL AND now() < w.reply_until AS by_reply
  FROM {_LANE} AS w
  WHERE w.next_attempt_at <= now() AND NOT EXISTS (
    SELECT 1 FROM {_LANE} AS p
    WHERE p.seq < w.seq AND p.next_attempt_at > now() AND (p.answers IS NOT NULL OR w.answers IS NULL)
      AND p.rank <= w.rank AND p.first_failed_at > now() - interval '30 seconds')
  ORDER BY w.rank, w.answers IS NULL, w.seq LIMIT 1
) AS next
WHERE o.id = next.id AND {_OPEN}
RETURNING o.channel, o.lane, o.id, o.body, o.reply_token, next.by_reply, next.was_unclear,
  o.attempts, o.first_push_at, now(), o.topic IS NOT NULL, o.recipients
"""  # noqa: S608 - all parts are this file's own

# A wait never passes the moment when later rows are let go: this one is tried once more before them. What was put off
# on purpose (`until`) waits as long as it was told, and was not attempted.
MARK = f"""
UPDATE outbound_message AS o SET
  attempts = CASE WHEN m.until IS NOT NULL AND o.attempts = 1 THEN 0 ELSE o.attempts END,
  first_push_at = CASE WHEN m.until IS NOT NULL AND o.attempts = 1 THEN NULL ELSE o.first_push_at END,
  ended_at = CASE WHEN m.outcome IS NOT NULL THEN now() END,
  outcome = m.outcome,
  recipients = CASE WHEN m.outcome IS NULL THEN o.recipients END,
  request_id = m.request_id,
  reply_token = CASE WHEN m.keep_token THEN o.reply_token END,
  unclear_reply = m.unclear,
  next_attempt_at = COALESCE(m.until, LEAST(
    now() + make_interval(secs => m.wait),
    NULLIF(GREATEST(COALESCE(o.first_failed_at, now()) + interval '30 seconds', now()), now()))),
  first_failed_at = CASE WHEN m.wait > 0 THEN COALESCE(o.first_failed_at, now()) ELSE o.first_failed_at END
FROM unnest(%s::uuid[], %s::text[], %s::text[], %s::bool[], %s::bool[], %s::float8[], %s::timestamptz[])
  AS m(id, outcome, request_id, keep_token, unclear, wait, until)
WHERE o.id = m.id AND {_OPEN}
"""  # noqa: S608

IN_WORDS = """
INSERT INTO outbound_message (id, channel, lane, answers, reply_token, reply_until, body, rank, topic, recipients)
SELECT gen_random_uuid(), channel, lane, answers, reply_token, reply_until, plain, rank, topic, recipients
FROM outbound_message WHERE id = ANY(%s) AND plain IS NOT NULL AND ended_at IS NULL RETURNING id
"""

# One of a multicast is nobody to LINE, which then sends none of it: each gets a push of their own.
SINGLY = """
INSERT INTO outbound_message (id, channel, lane, body, plain, rank, topic)
SELECT gen_random_uuid(), channel, recipient, body, plain, rank, topic
FROM outbound_message CROSS JOIN unnest(recipients) AS recipient
WHERE id = %s AND ended_at IS NULL RETURNING id, lane
"""
