# SPDX-FileCopyrightText: 2026 The maildesk authors
# SPDX-License-Identifier: EUPL-1.2
"""What is below a person's words without being theirs: "-- " signatures, "Von meinem iPhone gesendet", legal footers, list footers.

Everything is looked for at the end only, and only where it is short. A dash line inside a text is no signature, "Gesendet am 3. Mai"
is a sentence, and a closing with the name stays.
"""

from __future__ import annotations

import re
from collections.abc import Sequence

from maildesk.adapters.parse.text import quote_words as table

SIGNATURE_LINES_MAX = 12
_LOOK_BACK_LINES = 24
_LINE_CHARS_MAX = 1000
_TAGLINE_CHARS_MAX = 160  # without its links
_TAGLINE_LINE_CHARS_MAX = 600
_TAGLINE_WORDS_MAX = 9
_LIST_FOOTER_LINES_MAX = 6
_LEGAL_PARAGRAPH_LINES_MAX = 40
_LEGAL_HITS_MIN = 4
_SPOKEN_WORDS_MIN = 4  # of a line of a signature that speaks to somebody, and so is none

_DELIMITER = re.compile(r"\s{0,8}(?:[-_–—─]{2,300}|[*#~=]{3,300}|\+{4,300}|ᐧ|[-_*=][-_*= ]{3,300})\s{0,8}")
_SIGNATURE_MARK = re.compile(r"(?:--|—|––|- -)\s{0,2}")
_UNDERSCORES = re.compile(r"\s{0,2}_{2,200}\s{0,2}")
_LIST_FOOTER = re.compile(
    r"mailing ?list|mailinglist|/listinfo/|unsubscribe|abmelde|désabonn|opt[- ]out|groups\.google\.com|googlegroups\.com|lists?\.",
    re.IGNORECASE,
)
_CONTACT = re.compile(
    r"[^\s@]@[\w-]+\.\w|https?://|www\.|(?:\+|\b0)\d[\d\s()/.-]{5,}\d|\b(?:tel|fon|telefon|fax|mobil|phone)\b", re.IGNORECASE
)
_POSTSCRIPT = re.compile(r"\s*(?:p\.?\s?s\.?\b|nachtrag\b|ps:)", re.IGNORECASE)
_MATTER = re.compile(r"zeichen\b|\baz\b|nummer\b|\bnr\b|vorgang|\bbg\b|\bmeine?\b|\bmy\b.*\d", re.IGNORECASE)
_SPEAKS = re.compile(r"(?<!\w)(?:ich|mir|mich|wir|uns|Sie|Ihnen|[Bb]itte|I|me|we|us|you|[Pp]lease|je|vous|yo|usted)(?!\w)")
_SENTENCE_END = re.compile(r"[.!?…]['\"“”»)]?\s*$")

_LINKS = re.compile(r"<?<?\(?(?:https?://|www\.)[^\s<>()]{1,400}[)>]{0,3}|[\[\]<>()*_\"“”„]|\s[-–—|]\s")
_BEGINS = re.compile(rf"(?:{table.SENT_FROM})", re.IGNORECASE)
_BEHIND = re.compile(rf"(?:{table.BEFORE_SENT_BEHIND})\s.{{1,90}}\s(?:{table.SENT_BEHIND})", re.IGNORECASE)
_ENDING = re.compile(rf".{{0,12}}(?:iphone|ipad|ipod|android|blackberry|outlook).{{0,20}}(?:{table.SENT_ENDING})", re.IGNORECASE)
_GET = re.compile(
    rf"(?:{table.GET_OUTLOOK})\s.{{0,20}}?(?:outlook|bluemail|blue mail)(?!\w)|outlook\s\w+\s(?:android|ios)(?:\s\w+)?", re.IGNORECASE
)
_DEVICE = re.compile(rf"(?:{table.BRANDS})\w{{0,5}}(?![\w@.])|(?<![\w@.])(?:{table.DEVICES})(?!\w|\.\w|@)", re.IGNORECASE)
_MY_SOMETHING = re.compile(r"[Ss]ent from my [A-Z0-9]\S*(?: \S+){0,2}")
_SOMEONE = re.compile(r"(?:someone )?from (?:my )?(?:mobile|phone|iphone|ipad)(?: \S+)?", re.IGNORECASE)
_EXCUSE = re.compile(rf"{table.EXCUSES}", re.IGNORECASE)
_BY_US = re.compile(r"(?<!\w)(?:ich|mir|mich|wir|uns|er|Sie|Ihnen|habe|haben|hat|wurde|wurden|worden|I|me|we|us|have|has|was)(?!\w)")
_TO_US = re.compile(r"(?<!\w)(?:ich|mir|mich|wir|uns|Sie|Ihnen|Ihr\w*|I|me|you)(?!\w)")
_WAS_SENT = re.compile(r"(?:gesendet|versendet|verschickt|sent)\b.{0,60}$", re.IGNORECASE)
_VIRUS_FREE = re.compile(
    r"(?:avast|avg|virus|viren).{0,200}(?:avast|avg|virus|viren|geprüft|checked)|^\W*(?:www\.avast\.com|www\.avg\.com)", re.IGNORECASE
)
_PAPER = re.compile(r"(?:before|bevor|avant|antes|prima).{1,40}(?:print|ausdruck|drucken|imprim|stampa)", re.IGNORECASE)
_PAPER_TOO = re.compile(r"environment|umwelt|environnement|ambiente|trees|bäume|papier", re.IGNORECASE)

