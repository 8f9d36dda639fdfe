# SPDX-FileCopyrightText: 2026 The maildesk authors
# SPDX-License-Identifier: EUPL-1.2
"""The citizen's mail on its way to the colleagues: who gets it, and what is above it.

Each colleague gets a letter of their own, with a keyed id of their own: the answer to it proves who wrote it. The writer's
address is in the head, never in From or Reply-To, so that an answer cannot leave the desk by mistake.
"""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from datetime import datetime

from maildesk.core.case.case import KnownCase, NewCase
from maildesk.core.letters.envelope import case_letter
from maildesk.core.letters.letter import RELAY, Enclosure, Letter
from maildesk.core.letters.order_links import OrderLink, link_to, rows_of_links
from maildesk.core.mail.message import Attachment, Message
from maildesk.core.office.categories import Category
from maildesk.core.office.policy import Policy, Staff
from maildesk.core.orders.lexicon import Meaning, Vocabulary, lexicon
from maildesk.core.orders.words import OrderName, row_of
from maildesk.core.text.anonymity import ANONYMOUS
from maildesk.core.text.identifiers import masked
from maildesk.core.text.said import Context, Value, say
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
_N = OrderName
KINDS_MAX = 4  # of which a link is shown: of more nobody would choose
SEEN, NOT_URGENT, ANSWER, SHOW, CLOSE, HELP = map(link_to, (_N.SEEN, _N.NOT_URGENT, _N.ANSWER, _N.SHOW, _N.CLOSE, _N.HELP))


@dataclass(frozen=True, slots=True)
class Incoming:
    """A mail of a case that the colleagues are to get. `hints` say what is odd with it."""

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
    number, message = incoming.number, incoming.message
    enclosures, held_back = enclosures_of(message)
    context: Context = {
        **_head(incoming, policy),
        "text": _text(incoming)[:TEXT_CHARS_MAX],
        "anlagen": [say("enclosed.file", name=each.filename, size=each.size_bytes) for each in enclosures],
        "zurueckgehalten": held_back,
        "links": rows_of_links(policy, number, _links(incoming, policy), reader.address, now),
    }
    letter = case_letter(policy, RELAY, f"{cause} {message.digest}".strip(), number, reader.address, context, now)
    return replace(letter, enclosures=enclosures, about=message.digest)


def _links(incoming: Incoming, policy: Policy) -> tuple[OrderLink, ...]:
    """The proposed kind first: one click confirms it. Before it is only that danger was seen, or that there is none."""
    key = _proposed_kind(incoming)
    kinds = policy.categories.active("kind")
    confirm = tuple(_kind_link(each, policy, "link.confirm_kind") for each in kinds if each.key == key)
    danger = (SEEN, NOT_URGENT) if incoming.proposal.is_danger else ()
    links = (SEEN, *(_kind_link(each, policy, "link.kind") for each in kinds[:KINDS_MAX]), ANSWER, CLOSE, HELP)
    others = (link for link in links if link.order not in {each.order for each in (*danger, *confirm)})
    return (*danger, *confirm, *others)


def _kind_link(kind: Category, policy: Policy, label: str) -> OrderLink:
    row, words = row_of(OrderName.KIND), lexicon(Vocabulary(policy.categories, policy.staff, policy.desk.prefix))
    return OrderLink(say(label, kind=kind.label.partition("/")[0].strip()), words.spelling(Meaning(row, kind.key, kind)))


def _proposed_kind(incoming: Incoming) -> str:
    case = incoming.case
    return "" if isinstance(case, KnownCase) and case.kind_confirmed else case.kind


def _writer(incoming: Incoming) -> Value:
    originator = incoming.message.originator
    if _is_anonymous(incoming):
        return say("writer.anonymous")
    return originator.display_name or originator.addr_spec.partition("@")[0] or say("writer.unknown")


def _is_anonymous(incoming: Incoming) -> bool:
    return ANONYMOUS in incoming.case.flags


_NO_ORDER = str.maketrans({"#": " ", "＃": " ", "﹟": " ", "~": "-"})  # the reader of orders takes each of these signs for a "#"


def title_of(title: str, subject: str) -> Value:
    """The short title that colleagues gave, else the subject, without what identifies a person, on one line, and without what would
    be an order or a token in the subject of an answer."""
    line = " ".join(masked(title or subject).translate(_NO_ORDER).split())
    return (line if len(line) <= TITLE_CHARS_MAX else line[: TITLE_CHARS_MAX - 1].rstrip() + "…") or say("title.no_subject")


def _head(incoming: Incoming, policy: Policy) -> Context:
    case, message, writer = incoming.case, incoming.message, _writer(incoming)
    known = case if isinstance(case, KnownCase) else None
    return {
        "titel": title_of(known.title if known else "", known.subject if known else message.subject),
        "absender": say("writer.through_desk", writer=writer, desk=policy.desk.name),
        "von": masked(writer) if isinstance(writer, str) else writer,
        "adresse": "" if _is_anonymous(incoming) else message.originator.addr_spec,
        "eingang": policy.calendar.local(incoming.received_at),
        "frist": case.due_on,
        "art": _kind(incoming, policy),
        "vorschlag": bool(_proposed_kind(incoming)),
        "dringlichkeit": _urgency(incoming, policy),
        "sofort": incoming.proposal.is_danger,
        "hinweise": incoming.hints,
        "verlauf": [say("moment.and_event", at=policy.calendar.local(at), what=say(what)) for at, what in known.history] if known else (),
    }


def _kind(incoming: Incoming, policy: Policy) -> Value:
    kind = policy.categories.label("kind", incoming.case.kind) if incoming.case.kind else None
    return say("case.proposed", kind=kind) if kind and _proposed_kind(incoming) else kind


def _urgency(incoming: Incoming, policy: Policy) -> Value:
    """Proposed is what this mail proposes; what the case had before may be a colleague's word."""
    urgency = incoming.case.urgency
    if urgency == "normal":
        return None
    label = policy.categories.label("urgency", urgency)
    return say("case.urgency_proposed", urgency=label) if incoming.proposal.urgency == urgency else label


def _text(incoming: Incoming) -> str:
    """A first mail as a whole; of a later one what its writer added: the rest is known."""
    message = incoming.message
    return message.text if isinstance(incoming.case, NewCase) else (message.reply or message.text)


def enclosures_of(message: Message) -> tuple[tuple[Enclosure, ...], tuple[Value, ...]]:
    """What goes along, and a line for each attachment that is held back."""
    enclosed: list[Enclosure] = []
    held_back: list[Value] = []
    room = ENCLOSED_BYTES_MAX
    for attachment in message.attachments:
        if why := _held_back(attachment, room):
            held_back.append(say(why, name=attachment.filename, size=attachment.size_bytes))
            continue
        room -= attachment.size_bytes
        enclosed.append(Enclosure(message.digest, attachment.digest, attachment.filename, attachment.media_type, attachment.size_bytes))
    return tuple(enclosed), tuple(held_back)


def _held_back(attachment: Attachment, room: int) -> str:
    if attachment.filename.rpartition(".")[2].lower() in DANGEROUS:
        return "enclosed.dangerous"
    return "enclosed.too_big" if attachment.size_bytes > room else ""
