# SPDX-FileCopyrightText: 2026 The maildesk authors
# SPDX-License-Identifier: EUPL-1.2
"""Big attachments are measured while they stream by: the Message is the one that the whole mail gives, and so are the defects."""

from __future__ import annotations

import base64
import hashlib
import random
from dataclasses import replace

import pytest

from maildesk.adapters.parse import cut, limits, whole
from maildesk.core.mail.message import Message
from maildesk.octets import CHUNK_BYTES, Octets
from tests.rig.builders import a_mail, a_multipart, a_part, parsed

FILM = random.Random(1).randbytes(2_200_000)


def a_file(content: bytes = FILM, content_type: str = "video/mp4", *, line_end: bytes = b"\n", **fields: str) -> bytes:
    digits = base64.encodebytes(content).replace(b"\n", line_end)
    disposition = 'attachment; filename="film.mp4"'
    return a_part(digits, content_type, content_transfer_encoding="base64", content_disposition=disposition, **fields)


def uncut(octets: bytes) -> Message:
    """What the parser makes of all octets."""
    return whole.message_of(octets, hashlib.sha256(octets).hexdigest(), len(octets))


def assert_same(octets: bytes) -> Message:
    message = parsed(octets)
    assert replace(message, content_digest="") == replace(uncut(octets), content_digest="")
    return message


def kept_bytes(octets: bytes) -> int:
    mail = Octets.of(octets)
    try:
        return len(cut.readable(mail).data)
    finally:
        mail.close()


@pytest.mark.parametrize(
    "octets",
    [
        pytest.param(a_multipart(a_part("Guten Tag"), a_file(), a_part("Nachsatz")), id="between two texts"),
        pytest.param(a_multipart(a_file(), a_part("Guten Tag"), a_file(FILM[1:])), id="two of them"),
        pytest.param(a_multipart(a_file(), a_file()), id="the same twice"),
        pytest.param(a_multipart(a_file(FILM[:-1])), id="one padding sign"),
        pytest.param(a_multipart(a_file(FILM[:-2])), id="two padding signs"),
        pytest.param(a_mail(base64.encodebytes(FILM), content_type="application/pdf", content_transfer_encoding="base64"), id="alone"),
        pytest.param(a_multipart(a_part("Guten Tag"), a_file(line_end=b"")), id="one long line"),
        pytest.param(a_multipart(a_part("Guten Tag"), a_file().rstrip(b"=\n")), id="padding lost"),
        pytest.param(a_multipart(a_part("Guten Tag"), a_file()).replace(b"\r\n", b"\n"), id="line feeds alone"),
        pytest.param(a_multipart(a_part("Guten Tag"), a_file(content_id="<film>")), id="with fields behind the encoding"),
    ],
)
def test_a_mail_with_big_attachments_gives_the_same_message_as_uncut(octets: bytes):
    message = assert_same(octets)

    assert message.defects == ()
    assert kept_bytes(octets) < 3000


@pytest.mark.parametrize(
    "octets",
    [
        pytest.param(a_multipart(a_file(content_type="text/plain; charset=utf-8")), id="a text"),
        pytest.param(
            a_multipart(a_part("Text"), a_part(a_multipart(a_file(), boundary="innen"), "message/rfc822")), id="inside of an attached mail"
        ),
        pytest.param(a_multipart(a_part("Text"), a_file()[:-1] + b"\n\n_______\nListe\n"), id="text behind the base64"),
        pytest.param(a_multipart(a_part("Text"), a_file()[:2_000_000] + b"=\n" + a_file()[2_000_001:]), id="padding in the middle"),
        pytest.param(a_multipart(a_part("Text"), a_file()[:2_000_000] + b"\xfc!\n" + a_file()[2_000_001:]), id="foreign characters"),
        pytest.param(a_multipart(a_part("Text"), a_file(FILM[:150_000])), id="short"),
    ],
)
def test_what_is_no_clean_and_big_attachment_is_left_as_it_is(octets: bytes):
    assert_same(octets)

    assert kept_bytes(octets) == len(octets)


@pytest.mark.parametrize("shift", [*range(-3, 4), 30, 60, 70, 120, 150, 170, 185, 200, 250])
def test_it_does_not_matter_where_one_chunk_of_octets_ends_and_the_next_begins(shift: int):
    first = a_multipart(a_part("Guten Tag"), a_file(FILM[:700_000]), a_file(FILM[:-1]))
    start_of_second = first.rindex(b"\r\n--grenze\r\n")
    filler = "x" * (CHUNK_BYTES - start_of_second - shift)
    octets = a_multipart(a_part("Guten Tag"), a_file(FILM[:700_000]), a_file(FILM[:-1]), x_filler=filler)

    message = assert_same(octets)

    assert [attachment.size_bytes for attachment in message.attachments] == [700_000, len(FILM) - 1]
    assert kept_bytes(octets) < len(filler) + 3000


def test_two_copies_keep_one_content_digest():
    mail = a_multipart(a_part("Guten Tag"), a_file())

    assert parsed(b"Received: from a by b\r\n" + mail).content_digest == parsed(mail).content_digest
    assert parsed(a_multipart(a_part("Guten Tag"), a_file(FILM[1:]))).content_digest != parsed(mail).content_digest


def test_a_mail_over_the_limit_is_read_whole_if_it_is_attachments_that_make_it_big():
    content = FILM * (limits.WHOLE_BYTES_MAX // len(FILM) + 1)
    message = parsed(a_multipart(a_part("Guten Tag"), a_file(content), a_part("Nachsatz")))

    assert message.text == "Guten Tag\n\nNachsatz"
    assert message.attachments[0].size_bytes == len(content)
    assert message.attachments[0].digest == hashlib.sha256(content).hexdigest()
    assert message.defects == ()


def test_a_mail_over_the_limit_that_brings_a_big_mail_says_what_its_figures_mean():
    inner = a_multipart(a_part("Alter Text"), a_file(FILM * (limits.WHOLE_BYTES_MAX // len(FILM) + 1)), subject="Alt", boundary="innen")
    message = parsed(a_multipart(a_part("Guten Tag"), a_part(inner, "message/rfc822")))

    assert message.text == "Guten Tag"
    assert [attachment.filename for attachment in message.attachments] == ["Alt.eml"]
    assert message.defects == (cut.CUT_INSIDE,)


@pytest.mark.parametrize("content_type", ["application/ms-tnef", 'application/octet-stream; name="smime.p7m"', "application/pkcs7-mime"])
def test_what_the_parser_opens_is_cut_only_where_the_mail_is_too_big(content_type: str):
    small = a_multipart(a_part("Guten Tag"), a_file(content_type=content_type))
    big = a_multipart(a_part("Guten Tag"), a_file(FILM * (cut.OPENED_BYTES_MAX // len(FILM) + 1), content_type))

    assert_same(small)
    assert kept_bytes(small) == len(small)
    assert kept_bytes(big) < 3000


def test_a_flood_of_encodings_without_a_body_is_looked_at_once():
    field = b"Content-Transfer-Encoding: base64\r\n"
    octets = a_mail(field * 100_000 + b"\r\n" + (b"a\r\n\r\n" + field + b"\r\n") * 50_000)

    assert kept_bytes(octets) == len(octets)