# A legal footer says most of this; a person who asks for confidence says one or two.
_LEGAL = tuple(
    re.compile(words, re.IGNORECASE)
    for words in (
        r"(?:this|diese[rs]?|the|ce|cet|este|esta|questa|dit) (?:e-?mail|message|nachricht|mail|mitteilung|mensaje|mensagem|bericht)"
        r"|courriel|information contained",
        r"confidential|vertraulich|privileged|rechtlich geschützt|confidentiel|confidencial|riservat|vertrouwelijk",
        r"intended|addressee|recipient|richtige[rn]? (?:adressat|empfänger)|adressat|bestimmt für|ausschließlich für|destinat"
        r"|geadresseerde",
        r"in error|by mistake|irrtümlich|versehentlich|par erreur|por error|por engano|per errore|abusivement|not the (?:intended|named)",
        r"delete|destroy|löschen|vernichten|lösche|supprimer|détruire|elimin|borrar|apagar|verwijder",
        r"notify|advise|inform|contact the sender|benachrichtig|informieren|avertir|avise|avvis|immediately|sofort|umgehend|unverzüglich",
        r"prohibit|unauthori[sz]ed|strictly|not permitted|nicht gestattet|unbefugt|unerlaubt|untersagt|unzulässig|interdit|prohibid|vietat"
        r"|disclos|distribut|dissemination|weitergabe|weiterleitung ist|kopieren",
        r"liabilit|haftung|viruses|viren|responsab",
    )
)
_BY_A_PERSON = re.compile(r"(?<![\w.])(?:ich|mir|mich|mein|meine[mnrs]?|I|my|je|mon|ma|yo|mi|io)(?![\w.])")


def end_of_own_words(lines: Sequence[str], end: int) -> int:
    """Where the words of the person end, of the lines before `end`; 0 where there is nothing else but such trimmings."""
    while end > 0:
        before = end
        end = _without_delimiters(lines, end)
        for trim in (_without_tagline, _without_list_footer, _without_signature, _without_legal_footer):
            end = trim(lines, end)
        if end == before:
            break
    return end


def speaks_for_a_person(text: str) -> bool:
    """Whether somebody says "I" there, in the languages of this file."""
    return _BY_A_PERSON.search(text) is not None


def is_delimiter(line: str) -> bool:
    """Nothing but a row of dashes, underscores, stars, hashes: not a word of anybody's."""
    return bool(_DELIMITER.fullmatch(line))


def is_tagline(line: str) -> bool:
    """`Von meinem iPhone gesendet`: short, with the name of a device or a mail program, without the grammar of a sentence."""
    if len(line) > _TAGLINE_LINE_CHARS_MAX or not line.strip():
        return False
    if _VIRUS_FREE.search(line):
        return not _BY_A_PERSON.search(line)
    plain = " ".join(_LINKS.sub(" ", line).replace("’", "'").split())
    if not plain or len(plain) > _TAGLINE_CHARS_MAX:
        return False
    if _PAPER.search(plain) and _PAPER_TOO.search(plain):
        return True
    clause = re.search(r",\s|[.!;]\s+(?=\S)", plain)
    if clause is None:
        return _says_sent_from(plain.rstrip(".。! "))
    return bool(_EXCUSE.search(plain, clause.end())) and _says_sent_from(plain[: clause.start()])


