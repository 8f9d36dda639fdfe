# SPDX-FileCopyrightText: 2026 The maildesk authors
# SPDX-License-Identifier: EUPL-1.2
"""The demo as a person starts it: played through, stayed in, left with Ctrl-C, twice at once, from a wheel."""

from __future__ import annotations

import imaplib
import os
import re
import signal
import smtplib
import subprocess
import sys
import time
import zipfile
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, replace
from email.message import EmailMessage
from pathlib import Path

import pytest

from maildesk.demo.checks import Played, Tally, problems, tally
from maildesk.demo.citizens import BILL, DESK, FRIEDA, IDA, PASSWORD, SCENES, Scene, mail_of
from maildesk.demo.stage import Leaving, Stage
from maildesk.demo.world import World, open_world
from tests.rig.places import ROOT
from tests.rig.samples import long

INVITATION = "What happens from now on is told here."


@dataclass
class Demo:
    """A running demo; its output goes to a file, its temporary files into a folder of its own."""

    process: subprocess.Popen[bytes]
    output: Path
    temporary: Path

    def text(self) -> str:
        return self.output.read_text(encoding="utf-8")

    def says(self, words: str, seconds: float = 300) -> bool:
        deadline = time.monotonic() + seconds
        while not (found := words in " ".join(self.text().split())) and time.monotonic() < deadline and self.process.poll() is None:
            time.sleep(0.05)
        return found

    def port(self, server: str) -> int:
        (port,) = re.findall(rf"{server}, 127\.0\.0\.1, port (\d+)", self.text())
        return int(port)

    def leave(self, number: signal.Signals = signal.SIGINT) -> int:
        """The exit code."""
        self.process.send_signal(number)
        return self.process.wait()

    def leftovers(self) -> list[str]:
        """Files, and command lines of processes that still work on them."""
        commands = [path.read_bytes().replace(b"\0", b" ").decode() for path in _alive()]
        return [*map(str, self.temporary.iterdir()), *(command for command in commands if str(self.temporary) in command)]


def _alive() -> Iterator[Path]:
    for folder in Path("/proc").iterdir():
        if folder.name.isdigit() and os.access(folder / "cmdline", os.R_OK):
            yield folder / "cmdline"


@contextmanager
def demo(folder: Path, *options: str, code: Path = ROOT) -> Iterator[Demo]:
    temporary = folder / "tmp"
    temporary.mkdir(parents=True)
    environment = {**os.environ, "TMPDIR": str(temporary), "PYTHONPATH": str(code), "PYTHONDONTWRITEBYTECODE": "1"}
    command = [sys.executable, "-m", "maildesk", "demo", *options]
    with (folder / "output").open("wb") as output:
        process = subprocess.Popen(command, cwd=folder, env=environment, stdout=output, stderr=output, stdin=subprocess.DEVNULL)
    try:
        yield Demo(process, folder / "output", temporary)
    finally:
        if process.poll() is None:
            process.terminate()
            process.wait()


# --- played through, from the wheel ---


@dataclass(frozen=True)
class PlayedThrough:
    exit_code: int
    text: str
    leftovers: list[str]

    @property
    def words(self) -> str:
        """On one line, so that nothing depends on where a line was broken."""
        return " ".join(self.text.split())


@pytest.fixture(scope="module")
def played(tmp_path_factory: pytest.TempPathFactory) -> PlayedThrough:
    """`maildesk demo --once` as it is installed from the wheel, away from the source tree."""
    folder = tmp_path_factory.mktemp("wheel")
    build = [sys.executable, "-m", "hatchling", "build", "--target", "wheel", "--directory", str(folder)]
    subprocess.run(build, cwd=ROOT, check=True, capture_output=True, timeout=100)
    with zipfile.ZipFile(next(folder.glob("*.whl"))) as wheel:
        wheel.extractall(folder / "installed")
    with demo(folder / "run", "--once", code=folder / "installed") as running:
        exit_code = running.process.wait()
    return PlayedThrough(exit_code, running.text(), running.leftovers())


