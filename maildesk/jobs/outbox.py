# SPDX-FileCopyrightText: 2026 The maildesk authors
# SPDX-License-Identifier: EUPL-1.2
"""Sends the letters that are due, one after the other, each step durable before the next.

queued → sending (before MAIL FROM) → dot (before the final dot) → sent (at the 250). What is cut off after the dot stays in doubt until
its proof copy comes back, or until a whole pass over the mailbox has shown that none came.
"""

from __future__ import annotations

import email
import logging
from collections.abc import Callable
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from email.header import decode_header, make_header

from maildesk.core.letters import QueuedLetter
from maildesk.core.policy import Policy
from maildesk.delivery import Delivery, Outgoing, Result
from maildesk.errors import SenderUnreachable, TemplateError
from maildesk.jobs import Clock, Compose, OutboxReport, OutboxStore, Parse, Sender
from maildesk.octets import Octets, RawMessage

log = logging.getLogger(__name__)

DUE_MAX = 50
PAUSES_MINUTES = (1, 2, 5, 10, 20, 40, 60, 120, 240)
GIVE_UP_AFTER = timedelta(days=5)
DOUBT_WAIT = timedelta(minutes=10)
NULL_SENDER = "null_sender"


@dataclass(frozen=True, slots=True)
class Post:
    """All that a run of the outbox works with."""

    store: OutboxStore
    sender: Sender
    compose: Compose
    parse: Parse
    policy: Policy
    clock: Clock
    proof_copy: bool = True


def run_once(post: Post, *, should_stop: Callable[[], bool] = lambda: False) -> OutboxReport:
    """Sends what is due. A server that cannot be reached ends the run; the letters wait."""
    report = OutboxReport()
    settle(post)
    while queued := post.store.due_letters(post.clock(), DUE_MAX):
        for each in queued:
            if should_stop():
                return report
            try:
                report = _sent(post, each, report)
            except SenderUnreachable as error:
                log.warning("outbox: %s", error)
                post.store.mark_deferred(each.row, str(error), _next_attempt(each, post.clock()))
                return replace(report, deferred=report.deferred + 1, unreachable=str(error))
    return report


def settle(post: Post) -> None:
    """Letters in doubt go out again once a whole pass, long enough after, found no copy of them; without copies a person decides."""
    last_pass = post.store.last_good_pass()
    if post.proof_copy and last_pass:
        number = post.store.settle_doubts(last_pass - DOUBT_WAIT, post.clock())
        if number:
            log.warning("outbox: %d letters in doubt, no copy came back: sent again under the same Message-ID", number)


def _sent(post: Post, queued: QueuedLetter, report: OutboxReport) -> OutboxReport:
    store, letter = post.store, queued.letter
    try:
        octets = post.compose(letter)
    except TemplateError as error:
        log.error("outbox: letter %d: %s", queued.row, error)
        _put_off(store, queued, str(error), post.clock())
        return replace(report, deferred=report.deferred + 1)
    store.mark_sending(queued.row, subject_of(octets), post.clock())
    delivery = _send(post, queued, octets)
    if delivery.null_sender_refused:
        store.learn(NULL_SENDER, {"refused": True}, post.clock())
        delivery = _send(post, queued, octets)
    return _note(post, queued, octets, delivery, report)


def subject_of(octets: bytes) -> str:
    return str(make_header(decode_header(email.message_from_bytes(octets)["Subject"] or "")))


def _send(post: Post, queued: QueuedLetter, octets: bytes) -> Delivery:
    letter, desk = queued.letter, post.policy.desk
    refused = post.store.fact(NULL_SENDER).get("refused", False)
    outgoing = Outgoing(
        message_id=letter.message_id,
        envelope_sender=desk.address if refused else "",
        recipient=letter.recipient,
        proof_copy_to=desk.address if post.proof_copy else "",
        octets=octets,
    )
    return post.sender.send(outgoing, lambda: post.store.mark_dot(queued.row, post.clock()))


def _note(post: Post, queued: QueuedLetter, octets: bytes, delivery: Delivery, report: OutboxReport) -> OutboxReport:
    store, now, row = post.store, post.clock(), queued.row
    said = f"{delivery.code} {delivery.text}".strip() if delivery.code else delivery.text
    if delivery.result is Result.ACCEPTED:
        raw = RawMessage("outbox", 0, None, now, Octets.of(octets))
        store.mark_sent(row, raw, post.parse(raw), now, copy_expected=delivery.copy_accepted)
        return replace(report, sent=report.sent + 1)
    if delivery.result is Result.IN_DOUBT:
        log.warning("outbox: letter %d is in doubt: the connection was lost after the final dot", row)
        store.mark_in_doubt(row, "the connection was lost after the final dot")
        return replace(report, in_doubt=report.in_doubt + 1)
    if delivery.result is Result.REFUSED:
        log.warning("outbox: letter %d was refused: %s", row, said)
        store.mark_failed(row, said, now)
        return replace(report, failed=report.failed + 1)
    log.warning("outbox: letter %d is deferred: %s", row, said)
    _put_off(store, queued, said, now)
    return replace(report, deferred=report.deferred + 1)


def _put_off(store: OutboxStore, queued: QueuedLetter, why: str, now: datetime) -> None:
    created = queued.letter.created_at or now
    if now - created > GIVE_UP_AFTER:
        store.mark_failed(queued.row, f"given up after {GIVE_UP_AFTER.days} days: {why}", now)
    else:
        store.mark_deferred(queued.row, why, _next_attempt(queued, now))


def _next_attempt(queued: QueuedLetter, now: datetime) -> datetime:
    return now + timedelta(minutes=PAUSES_MINUTES[min(queued.attempts, len(PAUSES_MINUTES) - 1)])
