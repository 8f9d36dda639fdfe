# SPDX-FileCopyrightText: 2026 The maildesk authors
# SPDX-License-Identifier: EUPL-1.2
"""Letter + templates -> the octets of a mail (RFC 5322, RFC 2045 to 2047, RFC 3834 for automatic letters).

The header is written here line by line: the standard library would turn long ids of References into encoded words, and
lets NUL through. The same Letter makes the same octets, so that a letter sent again after a doubt is the same letter.
"""

from __future__ import annotations

import hashlib
import quopri
import re
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from email.header import Header
from email.utils import format_datetime
from pathlib import Path

from jinja2 import FileSystemLoader, StrictUndefined, TemplateNotFound, TemplateSyntaxError, UndefinedError, meta, select_autoescape
from jinja2.exceptions import SecurityError
from jinja2.sandbox import ImmutableSandboxedEnvironment

from maildesk.core.letters import INSIDE_THE_HOUSE, Letter
from maildesk.core.message import wire_address
from maildesk.core.policy import Desk
from maildesk.errors import TemplateError

FALLBACK_LANGUAGE = "de"
SUBJECT_LABEL = "Betreff:"

_LINE_OCTETS_MAX = 998  # RFC 5322 section 2.1.1
_ID_OCTETS_MAX = 900
_NO_HEADER = re.compile(r"[\x00-\x1f\x7f-\x9f\u2028\u2029]")
_NO_TEXT = re.compile(r"[\x00-\x08\x0b-\x1f\x7f]")
_MESSAGE_ID = re.compile(r"[\x21-\x3b\x3d\x3f-\x7e]+")
_NAME = re.compile(r"[a-z][a-z-]{0,40}")
_LANGUAGE = re.compile(r"[a-z]{2,3}(?:-[A-Za-z0-9]{1,8})*")


@dataclass(frozen=True, slots=True)
class Wording:
    """What a letter says. `html` is empty for a letter that is text alone; `language` is that of the template (RFC 5646)."""

    subject: str
    text: str
    html: str
    language: str


class Composer:
    """Writes letters. `templates` are folders, searched file by file in this order; a folder that is missing holds nothing.

    Templates are read once: a changed one counts after a restart. Raises TemplateError, which names file and line and never
    what the letter says.
    """

    def __init__(self, desk: Desk, templates: tuple[Path, ...]) -> None:
        self._desk = desk
        self._folders = templates
        self._environment = ImmutableSandboxedEnvironment(
            loader=FileSystemLoader(templates, encoding="utf-8-sig"),
            undefined=StrictUndefined,
            autoescape=select_autoescape(("html",), default=False, default_for_string=False),
            trim_blocks=True,
            lstrip_blocks=True,
            keep_trailing_newline=True,  # else the line after an include would be glued to the included text
            auto_reload=False,
        )
        self._html_names: dict[str, str] = {}

    def __call__(self, letter: Letter) -> bytes:
        """The whole mail with CRLF line ends, ready for the wire."""
        wording = self.words(letter)
        content_fields, body = _content(letter, wording)
        head = [*self._fields(letter, wording), *content_fields]
        _refuse_long_lines(head)
        return b"\r\n".join((*(line.encode("ascii") for line in head), b"", body))

    def words(self, letter: Letter) -> Wording:
        """Subject, text and HTML of a letter, as `maildesk preview` shows them."""
        name, language = self._text_name(letter)
        subject, text = _split_subject(name, self._render(name, dict(letter.context)))
        with self._complaining(name):
            html_name = self._html_name(name)
        html = self._render(html_name, {**letter.context, "betreff": subject}) if html_name else ""
        return Wording(subject, _tidy(text), _NO_TEXT.sub("", html), language)

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

        Where the house has put its own words into a text and left the HTML as shipped, the two would say different things:
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

    def _render(self, name: str, context: dict[str, str]) -> str:
        with self._complaining(name):
            rendered = self._environment.get_template(name).render(context)
            return rendered.encode("utf-8", "replace").decode("utf-8")  # half a surrogate pair cannot go on the wire

    @contextmanager
    def _complaining(self, name: str) -> Iterator[None]:
        try:
            yield
        except Exception as error:  # whatever a template does wrong: it holds this letter and no other
            raise TemplateError(_complaint(error, name, self._folders)) from error

    def _fields(self, letter: Letter, wording: Wording) -> Iterator[str]:
        if letter.created_at is None or letter.created_at.tzinfo is None:
            raise TemplateError("the letter has no date with a time zone")
        if not _is_id(letter.message_id):
            raise TemplateError("the letter has no Message-ID")
        yield from _folded("From", _phrase(self._desk.name), f"<{_mailbox(self._desk.address, 'desk')}>")
        yield from _folded("To", _mailbox(letter.recipient, "recipient"))
        if letter.reply_to:
            yield from _folded("Reply-To", f"<{_mailbox(letter.reply_to, 'desk')}>")
        yield from _subject(wording.subject)
        yield from _folded("Date", format_datetime(letter.created_at))
        yield from _folded("Message-ID", f"<{letter.message_id}>")
        yield from _thread(letter)
        yield "MIME-Version: 1.0"
        # What stays in the house is automatic too (RFC 3834 section 5), though no limit counts it.
        if letter.automatic or letter.template in INSIDE_THE_HOUSE:
            yield f"Auto-Submitted: {'auto-replied' if letter.in_reply_to else 'auto-generated'}"
            yield "X-Auto-Response-Suppress: All"
        yield f"Content-Language: {wording.language}"


