"""The statements of the inbox pump. An event ends where `done_at` is set, and only where it is still null."""

TAKE = """
UPDATE inbound_event AS e SET attempts = GREATEST(e.attempts, 1), payload = CASE WHEN EXISTS (
  SELECT FROM inbound_event u WHERE u.takes_back = e.message_id AND u.channel = e.channel
) THEN NULL ELSE e.payload END
FROM unnest(%s::text[], %s::text[]) AS l(channel, lane)
CROSS JOIN LATERAL (
  SELECT i.event_id, i.attempts + 1 AS attempt, i.questions FROM inbound_event i
  WHERE i.channel = l.channel AND i.lane = l.lane AND i.done_at IS NULL
  ORDER BY i.happened_at, i.seq LIMIT 1
) AS first
LEFT JOIN LATERAL (
  SELECT j.dialog_state FROM inbound_event j
  WHERE j.channel = l.channel AND j.lane = l.lane AND j.dialog_state IS NOT NULL
  ORDER BY j.dialog_version DESC LIMIT 1
) AS dialog ON true
WHERE e.event_id = first.event_id AND e.next_attempt_at <= now()
RETURNING e.channel, e.lane, e.event_id, e.payload, first.attempt, first.questions, e.received_at, dialog.dialog_state
"""

BEGIN_AGAIN = "UPDATE inbound_event SET attempts = %s WHERE event_id = %s AND done_at IS NULL"
ASK_AGAIN = """
UPDATE inbound_event SET attempts = attempts - 1, questions = questions + 1 WHERE event_id = %s AND done_at IS NULL
"""  # many events wait for answers at once: a kill meanwhile says little about any one of them

# Of several events and all they say; how many of them were still to be done. Bodies in binary: as text they would be
# twice as long.
DONE = """
WITH done AS (
  UPDATE inbound_event AS i SET done_at = now(), dialog_version = e.dialog_version, dialog_state = e.dialog_state,
    failure = %s, set_aside_at = CASE WHEN %s THEN now() END, payload = CASE WHEN %s THEN i.payload END
  FROM unnest(%s::text[], %s::bigint[], %b::bytea[]) AS e(event_id, dialog_version, dialog_state)
  WHERE i.event_id = e.event_id AND i.done_at IS NULL RETURNING i.event_id, i.channel, i.lane
), said AS (
  INSERT INTO outbound_message (id, channel, lane, answers, reply_token, reply_until, body, plain)
  SELECT m.id, done.channel, done.lane, done.event_id, m.reply_token, m.reply_until, m.body, m.plain
  FROM done JOIN unnest(%s::text[], %s::uuid[], %s::text[], %s::timestamptz[], %b::bytea[], %b::bytea[])
    WITH ORDINALITY AS m(event_id, id, reply_token, reply_until, body, plain, position) USING (event_id)
  ORDER BY m.position
)
SELECT count(*) FROM done
"""

FAILED = """
UPDATE inbound_event SET failure = %s, next_attempt_at = now() + make_interval(secs => %s)
WHERE channel = %s AND lane = %s AND done_at IS NULL
"""  # the whole lane: nobody overtakes the event that waits for its next attempt
