# SPDX-FileCopyrightText: 2026 The maildesk authors
# SPDX-License-Identifier: EUPL-1.2
"""Empty databases: the migrations run once, then the file is copied."""

from __future__ import annotations

import atexit
import shutil
import sqlite3
import tempfile
from contextlib import closing
from functools import cache
from pathlib import Path
from zoneinfo import ZoneInfo

from maildesk.adapters.store import Store


@cache
def _empty() -> Path:
    folder = tempfile.TemporaryDirectory()
    atexit.register(folder.cleanup)
    file = Path(folder.name) / "maildesk.db"
    Store.open(file, "KD", ZoneInfo("Europe/Berlin")).close()
    return file


def with_tables(file: Path) -> Path:
    """Lays an empty database there, as `Store.open` makes it."""
    file.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
    file.touch(mode=0o600)
    shutil.copyfile(_empty(), file)
    return file


def empty_again(file: Path) -> None:
    """The same where a store is open: it has compiled its statements already, which takes longer than a few messages."""
    with closing(sqlite3.connect(_empty())) as empty, closing(sqlite3.connect(file)) as used:
        empty.backup(used)
