# SPDX-FileCopyrightText: 2026 The maildesk authors
# SPDX-License-Identifier: EUPL-1.2
"""What of a mail the parser gets to see: all of it, but for the contents of big attachments.

A parser takes about ten times the octets of a mail in memory, and most of its time, for base64 that nobody reads. So big base64 bodies
are measured and hashed while the octets stream by, in a few megabytes of memory; in their place is a short stub, and the Attachment
that comes out for the stub gets the true size and digest. The stub is made of those two alone, so that two copies of a mail keep one
content digest. A mail whose base64 is not clean is left as it is.
"""

from __future__ import annotations

import base64
import binascii
import hashlib
import re
from collections.abc import Collection, Mapping
from dataclasses import dataclass, field, replace

from maildesk.adapters.parse import limits
from maildesk.core.mail.message import Attachment, Message
from maildesk.octets import Octets

CUT_BYTES_MIN = 256 * 1024  # of base64; shorter bodies stay
OPENED_BYTES_MAX = 12 * limits.MEBIBYTE  # in a bigger mail neither winmail.dat nor an S/MIME object is opened
CUT_INSIDE = "the size and digest of an attached mail are those without the big attachments inside of it"
_FIELDS_BYTES_MAX = 64 * 1024  # of one part; longer ones are not looked at
_NAME_BYTES = 64  # more than the field and its value, which may begin at the end of a chunk
_ENCODING = re.compile(rb"\ncontent-transfer-encoding:[ \t]{0,9}\"?base64\b", re.IGNORECASE)
_EMPTY_LINE = re.compile(rb"\n\r?\n")
_NO_DIGIT = re.compile(rb"[^A-Za-z0-9+/\r\n]")
_TAIL = re.compile(rb"={0,2}[ \t\r\n]{0,100}(-?-?)")
_TYPE = re.compile(rb"\ncontent-type:[ \t\r\n]{0,9}\"?([a-z]{1,20})/", re.IGNORECASE)
_ATTACHED_MAIL = re.compile(rb"\ncontent-type:[ \t\r\n]{0,9}\"?message/", re.IGNORECASE)
_READ_BY_THE_PARSER = frozenset({b"text", b"multipart", b"message"})
_OPENED_BY_THE_PARSER = re.compile(rb"pkcs7-mime|\.p7m|ms-tnef|winmail\.dat", re.IGNORECASE)


@dataclass(frozen=True, slots=True)
class Readable:
    """The octets to parse; and for the Message that they give, the true size and digest of an attachment by the digest of its stub."""

    data: bytes
    size_bytes: int
    is_whole: bool = True
    contents: Mapping[str, tuple[int, str]] = field(default_factory=dict)
    wanted: Mapping[str, bytes] = field(default_factory=dict)  # of the contents that were asked for, by their digests

    def holds_stub(self, content: bytes) -> bool:
        """Whether this is an attached mail in which stubs are in place of what it had."""
        return any(base64.b64encode(_stub(*content_of_stub)) in content for content_of_stub in self.contents.values())

    def completed(self, message: Message) -> Message:
        """The Message of `data` as that of the whole mail."""
        if not self.is_whole:
            over = f"unparsed: {self.size_bytes} bytes are over the limit of {limits.WHOLE_BYTES_MAX}; read were the first {len(self.data)}"
            return replace(message, defects=(over, *message.defects))
        if not self.contents:
            return message
        inside = set(self.contents) - {attachment.digest for attachment in message.attachments}
        defects = (*message.defects, CUT_INSIDE) if inside and message.attachments else message.defects
        return replace(message, attachments=tuple(map(self._completed, message.attachments)), defects=defects)

    def _completed(self, attachment: Attachment) -> Attachment:
        size_bytes, digest = self.contents.get(attachment.digest, (attachment.size_bytes, attachment.digest))
        return replace(attachment, size_bytes=size_bytes, digest=digest)


def readable(octets: Octets, wanted: Collection[str] = ()) -> Readable:
    """Everything that is to be parsed; of a mail that is too big also without its big attachments the first octets.

    Of the big attachments those whose digests are `wanted` are kept aside, as far as the limits for enclosures allow it.
    """
    if octets.size_bytes > CUT_BYTES_MIN:
        too_big, too_big_to_open = octets.size_bytes > limits.WHOLE_BYTES_MAX, octets.size_bytes > OPENED_BYTES_MAX
        cutter = _Cutter(attached_mails_too=too_big, opened_too=too_big_to_open, wanted=frozenset(wanted))
        if cutter.goes_through(octets):
            return Readable(bytes(cutter.kept), octets.size_bytes, contents=cutter.contents, wanted=cutter.found)
    if octets.size_bytes <= limits.WHOLE_BYTES_MAX:
        return Readable(octets.all(), octets.size_bytes)
    return Readable(octets.head(limits.HEAD_BYTES_MAX), octets.size_bytes, is_whole=False)


def _stub(size_bytes: int, digest: str) -> bytes:
    return f"{size_bytes} octets, sha256 {digest}".encode()


