# SPDX-FileCopyrightText: 2026 The maildesk authors
# SPDX-License-Identifier: EUPL-1.2
"""A real mail server whose answers lie: it refuses, says OK and does nothing, hands out other octets, forgets, floods.

Each lie is told once or a few times; afterwards the server is honest, and everything must be where it belongs.
"""

from __future__ import annotations

import logging
import re
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, replace
from functools import partial

from maildesk.errors import MailboxRefused, MailboxUnreachable
from tests.rig.imap_liar import Liar, Lie
from tests.torture.imap_cuts import PASS_SECONDS, an_empty_desk, arrange
from tests.torture.oracle import Tally, findings
from tests.torture.share import Share
from tests.torture.world import Site

PASSES_MAX = 5  # in which a lie can be told
SOCKET_SECONDS = 0.5
SEED = 31
OK = b"{tag} OK done\r\n"
REFUSALS = {
    "NO": b"{tag} NO x\r\n",
    "NO TRYCREATE": b"{tag} NO [TRYCREATE] x\r\n",
    "NO OVERQUOTA": b"{tag} NO [OVERQUOTA] x\r\n",
    "BAD": b"{tag} BAD x\r\n",
    "OK without effect": OK,
}
COMMANDS = {
    "LOGIN": rb"LOGIN .*",
    "LIST": rb"LIST .*",
    "SELECT": rb"SELECT .*",
    "SEARCH": rb"UID SEARCH .*",
    "sizes": rb"UID FETCH \S+ \(RFC822.SIZE INTERNALDATE\)",
    "bodies": rb"UID FETCH \S+ \(BODY\.PEEK\[\]\)",
    "MOVE": rb"UID MOVE .*",
    "STATUS": rb"STATUS .*",
    "EXAMINE": rb"EXAMINE .*",
    "heads": rb"UID FETCH .*HEADER\.FIELDS.*",
}
NO_BODY = re.compile(rb"BODY\[\] \{\d+\}\r\n.*\)\r\n(?=\S+ OK)", re.DOTALL)
BODY = re.compile(rb"BODY\[\] \{(\d+)\}\r\n")


@dataclass(frozen=True)
class Scene:
    """`lie` makes the lie to that command, afresh for each run."""

    name: str
    command: str
    lie: Callable[[bytes], Lie]


def run(site: Site, share: Share) -> Tally:
    """Every lie; those whose turn does not come before the time is up are left out."""
    logging.getLogger("maildesk").setLevel(logging.CRITICAL)  # each lie is told
    return lies(site, share, SCENES)


def lies(site: Site, share: Share, scenes: Sequence[Scene], most: int | None = None) -> Tally:
    tally = Tally("IMAP server with false answers")
    with Liar(site.dovecot.imap_port) as liar:
        for done, scene in enumerate(share.of(scenes)):
            if done == most:
                break
            tally = _lied_to(site, liar, scene, tally)
    return tally


def _lied_to(site: Site, liar: Liar, scene: Scene, tally: Tally) -> Tally:
    with an_empty_desk(site, liar.port, SEED, SOCKET_SECONDS, PASS_SECONDS) as (world, hands):
        for number in range(2):  # the first two mails are dealt with in peace, and then each folder is known
            liar.lies = []
            arrange(world, hands, number)
            if not number:
                hands.settle()
        liar.lies, liar.told = [lie := scene.lie(COMMANDS[scene.command])], 0
        wrong: list[str] = []
        for _ in range(PASSES_MAX):
            failure = hands.a_pass()
            if failure is not None and not isinstance(failure, MailboxUnreachable | MailboxRefused):
                wrong.append(f"it was taken for {type(failure).__name__}")
            if not lie.times:
                break
        liar.lies = []
        found = findings(world, hands.settle())
        found = replace(found, unsettled=(*found.unsettled, *wrong))
    return tally.with_run(found, label=scene.name, broken=liar.told > 0)


# --- lies ---


def bodies(change: Callable[[bytes], bytes], *, announced: int = 0) -> Callable[[bytes], bytes]:
    """Other octets in place of each body, in a literal that is so many octets longer or shorter than it says."""

    def changed(answer: bytes) -> bytes:
        rest, out = answer, b""
        while found := BODY.search(rest):
            size = int(found.group(1))
            octets = change(rest[found.end() : found.end() + size])
            out += rest[: found.start()] + b"BODY[] {%d}\r\n%b" % (len(octets) + announced, octets)
            rest = rest[found.end() + size :]
        return out + rest

    return changed


