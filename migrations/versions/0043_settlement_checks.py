"""What comparing a provider's settlement file with our books found, kept until a better file takes its place.

Revision ID: 0043_settlement_checks
Revises: 0042_cases_that_wait
"""

from alembic import op

revision = "0043_settlement_checks"
down_revision = "0042_cases_that_wait"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.execute("""
    CREATE TABLE settlement_check (
      provider varchar(20) NOT NULL,
      day date NOT NULL,
      ours bigint NOT NULL,
      theirs bigint NOT NULL,
      agreed integer NOT NULL,
      differing integer NOT NULL,
      differences jsonb NOT NULL,
      checked_by varchar(64) NOT NULL,
      checked_at timestamptz NOT NULL DEFAULT now(),
      CONSTRAINT pk_settlement_check PRIMARY KEY (provider, day)
    )
    """)
    op.execute("CREATE INDEX ix_settlement_check_checked_at ON settlement_check (checked_at)")


def downgrade() -> None:
    op.execute("DROP TABLE settlement_check")
