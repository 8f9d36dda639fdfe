# SPDX-FileCopyrightText: 2026 The maildesk authors
# SPDX-License-Identifier: EUPL-1.2
"""Whether the play went as it was shown: what ought to be, held against database and mailboxes."""

from __future__ import annotations

import hashlib
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from email.message import EmailMessage

from maildesk.core.decision.message_object import JsonObject
from maildesk.core.mail.classify import MAY_BE_A_PERSON
from maildesk.demo.citizens import ACCOUNTS, COLLEAGUES, DESK, Scene
from maildesk.demo.world import Arrival, World


@dataclass(frozen=True, slots=True)
class Played:
    """A scene and the mail that was handed in for it."""

    scene: Scene
    mail: EmailMessage

    @property
    def message_id(self) -> str:
        return str(self.mail["Message-ID"]).strip("<>")


@dataclass(frozen=True, slots=True)
class Tally:
    """The messages that came into the desk's mailbox, counted by the post office, and what became of them by the database.

    `folders` are the messages that are in the mailbox now: role of the folder -> number.
    """

    arrived: int
    opened: int
    joined: int
    robots: int
    aside: int
    unreadable: int
    copies: int
    folders: dict[str, int]

    @property
    def accounted_for(self) -> int:
        return self.opened + self.joined + self.robots + self.aside + self.unreadable + self.copies

    @property
    def is_even(self) -> bool:
        """Every mail has become something, and is in the folder for that."""
        filed = {
            "inbox": 0,
            "archive": self.opened + self.joined + self.robots + self.aside,
            "sent": self.copies,
            "quarantine": self.unreadable,
        }
        return self.arrived == self.accounted_for and self.folders == filed


def tally(world: World) -> Tally:
    arrivals = world.arrivals()
    later = [each for each in arrivals if each.case and not each.opened_the_case]
    robots = [each for each in later if _is_machine(each)]
    return Tally(
        arrived=len(world.inbox(DESK.address)),
        opened=sum(each.opened_the_case for each in arrivals),
        joined=len(later) - len(robots),
        robots=len(robots),
        aside=sum(each.case is None for each in arrivals),
        unreadable=world.counts()["quarantine"],
        copies=sum(bool(letter["proven_at"]) for case in world.cases() for letter in case["letters"]),
        folders=world.folders(),
    )


def _is_machine(arrival: Arrival) -> bool:
    automatic = arrival.message["automatic"]
    return automatic is not None and automatic not in MAY_BE_A_PERSON


def problems(played: Sequence[Played], world: World, counted: Tally) -> list[str]:
    """What did not go as shown, a sentence each."""
    arrivals = world.arrivals()
    numbers = {each.scene.key: _number(arrivals, each) for each in played}
    answered = [each.scene.answers for each in played if each.scene.recipient]  # whose writers get an answer of a colleague beside
    found = [
        f"{each.scene.title}: {problem}"
        for each in played
        for problem in _of_scene(each, world, arrivals, numbers, answered.count(each.scene.key))
    ]
    return [*found, *_of_all(played, world, counted)]


def _number(arrivals: Sequence[Arrival], played: Played) -> str:
    cases = [each.case["number"] for each in arrivals if each.case and each.message["message_id"] == played.message_id]
    return cases[0] if cases else ""


def _of_scene(played: Played, world: World, arrivals: Sequence[Arrival], numbers: dict[str, str], answers: int) -> Iterator[str]:
    scene = played.scene
    mine = [each for each in arrivals if each.message["message_id"] == played.message_id]
    if len(mine) != 1 or mine[0].case is None:
        yield f"the mail is in {len(mine)} places of the database, and not in one case"
        return
    arrival, case = mine[0], mine[0].case
    if arrival.opened_the_case == bool(scene.answers) or (scene.answers and case["number"] != numbers[scene.answers]):
        yield f"the mail is in {case['number']}, which is the wrong case"
    got = _letters_got(world, scene, arrival) - answers
    if got != bool(scene.letter):
        yield f"{got} letters went to the {'recipient' if scene.recipient else 'writer'} instead of {int(bool(scene.letter))}"
    sent = [each for each in case["letters"] if each["template"] == scene.letter and each["state"] == "sent" and each["attempts"] == 1]
    if len(sent) != bool(scene.letter):
        yield f"the case has {len(sent)} letters of the kind “{scene.letter}” that were sent at the first attempt"
    if not _is_kept(played.mail, arrival.message):
        yield "the database does not have what was written"


def _letters_got(world: World, scene: Scene, arrival: Arrival) -> int:
    if scene.recipient is None:
        return len(world.answers_to(arrival))
    return sum(each.recipient == scene.recipient.address for each in world.letters_after(arrival))


def _is_kept(mail: EmailMessage, message: JsonObject) -> bool:
    """Whether subject, text and attachments are in the database as they were written."""
    body = mail.get_body(("plain",))
    written = str(body.get_content()) if body else ""
    attached = [hashlib.sha256(part.get_content()).hexdigest() for part in mail.iter_attachments()]
    return (message["subject"], message["text"].split(), [each["sha256"] for each in message["attachments"]]) == (
        str(mail["Subject"]),
        written.split(),
        attached,
    )


def _of_all(played: Sequence[Played], world: World, counted: Tally) -> Iterator[str]:
    expected = sum(not each.scene.answers for each in played)
    if counted.opened != expected:
        yield f"there are {counted.opened} cases instead of {expected}"
    letters = sum(len(world.inbox(account.address)) for account in ACCOUNTS if account not in (DESK, *COLLEAGUES))
    expected = sum(bool(each.scene.letter) for each in played)
    if letters != expected:
        yield f"{letters} letters went out instead of {expected}"
    for colleague in COLLEAGUES:
        if len(world.inbox(colleague.address)) < counted.opened:
            yield f"{colleague.name} did not get every mail that opened a case"
    if not counted.is_even:
        yield f"the count does not come out even: {counted}"
