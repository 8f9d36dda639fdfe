# SPDX-FileCopyrightText: 2026 The maildesk authors
# SPDX-License-Identifier: EUPL-1.2
"""One maildesk a database: the process that polls the mailbox and sends letters holds this lock.

A lock of the operating system on a file beside the database: it is gone the moment its holder dies, so no restart waits
for a lock that nobody holds. Commands that only read or write rows do not need it; the database itself keeps them apart.
"""

from __future__ import annotations

import fcntl
import os
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from maildesk.errors import StoreBusy, StoreUnusable


@contextmanager
def only_one(
    database_file: Path, held: str = "another maildesk works on this database: stop it first, or leave the work to it"
) -> Iterator[None]:
    """Raises StoreBusy, with the text `held`, at once if another process holds the lock."""
    path = database_file.with_name(database_file.name + ".lock")
    try:
        path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
        handle = os.open(path, os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o600)
    except OSError as error:
        raise StoreUnusable(f"the lock beside the database cannot be made ({error.strerror}): check the folder's owner and mode") from error
    if os.geteuid() == 0:
        # A command that root runs beside the service must not leave a lock that the service cannot open.
        owner = path.parent.stat()
        os.fchown(handle, owner.st_uid, owner.st_gid)
    try:
        fcntl.flock(handle, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except OSError as error:
        os.close(handle)
        raise StoreBusy(held) from error
    try:
        yield
    finally:
        os.close(handle)
