# SPDX-FileCopyrightText: 2026 The maildesk authors
# SPDX-License-Identifier: EUPL-1.2
"""The orders that colleagues write into a mail, as one table: whatever the desk knows of an order, it has from there.

The words are those that are read. What is said of an order is named by its key in said.<language>.toml.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from enum import StrEnum
from typing import Final

from maildesk.core.text.said import Said, Value, say
from maildesk.core.text.spelling import fold

WRITER: Final = "@writer"  # the key of an ASSIGN order by which a colleague takes the case; no key of a colleague looks so


class OrderName(StrEnum):
    """What is to be done. Those that choose a category have the name of their list as value."""

    KIND = "kind"
    TOPIC = "topic"
    CONCERN = "concern"  # a further concern: the topic, assessment, outcome, measure that follow belong to it
    ASSESSMENT = "assessment"
    OUTCOME = "outcome"
    MEASURE = "measure"
    PERSON_GROUP = "person_group"
    URGENCY = "urgency"
    SEEN = "seen"  # the urgency is confirmed
    NOT_URGENT = "not-urgent"  # the urgency is withdrawn
    NOTE = "note"
    ASSIGN = "assign"
    DUE = "due"
    WAIT = "wait"
    CLOSE = "close"
    REOPEN = "reopen"
    MERGE = "merge"
    SPLIT = "split"
    UNDO = "undo"
    TITLE = "title"  # the staff's own short title
    CONFIRM = "confirm"  # the writer who was not verified belongs to the case
    CONSULT = "consult"
    ANSWER = "answer"  # the text below is for the citizen
    SEND = "send"  # a held answer, as it is
    HOLD_BACK = "hold-back"  # an answer that has not left yet
    SHORTEN = "shorten"  # a held answer does not go out: its writer sends a shorter one
    DROP = "drop"  # a held answer does not go out
    SHOW = "show"  # the last mail of the case once more
    ANONYMOUS = "anonymous"  # the writer wants to stay unknown in the office
    HELP = "help"


class Takes(StrEnum):
    """What is behind an order word."""

    NOTHING = "nothing"
    CATEGORY = "category"
    COLLEAGUE = "colleague"
    WRITER = "writer"  # nothing; the order is for the colleague who writes
    CASE = "case"
    NOTE = "note"  # the rest of the line and of the paragraph, or all that follows
    LINE = "line"  # the rest of the line
    DAY_AND_REASON = "day-and-reason"
    PERHAPS_DAY_AND_REASON = "perhaps-day-and-reason"
    ADDRESS_AND_QUESTION = "address-and-question"


@dataclass(frozen=True, slots=True)
class Order:
    """One order. `key`: a category's, a colleague's (or `WRITER`), or a case number; `text`: note, reason, title or question."""

    name: OrderName
    key: str = ""
    text: str = ""
    day: date | None = None
    address: str = ""


@dataclass(frozen=True, slots=True)
class Mistake:
    """A line that was not understood, and is neither obeyed nor sent on. For the colleague who wrote it, and for nobody else."""

    line: Value
    problem: Said
    suggestions: tuple[Value, ...] = ()


class Group(StrEnum):
    """The headings of the reference card, in the order of a colleague's work: the keys of their words in said.<language>.toml."""

    SORT = "card.sort"
    ANSWER = "card.answer"
    TIME = "card.time"
    TOGETHER = "card.together"
    CLOSE = "card.close"


