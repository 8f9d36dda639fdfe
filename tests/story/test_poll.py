# SPDX-FileCopyrightText: 2026 The maildesk authors
# SPDX-License-Identifier: EUPL-1.2
"""`maildesk poll` on a real mailbox: cases, letters, proof, and what happens when something is away."""

from __future__ import annotations

import json
import re
import time
from datetime import UTC, datetime
from pathlib import Path

from maildesk.core.letters.keyed_ids import parse_keyed_id
from tests.rig.builders import a_mail
from tests.rig.command import start
from tests.rig.days import case_number
from tests.rig.desk import ADDRESS, TestDesk, a_desk
from tests.rig.dovecot import Dovecot, free_port
from tests.rig.post_office import PostOffice

COUNTS = ("new_cases", "follow_ups", "staff", "reports", "set_aside", "already_known", "quarantined")


def to_desk(number: int = 1, **fields: str) -> bytes:
    values = {"sender": f"c{number}@example.org", "to": ADDRESS, "message_id": f"m{number}@example.org", **fields}
    return a_mail(f"Mein Anliegen {number} ist GEHEIM.\n", **values)  # type: ignore[arg-type]


def test_a_citizen_writes_gets_an_acknowledgement_answers_it_and_stays_in_one_case(desk: TestDesk, eva: str) -> None:
    desk.write(to_desk(sender="Eva GEHEIM <eva@example.org>", subject="GEHEIM Kdnr 123"))

    first = desk.maildesk("poll", "--json", forked=False)

    assert first.code == 0, first.err
    assert first.json["fetched"] == 1 == sum(first.json[name] for name in COUNTS)
    assert (first.json["letters_sent"], first.json["letters_waiting"]) == (1, 0)
    letter = desk.post.accepted[0]
    assert letter.envelope_sender == ""
    assert letter.recipients == ("eva@example.org", ADDRESS), "the proof copy goes in the same transaction"
    mail = letter.mail
    assert (mail["Auto-Submitted"], mail["X-Auto-Response-Suppress"]) == ("auto-replied", "All")
    assert mail["In-Reply-To"] == "<m1@example.org>"
    assert "GEHEIM" not in letter.octets.decode()
    keyed = parse_keyed_id(mail["Message-ID"].strip("<>"))
    assert keyed is not None
    assert keyed.case_number == case_number(1)
    text = mail.get_payload(0).get_payload(decode=True).decode()  # type: ignore[union-attr]
    for must in (case_number(1), "ersetzt keinen Widerspruch", "automatisch erstellt", "0611 123456", "spätestens am"):
        assert must in text

    answer = a_mail(
        "Noch etwas.\n", sender="eva@example.org", to=ADDRESS, subject="AW: x", message_id="a1@example.org", in_reply_to=mail["Message-ID"]
    )
    desk.write(answer)
    second = desk.maildesk("poll", "--json")

    assert (second.json["follow_ups"], second.json["already_known"]) == (1, 1), "the answer, and the proof copy"
    assert [each["number"] for each in desk.maildesk("cases", "--json").json] == [case_number(1)]
    case = desk.maildesk("show", case_number(1), "--json").json
    assert [each["direction"] for each in case["messages"]] == ["in", "out", "in", "out"]
    assert case["letters"][0]["proven_at"] is not None
    assert case["acknowledged_at"] is not None
    assert desk.count("Sent") == 1
    assert desk.count("INBOX") == 1, "the copy of the second letter waits for the next pass"
    assert desk.status()["healthy"] is True


