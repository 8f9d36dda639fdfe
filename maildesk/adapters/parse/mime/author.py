# SPDX-FileCopyrightText: 2026 The maildesk authors
# SPDX-License-Identifier: EUPL-1.2
"""Whose address From names, read as RFC 5322 section 3.4 reads it, and whether that leaves a doubt.

`addresses` finds an address in everything, so that each mail has a writer to show. Here nothing is found that another reader of the field,
the mail server that checks DMARC above all, could take for something else: in whose case a mail is, and who is written to, hangs on it.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import islice

from maildesk.adapters.parse import limits
from maildesk.core.mail.message import FromField, address_key, wire_address

_PIECES_MAX = 200  # words, blanks and signs of one field
_FOLD = re.compile(rb"\r?\n(?=[ \t])")
_CONTROL = re.compile(rb"[\x00-\x08\x0a-\x1f\x7f]")
_PIECE = re.compile(r'"(?:[^"\\]++|\\.)*+"|\[[^\[\]]*\]|[ \t]+|[^\s"()<>\[\]@,;:\\]+|.', re.DOTALL)
_IN_COMMENT = re.compile(r"\\.|[()]", re.DOTALL)
_DOT_ATOM = re.compile(r"[\w!#$%&'*+/=?^`{|}~-]+(?:\.[\w!#$%&'*+/=?^`{|}~-]+)*")
_DOMAIN = re.compile(r"[A-Za-z0-9_-]+(?:\.[A-Za-z0-9_-]+)*")
_LITERAL = re.compile(r"\[(?:IPv6:)?[0-9A-Fa-f.:]{3,45}\]")  # RFC 5321 section 4.1.3

# A field as a row of its pieces, one sign each: a word, a quoted string, a comment, a domain literal, a blank, anything odd (x), and the
# specials of RFC 5322 as they are.
# Nothing is tried twice (possessive quantifiers): a field may be full of comments.
_ADDRESS = r"(?P<local>[wq]) ?@ ?(?P<domain>[wl])"
_CLEAR = re.compile(rf"(?:(?P<phrase>[wqc ]*+)(?P<angle><) ?|[ c]*+){_ADDRESS}(?(angle) ?>)[ c]*+")
_NAMED = re.compile(rf"(?P<phrase>[wqc @]*+)< ?{_ADDRESS} ?>[ c]*+")  # an address as a name, without its quotes
_COMMENTED = re.compile(r"(?:(?P<phrase>[wqc ]*+)(?P<angle><))?[ c]*+(?P<local>[wq])[ c]*+@[ c]*+(?P<domain>[wl])[ c]*+(?(angle)>[ c]*+)")
_ALONE = re.compile(rf"(?P<phrase>(?:[^@]*[^@wqlx])?){_ADDRESS}[ >,;cx]*+")


@dataclass(frozen=True, slots=True)
class Author:
    """`phrase` is the name as it is in the field; it and `spec` are empty where `field` is doubtful."""

    field: FromField = FromField.DOUBTFUL
    spec: str = ""
    phrase: str = ""


def author(raws: Sequence[bytes]) -> Author:
    """The author by all From fields of a mail: in more than one there must be the same address (RFC 5322 section 3.6 allows one)."""
    first, *others = [_of_field(raw) for raw in raws] or [Author()]
    same = all(address_key(each.spec) == address_key(first.spec) for each in others)
    return Author(FromField.LOOSE, first.spec, first.phrase) if others and same and first.spec else Author() if others else first


def shown(raw: bytes) -> bytes:
    """The field with a question mark for each control: left out, it would make another address of two."""
    return _CONTROL.sub(b"?", _FOLD.sub(b"", raw))


def _of_field(raw: bytes) -> Author:
    line = _FOLD.sub(b"", raw)
    if len(raw) >= limits.FIELD_BYTES_MAX or _CONTROL.search(line):
        return Author()
    try:
        return _read(line.decode("utf-8").strip())
    except UnicodeDecodeError:
        found = _read(line.decode("latin-1").strip())
        return found if found.spec.isascii() else Author()


Piece = tuple[str, str]


def _pieces(text: str) -> Iterator[Piece]:
    """Each piece with its sign."""
    position, closed = 0, True
    while position < len(text):
        end = _end_of_comment(text, position) if closed and text[position] == "(" else 0
        closed = closed and (end > 0 or text[position] != "(")
        piece = text[position:end] if end else _PIECE.match(text, position)[0]  # type: ignore[index]  # the last branch takes anything
        yield "c" if end else _sign(piece), piece
        position += len(piece)


def _end_of_comment(text: str, start: int) -> int:
    """Behind the comment that begins at `start`, with those inside of it; 0 if it never ends."""
    depth = 0
    for match in _IN_COMMENT.finditer(text, start):
        depth += {"(": 1, ")": -1}.get(match[0], 0)
        if depth == 0 and match[0] == ")":
            return match.end()
    return 0


def _sign(piece: str) -> str:
    if piece.isspace():
        return " "
    if piece in "<>@,;:":
        return piece
    if len(piece) > 1 and piece[0] in '"[':
        return "q" if piece[0] == '"' else "l"
    return "x" if piece in '"()[]\\' else "w"


def _read(text: str) -> Author:
    pieces = list(islice(_pieces(text), _PIECES_MAX + 1))
    if len(pieces) > _PIECES_MAX:
        return Author()
    signs = "".join(sign for sign, _ in pieces)
    if match := _CLEAR.fullmatch(signs):
        return _author(FromField.CLEAR, pieces, match)
    if match := _NAMED.fullmatch(signs) or _COMMENTED.fullmatch(signs):
        return _author(FromField.LOOSE, pieces, match)
    if sum(piece.count("@") for _, piece in pieces) == 1:
        alone = _ALONE.fullmatch(signs)
        return _author(FromField.LOOSE, pieces, alone) if alone else Author()
    return _repeated(pieces)


def _repeated(pieces: Sequence[Piece]) -> Author:
    """One address several times, with commas between."""
    items: list[list[Piece]] = [[]]
    for piece in pieces:
        items[-1].append(piece) if piece[0] != "," else items.append([])
    signs = ("".join(sign for sign, _ in item) for item in items)
    found = [
        _author(FromField.LOOSE, item, match) if match else Author()
        for item, match in zip(items, map(_CLEAR.fullmatch, signs), strict=True)
    ]
    return found[0] if len({address_key(each.spec) for each in found}) == 1 else Author()


def _author(field: FromField, pieces: Sequence[Piece], match: re.Match[str]) -> Author:
    local, domain = pieces[match.start("local")][1], pieces[match.start("domain")][1]
    whole = domain.removesuffix(".")
    spec = f"{_plain(local)}@{whole}"
    if not _is_sound(_plain(local), whole) or len(spec) > limits.ADDR_SPEC_CHARS_MAX:
        return Author()
    before = pieces[max(match.start("phrase"), 0) : max(match.end("phrase"), 0)]
    phrase = "".join(piece for sign, piece in before if sign != "<").strip()
    comment = next((piece[1:-1] for sign, piece in pieces if sign == "c"), "")
    return Author(field if whole == domain else FromField.LOOSE, spec, phrase or comment)


def _plain(local: str) -> str:
    """The local part without the quotes and backslashes that it does not need: with them and without, it is the same (RFC 5322 3.2.4)."""
    if not local.startswith('"'):
        return local
    inside = re.sub(r"\\(.)", r"\1", local[1:-1])
    return inside if _DOT_ATOM.fullmatch(inside) else '"' + re.sub(r'(["\\])', r"\\\1", inside) + '"'


def _is_sound(local: str, domain: str) -> bool:
    """Whether every reader has the same address in it: nothing that is not seen, and no letter that stands for another one."""
    seen = all(unicodedata.category(letter)[0] not in "CZ" or (letter == " " and local.startswith('"')) for letter in local + domain)
    if not seen or "=?" in local + domain or not all(map(_is_itself, local + domain)):
        return False
    return bool(_LITERAL.fullmatch(domain) or _DOMAIN.fullmatch(domain)) if domain.isascii() else _is_read_as_written(domain)


def _is_itself(letter: str) -> bool:
    return letter.isascii() or not (unicodedata.normalize("NFKC", letter).isascii() or letter.lower().isascii())


def _is_read_as_written(domain: str) -> bool:
    """Whether punycode leads back to the domain: some letters get lost on the way, or become others (RFC 3454 appendix B)."""
    try:
        labels = wire_address(f"x@{domain}").removeprefix("x@").split(".")
        back = [label[4:].encode().decode("punycode") if label.startswith("xn--") else label for label in labels]
    except ValueError:
        return False
    return ".".join(back).lower() == unicodedata.normalize("NFC", domain).lower()
