# SPDX-FileCopyrightText: 2026 The maildesk authors
# SPDX-License-Identifier: EUPL-1.2
"""The letters that come of a colleague's mail: the answer to the citizen, copies for the others, and what goes back to the colleague."""

from __future__ import annotations

from dataclasses import replace

from maildesk.core.answers.checks import Finding, FindingKind
from maildesk.core.answers.text import Answer
from maildesk.core.case.file import HeldAnswer, IncomingMail
from maildesk.core.letters.automatic import desk_details
from maildesk.core.letters.letter import ANSWER, COPY, HELD_ANSWER, HELP, MISTAKE, REFERENCES_MAX, Enclosure, Letter
from maildesk.core.letters.order_links import link_to
from maildesk.core.letters.to_staff import DONE, Post, mistake_row
from maildesk.core.mail.message import Message
from maildesk.core.office.policy import Staff
from maildesk.core.orders.card import card_of
from maildesk.core.orders.reader import OrderName, Reading
from maildesk.core.staff.mail import Result
from maildesk.core.text.said import Context, say

HOLD_BACK = link_to(OrderName.HOLD_BACK)
HELD_LINKS = tuple(map(link_to, (OrderName.SEND, OrderName.SHORTEN, OrderName.DROP)))
NEVER_SENT_LINKS = HELD_LINKS[1:]


def answer_letter(post: Post, author: Staff, mail: Message, answer: Answer, about: IncomingMail, *, held: bool) -> Letter:
    """The colleague's words to the citizen, in the citizen's thread, from the desk. Nothing in it comes from the colleague's header."""
    named = tuple(dict.fromkeys((*about.references, *((about.message_id,) if about.message_id else ()))))[-(REFERENCES_MAX - 1) :]
    letter = post.letter(
        ANSWER,
        mail.digest,
        about.writer.addr_spec,
        {"text": answer.text, "gegruesst": answer.closed, **desk_details(post.policy.desk)},
        about=about.digest,
    )
    return replace(
        letter,
        in_reply_to=about.message_id,
        references=(*letter.references, *named),
        enclosures=tuple(
            Enclosure(mail.digest, each.digest, each.filename, each.media_type, each.size_bytes) for each in answer.attachments
        ),
        author=author.key,
        held=held,
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
    nothing = kinds & {FindingKind.EMPTY, FindingKind.ONLY_ORDERS, FindingKind.ABSENCE, FindingKind.NO_ADDRESS} or not answer.text
    confirm = (link_to(OrderName.CONFIRM),) if FindingKind.UNVERIFIED in kinds else ()
    ways = NEVER_SENT_LINKS if FindingKind.KEPT_INSIDE in kinds else HELD_LINKS
    links = (*confirm, *(() if nothing else ways))
    context: Context = {
        "titel": post.title,
        "gruende": tuple(finding.detail for finding in found),
        "text": answer.text,
        "links": post.links(links, author.address),
    }
    return post.letter(HELD_ANSWER, mail.digest, author.address, context)


def confirmed_letter(post: Post, author: Staff, mail: Message, result: Result) -> Letter:
    """What the orders did, in one line; what is still asked for before the case can be closed, with a link for each value."""
    proposed = post.file.state.kind
    values = (link for name in result.missing for link in post.values_of(name, proposed if name == "kind" else ""))
    links = (
        *((HOLD_BACK,) if result.waits else ()),
        *((link_to(OrderName.UNDO),) if result.can_be_undone else ()),
        *values,
        *((DONE,) if result.missing else ()),
    )
    return post.confirmation(mail.digest, author.address, result.done, result.refused, result.missing, links)


def held_back_letter(post: Post, author: Staff, cause: str, held: HeldAnswer) -> Letter:
    """The answer did not leave, and what the colleague can do with it now."""
    context: Context = {
        "titel": post.title,
        "gruende": (say("held.held_back"),),
        "text": held.text,
        "links": post.links(HELD_LINKS, author.address),
    }
    return post.letter(HELD_ANSWER, cause, author.address, context)


def mistake_letter(post: Post, author: Staff, mail: Message, reading: Reading, text: str) -> Letter:
    """Orders that were not understood: what was typed, what is wrong, what may have been meant. Nothing was done."""
    rows = tuple(map(mistake_row, reading.mistakes))
    links = post.links((link_to(OrderName.HELP),), author.address)
    return post.letter(MISTAKE, mail.digest, author.address, {"titel": post.title, "zeilen": rows, "rest": text, "links": links})


def help_letter(post: Post, author: Staff, mail: Message) -> Letter:
    """The reference card."""
    return post.letter(HELP, mail.digest, author.address, {"karte": card_of(post.policy)})
