# SPDX-FileCopyrightText: 2026 The maildesk authors
# SPDX-License-Identifier: EUPL-1.2
"""From fields of strangers who want to be Anna, and of people whose mail programs write them oddly: who takes part in a case by them."""

from __future__ import annotations

import time

import pytest

from maildesk.adapters.parse.mime.author import author
from maildesk.core.threading.writer import Writer, identify
from tests.rig.builders import MONDAY, parsed
from tests.rig.trails import POLICY

ANNA, EVA = "anna@post.example", "eva@evil.example"
NOBODY = ""
NO_DMARC = b""
BODY = b"To: desk@example.com\r\nSubject: KD-2026-00042\r\nMessage-ID: <a@b.example>\r\n\r\nGuten Tag\r\n"


def written(head: bytes, results: bytes = NO_DMARC) -> Writer:
    """Who wrote a mail with these header fields; `results` are those of the desk's own mail server."""
    said = b"Authentication-Results: mx.example.com; " + results + b"\r\n" if results else b""
    return identify(parsed(said + head + b"\r\n" + BODY), POLICY, {}, MONDAY)


def passes(domain: str) -> bytes:
    return b"dmarc=pass header.from=" + domain.encode()


# --- one field, and nothing that the mail server says of it ---

# The value of From, and the address key by which its writer takes part in cases.
HOSTILE: tuple[tuple[bytes, str], ...] = (
    # Quoted local parts (RFC 5322 section 3.4.1): all in the quotes is the local part.
    (rb'"x\ anna@post.example"@evil.example', '"x anna@post.example"@evil.example'),
    (rb'"anna@post.example"@evil.example', '"anna@post.example"@evil.example'),
    (rb'"anna@post.example "@evil.example', '"anna@post.example "@evil.example'),
    (rb'"x\" anna@post.example"@evil.example', r'"x\" anna@post.example"@evil.example'),
    (rb'"<anna@post.example>"@evil.example', '"<anna@post.example>"@evil.example'),
    (rb'"x, anna@post.example,"@evil.example', '"x, anna@post.example,"@evil.example'),
    (rb'Eva <"anna@post.example> <x"@evil.example>', '"anna@post.example> <x"@evil.example'),
    (rb'Eva <"anna@post.example\\"@evil.example>', r'"anna@post.example\\"@evil.example'),
    (rb'"x".anna@post.example', NOBODY),
    # Several addresses.
    (b"anna@post.example, eva@evil.example", NOBODY),
    (b"eva@evil.example, anna@post.example", NOBODY),
    (b"Anna <anna@post.example>, Eva <eva@evil.example>", NOBODY),
    (b"anna@post.example; eva@evil.example", NOBODY),
    (b"anna@post.example eva@evil.example", NOBODY),
    (b"eva@evil.example anna@post.example", NOBODY),
    (b"<anna@post.example> <eva@evil.example>", NOBODY),
    (b"Anna <anna@post.example> <eva@evil.example>", NOBODY),
    (b"Eva <eva@evil.example>, <anna@post.example", NOBODY),
    (b"anna@post.example,,eva@evil.example", NOBODY),
    (b"Eva <eva@evil.example> anna@post.example", NOBODY),
    (b"anna@post.example, Eva <eva@evil.example>", NOBODY),
    # Several @.
    (b"anna@post.example@evil.example", NOBODY),
    (b"eva@evil.example@post.example", NOBODY),
    (rb"eva\@evil.example@post.example", NOBODY),
    (rb"anna\@post.example <eva@evil.example>", NOBODY),
    (b"<anna@post.example@evil.example>", NOBODY),
    (b"<anna@post.example eva@evil.example>", NOBODY),
    (b"<anna@post.example,eva@evil.example>", NOBODY),
    # Domain literals, routes, groups, percent signs and bangs.
    (b"eva@[anna@post.example]", NOBODY),
    (b"eva@[victim@post.example] <anna@post.example>", NOBODY),
    (b"<@evil.example:anna@post.example>", NOBODY),
    (b"<@evil.example,@post.example:anna@post.example>", NOBODY),
    (b"Freunde: anna@post.example, eva@evil.example;", NOBODY),
    (b"Freunde: eva@evil.example; anna@post.example", NOBODY),
    (b"undisclosed-recipients:;", NOBODY),
    (b"anna%post.example@evil.example", "anna%post.example@evil.example"),
    (b"post.example!anna@evil.example", "post.example!anna@evil.example"),
    # Comments.
    (b"(anna@post.example) eva@evil.example", EVA),
    (b"eva@evil.example (anna@post.example)", EVA),
    (b"(<anna@post.example>) Eva <eva@evil.example>", EVA),
    (rb"(x \) anna@post.example) eva@evil.example", EVA),
    (b"(x (y) anna@post.example) eva@evil.example", EVA),
    (b"eva@(anna@post.example)evil.example", EVA),
    (b"Eva <eva(anna@post.example)@evil.example(<anna@post.example>)>", EVA),
    (b"eva(@post.example)@(x)(y) evil.example", EVA),
    (b"anna(x).post@(y)po(z)st.example", NOBODY),
    (b"(eva@evil.example <anna@post.example>", NOBODY),
    # Names that hold addresses.
    (b'"anna@post.example" <eva@evil.example>', EVA),
    (b"anna@post.example <eva@evil.example>", EVA),
    (b"'anna@post.example' <eva@evil.example>", EVA),
    (b'"Anna <anna@post.example>" <eva@evil.example>', EVA),
    (rb'"Anna \" <anna@post.example>" <eva@evil.example>', EVA),
    (b"=?utf-8?q?anna=40post=2Eexample?= <eva@evil.example>", EVA),
    (b"=?utf-8?q?Anna_=3Canna=40post=2Eexample=3E=2C?= <eva@evil.example>", EVA),
    (b"=?utf-8?q?x=0D=0AFrom=3A_anna=40post=2Eexample?= <eva@evil.example>", EVA),
    (b"=?utf-8?q?Anna<anna@post.example>?= <eva@evil.example>", NOBODY),
    (b"=?utf-8?q?Anna_=3Canna=40post=2Eexample=3E?=", NOBODY),
    (b"eva@evil.example <=?utf-8?q?anna=40post=2Eexample?=>", NOBODY),
    (b"=?utf-8?q?eva?= =?utf-8?q?=40evil=2Eexample=2C?= <=?utf-8?q?anna?=@post.example>", NOBODY),
    # Folded.
    (b"anna@post.example\r\n <eva@evil.example>", EVA),
    (b"Anna\r\n\t<eva@evil.example>", EVA),
    (b"<anna@post\r\n .example>", NOBODY),
    (b"anna@post.example\r\n ,eva@evil.example", NOBODY),
    # Quotes and brackets that are never closed.
    (b'"eva@evil.example <anna@post.example>', NOBODY),
    (b'Eva "eva@evil.example> <anna@post.example>', NOBODY),
    (b'"anna@post.example" eva@evil.example"', NOBODY),
    (b"eva@evil.example> <anna@post.example", NOBODY),
    # Controls and what nobody sees.
    (b"anna@po\0st.example", NOBODY),
    (b"anna\0@post.example", NOBODY),
    (b"anna@post.example\0.evil.example", NOBODY),
    (b"eva@evil.example\0<anna@post.example>", NOBODY),
    (b"Anna\0 <anna@post.example>", NOBODY),
    (b"anna@post.example\x0b", NOBODY),
    (b"an\x7fna@post.example", NOBODY),
    (b"\x1b[2Janna@post.example", NOBODY),
    ("anna@po\u00adst.example".encode(), NOBODY),
    ("anna@po\u200bst.example".encode(), NOBODY),
    ("anna@po\u034fst.example".encode(), NOBODY),
    ("anna\u2060@post.example".encode(), NOBODY),
    ("anna@post.example\u202e".encode(), NOBODY),
    # Letters that are written as one and read as another.
    ("anna@ｐost.example".encode(), NOBODY),
    ("Ａnna@post.example".encode(), NOBODY),
    ("anna@post。example".encode(), NOBODY),
    ("anna@post．example".encode(), NOBODY),
    ("eva＠evil.example@post.example".encode(), NOBODY),
    ("аnna@post.example".encode(), "аnna@post.example"),
    ("anna@pоst.example".encode(), "anna@xn--pst-sed.example"),
    (b"anna@xn--pst-sed.example", "anna@xn--pst-sed.example"),
    (b"anna@p\xf6st.example", NOBODY),  # octets that are no UTF-8: whoever reads them guesses
    # No address.
    (b"", NOBODY),
    (b"Anna", NOBODY),
    (b"<>", NOBODY),
    (b"anna@", NOBODY),
    (b"@post.example", NOBODY),
    (b"Anna <anna@post.example>" + b" (x)" * 20_000, NOBODY),
)  # fmt: skip

