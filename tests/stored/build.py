# SPDX-FileCopyrightText: 2026 The maildesk authors
# SPDX-License-Identifier: EUPL-1.2
"""Plays two weeks of a small desk with the code of an earlier revision, and keeps its database and what that code showed of it.

It runs in a checkout of that revision, with the tests' rig of that time, and not with the code beside it:

    git worktree add --detach ../old b...                      # the commit of README.md in this folder
    cd ../old && PYTHONPATH=. python ../maildesk/tests/stored/build.py ../maildesk/tests/stored

All persons are invented. The story is the same for all revisions; what a revision cannot do (orders of colleagues before 0003,
statements before 0004) is left out of it. The clock is that of March 2026.
"""

from __future__ import annotations

import io
import json
import lzma
import sqlite3
import sys
import tempfile
from base64 import b64encode
from collections.abc import Collection, Iterator
from contextlib import closing, contextmanager, redirect_stdout
from dataclasses import asdict, dataclass, field, fields, is_dataclass
from datetime import UTC, date, datetime, timedelta
from email import message_from_bytes, policy
from email.message import EmailMessage, Message
from email.utils import format_datetime
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

import time_machine
from maildesk.core.calendar import WorkCalendar
from maildesk.core.policy import Desk, Policy, Staff
from maildesk.shipped import shipped

from maildesk.adapters.compose import Composer
from maildesk.adapters.parse import parse
from maildesk.adapters.store import Store
from maildesk.adapters.store.migration import HEAD
from maildesk.cli.app import app
from maildesk.core import desk
from maildesk.core.decision import Arrival
from maildesk.errors import MailboxUnreachable, Unparseable
from maildesk.jobs import intake, outbox
from maildesk.octets import FolderState, Octets, RawMessage
from tests.rig.command import small_desk
from tests.rig.smtp_letters import sender_for
from tests.rig.smtp_server import CUT, ScriptedSmtp, SmtpSink

BERLIN = ZoneInfo("Europe/Berlin")
START = datetime(2026, 3, 2, 9, 0, tzinfo=BERLIN)  # a Monday
ADDRESS = "desk@example.com"
WEBER, MOSER, KURZ = "weber@haus.example", "moser@haus.example", "kurz@haus.example"
LEADS, BERG = "leitung@haus.example", "berg@leistung.haus.example"
POISON = b"X-Poison: yes"
HAS_ORDERS, HAS_STATEMENTS = HEAD >= "0003", HEAD >= "0004"
KNOWN = (
    "number", "status", "correspondent", "participants", "due_on", "opened_at", "closed_at", "merged_into", "kind", "kind_confirmed",
    "urgency", "urgency_by_staff", "flags", "assignee", "title", "split_from", "followup_note_sent_on",
)  # fmt: skip


def the_policy() -> Policy:
    values: dict[str, Any] = {
        "desk": Desk("Kundendialog Musterstadt", ADDRESS, internal_domains=("haus.example",)),
        "calendar": WorkCalendar(BERLIN),
        "secret": b"k" * 32,
        "staff": (
            Staff("Anna Weber", WEBER, "weber"),
            Staff("Jörg Moser", MOSER, "moser", "assigned"),
            Staff("Ina Kurz", KURZ, "kurz", "digest"),
        ),
        "alert_addresses": (LEADS,),
    }
    if "categories" in {each.name for each in fields(Policy)}:
        from maildesk import categories_file

        values["categories"] = categories_file.load(shipped("config"), Path(categories_file.FILE_NAME))
    return Policy(**values)


POLICY = the_policy()


@dataclass
class Inbox:
    """The mailbox of the desk: an inbox from which mails go when they are filed. `breaks`: the connection is lost before that."""

    clock: Any
    mails: dict[int, tuple[datetime, bytes]] = field(default_factory=dict)
    last: int = 0
    breaks: bool = False

    def arrives(self, octets: bytes) -> None:
        self.last += 1
        self.mails[self.last] = self.clock(), octets

    def look(self) -> FolderState:
        return FolderState("INBOX", 7, tuple(sorted(self.mails)))

    def fetch(self, state: FolderState, uids: Collection[int]) -> Iterator[tuple[RawMessage, ...]]:
        for uid in uids:
            at, octets = self.mails[uid]
            yield (RawMessage(state.name, state.uid_validity, uid, at, Octets.of(octets)),)

    def file(self, _state: FolderState, uids: Collection[int], _folder: str) -> Any:
        if self.breaks:
            raise MailboxUnreachable("the connection was lost")
        for uid in uids:
            self.mails.pop(uid, None)
        if HEAD < "0005":
            return frozenset(uids)
        from maildesk.core.shared import Filed

        return Filed(frozenset(uids))

    def folders(self) -> tuple[()]:
        return ()

    def heads(self, state: FolderState, uids: Collection[int]) -> list[Any]:
        from maildesk.core.shared import Head

        found = [(uid, self.mails[uid][1]) for uid in uids]
        return [Head(uid, str(message_from_bytes(octets)["Message-ID"]).strip("<>"), len(octets)) for uid, octets in found]