def instead(pattern: bytes, words: bytes) -> Callable[[bytes], bytes]:
    return lambda answer: re.sub(pattern, words, answer)


def untagged(answer: bytes) -> bytes:
    """Only that the command is done, and nothing else."""
    return answer[answer.rindex(b"\r\n", 0, -2) + 2 :] if answer.count(b"\r\n") > 1 else answer


OTHER = b"Subject: of another one\r\n\r\nnobody's mail\r\n"
CHANGES: dict[str, tuple[str, Callable[[bytes], bytes]]] = {
    "a body that is short": ("bodies", bodies(lambda body: body[:-5])),
    "a body that is long": ("bodies", bodies(lambda body: body + b"more\r\n")),
    "a body that is empty": ("bodies", bodies(lambda _body: b"")),
    "a body that is NIL": ("bodies", lambda answer: NO_BODY.sub(b"BODY[] NIL)\r\n", answer)),
    "a body of another mail": ("bodies", bodies(lambda _body: OTHER)),
    "a literal that says too little": ("bodies", bodies(lambda body: body, announced=-7)),
    "a literal that says too much": ("bodies", bodies(lambda body: body, announced=7)),
    "a literal beyond all measure": ("bodies", bodies(lambda body: body, announced=10**11)),
    "a body under another UID": ("bodies", instead(rb"UID \d+", b"UID 4711")),
    "a body without a UID": ("bodies", instead(rb"UID \d+ ", b"")),
    "brackets without an end": ("bodies", instead(rb"\(UID", b"(" * 50_000 + b"UID")),
    "a wrong size": ("sizes", instead(rb"RFC822\.SIZE \d+", b"RFC822.SIZE 9")),
    "a size of 5 MB": ("sizes", instead(rb"RFC822\.SIZE \d+", b"RFC822.SIZE 5000000")),
    "no date": ("sizes", instead(rb'INTERNALDATE "[^"]*"', b'INTERNALDATE ""')),
    "another UIDVALIDITY": ("SELECT", instead(rb"UIDVALIDITY \d+", b"UIDVALIDITY 4711")),
    "no UIDVALIDITY": ("SELECT", instead(rb"UIDVALIDITY", b"UIDINVALIDITY")),
    "an empty inbox": ("SELECT", instead(rb"\d+ EXISTS", b"0 EXISTS")),
    "read-only": ("SELECT", instead(rb"\[READ-WRITE\]", b"[READ-ONLY]")),
    "nothing found": ("SEARCH", instead(rb"\* SEARCH[ 0-9]*", b"* SEARCH")),
    "more found than there is": ("SEARCH", instead(rb"\* SEARCH", b"* SEARCH 4711")),
    "words for numbers": ("SEARCH", instead(rb"\* SEARCH", b"* SEARCH one")),
    "a MOVE that is done and denied": ("MOVE", lambda answer: untagged(answer).replace(b" OK", b" NO", 1)),
    "a MOVE that says nothing but OK": ("MOVE", untagged),
    "a folder that goes nowhere": ("STATUS", instead(rb"UIDNEXT \d+", b"UIDNEXT 0")),
    "a folder without UIDVALIDITY": ("STATUS", instead(rb"UIDVALIDITY \d+ ?", b"")),
    "a folder that goes far": ("STATUS", instead(rb"UIDNEXT \d+", b"UIDNEXT 4711")),
    "another folder is another one": ("EXAMINE", instead(rb"UIDVALIDITY \d+", b"UIDVALIDITY 4711")),
    "no heads": ("heads", untagged),
    "heads of others": ("heads", instead(rb"UID \d+", b"UID 4711")),
    "no folders": ("LIST", untagged),
}  # fmt: skip


def flood(answer: bytes) -> bytes:
    return b"* OK still here\r\n" * 20_000 + answer


def _scenes() -> Iterator[Scene]:
    for command in COMMANDS:
        for name, answer in REFUSALS.items():
            for times in (1, 3):
                yield Scene(f"{command}: {name}, {times} times", command, partial(Lie, answer=answer, times=times))
        yield Scene(f"{command}: BYE", command, partial(Lie, answer=b"* BYE enough\r\n", hang_up=True))
        yield Scene(f"{command}: a flood first", command, partial(Lie, change=flood))
    for name, (command, change) in CHANGES.items():
        for skip in (0, 1):
            yield Scene(f"{name}, {skip} honest before", command, partial(Lie, change=change, skip=skip))


SCENES = tuple(_scenes())
