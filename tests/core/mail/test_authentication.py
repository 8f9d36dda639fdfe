# SPDX-FileCopyrightText: 2026 The maildesk authors
# SPDX-License-Identifier: EUPL-1.2
"""Who may be believed, and what nobody can smuggle into the field of a mail server (RFC 8601)."""

from __future__ import annotations

from dataclasses import replace

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from maildesk.core.mail.authentication import Authentication, authentication
from maildesk.core.mail.message import Address
from tests.rig.builders import a_mail, a_message, parsed

OURS = "mx.example.com"
EXCHANGE = "protection.outlook.com"
NOTHING = Authentication()


def judged(value: str, sender: str = "eva@example.org", authserv_id: str = OURS) -> Authentication:
    return authentication(a_message(fields=(("authentication-results", value),), originator=sender), authserv_id)


def judged_from(*senders: str, originator: str = "eva@example.org") -> Authentication:
    """A mail with these From fields, which our server let pass for example.org."""
    fields = (("authentication-results", f"{OURS}; dmarc=pass header.from=example.org"), *(("from", sender) for sender in senders))
    return authentication(replace(a_message(originator=originator), fields=fields), OURS)


# --- the forms of mail servers ---

# What the row is, the field, and whether it passes, fails or is (None) neither.
FORMS: tuple[tuple[str, str, str | None], ...] = (
    ("OpenDMARC", "mx.example.com; dmarc=pass (p=none dis=none) header.from=example.org", "passes"),
    ("OpenDMARC, failed", "mx.example.com; dmarc=fail (p=reject dis=quarantine) header.from=example.org", "fails"),
    ("OpenDMARC with a semicolon in its comment", "mx.example.com; dmarc=fail (p=reject; dis=none) header.from=example.org", "fails"),
    ("OpenDMARC, failed, and the domain asks for nothing", "mx.example.com; dmarc=fail (p=none; dis=none) header.from=example.org", None),
    ("OpenDMARC, no record", "mx.example.com; dmarc=none (p=none dis=none) header.from=example.org", None),
    (
        "OpenDKIM alone",
        'mx.example.com; dkim=pass (2048-bit key; unprotected) header.d=example.org header.i=@example.org header.b="a/b+c="; '
        "dkim-atps=neutral",
        None,
    ),
    (
        "OpenDKIM, broken signature",
        'mx.example.com; dkim=fail reason="signature verification failed" (1024-bit key) header.d=example.org header.b="aB3"',
        None,
    ),
    (
        "policyd-spf",
        "mx.example.com; spf=pass (sender SPF authorized) smtp.mailfrom=example.org (client-ip=192.0.2.7; helo=mail.example.org; "
        "envelope-from=eva@example.org; receiver=<UNKNOWN>)",
        None,
    ),
    (
        "policyd-spf, failed",
        "mx.example.com; spf=fail (SPF fail - not authorized) smtp.mailfrom=example.org (client-ip=192.0.2.7; helo=x; "
        "envelope-from=eva@example.org; receiver=desk@example.com)",
        "fails",
    ),
    (
        "Gmail",
        "mx.example.com; dkim=pass header.i=@example.org header.s=mail header.b=GWlDD7Jy; spf=pass (google.com: domain of "
        "eva@example.org designates 192.0.2.7 as permitted sender) smtp.mailfrom=eva@example.org; dmarc=pass (p=REJECT sp=REJECT "
        "dis=NONE) header.from=example.org",
        "passes",
    ),
    (
        "Gmail, failed",
        "mx.example.com; spf=fail (google.com: domain of eva@example.org does not designate 192.0.2.7 as permitted sender) "
        "smtp.mailfrom=eva@example.org; dmarc=fail (p=REJECT sp=NONE dis=NONE) header.from=example.org",
        "fails",
    ),
    (
        "Gmail with another chain's words in a comment",
        "mx.example.com; arc=pass (i=1 spf=pass spfdomain=example.net dkim=pass dkdomain=example.net dmarc=fail "
        "fromdomain=example.net); dmarc=pass (p=NONE dis=NONE) header.from=example.org",
        "passes",
    ),
    (
        "Gmail, a bounce without an envelope sender",
        "mx.example.com; spf=neutral (google.com: 192.0.2.7 is neither permitted nor denied by best guess record) smtp.mail=",
        None,
    ),
    ("Gmail with an empty property at the end", "mx.example.com; spf=pass smtp.mail=; dkim=pass header.i=", None),
    (
        "Fastmail",
        "mx.example.com; dkim=none (no signatures found); dmarc=pass policy.published-domain-policy=none "
        "policy.applied-disposition=none policy.evaluated-disposition=none (p=none,d=none,d.eval=none) policy.policy-from=p "
        'header.from=example.org; iprev=pass smtp.remote-ip=192.0.2.7 (out.example.org); spf=pass smtp.mailfrom="" '
        "smtp.helo=out.example.org",
        "passes",
    ),
    (
        "rspamd",
        "mx.example.com; dkim=pass header.d=example.org header.s=mail header.b=IN4oMvqq; dmarc=pass (policy=none) "
        "header.from=example.org; spf=pass (mx.example.com: domain of eva@example.org designates 192.0.2.7 as permitted sender) "
        "smtp.mailfrom=eva@example.org",
        "passes",
    ),
    (
        "rspamd, failed",
        "mx.example.com; dkim=none; spf=softfail smtp.mailfrom=eva@example.org; dmarc=fail reason=\"SPF not aligned (relaxed), "
        'No valid DKIM" header.from=example.org (policy=reject)',
        "fails",
    ),
    (
        "Proxmox",
        "mx.example.com; spf=none (mx.example.com: no SPF records found for postmaster@out.example.org) smtp.helo=out.example.org; "
        "iprev=pass policy.iprev=192.0.2.7; dmarc=none header.from=example.org policy.dmarc=none",
        None,
    ),
    (
        "Yahoo",
        "mx.example.com; dkim=pass header.i=@example.org header.s=s1; spf=pass smtp.mailfrom=example.org; "
        "dmarc=pass(p=REJECT) header.from=example.org;",
        "passes",
    ),
    (
        "Yahoo's word that is none",
        "mx.example.com; dkim=pass header.i=@example.org; spf=none smtp.mailfrom=example.org; "
        "dmarc=success(p=REJECT) header.from=example.org;",
        None,
    ),
    ("GMX and WEB.DE", "mx.example.com; dkim=pass header.i=@example.org", None),
    ("GMX and WEB.DE, failed", "mx.example.com; dkim=none; spf=fail smtp.mailfrom=eva@example.org", "fails"),
    ("Amavis", "mx.example.com (amavisd-new); dkim=pass (2048-bit key) header.d=example.org", None),
    ("Amavis after a DMARC filter",
     "mx.example.com (amavisd-new); dkim=pass header.d=example.org; dmarc=pass header.from=example.org", "passes"),
    ("Exim", "mx.example.com; iprev=pass (out.example.org) smtp.remote-ip=192.0.2.7; spf=pass smtp.mailfrom=example.org; "
     "dkim=pass header.d=example.org header.s=mail header.a=rsa-sha256; dmarc=pass header.from=example.org", "passes"),
    ("Mail.Ru",
     "mx.example.com; auth=pass smtp.auth=eva@example.org smtp.mailfrom=eva@example.org; iprev=pass policy.iprev=192.0.2.7", None),
    ("MessageLabs, a comment that touches the property",
     "mx.example.com; spf=fail (server: domain of example.org does not designate 192.0.2.7)smtp.mailfrom=example.org", "fails"),
    ("an address in header.from", "mx.example.com; dmarc=pass header.from=eva@example.org", "passes"),
    ("nothing was checked", "mx.example.com; none", None),
    ("no results at all", "mx.example.com", None),
    ("an empty list", "mx.example.com;", None),
    ("Sender ID, which is of no use", "mx.example.com; sender-id=fail (MalformedDomain) header.from=eva@example.org", None),
    ("a method unknown to us", "mx.example.com; bimi=skipped (DMARC Policy is not at enforcement); x-ptr=fail smtp.helo=x", None),
)  # fmt: skip


