"""A place of a round is its winner's, or whose promotion the public log holds, whoever writes.

Revision ID: 0014_places
Revises: 0013_refunds
"""

from alembic import op

revision = "0014_places"
down_revision = "0013_refunds"
branch_labels = None
depends_on = None

GUARD = """
CREATE FUNCTION parkline_seat_guard() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF TG_OP = 'DELETE' THEN
        RAISE EXCEPTION 'places are never deleted' USING ERRCODE = 'integrity_constraint_violation';
    END IF;
    IF NEW.entry_id IS NOT NULL AND (TG_OP = 'INSERT' OR NEW.entry_id IS DISTINCT FROM OLD.entry_id)
        AND NOT EXISTS (
            SELECT FROM draw_rank r WHERE r.entry_id = NEW.entry_id AND r.round_id = NEW.round_id
            AND (r.status = 'W' AND r.no = NEW.no OR r.status = 'B' AND EXISTS (
                SELECT FROM promotion p WHERE p.round_id = r.round_id AND p.promoted = r.no))) THEN
        RAISE EXCEPTION 'this entry has neither won the place nor been promoted'
            USING ERRCODE = 'integrity_constraint_violation';
    END IF;
    RETURN NEW;
END $$
"""


def upgrade() -> None:
    op.execute(GUARD)
    op.execute(
        "CREATE TRIGGER won_or_promoted BEFORE INSERT OR UPDATE OR DELETE ON pass_seat"
        " FOR EACH ROW EXECUTE FUNCTION parkline_seat_guard()"
    )


def downgrade() -> None:
    op.execute("DROP TRIGGER won_or_promoted ON pass_seat")
    op.execute("DROP FUNCTION parkline_seat_guard()")
