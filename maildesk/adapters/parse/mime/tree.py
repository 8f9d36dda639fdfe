# SPDX-FileCopyrightText: 2026 The maildesk authors
# SPDX-License-Identifier: EUPL-1.2
"""The structure of a mail: which leaf parts it has, and which of them are its body (RFC 2046 section 5).

The tree is the one that mail-parser built. What it says about bodies is not used: it appends the text of an attached
mail to the writer's own, and it loses calendar parts, delivery reports and attached messages.
"""

from __future__ import annotations

import email
import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from email.message import Message as MimePart
from enum import Enum
from functools import cached_property

from maildesk.adapters.parse import limits
from maildesk.adapters.parse.mime import outlook, secured
from maildesk.adapters.parse.mime.content import content_of, decoded_multipart, flattened
from maildesk.adapters.parse.mime.params import Structured, raw_field, structured

BODY_TYPES = frozenset({"text/plain", "text/html"})
# Text that can stand in for a body where there is no other; text/calendar and the like say nothing to a reader.
SPARE_BODY_TYPES = frozenset({"text/plain", "text/html", "text/enriched", "text/richtext", "text/markdown", "text/x-markdown"})
_LEVELS_OF_A_COPY = 10  # what an opaque signature or an encoded multipart counts for in DEPTH_MAX: each is a further copy of the mail
_MEDIA_TYPE = re.compile(r"[a-z0-9.+_-]{1,60}/[a-z0-9.+_-]{1,100}")


class Role(Enum):
    """What a leaf part is: body, another form of the body (which is not shown), or an attachment."""

    BODY = "body"
    ALTERNATIVE = "alternative"
    ATTACHMENT = "attachment"


@dataclass(eq=False)
class Leaf:
    """A part that is not taken apart further. An attached mail is a leaf: its text is not the writer's."""

    part: MimePart
    media_type: str
    content_type: Structured = field(default_factory=Structured)
    disposition: Structured = field(default_factory=Structured)
    role: Role = Role.ATTACHMENT
    whole: bool = False  # a container that is kept as it is: too deep, or an attached mail
    unpacked: bytes | None = None  # the content of a part that was in winmail.dat
    others: tuple[Leaf, ...] = ()  # of a plain body: the HTML that is another form of it

    @cached_property
    def content(self) -> bytes:
        """The octets behind the transfer encoding."""
        if self.unpacked is not None:
            return self.unpacked
        return flattened(self.part) if self.whole else content_of(self.part)

    @property
    def name(self) -> str:
        """The declared file name as it is, with whatever somebody put into it."""
        return self.disposition.get("filename") or self.content_type.get("name")

    @property
    def is_blank(self) -> bool:
        """Whether there is nothing to read: white space and no-break spaces only."""
        return not self.content.replace(b"\xc2\xa0", b"").replace(b"\xa0", b"").replace(b"&nbsp;", b"").strip(b" \t\r\n\x00")

    @property
    def has_name(self) -> bool:
        return bool(self.name)


@dataclass(frozen=True, slots=True)
class Tree:
    """All leaves in the order of the mail, and what was found wrong."""

    leaves: tuple[Leaf, ...]
    defects: tuple[str, ...] = ()

    def with_role(self, role: Role) -> tuple[Leaf, ...]:
        return tuple(leaf for leaf in self.leaves if leaf.role is role)


class _Walk:
    """Counts while it walks, so that no structure is deeper or wider than the limits."""

    def __init__(self) -> None:
        self.room = limits.PARTS_MAX
        self.defects: dict[str, None] = {}

    def leaves(self, part: MimePart, depth: int = 0) -> list[Leaf]:
        if self.room <= 0:
            self.defects[f"more than {limits.PARTS_MAX} parts: the rest is not listed"] = None
            return []
        decoded = decoded_multipart(part) if depth < limits.DEPTH_MAX else None
        if decoded is not None:
            self.defects[_DEFECTS["InvalidMultipartContentTransferEncodingDefect"]] = None
            return self.leaves(decoded, depth + _LEVELS_OF_A_COPY)
        self.defects.update(dict.fromkeys(map(_defect, part.defects)))
        main_type = part.get_content_maintype()
        if not part.is_multipart() or main_type == "message":
            self.room -= 1
            leaf = _leaf(part)
            return [leaf, *self._inside(leaf, depth + _LEVELS_OF_A_COPY)]
        if depth >= limits.DEPTH_MAX:
            self.room -= 1
            self.defects[f"parts are nested deeper than {limits.DEPTH_MAX}"] = None
            return [Leaf(part, part.get_content_type(), whole=True)]
        groups = [self.leaves(child, depth + 1) for child in part.get_payload() if isinstance(child, MimePart)]
        subtype, leaves = part.get_content_subtype(), [leaf for group in groups for leaf in group]
        if subtype == "alternative":
            _choose(groups)
        elif subtype in {"signed", "encrypted"}:
            self._mark(_mark_of_container(subtype, leaves))
        return leaves

    def _mark(self, mark: str) -> None:
        if mark:
            self.defects[mark] = None

    def _inside(self, leaf: Leaf, depth: int) -> list[Leaf]:
        """What is in a signed S/MIME object or in winmail.dat, besides that part itself, which stays what it is."""
        if secured.is_smime(leaf.media_type, leaf.name) and depth < limits.DEPTH_MAX:
            self._mark(secured.smime_mark(leaf.content, leaf.content_type.get("smime-type")))
            entity = secured.signed_content(leaf.content)
            return self.leaves(email.message_from_bytes(entity), depth) if entity.strip() else []
        if outlook.is_winmail(leaf.media_type, leaf.name):
            found = _of_winmail(leaf)[: max(self.room, 0)]
            self.room -= len(found)
            return found
        if leaf.media_type == "text/plain" and leaf.role is Role.BODY:
            self._mark(secured.pgp_mark(leaf.content[: limits.TEXT_CHARS_MAX]))
        return []