@dataclass(frozen=True, slots=True)
class OrderWord:
    """A row of the table: the words that mean the order (the first is shown to people), what follows, its heading on the card.

    Keys of what is said of it: `meaning` is what it does, or the name of its list; `example` what may follow; `link` the label of its
    link. `link_word` is the word on that link, where it is not the first.
    `bare` are words which, in an answer of one short line, most likely are the order without its "#"; of a list those of its entries.
    `in_new_case`: a case that is being made can be given it; everything else is about mail that it does not have yet.
    `inside`: the text of the mail stays in the office.
    """

    name: OrderName
    words: tuple[str, ...]
    takes: Takes
    group: Group
    meaning: str
    example: str = ""
    link: str = ""
    link_word: str = ""
    bare: tuple[str, ...] = ()
    in_new_case: bool = False
    inside: bool = False

    @property
    def spelling(self) -> str:
        return f"#{self.words[0]}"

    @property
    def on_link(self) -> str:
        """The order as a link has it, in plain ASCII: "#nicht-dringend"."""
        return f"#{(self.link_word or self.words[0]).translate(_ASCII)}"

    def with_example(self) -> Value:
        """The order as somebody may type it."""
        return say("card.with_example", order=self.spelling, example=say(self.example)) if self.example else self.spelling


_ASCII = str.maketrans({"ä": "ae", "ö": "oe", "ü": "ue", "ß": "ss", " ": "-"})
_N, _T, _G = OrderName, Takes, Group