def _html_twin(text_name: str) -> str:
    return text_name.removesuffix(".txt") + ".html"


def _split_subject(name: str, rendered: str) -> tuple[str, str]:
    first, _, rest = rendered.lstrip("\n").partition("\n")
    second, _, text = rest.partition("\n")
    if not first.startswith(SUBJECT_LABEL) or second.strip():
        raise TemplateError(f"{name}: must begin with a line '{SUBJECT_LABEL} ...' and an empty line")
    subject = first.removeprefix(SUBJECT_LABEL).strip()
    if not subject or _NO_HEADER.search(subject):
        raise TemplateError(f"{name}: the subject is empty or has control characters")
    return subject, text


def _tidy(text: str) -> str:
    """Line ends as LF, no control characters, no blanks at line ends, never two empty lines, one line end at the end."""
    plain = _NO_TEXT.sub("", text.replace("\r\n", "\n").replace("\r", "\n"))
    lines = "\n".join(line.rstrip() for line in plain.split("\n"))
    return re.sub(r"\n{3,}", "\n\n", lines).strip("\n") + "\n"


def _complaint(error: Exception, name: str, folders: tuple[Path, ...]) -> str:
    """What is wrong and where, in the words of the template's writer; values of the letter never stand in it."""
    if isinstance(error, TemplateSyntaxError):
        return f"{error.filename or error.name or name}: line {error.lineno}: {error.message}"
    where = _where(error, name, folders)
    if isinstance(error, TemplateNotFound):
        return f"{where}: a template that is included or extended here is missing"
    if isinstance(error, UndefinedError):
        unknown = re.fullmatch(r"'(\w+)' is undefined", error.message or "")
        what = f"the variable {unknown[1]}" if unknown else "something that is asked for here"
        return f"{where}: {what} does not exist; docs/templates.md lists the variables"
    if isinstance(error, SecurityError):
        return f"{where}: does what a template may not do"
    if isinstance(error, UnicodeDecodeError):
        return f"{where}: is not written in UTF-8"
    return f"{where}: cannot be rendered ({error.__class__.__name__})"


