# SPDX-FileCopyrightText: 2026 The maildesk authors
# SPDX-License-Identifier: EUPL-1.2
"""People are not taken for machines, nor machines for people: the mails of tests/corpus/persons, and danger in what nobody reads."""

from __future__ import annotations

import re
from dataclasses import replace

import pytest

from maildesk.core.case.case import KnownCase, Status
from maildesk.core.decision.decision import Decision, Outcome
from maildesk.core.decision.parts import ReportInDanger
from maildesk.core.decision.questions import Arrival, Known
from maildesk.core.desk import decide
from maildesk.core.letters.letter import RELAY, KnownLetter
from maildesk.core.threading.evidence import ThreadFacts
from maildesk.core.triage.propose import tells_of_danger
from tests.rig import trails
from tests.rig.builders import MONDAY, a_mail, a_message, a_multipart, a_part, parsed
from tests.rig.persons import FOLDER, POLICY, Example, alarmed, decided, examples, outcome_of, wrong
from tests.rig.places import ROOT
from tests.rig.trails import CASE, WEBER, a_letter, facts

EXAMPLES = {example.name: example for example in examples()}

# What is not as the writer of the mails expected it, each with its reason. In doubt a person reads a mail.
OTHERWISE = {
    "04-11-nm-exim-warnung.eml": (["automatic is 'delay'"], "a delay is a kind of its own, not a bounce"),
    "11-11-verzoegert-postfix.eml": (["automatic is 'delay'"], "a delay is a kind of its own, not a bounce"),
    "05-06-google-notiz.eml": (["automatic is 'bulk'"], "handed on, but without a letter: its header says auto-generated (RFC 3834)"),
    "14-11-nm-jira-kommentar.eml": (["automatic is 'bulk'"], "handed on, but without a letter: its header says auto-generated"),
    "05-15-nm-cancel.eml": (["a letter leaves"], "a cancelled appointment is news for the desk, and comes from a person's mail program"),
    "06-16-nm-anrufbeantworter.eml": (["a letter leaves"], "the answering machine of the house has no mark but its name"),
    "10-02-aw-elternzeit.eml": (
        ["it is person, and should be report", "automatic is ''", "a letter leaves"],
        "written in a mail program, without a word that it is automatic",
    ),
    "10-04-aw-buero-nicht-besetzt.eml": (
        ["it is person, and should be report", "automatic is ''", "a letter leaves"],
        "one of its sentences asks for something",
    ),
    "10-08-re-mit-zitat.eml": (
        ["it is person, and should be report", "automatic is ''", "a letter leaves"],
        "it does not say what becomes of our mail, which a person would not say either",
    ),
}


@pytest.mark.parametrize("name", EXAMPLES)
def test_each_mail_is_a_persons_or_a_machines_as_whoever_wrote_it_expects(name: str) -> None:
    assert wrong(EXAMPLES[name]) == OTHERWISE.get(name, ([], ""))[0], EXAMPLES[name].why


def test_no_person_is_lost_and_no_danger_missed_whatever_else_is_otherwise() -> None:
    for example in EXAMPLES.values():
        outcome = outcome_of(decided(example.message))
        assert outcome in {"person", "list-person"} or example.outcomes & {"aside", "report"}, example.name
    assert not any("danger" in line or "alarm" in line for lines, _ in OTHERWISE.values() for line in lines)


def test_every_mail_has_its_expectation_and_every_reason_its_mail() -> None:
    assert {path.name for path in FOLDER.glob("*.eml")} == set(EXAMPLES)
    assert set(OTHERWISE) <= set(EXAMPLES)
    kinds = [example.kind for example in EXAMPLES.values()]
    assert all(kinds.count(kind) >= 15 for kind in set(kinds))


# --- words alone: what answers us and has nothing but the sentences of a notice is one; whatever else stands in it, a person wrote it ---

OURS = "<KD-2026-00500.1.aabbcc@neue-wege.example>"
READ = "Ihre Nachricht\n\nAn: eva@buerger.example\nBetreff: Vorgang KD-2026-00500\n\nwurde am 1.12.2026 08:21 gelesen.\n"


