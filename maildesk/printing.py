# SPDX-FileCopyrightText: 2026 The maildesk authors
# SPDX-License-Identifier: EUPL-1.2
"""How the commands show things: tables for people, JSON for programs, messages for those who watch.

What came in a mail is shown as plain text: what a terminal would obey, and what makes a text read otherwise than it is written, is
taken out on the way; JSON has it escaped. Everything that is printed goes through here.
"""

from __future__ import annotations

import io
import json
import os
import re
import sys
import unicodedata
from collections.abc import Iterable, Iterator, Sequence
from contextlib import contextmanager, suppress
from datetime import datetime, tzinfo
from typing import Any, TextIO

from maildesk.errors import CannotCreateError

# What ends a line somewhere, or moves the cursor on it: a cell, a fact or a log line is one line, whatever somebody put into it.
_BREAK = re.compile(r"\r\n|[\t-\r\x1c-\x1e\x85\u2028\u2029]")
_SURROGATE = re.compile(r"[\ud800-\udfff]")  # in names of files that are not UTF-8: the octet behind it may be a control
# C1 controls and DEL, marks of direction, signs without width and meaning, tags. Joiners stay: Persian and families of emoji need them.
_SIGNS = r"\x7f-\x9f\u061c\u200b\u200e\u200f\u2028-\u202e\u2060-\u206f\ufeff\ufff9-\ufffb\U000e0000-\U000e007f"
_CONTROL = re.compile(rf"[\x00-\x1f{_SIGNS}]")
_UNSEEN = re.compile(rf"[{_SIGNS}]")  # without C0: those in a text json.dumps escapes itself, and the others are its line ends
_NOT_ASCII = re.compile(r"[^\x00-\x7e]")


def never_fail_to_print() -> None:
    """A letter that the terminal's character set lacks is printed as an escape, and is no error. What was closed leads nowhere."""
    _open_what_was_closed()
    for stream in (sys.stdout, sys.stderr):
        if isinstance(stream, io.TextIOWrapper):
            stream.reconfigure(errors="backslashreplace")


def _open_what_was_closed() -> None:
    """Else the next file that is opened, say the database, is standard output to the code that prints."""
    for number in (0, 1, 2):
        try:
            os.fstat(number)
        except OSError:
            os.open(os.devnull, os.O_RDWR)  # takes the lowest number that is free
    sys.stdout = sys.stdout or os.fdopen(1, "w", closefd=False)
    sys.stderr = sys.stderr or os.fdopen(2, "w", closefd=False)


def data(value: Any) -> None:
    """One JSON document on standard output."""
    _print(_json(value, indent=2) + "\n")


def json_line(value: Any) -> None:
    """One line of JSON Lines on standard output."""
    _print(_json(value) + "\n")


def _json(value: Any, indent: int | None = None) -> str:
    """Letters are printed as they are where the output can hold all of them; what must not be seen is escaped (RFC 8259, section 7)."""
    encoding = getattr(sys.stdout, "encoding", None) or "utf-8"
    unwanted = _UNSEEN if encoding.lower().startswith("utf") else _NOT_ASCII
    text = _SURROGATE.sub("\ufffd", json.dumps(value, ensure_ascii=False, indent=indent))  # section 8.2: half a pair is no text
    return unwanted.sub(lambda found: json.dumps(found[0])[1:-1], text)


def line(text: str = "") -> None:
    """A line for people on standard output."""
    _print(plain(text) + "\n")


def message(text: str) -> None:
    """A line about the work on standard error; where that cannot be written, as its disk is full, the work counts all the same."""
    with suppress(OSError):
        sys.stderr.write(plain(text) + "\n")


def _print(text: str) -> None:
    with _printing():
        sys.stdout.write(text)


def finish() -> None:
    """Writes out what standard output still holds back. Raises CannotCreateError."""
    with _printing():
        sys.stdout.flush()


@contextmanager
def _printing() -> Iterator[None]:
    try:
        yield
    except BrokenPipeError:  # the reader has seen enough
        raise
    except OSError as error:
        print_nowhere(sys.stdout)
        raise CannotCreateError(f"what was done stays done, but it cannot be printed ({error.strerror})") from error


def print_nowhere(stream: TextIO) -> None:
    """What the stream still holds back is dropped: else Python tries once more at the end, and makes an error of that."""
    os.dup2(os.open(os.devnull, os.O_WRONLY), stream.fileno())


def plain(text: str) -> str:
    """On one line, and without what a terminal obeys or what is there and not seen.

    >>> plain("a\\x1b[31mb"), plain("one\\r\\ntwo\\tthree"), plain("a\\u202eb\\x9bc\\udc9bd")
    ('a[31mb', 'one two three', 'abc\ufffdd')
    """
    return _CONTROL.sub("", _SURROGATE.sub("\ufffd", _BREAK.sub(" ", text)))


def table(headings: Sequence[str], rows: Iterable[Sequence[str]]) -> None:
    """A table as wide as its cells, without a frame: it can be read, searched and cut. The last column is never padded."""
    shown = [tuple(" ".join(plain(cell).split()) for cell in row) for row in rows]
    widths = [max(map(_width, column)) for column in zip(headings, *shown, strict=True)]
    for row in (tuple(headings), *shown):
        cells = [cell + " " * (width - _width(cell)) for cell, width in zip(row, widths, strict=True)]
        _print("  ".join(cells).rstrip() + "\n")


def _width(text: str) -> int:
    """How many columns a terminal gives a text: wide characters count two, those that are on or between others none."""
    if text.isascii():
        return len(text)
    return sum(map(_columns, text))


def _columns(sign: str) -> int:
    if unicodedata.category(sign) in {"Mn", "Me", "Cf"}:
        return 0
    return 2 if unicodedata.east_asian_width(sign) in "WF" else 1


def cut(text: str, width: int) -> str:
    return text if len(text) <= width else text[: width - 1] + "…"


def moment(iso: str | None, zone: tzinfo) -> str:
    """A time as people of the desk read it; at the end of the calendar, where a mail may be in other zones, as it is."""
    if not iso:
        return ""
    at = datetime.fromisoformat(iso)
    with suppress(OverflowError):
        at = at.astimezone(zone)
    return f"{at:%d.%m.%Y %H:%M}"


def day(iso: str | None) -> str:
    return f"{datetime.fromisoformat(iso):%d.%m.%Y}" if iso else ""