def read(raw: RawMessage) -> Any:
    """The parser; it dies of one mail, as its process would."""
    if POISON in raw.octets.all():
        raise Unparseable("the parser ran out of time or memory, or died, also on the head of the mail alone")
    return parse(raw.octets)


@dataclass
class Played:
    """A desk at work. `waiting` and `by_staff` are what the story says; the database must say the same for ever."""

    store: Store
    file: Path
    now: datetime = START
    mails: int = 0
    sent: list[bytes] = field(default_factory=list)
    waiting: dict[str, str] = field(default_factory=dict)
    by_staff: list[str] = field(default_factory=list)

    def __post_init__(self) -> None:
        self.inbox = Inbox(self.clock)
        self.composer = Composer(POLICY.desk, (shipped("templates"),))

    def clock(self) -> datetime:
        return self.now

    def later(self, **time: float) -> None:
        self.now += timedelta(**time)

    def at(self, day: int, hour: int, minute: int = 0) -> None:
        self.now = datetime(2026, 3, day, hour, minute, tzinfo=BERLIN)

    # --- mails ---

    def write(self, who: str, subject: str, text: str, *, answers: Message | None = None, pdf: bytes = b"", **more: str) -> str:
        """A mail arrives in the inbox; returns its Message-ID."""
        self.mails += 1
        mail, message_id = EmailMessage(policy=policy.SMTP), f"<m{self.mails}@{who.rpartition('@')[2].strip('>')}>"
        named = {"From": who, "To": ADDRESS, "Subject": subject, "Date": format_datetime(self.now), "Message-ID": message_id, **more}
        if answers is not None:
            named["In-Reply-To"] = str(answers["Message-ID"])
            named["References"] = f"{answers['References'] or ''} {answers['Message-ID']}".strip()
        for name, value in named.items():
            mail[name.replace("_", "-")] = value
        mail.set_content(text)
        if pdf:
            mail.add_attachment(pdf, maintype="application", subtype="pdf", filename="Bescheid.pdf")
        self.inbox.arrives(mail.as_bytes())
        return message_id

    def take_in(self) -> None:
        intake.run_once(intake.Intake(self.inbox, self.store, read, POLICY, self.clock))

    def send(self, server: Any = None) -> None:
        with server or SmtpSink() as to, sender_for(to.settings(), socket_seconds=1.0, after_dot_seconds=1.0) as sender:
            outbox.run_once(outbox.Post(self.store, sender, self.composer, read, POLICY, self.clock))
            self.sent += [letter.octets for letter in getattr(to, "letters", ())]

    def work(self) -> None:
        self.take_in()
        self.send()
        self.later(minutes=1)

    def citizen(self, who: str, subject: str, text: str, **more: Any) -> None:
        self.write(who, subject, text, **more)
        self.work()

    def copies_come_back(self, count: int) -> None:
        """The proof copies of what was sent first."""
        for octets in self.sent[:count]:
            self.inbox.arrives(b"Received: from desk by post-office; now\r\n" + octets)
        self.work()

    def letter(self, to: str, word: str) -> Message:
        """The last letter to this address with this word in its subject."""
        found = [
            mail for octets in self.sent if (mail := message_from_bytes(octets, policy=policy.default))["To"] and to in str(mail["To"])
        ]
        return next(mail for mail in reversed(found) if word in str(mail["Subject"]))

    # --- colleagues ---

    def orders(self, number: str, text: str, who: str = WEBER) -> None:
        """A colleague answers the mail that was handed on."""
        mail = self.letter(who, number)
        self.write(who, f"AW: {mail['Subject']}", f"{text}\n", answers=mail)
        self.work()

    def waits(self, number: str, text: str = "#wartet") -> None:
        self.waiting[number] = self.now.astimezone(UTC).isoformat()
        self.orders(number, text)

    def urgent(self, number: str, text: str) -> None:
        self.by_staff.append(number)
        self.orders(number, text)

    def states(self, number: str, text: str) -> None:
        asked = self.letter(BERG, number)
        self.write(f"Karin Berg <{BERG}>", f"AW: {asked['Subject']}", text, answers=asked)
        self.work()

    def plans(self) -> None:
        """What is due by the calendar: digest and reminders."""
        if HAS_STATEMENTS:
            from maildesk.jobs import digest, reminders

            for job in (digest, reminders):
                job.run_once(self.store, POLICY, self.now)
        self.send()

    def watches(self) -> None:
        if HAS_STATEMENTS:
            from maildesk.core.health import Surroundings
            from maildesk.jobs import watch

            watch.run_once(self.store, POLICY, Surroundings(), self.now)


