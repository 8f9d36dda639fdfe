# SPDX-FileCopyrightText: 2026 The maildesk authors
# SPDX-License-Identifier: EUPL-1.2
"""What two messages are compared by besides their Message-IDs: conversation, subject, text. All of it bounded and stable."""

from __future__ import annotations

import base64
import hashlib
import re

from maildesk.core.mail.message import Message, split_subject

THREAD_INDEX_ROOT_BYTES = 22
BASE_SUBJECT_CHARS_MAX = 200
IDS_IN_TEXT_MAX = 20
_ID_IN_TEXT = re.compile(r"<([^<>\s@]{1,200}@[^<>\s@]{1,200})>")
_TEXT_CHARS_MAX = 200_000


def thread_index_root(message: Message) -> str:
    """The conversation of Exchange's Thread-Index: its first 22 octets, hexadecimal; every answer adds octets behind them.

    Source: [MS-OXOMSG] section 2.2.1.3, PidTagConversationIndex. Empty if there is none, or it is not one.
    """
    value = message.value("thread-index").strip()[:4000]
    if not re.fullmatch(r"[A-Za-z0-9+/]{30,}={0,2}", value):
        return ""
    try:
        index = base64.b64decode(value + "=" * (-len(value) % 4))
    except ValueError:
        return ""
    return index[:THREAD_INDEX_ROOT_BYTES].hex() if len(index) >= THREAD_INDEX_ROOT_BYTES else ""


def base_subject(subject: str) -> str:
    """The subject without its prefixes, in the form in which subjects are compared (RFC 5256 section 2.1, simplified).

    >>> base_subject("AW: Re:  Kritik am  Ton")
    'kritik am ton'
    """
    return split_subject(subject)[1].casefold()[:BASE_SUBJECT_CHARS_MAX]


def text_digest(message: Message) -> str:
    """What the mail says: the sha256 of its letters and digits and of its attachments. Spaces, line ends and marks do not count."""
    digest = hashlib.sha256()
    digest.update(_letters(message.text).encode("utf-8", "replace"))
    for attachment in sorted(attachment.digest for attachment in message.attachments):
        digest.update(b"\0" + attachment.encode())
    return digest.hexdigest()


def _letters(text: str) -> str:
    return "".join(re.findall(r"\w+", text[:_TEXT_CHARS_MAX].casefold()))


def is_contained(one: str, other: str) -> bool:
    """Whether one text is the other with something before or behind it, such as the footer of a server.

    >>> is_contained("Guten Tag, bitte um Rückruf.", "[extern] Guten Tag,  bitte um\\nRückruf. -- geprüft --")
    True
    """
    shorter, longer = sorted((_letters(one), _letters(other)), key=len)
    return shorter in longer if shorter else not longer


def ids_in_text(message: Message) -> tuple[str, ...]:
    """What may be Message-IDs in the text, as in "In message <x@y>, Eva wrote:": some programs name the parent nowhere else."""
    return tuple(dict.fromkeys(_ID_IN_TEXT.findall(message.text[:_TEXT_CHARS_MAX])))[:IDS_IN_TEXT_MAX]


_WORD = re.compile(r"[^\W\d_]{5,}")
_COMMON = frozenset({  # as casefold() writes them: "ss" for "ß"
    "damen", "herren", "guten", "freundlichen", "freundliche", "grüssen", "gruessen", "grüsse", "hallo", "bitte", "danke", "vielen",
    "haben", "werden", "wurde", "wurden", "worden", "meine", "meinem", "meinen", "meiner", "ihnen", "ihrer", "ihrem", "ihren",
    "diese", "dieser", "dieses", "diesem", "diesen", "nicht", "nichts", "schon", "heute", "jetzt", "wieder", "immer", "keine",
    "keinen", "geehrte", "geehrter", "geehrten", "jobcenter", "können", "könnte", "würde", "wegen", "damit", "einen", "einem",
    "einer", "eines",
})  # fmt: skip
WORDS_MAX = 400
SHARED_WORDS_MIN = 5
SHARED_PART_MIN = 0.5


def words_of(text: str) -> frozenset[str]:
    """The words that carry a concern: of five letters and more, without the ones that every letter has."""
    found = (word for word in _WORD.findall(text.casefold()) if word not in _COMMON)
    return frozenset(list(dict.fromkeys(found))[:WORDS_MAX])


def is_alike(one: str, other: str) -> bool:
    """Whether two texts may be about one concern: at least half of the words of the shorter one are in the other, and at least five.

    >>> is_alike("Der Bescheid über meine Heizkosten ist falsch berechnet worden, Miete fehlt",
    ...          "Nochmals: Heizkosten falsch berechnet! Der Bescheid ist von gestern, Miete fehlt")
    True
    >>> is_alike("Der Bescheid über meine Heizkosten ist falsch", "Ein Lob für den freundlichen Empfang")
    False
    """
    left, right = words_of(one), words_of(other)
    shared = len(left & right)
    return shared >= SHARED_WORDS_MIN and shared >= SHARED_PART_MIN * min(len(left), len(right))
