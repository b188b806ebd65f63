"""Documents that a search server refused for good, and when incidents and cases were written."""

import sqlalchemy as sa
from alembic import op

revision = "0002"
down_revision = "0001"


def upgrade() -> None:
    op.create_table(
        "dead_letters",
        sa.Column("place", sa.String, primary_key=True),
        sa.Column("document", sa.String, primary_key=True),
        sa.Column("reason", sa.Text, nullable=False),
        sa.Column("body", sa.Text, nullable=False),
        sa.Column("first_seen", sa.BigInteger, nullable=False),
        sa.Column("last_seen", sa.BigInteger, nullable=False),
        sa.Column("attempts", sa.Integer, nullable=False),
        sa.Index("dead_letters_seen", "first_seen"),
    )
    for table in ("incidents", "cases"):
        # Rows from before have changed before everything that anybody has followed.
        column = sa.Column("written_at", sa.BigInteger, nullable=False, server_default="0")
        op.add_column(table, column)
        op.create_index(f"ix_{table}_written_at", table, ["written_at"])


def downgrade() -> None:
    for table in ("incidents", "cases"):
        op.drop_index(f"ix_{table}_written_at", table)
        op.drop_column(table, "written_at")
    op.drop_table("dead_letters")
