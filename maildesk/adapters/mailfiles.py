# SPDX-FileCopyrightText: 2026 The maildesk authors
# SPDX-License-Identifier: EUPL-1.2
"""Mails in files: EML, mbox (mboxrd), Maildir, and folders of them, one mail at a time (RFC 4155)."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime
from email.parser import BytesHeaderParser
from email.utils import parsedate_to_datetime
from pathlib import Path
from typing import IO

from maildesk.octets import Octets, RawMessage

FOLDER = "import"
EML_SUFFIXES = frozenset({".eml", ".emlx", ".mail"})
MBOX_SUFFIXES = frozenset({".mbox", ".mbx"})
HEAD_BYTES = 64 * 1024
_FROM_LINE = re.compile(rb"From \S+ .*\d{4}\s*$")
_QUOTED_FROM = re.compile(rb">+From ")
_FIELD = re.compile(rb"^[!-9;-~]{1,100}[ \t]*:", re.MULTILINE)


@dataclass(frozen=True, slots=True)
class MailFile:
    """A file that holds mails, or the reason why it holds none."""

    path: Path
    size_bytes: int = 0
    is_mbox: bool = False
    problem: str = ""


def find(paths: list[Path]) -> Iterator[MailFile]:
    """The files behind paths, folders opened, in the order of their names. What cannot be used comes with its problem."""
    for path in paths:
        if not path.exists():
            yield MailFile(path, problem="there is no such file")
        elif path.is_dir():
            yield from _in_folder(path)
        else:
            yield _look_at(path, named=True)


def _in_folder(folder: Path) -> Iterator[MailFile]:
    try:
        entries = sorted(folder.iterdir())
    except OSError as error:
        yield MailFile(folder, problem=f"the folder cannot be read ({error.strerror})")
        return
    is_maildir = {"cur", "new"} <= {entry.name for entry in entries}
    for entry in entries:
        if entry.is_dir():
            if not (is_maildir and entry.name == "tmp"):
                yield from _in_folder(entry)
        elif not (is_maildir and entry.name.startswith("dovecot")):
            yield _look_at(entry, named=folder.name in {"cur", "new"})


def _look_at(path: Path, *, named: bool) -> MailFile:
    """A file that was named, or that has the ending of a mail, is taken as one unless it is empty; others must look like a mail."""
    try:
        with path.open("rb") as file:
            head = file.read(HEAD_BYTES)
        size = path.stat().st_size
    except OSError as error:
        return MailFile(path, problem=f"the file cannot be read ({error.strerror})")
    if not head.strip():
        return MailFile(path, problem="the file is empty")
    suffix = path.suffix.lower()
    starts_like_mbox = _FROM_LINE.match(head.partition(b"\n")[0].rstrip(b"\r")) is not None
    if suffix in EML_SUFFIXES:
        return MailFile(path, size)
    if suffix in MBOX_SUFFIXES or starts_like_mbox:
        return MailFile(path, size, is_mbox=True) if starts_like_mbox else MailFile(path, problem="the file is no mbox: no From line")
    looks_like_mail = _FIELD.match(head) is not None and head[:1] not in b"{[<"
    plausible = looks_like_mail and (named or suffix == "" or suffix.startswith(".,") or ":2," in path.name)
    return MailFile(path, size) if plausible else MailFile(path, problem="the file is no mail (EML, mbox or Maildir)")


def read(file: MailFile, spool: Path | None = None) -> Iterator[RawMessage]:
    """The mails of one file, each with the time at which it arrived. The reader closes their octets. Raises OSError."""
    with file.path.open("rb") as source:
        fallback = datetime.fromtimestamp(file.path.stat().st_mtime, UTC)
        found = _split_mbox(source, spool) if file.is_mbox else _whole(source, spool)
        for octets in found:
            yield RawMessage(FOLDER, 0, None, arrival(octets, fallback), octets)


def _whole(source: IO[bytes], spool: Path | None) -> Iterator[Octets]:
    octets = Octets(spool)
    first = source.readline(HEAD_BYTES)
    if not _FROM_LINE.match(first.rstrip(b"\r\n")):
        octets.write(first)
    while piece := source.read(1024 * 1024):
        octets.write(piece)
    yield octets


def _split_mbox(source: IO[bytes], spool: Path | None) -> Iterator[Octets]:
    """A From line begins a mail at the start of the file or behind an empty line; ">From" is unquoted by one (mboxrd)."""
    octets: Octets | None = None
    pending = b""  # the empty line that may be the separator before the next From line
    for line in source:
        bare = line.rstrip(b"\r\n")
        if line.startswith(b"From ") and (octets is None or pending) and _FROM_LINE.match(bare):
            if octets is not None:
                yield octets
            octets, pending = Octets(spool), b""
            continue
        if octets is None:
            continue
        if pending:
            octets.write(pending)
            pending = b""
        if not bare:
            pending = line
        else:
            octets.write(line[1:] if line.startswith(b">") and _QUOTED_FROM.match(line) else line)
    if octets is not None:
        yield octets


def arrival(octets: Octets, fallback: datetime) -> datetime:
    """When the last server took the mail (topmost Received), else its Date, else the age of the file."""
    fields = BytesHeaderParser().parsebytes(octets.head(HEAD_BYTES))
    received = [str(value).rpartition(";")[2] for value in fields.get_all("Received", [])[:1]]
    for candidate in (*received, str(fields.get("Date", ""))):
        try:
            moment = parsedate_to_datetime(candidate.strip())
            moment = moment if moment.tzinfo else moment.replace(tzinfo=UTC)
            moment.astimezone(UTC).isoformat()
        except (ValueError, TypeError, IndexError, OverflowError):
            continue
        else:
            return moment
    return fallback
