# SPDX-FileCopyrightText: 2026 The maildesk authors
# SPDX-License-Identifier: EUPL-1.2
"""HTML bodies as text: what a reader would see, with the targets of links, tables readable, hidden preheaders left out (inscriptis).

Quoted mail (`blockquote`) gets "> " before its lines, as in a plain text: else nobody could distinguish it from the writer's own words.
"""

from __future__ import annotations

import html as entities
import logging
import re
from typing import TYPE_CHECKING, Any

from maildesk.adapters.parse import limits
from maildesk.adapters.parse.mime import charset

if TYPE_CHECKING:
    from inscriptis.model.config import ParserConfig

# The library logs what it stumbles over, and that is text of the mail.
logging.getLogger("inscriptis").setLevel(logging.CRITICAL + 1)
logging.getLogger("inscriptis").propagate = False

_META_CHARSET = re.compile(rb"<meta[^>]{0,200}?charset\s{0,5}=\s{0,5}[\"']?([A-Za-z0-9_.:-]{1,40})", re.IGNORECASE)
_META_BYTES = 4096
# Private-use characters around a link while it is rendered; those of the mail itself are taken out first.
_OPEN, _TARGET, _CLOSE = "\ue0a0", "\ue0a1", "\ue0a2"
_PRIVATE = re.compile(f"[{_OPEN}{_TARGET}{_CLOSE}]")
# The same around a quoted mail.
_QUOTE, _UNQUOTE = "\ue0a3", "\ue0a4"
_QUOTE_MARKS = re.compile(f"[{_QUOTE}{_UNQUOTE}]")
# In front of what the program itself calls a signature, and around the content id of a picture.
_SIGNATURE, _PICTURE, _PICTURE_END = "\ue0a5", "\ue0a6", "\ue0a7"
_OTHER_MARKS = re.compile(f"[{_SIGNATURE}{_PICTURE}{_PICTURE_END}\ue0a8]")
_SHOWN_PICTURE = re.compile(f"{_PICTURE}([^{_PICTURE_END}]*){_PICTURE_END}")
# Gmail, Thunderbird, Outlook on the web, on telephones, Apple Mail; Outlook puts x_ before the names in what it quotes.
_SIGNATURE_NAMES = re.compile(
    r"(?:x_)*(?:gmail_signature|moz-signature|signature|ms-outlook-mobile-signature|applemailsignature)", re.IGNORECASE
)
_TIGHT_CLASS = re.compile(r"\b(?:x_)*Mso(?:Normal|PlainText|ListParagraph|NoSpacing)", re.IGNORECASE)
_TIGHT_STYLE = re.compile(r"margin(?:-top|-bottom)?\s{0,5}:\s{0,5}0", re.IGNORECASE)
_EMPTY_PARAGRAPH = re.compile(
    r"<p\b[^<>]{0,500}>(?:<(?!img)[a-z][^<>]{0,300}>){0,6}(?:&nbsp;|&#160;|\xa0|<img\b[^<>]{0,2000}>)(?=\s{0,10}<)", re.IGNORECASE
)
_KEPT_EMPTY = "\ue0a8"  # keeps the renderer from dropping a paragraph with nothing but a no-break space or a picture
_ANCHOR_CHARS = 80
_QUOTE_DEPTH_MAX = 20
_INDENTED_ONLY = re.compile(r"border(?:-left)?(?:-width|-style)?\s{0,5}:\s{0,5}(?:medium\s{1,5}none|none|0)", re.IGNORECASE)
_XML_DECLARATION = re.compile(r"\s*<\?xml[^>]{0,200}\?>")
_EMBEDDED = re.compile(r"data:[a-z]{1,20}/[a-z0-9.+-]{1,60};base64,[A-Za-z0-9+/=%\s]*", re.IGNORECASE)
_LEFT_OUT = ("script", "style", "head", "title")
_BREAKS = re.compile(r"<(?:br|/p|/div|/tr|/li|/h[1-6]|/blockquote|hr)\b[^>]{0,500}>", re.IGNORECASE)