def answer(body: str, subject: str = "Re: Vorgang KD-2026-00500", *, answers: str = OURS, **fields: str) -> Decision:
    named = {"in_reply_to": answers} if answers else {}
    wrote = {"sender": "Eva Muster <eva@buerger.example>", "to": "kundendialog@neue-wege.example", "subject": subject}
    return decided(parsed(a_mail(body, **{**wrote, **named, **fields})))


PERSONS = {
    "asks": "Vielen Dank für Ihre Nachricht. Ich bin bis 14.12. im Urlaub. Ihre Nachricht lese ich danach. Bekomme ich trotzdem Geld?",
    "in hospital": "Danke für Ihre Nachricht. Ich bin im Krankenhaus und nicht erreichbar. Ihre Nachricht beantworte ich danach.",
    "asks for papers": "Danke für die Mail. Ich bin bis Montag nicht da. Bitte schicken Sie mir die Unterlagen nach Berlin.",
    "one more sentence": "Ich bin nicht erreichbar. Ihre Nachricht wurde nicht beantwortet.\n\nMeine Miete ist fällig.",
    "news at the end": "Hallo, bin bis 20.12. außer Haus, Mail lese ich erst danach. Der Vermieter hat gekündigt.",
    "scorn": "Automatische Antwort ist alles was ich von euch kriege",
    "scorn, with the words of a notice": "Automatische Antworten helfen nicht. Ich bin nicht erreichbar. Ihre Nachrichten lese ich nicht.",
    "scorn in one sentence": "Eine automatische Antwort reicht mir nicht!",
    "scorn, in English": "This is an automated message you sent me 5 times",
    "a bare leave": "Bin im Urlaub",
    "a number noted": "Ich habe Ihre Nachricht erhalten. Die Vorgangsnummer 500 habe ich notiert.",
    "a thumb typed by hand": "👍",
    "about a reaction": "Eva Muster reagiert nicht auf Ihre Nachricht, weil sie im Krankenhaus liegt",
    "about a reaction and more": "Eva Muster hat auf Ihre Nachricht reagiert und will Widerspruch einlegen",
}
NOTICES = {
    "a clerk": "Guten Tag,\n\nich bin vom 1.12. bis 12.12.2026 nicht im Büro. Ihre E-Mail wird nicht weitergeleitet.\n"
    "In dringenden Fällen wenden Sie sich bitte an Frau Weber.\n\nMit freundlichen Grüßen\nEva Muster",
    "English": "I'm on annual leave until 14 December. I will reply to your email when I return.\n\nBest regards\nEva Muster",
    "Ukrainian": "Дякую за ваш лист. Я у відпустці до 14 грудня. Відповім на ваш лист після повернення.",
    "Russian": "Спасибо за ваше письмо. Я в отпуске до 14 декабря. Отвечу на ваше письмо после возвращения.",
    "says so itself": "Dies ist eine automatische Antwort. Ich bin bis 14.12. im Urlaub.",
}


@pytest.mark.parametrize("what", PERSONS)
def test_a_person_who_writes_in_the_words_of_a_notice_is_handed_on(what: str) -> None:
    assert answer(PERSONS[what]).outcome is Outcome.FOLLOW_UP


@pytest.mark.parametrize("what", NOTICES)
def test_a_notice_without_a_header_that_answers_us_reopens_nothing_and_gets_no_letter(what: str) -> None:
    decision = answer(NOTICES[what])

    assert (decision.outcome, decision.part, decision.letters, decision.notices) == (Outcome.REPORT, None, (), ())


@pytest.mark.parametrize("what", NOTICES)
def test_the_same_words_of_somebody_who_answers_nothing_of_ours_are_a_case(what: str) -> None:
    assert answer(NOTICES[what], "Abwesenheit", answers="").outcome is Outcome.NEW_CASE


def test_the_words_of_a_colleague_are_never_taken_for_a_notice_by_themselves() -> None:
    relayed = a_letter(CASE, WEBER.address, template=RELAY)
    message = a_message(originator=WEBER.address, text=NOTICES["a clerk"], in_reply_to=tuple(relayed))

    assert trails.decided(message, facts(CASE, letters=relayed)).outcome is Outcome.STAFF


