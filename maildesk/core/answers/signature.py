# SPDX-FileCopyrightText: 2026 The maildesk authors
# SPDX-License-Identifier: EUPL-1.2
"""Where a colleague's words end and the own block begins: closing, name, function, room, telephone, notices of confidentiality.

What is known of the colleague, name and address, distinguishes the block from an address meant for the citizen.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence

from maildesk.core.answers.closing_words import BEFORE_THE_NAME, CLOSINGS
from maildesk.core.office.policy import Desk, Staff
from maildesk.core.text.identifiers import phones_in

RULE = re.compile(r"\s*[-_=–—*]{2,}\s*")
_DASHES = re.compile(r"\s{0,3}(?:--|—|––)\s{0,2}")
_CLOSING = re.compile(
    rf"\s*(?:{CLOSINGS})(?:\s(?:aus|vom|und|nach|in)\s[\w ,-]{{1,40}})?(?P<name>[\s,.!]+[^\W\d_][\w. -]{{0,40}})?\W*", re.IGNORECASE
)
_CLOSES = re.compile(rf"\s*(?:{CLOSINGS})(?!\w)", re.IGNORECASE)
_BEFORE_THE_NAME = re.compile(rf"\s*(?:{BEFORE_THE_NAME})[\s,.–-]*", re.IGNORECASE)
_OWN_WAY = re.compile(
    r"(?:\b(?:durchwahl|dw|tel|telefon|fon|fax|telefax|mobil|handy|direct line|direct|extension|ext)\b\.?"
    r"|\b(?:raum|zimmer|zi|room)\b\.?\s*[\w.]*\d"
    r"|[\u260e\u2706\U0001f4de\U0001f4f1\U0001f3e2]|(?:\+\d{2}|\b0)[\d /()–-]{5,}\d|(?<!\w)-\s?\d{3,4}\b)",
    re.IGNORECASE,
)
_NAME_LINES_MAX, _NAME_WORDS_MAX = 6, 3
_ON_BEHALF = re.compile(r"\s*(?:im auftrage?|i\.\s?a\.|in vertretung|i\.\s?v\.|ihre?)\s*,?\s*", re.IGNORECASE)
_KEPT_BEHIND = re.compile(r"\s*(?:p\.?\s?s\.?\b|nachtrag\b|anlagen?\b(?! zur vertrau))", re.IGNORECASE)
CONTACT = re.compile(
    r"[^\s@]@[\w-]+\.\w|\bwww\.|https?://|(?:\b(?:tel|fon|telefon|fax|telefax|mobil|phone|durchwahl|raum|zimmer|e-?mail)\b\.?\s*[:.+\d])"
    r"|^\s*[TFME]:?\s+[+0]\d",
    re.IGNORECASE,
)
_NOT_A_NAME = re.compile(r"[\d@:/|#]|\b(?:landkreis|kreis|jobcenter|amt|stadt|sach\w+|fachbereich|abteilung|team|leit\w+)\b", re.IGNORECASE)
_SENTENCE_END = re.compile(r"[.!?…]['\"“”»)]?\s*$")
_BLOCK_LINES_MAX = 40
_LOOK_AHEAD_LINES = 200
_GAP_LINES_MAX = 3


_UMLAUTS = str.maketrans({"ä": "ae", "ö": "oe", "ü": "ue"})


def folded(text: str) -> str:
    """In small letters, and without umlauts: colleagues write "Joerg" as well."""
    return text.casefold().translate(_UMLAUTS)


def words_of_name(text: str) -> set[str]:
    return set(re.findall(r"[^\W\d_]{2,}", text.casefold()))


def _names_staff(line: str, staff: Staff) -> bool:
    """Whether the line is the colleague's name, in any order, with titles or initials: "Weber, Anna", "Dr. Anna Weber", "A. Weber"."""
    own, said = words_of_name(staff.name), words_of_name(line)
    if not own & said or CONTACT.search(line) or re.search(r"\d", line):
        return False
    return (own <= said and len(said) <= len(own) + 2) or said - own <= _TITLES


_TITLES = frozenset({"frau", "herr", "dr", "gez", "ihr", "ihre"})


def mentions(line: str, staff: Staff) -> bool:
    """Whether the line has the colleague's address, or is the name."""
    return staff.address.casefold() in line.casefold() or _names_staff(line, staff)


def above_signature_mark(lines: Sequence[str], staff: Staff) -> list[str]:
    for number, line in enumerate(lines):
        if line == "-- " or (_DASHES.fullmatch(line) and _is_block(lines[number + 1 : number + 1 + _LOOK_AHEAD_LINES], staff)):
            return list(lines[:number])
    return list(lines)


