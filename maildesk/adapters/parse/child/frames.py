# SPDX-FileCopyrightText: 2026 The maildesk authors
# SPDX-License-Identifier: EUPL-1.2
"""The frames between ParserProcess and its child; all numbers big-endian.

A request is `REQUEST` (what is asked: one of the numbers below; octets of the whole mail, their sha256, octets of a list of digests,
octets to read), the digests, and the octets to read. An answer is `LENGTH` and so many octets: a pickled Message, or for EXTRACT the
contents one behind the other, each as `LENGTH` and so many octets. One of length 0 at the start says that the child is ready.
"""

import struct
from collections.abc import Iterable, Iterator

REQUEST = struct.Struct(">BQ64sQQ")
LENGTH = struct.Struct(">Q")
WHOLE, BARE, EXTRACT = range(3)
DIGEST_CHARS = 64  # sha256, hexadecimal


def packed(contents: Iterable[bytes]) -> bytes:
    return b"".join(piece for content in contents for piece in (LENGTH.pack(len(content)), content))


def unpacked(answer: bytes) -> Iterator[bytes]:
    """The contents. Raises ValueError if the answer is not made of them, or of more octets than it has."""
    position = 0
    while position < len(answer):
        start = position + LENGTH.size
        if start > len(answer):
            raise ValueError("the answer ends within a length")
        position = start + LENGTH.unpack_from(answer, start - LENGTH.size)[0]
        if position > len(answer):
            raise ValueError("the answer ends within a content")
        yield answer[start:position]
