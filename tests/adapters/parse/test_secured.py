# SPDX-FileCopyrightText: 2026 The maildesk authors
# SPDX-License-Identifier: EUPL-1.2
"""Signed mail is read through its signature, encrypted mail says that it is encrypted, winmail.dat gives what is in it."""

from __future__ import annotations

import base64
import random
import struct
import sys

import pytest

from maildesk.adapters.parse.mime import outlook, secured
from maildesk.core.mail.message import Message
from tests.rig.builders import a_mail, a_multipart, a_part, parsed

ENTITY = a_multipart(a_part("Unterschriebener Text"), a_part(b"%PDF", 'application/pdf; name="Brief.pdf"'), boundary="innen")
ENTITY = ENTITY[ENTITY.index(b"Content-Type") :]
DATA, SIGNED, ENVELOPED = (bytes.fromhex("06092a864886f70d0107") + bytes((number,)) for number in (1, 2, 3))


def der(tag: int, *contents: bytes) -> bytes:
    """An element with a definite length (X.690 section 8.1.3)."""
    content = b"".join(contents)
    if len(content) < 128:
        return bytes((tag, len(content))) + content
    length = len(content).to_bytes(4, "big").lstrip(b"\0")
    return bytes((tag, 0x80 | len(length))) + length + content


def open_ended(tag: int, *contents: bytes) -> bytes:
    """One with an indefinite length, as programs write that sign while they send."""
    return bytes((tag, 0x80)) + b"".join(contents) + b"\0\0"


def signed(octets: bytes) -> bytes:
    algorithms = der(0x31, der(0x30, der(0x06, bytes.fromhex("608648016503040201"))))
    content = der(0x30, DATA, der(0xA0, octets))
    return der(0x30, SIGNED, der(0xA0, der(0x30, der(0x02, b"\x01"), algorithms, content, der(0x31, b""))))


def signed_open_ended(entity: bytes) -> bytes:
    pieces = [der(0x04, entity[start : start + 20]) for start in range(0, len(entity), 20)]
    half = len(pieces) // 2
    octets = open_ended(0x24, *pieces[:half], open_ended(0x24, *pieces[half:]))
    algorithms = open_ended(0x31, open_ended(0x30, der(0x06, bytes.fromhex("608648016503040201"))))
    content = open_ended(0x30, DATA, open_ended(0xA0, octets))
    return open_ended(0x30, SIGNED, open_ended(0xA0, open_ended(0x30, der(0x02, b"\x01"), algorithms, content, der(0x31, b""))))


def smime(data: bytes, content_type: str = 'application/pkcs7-mime; smime-type=signed-data; name="smime.p7m"') -> Message:
    return parsed(a_mail(base64.encodebytes(data), content_type=content_type, content_transfer_encoding="base64"))


@pytest.mark.parametrize(
    "data",
    [
        pytest.param(signed(der(0x04, ENTITY)), id="in one piece"),
        pytest.param(signed(der(0x24, der(0x04, ENTITY[:50]), der(0x04, ENTITY[50:]))), id="in two pieces"),
        pytest.param(signed_open_ended(ENTITY), id="of indefinite length"),
    ],
)
@pytest.mark.parametrize(
    "content_type",
    [
        'application/pkcs7-mime; smime-type=signed-data; name="smime.p7m"',
        "application/x-pkcs7-mime",
        'application/octet-stream; name="smime.p7m"',
    ],
)
def test_an_opaque_signed_mail_is_read_through_its_signature(data: bytes, content_type: str):
    message = smime(data, content_type)

    assert message.text == "Unterschriebener Text"
    assert [attachment.filename for attachment in message.attachments] == ["smime.p7m", "Brief.pdf"]
    assert message.defects == ("signed: S/MIME",)


def test_a_signed_mail_within_a_signed_mail_is_read_too():
    inner = base64.encodebytes(signed(der(0x04, ENTITY)))
    entity = b"Content-Type: application/pkcs7-mime\r\nContent-Transfer-Encoding: base64\r\n\r\n" + inner

    assert smime(signed(der(0x04, entity))).text == "Unterschriebener Text"


def test_signatures_within_signatures_end_somewhere():
    entity = ENTITY
    for _ in range(60):
        entity = b"Content-Type: application/pkcs7-mime\r\nContent-Transfer-Encoding: 8bit\r\n\r\n" + signed(der(0x04, entity))
    message = parsed(a_mail(b"", content_type=None).removesuffix(b"\r\n") + entity)

    assert message.attachments


