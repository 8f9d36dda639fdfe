# SPDX-FileCopyrightText: 2026 The maildesk authors
# SPDX-License-Identifier: EUPL-1.2
"""For whom an answer is meant. What a colleague writes in reply goes to the citizen; what sounds as if it were for the office is held.

Held for its words: a line that begins as a note ("Vermerk: ..."), a short line without its "#" ("nicht erledigt"), a word that only the
office uses ("z. K.", "ok"), a colleague who is greeted, asked or called ("Hallo Jörg,", "@Moser", "PS für Tanja:"), familiar words
beside "Sie", and what is said of the person in the third person. All of it anywhere in the colleague's own part: in brackets, behind the
name, in another language. Who only names a colleague ("Herr Moser ruft Sie an") is not held, and a citizen of the same name may be
greeted by it.
"""

from __future__ import annotations

import re
from collections.abc import Collection, Iterator, Sequence
from dataclasses import dataclass
from itertools import chain, takewhile

from maildesk.core.answers import house_words as table
from maildesk.core.answers.checks import Finding, FindingKind
from maildesk.core.answers.greeting import Greeting, greeting_of, speaks_to_the_reader
from maildesk.core.answers.greeting_words import VERBS
from maildesk.core.answers.signature import closing_line, folded, is_sentence, words_of_name
from maildesk.core.answers.text import Answer
from maildesk.core.case.file import CaseFile, IncomingMail
from maildesk.core.mail.message import split_subject
from maildesk.core.office.policy import Policy, Staff
from maildesk.core.orders.words import BARE_WORDS
from maildesk.core.text.said import say
from maildesk.core.text.spelling import fold

LOOKS_LIKE_AN_ORDER = Finding(FindingKind.MISTYPED, say("held.like_an_order"))
SHORT_WORDS_MAX = 4
LINE_CHARS_SHOWN = 200
_LINE_CHARS_READ = 4000
_TITLE_CHARS_COMPARED = 40
_NOTE = re.compile(table.NOTE, re.IGNORECASE)
_LABEL = re.compile(rf"\W*{table.LABELS}\W+", re.IGNORECASE)
_FOR_US = re.compile(rf"\W*(?:{table.LABELS}\W*)?(?:{table.FOR_US})", re.IGNORECASE)
_PHRASE = re.compile("|".join(table.PHRASES), re.IGNORECASE)
_FAMILIAR = re.compile("|".join(table.FAMILIAR), re.IGNORECASE)
_REPORTED = re.compile(table.REPORTED, re.IGNORECASE)
_SPOKEN_OF = re.compile(rf"\W*(?:{table.SPOKEN_OF}|{table.SPOKEN_OF_BY_ARTICLE})(?:\s\S+)?\s(?:{VERBS})\b", re.IGNORECASE)
_ORDER_WITHOUT_SIGN = re.compile(table.ORDERS_WITHOUT_SIGN, re.IGNORECASE)
_POSTSCRIPT = re.compile(table.POSTSCRIPT, re.IGNORECASE)
_TO_THE_PERSON = re.compile(table.TO_THE_PERSON)
_GERMAN_OR_ENGLISH = re.compile(table.GERMAN_OR_ENGLISH, re.IGNORECASE)
_SAID_OF_SOMEBODY = re.compile(rf"{table.SAID_OF_SOMEBODY}(?:{VERBS})\b", re.IGNORECASE)
_QUOTED = re.compile(r"„[^“”\"\n]{1,200}[“”\"]|\"[^\"\n]{1,200}\"|“[^”\n]{1,200}”|«[^»\n]{1,200}»|»[^«\n]{1,200}«")
_PIECES = re.compile(r"(?<=[.!?;…])\s+|[()\[\]|]|\s[–—-]{1,2}\s")
_SIE = re.compile(r"(?<![.!?]\s)(?<!^)\b(?:Sie|Ihnen|Ihr(?:e[mnrs]?)?)\b", re.MULTILINE)
_BEFORE_A_NAME = table.GREETINGS | table.TO | table.TITLES
_NAME_LETTERS_MIN = 3
_SIGNED_LINES_MAX = 4


@dataclass(frozen=True, slots=True)
class _People:
    """Words of names, in small letters without umlauts: of the other colleagues, their first names, what citizens call themselves, and all
    words of their messages."""

    names: frozenset[str]
    first_names: frozenset[str]
    citizens: frozenset[str]
    said: frozenset[str]

    @property
    def called(self) -> frozenset[str]:
        """Whom a text for the office speaks to."""
        return (self.names - self.citizens) | table.COLLEAGUES


