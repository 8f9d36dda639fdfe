# SPDX-FileCopyrightText: 2026 The maildesk authors
# SPDX-License-Identifier: EUPL-1.2
"""Signed and encrypted mail: recognised, and read through a signature (RFC 8551, RFC 5652, RFC 3156, RFC 9580 section 7).

No certificate is looked at and nothing is decrypted: this is about the text getting to a person, not about trust.
"""

from __future__ import annotations

import re
from dataclasses import dataclass

ENCRYPTED_SMIME, ENCRYPTED_PGP = "encrypted: S/MIME", "encrypted: PGP"
SIGNED_SMIME, SIGNED_PGP = "signed: S/MIME", "signed: PGP"
SMIME_TYPES = frozenset({"application/pkcs7-mime", "application/x-pkcs7-mime"})
SMIME_SIGNATURES = frozenset({"application/pkcs7-signature", "application/x-pkcs7-signature"})

_PKCS7 = bytes.fromhex("2a864886f70d0107")  # 1.2.840.113549.1.7
_SIGNED_DATA = _PKCS7 + b"\x02"
_ENVELOPED = frozenset({_PKCS7 + b"\x03", _PKCS7 + b"\x04", bytes.fromhex("2a864886f70d0109100117")})
_SEQUENCE, _SET, _INTEGER, _OCTETS, _OID, _EXPLICIT_0, _CONSTRUCTED = 0x30, 0x31, 0x02, 0x04, 0x06, 0xA0, 0x20
_DEPTH_MAX = 20
_ELEMENTS_MAX = 100_000

_CLEAR_SIGNED = re.compile(r"^-----BEGIN PGP SIGNED MESSAGE-----[ \t]*\n(?:[A-Za-z-]{1,40}:[^\n]*\n){0,20}\n?", re.MULTILINE)
_CLEAR_SIGNATURE = re.compile(r"^-----BEGIN PGP SIGNATURE-----[ \t]*$", re.MULTILINE)
_END_OF_SIGNATURE = "-----END PGP SIGNATURE-----"
_PGP_ARMOR = re.compile(rb"^-----BEGIN PGP (SIGNED MESSAGE|MESSAGE(?:, PART \d{1,4}(?:/\d{1,4})?)?)-----[ \t]*\r?$", re.MULTILINE)


class _NotThisShapeError(ValueError):
    """The octets are no BER, or not of the structure that is looked for."""


@dataclass(slots=True)
class _Reader:
    """Reads BER elements one behind the other; lengths that reach beyond the end are cut there (a mail may be cut off)."""

    data: bytes
    position: int = 0
    elements: int = 0

    def head(self, *allowed: int) -> tuple[int, int]:
        """The tag and the end of the element that begins here; the end is -1 where the length is indefinite (X.690 section 8.1.3)."""
        self.elements += 1
        octets = self.data[self.position : self.position + 6]
        if len(octets) < 2 or self.elements > _ELEMENTS_MAX or (allowed and octets[0] not in allowed):
            raise _NotThisShapeError
        first, start = octets[1], self.position + 2
        count = first & 0x7F if first & 0x80 else 0
        if count > 4:
            raise _NotThisShapeError
        self.position = start + count
        length = int.from_bytes(octets[2 : 2 + count], "big") if count else first
        return octets[0], -1 if first == 0x80 else min(self.position + length, len(self.data))

    def value(self, tag: int) -> bytes:
        """The octets of a primitive element."""
        _, end = self.head(tag)
        if end < 0:
            raise _NotThisShapeError
        start, self.position = self.position, end
        return self.data[start:end]

    def at_end(self, end: int) -> bool:
        """Whether a constructed element ends here; takes the two octets that end an indefinite one."""
        if end >= 0:
            return self.position >= end
        if self.data[self.position : self.position + 2] == b"\0\0":
            self.position += 2
            return True
        return self.position >= len(self.data)

    def skip(self, *allowed: int, depth: int = 0) -> None:
        _, end = self.head(*allowed)
        if end >= 0:
            self.position = end
            return
        if depth > _DEPTH_MAX:
            raise _NotThisShapeError
        while not self.at_end(-1):
            self.skip(depth=depth + 1)

    def octets(self, depth: int = 0) -> bytes:
        """An octet string, in one piece or in many (X.690 section 8.7)."""
        tag, end = self.head(_OCTETS, _OCTETS | _CONSTRUCTED)
        if not tag & _CONSTRUCTED:
            if end < 0:
                raise _NotThisShapeError
            start, self.position = self.position, end
            return self.data[start:end]
        if depth > _DEPTH_MAX:
            raise _NotThisShapeError
        pieces: list[bytes] = []
        while not self.at_end(end):
            pieces.append(self.octets(depth + 1))
        return b"".join(pieces)


def is_smime(media_type: str, name: str) -> bool:
    """Whether a part is an S/MIME object (RFC 8551 section 3.2.1: some agents go by the name alone)."""
    return media_type in SMIME_TYPES or (media_type == "application/octet-stream" and name.lower().endswith(".p7m"))


def signed_content(data: bytes) -> bytes:
    """The MIME entity in ContentInfo, SignedData, EncapsulatedContentInfo, eContent; empty where there is none to be had."""
    reader = _Reader(data)
    try:
        reader.head(_SEQUENCE)
        if reader.value(_OID) != _SIGNED_DATA:
            return b""
        reader.head(_EXPLICIT_0)
        reader.head(_SEQUENCE)
        reader.skip(_INTEGER)
        reader.skip(_SET)
        reader.head(_SEQUENCE)
        reader.value(_OID)
        reader.head(_EXPLICIT_0)
        return reader.octets()
    except _NotThisShapeError:
        return b""


def smime_mark(data: bytes, declared: str) -> str:
    """What an S/MIME object is, by its octets, else by its smime-type: one of the marks above, or an empty string."""
    reader = _Reader(data)
    try:
        reader.head(_SEQUENCE)
        kind = reader.value(_OID)
    except _NotThisShapeError:
        kind = b""
    if kind in _ENVELOPED or (not kind and declared.lower() in {"enveloped-data", "authenveloped-data"}):
        return ENCRYPTED_SMIME
    if kind == _SIGNED_DATA and declared.lower() != "certs-only":
        return SIGNED_SMIME
    return ""


def pgp_mark(text: bytes) -> str:
    """Whether a plain text holds an encrypted message in armor, or is signed in the clear."""
    found = {match[1] for match in _PGP_ARMOR.finditer(text)}
    if found - {b"SIGNED MESSAGE"}:
        return ENCRYPTED_PGP
    return SIGNED_PGP if found else ""


def without_armor(text: str) -> str:
    """The text without the lines of a cleartext signature, and its escaped dashes as they were (RFC 9580 section 7.1)."""
    begin = _CLEAR_SIGNED.search(text)
    signature = _CLEAR_SIGNATURE.search(text, begin.end()) if begin else None
    if begin is None or signature is None:
        return text
    signed = re.sub(r"^- ", "", text[begin.end() : signature.start()], flags=re.MULTILINE)
    end = text.find(_END_OF_SIGNATURE, signature.end())
    behind = text[end + len(_END_OF_SIGNATURE) :] if end >= 0 else ""
    return text[: begin.start()] + signed + behind
