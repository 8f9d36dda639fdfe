# SPDX-FileCopyrightText: 2026 The maildesk authors
# SPDX-License-Identifier: EUPL-1.2
"""What holds for every mail: nothing raises, no part is lost, every value is within its bounds."""

from __future__ import annotations

import random
import re

from hypothesis import given, settings
from hypothesis import strategies as st

from maildesk.adapters.parse import limits
from maildesk.core.mail.message import Message
from tests.rig.builders import a_mail, a_multipart, a_part, parsed
from tests.rig.places import MAILS

CORPUS = tuple(path.read_bytes() for path in MAILS)
CONTROLS = re.compile("[\x00-\x1f\x7f-\x9f\u202a-\u202e\u2066-\u2069\ud800-\udfff]")
FIELD_NAMES = (
    "From",
    "To",
    "Subject",
    "Date",
    "Message-ID",
    "References",
    "Content-Type",
    "Content-Transfer-Encoding",
    "Content-Disposition",
    "X",
)
PIECES = (
    *(
        b"\r\n",
        b"\n",
        b"\r",
        b" ",
        b"\t",
        b"--b",
        b"--",
        b"=?utf-8?q?",
        b"?=",
        b"multipart/mixed; boundary=b",
        b"text/html; charset=utf-16",
        b"\x00",
        b"\xfc",
    ),
    *(
        b"<a@b>",
        b"@",
        b'"',
        b"base64",
        b"quoted-printable",
        b"message/rfc822",
        b"message/delivery-status",
        b"attachment; filename*0*=",
        b"<p>",
        b"ABCD",
    ),
)


def assert_sound(message: Message) -> None:
    """The promises that the rest of the desk relies on."""
    names = [attachment.filename for attachment in message.attachments]
    for line in (message.subject, message.originator.display_name, message.originator.addr_spec, message.media_type, *names):
        assert not CONTROLS.search(line)
    for name in names:
        assert name
        assert not re.search(r"[/\\]|^\.+$", name)
        assert len(name) <= limits.FILENAME_CHARS_MAX
    assert len(set(map(str.lower, names))) == len(names)
    assert not re.search(r"[\s<>]", "".join((message.message_id, *message.references, *message.in_reply_to)))
    assert not re.search("[\x00\ud800-\udfff]", message.text)
    assert message.date is None or message.date.tzinfo is not None
    assert len(message.text) <= limits.TEXT_CHARS_MAX
    for name, value in message.fields:
        assert name == name.lower()
        assert not CONTROLS.search(value)
        assert len(value) <= limits.VALUE_CHARS_MAX


@settings(max_examples=150)
@given(st.binary(max_size=2000))
def test_no_octets_at_all_raise(octets: bytes):
    assert_sound(parsed(octets))


@settings(max_examples=200)
@given(
    st.lists(st.tuples(st.sampled_from(FIELD_NAMES), st.lists(st.sampled_from(PIECES), max_size=6)), max_size=8),
    st.lists(st.sampled_from(PIECES), max_size=40),
)
def test_no_heap_of_mail_pieces_raises(fields: list[tuple[str, list[bytes]]], body: list[bytes]):
    head = b"".join(name.encode() + b": " + b"".join(pieces) + b"\r\n" for name, pieces in fields)

    assert_sound(parsed(head + b"\r\n" + b"".join(body)))


def test_mails_with_flipped_and_missing_octets_are_sound():
    chance = random.Random(20261123)
    for _ in range(400):
        octets = bytearray(chance.choice(CORPUS))
        for _ in range(chance.randint(1, 8) if octets else 0):
            octets[chance.randrange(len(octets))] = chance.choice(b'\x00\n\r"=?<>@;:-\xff ')
        start = chance.randrange(len(octets) + 1)
        del octets[start : start + chance.choice((0, 0, 1, 20, 300))]
        assert_sound(parsed(bytes(octets)))


LEAF = st.sampled_from(
    [
        ("text/plain; charset=utf-8", ""),
        ("text/html; charset=utf-8", ""),
        ("text/plain; charset=utf-8", "attachment"),
        ("text/calendar; method=REQUEST", ""),
        ("image/png", "inline"),
        ("application/pdf", "attachment"),
        ("message/rfc822", ""),
        ("message/delivery-status", ""),
    ]
)
KINDS = st.sampled_from(["mixed", "alternative", "related", "signed", "report", "x-unheard-of"])
TREE = st.recursive(LEAF, lambda children: st.tuples(KINDS, st.lists(children, min_size=1, max_size=4)), max_leaves=12)


