# SPDX-FileCopyrightText: 2026 The maildesk authors
# SPDX-License-Identifier: EUPL-1.2
"""Message-IDs (RFC 5322 section 3.6.4): only well-formed ones, without brackets, each once, bounded.

Programs write encoded words where RFC 2047 section 5 forbids them (Python's email package does so with every id that is longer than a
line), and fold an id in the middle. Both are undone, and only where that leads to a well-formed id.
"""

from __future__ import annotations

import re
from collections.abc import Iterable

from maildesk.adapters.parse import limits
from maildesk.adapters.parse.mime import words

_BRACKETED = re.compile(rf"<([^<>\s\x00-\x1f\x7f-\x9f]{{1,{limits.MESSAGE_ID_CHARS_MAX}}})>")
_BARE = re.compile(rf"[^<>\s\x00-\x1f\x7f-\x9f,;\"()]{{1,{limits.MESSAGE_ID_CHARS_MAX}}}")
_FOLDED = re.compile(r"<[^<>]{1,5000}>")
_FOLD = re.compile(r"[\r\n]+[ \t]*")
_ENCODED = re.compile(r"=\?[^\s?]{1,60}\?[bq]\?", re.IGNORECASE)


def read(raws: Iterable[bytes]) -> tuple[str, ...]:
    """The ids in the values of a field. Text between them is skipped; an id without brackets counts where it is alone."""
    texts = (_decoded(_FOLDED.sub(_unfolded, raw.decode("utf-8", "replace"))) for raw in raws)
    return tuple(dict.fromkeys(identifier for text in texts for identifier in _ids_in(text)))


def _unfolded(match: re.Match[str]) -> str:
    """What is between two brackets without its folds. A sentence in brackets keeps its blanks, and so is no id."""
    return _FOLD.sub("", match[0])


def _decoded(text: str) -> str:
    """The value without encoded words. An id that holds the marks of one is an id already."""
    if not _ENCODED.search(_BRACKETED.sub(" ", text)):
        return text
    return words.decode_words(_FOLD.sub(" ", text))


def _ids_in(text: str) -> list[str]:
    found, bare = _BRACKETED.findall(text), text.strip().strip("<>")
    return found or ([bare] if "@" in bare and _BARE.fullmatch(bare) else [])


def first(raw: bytes) -> str:
    return next(iter(read((raw,))), "")


def references(raws: Iterable[bytes]) -> tuple[str, ...]:
    """The ancestors, the oldest first; of a longer list the first ones and the last ones, which name the thread and its end."""
    found = read(raws)
    if len(found) <= limits.REFERENCES_MAX:
        return found
    return found[: limits.REFERENCES_FIRST] + found[-(limits.REFERENCES_MAX - limits.REFERENCES_FIRST) :]
