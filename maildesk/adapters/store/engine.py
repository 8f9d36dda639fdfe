# SPDX-FileCopyrightText: 2026 The maildesk authors
# SPDX-License-Identifier: EUPL-1.2
"""The connection to the database: how SQLite is set up, how transactions begin, and what its errors mean to us."""

from __future__ import annotations

import errno
import os
import sqlite3
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import Any

from sqlalchemy import Connection, Engine, create_engine, event
from sqlalchemy.exc import DBAPIError, IntegrityError
from sqlalchemy.pool import QueuePool

from maildesk import faults
from maildesk.errors import DiskTrouble, MaildeskError, StoreBusy, StoreReplaced, StoreUnusable, Unrecordable

BUSY_SECONDS = 75  # a backup or a report may hold the database for a minute; the pass waits rather than fails
QUICK_CHECK_BYTES_MAX = 1024**3
READING = {"maildesk_reading": True}
_CHANGES_NOTHING = ("SELECT", "PRAGMA", "BEGIN", "SAVEPOINT", "RELEASE")


def open_engine(file: Path) -> Engine:
    """An engine on a SQLite file that is made, with mode 0600 in a folder of mode 0700, if it is not there."""
    with translated():
        _make_private(file)
        engine = create_engine(
            f"sqlite:///{file}",
            poolclass=QueuePool,
            pool_size=4,
            connect_args={"timeout": BUSY_SECONDS, "check_same_thread": False},
        )
        event.listen(engine, "connect", _on_connect)
        event.listen(engine, "begin", _on_begin)
        _notice_replacement(engine, file)
        if faults.is_on():
            _count_steps(engine)
        return engine


def _count_steps(engine: Engine) -> None:
    """For tests: every statement that changes something is a step before and after it, and so is a commit (see `writing`)."""

    def before(_connection: Connection, _cursor: Any, statement: str, *_more: Any) -> None:
        if not statement.lstrip().upper().startswith(_CHANGES_NOTHING):
            faults.at(f"before: {_what(statement)}")

    def after(_connection: Connection, _cursor: Any, statement: str, *_more: Any) -> None:
        if not statement.lstrip().upper().startswith(_CHANGES_NOTHING):
            faults.at(f"after: {_what(statement)}")

    def before_commit(connection: Connection) -> None:
        if not connection.get_execution_options().get("maildesk_reading"):
            faults.at("before: COMMIT")

    event.listen(engine, "before_cursor_execute", before)
    event.listen(engine, "after_cursor_execute", after)
    event.listen(engine, "commit", before_commit)


def _what(statement: str) -> str:
    """The first words of it, which hold no value.

    >>> _what("INSERT INTO message (raw_id, case_id) VALUES (?, ?)")
    'INSERT INTO message'
    """
    return " ".join(statement.split()[:3])


def _make_private(file: Path) -> None:
    if not file.parent.exists():
        file.parent.mkdir(mode=0o700, parents=True)
    os.close(os.open(file, os.O_RDWR | os.O_CREAT, 0o600))
    if file.stat().st_mode & 0o077:
        file.chmod(0o600)


def _on_connect(connection: sqlite3.Connection, _record: Any) -> None:
    # pysqlite would begin transactions by itself, late and deferred; with None the "begin" event below does it.
    connection.isolation_level = None
    cursor = connection.cursor()
    for pragma in (
        "journal_mode=WAL",
        "synchronous=FULL",  # what is committed has reached the disk: only then the mailbox may change
        "foreign_keys=ON",
        "secure_delete=ON",  # what is deleted is overwritten: personal data are gone when they are gone
        "trusted_schema=OFF",
        "temp_store=MEMORY",  # else what a savepoint may have to restore goes to a file outside of our folder, pages of messages among it
    ):
        cursor.execute(f"PRAGMA {pragma}")
    cursor.close()


def _on_begin(connection: Connection) -> None:
    """Writers take the lock at once: a deferred transaction reads first and loses updates, or fails when it comes to write."""
    reading = connection.get_execution_options().get("maildesk_reading")
    connection.exec_driver_sql("BEGIN DEFERRED" if reading else "BEGIN IMMEDIATE")