@pytest.mark.parametrize(("value", "expected"), [pytest.param(value, expected, id=name) for name, value, expected in FORMS])
def test_the_forms_of_mail_servers_are_read(value: str, expected: str | None) -> None:
    found = judged(value)
    assert (found.passes, found.fails) == (expected == "passes", expected == "fails")
    assert found.evidence.startswith("authentication: ")


EXCHANGE_FORMS: tuple[tuple[str, str, str | None], ...] = (
    (
        "pass",
        "spf=pass (sender IP is 192.0.2.7) smtp.mailfrom=example.org; dkim=pass (signature was verified) header.d=example.org;"
        "dmarc=pass action=none header.from=example.org;compauth=pass reason=100",
        "passes",
    ),
    (
        "pass in the older form, with the domain before each result",
        "spf=pass (sender IP is 192.0.2.7) smtp.mailfrom=example.org; example.com; dkim=none (message not signed) "
        "header.d=none;example.com; dmarc=pass action=none header.from=example.org;",
        "passes",
    ),
    (
        "a guess",
        "spf=pass (sender IP is 192.0.2.7) smtp.mailfrom=example.org; dkim=none (message not signed) header.d=none;"
        "dmarc=bestguesspass action=none header.from=example.org;compauth=pass reason=109",
        None,
    ),
    ("a guess is no missing DMARC", "spf=fail smtp.mailfrom=example.net; dmarc=bestguesspass action=none header.from=example.org", None),
    (
        "rejected and let in",
        "spf=fail (sender IP is 192.0.2.7) smtp.mailfrom=example.org; dkim=none (message not signed) header.d=none;"
        "dmarc=fail action=oreject header.from=example.org;compauth=fail reason=000",
        "fails",
    ),
    ("quarantined", "dkim=none (message not signed) header.d=none;dmarc=fail action=quarantine header.from=example.org", "fails"),
    ("permanent error", "spf=pass smtp.mailfrom=example.org;dmarc=permerror action=none header.from=example.org", None),
    ("passing error", "spf=fail smtp.mailfrom=example.org;dmarc=temperror action=none header.from=example.org", None),
    ("its own composite judgement does not count",
     "spf=softfail; dmarc=none action=none header.from=example.org;compauth=fail reason=001", None),
    ("inside of one house", "dkim=none (message not signed) header.d=none;dmarc=none action=none header.from=example.org;", None),
    ("no sender in the envelope", "spf=none (sender IP is ) smtp.mailfrom=<>;", None),
    ("the sender IP is nobody's",
     "spf=fail (sender IP is 192.0.2.7) smtp.mailfrom=example.org; dkim=none header.d=none;dmarc=none", "fails"),
)  # fmt: skip


