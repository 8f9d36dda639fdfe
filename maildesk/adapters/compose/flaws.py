# SPDX-FileCopyrightText: 2026 The maildesk authors
# SPDX-License-Identifier: EUPL-1.2
"""What is wrong with the templates of an office although all of them can be rendered: a missing number, an unused file."""

from __future__ import annotations

import difflib
from collections.abc import Iterator
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path

from jinja2 import Environment, TemplateSyntaxError, meta

from maildesk.adapters.compose.wording import Wording
from maildesk.core.letters.letter import INSIDE_THE_HOUSE, Letter

ENDINGS = frozenset({".txt", ".html", ".toml"})
LEFT_OVER = ("~", ".bak", ".old", ".orig", ".swp", ".save", ".dpkg-dist", ".dpkg-old", ".rpmnew", ".rpmsave")  # by editors and packages


@dataclass(frozen=True, slots=True)
class Flaw:
    """What, where, what to do. One that is not `serious` is only worth knowing: letters leave as the office wants them."""

    text: str
    serious: bool = True


def without_number(letter: Letter, place: str, written: Wording, model: Wording) -> Iterator[Flaw]:
    """Where the shipped template, which wrote `model`, names the case and the one at `place` does not."""
    number = letter.case_number
    if number in model.subject and number not in written.subject:
        yield Flaw(f"{place}: the subject does not name the case: write {{{{ nr }}}} into the first line")
    for form, ours, theirs in (("", written.text, model.text), (" as HTML", written.html, model.html)):
        if ours and number in theirs and number not in ours:
            yield Flaw(f"{place}: the letter{form} does not name the case: write {{{{ nr }}}}", serious=letter.template in INSIDE_THE_HOUSE)


def unused_files(environment: Environment, folder: Path, shipped: Path, languages: tuple[str, ...]) -> Iterator[Flaw]:
    """Files of an office that replace none of the shipped ones, in none of the languages, and that no template of its own includes."""
    files = [file for file in sorted(folder.iterdir()) if file.is_file() and not file.name.startswith(".")] if folder.is_dir() else []
    known = {file.name.replace(".de.", f".{language}.") for file in shipped.iterdir() for language in ("de", *languages)}
    known |= {name for file in files for name in _included(environment, file)}
    for file in files:
        if file.name in known or file.name.endswith(LEFT_OVER):
            continue
        close = difflib.get_close_matches(file.name, known, 1, 0.8)
        if close or file.suffix in ENDINGS:
            hint = f"did you mean {close[0]}?" if close else "the shipped templates are listed in docs/templates.md"
            yield Flaw(f"{file}: there is no template of this name, it has no effect: {hint}", serious=bool(close))


def _included(environment: Environment, file: Path) -> Iterator[str]:
    with suppress(TemplateSyntaxError, UnicodeDecodeError):  # reported with the letter that it belongs to
        source = environment.parse(file.read_text(encoding="utf-8-sig")) if file.suffix != ".toml" else None
        yield from filter(None, meta.find_referenced_templates(source) if source else ())
