# SPDX-FileCopyrightText: 2026 The maildesk authors
# SPDX-License-Identifier: EUPL-1.2
"""Authentication-Results on its way from the octets of a mail to the judgement: nothing in it may turn into something else."""

from __future__ import annotations

import pytest

from maildesk.adapters.parse.limits import VALUE_CHARS_MAX
from maildesk.adapters.parse.mime.words import proof_value
from maildesk.core.mail.authentication import Authentication, authentication
from maildesk.core.mail.message import Message
from tests.rig.builders import a_mail, parsed

SERVER = "mx.example.com"
PASS = f"{SERVER}; dmarc=pass header.from=example.org"


def a_proof(value: str | bytes, name: bytes = b"Authentication-Results") -> Message:
    """A mail of Eva on top of which this field stands."""
    octets = value.encode() if isinstance(value, str) else value
    return parsed(name + b": " + octets + b"\r\n" + a_mail())


def judged(value: str | bytes) -> Authentication:
    return authentication(a_proof(value), SERVER)


HIDDEN = [
    # A Greek question mark becomes a semicolon, a no-break space a space, as soon as somebody normalises.
    f"{SERVER}; spf=pass smtp.mailfrom=a\u037edmarc=pass\u00a0header.from=example.org\u00a0x@evil.example",
    f"{SERVER}; spf=pass smtp.mailfrom=a\uff1bdmarc=pass header.from=example.org",
    f"{SERVER}; spf=pass smtp.mailfrom=a\u2028\u037edmarc=pass\u2003header.from=example.org",
    # ISO-2022-JP: between the escape sequences a quotation mark is half a letter.
    f'{SERVER}; spf=pass smtp.mailfrom="\x1b$B!!\x1b(J\\"; dmarc=pass header.from=example.org; x=\\""@evil.example',
    # Encoded words are for people: what they hold is no result.
    f"{SERVER}; spf=pass smtp.mailfrom==?utf-8?q?a=3B_dmarc=3Dpass_header=2Efrom=3Dexample=2Eorg?=",
    f"{SERVER}; =?us-ascii?q?dmarc=3Dpass?= header.from=example.org",
    f"{SERVER}; d\u00admarc=pass header.from=example.org",
    f"{SERVER}; dmarc\uff1dpass header.from=example.org",
    f"{SERVER}\u037e dmarc=pass header.from=example.org",
    f"\ufeff{SERVER}; dmarc=pass header.from=example.org",
    f"\u202e{SERVER}; dmarc=pass header.from=example.org",
    "mx.ex\u00e4mple.com; dmarc=pass header.from=example.org",
    f"{SERVER}; dmarc=pass header.from=ex\u0430mple.org",
    f'{SERVER}; spf=pass smtp.mailfrom="a; dmarc=pass header.from=example.org"@evil.example',
    f"{SERVER}; spf=pass (a; dmarc=pass header.from=example.org) smtp.mailfrom=x",
    f"{SERVER}; spf=pass smtp.mailfrom={'a' * VALUE_CHARS_MAX}; dmarc=pass header.from=example.org",
    "mx.example.com.evil.example; dmarc=pass header.from=example.org",
]


@pytest.mark.parametrize("value", HIDDEN, ids=range(len(HIDDEN)))
def test_what_a_sender_hides_in_the_field_is_no_pass(value: str) -> None:
    assert not judged(value).passes


def test_the_escape_sequences_of_japanese_mail_hide_no_quotation_mark() -> None:
    value = b'mx.example.com; spf=pass smtp.mailfrom="\x1b$B!!\x1b(J\\"; dmarc=pass header.from=example.org; x=\\""@evil.example'
    declared = b"Authentication-Results: " + value + b"\r\n" + a_mail(content_type="text/plain; charset=iso-2022-jp")

    assert not authentication(parsed(declared), SERVER).passes


@pytest.mark.parametrize("charset", ["utf-7", "utf-16", "shift_jis", "iso-2022-kr", "hz-gb-2312"])
def test_the_charset_that_the_body_declares_does_not_touch_the_field(charset: str) -> None:
    value = b"mx.example.com; spf=pass smtp.mailfrom=a+ADs-dmarc=pass header.from=example.org~{;~} \x83\x3b dmarc"
    octets = b"Authentication-Results: " + value + b"\r\n" + a_mail(content_type=f"text/plain; charset={charset}")

    message = parsed(octets)

    assert message.value("authentication-results") == value.decode("latin-1").replace("\x83", "?")
    assert not authentication(message, SERVER).passes


@pytest.mark.parametrize(
    "value",
    [
        PASS,
        f"{SERVER};\r\n\tdmarc=pass (p=reject)\r\n header.from=example.org",
        f"{SERVER}; spf=pass smtp.mailfrom=m\u00fcller@example.org; dmarc=pass header.from=example.org",
        f"{SERVER}; spf=pass smtp.mailfrom=m\u00fcller@example.org; dmarc=pass header.from=example.org".encode("latin-1"),
    ],
)
def test_a_pass_in_plain_letters_stays_one_whatever_stands_beside_it(value: str | bytes) -> None:
    assert judged(value).passes


@pytest.mark.parametrize("name", [b"authentication-results", b"AUTHENTICATION-RESULTS", b"Authentication-Results "])
def test_the_name_of_the_field_is_read_in_any_case(name: bytes) -> None:
    assert authentication(a_proof(PASS, name), SERVER).passes


def test_a_failure_is_seen_also_in_a_field_that_proves_nothing_else() -> None:
    assert judged(f"{SERVER}; dmarc=fail header.from=example.org; spf=pass smtp.mailfrom=\u037e\u00a0x").fails


@pytest.mark.parametrize(
    ("raw", "value"),
    [
        (b" a; b=c\r\n\td ", "a; b=c d"),
        (b"a\r\n b", "a b"),
        (b"a\r\nb", "ab"),
        ("a\u037eb".encode(), "a??b"),
        (b"a\xa0b\x00c\x1b$B\x7f", "a?b?c?$B?"),
        (b"=?utf-8?q?a=3Bb?=", "=?utf-8?q?a=3Bb?="),
        (b"  ", ""),
        (b"x" * 5000, "x" * VALUE_CHARS_MAX),
    ],
)
def test_the_value_of_a_proof_is_printable_ascii_as_it_stands(raw: bytes, value: str) -> None:
    assert proof_value(raw) == value
