# SPDX-FileCopyrightText: 2026 The maildesk authors
# SPDX-License-Identifier: EUPL-1.2
"""A morning at the desk: at half past seven the digest lies in the colleagues' mail, and its links work."""

from __future__ import annotations

import re
import time
from collections.abc import Iterator
from contextlib import ExitStack
from datetime import datetime, timedelta
from datetime import time as clock
from email.header import decode_header, make_header
from pathlib import Path
from urllib.parse import unquote

import pytest
import time_machine

from maildesk import building
from maildesk.cli.mail import poll
from maildesk.daemon import serving as served
from maildesk.daemon.parts import build
from maildesk.daemon.serving import Serving
from maildesk.settings.passwords import read_passwords
from maildesk.settings.settings import load_settings
from tests.rig.builders import a_mail
from tests.rig.desk import ADDRESS, TestDesk, a_desk, wait_until
from tests.rig.dovecot import Dovecot
from tests.rig.letters import content
from tests.rig.post_office import Accepted, PostOffice

WEBER, KURZ, LANG = "weber@haus.example", "kurz@haus.example", "lang@haus.example"
STAFF = "".join(
    f'[[staff]]\nname = "{name}"\naddress = "{address}"\nkey = "{address.partition("@")[0]}"\nreceives = "{receives}"\n'
    for name, address, receives in (("Anna Weber", WEBER, "all"), ("Ina Kurz", KURZ, "digest"), ("Udo Lang", LANG, "none"))
)


@pytest.fixture
def desk(dovecot: Dovecot, user: str, tmp_path: Path) -> Iterator[TestDesk]:
    with PostOffice(dovecot, {ADDRESS: user}) as post:
        yield a_desk(tmp_path / "desk", dovecot, post, user, more=STAFF, digest=True)


def morning(desk: TestDesk) -> datetime:
    """Half past seven on the next working day."""
    calendar = building.calendar(load_settings(desk.config))
    day = calendar.add_working_days(calendar.local(building.now()).date(), 1)
    return datetime.combine(day, clock(7, 30), calendar.zone)


def poll_at(desk: TestDesk, moment: datetime) -> None:
    with time_machine.travel(moment):
        assert poll(load_settings(desk.config), dry_run=False, as_json=True) == 0


def digests(desk: TestDesk, recipient: str, day: datetime) -> list[Accepted]:
    found = [(letter, shown(letter)) for letter in desk.post.letters_to(recipient)]
    return [letter for letter, subject in found if "Tagesübersicht" in subject and f", {day:%d.%m.%Y}:" in subject]


def shown(letter: Accepted) -> str:
    return str(make_header(decode_header(letter.mail["Subject"])))


def click(desk: TestDesk, letter: Accepted, order: str, moment: datetime) -> None:
    """Opens the link with this order, and sends what the mail program makes of it."""
    found = re.findall(r"mailto:[^\s>]+\?subject=([^\s>]+)", content(letter.mail, "text/plain").replace("\n", " "))
    subject = next(unquote(subject) for subject in found if order in unquote(subject))
    who = letter.recipients[0]
    desk.write(a_mail("\n", sender=who, to=ADDRESS, subject=subject, message_id=f"klick-{order[1:]}-{who}"))
    poll_at(desk, moment)


def test_at_half_past_seven_colleagues_find_what_there_is_to_do_and_the_links_work(desk: TestDesk) -> None:
    desk.write(a_mail("Guten Tag,\nGEHEIM.\n", to=ADDRESS, subject="GEHEIM", message_id="frage@example.org"))
    assert desk.maildesk("poll", "--json").json["new_cases"] == 1
    at_seven_thirty = morning(desk)

    poll_at(desk, at_seven_thirty - timedelta(minutes=1))
    assert digests(desk, WEBER, at_seven_thirty) == []
    poll_at(desk, at_seven_thirty)
    poll_at(desk, at_seven_thirty + timedelta(minutes=1))

    assert [len(digests(desk, reader, at_seven_thirty)) for reader in (WEBER, KURZ, LANG)] == [1, 1, 0]
    (digest,) = digests(desk, KURZ, at_seven_thirty)
    assert shown(digest).endswith(": 1 neu")
    assert "KD-2" in content(digest.mail, "text/plain")
    assert "GEHEIM" not in content(digest.mail, "text/plain") + content(digest.mail, "text/html") + shown(digest)

    before = len(desk.post.letters_to(KURZ))
    click(desk, digest, "#zeigen", at_seven_thirty + timedelta(minutes=2))
    assert "GEHEIM" in content(desk.post.letters_to(KURZ)[before].mail, "text/plain"), "the mail itself comes when it is asked for"
    click(desk, digest, "#erledigt", at_seven_thirty + timedelta(minutes=3))
    assert "Zum Abschließen fehlt noch" in content(desk.post.letters_to(KURZ)[-1].mail, "text/plain")


