# SPDX-FileCopyrightText: 2026 The maildesk authors
# SPDX-License-Identifier: EUPL-1.2
"""Those who would like to read along: in Cc, by a mail that a web service sends to the desk, by a picture, in a log or a list of processes.

One desk, real servers, real commands.
"""

from __future__ import annotations

import re
import sqlite3
import threading
from collections.abc import Iterator
from contextlib import closing, contextmanager
from dataclasses import dataclass
from email import message_from_bytes
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any

import pytest

from tests.rig.abuse import TECHNIK
from tests.rig.builders import a_mail, a_multipart, a_part
from tests.rig.command import Said, maildesk
from tests.rig.desk import ADDRESS, TestDesk, a_desk, wait_until
from tests.rig.dovecot import HOST, Dovecot
from tests.rig.post_office import Accepted, PostOffice
from tests.rig.reports import Lost, postfix

EVA, MALLORY, WEBER = "eva@example.org", "mallory@boese.example", "weber@example.com"
SERVICE, NOREPLY = "feedback@dienst.example", "noreply@dienst.example"
CODE = "918273"
DESK_MORE = 'authserv_id = "mx.example.com"\nplus_addressing = true\n'
MORE = f"""
[alerts]
addresses = ["{TECHNIK}"]
[[staff]]
name = "A. Weber"
address = "{WEBER}"
key = "weber"
receives = "none"
"""
# What a browser, or a mail program, would fetch from somebody's server, and what runs there.
HTML = """<!DOCTYPE html><html><head><meta http-equiv="refresh" content="0; url={0}/refresh"><link rel="stylesheet" href="{0}/style.css">
<style>@import url("{0}/import.css"); body {{ background: url({0}/background.png) }}</style><base href="{0}/base/">
<script src="{0}/script.js"></script></head><body background="{0}/body.png" onload="fetch('{0}/onload')">
<p>Guten Tag, mein Anliegen steht hier.</p><img src="{0}/pixel.png" srcset="{0}/pixel2.png 2x"><img src="cid:bild"><iframe src="{0}/frame">
</iframe><object data="{0}/object.swf"></object><embed src="{0}/embed"><video poster="{0}/poster.png" src="{0}/video.mp4"></video>
<svg xmlns="http://www.w3.org/2000/svg" onload="fetch('{0}/svg')"><image href="{0}/image.png"/><use href="{0}/use.svg#a"/></svg>
<a href="{0}/link" ping="{0}/ping">Hier klicken</a><input type="image" src="{0}/input.png"><audio src="{0}/audio.mp3"></audio></body></html>
"""
MARKERS = ("GEHEIM", "Mallory", "mallory", "Eva", "eva@", "weber", "boese", "dienst.example", CODE, "correct-horse")


@dataclass
class Server:
    """Somebody's web server; `hits` are the paths that were asked for."""

    port: int
    hits: list[str]

    @property
    def url(self) -> str:
        return f"http://{HOST}:{self.port}"


