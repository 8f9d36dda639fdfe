# SPDX-FileCopyrightText: 2026 The maildesk authors
# SPDX-License-Identifier: EUPL-1.2
"""Attachments of a stored mail go along with a letter, over a real SMTP connection; what cannot be had does not hold it up."""

from __future__ import annotations

import base64
import hashlib
import random
from collections.abc import Mapping
from contextlib import closing
from dataclasses import replace
from pathlib import Path
from typing import Any

from maildesk import building
from maildesk.adapters.compose import Composer
from maildesk.adapters.parse import ParserProcess, parse
from maildesk.core.letters import Enclosure, Letter
from maildesk.jobs.handling import handle
from maildesk.octets import Octets, RawMessage
from tests.builders import a_multipart, a_part, parsed
from tests.rig.letters import SHIPPED
from tests.rig.office import POLICY, Office, an_office
from tests.rig.smtp_server import SmtpSink

SMALL = b"%PDF-1.7 klein"
BIG = random.Random(7).randbytes(5_000_000)


def a_file(content: bytes, number: int) -> bytes:
    fields = {"content_transfer_encoding": "base64", "content_disposition": f'attachment; filename="Datei {number}.pdf"'}
    return a_part(base64.encodebytes(content), "application/pdf", **fields)


def take_in_with_files(office: Office, *contents: bytes) -> tuple[Enclosure, ...]:
    """A citizen's mail with these files is stored; the enclosures that stand for them."""
    files = [a_file(content, number) for number, content in enumerate(contents, 1)]
    with closing(Octets.of(a_multipart(a_part("Guten Tag"), *files))) as octets:
        raw = RawMessage("INBOX", 7, 1, office.clock(), octets)
        with office.store.transaction() as transaction:
            handle(transaction, raw, parse(octets), POLICY, office.clock())
        return tuple(
            Enclosure(octets.digest, hashlib.sha256(content).hexdigest(), f"Datei {number}.pdf", "application/pdf", len(content))
            for number, content in enumerate(contents, 1)
        )


def send(office: Office, server: SmtpSink, *enclosures: Enclosure) -> Any:
    """The waiting letter, as if it had these enclosures, taken out of the database by the real parser."""
    composer = Composer(POLICY.desk, (SHIPPED,))
    with ParserProcess() as parser:
        enclose = building.encloser(office.store, parser)

        def with_enclosures(letter: Letter) -> Letter:
            return replace(letter, enclosures=enclosures)

        def compose(letter: Letter, contents: Mapping[str, bytes]) -> bytes:
            return composer(with_enclosures(letter), contents)

        return office.send(server, compose=compose, enclose=lambda letter: enclose(with_enclosures(letter)))


def test_a_letter_takes_the_attachments_of_a_stored_mail_along(tmp_path: Path) -> None:
    with an_office(tmp_path) as office, SmtpSink() as server:
        enclosures = take_in_with_files(office, SMALL, BIG)
        assert send(office, server, *enclosures).sent == 1
        kept = office.store.octets_by_digest(hashlib.sha256(server.letters[0].octets).hexdigest())

    message = parsed(server.letters[0].octets)
    assert [(each.filename, each.digest, each.size_bytes) for each in message.attachments] == [
        ("Datei 1.pdf", enclosures[0].digest, len(SMALL)),
        ("Datei 2.pdf", enclosures[1].digest, len(BIG)),
    ]
    assert "nicht beigefügt" not in message.text
    assert kept is not None, "the letter is kept as it went out"
    kept.close()


def test_what_cannot_be_had_is_named_and_the_letter_goes(tmp_path: Path) -> None:
    with an_office(tmp_path) as office, SmtpSink() as server:
        (enclosure,) = take_in_with_files(office, SMALL)
        unknown_mail = replace(enclosure, message_digest="0" * 64, digest="1" * 64, filename="Mail weg.pdf")
        unknown_file = replace(enclosure, digest="2" * 64, filename="Datei weg.pdf")
        assert send(office, server, enclosure, unknown_mail, unknown_file).sent == 1

    message = parsed(server.letters[0].octets)
    assert [each.digest for each in message.attachments] == [enclosure.digest]
    assert message.text.endswith("Anlage nicht beigefügt: Mail weg.pdf\nAnlage nicht beigefügt: Datei weg.pdf")


def test_a_letter_with_the_attachments_of_several_mails_is_not_bigger_than_with_those_of_one(tmp_path: Path) -> None:
    found: dict[str, bytes] = {}
    building._add_what_fits(found, {"a": b"a" * 10 * 1024 * 1024})
    building._add_what_fits(found, {"b": b"b" * 7 * 1024 * 1024, "c": b"c"})

    assert found.keys() == {"a", "c"}


def test_a_post_that_nobody_told_about_enclosures_sends_letters_as_ever(tmp_path: Path) -> None:
    with an_office(tmp_path) as office, SmtpSink() as server:
        office.take_in()
        assert office.send(server).sent == 1


def test_octets_are_found_by_their_digest_and_others_are_not(tmp_path: Path) -> None:
    with an_office(tmp_path) as office:
        (enclosure,) = take_in_with_files(office, SMALL)
        octets = office.store.octets_by_digest(enclosure.message_digest)
        assert octets is not None
        assert octets.digest == enclosure.message_digest
        assert office.store.octets_by_digest("0" * 64) is None
        assert office.store.octets_by_digest("") is None
