# SPDX-FileCopyrightText: 2026 The maildesk authors
# SPDX-License-Identifier: EUPL-1.2
"""What is in a machine's mail beside its text: attached messages, other forms of the body, text files, the words of calendars.

Nobody is shown a machine's mail, so all of it is looked through for danger (`core.own_mail.danger`).
"""

from __future__ import annotations

from collections.abc import Iterator

from maildesk.adapters.parse import limits
from maildesk.adapters.parse.delivery_reports.returned import HEAD_TYPES, MAIL_TYPES, inner_mail
from maildesk.adapters.parse.mime import words
from maildesk.adapters.parse.mime.head import split_head
from maildesk.adapters.parse.mime.params import raw_field
from maildesk.adapters.parse.mime.tree import Leaf, Role, Tree, tree_of
from maildesk.adapters.parse.text.body import body_text, clean, text_of
from maildesk.adapters.parse.text.calendar_words import all_words

MAILS_DEEP_MAX = 4


def beside(tree: Tree, deep: int = 0) -> str:
    """The text of every part that is not the body, in the order of the mail, bounded."""
    found: list[str] = []
    room = limits.BESIDE_CHARS_MAX
    for leaf in tree.leaves:
        for text in _texts(leaf, deep) if room > 0 else ():
            found.append(text[:room])
            room -= len(text)
    return "\n\n".join(text for text in found if text)


def _texts(leaf: Leaf, deep: int) -> Iterator[str]:
    inner = inner_mail(leaf) if leaf.media_type in MAIL_TYPES else None
    if inner is not None and deep < MAILS_DEEP_MAX:
        tree = tree_of(inner)
        yield words.decoded(raw_field(inner, "subject"), limits.SUBJECT_CHARS_MAX)
        yield body_text(tree, "")
        yield beside(tree, deep + 1)
    elif leaf.media_type in HEAD_TYPES:
        head = split_head(leaf.content[: limits.FIELD_BYTES_MAX])
        yield from (words.decoded(raw, limits.SUBJECT_CHARS_MAX) for raw in head.raws("subject"))
    elif leaf.media_type == "text/calendar":
        yield all_words(leaf)
    elif leaf.role is not Role.BODY and leaf.media_type.startswith("text/"):
        yield clean(text_of(leaf))