def _mark_of_container(subtype: str, leaves: list[Leaf]) -> str:
    """What a multipart/signed or multipart/encrypted says that it is, by the kind of its parts (RFC 1847, 3156, 8551)."""
    types = {leaf.media_type for leaf in leaves}
    if subtype == "encrypted":
        return secured.ENCRYPTED_PGP if "application/pgp-encrypted" in types else ""
    if types & secured.SMIME_SIGNATURES:
        return secured.SIGNED_SMIME
    return secured.SIGNED_PGP if "application/pgp-signature" in types else ""


def _of_winmail(leaf: Leaf) -> list[Leaf]:
    """The files in it; and its body as another form of the mail's, which is shown where the mail has no text itself."""
    winmail = outlook.unpacked(leaf.content)
    if winmail is None:
        return []
    bodies = (("text/plain", winmail.text), ("text/html", winmail.html))
    return [
        *(Leaf(MimePart(), kind, role=Role.ALTERNATIVE, unpacked=body) for kind, body in bodies if body.strip()),
        *(
            Leaf(MimePart(), outlook.media_type(name), disposition=Structured("attachment", {"filename": name}), unpacked=content)
            for name, content in winmail.files
        ),
    ]


def _defect(defect: object) -> str:
    return _DEFECTS.get(type(defect).__name__, "the structure of the mail is not well formed")


_DEFECTS = {
    "NoBoundaryInMultipartDefect": "a multipart names no boundary",
    "StartBoundaryNotFoundDefect": "the boundary of a multipart never occurs",
    "CloseBoundaryNotFoundDefect": "the mail ends within a part",
    "MissingHeaderBodySeparatorDefect": "a part begins without an empty line before its text",
    "MultipartInvariantViolationDefect": "a part says multipart and is none",
    "InvalidMultipartContentTransferEncodingDefect": "a multipart says that it is encoded",
    "InvalidBase64PaddingDefect": "base64 is cut off",
    "InvalidBase64CharactersDefect": "base64 has foreign characters",
    "InvalidBase64LengthDefect": "base64 is cut off",
}


def media_type_of(part: MimePart, content_type: Structured) -> str:
    """The library's reading, which follows RFC 2045 section 5.2 where there is none; ours where that leaves rubbish behind it."""
    media_type = part.get_content_type()
    if _MEDIA_TYPE.fullmatch(media_type):
        return media_type
    if content_type.value == "text/":
        return "text/plain"
    return content_type.value if _MEDIA_TYPE.fullmatch(content_type.value) else media_type


def _leaf(part: MimePart) -> Leaf:
    content_type = structured(raw_field(part, "content-type"))
    disposition = structured(raw_field(part, "content-disposition"))
    media_type = media_type_of(part, content_type)
    if part.get_content_maintype() == "message" and part.is_multipart():
        return Leaf(part, media_type, content_type, disposition, Role.ATTACHMENT, whole=True)
    if part.get_content_maintype() == "multipart":  # its boundary never occurs: all that is left is its text
        media_type = "text/plain"
    role = Role.BODY if media_type in BODY_TYPES and disposition.value != "attachment" else Role.ATTACHMENT
    return Leaf(part, media_type, content_type, disposition, role)


def _choose(groups: list[list[Leaf]]) -> None:
    """Of the forms of one body (multipart/alternative) the plain one is shown, unless it is blank, else the last with any text."""
    bodies = [[leaf for leaf in group if leaf.role is Role.BODY] for group in groups]
    filled = [group for group in bodies if any(not leaf.is_blank for leaf in group)]
    plain = [group for group in filled if any(leaf.media_type == "text/plain" and not leaf.is_blank for leaf in group)]
    # Several plain forms are no forms of one text: list programs add theirs to the writer's.
    chosen = plain or filled[-1:]
    for group in bodies:
        for leaf in group:
            if group not in chosen:
                leaf.role = Role.ALTERNATIVE
    plain_leaves = [leaf for group in plain for leaf in group if not leaf.is_blank]
    if len(plain_leaves) == 1:
        plain_leaves[0].others = tuple(leaf for group in filled if group not in plain for leaf in group if leaf.media_type == "text/html")


def _named_later_texts(leaves: list[Leaf]) -> Iterator[Leaf]:
    """Text with a file name behind the first body is a file that somebody attached, also where the program says inline."""
    seen = False
    for leaf in leaves:
        if leaf.role is Role.BODY:
            if seen and leaf.has_name:
                yield leaf
            seen = seen or not leaf.is_blank


def _promote(leaves: list[Leaf]) -> None:
    """Where no body has any text, the first spare one becomes the body: some programs call the whole mail an attachment."""
    if any(leaf.role is Role.BODY and not leaf.is_blank for leaf in leaves):
        return
    spare = [leaf for leaf in leaves if leaf.media_type in SPARE_BODY_TYPES and not leaf.is_blank and not leaf.has_name]
    for leaf in spare[:1]:
        leaf.role = Role.BODY


def tree_of(root: MimePart) -> Tree:
    """Walks the parts of a mail and gives each leaf its role."""
    walk = _Walk()
    leaves = walk.leaves(root)
    for leaf in list(_named_later_texts(leaves)):
        leaf.role = Role.ATTACHMENT
    _promote(leaves)
    return Tree(tuple(leaves), tuple(walk.defects))
