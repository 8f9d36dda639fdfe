# SPDX-FileCopyrightText: 2026 The maildesk authors
# SPDX-License-Identifier: EUPL-1.2
"""A desk that takes in the messages of a script (tests.rig.conversations), in any order, and what came of it.

The octets of a mail are made when the desk takes it in: an answer to one of our letters can name only a letter that is there.
"""

from __future__ import annotations

import sqlite3
from base64 import b64encode
from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import closing, contextmanager
from dataclasses import dataclass, field
from datetime import timedelta
from email.utils import format_datetime
from functools import cache
from hashlib import sha256
from pathlib import Path

from maildesk.adapters.parse import parse
from maildesk.adapters.store import Store
from maildesk.core.decision.decision import Decision
from maildesk.core.letters.letter import Letter
from maildesk.core.mail.message import Message
from maildesk.jobs.intake import handle
from maildesk.jobs.ports import Transaction
from maildesk.octets import Octets, RawMessage
from tests.rig.builders import MONDAY, a_mail, a_multipart, a_part
from tests.rig.conversations import BERLIN, POLICY, Mail
from tests.rig.stores import empty_again, with_tables


@dataclass(frozen=True)
class Ids:
    """The ids of a mail as its writer's program set them, without brackets. `arrives_as` is what it carries when it comes to us."""

    message_id: str
    arrives_as: str
    in_reply_to: tuple[str, ...] = ()
    references: tuple[str, ...] = ()

    @property
    def named(self) -> tuple[str, ...]:
        return tuple(dict.fromkeys((*self.in_reply_to, *self.references)))

    def of_answer(self) -> tuple[str, ...]:
        """The References of an answer to this mail (RFC 5322 section 3.6.4), as its recipient sees its id."""
        return (*(self.references or self.in_reply_to[:1]), *((self.arrives_as,) if self.arrives_as else ()))


@dataclass(frozen=True)
class Placed:
    """A mail that was taken in, and what was decided."""

    mail: Mail
    octets: bytes
    decision: Decision


@cache
def _parsed(octets: bytes) -> Message:
    return parse(Octets.of(octets))


