# SPDX-FileCopyrightText: 2026 The maildesk authors
# SPDX-License-Identifier: EUPL-1.2
"""Who wrote a mail. Everything in a From line can be typed by anybody; a keyed id and the word of the desk's own server cannot."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from datetime import timedelta
from typing import Any

import pytest

from maildesk.core.case.case import Role
from maildesk.core.letters.letter import CONSULTATION, KnownLetter
from maildesk.core.mail.message import Address
from maildesk.core.office.policy import Policy
from maildesk.core.threading.writer import Writer, identify
from tests.rig.builders import EVA, MONDAY, a_message
from tests.rig.trails import DMARC_FAIL, DMARC_PASS, KLEIN, POLICY, STRANGER, WEBER, a_letter, conversation, keyed, says

COLLEAGUE = Address("P. Sommer", "sommer@neue-wege.org")
BELOW = Address("", "winter@jc.neue-wege.org")
TO_WEBER, TO_KLEIN, TO_EVA = (keyed(to=to) for to in (WEBER.address, KLEIN.address, EVA.addr_spec))
PROOF = timedelta(days=POLICY.letters.proof_days)


def letters(**fields: Any) -> Mapping[str, KnownLetter]:
    """Letters to both of the staff, to a citizen and to colleagues."""
    people = (WEBER.address, KLEIN.address, EVA.addr_spec, COLLEAGUE.addr_spec, BELOW.addr_spec, STRANGER.addr_spec)
    return {named: letter for to in people for named, letter in a_letter(to=to, **fields).items()}


def written(policy: Policy = POLICY, known: Mapping[str, KnownLetter] | None = None, **fields: Any) -> Writer:
    return identify(a_message(**fields), policy, letters() if known is None else known, MONDAY)


def dmarc(verdict: tuple[str, str], domain: str = "example.com") -> tuple[tuple[str, str], ...]:
    return (says(verdict, domain),)


TWO_FROM = (("from", f"A. Weber <{WEBER.address}>"), ("from", "Mallory <mallory@example.net>"))


@dataclass(frozen=True)
class Row:
    """A mail and who wrote it."""

    what: str
    fields: dict[str, Any]
    role: Role = Role.CITIZEN
    proved: bool = False
    forged: bool = False
    known: Mapping[str, KnownLetter] = field(default_factory=letters)


STAFF = {"originator": WEBER.address}
TABLE = [
    Row("staff From and nothing else", STAFF, Role.STAFF),
    Row("staff From in capitals", {"originator": "WEBER@Example.COM"}, Role.STAFF),
    Row("staff From and the keyed id of a letter to this person", {**STAFF, "in_reply_to": (TO_WEBER,)}, Role.STAFF, True),
    Row("the same in References alone", {**STAFF, "references": ("x@example.org", TO_WEBER)}, Role.STAFF, True),
    Row("the same, From in capitals", {"originator": "Weber@EXAMPLE.com", "in_reply_to": (TO_WEBER,)}, Role.STAFF, True),
    Row("the id of a letter to another staff member", {**STAFF, "in_reply_to": (TO_KLEIN,)}, Role.STAFF),
    Row("the id of a letter to a citizen", {**STAFF, "in_reply_to": (TO_EVA,)}, Role.STAFF),
    Row("the id of a letter that the database does not know", {**STAFF, "in_reply_to": (TO_WEBER,)}, Role.STAFF, known={}),
    Row("the id of a conversation", {**STAFF, "references": (conversation(to=WEBER.address),)}, Role.STAFF),
    Row("an id with a guessed key", {**STAFF, "in_reply_to": (TO_WEBER.replace(TO_WEBER[-40:-12], "a" * 28),)}, Role.STAFF),
    Row("the id in the text alone", {**STAFF, "text": f"In <{TO_WEBER}> wrote the desk"}, Role.STAFF),
    Row("the id as the mail's own", {**STAFF, "message_id": TO_WEBER}, Role.STAFF),
    Row("a letter as old as may be", {**STAFF, "in_reply_to": (TO_WEBER,)}, Role.STAFF, True, known=letters(created_at=MONDAY - PROOF)),
    Row(
        "a letter a second too old",
        {**STAFF, "in_reply_to": (TO_WEBER,)},
        Role.STAFF,
        known=letters(created_at=MONDAY - PROOF - timedelta(seconds=1)),
    ),
    Row("DMARC pass", {**STAFF, "fields": dmarc(DMARC_PASS)}, Role.STAFF, True),
    Row("DMARC pass for another domain", {**STAFF, "fields": dmarc(DMARC_PASS, "example.net")}, Role.STAFF),
    Row("DMARC pass by another server", {**STAFF, "fields": (("authentication-results", "mx.evil.example; dmarc=pass"),)}, Role.STAFF),
    Row(
        "DMARC pass written by the sender below the server's own field",
        {**STAFF, "fields": (("authentication-results", "mx.example.com; spf=none"), says(DMARC_PASS, "example.com"))},
        Role.STAFF,
    ),
    Row("DMARC fail", {**STAFF, "fields": dmarc(DMARC_FAIL)}, Role.STAFF, forged=True),
    Row("keyed id and DMARC pass", {**STAFF, "in_reply_to": (TO_WEBER,), "fields": dmarc(DMARC_PASS)}, Role.STAFF, True),
    Row("keyed id, but DMARC fail", {**STAFF, "in_reply_to": (TO_WEBER,), "fields": dmarc(DMARC_FAIL)}, Role.STAFF, forged=True),
    Row("keyed id, but two From lines", {**STAFF, "in_reply_to": (TO_WEBER,), "fields": TWO_FROM}, Role.STAFF),
    Row("DMARC pass, but two From lines", {**STAFF, "fields": (*TWO_FROM, *dmarc(DMARC_PASS))}, Role.STAFF),
    Row("a stranger with the name of staff", {"originator": Address(WEBER.name, STRANGER.addr_spec)}),
    Row("a stranger with the address of staff as name", {"originator": Address(WEBER.address, STRANGER.addr_spec)}),
    Row("a stranger with the id of a letter to staff", {"originator": STRANGER, "in_reply_to": (TO_WEBER,)}),
    Row("a stranger with staff in Sender", {"originator": STRANGER, "fields": (("sender", WEBER.address),)}),
    Row("a stranger with staff in Reply-To", {"originator": STRANGER, "reply_to": (WEBER.address,), "in_reply_to": (TO_WEBER,)}),
    Row("a stranger with staff in the second From line", {"originator": STRANGER, "fields": TWO_FROM[::-1], "in_reply_to": (TO_WEBER,)}),
    Row("staff From with a plus", {"originator": "weber+x@example.com", "in_reply_to": (TO_WEBER,)}),
    Row("staff From at a domain below", {"originator": "weber@mail.example.com", "in_reply_to": (TO_WEBER,)}),
    Row("staff From with a letter that looks the same", {"originator": "wеber@example.com", "in_reply_to": (TO_WEBER,)}),
    Row("a citizen", {}),
    Row("a citizen with the id of a letter to staff", {"in_reply_to": (TO_WEBER,)}),
    Row("a citizen with DMARC pass", {"fields": dmarc(DMARC_PASS, "example.org")}),
    Row("a citizen with DMARC fail", {"fields": dmarc(DMARC_FAIL, "example.org")}, forged=True),
    Row("a citizen with SPF fail", {"fields": (("authentication-results", "mx.example.com; spf=fail smtp.mailfrom=x"),)}, forged=True),
    Row(
        "a citizen with SPF fail and an aligned DKIM signature",
        {"fields": (("authentication-results", "mx.example.com; spf=fail smtp.mailfrom=x; dkim=pass header.d=example.org"),)},
    ),
    Row(
        "a citizen with SPF fail and the DKIM signature of a list",
        {"fields": (("authentication-results", "mx.example.com; spf=fail smtp.mailfrom=x; dkim=pass header.d=lists.example"),)},
        forged=True,
    ),
    Row("a citizen whom another server calls forged", {"fields": (("authentication-results", "mx.evil.example; dmarc=fail"),)}),
    Row("a mail without a writer", {"originator": ""}),
]


@pytest.mark.parametrize("row", TABLE, ids=lambda row: row.what)
def test_a_writer_is_proved_by_a_letter_to_this_person_or_by_the_desks_own_server(row: Row) -> None:
    writer = written(known=row.known, **row.fields)

    assert (writer.role, writer.proved, writer.forged) == (row.role, row.proved, row.forged)
    assert bool(writer.staff) is (row.role is Role.STAFF)
    assert "@" not in writer.evidence


@pytest.mark.parametrize("row", TABLE, ids=lambda row: row.what)
def test_nobody_is_taken_for_a_participant_who_is_forged_or_staff_without_proof(row: Row) -> None:
    message = a_message(**row.fields)

    identity = identify(message, POLICY, row.known, MONDAY).identity

    known = not row.forged and (row.role is Role.CITIZEN or row.proved)
    assert identity == (message.originator.key if known else "")


CONSULTED = letters(template=CONSULTATION)
TO_COLLEAGUE, TO_BELOW = keyed(to=COLLEAGUE.addr_spec), keyed(to=BELOW.addr_spec)
OLD_CONSULTATION = letters(template=CONSULTATION, created_at=MONDAY - 2 * PROOF)
PROOFLESS: list[tuple[str, dict[str, Any], Mapping[str, KnownLetter]]] = [
    ("the address alone", {"originator": COLLEAGUE}, CONSULTED),
    ("DMARC pass alone", {"originator": COLLEAGUE, "fields": dmarc(DMARC_PASS, "neue-wege.org")}, CONSULTED),
    ("the id of a letter to another colleague", {"originator": COLLEAGUE, "in_reply_to": (TO_BELOW,)}, CONSULTED),
    ("the id of a letter that consults nobody", {"originator": COLLEAGUE, "in_reply_to": (TO_COLLEAGUE,)}, letters()),
    ("an old consultation", {"originator": COLLEAGUE, "in_reply_to": (TO_COLLEAGUE,)}, OLD_CONSULTATION),
    ("a letter to somebody outside", {"originator": STRANGER, "in_reply_to": (keyed(to=STRANGER.addr_spec),)}, CONSULTED),
    ("DMARC fail", {"originator": COLLEAGUE, "in_reply_to": (TO_COLLEAGUE,), "fields": dmarc(DMARC_FAIL, "neue-wege.org")}, CONSULTED),
    ("a domain that begins like ours", {"originator": "sommer@neue-wege.org.evil.example", "in_reply_to": (TO_COLLEAGUE,)}, CONSULTED),
    ("a domain that ends like ours", {"originator": "sommer@xneue-wege.org", "in_reply_to": (TO_COLLEAGUE,)}, CONSULTED),
]  # fmt: skip


@pytest.mark.parametrize(("what", "fields", "known"), PROOFLESS, ids=[row[0] for row in PROOFLESS])
def test_a_colleague_without_proof_is_somebody_from_outside(what: str, fields: dict[str, Any], known: Mapping[str, KnownLetter]) -> None:
    writer = written(known=known, **fields)

    assert (writer.role, writer.proved) == (Role.CITIZEN, False)


@pytest.mark.parametrize(("person", "named"), [(COLLEAGUE, TO_COLLEAGUE), (BELOW, TO_BELOW)])
def test_a_colleague_who_answers_a_consultation_speaks_inside_the_house(person: Address, named: str) -> None:
    writer = written(known=CONSULTED, originator=replace(person, addr_spec=person.addr_spec.upper()), references=(named,))

    assert (writer.role, writer.proved, writer.identity) == (Role.CONSULTED, True, person.key)


@pytest.mark.parametrize(
    ("address", "inside"),
    [
        ("a@neue-wege.org", True),
        ("a@NEUE-WEGE.ORG", True),
        ("a@jc.neue-wege.org", True),
        ("a@neue-wege.org.evil.example", False),
        ("a@xneue-wege.org", False),
        ("a@neue-wege.example", False),
        ("neue-wege.org@evil.example", False),
        ("a@org", False),
        ("a@", False),
        ("", False),
    ],
)
def test_a_colleague_has_an_address_of_an_internal_domain_or_below_one(address: str, inside: bool) -> None:
    assert POLICY.is_colleague(address) is inside


def test_a_new_secret_takes_every_proof_away() -> None:
    renewed = replace(POLICY, secret=b"n" * 32)

    assert written(originator=WEBER.address, in_reply_to=(TO_WEBER,)).proved
    assert not written(renewed, originator=WEBER.address, in_reply_to=(TO_WEBER,)).proved
    assert not written(renewed, CONSULTED, originator=COLLEAGUE, in_reply_to=(TO_COLLEAGUE,)).proved


def test_where_no_server_is_configured_none_is_believed() -> None:
    trusting_nobody = replace(POLICY, desk=replace(POLICY.desk, authserv_id=""))

    assert not written(trusting_nobody, originator=WEBER.address, fields=dmarc(DMARC_PASS)).proved
    assert not written(trusting_nobody, fields=dmarc(DMARC_FAIL, "example.org")).forged