def charset_in(data: bytes) -> str:
    """The charset that the document itself names, for a part that declares none."""
    match = _META_CHARSET.search(data[:_META_BYTES])
    return match[1].decode("ascii") if match else ""


def decoded(data: bytes, declared: str) -> str:
    """The source text. A charset named inside loses against the one of the mail, which gateways keep right."""
    text = charset.decode(data, declared or charset_in(data))
    return text[: limits.HTML_CHARS_MAX]


def rendered(source: str) -> str:
    """The document as text; if the library gives up on it, the text between the tags; never raises."""
    source = _prepared(source)
    text = _text(source, _config())
    if text is None:
        return between_tags(source.replace(_KEPT_EMPTY, ""))
    return _with_quote_marks(_with_signature_marks(_with_targets(text.replace(_KEPT_EMPTY, ""))))


def anchors(source: str) -> dict[str, str]:
    """For each picture that the document shows by its content id: the last letters and digits before it.

    "^" is where the text begins, "$" where a signature, ">" where quoted mail does.
    """
    text = _text(_prepared(source), _config(pictures=True)) or ""
    found: dict[str, str] = {}
    for match in _SHOWN_PICTURE.finditer(text):
        before = _SHOWN_PICTURE.sub(" ", _with_targets(text[: match.start()]))
        before = re.sub(rf"{_SIGNATURE}|(?m:^-- ?$)", "$", before).replace(_QUOTE, ">")
        letters = "^" + "".join(re.findall(r"\w+|[$>]", before.casefold()))
        found.setdefault(match[1], letters[-_ANCHOR_CHARS:])
        if len(found) >= limits.PICTURES_MAX:
            break
    return found


def _prepared(source: str) -> str:
    source = _OTHER_MARKS.sub("", _QUOTE_MARKS.sub("", _PRIVATE.sub("", source)))
    source = _XML_DECLARATION.sub("", source, count=1).replace("\x00", "")
    return _EMPTY_PARAGRAPH.sub(rf"\g<0>{_KEPT_EMPTY}", _EMBEDDED.sub("data:", source))


def _text(source: str, config: ParserConfig) -> str | None:
    """What the library makes of it; None if the document is too long for it, or if it gives up."""
    if len(source) > limits.RENDERED_HTML_CHARS_MAX:
        return None
    try:
        from inscriptis import get_text

        return str(get_text(source, config))
    except Exception:  # whatever lxml or inscriptis stumble over, there is text to be had
        return None


def _config(*, pictures: bool = False) -> ParserConfig:
    from inscriptis.css_profiles import CSS_PROFILES
    from inscriptis.model.config import ParserConfig
    from inscriptis.model.tag import CustomHtmlTagHandlerMapping

    shown = {"img": _show_picture} if pictures else {}
    handlers = CustomHtmlTagHandlerMapping(
        start_tag_mapping={"a": _open_link, "blockquote": _open_quote, "p": _open_paragraph, "div": _open_division, **shown},
        end_tag_mapping={"a": _close_link, "blockquote": _close_quote},
    )
    return ParserConfig(css=CSS_PROFILES["strict"].copy(), custom_html_tag_handler_mapping=handlers)


def _open_link(state: Any, attributes: Any) -> None:
    target = str(attributes.get("href", "")).strip()
    wanted = re.match(r"(?:https?|ftp|mailto|tel):", target, re.IGNORECASE)
    state.last_a = target[:2000] if wanted else ""
    if state.last_a:
        state.tags[-1].write(_OPEN)


def _close_link(state: Any) -> None:
    if getattr(state, "last_a", ""):
        # The percent sign keeps the renderer from taking white space in a target for text.
        state.tags[-1].write(f"{_TARGET}{state.last_a.replace(' ', '%20')}{_CLOSE}")
        state.last_a = ""


def _open_paragraph(state: Any, attributes: Any) -> None:
    """Word makes a paragraph of every line and takes the space around it away in a style sheet; an empty one is an empty line."""
    style, names = str(attributes.get("style", ""))[:2000], str(attributes.get("class", ""))[:200]
    if _TIGHT_CLASS.search(names) or len(_TIGHT_STYLE.findall(style)) >= (1 if re.search(r"margin\s{0,5}:", style) else 2):
        state.tags[-1].margin_before = state.tags[-1].margin_after = 0


