"""The ledger's tables. Columns hold what is asked for; `body` holds the whole record as JSON.

Times are whole microseconds since 1970 UTC: exact, and with one meaning in every database.
"""

from datetime import datetime

from sqlalchemy import (
    BigInteger,
    Boolean,
    Column,
    Dialect,
    Index,
    Integer,
    MetaData,
    String,
    Table,
    Text,
    TypeDecorator,
)

from store.encoding import instant, micros

# The newest script in store/migrations/versions; a ledger at it is opened without Alembic.
HEAD = "0004"


class Instant(TypeDecorator[datetime]):
    """An aware time, kept to the microsecond."""

    impl = BigInteger
    cache_ok = True

    def process_bind_param(self, value: datetime | None, dialect: Dialect) -> int | None:  # noqa: ARG002  # SQLAlchemy's signature
        """Return what the database keeps for `value`."""
        return None if value is None else micros(value)

    def process_result_value(self, value: int | None, dialect: Dialect) -> datetime | None:  # noqa: ARG002  # SQLAlchemy's signature
        """Return the UTC time that the database keeps as `value`."""
        return None if value is None else instant(value)


METADATA = MetaData()

cursors = Table(
    "cursors",
    METADATA,
    Column("name", String, primary_key=True),
    Column("value", Text, nullable=False),
)

spans = Table(
    "spans",
    METADATA,
    Column("source", String, primary_key=True),
    Column("since", Instant, primary_key=True),
    Column("until", Instant, nullable=False, index=True),
    Column("ok", Boolean, nullable=False),
)

incidents = Table(
    "incidents",
    METADATA,
    Column("key", String, primary_key=True),
    Column("brand", String, nullable=False),
    Column("status", String, nullable=False, index=True),
    Column("opened_at", Instant, nullable=False, index=True),
    Column("body", Text, nullable=False),
    # When the row was written, by the writer's clock; who follows changes looks back a little.
    Column("written_at", Instant, nullable=False, index=True),
)

notifications = Table(
    "notifications",
    METADATA,
    Column("key", String, primary_key=True),
    Column("incident", String, nullable=False, index=True),
    Column("receiver", String, nullable=False),
    Column("state", String, nullable=False),
    Column("attempts", Integer, nullable=False),
    Column("created_at", Instant, nullable=False),
    Column("retry_at", Instant),
    Column("body", Text, nullable=False),
    Index("notifications_due", "state", "created_at"),
)

cases = Table(
    "cases",
    METADATA,
    Column("key", String, primary_key=True),
    Column("brand", String, nullable=False),
    Column("author", String, nullable=False),
    Column("category", String, nullable=False),
    Column("chorus", Boolean, nullable=False),
    Column("status", String, nullable=False),
    Column("urgency", Integer, nullable=False),
    Column("first_seen", Instant, nullable=False),
    Column("due_at", Instant, nullable=False),
    Column("body", Text, nullable=False),
    Column("written_at", Instant, nullable=False, index=True),
    Index("cases_of_author", "brand", "author", "first_seen"),
    Index("cases_in_order", "status", "urgency", "due_at"),
)

case_posts = Table(
    "case_posts",
    METADATA,
    Column("brand", String, primary_key=True),
    Column("post", String, primary_key=True),
    Column("case_key", String, nullable=False),
)

quarantine = Table(
    "quarantine",
    METADATA,
    Column("digest", String(32), primary_key=True),
    Column("reason", Text, nullable=False),
    Column("seen_at", Instant, nullable=False, index=True),
    Column("body", Text, nullable=False),
)

silences = Table(
    "silences",
    METADATA,
    Column("brand", String, primary_key=True),
    Column("until", Instant, nullable=False),
    Column("reason", Text, nullable=False),
)

dead_letters = Table(
    "dead_letters",
    METADATA,
    # The index; that is a word of SQL.
    Column("place", String, primary_key=True),
    Column("document", String, primary_key=True),
    Column("reason", Text, nullable=False),
    Column("body", Text, nullable=False),
    Column("first_seen", Instant, nullable=False),
    Column("last_seen", Instant, nullable=False),
    Column("attempts", Integer, nullable=False),
    Index("dead_letters_seen", "first_seen"),
)

opt_outs = Table(
    "opt_outs",
    METADATA,
    Column("subject", String, primary_key=True),
    Column("at", Instant, nullable=False),
    Column("reason", Text, nullable=False),
)

accesses = Table(
    "accesses",
    METADATA,
    Column("at", Instant, primary_key=True),
    Column("who", String, primary_key=True),
    Column("what", String, primary_key=True),
    Column("subject", Text, nullable=False),
    Column("found", Integer, nullable=False),
)

# What people did; rows are only ever added. The key comes from who did it, the place from the log.
actions = Table(
    "actions",
    METADATA,
    Column("key", String, primary_key=True),
    Column("seq", BigInteger, nullable=False, unique=True),
    Column("subject", String, nullable=False),
    Column("kind", String, nullable=False),
    Column("actor", String, nullable=False),
    Column("at", Instant, nullable=False, index=True),
    Column("body", Text, nullable=False),
    Index("actions_of_subject", "subject", "seq"),
)
