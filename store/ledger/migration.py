"""Bringing a ledger's schema up to date with Alembic, in one transaction."""

from alembic import command
from alembic.config import Config
from alembic.migration import MigrationContext
from alembic.script import ScriptDirectory
from sqlalchemy import Connection

from store.errors import StoreTooNew


def upgrade(connection: Connection, place: str) -> None:
    """Run the scripts that the database behind `connection` lacks, inside its transaction.

    The caller holds the lock for writing, so that of two that open at once one finds it done.

    Raises:
        StoreTooNew: the schema is none that this program knows.
    """
    config = Config()
    config.set_main_option("script_location", "store:migrations")
    config.attributes["connection"] = connection
    present = MigrationContext.configure(connection).get_current_revision()
    known = {script.revision for script in ScriptDirectory.from_config(config).walk_revisions()}
    if present is not None and present not in known:
        raise StoreTooNew(f"{place} has schema {present}, unknown to this program: upgrade fengsui")
    command.upgrade(config, "head")
