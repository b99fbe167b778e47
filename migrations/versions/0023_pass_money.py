"""Passes are paid here: an order line is a bill or a pass; extra places of those wrongly left out (§2.11); sold places
never exceed the announced and these.

Revision ID: 0023_pass_money
Revises: 0022_watch
"""

from alembic import op

revision = "0023_pass_money"
down_revision = "0022_watch"
branch_labels = None
depends_on = None

LINE = """
ALTER TABLE order_line
    ADD COLUMN entry_id uuid CONSTRAINT fk_order_line_entry_id_pass_entry REFERENCES pass_entry (id),
    ADD COLUMN about jsonb,
    DROP CONSTRAINT ck_order_line_type,
    ADD CONSTRAINT ck_order_line_type CHECK (type IN ('bill','notice','pass')),
    ADD CONSTRAINT ck_order_line_pass CHECK (
        (type = 'pass') = (entry_id IS NOT NULL) AND (type = 'pass') = (about IS NOT NULL)
        AND (type <> 'pass' OR number = entry_id::text));
CREATE INDEX ix_order_line_entry_id ON order_line (entry_id) WHERE entry_id IS NOT NULL;
ALTER TABLE refund_due
    DROP CONSTRAINT ck_refund_due_reason,
    ADD CONSTRAINT ck_refund_due_reason CHECK (reason IN ('late','double','lost'));
"""
LATE = """
ALTER TABLE pass_entry
    DROP CONSTRAINT ck_pass_entry_state,
    ADD CONSTRAINT ck_pass_entry_state CHECK (state IN ('live','WITHDRAWN','CHANGED','PLATE-TWICE','OVER-LIMIT',
        'INELIGIBLE','BOUGHT-FIRST','LEFT','LATE'));
CREATE TABLE late_entry (
    entry_id   uuid NOT NULL CONSTRAINT pk_late_entry PRIMARY KEY,
    round_id   uuid NOT NULL CONSTRAINT fk_late_entry_round_id_pass_round REFERENCES pass_round (id),
    late       integer NOT NULL CONSTRAINT ck_late_entry_late CHECK (late > 0),
    rank       integer NOT NULL,
    status     varchar(1) NOT NULL CONSTRAINT ck_late_entry_status CHECK (status IN ('W','B','X')),
    no         integer NOT NULL,
    place      varchar(8) NOT NULL,
    seat_no    integer,
    decision   varchar(100) NOT NULL,
    decided_at timestamptz NOT NULL DEFAULT now(),
    CONSTRAINT fk_late_entry_entry_id_pass_entry FOREIGN KEY (entry_id) REFERENCES pass_entry (id),
    CONSTRAINT ck_late_entry_seat CHECK ((status = 'W') = (seat_no IS NOT NULL))
);
CREATE UNIQUE INDEX uq_late_entry_late ON late_entry (round_id, late);
CREATE UNIQUE INDEX uq_late_entry_seat_no ON late_entry (round_id, seat_no) WHERE seat_no IS NOT NULL;
CREATE TRIGGER never_changed BEFORE UPDATE OR DELETE OR TRUNCATE ON late_entry
    FOR EACH STATEMENT EXECUTE FUNCTION parkline_never_changed();
ALTER TABLE promotion
    ADD COLUMN promoted_late integer,
    ADD CONSTRAINT ck_promotion_promoted CHECK (promoted IS NULL OR promoted_late IS NULL);
"""
FORGETTABLE = "ARRAY['salt', 'holder', 'holder_hash', 'name', 'landline', 'channel', 'citizen']"
ENTRY_GUARD = """
CREATE OR REPLACE FUNCTION parkline_entry_guard() RETURNS trigger LANGUAGE plpgsql AS $$
DECLARE
    phase_now text;
    forgettable text[] := {forgettable};
BEGIN
    SELECT phase INTO phase_now FROM pass_round WHERE id = coalesce(NEW.round_id, OLD.round_id);
    IF phase_now <> 'open'
        AND (TG_OP <> 'UPDATE' OR to_jsonb(NEW) - forgettable <> to_jsonb(OLD) - forgettable){late} THEN
        RAISE EXCEPTION 'the list of this round is frozen' USING ERRCODE = 'integrity_constraint_violation';
    END IF;
    IF TG_OP = 'UPDATE' AND (NEW.commitment, NEW.entry_no, NEW.log_index, NEW.round_id)
        IS DISTINCT FROM (OLD.commitment, OLD.entry_no, OLD.log_index, OLD.round_id) THEN
        RAISE EXCEPTION 'an entry stays what was committed to' USING ERRCODE = 'integrity_constraint_violation';
    END IF;
    RETURN coalesce(NEW, OLD);
END $$
"""
# Somebody wrongly left out is kept beside the list, after the draw.
LATE_ALLOWED = """
        AND NOT (TG_OP = 'INSERT' AND NEW.state = 'LATE' AND phase_now IN ('drawn', 'published'))"""