@pytest.mark.parametrize(("value", "expected"), [pytest.param(value, expected, id=name) for name, value, expected in EXCHANGE_FORMS])
def test_exchange_online_is_read_without_its_name(value: str, expected: str | None) -> None:
    found = judged(value, authserv_id=EXCHANGE)
    assert (found.passes, found.fails) == (expected == "passes", expected == "fails")
    assert judged(value) == NOTHING


@pytest.mark.parametrize("authserv_id", ["outlook.com", "mx.microsoft.com", "eur05.protection.outlook.com.", "OFFICE365.com", EXCHANGE])
def test_a_field_without_a_name_is_believed_if_ours_is_one_of_microsoft(authserv_id: str) -> None:
    assert judged("dmarc=pass action=none header.from=example.org", authserv_id=authserv_id).passes


@pytest.mark.parametrize("authserv_id", ["mx.example.com", "notoutlook.com", "outlook.com.example.net", "microsoft", "com", ""])
def test_a_field_without_a_name_is_nothing_to_others(authserv_id: str) -> None:
    assert judged("dmarc=pass action=none header.from=example.org", authserv_id=authserv_id) == NOTHING


@pytest.mark.parametrize("first", ["x-spf=pass", "iprev=pass", "from=example.org", "=pass", "", " ", "()", '""'])
def test_exchange_online_begins_with_a_result_that_it_knows(first: str) -> None:
    assert judged(f"{first}; dmarc=pass header.from=example.org", authserv_id=EXCHANGE) == NOTHING


# --- whose field it is ---


@pytest.mark.parametrize(
    "name",
    [
        "mx.example.com",
        "MX.Example.COM",
        "mx.example.com.",
        "mx.example.com 1",
        "  mx.example.com\t1  ",
        '"mx.example.com"',
        '"mx.example.com" 1',
        "(a) mx.example.com (b; c) 1 (d (e) f)",
        "mx.example.com(a)",
        "mx.example.com (mail gateway of the house)",
    ],
)
def test_our_server_is_known_by_its_name(name: str) -> None:
    assert judged(f"{name}; dmarc=pass header.from=example.org").passes
    assert judged("mx.example.com; dmarc=pass header.from=example.org", authserv_id="MX.example.com.").passes


@pytest.mark.parametrize(
    "name",
    [
        "mx.example.net",
        "example.com",
        "a.mx.example.com",
        "mx.example.com.example.net",
        "mx.example.com mx.example.com",
        "mx.example.com x",
        "mx.example.com 1 2",
        "mx.example.com from=example.org",  # Yahoo, before it followed the RFC
        "(mx.example.com)",
        "(mx.example.com) mx.example.net",
        '"mx.example.com; "',
        '"mx.example.com',
        "mx.examрle.com",  # a Cyrillic letter
        "mx\u00a0.example.com",
        "i=1; mx.example.com",
        "",
        ";",
        ".",
    ],
)
def test_the_field_of_another_server_is_nothing(name: str) -> None:
    assert judged(f"{name}; dmarc=pass header.from=example.org") == NOTHING
    assert judged(f"{name}; dmarc=fail header.from=example.org") == NOTHING


def test_a_sign_that_looks_like_a_letter_does_not_make_our_name() -> None:
    assert judged("des\u212a.example.com; dmarc=pass header.from=example.org", authserv_id="desk.example.com") == NOTHING


@pytest.mark.parametrize("authserv_id", ["", " ", "."])
def test_nothing_is_believed_unless_a_server_is_named(authserv_id: str) -> None:
    for name in ("mx.example.com", authserv_id, "", '""'):
        assert judged(f"{name}; dmarc=pass header.from=example.org", authserv_id=authserv_id) == NOTHING


def test_a_mail_without_the_field_says_nothing() -> None:
    assert authentication(a_message(), OURS) == NOTHING


@pytest.mark.parametrize(
    "name", ["arc-authentication-results", "authentication-results-original", "x-authentication-results", "received-spf"]
)
def test_fields_with_similar_names_are_nothing(name: str) -> None:
    message = a_message(fields=((name, "mx.example.com; dmarc=pass header.from=example.org"),))
    assert authentication(message, OURS) == NOTHING


def test_only_the_topmost_field_counts() -> None:
    good, bad = f"{OURS}; dmarc=pass header.from=example.org", f"{OURS}; dmarc=fail header.from=example.org"
    for first, second, passes in (
        (good, bad, True),
        (bad, good, False),
        (f"{OURS}; none", good, False),
        ("mx.example.net; none", good, False),
    ):
        fields = (("authentication-results", first), ("authentication-results", second))
        assert authentication(a_message(fields=fields), OURS).passes is passes


