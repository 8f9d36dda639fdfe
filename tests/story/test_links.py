# SPDX-FileCopyrightText: 2026 The maildesk authors
# SPDX-License-Identifier: EUPL-1.2
"""Every link in the mails that colleagues get, in its real length: opened as a mail program opens it, sent, and obeyed."""

from __future__ import annotations

import html
import re
from collections.abc import Iterator
from pathlib import Path
from urllib.parse import unquote, urlsplit

import pytest

from tests.rig.builders import a_mail
from tests.rig.colleagues import MOSER, STAFF, WEBER, answers, polled, shown, text_of, to, writes
from tests.rig.desk import ADDRESS, TestDesk, a_desk
from tests.rig.dovecot import Dovecot
from tests.rig.letters import content
from tests.rig.post_office import Accepted, PostOffice

MISUNDERSTOOD = "nicht verstanden"


@pytest.fixture
def desk(dovecot: Dovecot, user: str, tmp_path: Path) -> Iterator[TestDesk]:
    with PostOffice(dovecot, {ADDRESS: user}) as post:
        yield a_desk(tmp_path / "desk", dovecot, post, user, more=STAFF)


def in_text(letter: Accepted) -> list[str]:
    return re.findall(r"<(mailto:[^<>\s]+)>", text_of(letter))


def in_html(letter: Accepted) -> list[str]:
    body = content(letter.mail, "text/html") if letter.mail.is_multipart() else ""
    return [html.unescape(each) for each in re.findall(r'href="(mailto:[^"]+)"', body)]


def test_every_link_stands_whole_in_both_forms_and_does_what_it_says(desk: TestDesk) -> None:
    writes(desk)
    writes(desk, "Noch etwas.\n", message_id="zwei@example.org", in_reply_to="<frage@example.org>")
    relayed = to(desk, WEBER)[0]
    answers(desk, relayed, "Ihre Kundennummer ist 999B000456.", number=1)
    answers(desk, relayed, "#erldigt", number=2)
    answers(desk, relayed, "#erledigt", number=3)
    answers(desk, to(desk, MOSER)[0], "Guten Tag,\n\nIhr Bescheid kommt per Post.", who=MOSER, number=4)
    letters = to(desk, WEBER)
    links = {link for letter in letters for link in in_text(letter)}

    assert len(links) > 40, "also those for the values that a case still lacks"
    for letter in letters:
        if letter.mail.is_multipart():
            assert sorted(in_html(letter)) == sorted(in_text(letter)), shown(letter)
    for link in links:
        assert len(link) < 200
        assert link.isascii()
        assert not re.search(r"[\s<>\"#\[\]]", link.partition("subject=")[2]), "RFC 6068 section 2: what is special is encoded"
    orders = opened_and_sent(desk, sorted(links))
    assert {"#senden", "#kuerzen", "#verwerfen", "#hilfe", "#gesehen", "#erledigt", "#art", "#thema", "#ergebnis"} <= orders


def opened_and_sent(desk: TestDesk, links: list[str]) -> set[str]:
    """A mail program that drops the body: address and subject are all that is left. Two of each order are enough."""
    orders: dict[str, int] = {}
    for number, link in enumerate(links):
        parts = urlsplit(link)
        subject = unquote(parts.query.removeprefix("subject="))
        order = subject.split()[1]
        orders[order] = orders.get(order, 0) + 1
        if orders[order] > 2:
            continue
        before = len(to(desk, WEBER))
        desk.write(
            a_mail("\n", sender=f"Anna Weber <{WEBER}>", to=unquote(parts.path), subject=subject, message_id=f"l{number}@haus.example")
        )
        assert polled(desk)["staff"] == 1, subject
        answered = to(desk, WEBER)[before:]
        assert answered, subject
        assert not any(MISUNDERSTOOD in text_of(letter) for letter in answered), subject
    return set(orders)