def test_a_hundred_and_fifty_waiting_mails_are_taken_in_by_one_poll_with_one_acknowledgement_for_each_person(
    dovecot: Dovecot, user: str, tmp_path: Path
) -> None:
    marks: tuple[dict[str, str], ...] = ({"auto_submitted": "auto-replied"}, {"list_id": "<x.example.net>"}, {"precedence": "bulk"})
    for number in range(150):
        dovecot.deliver(user, to_desk(number, **(marks[number // 10 % 3] if number % 10 == 0 else {})))
    with PostOffice(dovecot, {}) as post:
        desk = a_desk(tmp_path / "desk", dovecot, post, user)

        counts = desk.maildesk("poll", "--json").json

        assert counts["fetched"] == 150 == sum(counts[name] for name in COUNTS)
        assert (counts["new_cases"], counts["set_aside"]) == (145, 5)
        assert desk.count("INBOX") == 0
        persons = sorted(f"c{number}@example.org" for number in range(150) if number % 10)
        assert sorted(letter.recipients[0] for letter in post.accepted) == persons
        assert counts["letters_sent"] == 135


def test_a_mail_of_a_hundred_megabytes_becomes_a_case_in_little_memory(dovecot: Dovecot, user: str, tmp_path: Path) -> None:
    line = b"QUJDREVGR0hJSktMTU5PUFFSU1RVVldYWVphYmNkZWZnaGlqa2xtbm9wcXJzdHV2d3h5ejAxMjM0NTY3\r\n"
    octets = to_desk(1, content_type="application/octet-stream").replace(b"\r\n\r\n", b"\r\nContent-Transfer-Encoding: base64\r\n\r\n", 1)
    with dovecot.client(user) as client:
        client.append("INBOX", octets + line * (100 * 1024 * 1024 // len(line)))
    dovecot.deliver(user, to_desk(2))
    with PostOffice(dovecot, {}) as post:
        desk = a_desk(tmp_path / "desk", dovecot, post, user)

        peak, counts = _poll_and_measure(desk)

        assert (counts["new_cases"], counts["letters_sent"]) == (2, 2)
        assert desk.maildesk("show", case_number(1), "--json").json["messages"][0]["size"] > 100 * 1024 * 1024 * 0.99
        assert peak < 150, f"{peak} MB"


def _poll_and_measure(desk: TestDesk) -> tuple[float, dict[str, int]]:
    """Peak memory of the process in MB, and what it said."""
    process = start("poll", "--json", "--config", desk.config, forked=False)
    peak = 0.0
    while process.poll() is None:
        peak = max(peak, _peak_megabytes(process.pid))
        time.sleep(0.02)
    out, _ = process.communicate()
    assert process.returncode == 0
    assert peak > 10, "it was measured"
    return peak, json.loads(out)


def _peak_megabytes(pid: int) -> float:
    """VmHWM: unlike ru_maxrss it does not count what the parent had before the exec (proc(5))."""
    try:
        status = Path(f"/proc/{pid}/status").read_text()
    except (FileNotFoundError, ProcessLookupError):
        return 0.0
    found = re.search(r"VmHWM:\s+(\d+) kB", status)
    return int(found[1]) / 1024 if found else 0.0


def test_a_dry_run_on_a_real_mailbox_changes_nothing(desk: TestDesk) -> None:
    desk.write(to_desk(1))
    desk.write(to_desk(2, auto_submitted="auto-replied"))

    said = desk.maildesk("poll", "--dry-run")
    lines = [json.loads(line) for line in desk.maildesk("poll", "--dry-run", "--json").out.splitlines()]

    assert said.code == 0
    assert "new_case" in said.out
    assert "letter: acknowledgement" in said.out
    assert "auto-reply: Auto-Submitted: auto-replied" in said.out
    assert [each["outcome"] for each in lines] == ["new_case", "set_aside"]
    assert desk.post.accepted == []
    assert desk.count("INBOX") == 2
    assert desk.maildesk("cases", "--json").json == []


def test_letters_wait_while_the_smtp_server_is_away_and_go_out_once_when_it_is_back(dovecot: Dovecot, user: str, tmp_path: Path) -> None:
    dovecot.deliver(user, to_desk(1))
    post = PostOffice(dovecot, {ADDRESS: user})
    desk = a_desk(tmp_path / "desk", dovecot, post, user)

    away = desk.maildesk("poll", "--json")
    waiting = desk.maildesk("outbox", "--json").json
    row = str(waiting[0]["id"])
    with post:
        desk.maildesk("outbox", "--retry", row)
        back = desk.maildesk("poll", "--json")
        again = desk.maildesk("poll", "--json")

        assert (away.code, away.json["new_cases"], away.json["letters_waiting"]) == (69, 1, 1)
        assert "SMTP server cannot be reached" in away.err
        assert (waiting[0]["state"], waiting[0]["to"]) == ("queued", ["c1@example.org"])
        assert (back.code, back.json["letters_sent"], again.json["letters_sent"]) == (0, 1, 0)
        assert len(post.accepted) == 1


def test_a_server_that_refuses_an_empty_sender_is_learned_and_remembered(desk: TestDesk) -> None:
    desk.post.refuse_null_sender = True
    desk.write(to_desk(1))
    desk.write(to_desk(2))

    said = desk.maildesk("poll", "--json")

    assert said.json["letters_sent"] == 2
    assert [letter.envelope_sender for letter in desk.post.accepted] == [ADDRESS, ADDRESS]
    assert "refuses an empty envelope sender" in desk.maildesk("check").out


def test_mail_waits_in_the_inbox_while_the_imap_server_is_away(dovecot: Dovecot, user: str, tmp_path: Path) -> None:
    with PostOffice(dovecot, {}) as post:
        desk = a_desk(tmp_path / "desk", dovecot, post, user)
        config = desk.config.read_text().replace(str(dovecot.imap_port), str(free_port()))
        desk.config.write_text(config)

        said = desk.maildesk("poll", "--json")

        assert said.code == 69
        assert said.json["fetched"] == 0
        assert "Traceback" not in said.err
        assert desk.status()["healthy"] is False


def test_a_wrong_password_is_one_clear_line(desk: TestDesk) -> None:
    (desk.folder / "imap-password").write_text("s3cret-no")

    for command in ("poll", "check"):
        said = desk.maildesk(command)
        assert said.code == 69
        assert "refuses" in said.out + said.err
        assert "s3cret-no" not in said.out + said.err


def test_check_says_line_by_line_what_is_well_and_how_many_mails_wait(desk: TestDesk) -> None:
    desk.write(to_desk(1))
    with desk.dovecot.client(desk.user) as client:
        client.append("INBOX", to_desk(2), msg_time=datetime(2020, 1, 1, tzinfo=UTC))

    said, as_json = desk.maildesk("check"), desk.maildesk("check", "--json")

    assert said.code == 0, said.out + said.err
    assert all(line.startswith(("ok", "note")) for line in said.out.splitlines())
    assert "1 mails of the last 7 days: taken in with letters; 1 older ones" in said.out
    assert {"configuration", "database", "template", "imap", "folder", "waiting", "smtp"} <= {each["what"] for each in as_json.json}
    assert desk.count("INBOX") == 2


def test_a_broken_template_holds_its_letter_back_and_check_says_where(desk: TestDesk) -> None:
    (desk.folder / "templates").mkdir()
    (desk.folder / "templates" / "acknowledgement.de.txt").write_text("Betreff: x\n\n{{ gibt_es_nicht }}\n")
    desk.write(to_desk(1))

    said = desk.maildesk("poll", "--json")

    assert (said.json["new_cases"], said.json["letters_sent"], said.json["letters_waiting"]) == (1, 0, 1)
    checked = desk.maildesk("check")
    assert checked.code != 0
    assert "acknowledgement.de.txt" in checked.out
    assert "gibt_es_nicht" in desk.maildesk("outbox").out


def test_nothing_of_a_mail_gets_into_what_poll_prints(desk: TestDesk) -> None:
    desk.write(to_desk(1, sender="Geheimer Name <geheim@example.org>", subject="GEHEIM"))

    said = [desk.maildesk("poll"), desk.maildesk("poll", "--dry-run"), desk.maildesk("status"), desk.maildesk("check")]

    assert not any(word in each.out + each.err for each in said for word in ("GEHEIM", "Geheimer", "geheim@"))