def _where(error: Exception, name: str, folders: tuple[Path, ...]) -> str:
    """File and line of the innermost template in a traceback; jinja2 puts template lines there in place of its own code."""
    where, step = name, error.__traceback__
    while step is not None:
        file = Path(step.tb_frame.f_code.co_filename)
        if file.parent in folders:
            where = f"{file}: line {step.tb_lineno}"
        step = step.tb_next
    return where


def _mailbox(address: str, whose: str) -> str:
    try:
        return wire_address(address)
    except ValueError as error:
        raise TemplateError(f"the address of the {whose}: {error}") from error


def _phrase(name: str) -> str:
    """A display name: a quoted string (RFC 5322 section 3.2.4) or, with letters outside ASCII, encoded words (RFC 2047)."""
    if _NO_HEADER.search(name):
        raise TemplateError("the name of the desk has control characters")
    if not name.isascii() or "=?" in name:
        return Header(name, "utf-8", header_name="From").encode(linesep="\r\n")
    escaped = re.sub(r'(["\\])', r"\\\1", name)
    return f'"{escaped}"'


def _subject(subject: str) -> Iterator[str]:
    if subject.isascii() and "=?" not in subject:  # what looks like an encoded word would be read as one
        yield from _folded("Subject", *subject.split())
    else:
        yield from f"Subject: {Header(subject, 'utf-8', header_name='Subject').encode(linesep=chr(13) + chr(10))}".split("\r\n")


def _folded(name: str, *words: str) -> Iterator[str]:
    """A header field, folded between words so that lines stay within 78 octets where a word allows it."""
    line = f"{name}:"
    for word in words:
        if len(line) + 1 + len(word) > 78 and line != f"{name}:":
            yield from line.split("\r\n")
            line = ""
        line += f" {word}"
    yield from line.split("\r\n")


def _is_id(message_id: str) -> bool:
    return len(message_id) <= _ID_OCTETS_MAX and bool(_MESSAGE_ID.fullmatch(message_id))


def _thread(letter: Letter) -> Iterator[str]:
    """In-Reply-To and References. These ids come from strangers: one that is no id is left out, and the letter still goes."""
    if _is_id(letter.in_reply_to):
        yield from _folded("In-Reply-To", f"<{letter.in_reply_to}>")
    references = [f"<{reference}>" for reference in letter.references if _is_id(reference)]
    if references:
        yield from _folded("References", *references)


def _refuse_long_lines(lines: list[str]) -> None:
    """The last look at the header: whatever its values were, no line is one that a mail must not have."""
    for line in lines:
        if len(line) > _LINE_OCTETS_MAX or not line.isascii() or _NO_HEADER.search(line):
            raise TemplateError(
                f"the header field {line.partition(':')[0][:20].strip()!r} cannot be written: too long, or with control characters"
            )


def _content(letter: Letter, wording: Wording) -> tuple[list[str], bytes]:
    """The fields that describe the content, and the content: text alone, or text and HTML as alternatives (RFC 2046, 5.1.4)."""
    text_fields, text = _part("text/plain", wording.text)
    if not wording.html:
        return text_fields, text
    html_fields, html = _part("text/html", wording.html)
    # "=_" never stands in quoted-printable (RFC 2045, section 6.7), so the boundary cannot be met in a part.
    boundary = f"=_{hashlib.sha256(letter.letter_id.encode()).hexdigest()[:24]}"
    pieces: list[bytes] = []
    for fields, octets in ((text_fields, text), (html_fields, html)):
        pieces += [f"--{boundary}".encode(), *(field.encode("ascii") for field in fields), b"", octets]
    pieces += [f"--{boundary}--".encode(), b""]
    return [f'Content-Type: multipart/alternative; boundary="{boundary}"'], b"\r\n".join(pieces)


def _part(media_type: str, text: str) -> tuple[list[str], bytes]:
    octets = quopri.encodestring(text.replace("\r\n", "\n").encode("utf-8")).replace(b"\n", b"\r\n")
    return [f"Content-Type: {media_type}; charset=utf-8", "Content-Transfer-Encoding: quoted-printable"], octets
