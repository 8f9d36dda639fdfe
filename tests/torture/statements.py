# SPDX-FileCopyrightText: 2026 The maildesk authors
# SPDX-License-Identifier: EUPL-1.2
"""Killed at every step: each statement, each commit, each command to the mailbox, each word on the wire (maildesk/faults.py).

Also twice in a row, in the pass that quarantines, in a retry of what is in quarantine, in the daemon, in an import, and while the schema is
brought up to date.
"""

from __future__ import annotations

import random
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, replace
from email import message_from_bytes
from functools import cache

from maildesk.core.decision.decision import Outcome
from tests.rig.zygote import Ran
from tests.torture.command import CURED
from tests.torture.mails import Mail
from tests.torture.migrations import killed_migrations
from tests.torture.oracle import Findings, Tally, corrupt, findings, in_database
from tests.torture.share import Share
from tests.torture.world import Copies, Site, World

PAIRS = 400
DAEMONS = 80
IMPORTS = 30
RETRIES = 60
DAEMON_SECONDS = 8.0


@dataclass(frozen=True)
class Scene:
    """A world to be killed in. `passes_before`: so many are let alone first."""

    name: str
    seed: int
    copies: Copies = Copies.EARLY
    fresh: bool = False
    poison: bool = False
    citizens: int = 2
    passes_before: int = 0


SCENES = (
    Scene("early copies", 11),
    Scene("late copies", 12, Copies.LATE),
    Scene("no copies", 13, Copies.NEVER),
    Scene("copies after the wait", 14, Copies.TOO_LATE),
    Scene("nothing prepared", 15, fresh=True),
    Scene("five citizens", 16, citizens=5),
    Scene("quarantine", 17, poison=True, passes_before=2),
)


def run(site: Site, share: Share) -> tuple[Tally, ...]:
    """The short ones first; what time they leave goes to the kills at every step."""
    parts = (share.part(0, 8) for _ in range(4))
    short = (
        killed_migrations(site, next(parts)), daemons(site, next(parts)), imports(site, next(parts), IMPORTS),
        retries(site, next(parts), RETRIES),
    )  # fmt: skip
    return (*short, pairs(site, share.part(1, 4)), kills(site, share, SCENES))


def kills(site: Site, share: Share, scenes: tuple[Scene, ...], most: int | None = None) -> Tally:
    """At every step of a pass of each scene, or at `most` of them by chance."""
    tally = Tally("killed at a step")
    points = [(scene, step) for scene in scenes for step in range(1, steps_of(site, scene) + 1)]
    for done, (scene, step) in enumerate(share.of(points)):
        if done == most:
            break
        tally = killed_at(site, scene, [step], tally)
    return tally


def pairs(site: Site, share: Share, most: int = PAIRS) -> Tally:
    """A second kill at a step of the pass that follows the first one."""
    tally = Tally("killed twice in a row")
    chance = random.Random(share.seed)
    scenes = SCENES[:-1]
    lengths = {scene.name: steps_of(site, scene) for scene in scenes}
    points = []
    for _ in range(most):
        scene = chance.choice(scenes)
        first = chance.randint(1, lengths[scene.name])
        points.append((scene, first, chance.randint(1, lengths[scene.name] - first + 20)))
    for scene, first, second in share.of(points):
        tally = killed_at(site, scene, [first, second], tally)
    return tally


def killed_at(site: Site, scene: Scene, steps: list[int], tally: Tally) -> Tally:
    """One world of the scene, killed at these steps of its passes, one after the other, and then let come to rest."""
    with made(site, scene) as world:
        killed = 0
        for step in steps:
            ran = world.poll(stop_at=step)
            killed += ran.killed
            world.note_doubts()
        found = findings(world, world.settle())
        return tally.with_run(found, label=f"{scene.name}, killed at {steps}", broken=killed == len(steps))


