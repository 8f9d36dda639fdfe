# SPDX-FileCopyrightText: 2026 The maildesk authors
# SPDX-License-Identifier: EUPL-1.2
"""A desk behind a real Postfix, that takes letters at once and delivers them when it can: copies late, letters deferred and returned."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import pytest
from aiosmtpd.smtp import Envelope

from tests.rig.builders import a_mail, a_multipart, a_part, parsed
from tests.rig.days import case_number
from tests.rig.desk import ADDRESS, TestDesk, a_desk, wait_until
from tests.rig.dovecot import Dovecot
from tests.rig.letters import decoded
from tests.rig.post_office import Accepted, PostOffice
from tests.rig.postfix import Postfix, a_postfix, version
from tests.rig.proxy import Cut, How, Proxy, Side

WEBER = "weber@haus.example"
STAFF = f'[[staff]]\nname = "A. Weber"\naddress = "{WEBER}"\nkey = "weber"\nreceives = "none"\n'
EVA = "eva@example.org"
SHUT = Cut(Side.CLIENT, 0, How.RST, for_good=True)


@dataclass
class Outside(PostOffice):
    """The server of everybody else. It takes nothing for those who are `unknown` to it, and for now nothing for the `busy` ones."""

    unknown: set[str] = field(default_factory=set)
    busy: set[str] = field(default_factory=set)
    turned_away: int = 0

    async def handle_RCPT(self, _server: Any, _session: Any, envelope: Envelope, address: str, _options: list[str]) -> str:  # noqa: N802
        if address in self.unknown:
            return f"550 5.1.1 <{address}>: Recipient address rejected: User unknown"
        if address in self.busy:
            self.turned_away += 1
            return f"450 4.2.1 <{address}>: try later"
        envelope.rcpt_tos.append(address)
        return "250 OK"


@dataclass
class Scene:
    desk: TestDesk
    postfix: Postfix
    outside: Outside
    gate: Proxy  # between Postfix and the mailbox of the desk

    def writes(self, sender: str = EVA, **fields: str) -> None:
        self.desk.write(a_mail(sender=sender, to=ADDRESS, message_id=f"m1.{sender}", **fields))

    def poll(self) -> Any:
        said = self.desk.maildesk("poll", "--json")
        assert said.code == 0, said.err
        return said.json

    def case(self) -> Any:
        return self.desk.maildesk("show", case_number(1), "--json").json

    def letters_to(self, recipient: str) -> list[Accepted]:
        return self.outside.letters_to(recipient)

    def delivered(self) -> None:
        """Everything that Postfix has taken has arrived."""
        self.postfix.wait_until_empty()


@pytest.fixture
def scene(request: pytest.FixtureRequest, dovecot: Dovecot, user: str, tmp_path: Path) -> Iterator[Scene]:
    """A test's parameter for it are further settings of Postfix."""
    more: dict[str, Any] = getattr(request, "param", {})
    outside = Outside(dovecot, {})
    with (
        outside,
        Proxy(dovecot.lmtp_port) as gate,
        a_postfix(gate.port, outside.port, {ADDRESS: user}, **more) as postfix,
    ):
        desk = a_desk(tmp_path / "desk", dovecot, outside, user, more=STAFF)
        goes_to(desk, outside.port, postfix.port)
        yield Scene(desk, postfix, outside, gate)


def goes_to(desk: TestDesk, old: int, new: int) -> None:
    desk.config.write_text(desk.config.read_text().replace(f"port = {old}\n", f"port = {new}\n"))


def test_it_is_a_postfix_of_our_time() -> None:
    assert tuple(map(int, version().split(".")[:2])) >= (3, 5)


def test_letters_wait_while_postfix_is_down_and_go_out_once_when_it_is_up_again(scene: Scene) -> None:
    scene.postfix.kill()
    try:
        scene.writes()
        away = scene.desk.maildesk("poll", "--json")
        assert (away.code, away.json["new_cases"], away.json["letters_waiting"]) == (69, 1, 1)
    finally:
        scene.postfix.start()
    row = str(scene.desk.maildesk("outbox", "--json").json[0]["id"])
    scene.desk.maildesk("outbox", "--retry", row)
    scene.poll()
    scene.delivered()
    scene.poll()

    (letter,) = scene.letters_to(EVA)
    assert letter.envelope_sender == ""
    assert scene.case()["letters"][0]["proven_at"] is not None, "its copy came"


@pytest.mark.parametrize("scene", [{"relays": False}], indirect=True)
def test_a_postfix_that_denies_relaying_fails_no_letter_and_all_leave_when_it_is_set_right(scene: Scene) -> None:
    for sender in (EVA, "kai@example.org"):
        scene.writes(sender)
    refused = scene.desk.maildesk("poll", "--json")
    assert (refused.code, refused.json["new_cases"], refused.json["letters_sent"]) == (69, 2, 0)
    assert "127.0.0.1 refuses what the desk sends: 554 RCPT TO: 5.7.1 <address> Relay access denied" in refused.err
    rows = scene.desk.maildesk("outbox", "--json").json
    assert {(row["state"], row["template"]) for row in rows} == {("queued", "acknowledgement"), ("queued", "alarm")}
    assert "has refused what the desk sends" in scene.desk.maildesk("status").out

    scene.postfix.relay()
    assert scene.desk.maildesk("outbox", "--retry", "all").code == 0
    scene.poll()
    scene.delivered()
    assert [len(scene.letters_to(each)) for each in (EVA, "kai@example.org")] == [1, 1]
    assert [decoded(each.mail["Subject"]) for each in scene.letters_to(WEBER)].count("Mailserver lehnt unsere Briefe ab") == 1


