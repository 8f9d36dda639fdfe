# SPDX-FileCopyrightText: 2026 The maildesk authors
# SPDX-License-Identifier: EUPL-1.2
"""What a person wrote into an invitation or the answer to one (RFC 5545): words that are in the calendar part alone."""

from __future__ import annotations

import re
from collections.abc import Iterator

from maildesk.adapters.parse import limits
from maildesk.adapters.parse.mime import charset
from maildesk.adapters.parse.mime.tree import Leaf, Tree
from maildesk.adapters.parse.text.body import clean

_COMMENT = re.compile(r'^COMMENT(?:;[^:\n"]{0,200}(?:"[^"\n]{0,200}")?)*:(?P<text>.*)$', re.MULTILINE | re.IGNORECASE)
_OTHERS = re.compile(
    r'^(?:DESCRIPTION|SUMMARY|LOCATION)(?:;[^:\n"]{0,200}(?:"[^"\n]{0,200}")?)*:(?P<text>.*)$', re.MULTILINE | re.IGNORECASE
)
_RESPONSE = re.compile(
    r';X-RESPONSE-COMMENT=(?:"(?P<quoted>[^"\n]*)"|(?P<bare>[^";:,\n]*))', re.IGNORECASE
)  # Google's, of the person who answers
_ESCAPED = re.compile(r"\\([nN;,\\])")


def comments(tree: Tree) -> str:
    """What the writer added to an answer."""
    return _joined(text for leaf in _calendars(tree) for text in _comments(_content(leaf)))


def all_words(leaf: Leaf) -> str:
    """Every text of a calendar part, also what it only repeats."""
    content = _content(leaf)
    return _joined((*_comments(content), *(match["text"] for match in _OTHERS.finditer(content))))


def descriptions(tree: Tree) -> str:
    """What an invitation says, for a mail that has no other text."""
    return _joined(match["text"] for leaf in _calendars(tree) for match in _OTHERS.finditer(_content(leaf)))


def _calendars(tree: Tree) -> Iterator[Leaf]:
    return (leaf for leaf in tree.leaves if leaf.media_type == "text/calendar")


def _content(leaf: Leaf) -> str:
    """The lines of the part, unfolded (RFC 5545 section 3.1)."""
    text = clean(charset.decode(leaf.content[: limits.FIELD_BYTES_MAX], leaf.content_type.get("charset")))
    return re.sub(r"\n[ \t]", "", text)


def _comments(content: str) -> Iterator[str]:
    yield from (match["text"] for match in _COMMENT.finditer(content))
    yield from (match["quoted"] or match["bare"] or "" for match in _RESPONSE.finditer(content))


def _joined(texts: Iterator[str] | tuple[str, ...]) -> str:
    plain = (_ESCAPED.sub(lambda sign: "\n" if sign[1] in "nN" else sign[1], text).strip() for text in texts)
    return "\n\n".join(dict.fromkeys(text for text in plain if text))
