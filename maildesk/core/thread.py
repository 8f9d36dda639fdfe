# SPDX-FileCopyrightText: 2026 The maildesk authors
# SPDX-License-Identifier: EUPL-1.2
"""Which case a message belongs to, by the evidence that `core.evidence` finds, and which cases it shows to be one conversation."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta

from maildesk.core.case import CaseLink, KnownCase, LinkKind, Role, Status
from maildesk.core.evidence import ORDER, ThreadFacts, ThreadMatch, Trail
from maildesk.core.message import is_forward

LATE_WITHIN = timedelta(days=7)


@dataclass(frozen=True, slots=True)
class Thread:
    """Where the message belongs: `match` is None for a new case, which then bears the `links`. `merges` become one with the match."""

    match: ThreadMatch | None = None
    merges: tuple[str, ...] = ()
    links: tuple[CaseLink, ...] = ()
    repeated: bool = False


def find_thread(trail: Trail) -> Thread:
    """The first evidence in the fixed order that names a case which still takes mail; other evidence may make cases one."""
    hits = [match for evidence in ORDER for match in evidence(trail) if match.case_number in trail.facts.cases]
    carried, hits = _carried(trail, hits)
    alive = [(match, target) for match in hits if (target := _target(trail, match.case_number))]
    if not alive:
        old = tuple(CaseLink(LinkKind.CONTINUES, _merged(trail.facts, match.case_number)) for match in hits[:1])
        return Thread(links=(*old, *carried))
    (first, target), rest = alive[0], alive[1:]
    survivor, merges = _made_one(trail, target, [other for match, other in rest if match.by_id] if first.by_id else [])
    match = ThreadMatch(survivor, first.matched_by, first.evidence, first.by_id)
    return Thread(match, merges, repeated=first.matched_by == "repeated")


def _carried(trail: Trail, hits: list[ThreadMatch]) -> tuple[tuple[CaseLink, ...], list[ThreadMatch]]:
    """A forwarded mail is no follow-up of what it carries, unless its writer takes part in that case anyway."""
    if trail.machine or not is_forward(trail.message):
        return (), hits
    of_their_own = {"same-parent", "late-parent", "repeated"}
    own = [match for match in hits if match.matched_by in of_their_own or trail.takes_part(match.case_number)]
    foreign = dict.fromkeys(match.case_number for match in hits if match not in own)
    return tuple(CaseLink(LinkKind.CARRIES, _merged(trail.facts, number)) for number in foreign), own


def _merged(facts: ThreadFacts, number: str) -> str:
    """The case that a case has become part of, however often; or itself."""
    seen: set[str] = set()
    while number not in seen and (case := facts.cases.get(number)) and case.merged_into:
        seen.add(number)
        number = case.merged_into
    return number


def _target(trail: Trail, number: str) -> str:
    """The case that takes the mail now: what it was merged into, or what continues it. Empty for one that was closed long ago."""
    number = _merged(trail.facts, number)
    case = trail.facts.cases.get(number)
    if case is None:
        return ""
    if not _is_long_closed(trail, case):
        return number
    following = trail.facts.cases.get(_merged(trail.facts, case.continued_by)) if case.continued_by else None
    if following and following.takes_part(trail.writer.identity) and not _is_long_closed(trail, following):
        return following.number
    return ""


def _is_long_closed(trail: Trail, case: KnownCase) -> bool:
    longest = timedelta(days=trail.policy.deadlines.reopen_days)
    return case.status is Status.CLOSED and case.closed_at is not None and trail.received_at - case.closed_at > longest


def _made_one(trail: Trail, target: str, others: list[str]) -> tuple[str, tuple[str, ...]]:
    """The surviving case, and those that become part of it.

    Cases are made one without a person's word only where nobody is shown anything new: cases of one correspondent, of which the older
    survives; and a young, untouched case that exists only because its first mail overtook the one that it answers.
    """
    writer = trail.writer
    if trail.machine or writer.forged or (writer.role is Role.STAFF and not writer.proved):
        return target, ()
    merges: list[str] = []
    for other in dict.fromkeys(others):
        one, two = trail.facts.cases[target], trail.facts.cases[other]
        if other == target or other in merges or Status.CLOSED in {one.status, two.status}:
            continue
        if one.correspondent and one.correspondent == two.correspondent:
            older, newer = sorted((target, other), key=lambda number: _age(trail.facts.cases[number]))
            merges.append(newer)
            target = older
        elif _overtook(trail, two):
            merges.append(other)
    return target, tuple(merges)


def _age(case: KnownCase) -> tuple[bool, datetime | None, str]:
    return case.opened_at is not None, case.opened_at, case.number


def _overtook(trail: Trail, case: KnownCase) -> bool:
    """Whether the case was opened lately by an answer to a mail that had not come yet, and nothing has been done in it."""
    young = case.opened_at is not None and trail.received_at - case.opened_at <= LATE_WITHIN
    named = any(_merged(trail.facts, number) == case.number for number in trail.facts.named_by)
    return named and young and case.opened_by_reply and case.status is Status.NEW
