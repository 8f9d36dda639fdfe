# SPDX-FileCopyrightText: 2026 The maildesk authors
# SPDX-License-Identifier: EUPL-1.2
"""A colleague answers the mail that the desk relayed: what of it leaves for the citizen, and what the colleague is asked."""

from __future__ import annotations

from dataclasses import dataclass
from zoneinfo import ZoneInfo

from maildesk.core.case.case import KnownCase, Status
from maildesk.core.case.file import CaseFile, CaseState, IncomingMail
from maildesk.core.decision.decision import Decision
from maildesk.core.decision.questions import Arrival, Known
from maildesk.core.desk import decide
from maildesk.core.letters.keyed_ids import keyed_message_id
from maildesk.core.letters.letter import ANSWER, HELD_ANSWER, MISTAKE, RELAY, KnownLetter
from maildesk.core.mail.message import Address
from maildesk.core.office.calendar import WorkCalendar
from maildesk.core.office.policy import Desk, Policy, Staff
from maildesk.core.threading.evidence import ThreadFacts
from tests.rig.builders import MONDAY, a_mail, a_multipart, a_part, parsed
from tests.rig.ordering import CATEGORIES

NUMBER, LETTER_ID, DIGEST = "KD-2026-00011", "abcdefghijklmnop", "e" * 64
HOUSE = "neue-wege.example"
STAFF = tuple(
    Staff(name, f"{key}@{HOUSE}", key)
    for name, key in (
        ("Anna Weber", "weber"),
        ("Emine Yilmaz", "yilmaz"),
        ("Jonas Krüger", "krueger"),
        ("Tanja Brandt", "brandt"),
        ("Petra Muster", "muster"),
        ("Dr. Lukas Hoffmann", "hoffmann"),
    )
)
POLICY = Policy(
    Desk("Kundendialog", f"kundendialog@{HOUSE}", phone="06252 156700", internal_domains=(HOUSE,)),
    WorkCalendar(ZoneInfo("Europe/Berlin")),
    b"k" * 32,
    STAFF,
    categories=CATEGORIES,
)
RELAYED = """\
Vorgang: {number} · Kundendialog
Betreff: {title}
Von: {name} <{address}>
Eingang: 23.11.2026, 09:15 Uhr

Antworten Sie einfach auf diese Nachricht: Ihre Antwort geht an die Person,
ohne Ihre Adresse.

Die Nachricht:

| {words}

Mit einem Klick:

- Als gesehen bestätigen
  <mailto:kundendialog@neue-wege.example?subject=%5BKD-2026-00011%5D%20%23gesehen%20~4gsujt5o5mherdwzmpvcsqldwq>
"""


@dataclass(frozen=True)
class Asked:
    """The citizen's mail that the colleague answers. `title` is what the relay's subject has behind the number."""

    name: str = "Erika Musterfrau"
    address: str = "erika@example.org"
    words: str = "Guten Tag, wann kommt mein Bescheid?"
    title: str = "Ihr Anliegen"

    @property
    def subject(self) -> str:
        return f"[{NUMBER}] {self.title}"

    @property
    def relayed(self) -> str:
        return RELAYED.format(number=NUMBER, title=self.title, name=self.name, address=self.address, words=self.words)


@dataclass(frozen=True)
class Fate:
    """What became of the colleague's mail: "sent", "held", "asked" (an order was not understood) or "internal".

    `words` are those of the answer, sent or held; `reasons` the keys of why it waits; `orders` what was carried out.
    """

    outcome: str
    words: str
    reasons: tuple[str, ...]
    orders: tuple[str, ...]
    decision: Decision


def answered(
    text: str,
    asked: Asked = Asked(),
    *,
    sender: str = f"weber@{HOUSE}",
    subject: str = "",
    html: str = "",
    quoted: bool = True,
    template: str = RELAY,
    policy: Policy = POLICY,
    **fields: str,
) -> Fate:
    """The fate of a reply of `sender` with this text, above the relayed mail as Outlook quotes it unless it says itself what it quotes."""
    below = f"\n\nVon: {asked.name} über Kundendialog <{policy.desk.address}>\nGesendet: Montag, 23. November 2026 09:20\n"
    whole = f"{text}{below}An: Kollegin\nBetreff: {asked.subject}\n\n{asked.relayed}" if quoted else text
    keyed = keyed_message_id(policy.secret, NUMBER, LETTER_ID, sender, policy.desk.domain)
    head = {
        "sender": sender,
        "to": policy.desk.address,
        "subject": subject or f"AW: {asked.subject}",
        "message_id": "antwort@example.org",
        "in_reply_to": f"<{keyed}>",
        **fields,
    }
    octets = (
        a_multipart(a_part(whole), a_part(html, "text/html; charset=utf-8"), kind="alternative", **head) if html else a_mail(whole, **head)
    )
    incoming = IncomingMail(DIGEST, "m@example.org", (), asked.title, Address(asked.name, asked.address), MONDAY, True, asked.words)
    file = CaseFile(NUMBER, asked.title, CaseState(Status.OPEN), (incoming,), opened_at=MONDAY)
    case = KnownCase(NUMBER, Status.OPEN, asked.address, frozenset({asked.address}), opened_at=MONDAY)
    letter = KnownLetter(LETTER_ID, NUMBER, sender, template, MONDAY, about=DIGEST)
    facts = ThreadFacts(cases={NUMBER: case}, cases_by_message_id={keyed: NUMBER}, letters={keyed: letter})
    known = Known("KD-2026-00012", facts=facts, files={NUMBER: file})
    return fate_of(decide(parsed(octets), known, policy, Arrival(MONDAY), MONDAY))


def fate_of(decision: Decision) -> Fate:
    answers = tuple(letter for letter in decision.letters if letter.template == ANSWER)
    held = next((letter for letter in decision.notices if letter.template == HELD_ANSWER), None)
    mistake = any(letter.template == MISTAKE for letter in decision.notices)
    outcome = "asked" if mistake else "held" if held else "sent" if answers else "internal"
    words = answers[0].context["text"] if answers else held.context["text"] if held else ""
    reasons = tuple(said.key for said in held.context["gruende"]) if held else ()  # type: ignore[union-attr]
    orders = tuple(" ".join(event.data.values()) for event in decision.events if event.what == "order")
    return Fate(outcome, str(words), reasons, orders, decision)
