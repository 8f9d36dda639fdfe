# SPDX-FileCopyrightText: 2026 The maildesk authors
# SPDX-License-Identifier: EUPL-1.2
"""Templates, and the writer of letters that uses them."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from functools import cached_property
from itertools import chain
from pathlib import Path
from types import MappingProxyType
from typing import Any

from jinja2 import FileSystemLoader, StrictUndefined, meta, select_autoescape

from maildesk.adapters.compose import filters, header, mime
from maildesk.adapters.compose.bounded import BoundedEnvironment
from maildesk.adapters.compose.complaints import complaint
from maildesk.adapters.compose.flaws import Flaw, unused_files, without_number
from maildesk.adapters.compose.header import NO_HEADER
from maildesk.adapters.compose.names import file_name
from maildesk.adapters.compose.outdated import outdated
from maildesk.adapters.compose.sentences import Sentences
from maildesk.adapters.compose.values import shown
from maildesk.adapters.compose.wording import Wording
from maildesk.core.letters.letter import SENDER, Enclosure, Letter
from maildesk.core.office.policy import Desk
from maildesk.core.text.said import Value, say
from maildesk.core.text.unseen import without_unseen
from maildesk.errors import TemplateError

FALLBACK_LANGUAGE = "de"
SUBJECT_LABEL = "Betreff:"
MISSING = "nicht_beigefuegt"  # what the layout of a page calls the names of enclosures that do not go along

_NOTHING: Mapping[str, bytes] = MappingProxyType({})

_NO_TEXT = re.compile(r"[\x00-\x08\x0b-\x1f\x7f]")
_NAME = re.compile(r"[a-z][a-z-]{0,40}")
_LANGUAGE = re.compile(r"[a-z]{2,3}(?:-[A-Za-z0-9]{1,8})*")


class Composer:
    """Writes letters. `templates` are folders, searched file by file in this order; a folder that is missing holds nothing.

    Templates are read once: a changed one counts for the next Composer. Raises TemplateError, which names file and line and never
    what the letter says.
    """

    def __init__(self, desk: Desk, templates: tuple[Path, ...]) -> None:
        self._desk = desk
        self._folders = templates
        self._environment = BoundedEnvironment(
            loader=FileSystemLoader(templates, encoding="utf-8-sig"),
            undefined=StrictUndefined,
            autoescape=select_autoescape(("html",), default=False, default_for_string=False),
            trim_blocks=True,
            lstrip_blocks=True,
            keep_trailing_newline=True,  # else the line after an include would be glued to the included text
            auto_reload=False,
        )
        self._environment.filters.update(filters.ALL)
        self._html_names: dict[str, str] = {}
        self._sentences: dict[str, Sentences] = {}

    def __call__(self, letter: Letter, contents: Mapping[str, bytes] = _NOTHING) -> bytes:
        """The whole mail with CRLF line ends, ready for the wire.

        `contents` are those of the letter's enclosures, by their digests; one that is missing is named in the letter.
        """
        wording = self.words(letter, [each for each in letter.enclosures if each.digest not in contents])
        enclosed = [(each, contents[each.digest]) for each in letter.enclosures if each.digest in contents]
        content_fields, body = mime.content(letter.letter_id, wording.text, wording.html, enclosed)
        head = [*header.fields(letter, self._desk, wording.sender, wording.subject, wording.language), *content_fields]
        header.refuse_long_lines(head)
        return b"\r\n".join((*(line.encode("ascii") for line in head), b"", body))

    def words(self, letter: Letter, missing: Sequence[Enclosure] = ()) -> Wording:
        """Subject, text and HTML of a letter; `missing` are the enclosures that do not go along."""
        name, language = self._text_name(letter)
        names = tuple(file_name(each.filename) for each in missing)
        context = {each: self.in_words(value, language) for each, value in {**letter.context, MISSING: names}.items()}
        subject, text = _split_subject(name, self._render(name, context))
        with self._complaining(name):
            html_name = self._html_name(name)
        html = self._render(html_name, {**context, "betreff": subject}) if html_name else ""
        not_enclosed = "".join(f"\n{self.in_words(say('letter.not_enclosed', name=each), language)}" for each in names)  # a page: by layout
        return Wording(subject, _tidy(f"{text}\n{not_enclosed}"), _NO_TEXT.sub("", html), language, str(context.get(SENDER, "")))

    def in_words(self, value: Value, language: str = FALLBACK_LANGUAGE) -> Any:
        """A value as templates get it: sentences as text, days and times in the form that letters use, lists as lists."""
        self._environment.begin()
        return shown(value, self._sentences_in(language))

    def flaws_of(self, letter: Letter) -> tuple[Flaw, ...]:
        """What is wrong with the template of this letter, which is written for that; empty if it can leave as it should."""
        try:
            self(letter)
            written, model = self.words(letter), self._shipped.words(letter)
        except TemplateError as error:
            return (Flaw(str(error)),)
        name = self._text_name(letter)[0]
        return tuple(without_number(letter, str(self._folders[self._place(name) or 0] / name), written, model))

    @cached_property
    def _shipped(self) -> Composer:
        return Composer(self._desk, self._folders[-1:])

    def flaws(self) -> tuple[Flaw, ...]:
        """What is wrong with the sentences of the office in any of the desk's languages, and what in its templates is outdated or has no
        effect; the last folder is that of the shipped ones."""
        *of_the_house, shipped = self._folders
        languages = tuple(dict.fromkeys((*self._desk.languages, FALLBACK_LANGUAGE)))
        try:
            sentences = tuple(chain.from_iterable(self._sentences_in(language).problems(shipped) for language in languages))
        except TemplateError as error:
            sentences = (str(error),)
        templates = (outdated(self._environment, folder) for folder in of_the_house)
        unused = (unused_files(self._environment, folder, shipped, languages) for folder in of_the_house)
        return tuple(dict.fromkeys((*map(Flaw, (*sentences, *chain.from_iterable(templates))), *chain.from_iterable(unused))))

    def _sentences_in(self, language: str) -> Sentences:
        if language not in self._sentences:
            self._sentences[language] = Sentences(self._environment, self._folders, (language, FALLBACK_LANGUAGE))
        return self._sentences[language]

    def _text_name(self, letter: Letter) -> tuple[str, str]:
        if not _NAME.fullmatch(letter.template):
            raise TemplateError("the letter names no template: names are small letters and hyphens")
        for language in (letter.language, FALLBACK_LANGUAGE):
            name = f"{letter.template}.{language}.txt"
            if _LANGUAGE.fullmatch(language) and self._place(name) is not None:
                return name, language
        raise TemplateError(f"{letter.template}.{FALLBACK_LANGUAGE}.txt: there is no such template")

    def _place(self, name: str) -> int | None:
        """The index of the folder that a template comes from."""
        return next((index for index, folder in enumerate(self._folders) if (folder / name).is_file()), None)

    def _html_name(self, text_name: str) -> str:
        """The HTML template beside a text template, or an empty string.

        Where the office has put its own words into a text and left the HTML as shipped, the two would say different things:
        then the letter goes out as text alone.
        """
        if text_name not in self._html_names:
            exists = self._place(_html_twin(text_name)) is not None
            stale = exists and any(self._is_stale(used) for used in self._used_by(text_name))
            self._html_names[text_name] = _html_twin(text_name) if exists and not stale else ""
        return self._html_names[text_name]

    def _is_stale(self, text_name: str) -> bool:
        text, html = self._place(text_name), self._place(_html_twin(text_name))
        return text is not None and html is not None and text < html

    def _used_by(self, name: str) -> set[str]:
        """A template and all that it includes, directly or not."""
        found: set[str] = set()
        waiting = [name]
        while waiting:
            current = waiting.pop()
            place = self._place(current)
            if current in found or place is None:
                continue
            found.add(current)
            source = (self._folders[place] / current).read_text(encoding="utf-8-sig")
            waiting += [used for used in meta.find_referenced_templates(self._environment.parse(source)) if used]
        return found

    def _render(self, name: str, context: Mapping[str, Any]) -> str:
        self._environment.begin()
        with self._complaining(name):
            rendered = self._environment.get_template(name).render(context)
            return without_unseen(rendered.encode("utf-8", "replace").decode("utf-8"))  # half a surrogate pair cannot go on the wire

    @contextmanager
    def _complaining(self, name: str) -> Iterator[None]:
        try:
            yield
        except Exception as error:  # whatever a template does wrong: it holds this letter and no other
            raise TemplateError(complaint(error, name, self._folders)) from error


def _html_twin(text_name: str) -> str:
    return text_name.removesuffix(".txt") + ".html"


def _split_subject(name: str, rendered: str) -> tuple[str, str]:
    first, _, rest = rendered.lstrip("\n").partition("\n")
    second, _, text = rest.partition("\n")
    if not first.startswith(SUBJECT_LABEL) or second.strip():
        raise TemplateError(f"{name}: must begin with a line '{SUBJECT_LABEL} ...' and an empty line")
    subject = first.removeprefix(SUBJECT_LABEL).strip()
    if not subject or NO_HEADER.search(subject):
        raise TemplateError(f"{name}: the subject is empty or has control characters")
    return subject, text


def _tidy(text: str) -> str:
    """Line ends as LF, no control characters, no blanks at line ends, never two empty lines, one line end at the end."""
    plain = _NO_TEXT.sub("", text.replace("\r\n", "\n").replace("\r", "\n"))
    lines = "\n".join(line.rstrip() for line in plain.split("\n"))
    return re.sub(r"\n{3,}", "\n\n", lines).strip("\n") + "\n"
