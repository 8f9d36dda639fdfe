# SPDX-FileCopyrightText: 2026 The maildesk authors
# SPDX-License-Identifier: EUPL-1.2
"""The citizen's mail on its way to the colleagues: who gets it, and what stands above it.

Each colleague gets a letter of their own, with a keyed id of their own: the answer to it proves who wrote it. The writer's
address stands in the head, never in From or Reply-To, so that an answer cannot leave the desk by mistake.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import datetime

from maildesk.core.case.case import Happened, KnownCase, NewCase
from maildesk.core.letters.keyed_ids import conversation_id, keyed_message_id, reply_address
from maildesk.core.letters.letter import RELAY, Enclosure, Letter, letter_id_for
from maildesk.core.letters.order_links import OrderLink, lines_of_links
from maildesk.core.mail.message import Attachment, Message
from maildesk.core.office.policy import Policy, Staff
from maildesk.core.text.anonymity import ANONYMOUS
from maildesk.core.text.identifiers import masked
from maildesk.core.text.said import Value
from maildesk.core.triage.propose import Proposal

TITLE_CHARS_MAX = 60
TEXT_CHARS_MAX = 100_000
ENCLOSED_BYTES_MAX = 10 * 1024 * 1024
# What a program would run when somebody opens it, and what shows pictures and runs scripts in a browser.
DANGEROUS = frozenset({
    "ade", "adp", "apk", "appx", "bat", "cab", "chm", "cmd", "com", "cpl", "dll", "docm", "dotm", "exe", "hta", "htm", "html",
    "img", "ins", "iso", "jar", "js", "jse", "lnk", "mde", "msc", "msi", "msix", "msp", "mst", "one", "pif", "potm", "ppam",
    "ppsm", "pptm", "ps1", "psm1", "reg", "scr", "sct", "shb", "shtml", "svg", "swf", "url", "vb", "vbe", "vbs", "vhd", "vhdx",
    "wsc", "wsf", "wsh", "xhtml", "xlam", "xll", "xlsm", "xltm",
})  # fmt: skip
SEEN = OrderLink("Als gesehen bestätigen", "#gesehen")
NOT_URGENT = OrderLink("Nicht dringend", "#nicht-dringend")
LINKS = (
    SEEN,
    OrderLink("Art: Kritik", "#kritik"),
    OrderLink("Art: Hinweis", "#hinweis"),
    OrderLink("Art: Anregung", "#anregung"),
    OrderLink("Art: Lob", "#lob"),
    OrderLink("Vorgang abschließen", "#erledigt"),
    OrderLink("Alle Befehle zeigen", "#hilfe"),
)


@dataclass(frozen=True, slots=True)
class Incoming:
    """A mail of a case that the colleagues shall get. `hints` say what is odd with it."""

    number: str
    message: Message
    received_at: datetime
    case: KnownCase | NewCase
    hints: tuple[Value, ...] = ()
    proposal: Proposal = field(default_factory=Proposal)  # by the words of this mail


def relay_letters(incoming: Incoming, policy: Policy, now: datetime) -> tuple[Letter, ...]:
    """One letter for each colleague who gets new mail, or who has this case."""
    assignee = incoming.case.assignee if isinstance(incoming.case, KnownCase) else ""
    readers = (person for person in policy.staff if person.receives == "all" or (person.receives == "assigned" and person.key == assignee))
    return tuple(relay_letter(incoming, policy, person, now) for person in readers)


def relay_letter(incoming: Incoming, policy: Policy, reader: Staff, now: datetime, cause: str = "") -> Letter:
    """The mail for one colleague. `cause` is what makes it leave once more: the digest of the mail that asks for it."""
    number, message, desk = incoming.number, incoming.message, policy.desk
    letter_id = letter_id_for(f"{cause} {message.digest}".strip(), RELAY, reader.address)
    enclosures, held_back = enclosures_of(message)
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
            "links": lines_of_links(policy, number, _links(incoming, policy), reader.address, now),
        },
        created_at=now,
    )


def _links(incoming: Incoming, policy: Policy) -> tuple[OrderLink, ...]:
    """The proposed kind first: one click confirms it. Before it stands only that danger was seen, or that there is none."""
    key = _proposed_kind(incoming)
    label = policy.categories.label("kind", key).partition("/")[0].strip()
    confirm = (OrderLink(f"{label} bestätigen", f"#{key}"),) if key else ()
    danger = (SEEN, NOT_URGENT) if incoming.proposal.is_danger else ()
    others = (link for link in LINKS if link.order not in {each.order for each in (*danger, *confirm)})
    return (*danger, *confirm, *others)


def _proposed_kind(incoming: Incoming) -> str:
    case = incoming.case
    return "" if isinstance(case, KnownCase) and case.kind_confirmed else case.kind


def _writer(incoming: Incoming) -> str:
    originator = incoming.message.originator
    if _is_anonymous(incoming):
        return "Anonym"
    return originator.display_name or originator.addr_spec.partition("@")[0] or "Unbekannt"


def _is_anonymous(incoming: Incoming) -> bool:
    return ANONYMOUS in incoming.case.flags


def title_of(title: str, subject: str) -> str:
    """The short title that colleagues gave, else the subject, without what identifies a person, on one line, and without what would
    be an order or a token in the subject of an answer."""
    line = " ".join(masked(title or subject).replace("#", " ").replace("~", "-").split()) or "ohne Betreff"
    return line if len(line) <= TITLE_CHARS_MAX else line[: TITLE_CHARS_MAX - 1].rstrip() + "…"


def _head(incoming: Incoming, policy: Policy) -> dict[str, Value]:
    case, message = incoming.case, incoming.message
    known = case if isinstance(case, KnownCase) else None
    kind = policy.categories.label("kind", case.kind) if case.kind else ""
    proposed = "Vorschlag: " if _proposed_kind(incoming) else ""
    # What this mail proposes; what the case had before may be a colleague's word.
    by_words = " (Vorschlag)" if incoming.proposal.urgency == case.urgency else ""
    return {
        "nr": incoming.number,
        "titel": title_of(known.title if known else "", known.subject if known else message.subject),
        "von": masked(_writer(incoming)),
        "adresse": "" if _is_anonymous(incoming) else message.originator.addr_spec,
        "eingang": f"{policy.calendar.local(incoming.received_at):%d.%m.%Y, %H:%M} Uhr",
        "frist": f"{case.due_on:%d.%m.%Y}" if case.due_on else "",
        "art": f"{proposed}{kind}" if kind else "",
        "dringlichkeit": f"{policy.categories.label('urgency', case.urgency)}{by_words}" if case.urgency != "normal" else "",
        "sofort": "ja" if incoming.proposal.is_danger else "",
        "hinweise": incoming.hints,
        "verlauf": "\n".join(_happened(policy, *each) for each in known.history) if known else "",
        "stelle": policy.desk.name,
    }


HAPPENED = {
    Happened.MAIL: "Nachricht der Person",
    Happened.LETTER: "Brief der Stelle",
    Happened.ANSWER: "Antwort",
    Happened.NOTE: "Nachricht aus dem Team",
    Happened.STATEMENT: "Stellungnahme",
    Happened.MESSAGE: "Nachricht",
}


def _happened(policy: Policy, at: datetime, what: Happened) -> str:
    return f"{policy.calendar.local(at):%d.%m.%Y, %H:%M}  {HAPPENED[what]}"


def _text(incoming: Incoming) -> str:
    """A first mail as a whole; of a later one what its writer added: the rest is known."""
    message = incoming.message
    return message.text if isinstance(incoming.case, NewCase) else (message.reply or message.text)


def enclosures_of(message: Message) -> tuple[tuple[Enclosure, ...], tuple[str, ...]]:
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