def test_what_was_set_aside_is_in_the_digest_and_a_link_makes_a_case_of_it_as_if_it_were_a_persons(desk: TestDesk) -> None:
    circular = {"list_unsubscribe_post": "List-Unsubscribe=One-Click", "list_unsubscribe": "<https://verein.example/ab>"}
    at_seven_thirty = morning(desk)
    with time_machine.travel(at_seven_thirty - timedelta(hours=2)):
        said = "Guten Tag,\nmeine Heizung ist seit Tagen kalt.\n"
        desk.write(a_mail(said, sender="eva@verein.example", to=ADDRESS, subject="Heizung", message_id="eva@verein.example", **circular))
        desk.write(a_mail("weg", sender="max@post.example", to=ADDRESS, message_id="weg@post.example", auto_submitted="auto-replied"))
        assert poll(load_settings(desk.config), dry_run=False, as_json=True) == 0
    poll_at(desk, at_seven_thirty)

    (to_kurz,), (to_weber,) = (digests(desk, reader, at_seven_thirty) for reader in (KURZ, WEBER))
    for kind in ("text/plain", "text/html"):
        shows = " ".join(content(to_kurz.mail, kind).split())
        assert "eva@verein.example" in shows
        assert "max@post.example" in shows
        assert "1 × Rundschreiben, 1 × automatische Antwort" in shows
        assert shows.count("Vorgang daraus machen") == 2
    assert desk.status()["set_aside"] == 2

    click(desk, to_kurz, "#vorgang", at_seven_thirty + timedelta(minutes=2))
    (case,) = desk.maildesk("cases", "--json").json
    assert case["correspondent"]["address"] == "eva@verein.example"
    assert desk.post.letters_to("eva@verein.example") == [], "the mark of a circular is no person's"
    assert "meine Heizung ist seit Tagen kalt" in content(desk.post.letters_to(WEBER)[-1].mail, "text/plain")
    assert case["number"] in shown(desk.post.letters_to(KURZ)[-1])
    assert "Vorgang angelegt, ohne Eingangsbestätigung" in content(desk.post.letters_to(KURZ)[-1].mail, "text/plain")

    click(desk, to_weber, "#vorgang", at_seven_thirty + timedelta(minutes=3))
    assert f"diese Nachricht ist schon {case['number']}" in content(desk.post.letters_to(WEBER)[-1].mail, "text/plain")
    assert len(desk.maildesk("cases", "--json").json) == 1
    poll_at(desk, at_seven_thirty + timedelta(days=1))
    tomorrow = digests(desk, KURZ, at_seven_thirty + timedelta(days=1))
    assert all("beiseitegelegt" not in content(letter.mail, "text/plain") for letter in tomorrow), "each is listed once"


def test_the_daemon_looks_again_and_again_and_writes_one(desk: TestDesk, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(served, "AGENDA_SECONDS", 0.2)
    settings, at_seven_thirty = load_settings(desk.config), morning(desk)
    with time_machine.travel(at_seven_thirty - timedelta(seconds=1)), ExitStack() as stack:
        serving = Serving(build(settings, read_passwords(settings), stack), lambda: None)
        stack.callback(serving.end)
        serving.start()
        assert digests(desk, WEBER, at_seven_thirty) == []
        wait_until(lambda: bool(digests(desk, KURZ, at_seven_thirty)))
        time.sleep(1)

    assert [len(digests(desk, reader, at_seven_thirty)) for reader in (WEBER, KURZ, LANG)] == [1, 1, 0]
