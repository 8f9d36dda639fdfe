# SPDX-FileCopyrightText: 2026 The maildesk authors
# SPDX-License-Identifier: EUPL-1.2
"""Two forms of one mail, plain and HTML (RFC 2046 section 5.1.4): which of them holds the writer's words.

The plain one does, as a rule. But some programs put a stub there: nothing, the mark of a picture, a sentence that the mail is HTML, or
the first line alone. Where a short plain form says something else than a longer HTML, both are the text: it may be a stub in words that
nobody listed, and no word of the writer is lost.
"""

from __future__ import annotations

import re

from maildesk.adapters.parse.text import quote_words, signature
from maildesk.adapters.parse.text.own_words import own_words

NOTICE_CHARS_MAX = 600
_WORDS_MORE = 8  # of the writer's own, that the plain form has nowhere
_WORDS_MORE_BEHIND = 2  # the same, in HTML that begins with the plain form, or has it whole
_PART_KEPT = 0.9  # of the words of the plain form, in HTML that may be in its place
_PART_NEW = 0.5  # of the words of the HTML, where both are shown
_PLACEHOLDER = re.compile(
    r"\[(?:cid:|image\b|bild\b|img\b|grafik\b|picture\b|inline-?\s?(?:image|bild))[^\]\n]{0,200}\]|<[\w.-]{1,60}\.(?:png|jpe?g|gif)>",
    re.IGNORECASE,
)
_URL = re.compile(r"<?(?:https?://|www\.)\S{1,2000}", re.IGNORECASE)
_SENTENCE_END = re.compile(r"[.!?:]\s|\n\s*\n|[.!?:]?\s*\Z")
_NOTICE = re.compile(quote_words.HTML_NOTICES, re.IGNORECASE)


def is_blank(text: str) -> bool:
    """Whether nobody can read anything there: white space, invisible letters, marks of pictures, links alone."""
    return not re.search(r"\w", _URL.sub(" ", _PLACEHOLDER.sub(" ", text)))


def is_notice(text: str) -> bool:
    """Whether every sentence is a program's, about HTML or about a page where the mail can be seen.

    >>> is_notice("This is a message in HTML format. Your mail client cannot display it.")
    True
    >>> is_notice("Ihre HTML-Mail kann ich nicht lesen. Wo ist mein Bescheid?")
    False
    """
    if len(text) > NOTICE_CHARS_MAX or signature.speaks_for_a_person(text):
        return False
    bare = _URL.sub(" ", _PLACEHOLDER.sub(" ", text)).strip()
    sentences = [sentence for sentence in _SENTENCE_END.split(bare) if re.search(r"\w", sentence)]
    return bool(sentences) and all(_NOTICE.search(" ".join(sentence.split())) for sentence in sentences)


def is_stub(text: str) -> bool:
    """Whether nothing there is a person's: it is blank, a notice, or only what a mail program writes below a text."""
    lines = text.split("\n")
    return is_blank(text) or is_notice(text) or not signature.end_of_own_words(lines, len(lines))


def may_say_more(between_tags: str, plain: str) -> bool:
    """Whether the HTML, looked at roughly, may hold words that the plain form has not. Most messages need no closer look."""
    return is_stub(plain) or len(_words(between_tags) - _words(plain)) >= 3


def text_of_both(plain: str, rendered: str) -> str:
    """The text of a mail that has these two forms."""
    if is_blank(rendered):
        return plain
    if is_stub(plain):
        return rendered
    own, theirs = own_words(plain), own_words(rendered)
    kept, shown = _words(own), _words(theirs)
    new = shown - _words(plain)
    if len(new) < (_WORDS_MORE_BEHIND if _letters(plain) in _letters(rendered) else _WORDS_MORE):
        return plain
    if len(kept & shown) >= _PART_KEPT * len(kept):
        return rendered
    return f"{own}\n\n{rendered}" if len(new) >= _PART_NEW * len(shown) and len(shown) > len(kept) else plain


def _words(text: str) -> set[str]:
    return set(re.findall(r"[^\W\d_]{2,}|\d+", _URL.sub(" ", text).casefold()))


def _letters(text: str) -> str:
    return "".join(re.findall(r"\w+", _URL.sub(" ", text).casefold()))
