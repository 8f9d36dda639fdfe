# SPDX-FileCopyrightText: 2026 The maildesk authors
# SPDX-License-Identifier: EUPL-1.2
"""After a restore: letters that left after the backup was made, and what the desk must know of them.

Their copies are in our own mailbox. Each is set aside as a message of its own, and a fact names its row by the letter's id. The same mail
causes the same letter id, so when it is taken in again, the letter is found to have left, and it gives the number of the case.
"""

from __future__ import annotations

from collections.abc import Collection
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import Connection, Row, select

from maildesk.adapters.store.backup import RESTORED
from maildesk.adapters.store.rows.alarms import Alarms
from maildesk.adapters.store.rows.cases import Cases
from maildesk.adapters.store.rows.facts import Facts
from maildesk.adapters.store.tables import message_references, messages
from maildesk.core.case.case import Role, case_numbers_in
from maildesk.core.health import ANOTHER_DESK
from maildesk.core.letters.alarms import ALARMS, alarm_told
from maildesk.core.letters.keyed_ids import parse_keyed_id
from maildesk.core.mail.message import Message, address_key

FACT = "lost_letters"
JUST_NOW = timedelta(hours=1)
SERVER_SECOND = timedelta(seconds=1)  # INTERNALDATE has whole seconds: the mail arrived then, or a little later


class Restored:
    """Works in the transaction of `connection`. `prefix` is that of the case numbers."""

    def __init__(self, connection: Connection, prefix: str, facts: Facts, alarms: Alarms, cases: Cases) -> None:
        self._connection = connection
        self._prefix = prefix
        self._facts = facts
        self._alarms = alarms
        self._cases = cases

    # --- what is learned from a copy ---

    def note_lost(self, letter_id: str, message: Message, message_row: int, now: datetime) -> None:
        """The number that the letter names is never given out again."""
        row = self._connection.execute(select(messages).where(messages.c.id == message_row)).one()
        self.note_another_desk(row.received_at, now)
        self._facts.learn(FACT, {**self._lost(), letter_id: (message_row, message.has("auto-submitted"))}, now)
        number = self._number_in(row.message_id)
        if number:
            self._cases.count_up(number)
        elif row.message_id.startswith(f"{ALARMS}."):
            self._note_alarm(message, row.received_at)

    def note_another_desk(self, left_at: datetime, now: datetime) -> None:
        """A letter under our key left just now, and we did not send it. After a restore that is as it should be."""
        restored = self._facts.get(RESTORED)
        if now - left_at > JUST_NOW or (restored and not restored.get("done_at")):
            return
        self._facts.learn(ANOTHER_DESK, {"seen_at": now.isoformat()}, now)

    def _note_alarm(self, message: Message, left_at: datetime) -> None:
        """The letter is an alarm, or an all-clear: the same is then not sent again. One of an older maildesk does not say which it is."""
        if told := alarm_told(message):
            name, is_over = told
            self._alarms.note_told(name, left_at, left_at + SERVER_SECOND, over=is_over)

    # --- what is asked ---

    def _lost(self) -> dict[str, tuple[int, bool]]:
        """The rows of the messages that are such letters, and whether they are automatic, by the ids of the letters."""
        return self._facts.get(FACT)

    def letter(self, letter_id: str) -> Row[Any] | None:
        """The message that the letter is, if it left after the backup."""
        lost = self._lost().get(letter_id)
        return self._connection.execute(select(messages).where(messages.c.id == lost[0])).first() if lost else None

    def answer(self, message_id: str, writer: str) -> Row[Any] | None:
        """The automatic letter that answered that mail before the restore: it may have been another copy of the mail, with other octets."""
        automatic = {row for row, is_automatic in self._lost().values() if is_automatic}
        answers = select(message_references.c.message_row).where(message_references.c.identifier == message_id)
        ours = (messages.c.case_id.is_(None), messages.c.role == Role.DESK, messages.c.id.in_(answers))
        rows = self._connection.execute(select(messages).where(*ours).order_by(messages.c.received_at, messages.c.id)).all()
        to_writer = (row for row in rows if any(address_key(to["address"]) == writer for to in row.parsed["to"]))
        return next((row for row in to_writer if row.id in automatic and message_id in row.parsed["in_reply_to"]), None)

    def number(self, letter_ids: Collection[str], message_id: str, writer: str) -> str:
        """The case number that one of these letters named, or one that answered the mail with this id and writer; or empty."""
        lost = self._lost()
        answer = self.answer(message_id, writer) if lost else None
        rows = [lost[letter_id][0] for letter_id in letter_ids if letter_id in lost] + ([answer.id] if answer else [])
        return next(filter(None, map(self._number_of, rows)), "")

    def left_after_backup(self, letter_ids: Collection[str]) -> frozenset[str]:
        """Those of these letters that left after the backup."""
        return frozenset(letter_ids) & self._lost().keys()

    def _number_of(self, message_row: int) -> str:
        return self._number_in(self._connection.execute(select(messages.c.message_id).where(messages.c.id == message_row)).scalar() or "")

    def _number_in(self, message_id: str) -> str:
        """The case number in a keyed id, or empty."""
        keyed = parse_keyed_id(message_id)
        return next(iter(case_numbers_in(keyed.case_number, self._prefix)), "") if keyed else ""
