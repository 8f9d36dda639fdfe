# SPDX-FileCopyrightText: 2026 The maildesk authors
# SPDX-License-Identifier: EUPL-1.2
"""A desk takes in mails that want to be more than mails: nothing of them gets where it could do something.

No header of ours, no letter, no IMAP or SMTP command, no line of the log and no terminal gets a word of them that it would obey.
"""

from __future__ import annotations

import json
import re
import signal
import sqlite3
from collections.abc import Iterator, Mapping
from concurrent.futures import ThreadPoolExecutor
from contextlib import closing
from dataclasses import dataclass
from email import message_from_bytes
from email.message import Message
from typing import Any

import pytest

from tests.rig.builders import a_mail
from tests.rig.command import Said
from tests.rig.days import case_number
from tests.rig.desk import ADDRESS, TestDesk, a_desk, wait_until
from tests.rig.dovecot import Dovecot
from tests.rig.hostile import MARK, PAYLOADS, TRIED, UNFIT_TO_PRINT, as_id, hostile_mail, hostile_report, hostile_robot, raw, word
from tests.rig.imap_script import ScriptedImap
from tests.rig.post_office import Accepted, PostOffice
from tests.rig.samples import sampled
from tests.rig.smtp_server import ScriptedSmtp
from tests.rig.terminal import printed

pytestmark = sampled

FIRST, LAST = "harmless@example.org", "last@example.org"
KAI = b"Kai Kantig <kai@example.org>"
MARKED = re.compile(MARK, re.IGNORECASE)
BAR = ("\r\x1b[?25l", "\x1b[?25h")  # what our own progress bar says to a terminal
SHOWING_MAILS = ("cases", "show", "aside")
COMMANDS = (*SHOWING_MAILS, "quarantine", "status", "check")
WITH_JSON = (*SHOWING_MAILS, "quarantine", "status")

# Fields by which somebody from outside may try to be the desk itself, or to command it.
CONTROL_FIELDS: dict[str, dict[str, str]] = {
    "a case to belong to": {"x_maildesk_case": case_number(1), "x_kd_case": case_number(1), "x_case_number": case_number(1)},
    "a role": {"x_maildesk_staff": "yes", "x_maildesk_role": "staff", "x_maildesk_from": ADDRESS, "x_kd_role": "lead"},
    "a command": {"x_maildesk_command": f"close {case_number(1)}", "x_maildesk_status": "closed", "x_kd_command": "delete"},
    "a letter": {"x_maildesk_template": "alarm", "x_maildesk_recipient": "opfer@example.net", "x_maildesk_letter_id": "abcdefghijklmnop"},
    "a configuration": {"x_maildesk_config": "letters.proof_copy = false", "x_maildesk_secret": "k" * 32},
    "that no machine wrote it": {"auto_submitted": "no", "x_maildesk_automatic": "no"},
    "that no machine wrote it, with a comment": {"auto_submitted": "NO (it is a person's; really=yes)"},
    "another recipient": {"bcc": "opfer@example.net", "x_bcc": "opfer@example.net", "resent_bcc": "opfer@example.net"},
    "another place for the answer": {
        "reply_to": "opfer@example.net",
        "errors_to": "opfer@example.net",
        "disposition_notification_to": "opfer@example.net",
        "return_receipt_to": "opfer@example.net",
        "list_reply_to": "opfer@example.net",
    },
    "another priority": {"x_priority": "1", "importance": "high", "x_maildesk_urgency": "sofort"},
}


def persons() -> Iterator[bytes]:
    """Each opens a case of its own, and its Message-ID comes back in our letter."""
    for number, payload in enumerate(TRIED.values()):
        sender = word(payload) + b" <p%d@example.org>" % number
        strange = b"<" + raw(payload) + b"@example.net>"
        fields = ((b"In-Reply-To", strange), (b"References", strange + b" <" + as_id(payload) + b"@example.net>"))
        yield hostile_mail(payload, message_id=b"p%d." % number + as_id(payload) + b"@example.org", sender=sender, fields=fields)