@pytest.mark.parametrize(
    "body",
    [
        "gelesen 10:30", "Gelesen um 10:30, aber nicht verstanden",
        f"{READ}\nKein Geld, kein Essen.\n", f"{READ}\nBitte anrufen 0611 123456\n",
        READ.replace("gelesen", "von mir gelesen"),
    ],
)  # fmt: skip
def test_a_receipt_with_a_word_of_its_own_is_a_persons(body: str) -> None:
    assert answer(READ, "Gelesen: Vorgang KD-2026-00500").outcome is Outcome.REPORT
    assert answer(body, "Gelesen: Vorgang KD-2026-00500").outcome is Outcome.FOLLOW_UP


def test_an_acknowledgement_needs_a_number_of_theirs_and_nothing_else() -> None:
    body = "Ihre Anfrage ist eingegangen. Die Ticketnummer lautet 4711-2026. Bitte geben Sie diese Nummer bei Rückfragen an.\n"

    assert answer(body, "[4711-2026] AW: Vorgang KD-2026-00500").outcome is Outcome.REPORT
    assert answer(body, "AW: Vorgang").outcome is Outcome.FOLLOW_UP
    assert answer(f"{body}Uns fehlt noch der Mietvertrag.\n", "[4711-2026] AW: Vorgang KD-2026-00500").outcome is Outcome.FOLLOW_UP


# --- circulars ---

ONE_CLICK = {"list_unsubscribe": "<https://shop.example/u>", "list_unsubscribe_post": "List-Unsubscribe=One-Click"}


@pytest.mark.parametrize(
    ("fields", "outcome"),
    [
        ({}, Outcome.SET_ASIDE),
        ({"user_agent": "Mozilla Thunderbird"}, Outcome.NEW_CASE),
        ({"in_reply_to": "<x@list.example>"}, Outcome.NEW_CASE),
        ({"list_post": "<mailto:liste@list.example>"}, Outcome.NEW_CASE),
        ({"list_post": "NO"}, Outcome.SET_ASIDE),
        ({"reply_to": "anna@post.example"}, Outcome.NEW_CASE),
        ({"in_reply_to": OURS}, Outcome.FOLLOW_UP),
    ],
)  # fmt: skip
def test_a_circular_is_set_aside_only_where_nobody_talks_to_anybody(fields: dict[str, str], outcome: Outcome) -> None:
    decision = answer("Neue Angebote.\n", "Newsletter", answers="", **ONE_CLICK, **fields)

    assert decision.outcome is outcome
    assert decision.letters == ()


# --- danger in what nobody reads ---

FAREWELL = "Ich bringe mich heute Abend um."
STATUS = "Reporting-MTA: dns; mx.example.net\n\nFinal-Recipient: rfc822; eva@example.org\nAction: failed\nStatus: 5.1.1\n"
INVITATION = "BEGIN:VCALENDAR\nMETHOD:REPLY\nBEGIN:VEVENT\n{}\nEND:VEVENT\nEND:VCALENDAR\n"


def html(text: str) -> bytes:
    return a_part(f"<html><body><p>{text}</p></body></html>", "text/html; charset=utf-8")


def a_bounce(*parts: bytes) -> bytes:
    return a_multipart(
        a_part("Not delivered.\n"), a_part(STATUS, "message/delivery-status"), *parts,
        kind="report", parameters="; report-type=delivery-status", subject="Undelivered Mail", sender="MAILER-DAEMON@mx.example",
    )  # fmt: skip


def an_answer(line: str) -> bytes:
    return a_multipart(a_part(""), a_part(INVITATION.format(line), "text/calendar; method=REPLY"))


