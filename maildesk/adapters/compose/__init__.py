# SPDX-FileCopyrightText: 2026 The maildesk authors
# SPDX-License-Identifier: EUPL-1.2
"""Letter + templates -> the octets of a mail (RFC 5322, RFC 2045 to 2047, RFC 2183, RFC 3834 for automatic letters).

The same Letter makes the same octets, so that a letter sent again after a doubt is the same letter.
"""

from maildesk.adapters.compose.composer import Composer
from maildesk.adapters.compose.flaws import Flaw
from maildesk.adapters.compose.wording import Wording

__all__ = ["Composer", "Flaw", "Wording"]
