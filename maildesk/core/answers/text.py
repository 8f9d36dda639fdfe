# SPDX-FileCopyrightText: 2026 The maildesk authors
# SPDX-License-Identifier: EUPL-1.2
"""What a colleague wrote for the citizen, taken from a reply to the mail that the desk relayed.

The parser has already cut quoted mail and marked signatures; it is careful not to lose a word of a citizen. Here the care is the
opposite: what is not surely meant for the citizen does not leave. The rules, in their order:

1. From the first line that only the relayed mail has (its head, the desk's address in an attribution or a header block) nothing is
   meant for the citizen, unless the colleague answered between the quoted lines: then the text stays as it is, to be held.
2. Lines at the beginning that start with "#" are orders. A note and a question to a colleague make the whole mail internal.
3. Behind a signature mark ("-- ", or what the mail program calls a signature) everything goes. "--" alone is a mark only if a
   signature follows.
4. A typed closing stays ("Mit freundlichen Grüßen", "Im Auftrag"), and the name in the line below it. All behind that goes, but for
   paragraphs that begin with "P.S.", "Nachtrag" or "Anlage".
5. Without a closing, a block at the end goes that begins with the colleague's name, or holds name or address beside lines as
   signatures have them.
6. Pictures go along where they are in what is left; signatures, cards, attached messages and invitations never do.
"""

from __future__ import annotations

import re
from collections.abc import Collection, Sequence
from dataclasses import dataclass, replace

from maildesk.core.answers.signature import (
    RULE,
    above_signature_mark,
    closing_line,
    is_closed,
    without_block,
    without_closing,
    without_own_ways,
    words_of_name,
)
from maildesk.core.mail.message import Attachment, Message
from maildesk.core.office.policy import Desk, Staff
from maildesk.core.orders.words import INSIDE_WORDS
from maildesk.core.text.spelling import fold


@dataclass(frozen=True, slots=True)
class Answer:
    """What a colleague wrote for the citizen: `text` as lines with LF, `attachments` those of the mail that go along.

    `closed`: the text has a closing of its own.
    """

    text: str
    attachments: tuple[Attachment, ...] = ()
    closed: bool = False


def answer_of(message: Message, staff: Staff, desk: Desk, orders: Collection[str] = (), *, inside: bool | None = None) -> Answer:
    """The answer in a mail of `staff`; its text is empty where nothing in the mail is meant for the citizen.

    `orders` are lines that were read as orders elsewhere, as typed: they do not leave either, wherever they are. `inside`: whether they
    make the whole mail internal; None where only the lines at the beginning can say it.
    """
    above, noted = without_orders(_above_the_relayed_mail(_plain_lines(message.reply), desk), orders)
    internal = noted if inside is None else inside
    lines = [] if internal else without_own_ways(without_block(above_signature_mark(above, staff), staff, desk), staff, desk)
    body = lines[: closing_line(lines, staff)]
    text = _tidy(lines) if _tidy(body) else ""  # a closing that the mail program puts there by itself is no answer
    chosen = () if internal else tuple(each for each in message.attachments if _goes_along(each, body, message))
    attachments = tuple(_anonymous(each, number, staff) for number, each in enumerate(chosen, 1))
    return Answer(text, attachments, closed=bool(text) and is_closed(lines, staff))


def without_heads(answer: Answer) -> Answer:
    """The answer without the lines by which programs and our own relay introduce the mail that is quoted in it: they name addresses."""
    lines = answer.text.split("\n")
    heads = {at for number in range(len(lines)) for at in _head_at(lines, number)}
    return replace(answer, text=_tidy([line for number, line in enumerate(lines) if number not in heads]))


