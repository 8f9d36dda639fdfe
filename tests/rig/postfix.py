# SPDX-FileCopyrightText: 2026 The maildesk authors
# SPDX-License-Identifier: EUPL-1.2
"""A private, real Postfix on loopback, in a folder of its own: it queues, tries again, writes its own bounces, and delivers by LMTP.

with a_postfix(dovecot.lmtp_port, outside.port, {"desk@example.com": user}) as postfix:
    ...                                # letters to postfix.port: those accounts get them in Dovecot, everybody else at `outside`
    postfix.wait_until_empty()         # all has been delivered or returned; what cannot be delivered is tried again each second
    postfix.kill(); postfix.start()    # what it had taken is in its queue

Postfix changes between users and so must be started by root. It is the one of the system's package, and touches nothing of the system's.
"""

from __future__ import annotations

import json
import os
import pwd
import re
import shutil
import signal
import socket
import subprocess
import tempfile
import time
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest

from maildesk.settings.servers import SmtpSettings
from tests.rig.days import CLOCK, clock
from tests.rig.dovecot import HOST, free_port

PROGRAMS = Path("/usr/lib/postfix/sbin")
COMMANDS = Path("/usr/sbin")
OWNER = "postfix"
ACCOUNTS = "dovecot.example"  # the domain under which it knows the accounts
START_SECONDS = 15
SETTLE_SECONDS = 30
SHARED_MEMORY = Path("/dev/shm")
QUEUES = (
    "active", "bounce", "corrupt", "defer", "deferred", "flush", "hold", "incoming", "maildrop", "private", "public", "saved", "trace",
)  # fmt: skip
MAIN = """\
compatibility_level = 3.6
queue_directory = {folder}/queue
data_directory = {folder}/data
maillog_file = {folder}/log
maillog_file_prefixes = {folder}
mail_owner = postfix
setgid_group = postdrop
inet_interfaces = {host}
inet_protocols = ipv4
myhostname = mail.example.com
mydestination =
local_recipient_maps =
local_transport = error:nobody is here
mynetworks = 127.0.0.0/8
smtpd_relay_restrictions = {relay_restrictions}
smtpd_sender_restrictions = {sender_restrictions}
smtpd_peername_lookup = no
smtp_dns_support_level = disabled
alias_maps =
alias_database =
virtual_alias_maps = texthash:{folder}/etc/accounts
transport_maps = texthash:{folder}/etc/transport
smtputf8_enable = no
biff = no
notify_classes =
in_flow_delay = 0
import_environment = MAIL_CONFIG MAIL_LOGTAG POSTLOG_SERVICE POSTLOG_HOSTNAME {clock}
queue_run_delay = 1s
minimal_backoff_time = 1s
maximal_backoff_time = 2s
transport_retry_time = 1s
smtp_connect_timeout = 5s
message_size_limit = {size_bytes_max}
"""
MASTER = """\
{host}:{port} inet n - n - - smtpd
cleanup unix n - n - 0 cleanup
qmgr unix n - n 1 1 qmgr
rewrite unix - - n - - trivial-rewrite
bounce unix - - n - 0 bounce
defer unix - - n - 0 bounce
trace unix - - n - 0 bounce
verify unix - - n - 1 verify
flush unix n - n 1000? 0 flush
proxymap unix - - n - - proxymap
smtp unix - - n - - smtp
lmtp unix - - n - - lmtp
showq unix n - n - - showq
error unix - - n - - error
retry unix - - n - - error
anvil unix - - n - 1 anvil
scache unix - - n - 1 scache
postlog unix-dgram n - n - 1 postlogd
"""
# The test run may be killed itself: then its standard input ends.
HEIR = """cat
pid=$(tr -d ' ' < "$1/queue/pid/master.pid")
grep -q "$1/etc" "/proc/$pid/cmdline" && kill -9 "-$pid"
rm -rf "$1"
"""
REFUSING_NULL = "check_sender_access texthash:{folder}/etc/senders"


