# SPDX-FileCopyrightText: 2026 The maildesk authors
# SPDX-License-Identifier: EUPL-1.2
"""After the play: the reader is invited to write to the desk, and hears at once what becomes of it."""

from __future__ import annotations

import shutil
import sys
from datetime import datetime
from pathlib import Path

from maildesk import printing
from maildesk.demo.citizens import CITIZENS, COLLEAGUES, DESK, IDA, PASSWORD
from maildesk.demo.stage import Stage
from maildesk.demo.telling import Narrator, writer_of
from maildesk.demo.terminal import Terminal
from maildesk.demo.world import HOST, IMAP_PORT, SMTP_PORT, World

LOOK_SECONDS = 0.3


def invite(world: World, terminal: Terminal) -> None:
    """How to join in with a mail program and with the commands."""
    terminal.heading("Now it is your turn")
    terminal.say("The desk stays open until you press Ctrl-C. Set up an account in Thunderbird or any other mail program on this machine:")
    terminal.lines(
        "",
        "  user name   one of the addresses below, in full",
        f"  password    {PASSWORD}",
        f"  incoming    IMAP, {HOST}, port {world.imap_port}, security: none, normal password",
        f"  outgoing    SMTP, {HOST}, port {world.smtp_port}, security: none, normal password",
        "",
        f"  the desk    {DESK.address}",
        *(f"  {'colleagues' if person is COLLEAGUES[0] else '':10}  {person.address}" for person in COLLEAGUES),
        *(f"  {'citizens' if person is CITIZENS[0] else '':10}  {person.address}" for person in CITIZENS),
        "",
    )
    if (world.imap_port, world.smtp_port) != (IMAP_PORT, SMTP_PORT):
        terminal.say(f"(Another program has the usual ports {IMAP_PORT} and {SMTP_PORT}, so these are others this time.)")
        terminal.lines("")
    _suggest(world, terminal)


def _suggest(world: World, terminal: Terminal) -> None:
    command, config = _command(), f"--config {world.settings.file}"
    terminal.lines("What to try:", "")
    for text in (
        f"As {IDA.name}, write to {DESK.address}. The acknowledgement is there in a moment. Answer it: your answer joins the case.",
        "As the desk, look around in its mailbox: the INBOX is empty, what the citizens wrote lies in Archive,"
        " and a copy of each letter in Sent.",
        "In another terminal, look at the cases and at whether all is well:",
    ):
        terminal.say(f"- {text}", indent=2, hanging=4)
    terminal.lines("", *(f"{command} {verb} {config}" for verb in ("cases", "status")), "")
    number = world.cases()[0]["number"]
    terminal.say(
        f"“show {number}” in the place of “cases” shows one case with all that happened in it, “-h” tells what else there is.", 4, 4
    )
    terminal.gap()
    terminal.say("What happens from now on is told here.")


def _command() -> str:
    """How this maildesk is called from here, as short as it goes."""
    python = Path(sys.executable)
    beside = python.with_name("maildesk")
    found = shutil.which("maildesk")
    if found and Path(found) == beside:
        return "maildesk"
    return str(_from_here(beside)) if beside.exists() else f"{_from_here(python)} -m maildesk"


def _from_here(path: Path) -> Path:
    return path.relative_to(Path.cwd()) if path.is_relative_to(Path.cwd()) else path


def follow(world: World, stage: Stage, terminal: Terminal, narrator: Narrator, told: set[int]) -> None:
    """Shows every mail that comes in and is not among the `told` ones (by their number in the database), until it is time to leave."""
    pulse: object = None
    unreadable = world.counts()["quarantine"]
    while True:
        before, pulse = pulse, world.pulse()
        if pulse != before:
            for arrival in world.arrivals():
                if arrival.message["id"] not in told:
                    told.add(arrival.message["id"])
                    terminal.heading(f"{_now(world)}  {writer_of(arrival.message)} wrote: “{printing.cut(arrival.message['subject'], 40)}”")
                    narrator.tell(arrival)
            unreadable = _tell_unreadable(world, terminal, unreadable)
        stage.pause(LOOK_SECONDS)


def _tell_unreadable(world: World, terminal: Terminal, known: int) -> int:
    number: int = world.counts()["quarantine"]
    if number > known:
        terminal.heading(f"{_now(world)}  A mail could not be handled")
        terminal.say("It lies whole in the folder Quarantine, and the lead of the desk is told.")
    return number


def _now(world: World) -> str:
    return f"{datetime.now(world.settings.desk.zone):%H:%M:%S}"