def test_the_parser_gives_the_topmost_field_first_and_whole() -> None:
    flood = "".join(f"X-Flood-{number}: x\r\n" for number in range(1500))
    ours = "Authentication-Results: mx.example.com;\r\n\tdmarc=fail\r\n (p=reject\r\n\tdis=none)\r\n header.from=example.org\r\n"
    forged = "authentication-results : mx.example.com; dmarc=pass header.from=example.org\r\n"
    for head in (ours + forged, ours + flood + forged, flood + ours + forged):
        assert authentication(parsed(head.encode() + a_mail()), OURS) == Authentication(
            False, True, "authentication: dmarc=fail", against=True
        )
    assert authentication(parsed(forged.encode() + a_mail()), OURS).passes


# --- what passes ---


@pytest.mark.parametrize(
    ("sender", "header_from"),
    [
        ("eva@example.org", "example.org"),
        ("Eva@Example.ORG", "EXAMPLE.org"),
        ("eva@example.org", "example.org."),
        ("eva@example.org", '"example.org"'),
        ("eva@bürger.example", "xn--brger-kva.example"),
        ("eva@xn--brger-kva.example", "bürger.example"),
        ("eva@BÜRGER.example", "bürger.example"),
        ("eva@straße.example", "xn--strae-oqa.example"),
    ],
)
def test_dmarc_passes_for_the_domain_in_from(sender: str, header_from: str) -> None:
    assert judged(f"mx.example.com; dmarc=pass header.from={header_from}", sender).passes


@pytest.mark.parametrize(
    "header_from",
    [
        "",
        "header.from=",
        "header.from=example.com",
        "header.from=mail.example.org",
        "header.from=org",
        "header.from=example.org.example.net",
        "header.from=example.org@example.net",
        "header.from=exаmple.org",  # a Cyrillic letter
        "header.from=example.org header.from=example.org",
        "header.from=example.org header.from=example.net",
        "header.from=example.org HEADER.FROM=example.net",
        "header.from=example.org,example.net",
        "header.from=example.org\u00a0",
        "header.from=" + "a" * 300 + ".example.org",
        "smtp.mailfrom=example.org",
        "x-header.from=example.org",
        "header.fromx=example.org",
        "header_from=example.org",
        "(header.from=example.org)",
        'reason="header.from=example.org"',
        'reason="a header.from=example.org b"',
        '"header.from=example.org"',
        "; header.from=example.org",
        "; spf=pass header.from=example.org",
        ", header.from=example.org; dmarc=pass",
    ],
)
def test_dmarc_proves_nothing_unless_it_names_the_domain_in_from_once(header_from: str) -> None:
    found = judged(f"mx.example.com; dmarc=pass {header_from}")
    assert (found.passes, found.fails) == (False, False)
    assert "not surely" in found.evidence


def test_the_domain_of_another_spelling_is_another_domain() -> None:
    assert not judged("mx.example.com; dmarc=pass header.from=strasse.example", "eva@straße.example").passes


@pytest.mark.parametrize(
    "word",
    ["none", "policy", "temperror", "permerror", "bestguesspass", "passed", "pass-", "pass,", "p", "раss", '"pass"', "pass=fail", ""],
)
def test_no_other_word_of_dmarc_is_a_pass_or_a_fail(word: str) -> None:
    found = judged(f"mx.example.com; dmarc={word} header.from=example.org")
    assert (found.passes, found.fails) == (False, False)


@pytest.mark.parametrize(
    "results",
    [
        "DMARC=PASS HEADER.FROM=EXAMPLE.ORG",
        "dmarc = pass header.from = example.org",
        "dmarc/1=pass header.from=example.org",
        "dmarc (a) / (b) 1 (c) = (d) pass (e) header.from (f) = (g) example.org (h)",
        "dmarc=pass(p=none)header.from=example.org",
        "dmarc=pass\theader.from=example.org",
        "dmarc=pass header.from=example.org smtp.mailfrom= policy.dmarc=none",
        "dmarc=pass policy.x= header.from=example.org",
        "dmarc=pass header.b=abc= header.from=example.org",
        ";;; dmarc=pass header.from=example.org;;",
        "dmarc=pass header.from=example.org; dmarc=pass header.from=example.org",
        "spf=fail smtp.mailfrom=example.net; dmarc=pass header.from=example.org",  # a forwarded mail
        "dmarc=pass header.from=example.org; spf=hardfail smtp.mailfrom=example.net; dkim=fail header.d=example.org",
        'spf=pass smtp.mailfrom="eva; b"@example.org; dmarc=pass header.from=example.org',
    ],
)
def test_a_pass_is_read_in_every_lawful_spelling(results: str) -> None:
    assert judged(f"mx.example.com; {results}").passes
    assert not judged(f"mx.example.com; {results}").fails