@dataclass
class Postfix:
    """One Postfix. It may be down; its queue stays."""

    folder: Path
    port: int
    lmtp_port: int
    outside_port: int
    accounts: Mapping[str, str]
    null_sender: bool = True
    size_bytes_max: int = 10_240_000
    relays: bool = True
    _master: subprocess.Popen[bytes] | None = None

    def settings(self, **changed: Any) -> SmtpSettings:
        return SmtpSettings(**{"host": HOST, "port": self.port, "security": "none", **changed})

    def make(self) -> None:
        owner = pwd.getpwnam(OWNER)
        self.folder.chmod(0o755)
        for name in ("etc", "queue", "data", "queue/pid", *(f"queue/{each}" for each in QUEUES)):
            (self.folder / name).mkdir(mode=0o755)
        for name in ("data", *(f"queue/{each}" for each in QUEUES)):
            os.chown(self.folder / name, owner.pw_uid, owner.pw_gid)
            (self.folder / name).chmod(0o710 if name.endswith("public") else 0o700)
        self._write_configuration()

    def _write_configuration(self) -> None:
        etc = self.folder / "etc"
        refusing = "" if self.null_sender else REFUSING_NULL.format(folder=self.folder)
        main = MAIN.format(
            folder=self.folder, host=HOST, clock=CLOCK, sender_restrictions=refusing, size_bytes_max=self.size_bytes_max,
            relay_restrictions="permit_mynetworks, reject" if self.relays else "reject_unauth_destination",
        )  # fmt: skip
        (etc / "main.cf").write_text(main)
        (etc / "master.cf").write_text(MASTER.format(host=HOST, port=self.port))
        (etc / "senders").write_text("<> REJECT\n")
        (etc / "accounts").write_text("".join(f"{address} {user}@{ACCOUNTS}\n" for address, user in self.accounts.items()))
        (etc / "transport").write_text(f"{ACCOUNTS} lmtp:inet:{HOST}:{self.lmtp_port}\n* smtp:[{HOST}]:{self.outside_port}\n")

    def start(self) -> None:
        with (self.folder / "out").open("ab") as out:
            self._master = subprocess.Popen(
                [str(PROGRAMS / "master"), "-c", str(self.folder / "etc"), "-d"], stdin=subprocess.DEVNULL, stdout=out, stderr=out,
                start_new_session=True, env={"PATH": "/usr/sbin:/usr/bin:/sbin:/bin", "LANG": "C", **clock()},
            )  # fmt: skip
        if not _comes_true(self._answers, START_SECONDS):
            self.kill()
            pytest.fail(f"Postfix did not start; it says: {self.log()[-2000:]}", pytrace=False)

    def kill(self) -> None:
        """All its processes, at once, as in a power failure; what it had taken is in its queue."""
        if self._master is not None:
            with suppress(ProcessLookupError):
                os.killpg(self._master.pid, signal.SIGKILL)
            self._master.wait()
            self._master = None

    def relay(self) -> None:
        """From now on it takes letters for everybody."""
        self.kill()
        self.relays = True
        self._write_configuration()
        self.start()

    def queue(self) -> list[dict[str, Any]]:
        """What is on its way or waits: `sender`, `recipients` with `address` and `delay_reason` (postqueue -j)."""
        command = [str(COMMANDS / "postqueue"), "-c", str(self.folder / "etc"), "-j"]
        said = subprocess.run(command, check=True, capture_output=True, text=True, timeout=30).stdout
        return [json.loads(line) for line in said.splitlines()]

    def wait_until_empty(self, domain: str = "") -> None:
        """Until everything has been delivered or returned; or what is for the accounts, with their domain."""

        def waits() -> bool:
            return any(each["address"].endswith(domain) for mail in self.queue() for each in mail["recipients"])

        assert _comes_true(lambda: not waits(), SETTLE_SECONDS), self.log()[-4000:]

    def log(self) -> str:
        return "".join(file.read_text(errors="replace") for file in (self.folder / "out", self.folder / "log") if file.exists())

    def _answers(self) -> bool:
        if self._master is None or self._master.poll() is not None:
            return False
        with suppress(OSError), socket.create_connection((HOST, self.port), timeout=5) as probe:
            return probe.recv(3) == b"220"
        return False


@contextmanager
def a_postfix(lmtp_port: int, outside_port: int, accounts: Mapping[str, str], **more: Any) -> Iterator[Postfix]:
    """Runs, and is gone at the end with its folder, whatever happens. `null_sender=False`: it wants an envelope sender.
    `relays=False`: it takes no letter for others."""
    if not (PROGRAMS / "master").exists():
        pytest.fail("these tests need a real Postfix: apt-get install --no-install-recommends postfix", pytrace=False)
    if os.geteuid() != 0:
        pytest.fail("Postfix changes between users: these tests must be run as root, as in a container", pytrace=False)
    folder = Path(tempfile.mkdtemp(prefix="pf-", dir=SHARED_MEMORY if SHARED_MEMORY.is_dir() else None))
    postfix = Postfix(folder, free_port(), lmtp_port, outside_port, accounts, **more)
    heir = subprocess.Popen(
        ["sh", "-c", HEIR, "heir", str(folder)], stdin=subprocess.PIPE, stdout=subprocess.DEVNULL, start_new_session=True
    )
    try:
        postfix.make()
        postfix.start()
        yield postfix
    finally:
        postfix.kill()
        os.killpg(heir.pid, signal.SIGKILL)
        heir.communicate()
        shutil.rmtree(folder, ignore_errors=True)


def version() -> str:
    """That of the installed Postfix, as "3.7.11"."""
    said = subprocess.run(
        [str(COMMANDS / "postconf"), "-d", "-h", "mail_version"], check=True, capture_output=True, text=True, timeout=30
    ).stdout
    found = re.match(r"[\d.]+", said)
    assert found
    return found[0]


def _comes_true(happened: Callable[[], bool], seconds: float) -> bool:
    deadline = time.monotonic() + seconds
    while not happened():
        if time.monotonic() > deadline:
            return False
        time.sleep(0.02)
    return True
