# SPDX-FileCopyrightText: 2026 The maildesk authors
# SPDX-License-Identifier: EUPL-1.2
"""Sends the letters that are due, one after the other, each step durable before the next.

queued → sending (before MAIL FROM) → dot (before the final dot) → sent (at the 250). What is cut off after the dot stays in doubt until
its proof copy comes back, or until a whole pass over the mailbox has shown that none came.
"""

from __future__ import annotations

import logging
from collections.abc import Callable, Mapping
from contextlib import closing
from dataclasses import dataclass, replace
from datetime import datetime, timedelta

from maildesk.core.letters.automatic import as_of_now
from maildesk.core.letters.delivery import Delivery, Outgoing, Result
from maildesk.core.letters.kept_inside import Inside
from maildesk.core.letters.letter import ANSWER, INSIDE_THE_HOUSE, PAUSE_MAX, TO_STAFF, Due, Letter, QueuedLetter
from maildesk.core.letters.own_trouble import OWN_TROUBLE, OwnTrouble
from maildesk.core.letters.server_reply import code_and_status
from maildesk.core.mail.message import Message
from maildesk.core.office.policy import Policy
from maildesk.errors import Hold, MaildeskError, SenderUnreachable, place_of
from maildesk.jobs import restoring
from maildesk.jobs.counts import OutboxReport
from maildesk.jobs.ports import Clock, Compose, Enclose, OutboxStore, Parse, Sender
from maildesk.octets import Octets, RawMessage

log = logging.getLogger(__name__)

