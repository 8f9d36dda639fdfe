# SPDX-FileCopyrightText: 2026 The maildesk authors
# SPDX-License-Identifier: EUPL-1.2
"""Words that an HTML body shows struck through: as plain text nobody could see that their writer took them back."""

from __future__ import annotations

import re
from html.parser import HTMLParser

from maildesk.adapters.parse import limits

PIECES_MAX, PIECE_CHARS_MAX = 50, 200
_STRIKING = frozenset({"s", "strike", "del"})
_QUOTING = frozenset({"blockquote"})
_EMPTY = frozenset({"br", "img", "hr", "meta", "link", "input", "col", "wbr", "area", "base", "embed", "source", "track", "param"})
_LINE_THROUGH = re.compile(r"text-decoration(?:-line)?\s*:[^;]*line-through", re.IGNORECASE)
_CLASS_RULE = re.compile(r"\.([\w-]{1,100})[^{}]{0,200}\{[^{}]{0,2000}line-through", re.IGNORECASE)
_MAY_STRIKE = re.compile(r"<(?:s|strike|del)\b|line-through", re.IGNORECASE)
_DEPTH_MAX = 500


def struck_words(source: str) -> tuple[str, ...]:
    """What is struck through outside of quoted mail, piece by piece on one line each; bounded.

    >>> struck_words('Sie erhalten <s>keine</s> 120 Euro, <span style="text-decoration: line-through">Freitag</span> <del> </del>')
    ('keine', 'Freitag')
    """
    if not _MAY_STRIKE.search(source):
        return ()
    reader = _Reader(frozenset(_CLASS_RULE.findall(source)))
    reader.feed(source[: limits.RENDERED_HTML_CHARS_MAX])
    reader.close()
    pieces = (" ".join(piece.split())[:PIECE_CHARS_MAX] for piece in "".join(reader.pieces).split("\0"))
    return tuple(dict.fromkeys(piece for piece in pieces if re.search(r"\w", piece)))[:PIECES_MAX]


class _Reader(HTMLParser):
    """Keeps the texts of struck elements, with a NUL behind each element."""

    def __init__(self, classes: frozenset[str]) -> None:
        super().__init__(convert_charrefs=True)
        self.pieces: list[str] = []
        self._classes = classes
        self._open: list[tuple[str, bool, bool]] = []  # tag, struck, quoted: also by what is around it

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        if tag in _EMPTY or len(self._open) >= _DEPTH_MAX:
            return
        values = {name: value or "" for name, value in attrs}
        _, struck, quoted = self._open[-1] if self._open else ("", False, False)
        strikes = tag in _STRIKING or bool(_LINE_THROUGH.search(values.get("style", "")))
        strikes = strikes or not self._classes.isdisjoint(values.get("class", "").split())
        self._open.append((tag, struck or strikes, quoted or tag in _QUOTING))

    def handle_endtag(self, tag: str) -> None:
        at = next((number for number in range(len(self._open) - 1, -1, -1) if self._open[number][0] == tag), None)
        if at is not None:
            del self._open[at:]
            self.pieces.append("\0")

    def handle_data(self, data: str) -> None:
        if self._open and self._open[-1][1] and not self._open[-1][2]:
            self.pieces.append(data.replace("\0", ""))
