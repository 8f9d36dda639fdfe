# SPDX-FileCopyrightText: 2026 The maildesk authors
# SPDX-License-Identifier: EUPL-1.2
"""The folders beside the inbox: where a colleague may have moved a mail before we saw it, and where answers are that colleagues sent.

How far each folder has been looked at is a fact in the database. Where nothing came since, a pass costs one STATUS a folder. What came is
known, as a rule, because we filed it there ourselves: only Message-ID and size are asked for that.
"""

from __future__ import annotations

import logging
from collections.abc import Callable, Collection, Iterator
from dataclasses import dataclass
from datetime import timedelta

from maildesk.core.mail.folders import Head, Mark, OtherFolder, turn
from maildesk.errors import MailboxRefused, MailboxUnreachable
from maildesk.jobs.counts import PassReport
from maildesk.jobs.intake import Intake, Mails, Watching, account, take_in
from maildesk.octets import FolderState

log = logging.getLogger(__name__)

FACT = "folders"
HEADS_MAX = 500
LOST_MAX = 3  # folders one after the other
NOT_FINISHED = "the pass did not finish"


@dataclass(frozen=True, slots=True)
class News:
    """Messages of a folder that are not known yet: the UIDs of `state`. `mark` is how far the folder goes."""

    folder: OtherFolder
    state: FolderState
    mark: Mark

    @property
    def mails(self) -> Mails:
        return Mails(self.state, self.state.uids, self.folder)