class _Rendered:
    """A random tree of parts as a mail; every leaf holds a marker of its own."""

    def __init__(self, tree: tuple[str, object]) -> None:
        self.markers: list[str] = []
        self.octets = b"From: eva@example.org\nMIME-Version: 1.0\n" + self._part(tree, "b")

    def _part(self, tree: tuple[str, object], path: str) -> bytes:
        kind, rest = tree
        if isinstance(rest, list):
            parts = [self._part(child, f"{path}.{number}") for number, child in enumerate(rest)]
            delimited = b"".join(f"--{path}\n".encode() + part + b"\n" for part in parts)
            return f'Content-Type: multipart/{kind}; boundary="{path}"\n\n'.encode() + delimited + f"--{path}--\n".encode()
        marker = f"marke{len(self.markers)}ende"
        self.markers.append(marker)
        disposition = {"Content-Disposition": str(rest)} if rest else {}
        inner = f"Subject: {marker}\n\n" if kind in {"message/rfc822", "message/delivery-status"} else ""
        return a_part(f"{inner}{marker}\n", kind, **disposition)


@settings(max_examples=200)
@given(TREE)
def test_no_part_is_lost(tree: tuple[str, object]):
    rendered = _Rendered(tree)
    message = parsed(rendered.octets)

    shown = sum(marker in message.text for marker in rendered.markers)
    hidden = _alternatives(tree)
    assert shown + len(message.attachments) <= len(rendered.markers)
    assert shown + len(message.attachments) >= len(rendered.markers) - hidden
    assert message.defects == ()
    assert_sound(message)


def _alternatives(tree: tuple[str, object], inside: bool = False) -> int:
    """How many texts stand inside of a multipart/alternative: of these, all but the chosen ones are another form of the body."""
    kind, rest = tree
    if isinstance(rest, list):
        return sum(_alternatives(child, inside or kind == "alternative") for child in rest)
    return int(inside and kind.startswith(("text/plain", "text/html")) and not rest)


@settings(max_examples=100)
@given(st.text(min_size=1, max_size=200), st.sampled_from(["utf-8", "utf-16", "utf-7"]))
def test_a_text_comes_out_as_it_went_in(text: str, charset: str):
    wanted = "".join(character for character in text if character.isalnum())
    octets = text.encode(charset, "ignore")

    message = parsed(a_mail(b"", content_type=None).removesuffix(b"\r\n") + _base64_part(octets, charset))

    assert "".join(character for character in message.text if character.isalnum()) == wanted


def _base64_part(octets: bytes, charset: str) -> bytes:
    import base64

    return f"Content-Type: text/plain; charset={charset}\r\nContent-Transfer-Encoding: base64\r\n\r\n".encode() + base64.encodebytes(octets)


def test_two_copies_that_differ_only_in_trace_fields_have_one_content_digest():
    mail = a_mail()
    first = parsed(b"Received: from a by b\r\nDelivered-To: one@example.com\r\n" + mail)
    second = parsed(b"Return-Path: <x@example.org>\r\nReceived: from c by d\r\nX-Spam: no\r\n" + mail + b"\r\n")

    assert first.digest != second.digest
    assert first.content_digest == second.content_digest
    assert first.content_digest != parsed(a_mail("Ein anderer Text")).content_digest
    assert first.content_digest != parsed(a_mail(message_id="frage-2@example.org")).content_digest


def test_the_same_part_gives_the_same_digest_whatever_its_transfer_encoding():
    plain = a_multipart(a_part("Text"), a_part(b"ABC", "application/pdf", content_disposition="attachment"))
    coded = a_multipart(
        a_part("Text"), a_part(b"QUJD", "application/pdf", content_transfer_encoding="base64", content_disposition="attachment")
    )

    assert parsed(plain).attachments[0].digest == parsed(coded).attachments[0].digest
    assert parsed(coded).attachments[0].size_bytes == 3
