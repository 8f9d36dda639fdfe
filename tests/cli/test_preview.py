# SPDX-FileCopyrightText: 2026 The maildesk authors
# SPDX-License-Identifier: EUPL-1.2
"""`maildesk preview` as those use it who have to approve the texts."""

from __future__ import annotations

from pathlib import Path

import pytest

from maildesk.adapters.compose.samples import sample_letters
from tests.rig.builders import MONDAY, a_mail
from tests.rig.command import maildesk, small_desk
from tests.rig.office import POLICY

TEMPLATES = [letter.template for letter in sample_letters(POLICY, MONDAY)]


@pytest.fixture
def config(tmp_path: Path) -> Path:
    return small_desk(tmp_path)


def test_a_letter_is_shown_as_it_would_go_out_in_both_forms(tmp_path: Path, config: Path) -> None:
    html = tmp_path / "letter.html"

    said = maildesk("preview", "acknowledgement", "--config", config, "--html", html)

    assert said.code == 0
    assert "Subject: Ihre Nachricht – Vorgang KD-2026-00042" in said.out
    assert "vielen Dank für Ihre Nachricht" in said.out
    assert '<html lang="de">' in html.read_text(encoding="utf-8")
    assert maildesk("preview", "acknowledgement", "--config", config, "--html", html).code == 73, "nothing is overwritten"


def test_every_letter_can_be_shown(config: Path) -> None:
    for template in TEMPLATES:
        said = maildesk("preview", template, "--config", config)
        assert (said.code, "Subject: " in said.out) == (0, True), template


def test_a_letter_is_shown_with_what_is_true_of_a_case(tmp_path: Path, config: Path) -> None:
    (tmp_path / "m.eml").write_bytes(a_mail("Die Tür klemmt.\n", subject="Tür"))
    maildesk("import", "--config", config, tmp_path / "m.eml")
    number = maildesk("cases", "--config", config, "--json").json[0]["number"]

    said = maildesk("preview", "relay", "--config", config, "--case", number)

    assert number in said.out
    assert "Tür" in said.out
    assert "To: eva@example.org" in maildesk("preview", "acknowledgement", "--config", config, "--case", number).out
    assert maildesk("preview", "relay", "--config", config, "--case", "KD-2026-00999").code == 1


def test_a_letter_that_does_not_exist_is_told_with_those_that_do(config: Path) -> None:
    said = maildesk("preview", "acknowledgment", "--config", config)

    assert said.code == 2
    assert "acknowledgement" in said.err