def answers() -> Iterator[bytes]:
    """All join the first case: so one command shows all of them."""
    for number, payload in enumerate(TRIED.values()):
        fields = ((b"In-Reply-To", b"<" + FIRST.encode() + b">"),)
        yield hostile_mail(payload, message_id=b"a%d@example.org" % number, sender=KAI, fields=fields)


def machines() -> Iterator[bytes]:
    for number, payload in enumerate(TRIED.values()):
        original = FIRST.encode() if number % 2 else b""
        yield hostile_report(payload, message_id=b"r%d@example.org" % number, original=original)
        yield hostile_robot(payload, message_id=b"o%d@example.org" % number)


def strangers() -> Iterator[bytes]:
    """Their addresses are hostile: in quotes before the @, or as they stand behind it."""
    for number, payload in enumerate(TRIED.values()):
        quoted, bare = b'<"' + raw(payload).replace(b'"', b"'") + b'"@example.org>', b"<s%d@" % number + raw(payload) + b".example.org>"
        yield hostile_mail(payload, message_id=b"s%d@example.org" % number, sender=bare if number % 2 else quoted)


def commanders() -> Iterator[bytes]:
    for number, fields in enumerate(({}, *CONTROL_FIELDS.values(), {"x_maildesk_loop": "yes"})):
        yield harmless(f"c{number}@example.org", f"Carla Klein <c{number}@example.net>", **fields)


def harmless(message_id: str, sender: str, **fields: str) -> bytes:
    return a_mail("Guten Tag.\n", to=ADDRESS, message_id=message_id, sender=sender, **fields)


@dataclass
class Scene:
    """A desk that has taken in all of it. `said` is by command and way: terminal, json, ascii, ascii json."""

    desk: TestDesk
    mails: int
    log: str
    rehearsal: Said
    rehearsed: list[dict[str, Any]]
    said: Mapping[tuple[str, str], Said]
    letters: list[Accepted]

    def json(self, command: str) -> Any:
        return self.said[command, "json"].json

    def letters_to(self, *recipients: str) -> list[Accepted]:
        return [letter for letter in self.letters if letter.recipients[0] in recipients]


@pytest.fixture(scope="module")
def scene(dovecot: Dovecot, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Scene]:
    user = dovecot.new_user()
    with PostOffice(dovecot, {ADDRESS: user}) as post:
        desk = a_desk(tmp_path_factory.mktemp("injection") / "desk", dovecot, post, user)
        first = (harmless(FIRST, KAI.decode()), *commanders())
        arrive(desk, first)
        as_json = printed("poll", "--dry-run", "--json", "--config", desk.config)
        others = (*persons(), *answers(), *machines(), *strangers(), harmless(LAST, "letzte@example.org"))
        arrive(desk, others)
        rehearsal = printed("poll", "--dry-run", "--config", desk.config, terminal=True)
        log = served(desk)
        put_into_quarantine(desk)
        said = shown(desk)
        rehearsed = [json.loads(line) for line in as_json.out.splitlines()]
        yield Scene(desk, len(first) + len(others), log, rehearsal, rehearsed, said, list(post.accepted))


def arrive(desk: TestDesk, mails: tuple[bytes, ...]) -> None:
    """By APPEND, which leaves every octet but NUL as it is; LMTP would end a mail at some of these line ends."""
    with desk.dovecot.client(desk.user) as client:
        for octets in mails:
            client.append("INBOX", octets.replace(b"\0", b""))


def served(desk: TestDesk) -> str:
    """The log of a daemon that takes in everything, then of a pass that finds what the daemon left."""
    with desk.daemon() as process:
        wait_until(lambda: bool(desk.post.letters_to("letzte@example.org")))
        process.send_signal(signal.SIGTERM)
        _, log = process.communicate()
    polled = printed("poll", "--config", desk.config, terminal=True)
    assert polled.code == 0, polled.err
    for sequence in BAR:
        polled = Said(polled.code, polled.out, polled.err.replace(sequence, ""))
    return str(log) + "".join(line for line in polled.err.splitlines(keepends=True) if not line.startswith("taking in"))


