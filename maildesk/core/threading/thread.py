# SPDX-FileCopyrightText: 2026 The maildesk authors
# SPDX-License-Identifier: EUPL-1.2
"""Which case a message belongs to, by what `core.threading.evidence` finds, and which cases it shows to be one conversation."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass
from datetime import timedelta

from maildesk.core.case.case import CaseLink, KnownCase, LinkKind, Status, age
from maildesk.core.mail.message import is_forward
from maildesk.core.threading.evidence import ORDER, Naming, ThreadFacts, ThreadMatch, Trail, cases_in_text, named_ids

LATE_WITHIN = timedelta(days=7)


@dataclass(frozen=True, slots=True)
class Thread:
    """Where the message belongs: `match` is None for a new case. Its case then carries the `links`; `merges` become one with it."""

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
        links = (*old, *carried)
        return Thread(links=(*links, *_proposed(trail, {link.number for link in links})))
    alive, overtaken = _overtaken(trail, alive)
    if not alive:
        return Thread(merges=tuple(overtaken), links=_proposed(trail, set(overtaken)))
    (first, target), rest = alive[0], alive[1:]
    survivor, merges = _made_one(trail, target, [*([other for match, other in rest if match.by_id] if first.by_id else []), *overtaken])
    match = ThreadMatch(survivor, first.matched_by, first.evidence, first.by_id)
    same_person = _cases_of(trail.facts, trail.facts.cases[survivor].correspondent)
    links = tuple(link for link in _proposed(trail, {survivor, *merges}) if link.number in same_person)
    return Thread(match, merges, links, repeated=first.matched_by == "repeated")


Hits = list[tuple[ThreadMatch, str]]


def _overtaken(trail: Trail, hits: Hits) -> tuple[Hits, list[str]]:
    """The hits, and apart from them the cases that are there only because an answer overtook this mail: its writer takes no part in them.

    They become part of where this mail belongs: its writer must not be the stranger in a conversation because an answer was faster. Where
    nothing else says where it belongs, a mail that begins the conversation opens its case; one that answers another mail, or was not
    written to us, joins the answer to it.
    """
    if not _may_make_one(trail):
        return hits, []
    late = [(match, target) for match, target in hits if match.matched_by == "late-parent" and not trail.takes_part(target)]
    late = [(match, target) for match, target in late if _overtook(trail, trail.facts.cases[target])]
    others = [hit for hit in hits if hit not in late]
    begins = not named_ids(trail.message) and any(trail.policy.desk.owns(to.addr_spec) for to in (*trail.message.to, *trail.message.cc))
    if not others and not begins:
        return hits, []
    return others, list(dict.fromkeys(target for _, target in late))


def _carried(trail: Trail, hits: list[ThreadMatch]) -> tuple[tuple[CaseLink, ...], list[ThreadMatch]]:
    """A forwarded mail is no follow-up of what it carries, unless its writer takes part in that case anyway, or works in the office."""
    if trail.machine or trail.writer.proved or not is_forward(trail.message):
        return (), hits
    of_their_own = {"same-parent", "late-parent", "repeated"}
    own = [match for match in hits if match.matched_by in of_their_own or trail.takes_part(match.case_number)]
    foreign = dict.fromkeys(match.case_number for match in hits if match not in own)
    return tuple(CaseLink(LinkKind.CARRIES, _merged(trail.facts, number)) for number in foreign), own


def _proposed(trail: Trail, known: Collection[str]) -> tuple[CaseLink, ...]:
    """Links to the cases whose messages the text alone names, besides the `known` ones: staff decide what they are."""
    numbers = dict.fromkeys(_merged(trail.facts, number) for number in cases_in_text(trail)) if not trail.machine else {}
    return tuple(
        CaseLink(_kind_of_link(trail, number), number) for number in numbers if number in trail.facts.cases and number not in known
    )


def _kind_of_link(trail: Trail, number: str) -> LinkKind:
    if trail.takes_part(number):
        return LinkKind.SAME_CONCERN
    return LinkKind.CARRIES if is_forward(trail.message) else LinkKind.MENTIONS


def _cases_of(facts: ThreadFacts, correspondent: str) -> set[str]:
    return {number for number, case in facts.cases.items() if correspondent and case.correspondent == correspondent}


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
    following = (trail.facts.cases.get(_merged(trail.facts, each)) for each in case.continued_by)
    mine = (each for each in following if each and each.takes_part(trail.writer.identity) and not _is_long_closed(trail, each))
    return next((each.number for each in mine), "")


def _is_long_closed(trail: Trail, case: KnownCase) -> bool:
    longest = timedelta(days=trail.policy.deadlines.reopen_days)
    return case.status is Status.CLOSED and case.closed_at is not None and trail.received_at - case.closed_at > longest


def _made_one(trail: Trail, target: str, others: list[str]) -> tuple[str, tuple[str, ...]]:
    """The surviving case, and those that become part of it.

    Cases are made one without a person's word only where nobody is shown anything new: cases of one correspondent, of which the older
    survives; and a young, untouched case that exists only because its first mail overtook the one that it answers.
    """
    if not _may_make_one(trail):
        return target, ()
    merges: list[str] = []
    for other in dict.fromkeys(others):
        one, two = trail.facts.cases[target], trail.facts.cases[other]
        if other == target or other in merges or Status.CLOSED in {one.status, two.status} or _were_parted(one, two):
            continue
        if one.correspondent and one.correspondent == two.correspondent:
            older, newer = sorted((target, other), key=lambda number: age(trail.facts.cases[number].opened_at, number))
            merges.append(newer)
            target = older
        elif _overtook(trail, two):
            merges.append(other)
    return target, tuple(merges)


def _were_parted(one: KnownCase, two: KnownCase) -> bool:
    return one.number in two.split_from or two.number in one.split_from


def _may_make_one(trail: Trail) -> bool:
    return not trail.machine and bool(trail.writer.identity)


def _overtook(trail: Trail, case: KnownCase) -> bool:
    """Whether the case was opened lately by an answer to this very mail, which had not come yet, and nothing has been done in it.

    Anyone who got a circular can send us a mail under its Message-ID. So the answer must be the same writer's, or must have gone
    to that writer too, or must have come to us from a conversation in which we are not named at all, such as that of a mailing list.
    """
    young = case.opened_at is not None and trail.received_at - case.opened_at <= LATE_WITHIN
    answers = (naming for naming in trail.facts.named_by if _merged(trail.facts, naming.case_number) == case.number)
    answered = any(_answers(trail, naming) for naming in answers)
    return answered and young and case.opened_by_reply and case.status is Status.NEW


def _answers(trail: Trail, naming: Naming) -> bool:
    them = {*naming.recipients, naming.writer}
    return trail.writer.identity in them or not any(trail.policy.desk.owns(recipient) for recipient in naming.recipients)
