# SPDX-FileCopyrightText: 2026 The maildesk authors
# SPDX-License-Identifier: EUPL-1.2
"""Rows and constraints, nothing else. Where truth matters a CHECK holds it: SQLModel does not validate table rows.

The contact of a person is apart from the case, so that it can be deleted alone. The octets are in rows of at most 1 MiB.
Times are stored in UTC and come back aware.
"""

from __future__ import annotations

from datetime import date, datetime
from enum import StrEnum
from typing import Any, ClassVar

from sqlalchemy import (
    JSON,
    CheckConstraint,
    Column,
    Date,
    ForeignKey,
    Index,
    Integer,
    LargeBinary,
    String,
    Text,
    UniqueConstraint,
    text,
)
from sqlmodel import Field, SQLModel

from maildesk.core.case.case import Channel, Direction, LinkKind, Role, Status
from maildesk.core.decision.decision import Folder, Outcome
from maildesk.core.letters.letter import LetterState
from maildesk.core.mail.classify import Automatic
from maildesk.octets import CHUNK_BYTES

REPORTS = ("", "delayed", "failed")
URGENCIES = ("normal", "frist", "dringend", "sofort")


def _one_of(column: str, values: type[StrEnum] | tuple[str, ...], *, nullable: bool = False) -> CheckConstraint:
    listed = ", ".join(f"'{value}'" for value in values)
    condition = f"{column} IN ({listed})"
    return CheckConstraint(f"{column} IS NULL OR {condition}" if nullable else condition, name=f"{column}_is_known")


def _json(name: str) -> Any:
    return Field(sa_column=Column(name, JSON, nullable=False))


def _parent(target: str, *, nullable: bool = False, ondelete: str | None = "RESTRICT", index: bool = True) -> Any:
    return Field(sa_column=Column(Integer, ForeignKey(target, ondelete=ondelete), nullable=nullable, index=index))


class ContactRow(SQLModel, table=True):
    """A person outside, known by an address; `address_key` is empty for a writer without one."""

    __tablename__ = "contact"
    __table_args__: ClassVar[Any] = (
        Index("contact_by_address", "address_key", unique=True, sqlite_where=Column("address_key") != ""),
        Index("contact_by_key", "address_key"),  # SQLite finds no row by the other one: it cannot know that what is asked is not empty
    )
    id: int | None = Field(default=None, primary_key=True)
    address_key: str
    addr_spec: str
    display_name: str


class NumberSeriesRow(SQLModel, table=True):
    """The last case number given out in a year."""

    __tablename__ = "number_series"
    year: int = Field(primary_key=True)
    last: int


class CaseRow(SQLModel, table=True):
    """A case. Its history is in `event`, the person outside in `contact`."""

    __tablename__ = "cases"
    __table_args__: ClassVar[Any] = (
        UniqueConstraint("year", "sequence"),
        _one_of("status", Status),
        _one_of("channel", Channel),
        _one_of("urgency", URGENCIES),
        CheckConstraint("closed_at IS NULL OR closed_at >= opened_at", name="closed_after_opened"),
    )
    id: int | None = Field(default=None, primary_key=True)
    number: str = Field(sa_column=Column(String, nullable=False, unique=True))
    year: int
    sequence: int
    status: str
    channel: str
    kind: str | None = None
    kind_confirmed: bool = False
    topics: list[str] = _json("topics")
    urgency: str = "normal"
    flags: list[str] = _json("flags")
    language: str
    contact_id: int | None = _parent("contact.id", nullable=True, ondelete="SET NULL")
    subject: str
    opened_at: datetime
    due_on: date | None = Field(default=None, sa_column=Column(Date))
    acknowledged_at: datetime | None = None
    answered_at: datetime | None = None
    closed_at: datetime | None = None
    assignee: str | None = None
    title: str = ""  # short, by staff
    person_group: str = ""
    opened_by_reply: bool = False
    merged_into_id: int | None = _parent("cases.id", nullable=True, ondelete=None)


class CaseLinkRow(SQLModel, table=True):
    """How a case is related to an older one."""

    __tablename__ = "case_link"
    __table_args__: ClassVar[Any] = (_one_of("kind", LinkKind),)
    case_id: int = Field(sa_column=Column(Integer, ForeignKey("cases.id", ondelete="CASCADE"), primary_key=True))
    other_id: int = Field(sa_column=Column(Integer, ForeignKey("cases.id", ondelete="CASCADE"), primary_key=True, index=True))
    kind: str = Field(primary_key=True)


class ParticipantRow(SQLModel, table=True):
    """Who may add to a case by its number. `verified` is false for a writer that staff have not confirmed."""

    __tablename__ = "participant"
    case_id: int = Field(sa_column=Column(Integer, ForeignKey("cases.id", ondelete="CASCADE"), primary_key=True))
    contact_id: int = Field(sa_column=Column(Integer, ForeignKey("contact.id", ondelete="CASCADE"), primary_key=True, index=True))
    verified: bool = True


