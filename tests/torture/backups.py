# SPDX-FileCopyrightText: 2026 The maildesk authors
# SPDX-License-Identifier: EUPL-1.2
"""Backups killed at each step, made while a daemon works, and put back at any point over whatever was left of the desk."""

from __future__ import annotations

import random
import shutil
import sqlite3
import subprocess
import sys
from collections.abc import Iterator
from contextlib import closing, contextmanager
from dataclasses import replace
from email import message_from_bytes
from pathlib import Path

from maildesk.core.letters.keyed_ids import parse_keyed_id
from tests.rig.command import ROOT, environment
from tests.torture.mails import Mail
from tests.torture.oracle import Findings, Tally, findings
from tests.torture.share import Share
from tests.torture.world import Copies, Site, World

STOP_AT = "MAILDESK_STOP_AT"
WHOLE = {"maildesk.db", "maildesk.db-wal", "message-id.key"}
RESTORES = 400
DURING = 30
DAEMON_SECONDS = 6.0
STEPS = 120  # of a pass; a kill beyond its end is none


def run(site: Site, share: Share) -> tuple[Tally, ...]:
    """The kills first, which are few; what time they leave goes to the restores."""
    return (killed(site, share.part(0, 4)), during(site, share.part(1, 4)), restored(site, share))


# --- killed while it is made ---


def killed(site: Site, share: Share, most: int | None = None) -> Tally:
    """At each step of a backup that also removes an older one. What bears the name of a backup is whole, and the next one is made."""
    tally = Tally("backup killed at a step")
    with _to_be_backed_up(site) as world:
        file = world.desk.folder / "steps"
        _back_up(world, **{STOP_AT: f"count:{file}"})
        steps = len(file.read_text(encoding="utf-8").splitlines())
    for done, step in enumerate(share.of(range(1, steps + 1))):
        if done == most:
            break
        with _to_be_backed_up(site) as world:
            ran = world.run("backup", "--keep", "1", **{STOP_AT: str(step)})
            broken = _broken(world)
            world.later(1)
            again = world.run("backup", "--keep", "1")
            broken += _broken(world) + _leftovers(world)
            if again.code != 0:
                broken.append(f"the next backup ended with {again.code}: {again.err.strip()[-200:]}")
            found = findings(world, world.settle())
            found = replace(found, corrupt=(*found.corrupt, *broken), restart_seconds=max(found.restart_seconds, again.seconds))
            tally = tally.with_run(found, label=f"backup killed at {step}", broken=ran.killed)
    return tally


@contextmanager
def _to_be_backed_up(site: Site) -> Iterator[World]:
    """A desk at work with an older backup."""
    with site.world(31) as world:
        world.poll()
        assert world.run("backup").code == 0
        world.later(1)
        yield world


def _back_up(world: World, **variables: str) -> Path:
    ran = world.run("backup", "--keep", "1", **variables)
    assert ran.code == 0, ran.err
    return Path(ran.out.strip())


def _backups(world: World) -> list[Path]:
    return sorted((world.desk.folder / "backups").glob("maildesk-*"))


def _broken(world: World) -> list[str]:
    """What is wrong with the folders that bear the name of a backup; there is always one."""
    wrong = [] if _backups(world) else ["there is no backup any more"]
    for folder in _backups(world):
        if {path.name for path in folder.iterdir()} != WHOLE:
            wrong.append("a backup is not whole")
            continue
        with closing(sqlite3.connect(f"{(folder / 'maildesk.db').as_uri()}?mode=ro&immutable=1", uri=True)) as database:
            if database.execute("PRAGMA integrity_check").fetchone() != ("ok",):
                wrong.append("a backup is corrupt")
            if not database.execute("SELECT 1 FROM fact WHERE name = 'restored'").fetchone():
                wrong.append("a backup does not say that it is one")
    return wrong


def _leftovers(world: World) -> list[str]:
    return [f"{path.name} was left" for path in (world.desk.folder / "backups").glob(".*")]


# --- made while a daemon works ---


def during(site: Site, share: Share, most: int = DURING) -> Tally:
    """Backups one after the other while a daemon takes in and sends; then the last of them is put back."""
    tally = Tally("backup of a desk at work, put back")
    for seed in share.of(range(most)):
        with site.world(5000 + seed, citizens=6) as world:
            words = ["backup", str(world.desk.folder / "made"), "--config", str(world.desk.config)]
            command = [sys.executable, "-c", MANY_BACKUPS.format(words=words, folder=str(world.desk.folder / "made"))]
            with subprocess.Popen(command, cwd=ROOT, env=environment(), stdout=subprocess.DEVNULL, stderr=subprocess.PIPE) as maker:
                world.run("run", seconds_max=DAEMON_SECONDS)
                maker.terminate()
                maker.communicate()
            made = sorted((world.desk.folder / "made").glob("maildesk-*"))
            world.note_doubts()
            if made:
                put_back(world, random.Random(seed).choice(made))
            settled = world.settle()
            _take_either_copy(world)
            found = findings(world, settled)
            tally = tally.with_run(_with_numbers(world, found), label=f"during {seed}", broken=bool(made))
    return tally


