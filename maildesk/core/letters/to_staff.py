# SPDX-FileCopyrightText: 2026 The maildesk authors
# SPDX-License-Identifier: EUPL-1.2
"""What letters to colleagues have in common: the links, the labels, the lines of a confirmation and of a mistake."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Final

from maildesk.core.case.file import CaseFile
from maildesk.core.letters.envelope import case_letter
from maildesk.core.letters.letter import CONFIRMED, Enclosure, Letter
from maildesk.core.letters.order_links import OrderLink, rows_of_links
from maildesk.core.letters.relay import title_of
from maildesk.core.office.policy import Policy
from maildesk.core.text.said import Context, Row, Value, say

DONE = OrderLink(say("link.close"), "#erledigt")
ASKED_FOR: Final = {
    "kind": say("list.kind"),
    "topic": say("list.topic"),
    "assessment": say("list.assessment"),
    "outcome": say("list.outcome"),
}
ORDER_OF_LIST = {"kind": "#art", "topic": "#thema", "assessment": "#bewertung", "outcome": "#ergebnis"}


@dataclass(frozen=True, slots=True)
class Post:
    """What every letter of a case needs."""

    policy: Policy
    file: CaseFile
    now: datetime

    def letter(
        self, template: str, cause: str, recipient: str, context: Context, *, enclosures: tuple[Enclosure, ...] = (), about: str = ""
    ) -> Letter:
        """A letter to a colleague, with a keyed id of its own: the answer to it proves who wrote it."""
        letter = case_letter(self.policy, template, cause, self.file.number, recipient, context, self.now)
        return replace(letter, enclosures=enclosures, about=about)

    def links(self, links: Iterable[OrderLink], colleague: str) -> tuple[Row, ...]:
        return rows_of_links(self.policy, self.file.number, links, colleague, self.now)

    def confirmation(
        self, cause: str, recipient: str, did: Sequence[Value], refused: Sequence[Value], missing: Sequence[str], links: Iterable[OrderLink]
    ) -> Letter:
        """What orders did, in one line; what they did not, and why; the lists of which a value is missing before the case can be closed."""
        lines = (
            *((say("confirmed.done", of=did),) if did else ()),
            *(say("confirmed.refused", why=reason) for reason in refused),
            *((say("confirmed.missing", of=[ASKED_FOR[name] for name in missing]),) if missing else ()),
        )
        return self.letter(CONFIRMED, cause, recipient, {"was": lines, "links": self.links(links, recipient)})

    def values_of(self, name: str, proposed: str = "") -> tuple[OrderLink, ...]:
        """A link for each value of a list; a proposed one is the first."""
        active = sorted(self.policy.categories.active(name), key=lambda each: each.key != proposed)
        return tuple(
            value_link(name, say("link.proposed", label=each.label) if each.key == proposed else each.label, each.key) for each in active
        )

    @property
    def title(self) -> Value:
        return title_of(self.file.state.title, self.file.subject)

    @property
    def time(self) -> datetime:
        return self.policy.calendar.local(self.now)


def value_link(name: str, label: Value, key: str) -> OrderLink:
    """ "Art: Lob", for the list with this name."""
    heading = ASKED_FOR[name]
    return OrderLink(say("link.value", of=heading, label=label), f"{ORDER_OF_LIST[name]} {key}", group=heading, short=label)


def mistake_row(typed: str, problem: Value, suggestions: Sequence[Value]) -> Row:
    """What was not understood: what was typed, what is wrong with it, and what may have been meant."""
    return {
        "getippt": _on_one_line(typed),
        "problem": _on_one_line(problem) if isinstance(problem, str) else problem,
        "vorschlag": say("mistake.suggestions", of=[_on_one_line(each) if isinstance(each, str) else each for each in suggestions])
        if suggestions
        else None,
    }


def _on_one_line(text: str) -> str:
    return " ".join(text.split())
