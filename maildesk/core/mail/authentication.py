# SPDX-FileCopyrightText: 2026 The maildesk authors
# SPDX-License-Identifier: EUPL-1.2
"""What the desk's own mail server says about the sender of a mail: the Authentication-Results field (RFC 8601).

Anybody can write this field into a mail. A server that checks puts its own on top and takes away those that carry its name
(RFC 8601 section 5); therefore only the topmost field counts, and only if it carries the name that the configuration gives.
Half of what is in it comes from the sender all the same: the envelope address in quoted strings and in comments, the
domains of signatures. So it is first brought into a form in which nothing of that can look like a result; and a field that a
server in its senses would not write proves nothing, while bad news in it still counts.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass

from maildesk.core.mail.message import FromField, Message, address_key, wire_address

# Just below what the parser keeps of a value (2000), so that a value that it cut off is distinguished from a whole one.
_CHARS_MAX = 1990
_METHODS = ("dmarc", "spf", "dkim")
# RFC 8601 section 2.7 and RFC 7489 section 11.2; `hardfail` is Google's older word, `bestguesspass` Microsoft's for a guess.
_WORDS = frozenset(
    ("pass", "fail", "hardfail", "softfail", "neutral", "none", "policy", "temperror", "permerror", "bestguesspass"),
)
# Exchange Online leaves the authserv-id out and begins with a result. Such a field is believed only if the configured
# authserv-id is one of these or ends in one as whole labels: outlook.com, protection.outlook.com, mx.microsoft.com.
_MICROSOFT = ("outlook.com", "microsoft.com", "office365.com")
_MICROSOFT_BEGINS = frozenset(("spf", "dkim", "dmarc", "compauth", "arc"))

_PIECE = re.compile(r'\\.?|["()]|[^\\"()]+', re.DOTALL)
_SPACE = re.compile(r"[ \t\r\n]+")  # not \s: a no-break space is a letter of a local part (RFC 6532)
# OpenDMARC, Gmail and rspamd say in a comment what the domain wants done; Fastmail, Proxmox and Exchange in a property.
_POLICY_NONE = re.compile(r"\(\s*(?:p|policy)\s*=\s*none(?![\w-])(?P<more>[\w=.,;\s-]*)\)", re.IGNORECASE)
_PUBLISHED, _DISPOSITIONS = "policy.published-domain-policy", ("policy.applied-disposition", "policy.evaluated-disposition")
_POLICIES = frozenset((_PUBLISHED, "policy.dmarc", "action", *_DISPOSITIONS))
_HARMLESS = re.compile(r'"[\w.@-]*"')
_AUTHSERV_ID = re.compile(r' ?("?)([^ ="]+)\1(?: [0-9]+)? ?')
_RESULT = re.compile(r" ?([A-Za-z][A-Za-z0-9-]*) ?(?:/ ?[0-9]+ ?)?= ?([^ ]*)")
# An empty value is followed by the next property: `smtp.mailfrom= smtp.helo=mail.example.org`.
_PROPERTY = re.compile(r"(?<![^ ])([^ =]+) ?=(?: (?![^ =]+ ?=))?([^ ]*)")
_ONE_MAILBOX = re.compile(r'((?:"[^"]*"|[^<>@,;:"])*<)?(?P<address>[^<>@,;:" ]+@[^<>@,;:" ]+)(?(1)>)')


@dataclass(frozen=True, slots=True)
class Authentication:
    """What the desk's own mail server found out about the sender of a mail.

    `passes`: DMARC pass for the domain of the one address in From, so the domain authorised the mail. `fails`: DMARC fail, or
    SPF fail without an aligned DKIM pass where DMARC says nothing. `evidence` is one short sentence of known words only, or
    empty where no field is believed. Neither of the two is the usual case: a domain without DMARC.

    `of_other`: the server checked another domain than that of the address in From, or found none in a field that is not well formed.
    `forwarded`: DMARC fails for a domain that wants such mail refused, but the chain of servers that forwarded it is whole (RFC 8617).
    Anybody can begin such a chain: the mail is no forgery for that, and nobody's identity follows from it either.
    `against`: DMARC failed, whatever the domain asks for then, or SPF did or nearly did. That is no forgery yet, but weakens other proof.
    `envelope_domains` are those for which SPF was checked.
    """

    passes: bool = False
    fails: bool = False
    evidence: str = ""
    of_other: bool = False
    forwarded: bool = False
    against: bool = False
    envelope_domains: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class _Result:
    """One `method=word` with its properties, names in lower case."""

    method: str
    word: str
    properties: tuple[tuple[str, str], ...]

    def domains(self, *names: str) -> tuple[str, ...]:
        """The domains in the properties with these names; an empty string for a value that is none."""
        return tuple(_domain(value) for name, value in self.properties if name in names)

    @property
    def asks_for_nothing(self) -> bool:
        """Whether the domain wants nothing done with mail that fails (RFC 7489 section 6.3)."""
        policies = {value.lower() for name, value in self.properties if name in _POLICIES}
        return "none" in policies and not policies & {"reject", "quarantine"}


def authentication(message: Message, authserv_id: str) -> Authentication:
    """Judges by the topmost Authentication-Results field, if it is that of `authserv_id`; never raises for any content.

    An empty `authserv_id` believes nothing.
    """
    value = message.value("authentication-results")
    text, sound = _plain(value[:_CHARS_MAX])
    results = _believed(text, _host(authserv_id))
    if results is None:
        return Authentication()
    # What is behind a backslash depends on who reads it; no server needs one for a sender that means no harm.
    sound = sound and len(value) <= _CHARS_MAX and "\\" not in value
    passes, fails = sound and _passes(message, results), _fails(message, results, sound=sound)
    forwarded = fails and sound and _words(results, "arc") == {"pass"}
    against = fails or (not passes and _speaks_against(message, results))
    evidence, of_other = _evidence(results, passes), _is_of_other(message, results)
    return Authentication(passes, fails and not forwarded, evidence, of_other, forwarded, against, _envelope_domains(results))


def _passes(message: Message, results: tuple[_Result, ...]) -> bool:
    """Every DMARC result is a pass that names the From domain once, and From leaves no doubt which address is meant."""
    dmarc = [result for result in results if result.method == "dmarc"]
    domain = _sole_domain(message)
    return bool(dmarc and domain) and all(each.word == "pass" and each.domains("header.from") == (domain,) for each in dmarc)


def _fails(message: Message, results: tuple[_Result, ...], *, sound: bool) -> bool:
    """The worst DMARC result decides; SPF only where there is none, since forwarded mail fails SPF (RFC 7208 appendix D.2).

    A fail for a domain that asks for nothing then (p=none) is none: its mail may be forwarded, or not all of it be signed.
    """
    if _words(results, "dmarc") - {"none"}:
        failed = [result for result in results if result.method == "dmarc" and result.word == "fail"]
        return not (sound and all(result.asks_for_nothing for result in failed)) if failed else False
    return bool(_words(results, "spf") & {"fail", "hardfail"}) and not _is_signed(message, results)


def _is_signed(message: Message, results: tuple[_Result, ...]) -> bool:
    """Whether a signature counts (DKIM) that is of the domain of From."""
    signed = (result for result in results if result.method == "dkim" and result.word == "pass")
    domain = _domain(message.originator.addr_spec)
    return any(_aligned(signer, domain) for result in signed for signer in result.domains("header.d", "header.i"))


def _speaks_against(message: Message, results: tuple[_Result, ...]) -> bool:
    failed_spf = bool(_words(results, "spf") & {"fail", "hardfail", "softfail"})
    return "fail" in _words(results, "dmarc") or (failed_spf and not _is_signed(message, results))


def _envelope_domains(results: tuple[_Result, ...]) -> tuple[str, ...]:
    """Of an empty envelope sender the server checks the name that the other one gave itself (RFC 7208 section 2.4)."""
    spf = [result for result in results if result.method == "spf"]
    by_name = ([domain for result in spf for domain in result.domains(name) if domain] for name in ("smtp.mailfrom", "smtp.helo"))
    return tuple(dict.fromkeys(next(filter(None, by_name), ())))


def _is_of_other(message: Message, results: tuple[_Result, ...]) -> bool:
    """A domain vouches for those below it as well: some servers name the one that has the policy."""
    checked, own = [result for result in results if result.method == "dmarc"], _domain(message.originator.addr_spec)
    named = [domain for result in checked for domain in result.domains("header.from") if "." in domain]
    if named:
        return not all(_is_within(own, domain) for domain in named)
    return bool(checked) and message.from_field is FromField.LOOSE


def _evidence(results: tuple[_Result, ...], passes: bool) -> str:
    found = {method: sorted({word if word in _WORDS else "other" for word in _words(results, method)}) for method in _METHODS}
    said = ", ".join(f"{method}={word}" for method in _METHODS for word in found[method]) or "no result"
    doubt = ", but not surely for the address in From" if found["dmarc"] == ["pass"] and not passes else ""
    return f"authentication: {said}{doubt}"


def _words(results: tuple[_Result, ...], method: str) -> frozenset[str]:
    return frozenset(result.word for result in results if result.method == method)


# --- reading the field ---


def _plain(value: str) -> tuple[str, bool]:
    """The value without comments, white space as one space, in quoted strings nothing but letters, digits and `.@_-`.

    After that `;`, `=` and spaces are those of the server. False if it is not well formed, or if a quotation mark is in
    a comment: `(domain of "a); dmarc=pass (b"@example.net ...)`, where the server forgot that a local part may close it.
    What is opened and never closed is read as if it had not been opened.
    """
    out: list[str] = []
    sound, quoted, depth, opened = True, False, 0, 0
    for match in _PIECE.finditer(value):
        piece = match[0]
        if quoted:
            quoted = piece != '"'
            out.append("" if quoted else _harmless(value[opened : match.end()]))
        elif depth:
            sound = sound and piece != '"'
            depth += (piece == "(") - (piece == ")")
            out.append("" if depth else _policy_in(value[opened : match.end()]))
        elif piece in {'"', "("}:
            quoted, depth, opened = piece == '"', int(piece == "("), match.start()
            out.append(" " if depth else "")
        else:
            sound = sound and piece != ")"
            out.append(piece)
    if quoted or depth:
        sound = False
        out.append(re.sub(r'[()"\\]', "?", value[opened:]))
    return _SPACE.sub(" ", "".join(out)), sound


def _policy_in(comment: str) -> str:
    """A comment by which a domain asks for nothing, as a property."""
    found = _POLICY_NONE.fullmatch(comment)
    lenient = found and not re.search(r"dis\s*=\s*(?:reject|quarantine)", found["more"], re.IGNORECASE)
    return f" {_PUBLISHED}=none " if lenient else ""


def _harmless(quoted: str) -> str:
    return quoted if _HARMLESS.fullmatch(quoted) else '"?"'


def _believed(text: str, wanted: str) -> tuple[_Result, ...] | None:
    """The results, if the field is that of the server `wanted`."""
    first, *others = text.split(";")
    named = _AUTHSERV_ID.fullmatch(first)
    if named and wanted and _host(named[2]) == wanted:
        return tuple(_results(others))
    begins = _RESULT.match(first)
    if begins and begins[1].lower() in _MICROSOFT_BEGINS and any(_is_within(wanted, domain) for domain in _MICROSOFT):
        return tuple(_results([first, *others]))
    return None


def _results(segments: list[str]) -> Iterator[_Result]:
    """Everything that is no result is passed over: `none`, and the domain that Exchange once repeated before each result."""
    for segment in segments:
        match = _RESULT.match(segment)
        if match:
            properties = tuple((found[1].lower(), found[2]) for found in _PROPERTY.finditer(segment, match.end()))
            yield _Result(match[1].lower(), match[2].lower(), properties)


# --- addresses and domains ---


def _sole_domain(message: Message) -> str:
    """The domain of the one address in the one From field; empty if there are more or fewer (RFC 7489 section 6.6.1)."""
    values = message.values("from")
    if message.from_field is FromField.DOUBTFUL or len(values) != 1 or len(values[0]) > _CHARS_MAX:
        return ""
    text, sound = _plain(values[0])
    mailbox = _ONE_MAILBOX.fullmatch(text.strip(" "))
    if not sound or mailbox is None or address_key(mailbox["address"].rstrip(".")) != message.originator.key:
        return ""
    return _domain(mailbox["address"])


def _domain(value: str) -> str:
    """The domain of a domain or address in the form in which domains are compared, in lower case and punycode; else empty."""
    domain = value.strip('"<>').rpartition("@")[2].removesuffix(".")
    if len(domain) > 255:
        return ""
    try:
        return wire_address(f"x@{domain}").removeprefix("x@").lower()
    except ValueError:
        return ""


def _aligned(one: str, other: str) -> bool:
    """RFC 7489 section 3.1.1, relaxed, without a list of public suffixes: equal, or one below the other.

    Two domains side by side (news.example.org, mail.example.org) are therefore not aligned; they would be with a list. And a
    registry that signs (co.uk for anything below it) would be; both only decide about an acknowledgement, never about proof.
    """
    return bool(one and other) and (_is_within(one, other) or _is_within(other, one))


def _is_within(domain: str, upper: str) -> bool:
    return domain == upper or domain.endswith(f".{upper}")


def _host(name: str) -> str:
    """A name of a server as it is compared: without regard to case (only of ASCII) and to a dot at its end."""
    name = name.strip().removesuffix(".")
    return name.lower() if name.isascii() else name