def daemons(site: Site, share: Share, most: int = DAEMONS) -> Tally:
    """The daemon, killed while it takes in and sends in several threads."""
    tally = Tally("daemon killed at a step")
    scene = Scene("daemon", 18)
    for step in share.of(range(1, steps_of(site, scene), max(1, steps_of(site, scene) // most))):
        with made(site, scene) as world:
            ran = world.run("run", seconds_max=DAEMON_SECONDS, stop_at=step)
            tally = tally.with_run(findings(world, world.settle()), label=f"daemon, killed at {step}", broken=ran.killed)
    return tally


def imports(site: Site, share: Share, most: int | None = None) -> Tally:
    """An import of the same mails from files, killed and begun anew. No letter goes to anyone."""
    tally = Tally("import killed at a step")
    scene = Scene("import", 19)
    with made(site, scene) as world:
        assert _import(world, stop_at=f"count:{world.desk.folder / 'steps'}").code == 0
        steps = len((world.desk.folder / "steps").read_text(encoding="utf-8").splitlines())
    for done, step in enumerate(share.of(range(1, steps + 1))):
        if done == most:
            break
        with made(site, scene) as world:
            ran, again = _import(world, stop_at=step), _import(world)
            lost, double = in_database(world)
            letters = tuple(f"a letter {row[0]} was written" for row in world.rows("SELECT template FROM letter"))
            failed = () if again.code == 0 else (f"begun anew it ended with {again.code}: {again.err.strip()[-200:]}",)
            found = Findings(lost, double, corrupt(world), double_letters=letters, unsettled=failed, restart_seconds=again.seconds)
            tally = tally.with_run(found, label=f"import, killed at {step}", broken=ran.killed)
    return tally


def retries(site: Site, share: Share, most: int | None = None) -> Tally:
    """A mail in quarantine is tried again after its cause was mended: killed there, and then tried once more."""
    tally = Tally("quarantine retry killed at a step")
    scene = replace(SCENES[-1], passes_before=5)
    with made(site, scene) as world:
        assert _retry(world, stop_at=f"count:{world.desk.folder / 'steps'}").code == 0
        steps = len((world.desk.folder / "steps").read_text(encoding="utf-8").splitlines())
    for done, step in enumerate(share.of(range(1, steps + 1))):
        if done == most:
            break
        with made(site, scene) as world:
            ran = _retry(world, stop_at=step)
            if world.rows("SELECT 1 FROM quarantine WHERE released_at IS NULL"):
                assert _retry(world).code == 0
            world.mails = tuple(_cured(mail) if mail.name == "poison" else mail for mail in world.mails)
            tally = tally.with_run(findings(world, world.settle()), label=f"retry, killed at {step}", broken=ran.killed)
    return tally


def _cured(mail: Mail) -> Mail:
    """It ends as any citizen's mail, with its letter; that it lay in quarantine was told."""
    writer = str(message_from_bytes(mail.octets)["From"])
    return replace(mail, ends=Outcome.NEW_CASE, case="case of the cured", answered=writer)


def _retry(world: World, stop_at: int | str = "") -> Ran:
    return world.run("quarantine", "--retry", stop_at=stop_at, **{CURED: "yes"})


def _import(world: World, stop_at: int | str = "") -> Ran:
    """From files that lie in the order of their arrival."""
    files = world.desk.folder / "files"
    if not files.exists():
        files.mkdir()
        for number, mail in enumerate(world.mails):
            (files / f"{number}.eml").write_bytes(mail.octets)
    return world.run("import", str(files), stop_at=stop_at)


@contextmanager
def made(site: Site, scene: Scene) -> Iterator[World]:
    """The world of a scene, as far as it is let alone."""
    with site.world(scene.seed, scene.copies, fresh=scene.fresh, poison=scene.poison, citizens=scene.citizens) as world:
        for _ in range(scene.passes_before):
            world.poll()
        yield world


def steps_of(site: Site, scene: Scene) -> int:
    """How many steps a pass of this scene has."""
    return len(step_names(site, scene))


@cache
def step_names(site: Site, scene: Scene) -> tuple[str, ...]:
    """The steps of a pass in their order."""
    with made(site, scene) as world:
        file = world.desk.folder / "steps"
        ran = world.poll(stop_at=f"count:{file}")
        assert ran.code == 0, ran.err
        return tuple(file.read_text(encoding="utf-8").splitlines())
