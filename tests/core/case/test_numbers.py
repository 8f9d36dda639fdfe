# SPDX-FileCopyrightText: 2026 The maildesk authors
# SPDX-License-Identifier: EUPL-1.2
"""Case numbers as people and programs write them, and what only looks like one."""

from __future__ import annotations

import time

import pytest

from maildesk.core.case.case import case_numbers_in

N = "KD-2026-00011"


@pytest.mark.parametrize(
    "text",
    [
        "KD-2026-00011",
        "[KD-2026-00011] Ihre Anfrage",
        "kd-2026-11",
        "KD–2026–00011",
        "KD—2026-00011",
        "KD\u20112026\u201100011",
        "KD−2026−00011",
        "KD－2026－00011",
        "KD 2026 00011",
        "KD\u00a02026\u202f00011",
        "KD - 2026 - 00011",
        "kd– 2026 –00011",
        "KD-2026-\n00011",
        "> Vorgang KD-\n> 2026-00011",
        "KD\u00ad2026\u00ad00011",
        "KD-\u00ad2026-\u200b00011",
        "_KD-2026-00011_",
        "Vorgang:KD-2026-00011.",
        "KD-2026-00011, KD 2026 00011",
    ],
)
def test_a_number_is_found_whatever_became_of_its_hyphens(text: str):
    assert case_numbers_in(text, "KD") == (N,)


@pytest.mark.parametrize(
    "text",
    [
        "SKD-2026-00011-B",
        "ÄKD-2026-00011",
        "KD-2026-0001",
        "KD-2026-000011",
        "KD-2026-11-30",
        "KD-2026-11.30",
        "KD 2026 11",
        "KD 2026 0001",
        "KD 2026 000111",
        "KD 1998 00011",
        "KD202600011",
        "KD\n2026\n00011",
        "KD-Büro der Stadt, 2026-00011",
        "KD   2026   00011",
        "KD 2026, 00011",
        "KD/2026/00011",
        "2026-00011",
        "DE20 2600 0110 0000 1100 00",
    ],
)
def test_what_only_looks_like_a_number_is_none(text: str):
    assert case_numbers_in(text, "KD") == ()


def test_a_long_text_of_almost_numbers_takes_no_time():
    started = time.process_time()
    case_numbers_in("KD - 2026 -  " * 40_000 + "KD-" * 100_000 + " " * 500_000, "KD")
    assert time.process_time() - started < 2
