# SPDX-FileCopyrightText: 2026 The maildesk authors
# SPDX-License-Identifier: EUPL-1.2
"""Step 4 of the road: what the database knows about a message, asked inside the write transaction so that it stays true."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from datetime import date, datetime, timedelta, tzinfo
from typing import Any

from sqlalchemy import Connection, and_, func, or_, select

from maildesk.adapters.store.rows.case_files import CaseFiles
from maildesk.adapters.store.rows.cases import Cases
from maildesk.adapters.store.rows.history import urgency_by_staff
from maildesk.adapters.store.rows.letters import as_letter
from maildesk.adapters.store.rows.restored import Restored
from maildesk.adapters.store.rows.thread_facts import Trails
from maildesk.adapters.store.tables import case_links, cases, contacts, events, letters, messages, participants, quarantined, raws
from maildesk.core.case.case import Direction, Happened, KnownCase, LinkKind, Role, Status, case_number
from maildesk.core.decision.questions import Known, OwnLetter, Questions
from maildesk.core.letters.letter import DEAD_ADDRESS_OF, FOLLOW_UP_NOTE, UNPROVED, Letter
from maildesk.core.letters.refusal import RecentLetters

RETURNED_WITHIN = timedelta(days=60)
HISTORY_MAX = 10
CONTINUED_MAX = 20
HAPPENED = {
    (Direction.IN, Role.CITIZEN): Happened.MAIL,
    (Direction.OUT, Role.DESK): Happened.LETTER,
    (Direction.OUT, Role.STAFF): Happened.ANSWER,
    (Direction.NOTE, Role.STAFF): Happened.NOTE,
    (Direction.NOTE, Role.CONSULTED): Happened.STATEMENT,
}


class LookUp:
    """Looks up in the transaction of `connection`. `prefix` is that of the case numbers, `zone` the desk's: it says when a day begins."""

    def __init__(self, connection: Connection, prefix: str, zone: tzinfo, cases: Cases, restored: Restored) -> None:
        self._connection = connection
        self._prefix = prefix
        self._zone = zone
        self._cases = cases
        self._restored = restored

    def of(self, asked: Questions, now: datetime) -> Known:
        own_letter, seen = self._own_letter(asked.message_id, asked.own_letter_id), self._seen(asked)
        next_number, left = self._next_number(asked), self._restored.left_after_backup(asked.caused)
        if seen:
            return Known(next_number, seen, own_letter)
        recent = self._recent_letters(asked, now)
        if own_letter:  # by its Message-ID, which may be copied: then the limits hold as for any mail
            return Known(next_number, own_letter=own_letter, recent=recent)
        facts = Trails(self._connection).of(asked, now, self._known_cases)
        files = CaseFiles(self._connection).of(facts.cases) if asked.of_house else {}
        answered = self._answered(asked.named_ids, facts.letters)
        aside, made_case = self._aside(asked.aside)
        return Known(
            next_number, answered=answered, facts=facts, recent=recent, files=files, left=left, aside=aside, made_case=made_case
        )  # fmt: skip

    def _answered(self, named: Sequence[str], letters_of_ours: Collection[str]) -> Letter | None:
        """The letter that is named first, as it was written."""
        nearest = next((each for each in named if each in letters_of_ours), None)
        query = select(letters, cases.c.number).join(cases, cases.c.id == letters.c.case_id, isouter=True)
        return as_letter(self._connection.execute(query.where(letters.c.message_id == nearest)).one()).letter if nearest else None

    def _aside(self, digits: str) -> tuple[str, str]:
        """The digest that begins so, of a mail that is set aside, or the number of its case; both empty if there is not exactly one."""
        if not digits:
            return "", ""
        query = select(raws.c.digest, cases.c.number).join(messages, messages.c.raw_id == raws.c.id)
        query = query.join(cases, cases.c.id == messages.c.case_id, isouter=True)
        found = self._connection.execute(query.where(raws.c.digest.startswith(digits, autoescape=True))).all()
        if len(found) != 1:
            return "", ""
        return ("", found[0].number) if found[0].number else (found[0].digest, "")

    def _next_number(self, asked: Questions) -> str:
        """The number that the mail was given before a restore, if no other case carries it now; else the next one."""
        named = self._restored.number(asked.caused, asked.message_id, asked.originator)
        if named and not self._cases.exists(named):
            return named
        return case_number(self._prefix, asked.year, self._cases.last_number(asked.year) + 1)

    def _seen(self, asked: Questions) -> str:
        """How the very same mail was taken in before: the same octets, or a copy that came by another way."""
        same_octets = self._connection.execute(
            select(messages.c.outcome).join(raws, raws.c.id == messages.c.raw_id).where(raws.c.digest == asked.digest)
        ).first()
        if same_octets is not None:
            return f"the same octets were taken in as {same_octets.outcome or 'our own letter'}"
        waiting = select(quarantined.c.id).join(raws, raws.c.id == quarantined.c.raw_id)
        if self._connection.execute(waiting.where(raws.c.digest == asked.digest, quarantined.c.released_at.is_(None))).first():
            return "the same octets are in quarantine"
        if not asked.message_id:
            return ""
        sent_by_us = and_(messages.c.direction == Direction.OUT, messages.c.role == Role.STAFF)
        copy = select(messages.c.outcome).where(
            messages.c.content_digest == asked.content_digest,
            messages.c.message_id == asked.message_id,
            # What a colleague sent from our mailbox may come back as a copy to the desk; that copy is no answer, and no mail of a citizen.
            sent_by_us if asked.sent_by_us else or_(messages.c.direction != Direction.OUT, sent_by_us),
        )
        found = self._connection.execute(copy).first()
        return f"a copy with the same Message-ID and content was taken in as {found.outcome}" if found else ""

    def _own_letter(self, message_id: str, letter_id: str) -> OwnLetter | None:
        """By its Message-ID; or by its id, where a restored desk had to give its case another number."""
        query = select(letters.c.letter_id, letters.c.recipient, cases.c.number).join(cases, cases.c.id == letters.c.case_id, isouter=True)
        found = self._connection.execute(query.where(letters.c.message_id == message_id)).first() if message_id else None
        if found is None and letter_id:
            found = self._connection.execute(query.where(letters.c.letter_id == letter_id)).first()
        return OwnLetter(found.letter_id, found.number or "", found.recipient) if found else None

    def _known_cases(self, numbers: Collection[str]) -> dict[str, KnownCase]:
        """The cases with these numbers, and those that they were merged into or are continued by, however often."""
        found: dict[str, KnownCase] = {}
        asked = frozenset(numbers)
        while missing := asked - found.keys():
            found |= self._some_cases(missing)
            asked = frozenset(
                number for case in found.values() for number in (case.merged_into, *case.continued_by) if number and number not in found
            )
        return found

    def _some_cases(self, numbers: Collection[str]) -> dict[str, KnownCase]:
        target = cases.alias("target")
        query = (
            select(cases, contacts.c.address_key, target.c.number.label("merged_into"))
            .join(contacts, contacts.c.id == cases.c.contact_id, isouter=True)
            .join(target, target.c.id == cases.c.merged_into_id, isouter=True)
            .where(cases.c.number.in_(numbers))
        )
        return {row.number: self._known_case(row) for row in self._connection.execute(query).all()}

    def _known_case(self, row: Any) -> KnownCase:
        return KnownCase(
            number=row.number,
            status=Status(row.status),
            correspondent=row.address_key or "",
            participants=self._participants(row.id),
            due_on=row.due_on,
            answered=row.answered_at is not None,
            followup_note_sent_on=self._last_note_on(row.id),
            opened_at=row.opened_at,
            closed_at=row.closed_at,
            opened_by_reply=row.opened_by_reply,
            merged_into=row.merged_into or "",
            continued_by=self._continued_by(row.id) if row.closed_at else (),
            split_from=self._split_from(row.id),
            subject=row.subject,
            title=row.title,
            kind=row.kind or "",
            kind_confirmed=row.kind_confirmed,
            urgency=row.urgency,
            flags=tuple(row.flags),
            urgency_by_staff=urgency_by_staff(self._connection, row.id),
            assignee=row.assignee or "",
            history=self._history(row.id),
        )

    def _history(self, case_id: int) -> tuple[tuple[datetime, Happened], ...]:
        """The last messages of a case, the oldest first."""
        query = select(messages.c.received_at, messages.c.direction, messages.c.role).where(messages.c.case_id == case_id)
        rows = self._connection.execute(query.order_by(messages.c.received_at.desc(), messages.c.id.desc()).limit(HISTORY_MAX)).all()
        return tuple((row.received_at, HAPPENED.get((row.direction, row.role), Happened.MESSAGE)) for row in reversed(rows))

    def _participants(self, case_id: int) -> frozenset[str]:
        query = (
            select(contacts.c.address_key)
            .join(participants, participants.c.contact_id == contacts.c.id)
            .where(participants.c.case_id == case_id, participants.c.verified, contacts.c.address_key != "")
        )
        return frozenset(self._connection.execute(query).scalars())

    def _continued_by(self, case_id: int) -> tuple[str, ...]:
        """The cases that continue this one, the newest first."""
        linked = and_(case_links.c.case_id == cases.c.id, case_links.c.kind == LinkKind.CONTINUES)
        query = select(cases.c.number).join(case_links, linked).where(case_links.c.other_id == case_id).order_by(cases.c.id.desc())
        return tuple(self._connection.execute(query.limit(CONTINUED_MAX)).scalars())

    def _split_from(self, case_id: int) -> frozenset[str]:
        query = select(cases.c.number).join(case_links, case_links.c.other_id == cases.c.id)
        found = self._connection.execute(query.where(case_links.c.case_id == case_id, case_links.c.kind == LinkKind.SPLIT))
        return frozenset(found.scalars())

    def _last_note_on(self, case_id: int) -> date | None:
        query = select(func.max(letters.c.created_at)).where(letters.c.case_id == case_id, letters.c.template == FOLLOW_UP_NOTE)
        last: datetime | None = self._connection.execute(query).scalar()
        return last.astimezone(self._zone).date() if last else None

    def _recent_letters(self, asked: Questions, now: datetime) -> RecentLetters:
        originator = asked.entered or asked.originator

        def all_since(since: timedelta, *conditions: Any) -> int:
            query = select(func.count()).select_from(letters).where(letters.c.created_at > now - since, *conditions)
            return self._connection.execute(query).scalar() or 0

        def count(since: timedelta, *conditions: Any) -> int:
            return all_since(since, letters.c.automatic, *conditions)

        domain = originator.rpartition("@")[2]
        return RecentLetters(
            to_sender=count(timedelta(days=1), letters.c.recipient_key == originator),
            to_domain=count(timedelta(hours=1), letters.c.recipient_domain == domain),
            of_desk=count(timedelta(hours=1)),
            unproved=all_since(timedelta(days=1), letters.c.recipient_key == asked.claimed, letters.c.template == UNPROVED),
            returned=self._address_is_dead(originator, asked.named_ids, now),
        )

    def _address_is_dead(self, address: str, named_ids: Collection[str], now: datetime) -> bool:
        """Whether a report of late proved so. Who names a letter that went there afterwards has got it: then the address lives again."""
        reports = (
            select(func.max(letters.c.reported_at))
            .join(cases, cases.c.id == letters.c.case_id)
            .join(events, or_(events.c.case_id == letters.c.case_id, events.c.case_id == cases.c.merged_into_id))
            .where(letters.c.recipient_key == address, letters.c.report == "failed", letters.c.reported_at > now - RETURNED_WITHIN)
            .where(events.c.what == "letter-failed", events.c.data[DEAD_ADDRESS_OF].as_string() == letters.c.letter_id)
        )
        since = self._connection.execute(reports).scalar()
        if since is None:
            return False
        later = select(letters.c.id).where(
            letters.c.message_id.in_(named_ids), letters.c.recipient_key == address, letters.c.created_at > since
        )
        return self._connection.execute(later).first() is None
