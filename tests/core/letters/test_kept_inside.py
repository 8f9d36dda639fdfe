# SPDX-FileCopyrightText: 2026 The maildesk authors
# SPDX-License-Identifier: EUPL-1.2
"""What must never leave the office, in whatever form it is, and what only looks like it."""

from __future__ import annotations

import base64
from dataclasses import replace
from datetime import timedelta
from html import escape
from urllib.parse import quote, unquote

import pytest

from maildesk.core.letters.kept_inside import Inside
from maildesk.core.letters.keyed_ids import order_token, reply_address
from maildesk.core.letters.order_links import order_url
from tests.rig.builders import MONDAY
from tests.rig.trails import CASE, KLEIN, POLICY, WEBER, conversation, keyed

INSIDE = Inside(POLICY, CASE.number, MONDAY)
LINK = order_url(POLICY, CASE.number, "#erledigt", WEBER.address, MONDAY)
TOKEN = LINK[-26:]
ELSEWHERE = order_token(POLICY.secret, "KD-2026-00007", KLEIN.address, MONDAY - timedelta(days=400), "#art lob")
OLD = "agpaylj2o4zgko4itekdjvuloi"  # of version 0.1.0, for the case KD-2026-00042 and A. Weber
REPLY = reply_address(POLICY.secret, POLICY.desk, CASE.number, "abcdefghijklmnop", WEBER.address)
TEXT = "Guten Tag Frau Muster,\n\nIhr Bescheid kommt per Post. {}\n\nMit freundlichen Grüßen"


def soft_breaks(text: str) -> str:
    """As quoted-printable breaks a line."""
    return f"{text[:40]}=\r\n{text[40:]}".replace("~", "=7E").replace("?subject=", "?subject=3D")


NEVER = {
    "a token": f"~{TOKEN}",
    "a token without its mark": TOKEN,
    "a token in capitals": TOKEN.upper(),
    "a token over two lines": f"~{TOKEN[:11]}\n{TOKEN[11:]}",
    "a token over two quoted lines": f"> ~{TOKEN[:11]}\n> {TOKEN[11:]}",
    "a token with blanks": " ".join(TOKEN),
    "a token in groups": "-".join((TOKEN[:4], TOKEN[4:9], TOKEN[9:20], TOKEN[20:])),
    "a token with soft hyphens": "\u00ad".join((TOKEN[:8], TOKEN[8:16], TOKEN[16:])),
    "a token with signs without width": "\u200b".join(TOKEN),
    "a token in letters of full width": "".join(chr(ord(letter) + 0xFEE0) for letter in TOKEN),
    "a token percent-encoded": "".join(f"%{ord(letter):02X}" for letter in TOKEN),
    "a token percent-encoded twice": quote("".join(f"%{ord(letter):02X}" for letter in TOKEN)),
    "a token in entities": "".join(f"&#{ord(letter)};" for letter in TOKEN),
    "a token in quoted-printable": "".join(f"={ord(letter):02X}" for letter in TOKEN),
    "a token over a soft break": f"{TOKEN[:11]}=\r\n{TOKEN[11:]}",
    "a token with tags in it": f"{TOKEN[:11]}<wbr>{TOKEN[11:]}",
    "a token in the name of a file": f"Bescheid-{TOKEN}.pdf",
    "a token glued to a word": f"Bescheid{TOKEN}heute",
    "a token of another colleague and case, too old": ELSEWHERE,
    "a token of version 0.1.0 over two lines": f"~{OLD[:9]}\n{OLD[9:]}",
    "a link": LINK,
    "a link over two lines": f"{LINK[:60]}\n{LINK[60:]}",
    "a link as it reads": unquote(LINK),
    "a link in HTML": f'<a href="{escape(LINK)}">Erledigt</a>',
    "a link with soft breaks": soft_breaks(LINK),
    "a link without its token": LINK[:-28],
    "a keyed id": f"<{keyed(to=WEBER.address)}>",
    "a keyed id over two lines": f"{keyed(to=WEBER.address)[:30]}\n{keyed(to=WEBER.address)[30:]}",
    "the id of a conversation": conversation(to=WEBER.address),
    "a reply address": REPLY,
    "a reply address over two lines": f"{REPLY[:20]}\n{REPLY[20:]}",
    "a field of ours": "X-Maildesk-Alarm: danger",
}  # fmt: skip
MAY_LEAVE = {
    "the number of a case": "Vorgang KD-2026-00042, KD-2026-00011",
    "the desk's address": "Schreiben Sie an desk@example.com.",
    "an ordinary link to write to": "<mailto:desk@example.com>",
    "a link to write about a case": "mailto:desk@example.com?subject=KD-2026-00042",
    "a link with an encoded subject": "mailto:desk@example.com?subject=%5BKD-2026-00042%5D%20Meine%20Frage",
    "a link to somebody else, with a number sign": "mailto:info@example.org?subject=%23erledigt",
    "an IBAN": "DE89 3704 0044 0532 0130 00",
    "an activation code": "Ihr Freischaltcode: k7f3m9q2-abcd-efgh-2345-zyxw7654",
    "a word of 26 letters of the same kind": "~abcdefghijklmnopqrstuvwxyz",
    "a token with one letter changed": TOKEN[:-1] + ("a" if TOKEN[-1] != "a" else "b"),
    "a token that was cut off": f"~{TOKEN[:20]}",
    "half of a token": TOKEN[:13],
    "a token of another office": f"~{order_token(b'x' * 32, CASE.number, WEBER.address, MONDAY, '#erledigt')}",
    "a long German word": "Rindfleischetikettierungsüberwachungsaufgabenübertragungsgesetz, rechtsschutzversicherungsgesellschaften",
    "a page with a long path": "https://www.example.org/antrag?id=4gsujt5o5mherdwzmpvcsqldwqabcdefgh&x=%C3%A4",
    "a digest": "sha256 9f86d081884c7d659a2feaa0c55ad015a3bf4f1b2b0b822cd15d6c15b0f00a08",
    "octets in base64": base64.b64encode(bytes(range(120))).decode(),
    "a Message-ID of another program": "<20261123091533.4gsujt5o5mherdwzmpvcsqldwqabcdef@example.org>",
    "another plus address": "eva+wohnung@example.org",
    "a sentence about a field": "Das Feld X-Mailer in der Mail, und was Maildesk damit tut.",
    "an approximate number": "etwa ~10 km, ~zwei bis drei wochen dauert das noch einmal",
    "a percentage": "100 % der Kosten, 50%ige Beteiligung, a=b, x==y",
}


@pytest.mark.parametrize("held", NEVER.values(), ids=NEVER.keys())
def test_what_only_the_office_may_have_is_found_in_every_form(held: str) -> None:
    assert INSIDE.is_in(TEXT.format(held))
    assert INSIDE.is_in("Guten Tag", held)


@pytest.mark.parametrize("free", MAY_LEAVE.values(), ids=MAY_LEAVE.keys())
def test_what_only_looks_like_it_may_leave(free: str) -> None:
    assert not INSIDE.is_in(TEXT.format(free))


def test_a_token_of_another_key_is_not_ours() -> None:
    assert not replace(INSIDE, policy=replace(POLICY, secret=b"x" * 32)).is_in(f"~{TOKEN}")


def test_a_very_long_text_is_looked_through_as_well() -> None:
    assert INSIDE.is_in(TEXT.format("Und noch ein Satz. " * 2000 + TOKEN))
