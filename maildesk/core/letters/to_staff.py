# SPDX-FileCopyrightText: 2026 The maildesk authors
# SPDX-License-Identifier: EUPL-1.2
"""What letters to colleagues have in common: the links, the labels, the lines of a confirmation and of a mistake."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from datetime import datetime

from maildesk.core.case.file import CaseFile
from maildesk.core.letters.envelope import case_letter
from maildesk.core.letters.letter import CONFIRMED, Enclosure, Letter
from maildesk.core.letters.order_links import OrderLink, link_to, rows_of_links
from maildesk.core.letters.relay import title_of
from maildesk.core.office.policy import Policy
from maildesk.core.orders.words import Mistake, OrderName, row_of
from maildesk.core.text.said import Context, Row, Said, Value, say

DONE = link_to(OrderName.CLOSE)


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
            *((say("confirmed.missing", of=[_heading(name) for name in missing]),) if missing else ()),
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
    heading = _heading(name)
    return replace(link_to(OrderName(name), key, say("link.value", of=heading, label=label)), group=heading, short=label)


def _heading(name: str) -> Said:
    return say(row_of(OrderName(name)).meaning)


def mistake_row(mistake: Mistake) -> Row:
    """What was not understood: what was typed, what is wrong with it, and what may have been meant."""
    meant = [_on_one_line(each) for each in mistake.suggestions]
    return {
        "getippt": _on_one_line(mistake.line),
        "problem": mistake.problem,
        "vorschlag": say("mistake.suggestions", of=meant) if meant else None,
    }


def _on_one_line(text: Value) -> Value:
    return " ".join(text.split()) if isinstance(text, str) else text
