# SPDX-FileCopyrightText: 2026 The maildesk authors
# SPDX-License-Identifier: EUPL-1.2
"""A sample of every letter, so that `maildesk check` can write each template once. The people and their words are made up."""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime, timedelta

from maildesk.core.agenda.agenda import Agenda, OpenCase
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
    Letter,
)
from maildesk.core.letters.order_links import percent_encoded
from maildesk.core.office.policy import Policy, Staff
from maildesk.core.text.said import Context

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
    due = f"{policy.calendar.answer_due(now, 14):%d.%m.%Y}"
    citizen = letter_context(desk, policy.calendar, SAMPLE_NUMBER, now, due)
    colleague = {"nr": SAMPLE_NUMBER, "stelle": desk.name, "titel": "Unterlagen für die Wohnung"}
    time = f"{policy.calendar.local(now):%d.%m.%Y, %H:%M}"
    return {
        ACKNOWLEDGEMENT: citizen,
        FOLLOW_UP_NOTE: citizen,
        ANSWER: {**citizen, "text": REPLY},
        ALARM: {"betreff": "Probe", "meldung": "Dies ist eine Probe.", "was_tun": "Nichts."},
        RETURNED: {**colleague, **_returned(desk.address, time)},
        RELAY: {
            **colleague,
            **_relayed(time, due),
            "links": _links(desk.address, "Kritik bestätigen", "Art: Lob", "Vorgang abschließen", "Alle Befehle zeigen"),
        },
        COPY: {
            **colleague,
            "wer": "Anna Beispiel",
            "wann": f"{time} Uhr",
            "text": REPLY,
            "links": _links(desk.address, "Vorgang abschließen"),
        },
        HELD_ANSWER: {
            **colleague,
            "gruende": "Die Antwort enthält eine Kundennummer (123…456).\nDie Mail ging auch an fremde Adressen (Anzahl: 1).",
            "text": REPLY,
            "links": _links(desk.address, "So senden, wie sie ist", "Kürzen: verwerfen und neu schreiben", "Verwerfen: nicht senden"),
        },
        CONFIRMED: {
            **colleague,
            "was": "Abgeschlossen: Kritik, berechtigt, abgeholfen",
            "links": _links(desk.address, "Rückgängig machen", "Art: Kritik", "Art: Lob", "Vorgang abschließen"),
        },
        MISTAKE: {
            **colleague,
            "zeilen": "#erledgit\tDiesen Befehl kennen wir nicht.\t#erledigt\n#frist 31.02.2027\tDieses Datum gibt es nicht.\t",
            "rest": REPLY,
            "links": _links(desk.address, "Alle Befehle zeigen"),
        },
        CONSULTATION: {
            **colleague,
            "frage": "Wann sind die Unterlagen bei Ihnen angekommen?",
            "frist": due,
            "fragt": "Anna Beispiel",
            "von": "Eva Muster",
            "text": QUESTION,
            "anlagen": "2",
        },
        STATEMENT: {
            **colleague,
            "wer": "Berta Beispiel",
            "wann": f"{time} Uhr",
            "text": "Die Unterlagen liegen seit dem 17.11. vor. Der Bescheid geht morgen hinaus.",
            "anlagen": "Vermerk.pdf",
            "zurueckgehalten": "",
            "links": _links(desk.address, "Nachricht der Person zeigen"),
        },
        REMINDER: {
            **colleague,
            "gefragt_am": f"{policy.calendar.local(now):%d.%m.%Y}",
            "frist": due,
            "frage": "Wann sind die Unterlagen bei Ihnen angekommen?",
        },
        OVERDUE: {
            **colleague,
            "gefragt_am": f"{policy.calendar.local(now):%d.%m.%Y}",
            "frist": due,
            "wer": "berta.beispiel@example.org",
            "links": _links(desk.address, "Nachricht der Person zeigen"),
        },
        DIGEST: _digest(policy, now),
        UNPLACED: {
            **colleague,
            "nr": "",
            "zeilen": "Telfon\tDas gehört zu keinem Vorgang.\tTelefon",
            "wohin": "ja",
            "text": "Telfon\nEva Muster fragt nach ihren Unterlagen.",
            "links": _links(desk.address, "Telefonat eintragen", "Brief eintragen", "Besuch eintragen"),
        },
        HELP: {
            **colleague,
            "karte": "#kosten_unterkunft\tThema: Kosten der Unterkunft\tEinordnen\n#frist 15.12.2026\tNeue Frist\tFristen\n"
            "#erledigt\tSchließt den Vorgang ab\tAbschließen",
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
    (letter,) = digest_letters(replace(policy, staff=(reader,)), Agenda(cases, (SAMPLE_NUMBER,)), now)
    return letter.context


def _returned(address: str, time: str) -> dict[str, str]:
    told = {"was": "kam nicht an", "grund": "5.1.1", "vom": time, "endgueltig": "ja", "gesperrt": "ja"}
    return {**told, "adresse": address}


def _relayed(time: str, due: str) -> dict[str, str]:
    return {
        "von": "Eva Muster",
        "adresse": "eva.muster@example.org",
        "eingang": f"{time} Uhr",
        "frist": due,
        "art": "Vorschlag: Kritik",
        "dringlichkeit": "Heute bearbeiten (Vorschlag)",
        "sofort": "",
        "hinweise": "Diese Adresse ist im Vorgang neu und nicht bestätigt.",
        "verlauf": f"{time}  Eingangsbestätigung verschickt",
        "text": QUESTION,
        "anlagen": "Mietvertrag.pdf (120 kB)",
        "zurueckgehalten": "Formular.exe (2,4 MB): kann beim Öffnen schaden",
    }


def _links(address: str, *labels: str) -> str:
    """As core.links makes them, with an order that means nothing."""
    orders = (percent_encoded(f"[{SAMPLE_NUMBER}] #probe ~abcdefghijklmnopqrst") for _ in labels)
    return "\n".join(f"{label}\tmailto:{percent_encoded(address)}?subject={order}" for label, order in zip(labels, orders, strict=True))
