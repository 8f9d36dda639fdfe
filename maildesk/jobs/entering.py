# SPDX-FileCopyrightText: 2026 The maildesk authors
# SPDX-License-Identifier: EUPL-1.2
"""A case from a call, a letter or a visit, entered by a command: by the same rules as an entry by mail, with its letters in the outbox."""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import datetime
from email.message import EmailMessage
from email.policy import SMTP

from maildesk.core import desk
from maildesk.core.decision.questions import Arrival
from maildesk.core.entries.decide import decide_added
from maildesk.core.entries.entry import Entry
from maildesk.core.entries.words import CHANNEL_LABELS, line_of
from maildesk.core.mail.message import Address
from maildesk.core.office.policy import Policy
from maildesk.core.orders.words import row_of
from maildesk.jobs.ports import Clock, ImportStore, Parse
from maildesk.octets import Octets, RawMessage

FOLDER = "add"


@dataclass(frozen=True, slots=True)
class Adding:
    """All that an entry works with."""

    store: ImportStore
    parse: Parse
    policy: Policy
    clock: Clock


def run_once(work: Adding, entry: Entry, word: str) -> str:
    """Keeps a note of the entry like any mail, and makes its case. Returns the number. `word` distinguishes this note from all others.

    Raises the errors of the store; then nothing was kept.
    """
    now = work.clock()
    raw = RawMessage(FOLDER, 0, None, now, Octets.of(note(entry, work.policy, word, now)))
    message = work.parse(raw)
    arrival = Arrival(now)
    asked = replace(desk.questions(message, work.policy, arrival, now), entered=Address("", entry.address).key)
    with work.store.transaction() as transaction, transaction.message():
        decision = decide_added(entry, message, transaction.look_up(asked, now), work.policy, arrival)
        transaction.record(raw, message, decision, now)
    return decision.case_number


def note(entry: Entry, policy: Policy, word: str, now: datetime) -> bytes:
    """The octets of the note: a mail from the desk to itself, with what was entered as the lines of an entry by mail."""
    fields = (("channel", CHANNEL_LABELS[entry.channel]), ("name", entry.name), ("mail", entry.address))
    lines = (
        *(line_of(name, value) for name, value in fields if value),
        *(f"{row_of(order.name).spelling} {order.key}" for order in entry.orders),
    )
    mail = EmailMessage(policy=SMTP)
    mail["From"] = mail["To"] = policy.desk.address
    mail["Date"] = policy.calendar.local(now)
    mail["Subject"] = CHANNEL_LABELS[entry.channel]
    mail["Message-ID"] = f"<add.{word}@{policy.desk.domain}>"
    mail["Auto-Submitted"] = "no"
    mail.set_content("\n".join(lines) + f"\n\n{entry.text}\n", cte="base64")
    return mail.as_bytes()