HARMLESS: tuple[tuple[bytes, str], ...] = (
    (b"anna@post.example", ANNA),
    (b"<anna@post.example>", ANNA),
    (b"Anna Post <anna@post.example>", ANNA),
    (b"ANNA POST <Anna@Post.EXAMPLE>", ANNA),
    (b"Anna Post<anna@post.example>", ANNA),
    (b'"Post, Anna" <anna@post.example>', ANNA),
    (b"Anna O'Brien <anna.o'brien@post.example>", "anna.o'brien@post.example"),
    (b"O'Brien <o'brien@post.example>", "o'brien@post.example"),
    (b"anna+amt@post.example", "anna+amt@post.example"),
    (b"Anna <anna+jobcenter=2026@post.example>", "anna+jobcenter=2026@post.example"),
    (b'"max mustermann"@x.example', '"max mustermann"@x.example'),
    (b'Max <"max mustermann"@x.example>', '"max mustermann"@x.example'),
    (b'"anna"@post.example', ANNA),
    (rb'"an\na"@post.example', ANNA),
    (b'"a..b."@post.example', '"a..b."@post.example'),
    (b"Post, Anna <anna@post.example>", ANNA),
    (b"Post, Anna, Dr. <anna@post.example>", ANNA),
    ("Müller, Änne <anna@post.example>".encode(), ANNA),
    ("Änne Müller <anna@post.example>".encode(), ANNA),
    ("Änne Müller <anna@post.example>".encode("latin-1"), ANNA),
    ("Анна <anna@post.example>".encode("koi8-r"), ANNA),
    ("آنا\u200cپست <anna@post.example>".encode(), ANNA),
    (b"=?utf-8?q?=C3=84nne_M=C3=BCller?= <anna@post.example>", ANNA),
    (b"=?utf-8?q?M=C3=BCller,_=C3=84nne?= <anna@post.example>", ANNA),
    (b"=?iso-8859-1?Q?M=FCller?=\r\n =?iso-8859-1?Q?_Anna?=\r\n <anna@post.example>", ANNA),
    (b"Dr. Anna M. Post <anna@post.example>", ANNA),
    (b"Anna Post (Amt 7) <anna@post.example>", ANNA),
    (b"Anna Post <anna@post.example> (Amt 7, Zimmer 3)", ANNA),
    (b"anna@post.example (Anna Post)", ANNA),
    (b"(Anna) anna@post.example", ANNA),
    (b"anna@post.example <anna@post.example>", ANNA),
    (b'"anna@post.example" <anna@post.example>', ANNA),
    (b"anna@post.example, anna@post.example", ANNA),
    (b"Anna Post anna@post.example", ANNA),
    (b"Anna Post <anna@post.example", ANNA),
    (b"anna@post.example>", ANNA),
    (b'"Anna Post <anna@post.example>', ANNA),
    (b'Anna "Post <anna@post.example>', ANNA),
    (b"Anna (Post <anna@post.example>", ANNA),
    (b"Anna :-) <anna@post.example>", ANNA),
    (b"Amt 7: Anna Post <anna@post.example>", ANNA),
    (b"mailto:anna@post.example", ANNA),
    (b"<mailto:anna@post.example>", ANNA),
    (b"anna@post.example.", ANNA),
    (b"anna@post.example,", ANNA),
    (b"anna @ post.example", ANNA),
    (b"  anna@post.example \t", ANNA),
    (b"Anna\r\n <anna@post.example>", ANNA),
    (b"Anna [extern] <anna@post.example>", ANNA),
    (b"<<anna@post.example>>", ANNA),
    (b"=?utf-8?q?" + b"A" * 16_000 + b"?= <anna@post.example>", ANNA),
    (rb"Anna \o/ <anna@post.example>", ANNA),
    (rb"Anna(A wonderful \) woman) <anna(her account)@post.example(her host)>", ANNA),  # RFC 5322, appendix A.5
    ("info@bürger.example".encode(), "info@xn--brger-kva.example"),
    ("info@Straße.example".encode(), "info@xn--strae-oqa.example"),
    ("info@bu\u0308rger.example".encode(), "info@xn--brger-kva.example"),
    (b"info@xn--brger-kva.example", "info@xn--brger-kva.example"),
    ("änne@post.example".encode(), "änne@post.example"),
    ("अन्ना@डाक.example".encode(), "अन्ना@डाक.example"),
    (b"eva@[192.0.2.7]", "eva@[192.0.2.7]"),
)  # fmt: skip


