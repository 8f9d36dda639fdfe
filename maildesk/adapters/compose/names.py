# SPDX-FileCopyrightText: 2026 The maildesk authors
# SPDX-License-Identifier: EUPL-1.2
"""Names that strangers chose, as they may be in a header: of people, and of files."""

from __future__ import annotations

import re
import unicodedata

SENDER_CHARS_MAX = 70
FILE_CHARS_MAX = 80
ASCII_CHARS_MAX = 60  # fits on a line of a header
_ENDING = re.compile(r"\.[A-Za-z0-9]{1,10}\Z")
_AT = re.compile("[@\ufe6b\uff20]")
# Brackets and quotation marks that could set off a part of a name as an address, and what looks like them.
_BRACKETS = re.compile('[<>"\\\\\u2039\u203a\u2329\u232a\u27e8\u27e9\u3008\u3009\ufe64\ufe65\uff1c\uff1e\uff02\u201c-\u201f\u00ab\u00bb]')
_NO_FILE = re.compile(r"[<>:\"|?*/\\]")
_ZERO_WIDTH_JOINERS = "\u200c\u200d"  # Persian names and many emoji are spelt with them
_LETTERS = str.maketrans({"ä": "ae", "ö": "oe", "ü": "ue", "Ä": "Ae", "Ö": "Oe", "Ü": "Ue", "ß": "ss", "ẞ": "SS"})


def one_line(text: str, chars_max: int) -> str:
    """The text on one line: white space runs as one space; no controls, marks of direction, or half surrogate pairs; shortened.

    >>> one_line("A\\r\\nBcc: x\\x00\\u202e  end", 100), one_line("Bürgerdialog", 8)
    ('A Bcc: x end', 'Bürgerd…')
    """
    spaced = " ".join(re.sub(r"[\x1c-\x1f\x85\u2028\u2029]", " ", text[: 8 * chars_max]).split())
    kept = "".join(sign for sign in spaced if unicodedata.category(sign)[0] != "C" or sign in _ZERO_WIDTH_JOINERS)
    line = " ".join(unicodedata.normalize("NFC", kept).split())
    return line if len(line) <= chars_max else line[: chars_max - 1].rstrip() + "…"


def sender_name(name: str) -> str:
    """A person's name for From, which cannot be taken for an address; empty if nothing of it can be shown.

    >>> sender_name('"Eva" <eva@example.org>')
    'Eva eva at example.org'
    """
    plain = _BRACKETS.sub(" ", _AT.sub(" at ", one_line(name, 8 * SENDER_CHARS_MAX)))
    line = one_line(plain, SENDER_CHARS_MAX)
    return line if any(sign.isalnum() for sign in line) else ""


def file_name(name: str) -> str:
    """A file name without a path and without what a file system or a screen takes for more; the ending stays.

    >>> file_name("../../etc/passwd"), file_name("C:\\\\Temp\\\\Brief.pdf"), file_name("..")
    ('passwd', 'Brief.pdf', 'Anlage')
    """
    pieces = [piece.strip(" .") for piece in re.split(r"[/\\]", one_line(name, 8 * FILE_CHARS_MAX))]
    base = _NO_FILE.sub("-", next((piece for piece in reversed(pieces) if piece), "")).strip(" .-") or "Anlage"
    ending = _ending(base)
    return base if len(base) <= FILE_CHARS_MAX else base[: FILE_CHARS_MAX - len(ending)].rstrip(" .") + ending


def ascii_file_name(name: str) -> str:
    """The nearest name in ASCII, with nothing that would have to be quoted.

    >>> ascii_file_name("Bescheid für Zoë – groß.pdf"), ascii_file_name("عقد.pdf")
    ('Bescheid fuer Zoe _ gross.pdf', 'Anlage.pdf')
    """
    ending = _ending(name)
    stem = unicodedata.normalize("NFKD", name.removesuffix(ending).translate(_LETTERS))
    plain = "".join(sign for sign in stem if not unicodedata.combining(sign)).encode("ascii", "replace").decode("ascii")
    safe = re.sub(r"[^A-Za-z0-9 ._()+,=&%#!'~-]+", "_", plain)[: ASCII_CHARS_MAX - len(ending)]
    return (safe if re.search(r"[A-Za-z0-9]", safe) else "Anlage") + ending


def _ending(name: str) -> str:
    found = _ENDING.search(name)
    return found[0] if found and found.start() else ""