def number(case: int) -> str:
    return f"KD-2026-{case:05d}"


CITIZENS = (
    ("Eva Muster <eva@example.org>", "Wartezeit", "mein Antrag liegt seit sechs Wochen. Das ist eine Zumutung."),
    ("Adam Beispiel <adam@example.net>", "Strom", "morgen wird mir der Strom abgestellt. Bitte helfen Sie mir heute noch."),
    ("Birgit Probe <birgit@example.org>", "Mietbescheinigung", "welche Bescheinigung brauchen Sie von meinem Vermieter?"),
    ("Carl Test <carl@example.org>", "Unterlagen", "ich habe die Unterlagen zweimal abgegeben."),
    ("Dora Vorbild <dora@example.org>", "Termin", "wann ist mein Termin?"),
    ("Emil Exempel <emil@example.org>", "Bescheid", "der Bescheid ist falsch gerechnet, siehe Anlage."),
    ("Fatma Figur <fatma@example.org>", "Umzug", "darf ich umziehen?"),
    ("Gustav Gestalt <gustav@example.org>", "Akte", "meine Akte ist verschwunden."),
    ("Hanna Held <hanna@example.org>", "Rückruf", "niemand ruft mich zurück."),
    ("Ivan Idee <ivan@example.org>", "Sprachkurs", "mein Sprachkurs wurde nicht bezahlt."),
    ("Jana Jemand <jana@example.org>", "Heizung", "die Heizkosten fehlen in der Berechnung."),
    ("Jana Jemand <jana@example.org>", "Noch etwas zum Ofen", "der Ofen raucht, wer bezahlt den Schornsteinfeger?"),
    ("Klaus Kunst <klaus@example.org>", "Darlehen", "ich brauche ein Darlehen für eine Waschmaschine."),
    ("Lena Laut <lena@example.org>", "Unterkunft", "in der Unterkunft ist es kalt."),
    ("Marko Muss <marko@example.org>", "Maßnahme", "die Maßnahme bringt mir nichts."),
    ("Nora Niemand <nora@example.org>", "Es reicht", "ich will nicht mehr leben. Ich bringe mich um."),
    ("Olaf Ohne <olaf@example.org>", "Auszahlung", "das Geld ist nicht da."),
    ("Petra Person <petra@example.org>", "Vollmacht", "meine Tochter kümmert sich um alles."),
    ("Quirin Quer <quirin@example.org>", "Kündigung", "mir wurde die Wohnung gekündigt."),
    ("Rosa Rund <rosa@example.org>", "Widerspruch", "wie lange läuft die Frist?"),
    ("Sara Selten <sara@example.org>", "Praktikum", "gilt das Praktikum als Arbeit?"),
    ("Theo Teil <theo@example.org>", "Lob", "vielen Dank, Ihre Kollegin war sehr freundlich."),
    ("Ulla Um <ulla@example.org>", "Zuständigkeit", "wer ist für mich zuständig?"),
)
DANGER = "mir wurde heute der Strom abgestellt, wir haben kein Essen mehr."


