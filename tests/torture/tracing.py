# SPDX-FileCopyrightText: 2026 The maildesk authors
# SPDX-License-Identifier: EUPL-1.2
"""The system calls of one pass, as strace sees them, and what strace can do at one of them: kill the process, or let the call fail.

A pass of the same scene makes the same calls in the same order, so a call of one run is found again in the next by its number.
"""

from __future__ import annotations

import random
import re
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from functools import cache
from pathlib import Path

from maildesk.core.decision.decision import Outcome
from tests.rig.builders import a_mail
from tests.rig.zygote import Ran
from tests.torture.mails import Mail
from tests.torture.statements import SCENES, Scene, made
from tests.torture.world import Site, World

BIG_BYTES = 5 * 1024 * 1024  # more than is kept in memory (maildesk/octets.py): it goes through a file
BIG = Scene("a big mail", 19, citizens=1)
ALL_SCENES = (*SCENES, BIG)
_LINE = re.compile(r"(\w+)\((?:(\d+)<([^>]*)>)?")


@dataclass(frozen=True)
class Call:
    """The `number`th call of that name in a pass, from 1. `where` is what it works on: a suffix of the database, a kind of thing."""

    scene: Scene
    name: str
    number: int
    where: str = ""

    def __str__(self) -> str:
        return f"{self.scene.name}, {self.name} {self.number}{f' on {self.where}' if self.where else ''}"


def broken_poll(world: World, call: Call, how: str) -> tuple[Ran, bool]:
    """A pass that is broken at this call, and whether it came so far. `how` as in strace(1): "signal=SIGKILL", "error=EIO".

    The signal comes before the call is made: it is not made. An error comes in its place.
    """
    log = world.desk.folder / "broken"
    inject = f"inject={call.name}:{how}:when={call.number}"
    ran = world.run("poll", under=("strace", "-o", str(log), "-s", "0", "-e", f"trace={call.name}", "-e", inject))
    return ran, ran.killed or "(INJECTED)" in log.read_text(encoding="utf-8", errors="replace")


@contextmanager
def scene_made(site: Site, scene: Scene) -> Iterator[World]:
    """The world of a scene; that of BIG has its mail."""
    with made(site, scene) as world:
        if scene is BIG:
            _add_a_big_mail(world)
        yield world


def _add_a_big_mail(world: World) -> None:
    sender, lines = "big@example.org", "Sehr viel Text, und jede Zeile ist gleich lang.\r\n"
    octets = a_mail(lines * (BIG_BYTES // len(lines)), sender=sender, message_id=sender, subject="Anliegen")
    mail = Mail("big", octets, Outcome.NEW_CASE, "case of the big mail", sender)
    world.mails = (*world.mails, mail)
    world.drop(octets)


@cache
def calls_of(site: Site, scene: Scene, names: tuple[str, ...]) -> tuple[Call, ...]:
    """All calls of these names that one pass makes."""
    with scene_made(site, scene) as world:
        log = world.desk.folder / "calls"
        ran = world.run("poll", under=("strace", "-y", "-s", "0", "-o", str(log), "-e", f"trace={','.join(names)}"))
        assert ran.code == 0, ran.err
        return tuple(_calls(scene, log, world))


def _calls(scene: Scene, log: Path, world: World) -> Iterator[Call]:
    counted: dict[str, int] = {}
    for line in log.read_text(encoding="utf-8", errors="replace").splitlines():
        if found := _LINE.match(line):
            name, number, path = found.groups()
            counted[name] = counted.get(name, 0) + 1
            yield Call(scene, name, counted[name], _where(path or "", number or "", world.desk.folder))


def _where(path: str, number: str, folder: Path) -> str:
    """What a file is to a desk, without its name.

    >>> _where("/x/d1/maildesk.db-wal", "7", Path("/x/d1")), _where("socket:[17]", "9", Path("/x/d1"))
    ('maildesk.db-wal', 'socket')
    """
    if number in {"1", "2"}:
        return "what it prints"
    if path == str(folder):
        return "the folder"
    if path.startswith(f"{folder}/"):
        return "the spool" if "mail-" in path or "/#" in path else path.removeprefix(f"{folder}/")
    return re.split(r"[:\[]", path)[0] if not path.startswith("/") else "elsewhere"


def by_turns(calls: Sequence[Call], kind: Callable[[Call], str], seed: int) -> list[Call]:
    """By chance, but so that every kind comes up from the beginning: most calls are writes to the log of the database."""
    chance = random.Random(seed)
    kinds: dict[str, list[Call]] = {}
    for call in calls:
        kinds.setdefault(kind(call), []).append(call)
    for each in kinds.values():
        chance.shuffle(each)
    ordered = []
    while kinds:
        for name in list(kinds):
            ordered.append(kinds[name].pop())
            if not kinds[name]:
                del kinds[name]
    return ordered
