# SPDX-FileCopyrightText: 2026 The maildesk authors
# SPDX-License-Identifier: EUPL-1.2
"""Ids that only the reader of a letter can name: what they are bound to, and on which ways they survive."""

from __future__ import annotations

import hmac
from dataclasses import replace
from typing import Any

import pytest

from maildesk.core.letters import keyed_ids
from maildesk.core.letters.keyed_ids import KeyedId, ReplyToken, parse_keyed_id, reply_address, reply_tokens
from maildesk.core.mail.message import Address, Message
from maildesk.core.office.policy import Desk
from tests.rig.builders import EVA, a_mail, a_message, parsed
from tests.rig.trails import ADAM, ADAMS, CASE, LETTER_ID, POLICY, SECRET, conversation, keyed, without_plus_addressing

OTHER_SECRET = b"x" * 32
ADDRESS = reply_address(SECRET, POLICY.desk, CASE.number, LETTER_ID, EVA.addr_spec)
LOCAL = ADDRESS.rpartition("@")[0]


def the_key(message_id: str) -> KeyedId:
    key = parse_keyed_id(message_id)
    assert key is not None
    return key


def the_token(address: str = ADDRESS) -> ReplyToken:
    (token,) = reply_tokens(a_message(to=(address,)), POLICY.desk)
    return token


# --- what a key is bound to ---


@pytest.mark.parametrize(
    ("key", "secret", "recipient", "genuine"),
    [
        (the_key(keyed()), SECRET, "eva@example.org", True),
        (the_key(keyed()), SECRET, "EVA@Example.Org ", True),
        (the_key(keyed()), SECRET, "eva@example.net", False),
        (the_key(keyed()), SECRET, "va@example.org", False),
        (the_key(keyed()), SECRET, "", False),
        (the_key(keyed()), OTHER_SECRET, "eva@example.org", False),
        (the_key(keyed()), b"", "eva@example.org", False),
        (replace(the_key(keyed()), case_number=ADAMS.number), SECRET, "eva@example.org", False),
        (replace(the_key(keyed()), letter_id="bcdefghijklmnopq"), SECRET, "eva@example.org", False),
        (replace(the_key(keyed()), mac=the_key(keyed(ADAMS)).mac), SECRET, "eva@example.org", False),
        (replace(the_key(keyed()), mac=the_key(conversation()).mac), SECRET, "eva@example.org", False),
        (the_key(conversation()), SECRET, "eva@example.org", True),
        (the_key(conversation()), SECRET, "adam@example.net", False),
        (replace(the_key(conversation()), case_number=ADAMS.number), SECRET, "eva@example.org", False),
        (the_key(conversation()), OTHER_SECRET, "eva@example.org", False),
    ],
)
def test_an_id_is_genuine_for_its_case_letter_recipient_and_secret_alone(
    key: KeyedId, secret: bytes, recipient: str, genuine: bool
) -> None:
    assert key.is_genuine(secret, recipient) is genuine


@pytest.mark.parametrize(
    ("token", "secret", "case", "recipient", "genuine"),
    [
        (the_token(), SECRET, CASE.number, "eva@example.org", True),
        (the_token(), SECRET, CASE.number, "Eva@example.org", True),
        (the_token(), SECRET, ADAMS.number, "eva@example.org", False),
        (the_token(), SECRET, CASE.number, "adam@example.net", False),
        (the_token(), OTHER_SECRET, CASE.number, "eva@example.org", False),
        (replace(the_token(), letter_id="bcdefghijklmnopq"), SECRET, CASE.number, "eva@example.org", False),
        (replace(the_token(), mac="a" * 26), SECRET, CASE.number, "eva@example.org", False),
    ],
)
def test_a_token_is_genuine_for_its_case_letter_recipient_and_secret_alone(
    token: ReplyToken, secret: bytes, case: str, recipient: str, genuine: bool
) -> None:
    assert token.is_genuine(secret, case, recipient) is genuine


@pytest.mark.parametrize("mac", [the_key(keyed()).mac, the_key(conversation()).mac, the_token().mac])
def test_a_key_has_at_least_128_bits_and_no_letter_of_it_can_be_changed(mac: str) -> None:
    assert len(mac) * 5 // 8 * 8 >= 128
    original = the_key(keyed())
    if mac == original.mac:
        changed = (mac[:place] + ("a" if mac[place] != "a" else "b") + mac[place + 1 :] for place in range(len(mac)))
        assert not any(replace(original, mac=each).is_genuine(SECRET, EVA.addr_spec) for each in changed)


@pytest.mark.parametrize("key", [the_key(keyed()), the_token()])
def test_keys_are_compared_in_constant_time(key: KeyedId | ReplyToken, monkeypatch: pytest.MonkeyPatch) -> None:
    compared: list[str] = []

    def compare(one: str, other: str) -> bool:
        compared.append(one)
        return hmac.compare_digest(one, other)

    class Hmac:
        new = staticmethod(hmac.new)
        compare_digest = staticmethod(compare)

    monkeypatch.setattr(keyed_ids, "hmac", Hmac)
    if isinstance(key, KeyedId):
        assert key.is_genuine(SECRET, EVA.addr_spec)
    else:
        assert key.is_genuine(SECRET, CASE.number, EVA.addr_spec)
    assert compared == [key.mac]


def test_all_letters_of_a_case_to_one_person_refer_to_one_conversation_that_is_no_letter_of_its_own() -> None:
    assert the_key(conversation()).letter_id == keyed_ids.CONVERSATION
    assert conversation() == conversation(to="Eva@Example.org")
    assert len({conversation(), conversation(to=ADAM.addr_spec), conversation(ADAMS), keyed()}) == 4


# --- how ids survive the way through other programs ---


