# SPDX-FileCopyrightText: 2026 The maildesk authors
# SPDX-License-Identifier: EUPL-1.2
"""The contents of attachments: the same octets that the Message has the digests of, and nothing else."""

from __future__ import annotations

import base64
import hashlib
import os
import random
import threading
import tracemalloc

import pytest

from maildesk.adapters.parse import ParserProcess, limits, parse
from maildesk.adapters.parse.child.frames import packed, unpacked
from maildesk.adapters.parse.cut import readable
from maildesk.adapters.parse.extract import chosen, extract
from maildesk.core.mail.message import Message
from maildesk.octets import Octets
from tests.rig.builders import a_mail, a_multipart, a_part
from tests.rig.children import children, has_written, processor_seconds
from tests.rig.desk import wait_until
from tests.rig.places import CORPUS

ALL = sorted(CORPUS.rglob("*.eml"))
MEBIBYTE = limits.MEBIBYTE


def noise(size_bytes: int, seed: int = 1) -> bytes:
    return random.Random(seed).randbytes(size_bytes)


def a_file(content: bytes, name: str = "datei.bin", media_type: str = "application/pdf") -> bytes:
    fields = {"content_transfer_encoding": "base64", "content_disposition": f'attachment; filename="{name}"'}
    return a_part(base64.encodebytes(content), media_type, **fields)


def mail_with(*parts: bytes) -> Octets:
    return Octets.of(a_multipart(a_part("Guten Tag"), *parts))


def digests_of(message: Message) -> list[str]:
    return [attachment.digest for attachment in message.attachments]


def digest_of(content: bytes) -> str:
    return hashlib.sha256(content).hexdigest()


def test_every_attachment_of_the_corpus_is_had_by_its_digest_in_this_process_and_in_the_child() -> None:
    found = 0
    with ParserProcess() as parser:
        for path in ALL:
            octets = Octets.of(path.read_bytes())
            digests = digests_of(parse(octets))
            contents = parser.extract(octets, digests)
            assert contents.keys() == set(digests), path.name
            assert all(digest_of(content) == digest for digest, content in contents.items())
            assert extract(octets, digests) == contents
            found += len(contents)
    assert found > 40


def test_a_big_attachment_which_the_parser_never_sees_is_had_too() -> None:
    big, small = noise(5_000_000), noise(1000, 2)
    octets = mail_with(a_file(big, "gross.pdf"), a_file(small, "klein.pdf"))
    with ParserProcess() as parser:
        message = parser.parse(octets)
        contents = parser.extract(octets, digests_of(message))
    octets.close()

    assert [attachment.size_bytes for attachment in message.attachments] == [5_000_000, 1000]
    assert contents == {digest_of(big): big, digest_of(small): small}


def test_only_what_is_asked_for_is_had_and_what_is_not_there_is_left_out() -> None:
    one, other = noise(300_000), noise(1000, 2)
    octets = mail_with(a_file(one), a_file(other), a_file(other))
    with ParserProcess() as parser:
        for asked, found in (
            ([], {}),
            ([digest_of(other)], {digest_of(other): other}),
            ([digest_of(one), "0" * 64], {digest_of(one): one}),
            (["nonsense", "", "../../etc/passwd", digest_of(b"Guten Tag")], {}),
        ):
            assert parser.extract(octets, asked) == found
            assert extract(octets, asked) == found


def test_an_empty_attachment_has_a_content_too() -> None:
    octets = mail_with(a_file(b"", "leer.txt"))

    assert extract(octets, [digest_of(b"")]) == {digest_of(b""): b""}


def test_what_is_too_big_is_left_out_and_the_others_are_had() -> None:
    too_big, fits, too_much, small = noise(12 * MEBIBYTE + 1), noise(12 * MEBIBYTE, 2), noise(5 * MEBIBYTE, 3), noise(1000, 4)
    octets = mail_with(*map(a_file, (too_big, fits, too_much, small)))
    with ParserProcess() as parser:
        contents = parser.extract(octets, [digest_of(each) for each in (too_big, fits, too_much, small)])
    octets.close()

    assert contents == {digest_of(fits): fits, digest_of(small): small}


