# SPDX-FileCopyrightText: 2026 The maildesk authors
# SPDX-License-Identifier: EUPL-1.2
"""The corpus: each NAME.eml shows one phenomenon, and NAME.toml says what must come out of it."""

from __future__ import annotations

import tomllib
from typing import Any

import pytest

from maildesk.core.mail.message import Message
from tests.rig.builders import parsed
from tests.rig.places import CORPUS, MAILS

FILES = {path.stem: path for path in MAILS}
NAMES = sorted(FILES)
OWN_DOMAINS = ("example.org", "example.net", "example.com")


def mail(name: str) -> Message:
    return parsed(FILES[name].read_bytes())


def expected(name: str) -> dict[str, Any]:
    return tomllib.loads(FILES[name].with_suffix(".toml").read_text(encoding="utf-8"))


def found(message: Message, key: str) -> Any:
    """What the message has for a key of the expectation."""
    report = message.delivery_report
    values: dict[str, Any] = {
        "from": message.originator.addr_spec,
        "from_name": message.originator.display_name,
        "to": [address.addr_spec for address in message.to],
        "cc": [address.addr_spec for address in message.cc],
        "in_reply_to": list(message.in_reply_to),
        "references": list(message.references),
        "attachments": [attachment.filename for attachment in message.attachments],
        "inline": [attachment.filename for attachment in message.attachments if attachment.inline],
        "defects": list(message.defects),
        "no_date": message.date is None,
        "no_delivery_report": report is None,
        "delivery_report": report
        and {
            "action": report.action,
            "status": report.status,
            "failed_recipients": list(report.failed_recipients),
            "original_message_id": report.original_message_id,
        },
    }
    return values[key] if key in values else getattr(message, key)


@pytest.mark.parametrize("name", NAMES)
def test_a_mail_of_the_corpus_yields_what_stands_beside_it(name: str):
    wanted = expected(name)
    message = mail(name)

    for key, value in wanted.items():
        if key == "about":
            continue
        if key == "text_has":
            assert [piece for piece in value if piece not in message.text] == [], message.text
        elif key == "text_lacks":
            assert [piece for piece in value if piece in message.text] == [], message.text
        elif key == "defects_have":
            assert set(value) <= set(message.defects)
        else:
            assert found(message, key) == value, key


@pytest.mark.parametrize("name", NAMES)
def test_every_mail_of_the_corpus_is_read_whole(name: str):
    assert not any("only the head was read" in defect for defect in mail(name).defects)


def test_every_mail_has_its_expectation_and_every_expectation_its_mail():
    beside = {path.with_suffix(".eml") for folder in ("mails", "bounces") for path in (CORPUS / folder).glob("*.toml")}
    assert set(MAILS) == beside
    assert len(FILES) == len(MAILS), "two mails have one name"
    assert all(expected(name)["about"] for name in NAMES)


def test_the_corpus_names_only_domains_that_are_nobodys():
    for name in NAMES:
        message = mail(name)
        for address in (message.originator, *message.to, *message.cc):
            assert "@" not in address.addr_spec or address.domain.endswith(OWN_DOMAINS), name
