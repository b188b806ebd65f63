"""What people do with incidents, cases, silences and posts."""

import sqlalchemy as sa
from alembic import op

revision = "0004"
down_revision = "0003"


def upgrade() -> None:
    op.create_table(
        "actions",
        sa.Column("key", sa.String, primary_key=True),
        sa.Column("seq", sa.BigInteger, nullable=False, unique=True),
        sa.Column("subject", sa.String, nullable=False),
        sa.Column("kind", sa.String, nullable=False),
        sa.Column("actor", sa.String, nullable=False),
        sa.Column("at", sa.BigInteger, nullable=False, index=True),
        sa.Column("body", sa.Text, nullable=False),
        sa.Index("actions_of_subject", "subject", "seq"),
    )


def downgrade() -> None:
    op.drop_table("actions")
