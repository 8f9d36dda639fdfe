# SPDX-FileCopyrightText: 2026 The maildesk authors
# SPDX-License-Identifier: EUPL-1.2
"""A real Postfix in place of the server that only does as it is told: it is killed while letters leave, the line to it is cut behind any
octet, and it delivers the copies when it likes, at once or long after the doubt began.

What is for citizens waits in its queue until the end, so that no kill can make Postfix itself send a letter twice: that is its own window.
"""

from __future__ import annotations

import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass

from tests.rig.desk import ADDRESS
from tests.rig.postfix import ACCOUNTS, Postfix, a_postfix
from tests.rig.proxy import Cut, How, Proxy, Side
from tests.torture.hands import Clock, at_work
from tests.torture.imap_cuts import a_bare_world
from tests.torture.oracle import Findings, Tally
from tests.torture.share import Share
from tests.torture.smtp_cuts import Scene
from tests.torture.world import Copies, Site

SEED = 43
SHUT = Cut(Side.CLIENT, 0, How.RST, for_good=True)
SMTP_SECONDS = 5.0
KILL_STEP_SECONDS = 0.004
KILLS = 35
SERVER_OCTETS = 420  # about what Postfix says to two letters
CLIENT_OCTETS = 10_000
ROW_MAX = 6


@dataclass(frozen=True)
class Point:
    """Postfix is killed so long after the run began, or the line to it breaks. `late`: the copies wait in its queue until what
    was only deferred has been tried again.
    """

    after_seconds: float = 0.0
    cut: Cut | None = None
    late: bool = False

    @property
    def label(self) -> str:
        what = f"{self.cut.how.value} behind {self.cut.after_octets} of the {self.cut.side.value}" if self.cut else "killed"
        return f"{what}, after {self.after_seconds:.3f} s{', copies late' if self.late else ''}"


def run(site: Site, share: Share) -> tuple[Tally, ...]:
    kills = [Point(after_seconds=number * KILL_STEP_SECONDS, late=late) for number in range(KILLS) for late in (False, True)]
    cuts = [
        Point(cut=Cut(side, after, how), late=late)
        for side, length, step in ((Side.SERVER, SERVER_OCTETS, 3), (Side.CLIENT, CLIENT_OCTETS, 61))
        for after in range(0, length, step)
        for how in (How.FIN, How.RST)
        for late in (False, True)
    ]
    return broken(site, share.part(0, 2), "Postfix killed", kills), broken(site, share.part(1, 2), "Postfix, line cut", cuts)


def broken(site: Site, share: Share, kind: str, points: list[Point], most: int | None = None) -> Tally:
    """Each row of points has a desk and a Postfix of its own."""
    tally = Tally(kind)
    mine = list(share.of(points))[:most]
    for start in range(0, len(mine), ROW_MAX):
        if share.time_is_up:
            break
        row = mine[start : start + ROW_MAX]
        reached, found = _row(site, row)
        for number, (point, done) in enumerate(zip(row, reached, strict=True)):
            counted = found if not number else Findings(restart_seconds=found.restart_seconds)  # the faults of a row are counted once
            tally = tally.with_run(counted, label="; ".join(each.label for each in row) if found.faults else point.label, broken=done)
    return tally


def _row(site: Site, row: list[Point]) -> tuple[list[bool], Findings]:
    reached = []
    with _made(site) as desk:
        for number, point in enumerate(row):
            desk.scene.begin(number, kept=False)
            desk.mailbox.set(SHUT if point.late else None)
            reached.append(desk.scene.broken_by(point.cut) if point.cut else desk.killed(point.after_seconds))
            desk.scene.rest(desk.copies_arrive)
        desk.copies_arrive()
        desk.outside.set(None)
        desk.postfix.wait_until_empty()
        return reached, desk.scene.found()


@dataclass(frozen=True)
class _Desk:
    """A scene with its Postfix. The gates stand between that and the desk's mailbox, and between that and everybody else."""

    scene: Scene
    postfix: Postfix
    mailbox: Proxy
    outside: Proxy

    def copies_arrive(self) -> None:
        self.mailbox.set(None)
        self.postfix.wait_until_empty(ACCOUNTS)

    def killed(self, after_seconds: float) -> bool:
        """A pass, during which Postfix is killed; whether it was killed before the end. It stands again afterwards."""
        over = threading.Event()
        in_time: list[bool] = []

        def kill() -> None:
            time.sleep(after_seconds)
            in_time.append(not over.is_set())
            self.postfix.kill()

        killer = threading.Thread(target=kill)
        killer.start()
        self.scene.hands.a_pass()
        over.set()
        killer.join()
        self.scene.hands.sender.close()
        self.scene.world.note_doubts()
        self.postfix.start()
        return in_time[0]


@contextmanager
def _made(site: Site) -> Iterator[_Desk]:
    clock = Clock()
    with (
        a_bare_world(site, SEED, Copies.LATE) as world,
        Proxy(site.dovecot.lmtp_port) as mailbox,
        Proxy(world.post.port, SHUT) as outside,
        a_postfix(mailbox.port, outside.port, {ADDRESS: world.desk.user}) as postfix,
        Proxy(postfix.port) as proxy,
        at_work(world, site.dovecot.imap_port, smtp_port=proxy.port, smtp_seconds=SMTP_SECONDS, clock=clock) as hands,
    ):
        yield _Desk(Scene(world, hands, proxy, clock), postfix, mailbox, outside)
