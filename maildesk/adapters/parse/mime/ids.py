# SPDX-FileCopyrightText: 2026 The maildesk authors
# SPDX-License-Identifier: EUPL-1.2
"""Message-IDs (RFC 5322 section 3.6.4): only well-formed ones, without brackets, each once, bounded."""

from __future__ import annotations

import re
from collections.abc import Iterable

from maildesk.adapters.parse import limits

_BRACKETED = re.compile(rf"<([^<>\s\x00-\x1f\x7f-\x9f]{{1,{limits.MESSAGE_ID_CHARS_MAX}}})>")
_BARE = re.compile(rf"[^<>\s\x00-\x1f\x7f-\x9f,;\"()]{{1,{limits.MESSAGE_ID_CHARS_MAX}}}")


def read(raws: Iterable[bytes]) -> tuple[str, ...]:
    """The ids in the values of a field. Text between them is skipped; an id without brackets counts where it stands alone."""
    found: dict[str, None] = {}
    for raw in raws:
        text = raw.decode("utf-8", "replace")
        # Exchange folds long ids in the middle, after the opening bracket.
        text = re.sub(r"<[\r\n]+[ \t]", "<", text)
        bracketed = _BRACKETED.findall(text)
        found.update(dict.fromkeys(bracketed))
        bare = text.strip().strip("<>")
        if not bracketed and "@" in bare and _BARE.fullmatch(bare):
            found[bare] = None
    return tuple(found)


def first(raw: bytes) -> str:
    return next(iter(read((raw,))), "")


def references(raws: Iterable[bytes]) -> tuple[str, ...]:
    """The ancestors, the oldest first; of a longer list the first ones and the last ones, which name the thread and its end."""
    found = read(raws)
    if len(found) <= limits.REFERENCES_MAX:
        return found
    return found[: limits.REFERENCES_FIRST] + found[-(limits.REFERENCES_MAX - limits.REFERENCES_FIRST) :]
