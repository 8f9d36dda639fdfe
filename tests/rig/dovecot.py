# SPDX-FileCopyrightText: 2026 The maildesk authors
# SPDX-License-Identifier: EUPL-1.2
"""A private, real Dovecot 2.3: IMAP, IMAPS and LMTP on loopback, any user with one password, never as root.

Used like this: `dovecot = Dovecot.start(folder)`, `user = dovecot.new_user()`, `dovecot.deliver(user, octets)`,
`ImapMailbox(dovecot.settings(user), dovecot.password, spool_dir)`, `dovecot.stop()`.
"""

from __future__ import annotations

import itertools
import os
import pwd
import shutil
import signal
import smtplib
import socket
import ssl
import subprocess
import time
from contextlib import suppress
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import pytest
import trustme
from imapclient import IMAPClient

from maildesk.settings.servers import ImapSettings
from tests.rig.days import CLOCK, clock

HOST = "127.0.0.1"
SOCKET_PATH_MAX = 60  # Dovecot adds up to 40 letters, and a socket's path may have 107 (unix(7))
START_SECONDS = 15
LOG_TAIL_LETTERS = 2000

# What Dovecot 2.3 offers, to be offered in part: MOVE, UIDPLUS and IDLE can be left out.
CAPABILITIES = ("IMAP4rev1", "SASL-IR", "LITERAL+", "NAMESPACE", "MOVE", "UIDPLUS", "IDLE", "UNSELECT", "SPECIAL-USE")

CONFIGURATION = """\
base_dir = {folder}/run
state_dir = {folder}/state
log_path = {folder}/dovecot.log
protocols = imap lmtp
listen = {host}
ssl = yes
ssl_cert = <{folder}/certificate.pem
ssl_key = <{folder}/key.pem
disable_plaintext_auth = no
auth_failure_delay = 0
auth_username_format = %Ln
default_internal_user = {user}
default_internal_group = {group}
default_login_user = {user}
first_valid_uid = 1
# else its processes have another clock than we, where the tests run on another day (make test-days)
import_environment = $import_environment {clock}
# no Maildir: there a mail's INTERNALDATE is the time of its file, which the kernel sets
mail_location = sdbox:{folder}/mail/%n
mail_fsync = never
mail_max_userip_connections = 1000
imap_capability = {capabilities}
passdb {{
  driver = static
  args = password={password}
}}
userdb {{
  driver = static
  args = uid={user} gid={group} home={folder}/home/%n allow_all_users=yes
}}
namespace inbox {{
  inbox = yes
  separator = {separator}
  prefix = {prefix}
}}
service anvil {{
  chroot =
  # else every log-in is delayed for a while after one with a wrong password
  unix_listener anvil-auth-penalty {{
    mode = 0
  }}
}}
service imap-login {{
  chroot =
  inet_listener imap {{
    port = {imap_port}
  }}
  inet_listener imaps {{
    port = {imaps_port}
    ssl = yes
  }}
}}
service lmtp {{
  inet_listener lmtp {{
    port = {lmtp_port}
  }}
}}
"""


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind((HOST, 0))
        return int(probe.getsockname()[1])


def unprivileged() -> pwd.struct_passwd:
    """Who Dovecot runs as: the one who runs the tests, or nobody where that is root."""
    return pwd.getpwnam("nobody") if os.geteuid() == 0 else pwd.getpwuid(os.geteuid())


def belongs_to_dovecot(*paths: Path) -> None:
    if os.geteuid() == 0:
        owner = unprivileged()
        for path in paths:
            os.chown(path, owner.pw_uid, owner.pw_gid)


