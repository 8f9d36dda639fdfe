# SPDX-FileCopyrightText: 2026 The maildesk authors
# SPDX-License-Identifier: EUPL-1.2
"""A picture of a mail with at most 256 colours and nothing but the picture in it (PNG, third edition): a quarter of its size."""

from __future__ import annotations

import struct
import zlib
from collections import Counter
from collections.abc import Iterator

SIGNATURE = b"\x89PNG\r\n\x1a\n"
COLOURS_MAX = 256


def small(octets: bytes) -> bytes:
    """The same picture with a palette. Takes 8 bits a colour, RGB or RGBA, not interlaced; raises ValueError for any other."""
    chunks = list(_chunks(octets))
    width, height, depth, kind, _, _, interlaced = struct.unpack(">IIBBBBB", chunks[0][1])
    if (depth, interlaced) != (8, 0) or kind not in {2, 6}:
        raise ValueError("neither RGB nor RGBA with 8 bits")
    data = zlib.decompress(b"".join(content for name, content in chunks if name == b"IDAT"))
    size = 3 if kind == 2 else 4
    rows = [[line[at : at + 3] for at in range(0, len(line), size)] for line in _lines(data, width * size, size)]
    palette = [colour for colour, _ in Counter(colour for row in rows for colour in row).most_common(COLOURS_MAX)]
    places = {colour: place for place, colour in enumerate(palette)}
    for colour in {colour for row in rows for colour in row} - places.keys():
        places[colour] = min(range(len(palette)), key=lambda place: sum(abs(a - b) for a, b in zip(colour, palette[place], strict=True)))
    packed = b"".join(b"\0" + bytes(places[colour] for colour in row) for row in rows)
    head = struct.pack(">IIBBBBB", width, height, 8, 3, 0, 0, 0)
    parts = ((b"IHDR", head), (b"PLTE", b"".join(palette)), (b"IDAT", zlib.compress(packed, 9)), (b"IEND", b""))
    return SIGNATURE + b"".join(_chunk(name, content) for name, content in parts)


def _chunks(octets: bytes) -> Iterator[tuple[bytes, bytes]]:
    at = len(SIGNATURE)
    while at < len(octets):
        (length,) = struct.unpack_from(">I", octets, at)
        yield octets[at + 4 : at + 8], octets[at + 8 : at + 8 + length]
        at += length + 12


def _chunk(name: bytes, content: bytes) -> bytes:
    return struct.pack(">I", len(content)) + name + content + struct.pack(">I", zlib.crc32(name + content))


def _lines(data: bytes, length: int, size: int) -> Iterator[bytes]:
    """The lines without their filters (section 9)."""
    above = bytearray(length)
    for start in range(0, len(data), length + 1):
        how, line = data[start], bytearray(data[start + 1 : start + 1 + length])
        for at in range(length if how else 0):
            left = line[at - size] if at >= size else 0
            corner = above[at - size] if at >= size else 0
            line[at] = (line[at] + (0, left, above[at], (left + above[at]) // 2, _paeth(left, above[at], corner))[how]) & 255
        yield bytes(line)
        above = line


def _paeth(left: int, above: int, corner: int) -> int:
    guess = left + above - corner
    return min((left, above, corner), key=lambda each: abs(guess - each))
