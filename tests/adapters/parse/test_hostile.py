# SPDX-FileCopyrightText: 2026 The maildesk authors
# SPDX-License-Identifier: EUPL-1.2
"""Mails that want to crash, stall or flood the parser: each becomes a Message within the limits.

No test looks at a clock: a reading whose time grows with the square of the mail would take minutes here and run into the
limit of the suite.
"""

from __future__ import annotations

import pytest

from maildesk.adapters.parse import limits
from tests.rig.builders import a_mail, a_multipart, a_part, parsed


def nested(depth: int, *, closed: bool) -> bytes:
    """Multiparts in multiparts, with a text in the innermost."""
    opening = b"".join(b"Content-Type: multipart/mixed; boundary=b%d\r\n\r\n--b%d\r\n" % (level, level) for level in range(depth))
    closing = b"".join(b"\r\n--b%d--\r\n" % level for level in reversed(range(depth))) if closed else b""
    head = a_mail(b"", content_type=None).removesuffix(b"\r\n")
    return head + opening + b"Content-Type: text/plain\r\n\r\nGuten Tag aus der Tiefe" + closing


@pytest.mark.parametrize("closed", [True, False])
@pytest.mark.parametrize("depth", [40, 100, 300, 1000, 5000])
def test_parts_in_parts_in_parts_become_a_message(depth: int, closed: bool):
    message = parsed(nested(depth, closed=closed))

    assert message.originator.addr_spec == "eva@example.org"
    assert message.subject == "Frage zum Fahrplan"
    assert message.text or message.attachments
    assert depth <= limits.DEPTH_MAX or message.defects


def test_a_text_within_the_depth_that_is_allowed_is_found():
    assert parsed(nested(40, closed=True)).text == "Guten Tag aus der Tiefe"


def test_a_thousand_mails_in_mails_become_a_message():
    message = parsed(a_mail(b"Content-Type: message/rfc822\r\n\r\n" * 1000 + b"Text", content_type="message/rfc822"))

    assert message.originator.addr_spec == "eva@example.org"
    assert message.defects == ("only the head was read: the parser raised RecursionError",)


def test_many_parts_are_listed_up_to_the_limit():
    message = parsed(a_multipart(*[a_part("x")] * 20_000))

    assert message.defects == (f"more than {limits.PARTS_MAX} parts: the rest is not listed",)
    assert message.text.count("x") == limits.PARTS_MAX


def test_a_subject_of_fifty_thousand_encoded_words_is_cut_and_decoded():
    message = parsed(a_mail(subject="=?utf-8?q?=C3=A4b?=\n " * 50_000))

    assert message.subject.startswith("äbäbäb")
    assert len(message.subject) <= limits.SUBJECT_CHARS_MAX
    assert message.text == "Guten Tag,\nwann fährt der Bus?"


def test_a_hundred_thousand_header_fields_leave_the_essential_ones():
    flood = b"".join(b"X-%d: a\r\n" % number for number in range(60_000))
    message = parsed(flood + a_mail(auto_submitted="auto-replied"))

    assert len(message.fields) <= limits.FIELDS_MAX + limits.ESSENTIAL_FIELDS_MAX
    assert message.originator.addr_spec == "eva@example.org"
    assert message.value("Auto-Submitted") == "auto-replied"
    assert message.text == "Guten Tag,\nwann fährt der Bus?"


def test_a_header_block_over_the_limit_is_cut_and_the_body_found():
    message = parsed(a_mail("Text", x_long="a\n " * 900_000))

    assert message.text == "Text"
    assert any("header field is longer" in defect for defect in message.defects)


def test_twenty_thousand_recipients_are_cut():
    message = parsed(a_mail(cc=", ".join(f'"N {number}" <r{number}@example.org>' for number in range(20_000))))

    assert len(message.cc) == limits.RECIPIENTS_MAX
    assert message.cc[0].addr_spec == "r0@example.org"


