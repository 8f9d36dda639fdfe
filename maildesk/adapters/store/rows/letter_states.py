# SPDX-FileCopyrightText: 2026 The maildesk authors
# SPDX-License-Identifier: EUPL-1.2
"""The one home of a letter's state: where a letter can be, and every step from there to another place.

| `state` | what it means | steps that lead on |
|---|---|---|
| `held` | waits for a word of its author | release, drop, retry |
| `queued` | waits for its time; with `waits_for`, for a mail to be filed | mark_sending, defer, hurry, drop_waiting, hold, withdraw |
| `sending` | durable before MAIL FROM | mark_dot, requeue_interrupted, defer |
| `dot` | durable before the final dot; its copy is awaited (`doubt_since`), or a person must decide | mark_sent, settle_doubts, retry |
| `sent` | the server took it, or its copy shows that it left (`proven_at`) | note_report |
| `failed` | refused, given up, or it came back | retry |

`doubt_since` of a queued letter: since when it is in doubt whether the mail that it waits for was ours to answer. `unwritten`: the last try
made no mail of a queued letter. `report`: what mail servers said of a letter, the gravest; a proved failure makes it `failed`. A copy
(`confirm`) ends every doubt, whatever the state.
"""

from __future__ import annotations

from collections.abc import Collection
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import ColumnElement, Connection, and_, delete, func, insert, or_, select, update

from maildesk.adapters.store.rows.cases import Cases
from maildesk.adapters.store.rows.facts import Facts
from maildesk.adapters.store.rows.history import add_events
from maildesk.adapters.store.rows.ledger import pieces
from maildesk.adapters.store.rows.letters import as_letter, as_row
from maildesk.adapters.store.rows.messages import Messages
from maildesk.adapters.store.rows.restored import Restored
from maildesk.adapters.store.tables import cases, ledger, letters
from maildesk.core.case.case import CaseEvent, Direction, Role
from maildesk.core.decision.decision import Decision, Folder, Outcome
from maildesk.core.letters.letter import (
    ACKNOWLEDGEMENT,
    ANSWER,
    CONTESTED,
    CONTESTED_LONGER,
    GRAVITY,
    INSIDE_THE_HOUSE,
    LATE_AFTER,
    Due,
    Letter,
    LetterReport,
    LetterState,
    QueuedLetter,
)
from maildesk.core.mail.classify import Automatic, Verdict
from maildesk.core.mail.message import Message
from maildesk.octets import RawMessage

ERROR_CHARS_MAX = 500
FAILED_WITHIN = timedelta(days=7)
SENT_AGAIN = "sent_again"  # the fact that names the letters that left twice perhaps
MAY_HAVE_LEFT = "the database was restored: it may have left since the backup"
_OWN_LETTER = Decision(
    Outcome.ALREADY_KNOWN,
    Folder.SENT,
    Verdict(Automatic.OWN),
    direction=Direction.OUT,
    role=Role.DESK,
    evidence=("our own letter",),
)

# --- conditions by which others ask ---

_ANEW: dict[str, Any] = {
    "doubt_since": None, "error": "", "sent_at": None, "report": "", "report_proved": False, "reported_at": None, "unwritten": False,
}  # fmt: skip
IS_HELD = letters.c.state == LetterState.HELD
IS_UNTRIED = and_(letters.c.state == LetterState.QUEUED, letters.c.attempts == 0)
WAITS = letters.c.state.in_((LetterState.QUEUED, LetterState.SENDING))
ON_ITS_WAY = letters.c.state.in_((LetterState.QUEUED, LetterState.SENDING, LetterState.DOT))
IS_UNWRITTEN = and_(letters.c.state == LetterState.QUEUED, letters.c.unwritten)
IS_UNDECIDED = and_(letters.c.state == LetterState.DOT, letters.c.doubt_since.is_(None))
COUNTS_AS_GIVEN = letters.c.state.not_in((LetterState.HELD, LetterState.FAILED))


def is_due(due: Due) -> ColumnElement[bool]:
    time_has_come = or_(letters.c.next_attempt_at <= due.now, letters.c.next_attempt_at > due.never_later)
    may_leave = or_(letters.c.waits_for == "", letters.c.doubt_since.is_(None))
    if due.proved_before:
        may_leave = or_(may_leave, letters.c.doubt_since <= due.proved_before)
    return and_(letters.c.state == LetterState.QUEUED, time_has_come, may_leave)


