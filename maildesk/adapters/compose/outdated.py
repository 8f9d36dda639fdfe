# SPDX-FileCopyrightText: 2026 The maildesk authors
# SPDX-License-Identifier: EUPL-1.2
"""What a template of an office says in the way of maildesk 0.1, where each variable was text, and what no longer does what it did."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

from jinja2 import Environment, TemplateSyntaxError, nodes

TRUTHS = frozenset({"verspaetet", "endgueltig", "gesperrt", "sofort", "leer", "wohin"})  # were "ja" or empty
COUNTS = "_anzahl"  # how the names of numbers end, which were text


def outdated(environment: Environment, folder: Path) -> Iterator[str]:
    """Comparisons with text that are never true any more: file, line, what to write. What is no template is reported where it is used."""
    for file in sorted((*folder.glob("*.txt"), *folder.glob("*.html"))):
        try:
            source = environment.parse(file.read_text(encoding="utf-8-sig"))
        except (TemplateSyntaxError, UnicodeDecodeError):
            continue
        for comparison in source.find_all(nodes.Compare):
            for name in _compared_with_text(comparison):
                remedy = f"is true or false: write {{% if {name} %}}" if name in TRUTHS else "is a number: compare it with one"
                yield f"{file}: line {comparison.lineno}: {name} is no text any more, and {remedy}"


def _compared_with_text(comparison: nodes.Compare) -> Iterator[str]:
    sides = (comparison.expr, *(operand.expr for operand in comparison.ops))
    if any(isinstance(side, nodes.Const) and isinstance(side.value, str) for side in sides):
        names = (side.name for side in sides if isinstance(side, nodes.Name))
        yield from (name for name in names if name in TRUTHS or name.endswith(COUNTS))
