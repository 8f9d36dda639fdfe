# SPDX-FileCopyrightText: 2026 The maildesk authors
# SPDX-License-Identifier: EUPL-1.2
"""Ten thousand damaged mails, always the same ones: nothing raises, no part is lost, and what comes out keeps the contract."""

from __future__ import annotations

import json
import random
import re
from collections.abc import Callable
from email.message import Message as MimePart

import pytest

from maildesk.adapters.parse import limits, whole
from maildesk.adapters.parse.mime import head
from maildesk.adapters.parse.mime.tree import Role, tree_of
from maildesk.core.decision.message_object import message_object
from maildesk.core.mail.message import Message
from tests.rig import samples
from tests.rig.builders import parsed
from tests.rig.places import MAILS
from tests.rig.samples import sampled

CORPUS = tuple(path.read_bytes() for path in MAILS)
SEEDS = range(10)
MAILS_A_SEED = samples.of(1000, 60)
CONTROLS = re.compile("[\x00-\x1f\x7f-\x9f\u202a-\u202e\u2066-\u2069\ud800-\udfff]")
OCTETS = b"\x00\n\r\t \"=?<>@;:,()\\/-_*%'\x1b\x80\xa0\xe4\xff"
INJECTED = (
    *(b"Content-Type: multipart/mixed; boundary=b", b"Content-Type: multipart/alternative; boundary=", b"Content-Type: message/rfc822"),
    *(b"Content-Type: text/html; charset=utf-16", b"Content-Type: text/plain; charset=utf-7; format=flowed", b"Content-Type: /"),
    *(b"Content-Type: application/pkcs7-mime; smime-type=signed-data", b"Content-Type: application/ms-tnef"),
    *(b"Content-Transfer-Encoding: base64", b"Content-Transfer-Encoding: quoted-printable", b"Content-Transfer-Encoding: x-uuencode"),
    *(b"Content-Disposition: attachment; filename*0*=utf-8''%2e%2e%2f; filename*1=/", b"Content-Disposition: inline; filename=\xff/.."),
    *(b"From: =?utf-8?q?A=0D=0ABcc:_x?= <a@b.example>", b"From: a@b.example, <<c@d.example>", b"From:", b'From: "\x00" <"\x1b"@[::1]>'),
    *(b"Subject: =?utf-16?b?/v8=?=", b"Subject: =?x?q?=FF=00?= \xe4", b"Date: 99 Feb 99999 99:99 +9999", b"Date: Mo, 31 Feb 26"),
    *(b"Message-ID: <\xff@\x00>", b"References: " + b"<a@b> " * 150, b"X" * 300 + b": y", b"No field at all"),
    *(b"", b"--", b"--grenze", b"--grenze--"),
    *(b"-----BEGIN PGP MESSAGE-----", b"-----BEGIN PGP SIGNED MESSAGE-----", b"begin 644 a", b"From x@y Mon Nov 23 09:00:00 2026"),
)


def flipped(octets: bytearray, chance: random.Random) -> None:
    for _ in range(chance.randint(1, 10)):
        octets[chance.randrange(len(octets))] = chance.choice((chance.choice(OCTETS), chance.randrange(256)))


def cut(octets: bytearray, chance: random.Random) -> None:
    start = chance.randrange(len(octets))
    del octets[start : start + chance.choice((1, 2, 10, 100, len(octets)))]


def doubled(octets: bytearray, chance: random.Random) -> None:
    start = chance.randrange(len(octets))
    piece = octets[start : start + chance.randint(1, 400)]
    where = chance.randrange(len(octets))
    octets[where:where] = piece * chance.choice((1, 1, 2, 20))


def swapped(octets: bytearray, chance: random.Random) -> None:
    lines = bytes(octets).split(b"\n")
    for _ in range(chance.randint(1, 4)):
        one, other = chance.randrange(len(lines)), chance.randrange(len(lines))
        lines[one], lines[other] = lines[other], lines[one]
    octets[:] = b"\n".join(lines)


def injected(octets: bytearray, chance: random.Random) -> None:
    lines = bytes(octets).split(b"\n")
    for _ in range(chance.randint(1, 3)):
        line = chance.randrange(min(len(lines), chance.choice((8, 1000)))) if lines else 0
        lines.insert(line, chance.choice(INJECTED))
    octets[:] = b"\n".join(lines)


def spliced(octets: bytearray, chance: random.Random) -> None:
    other = chance.choice(CORPUS)
    octets[chance.randrange(len(octets)) :] = other[chance.randrange(len(other) + 1) :]


MUTATIONS: tuple[Callable[[bytearray, random.Random], None], ...] = (flipped, cut, doubled, swapped, injected, spliced)


def mutated(chance: random.Random) -> bytes:
    octets = bytearray(chance.choice(CORPUS))
    for mutation in chance.choices(MUTATIONS, k=chance.choice((1, 1, 2, 3))):
        if octets:
            mutation(octets, chance)
    return bytes(octets)


def leaf_parts(part: MimePart, depth: int = 0) -> int:
    """The parts of a mail that are no containers, counted by other code than the parser's; an attached mail is one."""
    if not part.is_multipart() or part.get_content_maintype() == "message" or depth == limits.DEPTH_MAX:
        return 1
    return sum(leaf_parts(child, depth + 1) for child in part.get_payload())


def assert_no_part_is_lost(octets: bytes, message: Message) -> None:
    data = head.with_line_feeds(octets)
    root = whole.reading_of(data, head.split_head(data)).root
    tree = tree_of(root)
    bodies = len(tree.with_role(Role.BODY)) + len(tree.with_role(Role.ALTERNATIVE))
    assert bodies + len(message.attachments) == len(tree.leaves)
    assert min(leaf_parts(root), limits.PARTS_MAX) <= len(tree.leaves)


def assert_contract(message: Message) -> None:
    shown = message_object(message, None, acknowledge=False, evidence=())
    assert json.loads(json.dumps(shown, ensure_ascii=False).encode()) == shown
    addresses = (message.originator, *message.reply_to, *message.to, *message.cc)
    names = [attachment.filename for attachment in message.attachments]
    lines = [message.subject, message.media_type, message.report_type, message.calendar_method, message.message_id]
    lines += [*message.defects, *names]
    lines += [text for address in addresses for text in (address.display_name, address.addr_spec)]
    lines += [value for _, value in message.fields]
    assert [line for line in lines if CONTROLS.search(line)] == []
    assert [name for name in names if not name or re.search(r"[/\\]|^\.+$", name) or len(name) > limits.FILENAME_CHARS_MAX] == []
    assert len({name.lower() for name in names}) == len(names)
    assert not re.search("[\x00-\x08\x0b-\x1f\x7f\ud800-\udfff]", message.text)
    assert len(message.text) <= limits.TEXT_CHARS_MAX
    assert message.date is None or message.date.tzinfo is not None
    assert len(message.content_digest) == 64


@sampled
@pytest.mark.parametrize("seed", SEEDS)
def test_no_damaged_mail_raises_loses_a_part_or_breaks_the_contract(seed: int):
    chance = random.Random(seed)
    fallen_back = []
    for _ in range(MAILS_A_SEED):
        octets = mutated(chance)
        message = parsed(octets)
        fallen_back += [defect for defect in message.defects if defect.startswith(("only the head was read", "unreadable"))]
        assert_no_part_is_lost(octets, message)
        assert_contract(message)

    assert fallen_back == []
