# SPDX-FileCopyrightText: 2026 The maildesk authors
# SPDX-License-Identifier: EUPL-1.2
"""Attachments of a stored mail go along with a letter, over a real SMTP connection; what cannot be had does not hold it up."""

from __future__ import annotations

import base64
import hashlib
import json
import os
import random
import signal
import sqlite3
from collections.abc import Mapping
from contextlib import closing
from dataclasses import asdict, replace
from pathlib import Path
from typing import Any

import pytest

from maildesk import building
from maildesk.adapters.compose import Composer
from maildesk.adapters.parse import ParserProcess, parse
from maildesk.core.letters.letter import Enclosure, Letter
from maildesk.jobs.counts import OutboxReport
from maildesk.jobs.intake import handle
from maildesk.octets import Octets, RawMessage
from tests.rig.builders import a_multipart, a_part, parsed
from tests.rig.children import children
from tests.rig.letters import SHIPPED
from tests.rig.office import POLICY, Office, an_office
from tests.rig.smtp_server import ScriptedSmtp, SmtpSink

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


def send(office: Office, server: SmtpSink | ScriptedSmtp, *enclosures: Enclosure, killed: bool = False) -> Any:
    """The waiting letter, as if it had these enclosures, taken out of the database by the real parser; or it is `killed` before."""
    composer = Composer(POLICY.desk, (office.templates, SHIPPED))
    with ParserProcess() as parser:
        if killed:
            before = children()
            parser.extract(Octets.of(a_multipart(a_part("x"), a_file(b"y", 1))), ["0" * 64])
            for child in children() - before:
                os.kill(child, signal.SIGKILL)
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


def test_a_letter_has_its_attachments_also_when_the_parser_has_just_died(tmp_path: Path) -> None:
    with an_office(tmp_path) as office, SmtpSink() as server:
        (enclosure,) = take_in_with_files(office, SMALL)
        assert send(office, server, enclosure, killed=True).sent == 1

    assert [each.digest for each in parsed(server.letters[0].octets).attachments] == [enclosure.digest]


TOO_BIG = [
    {"mail": b"552 5.3.4 Message size exceeds fixed limit"},
    {"dot": b"552 5.3.4 Error: message file too big"},
    {"dot": b"554 5.2.3 no"},
]


def make_it_a(template: str, office: Office, *enclosures: Enclosure) -> None:
    """The acknowledgement that waits becomes a letter of another kind, with enclosures: what it says does not matter here."""
    (office.templates / "copy.de.txt").write_text("Betreff: {{ titel }}\n\nGuten Tag\n")
    enclosed = json.dumps([asdict(each) for each in enclosures])
    change = "UPDATE letter SET template = ?, enclosures = ?, context = json_set(context, '$.text', '', '$.titel', 'x')"
    with closing(sqlite3.connect(office.file, isolation_level=None)) as database:
        database.execute(change, (template, enclosed))


@pytest.mark.parametrize("script", TOO_BIG)
def test_a_letter_to_a_colleague_that_is_too_big_for_the_server_goes_without_its_enclosures_and_names_them(
    tmp_path: Path, script: dict[str, bytes]
) -> None:
    stage, refusal = next(iter(script.items()))
    with an_office(tmp_path) as office:
        enclosures = take_in_with_files(office, SMALL, SMALL + b"2")
        make_it_a("copy", office, *enclosures)
        with ScriptedSmtp(**{stage: lambda number: refusal if number == 1 else b"250 ok"}) as server:
            assert send(office, server, *enclosures) == OutboxReport(sent=1)

    message = parsed(server.mails[-1])
    assert message.attachments == ()
    assert message.text.endswith("Anlage nicht beigefügt: Datei 1.pdf\nAnlage nicht beigefügt: Datei 2.pdf")
    assert office.waiting == []


@pytest.mark.parametrize("template", ["answer", "acknowledgement"])
def test_a_letter_to_a_citizen_that_is_too_big_does_not_go_without_what_belongs_to_it(tmp_path: Path, template: str) -> None:
    with an_office(tmp_path) as office:
        (enclosure,) = take_in_with_files(office, SMALL)
        make_it_a(template, office, enclosure)
        with ScriptedSmtp(mail=lambda number: b"552 5.3.4 Message size exceeds fixed limit" if number == 1 else b"250 ok") as server:
            assert send(office, server, enclosure) == OutboxReport(failed=1)

        assert server.mails == []
        assert office.events()[-1] == ("letter-failed", f"{template}: 552 MAIL FROM: 5.3.4 Message size exceeds fixed limit")


def test_a_letter_that_is_too_big_without_any_enclosure_fails_at_once(tmp_path: Path) -> None:
    with an_office(tmp_path) as office:
        (enclosure,) = take_in_with_files(office, SMALL)
        make_it_a("copy", office, enclosure)
        with ScriptedSmtp(mail=b"552 5.3.4 Message size exceeds fixed limit") as server:
            assert send(office, server, enclosure) == OutboxReport(failed=1)

    assert server.begun == 2


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
