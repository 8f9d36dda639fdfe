# SPDX-FileCopyrightText: 2026 The maildesk authors
# SPDX-License-Identifier: EUPL-1.2
"""Step 6 of the road: recording what was decided on a message, in the transaction in which it was looked up."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import datetime

from sqlalchemy import delete, select, update

from maildesk.adapters.store.engine import translated
from maildesk.adapters.store.rows import octets as octet_rows
from maildesk.adapters.store.rows import search
from maildesk.adapters.store.rows.history import add_events
from maildesk.adapters.store.rows.parts import Parts
from maildesk.adapters.store.tables import contacts, messages, raws
from maildesk.core.case.case import CaseEvent, Channel, case_number
from maildesk.core.case.file import CaseWork
from maildesk.core.case.opening import case_of
from maildesk.core.decision.decision import Decision, Folder, Outcome
from maildesk.core.decision.parts import Entered, LostLetter, Part, ProofCopy, Worked, letter_report_of
from maildesk.core.letters.letter import Letter
from maildesk.core.mail.message import Address, Message
from maildesk.core.office.policy import Policy
from maildesk.octets import RawMessage


class IntakeTransaction:
    """`jobs.ports.Transaction`: all of it in the one transaction of `parts`; the caller commits."""

    def __init__(self, parts: Parts, prefix: str) -> None:
        self._parts = parts
        self._prefix = prefix
        self._connection = parts.connection
        self.look_up = parts.look_up.of
        self.queue = parts.letters.queue
        self.note_failure = parts.quarantine.note_failure
        self.release = parts.quarantine.release
        self.raise_alarm = parts.alarms.raise_alarm
        self.clear_alarm = parts.alarms.clear_alarm

    @contextmanager
    def message(self) -> Iterator[None]:
        with translated(), self._connection.begin_nested():
            yield

    def record(self, raw: RawMessage, message: Message, decision: Decision, now: datetime, *, waits: bool = False) -> None:
        """Stores octets, message, case, events, letters and the ledger line. A letter's proof copy confirms the letter.

        `waits`: the letters wait for the mail to be filed.
        """
        parts, waits_for, part = self._parts, raw.octets.digest if waits else "", decision.part
        if isinstance(part, ProofCopy):
            parts.letters.confirm(part.letter_id, decision, raw, message, now)
        elif decision.outcome is not Outcome.ALREADY_KNOWN:
            case_id = parts.cases.of_decision(decision)
            message_row = parts.messages.keep(raw, part.kept if isinstance(part, Entered) else message, decision, case_id)
            if isinstance(part, LostLetter):
                parts.restored.note_lost(part.letter_id, message, message_row, now)
            if case_id is not None:
                add_events(self._connection, case_id, decision.events, now)
                parts.cases.merge(case_id, decision, now)
                for alarm in part.settles if isinstance(part, Worked) else ():
                    parts.alarms.clear_alarm(alarm)
                if work := _work_of(part):
                    self._work(case_id, work, now, waits_for)
            for letter in (*decision.letters, *decision.notices):
                owner = self._case_of_letter(letter, decision, case_id)
                parts.letters.queue(letter, owner, now, doubtful=decision.doubtful, waits_for=waits_for)
            if report := letter_report_of(part):
                parts.letters.note_report(report, now)
        parts.ledger.add(raw, message.message_id, decision.outcome, decision.folder, now)
        parts.quarantine.forget_failures(raw)

    def _case_of_letter(self, letter: Letter, decision: Decision, case_id: int | None) -> int | None:
        """A case that is split off in this decision has letters of its own."""
        work = _work_of(decision.part)
        split = work.split if work else None
        return self._parts.cases.id_of(letter.case_number) if split and letter.case_number == split.new_case.number else case_id

    def _work(self, case_id: int, work: CaseWork, now: datetime, waits_for: str) -> None:
        """What a colleague's orders do."""
        files, letters = self._parts.case_files, self._parts.letters
        if work.taken_back is not None:
            files.take_back(work.taken_back, now)
        if work.undoing:
            files.set_apart(work.undoing.merged)
            files.withdraw(work.undoing.consulted, now)
        if work.undo:
            files.note_instruction(case_id, work.undo, now)
        if work.state:
            files.change(case_id, work.state, now)
        for question in work.questions:
            files.ask(case_id, question, now)
        files.note_answered(work.answered, now)
        letters.release(work.released, case_id, now, waits_for)
        letters.drop(work.dropped)
        letters.hold(work.held_back)
        letters.withdraw(work.withdrawn)
        if work.split:
            self._parts.cases.split(case_id, work.split, now)
        if work.confirmed_writer:
            self._parts.contacts.confirm(files.parts_of(case_id), self._parts.contacts.of(work.confirmed_writer))

    def quarantine(self, raw: RawMessage, error: str, now: datetime) -> None:
        """Keeps the octets and the error, with a line in the ledger."""
        self._parts.quarantine.put(raw, error, now)
        self._parts.ledger.add(raw, "", Outcome.QUARANTINED, Folder.QUARANTINE, now)
        self._parts.quarantine.forget_failures(raw)

    def mail_aside(self, digest: str) -> RawMessage | None:
        """The mail with this digest, if it is set aside. The caller closes the octets."""
        query = select(raws.c.id, messages.c.received_at).join(messages, messages.c.raw_id == raws.c.id)
        row = self._connection.execute(query.where(raws.c.digest == digest, messages.c.case_id.is_(None))).first()
        return RawMessage("", 0, None, row.received_at, octet_rows.load(self._connection, row.id)) if row else None

    def take_from_aside(self, digest: str) -> None:
        """Before it is taken in again in the same savepoint: the mail is no longer set aside."""
        rows = select(messages.c.id).join(raws, raws.c.id == messages.c.raw_id).where(raws.c.digest == digest, messages.c.case_id.is_(None))
        for message_row in self._connection.execute(rows).scalars().all():
            search.forget(self._connection, message_row)
            self._connection.execute(delete(messages).where(messages.c.id == message_row))

    def case_from_aside(self, message_row: int, policy: Policy, now: datetime) -> str | None:
        """A person says: this mail is a person's after all. Returns the number of its case, or None if it is not set aside."""
        query = select(messages, contacts.c.addr_spec, contacts.c.display_name).join(contacts, contacts.c.id == messages.c.contact_id)
        row = self._connection.execute(query.where(messages.c.id == message_row, messages.c.case_id.is_(None))).first()
        if row is None:
            return None
        year = policy.calendar.local(now).year
        ours = policy.staff_by_address(row.addr_spec) is not None  # who wrote it is not whom it is about
        new_case = case_of(
            case_number(self._prefix, year, self._parts.cases.last_number(year) + 1),
            Channel.EMAIL,
            Address("", "") if ours else Address(row.display_name, row.addr_spec),
            row.subject,
            row.received_at,
            policy,
        )
        case_id = self._parts.cases.open(new_case)
        by_id = messages.c.id == message_row
        self._connection.execute(update(messages).where(by_id).values(case_id=case_id, outcome=Outcome.NEW_CASE))
        event = CaseEvent("opened", "by hand, from the machine mail that was set aside")
        add_events(self._connection, case_id, (event,), now)
        return new_case.number


def _work_of(part: Part | None) -> CaseWork | None:
    return part.work if isinstance(part, Worked | Entered) else None
