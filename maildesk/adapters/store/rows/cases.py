# SPDX-FileCopyrightText: 2026 The maildesk authors
# SPDX-License-Identifier: EUPL-1.2
"""Cases: opened with a number, linked, made one, parted, and moved on by what a mail or a letter does to them."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import UTC, datetime
from typing import Any

from sqlalchemy import Connection, and_, func, insert, select, update

from maildesk.adapters.store.engine import new_id
from maildesk.adapters.store.rows.contacts import Contacts
from maildesk.adapters.store.rows.history import add_events
from maildesk.adapters.store.tables import case_links, cases, letters, messages, number_series, participants, raws
from maildesk.core.case.case import CaseEvent, CaseLink, Direction, LinkKind, NewCase, Role, Status
from maildesk.core.case.file import SplitOff
from maildesk.core.decision.decision import Decision
from maildesk.core.decision.parts import Entered, FollowedUp, FromOurMailbox, Opened, Worked, followed_up, is_unverified
from maildesk.core.letters.letter import RELAY


class Cases:
    """Works in the transaction of `connection`."""

    def __init__(self, connection: Connection, contacts: Contacts) -> None:
        self._connection = connection
        self._contacts = contacts

    def id_of(self, number: str) -> int:
        return int(self._connection.execute(select(cases.c.id).where(cases.c.number == number)).scalar_one())

    def exists(self, number: str) -> bool:
        return self._connection.execute(select(cases.c.id).where(cases.c.number == number)).first() is not None

    # --- numbers ---

    def last_number(self, year: int) -> int:
        return self._connection.execute(select(number_series.c.last).where(number_series.c.year == year)).scalar() or 0

    def count_up(self, number: str) -> None:
        """The number is given out, and so are all before it in its year; the series never goes back."""
        year, sequence = _year_and_sequence(number)
        last = self._connection.execute(select(number_series.c.last).where(number_series.c.year == year)).scalar()
        if last is None:
            self._connection.execute(insert(number_series).values(year=year, last=sequence))
        elif sequence > last:
            self._connection.execute(update(number_series).where(number_series.c.year == year).values(last=sequence))

    # --- opened and changed ---

    def open(self, new: NewCase, *, verified: bool = True) -> int:
        """`verified`: the correspondent takes part in the case."""
        self.count_up(new.number)
        year, sequence = _year_and_sequence(new.number)
        contact_id = self._contacts.of(new.correspondent)
        result = self._connection.execute(
            insert(cases).values(
                number=new.number, year=year, sequence=sequence, status=Status.NEW, channel=new.channel, kind=new.kind or None,
                kind_confirmed=False, topics=list(new.topics), urgency=new.urgency, flags=list(new.flags),
                language=new.language, contact_id=contact_id, subject=new.subject, opened_at=new.opened_at, due_on=new.due_on,
                opened_by_reply=new.opened_by_reply,
            )
        )  # fmt: skip
        case_id = new_id(result)
        self._contacts.add_to_case(case_id, contact_id, verified=verified)
        return case_id

    def of_decision(self, decision: Decision) -> int | None:
        """The case that the message belongs to, opened or changed as was decided; None if it belongs to none."""
        part = decision.part
        if isinstance(part, Opened | Entered):
            case_id = self.open(part.new_case, verified=not is_unverified(part))
            self._link(case_id, part.links)
            return case_id
        if not decision.case_number:
            return None
        case_id = self.id_of(decision.case_number)
        if isinstance(part, FromOurMailbox | Worked) and part.answered_at:
            unanswered = (cases.c.id == case_id, cases.c.answered_at.is_(None))
            self._connection.execute(update(cases).where(*unanswered).values(answered_at=part.answered_at.astimezone(UTC)))
        if isinstance(part, FollowedUp | Worked | FromOurMailbox) and part.status:
            self._change(case_id, status=part.status, closed_at=None)
        followed = followed_up(part)
        self._link(case_id, followed.links)
        raised = {"urgency": followed.urgency, "flags": None if followed.flags is None else list(followed.flags)}
        self._change(case_id, **{name: value for name, value in raised.items() if value is not None})
        return case_id

    def _change(self, case_id: int, **values: Any) -> None:
        if values:
            self._connection.execute(update(cases).where(cases.c.id == case_id).values(**values))

    def _link(self, case_id: int, links: Iterable[CaseLink]) -> None:
        """Links that the case has not yet."""
        rows = [(self.id_of(link.number), str(link.kind)) for link in links]
        linked = select(case_links.c.other_id, case_links.c.kind).where(case_links.c.case_id == case_id)
        known = {(row.other_id, row.kind) for row in self._connection.execute(linked)} if rows else set()
        new = [{"case_id": case_id, "other_id": other, "kind": kind} for other, kind in rows if (other, kind) not in known]
        if new:
            self._connection.execute(insert(case_links), new)

    # --- made one, parted ---

    def merge(self, case_id: int, decision: Decision, now: datetime) -> None:
        """Messages and history stay with the case that they came to, so that a person can take it back."""
        for number in decision.part.merges if isinstance(decision.part, Opened | FollowedUp | Worked) else ():
            other_id = self.id_of(number)
            opened_at = self._connection.execute(select(cases.c.opened_at).where(cases.c.id == other_id)).scalar_one()
            self._change(other_id, merged_into_id=case_id, status=Status.CLOSED, closed_at=max(opened_at, now))
            event = CaseEvent("merged", f"became part of {decision.case_number}: one conversation")
            add_events(self._connection, other_id, (event,), now)

    def split(self, case_id: int, split: SplitOff, now: datetime) -> None:
        """The mail moves to the new case, and so do the letters that handed it on: who answers them answers in the new case."""
        query = select(messages.c.id, messages.c.case_id, messages.c.contact_id).join(raws, raws.c.id == messages.c.raw_id)
        mail = self._connection.execute(query.where(raws.c.digest == split.digest)).one()
        whose = (participants.c.case_id == mail.case_id, participants.c.contact_id == mail.contact_id)
        verified = self._connection.execute(select(participants.c.verified).where(*whose)).scalar()
        new_id = self.open(split.new_case, verified=bool(verified))
        self._connection.execute(update(messages).where(messages.c.id == mail.id).values(case_id=new_id))
        handed_on = (letters.c.about == split.digest, letters.c.template == RELAY)
        self._connection.execute(update(letters).where(*handed_on).values(case_id=new_id))
        old = self._connection.execute(select(cases.c.number).where(cases.c.id == case_id)).scalar_one()
        self._connection.execute(insert(case_links).values(case_id=new_id, other_id=case_id, kind=LinkKind.SPLIT))
        add_events(self._connection, new_id, (CaseEvent("opened", f"a mail of {old}, made a case of its own by staff"),), now)

    # --- letters left ---

    def note_acknowledged(self, case_id: int, now: datetime) -> None:
        unset = (cases.c.id == case_id, cases.c.acknowledged_at.is_(None))
        self._connection.execute(update(cases).where(*unset).values(acknowledged_at=now))

    def note_answered(self, case_id: int, answer: int, now: datetime) -> None:
        """The first answer stops the clock; an open case counts as answered, unless the person wrote again since the answer was written."""
        by_id = cases.c.id == case_id
        self._connection.execute(update(cases).where(by_id, cases.c.answered_at.is_(None)).values(answered_at=now))
        if not self._has_newer_mail(case_id, answer):
            self._connection.execute(update(cases).where(by_id, cases.c.status != Status.CLOSED).values(status=Status.ANSWERED))

    def _has_newer_mail(self, case_id: int, answer: int) -> bool:
        """Whether a mail of somebody who takes part was first relayed to colleagues after the answer, the letter in this row."""
        relayed = (letters.c.case_id == case_id, letters.c.template == RELAY, letters.c.about == raws.c.digest)
        first_row = select(func.min(letters.c.id)).where(*relayed).scalar_subquery()
        of_case = (messages.c.case_id == case_id, messages.c.direction == Direction.IN, messages.c.role == Role.CITIZEN)
        takes_part = and_(participants.c.case_id == messages.c.case_id, participants.c.contact_id == messages.c.contact_id)
        query = select(messages.c.id).join(raws, raws.c.id == messages.c.raw_id).join(participants, takes_part)
        return self._connection.execute(query.where(*of_case, participants.c.verified, first_row > answer)).first() is not None


def _year_and_sequence(number: str) -> tuple[int, int]:
    _prefix, year, sequence = number.rsplit("-", 2)
    return int(year), int(sequence)
