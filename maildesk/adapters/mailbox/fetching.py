# SPDX-FileCopyrightText: 2026 The maildesk authors
# SPDX-License-Identifier: EUPL-1.2
"""Messages leave the server as octets, bounded in number and size, and never as other octets than the server has.

A server may announce a wrong RFC822.SIZE (some estimate it), leave a mail out, or cut it short. So a mail whose octets are
not as many as announced is fetched once more, and believed only if the same octets come again.
"""

from __future__ import annotations

import logging
from collections.abc import Callable, Collection, Iterable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from imapclient.datetime_util import parse_to_datetime
from imapclient.response_parser import parse_response

from maildesk.adapters.mailbox.connection import Connection
from maildesk.adapters.mailbox.listing import ascending, chunks, present, uid_set
from maildesk.errors import MailboxRefused, MailboxUnreachable, MailsWithheld
from maildesk.octets import FolderState, Octets, RawMessage

ASK_MAILS_MAX = 500
BATCH_MAILS_MAX = 50
BATCH_BYTES_MAX = 8 * 1024 * 1024
WHOLE_BYTES_MAX = 4 * 1024 * 1024
PART_BYTES = 1024 * 1024
WHAT = "hand out mails"

log = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class Announced:
    """What the server says of a mail before it is fetched."""

    uid: int
    size_bytes: int
    internal_date: datetime


class Fetching:
    """One call of `fetch`. `still_selected` says whether the folder is the one that was looked at, selecting it if need be."""

    def __init__(self, connection: Connection, state: FolderState, still_selected: Callable[[], bool], spool_dir: Path | None) -> None:
        self._connection = connection
        self._state = state
        self._still_selected = still_selected
        self._spool_dir = spool_dir
        self._doubtful = 0

    def batches(self, uids: Collection[int]) -> Iterator[tuple[RawMessage, ...]]:
        for chunk in chunks(list(ascending(uids)), ASK_MAILS_MAX):
            if not self._still_selected():
                return
            with _asking_for(chunk):
                mails = self._announced(chunk)
            for group in grouped(mails):
                if not self._still_selected():
                    return
                with _asking_for([mail.uid for mail in group]):
                    batch = self._batch(group)
                if batch:
                    yield batch
        if self._doubtful:
            # Said at the end, so that the messages behind are not held up.
            raise MailsWithheld(self._doubtful)

    def _batch(self, group: Sequence[Announced]) -> tuple[RawMessage, ...]:
        batch: list[RawMessage] = []
        try:
            for raw in self._messages(group):
                batch.append(raw)  # one by one, so that an error halfway leaves none open
        except BaseException:
            for raw in batch:
                raw.octets.close()
            raise
        return tuple(batch)

    def _announced(self, uids: Sequence[int]) -> list[Announced]:
        """As `announced`; where the server refuses that, halves are asked for, until it is one mail alone that is refused."""
        try:
            mails = list(announced(self._connection, uids))
        except MailboxRefused:
            if len(uids) > 1:
                middle = len(uids) // 2
                return self._announced(uids[:middle]) + self._announced(uids[middle:])
            mails = []
        self._doubt(set(uids) - {mail.uid for mail in mails})
        return mails

    def _doubt(self, uids: Collection[int]) -> None:
        """Messages that did not come: they have gone, or the server does not hand them out."""
        for uid in present(self._connection, uids):
            self._doubtful += 1
            log.warning("mail %d of UIDVALIDITY %d did not come whole and stays where it is", uid, self._state.uid_validity)

    def _messages(self, group: Sequence[Announced]) -> Iterator[RawMessage]:
        big = group[0].size_bytes > WHOLE_BYTES_MAX
        bodies = {} if big else self._bodies(mail.uid for mail in group)
        for mail in group:
            octets = self._in_parts(mail) if big else self._whole(mail, bodies.get(mail.uid))
            if octets is not None:
                yield RawMessage(self._state.name, self._state.uid_validity, mail.uid, mail.internal_date, octets)
            else:
                self._doubt((mail.uid,))

    def _whole(self, mail: Announced, data: bytes | None) -> Octets | None:
        if data is None or len(data) != mail.size_bytes:
            again = self._bodies((mail.uid,)).get(mail.uid)
            if again is None or not (len(again) == mail.size_bytes or (again and again == data)):
                return None
            data = again
        octets = Octets(self._spool_dir)
        octets.write(data)
        return octets

    def _in_parts(self, mail: Announced) -> Octets | None:
        first = self._parts(mail)
        if first is not None and first.size_bytes == mail.size_bytes:
            return first
        second = self._parts(mail)
        believed = second is not None and (
            second.size_bytes == mail.size_bytes or (first is not None and second.size_bytes > 0 and second.digest == first.digest)
        )
        for octets in (first, None if believed else second):
            if octets is not None:
                octets.close()
        return second if believed else None

    def _parts(self, mail: Announced) -> Octets | None:
        """The mail part by part until nothing more comes; None if a part is missing, or if it does not end."""
        octets = Octets(self._spool_dir)
        whole = False
        try:
            while not whole and octets.size_bytes <= 2 * mail.size_bytes:
                part = self._part(mail.uid, octets.size_bytes)
                if part is None:
                    break
                octets.write(part)
                # A short part is the last one only where it could be: some servers hand out less at a time than asked.
                whole = not part or (len(part) < PART_BYTES and octets.size_bytes >= mail.size_bytes)
        finally:
            if not whole:
                octets.close()
        return octets if whole else None

    def _part(self, uid: int, origin: int) -> bytes | None:
        """RFC 3501 section 6.4.5: a part that starts behind the end is empty."""
        answer = self._body_answers((uid,), f"BODY.PEEK[]<{origin}.{PART_BYTES}>").get(uid, {})
        part = answer.get(b"BODY[]<%d>" % origin)
        return part if isinstance(part, bytes) and len(part) <= PART_BYTES else None

    def _bodies(self, uids: Iterable[int]) -> dict[int, bytes]:
        answers = self._body_answers(tuple(uids), "BODY.PEEK[]")
        return {uid: body for uid, answer in answers.items() if isinstance(body := answer.get(b"BODY[]"), bytes)}

    def _body_answers(self, uids: Collection[int], item: str) -> dict[int, dict[bytes, Any]]:
        try:
            return fetched(self._connection, uids, item)
        except MailboxRefused:
            return {}  # each mail is then asked for by itself, and one that is refused by itself is in doubt


