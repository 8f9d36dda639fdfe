# SPDX-FileCopyrightText: 2026 The maildesk authors
# SPDX-License-Identifier: EUPL-1.2
"""ParserProcess: the same values from a child that may die, and the next mail does not notice."""

from __future__ import annotations

import os
import signal
import sys
import threading
import time
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from datetime import UTC, datetime
from pathlib import Path

import pytest

from maildesk.adapters.parse import ParserProcess, limits
from maildesk.adapters.parse.mime.head import content_digest, split_head
from maildesk.errors import ParserUnavailable, Unparseable
from maildesk.octets import Octets, RawMessage
from tests.rig.builders import a_mail, a_multipart, a_part, parsed
from tests.rig.children import children
from tests.rig.places import MAILS

# Reading this whole takes seconds (a hundred thousand parts), reading its head takes none.
SLOW = a_multipart(*[a_part("x")] * 130_000)


@contextmanager
def octets_of(data: bytes) -> Iterator[Octets]:
    octets = Octets.of(data)
    try:
        yield octets
    finally:
        octets.close()


def test_the_child_gives_the_same_values_as_this_process():
    with ParserProcess() as parser:
        for path in MAILS:
            with octets_of(path.read_bytes()) as octets:
                assert parser.parse(octets) == parsed(path.read_bytes())


def test_a_mail_as_the_server_has_it_is_taken_too():
    with octets_of(a_mail()) as octets, ParserProcess() as parser:
        message = parser.parse(RawMessage("INBOX", 1, 7, datetime(2026, 11, 23, tzinfo=UTC), octets))

    assert message.subject == "Frage zum Fahrplan"
    assert message.digest == octets.digest


def test_a_mail_that_takes_too_long_is_read_by_its_head_and_the_next_one_whole():
    with ParserProcess(seconds_max=0.5) as parser:
        with octets_of(SLOW) as octets:
            slow = parser.parse(octets)
        with octets_of(a_mail(subject="Die nächste")) as octets:
            following = parser.parse(octets)

    assert slow.subject == "Frage zum Fahrplan"
    assert slow.originator.addr_spec == "eva@example.org"
    assert slow.text
    assert slow.digest
    assert slow.defects == ("only the head was read: the parser ran out of time or memory, or died",)
    assert slow.content_digest == content_digest(SLOW, split_head(SLOW))
    assert following.subject == "Die nächste"
    assert following.defects == ()


@pytest.mark.parametrize("mebibytes", [104, 140])  # with the first of them little is left when the parser gives up
def test_a_mail_that_takes_too_much_memory_is_read_by_its_head_and_the_next_one_whole(mebibytes: int):
    big = a_multipart(a_part("Viele Bilder"), a_part(b"\xfc\x00BC\n" * 1_200_000, "image/png", content_transfer_encoding="8bit"))
    with ParserProcess(memory_bytes_max=mebibytes * limits.MEBIBYTE) as parser:
        with octets_of(big) as octets:
            message = parser.parse(octets)
        with octets_of(a_mail()) as octets:
            following = parser.parse(octets)

    assert message.subject == "Frage zum Fahrplan"
    assert message.text == "Viele Bilder"
    assert message.defects[0].startswith("only the head was read")
    assert following.defects == ()


def test_a_mail_that_cannot_be_had_even_so_is_unparseable_and_the_error_says_nothing_of_it():
    with ParserProcess(seconds_max=0.0) as parser, octets_of(a_mail(subject="Geheim")) as octets, pytest.raises(Unparseable) as caught:
        parser.parse(octets)

    assert "Geheim" not in str(caught.value)
    assert "eva@" not in str(caught.value)


def test_a_child_that_can_do_nothing_makes_the_mail_unparseable():
    with ParserProcess(memory_bytes_max=1024) as parser, octets_of(a_mail()) as octets, pytest.raises(Unparseable):
        parser.parse(octets)


@pytest.mark.parametrize("program", ["/nonexistent/python", "/bin/true"])
def test_a_child_that_cannot_even_start_is_no_fault_of_the_mail(program: str, monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setattr(sys, "executable", program)
    before = children()
    with ParserProcess() as parser, octets_of(a_mail()) as octets:
        with pytest.raises(ParserUnavailable):
            parser.parse(octets)
        monkeypatch.undo()

        assert parser.parse(octets).subject == "Frage zum Fahrplan"

    assert children() == before


@pytest.mark.parametrize("busy", [False, True])
def test_a_child_killed_from_outside_is_replaced_and_the_mail_is_read_whole_all_the_same(busy: bool):
    with ParserProcess() as parser, ThreadPoolExecutor(1) as pool:
        before = children()
        with octets_of(a_mail()) as octets:
            unharmed = parser.parse(octets)
            (child,) = children() - before
            if busy:
                os.kill(child, signal.SIGSTOP)  # it has the mail before it, and does not come to it
            else:
                os.kill(child, signal.SIGKILL)
            asked = pool.submit(parser.parse, octets)
            if busy:
                time.sleep(0.2)
                os.kill(child, signal.SIGKILL)

            assert asked.result() == unharmed

    assert unharmed.defects == ()


def test_systemd_that_tells_every_process_to_end_harms_no_mail():
    with ParserProcess() as parser, octets_of(a_mail()) as octets:
        before = children()
        unharmed = parser.parse(octets)
        (child,) = children() - before
        os.kill(child, signal.SIGTERM)

        assert parser.parse(octets) == unharmed
        assert children() - before == {child}, "the same one goes on"


def test_no_process_is_left_behind_and_a_closed_parser_can_be_used_again():
    before = children()
    parser = ParserProcess()
    with octets_of(a_mail()) as octets:
        parser.parse(octets)
        assert len(children() - before) == 1
        parser.close()
        assert children() - before == set()
        assert parser.parse(octets).subject == "Frage zum Fahrplan"
        parser.close()
        parser.close()

    assert children() - before == set()


def test_threads_share_one_parser_and_each_gets_its_own_answer():
    numbers = range(40)
    started = threading.Barrier(4)

    def subject_of(number: int) -> str:
        if number < 4:
            started.wait()
        with octets_of(a_mail(subject=f"Nummer {number}")) as octets:
            return parser.parse(octets).subject

    with ParserProcess() as parser, ThreadPoolExecutor(4) as pool:
        assert list(pool.map(subject_of, numbers)) == [f"Nummer {number}" for number in numbers]


def test_the_child_knows_no_secret_of_our_environment(monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setenv("MAILDESK_IMAP_PASSWORD", "streng geheim")
    before = children()
    with ParserProcess() as parser, octets_of(a_mail()) as octets:
        parser.parse(octets)
        (child,) = children() - before
        environment = Path(f"/proc/{child}/environ").read_bytes()

    assert b"geheim" not in environment


def test_a_mail_over_the_limit_is_not_sent_to_the_child_whole():
    with octets_of(a_mail("Zeile\r\n" * (limits.WHOLE_BYTES_MAX // 7 + 1))) as octets, ParserProcess() as parser:
        message = parser.parse(octets)

    assert message.size_bytes == octets.size_bytes
    assert message.digest == octets.digest
    assert message.defects[0].startswith("unparsed: ")