def test_the_play_goes_as_told_and_leaves_nothing(played: PlayedThrough) -> None:
    assert (played.exit_code, played.leftovers) == (0, []), played.text


def test_the_play_tells_what_a_manager_wants_to_know(played: PlayedThrough) -> None:
    number = re.search(r"opened case (KD-\d{4}-00001)\. An answer is due by \d\d\.\d\d\.\d{4}", played.words)
    assert number, played.text
    assert f"Subject: Ihre Nachricht – Vorgang {number[1]}" in played.words
    assert "vielen Dank für Ihre Nachricht" in played.words
    assert "The letter repeats nothing of what was written" in played.words
    assert "“Nebenkosten für Papierkram.pdf” (1 KB) is kept with it" in played.words
    assert "the mail says so itself (Auto-Submitted: auto-replied)" in played.words
    assert "It bears the mark of a mailing list" in played.words
    assert "The count comes out even: no mail is lost" in played.words


def test_the_reply_joins_the_case_of_the_complaint(played: PlayedThrough) -> None:
    complaint, reply = (played.text.split(f"\n{number}  ")[1].split("\n\n3  ")[0] for number in (2, 6))
    (number,) = re.findall(r"opened case (KD-\d{4}-\d{5})", complaint)
    assert f"put it into case {number}" in reply


def test_the_answer_of_a_colleague_reaches_the_citizen_without_the_address_of_the_colleague(played: PlayedThrough) -> None:
    answer = played.text.split("\n9  ")[1].split("\n\nWhat the desk has now")[0]
    assert "This is in the mailbox of Ida Einfall now:" in answer
    assert "| From: Kundendialog Musterstadt <kundendialog@musterstadt.example>" in answer
    assert "This notice is in the mailbox of Amira Weber now:" in answer
    assert "weber@" not in answer


def test_the_acknowledgement_is_shown_once_and_every_text_as_it_was_written(played: PlayedThrough) -> None:
    assert played.text.count("Diese Bestätigung wurde automatisch erstellt") == 1
    for scene in SCENES:
        for line in scene.text.splitlines():
            assert line in played.text


def test_the_play_fits_eighty_columns_and_a_pipe(played: PlayedThrough) -> None:
    assert max(map(len, played.text.splitlines())) <= 80
    assert "\x1b" not in played.text


# --- stayed in, left with Ctrl-C ---


def test_two_demos_stand_side_by_side_tell_what_visitors_do_and_end_with_ctrl_c(tmp_path: Path) -> None:
    with demo(tmp_path / "one") as one, demo(tmp_path / "two") as two:
        for each in (one, two):
            assert each.says(INVITATION), each.text()
        ports = [each.port(server) for each in (one, two) for server in ("IMAP", "SMTP")]
        assert len(set(ports)) == 4
        _write_as_ida(one)
        assert one.says(f"{IDA.name} wrote: “Noch eine Idee”")
        assert one.says("lay in the mailbox of Ida Einfall: | Subject: Ihre Nachricht – Vorgang KD-" + _year(one) + "-00007")
        assert _mails_of_ida(one) == 3
        assert "Noch eine Idee" not in two.text()
        for each in (one, two):
            exit_code = each.leave()
            assert (exit_code, each.leftovers()) == (0, []), each.text()
            assert "Traceback" not in each.text()
            assert each.says("The desk is closed.")


def _year(running: Demo) -> str:
    return re.findall(r"KD-(\d{4})-00001", running.text())[0]


def _write_as_ida(running: Demo) -> None:
    mail = EmailMessage()
    mail["From"], mail["To"], mail["Subject"] = f"{IDA.name} <{IDA.address}>", DESK.address, "Noch eine Idee"
    mail["Message-ID"] = "<idee@post.example>"
    mail.set_content("Wie wäre es mit einem Wasserspender?\n")
    with smtplib.SMTP("127.0.0.1", running.port("SMTP"), timeout=10) as smtp:
        smtp.login(IDA.address, PASSWORD)
        smtp.send_message(mail)


