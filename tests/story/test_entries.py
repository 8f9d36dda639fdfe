# SPDX-FileCopyrightText: 2026 The maildesk authors
# SPDX-License-Identifier: EUPL-1.2
"""Calls, letters and visits become cases like mails do: entered by a colleague's mail, by a link, by a copier, by a command."""

from __future__ import annotations

import re
import sqlite3
from collections.abc import Iterator
from contextlib import closing
from datetime import UTC, datetime
from pathlib import Path
from typing import Any
from urllib.parse import unquote

import pytest

from maildesk.adapters.key_file import letter_key
from maildesk.adapters.store import Store
from maildesk.core.letters.order_links import entry_links
from maildesk.core.office.calendar import WorkCalendar
from maildesk.core.office.policy import Desk, Policy
from tests.rig.builders import a_mail, a_multipart, a_part
from tests.rig.colleagues import EVA, MOSER, STAFF, WEBER, answers, polled, shown, text_of, to
from tests.rig.days import case_number
from tests.rig.desk import ADDRESS, TestDesk, a_desk
from tests.rig.dovecot import Dovecot
from tests.rig.letters import in_words
from tests.rig.post_office import Accepted, PostOffice

PROVED = "mx.example.com; dmarc=pass header.from=haus.example"
SIGNATURE = "\n\nMit freundlichen Grüßen\nAnna Weber\n\n-- \nAnna Weber, Zimmer 12\nTel. 06252 99-12\nweber@haus.example\n"
HEATING = "Die Heizung ist seit Tagen kalt. Sie hat zwei kleine Kinder."


@pytest.fixture
def desk(dovecot: Dovecot, user: str, tmp_path: Path) -> Iterator[TestDesk]:
    own = 'authserv_id = "mx.example.com"\ninternal_domains = ["haus.example"]\n'
    with PostOffice(dovecot, {ADDRESS: user}) as post:
        yield a_desk(tmp_path / "desk", dovecot, post, user, desk_more=own, more=STAFF)


def mails(desk: TestDesk, text: str, *, subject: str = "", who: str = WEBER, number: int = 1, **fields: str) -> None:
    """A new mail of a colleague arrives, for which the mail server of the desk vouches."""
    values = {"authentication_results": PROVED, "message_id": f"neu-{number}-{who}", **fields}
    desk.write(a_mail(f"{text}{SIGNATURE}", sender=f"Anna Weber <{who}>", to=ADDRESS, subject=subject, **values))  # type: ignore[arg-type]


def enters(desk: TestDesk, text: str, *, subject: str = "", number: int = 1, **fields: str) -> dict[str, int]:
    mails(desk, text, subject=subject, number=number, **fields)
    return polled(desk)


def case(desk: TestDesk, number: str = case_number(1)) -> dict[str, Any]:
    with Store.open(desk.folder / "maildesk.db", "KD", UTC) as store:
        return store.views.case(number) or {}


def aside(desk: TestDesk) -> list[dict[str, Any]]:
    with Store.open(desk.folder / "maildesk.db", "KD", UTC) as store:
        return store.views.aside()


def correspondent(desk: TestDesk, number: str = case_number(1)) -> tuple[str, ...]:
    found = case(desk, number)
    return found["channel"], found["correspondent"]["name"], found["correspondent"]["address"]


def shown_lines(letter: Accepted) -> str:
    return " ".join(text_of(letter).replace("|", " ").split())


def test_a_call_by_hand_becomes_a_case_of_the_caller_and_an_answer_reaches_her(desk: TestDesk) -> None:
    counts = enters(desk, f"Telefon\nEva Muster, {EVA}, 06252 123456\n#kritik #thema miete\n\n{HEATING}")

    assert counts["staff"] == 1
    assert correspondent(desk) == ("phone", "Eva Muster", EVA)
    assert (case(desk)["kind"], case(desk)["topics"]) == ("kritik", ["kosten_unterkunft"])
    acknowledged = to(desk, EVA)[0]
    assert case_number(1) in shown(acknowledged)
    assert not re.search(rb"weber|haus\.example|Heizung|neu-1", acknowledged.octets, re.IGNORECASE)
    (confirmed,), (relayed,) = to(desk, WEBER), to(desk, MOSER)
    assert "Telefonat eingetragen, mit Eingangsbestätigung, Art: Kritik" in text_of(confirmed)
    assert HEATING in shown_lines(relayed)
    assert "06252 123456" in text_of(relayed)
    assert "06252 99" not in text_of(relayed)

    answers(desk, relayed, "Guten Tag Frau Muster,\n\nmorgen kommt ein Monteur.", who=MOSER)

    answer = to(desk, EVA)[-1]
    assert "Monteur" in text_of(answer)
    assert not re.search(rb"haus\.example|neu-1", answer.octets), "it names no mail of the house"
    assert case(desk)["status"] == "answered"


