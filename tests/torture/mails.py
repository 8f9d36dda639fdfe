# SPDX-FileCopyrightText: 2026 The maildesk authors
# SPDX-License-Identifier: EUPL-1.2
"""The mails that lie in a tortured desk's inbox, seeded, and where each of them must end."""

from __future__ import annotations

import random
from dataclasses import dataclass
from datetime import UTC, datetime
from email.utils import format_datetime
from hashlib import sha256

from maildesk.core.decision.decision import Outcome
from tests.rig.bounces import FAILURES
from tests.rig.builders import a_mail, a_multipart, a_part
from tests.rig.desk import ADDRESS
from tests.torture.command import POISON

COLLEAGUE = "weber@haus.example"
STAFF = f'[[staff]]\nname = "Anna Weber"\naddress = "{COLLEAGUE}"\nkey = "weber"\n'
TEXTS = (
    "Guten Tag,\nder Bus 12 kam wieder nicht.\n",
    "Sehr geehrte Damen und Herren,\n\nmein Antrag liegt seit Wochen bei Ihnen. Größe: 12 €.\n\n.\n..Punkte am Anfang\nMit Gruß\n",
    "Hallo,\nvielen Dank für die schnelle Hilfe!\n" + "Das war wirklich gut. " * 40 + "\n",
)


@dataclass(frozen=True)
class Mail:
    """One mail in the inbox. `case`: mails with the same word belong to one case, "" to none.

    `answered` is who is due an acknowledgement, `alarm` the name of the alarm that is due to staff.
    """

    name: str
    octets: bytes
    ends: Outcome
    case: str = ""
    answered: str = ""
    alarm: str = ""

    @property
    def digest(self) -> str:
        return sha256(self.octets).hexdigest()


def mails(seed: int, *, citizens: int = 2, poison: bool = False) -> tuple[Mail, ...]:
    """Citizens, a further mail of the first, the first once more by another way, a machine, a bounce, a colleague whom nothing proves.

    With `poison` one more, that kills its parser.

    The first stands before what answers it; all else is in any order.
    """
    chance = random.Random(seed)
    tag = f"{seed}-{chance.randrange(10**6)}"
    writers = [_citizen(tag, number, chance) for number in range(citizens)]
    first = writers[0]
    again = b"Received: from list.example.org by mx.example.com; now\r\n" + first.octets
    others = [
        *writers[1:],
        Mail("double", again, Outcome.ALREADY_KNOWN),
        Mail("further", _further(tag, chance), Outcome.FOLLOW_UP, first.case),
        Mail("robot", _dated(tag, "robot", "Ich bin nicht im Haus.\n", auto_submitted="auto-replied"), Outcome.SET_ASIDE),
        Mail("bounce", _dated(tag, "mailer-daemon", FAILURES["qmail"], return_path="<>"), Outcome.SET_ASIDE),
        Mail("colleague", _colleague(tag), Outcome.STAFF, "case of the colleague", alarm="unproved_staff"),
    ]
    if poison:
        others.append(
            Mail(
                "poison",
                _dated(tag, "poison", "Text\n").replace(b"Subject:", POISON + b"\r\nSubject:", 1),
                Outcome.QUARANTINED,
                alarm="quarantine",
            )
        )
    chance.shuffle(others)
    return (first, *others)


def _citizen(tag: str, number: int, chance: random.Random) -> Mail:
    address = f"c{number}.{tag}@example.org"
    text = chance.choice(TEXTS)
    fields = {"sender": f"Citizen {number} <{address}>", "date": _now()}
    fields |= {"message_id": f"c{number}.{tag}@example.org", "subject": f"Anliegen {number}-{chance.randrange(1000)}"}
    if chance.random() < 0.5:
        octets = a_mail(text, **fields)
    else:
        picture = chance.randbytes(chance.choice((10, 3000, 50_000))).hex()
        attached = a_part(picture, "application/octet-stream; name=bild.bin", content_disposition="attachment; filename=bild.bin")
        octets = a_multipart(a_part(text), attached, **fields)
    return Mail(f"citizen {number}", octets, Outcome.NEW_CASE, f"case {number}", address)


def _further(tag: str, chance: random.Random) -> bytes:
    fields = {"sender": f"c0.{tag}@example.org", "subject": "Re: Anliegen", "message_id": f"further.{tag}@example.org", "date": _now()}
    return a_mail(f"Noch etwas: {chance.choice(TEXTS)}", in_reply_to=f"<c0.{tag}@example.org>", **fields)


def _colleague(tag: str) -> bytes:
    return a_mail("Bitte erledigen.\n", sender=f"Anna Weber <{COLLEAGUE}>", message_id=f"{tag}@haus.example", subject="Intern", date=_now())


def _dated(tag: str, who: str, text: str, **fields: str) -> bytes:
    return a_mail(
        text, sender=f"{who}.{tag}@example.net", message_id=f"{who}.{tag}@example.net", subject=who, date=_now(), to=ADDRESS, **fields
    )


def _now() -> str:
    return format_datetime(datetime.now(UTC))
