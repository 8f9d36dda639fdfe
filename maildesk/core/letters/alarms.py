# SPDX-FileCopyrightText: 2026 The maildesk authors
# SPDX-License-Identifier: EUPL-1.2
"""Alarms: something is wrong or dangerous, and staff are notified at once."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta

from maildesk.core.letters.keyed_ids import keyed_message_id
from maildesk.core.letters.letter import ALARM, Letter, letter_id_for
from maildesk.core.office.policy import Policy


@dataclass(frozen=True, slots=True)
class Alarm:
    """Something is wrong, or no longer (`is_over`): `id` tells one trouble from another, the others are German sentences without personal
    data.

    An id is a key of `NAMES`; where each case is a trouble of its own, a slash and its number follow. `again_after` is how long it stays
    quiet while the trouble lasts; None: as long as the policy says.
    """

    id: str
    detail: str
    advice: str
    again_after: timedelta | None = None
    is_over: bool = False

    @property
    def name(self) -> str:
        return f"{ALL_CLEAR}{name_of(self.id)}" if self.is_over else name_of(self.id)

    @property
    def mark(self) -> str:
        """What `ALARM_FIELD` in the header of its letter says; `marked` reads it."""
        return f"{self.id}{OVER}" if self.is_over else self.id


ALARMS = "ALARM"  # in the ids of alarms where other letters have a case number
ALARM_FIELD = "X-Maildesk-Alarm"  # the field of the header by which a restored desk knows what it had notified somebody of
OVER = "; over"
ALL_CLEAR = "Entwarnung: "
NAMES = {
    "no_pass": "Kein Durchgang",
    "letters_late": "Briefe warten",
    "letter_unwritten": "Brief nicht geschrieben",
    "unacknowledged": "Eingang nicht bestätigt",
    "copies_missing": "Kopien bleiben aus",
    "quarantine": "Quarantäne",
    "letters_refused": "Briefe abgelehnt",
    "letter_in_doubt": "Brief im Zweifel",
    "second_desk": "Zweiter Dienst",
    "disk_space": "Speicherplatz",
    "backup": "Sicherung",
    "certificate": "Zertifikat",
    "count": "Zählung",
    "staff_letter_returned": "Brief an das Team nicht zugestellt",
    "staff_unproved": "Absender nicht bewiesen",
    "letter_limit": "Grenze der automatischen Briefe",
    "danger": "SOFORT LESEN – {} – Hinweis auf Gefahr für Menschen",
    "data_breach": "HEUTE LESEN – {} – Hinweis auf eine Datenpanne",
}


def name_of(alarm_id: str) -> str:
    """What people call the alarm.

    >>> name_of("disk_space"), name_of("data_breach/KD-2026-00042")
    ('Speicherplatz', 'HEUTE LESEN – KD-2026-00042 – Hinweis auf eine Datenpanne')
    """
    kind, _, number = alarm_id.partition("/")
    return NAMES[kind].format(number) if kind in NAMES else alarm_id


def marked(mark: str) -> tuple[str, bool]:
    """The id of the alarm that a letter is about, and whether it says that it is over.

    >>> marked("disk_space; over")
    ('disk_space', True)
    """
    return mark.removesuffix(OVER), mark.endswith(OVER)


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
    return Alarm("staff_letter_returned", detail, LOOK_AT_THE_STAFF, timedelta(days=1))


def unproved_staff_alarm(number: str) -> Alarm:
    """A mail bears a staff address in From and proves nothing."""
    detail = (
        f"Eine Nachricht nennt eine Adresse aus dem Team als Absender, ohne es zu beweisen. Sie hat nichts bewirkt und liegt bei {number}."
    )
    return Alarm("staff_unproved", detail, ANSWER_THE_DESK)


def limit_alarm(number: str) -> Alarm:
    """A limit of automatic letters is reached: silence from now on, and one alarm a day."""
    detail = (
        f"Eine Grenze für automatische Briefe ist erreicht. Weitere Nachrichten bekommen vorerst keinen Brief. Zuletzt betroffen: {number}."
    )
    return Alarm("letter_limit", detail, LOOK_AT_THE_LIMIT, timedelta(days=1))


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
    return Alarm(f"danger/{number}", detail, READ_AT_ONCE, timedelta(0))


def breach_alarm(number: str) -> Alarm:
    """Somebody got, or may have got, what was meant for another person."""
    detail = f"Eine Nachricht im Vorgang {number} enthält Worte, die auf eine Datenpanne hinweisen."
    return Alarm(f"data_breach/{number}", detail, TELL_DATA_PROTECTION, timedelta(0))


def alarm_letter(policy: Policy, alarm: Alarm, recipient: str, now: datetime) -> Letter:
    """A letter inside the house that something is wrong. It belongs to no case and counts against no limit."""
    letter_id = letter_id_for(f"{alarm.mark} {now.isoformat()}", ALARM, recipient)
    return Letter(
        letter_id=letter_id,
        template=ALARM,
        recipient=recipient,
        message_id=keyed_message_id(policy.secret, ALARMS, letter_id, recipient, policy.desk.domain),
        language=policy.desk.languages[0],
        automatic=False,
        context={"betreff": alarm.name, "meldung": alarm.detail, "was_tun": alarm.advice},
        alarm=alarm.mark,
        created_at=now,
    )


def all_clear(policy: Policy, alarm_id: str, since: datetime) -> Alarm:
    """That a trouble is over of which somebody was notified."""
    when = f"{policy.calendar.local(since):%d.%m.%Y, %H:%M}"
    detail = f"Das Problem, das seit {when} Uhr gemeldet war, besteht nicht mehr: {name_of(alarm_id)}."
    return Alarm(alarm_id, detail, "", is_over=True)
