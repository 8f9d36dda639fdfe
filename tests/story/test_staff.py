# SPDX-FileCopyrightText: 2026 The maildesk authors
# SPDX-License-Identifier: EUPL-1.2
"""Colleagues do their work in their own mail program: the mail is handed on, they answer, order, are asked back; nothing leaks."""

from __future__ import annotations

import re
from collections.abc import Iterator
from email.header import decode_header, make_header
from email.message import Message
from pathlib import Path
from urllib.parse import unquote

import pytest

from tests.builders import a_mail
from tests.rig.desk import ADDRESS, TestDesk, a_desk
from tests.rig.dovecot import Dovecot
from tests.rig.letters import content
from tests.rig.post_office import Accepted, PostOffice

EVA, WEBER, MOSER = "eva@example.org", "weber@haus.example", "moser@haus.example"
STAFF = f"""
[[staff]]
name = "Anna Weber"
address = "{WEBER}"
key = "weber"

[[staff]]
name = "Jörg Moser"
address = "{MOSER}"
key = "moser"
"""
INTERNAL = re.compile(rb"weber|moser|haus\.example|06252 99|~[a-z2-7]{26}|Frist:|GEHEIM", re.IGNORECASE)


@pytest.fixture
def desk(dovecot: Dovecot, user: str, tmp_path: Path) -> Iterator[TestDesk]:
    with PostOffice(dovecot, {ADDRESS: user}) as post:
        yield a_desk(tmp_path / "desk", dovecot, post, user, more=STAFF)


def to(desk: TestDesk, recipient: str) -> list[Accepted]:
    return desk.post.letters_to(recipient)


def shown(letter: Accepted) -> str:
    return str(make_header(decode_header(letter.mail["Subject"])))


def text_of(letter: Accepted) -> str:
    return content(letter.mail, "text/plain")


def writes(desk: TestDesk, text: str = "Guten Tag,\nmein Antrag liegt seit Wochen. GEHEIM.\n", **fields: str) -> None:
    values = {"sender": f"Eva Muster <{EVA}>", "to": ADDRESS, "subject": "Wartezeit", "message_id": "frage@example.org", **fields}
    desk.write(a_mail(text, **values))  # type: ignore[arg-type]
    polled(desk)


def polled(desk: TestDesk) -> dict[str, int]:
    said = desk.maildesk("poll", "--json")
    assert said.code == 0, said.err
    counts: dict[str, int] = said.json
    return counts


def answers(desk: TestDesk, relayed: Accepted, text: str, *, who: str = WEBER, number: int = 1, **fields: str) -> dict[str, int]:
    """As Outlook writes an answer: the whole mail below a block of its header."""
    quoted = (
        f"\n\nVon: Eva Muster über Kundendialog Musterstadt <{ADDRESS}>\nGesendet: Montag, 23. November 2026 09:20\nAn: Weber, Anna\n"
        f"Betreff: {shown(relayed)}\n\n{text_of(relayed)}"
    )
    signature = "\n\nMit freundlichen Grüßen\nAnna Weber\n\n-- \nAnna Weber, Zimmer 12\nTel. 06252 99-12\nweber@haus.example\n"
    mail: Message = relayed.mail
    values = {
        "sender": f"Weber, Anna <{who}>",
        "to": ADDRESS,
        "subject": f"AW: {shown(relayed)}",
        "message_id": f"antwort-{number}-{who}",
        "in_reply_to": mail["Message-ID"],
        "references": f"{mail['References']} {mail['Message-ID']}",
        **fields,
    }
    desk.write(a_mail(f"{text}{signature}{quoted}", **values))  # type: ignore[arg-type]
    return polled(desk)


def click(desk: TestDesk, letter: Accepted, order: str, *, who: str = WEBER, number: int = 50) -> dict[str, int]:
    """Opens the link of the mail whose subject has this order, and sends what the mail program makes of it."""
    found = re.findall(r"mailto:([^\s>]+)\?subject=([^\s>]+)", text_of(letter).replace("\n", " "))
    subject = next(unquote(subject) for _, subject in found if order in unquote(subject))
    assert len(subject) < 200
    desk.write(a_mail("\n", sender=who, to=ADDRESS, subject=subject, message_id=f"klick-{number}-{who}"))
    return polled(desk)


