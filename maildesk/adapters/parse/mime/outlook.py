# SPDX-FileCopyrightText: 2026 The maildesk authors
# SPDX-License-Identifier: EUPL-1.2
"""winmail.dat, in which Outlook hides attachments (MS-OXTNEF), with tnefparse if the extra `outlook` is installed.

The library copies the rest of the stream for every object in it and fails on damaged ones in many ways; so the objects are counted and
measured before it sees them, and whatever it raises means that winmail.dat stays as it is.
"""

from __future__ import annotations

import logging
import mimetypes
import re
import struct
from dataclasses import dataclass
from typing import Any

# The library logs what it stumbles over, and that is text of the mail.
logging.getLogger("tnefparse").setLevel(logging.CRITICAL + 1)
logging.getLogger("tnefparse").propagate = False

TNEF_TYPES = frozenset({"application/ms-tnef", "application/vnd.ms-tnef"})
_SIGNATURE = b"\x78\x9f\x3e\x22"
_HEADER_BYTES = 6
_OBJECT = struct.Struct("<BHHI")
_CHECKSUM_BYTES = 2
_OBJECTS_MAX = 2000
_MEDIA_TYPES = mimetypes.MimeTypes()  # only what Python itself knows, so that every machine says the same
_OFFICE = "application/vnd.openxmlformats-officedocument."
for _type, _ending in (("wordprocessingml.document", "docx"), ("spreadsheetml.sheet", "xlsx"), ("presentationml.presentation", "pptx")):
    _MEDIA_TYPES.add_type(_OFFICE + _type, f".{_ending}")


@dataclass(frozen=True, slots=True)
class Winmail:
    """`text` and `html` are the body, empty where there is none; `files` are names and contents."""

    text: bytes = b""
    html: bytes = b""
    files: tuple[tuple[str, bytes], ...] = ()


def is_winmail(media_type: str, name: str) -> bool:
    return media_type in TNEF_TYPES or (name.lower() == "winmail.dat" and not media_type.startswith(("text/", "message/")))


def media_type(name: str) -> str:
    """By the ending of the name: Outlook writes no media types."""
    match = re.search(r"\.[A-Za-z0-9]{1,10}\Z", name)
    return (_MEDIA_TYPES.guess_type(f"file{match[0]}")[0] if match else None) or "application/octet-stream"


def unpacked(data: bytes) -> Winmail | None:
    """What is in the stream; None if it is damaged, or if tnefparse is not installed."""
    if not _is_sound(data):
        return None
    try:
        from tnefparse import TNEF

        stream = TNEF(data, do_checksum=False)
        files = tuple((_name(each), bytes(each.data)) for each in stream.attachments if each.data)
        return Winmail(_octets(stream.body), _octets(stream.htmlbody), files)
    except Exception:  # not installed, or one of the many things it raises for what it does not expect
        return None


def _is_sound(data: bytes) -> bool:
    """Whether the objects fill the stream, one behind the other, and are not too many."""
    if not data.startswith(_SIGNATURE):
        return False
    position, count = _HEADER_BYTES, 0
    while position + _OBJECT.size + _CHECKSUM_BYTES <= len(data) and count < _OBJECTS_MAX:
        level, _, _, length = _OBJECT.unpack_from(data, position)
        if level not in (1, 2):
            break
        position += _OBJECT.size + length + _CHECKSUM_BYTES
        count += 1
    return 0 < count < _OBJECTS_MAX and position <= len(data) and not data[position:].strip(b"\0\r\n")


def _name(attachment: Any) -> str:
    try:
        return str(attachment.long_filename())
    except UnicodeError:  # an old name in the octets of a code page
        return bytes(attachment._name).decode("cp1252", "replace").strip("\0")


def _octets(body: object) -> bytes:
    """The library gives a body as octets or as text, by where in the stream it is."""
    if isinstance(body, str):
        return body.encode("utf-8", "replace").strip(b"\0")
    return body.strip(b"\0") if isinstance(body, bytes) else b""
