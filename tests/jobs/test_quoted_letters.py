# SPDX-FileCopyrightText: 2026 The maildesk authors
# SPDX-License-Identifier: EUPL-1.2
"""Answers below the quotation of our own letter, in plain text and in HTML: what leaves, and what is kept as the writer's words."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from maildesk.adapters.compose import Composer
from maildesk.adapters.store import Store
from maildesk.core.decision.decision import Decision
from maildesk.core.letters.letter import Due, Letter
from maildesk.errors import TemplateError
from tests.rig.answering import POLICY, STAFF, Fate, fate_of
from tests.rig.builders import a_mail, a_multipart, a_part
from tests.rig.intake import BERLIN, Intake
from tests.rig.letters import SHIPPED

WEBER, DESK, EVA = STAFF[0], POLICY.desk.address, "Eva Muster <eva@example.org>"
COMPOSER = Composer(POLICY.desk, (SHIPPED,))
QUESTION = "Guten Tag,\n\nder Aufzug im Amt ist seit drei Wochen kaputt, und niemand weiß etwas.\n\nMit freundlichen Grüßen\nEva Muster"
ANSWER = "Sehr geehrte Frau Muster,\n\nder Aufzug wird heute repariert. Vielen Dank für den Hinweis.\n\nMit freundlichen Grüßen\nAnna Weber"
SIGNATURE = "\n\n-- \nAnna Weber\nTeamleitung, Zi. 2.14\nTel. 06252 123-456\n"


def words(letter: Letter) -> str:
    wording = COMPOSER.words(letter)
    return f"{wording.subject}\n{wording.text}"


@pytest.fixture
def desk(tmp_path: Path) -> Iterator[Intake]:
    with Store.open(tmp_path / "maildesk.db", "KD", BERLIN) as store:
        yield Intake(store, tmp_path / "maildesk.db", POLICY, words=words)


def waiting(desk: Intake, template: str, recipient: str) -> Letter:
    due = desk.store.due_letters(Due(desk.now), 100)
    return next(each.letter for each in due if (each.letter.template, each.letter.recipient) == (template, recipient))


def relayed(desk: Intake) -> Letter:
    desk.take(a_mail(QUESTION, sender=EVA, to=DESK, message_id="frage@example.org", subject="Aufzug"))
    return waiting(desk, "relay", WEBER.address)


def head(letter: Letter, **changed: str) -> dict[str, str]:
    subject = f"Re: {COMPOSER.words(letter).subject}"
    return {"to": DESK, "message_id": "a@example.org", "in_reply_to": f"<{letter.message_id}>", "subject": subject, **changed}


def plain_below(letter: Letter, text: str, by: str = "Eva Muster über Kundendialog") -> str:
    """As Thunderbird writes it by default: no empty line between the quotation and the answer."""
    quoted = "\n".join(f"> {line}" for line in COMPOSER.words(letter).text.split("\n"))
    return f"Am 01.12.26 um 13:53 schrieb {by}:\n{quoted}\n{text}"


def html_below(letter: Letter, text: str, by: str = "Eva Muster über Kundendialog") -> str:
    paragraphs = "".join(f"<p>{each}</p>" for each in text.replace("\n", "<br>").split("<br><br>"))
    return (
        f'<html><body><div class="moz-cite-prefix">Am 01.12.26 um 13:53 schrieb {by}:<br></div>'
        f'<blockquote type="cite" cite="mid:x@example.org">{COMPOSER.words(letter).html}</blockquote>{paragraphs}'
        '<pre class="moz-signature">-- \nAnna Weber\nZi. 2.14</pre></body></html>'
    )


def answers(desk: Intake, octets: bytes) -> Fate:
    return fate_of(desk.take(octets))


def test_an_answer_below_goes_to_the_citizen_word_by_word(desk: Intake):
    relay = relayed(desk)

    fate = answers(desk, a_mail(plain_below(relay, ANSWER + SIGNATURE), **head(relay, sender=WEBER.address)))

    assert (fate.outcome, fate.words) == ("sent", ANSWER)


def test_an_answer_in_html_does_so_too(desk: Intake):
    relay = relayed(desk)

    fate = answers(desk, a_multipart(a_part(html_below(relay, ANSWER), "text/html; charset=utf-8"), **head(relay, sender=WEBER.address)))

    assert (fate.outcome, fate.words) == ("sent", ANSWER)


def test_orders_below_the_quotation_are_carried_out(desk: Intake):
    relay = relayed(desk)

    fate = answers(desk, a_mail(plain_below(relay, f"#lob\n\n{ANSWER}"), **head(relay, sender=WEBER.address)))

    assert (fate.outcome, fate.words, fate.orders) == ("sent", ANSWER, ("kind lob",))


@pytest.mark.parametrize("said", ["Das prüfen wir.", "Am Freitag kommt jemand zu Ihnen."])
def test_an_answer_between_the_quoted_lines_is_held(desk: Intake, said: str):
    relay = relayed(desk)
    text = plain_below(relay, ANSWER).replace("> | Mit freundlichen", f"{said}\n> | Mit freundlichen")

    fate = answers(desk, a_mail(text, **head(relay, sender=WEBER.address)))

    assert fate.outcome == "held"
    assert fate.words.endswith(f"{said}\n\n{ANSWER}")
    assert "Mit einem Klick" not in fate.words
    assert "Antworten Sie einfach" not in fate.words


def test_a_signature_below_the_quotation_goes_as_if_it_followed_the_answer(desk: Intake):
    relay, below = relayed(desk), "Anna Weber\nTeamleitung, Zi. 2.14\nTel. 06252 123-456"

    fate = answers(desk, a_mail(f"{ANSWER}\n\n{plain_below(relay, below)}", **head(relay, sender=WEBER.address)))

    assert (fate.outcome, fate.words) == ("sent", ANSWER)


def test_a_word_to_a_colleague_below_the_quotation_holds_the_answer_above(desk: Intake):
    relay, below = relayed(desk), "Emine, hat sie schon gezahlt?"

    fate = answers(desk, a_mail(f"{ANSWER}\n\n{plain_below(relay, below)}", **head(relay, sender=WEBER.address)))

    assert (fate.outcome, fate.words) == ("held", f"{ANSWER}\n\n{below}")


def test_a_note_below_the_quotation_stays_inside(desk: Intake):
    relay = relayed(desk)

    fate = answers(desk, a_mail(plain_below(relay, "Hallo Emine, kannst du das übernehmen?"), **head(relay, sender=WEBER.address)))

    assert (fate.outcome, fate.words) == ("held", "Hallo Emine, kannst du das übernehmen?")


def test_of_a_citizens_reply_only_the_writers_own_words_are_kept(desk: Intake):
    relay, again = relayed(desk), "Guten Tag,\n\nund die Treppe? Wann wird die repariert?\n\nGrüße, Eva"
    dated = ANSWER.replace("heute", "am 18.12.2026")
    answered: Decision = desk.take(a_mail(dated, **head(relay, sender=WEBER.address)))
    letter = next(each for each in answered.letters if each.template == "answer")
    desk.send_letters()

    text = plain_below(letter, again, "Kundendialog")
    desk.take(a_mail(text, **head(letter, sender=EVA, message_id="b@example.org")))

    assert desk.sql("SELECT reply FROM message WHERE message_id = 'b@example.org'") == [(again,)]
    handed_on = COMPOSER.words(waiting(desk, "relay", WEBER.address)).text
    assert "Treppe" in handed_on
    assert "18.12.2026" not in handed_on


def test_a_letter_that_cannot_be_written_any_more_costs_no_mail(desk: Intake):
    def broken(_letter: Letter) -> str:
        raise TemplateError("relay.de.txt: line 3: no such filter")

    relay, desk.words = relayed(desk), broken

    assert answers(desk, a_mail(plain_below(relay, ANSWER), **head(relay, sender=WEBER.address))).outcome == "held"