def case(desk: TestDesk, number: str = "KD-2026-00001") -> dict[str, object]:
    found: dict[str, object] = desk.maildesk("show", number, "--json").json
    return found


def test_a_citizens_mail_reaches_each_colleague_and_shows_no_address_to_answer_by_mistake(desk: TestDesk) -> None:
    writes(desk)

    relayed = to(desk, WEBER)[0]
    assert len(to(desk, MOSER)) == len(to(desk, WEBER)) == len(to(desk, EVA)) == 1
    assert ADDRESS in relayed.mail["From"]
    assert "Eva Muster über Kundendialog" in str(make_header(decode_header(relayed.mail["From"])))
    assert shown(relayed) == "[KD-2026-00001] Wartezeit"
    assert "seit Wochen" in text_of(relayed)
    assert to(desk, WEBER)[0].mail["Message-ID"] != to(desk, MOSER)[0].mail["Message-ID"]
    assert [each["direction"] for each in case(desk)["messages"]] == ["in", "out"]  # type: ignore[attr-defined]


def test_an_answer_goes_to_the_citizen_from_the_desk_and_nothing_else_of_it_does(desk: TestDesk) -> None:
    writes(desk)

    counts = answers(desk, to(desk, WEBER)[0], "Guten Tag Frau Muster,\n\nIhr Antrag ist bewilligt. Der Bescheid kommt per Post.")

    answer = to(desk, EVA)[-1]
    assert counts["staff"] == 1
    assert shown(answer) == "Antwort auf Ihre Nachricht – Vorgang KD-2026-00001"
    assert "Ihr Antrag ist bewilligt" in text_of(answer)
    assert "Ihr Antrag ist bewilligt" in content(answer.mail, "text/html")
    body = (text_of(answer) + content(answer.mail, "text/html")).encode()
    assert [each for each in INTERNAL.findall(answer.octets + body) if each.lower() != b"weber"] == [], "her name is what she signed"
    assert answer.mail["In-Reply-To"] == "<frage@example.org>"
    assert answer.mail["Auto-Submitted"] is None
    assert answer.envelope_sender == ADDRESS, "if it cannot be delivered, it shall come back"
    assert case(desk)["status"] == "answered"
    assert case(desk)["answered_at"] is not None
    assert "Ihr Antrag ist bewilligt" in text_of(to(desk, MOSER)[-1]), "the other colleague knows"


def test_who_answers_second_is_asked(desk: TestDesk) -> None:
    writes(desk)
    answers(desk, to(desk, WEBER)[0], "Der Bescheid kommt per Post.")
    before = len(to(desk, EVA))

    answers(desk, to(desk, MOSER)[0], "Ihr Antrag liegt noch bei der Fachabteilung.", who=MOSER)

    assert len(to(desk, EVA)) == before
    held = to(desk, MOSER)[-1]
    assert "Inzwischen hat schon jemand" in text_of(held)
    click(desk, held, "#senden", who=MOSER)
    assert "noch bei der Fachabteilung" in text_of(to(desk, EVA)[-1])


def test_orders_are_carried_out_confirmed_and_taken_back(desk: TestDesk) -> None:
    writes(desk)
    answers(desk, to(desk, WEBER)[0], "#kritik #thema bearbeitungsdauer #berechtigt #abgeholfen\n#erledigt\n\nDas tut uns leid.")

    done = case(desk)
    assert (done["kind"], done["topics"]) == ("kritik", ["bearbeitungsdauer"])
    assert "Das tut uns leid" in text_of(to(desk, EVA)[-1])
    assert "#" not in text_of(to(desk, EVA)[-1])
    assert done["status"] == "closed"
    confirmed = to(desk, WEBER)[-1]
    assert "abgeschlossen" in text_of(confirmed)

    click(desk, confirmed, "#rueckgaengig")

    back = case(desk)
    assert (back["kind"], back["topics"]) == (None, [])
    assert back["status"] != "closed"


def test_a_case_is_closed_when_what_is_missing_has_been_said(desk: TestDesk) -> None:
    writes(desk)
    click(desk, to(desk, WEBER)[0], "#erledigt", number=1)
    asked = to(desk, WEBER)[-1]
    assert "Zum Abschließen fehlt noch" in text_of(asked)
    assert case(desk)["status"] == "new"

    for step, order in enumerate(("#art lob", "#thema umgang", "#ergebnis lob_weitergegeben", "#erledigt")):
        click(desk, asked, order, number=10 + step)

    assert case(desk)["status"] == "closed"
    assert len(to(desk, EVA)) == 1, "the citizen got the acknowledgement and nothing else"