class RawRow(SQLModel, table=True):
    """The octets of one mail, by their sha256; the pieces are in `raw_chunk`."""

    __tablename__ = "raw"
    id: int | None = Field(default=None, primary_key=True)
    digest: str = Field(sa_column=Column(String(64), nullable=False, unique=True))
    size_bytes: int


class RawChunkRow(SQLModel, table=True):
    """A piece of at most 1 MiB of the octets of one mail, by its place in them."""

    __tablename__ = "raw_chunk"
    __table_args__: ClassVar[Any] = (CheckConstraint(f"length(octets) <= {CHUNK_BYTES}", name="chunk_is_small"),)
    raw_id: int = Field(sa_column=Column(Integer, ForeignKey("raw.id", ondelete="CASCADE"), primary_key=True))
    position: int = Field(primary_key=True)
    octets: bytes = Field(sa_column=Column(LargeBinary, nullable=False))


class MessageRow(SQLModel, table=True):
    """A message of a case, or one that was set aside (`case_id` empty). `parsed` has what only shows; our own have no `outcome`."""

    __tablename__ = "message"
    __table_args__: ClassVar[Any] = (
        _one_of("outcome", Outcome, nullable=True),
        _one_of("direction", Direction),
        _one_of("role", Role),
        _one_of("automatic", Automatic, nullable=True),
        CheckConstraint("(case_id IS NULL) = (outcome IS NOT NULL AND outcome = 'set_aside')", name="in_a_case_or_set_aside"),
    )
    id: int | None = Field(default=None, primary_key=True)
    raw_id: int = Field(sa_column=Column(Integer, ForeignKey("raw.id", ondelete="RESTRICT"), nullable=False, unique=True))
    case_id: int | None = _parent("cases.id", nullable=True)
    contact_id: int | None = _parent("contact.id", nullable=True, ondelete="SET NULL")
    outcome: str | None = None
    direction: str
    role: str
    automatic: str | None = None
    acknowledge: bool = False
    message_id: str = Field(sa_column=Column(String, nullable=False, index=True))
    content_digest: str = Field(sa_column=Column(String(64), nullable=False, index=True))
    subject: str
    base_subject: str
    text_digest: str = Field(sa_column=Column(String(64), nullable=False))
    thread_index: str = Field(sa_column=Column(String, nullable=False, index=True))
    received_at: datetime
    sent_at: datetime  # by the writer's own clock
    text: str = Field(sa_column=Column(Text, nullable=False))
    reply: str = Field(sa_column=Column(Text, nullable=False))
    parsed: dict[str, Any] = _json("parsed")
    evidence: list[str] = _json("evidence")


class ConcernRow(SQLModel, table=True):
    """One matter of a case, in keys of the categories; what is not known is empty. At most three a case."""

    __tablename__ = "concern"
    case_id: int = Field(sa_column=Column(Integer, ForeignKey("cases.id", ondelete="CASCADE"), primary_key=True))
    position: int = Field(primary_key=True)
    topic: str = ""
    assessment: str = ""
    outcome: str = ""
    measure: str = ""


class InstructionRow(SQLModel, table=True):
    """Orders of a colleague that were carried out, with the state of the case before them, so that they can be taken back."""

    __tablename__ = "instruction"
    id: int | None = Field(default=None, primary_key=True)
    case_id: int = _parent("cases.id", ondelete="CASCADE")
    at: datetime
    before: dict[str, Any] = _json("before")
    more: dict[str, Any] = _json("more")  # what else must be taken back: cases made one, a case split off
    undone_at: datetime | None = None


class ConsultationRow(SQLModel, table=True):
    """A colleague in the office was asked for a statement. `letter_id` is ours that asks, empty where staff forwarded the mail by hand."""

    __tablename__ = "consultation"
    id: int | None = Field(default=None, primary_key=True)
    case_id: int = _parent("cases.id", ondelete="CASCADE")
    letter_id: str = ""
    asked: str  # the address
    asked_by: str = ""  # the key of the colleague who wants to know
    asked_at: datetime
    due_on: date = Field(sa_column=Column(Date, nullable=False))
    answered_at: datetime | None = None
    reminded_at: datetime | None = None  # who was asked
    told_at: datetime | None = None  # staff, that it is overdue


class MessageReferenceRow(SQLModel, table=True):
    """A Message-ID that a message names as its parent, whether we know that mail or not."""

    __tablename__ = "message_reference"
    message_row: int = Field(sa_column=Column(Integer, ForeignKey("message.id", ondelete="CASCADE"), primary_key=True))
    identifier: str = Field(sa_column=Column(String, primary_key=True, index=True))


class EventRow(SQLModel, table=True):
    """One line of a case's history; only ever added. `detail` is for people, `data` for programs."""

    __tablename__ = "event"
    id: int | None = Field(default=None, primary_key=True)
    case_id: int = _parent("cases.id", ondelete="CASCADE")
    at: datetime
    who: str
    what: str
    detail: str
    data: dict[str, Any] = _json("data")


