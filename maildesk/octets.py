# SPDX-FileCopyrightText: 2026 The maildesk authors
# SPDX-License-Identifier: EUPL-1.2
"""The octets of one mail, exactly as they came, in memory or, when they are many, in a file without a name.

Mailbox, parser and store hand messages to each other in this form, so that a mail of 100 MB is never in memory whole.
"""

from __future__ import annotations

import hashlib
import tempfile
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import IO

from maildesk import faults
from maildesk.errors import StoreUnusable

CHUNK_BYTES = 1024 * 1024
IN_MEMORY_BYTES_MAX = 4 * CHUNK_BYTES


class Octets:
    """Written once, read often. `digest` is the sha256 in hexadecimal; `folder` is where a file goes if one is needed.

    Few octets stay in memory and need no closing. Many go to a file without a name, mode 0600, which is gone when it is closed, also
    when the process dies. Raises StoreUnusable where such a file cannot be written or read.
    """

    __slots__ = ("_file", "_folder", "_hash", "_memory", "size_bytes")

    def __init__(self, folder: Path | None = None) -> None:
        self._folder = folder
        self._memory = bytearray()
        self._file: IO[bytes] | None = None
        self._hash = hashlib.sha256()
        self.size_bytes = 0

    @classmethod
    def of(cls, data: bytes) -> Octets:
        octets = cls()
        octets.write(data)
        return octets

    def write(self, data: bytes) -> None:
        self._hash.update(data)
        self.size_bytes += len(data)
        if self._file is None and self.size_bytes <= IN_MEMORY_BYTES_MAX:
            self._memory += data
            return
        with _spool("written", self.close):
            if self._file is None:
                self._file = tempfile.TemporaryFile(dir=self._folder, prefix="mail-")  # noqa: SIM115  # closed by close()
                self._file.write(self._memory)
                self._memory.clear()
            faults.at("before: the spool")
            self._file.seek(0, 2)
            self._file.write(data)
            self._file.flush()  # a full disk is reported here, and not to the reader
            faults.at("after: the spool")

    @property
    def digest(self) -> str:
        return self._hash.hexdigest()

    def chunks(self, chunk_bytes: int = CHUNK_BYTES) -> Iterator[bytes]:
        for position in range(0, self.size_bytes, chunk_bytes):
            yield self._read(position, chunk_bytes)

    def head(self, bytes_max: int) -> bytes:
        """At most the first `bytes_max` octets."""
        return self._read(0, bytes_max)

    def all(self) -> bytes:
        """Everything, in memory: only for a mail whose size has been looked at."""
        return self.head(self.size_bytes)

    def _read(self, position: int, count: int) -> bytes:
        if self._file is None:
            return bytes(self._memory[position : position + count])
        with _spool("read", self.close):
            self._file.seek(position)
            return self._file.read(count)

    def close(self) -> None:
        self._memory.clear()
        if self._file is not None:
            with suppress(OSError):  # what could not be written is thrown away
                self._file.close()


@contextmanager
def _spool(done: str, close: Callable[[], None]) -> Iterator[None]:
    try:
        yield
    except OSError as error:
        close()
        raise StoreUnusable(f"the folder for big mails cannot be {done} ({error.strerror}): make room there, or mend it") from error


@dataclass(frozen=True, slots=True)
class RawMessage:
    """A mail as the server has it: where it was, when it arrived there (INTERNALDATE, aware), and its octets."""

    folder: str
    uid_validity: int
    uid: int | None
    internal_date: datetime
    octets: Octets


@dataclass(frozen=True, slots=True)
class FolderState:
    """A folder as the server has it now: its UIDVALIDITY, and all UIDs in it in ascending order. So many more are there, but not listed."""

    name: str
    uid_validity: int
    uids: tuple[int, ...]
    unlisted: int = 0
