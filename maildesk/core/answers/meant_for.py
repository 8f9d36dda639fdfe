# SPDX-FileCopyrightText: 2026 The maildesk authors
# SPDX-License-Identifier: EUPL-1.2
"""For whom an answer is meant. All that a colleague writes in reply goes to the citizen; what sounds as if it were for the office is held.

Held for its words: a line that begins as a note ("Vermerk: ..."), a short line without its "#" ("nicht erledigt"), a word that only the
office uses ("z. K.", "ok"), a greeting or a request to a colleague ("Hallo Jörg,", "@Moser", "Liebe Kollegin,"), and "du" where nothing
says "Sie". Who only names a colleague ("Herr Moser ruft Sie an") is not held, and a citizen of the same name may be greeted by it.
"""

from __future__ import annotations

import re
from collections.abc import Collection
from itertools import chain, takewhile

from maildesk.core.answers.checks import Finding, FindingKind
from maildesk.core.answers.signature import closing_line, words_of_name
from maildesk.core.answers.text import Answer
from maildesk.core.case.file import IncomingMail
from maildesk.core.office.policy import Staff
from maildesk.core.orders.words import BARE_WORDS
from maildesk.core.text.said import say
from maildesk.core.text.spelling import fold

LOOKS_LIKE_AN_ORDER = Finding(FindingKind.MISTYPED, say("held.like_an_order"))
FOR_THE_HOUSE = Finding(FindingKind.FOR_THE_HOUSE, say("held.for_the_house"))
SHORT_WORDS_MAX = 4
# What is written to those who know the matter, with its letters alone: "z. K." as "zk".
_SAID_IN_THE_HOUSE = frozenset({
    "zk", "zkts", "zurkenntnis", "zurinfo", "zurinformation", "fyi", "zda", "zudenakten", "so", "su", "sieheoben", "wv", "wvl",
    "ok", "okay", "okdanke", "okaydanke", "danke", "dankedir", "thx", "gesehen", "gelesen", "verstanden", "passt", "passtso", "allesklar",
})  # fmt: skip
_NOTE = re.compile(
    r"\W*(?:(?:\w{0,20}(?:notiz|vermerk)|(?:nur )?intern|interne[rs]? \w{1,20}|nur für (?:uns|das haus|den dienstgebrauch)"
    r"|wiedervorlage|wv)\s*(?::|\s[-–—]\s)|[(\[](?:nur )?intern[)\]])",
    re.IGNORECASE,
)
_DU = re.compile(
    r"\b(?:kannst|könntest|hast|machst|magst|möchtest|würdest|wirst|übernimmst|schaust|weißt|bist|siehst|rufst|gibst|sagst|meinst)\s+du\b",
    re.IGNORECASE,
)
_SIE = re.compile(r"(?<![.!?]\s)(?<!^)\b(?:Sie|Ihnen|Ihr(?:e[mnrs]?)?)\b", re.MULTILINE)

_GREETINGS = frozenset(
    {"hallo", "hi", "hey", "moin", "servus", "liebe", "lieber", "liebes", "guten", "tag", "morgen", "sehr", "geehrte", "geehrter"}
)
_TO = frozenset({"an", "fuer"})
_TITLES = frozenset({"frau", "herr", "herrn", "dr"})
_COLLEAGUES = frozenset({"kollege", "kollegin", "kollegen", "kolleginnen", "kolleg", "zusammen", "team", "leute"})
_ASKED = frozenset(
    {"bitte", "kannst", "koenntest", "magst", "wuerdest", "uebernimmst", "schau", "schaust", "mach", "machst", "nimm", "hast"}
)
_BEFORE_A_NAME = _GREETINGS | _TO | _TITLES
_NAME_LETTERS_MIN = 3
_SIGNED_LINES_MAX = 4
_UMLAUTS = str.maketrans({"ä": "ae", "ö": "oe", "ü": "ue"})


def for_the_house(answer: Answer, writer: Staff, staff: Collection[Staff], incoming: Collection[IncomingMail]) -> Finding | None:
    """What sounds in the answer of `writer` as if it were for one of `staff` or for the desk; None if nothing does.

    `incoming`: the citizen's messages; a person who signs them "Jörg Moser" may be greeted so, also if a colleague has that name.
    """
    lines = answer.text.split("\n")
    body = [line for line in lines[: closing_line(lines, writer)] if line.strip()]
    if not body:
        return None
    names = {word for each in staff if each != writer for word in words_of_name(_folded(each.name)) if len(word) >= _NAME_LETTERS_MIN}
    house = (
        (len(body) == 1 and _is_for_insiders(body[0]))
        or any(_NOTE.match(line) for line in body)
        or speaks_to(body[0], (names - _names_of_citizens(incoming)) | _COLLEAGUES)
        or (any(_DU.search(line) for line in body) and not any(_SIE.search(line) for line in body))
    )
    if house:
        return FOR_THE_HOUSE
    return LOOKS_LIKE_AN_ORDER if len(body) == 1 and _is_an_order(body[0]) else None


def _folded(text: str) -> str:
    """In small letters, and without umlauts: colleagues write "Joerg" as well."""
    return text.casefold().translate(_UMLAUTS)


def _names_of_citizens(incoming: Collection[IncomingMail]) -> set[str]:
    """What they call themselves: in the header, and at the end of their words."""
    signed = (line for each in incoming for line in [line for line in each.words.split("\n") if line.strip()][-_SIGNED_LINES_MAX:])
    return words_of_name(_folded("\n".join((*signed, *(f"{each.writer.display_name} {each.writer.addr_spec}" for each in incoming)))))


def _is_an_order(line: str) -> bool:
    words = re.findall(r"\w+", line)
    return len(words) <= SHORT_WORDS_MAX and not BARE_WORDS.isdisjoint(map(fold, words))


def _is_for_insiders(line: str) -> bool:
    """Also a line without any word, as a thumb."""
    said = "".join(re.findall(r"\w", line.casefold()))
    return not said or said in _SAID_IN_THE_HOUSE


def speaks_to(line: str, names: Collection[str]) -> bool:
    """Whether the first line of a text greets or asks one of these names, in small letters without umlauts.

    >>> [speaks_to(line, {"joerg", "moser"}) for line in ("Hallo, Jörg!", "@Moser: siehe Akte", "Jörg, kannst du das?", "An Herrn Moser")]
    [True, True, True, True]
    >>> [speaks_to(line, {"joerg", "moser"}) for line in ("Herr Moser ruft Sie an.", "Guten Tag, Herr Moser ist da.", "An Moser GmbH")]
    [False, False, False]
    """
    begins: set[str] = set()
    pieces = [re.findall(r"\w+", piece) for piece in re.split(r"[,;:!?.]", _folded(line[:200]))]
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
        asked = not _ASKED.isdisjoint([*behind[1:], *chain(*pieces[number + 1 : number + 2])][:2])
        return asked or bool(begins & _GREETINGS and (alone or number == 0)) or bool(begins & _TO and alone)
    return False
