# SPDX-FileCopyrightText: 2026 The maildesk authors
# SPDX-License-Identifier: EUPL-1.2
"""The line to the mailbox breaks behind any octet of a whole pass, in either direction: log-in, look, fetch, move, the other folders.

A broken line must never be taken for anything else, also within the log-in: not for a wrong password, not for a mail.
"""

from __future__ import annotations

import itertools
import logging
import random
from collections.abc import Iterable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from email.utils import format_datetime

from maildesk.core.decision.decision import Outcome
from maildesk.errors import MailboxUnreachable, MaildeskError
from tests.rig.builders import a_mail
from tests.rig.proxy import Cut, How, Proxy, Side
from tests.torture.hands import Hands, at_work
from tests.torture.mails import Mail
from tests.torture.oracle import Findings, Tally, findings
from tests.torture.share import Share
from tests.torture.world import Copies, Site, World

BIG_BYTES = 4 * 1024 * 1024 + 3000  # a mail that is fetched in parts
BIG_POINTS = 120
SILENT_POINTS = 150
TWICE = 300
SILENT_SECONDS = 0.3
SLOW_SECONDS = 1.0
PATIENT_SECONDS = 10.0
PASS_SECONDS = 60.0
ROW_MAX = 8  # points one after the other on one desk
POORER = (("MOVE",), ("MOVE", "UIDPLUS"))
TWO_COPIES = "lies in ['Archive', 'Archive']"
MOVED_TO = "Gelesen"


@dataclass(frozen=True)
class Scene:
    """`kept`: the line stood before the mails were looked at, and is replaced without a word when it dies."""

    name: str
    seed: int
    kept: bool = False
    big: bool = False

    def arrange(self, world: World, hands: Hands, number: int) -> None:
        arrange(world, hands, number, kept=self.kept, size_bytes=BIG_BYTES if self.big else 0)


NEW_LINE = Scene("a new line", 21)
KEPT_LINE = Scene("a kept line", 22, kept=True)
BIG_MAIL = Scene("a mail in parts", 23, big=True)


@dataclass(frozen=True)
class Point:
    """Where the lines break, one pass after the other."""

    scene: Scene
    cuts: tuple[Cut, ...]

    @property
    def label(self) -> str:
        return f"{self.scene.name}, {', '.join(f'{cut.how.value} behind {cut.after_octets} of the {cut.side.value}' for cut in self.cuts)}"


def run(site: Site, share: Share) -> tuple[Tally, ...]:
    """The short ones first; what time they leave goes to the cuts behind every octet."""
    logging.getLogger("maildesk").setLevel(logging.CRITICAL)  # each cut is told, thousands of times
    with Proxy(site.dovecot.imap_port) as proxy:
        rig = Rig(site, proxy)
        short = (rig.silences(share.part(0, 10)), rig.in_parts(share.part(1, 10)), rig.twice(share.part(1, 8)))
        return (*short, poorer(share.part(1, 6), POORER[share.number % 2 :][:1]), rig.cuts(share))


def poorer(share: Share, servers: Sequence[tuple[str, ...]] = POORER, most: int | None = None) -> Tally:
    """On servers without MOVE, and without UIDPLUS: COPY, a flag and EXPUNGE, with cuts between them.

    A mail may then lie in the archive twice, as nobody can tell whether a COPY without an answer was done (RFC 6851 section 1). It is one
    message of one case all the same.
    """
    tally = Tally("IMAP cut without MOVE")
    for number, without in enumerate(servers):
        with Site(without=without) as site, Proxy(site.dovecot.imap_port) as proxy:
            tally = tally.and_also(Rig(site, proxy, copies=True).cuts(share.part(number, len(servers)), most))
    return tally


