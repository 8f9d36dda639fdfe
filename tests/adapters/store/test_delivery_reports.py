# SPDX-FileCopyrightText: 2026 The maildesk authors
# SPDX-License-Identifier: EUPL-1.2
"""What a real database makes of the reports of mail servers about our letters, from the octets of the report to the letter's row."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from maildesk.core.decision.decision import Outcome
from maildesk.core.letters.refusal import Refusal
from tests.rig.builders import a_multipart, a_part
from tests.rig.intake import Intake, an_intake, answer_to, mail_of

EVA = "Eva Muster <eva@example.org>"
FIRST, SECOND = "KD-2026-00001", "KD-2026-00002"
FAILED, DELAYED = ("failed", "5.1.1"), ("delayed", "4.4.1")


@pytest.fixture
def intake(tmp_path: Path) -> Iterator[Intake]:
    with an_intake(tmp_path) as intake:
        yield intake


def our_letter(intake: Intake) -> str:
    """Eva has written; the Message-ID of the letter that she was sent."""
    intake.take(mail_of(EVA, "root"))
    (letter,) = intake.send_letters()
    return letter.message_id


def a_report(kind: tuple[str, str], original: str = "", name: str = "r1", recipient: str = "eva@example.org") -> bytes:
    """A report of RFC 3464; `original` is the Message-ID of the letter whose header comes with it."""
    action, status = kind
    fields = f"Reporting-MTA: dns; mx.example.org\n\nFinal-Recipient: rfc822; {recipient}\nAction: {action}\nStatus: {status}\n"
    parts = [a_part("Your message could not be delivered.\n"), a_part(fields, "message/delivery-status")]
    if original:
        parts.append(a_part(f"Message-ID: <{original}>\nFrom: desk@example.com\nSubject: Ihre Nachricht\n\n", "text/rfc822-headers"))
    return a_multipart(
        *parts,
        kind="report",
        parameters="; report-type=delivery-status",
        sender="Mail Delivery System <mailer-daemon@example.org>",
        to="desk@example.com",
        subject="Delivery Status Notification",
        message_id=f"{name}@mx.example.org",
    )


def the_letter(intake: Intake) -> dict[str, Any]:
    letter: dict[str, Any] = intake.case(FIRST)["letters"][0]
    return letter


def notices(intake: Intake) -> int:
    return [template for template, _ in intake.letters(FIRST)].count("returned")


def test_a_bounce_marks_the_letter_as_failed_and_staff_are_told_once(intake: Intake) -> None:
    letter = our_letter(intake)

    first = intake.take(a_report(FAILED, letter))
    second = intake.take(a_report(FAILED, letter, "r2"))

    assert [(each.outcome, each.case_number) for each in (first, second)] == [(Outcome.REPORT, FIRST)] * 2
    assert (the_letter(intake)["state"], the_letter(intake)["report"]) == ("failed", "failed")
    assert intake.sql("SELECT report_proved FROM letter WHERE template = 'acknowledgement'") == [(1,)]
    assert notices(intake) == len(intake.policy.informed) == 1
    assert intake.whole_cases() == [FIRST]
    assert intake.case(FIRST)["status"] == "new"


def test_a_bounce_stops_the_next_automatic_letter_to_this_address_and_no_other(intake: Intake) -> None:
    letter = our_letter(intake)
    intake.take(a_report(FAILED, letter))
    intake.later(days=2)

    again = intake.take(mail_of(EVA, "again"))
    follow_up = intake.take(mail_of(EVA, "answer", **answer_to("root")))
    other = intake.take(mail_of("adam@example.org", "other"))

    assert (again.refusal, again.case_number) == (Refusal.RETURNED, SECOND)
    assert follow_up.refusal is Refusal.RETURNED
    assert len(other.letters) == 1


@pytest.mark.parametrize(("days", "stopped"), [(59, True), (61, False)])
def test_after_two_months_a_letter_is_tried_again(intake: Intake, days: int, stopped: bool) -> None:
    intake.take(a_report(FAILED, our_letter(intake)))
    intake.later(days=days)

    assert (intake.take(mail_of(EVA, "again")).refusal is Refusal.RETURNED) is stopped


@pytest.mark.parametrize("status", ["5.2.2", "5.2.1", "5.7.1", "5.7.26", "5.4.1", "5.0.0", "5.3.0"])
def test_who_had_a_full_mailbox_or_a_filter_against_us_gets_a_letter_when_they_write_again(intake: Intake, status: str) -> None:
    intake.take(a_report(("failed", status), our_letter(intake)))
    assert the_letter(intake)["state"] == "failed"
    intake.later(days=1)

    assert len(intake.take(mail_of(EVA, "again")).letters) == 1


@pytest.mark.parametrize("status", ["5.1.1", "5.1.2", "5.1.10"])
def test_a_dead_address_gets_none_also_where_its_mailbox_was_full_before(intake: Intake, status: str) -> None:
    letter = our_letter(intake)
    for number, each in enumerate(("5.2.2", status)):
        intake.take(a_report(("failed", each), letter, f"r{number}"))
    intake.later(days=1)

    assert intake.take(mail_of(EVA, "again")).refusal is Refusal.RETURNED


def test_a_bounce_of_the_address_to_which_a_person_forwards_stops_no_letter(intake: Intake) -> None:
    letter = our_letter(intake)
    assert intake.take(a_report(FAILED, letter, recipient="eva@old.example.org")).outcome is Outcome.REPORT

    assert len(intake.take(mail_of(EVA, "again")).letters) == 1


def test_who_answers_a_letter_that_went_to_the_address_after_it_was_dead_gets_letters_again(intake: Intake) -> None:
    lost = our_letter(intake)
    intake.take(a_report(FAILED, lost))
    intake.later(days=1)
    assert intake.take(mail_of(EVA, "again", in_reply_to=f"<{lost}>")).refusal is Refusal.RETURNED
    values = {
        "id": "id + 100", "letter_id": "'later'", "message_id": "'later@example.com'", "state": "'sent'", "sent_message_id": "NULL",
        "report": "''", "report_proved": "0", "reported_at": "NULL", "created_at": "datetime(created_at, '+1 day')",
    }  # fmt: skip
    columns = [row[1] for row in intake.sql("PRAGMA table_info(letter)")]
    copied = ", ".join(values.get(column, column) for column in columns)
    intake.sql(f"INSERT INTO letter SELECT {copied} FROM letter WHERE template = 'acknowledgement'")  # a colleague's answer

    assert len(intake.take(mail_of(EVA, "answer", in_reply_to="<later@example.com>")).letters) == 1


def test_a_case_that_became_part_of_another_keeps_what_was_reported_of_its_letter(intake: Intake) -> None:
    letter = our_letter(intake)
    intake.take(mail_of(EVA, "two"))
    intake.sql("UPDATE cases SET merged_into_id = 2, status = 'closed', closed_at = opened_at WHERE id = 1")
    intake.take(a_report(FAILED, letter))

    assert intake.take(mail_of(EVA, "again")).refusal is Refusal.RETURNED


def test_a_delay_is_noted_told_once_and_stops_nothing(intake: Intake) -> None:
    letter = our_letter(intake)
    for name in ("r1", "r2"):
        assert intake.take(a_report(DELAYED, letter, name)).outcome is Outcome.REPORT

    assert (the_letter(intake)["state"], the_letter(intake)["report"]) == ("sent", "delayed")
    assert notices(intake) == 1
    assert len(intake.take(mail_of(EVA, "again")).letters) == 1


@pytest.mark.parametrize(("order", "told"), [((DELAYED, FAILED), 2), ((FAILED, DELAYED), 1), ((DELAYED, FAILED, DELAYED, FAILED), 2)])
def test_after_a_delay_a_failure_is_told_too_and_the_gravest_stays(intake: Intake, order: tuple[tuple[str, str], ...], told: int) -> None:
    letter = our_letter(intake)
    for number, kind in enumerate(order):
        intake.take(a_report(kind, letter, f"r{number}"))

    assert (the_letter(intake)["state"], the_letter(intake)["report"]) == ("failed", "failed")
    assert notices(intake) == told


def test_a_failure_that_names_only_the_recipient_joins_and_changes_nothing_that_counts(intake: Intake) -> None:
    our_letter(intake)

    decision = intake.take(a_report(FAILED))

    assert (decision.outcome, decision.case_number) == (Outcome.REPORT, FIRST)
    assert (the_letter(intake)["state"], the_letter(intake)["report"]) == ("sent", "failed")
    assert intake.sql("SELECT report_proved FROM letter WHERE template = 'acknowledgement'") == [(0,)]
    assert len(intake.take(mail_of(EVA, "again")).letters) == 1


def test_a_proved_failure_after_a_mere_claim_counts_and_a_claim_after_it_takes_nothing_back(intake: Intake) -> None:
    letter = our_letter(intake)
    for number, original in enumerate(("", letter, "")):
        intake.take(a_report(FAILED, original, f"r{number}"))

    assert (the_letter(intake)["state"], the_letter(intake)["report"]) == ("failed", "failed")
    assert notices(intake) == 1
    assert intake.take(mail_of(EVA, "again")).refusal is Refusal.RETURNED


@pytest.mark.parametrize(
    ("original", "recipient", "days"),
    [
        ("unknown@example.net", "somebody@example.net", 0),
        ("", "somebody@example.net", 0),
        ("", "eva@example.org", 8),
        ("KD-2026-00001.abcdefghijklmnop.aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa@example.com", "somebody@example.net", 0),
    ],
    ids=["another mail", "another recipient", "a letter of last week", "a guessed id"],
)
def test_a_bounce_of_nothing_of_ours_is_set_aside(intake: Intake, original: str, recipient: str, days: int) -> None:
    our_letter(intake)
    intake.later(days=days)

    decision = intake.take(a_report(FAILED, original, recipient=recipient))

    assert (decision.outcome, decision.letters, decision.notices) == (Outcome.SET_ASIDE, (), ())
    assert (intake.whole_cases(), the_letter(intake)["state"], the_letter(intake)["report"]) == ([FIRST], "sent", None)


def test_a_bounce_opens_no_closed_case_and_reaches_a_merged_one(intake: Intake) -> None:
    letter = our_letter(intake)
    intake.take(mail_of(EVA, "two"))
    intake.sql("UPDATE cases SET merged_into_id = 2, status = 'closed', closed_at = opened_at WHERE id = 1")
    intake.close(SECOND)

    decision = intake.take(a_report(FAILED, letter))

    assert (decision.outcome, decision.case_number) == (Outcome.REPORT, SECOND)
    assert intake.case(SECOND)["status"] == "closed"
    assert the_letter(intake)["state"] == "failed"


def test_imported_reports_are_history_and_tell_nobody(intake: Intake) -> None:
    letter = our_letter(intake)

    decision = intake.take(a_report(FAILED, letter), imported=True)

    assert (decision.outcome, decision.notices) == (Outcome.REPORT, ())
    assert the_letter(intake)["state"] == "failed"


def test_a_person_who_names_our_letter_in_a_mail_like_a_bounce_stops_nothing(intake: Intake) -> None:
    letter = our_letter(intake)

    decision = intake.take(mail_of(EVA, "words", "Undeliverable: eva@example.org\n", subject="Undelivered Mail", in_reply_to=f"<{letter}>"))

    assert decision.outcome in {Outcome.FOLLOW_UP, Outcome.REPORT}
    assert (the_letter(intake)["state"], the_letter(intake)["report"]) == ("sent", None)
