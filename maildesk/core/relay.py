# SPDX-FileCopyrightText: 2026 The maildesk authors
# SPDX-License-Identifier: EUPL-1.2
"""The citizen's mail on its way to the colleagues: who gets it, and what stands above it.

Each colleague gets a letter of their own, with a keyed id of their own: the answer to it proves who wrote it. The writer's
address stands in the head, never in From or Reply-To, so that an answer cannot leave the desk by mistake.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from maildesk.core.case import KnownCase, NewCase
from maildesk.core.keyed import conversation_id, keyed_message_id, reply_address
from maildesk.core.letters import RELAY, Enclosure, Letter, letter_id_for
from maildesk.core.links import OrderLink, lines_of_links
from maildesk.core.message import Attachment, Message
from maildesk.core.outbound import masked
from maildesk.core.policy import Policy, Staff

TITLE_CHARS_MAX = 60
TEXT_CHARS_MAX = 100_000
ENCLOSED_BYTES_MAX = 10 * 1024 * 1024
ANONYMOUS = "anonym"  # the flag of a case whose writer wants to stay unknown
# What a program would run when somebody opens it, and what shows pictures and runs scripts in a browser.
DANGEROUS = frozenset({
    "ade", "adp", "apk", "appx", "bat", "cab", "chm", "cmd", "com", "cpl", "dll", "docm", "dotm", "exe", "hta", "htm", "html",
    "img", "ins", "iso", "jar", "js", "jse", "lnk", "mde", "msc", "msi", "msix", "msp", "mst", "one", "pif", "potm", "ppam",
    "ppsm", "pptm", "ps1", "psm1", "reg", "scr", "sct", "shb", "shtml", "svg", "swf", "url", "vb", "vbe", "vbs", "vhd", "vhdx",
    "wsc", "wsf", "wsh", "xhtml", "xlam", "xll", "xlsm", "xltm",
})  # fmt: skip
LINKS = (
    OrderLink("Als gesehen bestätigen", "#gesehen"),
    OrderLink("Kritik", "#kritik"),
    OrderLink("Hinweis", "#hinweis"),
    OrderLink("Anregung", "#anregung"),
    OrderLink("Lob", "#lob"),
    OrderLink("Erledigt", "#erledigt"),
    OrderLink("Hilfe", "#hilfe"),
)


@dataclass(frozen=True, slots=True)
class Incoming:
    """A mail of a case that the colleagues shall get. `hints` are German lines on what is odd with it."""

    number: str
    message: Message
    received_at: datetime
    case: KnownCase | NewCase
    hints: tuple[str, ...] = ()


def relay_letters(incoming: Incoming, policy: Policy, now: datetime) -> tuple[Letter, ...]:
    """One letter for each colleague who gets new mail, or who has this case."""
    assignee = incoming.case.assignee if isinstance(incoming.case, KnownCase) else ""
    readers = (person for person in policy.staff if person.receives == "all" or (person.receives == "assigned" and person.key == assignee))
    return tuple(_letter(incoming, policy, person, now) for person in readers)


def _letter(incoming: Incoming, policy: Policy, reader: Staff, now: datetime) -> Letter:
    number, message, desk = incoming.number, incoming.message, policy.desk
    letter_id = letter_id_for(message.digest, RELAY, reader.address)
    enclosures, held_back = _enclosures(message)
    return Letter(
        letter_id=letter_id,
        template=RELAY,
        recipient=reader.address,
        message_id=keyed_message_id(policy.secret, number, letter_id, reader.address, desk.domain),
        case_number=number,
        references=(conversation_id(policy.secret, number, reader.address, desk.domain),),
        reply_to=reply_address(policy.secret, desk, number, letter_id, reader.address),
        language=desk.languages[0],
        automatic=False,
        sender_name=f"{_writer(incoming)} über {desk.name}",
        enclosures=enclosures,
        about=message.digest,
        context={
            **_head(incoming, policy),
            "text": _text(incoming)[:TEXT_CHARS_MAX],
            "anlagen": "\n".join(f"{each.filename} ({_size(each.size_bytes)})" for each in enclosures),
            "zurueckgehalten": "\n".join(held_back),
            "links": lines_of_links(policy, number, LINKS, reader.address, now),
        },
        created_at=now,
    )


def _writer(incoming: Incoming) -> str:
    originator = incoming.message.originator
    if _is_anonymous(incoming):
        return "Anonym"
    return originator.display_name or originator.addr_spec.partition("@")[0] or "Unbekannt"


def _is_anonymous(incoming: Incoming) -> bool:
    return isinstance(incoming.case, KnownCase) and ANONYMOUS in incoming.case.flags


def title_of(title: str, subject: str) -> str:
    """The short title that colleagues gave, else the subject, without what identifies a person, on one line, and without what would
    be an order or a token in the subject of an answer."""
    line = " ".join(masked(title or subject).replace("#", " ").replace("~", "-").split()) or "ohne Betreff"
    return line if len(line) <= TITLE_CHARS_MAX else line[: TITLE_CHARS_MAX - 1].rstrip() + "…"


def _head(incoming: Incoming, policy: Policy) -> dict[str, str]:
    case, message = incoming.case, incoming.message
    known = case if isinstance(case, KnownCase) else None
    kind = policy.categories.label("kind", known.kind) if known and known.kind else ""
    proposed = "" if known and known.kind_confirmed else "Vorschlag: "
    urgency = known.urgency if known else "normal"
    return {
        "nr": incoming.number,
        "titel": title_of(known.title if known else "", known.subject if known else message.subject),
        "von": masked(_writer(incoming)),
        "adresse": "" if _is_anonymous(incoming) else message.originator.addr_spec,
        "eingang": f"{policy.calendar.local(incoming.received_at):%d.%m.%Y, %H:%M} Uhr",
        "frist": f"{case.due_on:%d.%m.%Y}" if case.due_on else "",
        "art": f"{proposed}{kind}" if kind else "",
        "dringlichkeit": policy.categories.label("urgency", urgency) if urgency != "normal" else "",
        "hinweise": "\n".join(incoming.hints),
        "verlauf": "\n".join(_happened(policy, *each) for each in known.history) if known else "",
        "stelle": policy.desk.name,
    }


def _happened(policy: Policy, at: datetime, what: str) -> str:
    return f"{policy.calendar.local(at):%d.%m.%Y, %H:%M}  {what}"


def _text(incoming: Incoming) -> str:
    """A first mail as a whole; of a later one what its writer added: the rest is known."""
    message = incoming.message
    return message.text if isinstance(incoming.case, NewCase) else (message.reply or message.text)


def _enclosures(message: Message) -> tuple[tuple[Enclosure, ...], tuple[str, ...]]:
    """What goes along, and a line for each attachment that is held back."""
    enclosed: list[Enclosure] = []
    held_back: list[str] = []
    room = ENCLOSED_BYTES_MAX
    for attachment in message.attachments:
        if why := _held_back(attachment, room):
            held_back.append(f"{attachment.filename} ({_size(attachment.size_bytes)}): {why}")
            continue
        room -= attachment.size_bytes
        enclosed.append(Enclosure(message.digest, attachment.digest, attachment.filename, attachment.media_type, attachment.size_bytes))
    return tuple(enclosed), tuple(held_back)


def _held_back(attachment: Attachment, room: int) -> str:
    if attachment.filename.rpartition(".")[2].lower() in DANGEROUS:
        return "kann beim Öffnen schaden"
    return "zu groß für diese Nachricht" if attachment.size_bytes > room else ""


def _size(size_bytes: int) -> str:
    """
    >>> _size(900), _size(2_500_000)
    ('1 kB', '2,4 MB')
    """
    if size_bytes < 1024 * 1024:
        return f"{max(1, round(size_bytes / 1024))} kB"
    return f"{size_bytes / 1024 / 1024:.1f} MB".replace(".", ",")
