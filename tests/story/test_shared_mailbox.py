# SPDX-FileCopyrightText: 2026 The maildesk authors
# SPDX-License-Identifier: EUPL-1.2
"""A desk whose colleagues work in the shared mailbox with their mail programs, as they always did."""

from __future__ import annotations

from email import message_from_bytes

from tests.rig.builders import a_mail
from tests.rig.days import case_number
from tests.rig.desk import ADDRESS, TestDesk, wait_until

COUNTS = ("new_cases", "follow_ups", "staff", "reports", "set_aside", "already_known", "quarantined")


def from_eva(number: int = 1, **fields: str) -> bytes:
    return a_mail(sender="eva@example.org", to=ADDRESS, message_id=f"m{number}@example.org", **fields)


def answer_to(mail: bytes, **fields: str) -> bytes:
    parent = message_from_bytes(mail)["Message-ID"]
    named = {"in_reply_to": parent, "references": parent, "subject": "AW: Frage zum Fahrplan", **fields}
    return a_mail("Um acht.\n", sender=f"Kundendialog <{ADDRESS}>", to="eva@example.org", message_id="a1@example.com", **named)


def counted(desk: TestDesk) -> dict[str, int]:
    counts = desk.maildesk("poll", "--json").json
    assert counts["fetched"] == sum(counts[name] for name in COUNTS)
    return {name: counts[name] for name in COUNTS if counts[name]}


def test_a_colleague_reads_moves_and_answers_and_the_case_knows(desk: TestDesk) -> None:
    desk.write(from_eva())
    with desk.dovecot.client(desk.user) as client:
        client.create_folder("Frau Müller & Team/Erledigt")
        client.select_folder("INBOX")
        client.add_flags(client.search(), [rb"\Seen"])
        client.move(client.search(), "Frau Müller & Team/Erledigt")

        assert counted(desk) == {"new_cases": 1}
        assert counted(desk) == {"already_known": 1}, "the copy of the acknowledgement"
        client.append("Sent", answer_to(from_eva()))
        assert counted(desk) == {"staff": 1}
        assert counted(desk) == {}

    case = desk.maildesk("show", case_number(1), "--json").json
    assert case["status"] == "answered"
    assert case["answered_at"] is not None
    assert [(each["direction"], each["role"]) for each in case["messages"]] == [("in", "citizen"), ("out", "desk"), ("out", "staff")]
    assert [letter.recipients[0] for letter in desk.post.accepted] == ["eva@example.org"], "the acknowledgement and nothing else"
    assert desk.count("Frau Müller & Team/Erledigt") == 1
    assert desk.count("Sent") == 2
    assert desk.status()["healthy"] is True

    desk.write(from_eva(2, subject="AW: Frage zum Fahrplan", in_reply_to="<a1@example.com>"))
    assert counted(desk) == {"follow_ups": 1}
    again = desk.maildesk("show", case_number(1), "--json").json
    assert (again["status"], again["answered_at"]) == ("open", case["answered_at"])


def test_the_daemon_sees_an_answer_without_being_asked(desk: TestDesk) -> None:
    config = desk.config.read_text()
    desk.config.write_text(config.replace("[imap]", "[imap]\npoll_seconds = 5"))
    desk.write(from_eva())
    with desk.daemon(), desk.dovecot.client(desk.user) as client:
        wait_until(lambda: desk.count("Archive") == 1)
        client.append("Sent", answer_to(from_eva()))
        wait_until(lambda: desk.maildesk("cases", "--status", "answered", "--json").json != [])


def test_check_names_the_folders_and_a_dry_run_tells_of_their_mails(desk: TestDesk) -> None:
    with desk.dovecot.client(desk.user) as client:
        for name in ("Erledigt", "Trash"):
            client.create_folder(name)
            client.append(name, from_eva())

    told = desk.maildesk("check").out
    rehearsed = desk.maildesk("poll", "--dry-run", "--json").json

    assert "mail that colleagues moved or sent is looked for in: Erledigt" in told
    assert (rehearsed["folder"], rehearsed["outcome"]) == ("Erledigt", "new_case"), "one line, for the one mail"
    assert "in Erledigt" in desk.maildesk("poll", "--dry-run").out
