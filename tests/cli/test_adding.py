# SPDX-FileCopyrightText: 2026 The maildesk authors
# SPDX-License-Identifier: EUPL-1.2
"""What the command add takes, and what it says of the rest. What becomes of an entry stands in tests/story/test_entries.py."""

from __future__ import annotations

import io
import sys
from zoneinfo import ZoneInfo

import pytest

from maildesk.cli.adding import Wanted, entry_of
from maildesk.core.case.case import Channel
from maildesk.core.office.calendar import WorkCalendar
from maildesk.core.office.policy import Desk, Policy
from maildesk.errors import InputError, WrongUseError
from tests.rig.ordering import CATEGORIES, STAFF

POLICY = Policy(
    Desk("Kundendialog", "desk@example.com"), WorkCalendar(ZoneInfo("Europe/Berlin")), b"k" * 32, staff=STAFF, categories=CATEGORIES
)


def test_everything_that_was_given_is_in_the_entry() -> None:
    entry = entry_of(Wanted("phone", "Beschwerde", "miete", " Eva\nMuster ", "eva@example.org", " Die Heizung ist kalt. "), POLICY)

    assert (entry.channel, entry.name, entry.address, entry.text) == (
        Channel.PHONE,
        "Eva Muster",
        "eva@example.org",
        "Die Heizung ist kalt.",
    )
    assert [(order.name, order.key) for order in entry.orders] == [("kind", "kritik"), ("topic", "kosten_unterkunft")]


WRONG = (
    (Wanted("fax", text="Text"), "phone, post, visit"),
    (Wanted("email", text="Text"), "phone, post, visit"),
    (Wanted("phone", kind="xyz", text="Text"), "kritik, hinweis"),
    (Wanted("phone", topic="xyz", text="Text"), "bearbeitungsdauer"),
    (Wanted("phone", address="eva", text="Text"), "one plain address"),
    (Wanted("phone", address="eva@example.org, karl@example.org", text="Text"), "one plain address"),
    (Wanted("phone", address="weber@example.com", text="Text"), "not of the person outside"),
    (Wanted("phone", address="desk@example.com", text="Text"), "not of the person outside"),
)


@pytest.mark.parametrize(("wanted", "told"), WRONG)
def test_what_is_wrong_is_told_with_what_is_allowed(wanted: Wanted, told: str) -> None:
    with pytest.raises(WrongUseError) as caught:
        entry_of(wanted, POLICY)

    assert told in str(caught.value)


@pytest.mark.parametrize("octets", [b"", b" \r\n"])
def test_a_case_without_a_word_is_refused(octets: bytes, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sys, "stdin", io.TextIOWrapper(io.BytesIO(octets)))

    with pytest.raises(InputError):
        entry_of(Wanted("phone"), POLICY)


def test_the_text_comes_from_standard_input_whatever_its_letters(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sys, "stdin", io.TextIOWrapper(io.BytesIO("Tür klemmt.\r\n".encode() + b"\xff\n")))

    assert entry_of(Wanted("visit"), POLICY).text == "Tür klemmt.\n\ufffd"
