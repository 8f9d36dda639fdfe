# SPDX-FileCopyrightText: 2026 The maildesk authors
# SPDX-License-Identifier: EUPL-1.2
"""Messages that want to be more than messages: each PAYLOAD, between two MARKs, is in every place of a mail that maildesk reads."""

from __future__ import annotations

import re
from base64 import b64encode
from urllib.parse import quote_from_bytes

from tests.rig import samples

MARK = b"ZINNOBER"
HARMLESS = b"nichts Besonderes"
# What must never reach a terminal: all controls but the line feed, marks of direction, separators, tags, unpaired surrogates.
UNFIT_TO_PRINT = re.compile(
    "[\x00-\x09\x0b-\x1f\x7f-\x9f\u061c\u200b\u200e\u200f\u2028-\u202e\u2060-\u206f\ufeff\ufff9-\ufffb\ud800-\udfff\U000e0000-\U000e007f]"
)

PAYLOADS: dict[str, bytes] = {
    "colours and cursor movements": b"\x1b[31m\x1b[2J\x1b[1A\x1b[2K\x1b[8m",
    "a link": b"\x1b]8;;http://example.net\x1b\\klick\x1b]8;;\x1b\\",
    "a new clipboard": b"\x1b]52;c;cm0gLXJmIH4K\x07",
    "a new title of the window": b"\x1b]0;weg\x07\x1b]2;weg\x1b\\",
    "a device control string": b'\x1bP$q"p\x1b\\\x1bc',
    "eight-bit controls in UTF-8": "\x9b31m\x9d0;weg\x9c\x90q\x9c\x85".encode(),
    "eight-bit controls as octets": b"\x9b31m\x9d0;weg\x9c\x90q\x9c\x85",
    "bell, backspace, delete and NUL": b"ab\x07\x08\x08\x08\x7f\x00c",
    "carriage returns that write over a line": b"weg\rKD-2026-99999",
    "line ends of every kind": "a\nb\x0bc\x0cd\x1ce\x1df\x85g\u2028h\u2029i".encode(),
    "a line of our log": b"\r\n<2>maildesk: alarm forged\nmaildesk: alarm forged",
    "tabs": b"a\tb\t\tc",
    "overrides of direction": "\u202a\u202b\u202d\u202etxt.exe\u202c".encode(),
    "isolates and marks of direction": "\u2066\u2067\u2068\u2069\u200e\u200f\u061c".encode(),
    "signs without width": "a\u200bb\u2060c\ufeffd\ufff9e\u200df".encode(),
    "tags": "\U000e0001\U000e0041\U000e0042\U000e007f".encode(),
    "wide letters and heaps of marks": ("東京\U0001f600" + "Z" + "\u0301\u0489" * 40).encode(),
    "half a surrogate pair": "a\ud800b\udfffc".encode("utf-8", "surrogatepass"),
    "a very long line": b"lang" * 4000,
    "further header fields": b"\r\nBcc: opfer@example.net\r\nX-Injected: yes\r\n\r\nanother body",
    "words encoded in words": b"=?utf-8?q?=0D=0ABcc:_opfer@example.net?=",
    "templates": b"{{ 7*7 }}{% include '/etc/passwd' %}${7*7}<%= 7*7 %>#{7*7}{{ config }}{{ ''.__class__.__mro__[1].__subclasses__() }}",
    "formats": b"%s%n%(message)s{0}{letter.context}$nr",
    "markup": b"</p><script>alert(1)</script><img src=x onerror=alert(1)><!--]]>&lt;b&gt;",
    "IMAP commands": b'") {10}\r\nA1 LOGOUT\r\nA2 UID STORE 1:* +FLAGS (\\Deleted)\r\n* BYE\r\n\\"{3+}\r\nA3 EXPUNGE',
    "SMTP commands behind five ends of mail": b"".join(
        end + b"MAIL FROM:<boese@example.net>\r\nRCPT TO:<opfer@example.net>\r\nDATA\r\n"
        for end in (b"\r\n.\r\n", b"\n.\n", b"\n.\r\n", b"\r.\r", b"\r\n.\r")
    ),
    "JSON, SQL, shell and a formula": b'"},{"a":[1\'); DROP TABLE message;-- $(touch weg)`touch weg`;|=1+1',
}
TRIED = dict(list(PAYLOADS.items())[:: samples.of(1, 2)])  # where each costs a pass


def planted(payload: bytes) -> bytes:
    return MARK + payload + MARK


def raw(payload: bytes) -> bytes:
    """In a field as it is, and on one line, or it would be another field."""
    return planted(payload).replace(b"\r\n", b" ").replace(b"\n", b" ")


def word(payload: bytes) -> bytes:
    """As an encoded word, which may hold line ends (RFC 2047)."""
    return b"=?utf-8?b?" + b64encode(planted(payload)) + b"?="


def as_id(payload: bytes) -> bytes:
    """What of it may be in a Message-ID, and so in the In-Reply-To of an answer."""
    return b"".join(re.findall(rb"[!-;=?-~]", payload))[:100]


