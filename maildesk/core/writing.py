# SPDX-FileCopyrightText: 2026 The maildesk authors
# SPDX-License-Identifier: EUPL-1.2
"""The letters that the desk writes by itself: answers to a mail, notices and alarms to staff, and what their templates may say."""

from __future__ import annotations

from dataclasses import replace
from datetime import date, datetime, timedelta

from maildesk.core.decision import LetterReport
from maildesk.core.identify import KnownLetter
from maildesk.core.keyed import conversation_id, keyed_message_id, reply_address
from maildesk.core.letters import ALARM, LATE_AFTER, REFERENCES_MAX, RETURNED, Alarm, Letter, letter_id_for
from maildesk.core.mail.message import Message
from maildesk.core.office.calendar import WorkCalendar
from maildesk.core.office.policy import Desk, Policy


def answer_letter(policy: Policy, template: str, number: str, message: Message, context: dict[str, str], now: datetime) -> Letter:
    """An automatic letter of the case `number` to the writer of a mail, in that mail's thread."""
    desk, recipient = policy.desk, message.originator.addr_spec
    letter_id = letter_id_for(message.digest, template, recipient)
    conversation = conversation_id(policy.secret, number, recipient, desk.domain)
    return Letter(
        letter_id=letter_id,
        template=template,
        recipient=recipient,
        message_id=keyed_message_id(policy.secret, number, letter_id, recipient, desk.domain),
        case_number=number,
        in_reply_to=message.message_id,
        references=_references(conversation, message),
        reply_to=reply_address(policy.secret, desk, number, letter_id, recipient),
        language=desk.languages[0],
        context=context,
        created_at=now,
    )


def _references(conversation: str, message: Message) -> tuple[str, ...]:
    """The References of an answer (RFC 5322 section 3.6.4), bounded: the first and the last ids say where the thread is.

    The id of the conversation stands first, where every program that shortens the list leaves it.
    """
    named = message.references or message.in_reply_to[:1]
    whole = (*named, message.message_id) if message.message_id else named
    rest = tuple(identifier for identifier in whole if identifier != conversation)
    return (conversation, *rest) if len(rest) < REFERENCES_MAX else (conversation, rest[0], *rest[-(REFERENCES_MAX - 2) :])


ALARMS = "ALARM"  # stands in the ids of alarms where other letters have a case number
ALL_CLEAR = "Entwarnung: "
REPORTED = {
    "failed": "konnte nicht zugestellt werden",
    "delayed": "ist noch nicht zugestellt; der Mailserver versucht es weiter",
}


def returned_letters(policy: Policy, cause: str, letter: KnownLetter, report: LetterReport, now: datetime) -> tuple[Letter, ...]:
    """Staff are told that a letter of a case did not arrive. `cause` is the digest of the mail that says so."""
    return tuple(_returned_letter(policy, cause, letter, report, recipient, now) for recipient in policy.informed)


def _returned_letter(policy: Policy, cause: str, letter: KnownLetter, report: LetterReport, recipient: str, now: datetime) -> Letter:
    letter_id = letter_id_for(cause, RETURNED, recipient)
    final = report.action == "failed"
    context = {
        "nr": letter.case_number,
        "was": REPORTED[report.action],
        "grund": report.status,
        "vom": f"{policy.calendar.local(letter.created_at):%d.%m.%Y, %H:%M}",
        "adresse": letter.recipient,
        "endgueltig": "ja" if final else "",
        "gesperrt": "ja" if final and report.proved else "",
        "stelle": policy.desk.name,
    }
    return Letter(
        letter_id=letter_id,
        template=RETURNED,
        recipient=recipient,
        message_id=keyed_message_id(policy.secret, letter.case_number, letter_id, recipient, policy.desk.domain),
        case_number=letter.case_number,
        references=(conversation_id(policy.secret, letter.case_number, recipient, policy.desk.domain),),
        language=policy.desk.languages[0],
        automatic=False,
        context=context,
        created_at=now,
    )


ANSWER_THE_DESK = (
    "Wenn sie wirklich aus dem Team kommt: bitte noch einmal schreiben, als Antwort auf eine Nachricht der Stelle. "
    "Das beweist den Absender. Wenn nicht: jemand benutzt die Adresse. Bitte der Technik melden."
)
LOOK_AT_THE_LIMIT = (
    "Meist antwortet ein Automat. Die Nachrichten sind vollständig erhalten und werden weiter angenommen. "
    "Ansehen: maildesk cases. Die Grenzen stehen in der Konfiguration unter [letters]."
)


LOOK_AT_THE_STAFF = (
    "Bitte prüfen: Stimmt die Adresse in der Konfiguration unter [[staff]]? Ist das Postfach voll? "
    "Den Bericht des Mailservers zeigt maildesk show mit der Vorgangsnummer."
)


def staff_letter_alarm(number: str) -> Alarm:
    """A letter to staff came back: told once a day, for the alarm may go to the same mailbox."""
    detail = f"Ein Brief an eine Adresse aus dem Team kam zurück. Er gehört zum Vorgang {number}."
    return Alarm("Brief an das Team nicht zugestellt", detail, LOOK_AT_THE_STAFF, timedelta(days=1))


def unproved_staff_alarm(number: str) -> Alarm:
    """A mail bears a staff address in From and proves nothing."""
    detail = (
        f"Eine Nachricht nennt eine Adresse aus dem Team als Absender, ohne es zu beweisen. Sie hat nichts bewirkt und liegt bei {number}."
    )
    return Alarm("Absender nicht bewiesen", detail, ANSWER_THE_DESK)