@dataclass
class Dovecot:
    """One running server in its own folder."""

    folder: Path
    ca: trustme.CA
    process: subprocess.Popen[bytes]
    imap_port: int
    imaps_port: int
    lmtp_port: int
    password: str = "correct-horse-7"
    _numbers: itertools.count[int] = field(default_factory=lambda: itertools.count(1))

    @classmethod
    def start(cls, folder: Path, *, separator: str = "/", prefix: str = "", without: tuple[str, ...] = (), more: str = "") -> Dovecot:
        """Starts it in an empty folder with a short path. `without` names capabilities that it must not offer; `more` is configuration."""
        binary = shutil.which("dovecot", path=f"{os.environ.get('PATH', '')}:/usr/sbin")
        if binary is None:
            pytest.fail("these tests need a real Dovecot: apt-get install dovecot-imapd dovecot-lmtpd", pytrace=False)
        if len(str(folder)) > SOCKET_PATH_MAX:
            pytest.fail(f"the path of {folder} is too long for Dovecot's sockets: set TMPDIR to a shorter one", pytrace=False)
        ca = trustme.CA()
        imap_port, imaps_port, lmtp_port = free_port(), free_port(), free_port()
        capabilities = " ".join(name for name in CAPABILITIES if name not in without) if without else ""
        _write_files(
            folder, ca, more, separator=separator, prefix=prefix, capabilities=capabilities,
            imap_port=imap_port, imaps_port=imaps_port, lmtp_port=lmtp_port,
        )  # fmt: skip
        process = _launch(binary, folder)
        server = cls(folder, ca, process, imap_port, imaps_port, lmtp_port)
        server._wait_until_it_answers()
        return server

    def new_user(self) -> str:
        """A name that nobody had before; the mailbox comes into being with the first log-in or delivery."""
        return f"desk{next(self._numbers)}"

    def deliver(self, user: str, octets: bytes) -> None:
        """Hands a mail over by LMTP; it is in the inbox when this returns."""
        if clock() and (self.folder / "mail" / user / "new").exists():  # Dovecot would date it by the kernel's clock, which is another one
            self.lay(user, octets)
            return
        with smtplib.LMTP(HOST, self.lmtp_port, timeout=30) as lmtp:
            lmtp.sendmail("", [f"{user}@{HOST}"], octets)

    def lay(self, user: str, octets: bytes, folder: str = "", *, at: float | None = None) -> None:
        """Lays a mail, octet for octet as it is here, into a Maildir, now or as if at that time."""
        inbox = self.folder / "mail" / user
        place = inbox / f".{folder}" if folder else inbox
        new = place / "new"
        if not new.exists():
            for made in (inbox, place, new, place / "cur", place / "tmp"):
                made.mkdir(exist_ok=True, parents=True)
                belongs_to_dovecot(made)
        number = next(self._numbers)
        file = place / "tmp" / f"{1_700_000_000 + number}.M{number}P{os.getpid()}.rig"
        file.write_bytes(octets)
        belongs_to_dovecot(file)
        os.utime(file, (at or time.time(), at or time.time()))  # by itself it would have the kernel's time, also on another day
        file.rename(new / file.name)  # whole, and only now: a daemon may be looking
        if clock():  # a folder that is older than a moment is not looked through again by Dovecot, unless its time changes
            os.utime(new, (time.time(), time.time()))

    def settings(self, user: str, **changes: Any) -> ImapSettings:
        return ImapSettings(**{"host": HOST, "port": self.imap_port, "security": "none", "user": user, **changes})

    def client(self, user: str) -> IMAPClient:
        """A second, logged-in client, to look with and to meddle."""
        client = IMAPClient(HOST, self.imap_port, ssl=False, timeout=30)
        client.login(user, self.password)
        return client

    def trusting_context(self) -> ssl.SSLContext:
        """A context with all checks on, that trusts this server's authority."""
        context = ssl.create_default_context()
        self.ca.configure_trust(context)
        return context

    def doveadm(self, *arguments: str) -> None:
        """Dovecot's own tool, for instance `doveadm("kick", user)`."""
        command = ["doveadm", "-c", str(self.folder / "dovecot.conf"), *arguments]
        subprocess.run(command, check=True, capture_output=True, timeout=30, **_as_unprivileged())

    def stop(self) -> None:
        """Ends it with all its helper processes, at once: nothing of it is worth saving."""
        with suppress(ProcessLookupError):
            os.killpg(self.process.pid, signal.SIGKILL)
        self.process.wait()

    def _wait_until_it_answers(self) -> None:
        due = time.monotonic() + START_SECONDS
        while time.monotonic() < due and self.process.poll() is None:
            with suppress(OSError), socket.create_connection((HOST, self.imap_port), timeout=5) as probe:
                if probe.recv(4) == b"* OK":
                    return
            time.sleep(0.02)
        self.stop()
        log = self.folder / "dovecot.log"
        told = log.read_text(errors="replace")[-LOG_TAIL_LETTERS:] if log.exists() else "nothing"
        pytest.fail(f"Dovecot did not start; it says: {told}", pytrace=False)


def _write_files(folder: Path, ca: trustme.CA, more: str, **values: Any) -> None:
    owner = unprivileged()
    group = subprocess.run(["id", "-gn", owner.pw_name], check=True, capture_output=True, text=True).stdout.strip()
    certificate = ca.issue_cert(HOST, "localhost")
    (folder / "certificate.pem").write_bytes(b"".join(blob.bytes() for blob in certificate.cert_chain_pems))
    (folder / "key.pem").write_bytes(certificate.private_key_pem.bytes())
    text = CONFIGURATION.format(folder=folder, host=HOST, clock=CLOCK, user=owner.pw_name, group=group, password=Dovecot.password, **values)
    (folder / "dovecot.conf").write_text(text + more, encoding="utf-8")
    if os.geteuid() == 0:
        for path in (folder, *folder.iterdir()):
            os.chown(path, owner.pw_uid, owner.pw_gid)


def _launch(binary: str, folder: Path) -> subprocess.Popen[bytes]:
    with (folder / "dovecot.out").open("wb") as out:
        command = [binary, "-F", "-c", str(folder / "dovecot.conf")]
        return subprocess.Popen(command, cwd=folder, stdout=out, stderr=subprocess.STDOUT, start_new_session=True, **_as_unprivileged())


def _as_unprivileged() -> dict[str, Any]:
    owner = unprivileged()
    return {"user": owner.pw_uid, "group": owner.pw_gid, "extra_groups": []} if os.geteuid() == 0 else {}
