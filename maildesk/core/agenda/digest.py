# SPDX-FileCopyrightText: 2026 The maildesk authors
# SPDX-License-Identifier: EUPL-1.2
"""The digest: what colleagues find in their mail on the morning of each working day. Pure.

A case is listed in one section only, the first that fits, so that the figures add up. No line names a colleague, and no figure is a
person's.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from datetime import date, datetime
from enum import StrEnum

from maildesk.core.agenda.agenda import Agenda, AsideMail, OpenCase
from maildesk.core.case.case import Status
from maildesk.core.letters.envelope import desk_letter
from maildesk.core.letters.letter import DIGEST, Letter
from maildesk.core.letters.order_links import aside_url, entry_links, link_to, order_url
from maildesk.core.letters.relay import title_of
from maildesk.core.mail.classify import Automatic
from maildesk.core.office.policy import DIGEST_LATEST, Policy, Staff
from maildesk.core.orders.words import OrderName
from maildesk.core.text.said import Context, Row, Said, Value, day_with_weekday, say

WORD = "DIGEST"  # in place of a case number in the Message-ID
LINES_MAX = 60  # of cases; a longer list is not read, and some mail programs cut a page of more than about 100 kB
LINES_EACH = 8  # each section has so many before any has more: what is new must show although much is overdue
HELD_MAX = 20
ASIDE_MAX = 30
ASIDE_KINDS: Mapping[str, str] = {
    Automatic.OWN: "aside.own",
    Automatic.BOUNCE: "aside.bounce",
    Automatic.DELAY: "aside.delay",
    Automatic.RECEIPT: "aside.receipt",
    Automatic.AUTO_REPLY: "aside.auto_reply",
    Automatic.CALENDAR: "aside.calendar",
    Automatic.LIST: "aside.list",
    Automatic.BULK: "aside.bulk",
}
READERS = frozenset({"all", "assigned", "digest"})


class Section(StrEnum):
    """The section in which a case is listed, in the order in which they are shown; the value is the name of its lines in the template."""

    OVERDUE = "ueberfaellig"
    TODAY = "heute"
    STATEMENT = "stellungnahme"
    NEW = "neu"
    OPEN = "offen"
    WAITING = "wartet"
    ANSWERED = "beantwortet"  # only counted


SHOWN = tuple(section for section in Section if section is not Section.ANSWERED)
_BY_STATUS = {Status.NEW: Section.NEW, Status.WAITING: Section.WAITING, Status.ANSWERED: Section.ANSWERED}
_IN_SUBJECT = {Section.OVERDUE: "digest.overdue", Section.TODAY: "digest.today", Section.NEW: "digest.new"}


def is_due(policy: Policy, now: datetime, last_day: str) -> bool:
    """Whether the digest of the day is to be written. `last_day` is the day (ISO 8601) of the last one that was, or empty.

    The clock on the wall counts, so that it comes at the same hour in summer and in winter; of days that were missed none is made up for.
    """
    here, plan = policy.calendar.local(now), policy.digest
    in_time = plan.at <= here.time() < DIGEST_LATEST and policy.calendar.is_working_day(here.date())
    return plan.enabled and in_time and last_day != here.date().isoformat()


def section_of(case: OpenCase, today: date) -> Section:
    """The first section that fits. An answered case is late no more, but a statement that is waited for keeps it in sight."""
    answered = case.status is Status.ANSWERED
    if case.due_on and case.due_on <= today and not answered:
        return Section.OVERDUE if case.due_on < today else Section.TODAY
    if case.statement_due_on or case.status is Status.CONSULTING:
        return Section.STATEMENT
    return _BY_STATUS.get(case.status, Section.OPEN)


def in_sections(cases: Iterable[OpenCase], today: date) -> dict[Section, tuple[OpenCase, ...]]:
    """All sections, each sorted: what must be read at once first (R6), then by the day on which something is due."""
    found: dict[Section, list[OpenCase]] = {section: [] for section in Section}
    for case in cases:
        found[section_of(case, today)].append(case)
    return {section: tuple(sorted(some, key=lambda case: _rank(section, case))) for section, some in found.items()}


def _rank(section: Section, case: OpenCase) -> tuple[bool, date, str]:
    due = case.statement_due_on if section is Section.STATEMENT else case.due_on
    return case.urgency != "sofort", due or date.max, case.number


def shares(counts: Sequence[int]) -> tuple[int, ...]:
    """How many lines each section has: a few each, and what is left of `LINES_MAX` in their order.

    >>> shares([100, 3, 20])
    (49, 3, 8)
    """
    given = [min(count, LINES_EACH) for count in counts]
    for at, count in enumerate(counts):
        given[at] += min(count - given[at], LINES_MAX - sum(given))
    return tuple(given)


def digest_letters(policy: Policy, agenda: Agenda, now: datetime) -> tuple[Letter, ...]:
    """One letter for each colleague who gets the digest; none if there is nothing to do and the office wants none then.

    Their ids come from day and recipient: the same day's digest is the same letter.
    """
    if agenda.is_empty and policy.digest.when_empty == "none":
        return ()
    today = policy.calendar.local(now).date()
    sections = in_sections(agenda.cases, today)
    readers = [person for person in policy.staff if person.receives in READERS]
    return tuple(_letter(policy, agenda, sections, reader, now) for reader in readers)


Sections = Mapping[Section, Sequence[OpenCase]]


def _letter(policy: Policy, agenda: Agenda, sections: Sections, reader: Staff, now: datetime) -> Letter:
    today = policy.calendar.local(now).date()
    context: Context = {
        "datum": day_with_weekday(today, short=True),
        "kurz": summary(agenda, sections),
        "leer": agenda.is_empty,
        **_rows(policy, sections, reader, now),
        **{f"{section}_anzahl": len(sections[section]) for section in Section},
        "angehalten": [{"nr": number, "zeigen": _show(policy, number, reader, now)} for number in agenda.held[:HELD_MAX]],
        "angehalten_anzahl": len(agenda.held),
        "beiseite": [_aside(policy, mail, reader, now) for mail in agenda.aside[:ASIDE_MAX]],
        "beiseite_anzahl": len(agenda.aside),
        "beiseite_arten": [say("aside.count", kind=say(ASIDE_KINDS[kind]), count=count) for kind, count in _kinds(agenda.aside)],
        "eintragen": entry_links(policy, reader.address, now),
    }
    return desk_letter(policy, WORD, DIGEST, today.isoformat(), reader.address, context, now)


def summary(agenda: Agenda, sections: Sections) -> Said:
    """The figures for the subject: "1 überfällig, 2 heute fällig, 3 neu"."""
    if agenda.is_empty:
        return say("digest.nothing_to_do")
    figures = [say(key, count=len(sections[section])) for section, key in _IN_SUBJECT.items() if sections[section]]
    return say("digest.figures", of=figures) if figures else say("digest.nothing_due")


def _rows(policy: Policy, sections: Sections, reader: Staff, now: datetime) -> Context:
    numbers = shares([len(sections[section]) for section in SHOWN])
    return {
        section.value: [_row(policy, case, reader, now) for case in sections[section][:number]]
        for section, number in zip(SHOWN, numbers, strict=True)
    }


def _row(policy: Policy, case: OpenCase, reader: Staff, now: datetime) -> Row:
    """One case, its columns in the order in which the template reads them."""
    today = policy.calendar.local(now).date()
    return {
        "nr": case.number,
        "titel": title_of(case.title, "") if case.title else say("title.no_title"),
        "art": _kind(policy, case),
        "alter": _age(policy, case, today),
        "tage": days_of(case, today),
        "zeigen": _show(policy, case.number, reader, now),
        "erledigt": order_url(policy, case.number, link_to(OrderName.CLOSE).order, reader.address, now),
    }


def _aside(policy: Policy, mail: AsideMail, reader: Staff, now: datetime) -> Row:
    """One mail that was set aside: nothing is judged here, who wrote and about what is enough to see whether it is a person's."""
    return {
        "art": say(ASIDE_KINDS[mail.kind]),
        "von": mail.writer or mail.address,
        "adresse": mail.address,
        "betreff": title_of("", mail.subject),
        "anlegen": aside_url(policy, mail.digest, reader.address, now),
    }