def _is_block(lines: Sequence[str], staff: Staff) -> bool:
    """Whether the lines can be a signature: name or a way to reach somebody, and nothing longer than such a thing."""
    filled = [line for line in lines if line.strip()]
    return 0 < len(filled) <= _BLOCK_LINES_MAX and any(CONTACT.search(line) or mentions(line, staff) for line in filled[:12])


def without_block(lines: list[str], staff: Staff, desk: Desk) -> list[str]:
    closing = closing_line(lines, staff)
    if closing is not None:
        behind = _behind_the_name(lines, closing, staff, desk)
        return [*lines[:behind], *_kept_paragraphs(lines[behind:], staff)]
    number = _start_of_block(lines, staff)
    return lines if number is None else lines[:number]


def without_closing(lines: list[str], staff: Staff, desk: Desk) -> list[str]:
    """The words alone: without closing, name and block. Whole sentences and postscripts behind the name stay."""
    closing = closing_line(lines, staff)
    if closing is None:
        start = _start_of_block(lines, staff)
        return lines if start is None else lines[:start]
    behind = _behind_the_name(lines, closing, staff, desk)
    return [*lines[:closing], *_kept_paragraphs(lines[behind:], staff)]


def _is_closing(line: str, staff: Staff) -> bool:
    """A line with the closing alone, or with the colleague's name behind it."""
    match = _CLOSING.fullmatch(line)
    return match is not None and (not match["name"] or bool(words_of_name(match["name"]) & words_of_name(staff.name)))


def is_closing_line(line: str, staff: Staff) -> bool:
    """Whether the line closes a letter, or says on whose behalf it is written."""
    return _is_closing(line, staff) or _ON_BEHALF.fullmatch(line) is not None


def without_own_ways(lines: Sequence[str], staff: Staff, desk: Desk) -> list[str]:
    """The lines without the colleague's own telephone and room beside the name: "Freundliche Grüße P. Muster, Durchwahl 4471, Zi. 214".

    What the desk itself is reached by stays, and so do whole sentences.
    """
    kept: list[str] = []
    in_block = False
    for number, line in enumerate(lines):
        begins = words_of_name(" ".join(line.split()[:_NAME_WORDS_MAX]))
        names = bool(begins & words_of_name(staff.name)) and len(lines) - number <= _NAME_LINES_MAX
        closes = _CLOSES.match(line) is not None or names
        in_block = bool(line.strip()) and (closes or in_block)
        way = _own_way(line, desk) if in_block and not _is_kept_sentence(line, closes=closes) else None
        if way is None:
            kept.append(line)
        elif line[:way].strip(" ,;|·"):
            kept.append(line[:way].rstrip(" ,;|·/–-("))
    return kept


def _is_kept_sentence(line: str, *, closes: bool) -> bool:
    return _KEPT_BEHIND.match(line) is not None or (is_sentence(line) and not (closes and _CLOSES.match(line)))


def _own_way(line: str, desk: Desk) -> int | None:
    """Where in the line the first way begins to reach the colleague."""
    phones = set(phones_in(line))
    if phones and phones <= {*phones_in(desk.phone), *phones_in(desk.post)}:
        return None
    match = _OWN_WAY.search(line)
    if match is None:
        return None
    divided = re.search(r"\s[|·•/]\s", line[: match.start()])
    return divided.start() if divided else match.start()


def closing_line(lines: Sequence[str], staff: Staff) -> int | None:
    """The line of the closing; of two with nothing but a name between them, as a signature adds its own, the first."""
    found = [
        number
        for number, line in enumerate(lines)
        if len(line) < 80 and (_is_closing(line, staff) or (_BEFORE_THE_NAME.fullmatch(line) and _is_above_the_name(lines, number, staff)))
    ]
    if not found:
        return None
    first = found.pop()
    while found and not any(is_sentence(line) for line in lines[found[-1] + 1 : first]):
        first = found.pop()
    return first


def is_closed(lines: Sequence[str], staff: Staff) -> bool:
    """Whether the text has a closing, on a line of its own or at the beginning of the last one: "Gruß Weber"."""
    last = next((line for line in reversed(lines) if line.strip()), "")
    return closing_line(lines, staff) is not None or _CLOSES.match(last) is not None or any(map(_ON_BEHALF.fullmatch, lines))


def _is_above_the_name(lines: Sequence[str], number: int, staff: Staff) -> bool:
    below = next((line for line in lines[number + 1 : number + 1 + _GAP_LINES_MAX] if line.strip()), "")
    return _names_staff(below, staff)


def is_sentence(line: str) -> bool:
    """Four words with a mark at the end, or nine."""
    words = sum(1 for word in line.split() if word[0].isalpha())
    return (words >= 4 and bool(_SENTENCE_END.search(line))) or words >= 9


