# SPDX-FileCopyrightText: 2026 The maildesk authors
# SPDX-License-Identifier: EUPL-1.2
"""The rows of letters: put into the outbox, seen to leave, proved by their copies, reported by mail servers."""

from __future__ import annotations

from dataclasses import asdict
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import insert, select, update

from maildesk.adapters.store.rows.look_up import Knowing
from maildesk.adapters.store.tables import cases, letters
from maildesk.core.case.case import CaseEvent, Status
from maildesk.core.decision.decision import Decision
from maildesk.core.letters.letter import ACKNOWLEDGEMENT, ANSWER, GRAVITY, INSIDE_THE_HOUSE, LATE_AFTER, Letter, LetterReport, LetterState
from maildesk.core.mail.message import Address, Message
from maildesk.octets import RawMessage


class LetterRows(Knowing):
    """Everything here happens in the one transaction of `connection`; the caller commits."""

    def keep_message(self, raw: RawMessage, message: Message, decision: Decision, case_id: int | None) -> int:
        raise NotImplementedError

    def add_events(self, case_id: int, happened: tuple[CaseEvent, ...], now: datetime) -> None:
        raise NotImplementedError

    def queue(self, letter: Letter, case_id: int | None, now: datetime, *, doubtful: bool = False, waits_for: str = "") -> None:
        """Puts a letter into the outbox. The same cause makes the same letter id: a second one is refused by the database.

        After a restore: one that left after the backup is noted as sent. A `doubtful` one waits until its copy comes back, or stays away.
        `waits_for`: the digest of a mail that must be filed before, or empty.
        """
        recipient = Address("", letter.recipient)
        self._connection.execute(
            insert(letters).values(
                letter_id=letter.letter_id,
                case_id=case_id,
                template=letter.template,
                subject="",
                language=letter.language,
                recipient=letter.recipient,
                recipient_key=recipient.key,
                recipient_domain=recipient.domain,
                message_id=letter.message_id,
                in_reply_to=letter.in_reply_to,
                referred=list(letter.references),
                reply_to=letter.reply_to,
                sender_name=letter.sender_name,
                enclosures=[asdict(enclosure) for enclosure in letter.enclosures],
                about=letter.about,
                author=letter.author,
                report="",
                report_proved=False,
                context=dict(letter.context),
                automatic=letter.automatic,
                state=LetterState.HELD if letter.held else LetterState.DOT if doubtful else LetterState.QUEUED,
                doubt_since=now if (doubtful or waits_for) and not letter.held else None,
                waits_for="" if letter.held else waits_for,
                attempts=0,
                created_at=letter.created_at or now,
                next_attempt_at=now,
                copy_expected=False,
                error="the database was restored: it may have left since the backup" if doubtful else "",
            )
        )  # fmt: skip
        if not letter.held:
            self.letter_left_before(letter.letter_id, case_id, letter.in_reply_to if letter.automatic else "")

    def letter_left_before(self, letter_id: str, case_id: int | None, answers: str = "") -> None:
        """If the letter left before the restore: when its copy says, and the copy is what was sent.

        `answers`: the mail that an automatic letter answers; any that did so is that letter.
        """
        copy = self.lost_letter(letter_id)
        if copy is None and answers:
            recipient = self._connection.execute(select(letters.c.recipient_key).where(letters.c.letter_id == letter_id)).scalar_one()
            copy = self.lost_answer(answers, recipient)
        if copy is None or self._is_taken(copy.message_id, letter_id):
            return
        by_id = letters.c.letter_id == letter_id
        at, template = copy.received_at, self._connection.execute(select(letters.c.template).where(by_id)).scalar_one()
        values: dict[str, Any] = {
            "state": LetterState.SENT, "created_at": at, "sent_at": at, "proven_at": at, "doubt_since": None, "error": "",
            "subject": copy.subject, "message_id": copy.message_id,
        }  # fmt: skip
        if case_id is not None and template not in INSIDE_THE_HOUSE:
            self.claim(copy.id, case_id)
            values["sent_message_id"] = copy.id
            self._letter_left(case_id, template, "it left before the restore, its copy came back", at)
        self._connection.execute(update(letters).where(by_id).values(**values))

    def _is_taken(self, message_id: str, letter_id: str) -> bool:
        """Whether another letter is known to be that one."""
        others = select(letters.c.id).where(letters.c.message_id == message_id, letters.c.letter_id != letter_id)
        return self._connection.execute(others).first() is not None

    def confirm_letter(self, letter_id: str, decision: Decision, raw: RawMessage, message: Message, now: datetime) -> None:
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
            self.note_lost(letter_id, message, self.keep_message(raw, message, decision, row.case_id), now)
            return
        if row.state == LetterState.QUEUED and row.attempts == 0:
            self.note_another_desk(raw.internal_date, now)
        values: dict[str, Any] = {"proven_at": now, "error": "", "message_id": message.message_id}
        belongs = row.case_id is not None and row.template not in INSIDE_THE_HOUSE
        if row.sent_at is None and row.report != "failed":
            values |= {"state": LetterState.SENT, "sent_at": now, "doubt_since": None}
            if belongs:
                self._letter_left(row.case_id, row.template, "its copy came back to our mailbox", now)
        if row.sent_message_id is None and belongs:
            values["sent_message_id"] = self.keep_message(raw, message, decision, row.case_id)
        self._connection.execute(update(letters).where(by_id).values(**values))

    def record_sent(self, letter_row: int, raw: RawMessage, message: Message, decision: Decision, now: datetime) -> None:
        """Keeps the letter as it was sent among the messages of its case, with the time at which the server took it.

        What stays in the house hands on what the case has already: it is not kept again for each colleague.
        """
        row = self._connection.execute(
            select(letters.c.case_id, letters.c.template, letters.c.sent_message_id, letters.c.created_at).where(letters.c.id == letter_row)
        ).one()
        if row.case_id is None or row.sent_message_id is not None or row.template in INSIDE_THE_HOUSE:
            return
        message_row = self.keep_message(raw, message, decision, row.case_id)
        self._connection.execute(update(letters).where(letters.c.id == letter_row).values(sent_message_id=message_row))
        late = f", {(now - row.created_at) // timedelta(hours=1)} hours late" if now - row.created_at > LATE_AFTER else ""
        self._letter_left(row.case_id, row.template, f"the mail server took it{late}", now)

    def record_failed(self, letter_row: int, error: str, now: datetime) -> None:
        row = self._connection.execute(select(letters.c.case_id, letters.c.template).where(letters.c.id == letter_row)).one()
        if row.case_id is not None:
            self.add_events(row.case_id, (CaseEvent("letter-failed", f"{row.template}: {error[:200]}"),), now)

    def _letter_left(self, case_id: int, template: str, how: str, now: datetime) -> None:
        self.add_events(case_id, (CaseEvent("letter-sent", f"{template}: {how}"),), now)
        if template == ANSWER:
            self._answered(case_id, now)
        if template == ACKNOWLEDGEMENT:
            unset = (cases.c.id == case_id, cases.c.acknowledged_at.is_(None))
            self._connection.execute(update(cases).where(*unset).values(acknowledged_at=now))

    def _answered(self, case_id: int, now: datetime) -> None:
        """The first answer stops the clock; an open case counts as answered."""
        by_id = cases.c.id == case_id
        self._connection.execute(update(cases).where(by_id, cases.c.answered_at.is_(None)).values(answered_at=now))
        self._connection.execute(update(cases).where(by_id, cases.c.status != Status.CLOSED).values(status=Status.ANSWERED))

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
        self._connection.execute(update(letters).where(by_id).values(**values))