# In one process: so many more backups fall into the time in which the daemon works.
MANY_BACKUPS = """
import os, sys, time
from pathlib import Path
from maildesk.adapters.store.backup import make
from maildesk.building import now
folder = Path({folder!r})
folder.mkdir()
for number in range(10000):
    desk = folder.parent
    try:
        make(desk / "maildesk.db", desk / "message-id.key", folder / f"maildesk-{{number:05d}}", now())
    except Exception as error:
        print(error, file=sys.stderr)
    time.sleep(0.05)
"""


# --- put back ---


def restored(site: Site, share: Share, most: int = RESTORES) -> Tally:
    """A backup at any point of the work, more work, kills in it, the loss of everything, and the way back."""
    tally = Tally("restored and replayed")
    for seed in share.of(range(most)):
        copies = Copies.LATE if seed % 3 == 0 else Copies.EARLY
        with site.world(7000 + seed, copies, citizens=2 + seed % 3) as world:
            label = _lived(world, random.Random(share.seed * 100_003 + seed))
            settled = world.settle()
            _take_either_copy(world)
            found = findings(world, settled)
            tally = tally.with_run(_with_numbers(world, found), label=f"restore {seed}: {label}")
    return tally


def _take_either_copy(world: World) -> None:
    """A mail came by two ways. After a restore the other copy may be found first: then that one is the message, and this one the double."""
    first, double = world.mails[0], next(mail for mail in world.mails if mail.name == "double")
    kept = {row[0] for row in world.rows("SELECT r.digest FROM message m JOIN raw r ON r.id = m.raw_id")}
    if double.digest in kept and first.digest not in kept:
        swapped = {first.name: replace(first, octets=double.octets), double.name: replace(double, octets=first.octets)}
        world.mails = tuple(swapped.get(mail.name, mail) for mail in world.mails)


def _lived(world: World, chance: random.Random) -> str:
    """Some mails, a backup, the other mails, the loss. Returns how it went, to do it again."""
    later = _held_back(world, chance.randrange(len(world.mails)))
    before = [_pass(world, chance) for _ in range(chance.randrange(3))]
    kept = world.desk.folder / "kept"
    ran = world.run("backup", str(kept))
    assert ran.code == 0, ran.err
    after = []
    for some in (later[: len(later) // 2], later[len(later) // 2 :]):
        for mail in some:
            world.drop(mail.octets)
        after += [_pass(world, chance) for _ in range(1 + chance.randrange(2))]
    world.note_doubts()
    put_back(world, kept, leave_log=chance.random() < 0.5)
    in_recovery = [_pass(world, chance)] if chance.random() < 0.3 else []
    return f"passes {before}, backup, passes {after}, restore, {in_recovery}"


def _pass(world: World, chance: random.Random) -> int:
    """One pass, now and then killed; the step of the kill, or 0."""
    step = chance.randint(1, STEPS) if chance.random() < 0.4 else 0
    world.poll(**({STOP_AT: str(step)} if step else {}))
    world.note_doubts()
    return step


def _held_back(world: World, first: int) -> tuple[Mail, ...]:
    """The mails from the `first` on have not arrived yet."""
    held = world.mails[first:]
    theirs = {mail.octets for mail in held}
    for file in (world.maildir / "new").iterdir():
        if file.read_bytes() in theirs:
            file.unlink()
    return held


def put_back(world: World, backup: Path, *, leave_log: bool = False) -> None:
    """The desk's files are gone, or broken with their log still there; the backup is copied over them."""
    for name in ("maildesk.db", "maildesk.db-shm", "message-id.key", *(() if leave_log else ("maildesk.db-wal",))):
        (world.desk.folder / name).unlink(missing_ok=True)
    for file in backup.iterdir():
        shutil.copy(file, world.desk.folder / file.name)


def _with_numbers(world: World, found: Findings) -> Findings:
    """Who was told a number in an acknowledgement finds the mail under it; late copies may come after a new number was given."""
    if world.copies is not Copies.EARLY:
        return found
    rows = world.rows("SELECT r.digest, c.number FROM message m JOIN raw r ON r.id = m.raw_id JOIN cases c ON c.id = m.case_id")
    number_of = dict(rows)
    wanted = {mail.answered: number_of.get(mail.digest) for mail in world.mails if mail.answered}
    wrong = []
    for letter in world.post.accepted:
        recipient = letter.recipients[0]
        keyed = parse_keyed_id(str(message_from_bytes(letter.octets)["Message-ID"]).strip(" <>"))
        if recipient in wanted and keyed and keyed.case_number != wanted[recipient]:
            wrong.append("a citizen was told another number than that of the case")
    return replace(found, double_cases=(*found.double_cases, *wrong))