def hostile_mail(
    payload: bytes,
    *,
    message_id: bytes,
    sender: bytes = b"",
    fields: tuple[tuple[bytes, bytes], ...] = (),
    content: tuple[bytes, bytes] | None = None,
) -> bytes:
    """The payload in every field and part; `sender` is the whole value of From, `content` a Content-Type and a body of its own."""
    media_type, body = content or (b'multipart/mixed; boundary="grenze"', parts(payload))
    head = (
        (b"From", sender or word(payload) + b" <eva@example.org>"),
        (b"To", word(payload) + b" <desk@example.com>"),
        (b"Cc", b'"' + raw(payload) + b'" <kopie@example.org>'),
        (b"Subject", raw(payload) + b" " + word(payload)),
        (b"Date", b"Mon, 23 Nov 2026 09:15:00 +0100 (" + raw(payload) + b")"),
        (b"Message-ID", b"<" + message_id + b">"),
        (b"Sender", word(payload) + b" <" + raw(payload) + b"@example.org>"),
        (b"Reply-To", word(payload) + b' <"' + raw(payload) + b'"@example.org>, x@' + raw(payload)),
        (b"X-Mailer", raw(payload)),
        (b"X-" + as_id(payload).replace(b":", b""), raw(payload)),
        (b"X-Priority", word(payload)),
        (b"MIME-Version", b"1.0 (" + raw(payload) + b")"),
        (b"Content-Type", media_type),
        *fields,
    )
    return b"".join(name + b": " + value + b"\r\n" for name, value in head) + b"\r\n" + body


def parts(payload: bytes) -> bytes:
    entities = b"".join(b"&#%d;" % octet for octet in payload[:200])
    quoted = raw(payload).replace(b"\\", b"\\\\").replace(b'"', b'\\"')
    in_percent = quote_from_bytes(planted(payload)).encode()
    pieces = (
        (b"text/plain; charset=utf-8", (), planted(payload)),
        (b"text/html; charset=utf-8", (), b"<p>" + planted(payload) + b"<br>&#27;[31m&#155;&#x202e;" + entities + b"</p>"),
        (b"application/pdf", ((b"Content-Disposition", b'attachment; filename="' + quoted + b'.pdf"'),), b"x"),
        (b"application/pdf; name*=utf-8''" + in_percent + b".pdf", (), b"x"),
        (b"application/x-" + raw(payload), ((b"Content-Disposition", b"attachment; filename=" + word(payload)),), b"x"),
        (b'text/csv; charset="' + quoted + b'"', ((b"Content-Disposition", b"attachment"),), planted(payload)),
        (b"message/rfc822", (), b"Subject: " + word(payload) + b"\r\n\r\n" + planted(payload)),
    )
    return b"".join(_part(*piece) for piece in pieces) + b"--grenze--\r\n"


def _part(media_type: bytes, fields: tuple[tuple[bytes, bytes], ...], content: bytes) -> bytes:
    head = b"".join(name + b": " + value + b"\r\n" for name, value in ((b"Content-Type", media_type), *fields))
    return b"--grenze\r\n" + head + b"\r\n" + content + b"\r\n"


def hostile_report(payload: bytes, *, message_id: bytes, original: bytes = b"") -> bytes:
    """A report that a mail could not be delivered (RFC 3464), with the payload in each of its fields."""
    status = (
        b"Reporting-MTA: dns; "
        + raw(payload)
        + b"\r\nOriginal-Message-ID: <"
        + (original or as_id(payload) + b"@example.net")
        + b">\r\n\r\n"
        b"Final-Recipient: rfc822; "
        + raw(payload)
        + b"@example.org\r\nFinal-Recipient: rfc822; opfer@example.org "
        + raw(payload)
        + b"\r\n"
        b"Action: failed (" + raw(payload) + b")\r\nStatus: 5.1.1 " + raw(payload) + b"\r\n"
        b"Diagnostic-Code: smtp; 550 " + raw(payload) + b"\r\n"
    )
    body = (
        _part(b"text/plain; charset=utf-8", (), planted(payload))
        + _part(b"message/delivery-status", (), status)
        + _part(b"text/rfc822-headers", (), b"Subject: " + word(payload) + b"\r\n")
        + b"--grenze--\r\n"
    )
    kind = b'multipart/report; report-type="delivery-status"; boundary="grenze"; x="' + raw(payload).replace(b'"', b"'") + b'"'
    sender = word(payload) + b" <mailer-daemon@example.org>"
    return hostile_mail(
        payload, message_id=message_id, sender=sender, content=(kind, body), fields=((b"X-Failed-Recipients", raw(payload)),)
    )


def hostile_robot(payload: bytes, *, message_id: bytes) -> bytes:
    """A program's mail: the rules that look at its fields repeat them as evidence."""
    fields = (
        (b"Auto-Submitted", b"auto-" + raw(payload) + b"; x=" + raw(payload)),
        (b"Precedence", raw(payload)),
        (b"X-Auto-Response-Suppress", raw(payload) + b", All"),
        (b"List-Id", raw(payload) + b" <" + raw(payload) + b">"),
        (b"In-Reply-To", b"<" + raw(payload) + b"@example.org>"),
        (b"References", b"<" + raw(payload) + b"> <" + as_id(payload) + b"@example.org>"),
    )
    sender = b'"' + raw(payload).replace(b'"', b"'") + b'" <' + as_id(payload)[:20] + b"robot@example.org>"
    boundary = raw(payload).replace(b'"', b"'")[:70]
    content = (b'multipart/mixed; boundary="' + boundary + b'"', parts(payload).replace(b"--grenze", b"--" + boundary))
    return hostile_mail(payload, message_id=message_id, sender=sender, fields=fields, content=content)
