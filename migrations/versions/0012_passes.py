"""Monthly passes and their draw: lots, rounds, entries, files, ranks, places, promotions, and the guards of them.

Revision ID: 0012_passes
Revises: 0011_attempt_form
"""

from pathlib import Path

from alembic import op

revision = "0012_passes"
down_revision = "0011_attempt_form"
branch_labels = None
depends_on = None

SCHEMA = Path(__file__).with_suffix(".sql")
TABLES = (
    "draw_recipient", "promotion", "pass_seat", "draw_rank", "draw_log_root", "draw_verifier", "draw_publication",
    "draw_file", "office_day", "priority_window", "pass_entry", "pass_round", "lot_plan", "lot",
)  # fmt: skip
GUARDS = ("never_changed", "no_rehearsal", "entry_guard", "round_guard")


def upgrade() -> None:
    # Straight to the driver: the text has many statements, and percent signs that are no parameters.
    op.get_bind().connection.driver_connection.execute(SCHEMA.read_text())


def downgrade() -> None:
    for table in TABLES:
        op.drop_table(table)
    for guard in GUARDS:
        op.execute(f"DROP FUNCTION parkline_{guard}()")
