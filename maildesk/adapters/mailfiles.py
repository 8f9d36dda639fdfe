# SPDX-FileCopyrightText: 2026 The maildesk authors
# SPDX-License-Identifier: EUPL-1.2
"""Messages in files: EML, mbox (mboxrd), Maildir, and folders of them, one mail at a time (RFC 4155)."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime
from email.parser import BytesHeaderParser
from email.utils import parsedate_to_datetime
from pathlib import Path
from typing import IO

from maildesk.octets import CHUNK_BYTES, Octets, RawMessage

FOLDER = "import"
EML_SUFFIXES = frozenset({".eml", ".emlx", ".mail"})
MBOX_SUFFIXES = frozenset({".mbox", ".mbx"})
HEAD_BYTES = 64 * 1024
_FROM_LINE = re.compile(rb"From \S+ .*\d{4}\s*$")
_QUOTED_FROM = re.compile(rb">+From ")
# What some mail or other has, however damaged it is: one of the fields that programs write (RFC 5322 section 3.6, RFC 2045).
_MAIL_FIELD = re.compile(
    rb"^(?:from|to|cc|subject|date|received|return-path|delivered-to|message-id|reply-to|sender|in-reply-to|references|mime-version"
    rb"|content-[a-z-]+|x-[a-z-]+|resent-[a-z-]+|auto-submitted|list-[a-z-]+)[ \t]*:",
    re.IGNORECASE | re.MULTILINE,
)
NO_MAIL = "the file is no mail (EML, mbox or Maildir)"
NO_FIELD = "the file is no mail: no field such as From or Subject is in it; --force takes it all the same"
_FIELD = re.compile(rb"^[!-9;-~]{1,100}[ \t]*:", re.MULTILINE)


@dataclass(frozen=True, slots=True)
class MailFile:
    """A file that holds messages, or the reason why it holds none."""

    path: Path
    size_bytes: int = 0
    is_mbox: bool = False
    problem: str = ""


def find(paths: list[Path], *, force: bool = False) -> Iterator[MailFile]:
    """The files behind paths, folders opened, in the order of their names. What cannot be used comes with its problem.

    `force`: a file that was named is a mail, whatever is in it.
    """
    for path in paths:
        if not path.exists():
            yield MailFile(path, problem="there is no such file")
        elif path.is_dir():
            yield from _in_folder(path)
        else:
            found = _look_at(path, named=True)
            yield MailFile(path, path.stat().st_size) if force and found.problem in (NO_FIELD, NO_MAIL) else found


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
    """A file that was named, or that has the ending of a mail, is one if a field of a mail is in it; others must look like a mail."""
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
        return MailFile(path, size) if _MAIL_FIELD.search(head) else MailFile(path, problem=NO_FIELD)
    if suffix in MBOX_SUFFIXES or starts_like_mbox:
        return MailFile(path, size, is_mbox=True) if starts_like_mbox else MailFile(path, problem="the file is no mbox: no From line")
    looks_like_mail = _FIELD.match(head) is not None and _MAIL_FIELD.search(head) is not None and head[:1] not in b"{[<"
    plausible = looks_like_mail and (named or suffix == "" or suffix.startswith(".,") or ":2," in path.name)
    return MailFile(path, size) if plausible else MailFile(path, problem=NO_MAIL)


@dataclass(frozen=True, slots=True, order=True)
class Place:
    """Where one mail is: `start` and `end` are octets of the file. Places sort by the time at which their messages arrived."""

    arrived_at: datetime
    path: Path
    start: int
    end: int
    quoted: bool = False  # of an mbox: lines that begin with "From " are quoted


def places(file: MailFile) -> Iterator[Place]:
    """The messages of one file, in its order. Raises OSError."""
    fallback = datetime.fromtimestamp(file.path.stat().st_mtime, UTC)
    with file.path.open("rb") as source, file.path.open("rb") as heads:
        for start, end in _bounds(source) if file.is_mbox else _whole(source):
            heads.seek(start)
            head = heads.read(min(HEAD_BYTES, end - start))
            yield Place(arrival(head, fallback), file.path, start, end, file.is_mbox)


def read(place: Place, spool: Path | None = None) -> RawMessage:
    """The mail at that place. The reader closes its octets. Raises OSError."""
    octets = Octets(spool)
    with place.path.open("rb") as source:
        source.seek(place.start)
        left = place.end - place.start
        while left and (piece := source.readline(left) if place.quoted else source.read(min(left, CHUNK_BYTES))):
            left -= len(piece)
            octets.write(piece[1:] if place.quoted and piece.startswith(b">") and _QUOTED_FROM.match(piece) else piece)
    return RawMessage(FOLDER, 0, None, place.arrived_at, octets)


def _whole(source: IO[bytes]) -> Iterator[tuple[int, int]]:
    first = source.readline(HEAD_BYTES)
    start = len(first) if _FROM_LINE.match(first.rstrip(b"\r\n")) else 0
    yield start, source.seek(0, 2)


def _bounds(source: IO[bytes]) -> Iterator[tuple[int, int]]:
    """A From line begins a mail at the start of the file or behind an empty line, which belongs to neither mail (RFC 4155)."""
    start: int | None = None
    position = empty_bytes = 0  # the empty line before `position`, if there is one, is so long
    for line in source:
        bare = line.rstrip(b"\r\n")
        if line.startswith(b"From ") and (start is None or empty_bytes) and _FROM_LINE.match(bare):
            if start is not None:
                yield start, position - empty_bytes
            start = position + len(line)
        empty_bytes = 0 if bare else len(line)
        position += len(line)
    if start is not None:
        yield start, position - empty_bytes


YEARS = range(1970, 2101)  # outside of them it is no date but nonsense


def arrival(head: bytes, fallback: datetime) -> datetime:
    """When the last server took the mail (topmost Received), else its Date, else the age of the file."""
    fields = BytesHeaderParser().parsebytes(head)
    received = [str(value).rpartition(";")[2] for value in fields.get_all("Received", [])[:1]]
    for candidate in (*received, str(fields.get("Date", ""))):
        try:
            moment = parsedate_to_datetime(candidate.strip())
            moment = moment if moment.tzinfo else moment.replace(tzinfo=UTC)
            moment = moment.astimezone(UTC)
        except (ValueError, TypeError, IndexError, OverflowError):
            continue
        if moment.year in YEARS:
            return moment
    return fallback