def _says_sent_from(plain: str) -> bool:
    words = len(plain.split())
    if _SOMEONE.fullmatch(plain) or _MY_SOMETHING.fullmatch(plain) or _ENDING.fullmatch(plain):
        return True
    if _GET.match(plain):
        return words <= _TAGLINE_WORDS_MAX
    begins = _BEGINS.match(plain)
    if not (begins or _BEHIND.fullmatch(plain)) or not _DEVICE.search(plain):
        return False
    if begins and begins[0].lower().startswith(("diese ", "this ")):
        return words <= 2 * _TAGLINE_WORDS_MAX and bool(_WAS_SENT.search(plain)) and not _TO_US.search(plain)
    return words <= _TAGLINE_WORDS_MAX and not _BY_US.search(plain)


def _without_delimiters(lines: Sequence[str], end: int) -> int:
    while end > 0 and (not lines[end - 1].strip() or is_delimiter(lines[end - 1])):
        end -= 1
    return end


def _without_tagline(lines: Sequence[str], end: int) -> int:
    while end > 0 and (not lines[end - 1].strip() or is_tagline(lines[end - 1])):
        end -= 1
    return end


def _without_list_footer(lines: Sequence[str], end: int) -> int:
    """The rule of underscores and the few lines below it by which a mailing list names itself."""
    for mark in range(end - 1, max(-1, end - 2 - _LIST_FOOTER_LINES_MAX), -1):
        if _UNDERSCORES.fullmatch(lines[mark]) or _SIGNATURE_MARK.fullmatch(lines[mark]):
            footer = [line for line in lines[mark + 1 : end] if line.strip()]
            links = any("://" in line or "@" in line for line in footer)
            return mark if links and any(_LIST_FOOTER.search(line[:_LINE_CHARS_MAX]) for line in footer) else end
    return end


def _without_signature(lines: Sequence[str], end: int) -> int:
    """RFC 3676 section 4.3: a line of two dashes, and below it at most a dozen lines that are no sentences of the person.

    Only the dash line with its space is asked little. Without it, as web mail leaves it, it may be a line between two thoughts.
    """
    for mark in range(end - 1, max(-1, end - 1 - _LOOK_BACK_LINES), -1):
        if _SIGNATURE_MARK.fullmatch(lines[mark]):
            below = [line for line in lines[mark + 1 : end] if line.strip()]
            strict = lines[mark] == "-- "
            return mark if below and _is_signature(below, strict=strict) and not _is_one_of_many(lines, mark) else end
    return end


def _is_signature(below: Sequence[str], *, strict: bool) -> bool:
    if len(below) > SIGNATURE_LINES_MAX or any(_POSTSCRIPT.match(line) or len(line) > _LINE_CHARS_MAX for line in below):
        return False
    if any(line.startswith(">") for line in below):
        return False
    spoken = _BY_A_PERSON if strict else _SPEAKS
    if any(len(line.split()) >= _SPOKEN_WORDS_MIN and spoken.search(line) for line in below):
        return False
    if strict:
        return True
    if any(_MATTER.search(line) for line in below):
        return False
    return any(_CONTACT.search(line) for line in below) or not any(_is_sentence(line) for line in below)


def _is_sentence(line: str) -> bool:
    words = len(line.split())
    return (words >= 5 and bool(_SENTENCE_END.search(line))) or words >= 12


def _is_one_of_many(lines: Sequence[str], mark: int) -> bool:
    """Whether another such line is shortly above: then both are separators inside a text."""
    above = [number for number in range(max(0, mark - _LOOK_BACK_LINES), mark) if _SIGNATURE_MARK.fullmatch(lines[number])]
    return bool(above) and any(_is_sentence(line) for line in lines[above[-1] + 1 : mark])


def _without_legal_footer(lines: Sequence[str], end: int) -> int:
    """The last paragraph, or the few last ones together, if they speak as lawyers do."""
    start, taken = end, ""
    while start > 0 and end - start < _LEGAL_PARAGRAPH_LINES_MAX:
        first = _start_of_paragraph(lines, start)
        paragraph = " ".join(line[:_LINE_CHARS_MAX] for line in lines[first:start])
        if not _hits(paragraph) or _BY_A_PERSON.search(paragraph):
            return end
        start, taken = first, f"{paragraph} {taken}"
        if _hits(taken) >= _LEGAL_HITS_MIN:
            return start
        while start > 0 and not lines[start - 1].strip():
            start -= 1
    return end


def _start_of_paragraph(lines: Sequence[str], end: int) -> int:
    first = end - 1
    while first > 0 and lines[first - 1].strip() and end - first < _LEGAL_PARAGRAPH_LINES_MAX and not is_delimiter(lines[first - 1]):
        first -= 1
    return max(first, 0)


def _hits(text: str) -> int:
    return sum(1 for words in _LEGAL if words.search(text))
