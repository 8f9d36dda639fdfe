# SPDX-FileCopyrightText: 2026 The maildesk authors
# SPDX-License-Identifier: EUPL-1.2
"""Who wrote a message, and whether that is proved. The From line alone proves nothing: anyone can write anything there.

Three things prove a staff member: the keyed id of a letter that went to that very person (and is not too old), the token of a link in
such a letter, or that the desk's own mail server passed the mail by DMARC for the domain in From. Where that server says that the mail
fails, nothing counts.
"""

from __future__ import annotations

import re
from collections.abc import Collection, Mapping
from dataclasses import dataclass, replace
from datetime import datetime, timedelta

from maildesk.core.case.case import Role, case_numbers_in, entry_word, names_entry
from maildesk.core.letters.keyed_ids import is_order_token, parse_keyed_id
from maildesk.core.letters.letter import ASKING, KnownLetter
from maildesk.core.mail.authentication import Authentication, authentication
from maildesk.core.mail.message import FromField, Message, address_key
from maildesk.core.office.policy import Policy, Staff


@dataclass(frozen=True, slots=True)
class Writer:
    """`role` is what the writer says to be; `proved` holds for staff and consulted colleagues alone.

    `identity` is the address key by which the writer is taken for somebody who takes part in a case; empty where the sender is forged,
    `doubtful` (From does not say for sure whose mail it is, or the mail server checked another domain), or not the sender of the last hop.
    `typed`: the address is what somebody typed into a form, and shows no more than that two messages may be one.
    """

    role: Role
    staff: Staff | None = None
    proved: bool = False
    evidence: str = ""
    identity: str = ""
    forged: bool = False
    doubtful: bool = False
    typed: bool = False


def identify(message: Message, policy: Policy, letters: Mapping[str, KnownLetter], now: datetime) -> Writer:
    """`letters` are those of ours that the mail names, by Message-ID."""
    says = authentication(replace(message, originator=message.sent_from), policy.desk.authserv_id)
    address = message.originator.addr_spec
    staff = policy.staff_by_address(address)
    if staff:
        return _staff(message, policy, staff, says, letters, now)
    if says.fails:
        return Writer(Role.CITIZEN, evidence=f"writer: from outside, forged ({says.evidence})", forged=True)
    if doubt := _doubt(message, says):
        return Writer(Role.CITIZEN, evidence=f"writer: from outside, {doubt}", doubtful=True)
    if message.through:
        identity = message.originator.key if message.through.named and not says.forwarded else ""
        return Writer(Role.CITIZEN, evidence="writer: from outside, through a form or a list", identity=identity, typed=True)
    if says.forwarded:
        return Writer(Role.CITIZEN, evidence=f"writer: from outside, forwarded by others ({says.evidence})")
    if policy.is_colleague(address) and _answers_own_letter(message, policy, letters, now, whose=(address,), templates=ASKING):
        return Writer(Role.CONSULTED, None, True, "writer: a consulted colleague, proved by the keyed id", message.originator.key)
    return Writer(Role.CITIZEN, evidence="writer: from outside", identity=message.originator.key)


def _staff(
    message: Message, policy: Policy, staff: Staff, says: Authentication, letters: Mapping[str, KnownLetter], now: datetime
) -> Writer:
    if says.fails:
        return Writer(Role.STAFF, staff, False, f"writer: a staff address in From, forged ({says.evidence})", forged=True)
    if doubt := _doubt(message, says):
        return Writer(Role.STAFF, staff, False, f"writer: a staff address in From, not proved: {doubt}", doubtful=True)
    if _answers_own_letter(message, policy, letters, now, whose=staff.addresses):
        return Writer(Role.STAFF, staff, True, "writer: staff, proved by the keyed id of a letter to this person", message.originator.key)
    if _used_link(message, policy, staff, now):
        return Writer(Role.STAFF, staff, True, "writer: staff, proved by the token of a link to this person", message.originator.key)
    if says.passes:
        return Writer(Role.STAFF, staff, True, f"writer: staff, proved by the mail server ({says.evidence})", message.originator.key)
    return Writer(Role.STAFF, staff, False, "writer: a staff address in From, not proved")


def _doubt(message: Message, says: Authentication) -> str:
    """Why nobody's identity follows from the mail, though no server calls it forged; or empty."""
    if message.from_field is FromField.DOUBTFUL:
        return "From leaves in doubt whose mail it is (RFC 5322 section 3.4)"
    return f"the mail server did not check the address in From ({says.evidence})" if says.of_other else ""


_TOKEN = re.compile(r"(?<!\S)~([a-z2-7]{26})(?!\S)", re.IGNORECASE | re.ASCII)


def _used_link(message: Message, policy: Policy, staff: Staff, now: datetime) -> bool:
    """Whether the subject has the token of an order link that was given to the one person in From for the case that it names."""
    prefix = policy.desk.prefix
    token, numbers = _TOKEN.search(message.subject), case_numbers_in(message.subject, prefix)
    numbers = numbers or ((entry_word(prefix),) if names_entry(message.subject, prefix) else ())
    if token is None or not numbers or len(message.values("from")) > 1:
        return False
    days = policy.letters.proof_days
    return any(is_order_token(policy.secret, token[1], numbers[0], address, now, days) for address in staff.addresses)


def _answers_own_letter(
    message: Message,
    policy: Policy,
    letters: Mapping[str, KnownLetter],
    now: datetime,
    *,
    whose: Collection[str],
    templates: Collection[str] = (),
) -> bool:
    """Whether the mail names a letter that went to one of the addresses of the person in its one From line, and that is young enough to
    prove it."""
    keys = frozenset(map(address_key, whose))
    if len(message.values("from")) > 1:
        return False
    oldest = now - timedelta(days=policy.letters.proof_days)
    for named in (*message.in_reply_to, *message.references):
        keyed, letter = parse_keyed_id(named), letters.get(named)
        if keyed is None or letter is None or letter.created_at < oldest or (templates and letter.template not in templates):
            continue
        if address_key(letter.recipient) in keys and keyed.is_genuine(policy.secret, letter.recipient):
            return True
    return False