class LookAround:
    """One look at the other folders, made before the inbox is looked at. `news` yields what is to be taken in; `done` says that it was.

    `problem` is what was wrong with one of them, or empty. A rehearsal remembers nothing. Messages that are not `wanted` are passed over.
    """

    def __init__(
        self,
        intake: Intake,
        *,
        rehearsal: bool = False,
        wanted: Callable[[Head], bool] = lambda _head: True,
        with_quarantine: bool = False,
    ) -> None:
        self._mailbox = intake.mailbox
        self._store = intake.store
        self._clock = intake.clock
        self._rehearsal = rehearsal
        self._wanted = wanted
        self._with_quarantine = with_quarantine
        seen, days = intake.store.last_whole_pass(), timedelta(days=intake.policy.letters.not_older_than_days)
        # A folder seen for the first time may hold years of old mail. What came since we last saw the whole inbox may have passed us by.
        self._since = min(seen, intake.clock() - days) if seen else intake.clock() - days
        self._known = intake.store.fact(FACT)
        self._marks = {name: Mark(*mark) for name, mark in self._known.get("marks", {}).items()}
        self._refused = set(self._known.get("refused", ()))
        self._after: str = self._known.get("after", "")
        self._is_through = False
        self.problem = ""

    def news(self) -> Iterator[News]:
        """Folder by folder. A folder that the server refuses to open, or that has gone meanwhile, costs itself."""
        folders = self._mailbox.folders_with_quarantine() if self._with_quarantine else self._mailbox.folders()
        now, lost = turn(folders, self._after), 0
        for folder in now:
            try:
                news = self._news_of(folder)
            except MailboxRefused as refusal:
                self._refuse(folder, refusal)
                continue
            except MailboxUnreachable as error:
                lost += 1
                if lost == LOST_MAX:
                    raise
                # A server may break down over one damaged folder; if it is away, the next ones show it.
                self.problem = f"another folder than the inbox could not be looked into: {error}"
                continue
            lost = 0
            if news.state.uids:
                yield news
            else:
                self.done(news, ())
        self._forget({folder.name for folder in folders})
        self._after = now[-1].name if len(now) < len(folders) else ""
        self._is_through = True
        self._remember()

    @property
    def has_seen_all(self) -> bool:
        """Whether `news` has come to its end, with every folder and without a problem."""
        return self._is_through and not self._after and not self.problem

    def done(self, news: News, unfinished: Collection[int]) -> None:
        """Everything below the first unfinished UID has been looked at."""
        self._marks[news.folder.name] = Mark(news.mark.uid_validity, min((*unfinished, news.mark.uid_next)))
        self._refused.discard(news.folder.name)
        self._remember()

    def _news_of(self, folder: OtherFolder) -> News:
        before, mark = self._marks.get(folder.name), self._mailbox.mark(folder.name)
        if mark == before:
            return News(folder, FolderState(folder.name, mark.uid_validity, ()), mark)
        if before is not None and before.uid_validity == mark.uid_validity and 0 < mark.uid_next < before.uid_next:
            # Numbers only grow (RFC 3501 section 2.3.1.1): a mail server that was put back from its backup gives them out again.
            log.error("a folder of the mailbox goes less far than before: it is looked at anew")
            before = None
            if not self._rehearsal:
                self._store.forget_places(folder.name, mark.uid_validity)
        state = self._mailbox.look_into(folder.name, before, self._since)
        goes_on = before is not None and before.uid_validity == state.uid_validity
        ends = (mark.uid_next, before.uid_next if before and goes_on else 1, *(uid + 1 for uid in state.uids))
        unknown = self.unknown(state, goes_on=goes_on)
        return News(folder, FolderState(state.name, state.uid_validity, unknown), Mark(state.uid_validity, max(ends)))

    def unknown(self, state: FolderState, *, goes_on: bool) -> tuple[int, ...]:
        """Those messages that are neither in the ledger, nor known from elsewhere, nor drafts, nor older than what we look for."""
        recorded = self._store.recorded(state.name, state.uid_validity, state.uids)
        asked = [uid for uid in state.uids if uid not in recorded]
        unknown: list[int] = []
        for start in range(0, len(asked), HEADS_MAX):
            heads = self._mailbox.heads(state, asked[start : start + HEADS_MAX])
            candidates = (head for head in heads if not head.is_draft and (goes_on or head.internal_date >= self._since))
            wanted = [head for head in candidates if self._wanted(head)]
            known = self._store.known_mails({_pair(head) for head in wanted})
            unknown += [head.uid for head in wanted if _pair(head) not in known]
        return tuple(unknown)

    def _refuse(self, folder: OtherFolder, refusal: MailboxRefused) -> None:
        """Reported once: a folder without the right to read it stays so."""
        if folder.name not in self._refused:
            log.warning("a folder of the mailbox cannot be looked into, so that mail in it is not seen: %s", refusal)
        self._refused.add(folder.name)

    def _forget(self, names: set[str]) -> None:
        """Folders that have gone: under the same name another one may come."""
        self._marks = {name: mark for name, mark in self._marks.items() if name in names}
        self._refused &= names

    def _remember(self) -> None:
        marks = {name: [mark.uid_validity, mark.uid_next] for name, mark in sorted(self._marks.items())}
        fact = {"marks": marks, "refused": sorted(self._refused), "after": self._after}
        if fact != self._known and not self._rehearsal:
            self._store.learn(FACT, fact, self._clock())
            self._known = fact


def _pair(head: Head) -> tuple[str, int]:
    return head.message_id, head.size_bytes


def take_in_elsewhere(intake: Intake, around: LookAround, report: PassReport, watching: Watching) -> str:
    """Folder by folder. Returns the last problem in one sentence, or an empty string: one folder does not hold up the others."""
    problem = ""
    for news in around.news():
        part = PassReport(seen=len(news.state.uids))
        try:
            take_in(intake, news.mails, part, watching)
        except (MailboxUnreachable, MailboxRefused) as error:
            log.warning("a folder of the mailbox: %s", error)
            problem = f"mails in another folder than the inbox could not be fetched: {error}"
            part.seen = sum(part.outcomes.values()) + part.retrying
        problem = account(intake, news.state, part) or problem
        recorded = intake.store.recorded(news.state.name, news.state.uid_validity, news.state.uids)
        around.done(news, [uid for uid in news.state.uids if uid not in recorded])
        report.add(part)
        if watching.should_stop():
            break
    return problem or around.problem
