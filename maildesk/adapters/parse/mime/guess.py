# SPDX-FileCopyrightText: 2026 The maildesk authors
# SPDX-License-Identifier: EUPL-1.2
"""The charset of text that names none or a wrong one and is not UTF-8: guessed only where the octets leave next to no doubt.

Western European text has letters over 127 here and there; Chinese, Japanese, Korean and Cyrillic text consists of them. So each
test asks for runs of such letters, and for what only that script has. Everything else stays cp1252: Latin alphabets cannot be
distinguished by octets.
"""

from __future__ import annotations

import re
from collections.abc import Callable

_HIGH_OCTETS_MIN = 8
_LETTERS_MIN = 5  # different ones, so that a drawn line is no text
_RUN = re.compile(r"[^\x00-\x7f]{4}")
_FOREIGN = re.compile(r"[^\x00-\x7f]")
_KANA = re.compile("[\u3041-\u30ff]")
_HANGUL = re.compile("[\uac00-\ud7a3]")
_EVERYDAY_HANGUL = re.compile("[이다는을에의가를고하은지한사로기시어서니]")
_HAN = re.compile("[\u3001-\u3017\u4e00-\u9fff\uff01-\uff5e]")
_CYRILLIC = re.compile("[А-Яа-яЁё]")
_CYRILLIC_VOWELS = re.compile("[аеёиоуыэюя]", re.IGNORECASE)
_CAPITAL_INSIDE = re.compile("[а-яё][А-ЯЁ]")
_SMALL = re.compile("[а-яё]")


def _share(pattern: re.Pattern[str], letters: str) -> float:
    return len(pattern.findall(letters)) / len(letters)


def _is_russian(letters: str, text: str) -> bool:
    """Cyrillic in small letters with as many vowels as a language has; the wrong Cyrillic codec swaps capitals and small letters."""
    return (
        _share(_CYRILLIC, letters) > 0.9
        and _share(_SMALL, letters) > 0.6
        and 0.3 < _share(_CYRILLIC_VOWELS, letters) < 0.6
        and not _CAPITAL_INSIDE.search(text)
    )


def _is_japanese(letters: str, _text: str) -> bool:
    return _share(_KANA, letters) > 0.25 and _share(_KANA, letters) + _share(_HAN, letters) > 0.9


def _is_korean(letters: str, _text: str) -> bool:
    return _share(_HANGUL, letters) > 0.9 and _share(_EVERYDAY_HANGUL, letters) > 0.15


def _is_chinese(codec: str, last_lead: int) -> Callable[[str, str], bool]:
    """Whether nearly all are of the few thousand signs of everyday use, which are in the first block of the charset."""

    def test(letters: str, _text: str) -> bool:
        everyday = sum(letter.encode(codec)[0] <= last_lead for letter in letters)
        return _share(_HAN, letters) > 0.9 and everyday > 0.9 * len(letters)

    return test


_TESTS: tuple[tuple[str, Callable[[str, str], bool]], ...] = (
    ("koi8-r", _is_russian),
    ("cp1251", _is_russian),
    ("cp932", _is_japanese),
    ("euc_jp", _is_japanese),
    ("euc_kr", _is_korean),
    ("gb2312", _is_chinese("gb2312", 0xD7)),
    ("big5", _is_chinese("big5", 0xC6)),
)


def text_of(data: bytes) -> str:
    """The text of octets that are not UTF-8, if their charset is next to certain; else an empty string.

    >>> text_of("机房环境法规".encode("gb2312")), text_of("Größe, Äpfel, süß".encode("cp1252"))
    ('机房环境法规', '')
    """
    if len(data) - len(data.translate(None, bytes(range(128, 256)))) < _HIGH_OCTETS_MIN:
        return ""
    for codec, is_language in _TESTS:
        try:
            text = data.decode(codec)
        except UnicodeError:
            continue
        letters = "".join(_FOREIGN.findall(text[:100_000]))
        if len(set(letters)) >= _LETTERS_MIN and _RUN.search(text) and is_language(letters, text):
            return text
    return ""