def _kinds(mails: Iterable[AsideMail]) -> list[tuple[str, int]]:
    """How many there are of each kind, the most first."""
    return Counter(mail.kind for mail in mails).most_common()


def _show(policy: Policy, number: str, reader: Staff, now: datetime) -> str:
    return order_url(policy, number, link_to(OrderName.SHOW).order, reader.address, now)


def _kind(policy: Policy, case: OpenCase) -> Value:
    label = policy.categories.label("kind", case.kind) if case.kind else say("case.no_kind")
    kind = label if case.kind_confirmed or not case.kind else say("case.proposed", kind=label)
    urgency = policy.categories.label("urgency", case.urgency)
    return kind if case.urgency == "normal" else say("case.kind_and_urgency", kind=kind, urgency=urgency)


def _age(policy: Policy, case: OpenCase, today: date) -> Said:
    days = (today - policy.calendar.local(case.opened_at).date()).days
    age = say("since.today") if days < 1 else _since(days)
    if case.status is not Status.WAITING or case.waiting_since is None:
        return age
    return say("digest.waits", age=age, since=_since((today - policy.calendar.local(case.waiting_since).date()).days))


def _since(days: int) -> Said:
    return say("since.from_today") if days < 1 else say("since.yesterday") if days == 1 else say("since.days", days=days)


def days_of(case: OpenCase, today: date) -> Said | None:
    """The days of a line: by when an answer is promised, by when a statement is expected, and whether that day has passed."""
    days = [say("digest.due", day=case.due_on)] if case.due_on else []
    if case.statement_due_on:
        late = case.statement_due_on < today
        days.append(say("digest.statement_late" if late else "digest.statement_due", day=case.statement_due_on))
    return say("digest.days", of=days) if days else None