def test_a_letter_that_postfix_cannot_deliver_at_once_is_tried_again_by_it_and_not_by_the_desk(scene: Scene) -> None:
    scene.outside.busy.add(EVA)
    scene.writes()
    assert scene.poll()["letters_sent"] == 1
    tried = scene.outside.turned_away
    wait_until(lambda: scene.outside.turned_away >= tried + 2)
    assert scene.poll()["letters_sent"] == 0
    assert scene.letters_to(EVA) == []
    scene.outside.busy.clear()
    scene.delivered()
    scene.poll()

    assert len(scene.letters_to(EVA)) == 1
    assert scene.case()["letters"][0]["state"] == "sent"


def test_a_copy_that_postfix_keeps_for_long_proves_the_letter_when_it_comes(scene: Scene) -> None:
    scene.gate.set(SHUT)
    scene.writes()
    assert scene.poll()["letters_sent"] == 1
    assert scene.poll()["letters_sent"] == 0
    letter = scene.case()["letters"][0]
    assert (letter["state"], letter["proven_at"]) == ("sent", None)

    scene.gate.set(None)
    scene.delivered()
    assert scene.poll()["already_known"] == 1
    assert scene.case()["letters"][0]["proven_at"] is not None
    assert len(scene.letters_to(EVA)) == 1


def test_a_letter_whose_answer_was_lost_is_settled_by_the_copy_that_postfix_delivers_late(scene: Scene) -> None:
    with Proxy(scene.postfix.port) as proxy:
        goes_to(scene.desk, scene.postfix.port, proxy.port)
        scene.writes("first@example.org")
        scene.poll()
        said = proxy.carried(Side.SERVER)
        scene.delivered()
        scene.poll()

        scene.gate.set(SHUT)
        scene.writes()
        proxy.set(Cut(Side.SERVER, said.index(b"\r\n", said.index(b"354 ")) + 3, How.RST))
        report = scene.desk.maildesk("poll", "--json")
        assert proxy.broke
        assert report.json["letters_waiting"] == 1
        assert [each["state"] for each in scene.desk.maildesk("outbox", "--json").json] == ["in-doubt"]
        scene.gate.set(None)
        scene.delivered()
        scene.poll()
        scene.poll()

    assert scene.desk.maildesk("outbox", "--json").json == []
    assert len(scene.letters_to(EVA)) == 1


@pytest.mark.parametrize("scene", [{"null_sender": False}], indirect=True)
def test_a_bounce_that_postfix_itself_writes_joins_the_case_and_staff_are_told(scene: Scene) -> None:
    """A Postfix that wants an envelope sender, as many houses have it: what it cannot deliver it returns to the desk."""
    scene.outside.unknown.add(EVA)
    scene.writes()
    assert scene.poll()["letters_sent"] == 1
    scene.delivered()

    after = scene.poll()
    assert after["reports"] == 1
    assert after["new_cases"] == 0
    scene.delivered()
    scene.poll()

    (letter,) = [each for each in scene.case()["letters"] if each["template"] == "acknowledgement"]
    assert letter["state"] == "failed" or letter["report"] == "failed", letter
    subjects = [decoded(each.mail["Subject"]) for each in scene.letters_to(WEBER)]
    assert [bool(re.match(rf"Brief .*{case_number(1)}", subject)) for subject in subjects] == [True], subjects
    assert scene.letters_to(EVA) == []
    assert [each["number"] for each in scene.desk.maildesk("cases", "--json").json] == [case_number(1)]


@pytest.mark.parametrize("scene", [{"size_bytes_max": 100_000}], indirect=True)
def test_what_is_too_big_for_postfix_is_handed_on_to_a_colleague_without_the_attachment(scene: Scene) -> None:
    scene.desk.config.write_text(scene.desk.config.read_text().replace('receives = "none"', 'receives = "all"'))
    picture = a_part(b"x", "image/png; name=bild.png", content_disposition="attachment; filename=bild.png")
    big = a_part((b"y" * 70 + b"\r\n") * 3000, "image/png; name=gross.png", content_disposition="attachment; filename=gross.png")
    scene.desk.write(a_multipart(a_part("Guten Tag"), picture, big, sender=EVA, to=ADDRESS, message_id="m1.big@example.org"))
    assert scene.poll()["letters_sent"] == 2
    scene.delivered()

    (relay,) = scene.letters_to(WEBER)
    text = parsed(relay.octets).text
    assert "Anlage nicht beigefügt: gross.png" in text
    assert parsed(relay.octets).attachments == ()
    assert len(scene.letters_to(EVA)) == 1