class _Base64Body:
    """One base64 body on its way: held as it is while it is short, then only measured and hashed, and decoded to `content` if asked."""

    def __init__(self, *, decoded_too: bool) -> None:
        self.content: bytearray | None = bytearray() if decoded_too else None
        self.held = bytearray()
        self.is_held = True
        self._rest = b""  # of a group of four digits
        self._size = 0
        self._hash = hashlib.sha256()

    def add(self, digits: bytes) -> None:
        if self.is_held:
            self.held += digits
        else:
            self._decode(digits)

    def let_go(self) -> None:
        self.is_held = False
        self._decode(bytes(self.held))
        self.held.clear()

    def _decode(self, digits: bytes) -> None:
        digits = self._rest + digits.translate(None, b"\r\n")
        usable = len(digits) - len(digits) % 4
        self._rest = digits[usable:]
        self._measure(binascii.a2b_base64(digits[:usable]))

    def _measure(self, content: bytes) -> None:
        self._size += len(content)
        self._hash.update(content)
        if self.content is not None:
            self.content += content
            if self._size > limits.ENCLOSURE_BYTES_MAX:
                self.content = None

    def measured(self) -> tuple[int, str]:
        """The size and the digest of the content, at the end of the digits."""
        if len(self._rest) > 1:
            self._measure(binascii.a2b_base64(self._rest + b"=" * (-len(self._rest) % 4)))
        return self._size, self._hash.hexdigest()


class _Cutter:
    """Copies a mail to `kept`, with stubs in the place of big base64 bodies. Every octet is looked at a few times at most."""

    def __init__(self, *, attached_mails_too: bool, opened_too: bool, wanted: frozenset[str]) -> None:
        self.kept = bytearray()
        self.contents: dict[str, tuple[int, str]] = {}
        self.found: dict[str, bytes] = {}
        self._wanted = wanted
        self._kept_max = limits.WHOLE_BYTES_MAX
        self._opened_too = opened_too
        self._attached_mails_too = attached_mails_too
        self._in_attached_mail = False
        self._searched = 0  # up to here `kept` was looked through for attached messages
        self._body: _Base64Body | None = None

    def goes_through(self, octets: Octets) -> bool:
        """False if what is kept is too much, or a body turned out to be no clean base64 when its octets were gone already."""
        waiting, seen = b"", 0
        for chunk in octets.chunks():
            seen += len(chunk)
            data, position, goes_on = waiting + chunk, 0, True
            while goes_on:
                step = self._through_body if self._body else self._to_body
                position, goes_on = step(data, position, seen == octets.size_bytes)
            if position < 0 or len(self.kept) > self._kept_max:
                return False
            waiting = data[position:]
        return True

    def _to_body(self, data: bytes, position: int, is_last: bool) -> tuple[int, bool]:
        """Copies up to where the next base64 body begins. Returns how far it came, and whether a body begins there."""
        encoding = _ENCODING.search(data, position)
        fields_end = _EMPTY_LINE.search(data, encoding.end()) if encoding else None
        if fields_end:
            end = fields_end.end()
            self._body = _Base64Body(decoded_too=bool(self._wanted))
        elif is_last:
            end = len(data)
        else:
            end = max(position, len(data) - _FIELDS_BYTES_MAX, min(encoding.start() if encoding else len(data), len(data) - _NAME_BYTES))
        self.kept += data[position:end]
        return end, fields_end is not None

    def _through_body(self, data: bytes, position: int, is_last: bool) -> tuple[int, bool]:
        """Takes digits; behind the last one puts the stub, or the short body itself, where they were."""
        body = self._body or _Base64Body(decoded_too=False)
        found = _NO_DIGIT.search(data, position)
        end = found.start() if found else len(data)
        body.add(data[position:end])
        is_over = found is not None or is_last
        if body.is_held and len(body.held) > CUT_BYTES_MIN and self._may_be_cut():
            body.let_go()
        elif body.is_held and (is_over or len(body.held) > CUT_BYTES_MIN):
            self._body = None
            self.kept += body.held
            return end, end < len(data)
        if not is_over or body.is_held:
            return end, False
        tail = _TAIL.match(data, end)
        if tail is None or (tail.end() == len(data) and not is_last):
            return end, False
        if tail[1] != b"--" and tail.end() < len(data):
            return -1, False
        self._body = None
        size_bytes, digest = body.measured()
        self._put_stub(size_bytes, digest)
        self._keep(digest, body.content)
        return tail.start(1), True

    def _put_stub(self, size_bytes: int, digest: str) -> None:
        stub = _stub(size_bytes, digest)
        self.contents[hashlib.sha256(stub).hexdigest()] = size_bytes, digest
        self.kept += base64.b64encode(stub) + b"\r\n"

    def _keep(self, digest: str, content: bytearray | None) -> None:
        """Puts a content aside if it was asked for and there is room."""
        room = limits.ENCLOSURES_BYTES_MAX - sum(map(len, self.found.values()))
        if content is not None and digest in self._wanted and digest not in self.found and len(content) <= room:
            self.found[digest] = bytes(content)

    def _may_be_cut(self) -> bool:
        """Whether the part whose fields are at the end of `kept` is nothing that the parser reads itself."""
        self._in_attached_mail = self._in_attached_mail or _ATTACHED_MAIL.search(self.kept, self._searched) is not None
        self._searched = max(0, len(self.kept) - _NAME_BYTES)
        if self._in_attached_mail and not self._attached_mails_too:
            return False
        fields = bytes(self.kept[-_FIELDS_BYTES_MAX:]).rstrip()
        start = max(fields.rfind(b"\n--"), fields.rfind(b"\n\n"), fields.rfind(b"\n\r\n"), 0)
        if _OPENED_BY_THE_PARSER.search(fields, start) and not self._opened_too:
            self._kept_max = OPENED_BYTES_MAX
            return False
        declared = _TYPE.search(fields, start)
        return declared is not None and declared[1].lower() not in _READ_BY_THE_PARSER
