# SPDX-FileCopyrightText: 2026 The maildesk authors
# SPDX-License-Identifier: EUPL-1.2
"""A small world of people who write to a desk, made from a seed.

A mail of the script says what it means: who answers what, with which program, and what was lost on the way.
"""

from __future__ import annotations

import random
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from zoneinfo import ZoneInfo

from maildesk.core.office.calendar import WorkCalendar
from maildesk.core.office.policy import Desk, LetterLimits, Policy, Staff
from maildesk.core.threading.thread import LATE_WITHIN
from tests.rig.builders import MONDAY

BERLIN = ZoneInfo("Europe/Berlin")
WEBER = Staff("A. Weber", "weber@example.com", "weber", receives="none")
POLICY = Policy(
    Desk("Kundendialog", "desk@example.com", internal_domains=("neue-wege.example",), authserv_id="mx.example.com"),
    WorkCalendar(BERLIN),
    b"k" * 32,
    (WEBER,),
    letters=LetterLimits(per_sender_per_day=1000),  # a limit would make letters depend on what came before, as it should
)
COLLEAGUE = "colleague@neue-wege.example"
FORGED = "mx.example.com; dmarc=fail header.from={}"

SUBJECTS = ("Beschwerde", "Frage", "Termin", "", "Umgangston am Empfang", "Heizkosten: Nachzahlung")
REPLIES = ("Re", "RE", "AW", "Aw", "Antw", "Antwort", "SV", "VS", "Odp", "YNT", "Отв", "Res", "Rif", "AW: Re", "Re[2]")
WORDS = [
    "Antrag", "Bescheid", "Miete", "Heizung", "Termin", "Anruf", "Unterlagen", "Bearbeitung", "Auskunft", "Rückfrage", "Nachweis", "Kinder",
    "Schule", "Umzug", "Kaution", "Strom", "Fahrt", "Empfang", "Wartezeit", "Beratung", "Nummer", "Formular", "Zusage", "Zahlung", "Frist",
]  # fmt: skip
TAKES_LATE = timedelta(days=5)
assert TAKES_LATE < LATE_WITHIN, "later on cases of different persons are not made one any more"


@dataclass(frozen=True)
class Mail:
    """One mail of the script. `conversation` is where it belongs.

    `answers` names another mail of the script. `letter` says how the mail answers a letter of ours to `asked` (its writer, if empty):
    by its keyed id, after a server rewrote that, by its number in the subject or in the quotation; or as a machine or staff do.
    `program` is phone (In-Reply-To alone), exchange (a Thread-Index, and its own messages carry other ids than in its outbox) or any other.
    `lost`: header fields that got lost. `again` names the mail that this one is a copy of, `how` says in which form it comes.
    """

    name: str
    conversation: str
    writer: str
    minute: int
    subject: str
    text: str
    answers: str = ""
    circular: str = ""
    letter: str = ""
    asked: str = ""
    program: str = "any"
    lost: frozenset[str] = frozenset()
    cc: tuple[str, ...] = ()
    again: str = ""
    how: str = ""
    fields: tuple[tuple[str, str], ...] = ()

    @property
    def written_at(self) -> datetime:
        return MONDAY - timedelta(days=4) + timedelta(minutes=self.minute)

    @property
    def is_forged(self) -> bool:
        return any(name == "Authentication-Results" for name, _ in self.fields)

    @property
    def is_lossy(self) -> bool:
        return bool(self.lost) or self.program == "exchange"


# --- the world ------------------------------------------------------------------------------------------------------------------


@dataclass
class _Author:
    """Writes the script of one world."""

    dice: random.Random
    mails: list[Mail] = field(default_factory=list)
    minute: int = 0

    def chance(self, part: float) -> bool:
        return self.dice.random() < part

    def write(self, conversation: str, writer: str, subject: str, **said: object) -> Mail:
        self.minute += self.dice.choice((2, 7, 45, 200))
        name = f"{conversation}.{len(self.mails)}"
        text = " ".join((*self.dice.choices(WORDS, k=self.dice.randint(4, 15)), name.replace(".", "x")))
        mail = Mail(name, conversation, writer, self.minute, subject, text, **said)  # type: ignore[arg-type]
        self.mails.append(mail)
        return mail

    def answer(self, to: Mail, writer: str, base: str, lossy: float, **said: object) -> Mail:
        prefix = self.dice.choice(REPLIES)
        program = self.dice.choice(("any", "any", "phone", "exchange") if self.chance(lossy) else ("any", "any", "any", "phone"))
        lost = self._lost(lossy)
        return self.write(to.conversation, writer, f"{prefix}: {base}", answers=to.name, program=program, lost=lost, **said)

    def _lost(self, lossy: float) -> frozenset[str]:
        if not self.chance(lossy):
            return frozenset()
        choices = (
            ("in-reply-to",),
            ("references",),
            ("in-reply-to", "references"),
            ("message-id",),
            ("in-reply-to", "references", "message-id"),
        )
        return frozenset(self.dice.choice(choices))

    def copy(self, mail: Mail) -> None:
        how = self.dice.choice(("octets", "received", "footer", "thumb"))
        later = mail.minute + 4 if how == "thumb" else mail.minute
        self.mails.append(replace(mail, name=f"{mail.name}.{how}", minute=later, again=mail.name, how=how))


