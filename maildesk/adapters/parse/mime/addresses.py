# SPDX-FileCopyrightText: 2026 The maildesk authors
# SPDX-License-Identifier: EUPL-1.2
"""Addresses (RFC 5322 section 3.4). mail-parser reads what is well formed; here is the guard, and the reading of the rest.

The guard: mail-parser gives no address for a domain with a dot at its end, for "Name a@b" without brackets, for two addresses
without a comma; it gives `\\udcf6` for raw octets that are not UTF-8; and it leaves mangled encoded words in names. A mail whose
writer cannot be found gets no answer, so everything that has an address in it is read.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator

from maildesk.adapters.parse import limits
from maildesk.adapters.parse.mime import words
from maildesk.core.mail.message import Address

_ENDS_AN_ADDRESS = frozenset(" \t\r\n<>()[],;:\"'\\@|=")
_WORD = re.compile(r"=\?[^?\s]{1,60}\?[bBqQ]\?[^?<>]{0,2000}\?=")
_TRIES_MAX = 20  # in one item, so that a field full of brackets or of @ takes no time
_LITERAL = re.compile(r"\[(?:IPv6:)?[0-9A-Fa-f.:]{3,45}\]")  # RFC 5321 section 4.1.3
_COMMENT = re.compile(r"\(([^()]*)\)")


def from_library(pairs: Iterable[object], raw: bytes) -> tuple[Address, ...]:
    """The addresses that mail-parser found, if it can have found all of them in these octets, else nothing."""
    if not raw.isascii():
        return ()
    found: list[Address] = []
    for pair in pairs:
        if not (isinstance(pair, tuple) and len(pair) == 2):
            return ()
        address = _address(str(pair[0]), str(pair[1]))
        if address is None or address.addr_spec != str(pair[1]):
            return ()
        found.append(address)
    return tuple(found)


def read(raw: bytes, hint: str = "") -> tuple[Address, ...]:
    """Every address in the value of a field, in any form, each once, bounded; `hint` as for `words.unfolded`."""
    text = words.unfolded(raw[: limits.FIELD_BYTES_MAX], hint)
    found = tuple(_each_once(_mailboxes(text)))
    if not found and "=?" in text:  # some programs encode the whole field, address and all
        found = tuple(_each_once(_mailboxes(words.decode_words(text))))
    return found


def named(name: str, spec: str) -> Address:
    """An address that is known, with its name as it is in the field."""
    return Address(_name(name, spec), spec)


def local_word(raw: bytes) -> str:
    """The bare word that stands for an address on one host: `MAILER-DAEMON <>`, `Mail System <MAILER-DAEMON>`, `root`."""
    text = words.unfolded(raw[: limits.FIELD_BYTES_MAX])
    phrase, _, rest = text.partition("<")
    for candidate in (rest.partition(">")[0], phrase):
        word = candidate.strip(' "')
        if re.fullmatch(r"[A-Za-z0-9._+-]{1,64}", word):
            return word
    return ""


def _each_once(found: Iterable[Address]) -> Iterator[Address]:
    seen: set[str] = set()
    for address in found:
        if address.key not in seen and len(seen) < limits.RECIPIENTS_MAX:
            seen.add(address.key)
            yield address


def _mailboxes(text: str) -> Iterator[Address]:
    before = ""  # of a name with a comma that is without quotes: Meier, Eva <eva@example.org>
    for item in _items(text):
        if "@" not in item:
            before = f"{before}{item}, "[-limits.NAME_CHARS_MAX :] if item.strip() else ""
            continue
        address = _bracketed(before + item) or _bare(item)
        before = ""
        if address is not None:
            yield address


def _items(text: str) -> Iterator[str]:
    """Splits at commas and semicolons outside of quotes, comments, brackets and encoded words; drops the names of groups."""
    start = position = 0
    quoted, depth, angle = False, 0, False
    while position < len(text):
        character = text[position]
        if character == "\\":
            position += 1
        elif character == '"' and not depth:
            quoted = not quoted
        elif quoted:
            pass
        elif character == "(":
            depth += 1
        elif character == ")":
            depth = max(0, depth - 1)
        elif depth:
            pass
        elif character == "=" and (word := _WORD.match(text, position)):
            position = word.end() - 1
        elif character == "<":
            angle = True
        elif character == ">":
            angle = False
        elif character in ",;" and not angle:
            yield text[start:position]
            start = position + 1
        elif character == ":" and not angle and "@" not in text[start:position] and text[start:position].strip().lower() != "mailto":
            start = position + 1
        position += 1
    rest = text[start:]
    if quoted or depth or angle:  # something was opened and never closed: read what is left without regard to it
        yield from re.split(r"[,;]", rest)
    else:
        yield rest


def _bracketed(item: str) -> Address | None:
    """`Name <a@b>`, also with a route (RFC 5322 section 4.4) and several brackets, of which the last with an address counts."""
    closing = len(item)
    for _ in range(_TRIES_MAX):
        opening = item.rfind("<", 0, closing)
        if opening < 0:
            break
        inner = item[opening + 1 : closing].partition(">")[0]
        if "@" in inner:
            spec = inner.rpartition(":")[2] if inner.lstrip().startswith("@") else inner
            return _address(item[:opening] or item[closing:], spec) or _bare(spec, item[:opening])
        closing = opening
    return None


def _bare(item: str, name: str = "") -> Address | None:
    """The first thing in the text that looks like an address; what is in a comment, or the rest, is the name."""
    at = 0
    for _ in range(_TRIES_MAX):
        at = item.find("@", at + 1)
        if at < 0:
            break
        start, end = at, at + 1
        if item[at - 1] == '"':  # a local part in quotes may hold anything
            start = max(item.rfind('"', 0, at - 1), 0)
        while start > 0 and item[start - 1] not in _ENDS_AN_ADDRESS:
            start -= 1
        literal = _LITERAL.match(item, end)
        while not literal and end < len(item) and item[end] not in _ENDS_AN_ADDRESS:
            end += 1
        end = literal.end() if literal else end
        comment = _COMMENT.search(item)
        address = _address(name or (comment[1] if comment else item[:start]), item[start:end])
        if address is not None:
            return address
    if re.search(r"\s@|@\s", item):  # white space around the @ was once allowed (RFC 5322 section 4.4)
        return _bare(re.sub(r"\s*@\s*", "@", item[: 2 * limits.NAME_CHARS_MAX]), name)
    return None


def _address(name: str, spec: str) -> Address | None:
    """The Address, if the two parts of `spec` are there and it is safe to use in a header and an envelope."""
    spec = words.one_line(spec, 2 * limits.ADDR_SPEC_CHARS_MAX).strip(" <>'").removeprefix("mailto:").rstrip(".")
    local, at, domain = spec.rpartition("@")
    spec = f"{local.strip()}{at}{domain.strip()}"
    quoted = len(local) > 2 and local.startswith('"') and local.endswith('"')
    harmful = bool(re.search(r"[\s<>(),;\[\]]", domain)) and not _LITERAL.fullmatch(domain)
    harmful = harmful or (not quoted and bool(re.search(r"[\s<>(),;:\"@\[\]\\]", local.strip())))
    if not local.strip() or not domain.strip(" .") or harmful or len(spec) > limits.ADDR_SPEC_CHARS_MAX:
        return None
    return Address(_name(name, spec), spec)


def _name(name: str, spec: str) -> str:
    """The display name: decoded, without its quotes; empty if it only repeats the address."""
    text = name.strip()
    if len(text) > 1 and text[0] == text[-1] == '"':
        text = re.sub(r"\\(.)", r"\1", text[1:-1])
    text = words.one_line(words.decode_words(text), limits.NAME_CHARS_MAX).strip(" \"'<").removesuffix("mailto:").rstrip(" [(")
    return "" if text.lower() == spec.lower() else text
