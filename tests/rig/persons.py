# SPDX-FileCopyrightText: 2026 The maildesk authors
# SPDX-License-Identifier: EUPL-1.2
"""Persons and machines: the messages of tests/corpus/persons, each put before a desk that has sent what the mail answers."""

from __future__ import annotations

import re
import tomllib
from dataclasses import dataclass, replace
from functools import cache
from typing import Any

from maildesk.core.case.case import KnownCase, Status, case_numbers_in
from maildesk.core.decision.decision import Decision, Outcome
from maildesk.core.decision.parts import FollowedUp
from maildesk.core.decision.questions import Arrival, Known
from maildesk.core.desk import decide
from maildesk.core.letters.letter import RELAY, KnownLetter
from maildesk.core.mail.message import Message
from maildesk.core.office.policy import Policy
from maildesk.core.threading.evidence import ThreadFacts, named_ids
from tests.rig.builders import MONDAY, parsed
from tests.rig.places import CORPUS
from tests.rig.trails import POLICY as ANY_POLICY

FOLDER = CORPUS / "persons"
HOUSE = "neue-wege.example"
POLICY: Policy = replace(
    ANY_POLICY, desk=replace(ANY_POLICY.desk, address=f"kundendialog@{HOUSE}", aliases=(), internal_domains=(HOUSE,), authserv_id="")
)
_OURS = re.compile(rf"(KD-\d{{4}}-\d{{5}})\.\S+@{re.escape(HOUSE)}")


@dataclass(frozen=True)
class Example:
    """A mail with what is right, as its examiner wrote it. `outcomes` and `kinds`: every value that is right."""

    name: str
    kind: str
    why: str
    outcomes: frozenset[str]
    letter: bool  # whether a letter may leave
    automatic: frozenset[str]
    danger: bool | None  # None: either is right
    contains: tuple[str, ...] = ()

    @property
    def message(self) -> Message:
        return parsed((FOLDER / self.name).read_bytes())


@cache
def examples() -> tuple[Example, ...]:
    rows = (row for name in ("index", "reported") for row in tomllib.loads((FOLDER / f"{name}.toml").read_text(encoding="utf-8"))["mail"])
    return tuple(map(_example, rows))


def _example(row: dict[str, Any]) -> Example:
    return Example(
        row["file"],
        row["kind"],
        row["why"],
        frozenset((row["expected"], *row.get("expected_also", ()))),
        row["acknowledge"] or row.get("acknowledge_free", False),
        frozenset((row["automatic"], *row.get("automatic_also", ()))),
        None if row.get("danger_free") else row["danger"],
        tuple(row["contains"]),
    )


def decided(message: Message, status: Status = Status.ANSWERED) -> Decision:
    """What the desk decides on it: each id of ours that the mail names is a letter of a case in which its writer takes part."""
    letters = {named: match[1] for named in named_ids(message) if (match := _OURS.fullmatch(named))}
    report = message.delivery_report
    recipients = report.failed_recipients if report else ()
    numbers = dict.fromkeys((*letters.values(), *case_numbers_in(message.subject, POLICY.desk.prefix)))
    people = frozenset(address.lower() for address in (message.originator.key, *recipients))
    cases = {number: KnownCase(number, status, message.originator.key, people) for number in numbers}
    sent_to = (recipients or (message.originator.addr_spec,))[0]
    sent = {named: KnownLetter("abcdefghijklmnop", number, sent_to, "answer", MONDAY) for named, number in letters.items()}
    facts = ThreadFacts(cases=cases, cases_by_message_id=letters, letters=sent)
    return decide(message, Known("KD-2026-90001", facts=facts), POLICY, Arrival(MONDAY), MONDAY)


def outcome_of(decision: Decision) -> str:
    """In the words of the examiner: person, list-person, report or aside."""
    if decision.outcome is Outcome.SET_ASIDE:
        return "aside"
    if decision.outcome is Outcome.REPORT:
        return "report"
    return "list-person" if decision.verdict.automatic else "person"


def wrong(example: Example) -> list[str]:
    """What is not right, a line each."""
    message = example.message
    decision = decided(message)
    outcome, automatic = outcome_of(decision), str(decision.verdict.automatic or "")
    found = [] if outcome in _right(example) else [f"it is {outcome}, and should be {' or '.join(sorted(example.outcomes))}"]
    if automatic not in example.automatic:
        found.append(f"automatic is {automatic!r}")
    if decision.letters and not example.letter:
        found.append("a letter leaves")
    if example.danger is not None and alarmed(decision) != example.danger:
        found.append("danger is missed" if example.danger else "an alarm for nothing")
    if isinstance(decision.part, FollowedUp) and decision.part.status and outcome == "report":
        found.append("a report reopens the case")
    shown = _one_line("\n".join(letter.context["text"] for letter in decision.notices if letter.template == RELAY))
    if outcome in {"person", "list-person"}:
        found += [f"{piece!r} is not handed on" for piece in example.contains if _one_line(piece) not in shown]
    return found


def _right(example: Example) -> frozenset[str]:
    """A case without a letter is right for a person's mail too: it is relayed."""
    return example.outcomes | ({"list-person"} if "person" in example.outcomes else frozenset())


def _one_line(text: str) -> str:
    return " ".join(text.split())


def alarmed(decision: Decision) -> bool:
    return any(alarm.id == "danger" for alarm in decision.alarms)
