# SPDX-FileCopyrightText: 2026 The maildesk authors
# SPDX-License-Identifier: EUPL-1.2
"""Who wrote a message, and whether that is proved. The From line alone proves nothing: anyone can write anything there.

Three things prove a staff member: the keyed id of a letter that went to that very person (and is not too old), the token of a link in
such a letter, or that the desk's own mail server passed the mail by DMARC for the domain in From. Where that server says that the mail
fails, nothing counts. The token, which may have come to others, proves one order alone, and nothing where the envelope is not of the
office or where the server's checks speak against the mail.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import dataclass, replace
from datetime import datetime, timedelta

from maildesk.core.case.case import Role
from maildesk.core.letters.keyed_ids import parse_keyed_id
from maildesk.core.letters.letter import ASKING, KnownLetter
from maildesk.core.letters.order_links import UsedLink, used_link
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
    link: UsedLink | None = None  # nothing else proves who wrote, and so it proves this order alone


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
    if says.passes:
        return Writer(Role.STAFF, staff, True, f"writer: staff, proved by the mail server ({says.evidence})", message.originator.key)
    if link := _link_of(message, policy, staff, now):
        if _is_from_elsewhere(message, staff, policy, says):
            return Writer(Role.STAFF, staff, False, "writer: a staff address in From, the envelope is not of the office", doubtful=True)
        evidence = "writer: staff, proved by the token of a link to this person"
        return Writer(Role.STAFF, staff, True, evidence, message.originator.key, link=link)
    return Writer(Role.STAFF, staff, False, "writer: a staff address in From, not proved")


def _doubt(message: Message, says: Authentication) -> str:
    """Why nobody's identity follows from the mail, though no server calls it forged; or empty."""
    if message.from_field is FromField.DOUBTFUL:
        return "From leaves in doubt whose mail it is (RFC 5322 section 3.4)"
    return f"the mail server did not check the address in From ({says.evidence})" if says.of_other else ""


def _link_of(message: Message, policy: Policy, staff: Staff, now: datetime) -> UsedLink | None:
    """The link by which the mail was written, if it was given to the one person in From for the case and the order that it names."""
    link = used_link(message.subject, policy.desk.prefix)
    if link is None or len(message.values("from")) > 1:
        return None
    return link if link.was_given_to(staff.addresses, policy, now) else None


def _is_from_elsewhere(message: Message, staff: Staff, policy: Policy, says: Authentication) -> bool:
    """Whether the envelope is of somebody outside of the office, or what the mail server checked speaks against the mail.

    Its sender is in the field that the last server adds (RFC 5321 section 4.4), and its domain in what that server says of SPF. Where both
    are missing or empty, as in much mail of an office to itself, nothing is known of it.
    """
    senders = [value.strip().strip("<>").strip() for value in message.values("return-path")[:1]]
    foreign = any(each and not (policy.is_inside(each) or policy.staff_by_address(each)) for each in senders)
    own = {address_key(each).rpartition("@")[2] for each in staff.addresses}
    elsewhere = any(domain not in own and not policy.is_inside(f"x@{domain}") for domain in says.envelope_domains)
    return says.against or foreign or elsewhere


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
