# SPDX-FileCopyrightText: 2026 The maildesk authors
# SPDX-License-Identifier: EUPL-1.2
"""The orders that colleagues write into a mail, as one table: the reader and the reference card both work from it."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from enum import StrEnum
from typing import Final

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
    SEND = "send"  # a held answer, as it is
    SHORTEN = "shorten"  # a held answer does not go out: its writer sends a shorter one
    DROP = "drop"  # a held answer does not go out
    SHOW = "show"  # the last mail of the case once more
    ANONYMOUS = "anonymous"  # the writer wants to stay unknown in the house
    HELP = "help"


class Takes(StrEnum):
    """What stands behind an order word."""

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

    line: str
    problem: str
    suggestions: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class OrderWord:
    """A row of the table: the words that mean the order (the first is shown to people), what follows, an example of that."""

    name: OrderName
    words: tuple[str, ...]
    takes: Takes
    meaning: str
    example: str = ""

    @property
    def spelling(self) -> str:
        return f"#{self.words[0]}"


_N, _T = OrderName, Takes

ORDER_WORDS: Final = (
    OrderWord(_N.KIND, ("art", "typ", "kategorie"), _T.CATEGORY, "Art"),
    OrderWord(_N.TOPIC, ("thema", "themen"), _T.CATEGORY, "Thema"),
    OrderWord(_N.ASSESSMENT, ("bewertung", "bewerten"), _T.CATEGORY, "Bewertung"),
    OrderWord(_N.OUTCOME, ("ergebnis", "ausgang"), _T.CATEGORY, "Ergebnis"),
    OrderWord(_N.MEASURE, ("maßnahme",), _T.CATEGORY, "Maßnahme"),
    OrderWord(_N.PERSON_GROUP, ("personengruppe", "person", "gruppe"), _T.CATEGORY, "Personengruppe"),
    OrderWord(_N.URGENCY, ("dringlichkeit",), _T.CATEGORY, "Dringlichkeit"),
    OrderWord(
        _N.CONCERN, ("anliegen", "weiteres anliegen", "nächstes anliegen", "noch ein anliegen"), _T.NOTHING,
        "Noch ein Anliegen im selben Vorgang: was dahinter steht (Thema, Bewertung, Ergebnis, Maßnahme), gilt für dieses",
    ),
    OrderWord(_N.SEEN, ("gesehen", "gelesen"), _T.NOTHING, "Die Warnung ist gesehen, die Dringlichkeit stimmt"),
    OrderWord(
        _N.NOT_URGENT, ("nicht dringend", "entwarnung", "kein notfall", "nicht eilig"), _T.NOTHING,
        "Die Warnung ist gesehen, der Vorgang ist nicht dringend",
    ),
    OrderWord(
        _N.NOTE, ("notiz", "intern", "vermerk"), _T.NOTE,
        "Notiz; verlässt das Haus nie. Ohne Text dahinter ist alles darunter die Notiz", "Frau M. ruft morgen an",
    ),
    OrderWord(_N.ASSIGN, ("zuweisen", "an", "zuständig", "übergeben"), _T.COLLEAGUE, "Den Vorgang einer Kollegin, einem Kollegen geben"),
    OrderWord(_N.ASSIGN, ("ich", "übernehme", "ich übernehme", "übernehme ich"), _T.WRITER, "Ich übernehme den Vorgang"),
    OrderWord(
        _N.DUE, ("frist", "wiedervorlage", "wv"), _T.DAY_AND_REASON,
        "Neue Frist und warum; auch: 4.12., Freitag, in 3 Tagen, +14", "morgen Gutachten fehlt",
    ),
    OrderWord(
        _N.WAIT, ("warten", "wartet", "warte"), _T.PERHAPS_DAY_AND_REASON,
        "Wir warten auf Antwort von außen; ein Tag (bis Freitag) oder ein Grund darf dahinter stehen",
    ),
    OrderWord(
        _N.CLOSE, ("abschluss", "erledigt", "abschließen", "abgeschlossen", "schließen", "geschlossen", "fertig"), _T.NOTHING,
        "Den Vorgang abschließen",
    ),
    OrderWord(_N.REOPEN, ("wieder öffnen", "öffnen", "wieder offen", "wiedereröffnen"), _T.NOTHING, "Den Vorgang wieder öffnen"),
    OrderWord(
        _N.MERGE, ("zusammenlegen", "gehört zu", "zusammenführen", "gehört zum vorgang"), _T.CASE,
        "Den Vorgang mit einem anderen zusammenlegen",
    ),
    OrderWord(_N.SPLIT, ("teilen", "trennen", "aufteilen"), _T.NOTHING, "Die letzte Nachricht wird ein eigener Vorgang"),
    OrderWord(_N.UNDO, ("rückgängig", "zurück", "zurücknehmen"), _T.NOTHING, "Den letzten Befehl zurücknehmen"),
    OrderWord(_N.TITLE, ("titel", "kurztitel"), _T.LINE, "Kurztitel des Vorgangs, ohne Namen", "Heizung in der Unterkunft"),
    OrderWord(
        _N.CONFIRM, ("bestätigen", "bestätigt", "gehört dazu"), _T.NOTHING, "Wer da schreibt und nicht geprüft war, gehört zum Vorgang",
    ),
    OrderWord(
        _N.CONSULT, ("rückfrage", "nachfrage", "stellungnahme"), _T.ADDRESS_AND_QUESTION,
        "Eine Stelle im Haus fragen; auch aller Text darunter geht an sie und nicht nach außen",
        "name@haus.example Was ist hier geschehen?",
    ),
    OrderWord(_N.SEND, ("senden", "absenden", "abschicken"), _T.NOTHING, "Die angehaltene Antwort so senden, wie sie ist"),
    OrderWord(_N.SHORTEN, ("kürzen", "gekürzt"), _T.NOTHING, "Die angehaltene Antwort nicht senden; Sie antworten noch einmal, kürzer"),
    OrderWord(_N.DROP, ("verwerfen", "nicht senden", "verworfen"), _T.NOTHING, "Die angehaltene Antwort nicht senden"),
    OrderWord(_N.SHOW, ("zeigen", "anzeigen", "schicken"), _T.NOTHING, "Die letzte Nachricht der Person noch einmal schicken"),
    OrderWord(_N.ANONYMOUS, ("anonym",), _T.NOTHING, "Die Person will anonym bleiben: Name und Adresse werden nicht mehr gezeigt"),
    OrderWord(_N.HELP, ("hilfe", "befehle", "help"), _T.NOTHING, "Diese Übersicht"),
)  # fmt: skip

CATEGORY_WORDS: Final = tuple(row for row in ORDER_WORDS if row.takes is Takes.CATEGORY)