@pytest.mark.parametrize(
    "sender",
    [
        "eva@example.org",
        "<eva@example.org>",
        "Eva Muster <eva@example.org>",
        "Eva Muster <Eva@Example.ORG.>",
        '"Muster, Eva" <eva@example.org>',
        '"Eva \\"E\\" Muster" <eva@example.org>',
        '"eva@example.org" <eva@example.org>',
        "=?utf-8?q?Eva_M=C3=BCster?= <eva@example.org>",
        "Dr. Eva Müster <eva@example.org> (Amt 7)",
        "eva@example.org (Muster, Eva; Amt 7)",
    ],
)
def test_one_from_field_with_one_address_can_be_proved(sender: str) -> None:
    assert judged_from(sender).passes


@pytest.mark.parametrize(
    "senders",
    [
        (),
        ("",),
        ("Eva Muster",),
        ("eva@example.org", "eva@example.org"),
        ("eva@example.org", "mallory@example.net"),
        ("eva@example.org, mallory@example.net",),
        ("mallory@example.net, eva@example.org",),
        ("eva@example.org, eva@example.org",),
        ("eva@example.org mallory@example.net",),
        ("eva@example.org <mallory@example.net>",),
        ("<eva@example.org> <mallory@example.net>",),
        ("<@example.net:eva@example.org>",),
        ("Group: eva@example.org;",),
        ("eva@example.org,",),
        ("Eva <eva@example.org",),
        ("eva@example.org>",),
        ('"Eva <eva@example.org>',),
        ("Eva (Muster <eva@example.org>",),
        ('(Eva "Muster) <eva@example.org>',),
        ("eva@example.org@example.net",),
        ("mallory@example.org",),
        ("eva@mail.example.org",),
        ("Eva <eva@example.org>" + " (x)" * 600,),
    ],
)
def test_any_doubt_about_the_from_address_and_nothing_is_proved(senders: tuple[str, ...]) -> None:
    found = judged_from(*senders)
    assert (found.passes, found.fails) == (False, False)


def test_no_domain_at_all_is_not_the_domain_in_from() -> None:
    for sender in ("", "Eva Muster", "eva@-", "eva@example..org"):
        for header_from in ("", "header.from=", "header.from=?", 'header.from=""', "header.from=example..org"):
            assert not judged(f"mx.example.com; dmarc=pass {header_from}", sender).passes


# --- what fails ---


@pytest.mark.parametrize(
    "results",
    [
        "dmarc=fail",
        "DMARC=Fail header.from=example.net",
        "dmarc=fail (p=reject) header.from=example.org; spf=pass smtp.mailfrom=example.org; dkim=pass header.d=example.org",
        "dmarc=pass header.from=example.org; dmarc=fail header.from=example.org",
        "dmarc=fail header.from=example.org; dmarc=pass header.from=example.org",
        "dmarc=none; dmarc=fail",
        "spf=fail smtp.mailfrom=example.org",
        "spf=hardfail smtp.mailfrom=example.org",
        "spf=pass smtp.helo=mail.example.org; spf=fail smtp.mailfrom=example.org",
        "spf=fail smtp.mailfrom=example.org; spf=pass smtp.helo=mail.example.org",
        "spf=fail; dmarc=none",
        "spf=fail; dkim=pass",
        "spf=fail; dkim=pass header.d=none",
        "spf=fail; dkim=pass header.d=example.net",
        "spf=fail; dkim=pass header.d=notexample.org",
        "spf=fail; dkim=pass header.d=.org header.i=",
        "spf=fail; dkim=pass header.i=eva@example.net header.s=example.org",
        "spf=fail; dkim=fail header.d=example.org",
        "spf=fail; dkim=fail header.d=example.org; dkim=pass header.d=example.net",
        "spf=fail; dkim=pass (header.d=example.org) header.d=example.net",
        'spf=fail; dkim=pass reason="header.d=example.org" header.d=example.net',
        "spf=fail header.d=example.org; dkim=pass",
    ],
)
def test_a_forged_sender_is_told(results: str) -> None:
    found = judged(f"mx.example.com; {results}")
    assert (found.passes, found.fails) == (False, True)


@pytest.mark.parametrize(
    "results",
    [
        "spf=softfail",
        "spf=neutral",
        "spf=none",
        "spf=temperror",
        "spf=permerror",
        "spf=policy",
        "spf=failed",
        "dkim=fail header.d=example.org",
        "compauth=fail",
        "policy.dmarc=fail",
        "x-dmarc=fail",
        "dmarc.x=fail",
        "dmarc",
        "dmarc fail",
        "(dmarc=fail)",
        '"dmarc=fail"',
        "spf=fail; dmarc=temperror",
        "spf=fail; dmarc=permerror; dmarc=none",
        "spf=fail; dmarc=",
        "spf=fail; dkim=pass header.d=example.org",
        "spf=fail; dkim=pass header.d=EXAMPLE.org.",
        "spf=fail; dkim=pass header.d=mail.example.org",
        "spf=fail; dkim=pass header.i=@example.org",
        "spf=fail; dkim=pass header.i=eva@mail.example.org",
        "dkim=fail header.d=example.org; spf=fail; dkim=pass header.d=example.net; dkim=pass header.d=example.org; dmarc=none",
    ],
)
def test_a_mail_that_may_be_honest_does_not_fail(results: str) -> None:
    found = judged(f"mx.example.com; {results}")
    assert (found.passes, found.fails) == (False, False)


