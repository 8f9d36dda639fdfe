# SPDX-FileCopyrightText: 2026 The maildesk authors
# SPDX-License-Identifier: EUPL-1.2
"""The fields of message/delivery-status (RFC 3464 section 2), read as servers write them."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass

from maildesk.adapters.parse import limits
from maildesk.adapters.parse.delivery_reports import plain_words as freetext_report
from maildesk.adapters.parse.mime import addresses, charset, ids

# One report may speak of several recipients: the action that asks most of us counts.
_PRECEDENCE = ("failed", "delayed", "delivered", "relayed", "expanded")
_MEANT = {"failure": "failed", "fail": "failed", "expired": "failed", "undeliverable": "failed", "delay": "delayed", "deferred": "delayed"}
_STATUS = re.compile(r"\b([245]\.\d{1,3}\.\d{1,3})\b")
FAILURE = re.compile(r"(?<![\d.])5\.\d{1,3}\.(?!0(?!\d))\d{1,3}(?![\d.]*\d)")  # in words, with a detail
_REPLY = re.compile(r"(?:^|[\s;])([45])\d\d[\s-]")
# The address that was written to is before the one that a server made of it.
_RECIPIENT_FIELDS = ("original-recipient", "final-recipient", "x-actual-recipient", "failed-recipient", "recipient")
_ID_FIELDS = ("original-message-id", "x-original-message-id")
_GROUPS_MAX = 1000

Block = Mapping[str, str]


@dataclass(frozen=True, slots=True)
class Status:
    """What the fields say together. Where no Action is given, `action` is empty and `implied` is what the class of the status says."""

    action: str = ""
    implied: str = ""
    status: str = ""
    recipients: tuple[str, ...] = ()
    original_message_id: str = ""


def status_of(data: bytes) -> Status | None:
    """The status in these octets, or None if they name no recipient."""
    blocks = [block for block in _blocks(data) if _is_about_a_recipient(block)]
    if not blocks:
        return None
    spoken = [(_action(block), block) for block in blocks]
    action = min((action for action, _ in spoken if action), key=_PRECEDENCE.index, default="")
    implied = min(filter(None, map(_implied, blocks)), key=_PRECEDENCE.index, default="")
    decisive = [block for said, block in spoken if said == action]
    recipients = freetext_report.plain_addresses(map(_recipient, decisive))
    named = (ids.first(block.get(name, "").encode()) for block in blocks for name in _ID_FIELDS)
    status = next(filter(None, map(_status, decisive)), "")
    return Status(action, implied, status, recipients, next(filter(None, named), ""))


def _is_about_a_recipient(block: Block) -> bool:
    return "disposition" not in block and any(name in block for name in ("final-recipient", "original-recipient", "action"))


def _blocks(data: bytes) -> list[Block]:
    """The groups of fields, names in lower case: one about the message, then one for each recipient (RFC 3464 section 2.1)."""
    blocks: list[dict[str, str]] = [{}]
    name = ""
    for line in charset.decode(data).splitlines():
        if not line.strip():
            if blocks[-1]:
                if len(blocks) >= _GROUPS_MAX:
                    break
                blocks.append({})
            continue
        if line[0] in " \t" and name and ":" not in line.partition(";")[0]:
            blocks[-1][name] = f"{blocks[-1].get(name, '')} {line.strip()}"[: limits.VALUE_CHARS_MAX]
            continue
        key, colon, value = line.partition(":")
        name = key.strip(" \t>*").lower() if colon else ""
        if name == "final-recipient" and name in blocks[-1] and len(blocks) < _GROUPS_MAX:
            blocks.append({})  # some servers leave out the empty line between two recipients
        if name:
            blocks[-1].setdefault(name, value.strip()[: limits.VALUE_CHARS_MAX])
    return [block for block in blocks if block]


def _action(block: Block) -> str:
    """The word of the Action field, if it is one of RFC 3464, or meant as one."""
    word = re.split(r"[\s(;,]", block.get("action", "").lower().strip(' "'), maxsplit=1)[0].strip('".')
    word = _MEANT.get(word, word)
    return word if word in _PRECEDENCE else ""


def _implied(block: Block) -> str:
    """What the class of the status says: 4 is passing, but 4.4.7 means that the time to try has run out (RFC 3463 section 3.5)."""
    status = _status(block)
    if status.startswith("4") and (status != "4.4.7" or block.get("will-retry-until")):
        return "delayed"
    return "delivered" if status.startswith("2") else "failed" if status or _REPLY.search(block.get("diagnostic-code", "")) else ""


def _status(block: Block) -> str:
    """That of the field, or of what the server said, if that says more than the class: many fill the field with 5.0.0."""
    said = [match[1] for name in ("status", "diagnostic-code") if (match := _STATUS.search(block.get(name, "")))]
    return next((status for status in said if not says_no_more_than_class(status)), said[0] if said else "")


def says_no_more_than_class(status: str) -> bool:
    """Whether the status has no subject and no detail (RFC 3463 section 3.1), as 5.0.0 has none."""
    return status.endswith(".0.0")


def _recipient(block: Block) -> str:
    """The recipient that failed; comments and the type of the address are left out."""
    for name in _RECIPIENT_FIELDS:
        kind, semicolon, value = block.get(name, "").partition(";")
        found = addresses.read((value if semicolon else kind).encode("utf-8", "replace"))
        if found and freetext_report.plain_addresses((found[0].addr_spec,)):
            return found[0].addr_spec
    return ""
