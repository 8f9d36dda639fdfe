# SPDX-FileCopyrightText: 2026 The maildesk authors
# SPDX-License-Identifier: EUPL-1.2
"""Message-IDs that stand in the text alone, as in a digest that somebody quotes: they propose, and join or merge nothing."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest

from maildesk.core.case.case import KnownCase, Status
from maildesk.core.threading.evidence import Naming
from maildesk.core.threading.thread import Thread, find_thread
from tests.rig.builders import MONDAY, a_message
from tests.rig.trails import ADAMS, CASE, DMARC_PASS, OPENED, STRANGER, WEBER, a_case, a_letter, a_trail, facts, keyed, says

N = CASE.number
OTHER = a_case("KD-2026-00050", opened_at=OPENED + timedelta(hours=1))
YOUNG = a_case("KD-2026-00060", STRANGER, status=Status.NEW, opened_by_reply=True)
LONG_CLOSED = replace(CASE, status=Status.CLOSED, closed_at=MONDAY - timedelta(days=400))
PARTS = {"m@example.org": N, "n@example.org": OTHER.number, "a@example.net": ADAMS.number, "y@example.net": YOUNG.number}
DIGEST = "Guten Tag, siehe unten.\n> Message-ID: <m@example.org>\n> Frage\n> Message-ID: <n@example.org>\n> Noch eine"


def thread(*cases: KnownCase, machine: bool = False, known: dict[str, Any] | None = None, **fields: Any) -> Thread:
    held = facts(*cases, cases_by_message_id=PARTS, **(known or {}))
    return find_thread(a_trail(a_message(**fields), held, machine=machine))


def shown(found: Thread) -> tuple[str, tuple[str, ...], list[tuple[str, str]]]:
    match = found.match.case_number if found.match else ""
    return match, found.merges, [(link.kind.value, link.number) for link in found.links]


@pytest.mark.parametrize(
    ("fields", "cases", "links"),
    [
        ({"text": DIGEST}, (CASE, OTHER), [("same-concern", N), ("same-concern", OTHER.number)]),
        ({"text": "In message <m@example.org>, Eva wrote:\n> x"}, (CASE,), [("same-concern", N)]),
        ({"text": "siehe <m@example.org>"}, (LONG_CLOSED,), [("same-concern", N)]),
        ({"text": "> <a@example.net>"}, (ADAMS,), [("mentions", ADAMS.number)]),
        ({"text": "> <m@example.org>", "originator": STRANGER}, (CASE,), [("mentions", N)]),
        ({"text": "Message-ID: <a@example.net>", "subject": "WG: Frage"}, (ADAMS,), [("carries", ADAMS.number)]),
        ({"text": "<m@example.org>"}, (replace(CASE, merged_into=OTHER.number), OTHER), [("same-concern", OTHER.number)]),
        (
            {"text": "> <m@example.org>", "originator": WEBER.address, "fields": (says(DMARC_PASS, "example.com"),)},
            (CASE,),
            [("mentions", N)],
        ),
    ],
)
def test_a_mail_whose_text_alone_names_messages_is_a_case_of_its_own_with_links(
    fields: dict[str, Any], cases: tuple[KnownCase, ...], links: list[tuple[str, str]]
) -> None:
    assert shown(thread(*cases, **fields)) == ("", (), links)


def test_a_digest_below_an_answer_makes_no_cases_one() -> None:
    answer = {"in_reply_to": ("m@example.org",), "text": DIGEST}

    assert shown(thread(CASE, OTHER, **answer)) == (N, (), [("same-concern", OTHER.number)])


def test_a_young_case_of_a_stranger_that_the_text_names_stays_a_case() -> None:
    answer = {"in_reply_to": ("m@example.org",), "text": "<y@example.net>"}
    overtaken = {"named_by": (Naming(YOUNG.number, frozenset({CASE.correspondent})),)}

    assert shown(thread(CASE, YOUNG, **answer)) == (N, (), [])
    assert thread(CASE, YOUNG, known=overtaken, **answer).merges == (YOUNG.number,), "its header, and not the text, makes them one"


def test_an_id_of_the_header_joins_and_makes_cases_of_one_person_one() -> None:
    assert shown(thread(CASE, in_reply_to=("m@example.org",))) == (N, (), [])
    assert shown(thread(CASE, OTHER, references=("m@example.org", "n@example.org"))) == (N, (OTHER.number,), [])


def test_an_id_that_header_and_text_name_is_no_proposal() -> None:
    assert shown(thread(CASE, references=("m@example.org",), text="In <m@example.org> schrieb Eva:\n> x")) == (N, (), [])


def test_a_quoted_number_of_the_writers_own_case_joins_beside_ids_in_the_text() -> None:
    mail = {"text": f"Danke.\n> {N} <m@example.org>\n> <n@example.org>", "reply": "Danke."}

    assert shown(thread(CASE, OTHER, **mail)) == (N, (), [("same-concern", OTHER.number)])


def test_a_report_that_names_our_letter_in_its_text_alone_joins() -> None:
    held = facts(CASE, letters=a_letter(), cases_by_message_id={keyed(): N})

    found = find_thread(a_trail(a_message(text=f"Your message <{keyed()}> could not be delivered."), held, machine=True))

    assert shown(found) == (N, (), [])


@pytest.mark.parametrize("text", ["<unknown@example.org>", "<frage-1@example.org>", "m@example.org", "Eva Muster <eva@example.org>"])
def test_what_is_no_message_of_ours_proposes_nothing(text: str) -> None:
    assert shown(thread(CASE, OTHER, text=text)) == ("", (), [])