@pytest.mark.parametrize(
    "fields",
    [
        {"in_reply_to": f"<{keyed()}>"},
        {"references": f"<frage-1@example.org>\n <{keyed()}>\n\t<other@example.net>"},
        {"in_reply_to": f"<\n {keyed()}>"},
        {"references": f"<\n\t{keyed()}>"},
        {"in_reply_to": keyed()},
        {"in_reply_to": f'Your message of Mon, 23 Nov 2026 "Re: (x)" <{keyed()}>'},
        {"references": f"[buerger-liste] <owner@lists.example.net>, <{keyed()}>; (was: <x y>) <<"},
        {"references": " ".join(f"<{n}@lists.example.net>" for n in range(300)) + f" <{keyed()}>"},
        {"references": f"<{keyed()}> " + " ".join(f"<{n}@lists.example.net>" for n in range(300))},
        {"in_reply_to": f"<{keyed()}> from {EVA.addr_spec}"},
        {"references": f"<{keyed()}><{keyed()}>"},
    ],
)
def test_an_id_is_read_out_of_what_mail_programs_and_lists_make_of_it(fields: dict[str, str]) -> None:
    message = parsed(a_mail(**fields))

    named = [each for each in (*message.in_reply_to, *message.references) if parse_keyed_id(each)]

    assert named == [keyed()]


@pytest.mark.parametrize(
    "value",
    [
        f"<{keyed().replace('@', ' @')}>",
        f"<{keyed().upper()}>",
        f"<{keyed().replace(f'.{LETTER_ID}', '')}>",
    ],
)
def test_an_id_that_was_broken_on_the_way_names_nothing(value: str) -> None:
    message = parsed(a_mail(in_reply_to=value))

    assert not any(parse_keyed_id(each) for each in message.in_reply_to)


def test_an_id_that_was_folded_in_the_middle_is_whole_again() -> None:
    message = parsed(a_mail(in_reply_to=f"<{keyed()[:20]}\n {keyed()[20:]}>"))

    assert message.in_reply_to == (keyed(),)


# --- the address with a token ---


def test_the_reply_address_has_its_token_behind_a_plus_and_fits_into_a_local_part() -> None:
    assert ADDRESS.startswith("desk+")
    assert ADDRESS.endswith("@example.com")
    assert len(LOCAL) <= 64
    assert POLICY.desk.owns(ADDRESS)


@pytest.mark.parametrize(
    ("desk", "letter_id", "made"),
    [
        (POLICY.desk, LETTER_ID, True),
        (without_plus_addressing().desk, LETTER_ID, False),
        (replace(POLICY.desk, address="a" * 21 + "@example.com"), LETTER_ID, True),
        (replace(POLICY.desk, address="a" * 22 + "@example.com"), LETTER_ID, False),
        (POLICY.desk, "conversation", False),
        (POLICY.desk, "ABCDEFGHIJKLMNOP", False),
    ],
)
def test_a_reply_address_is_made_only_where_it_is_configured_and_fits(desk: Desk, letter_id: str, made: bool) -> None:
    assert bool(reply_address(SECRET, desk, CASE.number, letter_id, EVA.addr_spec)) is made


PLAIN = "desk@example.com"
TOKEN = {"letter_id": LETTER_ID, "mac": LOCAL[-26:]}


@pytest.mark.parametrize(
    "fields",
    [
        {"to": (ADDRESS,)},
        {"to": (ADDRESS.upper(),)},
        {"to": (PLAIN,), "cc": (ADDRESS,)},
        {"to": (PLAIN, ADDRESS, ADDRESS.title())},
        {"to": (Address("Kundendialog", ADDRESS),)},
        {"to": (ADDRESS.replace("desk+", "dialog+"),)},
        {"to": (PLAIN,), "fields": (("delivered-to", ADDRESS),)},
        {"to": (PLAIN,), "fields": (("delivered-to", ADDRESS.upper()),)},
        {"to": (PLAIN,), "fields": (("x-original-to", ADDRESS),)},
        {"to": (PLAIN,), "fields": (("envelope-to", f" {ADDRESS} "),)},
        {"to": (PLAIN,), "fields": (("x-envelope-to", f"<{ADDRESS}>"),)},
        {"to": (PLAIN,), "fields": (("envelope-to", f"other@example.net, {ADDRESS}"),)},
    ],
)
def test_the_token_is_found_in_whatever_field_and_whatever_case_the_address_stands(fields: dict[str, Any]) -> None:
    assert reply_tokens(a_message(**fields), POLICY.desk) == (ReplyToken(**TOKEN),)


@pytest.mark.parametrize(
    "message",
    [
        a_message(),
        a_message(to=(ADDRESS.replace("@example.com", "@example.com.example.net"),)),
        a_message(to=(ADDRESS.replace("desk+", "helpdesk+"),)),
        a_message(to=(ADDRESS.replace("desk+", "desk+x+"),)),
        a_message(to=(LOCAL[:-1] + "@example.com",)),
        a_message(fields=(("delivered-to", ADDRESS.replace("@example.com", "@example.net")),)),
        a_message(fields=(("delivered-to", ADDRESS.replace("desk+", "info+")),)),
        a_message(to=("desk" + LOCAL[4:].replace("+", "-") + "@example.com",)),
        a_message(to=(PLAIN,), subject=ADDRESS, text=ADDRESS, reply_to=(ADDRESS,)),
        a_message(to=(PLAIN,), originator=Address("", ADDRESS)),
    ],
)
def test_what_is_no_plus_address_of_the_desk_among_the_recipients_bears_no_token(message: Message) -> None:
    assert reply_tokens(message, POLICY.desk) == ()


def test_without_plus_addressing_no_token_is_read() -> None:
    assert reply_tokens(a_message(to=(ADDRESS,)), without_plus_addressing().desk) == ()