FAIL = "dmarc=fail header.from=example.org"


@pytest.mark.parametrize(
    "results",
    [
        # A mail that another office forwarded.
        "arc=pass (i=1 spf=pass spfdomain=example.org dkim=pass dkdomain=example.org dmarc=pass fromdomain=example.org); dmarc=fail "
        "(p=none dis=none) header.from=example.org; spf=fail smtp.mailfrom=poststelle@kreis.example; dkim=fail header.d=example.org",
        "dmarc=fail (p=none) header.from=example.org",
        "dmarc=fail(p=none)header.from=example.org",
        "dmarc=fail ( p = none ) header.from=example.org",
        "dmarc=fail (p=NONE sp=REJECT dis=NONE) header.from=example.org",
        "dmarc=fail (p=none,d=none,d.eval=none) header.from=example.org",
        "dmarc=fail header.from=example.org (policy=none)",
        'dmarc=fail reason="SPF not aligned (relaxed), No valid DKIM" header.from=example.org (policy=none)',
        "dmarc=fail policy.published-domain-policy=none policy.applied-disposition=none header.from=example.org",
        "dmarc=fail header.from=example.org policy.dmarc=none",
        "dmarc=fail action=none header.from=example.org; compauth=fail reason=001",
        "spf=fail; dmarc=fail (p=none) header.from=example.org",
        "dmarc=fail (p=none) header.from=example.org; dmarc=pass header.from=example.org",
    ],
)
def test_a_fail_for_a_domain_that_asks_for_nothing_is_no_forgery(results: str) -> None:
    found = judged(f"mx.example.com; {results}")
    assert (found.passes, found.fails, found.forwarded) == (False, False, False)


@pytest.mark.parametrize(
    "results",
    [
        "dmarc=fail (p=reject dis=none) header.from=example.org",
        "dmarc=fail (p=quarantine) header.from=example.org",
        "dmarc=fail (p=none dis=reject) header.from=example.org",
        "dmarc=fail (p=none sp=reject dis=QUARANTINE) header.from=example.org",
        "dmarc=fail (sp=none) header.from=example.org",
        "dmarc=fail (dis=none) header.from=example.org",
        "dmarc=fail (p=nonesuch) header.from=example.org",
        "dmarc=fail (p=none-) header.from=example.org",
        "dmarc=fail (domain asks for p=none) header.from=example.org",
        "dmarc=fail (p=none of your business) (x) header.from=example.org; dmarc=fail (p=reject)",
        'dmarc=fail reason="(p=none)" header.from=example.org',
        "dmarc=fail action=oreject header.from=example.org",
        "dmarc=fail action=pct.quarantine header.from=example.org",
        "dmarc=fail policy.published-domain-policy=reject policy.applied-disposition=none header.from=example.org",
        f"{FAIL}; policy.dmarc=none",
        f"{FAIL}; spf=pass (p=none) smtp.mailfrom=example.net",
        f"{FAIL}; spf=pass action=none smtp.mailfrom=example.net",
        f"spf=pass (domain of x (p=none) y) smtp.mailfrom=x; {FAIL}",
        "dmarc=fail (p=none) header.from=example.org; dmarc=fail (p=reject) header.from=example.org",
        "dmarc=fail (p=none) header.from=example.org; spf=pass (a",
        'dmarc=fail (p=none) header.from=example.org; spf=pass (domain of "a); x=(b")',
        f"{FAIL}; arc=none",
        f"{FAIL}; arc=fail",
        f"{FAIL}; arc=pass; arc=fail",
        f"{FAIL}; x-arc=pass",
        f"{FAIL} arc=pass",
        f"{FAIL} (arc=pass)",
        f'{FAIL}; spf=pass smtp.mailfrom="x; arc=pass; y"@example.net',
        f"{FAIL}; arc=pass; spf=pass (a",
    ],
)
def test_what_only_looks_as_if_it_excused_a_fail_excuses_nothing(results: str) -> None:
    found = judged(f"mx.example.com; {results}")
    assert (found.passes, found.fails, found.forwarded) == (False, True, False)


@pytest.mark.parametrize(
    "results",
    [
        f"arc=pass (i=1 spf=pass spfdomain=example.org dmarc=pass fromdomain=example.org); {FAIL}",
        f"{FAIL}; arc=pass",
        "dmarc=fail (p=reject dis=none) header.from=example.org; ARC=PASS (i=2)",
        "spf=fail smtp.mailfrom=x; arc=pass",
    ],
)
def test_a_whole_chain_of_servers_makes_a_fail_a_forwarded_mail_and_no_proof(results: str) -> None:
    found = judged(f"mx.example.com; {results}")
    assert (found.passes, found.fails, found.forwarded) == (False, False, True)


def test_a_chain_proves_nothing_and_excuses_nothing_where_nothing_failed() -> None:
    found = judged("mx.example.com; arc=pass; dmarc=none header.from=example.org")
    assert (found.passes, found.fails, found.forwarded) == (False, False, False)
    assert judged(f"mx.example.net; arc=pass; {FAIL}") == NOTHING


