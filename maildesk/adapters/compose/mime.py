# SPDX-FileCopyrightText: 2026 The maildesk authors
# SPDX-License-Identifier: EUPL-1.2
"""The content of a letter: text, HTML beside it, and enclosures (RFC 2045, RFC 2046, RFC 2183, RFC 2231)."""

from __future__ import annotations

import base64
import hashlib
import quopri
from collections.abc import Iterator, Sequence
from urllib.parse import quote

from maildesk.adapters.compose.names import ascii_file_name, file_name
from maildesk.core.letters.letter import Enclosure

Part = tuple[list[str], bytes]  # fields, octets

_OFFICE = "application/vnd.openxmlformats-officedocument."
_OPEN_DOCUMENT = "application/vnd.oasis.opendocument."
# What an enclosure may be declared as. Not among them: what it would open in the letter itself (HTML, SVG), take for an
# invitation (text/calendar), or not take in base64 (message/rfc822: RFC 2046 section 5.2.1).
SAFE_TYPES = frozenset(
    {
        *("application/pdf", "application/rtf", "application/zip"),
        *("application/msword", "application/vnd.ms-excel", "application/vnd.ms-powerpoint"),
        *(f"{_OFFICE}{kind}" for kind in ("wordprocessingml.document", "spreadsheetml.sheet", "presentationml.presentation")),
        *(f"{_OPEN_DOCUMENT}{kind}" for kind in ("text", "spreadsheet", "presentation")),
        *(f"image/{kind}" for kind in ("jpeg", "png", "gif", "tiff", "webp", "heic", "heif", "bmp")),
        *(f"audio/{kind}" for kind in ("mpeg", "mp4", "ogg", "wav", "x-wav", "aac", "amr")),
        *(f"video/{kind}" for kind in ("mp4", "quicktime", "webm", "3gpp", "mpeg")),
        *("text/plain", "text/csv"),
    }
)
UNKNOWN_TYPE = "application/octet-stream"
_SECTION_OCTETS_MAX = 54  # of a long parameter, before it goes on in the next section: no line is over 78 octets


def content(letter_id: str, text: str, html: str, enclosed: Sequence[tuple[Enclosure, bytes]] = ()) -> Part:
    """The fields that describe the content, and the content: text alone, or text and HTML as alternatives (RFC 2046, 5.1.4); with
    enclosures a mixture of that and of them.
    """
    words = _text_part("text/plain", text)
    if html:
        words = _multipart("alternative", letter_id, [words, _text_part("text/html", html)])
    if enclosed:
        return _multipart("mixed", letter_id, [words, *(_file_part(enclosure, octets) for enclosure, octets in enclosed)])
    return words


def _multipart(kind: str, letter_id: str, parts: Sequence[Part]) -> Part:
    """ "=_" is never in quoted-printable (RFC 2045, section 6.7), nor anywhere in base64, so the boundary cannot be met in a part.

    The letter behind it keeps the boundary of the mixture from being the beginning of the inner one's.
    """
    boundary = f"=_{kind[0]}{hashlib.sha256(letter_id.encode()).hexdigest()[:24]}"
    pieces: list[bytes] = []
    for fields, octets in parts:
        pieces += [f"--{boundary}".encode(), *(field.encode("ascii") for field in fields), b"", octets]
    pieces += [f"--{boundary}--".encode(), b""]
    return [f'Content-Type: multipart/{kind}; boundary="{boundary}"'], b"\r\n".join(pieces)


def _text_part(media_type: str, text: str) -> Part:
    octets = quopri.encodestring(text.replace("\r\n", "\n").encode("utf-8")).replace(b"\n", b"\r\n")
    return [f"Content-Type: {media_type}; charset=utf-8", "Content-Transfer-Encoding: quoted-printable"], octets


def _file_part(enclosure: Enclosure, octets: bytes) -> Part:
    media_type = enclosure.media_type.lower()
    fields = [
        f"Content-Type: {media_type if media_type in SAFE_TYPES else UNKNOWN_TYPE}",
        "Content-Transfer-Encoding: base64",
        *_disposition(enclosure.filename),
    ]
    return fields, base64.encodebytes(octets).replace(b"\n", b"\r\n")


def _disposition(filename: str) -> Iterator[str]:
    """The name in ASCII for old programs; where that is another one, also the true one, for which RFC 2231 has a form of its own."""
    name = file_name(filename)
    plain = ascii_file_name(name)
    parameters = [f'filename="{plain}"', *(_extended(name) if plain != name else ())]
    yield "Content-Disposition: attachment;"
    for position, parameter in enumerate(parameters, 1):
        yield f" {parameter}{';' if position < len(parameters) else ''}"


def _extended(name: str) -> list[str]:
    sections = [""]
    for sign in name:
        octets = quote(sign, safe="")
        if len(sections[-1]) + len(octets) > _SECTION_OCTETS_MAX:
            sections.append("")
        sections[-1] += octets
    if len(sections) == 1:
        return [f"filename*=utf-8''{sections[0]}"]
    return [f"filename*{number}*={section}" for number, section in enumerate([f"utf-8''{sections[0]}", *sections[1:]])]
