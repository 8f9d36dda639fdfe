# SPDX-FileCopyrightText: 2026 The maildesk authors
# SPDX-License-Identifier: EUPL-1.2
"""What is due by the calendar: the digest of the day, and reminders of statements that were asked for.

Each is written once, in one transaction with the note that it was. Looked at each minute, and nearly always not due.
"""

from __future__ import annotations

import logging
from collections.abc import Sequence
from contextlib import AbstractContextManager
from datetime import datetime, timedelta
from typing import Any, Protocol

from maildesk.core.agenda.agenda import Agenda, OpenQuestion
from maildesk.core.agenda.digest import digest_letters, is_due
from maildesk.core.agenda.statements import is_time, overdue_letters, reminder, shall_remind, shall_tell
from maildesk.core.letters.letter import DIGEST, Letter
from maildesk.core.office.policy import Policy

log = logging.getLogger(__name__)

DIGEST_FACT = "digest"
FIRST_LOOK_BACK = timedelta(days=1)


class Planning(Protocol):
    """One write transaction: what is read in it cannot change before the letters are written."""

    def agenda(self, since: datetime) -> Agenda:
        """`since`: when the last digest was written; what was set aside before was in it."""

    def open_questions(self) -> Sequence[OpenQuestion]: ...

    def queue(self, letter: Letter, now: datetime) -> bool:
        """Puts a letter into the outbox; False if it is there already."""

    def drop_waiting(self, template: str, now: datetime) -> None:
        """Letters by this template that are to be tried again later leave no more."""

    def fact(self, name: str) -> dict[str, Any]: ...

    def learn(self, name: str, value: dict[str, Any], now: datetime) -> None: ...

    def mark_reminded(self, row: int, now: datetime) -> None: ...

    def mark_told(self, row: int, now: datetime) -> None: ...


class PlanningStore(Protocol):
    """The database, as digest and reminders need it."""

    def fact(self, name: str) -> dict[str, Any]:
        """What was learned under this name, or an empty dict."""

    def open_questions(self) -> Sequence[OpenQuestion]:
        """Those that have no answer yet."""

    def planning(self) -> AbstractContextManager[Planning]: ...


def write_digest(store: PlanningStore, policy: Policy, now: datetime) -> int:
    """How many letters were written. Those of days before that have not left for want of a server are not sent beside them."""
    if not is_due(policy, now, store.fact(DIGEST_FACT).get("day", "")):
        return 0
    with store.planning() as planning:
        if not is_due(policy, now, planning.fact(DIGEST_FACT).get("day", "")):
            return 0
        planning.drop_waiting(DIGEST, now)
        last = planning.fact(DIGEST_FACT).get("at")
        # A desk that has none behind it, or did not note when it was, begins with the last day: not with all that was ever set aside.
        agenda = planning.agenda(datetime.fromisoformat(last) if last else now - FIRST_LOOK_BACK)
        written = sum(planning.queue(letter, now) for letter in digest_letters(policy, agenda, now))
        planning.learn(DIGEST_FACT, {"day": policy.calendar.local(now).date().isoformat(), "at": now.isoformat()}, now)
    log.info("digest: %d letters", written)
    return written


def write_reminders(store: PlanningStore, policy: Policy, now: datetime) -> int:
    """Reminds colleagues of the statements that they were asked for, and notifies the desk of those that did not come: each once."""
    if not is_time(policy, now) or not any(_is_due(policy, question, now) for question in store.open_questions()):
        return 0
    with store.planning() as planning:
        written = sum(_write(planning, policy, question, now) for question in planning.open_questions())
    log.info("reminders: %d letters", written)
    return written


def _is_due(policy: Policy, question: OpenQuestion, now: datetime) -> bool:
    return shall_remind(policy, question, now) or shall_tell(policy, question, now)


def _write(planning: Planning, policy: Policy, question: OpenQuestion, now: datetime) -> int:
    written = 0
    if shall_remind(policy, question, now):
        written += planning.queue(reminder(policy, question, now), now)
        planning.mark_reminded(question.row, now)
    if shall_tell(policy, question, now):
        written += sum(planning.queue(letter, now) for letter in overdue_letters(policy, question, now))
        planning.mark_told(question.row, now)
    return written


JOBS = (write_digest, write_reminders)  # each on its own: trouble with one holds up nothing of the other
