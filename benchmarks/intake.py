# SPDX-FileCopyrightText: 2026 The maildesk authors
# SPDX-License-Identifier: EUPL-1.2
"""How fast a full mailbox is taken in, beside what the mail server itself can hand out in the same run, and in how much memory.

    python benchmarks/intake.py [COUNT]

Everything is seeded and on loopback: a private Dovecot, COUNT mails (1,000 unless said) of the kinds that a desk gets, `maildesk poll`
without letters, then one with letters. Read the ratios; the absolute figures are those of one machine on one day.
"""

from __future__ import annotations

import random
import re
import sys
import tempfile
import time
from pathlib import Path

sys.path.insert(0, str(Path(__file__).parent.parent))

from tests.rig.builders import a_mail
from tests.rig.command import maildesk, start
from tests.rig.desk import ADDRESS, TestDesk, a_desk
from tests.rig.dovecot import Dovecot
from tests.rig.post_office import PostOffice

WORDS = [
    "Antrag",
    "Bescheid",
    "warten",
    "Termin",
    "Unterlagen",
    "Miete",
    "Antwort",
    "leider",
    "seit",
    "Wochen",
    "niemand",
    "freundlich",
    "danke",
    "Vorschlag",
    "Formular",
]
BATCH = 500


def a_citizens_mail(chance: random.Random, number: int) -> bytes:
    """Mostly a few sentences; one in seven with an attachment of 20 to 200 kB; one in five answers an earlier mail."""
    text = "\n".join(" ".join(chance.choices(WORDS, k=10)) for _ in range(chance.randint(4, 60)))
    fields = {"in_reply_to": f"<m{chance.randrange(number)}@example.org>"} if number and chance.random() < 0.2 else {}
    writer = chance.randrange(number) if fields else number
    mail = a_mail(text, sender=f"c{writer}@example.org", to=ADDRESS, message_id=f"m{number}@example.org", **fields)
    if chance.random() < 1 / 7:
        line = b"QUJDREVGR0hJSktMTU5PUFFSU1RVVldYWVphYmNkZWZnaGlqa2xtbm9wcXJzdHV2d3h5ejAx\r\n"
        head, _, body = mail.partition(b"\r\n\r\n")
        head = head.replace(b"text/plain; charset=utf-8", b'multipart/mixed; boundary="x"')
        part = b"Content-Type: application/pdf; name=a.pdf\r\nContent-Transfer-Encoding: base64\r\n\r\n" + line * chance.randint(270, 2700)
        mail = head + b"\r\n\r\n--x\r\nContent-Type: text/plain\r\n\r\n" + body + b"\r\n--x\r\n" + part + b"--x--\r\n"
    return mail


def raw_fetch_rate(dovecot: Dovecot, user: str) -> float:
    """Mails a second that a plain client fetches whole, in batches: what server and loopback allow."""
    with dovecot.client(user) as client:
        client._imap.debug = 0
        client.select_folder("INBOX", readonly=True)
        uids = client.search()
        started = time.perf_counter()
        for first in range(0, len(uids), BATCH):
            client.fetch(uids[first : first + BATCH], ["BODY.PEEK[]"])
        return len(uids) / (time.perf_counter() - started)


def timed_poll(desk: TestDesk) -> tuple[float, float]:
    """Seconds and peak memory in MB of one `maildesk poll`."""
    started = time.perf_counter()
    process = start("poll", "--json", "--config", desk.config)
    peak = 0.0
    while process.poll() is None:
        try:
            found = re.search(r"VmHWM:\s+(\d+) kB", Path(f"/proc/{process.pid}/status").read_text())
            peak = max(peak, int(found[1]) / 1024 if found else 0)
        except (FileNotFoundError, ProcessLookupError):
            pass
        time.sleep(0.02)
    process.communicate()
    return time.perf_counter() - started, peak


def main(count: int) -> None:
    chance = random.Random(7)
    with tempfile.TemporaryDirectory(prefix="md-") as folder, tempfile.TemporaryDirectory(prefix="desk-") as work:
        dovecot = Dovecot.start(Path(folder))
        mails = [a_citizens_mail(chance, number) for number in range(count)]
        print(f"{count} mails, {sum(map(len, mails)) / 1e6:.1f} MB, seed 7")
        for letters in (False, True):
            user = dovecot.new_user()
            for mail in mails:
                dovecot.deliver(user, mail)
            limit = raw_fetch_rate(dovecot, user)
            with PostOffice(dovecot, {}) as post:
                more = "" if letters else "[letters]\nacknowledge = false\n"
                desk = a_desk(Path(work) / str(letters), dovecot, post, user, more=more)
                started = time.perf_counter()
                maildesk("cases", "--config", desk.config)
                overhead = time.perf_counter() - started
                seconds, peak = timed_poll(desk)
                rate = count / (seconds - overhead)
                what = f"with {len(post.accepted)} letters" if letters else "without letters"
                print(f"poll {what}: {rate:7.0f} mails/s, {100 * rate / limit:5.1f} % of a plain fetch ({limit:.0f}/s), peak {peak:.0f} MB")
        dovecot.stop()


if __name__ == "__main__":
    main(int(sys.argv[1]) if len(sys.argv) > 1 else 1000)
