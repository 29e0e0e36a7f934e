"""Alembic's way in: the connection, its transaction and its lock come from payerbot.ledger.upgrade."""

from __future__ import annotations

from alembic import context

from payerbot.ledger import tables

context.configure(
    connection=context.config.attributes["connection"],
    target_metadata=tables.metadata,
    render_as_batch=True,  # SQLite cannot alter a table in place
    transactional_ddl=True,
)
with context.begin_transaction():
    context.run_migrations()
