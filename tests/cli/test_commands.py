# SPDX-FileCopyrightText: 2026 The maildesk authors
# SPDX-License-Identifier: EUPL-1.2
"""The commands as an admin types them, without servers: what they print, where, and with which exit code."""

from __future__ import annotations

import json
import os
import signal
import sqlite3
import time
from contextlib import closing
from pathlib import Path

import pytest

from tests.rig.builders import a_mail
from tests.rig.command import SMALL_CONFIG, environment, maildesk, small_desk, start


@pytest.fixture
def config(tmp_path: Path) -> Path:
    return small_desk(tmp_path)


def mails(folder: Path, count: int) -> Path:
    folder.mkdir(exist_ok=True)
    for number in range(count):
        octets = a_mail(f"Anliegen {number}\n", message_id=f"m{number}@example.org", sender=f"c{number}@example.org")
        (folder / f"{number:04d}.eml").write_bytes(octets)
    return folder


COUNTS = ("new_cases", "follow_ups", "staff", "reports", "set_aside", "already_known", "quarantined")


def test_an_import_counts_every_mail_and_a_second_one_adds_nothing(tmp_path: Path, config: Path) -> None:
    folder = mails(tmp_path / "mails", 5)
    (folder / "robot.eml").write_bytes(a_mail(message_id="r@example.org", auto_submitted="auto-replied"))
    (folder / "notes.txt").write_text("no mail")

    first = maildesk("import", "--config", config, "--json", folder, forked=False)
    second = maildesk("import", "--config", config, "--json", folder)

    assert (first.code, second.code) == (0, 0)
    assert first.json["read"] == 6 == sum(first.json[name] for name in COUNTS)
    assert (first.json["new_cases"], first.json["set_aside"]) == (5, 1)
    assert (second.json["read"], second.json["already_known"]) == (6, 6)
    assert "notes.txt: the file is no mail" in first.err
    assert maildesk("outbox", "--config", config, "--json").json == [], "no letter goes to anyone"


def test_an_import_that_is_killed_in_the_middle_ends_the_same_when_started_again(tmp_path: Path, config: Path) -> None:
    folder = mails(tmp_path / "mails", 150)
    with start("import", "--config", config, folder) as process:
        deadline = time.monotonic() + 300
        while _cases_in(tmp_path / "maildesk.db") < 20 and time.monotonic() < deadline:
            time.sleep(0.02)
        process.send_signal(signal.SIGKILL)
        process.communicate()
    killed_at = _cases_in(tmp_path / "maildesk.db")

    again = maildesk("import", "--config", config, "--json", folder)

    assert 20 <= killed_at < 150, "it was killed in the middle"
    assert again.json["already_known"] == killed_at
    assert again.json["new_cases"] == 150 - killed_at
    listed = maildesk("cases", "--config", config, "--json").json
    assert [case["message_ids"] for case in listed] == [[f"m{number}@example.org"] for number in range(150)]


def _cases_in(database: Path) -> int:
    if not database.exists():
        return 0
    connection = sqlite3.connect(database)
    try:
        return int(connection.execute("SELECT count(*) FROM cases").fetchone()[0])
    except sqlite3.OperationalError:
        return 0
    finally:
        connection.close()


def test_mails_are_imported_in_the_order_in_which_they_arrived_whatever_their_order_in_the_files(tmp_path: Path, config: Path) -> None:
    days = {"1.eml": ("Mon, 23 Nov 2026 09:00:00 +0100", "second", "first"), "2.eml": ("Sun, 22 Nov 2026 09:00:00 +0100", "first", "")}
    for name, (date, message_id, parent) in days.items():
        fields = {"in_reply_to": f"<{parent}@example.org>"} if parent else {}
        (tmp_path / name).write_bytes(a_mail(f"{name}\n", date=date, message_id=f"{message_id}@example.org", **fields))

    said = maildesk("import", "--config", config, "--json", tmp_path / "1.eml", tmp_path / "2.eml")

    assert (said.json["new_cases"], said.json["follow_ups"]) == (1, 1)
    case = maildesk("show", "KD-2026-00001", "--config", config, "--json").json
    assert [message["message_id"] for message in case["messages"]] == ["first@example.org", "second@example.org"]


