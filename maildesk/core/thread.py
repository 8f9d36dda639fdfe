# SPDX-FileCopyrightText: 2026 The maildesk authors
# SPDX-License-Identifier: EUPL-1.2
"""Which case a message belongs to: one function for each kind of evidence, in a fixed order, the strongest first."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field

from maildesk.core.case import KnownCase, case_numbers_in
from maildesk.core.letters import parse_keyed_id
from maildesk.core.message import Message
from maildesk.core.policy import Policy

NAMED_IDS_MAX = 200


@dataclass(frozen=True, slots=True)
class ThreadMatch:
    """The case and what proved it."""

    case_number: str
    matched_by: str
    evidence: str


@dataclass(frozen=True, slots=True)
class ThreadFacts:
    """What the store knows of the ids and numbers that a message names. Message-IDs stand without brackets."""

    cases: Mapping[str, KnownCase] = field(default_factory=dict)
    cases_by_message_id: Mapping[str, str] = field(default_factory=dict)
    letter_recipients: Mapping[str, str] = field(default_factory=dict)


def named_ids(message: Message) -> tuple[str, ...]:
    """Every Message-ID that the mail names as its parent, the nearest first, each once, bounded."""
    report = message.delivery_report
    original = (report.original_message_id,) if report and report.original_message_id else ()
    ids = (*original, *message.in_reply_to, *reversed(message.references))
    return tuple(dict.fromkeys(identifier for identifier in ids if identifier))[:NAMED_IDS_MAX]


Evidence = Callable[[Message, Policy, ThreadFacts], ThreadMatch | None]


def by_keyed_id(message: Message, policy: Policy, facts: ThreadFacts) -> ThreadMatch | None:
    """The mail names a letter of ours whose key is genuine for the person it went to."""
    for named in named_ids(message):
        keyed = parse_keyed_id(named)
        if keyed is None or keyed.case_number not in facts.cases:
            continue
        writer = message.originator
        known = named in facts.letter_recipients
        recipient = facts.letter_recipients.get(named, writer.addr_spec)
        # After a restore of an old backup the number of a lost case may have been given to somebody else: then only who takes part
        # in the case may join it by a letter that the database does not know.
        may_join = known or writer.key in facts.cases[keyed.case_number].participants
        if may_join and keyed.is_genuine(policy.secret, recipient):
            return ThreadMatch(keyed.case_number, "keyed-id", f"follow-up: it answers our letter {keyed.letter_id} of {keyed.case_number}")
    return None


def by_message_id(message: Message, policy: Policy, facts: ThreadFacts) -> ThreadMatch | None:  # noqa: ARG001
    """The mail names a message that a case holds."""
    for named in named_ids(message):
        if named in facts.cases_by_message_id:
            number = facts.cases_by_message_id[named]
            where = "In-Reply-To" if named in message.in_reply_to else "References" if named in message.references else "the report"
            return ThreadMatch(number, "message-id", f"follow-up: {where} names a message of {number}")
    return None


def by_case_number(message: Message, policy: Policy, facts: ThreadFacts) -> ThreadMatch | None:
    """A case number in the subject, and the writer takes part in that case. The number alone proves nothing: anyone can type it."""
    for number in case_numbers_in(message.subject, policy.desk.prefix):
        case = facts.cases.get(number)
        if case and message.originator.key in case.participants:
            return ThreadMatch(number, "case-number", f"follow-up: the subject names {number} and its writer takes part in it")
    return None


ORDER: tuple[Evidence, ...] = (by_keyed_id, by_message_id, by_case_number)


def find_case(message: Message, policy: Policy, facts: ThreadFacts) -> ThreadMatch | None:
    """The first evidence in the fixed order that names a case, or None."""
    return next((match for evidence in ORDER if (match := evidence(message, policy, facts))), None)