def _head_at(lines: Sequence[str], number: int) -> Sequence[int]:
    """The lines of the head that begins here: fields one below the other with what divides them from the text, or an attribution."""
    end = number
    while end < len(lines) and _FIELD.match(lines[end]):
        end += 1
    if end - number >= 2 or (end > number and _ADDRESS.search(lines[number])):
        first = number - 1 if number and _SEPARATOR.fullmatch(lines[number - 1]) else number
        return range(first, end)
    if re.match(r"[\s>]*(?:Am|On)\b.*\d", lines[number]):
        near = range(number, min(number + _ATTRIBUTION_LINES_MAX, len(lines)))
        last = next((at for at in near if lines[at].rstrip().endswith((":", ">:"))), None)
        said = " ".join(lines[number : (last or 0) + 1])
        return range(number, last + 1) if last is not None and (_WROTE_WORD.search(said) or _ADDRESS.search(said)) else ()
    return ()


def above_the_closing(message: Message, staff: Staff, desk: Desk) -> str:
    """What the colleague typed before the closing and the signature: where orders may be."""
    above = _above_the_relayed_mail(_plain_lines(message.reply), desk)
    first = next((number for number, line in enumerate(above) if line.strip() and not _ORDER_LINE.match(line)), len(above))
    lines = without_block(above_signature_mark(above[first:], staff), staff, desk)  # an order that names its writer is no signature
    return "\n".join((*above[:first], *lines[: closing_line(lines, staff)]))


def from_the_closing_on(message: Message, staff: Staff, desk: Desk) -> tuple[str, ...]:
    """The rest of the colleague's own lines: closing, name, signature, and whatever is below it and above the quoted mail."""
    above = above_the_closing(message, staff, desk)
    return tuple(_own_lines(message, desk)[len(above.split("\n")) if above else 0 :])


def _own_lines(message: Message, desk: Desk) -> list[str]:
    """All lines that the colleague wrote, also those that the parser takes for a signature."""
    reply = _plain_lines(message.reply)
    own = _above_the_relayed_mail(reply, desk)
    if len(own) < len(reply) or not message.reply:
        return own
    behind = _plain_lines(message.text.partition(message.reply)[2])
    rest = _above_the_relayed_mail(behind, desk)
    end = next((number for number, line in enumerate(rest) if _is_quoted(rest, number)), len(rest))
    return [*own, *rest[:end]]


def _is_quoted(lines: Sequence[str], number: int) -> bool:
    line = lines[number]
    labels = _LABEL.match(line) and any(_LABEL.match(each) for each in lines[number + 1 : number + 3])
    wrote = re.match(r"[\s>]*(?:Am|On|Le|El|Dnia)\b.*\d", line) and any(each.rstrip().endswith(":") for each in lines[number : number + 3])
    return bool(line.lstrip().startswith((">", "|")) or _SEPARATOR.fullmatch(line) or labels or wrote)


def typed_lines(text: str, staff: Staff, desk: Desk) -> list[str]:
    """What the colleague typed, without closing, name and block; sentences and postscripts behind the name stay."""
    return without_closing(above_signature_mark(_above_the_relayed_mail(_plain_lines(text), desk), staff), staff, desk)


# --- the relayed mail ---------------------------------------------------------------------------------------------------------------

_LABEL = re.compile(
    r"[\s>*_|]*(?:von|gesendet(?: am)?|datum|an|cc|kopie|betreff|antwort an|from|sent|date|to|subject)\s?\*?\s?:", re.IGNORECASE
)
_SEPARATOR = re.compile(
    r"[\s>*]*[-_=–—]{2,}\s?(?:ursprüngliche|original|weitergeleitete|forwarded).{0,40}|[\s>]*[-_=–—]{5,}\s*", re.IGNORECASE
)
_WROTE = re.compile(r"\b(?:schrieb|schrieben|geschrieben|wrote)\b|\d.*:\s*$|^\s*>>>", re.IGNORECASE)
_WROTE_WORD = re.compile(r"\b(?:schrieb|schrieben|geschrieben|wrote)\b", re.IGNORECASE)
_FIELD = re.compile(
    r"[\s>*_|]*(?:von|gesendet(?: am)?|datum|an|cc|kopie|betreff|antwort an|from|sent|date|to|subject|vorgang|eingang|frist|art|vorschlag"
    r"|dringlichkeit|reply-to)\s?\*?\s?:",
    re.IGNORECASE,
)
_ANSWER_LINE = re.compile(r"antworten sie einfach auf diese nachricht", re.IGNORECASE)
_ADDRESS = re.compile(r"[^\s<>()\[\]@,;:\"']{1,64}@[\w.-]{1,250}\w")
_ATTRIBUTION_LINES_MAX = 4
_LINE_CHARS_MAX = 500  # of a line that can be anything but the colleague's own