def a_world(seed: int) -> tuple[Mail, ...]:
    """Some citizens with their conversations, and strangers. The same seed gives the same world."""
    author = _Author(random.Random(seed))
    dice = author.dice
    citizens = [f"c{number}@town{number % 2}.example" for number in range(dice.randint(3, 5))]
    relatives = ["daughter@family.example", "son@family.example"]
    lossy = dice.choice((0.0, 0.0, 0.2, 0.5))
    for number, citizen in enumerate(citizens):
        _conversations(author, f"k{number}", citizen, [*relatives, *(other for other in citizens if other != citizen)], lossy)
    for number in range(dice.randint(0, 2)):
        _stranger(author, f"s{number}", dice.choice(citizens))
    for mail in tuple(author.mails):
        if author.chance(0.12) and not mail.letter and mail.conversation[0] == "k" and mail.writer != WEBER.address:
            author.copy(mail)
    return tuple(author.mails)


def _conversations(author: _Author, key: str, citizen: str, others: list[str], lossy: float) -> None:
    """One to two concerns of a citizen: under different subjects, or under one with all headers there."""
    dice = author.dice
    subjects = dice.sample(SUBJECTS, k=dice.choice((1, 1, 2)))
    if len(subjects) == 2 and author.chance(0.3):
        subjects, lossy = [subjects[0]] * 2, 0.0
    circular = dice.choice((0, 0, 0, 1, 1, 2)) - 1
    for number, subject in enumerate(subjects):
        _conversation(author, f"{key}{'ab'[number]}", citizen, subject, others, lossy, circular=number == circular)


def _conversation(author: _Author, name: str, citizen: str, subject: str, others: list[str], lossy: float, *, circular: bool) -> None:
    dice = author.dice
    shown = tuple(dice.sample(others, k=dice.choice((0, 1, 2))))
    if circular:
        first = author.write(name, citizen, f"Re: {subject or 'Rundbrief'}", circular="rundbrief@list.example", cc=shown)
    else:
        first = author.write(name, citizen, subject, cc=shown, lost=author._lost(lossy * 0.5))
    said = [first]
    for _ in range(dice.choice((0, 1, 1, 2, 3))):
        if author.chance(0.3):
            _about_a_letter(author, first, lossy)
            continue
        writer = dice.choice((citizen, citizen, *shown, *shown, COLLEAGUE))
        said.append(author.answer(dice.choice(said), writer, subject, lossy, cc=shown))
    if author.chance(0.08):
        author.answer(dice.choice(said), WEBER.address, subject, 0.0)


def _about_a_letter(author: _Author, first: Mail, lossy: float) -> None:
    dice = author.dice
    how = dice.choice(("keyed", "keyed", "rewritten", "number", "quoted", "absence", "delay"))
    if how in {"number", "quoted"} and not lossy:
        how = "keyed"
    writer = "mailer-daemon@mx.example.net" if how == "delay" else first.writer
    author.write(first.conversation, writer, f"{dice.choice(REPLIES)}: Ihre Nachricht", letter=how, asked=first.writer)
    if how == "delay" and author.chance(0.7):
        author.write(first.conversation, WEBER.address, "AW: Nicht zugestellt", letter="notice", asked=WEBER.address)


def _stranger(author: _Author, name: str, victim: str) -> None:
    """Guesses numbers, names what anybody knows, or carries a name that is not his own."""
    dice = author.dice
    guess = f"KD-2026-{dice.randint(1, 5):05d}"
    subject = dice.choice((f"AW: [{guess}] Ihre Nachricht", f"Re: {dice.choice(SUBJECTS)}", guess, f"WG: {guess}"))
    writer, fields = dice.choice((
        (f"{name}@elsewhere.example", ()),
        (victim, (("Authentication-Results", FORGED.format(victim.rpartition("@")[2])),)),
        (WEBER.address, (("Authentication-Results", FORGED.format("example.com")),)),
        (f"{name}@elsewhere.example", (("In-Reply-To", f"<{guess}.conversation.{'a' * 32}@example.com>"),)),
        (f"{name}@elsewhere.example", (("References", "<rundbrief@list.example>"),)),
    ))  # fmt: skip
    author.write(name, writer, subject, fields=fields)
