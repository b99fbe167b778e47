"""The job queue: Procrastinate 3.10.0's own schema, kept beside this file so that history stays what it was.

Revision ID: 0005_queue
Revises: 0004_lookups
"""

from pathlib import Path

from alembic import op

revision = "0005_queue"
down_revision = "0004_lookups"
branch_labels = None
depends_on = None

SCHEMA = Path(__file__).with_suffix(".sql")


def upgrade() -> None:
    # Straight to the driver: the text has many statements, and percent signs that are no parameters.
    op.get_bind().connection.driver_connection.execute(SCHEMA.read_text())


def downgrade() -> None:
    for table in ("events", "periodic_defers", "jobs", "workers"):
        op.execute(f"DROP TABLE procrastinate_{table} CASCADE")
    op.execute(
        """
        DO $$ DECLARE routine regprocedure; BEGIN
          FOR routine IN SELECT oid::regprocedure FROM pg_proc WHERE proname LIKE 'procrastinate\\_%' LOOP
            EXECUTE 'DROP FUNCTION ' || routine || ' CASCADE';
          END LOOP;
        END $$
        """
    )
    op.execute("DROP TYPE procrastinate_job_to_defer_v1, procrastinate_job_event_type, procrastinate_job_status")
