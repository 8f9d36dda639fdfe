# SPDX-FileCopyrightText: 2026 The maildesk authors
# SPDX-License-Identifier: EUPL-1.2
"""text/plain; format=flowed (RFC 3676): lines that were broken only to be short are joined again."""

from __future__ import annotations


def unwrapped(text: str, *, delete_space: bool = False) -> str:
    """Joins flowed lines of the same quote depth; `delete_space` is the parameter DelSp=yes.

    >>> unwrapped("Ein langer \\nSatz.\\n> Zitat \\n> davon\\n-- \\nEva")
    'Ein langer Satz.\\n> Zitat davon\\n-- \\nEva'
    """
    out: list[str] = []
    waiting: list[str] = []  # the pieces of a paragraph that goes on in the next line
    waiting_depth = 0
    for line in text.split("\n"):
        depth, content = _unquoted(line)
        if waiting and (depth != waiting_depth or content == "-- "):
            out.append(_quoted(waiting_depth, waiting))
            waiting = []
        waiting_depth = depth
        flows = content.endswith(" ") and content != "-- "
        waiting.append(content[:-1] if flows and delete_space else content)
        if not flows:
            out.append(_quoted(depth, waiting))
            waiting = []
    if waiting:
        out.append(_quoted(waiting_depth, waiting))
    return "\n".join(out)


def _unquoted(line: str) -> tuple[int, str]:
    """The quote depth and the content; one space in front was stuffed in by the sender (section 4.4)."""
    content = line.lstrip(">")
    return len(line) - len(content), content.removeprefix(" ")


def _quoted(depth: int, pieces: list[str]) -> str:
    content = "".join(pieces)
    return f"{'>' * depth} {content}" if depth else content
