# SPDX-FileCopyrightText: 2026 The maildesk authors
# SPDX-License-Identifier: EUPL-1.2
"""What a letter says, before it is a mail."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Wording:
    """What a letter says. `html` is empty for a letter that is text alone; `language` is that of the template (RFC 5646); `sender` is the
    name in From, empty for that of the desk."""

    subject: str
    text: str
    html: str
    language: str
    sender: str = ""
