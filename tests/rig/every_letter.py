# SPDX-FileCopyrightText: 2026 The maildesk authors
# SPDX-License-Identifier: EUPL-1.2
"""Every letter that the desk writes, in each of its shapes: the samples, what becomes of messages on a real database, what the clock
brings, and the alarms. Times, numbers and the secret are fixed, so that each letter is the same in each run, octet for octet."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime, timedelta
from pathlib import Path

from maildesk.adapters.compose import Composer
from maildesk.adapters.compose.samples import sample_letters
from maildesk.adapters.store import Store
from maildesk.core.agenda.agenda import Agenda, OpenCase
from maildesk.core.agenda.digest import digest_letters
from maildesk.core.case.case import Status
from maildesk.core.health import Condition, Signs, Surroundings, troubles
from maildesk.core.letters.alarms import (
    alarm_letter,
    all_clear,
    breach_alarm,
    danger_alarm,
    limit_alarm,
    staff_letter_alarm,
    unproved_staff_alarm,
)
from maildesk.core.letters.automatic import as_of_now
from maildesk.core.letters.letter import ANSWER, Due, KnownLetter, Letter, LetterReport
from maildesk.core.letters.own_trouble import OwnTrouble
from maildesk.core.letters.returned import returned_letters
from maildesk.core.office.policy import Policy, Staff
from maildesk.jobs import planning
from tests.rig.builders import a_mail, a_multipart, a_part
from tests.rig.intake import BERLIN, Intake
from tests.rig.letters import CALENDAR, DESK, IN_HOURS, OUT_OF_HOURS, SHIPPED, SILENT_DESK
from tests.rig.ordering import CATEGORIES
from tests.rig.places import CORPUS

WEBER = Staff("Anna Weber", "weber@haus.example", "weber")
MOSER = Staff("Jörg Moser", "moser@haus.example", "moser", receives="assigned")
STAFF = (
    WEBER,
    replace(MOSER, name="Ümit Özdemir", address="oezdemir@haus.example", key="oezdemir", receives="all", lead=True),
    MOSER,
    Staff("Ina Kurz", "kurz@haus.example", "kurz", receives="digest"),
)
OFFICE = replace(
    DESK, internal_domains=("haus.example",), authserv_id="mx.desk.example", plus_addressing=True, forms=("formular@web.example",)
)
POLICY = Policy(OFFICE, CALENDAR, b"k" * 32, staff=STAFF, categories=CATEGORIES)
OTHERS = ("oezdemir@haus.example", "kurz@haus.example", MOSER.address)
SAME_FOR_ALL = ("relay", "digest", "statement", "overdue")  # what the others get differs in nothing but the addresses
BERTA = "berta@haus.example"
EVA = "Eva Muster <eva@example.org>"
TO_DESK = f"Kundendialog <{OFFICE.address}>"

HELD = (
    "Kundennummer 999B000456.\n",
    "#frist\n",
    "Bitte rufen Sie mich an: weber@haus.example\n",
    "Liebe Ina,\nkannst du das übernehmen?\n",
    "Ich bin derzeit nicht im Haus. Ihre E-Mail wird nicht weitergeleitet.\n",
    "",
)
ORDERS = (
    "#kritik",
    "#erledigt",
    "#art beschwerde?",
    "#bewertung berechtigt\n#ergebnis abgeholfen\n#thema kosten_unterkunft",
    "#frist 18.12.2026 Gutachten fehlt",
    "#frist in 7 Tagen",
    "#frist 31.02.2027",
    "#dringlichkeit hoch",
    "#heute",
    "#nicht-dringend",
    "#titel Heizung in der Unterkunft",
    "#warten",
    "#notiz Frau Muster rief an.",
    "#zustaendig moser",
    "#zeigen",
    "#teilen",
    "#bestaetigen",
    "#senden",
    "#verwerfen",
    "#zusammen KD-2026-00002",
    "#zusammen KD-2026-00999",
    "#rueckfrage fremd@anderswo.example Wann?",
    "#rueckfrage weber@haus.example Wann?",
    "#rueckfrage berta@haus.example Wann sind die Unterlagen angekommen?",
    "#rueckgaengig",
    "#erledgit",
    "#frist morgn\n#thema heizug\nUnd noch ein Wort dazu.",
    "#hilfe",
    "#kritik #berechtigt #abgeholfen #erledigt",
    "#erledigt kritik berechtigt abgeholfen",
    "#anonym",
    "#oeffnen",
    "#rueckgaengig",
)
ENTRIES = (
    "asked_help", "asked_misspelt_channel", "asked_misspelt_kind", "asked_no_channel", "asked_two_addresses", "asked_two_channels",
    "forward_outlook", "letter_fax", "phone_labels", "phone_link_orders", "phone_no_name", "phone_lines", "visit_word",
)  # fmt: skip


@dataclass
class _Play:
    """Messages come in one after the other, two minutes between them; `letters` are all that became of them, named by what they are of."""

    desk: Intake
    letters: dict[str, Letter] = field(default_factory=dict)
    seen: set[str] = field(default_factory=set)
    number: int = 0

    def comes(self, name: str, octets: bytes) -> None:
        self.desk.take(octets)
        self.note(name)
        self.desk.later(minutes=2)

    def note(self, name: str) -> None:
        for queued in self.desk.store.due_letters(Due(self.desk.now + timedelta(days=9000)), 10_000):
            letter = queued.letter
            if letter.letter_id not in self.seen:
                self.seen.add(letter.letter_id)
                if letter.recipient in OTHERS and letter.template in SAME_FOR_ALL and name != "papers":
                    continue
                self.letters[f"{name}-{letter.template}-{letter.recipient.partition('@')[0]}"] = letter

    def leave(self, template: str) -> None:
        """The letters that wait are on their way: nobody can hold them back any more."""
        for queued in self.desk.store.due_letters(Due(self.desk.now), 10_000):
            if queued.letter.template == template:
                self.desk.store.mark_sending(queued.row, "", self.desk.now)

    def writes(self, name: str, text: str, *, sender: str = EVA, **fields: str) -> None:
        self.number += 1
        values = {"to": TO_DESK, "message_id": f"mail-{self.number}@example.org", "subject": "Heizkosten", **fields}
        self.comes(name, a_mail(text, sender=sender, **values))  # type: ignore[arg-type]

    def answers(self, name: str, text: str, to: str, *, sender: str = WEBER.address, **fields: str) -> None:
        """An answer to the letter that has the name `to`."""
        letter = self.letters[to]
        thread = {
            "in_reply_to": f"<{letter.message_id}>",
            "references": " ".join(f"<{each}>" for each in (*letter.references, letter.message_id)),
        }
        self.writes(name, text, sender=sender, **{"subject": f"AW: [{letter.case_number}] Heizkosten", **thread, **fields})


def played(folder: Path) -> dict[str, Letter]:
    """What becomes of the messages of a few weeks."""
    with Store.open(folder / "maildesk.db", "KD", BERLIN) as store:
        play = _Play(Intake(store, folder / "maildesk.db", POLICY, IN_HOURS))
        _citizens(play)
        _staff(play)
        _house(play)
        _entries(play)
        _elsewhere(play)
        return play.letters


def _citizens(play: _Play) -> None:
    papers = (
        a_part("Guten Tag,\n\nmeine Heizkosten sind noch offen. Das ist unverschämt.\n\nEva Muster\n"),
        a_part(b"x" * 3000, "application/pdf", content_disposition='attachment; filename="Mietvertrag.pdf"'),
        a_part(b"y" * 2_500_000, "image/jpeg", content_disposition='attachment; filename="Foto.jpg"'),
        a_part(b"z" * 900, "application/octet-stream", content_disposition='attachment; filename="Formular.exe"'),
    )
    play.comes("papers", a_multipart(*papers, sender=EVA, to=TO_DESK, message_id="eins@example.org", subject="Heizkosten"))
    play.writes("second", "Ich habe eine andere Frage: Wann fährt der Bus?\n", subject="Fahrplan")
    play.writes("more", "Noch etwas.\n", in_reply_to="<eins@example.org>", references="<eins@example.org>")
    play.writes("stranger", "Ich auch.\n", sender="max@example.net", subject="Re: KD-2026-00001", in_reply_to="<eins@example.org>")
    play.writes("danger", "Wenn Sie nicht zahlen, bringe ich mich um.\n", sender="Udo <udo@example.net>", subject="Letzte Warnung")
    play.writes(
        "breach", "Ich habe den Bescheid einer fremden Person bekommen, mit ihren Daten.\n", sender="ida@example.net", subject="Falsch"
    )
    play.writes(
        "anonymous", "Ich möchte anonym bleiben. Der Hausmeister ist unfreundlich.\n", sender="Jo <jo@example.net>", subject="Anonym"
    )
    play.writes("soon", "Die Räumung ist am 25.11.2026, bitte helfen Sie.\n", sender="kim@example.net", subject="Räumung")
    forged = "mx.desk.example; dmarc=fail header.from=example.net"
    play.writes("forged", "Guten Tag.\n", sender="lou@example.net", subject="Hallo", authentication_results=forged)
    play.writes("unproved", "#erledigt KD-2026-00001\n", sender=WEBER.address, subject="KD-2026-00001")
    play.desk.now = OUT_OF_HOURS
    play.writes("evening", "Guten Abend.\n", sender="ada@example.net", subject="Abends")


def _staff(play: _Play) -> None:
    relay = "papers-relay-weber"
    play.desk.now = datetime(2026, 11, 23, 8, 0, tzinfo=UTC)
    for number, text in enumerate(HELD, 1):
        play.answers(f"held-{number}", text, relay)
    play.answers("answer", "Guten Tag Frau Muster,\n\nes geht so weiter:\n\n1. Prüfung\n2. Brief\n\nIhre Anna Weber\n", relay)
    play.leave(ANSWER)
    play.answers("late-answer", "Guten Tag,\nich habe auch etwas zu sagen.\n", "papers-relay-oezdemir", sender="oezdemir@haus.example")
    play.answers("to-new", "Guten Tag, das ist notiert.\n", "stranger-relay-weber")
    for number, text in enumerate(ORDERS, 1):
        play.answers(f"order-{number}", f"{text}\n", relay if number < 30 else "danger-relay-weber")
    play.answers("follow-up-to-anonymous", "#zeigen\n", "anonymous-relay-weber")


def _house(play: _Play) -> None:
    asking = next(name for name in play.letters if name.endswith("-consultation-berta"))
    plan = planning.JOBS
    for name, day in (("monday", 30), ("next", 31)):
        play.desk.now = datetime(2026, 11, 30, 8, 0, tzinfo=UTC) + timedelta(days=day - 30)
        for write in plan:
            write(play.desk.store, POLICY, play.desk.now)
        play.note(name)
    play.answers("statement", "Die Unterlagen liegen vor.\n", asking, sender=f"Berta Beispiel <{BERTA}>")
    play.answers("ask-again", "#rueckfrage berta@haus.example\n", "second-relay-weber")
    for name, days in (("asked", 3), ("asked-more", 6), ("asked-late", 12)):
        play.desk.now = datetime(2026, 12, 3, 8, 0, tzinfo=UTC) + timedelta(days=days)
        for write in plan:
            write(play.desk.store, POLICY, play.desk.now)
        play.note(name)


def _entries(play: _Play) -> None:
    for name in ENTRIES:
        mail = (CORPUS / "entries" / f"{name}.eml").read_bytes()
        mail = mail.replace(b"anna.weber@office.example.net", b"weber@haus.example").replace(
            b"kundendialog@desk.example", OFFICE.address.encode()
        )
        proof = b"Authentication-Results: mx.desk.example; dmarc=pass header.from=haus.example\r\n"
        play.comes(f"entry-{name}", proof + mail)
    for name in ("canon", "fax_gateway", "ricoh"):
        play.comes(f"scan-{name}", (CORPUS / "scans" / f"{name}.eml").read_bytes().replace(b"office.example.net", b"haus.example"))


def _elsewhere(play: _Play) -> None:
    """What comes through forms and lists, from addresses that nobody knows, and what went to the person directly."""
    form = {"sender": "Kontaktformular <formular@web.example>", "subject": "Neue Nachricht"}
    play.writes("form", "Wann wird mein Antrag bearbeitet?\n", reply_to="Pia Lang <pia@example.net>", **form)
    play.writes("form-nobody", "Bitte rufen Sie mich an.\n", **form)
    play.writes("noreply", "Wo ist mein Bescheid?\n", sender="noreply@portal.example", reply_to="ole@example.net")
    play.writes("other-reply-to", "Wo ist mein Bescheid?\n", sender="Uwe <uwe@example.net>", reply_to="uwe@work.example")
    play.writes("for-another", "Wo ist der Bescheid?\n", sender="buero@verein.example", reply_to="ole@example.net")
    play.answers("answer-for-another", "Guten Tag, der Bescheid ist unterwegs.\n", "for-another-relay-weber")
    play.answers("answer-to-noreply", "Guten Tag, der Bescheid ist unterwegs.\n", "noreply-relay-weber")
    play.answers("answer-to-form-nobody", "Guten Tag, wir rufen an.\n", "form-nobody-relay-weber")
    play.answers("from-home", "Guten Tag, das ist erledigt.\n", "form-relay-weber", sender="Anna Weber <anna@freemail.example>")
    play.answers("direct", "Guten Tag Frau Lang, das ist erledigt.\n", "form-relay-weber", cc="pia@example.net")
    play.answers("note-to-person", "#notiz Sie ruft morgen an.\n", "noreply-relay-weber", cc="ole@example.net")
    play.answers("digest-from-home", "Telefon\nHerr Lang fragt nach dem Bescheid.\n", "monday-digest-weber", sender="anna@freemail.example")
    play.writes("namesake", "Guten Tag, ich warte auf den Bescheid.\n", sender="Anna Weber <anna77@example.net>", subject="Wartezeit")
    asking = next(name for name in play.letters if name.endswith("-consultation-berta"))
    play.answers("statement-elsewhere", "Der Antrag liegt hier.\n", asking, sender="Berta <berta@freemail.example>")
    play.answers("forwarded-relay", "Guten Tag, das ist erledigt.\n", "form-relay-weber", sender="oezdemir@haus.example")
    direct = {"to": EVA, "cc": TO_DESK, "subject": "KD-2026-00001"}
    play.writes("direct-unproved", "Guten Tag, das ist erledigt.\n", sender=WEBER.address, **direct)


def samples() -> Iterator[tuple[str, Letter]]:
    for name, desk in (("sample", OFFICE), ("silent", SILENT_DESK)):
        for letter in sample_letters(replace(POLICY, desk=desk), IN_HOURS):
            if desk is OFFICE or letter.template in {"acknowledgement", "follow-up", "answer"}:
                yield f"{name}-{letter.template}", letter


def late(letters: dict[str, Letter]) -> Iterator[tuple[str, Letter]]:
    """Letters that could not leave for days: what they promised has passed, or has not."""
    for name in ("papers-acknowledgement-eva", "evening-acknowledgement-ada", "more-follow-up-eva", "papers-relay-weber"):
        for days in (2, 4, 30):
            yield f"late-{days}-{name}", as_of_now(letters[name], CALENDAR, IN_HOURS + timedelta(days=days))


def returned() -> Iterator[tuple[str, Letter]]:
    known = KnownLetter("abcdefghijklmnop", "KD-2026-00042", "eva@example.org", "acknowledgement", IN_HOURS)
    kinds = (
        ("failed", "5.1.1", True),
        ("failed", "5.2.2", True),
        ("failed", "5.9.9", False),
        ("failed", "", True),
        ("delayed", "4.4.1", True),
    )
    for action, status, proved in kinds:
        report = LetterReport(known.letter_id, action, status, proved)
        yield f"returned-{action}-{status or 'no'}", returned_letters(POLICY, "cause", known, report, OUT_OF_HOURS)[0]


def digests() -> Iterator[tuple[str, Letter]]:
    states = (Status.NEW, Status.OPEN, Status.CONSULTING, Status.WAITING, Status.ANSWERED)
    today = IN_HOURS.date()
    cases = [
        OpenCase(
            number=f"KD-2026-{number:05d}",
            status=states[number % 5],
            opened_at=IN_HOURS - timedelta(days=number % 40),
            kind=("kritik", "lob", "")[number % 3],
            kind_confirmed=number % 2 == 0,
            title=("Heizung in der Unterkunft", "", "Ein Titel von genau sechzig Zeichen, länger darf er nicht sein")[number % 3],
            urgency=("sofort", "normal", "heute")[number % 3],
            due_on=today + timedelta(days=number * 5 % 23 - 4),
            statement_due_on=today + timedelta(days=number % 7 - 2) if number % 5 == 2 else None,
            waiting_since=IN_HOURS - timedelta(days=number % 3) if number % 5 == 3 else None,
        )
        for number in range(200)
    ]
    for count, held in ((0, 0), (0, 2), (1, 0), (12, 1), (200, 30)):
        agenda = Agenda(tuple(cases[:count]), tuple(case.number for case in cases[:held]))
        yield f"digest-{count}-{held}", digest_letters(POLICY, agenda, IN_HOURS)[0]


def alarms() -> Iterator[tuple[str, Letter]]:
    number = "KD-2026-00042"
    found = {
        "staff-letter": staff_letter_alarm(number), "unproved": unproved_staff_alarm(number), "limit": limit_alarm(number),
        "danger": danger_alarm(number), "breach": breach_alarm(number),
    }  # fmt: skip
    ago = IN_HOURS - timedelta(hours=5)
    signs = Signs(
        late=7, waiting_since=ago, copies_missing=4, copies_missing_since=ago, undecided=2, unwritten=3, failed_alarms=1, last_sent=None
    )
    ill = Condition(
        last_pass={},
        last_good_pass=ago,
        letters={"in-doubt": 2},
        failed_lately=3,
        quarantined=1,
        signs=signs,
        surroundings=Surroundings(60, 100 * 1024 * 1024, 1024, backups_wanted=True),
        backup={"problem": "the disk is full", "at": "2026-11-01T02:00:00+00:00"},
        watched_since=ago,
        certificates={"IMAP": IN_HOURS + timedelta(days=3), "SMTP": IN_HOURS + timedelta(days=300)},
        another_desk=ago,
    )
    never = replace(ill, last_good_pass=None, backup={"problem": "the disk is full"})
    for name, condition in (("ill", ill), ("never", never)):
        told = [trouble.alarm for trouble in troubles(condition, IN_HOURS) if trouble.alarm]
        found |= {f"{name}-{position:02d}": alarm for position, alarm in enumerate(told)}
    refused = replace(ill, own_trouble=OwnTrouble(ago, "554 5.7.1"), surroundings=Surroundings(smtp_server="smtp.haus.example"))
    found["desk-refused"] = next(each.alarm for each in troubles(refused, IN_HOURS) if each.alarm and each.alarm.id == "desk_refused")
    for name, alarm in found.items():
        yield f"alarm-{name}", alarm_letter(POLICY, alarm, WEBER.address, IN_HOURS)
    yield "alarm-clear", all_clear(POLICY, "no_pass", ago, WEBER.address, IN_HOURS)


def every_letter(folder: Path) -> dict[str, Letter]:
    """All of them, by names that are files' names; `folder` is for the database."""
    letters = played(folder)
    return {**dict(samples()), **letters, **dict(late(letters)), **dict(returned()), **dict(digests()), **dict(alarms())}


def as_file(letter: Letter, *folders: Path) -> bytes:
    """The letter for people to read: the header as it leaves, the text, the page. `folders` hold templates of an office."""
    composer = Composer(OFFICE, (*folders, SHIPPED))
    head = composer(letter).partition(b"\r\n\r\n")[0].replace(b"\r\n", b"\n")
    wording = composer.words(letter)
    return b"\n".join((head, b"", f"Subject, decoded: {wording.subject}".encode(), b"", wording.text.encode(), wording.html.encode()))
