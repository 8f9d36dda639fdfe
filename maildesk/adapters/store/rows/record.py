# SPDX-FileCopyrightText: 2026 The maildesk authors
# SPDX-License-Identifier: EUPL-1.2
"""Step 6 of the road: recording what was decided on a message, in the transaction in which it was looked up."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta
from typing import Any

from sqlalchemy import delete, insert, select, update

from maildesk.adapters.store.engine import translated
from maildesk.adapters.store.rows import octets as octet_rows
from maildesk.adapters.store.rows import search
from maildesk.adapters.store.rows.case_files import CaseFiles
from maildesk.adapters.store.rows.letters import LetterRows
from maildesk.adapters.store.tables import (
    alarms,
    case_links,
    cases,
    contacts,
    events,
    failures,
    ledger,
    letters,
    message_references,
    messages,
    participants,
    quarantined,
    raws,
)
from maildesk.core.case.case import CaseEvent, Direction, LinkKind, NewCase, Status, case_number
from maildesk.core.case.file import CaseWork, SplitOff
from maildesk.core.case.opening import case_of
from maildesk.core.decision.decision import Decision, Folder, Outcome
from maildesk.core.decision.message_object import message_object
from maildesk.core.decision.questions import sent_at
from maildesk.core.letters.letter import RELAY, Letter, LetterState
from maildesk.core.mail.fingerprint import base_subject, text_digest, thread_index_root
from maildesk.core.mail.message import Address, Message
from maildesk.core.office.policy import Policy
from maildesk.core.threading.evidence import named_ids
from maildesk.octets import RawMessage

IN_COLUMNS = frozenset({"message_id", "subject", "text", "reply", "automatic", "acknowledge", "evidence"})


class IntakeTransaction(LetterRows):
    """Everything here happens in the one transaction of `connection`; the caller commits."""

    @contextmanager
    def message(self) -> Iterator[None]:
        with translated(), self._connection.begin_nested():
            yield

    # --- recording what was decided ---

    def record(self, raw: RawMessage, message: Message, decision: Decision, now: datetime, *, waits: bool = False) -> None:
        """Stores octets, message, case, events, letters and the ledger line. A letter's proof copy confirms the letter.

        `waits`: the letters wait for the mail to be filed.
        """
        waits_for = raw.octets.digest if waits else ""
        if decision.confirms_letter:
            self.confirm_letter(decision, raw, message, now)
        elif decision.outcome is not Outcome.ALREADY_KNOWN:
            case_id = self._case(decision)
            message_row = self.keep_message(raw, decision.kept or message, decision, case_id)
            if decision.lost_letter:
                self.note_lost(decision.lost_letter, message, message_row, now)
            if case_id is not None:
                self.add_events(case_id, decision.events, now)
                self._merge(case_id, decision, now)
                if decision.work:
                    self._work(case_id, decision.work, now, waits_for)
            for letter in (*decision.letters, *decision.notices):
                owner = self._case_of_letter(letter, decision, case_id)
                self.queue(letter, owner, now, doubtful=decision.doubtful, waits_for=waits_for)
            if decision.letter_report:
                self.note_report(decision.letter_report, now)
        self._ledger_line(raw, message.message_id, decision.outcome, decision.folder, now)
        self._connection.execute(delete(failures).where(failures.c.digest == raw.octets.digest))

    def _case(self, decision: Decision) -> int | None:
        if decision.new_case:
            case_id = self._open(decision.new_case, verified=not decision.unverified)
            self._link(case_id, decision)
            return case_id
        if not decision.case_number:
            return None
        case_id = self._case_id(decision.case_number)
        if decision.answered_at:
            unanswered = (cases.c.id == case_id, cases.c.answered_at.is_(None))
            self._connection.execute(update(cases).where(*unanswered).values(answered_at=decision.answered_at.astimezone(UTC)))
        if decision.status:
            changes: dict[str, Any] = {"status": decision.status, "closed_at": None}
            self._connection.execute(update(cases).where(cases.c.id == case_id).values(**changes))
        self._raise(case_id, decision)
        self._link(case_id, decision)
        return case_id

    def _raise(self, case_id: int, decision: Decision) -> None:
        """What a mail of a known case makes of its urgency and flags."""
        raised = {"urgency": decision.urgency, "flags": None if decision.flags is None else list(decision.flags)}
        values = {name: value for name, value in raised.items() if value is not None}
        if values:
            self._connection.execute(update(cases).where(cases.c.id == case_id).values(**values))

    def _case_of_letter(self, letter: Letter, decision: Decision, case_id: int | None) -> int | None:
        """A case that is split off in this decision has letters of its own."""
        split = decision.work.split if decision.work else None
        return self._case_id(letter.case_number) if split and letter.case_number == split.new_case.number else case_id

    def _case_id(self, number: str) -> int:
        return int(self._connection.execute(select(cases.c.id).where(cases.c.number == number)).scalar_one())

    def _link(self, case_id: int, decision: Decision) -> None:
        """Links that the case has not yet."""
        linked = select(case_links.c.other_id, case_links.c.kind).where(case_links.c.case_id == case_id)
        known = {(row.other_id, row.kind) for row in self._connection.execute(linked)} if decision.links else set()
        rows = [(self._case_id(link.number), str(link.kind)) for link in decision.links]
        new = [{"case_id": case_id, "other_id": other, "kind": kind} for other, kind in rows if (other, kind) not in known]
        if new:
            self._connection.execute(insert(case_links), new)

    def _merge(self, case_id: int, decision: Decision, now: datetime) -> None:
        """Messages and history stay with the case that they came to, so that a person can take it back."""
        for number in decision.merges:
            other_id = self._case_id(number)
            opened_at = self._connection.execute(select(cases.c.opened_at).where(cases.c.id == other_id)).scalar_one()
            values = {"merged_into_id": case_id, "status": Status.CLOSED, "closed_at": max(opened_at, now)}
            self._connection.execute(update(cases).where(cases.c.id == other_id).values(**values))
            self.add_events(other_id, (CaseEvent("merged", f"became part of {decision.case_number}: one conversation"),), now)

    def _work(self, case_id: int, work: CaseWork, now: datetime, waits_for: str) -> None:
        """What a colleague's orders do. A held letter is released or dropped here; it leaves by the outbox."""
        files = CaseFiles(self._connection)
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
        self._held(case_id, work, now, waits_for)
        if work.split:
            self._split(case_id, work.split, now)
        if work.confirmed_writer:
            contact_id = self.contact(work.confirmed_writer)
            whose = (participants.c.case_id == case_id, participants.c.contact_id == contact_id)
            self._connection.execute(update(participants).where(*whose).values(verified=True))

    def _held(self, case_id: int, work: CaseWork, now: datetime, waits_for: str) -> None:
        held = letters.c.state == LetterState.HELD
        if work.released:
            doubt = {"waits_for": waits_for, "doubt_since": now} if waits_for else {}
            again = {"state": LetterState.QUEUED, "next_attempt_at": now, **doubt}
            left = self.left_after_backup(work.released)
            self._connection.execute(update(letters).where(held, letters.c.letter_id.in_(frozenset(work.released) - left)).values(**again))
            for letter_id in left:
                self.letter_left_before(letter_id, case_id)
        if work.dropped:
            # The words stay in the colleague's mail; a failed letter would turn the status red for what is no trouble.
            self._connection.execute(delete(letters).where(held, letters.c.letter_id.in_(work.dropped)))

    def _split(self, case_id: int, split: SplitOff, now: datetime) -> None:
        """The mail moves to the new case, and so do the letters that handed it on: who answers them answers in the new case."""
        query = select(messages.c.id, messages.c.case_id, messages.c.contact_id).join(raws, raws.c.id == messages.c.raw_id)
        mail = self._connection.execute(query.where(raws.c.digest == split.digest)).one()
        whose = (participants.c.case_id == mail.case_id, participants.c.contact_id == mail.contact_id)
        verified = self._connection.execute(select(participants.c.verified).where(*whose)).scalar()
        new_id = self._open(split.new_case, verified=bool(verified))
        self._connection.execute(update(messages).where(messages.c.id == mail.id).values(case_id=new_id))
        handed_on = (letters.c.about == split.digest, letters.c.template == RELAY)
        self._connection.execute(update(letters).where(*handed_on).values(case_id=new_id))
        old = self._connection.execute(select(cases.c.number).where(cases.c.id == case_id)).scalar_one()
        self._connection.execute(insert(case_links).values(case_id=new_id, other_id=case_id, kind=LinkKind.SPLIT))
        self.add_events(new_id, (CaseEvent("opened", f"a mail of {old}, made a case of its own by staff"),), now)

    def _open(self, new: NewCase, *, verified: bool = True) -> int:
        _prefix, year, sequence = new.number.rsplit("-", 2)
        self.count_up(int(year), int(sequence))
        contact_id = self.contact(new.correspondent)
        result = self._connection.execute(
            insert(cases).values(
                number=new.number, year=int(year), sequence=int(sequence), status=Status.NEW, channel=new.channel, kind=new.kind or None,
                kind_confirmed=False, topics=list(new.topics), urgency=new.urgency, flags=list(new.flags),
                language=new.language, contact_id=contact_id, subject=new.subject, opened_at=new.opened_at, due_on=new.due_on,
                opened_by_reply=new.opened_by_reply,
            )
        )  # fmt: skip
        case_id = _new_id(result)
        self._connection.execute(insert(participants).values(case_id=case_id, contact_id=contact_id, verified=verified))
        return case_id

    def contact(self, address: Address) -> int:
        """The contact with this address; one without an address is a contact of its own."""
        if address.key:
            found = self._connection.execute(select(contacts.c.id).where(contacts.c.address_key == address.key)).scalar()
            if found is not None:
                return int(found)
        values = {"address_key": address.key, "addr_spec": address.addr_spec, "display_name": address.display_name}
        return _new_id(self._connection.execute(insert(contacts).values(**values)))

    def keep_message(self, raw: RawMessage, message: Message, decision: Decision, case_id: int | None) -> int:
        outgoing = decision.direction is Direction.OUT
        contact_id = None if outgoing else self._writer(message, decision, case_id)
        message_row = _new_id(
            self._connection.execute(
                insert(messages).values(
                    raw_id=octet_rows.store(self._connection, raw.octets),
                    case_id=case_id,
                    contact_id=contact_id,
                    outcome=None if decision.outcome is Outcome.ALREADY_KNOWN else decision.outcome,  # our own letters have none
                    direction=decision.direction,
                    role=decision.role,
                    automatic=decision.verdict.automatic,
                    acknowledge=bool(decision.letters),
                    message_id=message.message_id,
                    content_digest=message.content_digest,
                    subject=message.subject,
                    base_subject=base_subject(message.subject),
                    text_digest=text_digest(message),
                    thread_index=thread_index_root(message),
                    received_at=raw.internal_date.astimezone(UTC),
                    sent_at=sent_at(message, raw.internal_date).astimezone(UTC),
                    text=message.text,
                    reply=message.reply,
                    parsed=_shown_only(message, decision),
                    evidence=list(decision.evidence),
                )
            )
        )
        search.index(self._connection, message_row, message)
        self._store_references(message_row, message)
        if decision.unverified and case_id is not None and contact_id is not None:
            self._note_unverified(case_id, contact_id)
        return message_row

    def _writer(self, message: Message, decision: Decision, case_id: int | None) -> int:
        """The contact of the message. Who has no address is known by nothing but the case that is opened for him."""
        if decision.new_case is None or message.originator.key:
            return self.contact(message.originator)
        return int(self._connection.execute(select(cases.c.contact_id).where(cases.c.id == case_id)).scalar_one())

    def _store_references(self, message_row: int, message: Message) -> None:
        rows = [{"message_row": message_row, "identifier": identifier} for identifier in named_ids(message)]
        if rows:
            self._connection.execute(insert(message_references), rows)

    def _note_unverified(self, case_id: int, contact_id: int) -> None:
        """The writer is remembered as one whom staff have not confirmed; who takes part already, stays as he was."""
        known = select(participants.c.case_id).where(participants.c.case_id == case_id, participants.c.contact_id == contact_id)
        if not self._connection.execute(known).first():
            self._connection.execute(insert(participants).values(case_id=case_id, contact_id=contact_id, verified=False))

    def add_events(self, case_id: int, happened: tuple[CaseEvent, ...], now: datetime) -> None:
        rows = [{"case_id": case_id, "at": now, "who": event.who, "what": event.what, "detail": event.detail} for event in happened]
        if rows:
            self._connection.execute(insert(events), rows)

    def _ledger_line(self, raw: RawMessage, message_id: str, outcome: Outcome, folder: Folder, now: datetime) -> None:
        self._connection.execute(
            insert(ledger).values(
                folder=raw.folder, uid_validity=raw.uid_validity, uid=raw.uid, digest=raw.octets.digest, message_id=message_id,
                size_bytes=raw.octets.size_bytes, outcome=outcome, filed_to=folder, at=now,
            )
        )  # fmt: skip

    def case_from_aside(self, message_row: int, policy: Policy, now: datetime) -> str | None:
        """A person says: this mail is a person's after all. Returns the number of its case, or None if it is not set aside."""
        query = select(messages, contacts.c.addr_spec, contacts.c.display_name).join(contacts, contacts.c.id == messages.c.contact_id)
        row = self._connection.execute(query.where(messages.c.id == message_row, messages.c.case_id.is_(None))).first()
        if row is None:
            return None
        year = policy.calendar.local(now).year
        ours = policy.staff_by_address(row.addr_spec) is not None  # who wrote it is not whom it is about
        new_case = case_of(
            case_number(self._prefix, year, self._last_number(year) + 1),
            Address("", "") if ours else Address(row.display_name, row.addr_spec),
            row.subject,
            row.received_at,
            policy,
        )
        case_id = self._open(new_case)
        by_id = messages.c.id == message_row
        self._connection.execute(update(messages).where(by_id).values(case_id=case_id, outcome=Outcome.NEW_CASE))
        self.add_events(case_id, (CaseEvent("opened", "by hand, from the machine mail that was set aside"),), now)
        return new_case.number

    # --- what could not be handled ---

    def note_failure(self, raw: RawMessage, error: str, now: datetime) -> int:
        digest = raw.octets.digest
        tries = (self._connection.execute(select(failures.c.tries).where(failures.c.digest == digest)).scalar() or 0) + 1
        self._connection.execute(delete(failures).where(failures.c.digest == digest))
        self._connection.execute(insert(failures).values(digest=digest, tries=tries, error=error[:500], last_at=now))
        return tries

    def quarantine(self, raw: RawMessage, error: str, now: datetime) -> None:
        raw_id = octet_rows.store(self._connection, raw.octets)
        if not self._connection.execute(select(quarantined.c.id).where(quarantined.c.raw_id == raw_id)).first():
            self._connection.execute(
                insert(quarantined).values(
                    raw_id=raw_id,
                    folder=raw.folder,
                    received_at=raw.internal_date.astimezone(UTC),
                    quarantined_at=now,
                    error=error[:500],
                )
            )
        self._ledger_line(raw, "", Outcome.QUARANTINED, Folder.QUARANTINE, now)
        self._connection.execute(delete(failures).where(failures.c.digest == raw.octets.digest))

    def raise_alarm(self, name: str, detail: str, now: datetime, again_after: timedelta) -> bool:
        row = self._connection.execute(select(alarms.c.told_at).where(alarms.c.name == name)).first()
        if row is None:
            self._connection.execute(insert(alarms).values(name=name, detail=detail[:500], since=now, told_at=now))
            return True
        due: bool = row.told_at + again_after <= now
        values = {"detail": detail[:500], **({"told_at": now} if due else {})}
        self._connection.execute(update(alarms).where(alarms.c.name == name).values(**values))
        return due

    def clear_alarm(self, name: str) -> datetime | None:
        since: datetime | None = self._connection.execute(select(alarms.c.since).where(alarms.c.name == name)).scalar()
        self._connection.execute(delete(alarms).where(alarms.c.name == name))
        return since

    def release(self, quarantine_id: int, now: datetime) -> None:
        """Before a retry in the same savepoint: the mail no longer counts as quarantined."""
        self._connection.execute(update(quarantined).where(quarantined.c.id == quarantine_id).values(released_at=now))


def _shown_only(message: Message, decision: Decision) -> dict[str, Any]:
    """The message object without what has a column of its own."""
    whole = message_object(
        message,
        decision.verdict.automatic,
        acknowledge=bool(decision.letters),
        evidence=decision.evidence,
        proposal=decision.proposal,
    )
    return {**{key: value for key, value in whole.items() if key not in IN_COLUMNS}, "entered": decision.kept is not None}


def _new_id(result: Any) -> int:
    key: int = result.inserted_primary_key[0]
    return key
