# SPDX-FileCopyrightText: 2026 The maildesk authors
# SPDX-License-Identifier: EUPL-1.2
"""How the demo speaks: plain lines of at most 80 columns, and a little bold print where a terminal shows it."""

from __future__ import annotations

import os
import sys
import textwrap
from collections.abc import Iterable, Sequence
from typing import Any

from maildesk import printing

COLUMNS = 80
WIDTH = 78  # of our own words
BAR = "| "
BOLD, FAINT = 1, 2  # ECMA-48, SGR


class Terminal:
    """Writes to standard output and flushes at once, so that anyone who reads a pipe sees things when they happen."""

    def __init__(self) -> None:
        self.is_watched = sys.stdout.isatty()
        self._styled = self.is_watched and not os.environ.get("NO_COLOR") and os.environ.get("TERM") != "dumb"
        self._after_gap = True  # whether the last line was empty
        reconfigure = getattr(sys.stdout, "reconfigure", None)
        if reconfigure:
            reconfigure(errors="replace")  # a terminal without Cyrillic letters shows question marks, and the play goes on

    def gap(self) -> None:
        """An empty line, unless there is one already."""
        if not self._after_gap:
            self._put("")

    def heading(self, text: str) -> None:
        self.gap()
        self._put(self._style(BOLD, text))
        self.gap()

    def say(self, text: str, indent: int = 0, hanging: int = 0) -> None:
        """A paragraph; `indent` and `hanging` are the columns before its first and its other lines."""
        self._put(*_wrapped(text, WIDTH, initial_indent=" " * indent, subsequent_indent=" " * hanging))

    def lines(self, *lines: str) -> None:
        """Lines as they are, also longer ones: commands that are to be copied."""
        self._put(*(printing.plain(line) for line in lines))

    def quote(self, head: Iterable[str], text: str = "") -> None:
        """A mail behind a bar: its head in bold print and its text."""
        shown = [self._style(BOLD, line) for part in head for line in _fit(part)]
        body = [line for part in text.strip("\n").splitlines() for line in _fit(part)]
        bar = self._style(FAINT, BAR.strip())
        self.gap()
        self._put(*(f"{bar} {line}".rstrip() for line in (*shown, *([""] if body else []), *body)))
        self.gap()

    def table(self, headings: Sequence[str], rows: Iterable[Sequence[str]]) -> None:
        printing.table(headings, rows)
        self._after_gap = False
        sys.stdout.flush()

    def _style(self, code: int, text: str) -> str:
        text = printing.plain(text)
        return f"\x1b[{code}m{text}\x1b[0m" if self._styled and text else text

    def _put(self, *lines: str) -> None:
        if lines:
            sys.stdout.write("".join(f"{line}\n" for line in lines))
            sys.stdout.flush()
            self._after_gap = not lines[-1]


def _fit(line: str) -> list[str]:
    return _wrapped(line, COLUMNS - len(BAR), drop_whitespace=False) or [""]


def _wrapped(text: str, width: int, **more: Any) -> list[str]:
    return textwrap.wrap(printing.plain(text), width, break_on_hyphens=False, **more)