@pytest.mark.parametrize(("value", "identity"), HOSTILE)
def test_nobody_becomes_anna_by_what_a_from_field_hides(value: bytes, identity: str) -> None:
    writer = written(b"From: " + value)

    assert writer.identity == identity
    assert writer.doubtful is (identity == NOBODY)


@pytest.mark.parametrize(("value", "identity"), HARMLESS)
def test_an_odd_field_with_one_address_is_its_writers(value: bytes, identity: str) -> None:
    writer = written(b"From: " + value)

    assert (writer.identity, writer.doubtful) == (identity, False)


# --- several fields ---

HEADS: tuple[tuple[bytes, str], ...] = (
    (b"From: anna@post.example\r\nFrom: eva@evil.example", NOBODY),
    (b"From: eva@evil.example\r\nFrom: anna@post.example", NOBODY),
    (b"From: eva@evil.example\r\nSubject: x\r\nFROM : anna@post.example", NOBODY),
    (b"From: \r\nFrom: anna@post.example", NOBODY),
    (b"From: Anna <anna@post.example>\r\nFrom: anna@post.example", ANNA),
    (b"From: eva@evil.example\r\nSender: anna@post.example", EVA),
    (b"From: anna@post.example\r\nSender: sekretariat@post.example", ANNA),
    (b"From: eva@evil.example\r\nReply-To: anna@post.example", EVA),
    (b"From: eva@evil.example\r\nReturn-Path: <anna@post.example>\r\nResent-From: anna@post.example", EVA),
    (b"Sender: anna@post.example", NOBODY),
    (b"Reply-To: anna@post.example", NOBODY),
    (b"Return-Path: <anna@post.example>", NOBODY),
    (b"From: Anna\r\nReply-To: anna@post.example", NOBODY),
    (b"From: undisclosed:;\r\nSender: anna@post.example", NOBODY),
    (b"X-From: anna@post.example\r\nFrom: eva@evil.example", EVA),
)


