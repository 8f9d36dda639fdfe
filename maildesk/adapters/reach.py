# SPDX-FileCopyrightText: 2026 The maildesk authors
# SPDX-License-Identifier: EUPL-1.2
"""Why no conversation with a server begins, in the words of the configuration: host, port, key, what to do. No word of a library."""

from __future__ import annotations

import socket
import ssl

from maildesk.settings.servers import ServerSettings

TLS_PORTS = {"imap": 993, "smtp": 465}
# What OpenSSL says where the other side did not answer in TLS at all.
NO_TLS = frozenset({"WRONG_VERSION_NUMBER", "UNKNOWN_PROTOCOL", "HTTP_REQUEST", "PACKET_LENGTH_TOO_LONG", "RECORD_LAYER_FAILURE"})


def unreached(error: BaseException, settings: ServerSettings, key: str, *, connected: bool) -> str:
    """`key` is the section, "imap" or "smtp"; `connected`: there was a connection, but the server did not greet."""
    place = f"{settings.host}:{settings.port}"
    if isinstance(error, ssl.SSLCertVerificationError):
        remedy = f"fix the certificate, or name the server in {key}.host as its certificate does"
        return f"the certificate of {place} is not valid ({error.verify_message}): {remedy}"
    if isinstance(error, ssl.SSLError) and error.reason in NO_TLS:
        return f'{place} does not begin with TLS: set {key}.security = "starttls", or {key}.port = {TLS_PORTS[key]}'
    if isinstance(error, ssl.SSLError):
        return f"{place} and maildesk agree on no TLS: the server must offer TLS 1.2 or newer; is {key}.port right?"
    if isinstance(error, socket.gaierror):
        return f"no address is known for {settings.host}: see {key}.host"
    if isinstance(error, ConnectionRefusedError):
        return f"nobody listens at {place}: see {key}.host and {key}.port"
    if connected and settings.security != "tls":
        return f'{place} does not greet: if it begins with TLS, set {key}.security = "tls"; else it is overloaded'
    if connected:
        return f"{place} ended the conversation before it began: see {key}.port, or it is overloaded"
    why = "no answer in time" if isinstance(error, TimeoutError) else getattr(error, "strerror", None) or "no connection"
    return f"{place} cannot be reached ({why}): see {key}.host and {key}.port, or a firewall is between"