@dataclass
class Reception:
    """A desk that takes in the messages of a world. `placed` is what it has decided, `waiting` what answers a letter not yet written."""

    store: Store
    file: Path
    script: dict[str, Mail]
    placed: list[Placed] = field(default_factory=list)
    waiting: list[Mail] = field(default_factory=list)
    ids: dict[str, Ids] = field(default_factory=dict)
    answered: dict[str, tuple[Letter, Mail]] = field(default_factory=dict)
    deliveries: int = 0

    def take_in(self, mails: Iterable[Mail], *, every: timedelta) -> None:
        """One transaction for all of them, in this order. What answers a letter comes as soon as the letter is there."""
        with self.store.transaction() as transaction:
            for mail in mails:
                self.waiting.append(mail)
                while ready := next((each for each in self.waiting if self._can_be_written(each)), None):
                    self.waiting.remove(ready)
                    octets = self._octets(ready)
                    self.placed.append(Placed(ready, octets, self._handle(transaction, octets, every)))

    def take_in_again(self) -> list[Decision]:
        with self.store.transaction() as transaction:
            return [self._handle(transaction, placed.octets, timedelta(seconds=1)) for placed in tuple(self.placed)]

    def _handle(self, transaction: Transaction, octets: bytes, every: timedelta) -> Decision:
        now = MONDAY + every * self.deliveries
        self.deliveries += 1
        raw = RawMessage("INBOX", 7, self.deliveries, now, Octets.of(octets))
        decision = handle(transaction, raw, _parsed(octets), POLICY, now).decision
        assert decision is not None, "a mail of this world cannot be handled"
        return decision

    # --- what a mail names ---

    def letters(self, mail: Mail) -> list[tuple[Letter, Mail]]:
        """Our letters about this conversation to the one who is asked, the newest last, each with the mail that caused it."""
        return [
            (letter, placed.mail)
            for placed in self.placed
            if placed.mail.conversation == mail.conversation
            for letter in (*placed.decision.letters, *placed.decision.notices)
            if letter.recipient == (mail.asked or mail.writer)
        ]

    def _can_be_written(self, mail: Mail) -> bool:
        if mail.again:
            return self._can_be_written(self.script[mail.again])
        if mail.answers:
            return self._can_be_written(self.script[mail.answers])
        return not mail.letter or mail.name in self.answered or bool(self.letters(mail))

    def letter_of(self, mail: Mail) -> tuple[Letter, Mail]:
        return self.answered.setdefault(mail.name, self.letters(mail)[-1] if mail.name not in self.answered else self.answered[mail.name])

    def ids_of(self, mail: Mail) -> Ids:
        """The ids that the mail comes with; made once."""
        if mail.name not in self.ids:
            self.ids[mail.name] = self._make_ids(mail)
        return self.ids[mail.name]

    def _make_ids(self, mail: Mail) -> Ids:
        own = f"{mail.name}@{mail.writer.rpartition('@')[2]}"
        arrives_as = "" if "message-id" in mail.lost else f"rewritten.{own}" if mail.program == "exchange" else own
        parent, references = self._parent(mail)
        if mail.program == "phone" or "references" in mail.lost:
            references = ()
        if "in-reply-to" in mail.lost:
            parent = ()
        return Ids(own, arrives_as, parent, references)

    def _parent(self, mail: Mail) -> tuple[tuple[str, ...], tuple[str, ...]]:
        """What In-Reply-To and References name."""
        if mail.again:
            ids = self.ids_of(self.script[mail.again])
            return ids.in_reply_to, ids.references
        if mail.circular:
            return (mail.circular,), (mail.circular,)
        if mail.answers:
            ids = self.ids_of(self.script[mail.answers])
            seen = ids.message_id if mail.writer == self.script[mail.answers].writer else ids.arrives_as
            whole = ids.of_answer()[: -1 if ids.arrives_as else None]
            return ((seen,), (*whole, seen)) if seen else ((), whole)
        if mail.letter in {"keyed", "rewritten", "absence", "notice"}:
            letter, _ = self.letter_of(mail)
            seen = f"rewritten.{letter.letter_id}@exchange.example" if mail.letter == "rewritten" else letter.message_id
            return (seen,), (*letter.references, seen)
        return (), ()

    # --- the octets ---

    def _octets(self, mail: Mail) -> bytes:
        if mail.letter == "delay":
            return self._delay(mail)
        original = self.script[mail.again] if mail.again else mail
        ids = self.ids_of(original)
        message_id = self.ids_of(mail).arrives_as if mail.how == "thumb" else ids.arrives_as
        subject, text = self._words(mail)
        parent = self.script[original.answers].writer if original.answers else ""
        to = "desk@example.com" if parent in {"", mail.writer} else parent
        named = {
            "In-Reply-To": " ".join(f"<{each}>" for each in ids.in_reply_to),
            "References": "\n ".join(f"<{each}>" for each in ids.references),
            "Cc": ", ".join(
                dict.fromkeys((*mail.cc, *self._wrote_before(original), *(() if to == "desk@example.com" else ("desk@example.com",))))
            ),
            "Reply-To": "somebody.else@elsewhere.example" if len(mail.text) % 7 == 0 else "",
            "Thread-Index": self._thread_index(mail),
            "Auto-Submitted": "auto-replied" if mail.letter == "absence" else "",
            **dict(mail.fields),
        }
        octets = a_mail(
            text, sender=mail.writer, to=to, subject=subject, message_id=message_id or None, date=format_datetime(mail.written_at),
            **{name.replace("-", "_"): value for name, value in named.items() if value},
        )  # fmt: skip
        return b"Received: from elsewhere by mx.example.com; now\r\n" + octets if mail.how == "received" else octets

    def _wrote_before(self, mail: Mail) -> tuple[str, ...]:
        """Who answers, answers to all."""
        if not mail.answers:
            return ()
        parent = self.script[mail.answers]
        return tuple(each for each in (parent.writer, *self._wrote_before(parent)) if each != mail.writer)

    def _words(self, mail: Mail) -> tuple[str, str]:
        text = f"{mail.text}\n"
        if mail.letter in {"number", "quoted"}:
            number = self.letter_of(mail)[0].case_number
            if mail.letter == "number":
                return f"{mail.subject} – {number}", text
            return mail.subject, f"{text}\nAm 23.11.2026 schrieb Kundendialog:\n> Ihre Nachricht ist da.\n> Ihr Zeichen: {number}\n"
        if mail.how == "footer":
            return f"[EXTERN] {mail.subject}", f"{text}\n-- \nDiese Nachricht kam von außen.\n"
        return mail.subject, text

    def _thread_index(self, mail: Mail) -> str:
        """Outlook's mark of the conversation, to which answers add octets that do not matter here. Answers to a circular carry its."""
        marked = mail.program == "exchange" or (mail.program == "any" and len(mail.text) % 3 == 0 and not mail.letter)
        circulars = (each.circular for each in self.script.values() if each.conversation == mail.conversation and each.circular)
        conversation = next(circulars, mail.conversation)
        return b64encode(b"\x01" + sha256(conversation.encode()).digest()[:21]).decode() if marked else ""

    def _delay(self, mail: Mail) -> bytes:
        letter, _ = self.letter_of(mail)
        status = f"Reporting-MTA: dns; mx.example.net\n\nFinal-Recipient: rfc822; {letter.recipient}\nAction: delayed\nStatus: 4.4.1\n"
        return a_multipart(
            a_part("Still being retried.\n"), a_part(status, "message/delivery-status"),
            a_part(f"Message-ID: <{letter.message_id}>\nSubject: Ihre Nachricht\n", "text/rfc822-headers"),
            kind="report", parameters="; report-type=delivery-status", sender=mail.writer, to="desk@example.com", subject="Delayed Mail",
            message_id=f"{mail.name}@mx.example.net", return_path="<>",
        )  # fmt: skip

    # --- what came of it ---

    def wholes(self) -> dict[str, str]:
        """The whole that each case has become part of, by number."""
        with closing(sqlite3.connect(self.file)) as database:
            rows = database.execute("SELECT id, number, merged_into_id FROM cases").fetchall()
        number, into = {row[0]: row[1] for row in rows}, {row[0]: row[2] for row in rows}

        def end(case: int) -> int:
            return end(into[case]) if into[case] else case

        return {number[case]: number[end(case)] for case in number}

    def rows(self) -> dict[str, list[tuple[object, ...]]]:
        """All that a second delivery must leave alone."""
        tables = ("message", "cases", "letter", "participant", "event", "case_link", "message_reference", "number_series", "contact")
        with closing(sqlite3.connect(self.file)) as database:
            return {table: database.execute(f"SELECT * FROM {table} ORDER BY 1, 2").fetchall() for table in tables}

    def outbox(self) -> list[str]:
        with closing(sqlite3.connect(self.file)) as database:
            return sorted(row[0] for row in database.execute("SELECT message_id FROM letter"))

    def ledger_lines(self) -> int:
        with closing(sqlite3.connect(self.file)) as database:
            return int(database.execute("SELECT count(*) FROM ledger").fetchone()[0])

    def case_of(self) -> dict[str, str]:
        """The whole case of each mail that was taken in (a copy that was known already has none)."""
        wholes = self.wholes()
        same = {"octets", "received"}
        found = {p.mail.again if p.mail.how in same else p.mail.name: p.decision.case_number for p in self.placed if p.decision.case_number}
        return {name: wholes[number] for name, number in found.items()}

    def participants(self) -> set[tuple[str, str]]:
        """Each whole case with the address keys that take part in it, or opened a case that became part of it."""
        query = (
            "SELECT cases.number, contact.address_key FROM participant JOIN cases ON cases.id = participant.case_id"
            " JOIN contact ON contact.id = participant.contact_id WHERE participant.verified"
        )
        wholes = self.wholes()
        with closing(sqlite3.connect(self.file)) as database:
            return {(wholes[number], key) for number, key in database.execute(query)}

    def linked(self) -> list[set[str]]:
        """The messages that hang together by ids which came to us: one answers another, or answers our letter that the other caused."""
        groups = {placed.mail.name: {placed.mail.name} for placed in self.placed}
        for one, other in self._links():
            if one in groups and other in groups and groups[one] is not groups[other]:
                groups[one] |= groups[other]
                groups.update(dict.fromkeys(groups[other], groups[one]))
        return [group for group in {id(group): group for group in groups.values()}.values() if len(group) > 1]

    def _links(self) -> Iterator[tuple[str, str]]:
        bearer = {self.ids_of(p.mail).arrives_as: p.mail.name for p in self.placed if not p.mail.again and p.mail.letter != "delay"}
        for placed in self.placed:
            mail = placed.mail
            if mail.again and not (mail.how == "footer" and "message-id" in mail.lost):
                yield mail.name, mail.again
            elif mail.letter:
                yield mail.name, self.letter_of(mail)[1].name
            for named in self.ids_of(self.script[mail.again] if mail.again else mail).named:
                if named in bearer:
                    yield mail.name, bearer[named]


Receptions = Callable[[Sequence[Mail]], Reception]


@contextmanager
def receptions(folder: Path) -> Iterator[Receptions]:
    """Makes desks, each for a script of messages and with an empty database: the same one, so that a desk lasts until the next one."""
    file = with_tables(folder / "maildesk.db")

    def a_reception(script: Sequence[Mail]) -> Reception:
        empty_again(file)
        return Reception(store, file, {mail.name: mail for mail in script})

    with Store.open(file, "KD", BERLIN) as store:
        yield a_reception
