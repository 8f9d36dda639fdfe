# SPDX-FileCopyrightText: 2026 The maildesk authors
# SPDX-License-Identifier: EUPL-1.2
"""The sentences of `said.<language>.toml`: each one a small template, by its key. A file of the office takes precedence, key by key."""

from __future__ import annotations

import difflib
import tomllib
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import Any

from jinja2 import Environment, Template, meta
from jinja2 import TemplateError as JinjaError

from maildesk.adapters.compose.complaints import reason
from maildesk.adapters.compose.values import shown
from maildesk.core.text.said import Said
from maildesk.errors import TemplateError


@dataclass(frozen=True, slots=True)
class _Sentence:
    file: Path
    key: str
    words: str

    def complaint(self, what: str) -> TemplateError:
        return TemplateError(f"{self.file}: {self.key}: {what}")


class Sentences:
    """The words for what is said, in one of these languages: the first that has the key. `folders` are searched in their order.

    The files are read once, at the first sentence. Raises TemplateError, which names file and key.
    """

    def __init__(self, environment: Environment, folders: tuple[Path, ...], languages: tuple[str, ...]) -> None:
        self._environment = environment
        self._files = [folder / f"said.{language}.toml" for language in dict.fromkeys(languages) for folder in folders]
        self._compiled: dict[str, Template] = {}

    def __call__(self, said: Said) -> str:
        sentence = self._all.get(said.key)
        if sentence is None:
            raise TemplateError(f"{self._files[-1]}: there is no sentence {said.key!r}")
        try:
            if said.key not in self._compiled:
                self._compiled[said.key] = self._environment.from_string(sentence.words)
            return self._compiled[said.key].render(shown(said.values, self))
        except TemplateError:
            raise
        except Exception as error:  # whatever a sentence does wrong: it holds this letter and no other
            raise sentence.complaint(reason(error)) from error

    @cached_property
    def _all(self) -> Mapping[str, _Sentence]:
        found: dict[str, _Sentence] = {}
        for file in self._files:
            for sentence in _sentences_of(file):
                found.setdefault(sentence.key, sentence)
        return found

    def problems(self, shipped: Path) -> Iterator[str]:
        """What is wrong with the sentences of an office, whether they are used or not. `shipped` is the folder of the shipped ones."""
        ours = {sentence.key: sentence for file in self._files if file.parent == shipped for sentence in _sentences_of(file)}
        for file in self._files:
            for sentence in _sentences_of(file) if file.parent != shipped else ():
                model = ours.get(sentence.key)
                problem = self._problem(sentence, model) if model else _unknown(sentence.key, ours)
                if problem:
                    yield str(sentence.complaint(problem))

    def _problem(self, sentence: _Sentence, model: _Sentence) -> str:
        """A sentence may use the variables that the shipped one uses."""
        try:
            wanted, there = (meta.find_undeclared_variables(self._environment.parse(each.words)) for each in (sentence, model))
            self._environment.from_string(sentence.words)
        except JinjaError as error:
            return reason(error)
        if wanted <= there:
            return ""
        known = f"the shipped sentence has {', '.join(sorted(there))}" if there else "this sentence has none"
        return f"the variable {', '.join(sorted(wanted - there))} does not exist here; {known}"


def _unknown(key: str, known: Mapping[str, _Sentence]) -> str:
    close = difflib.get_close_matches(key, known, 1)
    return f"there is no such sentence{f': did you mean {close[0]}?' if close else ''}; it has no effect"


def _sentences_of(file: Path) -> Iterator[_Sentence]:
    try:
        yield from _flat(file, tomllib.loads(file.read_text(encoding="utf-8-sig")), "")
    except FileNotFoundError:
        return
    except OSError as error:
        raise TemplateError(f"{file}: cannot be read ({error.strerror})") from error
    except UnicodeDecodeError as error:
        raise TemplateError(f"{file}: line {error.object.count(10, 0, error.start) + 1}: is not written in UTF-8") from error
    except tomllib.TOMLDecodeError as error:
        raise TemplateError(f"{file}: is no valid TOML: {error}") from error


def _flat(file: Path, table: Mapping[str, Any], above: str) -> Iterator[_Sentence]:
    for name, value in table.items():
        if isinstance(value, dict):
            yield from _flat(file, value, f"{above}{name}.")
        elif isinstance(value, str):
            yield _Sentence(file, f"{above}{name}", value)
        else:
            raise TemplateError(f"{file}: {above}{name}: must be a text in quotes")
