# SPDX-FileCopyrightText: 2026 The maildesk authors
# SPDX-License-Identifier: EUPL-1.2
"""The full run, behind `make torture`: every kind of breaking, each in two processes, until the time is up; then the table.

Ends with 1 if anything was lost, double, corrupt or did not come to rest, and if a kind could not run or broke nothing.
"""

from __future__ import annotations

import argparse
import importlib
import multiprocessing
import sys
import time
from collections.abc import Iterable, Sequence
from concurrent.futures import Future, ProcessPoolExecutor
from dataclasses import dataclass
from typing import Any

from tests.torture.oracle import Tally
from tests.torture.share import Share
from tests.torture.world import Site

MINUTES = 30.0


@dataclass(frozen=True)
class Kind:
    """A module of this package with its part of the time. `least`: so many breakings a full run must have."""

    module: str
    weight: int
    least: int


KINDS = (
    Kind("statements", 44, 1000),
    Kind("syscalls", 22, 300),
    Kind("storage", 28, 420),  # 300 of them errors, the others files that cannot grow and logs that were cut
    Kind("imap_cuts", 18, 1500),
    Kind("imap_lies", 3, 1),
    Kind("smtp_cuts", 14, 1500),
    Kind("postfix", 3, 1),
    Kind("backups", 9, 100),
    Kind("flood", 5, 1),
)
COLUMNS = (
    ("kind", "kind"), ("runs", "runs"), ("broken", "broken"), ("lost", "lost"), ("double_cases", "double cases"), ("corrupt", "corrupt"),
    ("double_letters", "double letters"), ("missing_letters", "missing letters"), ("unsettled", "not at rest"),
    ("window", "inside the window"), ("slowest_restart", "slowest restart, s"),
)  # fmt: skip


def main(words: Sequence[str] | None = None) -> int:
    wanted = _options(words)
    kinds = [kind for kind in KINDS if not wanted.kind or kind.module in wanted.kind]
    began = time.monotonic()
    tallies, problems = _run(kinds, wanted)
    summed = _summed(tallies)
    print(table(summed, markdown=wanted.markdown))
    print(f"\nseed {wanted.seed}, {(time.monotonic() - began) / 60:.0f} minutes, {sum(tally.runs for tally in summed)} runs")
    problems += _too_few(kinds, tallies, complete=wanted.minutes >= MINUTES)
    for line in (*(f"{tally.kind}: {each}" for tally in summed for each in tally.examples), *problems):
        print(line)
    return 1 if problems or any(tally.failed for tally in summed) else 0


def _options(words: Sequence[str] | None) -> argparse.Namespace:
    parser = argparse.ArgumentParser(
        prog="python -m tests.torture", description="Breaks maildesk everywhere and says what became of the mail."
    )
    parser.add_argument("--minutes", type=float, default=MINUTES, help="when to stop (%(default)s)")
    parser.add_argument("--seed", type=int, default=1, help="of what is left to chance (%(default)s)")
    parser.add_argument("--workers", type=int, default=2, help="processes at a time (%(default)s)")
    parser.add_argument("--kind", action="append", choices=[kind.module for kind in KINDS], help="only this one; can be repeated")
    parser.add_argument("--markdown", action="store_true", help="the table for docs/reliability.md")
    return parser.parse_args(words)


def _run(kinds: Sequence[Kind], wanted: argparse.Namespace) -> tuple[dict[str, list[Tally]], list[str]]:
    """The tallies of each module, and what went wrong with the torture itself."""
    seconds = 60 * wanted.minutes / sum(kind.weight for kind in kinds)
    tallies: dict[str, list[Tally]] = {kind.module: [] for kind in kinds}
    problems: list[str] = []
    with ProcessPoolExecutor(wanted.workers, mp_context=multiprocessing.get_context("spawn")) as pool:
        running: list[tuple[str, Future[tuple[Tally, ...]]]] = []
        for kind in kinds:
            for number in range(wanted.workers):
                work = pool.submit(work_through, kind.module, wanted.seed, number, wanted.workers, seconds * kind.weight)
                running.append((kind.module, work))
        for module, work in running:
            try:
                done = work.result()
            except Exception as error:
                problems.append(f"{module}: the torture itself failed: {error.__class__.__name__}: {error}")
                continue
            tallies[module] += done
            print(f"{module}: {sum(tally.runs for tally in done)} runs done", file=sys.stderr, flush=True)
    return tallies, problems


def work_through(module: str, seed: int, number: int, count: int, seconds: float) -> tuple[Tally, ...]:
    """One share of one kind, in a process of its own with servers of its own."""
    kind: Any = importlib.import_module(f"tests.torture.{module}")
    with Site() as site:
        done = kind.run(site, Share(seed, number, count, time.monotonic() + seconds))
    return (done,) if isinstance(done, Tally) else tuple(done)


def _summed(tallies: dict[str, list[Tally]]) -> list[Tally]:
    summed: dict[str, Tally] = {}
    for each in (tally for found in tallies.values() for tally in found):
        summed[each.kind] = summed.get(each.kind, Tally(each.kind)).and_also(each)
    return list(summed.values())


def _too_few(kinds: Iterable[Kind], tallies: dict[str, list[Tally]], *, complete: bool) -> list[str]:
    """A torture that breaks nothing proves nothing."""
    broken = {kind: sum(tally.broken for tally in tallies[kind.module]) for kind in kinds}
    return [
        f"{kind.module}: {number} breakings, and {kind.least if complete else 1} there must be"
        for kind, number in broken.items()
        if number < (kind.least if complete else 1)
    ]


def table(tallies: Sequence[Tally], *, markdown: bool) -> str:
    """A line for each kind, and one for all."""
    total = Tally("all")
    for tally in tallies:
        total = total.and_also(tally)
    rows = [[title for _, title in COLUMNS], *([_cell(tally, name) for name, _ in COLUMNS] for tally in (*tallies, total))]
    widths = [max(len(row[column]) for row in rows) for column in range(len(COLUMNS))]
    lines = [
        [cell.ljust(width) if not place else cell.rjust(width) for place, (cell, width) in enumerate(zip(row, widths, strict=True))]
        for row in rows
    ]
    if not markdown:
        return "\n".join("  ".join(line).rstrip() for line in lines)
    rule = ["---" if not place else "---:" for place in range(len(COLUMNS))]
    return "\n".join(f"| {' | '.join(line)} |" for line in (lines[0], rule, *lines[1:]))


def _cell(tally: Tally, name: str) -> str:
    value = getattr(tally, name)
    return f"{value:.1f}" if isinstance(value, float) else str(value)