def failed_lately(now: datetime) -> ColumnElement[bool]:
    """Of a letter that came back staff were notified; it is no fault of the desk."""
    return and_(letters.c.state == LetterState.FAILED, letters.c.next_attempt_at > now - FAILED_WITHIN, letters.c.report == "")


class LetterStates:
    """Works in the transaction of `connection`. The port of `jobs.ports.OutboxStore` says what the steps of a sending promise."""

    def __init__(self, connection: Connection, facts: Facts, messages: Messages, cases: Cases, restored: Restored) -> None:
        self._connection = connection
        self._facts = facts
        self._messages = messages
        self._cases = cases
        self._restored = restored

    def _change(self, *which: ColumnElement[bool], **values: Any) -> int:
        """How many letters were changed."""
        return int(self._connection.execute(update(letters).where(*which).values(**values)).rowcount)

    def due(self, due: Due, count_max: int) -> tuple[QueuedLetter, ...]:
        query = (
            select(letters, cases.c.number)
            .join(cases, cases.c.id == letters.c.case_id, isouter=True)
            .where(is_due(due))
            .order_by(letters.c.next_attempt_at, letters.c.id)
            .limit(count_max)
        )
        return tuple(as_letter(row) for row in self._connection.execute(query))

    def waiting(self, template: str) -> int:
        """How many letters by this template have not left yet."""
        return self._connection.execute(select(func.count()).where(ON_ITS_WAY, letters.c.template == template)).scalar() or 0

    # --- into the outbox, and out of it again ---

    def queue(self, letter: Letter, case_id: int | None, now: datetime, *, doubtful: bool = False, waits_for: str = "") -> None:
        """Puts a letter into the outbox. The same cause makes the same letter id: a second one is refused by the database.

        After a restore: one that left after the backup is noted as sent. A `doubtful` one waits until its copy comes back, or stays away.
        `waits_for`: the digest of a mail that must be filed before, or empty.
        """
        state = {
            "state": LetterState.HELD if letter.held else LetterState.DOT if doubtful else LetterState.QUEUED,
            "doubt_since": now if (doubtful or waits_for) and not letter.held else None,
            "waits_for": "" if letter.held else waits_for,
            "attempts": 0,
            "next_attempt_at": letter.not_before or now,
            "copy_expected": False,
            "unwritten": False,
            "report": "",
            "report_proved": False,
            "error": MAY_HAVE_LEFT if doubtful else "",
        }
        self._connection.execute(insert(letters).values(**as_row(letter, case_id, now), **state))
        if not letter.held:
            self._left_before(letter.letter_id, case_id, letter.in_reply_to if letter.automatic else "")

    def queue_once(self, letter: Letter, case_id: int | None, now: datetime) -> bool:
        """Puts a letter into the outbox; False if it is there already, as after a clock that jumped back."""
        if self._connection.execute(select(letters.c.id).where(letters.c.letter_id == letter.letter_id)).first():
            return False
        self.queue(letter, case_id, now)
        return True

    def drop_waiting(self, template: str, now: datetime) -> None:
        """Letters by this template that are to be tried again later leave no more: newer ones say it all. One that is due now may be on
        its way at this moment, and is let go."""
        waiting = (letters.c.template == template, letters.c.state == LetterState.QUEUED, letters.c.next_attempt_at > now)
        self._connection.execute(delete(letters).where(*waiting))

    def release(self, letter_ids: Collection[str], case_id: int, now: datetime, waits_for: str) -> None:
        """Held letters leave by the outbox."""
        if not letter_ids:
            return
        doubt = {"waits_for": waits_for, "doubt_since": now} if waits_for else {}
        left = self._restored.left_after_backup(letter_ids)
        named = letters.c.letter_id.in_(frozenset(letter_ids) - left)
        self._change(IS_HELD, named, state=LetterState.QUEUED, next_attempt_at=now, **doubt)
        for letter_id in left:
            self._left_before(letter_id, case_id)

    def drop(self, letter_ids: Collection[str]) -> None:
        """Held letters are deleted. Their words stay in the colleague's mail; a failed letter would turn the status red for no trouble."""
        if letter_ids:
            self._connection.execute(delete(letters).where(IS_HELD, letters.c.letter_id.in_(letter_ids)))

    def hold(self, letter_ids: Collection[str]) -> None:
        """Letters that were not tried yet wait for a word of their author."""
        if letter_ids:
            named = letters.c.letter_id.in_(letter_ids)
            self._change(IS_UNTRIED, named, state=LetterState.HELD, waits_for="", doubt_since=None)

    def withdraw(self, letter_ids: Collection[str]) -> None:
        """Letters that were not tried yet are deleted, so that they can be written again."""
        if letter_ids:
            self._connection.execute(delete(letters).where(IS_UNTRIED, letters.c.letter_id.in_(letter_ids)))

    # --- a letter waits for the filing of its mail ---

    def any_waits_for_filing(self) -> bool:
        return self._connection.execute(select(letters.c.id).where(letters.c.waits_for != "").limit(1)).first() is not None

    def note_filed(self, folder: str, uid_validity: int, filed: Collection[int], contested: Collection[int], now: datetime) -> None:
        later = {"doubt_since": now + CONTESTED_LONGER, "error": CONTESTED}
        changes: tuple[tuple[Collection[int], dict[str, Any]], ...] = ((filed, {"waits_for": "", "doubt_since": None}), (contested, later))
        for uids, values in changes:
            for some in pieces(uids):
                place = (ledger.c.folder == folder, ledger.c.uid_validity == uid_validity, ledger.c.uid.in_(some))
                named = letters.c.waits_for.in_(select(ledger.c.digest).where(*place))
                self._change(letters.c.waits_for != "", letters.c.state == LetterState.QUEUED, named, **values)

    # --- a letter is sent ---

    def mark_sending(self, row: int, subject: str, now: datetime) -> bool:
        tried = {"subject": subject, "attempts": letters.c.attempts + 1, "next_attempt_at": now, "waits_for": "", "doubt_since": None}
        return self._step(row, LetterState.QUEUED, state=LetterState.SENDING, **tried)

    def mark_dot(self, row: int, now: datetime) -> bool:
        return self._step(row, LetterState.SENDING, state=LetterState.DOT, doubt_since=now)

    def _step(self, row: int, before: LetterState, **values: Any) -> bool:
        """One step of a sending; False if the letter no longer is where we left it."""
        return bool(self._change(letters.c.id == row, letters.c.state == before, **values))

    def mark_sent(self, row: int, raw: RawMessage, message: Message, now: datetime, *, copy_expected: bool) -> None:
        values = {"sent_at": now, "doubt_since": None, "copy_expected": copy_expected, "error": ""}
        self._change(letters.c.id == row, state=LetterState.SENT, **values)
        self._keep_sent(row, raw, message, now)

    def _keep_sent(self, row: int, raw: RawMessage, message: Message, now: datetime) -> None:
        """Keeps the letter as it was sent among the messages of its case, with the time at which the server took it.

        What stays in the office carries what the case has already: it is not kept again for each colleague.
        """
        columns = (letters.c.case_id, letters.c.template, letters.c.sent_message_id, letters.c.created_at)
        sent = self._connection.execute(select(*columns).where(letters.c.id == row)).one()
        if sent.case_id is None or sent.sent_message_id is not None or sent.template in INSIDE_THE_HOUSE:
            return
        message_row = self._messages.keep(raw, message, _OWN_LETTER, sent.case_id)
        self._change(letters.c.id == row, sent_message_id=message_row)
        late = f", {(now - sent.created_at) // timedelta(hours=1)} hours late" if now - sent.created_at > LATE_AFTER else ""
        self._note_left(row, sent.case_id, sent.template, f"the mail server took it{late}", now)

    def mark_deferred(self, row: int, error: str, next_attempt_at: datetime, *, unwritten: bool = False) -> None:
        queued = {"error": error[:ERROR_CHARS_MAX], "next_attempt_at": next_attempt_at, "doubt_since": None, "unwritten": unwritten}
        self._change(letters.c.id == row, letters.c.state != LetterState.SENT, state=LetterState.QUEUED, **queued)

    def defer_due(self, due: Due, error: str, next_attempt_at: datetime) -> int:
        return self._change(is_due(due), error=error[:ERROR_CHARS_MAX], next_attempt_at=next_attempt_at, unwritten=False)

    def hurry(self, now: datetime) -> int:
        was_put_off = or_(letters.c.attempts > 0, letters.c.error != "")  # and does not wait for its first try
        return self._change(letters.c.state == LetterState.QUEUED, was_put_off, letters.c.next_attempt_at > now, next_attempt_at=now)

    def mark_failed(self, row: int, error: str, now: datetime) -> None:
        values = {"error": error[:ERROR_CHARS_MAX], "next_attempt_at": now, "doubt_since": None}
        self._change(letters.c.id == row, state=LetterState.FAILED, **values)
        failed = self._connection.execute(select(letters.c.case_id, letters.c.template).where(letters.c.id == row)).one()
        if failed.case_id is not None:
            event = CaseEvent("letter-failed", f"{failed.template}: {error[:200]}")
            add_events(self._connection, failed.case_id, (event,), now)

    def requeue_interrupted(self, now: datetime) -> int:
        return self._change(letters.c.state == LetterState.SENDING, state=LetterState.QUEUED, next_attempt_at=now)

    def retry_unwritten(self, now: datetime) -> int:
        """The templates were read again, and may be right now: what waits for that goes at once."""
        return self._change(IS_UNWRITTEN, next_attempt_at=now)

    def retry(self, row: int, now: datetime) -> bool:
        """A person says: send it again, whatever came back. False if there is no such letter that waits, failed or is in doubt."""
        waiting = letters.c.state.in_((LetterState.QUEUED, LetterState.FAILED, LetterState.DOT, LetterState.HELD))
        return bool(self._change(letters.c.id == row, waiting, state=LetterState.QUEUED, next_attempt_at=now, waits_for="", **_ANEW))

    def retry_all(self, now: datetime) -> int:
        """The same for all that wait for their time, and all that failed lately. What is in doubt, held, or waits for its mail to be filed
        stays: each of these needs a word of its own."""
        failed = self._change(failed_lately(now), state=LetterState.QUEUED, next_attempt_at=now, **_ANEW)
        waiting = (letters.c.state == LetterState.QUEUED, letters.c.waits_for == "", letters.c.next_attempt_at > now)
        return failed + self._change(*waiting, next_attempt_at=now)

    # --- a letter is in doubt ---

    def mark_in_doubt(self, row: int, error: str, *, copy_expected: bool) -> None:
        values = {"error": error[:ERROR_CHARS_MAX], **({} if copy_expected else {"doubt_since": None})}
        # The copy may have come while we waited for the answer.
        self._change(letters.c.id == row, letters.c.state == LetterState.DOT, **values)

    def settle_doubts(self, in_doubt_before: datetime, now: datetime) -> int:
        """A letter in doubt whose copy did not come back was probably not taken: again, under the same Message-ID, but only once.

        If that ends in doubt as well, perhaps each one arrives and the copies get lost: then it waits for a person.
        """
        in_doubt = (letters.c.state == LetterState.DOT, letters.c.doubt_since <= in_doubt_before)
        found = self._connection.execute(select(letters.c.id).where(*in_doubt)).scalars().all()
        if not found:
            return 0
        before = self._sent_again()
        first, second = [row for row in found if row not in before], [row for row in found if row in before]
        again = {"next_attempt_at": now, "doubt_since": None, "error": "in doubt, and no copy came back"}
        self._change(letters.c.id.in_(first), state=LetterState.QUEUED, **again)
        self._change(letters.c.id.in_(second), doubt_since=None, error="in doubt again, and no copy came back")
        self._facts.learn(SENT_AGAIN, {"rows": sorted({*before, *first})}, now)
        return len(first)

    def _sent_again(self) -> set[int]:
        """The letters that left twice perhaps, and have not come to an end."""
        noted = self._facts.get(SENT_AGAIN).get("rows", ())
        return set(self._connection.execute(select(letters.c.id).where(letters.c.id.in_(noted), ON_ITS_WAY)).scalars())

    def doubt_what_waits(self, now: datetime) -> int:
        """Letters that waited when a backup was made may have left since: their copies show that, or the absence of copies; how many."""
        return self._change(WAITS, state=LetterState.DOT, doubt_since=now, error=MAY_HAVE_LEFT)

    # --- its copy shows that a letter left ---

    def confirm(self, letter_id: str, decision: Decision, raw: RawMessage, message: Message, now: datetime) -> None:
        """The copy proves that the letter left, also where the answer after the dot was never read."""
        by_id = letters.c.letter_id == letter_id
        row = self._connection.execute(
            select(
                letters.c.id, letters.c.case_id, letters.c.sent_at, letters.c.sent_message_id, letters.c.template, letters.c.report,
                letters.c.state, letters.c.attempts,
            ).where(by_id)
        ).one()  # fmt: skip
        if row.state == LetterState.HELD:
            # Released after the backup that was restored: the colleague's word for it comes again, and then it has left.
            message_row = self._messages.keep(raw, message, decision, row.case_id)
            self._restored.note_lost(letter_id, message, message_row, now)
            return
        if row.state == LetterState.QUEUED and row.attempts == 0:
            self._restored.note_another_desk(raw.internal_date, now)
        values: dict[str, Any] = {"proven_at": now, "error": "", "message_id": message.message_id}
        belongs = row.case_id is not None and row.template not in INSIDE_THE_HOUSE
        if row.sent_at is None and row.report != "failed":
            values |= {"state": LetterState.SENT, "sent_at": now, "doubt_since": None}
            if belongs:
                self._note_left(row.id, row.case_id, row.template, "its copy came back to our mailbox", now)
        if row.sent_message_id is None and belongs:
            values["sent_message_id"] = self._messages.keep(raw, message, decision, row.case_id)
        self._change(by_id, **values)

    def _left_before(self, letter_id: str, case_id: int | None, answers: str = "") -> None:
        """If the letter left before the restore: when its copy says, and the copy is what was sent.

        `answers`: the mail that an automatic letter answers; any that did so is that letter.
        """
        by_id = letters.c.letter_id == letter_id
        copy = self._restored.letter(letter_id)
        if copy is None and answers:
            recipient = self._connection.execute(select(letters.c.recipient_key).where(by_id)).scalar_one()
            copy = self._restored.answer(answers, recipient)
        if copy is None or self._is_taken(copy.message_id, letter_id):
            return
        at, letter = copy.received_at, self._connection.execute(select(letters.c.id, letters.c.template).where(by_id)).one()
        values: dict[str, Any] = {
            "created_at": at, "sent_at": at, "proven_at": at, "doubt_since": None, "error": "", "subject": copy.subject,
            "message_id": copy.message_id,
        }  # fmt: skip
        if case_id is not None and letter.template not in INSIDE_THE_HOUSE:
            self._messages.claim(copy.id, case_id)
            values["sent_message_id"] = copy.id
            self._note_left(letter.id, case_id, letter.template, "it left before the restore, its copy came back", at)
        self._change(by_id, state=LetterState.SENT, **values)

    def _is_taken(self, message_id: str, letter_id: str) -> bool:
        """Whether another letter is known to be that one."""
        others = select(letters.c.id).where(letters.c.message_id == message_id, letters.c.letter_id != letter_id)
        return self._connection.execute(others).first() is not None

    def _note_left(self, row: int, case_id: int, template: str, how: str, now: datetime) -> None:
        """What the case has of a letter that left, which is in this row."""
        add_events(self._connection, case_id, (CaseEvent("letter-sent", f"{template}: {how}"),), now)
        if template == ANSWER:
            self._cases.note_answered(case_id, row, now)
        if template == ACKNOWLEDGEMENT:
            self._cases.note_acknowledged(case_id, now)

    # --- mail servers report of a letter ---

    def note_report(self, report: LetterReport, now: datetime) -> None:
        """What a mail server says of a letter; the gravest counts, and the proved. One that came back has failed, if that is proved."""
        by_id = letters.c.letter_id == report.letter_id
        before = self._connection.execute(select(letters.c.report, letters.c.report_proved).where(by_id)).one()
        if (GRAVITY[report.action], report.proved) <= (GRAVITY[before.report], before.report_proved):
            return
        values: dict[str, Any] = {"report": report.action, "report_proved": report.proved, "reported_at": now}
        if report.action == "failed" and report.proved:
            error = f"came back {report.status}".rstrip()
            values |= {"state": LetterState.FAILED, "error": error, "next_attempt_at": now, "doubt_since": None}
        self._change(by_id, **values)
