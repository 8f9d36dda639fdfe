# SPDX-FileCopyrightText: 2026 The maildesk authors
# SPDX-License-Identifier: EUPL-1.2
"""alembic's entry: runs on the connection, and in the transaction, that `migration` hands over."""

from alembic import context
from sqlmodel import SQLModel

from maildesk.adapters.store import tables

context.configure(
    connection=context.config.attributes["connection"],
    target_metadata=SQLModel.metadata,
    render_as_batch=True,
    transaction_per_migration=False,
)
assert tables  # noqa: S101  # imported for its metadata
context.run_migrations()