def put_into_quarantine(desk: TestDesk) -> None:
    """The database refuses one mail, with an error that is hostile too."""
    trouble = PAYLOADS["colours and cursor movements"]
    file = desk.folder / "trouble.eml"
    file.write_bytes(hostile_mail(trouble, message_id=b"trouble@example.org"))
    complaint = "CHECK constraint failed: \x1b[31m\x9b\n\u202e".encode().decode()
    with closing(sqlite3.connect(desk.folder / "maildesk.db", isolation_level=None)) as database:
        refuse = (
            f"CREATE TRIGGER no BEFORE INSERT ON message WHEN NEW.message_id LIKE 'trouble%' BEGIN SELECT RAISE(ABORT, '{complaint}'); END"
        )
        database.execute(refuse)
        said = printed("import", "--config", desk.config, file)
        database.execute("DROP TRIGGER no")
    assert "1  quarantined" in said.out, said.err
    assert UNFIT_TO_PRINT.findall(said.out + said.err) == []


def shown(desk: TestDesk) -> dict[tuple[str, str], Said]:
    cases = printed("cases", "--json", "--config", desk.config)
    number = next(case["number"] for case in cases.json if FIRST in case["message_ids"])
    ways = [(command, "terminal") for command in COMMANDS] + [(command, "json") for command in WITH_JSON if command != "cases"]
    ways += [("show", "ascii"), ("show", "ascii json")]

    def run(asked: tuple[str, str]) -> Said:
        command, way = asked
        words = (command, *([number] if command == "show" else []), *(["--json"] if "json" in way else []))
        more = {"PYTHONIOENCODING": "ascii"} if "ascii" in way else {}
        return printed(*words, "--config", desk.config, terminal=way == "terminal", **more)

    with ThreadPoolExecutor(2) as pool:
        return {("cases", "json"): cases, **dict(zip(ways, pool.map(run, ways), strict=True))}


# --- the terminal, and JSON ---


@pytest.mark.parametrize("command", COMMANDS)
def test_a_command_shows_a_terminal_nothing_that_it_would_obey(scene: Scene, command: str) -> None:
    said = scene.said[command, "terminal"]

    assert said.code in {0, 1}
    assert UNFIT_TO_PRINT.findall(said.out + said.err) == []
    assert bool(MARKED.search(said.out.encode())) is (command in SHOWING_MAILS), "the payloads were there"


@pytest.mark.parametrize("command", WITH_JSON)
def test_json_is_one_document_with_nothing_in_it_that_a_terminal_would_obey(scene: Scene, command: str) -> None:
    said = scene.said[command, "json"]

    assert said.code in {0, 1}
    assert UNFIT_TO_PRINT.findall(said.out + said.err) == []
    assert said.json is not None


def test_a_terminal_that_shows_ascii_only_gets_ascii_and_no_error(scene: Scene) -> None:
    text, as_json = scene.said["show", "ascii"], scene.said["show", "ascii json"]

    assert (text.code, text.err, as_json.code, as_json.err) == (0, "", 0, "")
    assert (text.out + as_json.out).isascii()
    assert text.out.count("\n") == scene.said["show", "terminal"].out.count("\n")
    assert as_json.json == scene.json("show")


def test_every_mail_of_a_case_is_shown(scene: Scene) -> None:
    messages = scene.json("show")["messages"]

    assert {f"a{number}@example.org" for number in range(len(TRIED))} <= {each["message_id"] for each in messages}
    assert scene.said["show", "terminal"].out.count("<kai@example.org>  ZINNOBER") == len(TRIED)


def test_no_subject_and_no_name_breaks_a_table(scene: Scene) -> None:
    heading, *rows = scene.said["cases", "terminal"].out.removesuffix("\n").split("\n")

    assert [row[:13] for row in rows] == [case["number"] for case in scene.json("cases")]
    assert {row[heading.index("STATUS") :].split()[0] for row in rows} == {"new"}
    asides = scene.said["aside", "terminal"].out.removesuffix("\n").split("\n")[1:]
    assert [int(row.split()[0]) for row in asides] == [each["id"] for each in scene.json("aside")]
    assert len(scene.said["quarantine", "terminal"].out.splitlines()) == 2