def for_the_house(
    answer: Answer, writer: Staff, staff: Collection[Staff], incoming: Collection[IncomingMail], below: Sequence[str] = ()
) -> Finding | None:
    """What sounds in the answer of `writer` as if it were for one of `staff` or for the desk; None if nothing does.

    `incoming`: the citizen's messages; a person who signs them "Jörg Moser" may be greeted so, also if a colleague has that name.
    `below`: what the colleague wrote below the answer, and what does not leave anyway.
    """
    lines = answer.text.split("\n")
    body = [line for line in lines[: closing_line(lines, writer)] if line.strip()]
    if not body:
        return None
    people = _people(writer, staff, incoming)
    own = [line for line in (*lines, *below) if line.strip() and not line.lstrip().startswith((">", "|", "#"))]
    line = _line_for_the_house(body, own, people) or _stray_below_the_name(lines, writer)
    if line:
        return Finding(FindingKind.FOR_THE_HOUSE, say("held.for_the_house", line=_shown(line)))
    alone = [body[0]] if _is_heading(body) else [line for line in own if _is_an_order(line, most=2)]
    like_an_order = (alone and _is_an_order(alone[0])) or any(map(_ORDER_WITHOUT_SIGN.match, own))
    return LOOKS_LIKE_AN_ORDER if like_an_order else None


def _stray_below_the_name(lines: Sequence[str], writer: Staff) -> str:
    """A sentence below the closing that is no postscript, and says nothing to the person."""
    closing = closing_line(lines, writer)
    for line in lines[closing + 1 :] if closing is not None else ():
        if _POSTSCRIPT.match(line):
            break
        if _SAID_OF_SOMEBODY.match(line) or (is_sentence(line) and _GERMAN_OR_ENGLISH.search(line) and not _TO_THE_PERSON.search(line)):
            return line
    return ""


def is_addressed(text: str, staff: Collection[Staff], writer: Staff, incoming: Collection[IncomingMail]) -> bool:
    """Whether a greeting on top shows that the text is for the person, and for no colleague; one that names nobody, as "Guten Tag", only
    together with a word to the reader."""
    people = _people(writer, staff, incoming)
    greeting = greeting_of(text, people.citizens, people.names)
    if greeting is not Greeting.PLAIN:
        return greeting is Greeting.NAMED
    lines = text.split("\n")
    return speaks_to_the_reader("\n".join(lines[: closing_line(lines, writer)]))


def is_note_by_subject(subject: str, file: CaseFile, policy: Policy) -> bool:
    """Whether a colleague's own subject says that the mail is a note; not where the case itself is called so."""
    number = re.compile(rf"\W*{re.escape(policy.desk.prefix)}-\d{{4}}-\d{{1,7}}\W*")
    base = number.sub("", split_subject(subject)[1], count=1)
    ours = {title.casefold()[:_TITLE_CHARS_COMPARED] for title in (file.state.title, file.subject, split_subject(file.subject)[1]) if title}
    own = not any(base.casefold().startswith(title) for title in ours)
    return own and re.match(table.SUBJECT_OF_A_NOTE, split_subject(base)[1], re.IGNORECASE) is not None


def _people(writer: Staff, staff: Collection[Staff], incoming: Collection[IncomingMail]) -> _People:
    others = [folded(each.name) for each in staff if each != writer]
    names = {word for name in others for word in words_of_name(name) if len(word) >= _NAME_LETTERS_MIN} - table.TITLES
    first = {next((word for word in re.findall(r"\w+", name) if word not in table.TITLES), "") for name in others}
    said = words_of_name(folded("\n".join(each.words for each in incoming)))
    return _People(frozenset(names), frozenset(first & names), frozenset(_names_of_citizens(incoming)), frozenset(said))


def _names_of_citizens(incoming: Collection[IncomingMail]) -> set[str]:
    """What they call themselves: in the header, and at the end of their words."""
    signed = (line for each in incoming for line in [line for line in each.words.split("\n") if line.strip()][-_SIGNED_LINES_MAX:])
    return words_of_name(folded("\n".join((*signed, *(f"{each.writer.display_name} {each.writer.addr_spec}" for each in incoming)))))


def _shown(line: str) -> str:
    line = " ".join(line.split())
    return line if len(line) <= LINE_CHARS_SHOWN else f"{line[:LINE_CHARS_SHOWN]}…"


# --- the lines of a text, one by one ------------------------------------------------------------------------------------------------


def _line_for_the_house(body: Sequence[str], own: Sequence[str], people: _People) -> str:
    """The first line that is for the office, or an empty string."""
    if (len(body) == 1 and _is_for_insiders(body[0])) or speaks_to(body[0], people.called):
        return body[0]
    spoken_to = _spoken_to(body, people)
    return next((line for line in own if _NOTE.match(line) or any(_is_for_us(piece, people, spoken_to) for piece in _pieces(line))), "")


def _pieces(line: str) -> Iterator[str]:
    """Its sentences, and what is in brackets or between dashes, without quoted words."""
    for piece in _PIECES.split(_QUOTED.sub("“”", line[:_LINE_CHARS_READ])):
        if piece and re.search(r"\w", piece):
            yield piece.strip()


