# SPDX-FileCopyrightText: 2026 The maildesk authors
# SPDX-License-Identifier: EUPL-1.2
"""Figures of the code: rooms, floors and arrows of the core, lines, and how long functions are.

    python -m tests.figures [ROOT]

A room is a folder of the core, or a file beside the folders; an arrow goes from a room to one that it imports. The ground floor imports no
other room, and each room is one floor above the highest that it imports; rooms that import each other in a ring have none. A function's
length is that of its lines from `def` to the last one, those of the functions in it included; migrations, which never change, do not count.
"""

from __future__ import annotations

import ast
import sys
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from statistics import median, quantiles

PACKAGES = ("core", "adapters", "jobs", "settings", "daemon", "cli", "demo")
LONGEST = 10


@dataclass(frozen=True)
class Function:
    """`where` is the file and the line of its `def`."""

    name: str
    where: str
    lines: int


def functions(root: Path, files: list[Path]) -> list[Function]:
    """All of them, the longest first."""
    found = [
        Function(node.name, f"{file.relative_to(root)}:{node.lineno}", (node.end_lineno or node.lineno) - node.lineno + 1)
        for file in files
        for node in ast.walk(ast.parse(file.read_text(encoding="utf-8")))
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef)
    ]
    return sorted(found, key=lambda function: -function.lines)


def imported(source: str) -> Iterator[str]:
    for node in ast.walk(ast.parse(source)):
        if isinstance(node, ast.Import):
            yield from (alias.name for alias in node.names)
        elif isinstance(node, ast.ImportFrom):
            yield from (f"{node.module}.{alias.name}" for alias in node.names)


def arrows(core: Path) -> dict[str, set[str]]:
    """Which other rooms each room of the core imports."""
    found: dict[str, set[str]] = {}
    for file in sorted(core.rglob("*.py")):
        room = file.relative_to(core).parts[0].removesuffix(".py")
        if room == "__init__":
            continue
        names = (name.split(".") for name in imported(file.read_text(encoding="utf-8")) if name.startswith("maildesk.core."))
        found.setdefault(room, set()).update(parts[2] for parts in names if parts[2] != room)
    return found


def floors(graph: dict[str, set[str]]) -> list[list[str]]:
    """The rooms from the ground up; those of a ring, and all above it, are left out."""
    found: list[list[str]] = []
    below: set[str] = set()
    while floor := sorted(room for room, needs in graph.items() if room not in below and needs <= below):
        found.append(floor)
        below.update(floor)
    return found


def python_files(folder: Path) -> list[Path]:
    return sorted(folder.rglob("*.py"))


def lines_of(files: list[Path]) -> int:
    return sum(len(file.read_text(encoding="utf-8").splitlines()) for file in files)


def report(root: Path) -> Iterator[str]:
    code = root / "maildesk"
    graph = arrows(code / "core")
    house = floors(graph)
    yield f"core: {len(graph)} rooms, {len(house)} floors, {sum(map(len, graph.values()))} arrows between rooms"
    for number, floor in enumerate(house):
        yield f"  floor {number}: {', '.join(floor)}"
    for name in PACKAGES:
        files = python_files(code / name)
        yield f"{name}: {len(files)} files, {lines_of(files)} lines"
    files = python_files(code)
    yield f"maildesk: {len(files)} files, {lines_of(files)} lines; tests: {lines_of(python_files(root / 'tests'))} lines"
    all_of_them = functions(root, [file for file in files if "migrations" not in file.parts])
    lengths = [function.lines for function in all_of_them]
    ninetieth = quantiles(lengths, n=10)[8]
    yield f"functions: {len(lengths)}; lines: median {median(lengths):.0f}, 90th percentile {ninetieth:.0f}, maximum {max(lengths)}"
    yield from (f"  {function.lines:4} {function.name} ({function.where})" for function in all_of_them[:LONGEST])


if __name__ == "__main__":
    for line in report(Path(sys.argv[1]) if len(sys.argv) > 1 else Path(__file__).parents[1]):
        print(line)
