# SPDX-FileCopyrightText: 2026 The maildesk authors
# SPDX-License-Identifier: EUPL-1.2
"""A mail that a form on a web page or a mailing list sent for somebody: From is no person's, and Reply-To is (RFC 5322, section 3.6.2).

It is taken for the mail of the person in Reply-To, which anyone may have typed there. Of a form that the configuration names that is enough
for a letter; of any other sender staff confirm the address first. The address of a form or a list is nobody's: it lets nobody into a case,
and nothing is sent to it. Where nothing shows a form, From is the person's, who may want the answer elsewhere: staff are asked.
"""

from __future__ import annotations

import re
from dataclasses import replace

from maildesk.core.mail.classify import LIST_FIELDS, classify, is_from_the_list
from maildesk.core.mail.folders import Place
from maildesk.core.mail.hand_written import hand_written
from maildesk.core.mail.message import Address, FromField, Message, Through, can_be_written_to
from maildesk.core.mail.system_marks import is_no_reply
from maildesk.core.office.policy import Policy
from maildesk.core.text.spelling import fold


def as_written(message: Message, policy: Policy, place: Place = Place.INBOX) -> Message:
    """The mail as its writer's: unchanged, or of the person for whom a form or a list sent it. Where that person is not named, its
    originator has no address."""
    sender, desk = message.originator, policy.desk
    person = _person(message, policy)
    if message.from_field is FromField.DOUBTFUL:
        return message
    if policy.staff_by_address(sender.addr_spec) or (desk.owns(sender.addr_spec) and (person is None or place is not Place.INBOX)):
        return message
    named = desk.is_form(sender.addr_spec)
    if not named and (not _sent_for_somebody(message, policy, person) or classify(message, policy.is_inside).sets_aside(in_a_case=False)):
        return message
    return replace(message, originator=person or Address(sender.display_name, ""), through=Through(sender, named))


def answer_wanted_at(message: Message, policy: Policy) -> Address | None:
    """Where a person who wrote by himself wants the answer, if it is another address than that in From."""
    return None if message.through else _person(message, policy)


def _person(message: Message, policy: Policy) -> Address | None:
    """The one person whom Reply-To names beside From; a list, a form, the desk and its staff are none, nor is who takes no answer."""
    desk, recipients = policy.desk, {address.key for address in (*message.to, *message.cc)}
    if message.originator.key in {address.key for address in message.reply_to} and not _is_rewritten(message):
        return None
    persons = {
        each.key: each
        for each in reversed(_named(message))
        if can_be_written_to(each.addr_spec) and each.key != message.originator.key and each.key not in recipients and not is_no_reply(each)
        and not desk.owns(each.addr_spec) and not desk.is_form(each.addr_spec) and policy.staff_by_address(each.addr_spec) is None
    }  # fmt: skip
    return next(iter(persons.values())) if len(persons) == 1 else None


_ADDRESS = re.compile(r"[^\s<>,;:\"()]+@[^\s<>,;:\"()]+")
_VIA = re.compile(r"\s+(?:via|über)\s+.*", re.IGNORECASE)


def _named(message: Message) -> tuple[Address, ...]:
    """Reply-To; and where a list has put its own address into From, the field in which it keeps the writer's."""
    if not _is_rewritten(message):
        return message.reply_to
    values = (*message.values("x-original-from"), *message.values("x-original-sender"))
    found = (match[0] for value in values if (match := _ADDRESS.search(value)))
    return (*message.reply_to, *(Address(_VIA.sub("", message.originator.display_name), address) for address in found))


def _is_rewritten(message: Message) -> bool:
    """Whether a list has put its own address into From, as lists do for the sake of DMARC: its fields name that address (RFC 2369, 2919),
    or the name in From says via whom the mail came. Who writes to herself in copy is no list."""
    sender = message.originator
    named = " ".join((*message.values("list-post"), *message.values("list-id"))).lower()
    words = frozenset(re.split(r"[\s<>:,?]+", named))
    by_name = bool(_VIA.search(sender.display_name)) and any(message.has(name) for name in LIST_FIELDS) and is_from_the_list(message)
    return by_name or not words.isdisjoint({sender.key, sender.key.replace("@", ".")})


def _sent_for_somebody(message: Message, policy: Policy, person: Address | None) -> bool:
    """Whether From is surely nobody's address, or a program's that sent what the person in Reply-To wrote."""
    sender = message.originator
    if is_no_reply(sender) or _is_rewritten(message):
        return True
    if person is None or message.in_reply_to or message.references or hand_written(message):
        return False
    return policy.desk.owns(sender.addr_spec) or (is_elsewhere(sender, person, policy) and _is_program(message, policy))


def _is_program(message: Message, policy: Policy) -> bool:
    """Whether From is an address of the office, where no citizen writes, or header or address are those of a program for web pages."""
    marked = any(message.has(name) for name in _FORM_FIELDS) or bool(_FORM_PROGRAMS.search(message.value("x-mailer")))
    return marked or policy.is_inside(message.originator.addr_spec) or bool(_FORM_LOCAL_PARTS.fullmatch(message.originator.local_part))


_FORM_LOCAL_PARTS = re.compile(
    r"(?:web|online|kontakt|contact|mail)?[-_.]?form(?:s|ulare?)?|kontakte?|contact|(?:web|online|kontakt)?[-_.]?anfragen?|inquiry|enquiry|request"
    r"|www(?:[-_.]?data|run)?|web(?:site|server|page)?|website|homepage|internet|internetseite|portal|httpd?|apache2?|nginx|php|mailer"
    r"|wordpress|wp|typo3|joomla|drupal|contao|jimdo|wix"
)
_FORM_FIELDS = ("x-php-originating-script", "x-php-script", "x-wpcf7-content-type", "x-contact-form", "x-form-id", "x-formmail")
_FORM_PROGRAMS = re.compile(r"phpmailer|\bphp/|wordpress|wpforms|typo3|joomla|drupal|contao|swiftmailer|symfony|nodemailer", re.IGNORECASE)


def is_elsewhere(sender: Address, person: Address, policy: Policy) -> bool:
    """Whether Reply-To names perhaps somebody else than From: at another domain, and under no name that the address in From has too. At a
    provider of half a country, From is a person's."""
    words = re.findall(r"[^\W\d_]{3,}", f"{person.display_name} {person.local_part}")
    alike = any(fold(word) in fold(sender.local_part) for word in words)
    return person.domain != sender.domain and sender.domain not in policy.letters.shared_domains and not alike
