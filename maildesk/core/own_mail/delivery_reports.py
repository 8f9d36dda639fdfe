# SPDX-FileCopyrightText: 2026 The maildesk authors
# SPDX-License-Identifier: EUPL-1.2
"""Machine mail: what belongs to a case joins it and answers nobody; what it says of a letter of ours is noted; staff are notified once."""

from __future__ import annotations

from maildesk.core.case.case import CaseEvent
from maildesk.core.decision.decision import Decision, Folder, Outcome
from maildesk.core.decision.matter import Matter, no_letter
from maildesk.core.letters.alarms import Alarm, staff_letter_alarm
from maildesk.core.letters.letter import DEAD_ADDRESS_OF, GRAVITY, INSIDE_THE_HOUSE, KnownLetter, Letter, LetterReport
from maildesk.core.letters.refusal import Refusal
from maildesk.core.letters.returned import returned_letters
from maildesk.core.mail.classify import Verdict
from maildesk.core.mail.message import address_key
from maildesk.core.threading.evidence import ThreadMatch, named_ids


def decide_machine_mail(matter: Matter) -> Decision:
    return _joined(matter, matter.thread.match) if matter.thread.match else _set_aside(matter.verdict)


def _joined(matter: Matter, match: ThreadMatch) -> Decision:
    """Machine mail that belongs to a case joins it and answers nobody. What it says of a letter of ours, staff are notified once."""
    verdict = matter.verdict
    report = _letter_report(matter)
    letter = _letter_of(matter) if report else None
    tell = report is not None and letter is not None and GRAVITY[report.action] > GRAVITY[letter.report] and not matter.arrival.imported
    events = [CaseEvent(str(verdict.automatic), f"machine mail joined: {verdict.evidence[0]}")]
    if report:
        said = f"the mail server of the recipient says so {report.status}".rstrip()
        data = {DEAD_ADDRESS_OF: report.letter_id} if report.shows_dead_address else {}
        events.append(CaseEvent(f"letter-{report.action}", said, data=data))
    notices, alarms = _told(matter, letter, report) if tell and letter and report else ((), ())
    return Decision(
        Outcome.REPORT,
        Folder.ARCHIVE,
        verdict,
        case_number=match.case_number,
        events=tuple(events),
        notices=notices,
        alarms=alarms,
        refusal=Refusal.AUTOMATIC,
        evidence=(*verdict.evidence, match.evidence, no_letter(Refusal.AUTOMATIC)),
        part=report,
    )


def _told(matter: Matter, letter: KnownLetter, report: LetterReport) -> tuple[tuple[Letter, ...], tuple[Alarm, ...]]:
    """Notices to staff that a letter came back; if it is such a notice itself, an alarm, or the full mailbox of a colleague would
    bring forth one letter after the other."""
    if letter.template in INSIDE_THE_HOUSE:
        return (), (staff_letter_alarm(letter.case_number),) if report.action == "failed" else ()
    return returned_letters(matter.policy, matter.message.digest, letter, report, matter.now), ()


def _letter_of(matter: Matter) -> KnownLetter | None:
    """The letter that a report is about: the one it names, else one that went to the recipient that it names."""
    facts = matter.known.facts
    named = (facts.letters[identifier] for identifier in named_ids(matter.message) if identifier in facts.letters)
    return next(named, None) or next(iter(facts.returned), None)


def _letter_report(matter: Matter) -> LetterReport | None:
    report, letter = matter.message.delivery_report, _letter_of(matter)
    if report is None or letter is None or not letter.case_number or not GRAVITY.get(report.action):
        return None
    proved = any(identifier in matter.known.facts.letters for identifier in named_ids(matter.message))
    failed = frozenset(map(address_key, report.failed_recipients))
    elsewhere = bool(failed) and address_key(letter.recipient) not in failed
    return LetterReport(letter.letter_id, report.action, report.reason or report.status, proved, elsewhere)


def _set_aside(verdict: Verdict) -> Decision:
    evidence = (*verdict.evidence, "set aside: machine mail that belongs to no case", no_letter(Refusal.AUTOMATIC))
    return Decision(Outcome.SET_ASIDE, Folder.ARCHIVE, verdict, refusal=Refusal.AUTOMATIC, evidence=evidence)