def first_week(desk: Played) -> None:
    for who, subject, text in CITIZENS:
        pdf = b64encode(b"%PDF-1.4 ein Bescheid") if subject == "Bescheid" else b""
        desk.citizen(who, subject, f"Guten Tag,\n{text}\n\nMit freundlichen Grüßen\n{who.partition(' <')[0]}\n", pdf=pdf)
    desk.copies_come_back(6)
    desk.citizen("Newsletter <news@example.net>", "Neues im März", "Angebote\n", List_Id="<news.example.net>", Precedence="bulk")
    desk.citizen("Verena Fort <verena@example.net>", "Abwesend: Rundschreiben", "Ich bin nicht da.\n", Auto_Submitted="auto-replied")
    acknowledged = desk.letter("birgit@example.org", number(3))
    desk.citizen("Birgit Probe <birgit@example.org>", "Abwesend: Ihre Nachricht", "Ich bin im Urlaub.\n", answers=acknowledged,
                 Auto_Submitted="auto-replied")  # fmt: skip
    desk.citizen("Lea Fremd <tochter@example.net>", "AW: Vollmacht", "ich schreibe für meine Mutter.\n",
                 answers=desk.letter("petra@example.org", number(18)))  # fmt: skip
    desk.citizen("Klaus Kunst <klaus@example.org>", "AW: Darlehen", "und noch etwas ganz anderes: der Chatbot geht nicht.\n",
                 answers=desk.letter("klaus@example.org", number(13)))  # fmt: skip
    desk.citizen(WEBER, "Bitte um Rückruf", "von zu Hause geschrieben, ohne Beweis\n")
    desk.write("Unlesbar <unlesbar@example.net>", "Kaputt", "kaputt\n", X_Poison="yes")
    for _ in range(3):
        desk.work()
    desk.at(4, 10)
    if HAS_ORDERS:
        colleagues_decide(desk)
    else:
        somebody_decides(desk)


def colleagues_decide(desk: Played) -> None:
    desk.urgent(number(1), "#dringlichkeit normal")
    desk.urgent(number(2), "#nicht dringend")
    desk.orders(number(3), "#anfrage")
    desk.waits(number(3))
    desk.waits(number(4), "#wartet bis 20.03.2026")
    desk.orders(number(5), "Guten Tag Frau Vorbild,\n\nIhr Termin ist am 12. März um 9 Uhr.")
    desk.orders(
        number(6), "#kritik #thema leistung #berechtigt #abgeholfen\n#erledigt\n\nDas tut uns leid, der neue Bescheid kommt per Post."
    )
    desk.orders(number(7), "#anfrage #thema kosten_unterkunft #erlaeutert #erledigt")
    desk.orders(number(12), f"#gehört zu {number(11)}")
    desk.waits(number(11))
    desk.orders(number(13), "#teilen")
    desk.orders(
        number(14), "#zuweisen moser\n#titel Heizung in der Unterkunft\n#personengruppe angehoerige\n#frist 12.03.2026 Gutachten fehlt"
    )
    desk.orders(number(15), "#dringlichkeit dringend")
    desk.orders(number(15), "#rückgängig")
    desk.orders(number(17), "Ihre Kundennummer ist 999B000456, bitte aufbewahren.")
    desk.urgent(number(19), "#dringlichkeit sofort")
    desk.waits(number(19))
    desk.orders(number(20), "#dringlichkeit dringend")
    desk.orders(number(20), "#rückgängig")
    desk.urgent(number(20), "#dringlichkeit frist")
    desk.orders(number(21), "#wartet")
    desk.orders(number(21), "#rückgängig")
    desk.orders(number(22), "#lob #thema umgang")
    desk.orders(number(22), "#notiz Hat angerufen und sich noch einmal bedankt.")
    desk.orders(number(23), "#ich\n#thema zustaendigkeit")
    if HAS_STATEMENTS:
        desk.orders(number(9), f"#rückfrage {BERG} Warum wurde nicht zurückgerufen?")
        desk.orders(number(10), f"#rückfrage {BERG} Wurde der Kurs bezahlt?")
        desk.orders(number(14), "#anonym")
        desk.states(number(10), "Der Kurs wurde heute bezahlt.\n")


def somebody_decides(desk: Played) -> None:
    """Before there were orders nothing but a statement of SQL gave a case these statuses, which its columns had room for."""
    statuses = {3: "waiting", 4: "waiting", 5: "answered", 6: "closed", 7: "closed", 8: "consulting", 9: "open"}
    with closing(sqlite3.connect(desk.file, isolation_level=None)) as database:
        for case, status in statuses.items():
            closed_at = f"{desk.now.astimezone(UTC):%Y-%m-%d %H:%M:%S.%f}" if status == "closed" else None
            database.execute("UPDATE cases SET status = ?, closed_at = ? WHERE number = ?", (status, closed_at, number(case)))