def test_a_case_is_listed_and_shown_with_all_that_belongs_to_it(tmp_path: Path, config: Path) -> None:
    maildesk("import", "--config", config, mails(tmp_path / "mails", 1))

    listed = maildesk("cases", "--config", config)
    shown = maildesk("show", "kd-2026-00001", "--config", config)
    whole = maildesk("show", "KD-2026-00001", "--config", config, "--json").json

    assert listed.out.splitlines()[0].split() == ["NUMBER", "STATUS", "OPENED", "DUE", "WRITER", "SUBJECT"]
    assert "KD-2026-00001  new" in listed.out
    assert "Anliegen 0" in shown.out
    assert "no letter: imported mail gets no letter" in shown.out
    assert whole["messages"][0]["from"]["address"] == "c0@example.org"
    assert [event["what"] for event in whole["events"]] == ["opened"]


def test_what_an_order_did_is_shown_in_the_words_of_the_house_and_an_old_event_in_its_own(tmp_path: Path, config: Path) -> None:
    adding = ("add", "--config", config, "--channel", "phone", "--kind", "lob", "--topic", "termin", "--text", "Danke!")
    number = maildesk(*adding).out.strip()

    def history() -> list[str]:
        events = maildesk("show", "--config", config, "--json", number).json["events"]
        return [event["detail"] for event in events if event["what"] == "order"]

    assert history() == ["Art: Lob", "Thema: Termine, Wartezeit"]
    with closing(sqlite3.connect(tmp_path / "maildesk.db")) as connection, connection:
        old = "UPDATE event SET detail = 'Art: Dank', data = '{}' WHERE json_extract(data, '$.order') = 'kind'"
        assert connection.execute(old).rowcount == 1
    (tmp_path / "templates").mkdir()
    (tmp_path / "templates" / "said.de.toml").write_text("[list]\nvalue = '{{ label }} ({{ of }})'\n", encoding="utf-8")
    assert history() == ["Art: Dank", "Termine, Wartezeit (Thema)"]
    (tmp_path / "templates" / "said.de.toml").write_text("[list]\nvalue = '{{ wrong }}'\n", encoding="utf-8")
    assert history() == ["Art: Dank", "list.value"]
    assert "Termin" not in maildesk("show", "--config", config, number).out


def test_what_is_not_there_is_said_with_exit_code_1(config: Path) -> None:
    missing = maildesk("show", "KD-2026-00099", "--config", config)

    assert missing.code == 1
    assert "there is no case KD-2026-00099" in missing.err
    assert maildesk("outbox", "--retry", "7", "--config", config).code == 1
    assert maildesk("outbox", "--retry", "all", "--config", config).code == 1
    assert maildesk("aside", "--make-case", "7", "--config", config).code == 1


def test_a_case_is_shown_by_the_last_digits_of_its_number(tmp_path: Path, config: Path) -> None:
    maildesk("import", "--config", config, mails(tmp_path / "mails", 2))

    assert maildesk("show", "2", "--config", config, "--json").json["number"] == "KD-2026-00002"
    assert "there is no case 10" in maildesk("show", "10", "--config", config).err


def test_a_file_that_only_is_called_a_mail_makes_no_case_unless_it_is_forced(tmp_path: Path, config: Path) -> None:
    for name in ("picture.eml", "notes"):
        (tmp_path / name).write_bytes(b"\x89PNG\r\n" if name == "picture.eml" else b"Titel: Einkauf\n\nMilch\n")

    refused = maildesk("import", "--config", config, "--json", tmp_path / "picture.eml", tmp_path / "notes")
    looked_at = maildesk("inspect", tmp_path / "picture.eml")
    forced = maildesk("import", "--config", config, "--json", "--force", tmp_path / "picture.eml")

    assert (refused.code, refused.json["read"]) == (65, 0)
    assert "picture.eml: the file is no mail: no field such as From or Subject is in it; --force takes it all the same" in refused.err
    assert looked_at.code == 65
    assert forced.json["new_cases"] == 1


