# SPDX-FileCopyrightText: 2026 The maildesk authors
# SPDX-License-Identifier: EUPL-1.2
"""What templates can do with text that people typed. Each is a pure function; whatever goes in, no markup of its writer comes out."""

from __future__ import annotations

import html
import re
from collections.abc import Callable, Iterator
from typing import Any

from maildesk.adapters.compose.names import one_line, sender_name
from maildesk.adapters.compose.values import DAY, Moment

LINK_STYLE = "color: #0b4f8a"
_POINT = re.compile(r"\s*[-*•]\s+(?=\S)")
_NUMBERED = re.compile(r"\s*(\d{1,3})[.)]\s+(?=\S)")
_LINK = re.compile(r"\b(?:https?://|mailto:)[\w\-.~:/?#\[\]@!$&'()*+,;=%]+", re.IGNORECASE)
_AFTER_A_LINK = ".,;:!?'*"


class Html(str):
    """Finished HTML: a template does not escape it again."""

    __slots__ = ()

    def __html__(self) -> str:
        return str(self)


def absaetze(text: str, verweise: bool = False) -> Html:
    """Plain text as paragraphs, lists ("- ", "* ", "• ", "1. ") and line breaks; with `verweise` addresses in it become links.

    >>> absaetze("Guten Tag,\\n<b>ja</b>\\n\\n- eins\\n- zwei")
    '<p>Guten Tag,<br>\\n&lt;b&gt;ja&lt;/b&gt;</p>\\n<ul>\\n<li>eins</li>\\n<li>zwei</li>\\n</ul>\\n'
    """
    shown = _with_links if verweise else html.escape
    return Html("".join(_as_html(block, shown) for block in _blocks(text)))


class _Block:
    """Lines that belong together: `tag` is p, ul or ol; each of `items` is a list of lines."""

    def __init__(self, tag: str, first: str) -> None:
        self.tag = tag
        self.items = [[first]]


def _blocks(text: str) -> Iterator[_Block]:
    block: _Block | None = None
    for line in str(text).splitlines():
        tag, content = _kind(line, block)
        if not content:
            waiting, block = block, None
            if waiting:
                yield waiting
        elif block and tag == "more":
            block.items[-1].append(content)
        elif block and tag == block.tag != "p":
            block.items.append([content])
        else:
            if block:
                yield block
            block = _Block(tag, content)
    if block:
        yield block


def _kind(line: str, block: _Block | None) -> tuple[str, str]:
    """What a line begins or goes on with, and what it says. A number begins a list only in order: "20. November" is a date."""
    point, numbered = _POINT.match(line), _NUMBERED.match(line)
    if point:
        return "ul", line[point.end() :].strip()
    if numbered and int(numbered[1]) == (len(block.items) + 1 if block and block.tag == "ol" else 1):
        return "ol", line[numbered.end() :].strip()
    indented = line[:1] in {" ", "\t"}
    return "more" if block and (block.tag == "p" or indented) else "p", line.strip()


def _as_html(block: _Block, shown: Callable[[str], str]) -> str:
    items = ["<br>\n".join(map(shown, lines)) for lines in block.items]
    if block.tag == "p":
        return f"<p>{items[0]}</p>\n"
    return f"<{block.tag}>\n" + "".join(f"<li>{item}</li>\n" for item in items) + f"</{block.tag}>\n"


def _with_links(line: str) -> str:
    """A line with its links. Each shows where it leads."""
    out, position = "", 0
    for found in _LINK.finditer(line):
        address = _without_punctuation(found[0])
        end = found.start() + len(address)
        if address.partition(":")[2].strip("/"):
            out += (
                html.escape(line[position : found.start()])
                + f'<a href="{html.escape(address)}" style="{LINK_STYLE}">{html.escape(address)}</a>'
            )
            position = end
    return out + html.escape(line[position:])


def _without_punctuation(address: str) -> str:
    """Ends a sentence's mark or bracket that is not the link's own."""
    while address[-1] in _AFTER_A_LINK or any(
        address[-1] == close and address.count(close) > address.count(begin) for begin, close in ("()", "[]")
    ):
        address = address[:-1]
    return address


def zeile(text: str, laenge: int = 200) -> str:
    """The text on one line, safe for a subject, at most so long."""
    return one_line(text, laenge)


def name(text: str) -> str:
    """A person's name, which cannot be taken for an address."""
    return sender_name(text)


def zeilen(text: Any) -> list[Any]:
    """The lines that are not blank; of a list its rows, and the lines of what is no row.

    >>> zeilen("eins\\n\\nzwei"), zeilen(["eins", {"nr": "zwei"}])
    (['eins', 'zwei'], ['eins', {'nr': 'zwei'}])
    """
    found = text if isinstance(text, list | tuple) else [text]
    return [line for each in found for line in ([each] if isinstance(each, dict) else str(each).splitlines()) if str(line).strip()]


def spalten(line: Any, anzahl: int = 2) -> list[str]:
    """The columns of a row, or the parts of a line between tabs: so many, whatever the row has.

    >>> spalten({"nr": "KD-2026-00042", "titel": "Heizung", "art": ""}), spalten("eins\\tzwei", 3)
    (['KD-2026-00042', 'Heizung'], ['eins', 'zwei', ''])
    """
    parts = [str(part).strip() for part in (line.values() if isinstance(line, dict) else str(line).split("\t"))]
    return (parts + [""] * anzahl)[:anzahl]


def datum(moment: str, form: str = DAY) -> str:
    """A day or a time in another form, as strftime has it ("%H:%M"). Plain text, as in letters of maildesk 0.1, stays as it is."""
    return moment.value.strftime(form) if isinstance(moment, Moment) else moment


def groesse(size_bytes: int) -> str:
    """
    >>> groesse(900), groesse(2_500_000)
    ('1 kB', '2,4 MB')
    """
    if size_bytes < 1024 * 1024:
        return f"{max(1, round(size_bytes / 1024))} kB"
    return f"{size_bytes / 1024 / 1024:.1f} MB".replace(".", ",")


ALL: dict[str, Callable[..., Any]] = {each.__name__: each for each in (absaetze, datum, groesse, name, spalten, zeile, zeilen)}