def test_a_rehearsal_says_in_one_line_each_what_would_happen_and_why(scene: Scene) -> None:
    assert scene.rehearsal.code == 0
    assert UNFIT_TO_PRINT.findall(scene.rehearsal.out) == []
    lines = scene.rehearsal.out.split("\n\nNothing was changed.")[0].split("\n")
    assert [line for line in lines if not re.match(r"mail \d+(?: in INBOX)? of \d\d\.\d\d\.\d{4} \d\d:\d\d: [a-z_]+$|    \S", line)] == []
    assert len([line for line in lines if line.startswith("mail ")]) == scene.mails


# --- the log ---


def test_the_log_has_no_line_and_no_word_of_a_mail(scene: Scene) -> None:
    lines = scene.log.splitlines()

    assert len(lines) >= 3, "it tells something"
    assert [line for line in lines if not line.startswith("maildesk: ")] == []
    assert UNFIT_TO_PRINT.findall(scene.log) == []
    for personal in ("zinnober", "example.org", "example.net", "kai", "forged", "opfer"):
        assert personal not in scene.log.replace(str(scene.desk.folder), "").lower()


# --- letters ---

FIELDS = [
    *("From", "To", "Subject", "Date", "Message-ID", "In-Reply-To", "References", "MIME-Version", "Auto-Submitted"),
    *("X-Auto-Response-Suppress", "Content-Language", "Content-Type"),
]


def test_every_letter_has_our_own_header_fields_once_each_and_no_others(scene: Scene) -> None:
    for letter in scene.letters:
        names = letter.mail.keys()
        assert names == [name for name in FIELDS if name in names or name not in {"In-Reply-To", "References"}]
        assert len(re.findall(rb"^[!-9;-~]+:", letter.octets.partition(b"\r\n\r\n")[0], re.MULTILINE)) == len(names)


def test_every_letter_goes_to_its_writer_and_to_the_desk_and_to_nobody_else(scene: Scene) -> None:
    for letter in scene.letters:
        writer, copy = letter.recipients
        assert copy == ADDRESS
        assert re.fullmatch(r"[a-z0-9!#$%&'*+/=?^_`{|}~.-]+@[a-z0-9.-]+", writer, re.IGNORECASE)
        assert letter.mail["To"] == writer
    answered = {
        letter.mail["In-Reply-To"].partition(".")[0]: letter.recipients[0] for letter in scene.letters if letter.mail["In-Reply-To"]
    }
    for number in range(len(TRIED)):
        assert answered[f"<p{number}"] == f"p{number}@example.org"


def test_the_server_gets_exactly_one_mail_for_each_letter(scene: Scene) -> None:
    counts = scene.json("status")

    assert len(scene.letters) == len({letter.mail["Message-ID"] for letter in scene.letters})
    assert counts["outbox"] == {**dict.fromkeys(counts["outbox"], 0), "sent": len(scene.letters)}
    assert counts["unproven"] == 0, "and every copy was recognised"


def test_no_letter_has_a_word_of_the_mail_that_it_answers(scene: Scene) -> None:
    """But its Message-ID, which stands where RFC 5322 wants it, and its address."""
    for letter in scene.letters:
        assert MARKED.search(_without(letter, "To", "In-Reply-To", "References")) is None
        ids = " ".join(letter.mail.get_all("In-Reply-To", []) + letter.mail.get_all("References", []))
        assert re.fullmatch(r"(<[!-;=?-~]+>\s*)*", ids)


def _without(letter: Accepted, *names: str) -> bytes:
    mail: Message = message_from_bytes(letter.octets)
    for name in names:
        del mail[name]
    decoded = b"".join(bytes(part.get_payload(decode=True) or b"") for part in mail.walk())
    return mail.as_bytes() + decoded


