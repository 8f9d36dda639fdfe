# SPDX-FileCopyrightText: 2026 The maildesk authors
# SPDX-License-Identifier: EUPL-1.2
"""Nothing that stands in a mail, or in the name of its file, can command the terminal, break a line, a table, a log or JSON."""

from __future__ import annotations

import io
import json
import logging
import os
import re
import sys
import unicodedata
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

import pytest

from maildesk import printing
from maildesk.cli import logs
from tests.rig.builders import a_mail
from tests.rig.command import Said, small_desk
from tests.rig.hostile import MARK, TRIED, UNFIT_TO_PRINT, hostile_mail, hostile_report, hostile_robot
from tests.rig.samples import sampled
from tests.rig.terminal import printed

pytestmark = sampled

CONTROLS = re.compile("[\x00-\x1f\x7f-\x9f\u061c\u200e\u200f\u2028-\u202e\u2066-\u2069\ud800-\udfff]")
BAR = ("\r\x1b[?25l", "\x1b[?25h")  # what our own progress bar says to a terminal

# Names of files as an attacker chooses them who can make somebody save an attachment; the second part of each is what is left of it.
FILE_NAMES: dict[str, tuple[bytes, str]] = {
    "colours": (b"a\x1b[31mb.eml", "a[31mb.eml"),
    "a line of our own": (b"a\nmaildesk: forged.eml", "a maildesk: forged.eml"),
    "a carriage return": (b"a\rb.eml", "a b.eml"),
    "an eight-bit control that is no UTF-8": (b"a\x9b31mb.eml", "a\ufffd31mb.eml"),
    "an eight-bit control in UTF-8": ("a\x9b31mb.eml".encode(), "a31mb.eml"),
    "a reversed ending": ("a\u202elme.eml".encode(), "alme.eml"),
    "a line separator": ("a\u2028b.eml".encode(), "a b.eml"),
    "a tab": (b"a\tb.eml", "a b.eml"),
}
NO_MAIL = (b"x\nmaildesk: forged.txt", "x maildesk: forged.txt: the file is no mail")
ENVIRONMENTS: dict[str, dict[str, str]] = {
    "UTF-8": {"LC_ALL": "C.UTF-8"},  # here names of files that are not UTF-8 would go out as the octets that they are
    "ASCII": {"PYTHONIOENCODING": "ascii"},
    "the C locale as it was": {"LC_ALL": "C", "PYTHONUTF8": "0", "PYTHONCOERCECLOCALE": "0"},
}
Seen = dict[tuple[str, bool], Said]