def test_an_option_with_a_value_that_cannot_be_is_wrong_use(config: Path) -> None:
    wrong = maildesk("cases", "--status", "lost", "--config", config)

    assert wrong.code == 2
    assert "new, open, consulting" in wrong.err
    unknown = maildesk("cases", "--kind", "quatsch", "--config", config)
    assert (unknown.code, "--kind quatsch: is one of" in unknown.err) == (2, True)
    for value in ("every", "-7", "1" * 30):
        wrong = maildesk("outbox", "--retry", value, "--config", config)
        assert (wrong.code, "is the ID of a letter" in wrong.err) == (2, True)
    assert maildesk("nonsense").code == 2
    assert maildesk("cases", "--nonsense", "--config", config).code == 2


def test_inspect_needs_no_configuration_and_gives_an_object_for_every_mail(tmp_path: Path) -> None:
    folder = mails(tmp_path / "mails", 3)
    (folder / "empty.eml").write_bytes(b"")

    said = maildesk("inspect", "--json", folder, cwd=tmp_path)

    objects = [json.loads(line) for line in said.out.splitlines()]
    assert said.code == 0
    assert [Path(each["file"]).name for each in objects] == ["0000.eml", "0001.eml", "0002.eml", "empty.eml"]
    assert objects[0]["acknowledge"] is True
    assert objects[0]["automatic"] is None
    assert not (tmp_path / "maildesk.db").exists()


def test_inspect_tells_what_is_no_mail_and_fails_only_if_there_was_none(tmp_path: Path) -> None:
    (tmp_path / "notes.txt").write_text("no mail")

    alone = maildesk("inspect", "--json", tmp_path / "notes.txt", tmp_path / "gone.eml")

    assert alone.code == 65
    assert "the file is no mail" in alone.err
    assert "there is no such file" in alone.err


def test_what_a_mail_says_cannot_command_the_terminal(tmp_path: Path, config: Path) -> None:
    evil = a_mail("Rot: \x1b[31m\x1b]0;pwned\x07\n", subject="=?utf-8?q?=1B[2J_weg?=", sender='"\x1b[5mEva" <eva@example.org>')
    (tmp_path / "evil.eml").write_bytes(evil)
    maildesk("import", "--config", config, tmp_path / "evil.eml")

    shown = (
        maildesk("show", "KD-2026-00001", "--config", config),
        maildesk("cases", "--config", config),
        maildesk("inspect", tmp_path / "evil.eml"),
    )

    assert not any("\x1b" in said.out or "\x07" in said.out for said in shown)


def test_wrong_configuration_is_told_whole_with_exit_code_78(tmp_path: Path) -> None:
    file = tmp_path / "maildesk.toml"
    file.write_text(SMALL_CONFIG.format(port=1).replace("desk@example.com", "desk") + "[imapp]\n")

    said = maildesk("cases", "--config", file)

    assert said.code == 78
    assert "desk.address = 'desk'" in said.err
    assert "imapp: unknown key" in said.err
    assert maildesk("cases", "--config", tmp_path / "none.toml").code == 78


@pytest.mark.parametrize("command", ["poll", "check", "run"])
def test_a_missing_password_stops_the_commands_that_log_in(tmp_path: Path, config: Path, command: str) -> None:
    said = maildesk(command, "--config", config)

    assert said.code == 78
    assert "MAILDESK_IMAP_PASSWORD" in said.err


@pytest.mark.parametrize("command", ["poll", "check"])
def test_a_server_that_is_away_is_one_clear_line_and_exit_code_69(config: Path, command: str) -> None:
    said = maildesk(command, "--config", config, MAILDESK_IMAP_PASSWORD="x")

    assert said.code == 69
    assert "Traceback" not in said.err
    assert "mail server" in said.err + said.out


