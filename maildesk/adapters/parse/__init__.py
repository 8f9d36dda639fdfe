# SPDX-FileCopyrightText: 2026 The maildesk authors
# SPDX-License-Identifier: EUPL-1.2
"""Octets to Message, with mail-parser: a mail by a citizen is never given up (RFC 5322, 2045-2047, 2231, 3464, 3676).

`parse` works in this process and never raises for any content. `ParserProcess` does the same in a child that may die
of a mail; a new child then reads that mail's head alone. It also gives the contents of attachments.
"""

from maildesk.adapters.parse.child.process import ParserProcess
from maildesk.adapters.parse.parser import parse

__all__ = ["ParserProcess", "parse"]