HELD = (
    ("#erldigt\n\nIhr Antrag ist bewilligt.", "#erledigt"),
    ("Ihre Kundennummer ist 999B000456, bitte aufbewahren.", "Kundennummer"),
    ("Bitte überweisen Sie auf DE89 3704 0044 0532 0130 00.", "Bankverbindung"),
    ("Sie fragten: niemand in Ihrem Haus kann mir sagen, wann er endlich bearbeitet wird.", "Worte"),
    ("", "kein Text"),
)


def test_what_should_not_leave_is_held_and_its_writer_is_told_why(desk: TestDesk) -> None:
    writes(desk, "Guten Tag,\nmein Antrag liegt seit Wochen, und niemand in Ihrem Haus kann mir sagen, wann er endlich bearbeitet wird.\n")
    relayed = to(desk, WEBER)[0]

    for number, (text, why) in enumerate(HELD):
        answers(desk, relayed, text, number=number)

        assert len(to(desk, EVA)) == 1, "the acknowledgement alone"
        assert len(to(desk, WEBER)) == 2 + number
        assert why in text_of(to(desk, WEBER)[-1])


def test_a_dropped_answer_is_gone_and_is_no_trouble(desk: TestDesk) -> None:
    writes(desk)
    answers(desk, to(desk, WEBER)[0], "Ihre Kundennummer ist 999B000456, bitte aufbewahren.")
    assert [letter["state"] for letter in desk.maildesk("outbox", "--json").json] == ["held"]

    click(desk, to(desk, WEBER)[-1], "#verwerfen")

    assert len(to(desk, EVA)) == 1
    assert desk.maildesk("outbox", "--json").json == []
    assert desk.status()["healthy"] is True


def test_help_gets_the_card(desk: TestDesk) -> None:
    writes(desk)

    answers(desk, to(desk, WEBER)[0], "hilfe")

    assert "#frist" in text_of(to(desk, WEBER)[-1])
    assert len(to(desk, EVA)) == 1


def test_a_note_stays_in_the_house(desk: TestDesk) -> None:
    writes(desk)

    answers(desk, to(desk, WEBER)[0], "#notiz Hat schon dreimal angerufen.\n")

    assert len(to(desk, EVA)) == 1
    assert "Notiz" in text_of(to(desk, WEBER)[-1])


def test_an_answer_to_a_new_address_waits_until_it_is_confirmed(desk: TestDesk) -> None:
    writes(desk)
    daughter = "tochter@example.net"
    desk.write(
        a_mail(
            "Ich schreibe für meine Mutter.\n", sender=f"Lea <{daughter}>", to=ADDRESS, subject="AW: Wartezeit", message_id="t@example.net",
            in_reply_to="<frage@example.org>",
        )
    )  # fmt: skip
    polled(desk)
    relayed = to(desk, WEBER)[-1]
    assert "nicht bestätigt" in text_of(relayed)

    answers(desk, relayed, "Gern geben wir Ihnen Auskunft, sobald eine Vollmacht vorliegt.")
    assert to(desk, daughter) == []
    held = to(desk, WEBER)[-1]
    click(desk, held, "#bestaetigen", number=1)
    click(desk, held, "#senden", number=2)

    assert "Vollmacht" in text_of(to(desk, daughter)[-1])


def test_who_only_knows_a_colleagues_address_orders_nothing(desk: TestDesk) -> None:
    writes(desk)
    before = case(desk)

    desk.write(a_mail("#erledigt\n", sender=WEBER, to=ADDRESS, subject="[KD-2026-00001] #erledigt", message_id="x@evil.example"))
    polled(desk)
    desk.write(
        a_mail("\n", sender=WEBER, to=ADDRESS, subject=f"[KD-2026-00001] #erledigt ~{'a' * 26}", message_id="y@evil.example"),
    )
    polled(desk)

    assert case(desk)["status"] == before["status"] == "new"
    assert len(to(desk, EVA)) == 1
