"""My data: downloads of what is held about a citizen, and leaving.

Revision ID: 0008_mydata
Revises: 0007_vehicles
"""

from alembic import op

revision = "0008_mydata"
down_revision = "0007_vehicles"
branch_labels = None
depends_on = None

DOWNLOAD = """
CREATE TABLE download (
    id         uuid NOT NULL CONSTRAINT pk_download PRIMARY KEY,
    channel    varchar(64) NOT NULL,
    citizen    varchar(64) NOT NULL,
    made_at    timestamptz NOT NULL DEFAULT now(),
    expires_at timestamptz NOT NULL,
    json_at    timestamptz,
    pdf_at     timestamptz
)
"""
LEAVING = """
CREATE TABLE leaving (
    id         uuid NOT NULL CONSTRAINT pk_leaving PRIMARY KEY,
    channel    varchar(64),
    citizen    varchar(64),
    asked_at   timestamptz NOT NULL DEFAULT now(),
    keep_until timestamptz NOT NULL,
    ended_at   timestamptz,
    outcome    varchar(10),
    CONSTRAINT ck_leaving_outcome CHECK (outcome IN ('erased', 'taken_back')),
    CONSTRAINT ck_leaving_ended CHECK ((ended_at IS NULL) = (outcome IS NULL)),
    CONSTRAINT ck_leaving_nobody CHECK ((ended_at IS NULL) = (citizen IS NOT NULL))
)
"""


def upgrade() -> None:
    op.execute(DOWNLOAD)
    op.execute("CREATE INDEX ix_download_expires_at ON download (expires_at)")
    op.execute(LEAVING)
    op.execute("CREATE UNIQUE INDEX uq_leaving_open ON leaving (channel, citizen) WHERE ended_at IS NULL")


def downgrade() -> None:
    op.drop_table("leaving")
    op.drop_table("download")
