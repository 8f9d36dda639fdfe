# SPDX-FileCopyrightText: 2026 The maildesk authors
# SPDX-License-Identifier: EUPL-1.2
"""The frames between ParserProcess and its child; all numbers big-endian.

A request is `REQUEST` (read only the head?, octets of the whole mail, their sha256, octets that follow) and those octets. An answer is
`LENGTH` and a pickled Message; one of length 0 at the start says that the child is ready.
"""

import struct

REQUEST = struct.Struct(">?Q64sQ")
LENGTH = struct.Struct(">Q")
