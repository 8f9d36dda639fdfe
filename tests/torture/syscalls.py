# SPDX-FileCopyrightText: 2026 The maildesk authors
# SPDX-License-Identifier: EUPL-1.2
"""Killed at every system call that changes a file or talks to a server, also twice in a row: SIGKILL by strace, before the call is made.

Finer than the kills at a step (statements.py): one commit is dozens of writes and syncs.
"""

from __future__ import annotations

import random
import re
import signal
from collections.abc import Sequence
from dataclasses import replace

from tests.rig.zygote import Ran
from tests.torture.oracle import Tally, findings
from tests.torture.share import Share
from tests.torture.statements import Scene
from tests.torture.tracing import ALL_SCENES, Call, broken_poll, by_turns, calls_of, scene_made
from tests.torture.world import Site, World

KILLING = "signal=SIGKILL"
DAEMON = Scene("daemon", 18)
DAEMON_SECONDS = 8.0
END_SECONDS_MAX = 10.0
TERMINATIONS = 60
LAST_CALLS = {"sendto": 40, "recvfrom": 40, "connect": 1, "fdatasync": 20, "pwrite64": 300, "write": 20, "openat": 20}  # of a thread
NAMES = (
    "pwrite64", "write", "fdatasync", "fsync", "ftruncate", "unlink", "link", "mkdir", "chmod", "fchmod", "fcntl", "flock",
    "connect", "sendto", "recvfrom", "shutdown",
)  # fmt: skip


def run(site: Site, share: Share) -> tuple[Tally, ...]:
    """Most of the time for single kills."""
    return terminations(site, share.part(0, 8)), pairs(site, share.part(1, 7)), kills(site, share)


def kills(site: Site, share: Share, most: int | None = None, scenes: Sequence[Scene] = ALL_SCENES) -> Tally:
    """At each call of a pass of each scene, or at `most` of them."""
    tally = Tally("killed at a system call")
    for done, call in enumerate(share.by_turns(points(site, share.seed, scenes))):
        if done == most:
            break
        tally = killed_at(site, [call], tally)
    return tally


def pairs(site: Site, share: Share, most: int | None = None) -> Tally:
    """And once more in the pass that follows."""
    tally = Tally("killed twice at system calls")
    chance = random.Random(share.seed)
    found = points(site, share.seed)
    for done, call in enumerate(share.by_turns(found)):
        if done == most:
            break
        again = chance.choice([each for each in found if each.scene is call.scene and each.number <= call.number + 20])
        tally = killed_at(site, [call, again], tally)
    return tally


def points(site: Site, seed: int, scenes: Sequence[Scene] = ALL_SCENES) -> list[Call]:
    """All calls of these scenes, every kind of them by turns."""
    calls = [call for scene in scenes for call in calls_of(site, scene, NAMES)]
    return by_turns(calls, lambda call: f"{call.name} {call.where}", seed)


def killed_at(site: Site, calls: list[Call], tally: Tally) -> Tally:
    """One world, killed at these calls of its passes, one after the other, and then let come to rest."""
    with scene_made(site, calls[0].scene) as world:
        killed = 0
        for call in calls:
            killed += broken_poll(world, call, KILLING)[0].killed
            world.note_doubts()
        found = findings(world, world.settle())
        return tally.with_run(found, label=f"killed at {', '.join(map(str, calls))}", broken=killed == len(calls))


def terminations(site: Site, share: Share, most: int = TERMINATIONS) -> Tally:
    """SIGTERM to the daemon at a call of any of its threads: it ends in order, in time, and the next start goes on."""
    tally = Tally("daemon asked to end at a system call")
    chance = random.Random(share.seed)
    points = [(name, chance.randint(1, LAST_CALLS[name])) for name in LAST_CALLS for _ in range(1 + most // len(LAST_CALLS))]
    for name, number in share.of(points[:most] if most > len(LAST_CALLS) else chance.sample(points, most)):
        with scene_made(site, DAEMON) as world:
            ran, seconds = _told_to_end(world, name, number)
            world.note_doubts()
            found = findings(world, world.settle())
            at_once = ran.code == -signal.SIGTERM and "serving" not in ran.err  # before there was anything to end in order
            if seconds is not None and ((ran.code and not at_once) or seconds > END_SECONDS_MAX):
                found = replace(found, unsettled=(*found.unsettled, f"ended with {ran.code} in {seconds:.1f} s"))
            tally = tally.with_run(found, label=f"SIGTERM at {name} {number}", broken=seconds is not None)
    return tally


def _told_to_end(world: World, name: str, number: int) -> tuple[Ran, float | None]:
    """How the daemon ended, and how many seconds after it was told; None if no thread made so many such calls."""
    log = world.desk.folder / "broken"
    inject = f"inject={name}:signal=SIGTERM:when={number}"
    under = ("strace", "-f", "-ttt", "-s", "0", "-o", str(log), "-e", f"trace={name}", "-e", "signal=SIGTERM", "-e", inject)
    ran = world.run("run", under=under, seconds_max=DAEMON_SECONDS)
    told = re.search(r"^\d+ +([0-9.]+) --- SIGTERM", log.read_text(encoding="utf-8", errors="replace"), re.MULTILINE)
    return ran, log.stat().st_mtime - float(told[1]) if told else None
