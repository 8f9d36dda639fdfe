# SPDX-FileCopyrightText: 2026 The maildesk authors
# SPDX-License-Identifier: EUPL-1.2
"""The letters that come of a colleague's mail: the answer to the citizen, copies for the others, and what goes back to the colleague."""

from __future__ import annotations

from maildesk.core.answers.checks import Finding, FindingKind
from maildesk.core.answers.text import Answer
from maildesk.core.case.file import IncomingMail
from maildesk.core.letters.keyed_ids import conversation_id, keyed_message_id, reply_address
from maildesk.core.letters.letter import (
    ANSWER,
    CONFIRMED,
    COPY,
    HELD_ANSWER,
    HELP,
    MISTAKE,
    REFERENCES_MAX,
    Enclosure,
    Letter,
    letter_id_for,
)
from maildesk.core.letters.order_links import OrderLink
from maildesk.core.letters.to_staff import ASKED_FOR, DONE, ORDER_OF_LIST, Post
from maildesk.core.mail.message import Message
from maildesk.core.office.policy import Staff
from maildesk.core.orders.card import card_of
from maildesk.core.orders.reader import Reading

SEND_AS_IT_IS = OrderLink("So senden, wie sie ist", "#senden")
SHORTEN = OrderLink("Kürzen: verwerfen und neu schreiben", "#kuerzen")
DROP = OrderLink("Verwerfen: nicht senden", "#verwerfen")
CONFIRM_ADDRESS = OrderLink("Adresse gehört zum Vorgang", "#bestaetigen")
UNDO = OrderLink("Rückgängig machen", "#rueckgaengig")


def answer_letter(post: Post, author: Staff, mail: Message, answer: Answer, about: IncomingMail, *, held: bool) -> Letter:
    """The colleague's words to the citizen, in the citizen's thread, from the desk. Nothing in it comes from the colleague's header."""
    policy, number, desk = post.policy, post.file.number, post.policy.desk
    recipient = about.writer.addr_spec
    letter_id = letter_id_for(mail.digest, ANSWER, recipient)
    named = tuple(dict.fromkeys((*about.references, *((about.message_id,) if about.message_id else ()))))[-(REFERENCES_MAX - 1) :]
    return Letter(
        letter_id=letter_id,
        template=ANSWER,
        recipient=recipient,
        message_id=keyed_message_id(policy.secret, number, letter_id, recipient, desk.domain),
        case_number=number,
        in_reply_to=about.message_id,
        references=(conversation_id(policy.secret, number, recipient, desk.domain), *named),
        reply_to=reply_address(policy.secret, desk, number, letter_id, recipient),
        language=desk.languages[0],
        automatic=False,
        enclosures=tuple(
            Enclosure(mail.digest, each.digest, each.filename, each.media_type, each.size_bytes) for each in answer.attachments
        ),
        about=about.digest,
        author=author.key,
        held=held,
        context={
            "nr": number,
            "text": answer.text,
            "stelle": desk.name,
            "telefon": desk.phone,
            "sprechzeiten": desk.service_hours,
            "postanschrift": desk.post,
            "datenschutz_url": desk.privacy_url,
        },
        created_at=post.now,
    )


def copies(post: Post, author: Staff, text: str, answer_id: str) -> tuple[Letter, ...]:
    """To the other colleagues who get all mail: what was answered, so that nobody answers again."""
    others = (person for person in post.policy.staff if person.receives == "all" and person.key != author.key)
    return tuple(
        post.letter(
            COPY,
            answer_id,
            other.address,
            {"titel": post.title, "wer": author.name, "wann": post.time, "text": text, "links": post.links((DONE,), other.address)},
        )
        for other in others
    )


def held_letter(post: Post, author: Staff, mail: Message, answer: Answer, found: tuple[Finding, ...]) -> Letter:
    """Why the answer waits, and what the colleague can do."""
    kinds = {finding.kind for finding in found}
    nothing = kinds & {FindingKind.EMPTY, FindingKind.ONLY_ORDERS, FindingKind.ABSENCE} or not answer.text
    confirm = (CONFIRM_ADDRESS,) if FindingKind.UNVERIFIED in kinds else ()
    links = (*confirm, *(() if nothing else (SEND_AS_IT_IS, SHORTEN, DROP)))
    context = {"gruende": "\n".join(finding.detail for finding in found), "text": answer.text, "links": post.links(links, author.address)}
    return post.letter(HELD_ANSWER, mail.digest, author.address, {"titel": post.title, **context})


def confirmed_letter(
    post: Post, author: Staff, mail: Message, done: tuple[str, ...], refused: tuple[str, ...], missing: tuple[str, ...], *, undo: bool
) -> Letter:
    """What the orders did, in one line; what is still asked for before the case can be closed, with a link for each value."""
    lines = [", ".join(done)] if done else []
    lines += [f"Nicht ausgeführt: {reason}." for reason in refused]
    if missing:
        lines.append(f"Zum Abschließen fehlt noch: {', '.join(ASKED_FOR[name] for name in missing)}.")
    proposed = post.file.state.kind
    values = [
        OrderLink(
            f"{ASKED_FOR[name]}: {category.label}{' (Vorschlag)' if category.key == proposed and name == 'kind' else ''}",
            f"{ORDER_OF_LIST[name]} {category.key}",
        )
        for name in missing
        for category in sorted(post.policy.categories.active(name), key=lambda each: (name, each.key) != ("kind", proposed))
    ]
    links = post.links((*((UNDO,) if undo else ()), *values, *((DONE,) if missing else ())), author.address)
    return post.letter(CONFIRMED, mail.digest, author.address, {"was": "\n".join(lines), "links": links})


def mistake_letter(post: Post, author: Staff, mail: Message, reading: Reading, text: str) -> Letter:
    """Orders that were not understood: what was typed, what is wrong, what may have been meant. Nothing was done."""
    lines = "\n".join(
        "\t".join(_on_one_line(each) for each in (mistake.line, mistake.problem, " oder ".join(mistake.suggestions)))
        for mistake in reading.mistakes
    )
    links = post.links((OrderLink("Alle Befehle zeigen", "#hilfe"),), author.address)
    return post.letter(MISTAKE, mail.digest, author.address, {"titel": post.title, "zeilen": lines, "rest": text, "links": links})


def help_letter(post: Post, author: Staff, mail: Message) -> Letter:
    """The reference card."""
    return post.letter(HELP, mail.digest, author.address, {"karte": card_of(post.policy)})


def _on_one_line(text: str) -> str:
    return " ".join(text.split())