def _plain_lines(text: str) -> list[str]:
    return text.replace("\u00a0", " ").split("\n")


def _is_relay_mark(lines: Sequence[str], number: int, desk: Desk) -> bool:
    """A line that is in the mail which the desk relayed, or in what mail programs write above it."""
    line, below = lines[number][:_LINE_CHARS_MAX], lines[number + 1 : number + 5]
    if _ANSWER_LINE.search(line):
        return True
    if re.match(rf"[\s>*|]*Vorgang\s?\*?:\s*\*?\s*\[?{re.escape(desk.prefix)}-\d{{4}}-\d", line):
        return any(_ANSWER_LINE.search(near) or re.match(r"[\s>*|]*Eingang\s?\*?:", near) for near in below)
    near = [each for each in (*lines[max(0, number - 2) : number], *below[:2]) if each.strip()]
    introduces = (_LABEL.match(line) and any(_LABEL.match(each) for each in near)) or _WROTE.search(line)
    ours = any(map(desk.owns, _ADDRESS.findall(line))) or re.search(rf"über {re.escape(desk.name)}", line)
    return bool(introduces and ours)


def _above_the_relayed_mail(lines: list[str], desk: Desk) -> list[str]:
    mark = next((number for number in range(len(lines)) if _is_relay_mark(lines, number, desk)), None)
    if mark is None or _is_answered_inside(lines[mark + 1 :]):
        return lines
    while mark > 0 and (not lines[mark - 1].strip() or _LABEL.match(lines[mark - 1]) or _SEPARATOR.fullmatch(lines[mark - 1])):
        mark -= 1
    return lines[: _beginning_of_attribution(lines, mark)]


def _beginning_of_attribution(lines: Sequence[str], mark: int) -> int:
    """`Am 20.11.2026 um 09:17 schrieb` may be on lines of its own above the address."""
    for above in range(mark, max(-1, mark - _ATTRIBUTION_LINES_MAX), -1):
        if above < len(lines) and re.match(r"[\s>]*(?:Am|On)\b.*\d", lines[above]) and all(lines[above:mark]):
            return above
    return mark


def _is_answered_inside(lines: Sequence[str]) -> bool:
    """Whether unmarked lines are below or between marked ones."""
    marked = [number for number, line in enumerate(lines) if line.lstrip().startswith(">")]
    return bool(marked) and any(line.strip() and not line.lstrip().startswith(">") for line in lines[marked[0] :])


# --- orders -------------------------------------------------------------------------------------------------------------------------

_ORDER_LINE = re.compile(r"\s*#\s?[^\W\d_]")
_ORDER_WORD = re.compile(r"#\s?(\w+)")


def order_lines(text: str) -> tuple[str, ...]:
    """The lines at the beginning that start with "#" and a letter; empty lines before and between them left aside."""
    found: list[str] = []
    for line in text.split("\n"):
        if _ORDER_LINE.match(line):
            found.append(line.strip())
        elif line.strip():
            break
    return tuple(found)


def without_orders(lines: Sequence[str], known: Collection[str] = ()) -> tuple[list[str], bool]:
    """The lines below the orders, and whether an order makes all of them internal."""
    read = {line.strip() for line in known if line.strip()}
    lines = [line for line in lines if line.strip() not in read or _ORDER_LINE.match(line)]
    orders = order_lines("\n".join(lines))
    start = next((number for number, line in enumerate(lines) if line.strip() and not _ORDER_LINE.match(line)), len(lines))
    rest = [line for line in lines[start:] if line.strip() not in read]
    return rest, any(fold(word) in INSIDE_WORDS for order in orders for word in _ORDER_WORD.findall(order))


# --- the form in which it leaves ----------------------------------------------------------------------------------------------------

