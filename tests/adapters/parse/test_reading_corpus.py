# SPDX-FileCopyrightText: 2026 The maildesk authors
# SPDX-License-Identifier: EUPL-1.2
"""Mails that are easily read wrongly, written by somebody who did not know the code: stubs, case numbers, accounts, banners.

`seen = false` beside a mail: the code was written without a look at it.
"""

from __future__ import annotations

import re
import tomllib
from typing import Any

import pytest

from maildesk.core.case.case import case_numbers_in
from maildesk.core.mail.classify import classify
from maildesk.core.mail.message import Message
from maildesk.core.text.identifiers import phones_in
from maildesk.core.triage.propose import propose
from tests.rig.builders import parsed
from tests.rig.places import CORPUS

READING = CORPUS / "reading"
NAMES = sorted(path.stem for path in READING.glob("*.eml"))


def expected(name: str) -> dict[str, Any]:
    return tomllib.loads((READING / f"{name}.toml").read_text(encoding="utf-8"))


def faults(name: str) -> list[str]:
    """What is read otherwise than it stands beside the mail."""
    wanted, message = expected(name), parsed((READING / f"{name}.eml").read_bytes())
    own = " ".join(message.reply.split())
    found = [f"own words lack: {piece}" for piece in wanted.get("own_words_have", ()) if piece not in own]
    found += [f"own words have: {piece}" for piece in wanted.get("own_words_lack", ()) if piece in own]
    found += [] if classify(message).automatic is None else ["not a person's"]
    found += [] if propose(message).is_danger == wanted.get("danger", False) or wanted.get("danger_free") else ["danger"]
    if "case_numbers" in wanted and sorted(numbers(message)) != sorted(wanted["case_numbers"]):
        found.append(f"case numbers: {numbers(message)}")
    if "telephone" in wanted:
        found += telephone_faults(message, wanted["telephone"])
    return found


def numbers(message: Message) -> tuple[str, ...]:
    return tuple(dict.fromkeys((*case_numbers_in(message.subject, "KD"), *case_numbers_in(message.text, "KD"))))


def telephone_faults(message: Message, telephone: str) -> list[str]:
    digits, found = re.sub(r"\D", "", telephone).lstrip("0"), phones_in(message.text)
    if digits:
        return [] if any(digits.endswith(number) for number in found) else [f"no telephone {telephone}: {found}"]
    return [f"telephone: {found}"] if found else []


@pytest.mark.parametrize("name", NAMES)
def test_a_mail_that_is_easily_read_wrongly_is_read_rightly(name: str):
    assert faults(name) == []


def test_every_mail_has_its_expectation():
    assert sorted(path.stem for path in READING.glob("*.toml")) == NAMES
    assert all(expected(name)["about"] for name in NAMES)