@contextmanager
def a_web_server() -> Iterator[Server]:
    hits: list[str] = []

    class Counting(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            hits.append(self.path)
            self.send_response(200)
            self.end_headers()

        do_HEAD = do_POST = do_GET  # noqa: N815

        def log_message(self, format: str, *args: Any) -> None:
            pass

    with ThreadingHTTPServer((HOST, 0), Counting) as server:
        thread = threading.Thread(target=server.serve_forever, daemon=True)
        thread.start()
        yield Server(int(server.server_address[1]), hits)
        server.shutdown()
        thread.join()


@dataclass
class Scene:
    desk: TestDesk
    web: Server
    said: list[Said]
    shown: Said
    inspected: Said
    show: dict[str, Any]
    participants: list[tuple[str, int]]
    sent: list[Accepted]
    second: int  # so many letters had gone out before the curious began

    def letters_to(self, recipient: str) -> list[Accepted]:
        return [letter for letter in self.sent if letter.recipients[0] == recipient]


@pytest.fixture(scope="module")
def scene(dovecot: Dovecot, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Scene]:
    user, folder = dovecot.new_user(), tmp_path_factory.mktemp("curious")
    with a_web_server() as web, PostOffice(dovecot, {ADDRESS: user}) as post:
        desk = a_desk(folder / "desk", dovecot, post, user, desk_more=DESK_MORE, more=MORE)
        for octets in first_mails():
            desk.write(octets)
        said = [desk.maildesk("poll")]
        second = len(post.accepted)
        acknowledged = {letter.recipients[0]: letter for letter in post.accepted}
        for octets in curious_mails(acknowledged, web):
            desk.write(octets)
        said += [desk.maildesk("poll"), desk.maildesk("poll"), desk.maildesk("poll", "--dry-run"), desk.maildesk("status")]
        (folder / "bild.eml").write_bytes(html_mail(web))
        number = next(case["number"] for case in desk.maildesk("cases", "--json").json if case["correspondent"]["address"] == EVA)
        shown, as_json = desk.maildesk("show", number), desk.maildesk("show", number, "--json").json
        inspected = maildesk("inspect", folder / "bild.eml")
        yield Scene(desk, web, said, shown, inspected, as_json, participants(desk, number), list(post.accepted), second)


def html_mail(web: Server) -> bytes:
    picture = a_part(b"\x89PNG", "image/png", content_id="<bild>", content_disposition="inline")
    drawing = a_part(f"<svg onload=\"fetch('{web.url}/svg2')\"></svg>", 'image/svg+xml; name="a.svg"', content_disposition="attachment")
    page = a_part(HTML.format(web.url), "text/html; charset=utf-8")
    return a_multipart(page, picture, drawing, kind="related", sender=f"Eva GEHEIM <{EVA}>", to=ADDRESS, message_id="eva3@example.org",
                       subject="GEHEIM mit Bild", in_reply_to="<eva1@example.org>")  # fmt: skip


def first_mails() -> Iterator[bytes]:
    yield a_mail(
        "GEHEIM: meine Sorge.\n", sender=f"Eva GEHEIM <{EVA}>", to=ADDRESS, cc=f"Mallory <{MALLORY}>", message_id="eva1@example.org"
    )
    yield a_mail("Was wisst ihr?\n", sender=f"Mallory <{MALLORY}>", to=ADDRESS, message_id="mallory1@boese.example", subject="Frage")


def curious_mails(acknowledged: dict[str, Accepted], web: Server) -> Iterator[bytes]:
    to_eva, to_mallory = acknowledged[EVA].mail, acknowledged[MALLORY].mail
    everybody = f"{ADDRESS}, {EVA}, {MALLORY}"
    passed = "mx.example.com; dmarc=pass header.from=example.com"
    yield a_mail("Ich lese mit.\n", sender=MALLORY, to=everybody, subject="Re: GEHEIM", message_id="mallory2@boese.example",
                 in_reply_to="<eva1@example.org>")  # fmt: skip
    yield html_mail(web)
    yield a_mail("Danke.\n", sender=EVA, to=ADDRESS, cc=MALLORY, message_id="eva2@example.org", in_reply_to=to_eva["Message-ID"])
    yield a_mail("GEHEIM: so ist es.\n", sender=f"A. Weber <{WEBER}>", to=EVA, cc=f"{ADDRESS}, {MALLORY}", message_id="weber1@example.com",
                 in_reply_to="<eva1@example.org>", authentication_results=passed)  # fmt: skip
    yield a_mail(
        "Mach auf.\n", sender=f"A. Weber <{WEBER}>", to=ADDRESS, cc=MALLORY, message_id="weber2@boese.example", subject="#schliessen"
    )
    # A web service mails a code to the address that Mallory has named as his own: the desk's, with the token of his letter.
    token_address = str(to_mallory["Reply-To"]).strip("<>")
    assert "+" in token_address
    for number, (sender, to) in enumerate([(SERVICE, token_address), (NOREPLY, token_address), (SERVICE, ADDRESS), (NOREPLY, ADDRESS)]):
        yield a_mail(f"Your code is {CODE}.\n", sender=f"Dienst <{sender}>", to=to, subject=f"{CODE} is your code", reply_to=MALLORY,
                     message_id=f"code{number}@dienst.example", in_reply_to=to_mallory["Message-ID"] if number == 0 else "")  # fmt: skip
    yield postfix(Lost(acknowledged[EVA].octets, to_eva["Message-ID"].strip("<>"), EVA))


def participants(desk: TestDesk, number: str) -> list[tuple[str, int]]:
    query = (
        "SELECT address_key, verified FROM participant JOIN contact ON contact.id = participant.contact_id"
        " JOIN cases ON cases.id = participant.case_id WHERE number = ? ORDER BY address_key"
    )
    with closing(sqlite3.connect(f"file:{desk.folder / 'maildesk.db'}?mode=ro", uri=True)) as database:
        return list(database.execute(query, (number,)))


def decoded_octets(letter: Accepted) -> str:
    parts = (bytes(part.get_payload(decode=True) or b"") for part in message_from_bytes(letter.octets).walk())
    return (letter.octets + b"".join(parts)).decode("utf-8", "replace")


# --- in Cc ---


def test_who_stands_in_cc_gets_nothing_and_is_no_participant(scene: Scene) -> None:
    assert scene.participants == [(EVA, 1), (MALLORY, 0)], "he wrote into the case: staff see him, and he is not one of it"
    assert [letter.mail["In-Reply-To"] for letter in scene.letters_to(MALLORY)] == ["<mallory1@boese.example>"], "his own mail's"


def test_every_letter_goes_to_one_address_that_wrote_itself_or_is_of_the_house(scene: Scene) -> None:
    for letter in scene.sent:
        recipient, copy = letter.recipients
        assert copy == ADDRESS
        assert letter.mail["To"] == recipient
        assert letter.mail.get_all("Cc", []) + letter.mail.get_all("Bcc", []) == []
    later = {letter.recipients[0] for letter in scene.sent[scene.second :]}
    assert later <= {EVA, SERVICE, WEBER, TECHNIK}


def test_the_case_has_the_mails_of_all_of_them_each_under_its_role(scene: Scene) -> None:
    by_id = {message["message_id"]: message for message in scene.show["messages"]}

    assert {"eva1@example.org", "eva2@example.org", "mallory2@boese.example", "weber1@example.com"} <= by_id.keys()
    assert by_id["weber1@example.com"]["role"] == "staff"
    assert "unverified" in [event["what"] for event in scene.show["events"]]


# --- a web service's code ---


def test_the_code_of_a_web_service_goes_to_nobody(scene: Scene) -> None:
    assert [letter for letter in scene.sent if CODE in decoded_octets(letter)] == []
    assert len(scene.letters_to(MALLORY)) == 1
    assert scene.letters_to(NOREPLY) == []


# --- pictures ---


def test_nothing_of_a_page_is_fetched_and_no_letter_holds_an_address_of_it(scene: Scene) -> None:
    assert scene.web.hits == []
    assert "mein Anliegen steht hier" in scene.shown.out
    assert "mein Anliegen steht hier" in scene.inspected.out
    for letter in scene.sent:
        assert f":{scene.web.port}" not in decoded_octets(letter)
    for said in (scene.shown.out, scene.inspected.out):
        for word in ("<script", "<svg", "@import", "onload", "http-equiv", "pixel.png"):
            assert word not in said


# --- logs and processes ---


def test_no_command_and_no_log_names_a_person_or_what_was_written(scene: Scene) -> None:
    for said in scene.said:
        assert said.code == 0
        told = (said.out + said.err).replace(str(scene.desk.folder), "")
        assert [marker for marker in MARKERS if marker in told] == []
    assert "alarm" in "".join(said.err for said in scene.said), "it tells that there was an alarm, and not of whom"


def test_what_may_be_logged_names_nobody_either(scene: Scene) -> None:
    told = " ".join(f"{event['what']} {event['detail']} {event['who']}" for event in scene.show["events"])
    told += " ".join(line for message in scene.show["messages"] for line in message["evidence"])

    assert [marker for marker in MARKERS if marker in told] == []
    assert re.findall(r"\S*@\S*", told) == []


def test_no_process_shows_a_password_and_the_log_of_the_daemon_names_nobody(scene: Scene) -> None:
    scene.desk.write(
        a_mail("GEHEIM.\n", sender=f"Mallory <{MALLORY}>", to=ADDRESS, message_id="last@boese.example", subject="GEHEIM zuletzt")
    )
    scene.desk.write(a_mail("GEHEIM.\n", sender=f"A. Weber <{WEBER}>", to=ADDRESS, message_id="last2@boese.example", subject="#schliessen"))
    with scene.desk.daemon(forked=False) as process:
        wait_until(lambda: scene.desk.count("INBOX") == 0 and len(scene.desk.post.letters_to(MALLORY)) == 2)
        pids = [process.pid, *children(process.pid)]
        seen = b"".join(Path(f"/proc/{pid}/{what}").read_bytes() for pid in pids for what in ("cmdline", "environ"))
        process.terminate()
        out, err = process.communicate()

    assert len(pids) >= 2, "the parser is a process of its own"
    assert b"maildesk" in seen
    assert b"correct-horse" not in seen
    told = (out + err).replace(str(scene.desk.folder), "")
    assert told
    assert [marker for marker in MARKERS if marker in told] == []


def children(pid: int) -> list[int]:
    listed = [int(word) for path in Path(f"/proc/{pid}/task").glob("*/children") for word in path.read_text().split()]
    return [*listed, *(grandchild for child in listed for grandchild in children(child))]
