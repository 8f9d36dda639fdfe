# SPDX-FileCopyrightText: 2026 The maildesk authors
# SPDX-License-Identifier: EUPL-1.2
"""Full-text search over the messages of the cases: SQLite's FTS5 with the trigram tokenizer."""

from __future__ import annotations

from sqlalchemy import Connection, text

from maildesk.core.mail.message import Message

TRIGRAM = 3  # shorter words leave no trigram, so FTS5 would find nothing
WORDS_MAX = 500_000


def index(connection: Connection, message_row: int, message: Message) -> None:
    words = "\n".join((message.subject, message.originator.display_name, message.originator.addr_spec, message.text[:WORDS_MAX]))
    connection.execute(text("INSERT INTO message_search (rowid, words) VALUES (:row, :words)"), {"row": message_row, "words": words})


def forget(connection: Connection, message_row: int) -> None:
    connection.execute(text("DELETE FROM message_search WHERE rowid = :row"), {"row": message_row})


def find(connection: Connection, query: str) -> frozenset[int]:
    """The rows of messages that hold every word of the query, also inside longer words and whatever their case."""
    words = query.split()
    long_words = [word for word in words if len(word) >= TRIGRAM]
    values = {f"short{number}": word for number, word in enumerate(words) if len(word) < TRIGRAM}
    conditions = [f"instr(lower(words), lower(:{name})) > 0" for name in values]
    if long_words:
        # Each word as a quoted string: what people type is text here, never FTS5's own language.
        values["match"] = " AND ".join('"' + word.replace('"', '""') + '"' for word in long_words)
        conditions.append("message_search MATCH :match")
    if not conditions:
        return frozenset()
    statement = f"SELECT rowid FROM message_search WHERE {' AND '.join(conditions)}"  # noqa: S608  # only our own words
    return frozenset(connection.execute(text(statement), values).scalars())