SEAT_GUARD = """
CREATE OR REPLACE FUNCTION parkline_seat_guard() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF TG_OP = 'DELETE' THEN
        RAISE EXCEPTION 'places are never deleted' USING ERRCODE = 'integrity_constraint_violation';
    END IF;
{counted}    IF NEW.entry_id IS NOT NULL AND (TG_OP = 'INSERT' OR NEW.entry_id IS DISTINCT FROM OLD.entry_id)
        AND NOT EXISTS (
            SELECT FROM draw_rank r WHERE r.entry_id = NEW.entry_id AND r.round_id = NEW.round_id
            AND (r.status = 'W' AND r.no = NEW.no OR r.status = 'B' AND EXISTS (
                SELECT FROM promotion p WHERE p.round_id = r.round_id AND p.promoted = r.no))){late} THEN
        RAISE EXCEPTION 'this entry has neither won the place nor been promoted'
            USING ERRCODE = 'integrity_constraint_violation';
    END IF;
    RETURN NEW;
END $$
"""
# As many places as were announced, and one more for each late entry that would have won: a place is sold once, so no
# more can ever be sold.
COUNTED = """\
    IF TG_OP = 'UPDATE' AND (NEW.round_id, NEW.no) IS DISTINCT FROM (OLD.round_id, OLD.no) THEN
        RAISE EXCEPTION 'a place stays what it is' USING ERRCODE = 'integrity_constraint_violation';
    END IF;
    IF TG_OP = 'INSERT' AND NEW.no NOT BETWEEN 1 AND (
            SELECT sum(split_part(step, ':', 2)::integer)
            FROM pass_round CROSS JOIN unnest(string_to_array(steps, ',')) AS step WHERE id = NEW.round_id)
        AND NOT EXISTS (SELECT FROM late_entry l WHERE l.round_id = NEW.round_id AND l.seat_no = NEW.no) THEN
        RAISE EXCEPTION 'no more places than were announced' USING ERRCODE = 'integrity_constraint_violation';
    END IF;
"""
LATE_HOLDER = """
        AND NOT EXISTS (
            SELECT FROM late_entry l WHERE l.entry_id = NEW.entry_id AND l.round_id = NEW.round_id
            AND (l.seat_no = NEW.no OR l.status = 'B' AND EXISTS (
                SELECT FROM promotion p WHERE p.round_id = l.round_id AND p.promoted_late = l.late)))"""


def upgrade() -> None:
    op.execute(LINE)
    op.execute(LATE)
    op.execute(ENTRY_GUARD.format(forgettable=FORGETTABLE, late=LATE_ALLOWED))
    op.execute(SEAT_GUARD.format(counted=COUNTED, late=LATE_HOLDER))


def downgrade() -> None:
    op.execute(SEAT_GUARD.format(counted="", late=""))
    op.execute(ENTRY_GUARD.format(forgettable=FORGETTABLE, late=""))
    op.execute("ALTER TABLE promotion DROP CONSTRAINT ck_promotion_promoted, DROP COLUMN promoted_late")
    op.drop_table("late_entry")
    op.execute(
        "ALTER TABLE pass_entry DROP CONSTRAINT ck_pass_entry_state, ADD CONSTRAINT ck_pass_entry_state CHECK (state IN"
        " ('live','WITHDRAWN','CHANGED','PLATE-TWICE','OVER-LIMIT','INELIGIBLE','BOUGHT-FIRST','LEFT'))"
    )
    op.execute(
        "ALTER TABLE refund_due DROP CONSTRAINT ck_refund_due_reason,"
        " ADD CONSTRAINT ck_refund_due_reason CHECK (reason IN ('late','double'))"
    )
    op.execute(
        "ALTER TABLE order_line DROP CONSTRAINT ck_order_line_pass, DROP CONSTRAINT ck_order_line_type,"
        " ADD CONSTRAINT ck_order_line_type CHECK (type IN ('bill','notice')), DROP COLUMN entry_id, DROP COLUMN about"
    )