def _is_for_us(piece: str, people: _People, spoken_to: str) -> bool:
    label = _LABEL.match(piece)
    words = piece[label.end() :] if label else piece
    return bool(
        _NOTE.match(piece)
        or speaks_to(words, people.called)
        or _calls(words, people)
        or _FOR_US.match(piece)
        or _PHRASE.search(piece)
        or (_FAMILIAR.search(piece) and not _REPORTED.search(piece) and spoken_to != "familiar")
        or _SPOKEN_OF.match(words)
        or _reports_of(words, people, spoken_to)
    )


def _spoken_to(body: Sequence[str], people: _People) -> str:
    """How the greeting speaks to the person: the title, "familiar" without one to a person who is named, else an empty string."""
    words = re.findall(r"\w+", folded(body[0]))[:6]
    titles = {"herr" if word == "herrn" else word for word in words} & table.TITLES - {"dr"}
    title = "familie" if len(titles) > 1 or table.SEVERAL & set(words) else next(iter(titles), "")
    named = not people.citizens.isdisjoint(words)
    return title or ("familiar" if named and not any(_SIE.search(line) for line in body) else "")


def _reports_of(piece: str, people: _People, title: str) -> bool:
    """Whether a sentence begins with the person whom the letter greets: "Frau Muster hat angerufen"."""
    match = re.match(rf"\W*(frau|herr|familie)\s+((?:[\w'’-]+\s+){{1,3}}?)(?:{VERBS})\b", piece, re.IGNORECASE)
    if match is None or people.citizens.isdisjoint(words_of_name(folded(match[2]))):
        return False
    return title in {"", "familiar", match[1].casefold()}


def _calls(piece: str, people: _People) -> bool:
    """Whether a colleague is called: by the first name at the beginning or at the end, by title and name where something is asked."""
    text = piece.lstrip(" *-@\t")
    by_name = re.match(r"([^\W\d_]+)\s*([,:!?–—-]|\s)\s*(.*)", text)
    if by_name and folded(by_name[1]) in people.first_names - people.said:
        mark, rest = by_name[2], by_name[3]
        if mark.strip():
            return mark != "," or not re.match(table.OUR_COLLEAGUE, rest, re.IGNORECASE)
        return bool(rest) and rest[0].islower() and not _SIE.search(piece)
    last = re.search(r",\s*([^\W\d_]+)\s*[?!.]*$", text)
    if last and folded(last[1]) in people.first_names - people.said and last[1][0].isupper():
        return True
    titled = re.match(r"(?:frau|herrn?|hr\.|fr\.)\s+(?:dr\.?\s+)?([\w'’-]+)\s*[,:!]\s*(.*)", text, re.IGNORECASE)
    return bool(titled) and folded(titled[1]) in people.names - people.citizens and bool(re.match(table.ASKS, titled[2], re.IGNORECASE))  # type: ignore[index]


# --- short lines --------------------------------------------------------------------------------------------------------------------


def _is_heading(body: Sequence[str]) -> bool:
    """Whether the first line is all there is, or an order word alone, as a heading."""
    return len(body) == 1 or (len(re.findall(r"\w+", body[0])) <= 2 and _is_an_order(body[0]))


def _is_an_order(line: str, most: int = SHORT_WORDS_MAX) -> bool:
    words = re.findall(r"\w+", line)
    known = [fold(word) in BARE_WORDS for word in words]
    return (len(words) <= SHORT_WORDS_MAX and any(known)) if most == SHORT_WORDS_MAX else 0 < len(words) <= SHORT_WORDS_MAX and all(known)


def _is_for_insiders(line: str) -> bool:
    """Also a line without any word, as a thumb."""
    said = "".join(re.findall(r"\w", line.casefold()))
    return not said or said in table.ALONE


def speaks_to(line: str, names: Collection[str]) -> bool:
    """Whether a text begins by greeting or asking one of these names, in small letters without umlauts.

    >>> [speaks_to(line, {"joerg", "moser"}) for line in ("Hallo, Jörg!", "@Moser: siehe Akte", "Jörg, kannst du das?", "An Herrn Moser")]
    [True, True, True, True]
    >>> [speaks_to(line, {"joerg", "moser"}) for line in ("Herr Moser ruft Sie an.", "Guten Tag, Herr Moser ist da.", "An Moser GmbH")]
    [False, False, False]
    """
    begins: set[str] = set()
    pieces = [re.findall(r"\w+", piece) for piece in re.split(r"[,;:!?.]", folded(line[:200]))]
    for number, words in enumerate(pieces):
        before = list(takewhile(_BEFORE_A_NAME.__contains__, words))
        begins.update(before)
        behind = words[len(before) :]
        if not behind:
            continue
        if behind[0] not in names:
            return False
        if line.lstrip(" *-").startswith("@"):
            return True
        alone = all(word in names for word in behind)
        asked = not table.ASKED.isdisjoint([*behind[1:], *chain(*pieces[number + 1 : number + 2])][:2])
        return asked or bool(begins & table.GREETINGS and (alone or number == 0)) or bool(begins & table.TO and alone)
    return False