def test_a_signature_of_the_domain_above_is_aligned_and_one_beside_is_not() -> None:
    assert not judged("mx.example.com; spf=fail; dkim=pass header.d=example.org", "eva@news.example.org").fails
    assert judged("mx.example.com; spf=fail; dkim=pass header.d=mail.example.org", "eva@news.example.org").fails


# --- what a sender puts into the field ---

FORGED = "dmarc=pass header.from=example.org"


@pytest.mark.parametrize(
    "results",
    [
        f'spf=pass smtp.mailfrom="a; {FORGED}"@example.net',
        f'spf=pass smtp.mailfrom="a; {FORGED}; b"@example.net; dmarc=none header.from=example.org',
        f'spf=pass smtp.mailfrom="a\\"; {FORGED}; b=\\""@example.net',
        f'spf=pass smtp.mailfrom="a\\\\\\"; {FORGED}; b=\\""@example.net',
        f'spf=pass smtp.mailfrom="a\\\\"; {FORGED}; b="c"@example.net',  # lawful, yet no server writes it
        f'spf=pass smtp.mailfrom=a\\"; {FORGED}; b=\\"@example.net',
        f"spf=pass (domain of a; {FORGED})",
        f"spf=pass (a (b) ; {FORGED} ; (c) d)",
        f"spf=pass (a ((((b))) ; {FORGED} ; c)",
        f"spf=pass (a \\) ; {FORGED} ; b)",
        f"spf=pass (a \\\\\\) ; {FORGED} ; b)",
        f'spf=pass (domain of "a); {FORGED} (b"@example.net designates 192.0.2.7)',
        f'spf=pass (domain of "a); {FORGED} (b"@example.net designates 192.0.2.7) smtp.mailfrom="a); {FORGED} (b"@example.net',
        f'spf=pass (helo=a"); {FORGED}; x=(b")',
        f"spf=pass (a)); {FORGED}",
        f"spf=pass ) ; {FORGED}",
        f"{FORGED} ; spf=pass (",
        f'{FORGED} ; spf=pass "',
        f"{FORGED} ; spf=pass \\",
        f"{FORGED} ; spf=pass )",
        f"{FORGED} ; spf=pass (a ( b)",
        f'{FORGED} ; spf=pass smtp.mailfrom="a\\"',
        f'spf=pass " ; {FORGED}',
        f"spf=pass ( ; {FORGED}",
        f"spf=pass smtp.mailfrom=eva;dmarc=pass@example.net; {FORGED}; dmarc=none",
        "spf=pass smtp.mailfrom=x;dmarc=pass@example.net header.from=example.org",
        f"spf=pass reason={FORGED}",
        f"spf=pass reason= {FORGED}",
        f'spf=pass reason="{FORGED}" header.from=example.org',
        f"spf=pass smtp.mailfrom={FORGED}",
        f"spf=pass {FORGED}",
        f"spf=pass\t{FORGED}",
        f"spf=pass , {FORGED}",
        f"spf=pass \u037e {FORGED}",  # a Greek question mark
        f"spf=pass \uff1b {FORGED}",  # a semicolon of full width
        f"spf=pass \x00 {FORGED}",
        "policy.dmarc=pass header.from=example.org",
        "x-dmarc=pass header.from=example.org",
        "dmarc-x=pass header.from=example.org",
        ".dmarc=pass header.from=example.org",
        '"dmarc"=pass header.from=example.org',
        '"dmarc=pass" header.from=example.org',
        "dmarc=\u00a0pass header.from=example.org",
        "dmarc=pass\u00a0header.from=example.org",
        "dmarc=pass\x00 header.from=example.org",
        "dmarc=ｐａｓｓ header.from=example.org",
        "dmаrc=pass header.from=example.org",  # a Cyrillic letter
        "dmarc\uff1dpass header.from=example.org",
        "dmarc/x=pass header.from=example.org",
        "dmarc/\u0661=pass header.from=example.org",  # an Arabic one
        "dmarc==pass header.from=example.org",
        "dm(a)arc=pass header.from=example.org",
    ],
)
def test_what_a_sender_smuggles_into_the_field_is_no_pass(results: str) -> None:
    assert not judged(f"mx.example.com; {results}").passes
    assert not judged(results, authserv_id=EXCHANGE).passes


@pytest.mark.parametrize(
    "hidden",
    [
        'spf=pass smtp.mailfrom="a\\"@example.net; dmarc=fail header.from=example.org',
        "spf=pass smtp.mailfrom=a(b@example.net; dmarc=fail header.from=example.org",
        'spf=pass smtp.mailfrom=a"b@example.net; dmarc=fail header.from=example.org',
        "dmarc=fail header.from=example.org; spf=pass smtp.mailfrom=a)b(@example.net",
    ],
)
def test_bad_news_counts_also_in_a_broken_field(hidden: str) -> None:
    assert judged(f"mx.example.com; {hidden}").fails


def test_a_field_that_was_cut_off_proves_nothing_and_may_still_fail() -> None:
    filling = "; dkim=pass header.d=example.net" * 70
    assert not judged(f"mx.example.com; {FORGED}{filling}").passes
    assert judged(f"mx.example.com; dmarc=fail{filling}").fails
    assert judged(f"mx.example.com; spf=fail{filling}").fails
    assert judged(f"mx.example.com; {FORGED}{filling[:1800]}").passes


