# SPDX-FileCopyrightText: 2026 The maildesk authors
# SPDX-License-Identifier: EUPL-1.2
"""The story of a desk: citizens write, maildesk answers, the count comes out even, and then it is the reader's turn."""

from __future__ import annotations

from collections.abc import Iterator
from email.message import EmailMessage

from maildesk import printing
from maildesk.core.decision.message_object import JsonObject
from maildesk.demo.checks import Played, Tally, problems, tally
from maildesk.demo.citizens import DESK, SCENES, Account, Scene, mail_of
from maildesk.demo.guests import follow, invite
from maildesk.demo.stage import Leaving, Stage
from maildesk.demo.telling import Narrator
from maildesk.demo.terminal import Terminal
from maildesk.demo.world import Arrival, World, open_world
from maildesk.errors import Stop

ARRIVAL_SECONDS, EVEN_SECONDS = 15.0, 15.0
REST_SECONDS = 0.4  # between two scenes, so that a second letter would have the time to show itself
READING_SECONDS = 2.5  # the same where somebody sits and reads

OK, NOT_AS_TOLD = 0, 1


def main(*, once: bool) -> int:
    """Plays the story. With `once` it leaves after it, and 0 says that everything went as shown; else it stays until Ctrl-C.

    Raises Stop where the world of the demo cannot be built, or its daemon ends by itself.
    """
    terminal = Terminal()
    found: list[str] | None = None
    with Stage() as stage:
        try:
            _introduce(terminal)
            with open_world(stage) as world:
                play = _Play(world, stage, terminal, REST_SECONDS if once or not terminal.is_watched else READING_SECONDS)
                found = play.run()
                if not once:
                    play.stay()
        except Leaving:
            terminal.lines("")
            terminal.say("The desk is closed. Its mail server, its mailboxes, its cases and its files are gone.")
            return NOT_AS_TOLD if found or once else OK
    return NOT_AS_TOLD if found else OK


def _introduce(terminal: Terminal) -> None:
    terminal.lines(f"maildesk demo: the desk “{DESK.name}”", "")
    terminal.say(
        "Citizens write to the desk by e-mail. maildesk watches its mailbox: what they write becomes a case with a number and a day by"
        " which an answer is due, and the writer hears at once that it has arrived. The people at the desk go on working in their"
        " mail program."
    )
    terminal.gap()
    terminal.say(
        "maildesk is the real one here; the mail server is a small one inside this demo. The people are made up, and no mail leaves"
        f" this machine. {len(SCENES)} mails are on their way to {DESK.address}."
    )


class _Play:
    def __init__(self, world: World, stage: Stage, terminal: Terminal, rest_seconds: float) -> None:
        self._world = world
        self._stage = stage
        self._terminal = terminal
        self._rest_seconds = rest_seconds
        self._narrator = Narrator(world, stage, terminal)
        self._played: list[Played] = []
        self._told: set[int] = set()

    def run(self) -> list[str]:
        """All scenes and the count. Returns what did not go as shown."""
        for number, scene in enumerate(SCENES, start=1):
            self._stage.pause(self._rest_seconds)
            self._terminal.heading(f"{number}  {scene.title}")
            self._scene(scene)
        self._stage.pause(self._rest_seconds)
        counted = self._stage.until(self._even, EVEN_SECONDS) or tally(self._world)
        self._show_cases()
        self._show_count(counted)
        found = problems(self._played, self._world, counted)
        self._conclude(found)
        return found

    def stay(self) -> None:
        """Never returns: raises Leaving when it is time."""
        invite(self._world, self._terminal)
        follow(self._world, self._stage, self._terminal, self._narrator, self._told)

    def _scene(self, scene: Scene) -> None:
        answered = self._letter_got_by(scene.writer, scene.answers) if scene.answers else None
        mail = mail_of(scene, answered)
        self._terminal.say(scene.intro)
        attached = (f"[{part.get_filename()}]" for part in mail.iter_attachments())
        self._terminal.quote([str(mail["Subject"])], "\n".join((scene.text, *attached)))
        self._world.hand_in(scene.writer, mail)
        played = Played(scene, mail)
        self._played.append(played)
        arrival: Arrival | None = self._stage.until(lambda: self._world.arrival(played.message_id), ARRIVAL_SECONDS)
        if arrival is None:
            raise Stop(f"the demo went wrong: maildesk has not taken this mail in within {ARRIVAL_SECONDS:.0f} s")
        self._told.add(arrival.message["id"])
        self._narrator.tell(arrival)

    def _letter_got_by(self, person: Account, key: str) -> EmailMessage:
        """The first letter about the case of an earlier scene that somebody has in the mailbox."""
        played = next(each for each in self._played if each.scene.key == key)
        arrival = self._world.arrival(played.message_id)
        letters = [each for each in self._world.letters_after(arrival) if each.recipient == person.address] if arrival else []
        if not letters:
            raise Stop("the demo went wrong: the letter that is to be answered now has never come")
        return letters[0].mail

    def _even(self) -> Tally | None:
        """The count, once nothing is on its way any more."""
        counted = tally(self._world) if self._world.is_at_rest() else None
        return counted if counted and counted.is_even else None

    def _show_cases(self) -> None:
        self._terminal.heading("What the desk has now")
        self._terminal.table(("CASE", "ANSWER DUE", "WRITER", "SUBJECT", "IN", "OUT"), map(_case_row, self._world.cases()))
        self._terminal.lines("")
        self._terminal.say("IN: mails to the desk. OUT: letters that maildesk sent.")

    def _show_count(self, counted: Tally) -> None:
        self._terminal.heading("Is anything lost?")
        self._terminal.lines(*_count_lines(counted), "")
        if counted.is_even:
            folders = counted.folders
            self._terminal.say(
                "The count comes out even: no mail is lost, and none was taken in twice. The desk's INBOX is empty;"
                f" {folders['archive']} mails lie in the folder Archive, {folders['sent']} in Sent, {folders['quarantine']} in Quarantine."
            )
        if self._narrator.seconds:
            self._terminal.say(
                "From the arrival of a mail to the letter in its writer's mailbox it took"
                f" {min(self._narrator.seconds):.2f} to {max(self._narrator.seconds):.2f} seconds."
            )

    def _conclude(self, found: list[str]) -> None:
        if not found:
            return
        self._terminal.heading("This did not go as told")
        for problem in found:
            self._terminal.say(f"- {problem}", hanging=2)


def _case_row(case: JsonObject) -> tuple[str, ...]:
    incoming = sum(each["direction"] != "out" for each in case["messages"])
    outgoing = sum(each["state"] == "sent" for each in case["letters"])
    writer = case["correspondent"]["name"] or case["correspondent"]["address"]
    return (
        case["number"],
        printing.day(case["due_at"]),
        printing.cut(writer, 17),
        printing.cut(case["subject"], 24),
        str(incoming),
        str(outgoing),
    )


def _count_lines(counted: Tally) -> Iterator[str]:
    yield f"{counted.arrived:4}  mails came into the desk's mailbox, as the mail server counts them"
    yield ""
    yield f"{counted.opened:4}  opened a case"
    yield f"{counted.joined:4}  joined a case that was there"
    yield f"{counted.robots:4}  came from a machine and joined the case that they answer"
    yield f"{counted.aside:4}  came from a machine, belong to no case and are set aside"
    yield f"{counted.unreadable:4}  could not be handled and are kept for a person to look at"
    yield f"{counted.copies:4}  are copies of maildesk's own letters: the proof that they left"
    yield "----"
    yield f"{counted.accounted_for:4}"