def second_week(desk: Played) -> None:
    """Citizens write again, colleagues change their mind."""
    desk.at(9, 11)
    desk.citizen("Fatma Figur <fatma@example.org>", "AW: Umzug", "Sie haben mich falsch verstanden.\n",
                 answers=desk.letter("fatma@example.org", number(7)))  # fmt: skip
    desk.citizen("Eva Muster <eva@example.org>", f"Re: [{number(1)}]", f"{DANGER}\n", answers=desk.letter("eva@example.org", number(1)))
    if HAS_ORDERS:
        desk.waits(number(4), "#wartet Unterlagen fehlen noch")
    for day in (10, 12):
        desk.at(day, 7, 45)
        desk.plans()


def last_day(desk: Played) -> None:
    """Letters in every state."""
    desk.at(12, 10)
    if HAS_STATEMENTS:
        desk.orders(number(8), f"#rückfrage {BERG} Wo ist die Akte?")
    desk.write("Wim Weg <weg@example.org>", "Adresse", "Guten Tag,\nstimmt meine Adresse?\n")
    desk.take_in()
    desk.send(SmtpSink(refused=("weg@example.org",)))
    desk.later(minutes=1)
    returned_letters(desk)
    desk.watches()
    desk.send()
    desk.write("Xaver Ix <xaver@example.org>", "Im Zweifel", "Guten Tag,\nkam mein Brief an?\n")
    desk.take_in()
    desk.send(ScriptedSmtp(dot=CUT))
    desk.write("Yvonne Yps <yvonne@example.org>", "Später", "Guten Tag,\nwann öffnen Sie?\n")
    desk.take_in()
    desk.send(ScriptedSmtp(rcpt=b"450 4.2.1 mailbox busy, try again later"))
    desk.write("Zoe Zett <zoe@example.org>", "Unterwegs", "Guten Tag,\nwo ist die Kantine?\n")
    desk.take_in()
    killed_while_sending(desk)
    desk.write("Armin Neu <armin@example.org>", "Neu", "Guten Tag,\nist heute geöffnet?\n")
    desk.write("Unlesbar <unlesbar@example.net>", "Noch einmal kaputt", "kaputt\n", X_Poison="yes")
    desk.take_in()
    desk.write("Bella Bald <bella@example.org>", "Noch nicht abgelegt", "Guten Tag,\nbekomme ich eine Antwort?\n")
    desk.inbox.breaks = True
    try:
        desk.take_in()
    except MailboxUnreachable:
        return
    raise AssertionError("the connection was to be lost")


def returned_letters(desk: Played) -> None:
    for to, case, action, status in (("ulla@example.org", 23, "failed", "5.1.1"), ("theo@example.org", 22, "delayed", "4.4.1")):
        lost = desk.letter(to, number(case))
        report = EmailMessage(policy=policy.SMTP)
        head = f"Message-ID: {lost['Message-ID']}\r\nFrom: {ADDRESS}\r\nTo: {to}\r\nSubject: x\r\n"
        parts = (
            ("text/plain; charset=utf-8", f"Your message could not be delivered to <{to}>.\r\n"),
            ("message/delivery-status", f"Reporting-MTA: dns; mx.example.net\r\n\r\nFinal-Recipient: rfc822; {to}\r\nAction: {action}\r\n"
             f"Status: {status}\r\nDiagnostic-Code: smtp; 550 {status} <{to}>\r\n"),
            ("text/rfc822-headers", head),
        )  # fmt: skip
        values = {
            "From": "MAILER-DAEMON@mx.example.net", "To": ADDRESS, "Subject": "Undelivered Mail", "Date": format_datetime(desk.now),
            "Message-ID": f"<dsn{case}@mx.example.net>", "Return-Path": "<>", "Auto-Submitted": "auto-replied", "MIME-Version": "1.0",
            "Content-Type": 'multipart/report; report-type=delivery-status; boundary="grenze"',
        }  # fmt: skip
        for name, value in values.items():
            report[name] = value
        fields_of = report.as_bytes().partition(b"\r\n\r\n")[0]
        body = "".join(f"--grenze\r\nContent-Type: {kind}\r\n\r\n{content}\r\n" for kind, content in parts) + "--grenze--\r\n"
        desk.inbox.arrives(fields_of + b"\r\n\r\n" + body.encode())
        desk.work()


