# SPDX-FileCopyrightText: 2026 The maildesk authors
# SPDX-License-Identifier: EUPL-1.2
"""Empty databases: the migrations run once, then the file is copied."""

from __future__ import annotations

import tempfile
from functools import cache
from pathlib import Path
from zoneinfo import ZoneInfo

from maildesk.adapters.store import Store


@cache
def _empty() -> bytes:
    with tempfile.TemporaryDirectory() as folder:
        file = Path(folder) / "maildesk.db"
        Store.open(file, "KD", ZoneInfo("Europe/Berlin")).close()
        return file.read_bytes()


def with_tables(file: Path) -> Path:
    """Lays an empty database there, as `Store.open` makes it."""
    file.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
    file.touch(mode=0o600)
    file.write_bytes(_empty())
    return file