def limit_alarm(number: str) -> Alarm:
    """A limit of automatic letters is reached: silence from now on, and one alarm a day."""
    detail = (
        f"Eine Grenze für automatische Briefe ist erreicht. Weitere Nachrichten bekommen vorerst keinen Brief. Zuletzt betroffen: {number}."
    )
    return Alarm("Grenze der automatischen Briefe", detail, LOOK_AT_THE_LIMIT, timedelta(days=1))


READ_AT_ONCE = (
    "Bitte lesen Sie die Nachricht sofort und handeln Sie nach der Notfall-Liste Ihres Hauses. Bei Lebensgefahr: 112, Polizei: 110. "
    "Von hier aus wird niemand außerhalb des Hauses benachrichtigt. Wer sie gelesen hat, antwortet auf die weitergeleitete Nachricht "
    "mit #gesehen; stimmt der Hinweis nicht, mit #nicht-dringend."
)
TELL_DATA_PROTECTION = (
    "Bitte lesen Sie die Nachricht heute und informieren Sie die Datenschutzbeauftragte oder den Datenschutzbeauftragten. Ist es eine "
    "Datenpanne, läuft ab jetzt die Frist von 72 Stunden (Art. 33 DSGVO, § 83a SGB X)."
)


def danger_alarm(number: str) -> Alarm:
    """Words of a mail tell of danger for a person. Each such mail is told, also when one was told a minute ago."""
    detail = f"Eine Nachricht im Vorgang {number} enthält Worte, die auf eine Gefahr für Menschen hinweisen."
    return Alarm(f"SOFORT LESEN – {number} – Hinweis auf Gefahr für Menschen", detail, READ_AT_ONCE, timedelta(0))


def breach_alarm(number: str) -> Alarm:
    """Somebody got, or may have got, what was meant for another person."""
    detail = f"Eine Nachricht im Vorgang {number} enthält Worte, die auf eine Datenpanne hinweisen."
    return Alarm(f"HEUTE LESEN – {number} – Hinweis auf eine Datenpanne", detail, TELL_DATA_PROTECTION, timedelta(0))


def alarm_letter(policy: Policy, alarm: Alarm, recipient: str, now: datetime) -> Letter:
    """A letter inside the house that something is wrong. It belongs to no case and counts against no limit."""
    letter_id = letter_id_for(f"{alarm.name} {now.isoformat()}", ALARM, recipient)
    return Letter(
        letter_id=letter_id,
        template=ALARM,
        recipient=recipient,
        message_id=keyed_message_id(policy.secret, ALARMS, letter_id, recipient, policy.desk.domain),
        language=policy.desk.languages[0],
        automatic=False,
        context={"betreff": alarm.name, "meldung": alarm.detail, "was_tun": alarm.advice},
        created_at=now,
    )


def all_clear(policy: Policy, name: str, since: datetime) -> Alarm:
    """That a trouble is over of which somebody was told."""
    detail = f"Das Problem, das seit {policy.calendar.local(since):%d.%m.%Y, %H:%M} Uhr gemeldet war, besteht nicht mehr: {name}."
    return Alarm(f"{ALL_CLEAR}{name}", detail, "")


LATE = "verspaetet"
GERMAN_WEEKDAYS = ("Montag", "Dienstag", "Mittwoch", "Donnerstag", "Freitag", "Samstag", "Sonntag")


def letter_context(desk: Desk, calendar: WorkCalendar, number: str, received_at: datetime, due: str) -> dict[str, str]:
    """What the templates may say, under the German names that docs/templates.md explains. An empty string means: say nothing of it."""
    here = calendar.local(received_at)
    outside = not calendar.is_service_time(received_at)
    back = calendar.next_service_day(received_at)
    return {
        "nr": number,
        "eingang_datum": f"{here:%d.%m.%Y}",
        "eingang_zeit": f"{here:%H:%M}",
        "frist": due,
        "telefon": desk.phone,
        "sprechzeiten": desk.service_hours,
        "postanschrift": desk.post,
        "stelle": desk.name,
        "datenschutz_url": desk.privacy_url,
        "naechster_arbeitstag": f"{GERMAN_WEEKDAYS[back.weekday()]}, {back:%d.%m.%Y}" if outside else "",
        LATE: "",
    }


def as_of_now(letter: Letter, calendar: WorkCalendar, now: datetime) -> Letter:
    """The letter as it can go out now. Where it has waited for long, its date is that of today, and an automatic one says that it is
    late and promises nothing that has passed meanwhile.
    """
    if letter.created_at is None or now - letter.created_at <= LATE_AFTER:
        return replace(letter, context={LATE: "", **letter.context})
    if not letter.automatic:
        return replace(letter, created_at=now)
    kept = {name: value for name, value in letter.context.items() if not _has_passed(name, value, calendar.local(now).date())}
    passed = dict.fromkeys(letter.context, "")
    return replace(letter, created_at=now, context={**passed, **kept, LATE: "ja"})


def _has_passed(name: str, value: str, today: date) -> bool:
    """Whether a date that the letter promises is over: the time limit, or the day on which somebody is there again."""
    if name not in {"frist", "naechster_arbeitstag"} or not value:
        return False
    day, month, year = map(int, value.rpartition(" ")[2].split("."))
    return date(year, month, day) < today