def test_the_answer_to_a_hostile_mail_is_octet_by_octet_that_to_a_harmless_one(scene: Scene) -> None:
    (answer,) = scene.letters_to("letzte@example.org")
    others = scene.letters_to(*(f"p{number}@example.org" for number in range(len(TRIED))))

    assert len(others) == len(TRIED)
    assert {_varying_left_out(letter.octets) for letter in others} == {_varying_left_out(answer.octets)}


def _varying_left_out(octets: bytes) -> bytes:
    """Without what is of one letter alone: ids, numbers, dates."""
    head, _, body = octets.partition(b"\r\n\r\n")
    head = re.sub(rb"\r\n[ \t]+", b" ", head)
    head = re.sub(rb"(?m)^(To|Date|Message-ID|In-Reply-To|References): .*$", rb"\1", head)
    whole = head + b"\r\n\r\n" + body.replace(b"=\r\n", b"")
    return re.sub(rb"=_[a-z][0-9a-f]{24}|KD-\d{4}-\d{5}|\d\d\.\d\d\.\d{4}|\d\d:\d\d", b"#", whole)


# --- fields that command ---


def _decided(scene: Scene, number: int) -> dict[str, Any]:
    """What the rehearsal says of the commander with this number, without the number of its case."""
    line = scene.rehearsed[1 + number]
    return {key: re.sub(r"KD-\d{4}-\d{5}", "#", str(line[key])) for key in ("outcome", "letters", "evidence")}


@pytest.mark.parametrize("wish", CONTROL_FIELDS)
def test_no_field_from_outside_commands_the_desk(scene: Scene, wish: str) -> None:
    assert _decided(scene, 1 + list(CONTROL_FIELDS).index(wish)) == _decided(scene, 0)


def test_the_one_mark_of_ours_that_counts_only_stops_letters(scene: Scene) -> None:
    loop = _decided(scene, 1 + len(CONTROL_FIELDS))

    assert loop["outcome"] == "new_case"
    assert loop["letters"] == "[]"


def test_every_commander_got_a_case_of_its_own_and_the_letter_went_to_the_writer(scene: Scene) -> None:
    writers = [f"c{number}@example.net" for number in range(1 + len(CONTROL_FIELDS))]

    assert sorted(letter.recipients[0] for letter in scene.letters_to(*writers)) == sorted(writers)
    assert scene.json("show")["status"] == "new"


# --- commands to the servers ---

IMAP_COMMANDS = re.compile(
    rb"\w+ (?:CAPABILITY|NOOP|NAMESPACE|LOGOUT|LOGIN desk \"[^\"]*\"|SELECT \"INBOX\"|EXAMINE \"[\w/*]+\"|LIST \"\" \"(?:[\w/]*|\*)\""
    rb"|STATUS \"?[\w/*]+\"? \([A-Z ]+\)|UID SEARCH (?:ALL|UID [\d,]+)"
    rb"|UID FETCH [\d,]+ \((?:RFC822\.SIZE INTERNALDATE|BODY\.PEEK\[\])\)|UID MOVE [\d,]+ \"?[\w/]+\"?|CREATE \"?[\w/]+\"?)"
)
REPLIES = {"refused": b"550", "deferred": b"451"}


@dataclass
class Conversation:
    """What two servers heard, and what the commands said of the replies of one of them."""

    mails: int
    imap_lines: list[bytes]
    smtp: ScriptedSmtp
    polled: Said
    outbox: Said
    outbox_json: Said
    show: Said


