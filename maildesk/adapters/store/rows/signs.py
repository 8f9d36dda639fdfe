# SPDX-FileCopyrightText: 2026 The maildesk authors
# SPDX-License-Identifier: EUPL-1.2
"""How the letters fare, for those who watch the mail path: read every minute, so by an index and only of the last days."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import Connection, func, select

from maildesk.adapters.store.rows.letter_states import IS_UNDECIDED, IS_UNWRITTEN, WAITS
from maildesk.adapters.store.tables import cases, letters
from maildesk.core.case.case import Status
from maildesk.core.health import COPY_WITHIN, LATE_AFTER, Signs
from maildesk.core.letters.letter import ACKNOWLEDGEMENT, ALARM, LetterState

LOOK_BACK = timedelta(days=8)
COPIES_OF = timedelta(days=1)


def read_signs(connection: Connection, last_whole_pass: datetime | None, now: datetime) -> Signs:
    """`last_whole_pass`: copies that were in the mailbox then are known."""
    lately = letters.c.created_at > now - LOOK_BACK
    late, since = _number_and_oldest(connection, letters.c.created_at, WAITS, letters.c.created_at < now - LATE_AFTER)
    missing = (
        lately,
        letters.c.state == LetterState.SENT,
        letters.c.copy_expected,
        letters.c.proven_at.is_(None),
        letters.c.sent_at > now - COPIES_OF,
        letters.c.sent_at < (last_whole_pass or now - COPIES_OF) - COPY_WITHIN,
    )
    copies, missing_since = _number_and_oldest(connection, letters.c.sent_at, *missing)
    failed_alarms = (lately, letters.c.state == LetterState.FAILED, letters.c.template == ALARM, letters.c.report == "")
    return Signs(
        late=late,
        waiting_since=since,
        last_sent=connection.execute(select(func.max(letters.c.sent_at)).where(lately)).scalar(),
        copies_missing=copies,
        copies_missing_since=missing_since,
        last_copy=connection.execute(select(func.max(letters.c.proven_at)).where(lately)).scalar(),
        unwritten=_number_and_oldest(connection, letters.c.created_at, IS_UNWRITTEN)[0],
        undecided=_number_and_oldest(connection, letters.c.created_at, IS_UNDECIDED)[0],
        failed_alarms=_number_and_oldest(
            connection, letters.c.created_at, *failed_alarms, letters.c.next_attempt_at > now - timedelta(days=7)
        )[0],
        unacknowledged=_unacknowledged(connection),
    )


def _unacknowledged(connection: Connection) -> tuple[datetime, ...]:
    """When acknowledgements were written that have not left, as long as nobody answers or closes their cases."""
    not_left = (LetterState.QUEUED, LetterState.SENDING, LetterState.FAILED, LetterState.HELD)
    theirs = (letters.c.state.in_(not_left), letters.c.template == ACKNOWLEDGEMENT, letters.c.sent_at.is_(None))
    open_ones = (cases.c.acknowledged_at.is_(None), cases.c.answered_at.is_(None), cases.c.status != Status.CLOSED)
    query = select(letters.c.created_at).join(cases, cases.c.id == letters.c.case_id).where(*theirs, *open_ones)
    return tuple(connection.execute(query).scalars())


def _number_and_oldest(connection: Connection, moment: Any, *conditions: Any) -> tuple[int, datetime | None]:
    number, oldest = connection.execute(select(func.count(), func.min(moment)).where(*conditions)).one()
    return int(number), oldest
