# SPDX-FileCopyrightText: 2026 The maildesk authors
# SPDX-License-Identifier: EUPL-1.2
"""The schema of the database: made and brought up to date by alembic, in one transaction, when maildesk opens it."""

from __future__ import annotations

from pathlib import Path

from sqlalchemy import Connection, inspect

from maildesk.errors import StoreUnusable

HEAD = "0007"  # the newest of migrations/versions; alembic is slow to import, so it is asked only when this differs
KNOWN = ("0001", "0002", "0003", "0004", "0005", "0006", "0007")


def schema_version(connection: Connection) -> str:
    """The revision of the database, or an empty string for a new one."""
    if not inspect(connection).has_table("alembic_version"):
        return ""
    return str(connection.exec_driver_sql("SELECT version_num FROM alembic_version").scalar() or "")


def needs_migration(version: str) -> bool:
    """Raises StoreUnusable if the schema is from a newer maildesk: writing to it could destroy what we do not know."""
    if version and version not in KNOWN:
        raise StoreUnusable(
            f"the database was made by a newer maildesk (schema {version}, this one knows {HEAD}): install that version again"
        )
    return version != HEAD


def migrate(connection: Connection) -> None:
    """Brings the schema up to date inside the transaction of `connection`: old or new, never between."""
    if not needs_migration(schema_version(connection)):
        return
    from alembic import command
    from alembic.config import Config

    config = Config()
    config.set_main_option("script_location", str(Path(__file__).parent / "migrations"))
    config.attributes["connection"] = connection
    command.upgrade(config, "head")