def _mails_of_ida(running: Demo) -> int:
    with imaplib.IMAP4("127.0.0.1", running.port("IMAP"), timeout=10) as imap:
        imap.login(IDA.address, PASSWORD)
        return int(imap.select(readonly=True)[1][0] or b"0")


@pytest.mark.parametrize(("options", "exit_code"), [((), 0), pytest.param(("--once",), 1, marks=long)])
def test_ctrl_c_in_the_middle_of_the_play_leaves_nothing(tmp_path: Path, options: tuple[str, ...], exit_code: int) -> None:
    with demo(tmp_path / "run", *options) as running:
        assert running.says("opened case"), running.text()
        assert running.leave() == exit_code, running.text()
        assert running.leftovers() == []
        assert "Traceback" not in running.text()


# --- what the checks are worth ---


@pytest.fixture(scope="module")
def after_one_mail() -> Iterator[tuple[World, Played]]:
    """A world in which Frieda has written, and has her letter."""
    with Stage() as stage, open_world(stage) as world:
        played = Played(SCENES[0], mail_of(SCENES[0]))
        world.hand_in(FRIEDA, played.mail)
        assert stage.until(lambda: world.inbox(FRIEDA.address) and world.is_at_rest() and tally(world).is_even, 30)
        yield world, played


def test_a_play_that_goes_as_told_has_no_problems(after_one_mail: tuple[World, Played]) -> None:
    world, played = after_one_mail
    assert problems([played], world, tally(world)) == []


@pytest.mark.parametrize(
    ("changes", "problem"),
    [
        ({"letter": ""}, "1 letters went to the writer instead of 0"),
        ({"letter": "follow-up"}, "0 letters of the kind “follow-up”"),
        ({"answers": "complaint"}, "which is the wrong case"),
    ],
)
def test_what_does_not_go_as_told_is_a_problem(after_one_mail: tuple[World, Played], changes: dict[str, str], problem: str) -> None:
    world, played = after_one_mail
    other = Scene(key="complaint", title="Never handed in", intro="", writer=IDA, subject="", text="")
    found = problems([replace(played, scene=replace(played.scene, **changes)), Played(other, mail_of(other))], world, tally(world))
    assert any(problem in each for each in found), found
    assert any(each.startswith("Never handed in: ") for each in found), found


def test_a_text_that_was_not_kept_is_a_problem(after_one_mail: tuple[World, Played]) -> None:
    world, played = after_one_mail
    changed = mail_of(replace(played.scene, text="Etwas anderes"))
    changed.replace_header("Message-ID", played.mail["Message-ID"])
    assert problems([replace(played, mail=changed)], world, tally(world)) == ["Praise: the database does not have what was written"]


def test_a_count_is_even_only_if_every_mail_lies_where_it_belongs() -> None:
    folders = {"inbox": 0, "archive": 2, "quarantine": 0, "sent": 1}
    even = Tally(arrived=3, opened=1, joined=0, robots=1, aside=0, unreadable=0, copies=1, folders=folders)
    assert even.is_even
    assert not replace(even, arrived=4).is_even
    assert not replace(even, opened=2, robots=0, copies=0).is_even
    assert not replace(even, folders={**folders, "inbox": 1}).is_even


# --- small parts ---


def test_a_signal_is_noted_and_obeyed_at_the_next_wait() -> None:
    before = signal.getsignal(signal.SIGTERM)
    with Stage() as stage:
        os.kill(os.getpid(), signal.SIGTERM)
        with pytest.raises(Leaving):
            stage.pause(30)
        with pytest.raises(Leaving):
            stage.until(lambda: False, 30)
    assert signal.getsignal(signal.SIGTERM) is before


def test_the_document_of_the_demo_is_a_pdf_whose_table_of_objects_is_right() -> None:
    start = int(re.findall(rb"startxref\n(\d+)", BILL)[0])
    offsets = [int(offset) for offset in re.findall(rb"(\d{10}) 00000 n ", BILL[start:])]
    assert BILL[start:].startswith(b"xref\n0 6\n")
    assert [BILL[offset:].startswith(b"%d 0 obj\n" % number) for number, offset in enumerate(offsets, start=1)] == [True] * 5
