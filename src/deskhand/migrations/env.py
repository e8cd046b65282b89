"""Alembic's entry: runs on the connection that `migrations/run.py` hands in."""

from alembic import context

from deskhand.migrations.tables import METADATA

context.configure(
    connection=context.config.attributes["connection"],
    target_metadata=METADATA,
    render_as_batch=True,
    compare_type=True,
    transaction_per_migration=False,
)
with context.begin_transaction():
    context.run_migrations()
