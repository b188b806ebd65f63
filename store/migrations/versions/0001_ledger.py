"""The ledger's first tables."""

import sqlalchemy as sa
from alembic import op

revision = "0001"
down_revision = None


def upgrade() -> None:
    op.create_table(
        "cursors",
        sa.Column("name", sa.String, primary_key=True),
        sa.Column("value", sa.Text, nullable=False),
    )
    op.create_table(
        "spans",
        sa.Column("source", sa.String, primary_key=True),
        sa.Column("since", sa.BigInteger, primary_key=True),
        sa.Column("until", sa.BigInteger, nullable=False, index=True),
        sa.Column("ok", sa.Boolean, nullable=False),
    )
    op.create_table(
        "silences",
        sa.Column("brand", sa.String, primary_key=True),
        sa.Column("until", sa.BigInteger, nullable=False),
        sa.Column("reason", sa.Text, nullable=False),
    )
    op.create_table(
        "quarantine",
        sa.Column("digest", sa.String(32), primary_key=True),
        sa.Column("reason", sa.Text, nullable=False),
        sa.Column("seen_at", sa.BigInteger, nullable=False, index=True),
        sa.Column("body", sa.Text, nullable=False),
    )
    _incidents()
    _cases()


def _incidents() -> None:
    op.create_table(
        "incidents",
        sa.Column("key", sa.String, primary_key=True),
        sa.Column("brand", sa.String, nullable=False),
        sa.Column("status", sa.String, nullable=False, index=True),
        sa.Column("opened_at", sa.BigInteger, nullable=False, index=True),
        sa.Column("body", sa.Text, nullable=False),
    )
    op.create_table(
        "notifications",
        sa.Column("key", sa.String, primary_key=True),
        sa.Column("incident", sa.String, nullable=False, index=True),
        sa.Column("receiver", sa.String, nullable=False),
        sa.Column("state", sa.String, nullable=False),
        sa.Column("attempts", sa.Integer, nullable=False),
        sa.Column("created_at", sa.BigInteger, nullable=False),
        sa.Column("retry_at", sa.BigInteger),
        sa.Column("body", sa.Text, nullable=False),
    )
    op.create_index("notifications_due", "notifications", ["state", "created_at"])


def _cases() -> None:
    op.create_table(
        "cases",
        sa.Column("key", sa.String, primary_key=True),
        sa.Column("brand", sa.String, nullable=False),
        sa.Column("author", sa.String, nullable=False),
        sa.Column("category", sa.String, nullable=False),
        sa.Column("chorus", sa.Boolean, nullable=False),
        sa.Column("status", sa.String, nullable=False),
        sa.Column("urgency", sa.Integer, nullable=False),
        sa.Column("first_seen", sa.BigInteger, nullable=False),
        sa.Column("due_at", sa.BigInteger, nullable=False),
        sa.Column("body", sa.Text, nullable=False),
    )
    op.create_index("cases_of_author", "cases", ["brand", "author", "first_seen"])
    op.create_index("cases_in_order", "cases", ["status", "urgency", "due_at"])
    op.create_table(
        "case_posts",
        sa.Column("brand", sa.String, primary_key=True),
        sa.Column("post", sa.String, primary_key=True),
        sa.Column("case_key", sa.String, nullable=False),
    )


def downgrade() -> None:
    for table in (
        "cursors",
        "spans",
        "silences",
        "quarantine",
        "incidents",
        "notifications",
        "cases",
        "case_posts",
    ):
        op.drop_table(table)