@pytest.fixture(scope="module")
def mails(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("mails")
    for number, payload in enumerate(TRIED.values()):
        name = b"%d@example.org" % number
        (folder / f"{number:02}-person.eml").write_bytes(hostile_mail(payload, message_id=b"p" + name))
        (folder / f"{number:02}-report.eml").write_bytes(hostile_report(payload, message_id=b"r" + name))
        (folder / f"{number:02}-robot.eml").write_bytes(hostile_robot(payload, message_id=b"o" + name))
    return folder


@pytest.fixture(scope="module")
def inspected(mails: Path) -> Seen:
    """What `inspect` printed, by character set of the output and whether as JSON; text in UTF-8 on a terminal."""
    ways = [(name, as_json) for name in ENVIRONMENTS for as_json in (False, True)]

    def run(way: tuple[str, bool]) -> Said:
        name, as_json = way
        return printed("inspect", *(["--json"] if as_json else []), mails, terminal=way == ("UTF-8", False), **ENVIRONMENTS[name])

    with ThreadPoolExecutor(2) as pool:
        return dict(zip(ways, pool.map(run, ways), strict=True))


def objects(said: Said) -> list[dict[str, Any]]:
    return [json.loads(line) for line in said.out.removesuffix("\n").split("\n")]


@pytest.mark.parametrize("charset", ENVIRONMENTS)
def test_no_mail_commands_the_terminal_or_stops_the_command_whatever_the_terminal_can_show(inspected: Seen, charset: str) -> None:
    said = inspected[charset, False]

    assert (said.code, said.err) == (0, "")
    assert said.out.count("\nsubject      ") == 3 * len(TRIED)
    assert MARK.decode() in said.out, "the payloads were there"
    assert UNFIT_TO_PRINT.findall(said.out) == []


@pytest.mark.parametrize("charset", ENVIRONMENTS)
def test_json_has_what_a_terminal_would_obey_escaped_and_says_the_same_in_every_character_set(inspected: Seen, charset: str) -> None:
    said = inspected[charset, True]

    assert UNFIT_TO_PRINT.findall(said.out) == []
    assert objects(said) == objects(inspected["UTF-8", True])
    assert len(objects(said)) == 3 * len(TRIED)


def test_json_keeps_what_people_read(inspected: Seen) -> None:
    assert "東京" in inspected["UTF-8", True].out


def test_subjects_names_file_names_and_media_types_hold_no_controls(inspected: Seen) -> None:
    for each in objects(inspected["UTF-8", True]):
        addresses = [each["from"], *each["to"], *each["cc"], *each["reply_to"]]
        texts = [each["subject"], each["message_id"], *each["evidence"], *each["defects"]]
        texts += [text for address in addresses for text in address.values()]
        texts += [text for part in each["attachments"] for text in (part["filename"], part["content_type"])]
        assert CONTROLS.findall("".join(texts)) == [], each["file"]


def test_failed_recipients_are_addresses_whatever_a_report_calls_so(inspected: Seen, tmp_path: Path) -> None:
    wrapped = "IMCEASMTP-a+0D+0ABcc+3A+20b+1B+5B31m+40example+2Ecom@example.org, eva@example.org"
    octets = a_mail("Text\n", sender="mailer-daemon@example.org", subject="Undelivered Mail", x_failed_recipients=wrapped)
    (tmp_path / "report.eml").write_bytes(octets)

    found = [address for each in objects(inspected["UTF-8", True]) for address in each["failed_recipients"]]
    (unwrapped,) = objects(printed("inspect", "--json", tmp_path / "report.eml"))

    assert "opfer@example.org" in found
    assert [address for address in found if not re.fullmatch(r"[!-~]+@[!-~]+", address)] == []
    assert unwrapped["failed_recipients"] == ["eva@example.org"]


# --- names of files ---


@pytest.fixture(scope="module")
def named(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder in which every name is hostile, its own too."""
    folder = os.fsencode(tmp_path_factory.mktemp("named")) + b"/in\nmaildesk: \x1b[1m"
    os.mkdir(folder)  # noqa: PTH102
    for number, (name, _) in enumerate(FILE_NAMES.values()):
        Path(os.fsdecode(folder + b"/" + name)).write_bytes(a_mail(message_id=f"n{number}@example.org"))
    Path(os.fsdecode(folder + b"/" + NO_MAIL[0])).write_text("no mail")
    return Path(os.fsdecode(folder))


@pytest.mark.parametrize("name", FILE_NAMES)
@pytest.mark.parametrize("charset", ["UTF-8", "ASCII"])
def test_the_name_of_a_file_stays_on_its_line_and_commands_nothing(named: Path, named_said: Seen, name: str, charset: str) -> None:
    said = named_said[charset, False]
    shown = f"file         {named.parent}/in maildesk: [1m/{FILE_NAMES[name][1]}"

    assert (shown if charset == "UTF-8" else shown.replace("\ufffd", "\\ufffd")) in said.out.split("\n")
    assert UNFIT_TO_PRINT.findall(said.out + said.err) == []
    assert f"{NO_MAIL[1]} (EML, mbox or Maildir)" in said.err
    assert len(said.err.splitlines()) == 1


@pytest.fixture(scope="module")
def named_said(named: Path) -> Seen:
    ways = [("UTF-8", False), ("UTF-8", True), ("ASCII", False), ("ASCII", True)]
    return {(name, as_json): printed("inspect", *(["--json"] if as_json else []), named, **ENVIRONMENTS[name]) for name, as_json in ways}


@pytest.mark.parametrize("charset", ["UTF-8", "ASCII"])
def test_names_of_files_are_text_in_json(named_said: Seen, charset: str) -> None:
    said = named_said[charset, True]

    files = {os.fsencode(Path(each["file"]).name) for each in objects(said)}

    assert UNFIT_TO_PRINT.findall(said.out) == []
    assert not re.search(r"\\ud[89a-f]", said.out), "half a surrogate pair is no text, and strict readers refuse it"
    assert files == {name.decode("utf-8", "replace").encode() for name, _ in FILE_NAMES.values()}


def test_an_import_from_hostile_files_tells_of_each_on_one_line_of_the_terminal(named: Path, mails: Path, tmp_path: Path) -> None:
    said = printed("import", "--config", small_desk(tmp_path), named, mails, terminal=True)

    count = len(FILE_NAMES) + 3 * len(TRIED)
    assert said.code == 0, said.err
    assert f"{count:8}  read\n" in said.out
    told = said.err
    for sequence in BAR:
        told = told.replace(sequence, "")
    assert UNFIT_TO_PRINT.findall(said.out + told) == []
    assert MARK.decode() not in said.out + said.err
    assert [line for line in told.splitlines()[1:] if not line.startswith(str(named.parent))] == []


@pytest.mark.parametrize(
    "words", [("show", "KD\x1b[31m\n\x9b"), ("cases", "--status", "\x1b[31m\n\x9b\u202e"), ("cases", "--config", "\x1b[1m\n")]
)
def test_what_was_typed_comes_back_without_commands(words: tuple[str, ...], tmp_path: Path) -> None:
    config = () if "--config" in words else ("--config", small_desk(tmp_path))

    said = printed(*words, *config, terminal=True)

    assert said.code != 0
    assert UNFIT_TO_PRINT.findall(said.err) == []
    assert len(said.err.splitlines()) == 1


# --- the pieces ---


@pytest.mark.parametrize("about", TRIED)
def test_a_cell_cannot_break_its_table(capsys: pytest.CaptureFixture[str], about: str) -> None:
    cell = TRIED[about].decode("utf-8", "surrogateescape")

    printing.table(("A", "B"), [("before", "x"), (cell, "y"), ("after", "z")])

    printed_table = capsys.readouterr().out
    lines = printed_table.split("\n")
    assert len(lines) == 5
    assert UNFIT_TO_PRINT.findall(printed_table) == []
    assert len({_columns(line) for line in lines[:4]}) == 1, "the second column stands below its heading"


def _columns(line: str) -> int:
    """As a terminal counts them (East Asian Width of UAX 11; marks and format characters take none)."""
    return sum(
        0 if unicodedata.category(sign) in {"Mn", "Me", "Cf"} else 2 if unicodedata.east_asian_width(sign) in "WF" else 1 for sign in line
    )


@pytest.mark.parametrize("under_systemd", [False, True], ids=["on a terminal", "under systemd"])
@pytest.mark.parametrize("about", TRIED)
def test_a_record_of_the_log_is_one_line_whatever_it_holds(monkeypatch: pytest.MonkeyPatch, about: str, under_systemd: bool) -> None:
    root, ours = logging.getLogger(), logging.getLogger("maildesk")
    monkeypatch.setattr(root, "handlers", [])
    for logger in (root, ours):
        monkeypatch.setattr(logger, "level", logger.level)
    stream = io.StringIO()
    monkeypatch.setattr(sys, "stderr", stream)
    logs.set_up(daemon=True, under_systemd=under_systemd)

    ours.warning("outbox: %s", TRIED[about].decode("utf-8", "surrogateescape"))

    line, end = stream.getvalue()[:-1], stream.getvalue()[-1]
    assert end == "\n"
    assert line.startswith("<4>outbox: " if under_systemd else "maildesk: outbox: ")
    assert UNFIT_TO_PRINT.findall(line) == []
    assert "\n" not in line


def test_a_mail_from_the_end_of_the_calendar_can_be_listed() -> None:
    assert printing.moment("9999-12-31T23:59:59+00:00", ZoneInfo("Europe/Berlin")) == "31.12.9999 23:59"
    assert printing.moment("2026-11-23T08:15:00+00:00", ZoneInfo("Europe/Berlin")) == "23.11.2026 09:15"
    assert printing.moment(None, UTC) == ""
