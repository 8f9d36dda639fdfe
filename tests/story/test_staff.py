# SPDX-FileCopyrightText: 2026 The maildesk authors
# SPDX-License-Identifier: EUPL-1.2
"""Colleagues do their work in their own mail program: the mail is handed on, they answer, order, are asked back; nothing leaks."""

from __future__ import annotations

import re
from collections.abc import Iterator
from email.header import decode_header, make_header
from pathlib import Path

import pytest

from tests.rig.builders import a_mail, a_multipart, a_part
from tests.rig.colleagues import EVA, INTERNAL, MOSER, STAFF, WEBER, answers, case, click, polled, shown, text_of, to, writes
from tests.rig.days import case_number
from tests.rig.desk import ADDRESS, TestDesk, a_desk
from tests.rig.dovecot import Dovecot
from tests.rig.letters import content
from tests.rig.post_office import PostOffice


@pytest.fixture
def desk(dovecot: Dovecot, user: str, tmp_path: Path) -> Iterator[TestDesk]:
    with PostOffice(dovecot, {ADDRESS: user}) as post:
        yield a_desk(tmp_path / "desk", dovecot, post, user, more=STAFF)


def test_a_citizens_mail_reaches_each_colleague_and_shows_no_address_to_answer_by_mistake(desk: TestDesk) -> None:
    writes(desk)

    relayed = to(desk, WEBER)[0]
    assert len(to(desk, MOSER)) == len(to(desk, WEBER)) == len(to(desk, EVA)) == 1
    assert ADDRESS in relayed.mail["From"]
    assert "Eva Muster über Kundendialog" in str(make_header(decode_header(relayed.mail["From"])))
    assert shown(relayed) == f"[{case_number(1)}] Wartezeit"
    assert "seit Wochen" in text_of(relayed)
    assert to(desk, WEBER)[0].mail["Message-ID"] != to(desk, MOSER)[0].mail["Message-ID"]
    assert [each["direction"] for each in case(desk)["messages"]] == ["in", "out"]  # type: ignore[attr-defined]


def test_an_answer_goes_to_the_citizen_from_the_desk_and_nothing_else_of_it_does(desk: TestDesk) -> None:
    writes(desk)

    counts = answers(desk, to(desk, WEBER)[0], "Guten Tag Frau Muster,\n\nIhr Antrag ist bewilligt. Der Bescheid kommt per Post.")

    answer = to(desk, EVA)[-1]
    assert counts["staff"] == 1
    assert shown(answer) == f"Antwort auf Ihre Nachricht – Vorgang {case_number(1)}"
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


def test_an_answer_below_the_quotation_goes_to_the_citizen_without_a_word_of_the_office(desk: TestDesk) -> None:
    writes(desk)
    relayed = to(desk, WEBER)[0]
    quoted = "\n".join(f"> {line}" for line in text_of(relayed).split("\n"))
    typed = "Guten Tag Frau Muster,\n\nIhr Antrag ist bewilligt.\n\nMit freundlichen Grüßen\nA. Weber"

    text = f"Am 01.12.26 um 13:53 schrieb Eva Muster über Kundendialog Musterstadt:\n{quoted}\n{typed}\n\n-- \nZimmer 12\n"
    head = {"sender": WEBER, "to": ADDRESS, "subject": f"Re: {shown(relayed)}", "message_id": "unten@haus.example"}
    desk.write(a_mail(text, in_reply_to=relayed.mail["Message-ID"], **head))
    polled(desk)

    assert text_of(to(desk, EVA)[-1]).startswith(f"{typed}\n\n")


def test_who_answers_second_is_asked(desk: TestDesk) -> None:
    writes(desk)
    answers(desk, to(desk, WEBER)[0], "Guten Tag,\n\nder Bescheid kommt per Post.")
    before = len(to(desk, EVA))

    answers(desk, to(desk, MOSER)[0], "Guten Tag,\n\nIhr Antrag liegt noch bei der Fachabteilung.", who=MOSER)

    assert len(to(desk, EVA)) == before
    held = to(desk, MOSER)[-1]
    assert "Inzwischen hat schon jemand" in text_of(held)
    click(desk, held, "#senden", who=MOSER)
    assert "noch bei der Fachabteilung" in text_of(to(desk, EVA)[-1])


@pytest.mark.parametrize("text", ["Hallo Jörg,\nkannst du das übernehmen?", "Vermerk: Sie war heute hier und sehr wütend.", "z. K."])
def test_what_is_meant_for_a_colleague_does_not_reach_the_citizen(desk: TestDesk, text: str) -> None:
    writes(desk)
    before = len(to(desk, EVA))

    answers(desk, to(desk, WEBER)[0], text)

    held = to(desk, WEBER)[-1]
    assert len(to(desk, EVA)) == before
    assert "für das Haus gemeint" in text_of(held)
    assert case(desk)["answered_at"] is None
    click(desk, held, "#senden")
    assert text.split("\n")[0] in text_of(to(desk, EVA)[-1]), "who says so means it"