def test_without_an_address_nobody_is_written_to_and_an_answer_waits(desk: TestDesk) -> None:
    enters(desk, f"Frau Muster war heute hier.\n{HEATING}")

    assert correspondent(desk) == ("visit", "Frau Muster", "")
    assert "ohne E-Mail-Adresse" in shown(to(desk, WEBER)[0])
    answers(desk, to(desk, MOSER)[0], "Guten Tag Frau Muster,\n\nmorgen kommt ein Monteur.", who=MOSER)
    held = text_of(to(desk, MOSER)[-1])
    assert "keine E-Mail-Adresse" in held
    assert "nicht bestätigt" not in held
    assert {recipient for letter in desk.post.accepted for recipient in letter.recipients} <= {WEBER, MOSER, ADDRESS}


def links_of(desk: TestDesk) -> dict[str, str]:
    """What stands under a digest for this colleague."""
    policy = Policy(Desk("Kundendialog", ADDRESS), WorkCalendar(UTC), letter_key(desk.folder))
    return {in_words(link["name"]): str(link["ziel"]) for link in entry_links(policy, WEBER, datetime.now(UTC))}


def test_a_link_proves_who_used_it_and_nobody_else(desk: TestDesk) -> None:
    url = links_of(desk)["Telefonat eintragen"]
    subject, unproved = unquote(url.partition("?subject=")[2]), "mx.example.com; dmarc=none"
    assert len(url) < 200
    assert url.isascii()

    mails(desk, f"Eva Muster\n{HEATING}", subject=subject, authentication_results=unproved)
    mails(desk, f"Eva Muster\n{HEATING}", subject=subject, who=MOSER, number=2, authentication_results=unproved)
    polled(desk)

    assert correspondent(desk) == ("phone", "Eva Muster", "")
    assert "Dieser Link war für jemand anderen" in " ".join(text_of(to(desk, MOSER)[-1]).split())
    assert [each["number"] for each in desk.maildesk("cases", "--json").json] == [case_number(1)], "a link of somebody else makes no case"


def test_what_is_no_entry_is_kept_and_its_writer_is_asked_and_the_answer_to_that_proves_its_writer(desk: TestDesk) -> None:
    mails(desk, "Können wir nächste Woche tauschen?")
    mails(desk, f"Telefon\nArt: Kritk\n{HEATING}", number=2)
    mails(desk, "", subject="Hilfe", number=3)
    counts = polled(desk)

    assert (counts["set_aside"], counts["new_cases"]) == (3, 0)
    asked, misspelt, card = sorted(to(desk, WEBER), key=lambda letter: str(letter.mail["In-Reply-To"]))
    assert shown(asked) == "Wozu gehört Ihre Nachricht?"
    assert "Können wir nächste Woche tauschen?" in text_of(asked)
    assert "Telefonat eintragen" in text_of(asked)
    assert "#art kritik" in text_of(misspelt)
    assert HEATING in shown_lines(misspelt)
    assert shown(card) == "Alle Befehle"
    assert "#frist" in text_of(card)
    assert "belongs to no case" in aside(desk)[0]["evidence"][-1]

    quoted = f"\n\nAm 23.11.2026 um 09:20 schrieb Kundendialog <{ADDRESS}>:\n> [{case_number(7)}] und {case_number(8)}\n"
    enters(
        desk, f"Brief von Familie Muster\n{HEATING}{SIGNATURE}{quoted}", subject=f"AW: {shown(asked)}", number=4,
        in_reply_to=str(asked.mail["Message-ID"]), authentication_results="mx.example.com; dmarc=none",
    )  # fmt: skip
    assert correspondent(desk) == ("post", "Familie Muster", "")

    made = desk.maildesk("aside", "--make-case", str(aside(desk)[0]["id"])).out.strip()
    assert correspondent(desk, made) == ("email", "", ""), "the colleague is no citizen"