DANGEROUS = {
    "an attached mail of HTML alone": a_bounce(a_part(a_multipart(html(FAREWELL), kind="alternative"), "message/rfc822")),
    "a mail in an attached mail": a_bounce(a_part(a_multipart(a_part(a_mail(FAREWELL), "message/rfc822")), "message/rfc822")),
    "the subject of a returned head": a_bounce(a_part("Subject: =?utf-8?q?Ich_bringe_mich_um=2E?=\n", "text/rfc822-headers")),
    "an attached text": a_bounce(a_part(FAREWELL, 'text/plain; name="x.txt"', content_disposition='attachment; filename="x.txt"')),
    "the other form of a notice": a_multipart(
        a_part("Bin weg\n"), html(FAREWELL), kind="alternative", auto_submitted="auto-replied"
    ),
    "the end of a long notice": a_mail("Ich bin nicht da. " * 5000 + FAREWELL, auto_submitted="auto-replied"),
    "what a notice quotes": a_mail(f"Bin weg.\n\n> {FAREWELL}\n", auto_submitted="auto-replied"),
    "a subject": a_mail("Bin weg.\n", subject=f"Automatische Antwort: {FAREWELL}", auto_submitted="auto-replied"),
    "a notice that answers us": a_mail(FAREWELL, auto_submitted="auto-replied", in_reply_to=OURS),
    "a circular": a_mail(FAREWELL, **ONE_CLICK),
    "a comment in a calendar": an_answer(f"COMMENT:{FAREWELL}"),
    "a comment that Google folds": an_answer('ATTENDEE;X-RESPONSE-COMMENT="Ich bringe mich\n  um":mailto:eva@example.org'),
    "a description in a calendar": an_answer(f"DESCRIPTION:{FAREWELL}"),
}  # fmt: skip


@pytest.mark.parametrize("where", DANGEROUS)
def test_danger_in_any_part_of_machine_mail_raises_the_alarm_and_is_handed_on(where: str) -> None:
    decision = decided(parsed(DANGEROUS[where]))

    assert alarmed(decision)
    assert [letter.template for letter in decision.notices if letter.template == RELAY]
    assert decision.case_number
    assert decision.letters == () or where.startswith("a comment"), "a machine gets no letter; a comment is a person's"


def test_a_report_with_danger_still_notes_what_it_reports_and_reopens_nothing() -> None:
    octets = a_bounce(a_part(a_mail(FAREWELL, message_id=OURS.strip("<>")), "message/rfc822"))

    decision = decided(parsed(octets))

    assert decision.outcome is Outcome.REPORT
    assert isinstance(decision.part, ReportInDanger)
    assert decision.part.report is not None
    assert decision.part.raised.status is None
    assert "selbstgefaehrdung" in (decision.part.raised.flags or ())
    assert alarmed(decision)


def test_what_comes_back_of_a_letter_inside_the_house_raises_no_second_alarm() -> None:
    """Else the alarm would go to the same full mailbox again, and come back for ever."""
    named = OURS.strip("<>")
    message = parsed(a_bounce(a_part(a_mail(FAREWELL, message_id=named), "message/rfc822")))
    case = KnownCase("KD-2026-00500", Status.OPEN, "eva@example.org", frozenset())
    letter = KnownLetter("abcdefghijklmnop", case.number, "weber@example.com", RELAY, MONDAY)
    facts = ThreadFacts(cases={case.number: case}, cases_by_message_id={named: case.number}, letters={named: letter})

    decision = decide(message, Known("KD-2026-90001", facts=facts), POLICY, Arrival(MONDAY), MONDAY)

    assert decision.outcome is Outcome.REPORT
    assert not alarmed(decision)


def test_no_words_of_our_own_letters_tell_of_danger() -> None:
    said = re.compile(r"^\[flag\]\n(?:.+\n)+", re.MULTILINE)  # names of flags, only in letters inside the house, of which no return alarms
    ours = [said.sub("", path.read_text(encoding="utf-8")) for path in (ROOT / "templates").rglob("*") if path.is_file()]

    assert len(ours) > 10
    assert not any(map(tells_of_danger, ours))


def test_what_is_set_aside_says_why_without_a_word_of_the_mail() -> None:
    aside = [decided(example.message) for example in EXAMPLES.values() if "aside" in example.outcomes]
    aside = [decision for decision in aside if decision.outcome is Outcome.SET_ASIDE]

    assert len(aside) > 20
    for decision in aside:
        assert decision.evidence[0].startswith(f"{decision.verdict.automatic}: ")
        assert "@" not in decision.evidence[0]


def test_a_list_of_the_house_is_no_mark_of_a_list_and_one_elsewhere_is() -> None:
    example: Example = EXAMPLES["07-01-info-verteiler.eml"]
    strangers = replace(POLICY, desk=replace(POLICY.desk, address="desk@example.com", internal_domains=()))

    here = decided(example.message)
    there = decide(example.message, Known("KD-2026-90001"), strangers, Arrival(MONDAY), MONDAY)

    assert (here.verdict.automatic, len(here.letters)) == (None, 1)
    assert (str(there.verdict.automatic), there.letters) == ("list", ())
