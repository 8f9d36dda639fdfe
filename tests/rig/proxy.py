# SPDX-FileCopyrightText: 2026 The maildesk authors
# SPDX-License-Identifier: EUPL-1.2
"""A TCP proxy on loopback that breaks a conversation behind any octet, in either direction. It knows nothing of what it carries.

with Proxy(dovecot.imap_port) as proxy:
    proxy.set(Cut(Side.SERVER, 100, How.RST))   # behind the 100th octet of the server's, over all connections from now on
    ...                                         # talk to proxy.port
    assert proxy.broke
    proxy.set(None)                             # from now on it is honest, also where it broke for good
    proxy.carried(Side.CLIENT)                  # the octets that were let through since then
"""

from __future__ import annotations

import select
import socket
import struct
import threading
from contextlib import suppress
from dataclasses import dataclass
from enum import Enum

HOST = "127.0.0.1"
DRAIN_SECONDS = 2.0
CHUNK_BYTES = 65536


class Side(Enum):
    """Whose octets are counted."""

    CLIENT = "client"
    SERVER = "server"


class How(Enum):
    """FIN: the line ends in order, and the other side still does what it got. RST: it ends with an error. SILENCE: it stays open, and
    nothing passes any more. TRICKLE: the octets of that side come one by one, with a pause before each."""

    FIN = "fin"
    RST = "rst"
    SILENCE = "silence"
    TRICKLE = "trickle"


@dataclass(frozen=True)
class Cut:
    """`after_octets` are let through, the next one is not; 0: nothing at all. `for_good`: later connections break at once, in that way."""

    side: Side
    after_octets: int
    how: How = How.FIN
    pause_seconds: float = 0.05
    for_good: bool = False


class Proxy:
    """Runs in front of the server at `port`. `broke`: the cut has taken place. `connections`: how many there were since `set`."""

    def __init__(self, port: int, cut: Cut | None = None) -> None:
        self._server_port = port
        self._lock = threading.Lock()
        self._over = threading.Event()
        self._lines: list[_Line] = []
        self._listener = socket.create_server((HOST, 0), backlog=64)
        self.port = int(self._listener.getsockname()[1])
        self.set(cut)
        self._accepting = threading.Thread(target=self._accept, daemon=True)

    def __enter__(self) -> Proxy:
        self._accepting.start()
        return self

    def __exit__(self, *_exc: object) -> None:
        self._over.set()
        with suppress(OSError):
            self._listener.shutdown(socket.SHUT_RDWR)
        self._listener.close()
        self._accepting.join(10)
        for line in self._lines:
            line.end()

    def set(self, cut: Cut | None) -> None:
        """From now on this is what happens, also on open connections; counting begins again."""
        with self._lock:
            self._cut = cut
            self._carried = {side: bytearray() for side in Side}
            self.broke = False
            self.connections = 0

    def carried(self, side: Side) -> bytes:
        """The octets of that side that were let through since `set`."""
        with self._lock:
            return bytes(self._carried[side])

    def fate(self) -> Cut | None:
        """How a connection that begins now breaks before its first octet; None: it does not."""
        with self._lock:
            cut = self._cut
            if cut is None or (self.broke and not cut.for_good):
                return None
            if self.broke or not cut.after_octets:
                self.broke = True
                return cut
            return None

    def allow(self, side: Side, octets: bytes) -> tuple[bytes, Cut | None]:
        """What of these octets may pass, and what happens behind them."""
        with self._lock:
            cut, breaks = self._cut, False
            if cut is not None and cut.side is side and not self.broke:
                left = cut.after_octets - len(self._carried[side])
                breaks = len(octets) >= left
                octets = octets if cut.how is How.TRICKLE else octets[:left]
                self.broke = breaks
            self._carried[side] += octets
            return octets, cut if breaks else None

    def wait(self, seconds: float) -> bool:
        """Whether it is over."""
        return self._over.wait(seconds)

    def _accept(self) -> None:
        while not self._over.is_set():
            try:
                client, _ = self._listener.accept()
            except OSError:
                return
            with self._lock:
                self.connections += 1
            self._lines = [line for line in self._lines if line.is_alive]
            self._lines.append(_Line(self, client, self._server_port))


class _Line:
    """One connection through the proxy, in a thread of its own."""

    def __init__(self, proxy: Proxy, client: socket.socket, server_port: int) -> None:
        self._proxy = proxy
        self._client = client
        self._server_port = server_port
        self._server: socket.socket | None = None
        self._slow: dict[socket.socket, float] = {}
        self._thread = threading.Thread(target=self._run, daemon=True)
        self._thread.start()

    @property
    def is_alive(self) -> bool:
        return self._thread.is_alive()

    def end(self) -> None:
        for each in (self._client, self._server):
            if each is not None:
                with suppress(OSError):
                    each.shutdown(socket.SHUT_RDWR)
        self._thread.join(10)

    def _run(self) -> None:
        with suppress(OSError), self._client:
            self._server = socket.create_connection((HOST, self._server_port))
            with self._server:
                for each in (self._client, self._server):
                    each.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
                cut = self._proxy.fate() or self._carry(self._server)
                if cut is not None:
                    self._break(self._server, cut)

    def _carry(self, server: socket.socket) -> Cut | None:
        """Until both sides have ended, or the line is to be broken."""
        other = {self._client: server, server: self._client}
        side = {self._client: Side.CLIENT, server: Side.SERVER}
        talking = [self._client, server]
        while talking:
            for source in select.select(talking, [], [])[0]:
                octets = source.recv(CHUNK_BYTES)
                if not octets:
                    talking.remove(source)
                    other[source].shutdown(socket.SHUT_WR)
                    continue
                octets, cut = self._proxy.allow(side[source], octets)
                if cut is not None and cut.how is How.TRICKLE:
                    self._slow[source] = cut.pause_seconds
                    cut = None
                self._send(other[source], octets, self._slow.get(source, 0.0))
                if cut is not None:
                    return cut
        return None

    def _send(self, target: socket.socket, octets: bytes, pause_seconds: float) -> None:
        if not pause_seconds:
            target.sendall(octets)
            return
        for number in octets:
            if self._proxy.wait(pause_seconds):
                raise OSError
            target.sendall(bytes([number]))

    def _break(self, server: socket.socket, cut: Cut) -> None:
        match cut.how:
            case How.FIN:
                for each in (self._client, server):
                    each.shutdown(socket.SHUT_WR)
                self._swallow([self._client, server], DRAIN_SECONDS)
            case How.RST:
                for each in (self._client, server):
                    each.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
            case _:
                self._swallow([self._client], None)

    def _swallow(self, talking: list[socket.socket], seconds: float | None) -> None:
        """What is still said is heard by nobody; without that, closing would reset the line. Until all have ended."""
        while talking:
            ready = select.select(talking, [], [], seconds)[0]
            if not ready:
                return
            for source in ready:
                if not source.recv(CHUNK_BYTES):
                    talking.remove(source)
