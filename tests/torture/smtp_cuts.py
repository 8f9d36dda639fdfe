# SPDX-FileCopyrightText: 2026 The maildesk authors
# SPDX-License-Identifier: EUPL-1.2
"""The line to the SMTP server breaks behind any octet while letters leave, in either direction, and their copies come when they like.

Each point has two citizens of its own. Both letters go over one line, new or kept, down to its QUIT; it breaks once, or again in the
run that follows. Afterwards the clock goes on until no letter waits any more.
"""

from __future__ import annotations

import itertools
import random
import time
from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, replace

from tests.rig.proxy import Cut, How, Proxy, Side
from tests.torture.hands import Clock, Hands, at_work
from tests.torture.imap_cuts import a_bare_world, citizen
from tests.torture.oracle import Findings, Tally, findings
from tests.torture.share import Share
from tests.torture.world import DOUBT_MINUTES, Copies, Site, World

SEED = 41
ROW_MAX = 7  # points one after the other on one desk: beyond that its limits of letters an hour come into play
BODY_STEP = 40  # within the text of a letter each octet is like the other
SILENT_STEP = 25
TWICE = 400
SMTP_SECONDS = 5.0
SILENT_SECONDS = 0.3
WAITS = "SELECT 1 FROM letter WHERE state IN ('queued', 'sending') OR (state = 'dot' AND doubt_since IS NOT NULL)"
RETRY_MINUTES = 2  # by then a letter that was deferred is due again, and one in doubt is not
PAUSES_MINUTES = (0, RETRY_MINUTES, 11, 11, 11, 61)


@dataclass(frozen=True)
class Point:
    """Where the line breaks, one run of the outbox after the other. `kept`: it stood before, from letters that left in peace."""

    cuts: tuple[Cut, ...]
    copies: Copies = Copies.EARLY
    kept: bool = False

    @property
    def label(self) -> str:
        cuts = ", ".join(f"{cut.how.value} behind {cut.after_octets} of the {cut.side.value}" for cut in self.cuts)
        return f"{'a kept' if self.kept else 'a new'} line, copies {self.copies.value}: {cuts}"

    @property
    def is_silent(self) -> bool:
        return any(cut.how in {How.SILENCE, How.TRICKLE} for cut in self.cuts)

    @property
    def row(self) -> tuple[Copies, bool]:
        """Points that are alike in this can be done on one desk."""
        return self.copies, self.is_silent


def run(site: Site, share: Share) -> tuple[Tally, ...]:
    """The short ones first; what time they leave goes to the cuts behind every octet, by turns for each time of the copies."""
    rig = Rig(site)
    short = (rig.silences(share.part(0, 6)), rig.twice(share.part(1, 6)))
    cuts = [rig.cuts(share.part(number, len(Copies)), copies) for number, copies in enumerate(Copies)]
    return (*short, *cuts)


class Rig:
    """The cuts, on one site."""

    def __init__(self, site: Site) -> None:
        self._site = site
        self._octets = {kept: self._conversation(kept=kept) for kept in (False, True)}

    def cuts(self, share: Share, copies: Copies, most: int | None = None) -> Tally:
        """Behind every octet of what is said, and many of the letters themselves, with FIN and with RST; or at `most` of these points."""
        points = [
            Point((Cut(side, after, how),), copies, kept)
            for kept in (False, True)
            for side in Side
            for after in self._places(side, kept=kept)
            for how in (How.FIN, How.RST)
        ]
        return self._all(f"SMTP cut, copy {copies.value}", share, points, most)

    def silences(self, share: Share, most: int | None = None) -> Tally:
        """The line stays open and nothing comes any more, or next to nothing: the time-out ends it."""
        points = [
            Point((Cut(side, after, how),), copies)
            for side in Side
            for after in self._places(side, kept=False)[::SILENT_STEP]
            for how in (How.SILENCE, How.TRICKLE)
            for copies in (Copies.EARLY, Copies.LATE)
            if how is How.SILENCE or side is Side.SERVER
        ]
        return self._all("SMTP silent or slow", share, points, most)

    def twice(self, share: Share, most: int = TWICE) -> Tally:
        """The line breaks again in the run that follows; often where the final dot is answered."""
        chance = random.Random(share.seed)
        points = [
            Point((self._cut(chance), self._cut(chance)), when) for when, _ in zip(itertools.cycle(Copies), range(most), strict=False)
        ]
        return self._all("SMTP cut twice in a row", share, points)

    def at_the_dot(self, share: Share, copies: Copies) -> Tally:
        """The answer to the final dot is lost, and lost again when the letter goes out once more."""
        cut = Cut(Side.SERVER, self._answer_to_the_dot(), How.RST)
        return self._all(f"SMTP answer lost, copy {copies.value}", share, [Point((cut,) * times, copies) for times in (1, 2, 3, 4)])

    # --- where ---

    def _conversation(self, *, kept: bool) -> dict[Side, bytes]:
        """What each side says where nothing breaks."""
        with self._made(Copies.EARLY) as scene:
            scene.begin(0, kept=kept)
            scene.proxy.set(None)
            scene.hands.a_pass()
            scene.hands.sender.close()
            return {side: scene.proxy.carried(side) for side in Side}

    def _places(self, side: Side, *, kept: bool) -> list[int]:
        octets = self._octets[kept][side]
        if side is Side.SERVER:
            return list(range(len(octets)))
        inside: set[int] = set()
        end = 0
        while (begin := octets.find(b"DATA\r\n", end)) >= 0:
            end = octets.index(b"\r\n.\r\n", begin)
            inside |= set(range(begin + 10, end - 10))
        return [place for place in range(len(octets)) if place not in inside or not place % BODY_STEP]

    def _answer_to_the_dot(self) -> int:
        """So many octets the server has said when it begins to answer the first final dot."""
        octets = self._octets[False][Side.SERVER]
        return octets.index(b"\r\n", octets.index(b"354 ")) + 3

    def _cut(self, chance: random.Random) -> Cut:
        how = chance.choice((How.FIN, How.RST))
        if chance.random() < 0.5:
            return Cut(Side.SERVER, self._answer_to_the_dot() + chance.randrange(20), how)
        side = chance.choice(tuple(Side))
        return Cut(side, chance.choice(self._places(side, kept=False)), how)

    # --- the runs ---

    def _all(self, kind: str, share: Share, points: Sequence[Point], most: int | None = None) -> Tally:
        tally = Tally(kind)
        for row in _rows(itertools.islice(share.of(points), most)):
            tally = self._row(row, tally)
        return tally

    def _row(self, row: Sequence[Point], tally: Tally) -> Tally:
        """Point after point on one desk. If anything is wrong in the end, each is done again alone."""
        broken, found = self._broken_at(row)
        if not found.faults or len(row) == 1:
            for number, (point, done) in enumerate(zip(row, broken, strict=True)):
                counted = found if not number else replace(found, window=0)  # of all the row, but to be counted once
                tally = tally.with_run(counted, label=point.label, broken=done)
            return tally
        alone = tally
        for point in row:
            alone = self._row([point], alone)
        if alone.examples == tally.examples:  # only together do they fail
            alone = alone.with_run(found, label="; ".join(point.label for point in row))
        return alone

    def _broken_at(self, row: Sequence[Point]) -> tuple[list[bool], Findings]:
        """Which of the points were reached, and what became of the letters."""
        broken = []
        with self._made(row[0].copies, SILENT_SECONDS if row[0].is_silent else SMTP_SECONDS) as scene:
            for number, point in enumerate(row):
                scene.begin(number, kept=point.kept)
                reached = [scene.broken_by(cut) for cut in point.cuts]  # the second is tried also where the first was not reached
                broken.append(any(reached))
                scene.rest()
            return broken, scene.found()

    @contextmanager
    def _made(self, copies: Copies, smtp_seconds: float = SMTP_SECONDS) -> Iterator[Scene]:
        clock = Clock()
        with a_bare_world(self._site, SEED, copies) as world, Proxy(world.post.port) as proxy:
            port = self._site.dovecot.imap_port
            with at_work(world, port, smtp_port=proxy.port, smtp_seconds=smtp_seconds, clock=clock) as hands:
                yield Scene(world, hands, proxy, clock)