def test_of_many_small_ones_there_are_as_many_as_fit(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(limits, "ENCLOSURES_BYTES_MAX", 3500)
    contents = [noise(1000, seed) for seed in range(5)]
    octets = mail_with(*map(a_file, contents))
    with ParserProcess() as parser:
        found = parser.extract(octets, [digest_of(each) for each in contents])

    assert len(found) == 3
    assert extract(octets, [digest_of(each) for each in contents]) == found


def test_an_attached_mail_whose_own_attachments_were_cut_out_is_left_out() -> None:
    inner = a_multipart(a_part("innen"), a_file(noise(7 * MEBIBYTE)), boundary="innen")
    octets = mail_with(a_part(inner, "message/rfc822"), a_file(b"klein"))
    message = parse(octets)

    assert len(message.attachments) == 2
    assert extract(octets, digests_of(message)) == {digest_of(b"klein"): b"klein"}
    octets.close()


def test_an_attached_mail_that_was_read_whole_is_had() -> None:
    octets = mail_with(a_part(a_mail(subject="innen"), "message/rfc822"))
    (digest,) = digests_of(parse(octets))

    assert b"Subject: innen" in extract(octets, [digest])[digest]


def test_of_a_mail_that_was_not_read_whole_nothing_is_had() -> None:
    octets = mail_with(a_part("Text\n" * 10, "text/csv", content_disposition="attachment"), a_part("x\n" * 5 * MEBIBYTE, "text/csv"))
    message = parse(octets)

    assert message.defects[0].startswith("unparsed: ")
    assert extract(octets, digests_of(message)) == {}
    octets.close()


SLOW = a_multipart(a_file(noise(300_000)), *[a_part("x")] * 130_000)


def test_of_a_mail_that_takes_too_long_the_biggest_are_had_and_the_next_mail_is_read_as_ever() -> None:
    with ParserProcess(seconds_max=1.0) as parser:
        slow, following = Octets.of(SLOW), mail_with(a_file(b"klein"))
        contents = parser.extract(slow, [digest_of(noise(300_000)), "0" * 64])
        assert contents == {digest_of(noise(300_000)): noise(300_000)}
        assert parser.extract(following, [digest_of(b"klein")]) == {digest_of(b"klein"): b"klein"}
        assert parser.parse(following).defects == ()
        slow.close()


def test_a_child_that_runs_out_of_memory_is_no_crash() -> None:
    big = a_multipart(a_part("Viele Bilder"), a_part(b"\xfc\x00BC\n" * 1_200_000, "image/png", content_transfer_encoding="8bit"))
    with ParserProcess(memory_bytes_max=140 * MEBIBYTE) as parser:
        octets = Octets.of(big)
        assert parser.extract(octets, ["0" * 64]) == {}
        octets.close()


def test_a_child_killed_from_outside_is_replaced_and_the_content_is_had() -> None:
    octets = mail_with(a_file(b"klein"))
    with ParserProcess() as parser:
        before = children()
        parser.parse(octets)
        (child,) = children() - before
        os.kill(child, 9)
        assert parser.extract(octets, [digest_of(b"klein")]) == {digest_of(b"klein"): b"klein"}


def test_a_child_killed_in_the_middle_of_its_work_is_replaced() -> None:
    octets, done = Octets.of(SLOW), []
    with ParserProcess(seconds_max=300) as parser:
        before = children()
        parser.extract(mail_with(), ["0" * 64])
        (child,) = children() - before
        worker = threading.Thread(target=lambda: done.append(parser.extract(octets, ["0" * 64])))
        idle = processor_seconds(child)
        worker.start()
        wait_until(lambda: processor_seconds(child) > idle + 0.05)
        os.kill(child, 9)
        wait_until(lambda: any(has_written(each) for each in children() - before - {child}))
        for each in children() - before - {child}:
            os.kill(each, 9)
        worker.join()
        assert done == [{}]
        assert parser.parse(mail_with()).text == "Guten Tag"
    octets.close()


def test_a_child_that_cannot_even_start_gives_nothing() -> None:
    with ParserProcess(memory_bytes_max=1024) as parser:
        assert parser.extract(mail_with(a_file(b"klein")), [digest_of(b"klein")]) == {}


def test_octets_that_were_not_asked_for_are_not_believed_whoever_brings_them() -> None:
    octets = mail_with(a_file(b"klein"))
    asked = [digest_of(b"klein"), digest_of(b"fehlt")]

    assert chosen(readable(octets, asked), [b"falsch", b"klein", b"klein", b""], asked) == {digest_of(b"klein"): b"klein"}


def test_frames_are_read_as_they_were_written() -> None:
    for contents in ([], [b""], [b"", b"a", b""], [noise(100_000), b"x"]):
        assert list(unpacked(packed(contents))) == contents
    for broken in (b"\0", packed([b"abc"])[:-1], b"\xff" * 9):
        with pytest.raises(ValueError, match="the answer ends"):
            list(unpacked(broken))


def test_the_memory_of_this_process_does_not_grow_with_the_mail() -> None:
    octets = mail_with(*(a_file(noise(6 * MEBIBYTE, seed)) for seed in range(5)))
    wanted = [digest_of(noise(6 * MEBIBYTE, 3))]
    with ParserProcess() as parser:
        parser.extract(mail_with(), ["0" * 64])
        tracemalloc.start()
        contents = parser.extract(octets, wanted)
        _, peak = tracemalloc.get_traced_memory()
        tracemalloc.stop()
    octets.close()

    assert [len(content) for content in contents.values()] == [6 * MEBIBYTE]
    assert peak < 40 * MEBIBYTE, f"{peak / MEBIBYTE:.1f} MiB"