@contextmanager
def _asking_for(uids: Collection[int]) -> Iterator[None]:
    """The error that says that the line broke also says for which messages we asked just then."""
    try:
        yield
    except MailboxUnreachable as error:
        error.asked_for = tuple(uids)
        raise


def announced(connection: Connection, uids: Collection[int]) -> Iterator[Announced]:
    """Size and INTERNALDATE, in ascending order of UIDs. Messages that have gone are left out; a size that is missing is 0."""
    answers = fetched(connection, uids, "RFC822.SIZE INTERNALDATE")
    for uid in sorted(answers):
        size = answers[uid].get(b"RFC822.SIZE")
        yield Announced(uid, size if isinstance(size, int) else 0, moment(answers[uid].get(b"INTERNALDATE")))


def grouped(mails: Iterable[Announced]) -> Iterator[list[Announced]]:
    """Batches bounded by number and bytes; a mail that is fetched in parts is alone."""
    group: list[Announced] = []
    total = 0
    for mail in mails:
        if group and (len(group) == BATCH_MAILS_MAX or total + mail.size_bytes > BATCH_BYTES_MAX or mail.size_bytes > WHOLE_BYTES_MAX):
            yield group
            group, total = [], 0
        group.append(mail)
        total += mail.size_bytes
        if mail.size_bytes > WHOLE_BYTES_MAX:
            yield group
            group, total = [], 0
    if group:
        yield group


def fetched(connection: Connection, uids: Collection[int], items: str) -> dict[int, dict[bytes, Any]]:
    """UID FETCH. Answers that name no UID, or one that was not asked for, are left out."""
    asked = frozenset(uids)
    try:
        return connection.ask(WHAT, lambda client: _answers(client, asked, items))
    except MailboxRefused:
        # NO may mean that one of them has gone (RFC 5530 EXPUNGEISSUED): a NOOP makes server and client agree on that.
        connection.ask(WHAT, lambda client: client.noop())
        return connection.ask(WHAT, lambda client: _answers(client, asked, items))


def _answers(client: Any, asked: frozenset[int], items: str) -> dict[int, dict[bytes, Any]]:
    # Not client.fetch: that takes the sequence number for the UID where the server names none.
    client._imap.untagged_responses.pop("FETCH", None)
    kind, data = client._imap.uid("FETCH", uid_set(asked), f"({items})")
    client._checkok("fetch", kind, data)
    answers: dict[int, dict[bytes, Any]] = {}
    parsed = iter(parse_response(data))
    for _sequence_number, values in zip(parsed, parsed, strict=True):
        answer = {key.upper(): value for key, value in zip(values[::2], values[1::2], strict=True)}
        if answer.get(b"UID") in asked:
            answers.setdefault(answer[b"UID"], {}).update(answer)
    return answers


def moment(told: Any) -> datetime:
    """An INTERNALDATE, aware and in UTC; now, where the server gives none: the mail is in the inbox, so it has arrived."""
    try:
        return parse_to_datetime(told, normalise=False).astimezone(UTC)  # type: ignore[no-any-return]
    except (ValueError, TypeError, AttributeError, OverflowError):
        return datetime.now(UTC)