@pytest.mark.parametrize(("head", "identity"), HEADS)
def test_the_one_address_in_from_counts_and_no_other_field(head: bytes, identity: str) -> None:
    assert written(head).identity == identity


def test_the_charset_of_the_body_reads_no_other_address_into_from() -> None:
    for charset in (b"utf-7", b"cp037", b"utf-16", b"shift_jis", b"iso-2022-jp", b"cp1140"):
        for value in (
            b"anna+AEA-post.example@evil.example",
            b"\x81anna@post.example\xc4",
            b"eva@evil.example (\xe4)",
            b"+ACI-eva@evil.example+ACI-",
        ):
            identity = written(b"Content-Type: text/plain; charset=" + charset + b"\r\nFrom: " + value).identity
            assert identity in {NOBODY, EVA, "anna+aea-post.example@evil.example", "+aci-eva@evil.example+aci-"}


# --- what the desk's own mail server says ---

# The value of From, the results, and who it is.
CHECKED: tuple[tuple[bytes, bytes, str], ...] = (
    (b"anna@post.example", passes("post.example"), ANNA),
    (b"anna@post.example", passes("POST.example."), ANNA),
    (b"anna@mail.post.example", passes("post.example"), "anna@mail.post.example"),  # the domain above vouches for it
    (b"anna@post.example", passes("mail.post.example"), NOBODY),
    (b"anna@post.example", passes("evil.example"), NOBODY),
    (b"anna@post.example", b"dmarc=none header.from=evil.example", NOBODY),
    (b"anna@post.example", b"dmarc=temperror header.from=evil.example", NOBODY),
    (b"anna@post.example", passes("post.example") + b"; " + passes("evil.example"), NOBODY),
    (b"anna@post.example", b"dmarc=none (p=none dis=none) header.from=post.example", ANNA),
    (b"anna@post.example", b"dmarc=none action=none header.from=;", ANNA),
    (b"anna@post.example", b"dmarc=none action=none header.from=none", ANNA),
    (b"anna@post.example", b"dmarc=none", ANNA),
    (b"anna@post.example", b"none", ANNA),
    (b"anna@post.example", b"spf=pass smtp.mailfrom=eva@evil.example; dkim=pass header.d=evil.example", ANNA),
    (b"anna@post.example", b"spf=none smtp.mailfrom=x; sender-id=pass header.from=evil.example", ANNA),
    ("info@bürger.example".encode(), passes("xn--brger-kva.example"), "info@xn--brger-kva.example"),
    (rb'"x\ anna@post.example"@evil.example', passes("evil.example"), '"x anna@post.example"@evil.example'),
    (rb'"x\ anna@post.example"@evil.example', passes("post.example"), NOBODY),
    (b"anna@post.example, eva@evil.example", passes("evil.example"), NOBODY),
    (b"anna@post.example, eva@evil.example", passes("post.example"), NOBODY),
    (b"eva@[anna@post.example]", passes("post.example"), NOBODY),
    (b"anna@post.example <eva@evil.example>", passes("evil.example"), EVA),
    (b"anna@post.example <eva@evil.example>", passes("post.example"), NOBODY),
    (b'"eva@evil.example" <anna@post.example>', passes("evil.example"), NOBODY),
    # A field that is not well formed counts only if the server read the same domain in it, or checks no DMARC at all.
    (b"Anna Post anna@post.example", passes("post.example"), ANNA),
    (b"Anna Post anna@post.example", b"dmarc=none header.from=post.example", ANNA),
    (b"Anna Post anna@post.example", b"dmarc=none", NOBODY),
    (b"Anna Post anna@post.example", b"dmarc=permerror header.from=?", NOBODY),
    (b"Anna Post anna@post.example", b"spf=pass smtp.mailfrom=eva@evil.example", ANNA),
    (b"Post, Anna <anna@post.example>", passes("post.example"), ANNA),
    (b"Post, Anna <anna@post.example>", b"dmarc=none", NOBODY),
    (b"Amt: anna@post.example", b"dmarc=permerror", NOBODY),
    ("Änne <anna@post.example>".encode("latin-1"), b"dmarc=none", ANNA),
    (b"anna(@evil.example)@post.example", passes("evil.example"), NOBODY),
    (b"anna(@evil.example)@post.example", passes("post.example"), ANNA),
    (b"anna(@evil.example)@post.example", b"dmarc=none", NOBODY),
)  # fmt: skip


@pytest.mark.parametrize(("value", "results", "identity"), CHECKED)
def test_only_the_domain_of_which_the_mail_server_speaks_counts(value: bytes, results: bytes, identity: str) -> None:
    writer = written(b"From: " + value, results)

    assert writer.identity == identity
    assert writer.doubtful is (identity == NOBODY)
    assert "@" not in writer.evidence


SPECIALS = (b"(", b"()", b'"', b'"\\', b"[", b"@", b"<", b"a <", b"a@b, ", b'"" ', b"a ", b",;:", b"\\")


@pytest.mark.parametrize("special", SPECIALS)
def test_a_field_full_of_specials_takes_no_time(special: bytes) -> None:
    flood = special * (30_000 // len(special))
    start = time.process_time()
    for value in (flood, flood + b"anna@post.example", b"anna@post.example" + flood, flood + b"<anna@post.example>" + flood + b"\\"):
        author([value])

    assert time.process_time() - start < 2
