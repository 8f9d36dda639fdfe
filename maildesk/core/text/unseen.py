# SPDX-FileCopyrightText: 2026 The maildesk authors
# SPDX-License-Identifier: EUPL-1.2
"""What is in a text and nobody sees: it can make a text read otherwise than it is written, hide words, or take a word apart.

Taken out, wherever a text is shown or written: embeddings, overrides and isolates of direction (U+202A to U+202E, U+2066 to U+2069; Unicode
Standard Annex 9 puts Arabic and Hebrew in their order without them), tags (U+E0000 to U+E007F, in which a whole sentence can be hidden; the
flag of Scotland becomes a black flag), and signs without width and meaning (U+200B, U+2060 to U+2065, U+206A to U+206F, U+FEFF).

Left in: the joiners U+200C and U+200D, without which Persian, Indic languages and many emoji are misspelt, and the marks U+200E, U+200F and
U+061C, which put a full stop on the right side of an Arabic word and turn no letter around. On one line, as in names of files, these marks
go too.
"""

from __future__ import annotations

import re

SIGNS = "\u200b\u202a-\u202e\u2060-\u206f\ufeff\ufff9-\ufffb\U000e0000-\U000e007f"
_SIGN = re.compile(f"[{SIGNS}]")


def without_unseen(text: str) -> str:
    """
    >>> without_unseen("Rechnung\\u202efdp.exe"), without_unseen("Wohn\\u200bung"), len(without_unseen("می\\u200cخواهم"))
    ('Rechnungfdp.exe', 'Wohnung', 8)
    """
    return text if text.isascii() else _SIGN.sub("", text)
