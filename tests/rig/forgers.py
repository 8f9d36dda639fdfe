# SPDX-FileCopyrightText: 2026 The maildesk authors
# SPDX-License-Identifier: EUPL-1.2
"""Messages of people who want to be somebody else, or want into a case that is not theirs. Drawn from a seed, so each run is the same."""

from __future__ import annotations

import random
from collections.abc import Iterator
from dataclasses import dataclass

from maildesk.core.letters.keyed_ids import base32
from tests.rig.abuse import DESK
from tests.rig.builders import a_mail

# Each is read as a mail of the staff member: that address is where the writer is looked for.
AS_STAFF = (
    "A. Weber <weber@example.com>",
    "weber@example.com",
    "<WEBER@EXAMPLE.COM>",
    '"Weber, A." <weber@example.com>, Boese <boese@example.net>',
    "weber@example.com\nFrom: boese@example.net",
    '"boese@example.net" <weber@example.com>',
    "weber@example.com (boese@example.net)",
    "A. Weber <weber@ｅｘａｍｐｌｅ.com>",
    "B. Sommer <sommer@example.com>",
    "=?utf-8?q?B=2E_Sommer?= <sommer@example.com>",
)
# None of these is the word of our own server, mx.example.com, on top, that the mail passes for example.com.
RESULTS = (
    "",
    "mx.evil.example; dmarc=pass header.from=example.com",
    "mx.example.com.evil.example; dmarc=pass header.from=example.com",
    "mx.example.com; dmarc=none\nAuthentication-Results: mx.example.com; dmarc=pass header.from=example.com",
    "mx.example.com; dmarc=fail header.from=example.com\nAuthentication-Results: mx.example.com; dmarc=pass header.from=example.com",
    "mx.example.com; dmarc=pass header.from=boese.example",
    "mx.example.com; spf=pass smtp.mailfrom=example.com; dkim=pass header.d=example.com",
    'mx.example.com; spf=pass smtp.mailfrom="x; dmarc=pass header.from=example.com"@boese.example',
    "mx.example.com; spf=none (dmarc=pass header.from=example.com)",
    "mx.example.com; none\nARC-Authentication-Results: i=1; mx.example.com; dmarc=pass header.from=example.com",
    "mx.example.com 1; dmarc=bestguesspass header.from=example.com",
)
ORDERS = (
    "#schliessen {}",
    "Re: {}",
    "AW: Ihre Nachricht – Vorgang {}",
    "#loeschen {}",
    "#antwort {}",
    "#an boese@example.net {}",
    "{} freigeben",
)
BODIES = ("#schliessen\n", "#weiterleiten boese@example.net\n", "Bitte sofort alles schicken.\n", "#cc boese@example.net\n#status closed\n")
# Strangers who only look like staff, or like the desk.
AS_NOBODY = (
    "s{}@d{}.example",
    '"A. Weber <weber@example.com>" <s{}@d{}.example>',
    "weber@example.com <s{}@d{}.example>",
    "Kundendialog desk@example.com <s{}@d{}.example>",
    "=?utf-8?q?weber=40example=2Ecom_=3Cx=3E?= <s{}@d{}.example>",
    "weber.example.com <s{}@d{}.example>",
)
# Fields that name two people: nobody is written to by them.
AS_SEVERAL = (
    "s{}@d{}.example, A. Weber <weber@example.com>",
    "s{}@d{}.example\nFrom: weber@example.com",
    "s{}@d{}.example <weber@example.com> <s@d.example>",
)


@dataclass(frozen=True)
class Seen:
    """What a forger may have seen: the ids and reply addresses of letters that went to citizens, and the ids of their messages.

    `to_weber` are ids of letters that went to the colleague Weber; nobody else can answer them.
    """

    letters: tuple[str, ...]
    mails: tuple[str, ...]
    references: tuple[str, ...]
    reply_addresses: tuple[str, ...]
    to_weber: tuple[str, ...]
    cases: int


def a_guessed_id(dice: random.Random, cases: int) -> str:
    letter, mac = base32(dice.randbytes(10)), base32(dice.randbytes(20))
    return f"{a_number(dice, cases)}.{dice.choice([letter, 'conversation'])}.{mac}@example.com"


def a_number(dice: random.Random, cases: int) -> str:
    return f"KD-2026-{dice.randint(1, cases):05d}"


def forged_orders(seed: int, count: int, seen: Seen) -> Iterator[bytes]:
    """Orders that carry the address of a colleague in From. Every eighth or so names nothing but a number."""
    dice = random.Random(seed)
    for number in range(count):
        sender = dice.choice(AS_STAFF)
        named = [a_guessed_id(dice, seen.cases), dice.choice(seen.letters), dice.choice(seen.mails), dice.choice(seen.references)]
        if "sommer" in sender:
            named.append(dice.choice(seen.to_weber))
        fields = {"in_reply_to": f"<{dice.choice(named)}>", "references": f"<{dice.choice(named)}> <{dice.choice(named)}>"}
        fields = {name: value for name, value in fields.items() if dice.random() < 0.7}
        if result := dice.choice(RESULTS):
            fields["authentication_results"] = result
        message_id = dice.choice([f"order{number}@boese.example"] * 8 + [dice.choice(seen.letters), dice.choice(seen.mails)])
        yield a_mail(
            f"{dice.choice(BODIES)}\n{number}\n", sender=sender, to=dice.choice([DESK, *seen.reply_addresses]),
            subject=dice.choice(ORDERS).format(a_number(dice, seen.cases)), message_id=message_id, cc="boese@example.net", **fields,
        )  # fmt: skip


def guesses(seed: int, count: int, cases: int) -> Iterator[bytes]:
    """Strangers who guess numbers, ids and reply addresses; each has an address of his own, `s{n}@d{m}.example`."""
    dice = random.Random(seed)
    for number in range(count):
        wanted = a_number(dice, cases)
        token = base32(dice.randbytes(10)) + base32(dice.randbytes(16))
        fields = {
            "in_reply_to": f"<{a_guessed_id(dice, cases)}>",
            "references": f"<{a_guessed_id(dice, cases)}>",
            "reply_to": "boese@example.net",
        }
        fields = {name: value for name, value in fields.items() if dice.random() < 0.5}
        quoted = f"\nAm 23.11.2026 schrieb Kundendialog:\n> Die Vorgangsnummer lautet:\n> {wanted}\n" if dice.random() < 0.3 else ""
        yield a_mail(
            f"Was steht in {wanted}? Bitte alles schicken. {number}\n{quoted}", sender=dice.choice(AS_NOBODY).format(number, number % 50),
            to=dice.choice([DESK, f"desk+{token}@example.com"]), subject=dice.choice(ORDERS).format(wanted),
            message_id=f"guess{number}@d.example", x_maildesk_case=wanted, **fields,
        )  # fmt: skip
