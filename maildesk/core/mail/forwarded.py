# SPDX-FileCopyrightText: 2026 The maildesk authors
# SPDX-License-Identifier: EUPL-1.2
"""A mail that somebody forwarded as text: the header lines that mail programs put above it, and what is above and below them."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from maildesk.core.mail.message import Address

BLOCK_LINES_MAX = 20
BLOCKS_MAX = 10
LINE_CHARS_MAX = 400
_LABELS = {
    "from": ("von", "from", "absender"),
    "sent": ("gesendet", "gesendet am", "datum", "date", "sent"),
    "to": ("an", "to", "kopie (cc)", "cc", "kopie", "antwort an", "reply-to"),
    "subject": ("betreff", "subject"),
}
_ROLES = {label: role for role, labels in _LABELS.items() for label in labels}
_FIELD = re.compile(r"(?P<mark>[\s>|]*)\*?(?P<label>[^\W\d_][\w() -]{0,14}?)\s?\*?\s?:\s?\*?(?P<value>.*)")
_ADDRESS = re.compile(r"[^\s<>()\[\]@,;:\"']{1,64}@[\w-]{1,63}(?:\.[\w-]{1,63})+")
_SEPARATOR = re.compile(
    r"[\s>|]*(?:[-_=–—]{2,}[^-_=–—]{0,60}[-_=–—]{2,}|[-_=–—]{5,}|(?:anfang der weitergeleiteten nachricht|begin forwarded message)\s?:)\s*",
    re.IGNORECASE,
)


@dataclass(frozen=True, slots=True)
class Forwarded:
    """A mail in a mail. `writer` is as its header lines name him, without an address where they name none. Texts are lines with LF."""

    writer: Address
    subject: str
    above: str
    text: str


def forwarded_mails(text: str) -> tuple[Forwarded, ...]:
    """The messages that are in a text, the outermost first, each with all that is above and below its header lines."""
    lines = text.replace("\u00a0", " ").split("\n")
    return tuple(_mails(lines))


def _mails(lines: Sequence[str]) -> Iterator[Forwarded]:
    number = found = 0
    while number < len(lines) and found < BLOCKS_MAX:
        end, fields, marked = _block(lines, number)
        if "from" in fields and len(fields) >= 3:
            found += 1
            yield Forwarded(
                _writer(fields["from"]), fields.get("subject", "").strip(), _above(lines, number), _below(lines[end:], marked=marked)
            )
            number = end
        else:
            number += 1


def _block(lines: Sequence[str], first: int) -> tuple[int, dict[str, str], bool]:
    """Where the header lines that begin here end, what they say, and whether they are marked as quoted."""
    fields: dict[str, str] = {}
    end, marked = first, False
    for number in range(first, min(len(lines), first + BLOCK_LINES_MAX)):
        line = lines[number][:LINE_CHARS_MAX]
        match = _FIELD.match(line)
        role = _ROLES.get(match["label"].strip().lower()) if match else None
        if match and role:
            fields.setdefault(role, match["value"].strip(" \t*"))
            marked = marked or ">" in match["mark"]
            end = number + 1
        elif number == first or number - end >= 2 or (not line.strip(" >|") and {"subject", "from", "sent"} <= fields.keys()):
            break
    return end, fields, marked


def _writer(value: str) -> Address:
    found = _ADDRESS.search(value)
    if found is None:
        return Address(" ".join(value.strip(" \"'").split()), "")
    name = re.split(r"[<\[(]", value, maxsplit=1)[0] if found.start() else ""
    return Address("" if "@" in name else " ".join(name.strip(" \"'\t").split()), found[0].strip(".").lower())


def _above(lines: Sequence[str], number: int) -> str:
    while number > 0 and (not lines[number - 1].strip(" >|") or _SEPARATOR.fullmatch(lines[number - 1][:LINE_CHARS_MAX])):
        number -= 1
    return "\n".join(lines[:number]).rstrip()


def _below(lines: Sequence[str], *, marked: bool) -> str:
    """Without the marks that the program set before each line of the whole mail."""
    plain = (re.sub(r"^\s?> ?", "", line) for line in lines) if marked else lines
    return "\n".join(line.rstrip() for line in plain).strip("\n")