_PICTURE = re.compile(r"\[(?:cid:|image:|bild:|inline-?bild|inline image)[^\[\]\n]{0,200}\]", re.IGNORECASE)
_TARGET = re.compile(r" ?<(?P<target>(?:https?|mailto|tel):[^\s<>]{1,2000})>")
_BULLET = re.compile(r"^\s*(?:[•·▪●◦§]|\*(?=\s)|\s{2,}[o+](?=\s{1,}))\s*|^\s+-\s+|^-\s{2,}")
_NUMBERED = re.compile(r"^\s*(\d{1,2}[.)])\s+(?=\S)")


def _tidy(lines: Sequence[str]) -> str:
    end = len(lines)
    while end > 0 and (not lines[end - 1].strip() or RULE.fullmatch(lines[end - 1])):
        end -= 1
    text = "\n".join(_tidy_line(line) for line in lines[:end]).strip("\n")
    return re.sub(r"\n{3,}", "\n\n", text)


def _tidy_line(line: str) -> str:
    line = _TARGET.sub(_link, _PICTURE.sub("", line).rstrip())
    if _NUMBERED.match(line) and not re.match(r"\d{1,2}\. \S", line):
        return _NUMBERED.sub(r"\1 ", line)
    return _BULLET.sub("- ", line, count=1) if _BULLET.match(line) else line.removeprefix(" ")


def _link(match: re.Match[str]) -> str:
    """`text<https://...>` as `text (https://...)`; a target that the text already shows, and an address to write to, are left out."""
    shown = match.string[max(0, match.start() - _LINE_CHARS_MAX) : match.start()]
    target = match["target"]
    bare = re.sub(r"^(?:https?://|mailto:|tel:)", "", target, flags=re.IGNORECASE).rstrip("/").casefold()
    if not target.lower().startswith("http") or (shown.split() and bare in shown.split()[-1].casefold()):
        return ""
    return f" ({target})" if shown.strip() else target


# --- attachments --------------------------------------------------------------------------------------------------------------------

NEVER_SENT = frozenset({
    "application/pkcs7-signature", "application/x-pkcs7-signature", "application/pgp-signature", "application/pgp-keys",
    "application/pgp-encrypted", "application/pkcs7-mime", "application/x-pkcs7-mime", "application/ms-tnef", "application/vnd.ms-tnef",
    "text/vcard", "text/x-vcard", "text/directory", "text/calendar", "application/ics", "message/rfc822", "message/global",
    "message/partial", "message/delivery-status", "message/disposition-notification",
})  # fmt: skip
_NEVER_SENT_ENDINGS = (".p7s", ".p7m", ".asc", ".vcf", ".ics", ".eml", ".msg", "winmail.dat")


def is_never_sent(attachment: Attachment) -> bool:
    """Signatures, cards, invitations and messages name their writer, whatever the program calls them."""
    return attachment.media_type in NEVER_SENT or attachment.filename.lower().endswith(_NEVER_SENT_ENDINGS)


def _goes_along(attachment: Attachment, body: Sequence[str], message: Message) -> bool:
    """A picture that the mail shows goes along if it is above the closing, by its anchor or by the mark in the plain form."""
    if is_never_sent(attachment):
        return False
    if attachment.anchor:
        return attachment.anchor in "^" + "".join(re.findall(r"\w+", _tidy(body).casefold()))
    mark = f"[cid:{attachment.filename}"
    return any(mark in line for line in body) or not (attachment.inline or mark in message.text)


def _anonymous(attachment: Attachment, number: int, staff: Staff) -> Attachment:
    """Under another name where its own says who works on it: "Bescheid_Weber.pdf"."""
    said = set(re.findall(r"[^\W\d_]{3,}", attachment.filename.casefold()))
    local = staff.address.rpartition("@")[0].casefold()
    if not (said & {word for word in words_of_name(staff.name) if len(word) > 2} or local in attachment.filename.casefold()):
        return attachment
    ending = attachment.filename.rpartition(".")[2]
    return replace(attachment, filename=f"Anlage-{number}.{ending}" if re.fullmatch(r"\w{1,8}", ending) else f"Anlage-{number}")
