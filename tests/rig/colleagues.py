# SPDX-FileCopyrightText: 2026 The maildesk authors
# SPDX-License-Identifier: EUPL-1.2
"""Colleagues at work in their own mail programs: they get the desk's mail, answer it, and use its links."""

from __future__ import annotations

import re
from email.header import decode_header, make_header
from email.message import Message
from urllib.parse import unquote

from tests.rig.builders import a_mail
from tests.rig.days import case_number
from tests.rig.desk import ADDRESS, TestDesk
from tests.rig.letters import content
from tests.rig.post_office import Accepted

EVA, WEBER, MOSER = "eva@example.org", "weber@haus.example", "moser@haus.example"
STAFF = f"""
[[staff]]
name = "Anna Weber"
address = "{WEBER}"
key = "weber"

[[staff]]
name = "Jörg Moser"
address = "{MOSER}"
key = "moser"
"""
INTERNAL = re.compile(rb"weber|moser|haus\.example|06252 99|~[a-z2-7]{26}|Frist:|GEHEIM", re.IGNORECASE)


def to(desk: TestDesk, recipient: str) -> list[Accepted]:
    return desk.post.letters_to(recipient)


def shown(letter: Accepted) -> str:
    return str(make_header(decode_header(letter.mail["Subject"])))


def text_of(letter: Accepted) -> str:
    return content(letter.mail, "text/plain")


def writes(desk: TestDesk, text: str = "Guten Tag,\nmein Antrag liegt seit Wochen. GEHEIM.\n", **fields: str) -> None:
    values = {"sender": f"Eva Muster <{EVA}>", "to": ADDRESS, "subject": "Wartezeit", "message_id": "frage@example.org", **fields}
    desk.write(a_mail(text, **values))  # type: ignore[arg-type]
    polled(desk)


def polled(desk: TestDesk) -> dict[str, int]:
    said = desk.maildesk("poll", "--json")
    assert said.code == 0, said.err
    counts: dict[str, int] = said.json
    return counts


def answers(desk: TestDesk, relayed: Accepted, text: str, *, who: str = WEBER, number: int = 1, **fields: str) -> dict[str, int]:
    """As Outlook writes an answer: the whole mail below a block of its header."""
    quoted = (
        f"\n\nVon: Eva Muster über Kundendialog Musterstadt <{ADDRESS}>\nGesendet: Montag, 23. November 2026 09:20\nAn: Weber, Anna\n"
        f"Betreff: {shown(relayed)}\n\n{text_of(relayed)}"
    )
    signature = "\n\nMit freundlichen Grüßen\nAnna Weber\n\n-- \nAnna Weber, Zimmer 12\nTel. 06252 99-12\nweber@haus.example\n"
    mail: Message = relayed.mail
    values = {
        "sender": f"Weber, Anna <{who}>",
        "to": ADDRESS,
        "subject": f"AW: {shown(relayed)}",
        "message_id": f"antwort-{number}-{who}",
        "in_reply_to": mail["Message-ID"],
        "references": f"{mail['References']} {mail['Message-ID']}",
        **fields,
    }
    desk.write(a_mail(f"{text}{signature}{quoted}", **values))  # type: ignore[arg-type]
    return polled(desk)


def click(desk: TestDesk, letter: Accepted, order: str, *, who: str = WEBER, number: int = 50) -> dict[str, int]:
    """Opens the link of the mail whose subject has this order, and sends what the mail program makes of it."""
    found = re.findall(r"mailto:([^\s>]+)\?subject=([^\s>]+)", text_of(letter).replace("\n", " "))
    subject = next(unquote(subject) for _, subject in found if order in unquote(subject))
    assert len(subject) < 200
    desk.write(a_mail("\n", sender=who, to=ADDRESS, subject=subject, message_id=f"klick-{number}-{who}"))
    return polled(desk)


def case(desk: TestDesk, number: str = case_number(1)) -> dict[str, object]:
    found: dict[str, object] = desk.maildesk("show", number, "--json").json
    return found
