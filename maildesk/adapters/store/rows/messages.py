# SPDX-FileCopyrightText: 2026 The maildesk authors
# SPDX-License-Identifier: EUPL-1.2
"""Messages: kept with their octets, their words for the search, and the ids that they name."""

from __future__ import annotations

from datetime import UTC
from typing import Any

from sqlalchemy import Connection, insert, select, update

from maildesk.adapters.store.engine import new_id
from maildesk.adapters.store.rows import octets as octet_rows
from maildesk.adapters.store.rows import search
from maildesk.adapters.store.rows.contacts import Contacts
from maildesk.adapters.store.tables import cases, message_references, messages
from maildesk.core.case.case import Direction, Role
from maildesk.core.decision.decision import Decision, Outcome
from maildesk.core.decision.message_object import message_object
from maildesk.core.decision.parts import Entered, Opened, followed_up, is_unverified
from maildesk.core.decision.questions import sent_at
from maildesk.core.mail.fingerprint import base_subject, text_digest, thread_index_root
from maildesk.core.mail.message import Message
from maildesk.core.threading.evidence import named_ids
from maildesk.octets import RawMessage

IN_COLUMNS = frozenset({"message_id", "subject", "text", "reply", "automatic", "acknowledge", "evidence"})


class Messages:
    """Works in the transaction of `connection`."""

    def __init__(self, connection: Connection, contacts: Contacts) -> None:
        self._connection = connection
        self._contacts = contacts

    def keep(self, raw: RawMessage, message: Message, decision: Decision, case_id: int | None) -> int:
        """Stores the message in the case (None: set aside). Returns its row."""
        outgoing = decision.direction is Direction.OUT
        contact_id = None if outgoing else self._writer(message, decision, case_id)
        message_row = new_id(
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
        self._keep_references(message_row, message)
        if is_unverified(decision.part) and case_id is not None and contact_id is not None:
            self._contacts.add_unverified(case_id, contact_id)
        return message_row

    def _writer(self, message: Message, decision: Decision, case_id: int | None) -> int:
        """The contact of the message. Who has no address is known by nothing but the case that is opened for him."""
        if not isinstance(decision.part, Opened | Entered) or message.originator.key:
            return self._contacts.of(message.originator)
        return int(self._connection.execute(select(cases.c.contact_id).where(cases.c.id == case_id)).scalar_one())

    def _keep_references(self, message_row: int, message: Message) -> None:
        rows = [{"message_row": message_row, "identifier": identifier} for identifier in named_ids(message)]
        if rows:
            self._connection.execute(insert(message_references), rows)

    def claim(self, message_row: int, case_id: int) -> None:
        """A letter of ours that was set aside belongs to a case after all, as if it had been kept there when it left."""
        values = {"case_id": case_id, "outcome": None, "direction": Direction.OUT, "role": Role.DESK}
        self._connection.execute(update(messages).where(messages.c.id == message_row, messages.c.case_id.is_(None)).values(**values))


def _shown_only(message: Message, decision: Decision) -> dict[str, Any]:
    """The message object without what has a column of its own."""
    part = decision.part
    whole = message_object(
        message,
        decision.verdict.automatic,
        acknowledge=bool(decision.letters),
        evidence=decision.evidence,
        proposal=part.proposal if isinstance(part, Opened) else followed_up(part).proposal,
    )
    return {**{key: value for key, value in whole.items() if key not in IN_COLUMNS}, "entered": isinstance(part, Entered)}
