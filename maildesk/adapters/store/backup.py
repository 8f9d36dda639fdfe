# SPDX-FileCopyrightText: 2026 The maildesk authors
# SPDX-License-Identifier: EUPL-1.2
"""A backup: a folder with all that a desk needs to go on, under the names that it has beside the configuration.

It holds the database, the key of our Message-IDs, and an empty write-ahead log: copied over a broken desk they replace all of it, also the
log of the old database, which SQLite would else apply to the new one. The database in it says that it is a copy, so that the first start on
it takes in again what came since.

It is written under another name, checked, made durable and only then renamed: what carries the name of a backup is one.
"""

from __future__ import annotations

import os
import re
import shutil
import sqlite3
from collections.abc import Callable, Iterator
from contextlib import closing, contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path

from sqlalchemy import create_engine, delete, insert

from maildesk import faults
from maildesk.adapters.store.engine import BUSY_SECONDS
from maildesk.adapters.store.lock import only_one
from maildesk.adapters.store.tables import facts
from maildesk.errors import CannotCreateError, MaildeskError, StoreBusy, StoreUnusable

RESTORED = "restored"  # the fact by which a database knows that it is a copy
PAGES = 256  # a step: a MiB, between two of which it can be stopped
UNFINISHED = ".part"
_STAMP = "%Y%m%dT%H%M%SZ"
_NAMED = r"-\d{8}T\d{6}Z"


@dataclass(frozen=True, slots=True)
class Backup:
    """What was made: its folder, the octets of the database in it, and how many rows that has."""

    folder: Path
    size_bytes: int
    rows: int


def default_name(database: Path, now: datetime) -> str:
    """
    >>> default_name(Path("/var/lib/maildesk/maildesk.db"), datetime(2026, 11, 22, 4, 15, tzinfo=UTC))
    'maildesk-20261122T041500Z'
    """
    return f"{database.stem}-{now.astimezone(UTC):{_STAMP}}"


def make(database: Path, key: Path, target: Path, now: datetime, *, should_stop: Callable[[], bool] = lambda: False) -> Backup:
    """Copies database and key to the new folder `target` while others go on writing.

    Raises CannotCreateError if `target` exists or cannot be written, StoreUnusable if there is no sound database to copy, StoreBusy if it
    is held, or another backup is being made.
    """
    if not database.is_file() or not key.is_file():
        raise StoreUnusable(f"there is nothing to back up: {database} or {key.name} beside it is missing")
    with only_one(database.with_name(f"{database.name}.backup"), "another backup is being made: wait for it"), _told(target):
        if target.exists():
            raise CannotCreateError(f"{target}: is there already, and a backup overwrites nothing")
        target.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
        _clear_unfinished(target.parent, database)
        return _made(database, key, target, now, should_stop)


def _made(database: Path, key: Path, target: Path, now: datetime, should_stop: Callable[[], bool]) -> Backup:
    draft = target.with_name(f".{target.name}{UNFINISHED}")
    shutil.rmtree(draft, ignore_errors=True)  # of one that was killed
    try:
        faults.at("before: the folder of the backup")
        draft.mkdir(mode=0o700)
        copy = draft / database.name
        rows = _copy(database, copy, should_stop)
        _mark(copy, now)
        _check(copy)
        _write(draft / key.name, key.read_bytes())
        _write(draft / f"{database.name}-wal", b"")
        _belongs_to_owner_of(database, draft, *draft.iterdir())
        for path in (*draft.iterdir(), draft):
            _sync(path)
        faults.at("before: the name of the backup")
        draft.rename(target)
        faults.at("after: the name of the backup")
        _sync(target.parent)
    except BaseException:
        shutil.rmtree(draft, ignore_errors=True)
        raise
    return Backup(target, (target / database.name).stat().st_size, rows)


def _copy(database: Path, copy: Path, should_stop: Callable[[], bool]) -> int:
    """One state of the database, whatever is written meanwhile: a reading transaction holds it from the first page to the last."""

    def step(_status: int, _remaining: int, _total: int) -> None:
        faults.at("before: pages of the backup")
        if should_stop():
            raise StoreBusy("the backup was stopped: make it again later")

    os.close(os.open(copy, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600))
    with _reading(database) as source, closing(sqlite3.connect(copy, isolation_level=None)) as target:
        counted = _count_rows(source)
        with _writing_to_it():
            target.execute("PRAGMA synchronous=OFF")  # all of it is synced once, at the end
            source.backup(target, pages=PAGES, progress=step)
            target.execute("PRAGMA journal_mode=DELETE")  # one file, and no log beside it
        if _count_rows(target) != counted:
            raise StoreUnusable("the copy of the database has other rows than the database: no backup was made")
    return sum(counted.values())


@contextmanager
def _reading(database: Path) -> Iterator[sqlite3.Connection]:
    address = f"{database.absolute().as_uri()}?mode=rw"  # never makes one
    with closing(sqlite3.connect(address, uri=True, timeout=BUSY_SECONDS, isolation_level=None)) as source:
        source.execute("BEGIN")
        yield source


