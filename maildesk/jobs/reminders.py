# SPDX-FileCopyrightText: 2026 The maildesk authors
# SPDX-License-Identifier: EUPL-1.2
"""Reminds colleagues of the statements that they were asked for, and tells the desk of those that did not come: each once."""

from __future__ import annotations

import logging
from collections.abc import Sequence
from contextlib import AbstractContextManager
from datetime import datetime
from typing import Protocol

from maildesk.core.agenda.agenda import OpenQuestion
from maildesk.core.agenda.statements import is_time, overdue_letters, reminder, shall_remind, shall_tell
from maildesk.core.letters.letter import Letter
from maildesk.core.office.policy import Policy

log = logging.getLogger(__name__)


class Planning(Protocol):
    """One write transaction: a letter and its mark are written together."""

    def open_questions(self) -> Sequence[OpenQuestion]: ...

    def queue(self, letter: Letter, now: datetime) -> bool:
        """Puts a letter into the outbox; False if it is there already."""

    def mark_reminded(self, row: int, now: datetime) -> None: ...

    def mark_told(self, row: int, now: datetime) -> None: ...


class QuestionStore(Protocol):
    """The database, as the reminders need it."""

    def open_questions(self) -> Sequence[OpenQuestion]:
        """Those that have no answer yet."""

    def planning(self) -> AbstractContextManager[Planning]: ...


def run_once(store: QuestionStore, policy: Policy, now: datetime) -> int:
    """How many letters were written."""
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