@pytest.mark.parametrize(
    ("data", "declared", "mark"),
    [
        (der(0x30, ENVELOPED, der(0xA0, der(0x30))), "enveloped-data", ("encrypted: S/MIME",)),
        (der(0x30, ENVELOPED, der(0xA0, der(0x30))), "signed-data", ("encrypted: S/MIME",)),
        (b"damaged", "enveloped-data", ("encrypted: S/MIME",)),
        (b"damaged", "signed-data", ()),
        (der(0x30, SIGNED), "signed-data", ("signed: S/MIME",)),
        (der(0x30, SIGNED), "certs-only", ()),
        (signed(der(0x04, b"")), "signed-data", ("signed: S/MIME",)),
        (signed(der(0x02, b"\x01")), "signed-data", ("signed: S/MIME",)),
        (b"\x30\x80" * 1000, "signed-data", ()),
        (signed_open_ended(b"").replace(b"\x24\x80", b"\x24\x80" * 100), "signed-data", ("signed: S/MIME",)),
    ],
)
def test_what_cannot_be_read_stays_an_attachment_and_is_marked_for_what_it_is(data: bytes, declared: str, mark: tuple[str, ...]):
    message = smime(data, f"application/pkcs7-mime; smime-type={declared}")

    assert [attachment.filename for attachment in message.attachments] == ["smime.p7m"]
    assert message.text == ""
    assert message.defects == mark


def test_a_signed_mail_that_is_cut_off_gives_what_is_there():
    assert smime(signed(der(0x04, ENTITY))[:-90]).text == "Unterschrieb"


def test_no_damage_makes_the_reader_raise_or_run_on():
    chance = random.Random(7)
    for whole in (signed(der(0x04, ENTITY)), signed_open_ended(ENTITY)):
        for _ in range(2000):
            octets = bytearray(whole)
            for _ in range(chance.randint(1, 6)):
                octets[chance.randrange(min(len(octets), 120))] = chance.choice((0, 0x04, 0x24, 0x30, 0x80, 0x84, 0xA0, 0xFF))
            assert isinstance(secured.signed_content(bytes(octets)), bytes)
            assert secured.smime_mark(bytes(octets), "") in {"", secured.SIGNED_SMIME, secured.ENCRYPTED_SMIME}


@pytest.mark.parametrize(
    ("kind", "parts", "mark"),
    [
        ("signed", (a_part("Text"), a_part("x", "application/pkcs7-signature")), "signed: S/MIME"),
        ("signed", (a_part("Text"), a_part("x", "application/pgp-signature")), "signed: PGP"),
        ("encrypted", (a_part("Version: 1", "application/pgp-encrypted"), a_part("x", "application/octet-stream")), "encrypted: PGP"),
        ("mixed", (a_part("-----BEGIN PGP MESSAGE-----\n\nabc\n-----END PGP MESSAGE-----"),), "encrypted: PGP"),
    ],
)
def test_signed_and_encrypted_multiparts_are_marked(kind: str, parts: tuple[bytes, ...], mark: str):
    assert parsed(a_multipart(*parts, kind=kind)).defects == (mark,)


def test_a_text_signed_in_the_clear_is_shown_without_the_armor():
    message = parsed(
        a_mail(
            "-----BEGIN PGP SIGNED MESSAGE-----\nHash: SHA256\n\nGuten Tag,\n- -- \n- - eins\n\n-----BEGIN PGP SIGNATURE-----\n\n"
            "iQEz\n=abcd\n-----END PGP SIGNATURE-----\n\nFuß der Liste\n"
        )
    )

    assert message.text == "Guten Tag,\n-- \n- eins\n\n\n\nFuß der Liste"
    assert message.defects == ("signed: PGP",)


@pytest.mark.parametrize(
    "text",
    [
        "Was heißt -----BEGIN PGP MESSAGE-----?",
        "-----BEGIN PGP SIGNED MESSAGE-----\n\nohne Ende",
        "-----BEGIN PGP PUBLIC KEY BLOCK-----",
    ],
)
def test_a_text_that_only_speaks_of_armor_stays_as_it_is(text: str):
    assert parsed(a_mail(text)).text == text