@pytest.fixture(scope="module")
def conversation(dovecot: Dovecot, tmp_path_factory: pytest.TempPathFactory) -> Conversation:
    """One server hands out mails made for IMAP, with octets that Dovecot would not keep; the other one answers like an attacker."""
    texts = [payload.replace(b"\0", b"") for payload in TRIED.values()]
    reports = (hostile_report(payload, message_id=b"r%d@example.org" % number) for number, payload in enumerate(TRIED.values()))
    mails = dict(enumerate((*persons(), *reports), 1))

    def reply(number: int) -> bytes:
        code = REPLIES["refused"] if number % 2 else REPLIES["deferred"]
        text = re.sub(rb"\r?\n", b" ", texts[number % len(texts)])[:4000]
        return code + b"-5.1.1 " + text + b"\r\n" + code + b" eva@example.org " + text

    with ScriptedImap(mails) as imap, ScriptedSmtp(rcpt=reply) as smtp, PostOffice(dovecot, {}) as unused:
        desk = a_desk(tmp_path_factory.mktemp("conversation") / "desk", dovecot, unused, "desk")
        config = desk.config.read_text(encoding="utf-8")
        for real, scripted in ((dovecot.imap_port, imap.port), (unused.port, smtp.port)):
            config = config.replace(f"port = {real}", f"port = {scripted}")
        desk.config.write_text(config, encoding="utf-8")
        polled = printed("poll", "--config", desk.config, terminal=True)
        outbox = printed("outbox", "--config", desk.config, terminal=True)
        outbox_json = printed("outbox", "--json", "--config", desk.config)
        show = printed("show", outbox_json.json[0]["case"], "--config", desk.config, terminal=True)
        return Conversation(len(mails), imap.lines, smtp, polled, outbox, outbox_json, show)


def test_the_mail_server_hears_numbers_and_the_names_of_our_folders_only(conversation: Conversation) -> None:
    heard = conversation.imap_lines

    assert f"{conversation.mails:8}  fetched" in conversation.polled.out
    assert [line for line in heard if not IMAP_COMMANDS.fullmatch(line)] == []
    assert any(b"UID MOVE" in line for line in heard), "the mails were filed"


def test_the_smtp_server_hears_the_writer_and_the_desk_only(conversation: Conversation) -> None:
    heard = conversation.smtp.commands

    recipients = [f"p{number}@example.org" for number in range(len(TRIED))]
    assert sorted(command for command in heard if command.startswith("RCPT")) == sorted(f"RCPT TO:<{each}>" for each in recipients)
    assert [
        command for command in heard if not re.fullmatch(r"(?:EHLO|RSET|QUIT|RCPT|DATA)\b.*|MAIL FROM:<> SIZE=\d+", command, re.IGNORECASE)
    ] == []
    assert conversation.smtp.mails == []


WATCH_SAYS = r"maildesk: (?:alarm letters_refused: told 0 addresses|\d+ letters failed in the last week: see maildesk outbox)"


def test_what_an_smtp_server_answers_commands_no_terminal_and_forges_no_line(conversation: Conversation) -> None:
    told = conversation.polled.err
    for sequence in BAR:
        told = told.replace(sequence, "")
    for said in (conversation.polled.out, told, conversation.outbox.out, conversation.outbox_json.out, conversation.show.out):
        assert UNFIT_TO_PRINT.findall(said) == []
    lines = [line for line in told.splitlines() if line and not line.startswith("taking in")]
    watch = [line for line in lines if re.fullmatch(WATCH_SAYS, line)]
    assert len(watch) == 2, "the alarm, and what status says"
    letters = [line for line in lines if line not in watch]
    assert [line for line in letters if not re.match(r"maildesk: outbox: letter \d+ (?:was refused|is deferred): \d{3} ", line)] == []
    assert len(letters) == len(TRIED)
    assert len(conversation.outbox.out.splitlines()) == 1 + len(TRIED)
    assert "eva@" not in told + conversation.outbox.out


def test_what_an_smtp_server_answers_is_kept_to_be_read(conversation: Conversation) -> None:
    letters = conversation.outbox_json.json

    assert len(letters) == len(TRIED)
    assert {letter["state"] for letter in letters} == {"failed", "queued"}
    assert all(re.match(r"(?:550|451) RCPT TO: ", letter["error"]) for letter in letters)
    assert [letter["error"] for letter in letters if UNFIT_TO_PRINT.search(letter["error"].replace("\n", "\r"))] == []