@pytest.mark.parametrize("command", ["cases", "status", "import", "poll"])
def test_a_database_of_a_newer_maildesk_stops_every_command(tmp_path: Path, config: Path, command: str) -> None:
    maildesk("cases", "--config", config)
    connection = sqlite3.connect(tmp_path / "maildesk.db")
    connection.execute("UPDATE alembic_version SET version_num = '9999'")
    connection.commit()
    connection.close()
    extra = [mails(tmp_path / "mails", 1)] if command == "import" else []

    said = maildesk(command, "--config", config, *extra, MAILDESK_IMAP_PASSWORD="x")

    assert said.code == 73
    assert "newer maildesk" in said.err


def test_a_region_without_a_calendar_is_refused_with_the_right_ones(config: Path) -> None:
    config.write_text(config.read_text().replace("[imap]", 'holidays = "DE-XX"\n[imap]'))

    said = maildesk("check", "--config", config, MAILDESK_IMAP_PASSWORD="x")

    assert said.code == 78
    assert said.out == ""
    assert "desk.holidays = 'DE-XX': there is no such calendar: it is one of DE, DE-BB, DE-BE" in said.err


def test_init_writes_a_configuration_and_never_overwrites_it(tmp_path: Path) -> None:
    first = maildesk("init", tmp_path / "desk", "--templates", "--categories")
    file = tmp_path / "desk" / "maildesk.toml"
    file.write_text(file.read_text().replace("Musterstadt", "Anderswo"))
    second = maildesk("init", tmp_path / "desk", "--templates", "--categories")

    assert (first.code, second.code) == (0, 0)
    assert "What to do next" in first.out
    assert "kept" in second.out
    assert "Anderswo" in file.read_text()
    assert (tmp_path / "desk" / "templates" / "acknowledgement.de.txt").exists()
    assert "kritik" in (tmp_path / "desk" / "categories.toml").read_text(encoding="utf-8")
    assert (tmp_path / "desk" / "secrets").stat().st_mode & 0o777 == 0o700
    assert file.stat().st_mode & 0o777 == 0o644, "the service's own user reads it"
    assert maildesk("cases", "--config", file).code == 0, "what init writes is a valid configuration"


def test_init_in_a_place_that_cannot_be_written_says_so(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("")

    said = maildesk("init", tmp_path / "file" / "desk")

    assert said.code == 73
    assert "Traceback" not in said.err


def test_status_is_unhealthy_before_the_first_pass(config: Path) -> None:
    said = maildesk("status", "--config", config, "--json")

    assert said.code == 1
    assert said.json["healthy"] is False
    assert said.json["running"] is False
    assert said.json["schema"] == "0007"


def test_a_closed_pipe_is_no_error(tmp_path: Path, config: Path) -> None:
    maildesk("import", "--config", config, mails(tmp_path / "mails", 30))

    code = os.system(f"cd {tmp_path} && {' '.join(f'{k}={v}' for k, v in environment().items() if k == 'PYTHONPATH')} "
                     f"{os.sys.executable} -m maildesk cases --config {config} 2>err.txt | head -1 >/dev/null")  # type: ignore[attr-defined]  # fmt: skip

    assert code == 0
    assert (tmp_path / "err.txt").read_text() == ""


def test_shell_completion_can_be_had(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("_TYPER_COMPLETE_TEST_DISABLE_SHELL_DETECTION", "1")  # there may be no shell above us
    said = maildesk("--show-completion", "bash", forked=False)

    assert "complete" in said.out


def test_files_that_commands_make_are_for_their_owner_alone(tmp_path: Path, config: Path) -> None:
    maildesk("import", "--config", config, mails(tmp_path / "mails", 1))

    modes = {
        path.name: oct(path.stat().st_mode & 0o777) for path in tmp_path.iterdir() if path.name.startswith(("maildesk.db", "message-id"))
    }

    assert set(modes.values()) == {"0o600"}, modes
