# SPDX-FileCopyrightText: 2026 The maildesk authors
# SPDX-License-Identifier: EUPL-1.2
"""What a mail may be about, and how urgent it may be: proposals for the colleagues, who decide.

Plain words, each proposal with the rule that led to it; no writer is ranked and nothing is learned about a person. Where the words
do not say enough, nothing is proposed: a wrong proposal is worse than none. Danger is the exception: there a false alarm costs a minute.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import date, timedelta

from maildesk.core.mail.message import Message
from maildesk.core.office.categories import URGENCY_KEYS, Categories
from maildesk.core.text.anonymity import ANONYMOUS, wants_to_stay_unknown
from maildesk.core.text.identifiers import IDENTIFIERS, found_in
from maildesk.core.text.patterns import Words, plain
from maildesk.core.text.said import Said, say
from maildesk.core.triage.danger import NEEDS
from maildesk.core.triage.words import FLAG_SENTENCES, FLAGS, KINDS, NOT_MEANT, TOPICS, URGENT

CHARS_READ = 20_000
SUBJECT_CHARS_READ = 500
ENOUGH = {"lob": 3, "kritik": 3}  # points that a kind needs; the others need 2
AHEAD = 1  # points that it must be ahead of the next
TOPICS_MAX = 3
DEADLINE = "frist_genannt"
FAR_AHEAD = timedelta(days=62)  # a day farther away is the end of a grant or of a contract, and not of a deadline
AT_ONCE = "sofort"
DATA_BREACH = "datenpanne"


@dataclass(frozen=True, slots=True)
class Proposal:
    """Keys of the categories; what is not proposed is empty, and the urgency then "normal". `evidence` has a line for each."""

    kind: str = ""
    topics: tuple[str, ...] = ()
    urgency: str = "normal"
    flags: tuple[str, ...] = ()
    evidence: tuple[str, ...] = ()

    @property
    def is_danger(self) -> bool:
        """Danger for a person. By the flags: a desk that renames its urgencies is still alarmed."""
        return any(URGENT.get(flag) == AT_ONCE for flag in self.flags)


def propose(message: Message, categories: Categories | None = None, today: date | None = None) -> Proposal:
    """Reads the writer's own words and the subject, and no quoted mail.

    With `categories` only what that desk has is proposed. `today` distinguishes days ahead from those that have passed; without it the
    mail's own Date does, and without that no day counts.
    """
    own = (message.reply or message.text)[:CHARS_READ]
    words = Words(plain(f"{message.subject[:SUBJECT_CHARS_READ]}\n\n{own}")).without("|".join(NOT_MEANT))
    flags = dict(_flags(message, words, own, today or (message.date.date() if message.date else None)))
    kind, points = _kind(words, flags)
    urgency, why = _urgency(words, flags)
    topics = tuple(key for key, pattern in TOPICS.items() if words.say(pattern))[:TOPICS_MAX]
    if categories is not None:
        kind = kind if _has(categories, "kind", kind) else ""
        urgency = urgency if _has(categories, "urgency", urgency) else "normal"
        topics = tuple(key for key in topics if _has(categories, "topic", key))
    evidence = [f"proposed kind: {kind}, {points} points"] if kind else []
    evidence += [f"proposed urgency: {urgency}, by {why}"] if urgency != "normal" else []
    evidence += [f"proposed flag: {flag}, by {said}" for flag, said in flags.items()]
    return Proposal(kind, topics, urgency, tuple(flags), tuple(evidence))


def tells_of_danger(text: str) -> bool:
    """Whether the words indicate danger for a person, no matter who wrote them."""
    words = Words(plain(text)).without("|".join(NOT_MEANT))
    return any(words.say(pattern) for flag, patterns in FLAGS.items() if URGENT.get(flag) == AT_ONCE for pattern in patterns)


def _has(categories: Categories, list_name: str, key: str) -> bool:
    category = categories.of(list_name).get(key)
    return category is not None and category.active


# --- what they say ---


def _kind(words: Words, flags: Iterable[str]) -> tuple[str, int]:
    """The kind that is clearly ahead, and its points; empty if none is. Who criticises often asks as well: that is criticism."""
    points = {kind: sum(worth for worth, pattern in rows if words.say(pattern)) for kind, rows in KINDS.items()}
    points["kritik"] += 3 * ("bedrohung" in flags)
    points["anfrage"] -= min(2, points["kritik"] // 3)
    best, *others = sorted(points, key=lambda kind: -points[kind])
    if points[best] < ENOUGH.get(best, 2) or points[best] - points[others[0]] < AHEAD:
        return "", 0
    return best, points[best]


def _flags(message: Message, words: Words, own: str, today: date | None) -> Iterator[tuple[str, str]]:
    """Each flag with the rule for the evidence, which says nothing of the person."""
    for flag, patterns in FLAGS.items():
        if any(words.say(pattern) for pattern in patterns):
            yield flag, "its words"
        elif flag == DEADLINE and today and _names_day_ahead(own, today):
            yield flag, "a day that lies ahead"
    if wants_to_stay_unknown(own):
        yield ANONYMOUS, "the writer's wish"
    kinds = frozenset(_identifiers(own))
    if "iban" in kinds:
        yield "bankdaten", "an IBAN"
    if kinds:
        yield "kennung_im_text", "a number of an office or a bank"
    if any(_identifiers(message.subject)):
        yield "sozialdaten_im_betreff", "a number in the subject"
    if message.language not in {"", "de"}:
        yield "fremdsprache", f"the language {message.language}"


def _identifiers(text: str) -> Iterable[str]:
    return (identifier.kind for identifier in IDENTIFIERS if any(True for _ in found_in(text, identifier)))


_MONTHS = ("jan", "feb", "mär", "apr", "mai", "jun", "jul", "aug", "sep", "okt", "nov", "dez")
_DAY = re.compile(
    r"\b(?:bis|am|zum|spätestens|den|der|fällig)\s+(?P<day>\d{1,2})\.\s?"
    r"(?:(?P<month>\d{1,2})(?:\.|\b)(?P<year>\d{4}|\d{2})?|(?P<name>jan|feb|mär|maer|apr|mai|jun|jul|aug|sep|okt|nov|dez)[a-zä]{0,7}"
    r"(?:\s(?P<its_year>\d{4}))?)",
    re.IGNORECASE,
)


def _names_day_ahead(own: str, today: date) -> bool:
    return any(day and today <= day <= today + FAR_AHEAD for day in (_day(match, today) for match in _DAY.finditer(own)))


def _day(match: re.Match[str], today: date) -> date | None:
    """Without a year it is the day nearest to today: "am 3.11. war", written in November, has passed."""
    month = int(match["month"]) if match["month"] else _MONTHS.index(match["name"].lower().replace("ae", "ä")) + 1
    year = match["year"] or match["its_year"]
    years = [int(year) if len(year) == 4 else 2000 + int(year)] if year else [today.year - 1, today.year, today.year + 1]
    days = []
    for each in years:
        try:
            days.append(date(each, month, int(match["day"])))
        except ValueError:
            continue
    return min(days, key=lambda day: abs(day - today), default=None)


def _urgency(words: Words, flags: Iterable[str]) -> tuple[str, str]:
    """The gravest, and what it is based on."""
    found = [(URGENT[flag], flag) for flag in flags if flag in URGENT]
    found += [("dringend", name) for name, pattern in NEEDS.items() if words.say(pattern)]
    return max(found, key=lambda each: URGENCY_KEYS.index(each[0]), default=("normal", ""))


def graver(one: str, other: str) -> str:
    """The graver of two urgencies.

    >>> graver("frist", "normal")
    'frist'
    """
    return max(one, other, key=URGENCY_KEYS.index)


def noticed(proposal: Proposal) -> tuple[Said, ...]:
    """What colleagues are asked to look at."""
    return tuple(say(FLAG_SENTENCES[flag]) for flag in proposal.flags if flag in FLAG_SENTENCES)
