# SPDX-FileCopyrightText: 2026 The maildesk authors
# SPDX-License-Identifier: EUPL-1.2
"""After a restore: letters that left after the backup was made, and what the desk must know of them.

Their copies lie in our own mailbox. Each is set aside as a message of its own, and a fact names its row by the letter's id. The same mail
causes the same letter id, so when it is taken in again, the letter is found to have left, and it tells the number of the case.
"""

from __future__ import annotations

from collections.abc import Collection
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import Connection, Row, delete, insert, select, update

from maildesk.adapters.store.backup import RESTORED
from maildesk.adapters.store.tables import alarms, facts, letters, message_references, messages, number_series
from maildesk.core.case.case import Direction, Role, case_numbers_in
from maildesk.core.health import ANOTHER_DESK
from maildesk.core.letters.alarms import ALARMS, alarm_told
from maildesk.core.letters.keyed_ids import parse_keyed_id
from maildesk.core.letters.letter import LetterState
from maildesk.core.mail.message import Message, address_key

FACT = "lost_letters"
JUST_NOW = timedelta(hours=1)
SERVER_SECOND = timedelta(seconds=1)  # INTERNALDATE has whole seconds: the mail arrived then, or a little later


class RestoredRows:
    """Works in the transaction of `connection`."""

    _connection: Connection
    _prefix: str

    def _lost(self) -> dict[str, tuple[int, bool]]:
        """The rows of the messages that are such letters, and whether they are automatic, by the ids of the letters."""
        found: dict[str, tuple[int, bool]] | None = self._connection.execute(select(facts.c.value).where(facts.c.name == FACT)).scalar()
        return found or {}

    def note_lost(self, letter_id: str, message: Message, message_row: int, now: datetime) -> None:
        """The number that the letter names is never given out again."""
        left_at: datetime = self._connection.execute(select(messages.c.received_at).where(messages.c.id == message_row)).scalar_one()
        self.note_another_desk(left_at, now)
        lost = {**self._lost(), letter_id: (message_row, message.has("auto-submitted"))}
        done = self._connection.execute(update(facts).where(facts.c.name == FACT).values(value=lost, at=now))
        if not done.rowcount:
            self._connection.execute(insert(facts).values(name=FACT, value=lost, at=now))
        number = self._number_named(message_row)
        if not number:
            self._note_told(message_row, message)
        else:
            _prefix, year, sequence = number.rsplit("-", 2)
            self.count_up(int(year), int(sequence))

    def note_another_desk(self, left_at: datetime, now: datetime) -> None:
        """A letter under our key left just now, and we did not send it. After a restore that is as it should be."""
        restored = self._connection.execute(select(facts.c.value).where(facts.c.name == RESTORED)).scalar()
        if now - left_at > JUST_NOW or (restored and not restored.get("done_at")):
            return
        self._connection.execute(delete(facts).where(facts.c.name == ANOTHER_DESK))
        self._connection.execute(insert(facts).values(name=ANOTHER_DESK, value={"seen_at": now.isoformat()}, at=now))

    def _note_told(self, message_row: int, message: Message) -> None:
        """The letter may be an alarm, or an all-clear: the same is then not told again."""
        row = self._connection.execute(select(messages).where(messages.c.id == message_row)).one()
        told = alarm_told(message)
        if told is None or not row.message_id.startswith(f"{ALARMS}."):
            return
        (name, is_over), told_at = told, row.received_at + SERVER_SECOND
        self._connection.execute(delete(alarms).where(alarms.c.name == name, alarms.c.told_at <= told_at))
        stands = self._connection.execute(select(alarms.c.name).where(alarms.c.name == name)).first()
        if not is_over and not stands:
            values = {"name": name, "detail": "", "since": row.received_at, "told_at": told_at}
            self._connection.execute(insert(alarms).values(**values))

    def lost_letter(self, letter_id: str) -> Row[Any] | None:
        """The message that the letter is, if it left after the backup."""
        lost = self._lost().get(letter_id)
        return self._connection.execute(select(messages).where(messages.c.id == lost[0])).first() if lost else None

    def lost_number(self, letter_ids: Collection[str], message_id: str, writer: str) -> str:
        """The case number that one of these letters named, or one that answered the mail with this id and writer; or empty."""
        lost = self._lost()
        answer = self.lost_answer(message_id, writer) if lost else None
        rows = [lost[letter_id][0] for letter_id in letter_ids if letter_id in lost] + ([answer.id] if answer else [])
        return next(filter(None, map(self._number_named, rows)), "")

    def lost_answer(self, message_id: str, writer: str) -> Row[Any] | None:
        """The automatic letter that answered that mail before the restore: it may have been another copy of the mail, with other octets."""
        automatic = {row for row, is_automatic in self._lost().values() if is_automatic}
        answers = select(message_references.c.message_row).where(message_references.c.identifier == message_id)
        ours = (messages.c.case_id.is_(None), messages.c.role == Role.DESK, messages.c.id.in_(answers))
        rows = self._connection.execute(select(messages).where(*ours).order_by(messages.c.received_at, messages.c.id)).all()
        to_writer = (row for row in rows if any(address_key(to["address"]) == writer for to in row.parsed["to"]))
        return next((row for row in to_writer if row.id in automatic and message_id in row.parsed["in_reply_to"]), None)

    def left_after_backup(self, letter_ids: Collection[str]) -> frozenset[str]:
        """Those of these letters that left after the backup."""
        return frozenset(letter_ids) & self._lost().keys()

    def _number_named(self, message_row: int) -> str:
        message_id = self._connection.execute(select(messages.c.message_id).where(messages.c.id == message_row)).scalar() or ""
        keyed = parse_keyed_id(message_id)
        return next(iter(case_numbers_in(keyed.case_number, self._prefix)), "") if keyed else ""

    def claim(self, message_row: int, case_id: int) -> None:
        """The letter belongs to a case after all, as if it had been kept there when it left."""
        values = {"case_id": case_id, "outcome": None, "direction": Direction.OUT, "role": Role.DESK}
        self._connection.execute(update(messages).where(messages.c.id == message_row, messages.c.case_id.is_(None)).values(**values))

    def count_up(self, year: int, sequence: int) -> None:
        """The last number given out in a year; it never goes back."""
        last = self._connection.execute(select(number_series.c.last).where(number_series.c.year == year)).scalar()
        if last is None:
            self._connection.execute(insert(number_series).values(year=year, last=sequence))
        elif sequence > last:
            self._connection.execute(update(number_series).where(number_series.c.year == year).values(last=sequence))


def doubt_what_waits(connection: Connection, now: datetime) -> int:
    """Letters that waited when the backup was made may have left since: their copies tell, or the absence of copies; how many."""
    waits = letters.c.state.in_((LetterState.QUEUED, LetterState.SENDING))
    doubt = {"state": LetterState.DOT, "doubt_since": now, "error": "the database was restored: it may have left since the backup"}
    return int(connection.execute(update(letters).where(waits).values(**doubt)).rowcount)