def tnef_object(level: int, name: int, kind: int, content: bytes) -> bytes:
    """MS-OXTNEF section 2.1.3.2: level, id, type, length, content, checksum."""
    return struct.pack("<BHHI", level, name, kind, len(content)) + content + struct.pack("<H", sum(content) & 0xFFFF)


def tnef(*objects: bytes) -> bytes:
    head = (tnef_object(1, 0x9006, 8, struct.pack("<I", 0x10000)), tnef_object(1, 0x9007, 6, struct.pack("<II", 1252, 0)))
    return b"\x78\x9f\x3e\x22\x01\x00" + b"".join((*head, *objects))


def tnef_file(name: bytes, content: bytes) -> bytes:
    return tnef_object(2, 0x9002, 6, b"\0" * 14) + tnef_object(2, 0x8010, 1, name + b"\0") + tnef_object(2, 0x800F, 6, content)


TNEF_BODY = tnef_object(1, 0x800C, 2, "Guten Tag aus Köln\0".encode("cp1252"))
WINMAIL = tnef(TNEF_BODY, tnef_file(b"Brief.pdf", b"%PDF-1.4\0"), tnef_file("..\\Größe.docx".encode("cp1252"), b"PK"))


def winmail(data: bytes, content_type: str = "application/ms-tnef", *before: bytes) -> Message:
    part = a_part(base64.encodebytes(data), content_type, content_transfer_encoding="base64", content_disposition="attachment")
    return parsed(a_multipart(*before, part))


@pytest.mark.parametrize("content_type", ["application/ms-tnef", "application/vnd.ms-tnef", 'application/octet-stream; name="WinMail.dat"'])
def test_what_outlook_hid_in_winmail_dat_is_listed(content_type: str):
    message = winmail(WINMAIL, content_type)

    files = [(attachment.filename.lower(), attachment.media_type, attachment.size_bytes) for attachment in message.attachments[1:]]
    assert message.attachments[0].filename.lower() == "winmail.dat"
    assert files == [
        ("brief.pdf", "application/pdf", 9),
        ("größe.docx", "application/vnd.openxmlformats-officedocument.wordprocessingml.document", 2),
    ]
    assert message.text == "Guten Tag aus Köln"


def test_its_body_is_shown_only_where_the_mail_has_none():
    message = winmail(WINMAIL, "application/ms-tnef", a_part("Text der Mail"))

    assert message.text == "Text der Mail"
    assert len(message.attachments) == 3


@pytest.mark.parametrize(
    "data",
    [
        pytest.param(b"", id="empty"),
        pytest.param(b"no TNEF", id="something else"),
        pytest.param(WINMAIL[:-5], id="cut off"),
        pytest.param(WINMAIL[:6] + b"\x07" + WINMAIL[7:], id="broken"),
        pytest.param(tnef(*[tnef_file(b"a", b"b")] * 1000), id="too many objects"),
        pytest.param(WINMAIL[:6] + tnef_object(1, 0x8004, 1, b"Betreff without a code page"), id="no code page"),
    ],
)
def test_a_damaged_one_is_kept_as_it_is(data: bytes):
    message = winmail(data, "application/ms-tnef", a_part("Text der Mail"))

    assert [attachment.filename for attachment in message.attachments] == ["winmail.dat"]
    assert message.attachments[0].size_bytes == len(data)
    assert message.text == "Text der Mail"


def test_no_damage_inside_makes_it_raise():
    chance = random.Random(11)
    for _ in range(1000):
        octets = bytearray(WINMAIL)
        for _ in range(chance.randint(1, 5)):
            octets[chance.randrange(6, len(octets))] = chance.randrange(256)
        found = outlook.unpacked(bytes(octets))
        assert found is None or isinstance(found.files, tuple)


def test_without_the_extra_the_part_is_an_attachment(monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setitem(sys.modules, "tnefparse", None)  # what an import meets that finds nothing

    message = winmail(WINMAIL, "application/ms-tnef", a_part("Text der Mail"))

    assert [attachment.filename for attachment in message.attachments] == ["winmail.dat"]


def test_the_library_writes_nothing_of_the_mail_into_a_log(caplog: pytest.LogCaptureFixture):
    with caplog.at_level("DEBUG"):
        winmail(tnef(tnef_object(1, 0x9003, 6, struct.pack("<I", 5) + b"Geheim" * 3), tnef_file(b"Geheim", b"x")))

    assert [record for record in caplog.records if record.name.startswith("tnefparse")] == []
