"""Who asked not to be kept, and who looked at what people wrote."""

import sqlalchemy as sa
from alembic import op

revision = "0003"
down_revision = "0002"


def upgrade() -> None:
    op.create_table(
        "opt_outs",
        sa.Column("subject", sa.String, primary_key=True),
        sa.Column("at", sa.BigInteger, nullable=False),
        sa.Column("reason", sa.Text, nullable=False),
    )
    op.create_table(
        "accesses",
        sa.Column("at", sa.BigInteger, primary_key=True),
        sa.Column("who", sa.String, primary_key=True),
        sa.Column("what", sa.String, primary_key=True),
        sa.Column("subject", sa.Text, nullable=False),
        sa.Column("found", sa.Integer, nullable=False),
    )


def downgrade() -> None:
    op.drop_table("accesses")
    op.drop_table("opt_outs")
