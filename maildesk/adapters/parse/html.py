# SPDX-FileCopyrightText: 2026 The maildesk authors
# SPDX-License-Identifier: EUPL-1.2
"""HTML bodies as text: what a reader would see, with the targets of links, tables readable, hidden preheaders left out (inscriptis).

Quoted mail (`blockquote`) gets "> " before its lines, as in a plain text: else nobody could tell it from the writer's own words.
"""

from __future__ import annotations

import html as entities
import logging
import re
from typing import TYPE_CHECKING, Any

from maildesk.adapters.parse import charset, limits

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
    source = _QUOTE_MARKS.sub("", _PRIVATE.sub("", source))
    source = _XML_DECLARATION.sub("", source, count=1).replace("\x00", "")
    source = _EMBEDDED.sub("data:", source)
    if len(source) > limits.RENDERED_HTML_CHARS_MAX:
        return between_tags(source)
    try:
        from inscriptis import get_text

        text = get_text(source, _config())
    except Exception:  # whatever lxml or inscriptis stumble over, there is text to be had
        return between_tags(source)
    return _with_quote_marks(_with_targets(text))


def _config() -> ParserConfig:
    from inscriptis.css_profiles import CSS_PROFILES
    from inscriptis.model.config import ParserConfig
    from inscriptis.model.tag import CustomHtmlTagHandlerMapping

    handlers = CustomHtmlTagHandlerMapping(
        start_tag_mapping={"a": _open_link, "blockquote": _open_quote},
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
