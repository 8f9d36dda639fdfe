# SPDX-FileCopyrightText: 2026 The maildesk authors
# SPDX-License-Identifier: EUPL-1.2
"""The text of a mail: its plain parts, else its HTML parts rendered, in the order of the mail."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Sequence

from maildesk.adapters.parse import limits
from maildesk.adapters.parse.mime import charset, secured
from maildesk.adapters.parse.mime.tree import Leaf, Role, Tree
from maildesk.adapters.parse.text import flowed, forms, html
from maildesk.core.text.unseen import without_unseen

_CONTROLS = re.compile("[\x00-\x08\x0b-\x1f\x7f-\x84\x86-\x9f\ud800-\udfff]")
_HYPHEN_IN_A_NUMBER = re.compile("(?<=\\w)\u00ad(?=\\d)")  # a soft hyphen where nothing is hyphenated
_LINE_ENDS = re.compile("\r\n|\r|\x85|\u2028|\u2029")
_EMPTY_LINES = re.compile(r"\n{4,}")
_OCTETS_PER_CHARACTER_MAX = 4


def clean(text: str) -> str:
    """Line ends as line feeds, nothing that nobody sees, plain spaces; the end trimmed and the length bounded."""
    text = _LINE_ENDS.sub("\n", text[: 2 * limits.TEXT_CHARS_MAX])
    text = without_unseen(_CONTROLS.sub("", text.replace("\x0c", "\n"))).replace("\u00a0", " ")
    text = _HYPHEN_IN_A_NUMBER.sub("-", text).replace("\u00ad", "")
    text = text.strip("\n").rstrip()
    return text if len(text) <= limits.TEXT_CHARS_MAX else text.lstrip()[: limits.TEXT_CHARS_MAX].rstrip()


def text_of(leaf: Leaf) -> str:
    """The text of one part, by its media type; not cleaned yet of what is at its ends."""
    declared = leaf.content_type.get("charset")
    data = leaf.content[: _OCTETS_PER_CHARACTER_MAX * limits.TEXT_CHARS_MAX]
    if leaf.media_type == "text/html":
        return _tidy(html.rendered(html.decoded(data, declared)))
    text = secured.without_armor(clean(charset.decode(data, declared)))
    if leaf.content_type.get("format").lower() == "flowed":
        text = flowed.unwrapped(text, delete_space=leaf.content_type.get("delsp").lower() == "yes")
    if leaf.media_type in {"text/enriched", "text/richtext"}:
        text = html.between_tags(text.replace("<<", "&lt;"))
    return text


def _tidy(text: str) -> str:
    """A rendered page without the spaces that its tables leave at the ends of lines, and without long gaps."""
    lines = "\n".join(line if line == "-- " else line.rstrip() for line in clean(text).split("\n"))
    return _EMPTY_LINES.sub("\n\n\n", lines)


def body_text(tree: Tree, preamble: str) -> str:
    """The text of the mail. A mail with a body never yields nothing: at the end of the ladder is the source itself."""
    leaves = tree.with_role(Role.BODY)
    text = _joined(_without_notices([_shown(leaf) for leaf in leaves]))
    if text and not forms.is_blank(text) and not forms.is_notice(text):
        return text
    others = tree.with_role(Role.ALTERNATIVE)
    better = _joined(text_of(leaf) for leaf in others) or (_joined(map(text_of, _attached_pages(tree))) if text else "")
    if better or text:
        return better if better and not forms.is_blank(better) else text or better
    sources = (leaf for leaf in (*leaves, *others) if leaf.media_type == "text/html" and not leaf.is_blank)
    text = _joined(_source(leaf) for leaf in sources)
    if text or any(not leaf.is_blank for leaf in tree.leaves):
        return text
    return clean(charset.decode(preamble.encode("utf-8", "surrogateescape")))


def _shown(leaf: Leaf) -> str:
    """The text of a part of the body; of a plain one that has another form, of both."""
    text = text_of(leaf)
    if not leaf.others:
        return text
    sources = (html.decoded(other.content, other.content_type.get("charset")) for other in leaf.others)
    if not forms.may_say_more("\n".join(map(html.between_tags, sources)), text):
        return text
    return forms.text_of_both(clean(text), _joined(text_of(other) for other in leaf.others))


def _without_notices(texts: Sequence[str]) -> Sequence[str]:
    """The texts without those that only say that another one is HTML."""
    kept = [text for text in texts if not forms.is_notice(text)]
    return kept if any(map(str.strip, kept)) else texts


def _attached_pages(tree: Tree) -> Iterator[Leaf]:
    """HTML that the program attached instead of showing it."""
    return (leaf for leaf in tree.with_role(Role.ATTACHMENT) if leaf.media_type == "text/html")


def _source(leaf: Leaf) -> str:
    """What an HTML part says when nothing of it is shown: the text between its tags with all that is hidden, else its source."""
    source = html.decoded(leaf.content, leaf.content_type.get("charset"))
    return clean(html.between_tags(source)) or clean(source)


def _joined(texts: Iterable[str]) -> str:
    pieces = [piece for text in texts if (piece := clean(text))]
    return clean("\n\n".join(pieces))