def _behind_the_name(lines: Sequence[str], closing: int, staff: Staff, desk: Desk) -> int:
    """Where what belongs to the closing ends: "Im Auftrag" and the name, both where they are typed."""
    said = _CLOSING.fullmatch(lines[closing])
    end, gap, named = closing + 1, 0, bool(said and said["name"])
    for number in range(closing + 1, len(lines)):
        line = lines[number]
        if not line.strip():
            gap += 1
            continue
        if gap > _GAP_LINES_MAX or named or RULE.fullmatch(line):
            break
        named = not _ON_BEHALF.fullmatch(line)
        if named and not _is_name(line, staff, desk):
            break
        end, gap = number + 1, 0
    return end


def _is_name(line: str, staff: Staff, desk: Desk) -> bool:
    if len(line.split()) > 6 or CONTACT.search(line) or re.search(r"[@:|]|\d", line):
        return False
    if words_of_name(line) & words_of_name(staff.name) or line.strip().casefold() in {desk.name.casefold(), f"ihr {desk.name}".casefold()}:
        return True
    return (
        len(line.split()) <= 4
        and line.strip()[0].isalpha()
        and not _NOT_A_NAME.search(line)
        and not _SENTENCE_END.search(line.rstrip(".,"))
    )


def _paragraphs(lines: Iterable[str]) -> list[list[str]]:
    found: list[list[str]] = [[]]
    for line in lines:
        if line.strip():
            found[-1].append(line)
        elif found[-1]:
            found.append([])
    return [paragraph for paragraph in found if paragraph]


def _kept_paragraphs(lines: Sequence[str], staff: Staff) -> list[str]:
    """What stays behind the name: whole sentences down to where the block begins, and postscripts wherever they are."""
    kept: list[str] = []
    in_block = False
    for paragraph in _paragraphs(lines):
        private = any(CONTACT.search(line) or mentions(line, staff) for line in paragraph)
        in_block = in_block or private or not any(map(is_sentence, paragraph)) or _is_legal(paragraph)
        if not private and (not in_block or _KEPT_BEHIND.match(paragraph[0])):
            kept += ["", *paragraph]
    return kept


def _is_legal(paragraph: Sequence[str]) -> bool:
    return any(_LEGAL.search(line) for line in paragraph)


def _start_of_block(lines: Sequence[str], staff: Staff) -> int | None:
    """Where a signature without closing and mark begins: at the topmost paragraph of the end that names the colleague."""
    start: int | None = None
    for first, end in reversed(_spans_of_paragraphs(lines)):
        named = next((number for number in range(first, end) if _belongs_to_block(lines[number], staff)), None)
        if not _is_block_like(lines[first if named is None else named : end]):
            break
        if named is not None:
            own = first == 0 or any(is_sentence(line) for line in lines[first:named])
            start = named if own else first
            if own:
                break
    typed = start is not None and [line for line in lines[start:] if line.strip()]
    alone = typed and len(typed) == 1 and not CONTACT.search(typed[0])  # a name that somebody typed stays
    return None if alone else start


def ends_like_a_signature(text: str) -> bool:
    """Whether the last paragraph has two ways to reach somebody, and no closing is above it: perhaps a block of another name."""
    last = (_paragraphs(text.split("\n")) or [[]])[-1]
    ways = sum(len(CONTACT.findall(line)) for line in last if not is_sentence(line))
    return ways >= 2 and not any(_CLOSING.fullmatch(line) for line in text.split("\n"))


def _spans_of_paragraphs(lines: Sequence[str]) -> list[tuple[int, int]]:
    filled = [bool(line.strip()) for line in lines]
    starts = [number for number, full in enumerate(filled) if full and (number == 0 or not filled[number - 1])]
    ends = [number + 1 for number, full in enumerate(filled) if full and (number + 1 == len(lines) or not filled[number + 1])]
    return list(zip(starts, ends, strict=True))


def _belongs_to_block(line: str, staff: Staff) -> bool:
    """The colleague's address, name, or name and a way to reach somebody in one line."""
    return mentions(line, staff) or (
        bool(CONTACT.search(line)) and words_of_name(staff.name) <= words_of_name(line) and not is_sentence(line)
    )


def _is_block_like(paragraph: Sequence[str]) -> bool:
    return _is_legal(paragraph) or not any(is_sentence(line) and not CONTACT.search(line) for line in paragraph)


_LEGAL = re.compile(
    r"vertraulich|confidential|datenschutz|irrtümlich|intended recipient|ausdruck|ausgedruckt|disclaimer|haftung|newsletter|folgen sie uns"
    r"|umfrage|(?:dieses|diese) (?:schreiben|e-?mail|nachricht) wurde",
    re.IGNORECASE,
)
