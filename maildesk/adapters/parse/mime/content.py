# SPDX-FileCopyrightText: 2026 The maildesk authors
# SPDX-License-Identifier: EUPL-1.2
"""The content of a part behind its transfer encoding (RFC 2045 section 6), as much of it as can be had."""

from __future__ import annotations

import binascii
import email
import quopri
import re
from email.errors import MessageError
from email.message import Message as MimePart

from maildesk.adapters.parse.mime.params import raw_field, structured

_NOT_BASE64 = re.compile(rb"[^A-Za-z0-9+/=]+")
_PADDING = re.compile(rb"=+")
_BASE64_SHARE_MIN = 0.9
_LINE_CHARS_MIN = 16


def raw_payload(part: MimePart) -> bytes:
    """The octets of a part that has no parts, as they came; the compat32 parser keeps those over 127 as surrogates."""
    payload = part._payload  # type: ignore[attr-defined]  # get_payload() decodes by the declared charset, with losses
    return payload.encode("utf-8", "surrogateescape") if isinstance(payload, str) else b""


def encoding_of(part: MimePart) -> str:
    value = str(part.get("Content-Transfer-Encoding", ""))
    return re.sub(r"[\s;\"'].*", "", value.strip().lower(), flags=re.DOTALL)


def content_of(part: MimePart) -> bytes:
    """The decoded octets; where the encoding is not what it says it is, the octets as they came."""
    return transfer_decoded(raw_payload(part), encoding_of(part))


def transfer_decoded(data: bytes, encoding: str) -> bytes:
    if encoding == "base64":
        return from_base64(data) or data
    if encoding in {"quoted-printable", "quoted"}:
        return quopri.decodestring(data)
    if encoding in {"x-uuencode", "uuencode", "uue", "x-uue"}:
        return from_uuencode(data) or data
    return data


def from_base64(data: bytes) -> bytes:
    """Decodes also what is cut off, padded in the middle, or followed by plain text, which some gateways append.

    The standard library stops at the first padding and so loses what is behind it.
    """
    kept = _NOT_BASE64.sub(b"", data)
    if len(kept) < _BASE64_SHARE_MIN * len(b"".join(data.split())):
        kept, behind = _leading_base64(data)
        return _decoded_runs(kept) + (b"\n\n" + behind if kept and behind.strip() else behind)
    return _decoded_runs(kept)


def _decoded_runs(kept: bytes) -> bytes:
    out: list[bytes] = []
    for run in _PADDING.split(kept):
        usable = run[:-1] if len(run) % 4 == 1 else run
        out.append(binascii.a2b_base64(usable + b"=" * (-len(usable) % 4)))
    return b"".join(out)


def _leading_base64(data: bytes) -> tuple[bytes, bytes]:
    """The lines of base64 at the beginning, and everything from the first line on that is none."""
    position = 0
    while position < len(data):
        end = data.find(b"\n", position) + 1 or len(data)
        line = data[position:end].strip()
        # A short line that is no whole number of groups of four is a word, a long one has lost its padding.
        if line and (_NOT_BASE64.search(line) or (len(line) % 4 and len(line) < _LINE_CHARS_MIN)):
            break
        position = end
    return _NOT_BASE64.sub(b"", data[:position]), data[position:]


def from_uuencode(data: bytes) -> bytes:
    """The first file in the octets; empty if there is none."""
    out: list[bytes] = []
    inside = False
    for line in data.splitlines():
        if not inside:
            inside = line.startswith(b"begin ")
        elif line.strip() in {b"end", b"`", b""}:
            break
        else:
            out.append(_uu_line(line))
    return b"".join(out)


def _uu_line(line: bytes) -> bytes:
    try:
        return binascii.a2b_uu(line)
    except binascii.Error:
        length = (((line[0] - 32) & 63) * 4 + 5) // 3  # some programs write more characters than the length says
        try:
            return binascii.a2b_uu(line[:length])
        except binascii.Error:
            return b""


def flattened(part: MimePart) -> bytes:
    """The octets of a container as it is: of an attached mail the mail, of a report its blocks of fields."""
    children = part.get_payload()
    parts = [child for child in children if isinstance(child, MimePart)] if isinstance(children, list) else []
    if part.get_content_maintype() != "message":
        return _octets(part)
    if encoding_of(part) in {"base64", "quoted-printable"} and len(parts) == 1:  # not allowed by RFC 2046 5.2.1, but done
        return transfer_decoded(_octets(parts[0]), encoding_of(part))
    return b"\n".join(_octets(child) for child in parts)


def decoded_multipart(part: MimePart) -> MimePart | None:
    """The multipart that is behind a transfer encoding, which RFC 2045 section 6.4 forbids for it; None where there is none.

    A multipart that only says that it is encoded shows its boundary and plain fields as they are.
    """
    encoding = encoding_of(part)
    if part.get_content_maintype() != "multipart" or encoding not in {"base64", "quoted-printable"}:
        return None
    if part.is_multipart():
        encoded = _octets(part).partition(b"\n\n")[2] if encoding == "quoted-printable" and _has_encoded_fields(part) else b""
    else:
        encoded = raw_payload(part)
    body = transfer_decoded(encoded, encoding)
    named = structured(raw_field(part, "content-type")).get("boundary").rstrip().encode("utf-8", "replace")
    boundary = next((each for each in (named, quopri.decodestring(named)) if each and b"--" + each in body), b"")
    if not boundary or body == encoded:
        return None
    return email.message_from_bytes(
        b'Content-Type: %b; boundary="%b"\n\n%b' % (part.get_content_type().encode("ascii", "replace"), boundary, body)
    )


def _has_encoded_fields(part: MimePart) -> bool:
    """Whether equals signs in the fields of the parts are encoded: then so is all that is in them."""
    children = part.get_payload()
    fields = (str(child.get("Content-Type", "")) for child in children if isinstance(child, MimePart)) if isinstance(children, list) else ()
    return any(re.search(r";\s*[\w-]{1,40}=3D", field, re.IGNORECASE) for field in fields)


def _octets(part: MimePart) -> bytes:
    try:
        return part.as_bytes()
    except (RecursionError, MessageError, KeyError, ValueError, LookupError, TypeError, AttributeError):
        # The generator of the standard library fails on some of what its own parser made.
        payload = raw_payload(part)
        fields = b"".join(
            key.encode("ascii", "replace") + b": " + str(value).encode("utf-8", "surrogateescape") + b"\n"
            for key, value in part.raw_items()
        )
        return fields + b"\n" + payload
