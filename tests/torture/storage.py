# SPDX-FileCopyrightText: 2026 The maildesk authors
# SPDX-License-Identifier: EUPL-1.2
"""The disk is full, or reports an error, at every write and sync of a pass, or at a read; and no file can grow, so that writes are short.

The pass that fails says so in one line with exit code 73, and the next one goes on as if nothing had been.
"""

from __future__ import annotations

import os
import random
import re
import sqlite3
import threading
from collections.abc import Iterator, Sequence
from contextlib import closing, contextmanager
from dataclasses import replace

from tests.rig.zygote import Ran
from tests.torture.oracle import Findings, Tally, findings
from tests.torture.share import Share
from tests.torture.statements import SCENES, Scene
from tests.torture.tracing import ALL_SCENES, Call, broken_poll, by_turns, calls_of, scene_made
from tests.torture.world import Site, World

WRITES = ("pwrite64", "write", "fdatasync", "fsync", "ftruncate", "link", "mkdir", "unlink")
READS = ("pread64", "read")
ERRORS = ("ENOSPC", "EIO")
CONFIG_ERROR, STORE_UNUSABLE, TRY_LATER = 78, 73, 75  # a configuration that cannot be read is one too
SHORT_WRITES = CUT_LOGS = 120
GROWN_BYTES = 900_000  # no pass of a scene writes less
LOCK_SECONDS = 60.0  # less than BUSY_SECONDS of adapters/store/engine.py
LINES = {
    STORE_UNUSABLE: re.compile(r"maildesk: .+"),
    CONFIG_ERROR: re.compile(r".+: .+"),
    # The disk, or what the parser says at its start.
    TRY_LATER: re.compile(r"maildesk: (?:the database cannot (?:grow|be read or written|be opened \().*|the parser cannot be started.*)"),
}


def run(site: Site, share: Share) -> tuple[Tally, ...]:
    """Most of the time for errors."""
    lock = (locked(site),) if not share.number else ()
    return *lock, short_writes(site, share.part(0, 8)), cut_logs(site, share.part(1, 8)), *errors(site, share)


def errors(site: Site, share: Share, most: int | None = None, scenes: Sequence[Scene] = ALL_SCENES) -> tuple[Tally, ...]:
    """Each error at each call of a pass of each scene that works on a file, or at `most` of them."""
    calls = [call for scene in scenes for call in calls_of(site, scene, WRITES + READS) if call.where not in {"pipe", "socket"}]
    chance = random.Random(share.seed)
    tallies = {error: Tally(f"{error} at a system call") for error in ERRORS}
    for done, call in enumerate(share.by_turns(by_turns(calls, lambda call: f"{call.name} {call.where}", share.seed))):
        if done == most:
            break
        error = "EIO" if call.name in READS else chance.choice(ERRORS)
        tallies[error] = failed_at(site, call, error, tallies[error])
    return tuple(tallies.values())


def failed_at(site: Site, call: Call, error: str, tally: Tally) -> Tally:
    """One world in which one call of a pass fails, and then none."""
    with scene_made(site, call.scene) as world:
        ran, broken = broken_poll(world, call, f"error={error}")
        return _after(world, ran, f"{error} at {call}", tally, broken=broken)


def short_writes(site: Site, share: Share, most: int = SHORT_WRITES) -> Tally:
    """No file grows beyond so many octets: the kernel writes as much as it may, and refuses the rest."""
    tally = Tally("files cannot grow")
    chance = random.Random(share.seed)
    sizes: list[tuple[Scene, int]] = []
    for _ in range(most):
        scene = chance.choice(ALL_SCENES)
        sizes.append((scene, chance.randint(1, GROWN_BYTES)))
    for scene, size in share.of(sizes):
        with scene_made(site, scene) as world:
            ran = world.run("poll", file_bytes_max=size)
            tally = _after(world, ran, f"{scene.name}, no file over {size} octets", tally, broken=ran.code != 0)
    return tally


def cut_logs(site: Site, share: Share, most: int = CUT_LOGS) -> Tally:
    """Killed, and then of the write-ahead log only a part is left: what was committed last has been forgotten, and letters with it.

    The mailbox remembers: what is in the archive is taken in again, and the copies of letters tell that they have left. Not killed while
    the log is copied into the database: that begins when the disk has confirmed all of the log, and so no disk has a part of both.
    """
    tally = Tally("write-ahead log cut")
    chance = random.Random(share.seed)
    every = calls_of(site, SCENES[0], ("fdatasync", "sendto"))
    calls = [call for call in every if call.where != "maildesk.db" for _ in range(2)]
    for call in share.of(chance.sample(calls, min(most, len(calls)))):
        with scene_made(site, call.scene) as world:
            broken_poll(world, call, "signal=SIGKILL")
            log = world.database.with_name("maildesk.db-wal")
            left = chance.randrange(log.stat().st_size) if log.exists() and log.stat().st_size else 0
            if left:
                os.truncate(log, left)
            world.note_doubts()
            found = findings(world, world.settle())
            # That a letter to a colleague left is forgotten for good: nothing in the mailbox tells of it.
            twice = tuple(each for each in found.double_letters if each.endswith("times"))
            found = replace(found, double_letters=twice, missing_letters=())
            tally = tally.with_run(found, label=f"killed at {call}, {left} octets of the log are left", broken=left > 0)
    return tally


def locked(site: Site, seconds: float = LOCK_SECONDS) -> Tally:
    """Another process, say a backup, holds the database for a minute."""
    with scene_made(site, SCENES[0]) as world:
        world.poll()
        world.drop(world.mails[0].octets.replace(b"Message-ID: <", b"Message-ID: <once-more."))
        with held(world, seconds):
            ran = world.poll()
        complaint = () if ran.code == 0 and ran.seconds > seconds / 2 else (f"ended with {ran.code} after {ran.seconds:.0f} s",)
        still = (f"{world.inbox()} mails are still in the inbox",) if world.poll().code or world.inbox() else ()
        return Tally("database held for a minute").with_run(Findings(unsettled=(*complaint, *still)), label="held")


@contextmanager
def held(world: World, seconds: float) -> Iterator[None]:
    """Another writer has the database for so many seconds."""
    with closing(sqlite3.connect(world.database, isolation_level=None, check_same_thread=False)) as other:
        other.execute("BEGIN IMMEDIATE")
        ending = threading.Timer(seconds, other.execute, ("COMMIT",))
        ending.start()
        yield
        ending.join()


def _after(world: World, ran: Ran, label: str, tally: Tally, *, broken: bool) -> Tally:
    world.note_doubts()
    complaint = complaint_about(ran)
    found: Findings = findings(world, world.settle())
    return tally.with_run(replace(found, unsettled=(*found.unsettled, *complaint)), label=label, broken=broken)


def complaint_about(ran: Ran) -> tuple[str, ...]:
    """What is wrong with how a pass ended that could not write."""
    wrong = []
    last_line = (ran.err.strip().splitlines() or [""])[-1]
    if ran.code and ran.code not in LINES:
        wrong.append(f"it ended with {ran.code}")
    elif ran.code and not LINES[ran.code].fullmatch(last_line):
        wrong.append("its last line is no error of ours")
    if "Traceback" in ran.err or "internal error" in ran.err:
        wrong.append("it shows a mistake of ours")
    return tuple(f"{each}: {ran.err.strip()[-300:]}" for each in wrong)