def _open_division(state: Any, attributes: Any) -> None:
    names = (*str(attributes.get("class", ""))[:200].split(), str(attributes.get("id", ""))[:200])
    if any(_SIGNATURE_NAMES.fullmatch(name) for name in names):
        state.tags[-2].write(_SIGNATURE)


def _show_picture(state: Any, attributes: Any) -> None:
    source = str(attributes.get("src", ""))[:300]
    if source.lower().startswith("cid:"):
        state.tags[-1].write(f"{_PICTURE}{source[4:]}{_PICTURE_END}")


def _open_quote(state: Any, attributes: Any) -> None:
    """Marks the end of the line above. What Gmail's button for indenting makes is no quote: it says that it has no border."""
    from inscriptis.html_properties import Display

    hidden = state.tags[-1].display is Display.none
    counts = not hidden and not _INDENTED_ONLY.search(str(attributes.get("style", ""))[:2000])
    state.quotes = (*getattr(state, "quotes", ()), counts)
    if counts:
        state.tags[-2].write(_QUOTE)


def _close_quote(state: Any) -> None:
    *outer, counts = state.quotes
    state.quotes = tuple(outer)
    if counts:
        state.tags[-1].write(_UNQUOTE)


def _with_signature_marks(text: str) -> str:
    """Makes the line of two dashes of a mark, unless the program wrote it as well."""
    return re.sub(rf"(?:--[ \xa0]?)?[ \xa0\n]{{0,20}}{_SIGNATURE}[ \xa0\n]{{0,20}}(?:--[ \xa0]?\n)?", "\n-- \n", text)


def _with_quote_marks(text: str) -> str:
    """Puts ">" before the lines between the marks; a line that holds nothing but marks was none."""
    if _QUOTE not in text:
        return _QUOTE_MARKS.sub("", text)
    out: list[str] = []
    depth = 0
    for line in text.split("\n"):
        marks = _QUOTE_MARKS.findall(line)
        leading = _QUOTE_MARKS.findall(line[: len(line) - len(line.lstrip(f" {_QUOTE}{_UNQUOTE}"))])
        shown = _QUOTE_MARKS.sub("", line) if marks else line
        first = _moved(depth, leading)
        depth = _moved(depth, marks)
        if shown.strip() or not marks:
            out.append(f"{'>' * min(first, _QUOTE_DEPTH_MAX)} {shown}" if first else shown)
    return "\n".join(out)


def _moved(depth: int, marks: list[str]) -> int:
    for mark in marks:
        depth = max(0, depth + (1 if mark == _QUOTE else -1))
    return depth


def _with_targets(text: str) -> str:
    """Turns the marks around links into `text <target>`, or the text alone where it already shows the target."""
    pieces = text.split(_OPEN)
    out = [_PRIVATE.sub("", pieces[0])]
    for piece in pieces[1:]:
        shown, marked, rest = piece.partition(_TARGET)
        target, closed, behind = rest.partition(_CLOSE)
        if not (marked and closed):
            out.append(_PRIVATE.sub("", piece))
            continue
        bare = re.sub(r"^(?:mailto:|tel:|https?://)", "", target, flags=re.IGNORECASE).rstrip("/")
        out.append(shown if not shown.strip() or bare.lower() in shown.lower() else f"{shown} <{target}>")
        out.append(behind)
    return "".join(out)


def between_tags(source: str) -> str:
    """The text without its tags, by one pass: for what no renderer can take."""
    lowered = source.lower()
    out: list[str] = []
    position = 0
    while position < len(source):
        opening = source.find("<", position)
        if opening < 0:
            opening = len(source)
        out.append(source[position:opening])
        tag = next((name for name in _LEFT_OUT if lowered.startswith(name, opening + 1)), "")
        end = lowered.find(f"</{tag}", opening) if tag else opening
        closing = source.find(">", end) if end >= 0 else -1
        if closing < 0:
            break
        if _BREAKS.match(source, opening):
            out.append("\n")
        position = closing + 1
    return entities.unescape("".join(out))