DUE_MAX = 50
PAUSES_MINUTES = (1, 2, 5, 10, 20, 40, 60, 120, PAUSE_MAX // timedelta(minutes=1))
AWAY_MINUTES = (1, 2, 5, 10)  # few enough log-ins for no account to be locked, and soon enough when the server is back
ANOTHER_FIRST = timedelta(seconds=1)
KEPT_INSIDE = "it holds a link or a key of the office, and never leaves"
UNWRITTEN_AGAIN_AFTER = timedelta(minutes=10)
GIVE_UP_AFTER = timedelta(days=5)
DOUBT_WAIT = timedelta(minutes=10)
NULL_SENDER = "null_sender"


def nothing_enclosed(_letter: Letter) -> Mapping[str, bytes]:
    return {}


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
    enclose: Enclose = nothing_enclosed
    server: str = "the SMTP server"  # its name, for those who read why a letter waits


def run_once(post: Post, *, should_stop: Callable[[], bool] = lambda: False) -> OutboxReport:
    """Sends what is due. A server that cannot be reached, or refuses what the desk sends, ends the run; the letters wait."""
    report = OutboxReport()
    settle(post)
    while queued := post.store.due_letters(_due(post), DUE_MAX):
        for each in queued:
            if should_stop():
                return report
            try:
                report = _sent(post, each, report)
            except SenderUnreachable as error:
                return _await_server(post, each, report, error)
            except _DeskRefusedError as error:
                return _await_permission(post, each, report, error)
    return report


def _due(post: Post) -> Due:
    proved = _proved_pass(post)
    return Due(post.clock(), proved - DOUBT_WAIT if proved else None)


def _proved_pass(post: Post) -> datetime | None:
    """The last pass that would have found a copy, but for one of a time when the clock was wrong: that proves nothing."""
    last_pass = post.store.last_whole_pass()
    return last_pass if last_pass and last_pass <= post.clock() else None


def settle(post: Post) -> None:
    """What an earlier run left unfinished. What never came to the dot goes out again, whatever ended that run.

    Letters in doubt go out again once a whole pass, long enough after, found no copy of them; without copies a person decides.
    """
    restoring.begin(post.store, post.clock())
    post.store.requeue_interrupted(post.clock())
    last_pass = _proved_pass(post)
    if post.proof_copy and last_pass:
        number = post.store.settle_doubts(last_pass - DOUBT_WAIT, post.clock())
        if number:
            log.warning("outbox: %d letters in doubt, no copy came back: sent again under the same Message-ID", number)


def _await_server(post: Post, tried: QueuedLetter, report: OutboxReport, error: SenderUnreachable) -> OutboxReport:
    """That the server is away is no letter's fault: none is given up, and all wait for one and the same try."""
    log.warning("outbox: %s", error)
    now = post.clock()
    if error.code:
        _learn(post, _own_trouble(post).refused_again(error.code, now))
    again = now + timedelta(minutes=AWAY_MINUTES[min(tried.attempts, len(AWAY_MINUTES) - 1)])
    why = f"{post.server}: {error}"
    post.store.mark_deferred(tried.row, why, again)
    others = post.store.defer_due(_due(post), why, again)
    return replace(report, deferred=report.deferred + 1 + others, unreachable=str(error))


class _DeskRefusedError(Exception):
    """The server refuses a letter for a reason that concerns the desk, and so all letters."""

    def __init__(self, code: str, said: str) -> None:
        super().__init__(said)
        self.code = code


def _await_permission(post: Post, tried: QueuedLetter, report: OutboxReport, error: _DeskRefusedError) -> OutboxReport:
    """None is given up, all wait for one and the same try, and that will be with another letter: this one may be the odd one."""
    now = post.clock()
    trouble = _own_trouble(post).refused_again(error.code, now, tried.row)
    _learn(post, trouble)
    why = f"{post.server} refuses what the desk sends: {error}"
    log.error("outbox: %s", why)
    again = now + timedelta(minutes=AWAY_MINUTES[min(trouble.tries, len(AWAY_MINUTES)) - 1])
    post.store.mark_deferred(tried.row, why, again)
    others = post.store.defer_due(_due(post), why, again - ANOTHER_FIRST)
    return replace(report, deferred=report.deferred + 1 + others, desk_refused=why)


def _own_trouble(post: Post) -> OwnTrouble:
    return OwnTrouble.of_fact(post.store.fact(OWN_TROUBLE))


def _learn(post: Post, trouble: OwnTrouble) -> None:
    post.store.learn(OWN_TROUBLE, trouble.as_fact(), post.clock())


def _note_that_letters_leave(post: Post, sent: QueuedLetter) -> None:
    """If the server refused what the desk sends, that is over: all that waits for it leaves now."""
    before = _own_trouble(post)
    after = before.after_sent(sent.row, to_citizen=sent.letter.template not in INSIDE_THE_HOUSE)
    if after != before:
        _learn(post, after)
        post.store.hurry(post.clock())


class _NoLongerOurs(Exception):  # no error: it ends a sending before the dot
    """The letter is no longer where we left it."""


@dataclass(frozen=True, slots=True)
class _Written:
    """A letter on paper: its octets, and what the parser makes of them."""

    queued: QueuedLetter
    raw: RawMessage
    message: Message
    enclosed: Mapping[str, bytes]

    def keeps_inside(self, policy: Policy, now: datetime) -> bool:
        """Whether it would carry a token, a keyed id or an order link of the office outside: in its words, or in those that it encloses."""
        letter = self.queued.letter
        if letter.template in TO_STAFF:
            return False
        names = (each.filename for each in letter.enclosures)
        texts = (self.enclosed.get(each.digest, b"") for each in letter.enclosures if each.media_type.startswith("text/"))
        words = (self.message.subject, self.message.text, str(letter.context.get("text", "")), *names)
        return Inside(policy, letter.case_number, now).is_in(*words, *(text.decode("utf-8", "replace") for text in texts))


def _sent(post: Post, queued: QueuedLetter, report: OutboxReport, *, enclosed: bool = True, own_sender: bool = False) -> OutboxReport:
    with closing(Octets()) as octets:
        try:
            written = _write(post, queued, octets, post.enclose if enclosed else nothing_enclosed)
        except Hold as error:
            log.error("outbox: letter %d: %s", queued.row, error)
            return _put_off(post, queued, f"cannot be written: {error}", UNWRITTEN_AGAIN_AFTER, report, unwritten=True)
        if written.keeps_inside(post.policy, post.clock()):
            log.error("outbox: letter %d is not sent: %s", queued.row, KEPT_INSIDE)
            post.store.mark_failed(queued.row, KEPT_INSIDE, post.clock())
            return replace(report, failed=report.failed + 1)
        try:
            if not post.store.mark_sending(queued.row, written.message.subject, post.clock()):
                raise _NoLongerOurs
            delivery = _send(post, written, own_sender=own_sender)
        except _NoLongerOurs:
            log.warning("outbox: letter %d is not sent: its copy came just now, or another maildesk sends it", queued.row)
            return report
        if delivery.too_big and enclosed and _may_go_without_enclosures(queued.letter):
            log.warning("outbox: letter %d is too big for the server, it goes without its enclosures", queued.row)
            post.store.mark_deferred(queued.row, "too big for the server", post.clock())
            return _sent(post, queued, report, enclosed=False, own_sender=own_sender)
        if delivery.null_sender_refused:  # perhaps only after the dot: it is not in doubt, the server has said that it did not take it
            post.store.mark_deferred(queued.row, "the server wants an envelope sender", post.clock())
            return _sent(post, queued, report, enclosed=enclosed, own_sender=True)
        if own_sender and delivery.result is Result.ACCEPTED:
            post.store.learn(NULL_SENDER, {"refused": True}, post.clock())
        return _note(post, written, delivery, report)


def _may_go_without_enclosures(letter: Letter) -> bool:
    """A colleague finds them in the case. What a colleague wants to send to a citizen goes as it was meant, or not at all."""
    return bool(letter.enclosures) and letter.template in INSIDE_THE_HOUSE


def _write(post: Post, queued: QueuedLetter, octets: Octets, enclose: Enclose) -> _Written:
    """All that can go wrong with a letter itself goes wrong here: between the 250 and its record only the database may fail."""
    letter = as_of_now(queued.letter, post.policy.calendar, post.clock())
    try:
        enclosed = enclose(letter)
        octets.write(post.compose(letter, enclosed))
        raw = RawMessage("outbox", 0, None, post.clock(), octets)
        return _Written(queued, raw, post.parse(raw), enclosed)
    except MaildeskError:
        raise
    except Exception as error:
        # A mistake of ours must cost one letter, not the ones behind it. The text of a foreign error may hold personal data.
        raise Hold(f"unexpected {error.__class__.__name__}{place_of(error)}") from error


def _send(post: Post, written: _Written, *, own_sender: bool) -> Delivery:
    letter, desk = written.queued.letter, post.policy.desk
    refused = own_sender or post.store.fact(NULL_SENDER).get("refused", False)
    outgoing = Outgoing(
        message_id=letter.message_id,
        envelope_sender=desk.address if refused or letter.template == ANSWER else "",  # an answer that cannot be delivered is to come back
        recipient=letter.recipient,
        proof_copy_to=desk.address if post.proof_copy else "",
        octets=written.raw.octets.all(),
    )

    def before_dot() -> None:
        if not post.store.mark_dot(written.queued.row, post.clock()):
            raise _NoLongerOurs

    return post.sender.send(outgoing, before_dot)


def _note(post: Post, written: _Written, delivery: Delivery, report: OutboxReport) -> OutboxReport:
    store, now, row = post.store, post.clock(), written.queued.row
    said = f"{delivery.code} {delivery.text}".strip() if delivery.code else delivery.text
    if delivery.result is Result.ACCEPTED:
        store.mark_sent(row, written.raw, written.message, now, copy_expected=delivery.copy_accepted)
        _note_that_letters_leave(post, written.queued)
        return replace(report, sent=report.sent + 1)
    if delivery.result is Result.IN_DOUBT:
        log.warning("outbox: letter %d is in doubt: %s", row, said)
        store.mark_in_doubt(row, said, copy_expected=delivery.copy_accepted)
        return replace(report, in_doubt=report.in_doubt + 1)
    if delivery.result is Result.REFUSED:
        log.warning("outbox: letter %d was refused: %s", row, said)
        store.mark_failed(row, said, now)
        return replace(report, failed=report.failed + 1)
    if delivery.result is Result.DESK_REFUSED and row not in _own_trouble(post).alone:
        raise _DeskRefusedError(code_and_status(delivery.code, delivery.text), said)
    log.warning("outbox: letter %d is deferred: %s", row, said)
    pause = timedelta(minutes=PAUSES_MINUTES[min(written.queued.attempts, len(PAUSES_MINUTES) - 1)])
    return _put_off(post, written.queued, said, pause, report)


def _put_off(
    post: Post, queued: QueuedLetter, why: str, pause: timedelta, report: OutboxReport, *, unwritten: bool = False
) -> OutboxReport:
    now = post.clock()
    if now - (queued.letter.created_at or now) > GIVE_UP_AFTER:
        post.store.mark_failed(queued.row, f"given up after {GIVE_UP_AFTER.days} days: {why}", now)
        return replace(report, failed=report.failed + 1)
    post.store.mark_deferred(queued.row, why, now + pause, unwritten=unwritten)
    return replace(report, deferred=report.deferred + 1)