def _notice_replacement(engine: Engine, file: Path) -> None:
    """SQLite goes on with a file that was moved, deleted or replaced under it, and all it writes is lost with that file.

    So each transaction looks first (https://www.sqlite.org/howtocorrupt.html, section 2.4) and raises StoreReplaced.
    """
    opened = _identity(file)

    def begins(_connection: Connection) -> None:
        if _identity(file) != opened:
            raise StoreReplaced("the database was moved, deleted or replaced while maildesk worked on it: stop maildesk before you do that")

    event.listen(engine, "begin", begins, insert=True)


def _identity(file: Path) -> tuple[int, int] | None:
    """Device and number of the file, which no name changes; None if there is none."""
    with suppress(FileNotFoundError):
        found = file.stat()
        return found.st_dev, found.st_ino
    return None


@contextmanager
def reading(engine: Engine) -> Iterator[Connection]:
    """A transaction that only reads: it sees one state and keeps nobody from writing."""
    with translated(), engine.connect().execution_options(**READING) as connection, connection.begin():
        yield connection


@contextmanager
def writing(engine: Engine) -> Iterator[Connection]:
    """A transaction that writes: all or nothing, and no other writer meanwhile."""
    with translated(), engine.begin() as connection:
        yield connection
    faults.at("after: COMMIT")


def new_id(result: Any) -> int:
    """The key of the row that was inserted."""
    key: int = result.inserted_primary_key[0]
    return key


_UNUSABLE = {
    sqlite3.SQLITE_CORRUPT: "is damaged: restore the last backup (docs/operation.md)",
    sqlite3.SQLITE_NOTADB: "is no SQLite database: is [database] url right?",
    sqlite3.SQLITE_READONLY: "cannot be written: check owner and mode of the file and its folder",
    sqlite3.SQLITE_CANTOPEN: "cannot be opened: check that the folder exists and belongs to this user",
    sqlite3.SQLITE_PERM: "cannot be opened: check owner and mode of the file and its folder",
}
_DISK_TROUBLE = {
    sqlite3.SQLITE_FULL: "cannot grow: the disk is full",
    sqlite3.SQLITE_IOERR: "cannot be read or written: the disk reports an error",
}


_FULL = {errno.ENOSPC, errno.EDQUOT, errno.EIO}


@contextmanager
def translated() -> Iterator[None]:
    """Turns every error of SQLAlchemy, sqlite3 and the file system into one of ours; the class says what to do."""
    try:
        yield
    except MaildeskError:
        raise
    except DBAPIError as error:
        raise _translate(error.orig if isinstance(error.orig, BaseException) else error, isinstance(error, IntegrityError)) from error
    except sqlite3.Error as error:
        raise _translate(error, isinstance(error, sqlite3.IntegrityError)) from error
    except OSError as error:
        kind = DiskTrouble if error.errno in _FULL else StoreUnusable
        raise kind(f"the database cannot be opened ({error.strerror}): check the folder, its owner and its mode") from error


def _translate(error: BaseException, refused: bool) -> MaildeskError:
    if refused:
        return Unrecordable(f"the database refuses the row: {_constraint(error)}")
    code = getattr(error, "sqlite_errorcode", None)
    primary = code & 0xFF if isinstance(code, int) else None
    if primary in {sqlite3.SQLITE_BUSY, sqlite3.SQLITE_LOCKED}:
        return StoreBusy("the database is held by another process")
    if primary in _UNUSABLE:
        return StoreUnusable(f"the database {_UNUSABLE[primary]}")
    if primary in _DISK_TROUBLE:
        return DiskTrouble(f"the database {_DISK_TROUBLE[primary]}")
    return StoreUnusable(f"the database reports {getattr(error, 'sqlite_errorname', error.__class__.__name__)}")


def _constraint(error: BaseException) -> str:
    """Name of the constraint that failed; SQLite's text for it holds names of columns, never values."""
    return str(error).partition("failed: ")[2][:120] or error.__class__.__name__


def check_health(connection: Connection, file: Path, *, thorough: bool = False) -> None:
    """Raises StoreUnusable if the file is damaged. Very large files are read whole only when `thorough`."""
    if not thorough and file.stat().st_size > QUICK_CHECK_BYTES_MAX:
        return
    answer = connection.exec_driver_sql("PRAGMA quick_check(1)").scalar()
    if answer != "ok":
        raise StoreUnusable(f"the database {_UNUSABLE[sqlite3.SQLITE_CORRUPT]}")