@dataclass
class Scene:
    """One desk whose letters go through the proxy."""

    world: World
    hands: Hands
    proxy: Proxy
    clock: Clock
    restart_seconds: float = 0.0
    _waited: float = 0.0

    def begin(self, number: int, *, kept: bool) -> None:
        """Two citizens have written; the line is new, or stood already."""
        self.proxy.set(None)
        self.hands.sender.close()
        if kept:
            self._arrives(f"before{number}")
            self.rest()
        self._arrives(f"first{number}")
        self._arrives(f"second{number}")
        self._waited = 0.0

    def broken_by(self, cut: Cut) -> bool:
        """A run, and the end of its line; whether it came to the cut. What stands at the dot then may leave once more."""
        if self._waiting():
            self._later(11)
        self.proxy.set(cut)
        self.hands.a_pass()
        self.hands.sender.close()
        self.world.note_doubts()
        broke = self.proxy.broke
        self.proxy.set(None)
        return broke

    def rest(self, then: Callable[[], None] = lambda: None) -> None:
        """Until no letter waits. Late copies come when what was deferred has been tried again; `then` is for those of another server."""
        for number, minutes in enumerate(PAUSES_MINUTES):
            began = time.monotonic()
            self._later(minutes)
            self.hands.a_pass()
            if not number:
                self.restart_seconds = max(self.restart_seconds, time.monotonic() - began)
            if minutes == RETRY_MINUTES:
                then()
            if not self._waiting():
                return

    def found(self) -> Findings:
        """The oracle's word, when all has come to rest."""
        self.world.post.deliver_held()
        settled = self.hands.settle()
        found = findings(self.world, settled)
        missing = (*found.missing_letters, *self._given_up())
        return replace(found, missing_letters=missing, restart_seconds=max(self.restart_seconds, settled.first.seconds))

    def _given_up(self) -> Iterator[str]:
        """A broken line is no refusal; and where the copy came in time, there is no doubt left."""
        in_time = self.world.copies in {Copies.EARLY, Copies.LATE}
        for state, number in self.world.rows("SELECT state, count(*) FROM letter GROUP BY state"):
            if state == "failed" or (state == "dot" and in_time):
                yield f"{number} letters are {state}"

    def _arrives(self, name: str) -> None:
        mail = citizen(self.world, name)
        self.world.mails = (*self.world.mails, mail)
        self.world.drop(mail.octets)

    def _later(self, minutes: float) -> None:
        copies = self.world.copies
        late = copies is Copies.LATE and minutes > RETRY_MINUTES
        if late or (copies is Copies.TOO_LATE and self._waited > DOUBT_MINUTES):
            self.world.post.deliver_held()
        self._waited += minutes
        self.clock.forward(minutes)

    def _waiting(self) -> bool:
        """Letters that go on by themselves; one that waits for a person does not."""
        return bool(self.world.rows(WAITS))


def _rows(points: Iterable[Point]) -> Iterator[list[Point]]:
    """Points that can be done on one desk."""
    waiting: dict[tuple[Copies, bool], list[Point]] = {}
    for point in points:
        row = waiting.setdefault(point.row, [])
        row.append(point)
        if len(row) == ROW_MAX:
            yield waiting.pop(point.row)
    yield from waiting.values()