def _count_rows(database: sqlite3.Connection) -> dict[str, int]:
    names = [row[0] for row in database.execute("SELECT name FROM sqlite_master WHERE type = 'table' ORDER BY name")]
    count = "SELECT count(*) FROM"
    return {name: int(database.execute(f'{count} "{name}"').fetchone()[0]) for name in names}


def _mark(copy: Path, now: datetime) -> None:
    engine = create_engine(f"sqlite:///{copy}")
    try:
        with engine.begin() as connection:
            connection.execute(delete(facts).where(facts.c.name == RESTORED))
            connection.execute(insert(facts).values(name=RESTORED, value={"taken_at": now.isoformat()}, at=now))
    finally:
        engine.dispose()


def _check(copy: Path) -> None:
    with closing(sqlite3.connect(copy)) as database:
        if database.execute("PRAGMA integrity_check(1)").fetchone()[0] != "ok":
            raise StoreUnusable("the database is damaged: no backup was made; restore the last one (docs/operation.md)")


def _write(file: Path, octets: bytes) -> None:
    faults.at("before: a file of the backup")
    with os.fdopen(os.open(file, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "wb") as made:
        made.write(octets)


def _sync(path: Path) -> None:
    handle = os.open(path, os.O_RDONLY)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)


def _belongs_to_owner_of(database: Path, *paths: Path) -> None:
    """What root makes beside a service, the service must be able to take away again."""
    if os.geteuid() == 0:
        owner = database.stat()
        for path in paths:
            os.chown(path, owner.st_uid, owner.st_gid)


def _clear_unfinished(folder: Path, database: Path) -> None:
    """What a backup left that was killed, or a removal; the process that makes one holds the lock."""
    for path in folder.glob(f".{database.stem}-*{UNFINISHED}"):
        shutil.rmtree(path, ignore_errors=True)


def backups_in(folder: Path, database: Path) -> list[Path]:
    """Those with a name of ours, the oldest first."""
    named = re.compile(re.escape(database.stem) + _NAMED)
    return sorted(path for path in folder.iterdir() if named.fullmatch(path.name)) if folder.is_dir() else []


def remove_older(folder: Path, database: Path, keep: int) -> list[Path]:
    """Removes all but the newest `keep` backups with a name of ours; those that were removed. Raises CannotCreateError."""
    older = backups_in(folder, database)[: -keep or None]
    for path in older:
        with _told(path):
            faults.at("before: the removal of a backup")
            # First out of sight: one of which a part is gone must not be taken for a backup.
            removed = path.rename(path.with_name(f".{path.name}{UNFINISHED}"))
            faults.at("after: the name of a backup that is removed")
            shutil.rmtree(removed)
    return older


@contextmanager
def _told(target: Path) -> Iterator[None]:
    """Turns every error into one of ours: what the database did, or what the place of the backup refused."""
    try:
        yield
    except MaildeskError:
        raise
    except OSError as error:
        raise CannotCreateError(f"{target}: the backup cannot be written ({error.strerror})") from error
    except Exception as error:
        raise _of_sqlite(error) from error


def _of_sqlite(error: Exception) -> MaildeskError:
    code = getattr(getattr(error, "orig", error), "sqlite_errorcode", None)
    primary = code & 0xFF if isinstance(code, int) else None
    if primary in {sqlite3.SQLITE_BUSY, sqlite3.SQLITE_LOCKED}:
        return StoreBusy("the database is held by another process")
    if primary in {sqlite3.SQLITE_CORRUPT, sqlite3.SQLITE_NOTADB}:
        return StoreUnusable("the database is damaged: no backup was made; restore the last one (docs/operation.md)")
    return StoreUnusable(f"the backup failed: the database reports {getattr(error, 'sqlite_errorname', error.__class__.__name__)}")


@contextmanager
def _writing_to_it() -> Iterator[None]:
    """While only the copy is written, a full disk is that of the copy."""
    try:
        yield
    except sqlite3.OperationalError as error:
        code = getattr(error, "sqlite_errorcode", 0) & 0xFF
        if code in {sqlite3.SQLITE_FULL, sqlite3.SQLITE_IOERR, sqlite3.SQLITE_CANTOPEN, sqlite3.SQLITE_READONLY}:
            raise CannotCreateError("the backup cannot be written: the disk is full or reports an error") from error
        raise


@dataclass(frozen=True, slots=True)
class Backups:
    """The nightly backups of one desk: where they are made, and how many are kept."""

    database: Path
    key: Path
    folder: Path
    keep: int

    def make(self, now: datetime, should_stop: Callable[[], bool]) -> int:
        """Makes one more, and then removes those beyond `keep`; its size in octets."""
        made = make(self.database, self.key, self.folder / default_name(self.database, now), now, should_stop=should_stop)
        remove_older(self.folder, self.database, self.keep)
        return made.size_bytes