def test_orders_are_carried_out_confirmed_and_taken_back(desk: TestDesk) -> None:
    writes(desk)
    proposed = case(desk)
    answers(
        desk, to(desk, WEBER)[0], "#hinweis #thema bearbeitungsdauer #berechtigt #abgeholfen\n#erledigt\n\nGuten Tag,\n\ndas tut uns leid."
    )

    done = case(desk)
    assert (done["kind"], done["kind_confirmed"], done["topics"]) == ("hinweis", True, ["bearbeitungsdauer"])
    assert "das tut uns leid" in text_of(to(desk, EVA)[-1])
    assert "#" not in text_of(to(desk, EVA)[-1])
    assert done["status"] == "closed"
    confirmed = to(desk, WEBER)[-1]
    assert "abgeschlossen" in text_of(confirmed)

    click(desk, confirmed, "#rueckgaengig")

    back = case(desk)
    assert (back["kind"], back["kind_confirmed"], back["topics"]) == (proposed["kind"], False, proposed["topics"])
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
    ("nicht erledigt", "Befehl"),
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


def test_what_a_colleague_wrote_to_the_person_directly_or_from_home_is_not_sent(desk: TestDesk) -> None:
    writes(desk)
    relayed = to(desk, WEBER)[0]

    answers(desk, relayed, "Guten Tag Frau Muster,\n\nvon zu Hause.", who="anna@freemail.example")
    answers(desk, relayed, "Guten Tag Frau Muster,\n\nIhr Antrag ist bewilligt.", number=2, to=EVA, cc=ADDRESS)

    assert len(to(desk, EVA)) == 1, "the acknowledgement"
    assert to(desk, "anna@freemail.example") == []
    held, counted = to(desk, WEBER)[1:]
    assert "anna@freemail.example" in text_of(held)
    assert "zählt als Antwort" in shown(counted)
    assert case(desk)["status"] == "answered"


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

    answers(desk, relayed, "Guten Tag,\n\ngern geben wir Ihnen Auskunft, sobald eine Vollmacht vorliegt.")
    assert to(desk, daughter) == []
    held = to(desk, WEBER)[-1]
    click(desk, held, "#bestaetigen", number=1)
    click(desk, held, "#senden", number=2)

    assert "Vollmacht" in text_of(to(desk, daughter)[-1])


def test_who_only_knows_a_colleagues_address_orders_nothing(desk: TestDesk) -> None:
    writes(desk)
    before = case(desk)

    desk.write(a_mail("#erledigt\n", sender=WEBER, to=ADDRESS, subject=f"[{case_number(1)}] #erledigt", message_id="x@evil.example"))
    polled(desk)
    desk.write(
        a_mail("\n", sender=WEBER, to=ADDRESS, subject=f"[{case_number(1)}] #erledigt ~{'a' * 26}", message_id="y@evil.example"),
    )
    polled(desk)

    assert case(desk)["status"] == before["status"] == "new"
    assert len(to(desk, EVA)) == 1


def test_orders_that_were_carried_out_can_be_told_by_a_folder_and_not_by_a_mail(dovecot: Dovecot, user: str, tmp_path: Path) -> None:
    with PostOffice(dovecot, {ADDRESS: user}) as post:
        quiet = a_desk(tmp_path / "desk", dovecot, post, user, more=STAFF, imap_more='done = "Ausgeführt"')
        writes(quiet)
        answers(quiet, to(quiet, WEBER)[0], "#kritik #thema bearbeitungsdauer")

        assert len(to(quiet, WEBER)) == 1, "the mail that was handed on, and no confirmation"
        assert quiet.count("Ausgeführt") == 1
        assert case(quiet)["kind"] == "kritik"

        answers(quiet, to(quiet, WEBER)[0], "#kritk", number=2)
        assert "#kritik" in text_of(to(quiet, WEBER)[-1]), "a mistake is told by mail all the same"
        assert quiet.count("Ausgeführt") == 1


def test_a_link_of_the_office_never_reaches_the_citizen_in_words_by_order_by_hand_or_in_a_file(desk: TestDesk) -> None:
    writes(desk)
    relayed = to(desk, WEBER)[0]
    token = re.findall(r"~([a-z2-7]{26})", text_of(relayed))[0]
    greeting = "Guten Tag Frau Muster,\n\nIhr Antrag ist bewilligt."

    answers(desk, relayed, f"#antwort\n{greeting} Hier: ~{token[:9]}\n{token[9:]}")
    held = to(desk, WEBER)[-1]
    assert "So geht sie nie hinaus" in " ".join(text_of(held).split())
    assert "%23senden" not in text_of(held)
    answers(desk, held, "#senden", number=2)
    letter = next(each for each in case(desk)["letters"] if each["template"] == "answer")  # type: ignore[attr-defined]
    assert letter["state"] == "held"

    desk.maildesk("outbox", "--retry", str(letter["id"]))
    file = a_part(f"~{token}\n", 'text/plain; name="Hinweis.txt"', content_disposition='attachment; filename="Hinweis.txt"')
    fields = {"sender": WEBER, "to": ADDRESS, "subject": f"AW: {shown(relayed)}", "message_id": "mit-datei@haus.example"}
    desk.write(a_multipart(a_part(greeting), file, in_reply_to=str(relayed.mail["Message-ID"]), **fields))
    polled(desk)

    states = [each["state"] for each in case(desk)["letters"] if each["template"] == "answer"]  # type: ignore[attr-defined]
    assert states == ["failed", "failed"], "a person sees them in the outbox, with the reason"
    assert len(to(desk, EVA)) == 1, "the acknowledgement"
