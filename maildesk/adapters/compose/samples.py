# SPDX-FileCopyrightText: 2026 The maildesk authors
# SPDX-License-Identifier: EUPL-1.2
"""A sample of every letter, so that `maildesk check` can write each template once. The people and their words are made up."""

from __future__ import annotations

from dataclasses import replace
from datetime import date, datetime, timedelta

from maildesk.core.agenda.agenda import Agenda, AsideMail, OpenCase
from maildesk.core.agenda.digest import digest_letters
from maildesk.core.case.case import Status
from maildesk.core.letters.automatic import letter_context
from maildesk.core.letters.letter import (
    ACKNOWLEDGEMENT,
    ALARM,
    ANSWER,
    CONFIRMED,
    CONSULTATION,
    COPY,
    DIGEST,
    FOLLOW_UP_NOTE,
    HELD_ANSWER,
    HELP,
    MISTAKE,
    OVERDUE,
    RELAY,
    REMINDER,
    RETURNED,
    STATEMENT,
    UNPLACED,
    UNPROVED,
    Letter,
)
from maildesk.core.letters.order_links import percent_encoded
from maildesk.core.letters.to_staff import mistake_row, value_link
from maildesk.core.office.policy import Policy, Staff
from maildesk.core.orders.card import card_of
from maildesk.core.orders.words import Mistake
from maildesk.core.text.said import Context, Row, Value, say

SAMPLE_NUMBER = "KD-2026-00042"
QUESTION = """\
Sehr geehrte Damen und Herren,

am 16.11.2026 habe ich die Unterlagen für die Wohnung abgegeben. Bis heute habe ich keine Antwort. Mein Vermieter wartet:

- Mietvertrag
- Bescheinigung des Vermieters

Können Sie mir bitte sagen, wie es weitergeht?

Mit freundlichen Grüßen
Eva Muster"""
REPLY = """\
Guten Tag Frau Muster,

vielen Dank für Ihre Nachricht. Ihre Unterlagen sind da. So geht es weiter:

1. Der Vertrag wird diese Woche geprüft.
2. Danach bekommen Sie einen Brief.

Öffnungszeiten: https://desk.example/zeiten.

Mit freundlichen Grüßen
Anna Beispiel"""


def sample_letters(policy: Policy, now: datetime) -> tuple[Letter, ...]:
    """One letter for each template, to the desk itself."""
    desk = policy.desk
    return tuple(
        Letter(
            letter_id="abcdefghijklmnop",
            template=template,
            recipient=desk.address,
            message_id=f"sample@{desk.domain}",
            case_number=SAMPLE_NUMBER,
            language=desk.languages[0],
            context=context,
            created_at=now,
        )
        for template, context in _contexts(policy, now).items()
    )


def _contexts(policy: Policy, now: datetime) -> dict[str, Context]:
    desk = policy.desk
    due = policy.calendar.answer_due(now, 14)
    citizen = letter_context(desk, policy.calendar, SAMPLE_NUMBER, now, due)
    colleague = {"nr": SAMPLE_NUMBER, "stelle": desk.name, "titel": "Unterlagen für die Wohnung"}
    here = policy.calendar.local(now)
    return {
        ACKNOWLEDGEMENT: citizen,
        FOLLOW_UP_NOTE: citizen,
        ANSWER: {**citizen, "text": REPLY},
        ALARM: {"betreff": "Probe", "meldung": "Dies ist eine Probe.", "was_tun": "Nichts."},
        RETURNED: {**colleague, **_returned(desk.address, here)},
        RELAY: {
            **colleague,
            **_relayed(here, due),
            "links": _links(
                desk.address,
                say("link.confirm_kind", kind="Kritik"),
                say("link.kind", kind="Lob"),
                say("link.close"),
                say("link.all_orders"),
            ),
        },
        COPY: {
            **colleague,
            "wer": "Anna Beispiel",
            "wann": here,
            "text": REPLY,
            "links": _links(desk.address, say("link.close")),
        },
        HELD_ANSWER: {
            **colleague,
            "gruende": (say("held.customer_number", of=("123…456",)), say("held.foreign_addresses", count=1)),
            "text": REPLY,
            "links": _links(desk.address, say("link.send"), say("link.shorten"), say("link.drop")),
        },
        CONFIRMED: {
            **colleague,
            "was": (say("confirmed.done", of=(say("list.value", of=say("list.kind"), label="Kritik"), say("did.close"))),),
            "links": (
                *_links(desk.address, say("link.undo")),
                *_values(desk.address, "kind", "Kritik", "Lob"),
                *_links(desk.address, say("link.close")),
            ),
        },
        MISTAKE: {
            **colleague,
            "zeilen": (
                mistake_row(Mistake("#erledgit", say("mistake.misspelt", word="#erledgit"), ("#erledigt",))),
                mistake_row(Mistake("#frist 31.02.2027", say("mistake.no_such_day"))),
            ),
            "rest": REPLY,
            "links": _links(desk.address, say("link.all_orders")),
        },
        CONSULTATION: {
            **colleague,
            "frage": "Wann sind die Unterlagen bei Ihnen angekommen?",
            "frist": due,
            "fragt": "Anna Beispiel",
            "von": "Eva Muster",
            "text": QUESTION,
            "anlagen": 2,
        },
        STATEMENT: {
            **colleague,
            "wer": "Berta Beispiel",
            "wann": here,
            "text": "Die Unterlagen liegen seit dem 17.11. vor. Der Bescheid geht morgen hinaus.",
            "anlagen": ("Vermerk.pdf",),
            "zurueckgehalten": (),
            "links": _links(desk.address, say("link.show_mail")),
        },
        REMINDER: {
            **colleague,
            "gefragt_am": here.date(),
            "frist": due,
            "frage": "Wann sind die Unterlagen bei Ihnen angekommen?",
        },
        OVERDUE: {
            **colleague,
            "gefragt_am": here.date(),
            "frist": due,
            "wer": "berta.beispiel@example.org",
            "links": _links(desk.address, say("link.show_mail")),
        },
        DIGEST: _digest(policy, now),
        UNPLACED: {
            **colleague,
            "nr": "",
            "zeilen": (mistake_row(Mistake("Telfon", say("mistake.of_no_case"), ("Telefon",))),),
            "wohin": True,
            "text": "Telfon\nEva Muster fragt nach ihren Unterlagen.",
            "links": _links(desk.address, say("link.enter_call"), say("link.enter_letter"), say("link.enter_visit")),
        },
        UNPROVED: {
            **colleague,
            "eingang": here,
            "grund": say("unproved.to_another"),
            "gemeint": SAMPLE_NUMBER,
            "direkt": False,
            "letzte": False,
            "links": _links(desk.address, say("link.answer"), say("link.show_mail")),
        },
        HELP: {
            **colleague,
            "karte": card_of(policy),
        },
    }