@given(st.text(max_size=200))
def test_nothing_in_a_quoted_string_or_a_comment_is_a_pass(text: str) -> None:
    quoted = text.replace("\\", "\\\\").replace('"', '\\"')
    comment = text.replace("\\", "\\\\").replace("(", "\\(").replace(")", "\\)")
    for inside in (f'smtp.mailfrom="{quoted} ; {FORGED} ; "@example.net', f"({comment} ; {FORGED} ; )"):
        found = judged(f"mx.example.com; spf=pass {inside}")
        assert (found.passes, found.fails) == (False, False)


def outside(value: str) -> str:
    """What stands outside of quoted strings and comments, by other means than those of the module."""
    kept, quoted, depth, characters = "", False, 0, iter(value)
    for character in characters:
        if character == "\\":
            next(characters, "")
        elif character == '"' and not depth:
            quoted = not quoted
        elif not quoted and character in "()":
            depth = max(0, depth + (1 if character == "(" else -1))
            kept += " "
        elif not quoted and not depth:
            kept += character
    return kept.lower()


PIECES = ["mx.example.com", "dmarc", "=", "pass", "fail", "none", " ", ";", '"', "(", ")", "\\", "spf", "dkim", "/", "1", "\t", "\x00"]
PIECES += ["dmarc=pass", "header.from=", "example.org", "header.from=example.org", FORGED, f"; {FORGED} ", "header.d=example.org", "ü", "@"]


@settings(max_examples=500)
@given(st.lists(st.sampled_from(PIECES) | st.text(max_size=3), max_size=25).map("".join), st.booleans())
def test_nothing_passes_unless_a_pass_for_the_domain_stands_outside(text: str, named: bool) -> None:
    value = f"mx.example.com; {text}" if named else text
    for authserv_id in (OURS, EXCHANGE):
        if judged(value, authserv_id=authserv_id).passes:
            segments = ["".join(segment.split()) for segment in outside(value).split(";")]
            assert any(segment.startswith("dmarc") and "=pass" in segment and "header.from=example.org" in segment for segment in segments)


WORDS = {
    *("authentication:", "no", "result", "but", "not", "surely", "for", "the", "address", "in", "From"),
    *(f"{method}={word}" for method in ("dmarc", "spf", "dkim") for word in (
        "pass", "fail", "hardfail", "softfail", "neutral", "none", "policy", "temperror", "permerror", "bestguesspass", "other",
    )),
}  # fmt: skip


@given(st.text(max_size=300), st.text(max_size=60), st.text(max_size=60), st.text(max_size=20))
def test_nothing_raises_and_no_text_of_the_mail_is_told(value: str, sender: str, domain: str, authserv_id: str) -> None:
    for result in (value, f"mx.example.com; {value}", f"mx.example.com; dmarc={value}; spf=fail; dkim=pass header.d={domain}"):
        fields = (("authentication-results", result), ("from", sender))
        message = a_message(fields=fields, originator=Address("", f"{sender}@{domain}"))
        for name in (OURS, EXCHANGE, authserv_id):
            found = authentication(message, name)
            assert set(found.evidence.replace(",", "").split()) <= WORDS
            assert not (found.passes and found.fails)


@pytest.mark.parametrize(
    "piece",
    [
        "(",
        ")",
        '"',
        "\\",
        "()",
        "((",
        '""',
        '\\"',
        " ",
        "a",
        "a ",
        "=",
        "a=",
        "a= ",
        ";",
        "dmarc=pass ",
        f"{FORGED}; ",
        "header.d=x ",
        "\x00",
        "\t",
        "ü",
        "\ud800",
        "@",
        ".",
    ],
)
def test_a_megabyte_of_anything_is_read_to_its_end(piece: str) -> None:
    flood = piece * (1_000_000 // len(piece))
    for value in (
        flood,
        f"mx.example.com; {flood}",
        f"mx.example.com; {FORGED} {flood}",
        f"mx.example.com; dkim=pass header.d={flood}; spf=fail",
    ):
        assert not judged(value).passes
    assert not judged_from(flood, originator=f"eva@{flood}").passes
    assert not judged(f"mx.example.com; {FORGED}", authserv_id=flood).passes


# --- evidence ---


@pytest.mark.parametrize(
    ("results", "evidence"),
    [
        ("dmarc=fail", "authentication: dmarc=fail"),
        ("dmarc=pass header.from=example.org", "authentication: dmarc=pass"),
        ("dmarc=pass header.from=example.net", "authentication: dmarc=pass, but not surely for the address in From"),
        ("spf=fail; dkim=pass header.d=a.example; dkim=fail; dkim=pass", "authentication: spf=fail, dkim=fail, dkim=pass"),
        ("dkim=none; spf=Geheim; dmarc=Meier", "authentication: dmarc=other, spf=other, dkim=none"),
        ("none", "authentication: no result"),
    ],
)
def test_the_evidence_says_what_the_server_found_in_words_that_we_know(results: str, evidence: str) -> None:
    assert judged(f"mx.example.com; {results}").evidence == evidence
