# SPDX-FileCopyrightText: 2026 The maildesk authors
# SPDX-License-Identifier: EUPL-1.2
"""A server that says more than anybody asked for: it costs its connection, never the memory of the process."""

from __future__ import annotations

import resource
from collections.abc import Sequence

import pytest

from maildesk.adapters.mailbox import ImapMailbox
from maildesk.errors import MailboxUnreachable
from tests.rig.imap_script import Answer, ScriptedImap, Step

MAIL = b"Subject: one\r\n\r\nhello\r\n"
OK = b"{tag} OK done\r\n"
BODY = rb"UID FETCH .*BODY.PEEK\[\].*"
MEGABYTE = 1024 * 1024


def take_all(server: ScriptedImap) -> list[bytes]:
    with ImapMailbox(server.settings(), "secret", None, socket_seconds=5) as mailbox:
        state = mailbox.look()
        taken = [raw for batch in mailbox.fetch(state, state.uids) for raw in batch]
        octets = [raw.octets.all() for raw in taken]
        for raw in taken:
            raw.octets.close()
        return octets


NONSENSE: dict[str, bytes] = {
    "a literal of 100 GB": b"* 1 FETCH (UID 1 BODY[] {99999999999}\r\nxx",
    "a literal of 2 GB": b"* 1 FETCH (UID 1 BODY[] {1999999999}\r\nxx",
    "a literal of more than a number holds": b"* 1 FETCH (UID 1 BODY[] {" + b"9" * 30 + b"}\r\nxx",
    "brackets in brackets": b"* 1 FETCH (UID 1 X " + b"(" * 50_000 + b")" * 50_000 + b")\r\n" + OK,
    "brackets without an end": b"* 1 FETCH (UID 1 X " + b"(" * 50_000 + b"\r\n" + OK,
}


@pytest.mark.parametrize("answer", NONSENSE.values(), ids=NONSENSE.keys())
def test_an_answer_beyond_all_measure_is_a_lost_line_and_nothing_else(answer: bytes) -> None:
    with ScriptedImap({1: MAIL}, {BODY: answer}) as server:
        with pytest.raises(MailboxUnreachable):
            take_all(server)

        server.script.clear()
        assert take_all(server) == [MAIL]


@pytest.mark.timeout(0)  # it ends by itself, and how long that takes says how busy the machine is
@pytest.mark.parametrize("line", [b"* 5 FETCH (FLAGS ())\r\n", b"* OK still here\r\n"])
def test_a_server_that_never_stops_talking_is_cut_off_before_memory_runs_out(line: bytes) -> None:
    flood: Sequence[Step] = [line * 20_000] * 500  # half a gigabyte in the memory of who keeps it all
    before = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    with ScriptedImap({1: MAIL}, {rb"SELECT .*": flood}) as server, pytest.raises(MailboxUnreachable, match="lost"):
        take_all(server)

    assert resource.getrusage(resource.RUSAGE_SELF).ru_maxrss - before < 300 * 1024


@pytest.mark.parametrize("command", [rb"SELECT .*", rb"UID SEARCH .*", BODY])
def test_a_server_that_only_talks_a_lot_is_listened_to(command: bytes) -> None:
    with ScriptedImap({1: MAIL}) as server:
        script: dict[bytes, Answer] = {command: lambda line: b"* OK still here\r\n" * 50_000 + honest(server, line)}
        server.script = script

        assert take_all(server) == [MAIL]


def honest(server: ScriptedImap, line: bytes) -> bytes:
    return b"".join(server._honest(line)) + OK
