# SPDX-FileCopyrightText: 2026 The maildesk authors
# SPDX-License-Identifier: EUPL-1.2
"""On a real database: colleagues who answer a person directly or from another address, and persons who write through a form."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from datetime import timedelta
from pathlib import Path
from typing import Any
from urllib.parse import unquote

import pytest

from maildesk.core.decision.decision import Decision, Outcome
from maildesk.core.letters.letter import Due, Letter
from maildesk.core.office.policy import Staff
from tests.rig.builders import a_mail
from tests.rig.intake import Intake, an_intake, mail_of
from tests.rig.ordering import CATEGORIES
from tests.rig.trails import POLICY

FIRST, SECOND = "KD-2026-00001", "KD-2026-00002"
EVA, DESK, WEBER, MOSER = "Eva Muster <eva@example.org>", "desk@example.com", "weber@haus.example", "moser@haus.example"
HOME = "Anna Weber <anna79@freemail.example>"
FORM, NOREPLY = "Kontaktformular <formular@web.example>", "Kontaktformular <noreply@stadt.example>"
ANSWER = "Guten Tag Frau Muster,\n\nder Bescheid ist fertig.\n\nMit freundlichen Grüßen\nAnna Weber\n"
STAFF = (Staff("Anna Weber", WEBER, "weber", aliases=("a.weber@alt.example",)), Staff("Jörg Moser", MOSER, "moser"))
OFFICE = replace(
    POLICY,
    staff=STAFF,
    categories=CATEGORIES,
    desk=replace(POLICY.desk, internal_domains=("haus.example",), forms=("formular@web.example",), plus_addressing=False),
)


@pytest.fixture
def desk(tmp_path: Path) -> Iterator[Intake]:
    with an_intake(tmp_path) as intake:
        intake.policy = OFFICE
        yield intake


def due(desk: Intake) -> list[Letter]:
    return [queued.letter for queued in desk.store.due_letters(Due(desk.now + timedelta(days=900)), 1000)]


def relayed(desk: Intake, to: str = WEBER) -> Letter:
    """Eva has written, and this colleague has got her mail."""
    return received(desk)[to]


def received(desk: Intake) -> dict[str, Letter]:
    """The letters that leave when Eva has written, by their recipients."""
    desk.take(mail_of(EVA, "root"))
    letters = {letter.recipient: letter for letter in due(desk)}
    desk.send_letters()
    desk.later(minutes=10)
    return letters


def replies(desk: Intake, letter: Letter, text: str = ANSWER, number: int = 1, **fields: Any) -> Decision:
    values = {
        "sender": f"Anna Weber <{WEBER}>",
        "to": DESK,
        "subject": f"AW: [{FIRST}] Anliegen root",
        "in_reply_to": f"<{letter.message_id}>",
        "references": " ".join(f"<{each}>" for each in (*letter.references, letter.message_id)),
        "message_id": f"antwort-{number}@haus.example",
        **fields,
    }
    desk.later(minutes=1)
    return desk.take(a_mail(text, **values))


def whats(decision: Decision) -> list[str]:
    return [event.what for event in decision.events]


# --- written to the person directly ---


@pytest.mark.parametrize(
    "fields",
    [
        {"to": "eva@example.org", "cc": DESK},
        {"to": DESK, "cc": "Eva Muster <EVA@example.org>"},
        {"to": f"eva@example.org, {DESK}"},
        {"to": "eva@example.org, anwalt@example.net", "cc": DESK},
    ],
    ids=["desk in Cc", "person in Cc", "both in To", "with somebody else"],
)
def test_what_went_to_the_person_directly_is_the_answer_and_is_not_sent_again(desk: Intake, fields: dict[str, str]) -> None:
    decision = replies(desk, relayed(desk), **fields)

    case = desk.case(FIRST)
    assert (decision.letters, whats(decision)) == ((), ["answered"])
    assert (case["status"], case["answered_at"] is not None) == ("answered", True)
    assert [(letter.template, letter.recipient) for letter in decision.notices] == [("copy", MOSER), ("confirmed", WEBER)]
    assert [each["direction"] for each in case["messages"]][-1] == "out"


@pytest.mark.parametrize(
    ("fields", "held"),
    [
        ({}, False),
        ({"cc": MOSER}, False),
        ({"cc": "muster@example.org"}, True),
        ({"cc": "eva@example.net"}, True),
    ],
    ids=["to the desk alone", "a colleague in Cc", "the same name elsewhere", "the same local part elsewhere"],
)
def test_what_did_not_go_to_the_person_is_sent_or_held(desk: Intake, fields: dict[str, str], held: bool) -> None:
    decision = replies(desk, relayed(desk), **fields)

    assert [(letter.recipient, letter.held) for letter in decision.letters] == [("eva@example.org", held)]
    assert "answered" not in whats(decision)


def test_orders_of_a_direct_answer_are_carried_out(desk: Intake) -> None:
    decision = replies(desk, relayed(desk), f"#lob\n{ANSWER}", to="eva@example.org", cc=DESK)

    assert (decision.letters, desk.case(FIRST)["status"], desk.case(FIRST)["kind"]) == ((), "answered", "lob")


def test_an_internal_note_that_went_to_the_person_too_is_no_answer_and_its_writer_is_told(desk: Intake) -> None:
    decision = replies(desk, relayed(desk), "#intern Bitte noch nicht senden\n", cc="eva@example.org")

    assert (decision.letters, desk.case(FIRST)["status"]) == ((), "new")
    assert "cannot.take_back_mail" in repr(decision.notices)


def test_after_a_direct_answer_its_writer_may_answer_again_and_another_is_asked(desk: Intake) -> None:
    letters = received(desk)
    letter = letters[WEBER]
    replies(desk, letter, to="eva@example.org", cc=DESK)

    again = replies(desk, letter, "Guten Tag Frau Muster,\n\nnoch etwas: Der Antrag liegt bei.\n\nAnna Weber\n", 2)
    other = replies(desk, letters[MOSER], "Guten Tag Frau Muster,\n\nich melde mich morgen.\n\nJörg Moser\n", 3, sender=MOSER)

    assert [letter.held for letter in (*again.letters, *other.letters)] == [False, True]


# --- from another address ---


@pytest.mark.parametrize(
    ("sender", "text"),
    [
        (HOME, ANSWER),
        ("Team Leistung <team@haus.example>", "#intern Pflegegeld wird nicht angerechnet\n"),
        ("anna79@freemail.example", "#erledigt\n"),
        ("Weber, Anna <weber@haus.example.evil.example>", "#senden\n"),
    ],
    ids=["from home", "a team's mailbox", "without a name", "a domain that looks like ours"],
)
@pytest.mark.parametrize("closed", [False, True])
def test_an_answer_to_a_letter_of_the_office_from_an_unknown_address_has_no_effect(
    desk: Intake, sender: str, text: str, *, closed: bool
) -> None:
    letter = relayed(desk)
    if closed:
        desk.close(FIRST)
    before = desk.case(FIRST)["status"]

    decision = replies(desk, letter, text, sender=sender)

    assert (decision.outcome, decision.case_number, decision.letters, whats(decision)) == (Outcome.STAFF, FIRST, (), ["asked-back"])
    assert desk.case(FIRST)["status"] == before
    assert [(each.template, each.recipient) for each in decision.notices] == [("held", WEBER)], "the colleague, where we know her"
    assert desk.participants(FIRST) == {"eva@example.org": True}
    assert desk.whole_cases() == [FIRST]


def test_the_address_of_a_letter_to_a_colleague_shows_it_where_all_ids_are_lost(desk: Intake) -> None:
    desk.policy = replace(OFFICE, desk=replace(OFFICE.desk, plus_addressing=True))
    letter = relayed(desk)

    decision = replies(desk, letter, sender=HOME, to=letter.reply_to, in_reply_to="", references="", subject="AW: Anliegen root")

    assert (decision.letters, whats(decision)) == ((), ["asked-back"])


@pytest.mark.parametrize(("text", "alarms"), [("Ich bringe mich um.\n", ["danger"]), ("Ich komme um zehn.\n", [])])
def test_danger_in_an_answer_from_an_unknown_address_raises_the_alarm(desk: Intake, text: str, alarms: list[str]) -> None:
    decision = replies(desk, relayed(desk), text, sender=HOME)

    assert ([alarm.id for alarm in decision.alarms], whats(decision)) == (alarms, ["asked-back"])


def test_an_answer_from_an_unknown_address_to_a_letter_of_no_case_opens_none(desk: Intake) -> None:
    decision = desk.take(
        mail_of(f"Anna Weber <{WEBER}>", "wohin", authentication_results="mx.example.com; dmarc=pass header.from=haus.example")
    )
    (question,) = decision.notices

    decision = replies(desk, question, "Telefon\nHerr Lang fragt nach dem Bescheid.\n", sender=HOME)

    assert (question.template, decision.outcome, decision.letters) == ("unplaced", Outcome.SET_ASIDE, ())
    assert [(each.template, each.recipient) for each in decision.notices] == [("unplaced", WEBER)]
    assert desk.whole_cases() == []


def test_a_citizen_who_answers_what_a_colleague_forwarded_to_her_is_a_citizen(desk: Intake) -> None:
    decision = replies(desk, relayed(desk), "Guten Tag, das bin ja ich! Wann kommt der Bescheid?\n", sender=EVA)

    assert (decision.outcome, decision.case_number) == (Outcome.FOLLOW_UP, FIRST)


def test_a_daughter_who_answers_our_letter_to_her_mother_is_no_colleague(desk: Intake) -> None:
    acknowledgement = received(desk)["eva@example.org"]

    decision = replies(desk, acknowledgement, "Guten Tag, ich schreibe für meine Mutter.\n", sender=HOME)

    assert decision.outcome is Outcome.FOLLOW_UP
    assert any("hint.perhaps_a_colleague" in repr(letter.context["hinweise"]) for letter in decision.notices), "her name is Anna Weber"


def test_who_answers_a_colleagues_own_mail_is_no_colleague_for_the_references_that_it_had(desk: Intake) -> None:
    letter = relayed(desk)
    replies(desk, letter, to="eva@example.org", cc=DESK)

    references = f"<{letter.message_id}> <antwort-1@haus.example>"
    decision = replies(
        desk, letter, "Danke, und was jetzt?\n", 2, sender="eva@work.example", in_reply_to="<antwort-1@haus.example>", references=references
    )

    assert (decision.outcome, decision.case_number) == (Outcome.FOLLOW_UP, FIRST)


@pytest.mark.parametrize(
    "sender", ["Anna Weber <anna77@freemail.example>", "Dr. J. Moser <praxis@arzt.example>", "Jörg Moser <jm@haus.example>"]
)
def test_who_has_a_colleagues_name_and_answers_nothing_of_ours_opens_a_case(desk: Intake, sender: str) -> None:
    relayed(desk)

    decision = desk.take(mail_of(sender, "andere", f"Guten Tag, ich habe noch keinen Bescheid. {FIRST}\n"))

    assert (decision.outcome, decision.case_number) == (Outcome.NEW_CASE, SECOND)
    assert len(decision.notices) == 2, "both colleagues read it"


def test_an_alias_is_proved_by_a_letter_to_the_person_and_letters_go_to_the_main_address(desk: Intake) -> None:
    decision = replies(desk, relayed(desk), sender="A.Weber@alt.example")

    assert [letter.recipient for letter in decision.letters] == ["eva@example.org"]
    assert [letter.recipient for letter in decision.notices if letter.template == "confirmed"] == [WEBER]


def test_an_alias_alone_proves_nothing_nor_does_a_letter_to_another_colleague(desk: Intake) -> None:
    to_moser = relayed(desk, MOSER)

    decision = replies(desk, to_moser, sender="a.weber@alt.example")

    assert (decision.letters, [alarm.id for alarm in decision.alarms]) == ((), ["unproved_staff"])
    (told,) = decision.notices
    assert (told.template, told.recipient) == ("unproved", WEBER), "at the registered address, not at the alias"


def test_a_colleague_is_notified_of_three_unproved_mails_a_day_by_the_links_of_which_the_answer_leaves(desk: Intake) -> None:
    to_moser = relayed(desk, MOSER)
    told = [replies(desk, to_moser, number=number, sender="a.weber@alt.example").notices for number in range(5)]

    assert [len(each) for each in told] == [1, 1, 1, 0, 0]
    links = [unquote(row["ziel"]).partition("?subject=")[2] for row in told[0][0].context["links"]]
    answer = desk.take(a_mail(ANSWER, sender=WEBER, to=DESK, subject=links[0], message_id="noch-einmal@haus.example"))
    assert [letter.recipient for letter in answer.letters] == ["eva@example.org"]
    desk.later(days=1)
    assert len(replies(desk, to_moser, number=9).notices) == 1


@pytest.mark.parametrize("sender", ["P. Sommer <sommer@privat.example>", "P. Sommer <p.sommer@haus.example>"])
def test_a_statement_from_an_unknown_address_is_shown_to_the_desk_and_answers_no_question(desk: Intake, sender: str) -> None:
    letter = relayed(desk)
    replies(desk, letter, "#rueckfrage sommer@haus.example Was ist hier geschehen?\n")
    asked = next(each for each in due(desk) if each.template == "consultation")

    decision = replies(desk, asked, "Der Antrag liegt seit Montag hier.\n", 2, sender=sender)

    assert {(each.template, each.recipient) for each in decision.notices} == {("statement", WEBER), ("statement", MOSER)}
    assert "writer.unknown_address" in repr(decision.notices)
    assert (decision.letters, desk.case(FIRST)["status"]) == ((), "consulting")


# --- through a form ---


def fills_in(desk: Intake, person: str, form: str = FORM, number: int = 1, text: str = "Wann kommt der Bescheid?\n") -> Decision:
    desk.later(minutes=5)
    fields = {"sender": form, "reply_to": person, "subject": "Neue Nachricht", "message_id": f"form-{number}@web.example"}
    return desk.take(a_mail(text, **fields))


@pytest.mark.parametrize("form", [FORM, NOREPLY, "Neue Wege <wordpress@example.com>"])
def test_two_persons_with_the_same_words_through_one_form_are_two_cases(desk: Intake, form: str) -> None:
    decisions = [fills_in(desk, person, form, number) for number, person in enumerate((EVA, "Adam <adam@example.net>"))]

    assert [decision.outcome for decision in decisions] == [Outcome.NEW_CASE] * 2
    assert desk.whole_cases() == [FIRST, SECOND] or desk.whole_cases() == [SECOND, FIRST]


def test_one_person_who_sends_a_form_twice_has_one_case(desk: Intake) -> None:
    first, second = (fills_in(desk, EVA, number=number) for number in range(2))

    assert (first.outcome, second.outcome, second.case_number) == (Outcome.NEW_CASE, Outcome.FOLLOW_UP, FIRST)


@pytest.mark.parametrize(("form", "held"), [(FORM, False), (NOREPLY, True), ("Neue Wege <wordpress@example.com>", True)])
def test_an_answer_goes_to_the_person_of_the_form_or_waits_until_the_address_is_confirmed(desk: Intake, form: str, held: bool) -> None:
    fills_in(desk, EVA, form)
    letter = next(each for each in due(desk) if each.template == "relay" and each.recipient == WEBER)

    decision = replies(desk, letter)

    assert [(each.recipient, each.held) for each in decision.letters] == [("eva@example.org", held)]
    assert {each.recipient for each in due(desk)} <= {"eva@example.org", WEBER, MOSER}, "nothing went to the form"
    assert ("(eva@example.org)" in repr(decision.notices) or "'to': 'eva@example.org'" in repr(decision.notices)) is held
    if held:
        replies(desk, letter, "#bestaetigen #senden\n", 2)
        assert desk.participants(FIRST) == {"eva@example.org": True}


@pytest.mark.parametrize(
    ("sender", "fields", "held"),
    [
        ("Eva <eva@example.org>", {"reply_to": "Max <max@example.net>"}, True),
        ("Eva <eva@example.org>", {"reply_to": "Max <max@example.net>", "user_agent": "Mozilla Thunderbird"}, True),
        ("Eva Muster <eva@example.org>", {"reply_to": "<EVA@example.org>"}, False),
        ("Eva Muster <eva@example.org>", {"reply_to": "Eva Muster <eva.muster@work.example>"}, False),
        ("Eva Muster <eva@example.org>", {"reply_to": "max@example.org"}, False),
        ("Eva Muster <katze@gmx.de>", {"reply_to": "max@example.net"}, False),
        ("Eva Muster <eva@example.org>", {"reply_to": "beirat@listen.example", "cc": "beirat@listen.example"}, False),
        ("Eva Muster <eva@example.org>", {"reply_to": DESK}, False),
    ],
    ids=["somebody else", "by a mail program", "herself", "her name", "the same domain", "a large provider", "a list", "the desk"],
)
def test_an_answer_goes_to_who_wrote_and_waits_where_reply_to_names_somebody_else(
    desk: Intake, sender: str, fields: dict[str, str], *, held: bool
) -> None:
    asked = desk.take(mail_of(sender, "frage", **fields))
    letter = next(each for each in due(desk) if each.template == "relay" and each.recipient == WEBER)

    decision = replies(desk, letter)

    wrote = sender.partition("<")[2].rstrip(">")
    assert [each.recipient for each in asked.letters] == [wrote], "the acknowledgement"
    assert [(each.recipient, each.held) for each in decision.letters] == [(wrote, held)]
    assert ("held.wanted_at" in repr(decision.notices)) is held


def test_what_a_colleague_writes_to_the_address_of_reply_to_is_the_answer(desk: Intake) -> None:
    desk.take(mail_of("Eva <eva@example.org>", "frage", reply_to="max@example.net"))
    letter = next(each for each in due(desk) if each.template == "relay" and each.recipient == WEBER)

    decision = replies(desk, letter, to="max@example.net", cc=DESK)

    assert (decision.letters, whats(decision)) == ((), ["answered"])


@pytest.mark.parametrize("form", [FORM, NOREPLY])
def test_no_answer_leaves_where_a_form_names_nobody(desk: Intake, form: str) -> None:
    desk.take(a_mail("Bitte rufen Sie mich an.\n", sender=form, subject="Neue Nachricht"))
    letter = next(each for each in due(desk) if each.template == "relay" and each.recipient == WEBER)

    decision = replies(desk, letter)

    assert (decision.letters, whats(decision)) == ((), ["held"])
    assert {each.recipient for each in due(desk)} <= {WEBER, MOSER}


def test_an_answer_to_list_mail_goes_to_its_writer_after_a_question_and_never_to_the_list(desk: Intake) -> None:
    fields = {
        "sender": "Eva Muster via Beirat <beirat@listen.example>",
        "to": "beirat@listen.example",
        "reply_to": EVA,
        "x_original_from": EVA,
        "list_id": "Beirat <beirat.listen.example>",
        "delivered_to": DESK,
    }
    desk.take(a_mail("Guten Tag,\n\nseit drei Wochen warte ich. Wie ist der Stand?\n", **fields))
    letter = next(each for each in due(desk) if each.template == "relay" and each.recipient == WEBER)

    decision = replies(desk, letter)

    assert [(each.recipient, each.held) for each in decision.letters] == [("eva@example.org", True)]
    assert any("beirat@listen.example" in repr(letter.context["hinweise"]) for letter in [letter])
