# SPDX-FileCopyrightText: 2026 The maildesk authors
# SPDX-License-Identifier: EUPL-1.2
"""What a citizen asks for in so many words and must have before anybody reads the mail: to stay unknown in the office.

Only words of the writer's own count, and only plain ones: staff withdraw what was read too much into, and set what was missed (#anonym).
"""

from __future__ import annotations

import re

ANONYMOUS = "anonym"  # the flag of a case whose writer wants to stay unknown

_LEADS = r"(?:bitte|m(?:ö|oe)chte|will|wuerde|würde|w(?:ü|ue)nsche|lieber|gern(?:e)?)"
_NAME = r"(?:meine[nrs]?|unsere[nrs]?|den|des|der)\s+(?:vor-?\s?(?:und|u\.)\s?nach)?name(?:n|ns)?"
_WISHES = (
    rf"{_LEADS}\b[^.!?\n]{{0,60}}\banonym\b",
    r"\banonym\s+(?:zu\s+)?(?:bleiben|behandel\w*|halten|vorbringen|mitteilen)\b",
    r"\banonyme\s+(?:beschwerde|meldung|mitteilung|anfrage|eingabe|kritik|hinweis)",
    rf"\b{_NAME}\b[^.!?\n]{{0,40}}\bnicht\s+(?:\w+\s+)?(?:nenn\w*|weiter\w*|erw(?:ä|ae)hn\w*|preis\w*|herausgeb\w*)",
    rf"\bohne\s+(?:die\s+)?nennung\s+{_NAME}",
    r"\bnamen\s+nicht\s+(?:nennen|weitergeben|erw(?:ä|ae)hnen)\b",
    r"\bnicht\s+namentlich\s+genannt\b",
)
_WISH = re.compile("|".join(_WISHES), re.IGNORECASE)
_DENIED = re.compile(r"\b(?:nicht|kein\w*|nie|un|statt)\s+(?:mehr\s+|länger\s+)?anonym", re.IGNORECASE)
CHARS_READ = 20_000


def wants_to_stay_unknown(words: str) -> str:
    """The words by which a writer asks for it, on one line and bounded, or an empty string.

    >>> wants_to_stay_unknown("Ich möchte in dieser Sache lieber anonym bleiben.")
    'möchte in dieser Sache lieber anonym'
    >>> wants_to_stay_unknown("Ich will nicht anonym bleiben. Das Formular war anonym.")
    ''
    """
    for found in _WISH.finditer(words[:CHARS_READ]):
        if not _DENIED.search(found[0]):
            return " ".join(found[0].split())[:80]
    return ""
