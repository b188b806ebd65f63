"""Run by Alembic: the scripts work on the connection and in the transaction of the caller."""

from alembic import context

from store.ledger.schema import METADATA

context.configure(
    connection=context.config.attributes["connection"],
    target_metadata=METADATA,
    transactional_ddl=True,
)
context.run_migrations()