# In the order of the card.
ORDER_WORDS: Final = (
    OrderWord(
        _N.KIND, ("art", "typ", "kategorie"), _T.CATEGORY, _G.SORT, "list.kind", bare=("kritik", "lob", "anregung"), in_new_case=True,
    ),
    OrderWord(_N.TOPIC, ("thema", "themen"), _T.CATEGORY, _G.SORT, "list.topic", in_new_case=True),
    OrderWord(
        _N.ASSESSMENT, ("bewertung", "bewerten"), _T.CATEGORY, _G.SORT, "list.assessment", bare=("berechtigt", "unberechtigt"),
        in_new_case=True,
    ),
    OrderWord(_N.OUTCOME, ("ergebnis", "ausgang"), _T.CATEGORY, _G.SORT, "list.outcome", bare=("abgeholfen",), in_new_case=True),
    OrderWord(_N.MEASURE, ("maßnahme",), _T.CATEGORY, _G.SORT, "list.measure", in_new_case=True),
    OrderWord(
        _N.CONCERN, ("anliegen", "weiteres anliegen", "nächstes anliegen", "noch ein anliegen"), _T.NOTHING, _G.SORT, "card.concern",
        in_new_case=True,
    ),
    OrderWord(_N.PERSON_GROUP, ("personengruppe", "person", "gruppe"), _T.CATEGORY, _G.SORT, "list.person_group", in_new_case=True),
    OrderWord(_N.URGENCY, ("dringlichkeit",), _T.CATEGORY, _G.SORT, "list.urgency", bare=("dringend",), in_new_case=True),
    OrderWord(_N.SEEN, ("gesehen", "gelesen"), _T.NOTHING, _G.SORT, "card.seen", link="link.seen", in_new_case=True),
    OrderWord(
        _N.NOT_URGENT, ("nicht dringend", "entwarnung", "kein notfall", "nicht eilig"), _T.NOTHING, _G.SORT, "card.not_urgent",
        link="link.not_urgent", in_new_case=True,
    ),
    OrderWord(_N.TITLE, ("titel", "kurztitel"), _T.LINE, _G.SORT, "card.title", "example.title", in_new_case=True),
    OrderWord(_N.ANONYMOUS, ("anonym",), _T.NOTHING, _G.SORT, "card.anonymous", in_new_case=True),
    OrderWord(
        _N.MERGE, ("zusammenlegen", "gehört zu", "zusammenführen", "gehört zum vorgang"), _T.CASE, _G.SORT, "card.merge",
        bare=("zusammenlegen",),
    ),
    OrderWord(_N.SPLIT, ("teilen", "trennen", "aufteilen"), _T.NOTHING, _G.SORT, "card.split", bare=("teilen",)),
    OrderWord(_N.SHOW, ("zeigen", "anzeigen", "schicken"), _T.NOTHING, _G.ANSWER, "card.show", link="link.show_mail"),
    OrderWord(_N.ANSWER, ("antwort", "antworten", "an die person"), _T.NOTHING, _G.ANSWER, "card.answer_person", link="link.answer"),
    OrderWord(_N.SEND, ("senden", "absenden", "abschicken"), _T.NOTHING, _G.ANSWER, "card.send", link="link.send", bare=("senden",)),
    OrderWord(
        _N.HOLD_BACK, ("zurückhalten", "anhalten"), _T.NOTHING, _G.ANSWER, "card.hold_back", link="link.hold_back", bare=("zurückhalten",),
    ),
    OrderWord(_N.SHORTEN, ("kürzen", "gekürzt"), _T.NOTHING, _G.ANSWER, "card.shorten", link="link.shorten"),
    OrderWord(
        _N.DROP, ("verwerfen", "nicht senden", "verworfen"), _T.NOTHING, _G.ANSWER, "card.drop", link="link.drop", bare=("verwerfen",),
    ),
    OrderWord(_N.CONFIRM, ("bestätigen", "bestätigt", "gehört dazu"), _T.NOTHING, _G.ANSWER, "card.confirm", link="link.confirm_address"),
    OrderWord(
        _N.DUE, ("frist", "wiedervorlage", "wv"), _T.DAY_AND_REASON, _G.TIME, "card.due", "example.due", bare=("wiedervorlage",),
        in_new_case=True,
    ),
    OrderWord(_N.WAIT, ("warten", "wartet", "warte"), _T.PERHAPS_DAY_AND_REASON, _G.TIME, "card.wait", in_new_case=True),
    OrderWord(
        _N.NOTE, ("notiz", "intern", "vermerk", "note"), _T.NOTE, _G.TOGETHER, "card.note", "example.note",
        bare=("notiz", "intern", "vermerk"), in_new_case=True, inside=True,
    ),
    OrderWord(
        _N.CONSULT, ("rückfrage", "nachfrage", "stellungnahme"), _T.ADDRESS_AND_QUESTION, _G.TOGETHER, "card.consult", "example.consult",
        inside=True,
    ),
    OrderWord(
        _N.ASSIGN, ("zuweisen", "an", "zuständig", "übergeben"), _T.COLLEAGUE, _G.TOGETHER, "card.assign", bare=("zuweisen",),
        in_new_case=True,
    ),
    OrderWord(
        _N.ASSIGN, ("ich", "übernehme", "ich übernehme", "übernehme ich", "übernehmen"), _T.WRITER, _G.TOGETHER, "card.take",
        bare=("übernehmen",), in_new_case=True,
    ),
    OrderWord(
        _N.CLOSE, ("abschluss", "erledigt", "abschließen", "abgeschlossen", "schließen", "geschlossen", "fertig"), _T.NOTHING, _G.CLOSE,
        "card.close_case", link="link.close", link_word="erledigt",
        bare=("abschluss", "erledigt", "abschließen", "abgeschlossen", "schließen"), in_new_case=True,
    ),
    OrderWord(_N.REOPEN, ("wieder öffnen", "öffnen", "wieder offen", "wiedereröffnen"), _T.NOTHING, _G.CLOSE, "card.reopen"),
    OrderWord(_N.UNDO, ("rückgängig", "zurück", "zurücknehmen"), _T.NOTHING, _G.CLOSE, "card.undo", link="link.undo"),
    OrderWord(_N.HELP, ("hilfe", "befehle", "help"), _T.NOTHING, _G.CLOSE, "card.help", link="link.all_orders"),
)  # fmt: skip

CATEGORY_WORDS: Final = tuple(row for row in ORDER_WORDS if row.takes is Takes.CATEGORY)
IN_NEW_CASE: Final = frozenset(row.name for row in ORDER_WORDS if row.in_new_case)
BARE_WORDS: Final = frozenset(fold(word) for row in ORDER_WORDS for word in row.bare)
INSIDE_WORDS: Final = frozenset(fold(word) for row in ORDER_WORDS if row.inside for word in row.words)
_FIRST_ROWS: Final = {row.name: row for row in reversed(ORDER_WORDS)}


def row_of(name: OrderName) -> OrderWord:
    """The first row of this order."""
    return _FIRST_ROWS[name]