def _digest(policy: Policy, now: datetime) -> Context:
    """As the digest of a desk with a case in each section."""
    today = policy.calendar.local(now).date()
    since, later = now - timedelta(days=12), today + timedelta(days=2)
    first = OpenCase(SAMPLE_NUMBER, Status.NEW, since, "kritik", title="Unterlagen für die Wohnung", due_on=today - timedelta(days=1))
    cases = (
        first,
        replace(first, number="KD-2026-00043", due_on=today, kind_confirmed=True),
        replace(first, number="KD-2026-00044", status=Status.CONSULTING, due_on=later, statement_due_on=today - timedelta(days=1)),
        replace(first, number="KD-2026-00045", opened_at=now, kind="", title="", due_on=later),
        replace(first, number="KD-2026-00046", status=Status.OPEN, due_on=later),
        replace(first, number="KD-2026-00047", status=Status.WAITING, due_on=later, waiting_since=now),
        replace(first, number="KD-2026-00048", status=Status.ANSWERED),
    )
    reader = Staff("Anna Beispiel", policy.desk.address, "anna")
    aside = (AsideMail("0" * 64, "bulk", "Rundschreiben Muster", "rundschreiben@example.org", "Neues im November"),)
    (letter,) = digest_letters(replace(policy, staff=(reader,)), Agenda(cases, (SAMPLE_NUMBER,), aside), now)
    return letter.context


def _returned(address: str, at: datetime) -> Context:
    vom = say("moment.without_word", at=at)
    return {"was": "kam nicht an", "grund": "5.1.1", "vom": vom, "adresse": address, "endgueltig": True, "gesperrt": True}


def _relayed(at: datetime, due: date) -> Context:
    return {
        "von": "Eva Muster",
        "adresse": "eva.muster@example.org",
        "eingang": at,
        "frist": due,
        "art": say("case.proposed", kind="Kritik"),
        "vorschlag": True,
        "dringlichkeit": say("case.urgency_proposed", urgency="Heute bearbeiten"),
        "sofort": False,
        "hinweise": (say("hint.new_address"),),
        "verlauf": (say("moment.and_event", at=at, what="Eingangsbestätigung verschickt"),),
        "text": QUESTION,
        "anlagen": (say("enclosed.file", name="Mietvertrag.pdf", size=120 * 1024),),
        "zurueckgehalten": (say("enclosed.dangerous", name="Formular.exe", size=2_500_000),),
    }


def _links(address: str, *labels: Value) -> tuple[Row, ...]:
    """As core.letters.order_links makes them, with an order that means nothing."""
    return tuple({"name": label, "ziel": _url(address), "gruppe": None, "kurz": None} for label in labels)


def _values(address: str, name: str, *labels: str) -> tuple[Row, ...]:
    links = (value_link(name, label, label) for label in labels)
    return tuple({"name": link.label, "ziel": _url(address), "gruppe": link.group, "kurz": link.short} for link in links)


def _url(address: str) -> str:
    order = percent_encoded(f"[{SAMPLE_NUMBER}] #probe ~abcdefghijklmnopqrst")
    return f"mailto:{percent_encoded(address)}?subject={order}"