def test_a_program_that_answers_our_question_is_asked_no_more_than_a_few_times(desk: TestDesk) -> None:
    for number in range(8):
        mails(desk, "Ich melde mich.", number=number)
    polled(desk)

    assert len(to(desk, WEBER)) == 5
    assert len(aside(desk)) == 8


def test_a_forwarded_mail_becomes_the_case_of_its_writer(desk: TestDesk) -> None:
    forwarded = (
        f"Bitte übernehmen, GEHEIM.{SIGNATURE}\nVon: Eva Muster <{EVA}>\nGesendet: Montag, 23. November 2026 09:15\nAn: Weber, Anna\n"
        f"Betreff: Heizung\n\nGuten Tag,\nmeine Heizung ist kalt.\n\nEva Muster\n"
    )
    desk.write(
        a_mail(forwarded, sender=WEBER, to=ADDRESS, subject="WG: Heizung", message_id="wg-1@haus.example", authentication_results=PROVED)
    )
    polled(desk)

    assert correspondent(desk) == ("email", "Eva Muster", EVA)
    assert b"GEHEIM" not in b"".join(each.octets for each in to(desk, EVA))
    relayed = text_of(to(desk, MOSER)[0])
    assert "Notiz: Bitte übernehmen, GEHEIM." in relayed
    assert "meine Heizung ist kalt" in relayed
    answers(desk, to(desk, MOSER)[0], "Guten Tag Frau Muster,\n\nmorgen kommt ein Monteur.", who=MOSER)
    assert "Monteur" in text_of(to(desk, EVA)[-1])


def a_scan(number: int, sender: str, subject: str, text: str) -> bytes:
    document = a_part("%PDF-1.4", 'application/pdf; name="doc.pdf"', content_disposition='attachment; filename="doc.pdf"')
    return a_multipart(a_part(text), document, sender=sender, to=ADDRESS, subject=subject, message_id=f"scan-{number}@haus.example")


def test_each_letter_on_the_copier_is_a_case_of_its_own_that_belongs_to_nobody_yet(desk: TestDesk) -> None:
    for number in (1, 2):
        desk.write(a_scan(number, "kopierer@haus.example", "Message from KM_C364e", ""))
    counts = polled(desk)

    assert counts["new_cases"] == 2
    assert correspondent(desk) == correspondent(desk, case_number(2)) == ("post", "", "")
    relayed = to(desk, WEBER)
    assert len(relayed) == len(to(desk, MOSER)) == 2
    assert [part.get_filename() for part in relayed[0].mail.walk() if part.get_filename()] == ["doc.pdf"]
    assert to(desk, "kopierer@haus.example") == []
    with closing(sqlite3.connect(desk.folder / "maildesk.db")) as database:
        assert database.execute("SELECT count(*), max(address_key) FROM contact").fetchone() == (2, "")


def added(desk: TestDesk, *words: str) -> str:
    said = desk.maildesk("add", *words)
    assert said.code == 0, said.err
    return said.out.strip()


def test_the_command_makes_the_same_kind_of_case(desk: TestDesk) -> None:
    number = added(
        desk, "--channel", "visit", "--kind", "lob", "--topic", "umgang", "--name", "Eva Muster", "--address", EVA, "--text", HEATING
    )

    assert number == case_number(1)
    assert to(desk, EVA) == [], "letters leave with the next pass"
    polled(desk)
    assert correspondent(desk) == ("visit", "Eva Muster", EVA)
    assert (case(desk)["kind"], case(desk)["kind_confirmed"], case(desk)["topics"]) == ("lob", True, ["umgang"])
    assert len(to(desk, EVA)) == 1
    assert len(to(desk, WEBER)) == len(to(desk, MOSER)) == 1
    assert added(desk, "--channel", "phone", "--text", HEATING) == case_number(2), "the same words are another call"