class Rig:
    """The cuts, on one site and through one proxy. `copies`: mails are copied to the archive, and may come there twice."""

    def __init__(self, site: Site, proxy: Proxy, *, copies: bool = False) -> None:
        self._site = site
        self._proxy = proxy
        self._copies = copies

    def cuts(self, share: Share, most: int | None = None) -> Tally:
        """Behind every octet of both sides, with FIN and with RST, or at `most` of these points by chance."""
        points = [
            Point(scene, (Cut(side, after, how),))
            for scene in (NEW_LINE, KEPT_LINE)
            for side, length in self.lengths(scene).items()
            for after in range(length)
            for how in (How.FIN, How.RST)
        ]
        return self._all("IMAP cut behind an octet", share, points, most)

    def in_parts(self, share: Share, most: int = BIG_POINTS) -> Tally:
        """While a mail comes that is too big for one answer."""
        length = self.lengths(BIG_MAIL)[Side.SERVER]
        step = max(1, length // most)
        points = [
            Point(BIG_MAIL, (Cut(Side.SERVER, after, how),))
            for after, how in zip(range(step // 2, length, step), itertools.cycle((How.FIN, How.RST)), strict=False)
        ]
        return self._all("IMAP cut in a mail of parts", share, points)

    def silences(self, share: Share, most: int = SILENT_POINTS) -> Tally:
        """The line stays open and nothing comes any more, or next to nothing: the time-out ends it, or the deadline."""
        points = [
            Point(scene, (Cut(side, after, how),))
            for scene in (NEW_LINE, KEPT_LINE)
            for side, length in self.lengths(scene).items()
            for how in (How.SILENCE, How.TRICKLE)
            for after in range(0, length, max(1, 8 * length // most))
        ]
        return self._all("IMAP silent or slow", share, points, most)

    def twice(self, share: Share, most: int = TWICE) -> Tally:
        """The line breaks again in the pass that follows."""
        chance, length = random.Random(share.seed), self.lengths(NEW_LINE)[Side.SERVER]
        cuts = [Cut(Side.SERVER, chance.randrange(length), chance.choice((How.FIN, How.RST))) for _ in range(2 * most)]
        points = [Point(NEW_LINE, pair) for pair in zip(cuts[::2], cuts[1::2], strict=True)]
        return self._all("IMAP cut twice in a row", share, points)

    def lengths(self, scene: Scene) -> dict[Side, int]:
        """How many octets each side says in a pass in which nothing breaks."""
        with self._made(scene) as (world, hands):
            scene.arrange(world, hands, 0)
            self._proxy.set(None)
            failure = hands.a_pass()
            assert failure is None, failure
            return {side: len(self._proxy.carried(side)) for side in Side}

    def _all(self, kind: str, share: Share, points: Sequence[Point], most: int | None = None) -> Tally:
        tally = Tally(kind)
        for row in _rows(itertools.islice(share.of(points), most)):
            tally = self._row(row, tally)
        return tally

    def _row(self, row: Sequence[Point], tally: Tally) -> Tally:
        """Point after point on one desk, each with mails of its own. If anything is wrong in the end, each point is done again alone."""
        broken, found = self._broken_at(row)
        if not found.faults or len(row) == 1:
            for point, done in zip(row, broken, strict=True):
                tally = tally.with_run(found, label=point.label, broken=done)
            return tally
        alone = tally
        for point in row:
            alone = self._row([point], alone)
        if alone.examples == tally.examples:  # only together do they fail
            alone = alone.with_run(found, label="; ".join(point.label for point in row))
        return alone

    def _broken_at(self, row: Sequence[Point]) -> tuple[list[bool], Findings]:
        """Which of the points were reached, and what became of the mails."""
        silent = any(cut.how in {How.SILENCE, How.TRICKLE} for point in row for cut in point.cuts)
        broken: list[bool] = []
        wrong: list[str] = []
        restart = 0.0
        with self._made(row[0].scene, in_a_hurry=silent) as (world, hands):
            for number, point in enumerate(row):
                point.scene.arrange(world, hands, number)
                broken.append(self._break(point, hands, wrong))
                settled = hands.settle()
                restart = max(restart, settled.first.seconds)
                if number < len(row) - 1 and (settled.first.code or not settled.quiet):
                    wrong.append("a pass afterwards failed, or they do not come to rest")
            found = findings(world, settled)
        if self._copies:
            found = replace(found, double_cases=tuple(each for each in found.double_cases if not each.endswith(TWO_COPIES)))
        return broken, replace(found, unsettled=(*found.unsettled, *wrong), restart_seconds=restart)

    def _break(self, point: Point, hands: Hands, wrong: list[str]) -> bool:
        """Whether all its cuts took place. In `wrong` goes what a pass said of them that is not so."""
        broken = 0
        for cut in point.cuts:
            self._proxy.set(cut)
            wrong += _misunderstood(hands.a_pass())
            broken += self._proxy.broke
            self._proxy.set(None)
        return broken == len(point.cuts)

    @contextmanager
    def _made(self, scene: Scene, *, in_a_hurry: bool = False) -> Iterator[tuple[World, Hands]]:
        self._proxy.set(None)
        seconds = (SILENT_SECONDS, SLOW_SECONDS) if in_a_hurry else (PATIENT_SECONDS, PASS_SECONDS)
        with an_empty_desk(self._site, self._proxy.port, scene.seed, *seconds) as (world, hands):
            yield world, hands


@contextmanager
def an_empty_desk(site: Site, imap_port: int, seed: int, socket_seconds: float, deadline_seconds: float) -> Iterator[tuple[World, Hands]]:
    """A desk without mails, at work on the server at that port; the limits are those of one wait and of a pass."""
    with (
        a_bare_world(site, seed) as world,
        at_work(world, imap_port, socket_seconds=socket_seconds, deadline_seconds=deadline_seconds) as hands,
    ):
        yield world, hands


@contextmanager
def a_bare_world(site: Site, seed: int, copies: Copies = Copies.EARLY) -> Iterator[World]:
    """A world without mails."""
    with site.world(seed, copies) as world:
        for file in (world.maildir / "new").iterdir():
            file.unlink()
        world.mails = ()
        yield world


def _rows(points: Iterable[Point]) -> Iterator[list[Point]]:
    """Points of the same scene, so many that one desk has room for them."""
    waiting: dict[Scene, list[Point]] = {}
    for point in points:
        row = waiting.setdefault(point.scene, [])
        row.append(point)
        if len(row) == (1 if point.scene.big else ROW_MAX):
            yield waiting.pop(point.scene)
    yield from waiting.values()


def _misunderstood(failure: MaildeskError | None) -> list[str]:
    """A line that breaks is a line that breaks; a refusal would wait for a person."""
    if failure is None or isinstance(failure, MailboxUnreachable):
        return []
    return [f"the broken line was taken for {type(failure).__name__}: {failure}"]


def arrange(world: World, hands: Hands, number: int, *, kept: bool = False, size_bytes: int = 0) -> None:
    """The line, and two more mails: of a citizen in the inbox, and of another one in a folder to which a colleague has moved it."""
    hands.mailbox.close()
    hands.reachable = False
    if kept:
        hands.a_pass()
    here, there = citizen(world, f"here{number}", size_bytes), citizen(world, f"there{number}")
    world.mails = (*world.mails, here, there)
    world.drop(here.octets)
    world.drop(there.octets, MOVED_TO)


def citizen(world: World, name: str, size_bytes: int = 0) -> Mail:
    """A mail of somebody who has never written before; it has not arrived yet."""
    address = f"{name}.{world.desk.user}@example.org"
    text = f"Guten Tag,\nGrüße von {name}.\n" + ("x" * 70 + "\n") * (size_bytes // 71)
    octets = a_mail(text, sender=address, message_id=address, subject="Anliegen", date=format_datetime(datetime.now(UTC)))
    return Mail(name, octets, Outcome.NEW_CASE, name, address)
