# SPDX-FileCopyrightText: 2026 The maildesk authors
# SPDX-License-Identifier: EUPL-1.2
"""Mails in files: what is one, where one ends and the next begins, and what is told of the rest."""

from __future__ import annotations

from pathlib import Path

from maildesk.adapters import mailfiles
from tests.rig.builders import a_mail

FROM_LINE = b"From eva@example.org Mon Nov 23 09:15:00 2026\n"


def octets_in(*paths: Path) -> list[bytes]:
    found = [place for file in mailfiles.find(list(paths)) if not file.problem for place in mailfiles.places(file)]
    return [mailfiles.read(place).octets.all() for place in found]


def problems_in(*paths: Path) -> list[str]:
    return [file.problem for file in mailfiles.find(list(paths)) if file.problem]


def unix(mail: bytes) -> bytes:
    return mail.replace(b"\r\n", b"\n")


def test_an_mbox_is_split_at_its_from_lines_and_unquoted_by_one(tmp_path: Path) -> None:
    box = tmp_path / "old.mbox"
    one, two = unix(a_mail("Eins\n")), unix(a_mail("Zwei\n>From hier\nFrom dort weiter\n"))
    quoted = two.replace(b">From hier", b">>From hier").replace(b"\nFrom dort", b"\n>From dort")
    box.write_bytes(FROM_LINE + one + b"\n" + FROM_LINE + quoted + b"\n")

    assert octets_in(box) == [one, two]


def test_a_sentence_that_begins_with_from_ends_no_mail(tmp_path: Path) -> None:
    box = tmp_path / "old.mbox"
    mail = unix(a_mail("Hallo\n\nFrom my point of view\nFrom eva@example.org Mon Nov 23 09:15:00 2026\n"))
    box.write_bytes(FROM_LINE + mail + b"\n")

    assert octets_in(box) == [mail]


def test_a_maildir_and_folders_of_files_are_walked(tmp_path: Path) -> None:
    for number, path in enumerate(("box/cur/1:2,S", "box/new/2", "box/tmp/3", "box/.Old/cur/4:2,", "eml/5.eml", "eml/deep/6.EML")):
        file = tmp_path / path
        file.parent.mkdir(parents=True, exist_ok=True)
        (file.parent.parent / "new").mkdir(exist_ok=True) if file.parent.name == "cur" else None
        (file.parent.parent / "cur").mkdir(exist_ok=True) if file.parent.name in {"new", "tmp"} else None
        file.write_bytes(a_mail(f"Text {number}\n"))

    found = octets_in(tmp_path)

    assert sorted(octets.split(b"Text ")[1][:1] for octets in found) == [b"0", b"1", b"3", b"4", b"5"]


def test_what_is_no_mail_is_named_with_its_reason_and_the_rest_goes_on(tmp_path: Path) -> None:
    (tmp_path / "empty.eml").write_bytes(b"\n")
    (tmp_path / "notes.json").write_text('{"a": 1}')
    (tmp_path / "box.mbox").write_text("Subject: no From line\n")
    (tmp_path / "good.eml").write_bytes(a_mail())

    assert octets_in(tmp_path, tmp_path / "gone.eml") == [a_mail()]
    assert sorted(problems_in(tmp_path, tmp_path / "gone.eml")) == [
        "the file is empty",
        "the file is no mail (EML, mbox or Maildir)",
        "the file is no mbox: no From line",
        "there is no such file",
    ]


def test_an_eml_with_a_leading_from_line_is_one_mail_without_it(tmp_path: Path) -> None:
    file = tmp_path / "one.eml"
    file.write_bytes(FROM_LINE + a_mail())

    assert octets_in(file) == [a_mail()]


def test_arrival_is_the_topmost_received_then_the_date_then_the_age_of_the_file(tmp_path: Path) -> None:
    received = b"Received: from a by b; Tue, 24 Nov 2026 10:00:00 +0100\r\nReceived: from x; Mon, 23 Nov 2026 08:00:00 +0100\r\n"
    mails = {"1.eml": received + a_mail(), "2.eml": a_mail(), "3.eml": a_mail(date="irgendwann")}
    for name, mail in mails.items():
        (tmp_path / name).write_bytes(mail)

    found = [place.arrived_at for file in mailfiles.find([tmp_path]) for place in mailfiles.places(file)]

    assert [moment.isoformat() for moment in found[:2]] == ["2026-11-24T09:00:00+00:00", "2026-11-23T08:15:00+00:00"]
    assert abs(found[2].timestamp() - (tmp_path / "3.eml").stat().st_mtime) < 1


def test_a_year_that_cannot_be_is_no_arrival(tmp_path: Path) -> None:
    for number, year in enumerate(("9999", "0100")):
        (tmp_path / f"{number}.eml").write_bytes(f"Received: from a by b; Tue, 24 Nov {year} 10:00:00 +0100\r\n".encode() + a_mail())

    found = [place.arrived_at for file in mailfiles.find([tmp_path]) for place in mailfiles.places(file)]

    assert [moment.isoformat() for moment in found] == ["2026-11-23T08:15:00+00:00"] * 2