class LetterRow(SQLModel, table=True):
    """A letter of the outbox. It owns its Message-ID before the first attempt."""

    __tablename__ = "letter"
    __table_args__: ClassVar[Any] = (
        _one_of("state", LetterState),
        CheckConstraint("state <> 'sent' OR sent_at IS NOT NULL", name="sent_has_its_time"),
        _one_of("report", REPORTS),
        Index("letter_by_state", "state", "next_attempt_at"),
        Index("letter_by_recipient", "recipient_key", "created_at"),
        Index("automatic_letter_by_time", "created_at", sqlite_where=text("automatic = 1")),
        Index("automatic_letter_by_domain", "recipient_domain", "created_at", sqlite_where=text("automatic = 1")),
        Index("letter_that_waits", "waits_for", sqlite_where=text("waits_for <> ''")),
    )
    id: int | None = Field(default=None, primary_key=True)
    letter_id: str = Field(sa_column=Column(String, nullable=False, unique=True))
    case_id: int | None = _parent("cases.id", nullable=True)
    sent_message_id: int | None = _parent("message.id", nullable=True, index=False)
    template: str
    subject: str = ""  # known once the letter has been written
    language: str
    recipient: str
    recipient_key: str
    recipient_domain: str
    message_id: str = Field(sa_column=Column(String, nullable=False, unique=True))
    in_reply_to: str
    referred: list[str] = _json("referred")
    context: dict[str, Any] = _json("context")
    automatic: bool
    state: str
    attempts: int = 0
    created_at: datetime = Field(index=True)
    next_attempt_at: datetime
    doubt_since: datetime | None = None
    sent_at: datetime | None = None
    copy_expected: bool = False
    proven_at: datetime | None = None
    error: str = ""
    reply_to: str = ""
    enclosures: list[dict[str, Any]] = _json("enclosures")
    about: str = Field(sa_column=Column(String(64), nullable=False, index=True))
    author: str = ""
    unwritten: bool = False  # the last try made no mail of it
    report: str = ""  # what mail servers said of it, the gravest
    report_proved: bool = False  # by a server that had the letter
    reported_at: datetime | None = None
    waits_for: str = Field(default="", sa_column=Column(String(64), nullable=False, server_default=""))  # a mail that is not filed yet


class LedgerRow(SQLModel, table=True):
    """One line for every mail that was taken in, with where it was and where it was to go. The memory of the mailbox."""

    __tablename__ = "ledger"
    __table_args__: ClassVar[Any] = (
        UniqueConstraint("folder", "uid_validity", "uid"),
        _one_of("outcome", Outcome),
        _one_of("filed_to", Folder),
    )
    id: int | None = Field(default=None, primary_key=True)
    folder: str
    uid_validity: int
    uid: int | None = None
    digest: str = Field(sa_column=Column(String(64), nullable=False, index=True))
    message_id: str = Field(sa_column=Column(String, nullable=False, index=True))
    size_bytes: int
    outcome: str
    filed_to: str
    at: datetime


class FailureRow(SQLModel, table=True):
    """How often a mail could not be handled, by its octets; gone when it was handled or quarantined."""

    __tablename__ = "failure"
    digest: str = Field(sa_column=Column(String(64), primary_key=True))
    tries: int
    error: str
    last_at: datetime


class QuarantineRow(SQLModel, table=True):
    """A mail that could not be handled, with its octets. `released_at` is set when a retry took it in."""

    __tablename__ = "quarantine"
    id: int | None = Field(default=None, primary_key=True)
    raw_id: int = Field(sa_column=Column(Integer, ForeignKey("raw.id", ondelete="RESTRICT"), nullable=False, unique=True))
    folder: str
    received_at: datetime
    quarantined_at: datetime
    error: str
    released_at: datetime | None = None


class FactRow(SQLModel, table=True):
    """What was learned on the way and must outlive a restart: how the SMTP server takes an empty sender, the last pass."""

    __tablename__ = "fact"
    name: str = Field(primary_key=True)
    value: dict[str, Any] = _json("value")
    at: datetime


class AlarmRow(SQLModel, table=True):
    """An active alarm. `name` is `core.letters.alarms.Alarm.name`; `told_at` is when its last letter was written."""

    __tablename__ = "alarm"
    name: str = Field(primary_key=True)
    detail: str
    since: datetime
    told_at: datetime


# The same tables for statements: `select(cases.c.number)` reads better, and types better, than the class attributes.
_tables = SQLModel.metadata.tables
contacts, number_series, cases, participants = (_tables[name] for name in ("contact", "number_series", "cases", "participant"))
case_links, message_references = (_tables[name] for name in ("case_link", "message_reference"))
concerns, instructions, consultations = (_tables[name] for name in ("concern", "instruction", "consultation"))
raws, raw_chunks, messages, events, letters = (_tables[name] for name in ("raw", "raw_chunk", "message", "event", "letter"))
ledger, failures, quarantined, facts, alarms = (_tables[name] for name in ("ledger", "failure", "quarantine", "fact", "alarm"))