def killed_while_sending(desk: Played) -> None:
    """The process dies between the note that a letter is being sent and its final dot."""
    for queued in due(desk):
        if queued.letter.template == "acknowledgement":
            desk.store.mark_sending(queued.row, "Ihre Nachricht", desk.now)


def due(desk: Played) -> Any:
    if HEAD < "0005":
        return desk.store.due_letters(desk.now, 100)
    from maildesk.core.letters import Due

    return desk.store.due_letters(Due(desk.now), 100)


# --- what that code shows ---


def shown(desk: Played, folder: Path) -> dict[str, Any]:
    config = small_desk(folder)
    cases = command(config, desk.now, "cases")
    return {
        "schema": HEAD,
        "now": desk.now.isoformat(),
        "cases": cases,
        "show": {each["number"]: command(config, desk.now, "show", each["number"]) for each in cases},
        **{name: command(config, desk.now, name) for name in ("outbox", "aside", "quarantine")},
        "status": {name: value for name, value in command(config, desk.now, "status").items() if name not in {"running", "version"}},
        "known": known_cases(desk, cases),
        "waiting_since": desk.waiting,
        "urgency_by_staff": desk.by_staff,
        **planned(desk),
    }


def command(config: Path, now: datetime, *words: str) -> Any:
    """What `maildesk WORDS --json` prints."""
    out = io.StringIO()
    with time_machine.travel(now, tick=False), redirect_stdout(out):
        app([*words, "--json", "--config", str(config)], standalone_mode=False)
    return json.loads(out.getvalue())


def known_cases(desk_: Played, cases: list[dict[str, Any]]) -> dict[str, Any]:
    """What is known of each case when its person writes again."""
    found = {}
    for case in cases:
        octets = f"From: {case['correspondent']['address']}\r\nSubject: [{case['number']}]\r\n\r\nGuten Tag\r\n".encode()
        asked = desk.questions(parse(Octets.of(octets)), POLICY, Arrival(desk_.now), desk_.now)
        with desk_.store.transaction() as transaction:
            known = transaction.look_up(asked, desk_.now).facts.cases[case["number"]]
        found[case["number"]] = {name: plain(getattr(known, name)) for name in KNOWN if hasattr(known, name)}
    return found


def planned(desk: Played) -> dict[str, Any]:
    """What there is to do, and the text of the digest of the next morning."""
    if not HAS_STATEMENTS:
        return {}
    from maildesk.core.digest import digest_letters

    with desk.store.planning() as planning:
        agenda = planning.agenda()
    morning = (desk.now + timedelta(days=1)).replace(hour=7, minute=30)
    letter = digest_letters(POLICY, agenda, morning)[0]
    text = message_from_bytes(desk.composer(letter), policy=policy.default).get_body(("plain",))
    assert text is not None
    return {
        "agenda": {each.number: plain(each) for each in agenda.cases},
        "held": list(agenda.held),
        "digest": {"now": morning.isoformat(), "text": text.get_content()},
        "questions": [plain(each) for each in desk.store.open_questions()],
    }


def plain(value: Any) -> Any:
    """As JSON has it."""
    if is_dataclass(value) and not isinstance(value, type):
        return {name: plain(each) for name, each in asdict(value).items()}
    if isinstance(value, frozenset | set):
        return sorted(plain(each) for each in value)
    if isinstance(value, tuple | list):
        return [plain(each) for each in value]
    return value.isoformat() if isinstance(value, datetime | date) else value


# --- and where it is kept ---


@contextmanager
def a_desk(folder: Path) -> Iterator[Played]:
    file = folder / "maildesk.db"
    with Store.open(file, "KD", BERLIN) as store:
        yield Played(store, file)


def main(target: Path) -> None:
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        with a_desk(folder) as desk:
            for part in (first_week, second_week, last_day):
                part(desk)
            found = shown(desk, folder)
        with closing(sqlite3.connect(folder / "maildesk.db", isolation_level=None)) as database:
            database.execute("PRAGMA journal_mode=DELETE")
            database.execute("VACUUM")
        octets = (folder / "maildesk.db").read_bytes()
    text = json.dumps(found, ensure_ascii=False, indent=1) + "\n"
    for ending, content in (("db", octets), ("json", text.encode())):
        (target / f"schema-{HEAD}.{ending}.xz").write_bytes(lzma.compress(content, preset=9 | lzma.PRESET_EXTREME))


if __name__ == "__main__":
    main(Path(sys.argv[1]).resolve())
