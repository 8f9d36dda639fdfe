# SPDX-FileCopyrightText: 2026 The maildesk authors
# SPDX-License-Identifier: EUPL-1.2
"""What letters to colleagues have in common: the envelope, the links, the labels."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime

from maildesk.core.case.file import CaseFile
from maildesk.core.letters.keyed_ids import conversation_id, keyed_message_id, reply_address
from maildesk.core.letters.letter import Enclosure, Letter, letter_id_for
from maildesk.core.letters.order_links import OrderLink, lines_of_links
from maildesk.core.letters.relay import title_of
from maildesk.core.office.policy import Policy

DONE = OrderLink("Vorgang abschließen", "#erledigt")
ASKED_FOR = {"kind": "Art", "topic": "Thema", "assessment": "Bewertung", "outcome": "Ergebnis"}
ORDER_OF_LIST = {"kind": "#art", "topic": "#thema", "assessment": "#bewertung", "outcome": "#ergebnis"}


@dataclass(frozen=True, slots=True)
class Post:
    """What every letter of a case needs."""

    policy: Policy
    file: CaseFile
    now: datetime

    def letter(
        self, template: str, cause: str, recipient: str, context: dict[str, str], *, enclosures: tuple[Enclosure, ...] = (), about: str = ""
    ) -> Letter:
        """A letter to a colleague, with a keyed id of its own: the answer to it proves who wrote it."""
        number, desk = self.file.number, self.policy.desk
        letter_id = letter_id_for(cause, template, recipient)
        return Letter(
            letter_id=letter_id,
            template=template,
            recipient=recipient,
            message_id=keyed_message_id(self.policy.secret, number, letter_id, recipient, desk.domain),
            case_number=number,
            references=(conversation_id(self.policy.secret, number, recipient, desk.domain),),
            reply_to=reply_address(self.policy.secret, desk, number, letter_id, recipient),
            language=desk.languages[0],
            automatic=False,
            enclosures=enclosures,
            about=about,
            context={"nr": number, "stelle": desk.name, **context},
            created_at=self.now,
        )

    def links(self, links: Iterable[OrderLink], colleague: str) -> str:
        return lines_of_links(self.policy, self.file.number, links, colleague, self.now)

    @property
    def title(self) -> str:
        return title_of(self.file.state.title, self.file.subject)

    @property
    def time(self) -> str:
        return f"{self.policy.calendar.local(self.now):%d.%m.%Y, %H:%M} Uhr"
