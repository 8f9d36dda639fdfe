# SPDX-FileCopyrightText: 2026 The maildesk authors
# SPDX-License-Identifier: EUPL-1.2
"""What the commands show: the objects of docs/objects.md, read in one consistent transaction each."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from sqlalchemy import Connection, Engine, Row, func, select

from maildesk.adapters.store.engine import reading
from maildesk.adapters.store.rows import search
from maildesk.adapters.store.rows.history import detail_of
from maildesk.adapters.store.rows.letter_states import failed_lately
from maildesk.adapters.store.tables import case_links, cases, contacts, events, failures, letters, messages, quarantined, raws
from maildesk.core.case.case import Status
from maildesk.core.decision.message_object import JsonObject
from maildesk.core.letters.letter import LetterState

_SHOWN_STATES = {LetterState.DOT: "in-doubt"}


@dataclass(frozen=True, slots=True)
class CaseFilter:
    """What `maildesk cases` asks for; what is empty is not asked."""

    status: str = ""
    year: int = 0
    kind: str = ""
    channel: str = ""
    overdue_on: date | None = None
    words: str = ""


class Views:
    """Everything that is read and never written."""

    def __init__(self, engine: Engine) -> None:
        self._engine = engine

    def cases(self, wanted: CaseFilter) -> list[JsonObject]:
        with reading(self._engine) as connection:
            family = _Family(connection)
            rows = connection.execute(_cases_query().where(*_conditions(wanted)).order_by(cases.c.year, cases.c.sequence)).all()
            words = wanted.words.split()
            found = {family.whole(each) for each in _cases_with_words(connection, wanted.words)} if words else set()
            ids = _message_ids(connection, family)
            return [_case_object(row, ids[row.id]) for row in rows if not words or row.id in found]

    def case(self, number: str) -> JsonObject | None:
        """The detail of an event may be a `Said`: who shows it puts it into words."""
        with reading(self._engine) as connection:
            row = connection.execute(_cases_query().where(cases.c.number == number)).first()
            if row is None:
                return None
            parts = _Family(connection).parts(row.id)
            found = sorted(connection.execute(_messages_query().where(messages.c.case_id.in_(parts))), key=_by_time)
            history = connection.execute(select(events).where(events.c.case_id.in_(parts)).order_by(events.c.id)).all()
            outbox = connection.execute(_letters_query().where(letters.c.case_id.in_(parts)).order_by(letters.c.id)).all()
            return {
                **_case_object(row, [each.message_id for each in found if each.message_id]),
                "links": _links(connection, parts),
                "messages": [_message_object(each) for each in found],
                "letters": [_letter_object(each) for each in outbox],
                "events": [_event_object(each) for each in history],
            }

    def outbox(self) -> list[JsonObject]:
        """Letters that are not sent: waiting, failed, in doubt, held."""
        with reading(self._engine) as connection:
            query = _letters_query().where(letters.c.state != LetterState.SENT).order_by(letters.c.id)
            return [_letter_object(row) for row in connection.execute(query)]

    def aside(self) -> list[JsonObject]:
        with reading(self._engine) as connection:
            query = _messages_query().where(messages.c.case_id.is_(None)).order_by(messages.c.id)
            return [_message_object(row) for row in connection.execute(query)]

    def quarantine(self) -> list[JsonObject]:
        with reading(self._engine) as connection:
            query = select(quarantined, raws.c.size_bytes, raws.c.digest).join(raws, raws.c.id == quarantined.c.raw_id)
            rows = connection.execute(query.where(quarantined.c.released_at.is_(None)).order_by(quarantined.c.id))
            return [
                {
                    "id": row.id,
                    "received_at": _iso(row.received_at),
                    "quarantined_at": _iso(row.quarantined_at),
                    "size": row.size_bytes,
                    "sha256": row.digest,
                    "error": row.error,
                }
                for row in rows
            ]

    def counts(self, now: datetime) -> JsonObject:
        """How many letters are in which state, how many messages wait in quarantine or for another try."""
        with reading(self._engine) as connection:
            by_state = connection.execute(select(letters.c.state, func.count()).group_by(letters.c.state))
            states: dict[str, int] = {row[0]: row[1] for row in by_state}
            unproven = select(func.count()).where(
                letters.c.state == LetterState.SENT, letters.c.copy_expected, letters.c.proven_at.is_(None)
            )
            failed = select(func.count()).where(failed_lately(now))
            return {
                "failed_lately": _number(connection, failed),
                "outbox": {_SHOWN_STATES.get(state, state.value): states.get(state, 0) for state in LetterState},
                "unproven": _number(connection, unproven),
                "quarantine": _number(connection, select(func.count()).where(quarantined.c.released_at.is_(None))),
                "retrying": _number(connection, select(func.count()).select_from(failures)),
                "cases": _number(connection, select(func.count()).select_from(cases)),
                "set_aside": _number(connection, select(func.count()).where(messages.c.case_id.is_(None))),
            }


def _number(connection: Connection, query: Any) -> int:
    return int(connection.execute(query).scalar() or 0)


def _by_time(row: Row[Any]) -> tuple[datetime, int]:
    """Servers report the second in which a mail arrived; within it the order in which we recorded counts."""
    return row.received_at.replace(microsecond=0), row.id


def _iso(moment: datetime | None) -> str | None:
    return moment.isoformat() if moment else None


def _conditions(wanted: CaseFilter) -> Iterable[Any]:
    for column, value in ((cases.c.status, wanted.status), (cases.c.kind, wanted.kind), (cases.c.channel, wanted.channel)):
        if value:
            yield column == value
    if wanted.year:
        yield cases.c.year == wanted.year
    if wanted.overdue_on:
        yield cases.c.due_on < wanted.overdue_on
        yield cases.c.status.not_in((Status.ANSWERED, Status.CLOSED))


def _cases_with_words(connection: Connection, words: str) -> frozenset[int]:
    found = search.find(connection, words)
    query = select(messages.c.id, messages.c.case_id).where(messages.c.case_id.is_not(None))
    return frozenset(row.case_id for row in connection.execute(query) if row.id in found)


class _Family:
    """Which cases have become part of which. A whole case shows what came to its parts; a part shows its own."""

    def __init__(self, connection: Connection) -> None:
        merged = select(cases.c.id, cases.c.merged_into_id).where(cases.c.merged_into_id.is_not(None))
        self._into: dict[int, int] = {row.id: row.merged_into_id for row in connection.execute(merged)}

    def whole(self, case_id: int) -> int:
        while case_id in self._into:
            case_id = self._into[case_id]
        return case_id

    def parts(self, case_id: int) -> tuple[int, ...]:
        """The case itself and, of a whole case, all that have become part of it."""
        return (case_id, *(part for part in self._into if self.whole(part) == case_id))


def _links(connection: Connection, parts: tuple[int, ...]) -> list[JsonObject]:
    query = select(case_links.c.kind, cases.c.number).join(cases, cases.c.id == case_links.c.other_id)
    rows = connection.execute(query.where(case_links.c.case_id.in_(parts)).order_by(cases.c.id, case_links.c.kind))
    return [{"kind": row.kind, "number": row.number} for row in rows]


def _message_ids(connection: Connection, family: _Family) -> dict[int, list[str]]:
    ids: dict[int, list[str]] = defaultdict(list)
    query = select(messages.c.case_id, messages.c.message_id).where(messages.c.case_id.is_not(None), messages.c.message_id != "")
    for row in connection.execute(query.order_by(messages.c.id)):
        ids[family.whole(row.case_id)].append(row.message_id)
    return ids


def _messages_query() -> Any:
    query = select(messages, raws.c.size_bytes, raws.c.digest)
    return query.join(raws, raws.c.id == messages.c.raw_id)


def _cases_query() -> Any:
    target = cases.alias("target")
    return (
        select(cases, contacts.c.addr_spec, contacts.c.display_name, target.c.number.label("merged_into"))
        .join(contacts, contacts.c.id == cases.c.contact_id, isouter=True)
        .join(target, target.c.id == cases.c.merged_into_id, isouter=True)
    )


def _letters_query() -> Any:
    return select(letters, cases.c.number).join(cases, cases.c.id == letters.c.case_id, isouter=True)


def _case_object(row: Row[Any], message_ids: list[str]) -> JsonObject:
    return {
        "number": row.number,
        "status": row.status,
        "channel": row.channel,
        "kind": row.kind,
        "kind_confirmed": row.kind_confirmed,
        "topics": row.topics,
        "urgency": row.urgency,
        "flags": row.flags,
        "language": row.language,
        "correspondent": {"name": row.display_name or "", "address": row.addr_spec or ""},
        "subject": row.subject,
        "opened_at": _iso(row.opened_at),
        "due_at": row.due_on.isoformat() if row.due_on else None,
        "acknowledged_at": _iso(row.acknowledged_at),
        "answered_at": _iso(row.answered_at),
        "closed_at": _iso(row.closed_at),
        "assignee": row.assignee,
        "merged_into": row.merged_into,
        "message_ids": message_ids,
    }


def _message_object(row: Row[Any]) -> JsonObject:
    return {
        "file": "",
        "entered": False,  # of messages that were kept before it was noted
        **row.parsed,
        "id": row.id,
        "direction": row.direction,
        "role": row.role,
        "at": _iso(row.received_at),
        "message_id": row.message_id,
        "subject": row.subject,
        "text": row.text,
        "reply": row.reply,
        "automatic": row.automatic,
        "acknowledge": row.acknowledge,
        "evidence": row.evidence,
        "size": row.size_bytes,
        "sha256": row.digest,
    }


def _event_object(row: Row[Any]) -> JsonObject:
    return {"at": _iso(row.at), "who": row.who, "what": row.what, "detail": detail_of(row.detail, row.data)}


def _letter_object(row: Row[Any]) -> JsonObject:
    state = LetterState(row.state)
    return {
        "id": row.id,
        "case": row.number,
        "template": row.template,
        "to": [row.recipient],
        "subject": row.subject,
        "state": _SHOWN_STATES.get(state, state.value),
        "attempts": row.attempts,
        "next_attempt_at": _iso(row.next_attempt_at) if state is LetterState.QUEUED else None,
        "error": row.error or None,
        "sent_at": _iso(row.sent_at),
        "proven_at": _iso(row.proven_at),
        "report": row.report or None,
        "reported_at": _iso(row.reported_at),
    }