def test_a_hundred_thousand_references_keep_the_first_and_the_last():
    message = parsed(a_mail(references="\n ".join(f"<r{number}@example.org>" for number in range(100_000))))

    assert len(message.references) == limits.REFERENCES_MAX
    assert message.references[0] == "r0@example.org"
    assert message.references[-1] == "r99999@example.org"


@pytest.mark.parametrize(
    "body",
    [
        pytest.param(b">" * 1_000_000, id="one line of quote marks"),
        pytest.param(b">\n" * 500_000, id="lines of quote marks"),
        pytest.param(b" " * 1_000_000 + b"x", id="spaces"),
        pytest.param(b"Am 1.1.2026 um 10:00 schrieb Eva:\n" * 30_000 + b"> a", id="attributions"),
        pytest.param(b"Von: a\nAn: b\n" * 80_000 + b"> a", id="header lines"),
        pytest.param(b"=" * 1_000_000, id="equal signs"),
    ],
)
def test_a_megabyte_made_for_slow_expressions_comes_out_as_text(body: bytes):
    message = parsed(a_mail(body))

    assert message.text
    assert message.reply
    assert len(message.text) <= limits.TEXT_CHARS_MAX


@pytest.mark.parametrize(
    "source",
    [
        pytest.param(b"<div>" * 100_000 + b"Guten Tag", id="deep"),
        pytest.param(b"<table><tr><td>" * 3000 + b"Guten Tag", id="tables"),
        pytest.param(b"<b" * 700_000 + b">Guten Tag", id="tags that never end"),
        pytest.param(b"<script>" * 200_000 + b"Guten Tag", id="scripts that never end"),
        pytest.param(b"Guten Tag" + b"<!--" * 300_000, id="comments that never end"),
        pytest.param(b"<p>Guten Tag</p><img src='data:image/png;base64," + b"QUJD" * 600_000 + b"'>", id="embedded picture"),
    ],
)
def test_hostile_html_yields_something(source: bytes):
    message = parsed(a_mail(source, content_type="text/html; charset=utf-8"))

    assert message.text


@pytest.mark.parametrize("filler", [b"@", b"<a@", b'"(', b"a,", b":", b"=?utf-8?q?"])
def test_a_megabyte_in_from_yields_at_most_a_name(filler: bytes):
    message = parsed(b"From: " + filler * (1_000_000 // len(filler)) + b"\r\nSubject: Frage\r\n\r\nText")

    assert message.subject == "Frage"
    assert message.text == "Text"


@pytest.mark.parametrize(
    "parameters", ["; a*0*=b" * 20_000, '; name="' + "=?utf-8?q?a?= " * 20_000 + '"', "; name*=utf-8''" + "%41" * 20_000]
)
def test_a_flood_of_parameters_yields_a_bounded_name(parameters: str):
    message = parsed(a_mail("Text", content_type="application/x-a" + parameters))

    assert len(message.attachments) == 1
    assert 0 < len(message.attachments[0].filename) <= limits.FILENAME_CHARS_MAX


def test_base64_of_nothing_but_padding_is_kept_as_it_came():
    assert parsed(a_mail(b"=A" * 100_000, content_transfer_encoding="base64")).text


def test_a_mail_over_the_limit_is_read_by_its_head():
    octets = a_mail("Guten Tag, hier sind viele Bilder.\r\n" + "x" * 76 + "\r\n" + "Zeile\r\n" * (limits.WHOLE_BYTES_MAX // 7))
    message = parsed(octets)

    assert message.size_bytes == len(octets) > limits.WHOLE_BYTES_MAX
    assert message.subject == "Frage zum Fahrplan"
    assert message.text.startswith("Guten Tag, hier sind viele Bilder.")
    assert message.defects[0].startswith(f"unparsed: {len(octets)} bytes are over the limit of {limits.WHOLE_BYTES_MAX}")


def test_no_limit_lets_a_control_character_through():
    message = parsed(a_mail(subject="=?utf-8?q?A=0D=0ABcc=3A_x=00=E2=80=AE?=", sender='"=?utf-8?q?E=0Ava?=" <eva@example.org>'))

    assert message.subject == "A Bcc: x"
    assert message.originator.display_name == "E va"
