# SPDX-FileCopyrightText: 2026 The maildesk authors
# SPDX-License-Identifier: EUPL-1.2
"""People who are not who they say they are, or want what is not theirs: nothing of a case moves, nothing of it leaves the house."""

from __future__ import annotations

import json
import re
import sqlite3
from collections import Counter
from collections.abc import Iterator
from contextlib import closing
from dataclasses import dataclass
from email import message_from_bytes
from pathlib import Path
from typing import Any

import pytest

from maildesk.adapters.compose import Composer
from maildesk.core.case.case import case_numbers_in
from maildesk.core.decision.decision import Outcome
from maildesk.core.letters.letter import UNPROVED_A_DAY, Letter
from maildesk.core.text.said import from_json
from tests.rig import samples
from tests.rig.abuse import POLICY, TECHNIK, BusyDesk, a_busy_desk, from_person
from tests.rig.builders import MONDAY, parsed
from tests.rig.forgers import AS_NOBODY, AS_SEVERAL, AS_STAFF, Seen, forged_orders, guesses
from tests.rig.letters import SHIPPED, content, decoded
from tests.rig.reports import Lost, postfix
from tests.rig.samples import sampled

CASES = 40
REGISTERED = {person.address for person in POLICY.staff}
COUNT = samples.of(1000, 80)


@pytest.fixture
def busy(tmp_path: Path) -> Iterator[BusyDesk]:
    """A desk with cases in several states, and with letters to citizens and to staff."""
    with a_busy_desk(tmp_path) as desk:
        desk.arrive(*(from_person(number) for number in range(1, CASES + 1)))
        first = desk.letters("acknowledgement")[0]
        lost = Lost(f"Message-ID: <{first['message_id']}>\r\n\r\nGuten Tag\r\n".encode(), first["message_id"], first["recipient"])
        desk.arrive(postfix(lost))
        with closing(sqlite3.connect(desk.file, isolation_level=None)) as database:
            database.execute("UPDATE cases SET status = 'closed', closed_at = opened_at WHERE id % 4 = 0")
            database.execute("UPDATE cases SET status = 'answered' WHERE id % 4 = 1")
        desk.clock.forward(hours=3)
        yield desk


def seen_in(busy: BusyDesk) -> Seen:
    letters = busy.letters("acknowledgement")
    return Seen(
        letters=tuple(letter["message_id"] for letter in letters),
        mails=tuple(f"c{number}@example.org" for number in range(1, CASES + 1)),
        references=tuple(json.loads(letter["referred"])[0] for letter in letters),
        reply_addresses=tuple(letter["reply_to"] for letter in letters),
        to_weber=tuple(letter["message_id"] for letter in busy.letters("returned") if letter["recipient"].startswith("weber")),
        cases=CASES,
    )


# --- forged orders ---


@sampled
def test_many_forged_orders_move_nothing_and_are_all_kept(busy: BusyDesk) -> None:
    seen, before, last_letter = seen_in(busy), busy.of_the_first(CASES), len(busy.letters())
    orders = list(forged_orders(1, COUNT, seen))
    assert seen.to_weber
    assert all(seen.reply_addresses)

    staff = 0
    for start in range(0, COUNT, COUNT // 10):
        staff += busy.arrive(*orders[start : start + COUNT // 10]).outcomes[Outcome.STAFF]
        busy.clock.forward(minutes=5)

    assert staff == COUNT, "each one counts as a mail that says to be of staff"
    assert busy.of_the_first(CASES) == before
    written = busy.letters()[last_letter:]
    alarms, notices = ([letter["recipient"] for letter in written if letter["template"] == name] for name in ("alarm", "unproved"))
    assert len(alarms) + len(notices) == len(written)
    assert alarms in ([TECHNIK], [TECHNIK] * 2), "in fifty minutes, with a pause of thirty"
    assert set(notices) <= REGISTERED
    assert max(Counter(notices).values()) == UNPROVED_A_DAY
    kept = {row["digest"] for row in busy.rows("SELECT digest FROM raw")}
    assert {parsed(order).digest for order in orders} <= kept
    added = busy.rows("SELECT * FROM message WHERE message_id NOT LIKE 'c%' AND case_id <= ? AND outcome = 'staff'", CASES)
    assert {(row["role"], row["direction"]) for row in added} == {("staff", "note")}, "some were filed with the case that they name"
    what = {row["what"] for row in busy.rows("SELECT DISTINCT what FROM event WHERE case_id <= ?", CASES)}
    assert what <= {"opened", "bounce", "letter-failed", "follow-up", "unproved", "forged", "doubtful"}
    assert busy.count(f"cases WHERE id > {CASES} AND status = 'new'") == busy.count("cases") - CASES > 0
    assert busy.count(f"participant WHERE case_id > {CASES} AND verified") == 0, "nobody is made to take part in a forger's case"
    assert named_in(busy.told()) == []
    assert "staff, proved" not in busy.told()


@dataclass
class Judged:
    """What became of one mail from each of these senders. `unchanged`: nothing that was known before is different."""

    outcomes: dict[str, Outcome]
    letters: dict[str, list[str]]
    unchanged: bool


@pytest.fixture(scope="module")
def judged(tmp_path_factory: pytest.TempPathFactory) -> Judged:
    """All of them name a case in the subject and a letter of it, which they may have seen, in In-Reply-To."""
    with a_busy_desk(tmp_path_factory.mktemp("judged")) as busy:
        busy.arrive(*(from_person(number) for number in range(1, 6)))
        before, known = busy.of_the_first(5), busy.letters()[2]["message_id"]
        outcomes, letters = {}, {}
        for number, sender in enumerate((*AS_STAFF, *AS_NOBODY, *AS_SEVERAL), 900):
            last = len(busy.letters())
            named = {"in_reply_to": f"<{known}>"} if sender in AS_STAFF else {}
            report = busy.arrive(from_person(number, sender.format(number, 4), "#schliessen KD-2026-00003", **named))
            outcomes[sender] = next(outcome for outcome, count in report.outcomes.items() if count)
            letters[sender] = [letter["recipient"] for letter in busy.letters()[last:]]
        return Judged(outcomes, letters, busy.of_the_first(5) == before)


@pytest.mark.parametrize("sender", AS_STAFF)
def test_each_way_to_write_a_colleagues_address_is_seen_through(judged: Judged, sender: str) -> None:
    assert judged.outcomes[sender] is Outcome.STAFF
    assert judged.unchanged
    assert [each for each in judged.letters[sender] if each not in REGISTERED] in ([], [TECHNIK])


@pytest.mark.parametrize("sender", AS_NOBODY)
def test_who_only_looks_like_a_colleague_is_a_stranger(judged: Judged, sender: str) -> None:
    assert judged.outcomes[sender] is Outcome.NEW_CASE
    (recipient,) = judged.letters[sender]
    assert re.fullmatch(r"s\d+@d4\.example", recipient)


@pytest.mark.parametrize("sender", AS_SEVERAL)
def test_whoever_names_several_people_in_from_is_shown_and_none_of_them_is_written_to(judged: Judged, sender: str) -> None:
    assert judged.outcomes[sender] is Outcome.NEW_CASE
    assert judged.letters[sender] == []


def test_the_real_colleague_is_believed_so_that_the_forgeries_were_not_refused_for_another_reason(busy: BusyDesk) -> None:
    busy.arrive(
        from_person(901, "weber@example.com", authentication_results="mx.example.com; dmarc=pass header.from=example.com"),
        from_person(902, "weber@example.com", in_reply_to=f"<{seen_in(busy).to_weber[0]}>"),
    )

    assert "staff, proved by the mail server" in busy.told()
    assert "staff, proved by the keyed id" in busy.told()
    assert busy.letters("alarm") == []


def test_the_alarm_says_in_plain_words_what_happened_and_names_nobody(busy: BusyDesk) -> None:
    busy.arrive(from_person(903, "A. Weber <weber@example.com>", "#schliessen KD-2026-00003"))

    (alarm,) = busy.letters("alarm")
    mail = written(alarm)
    text = " ".join(content(mail, "text/plain").split())
    assert decoded(mail["Subject"]) == "Absender nicht bewiesen"
    for must in ("Adresse aus dem Team", "nichts bewirkt", f"KD-2026-{CASES + 1:05d}", "Wenn nicht: jemand benutzt die Adresse"):
        assert must in text
    assert not re.search(r"weber|schliessen|@", text, re.IGNORECASE)


def written(row: dict[str, Any]) -> Any:
    """The letter of this row as it goes out."""
    letter = Letter(
        row["letter_id"],
        row["template"],
        row["recipient"],
        row["message_id"],
        in_reply_to=row["in_reply_to"],
        references=tuple(json.loads(row["referred"])),
        reply_to=row["reply_to"],
        automatic=bool(row["automatic"]),
        context={name: from_json(value) for name, value in json.loads(row["context"]).items()},
        created_at=MONDAY,
    )
    return message_from_bytes(Composer(POLICY.desk, (SHIPPED,))(letter))


# --- guesses ---


@sampled
def test_many_guesses_join_nothing_and_learn_nothing(busy: BusyDesk) -> None:
    before, last_letter, last_event = busy.of_the_first(CASES), len(busy.letters()), busy.count("event")
    mails = list(guesses(3, COUNT, CASES))

    report = busy.arrive(*mails)

    assert report.outcomes[Outcome.NEW_CASE] == COUNT
    assert busy.of_the_first(CASES) == before
    assert busy.rows("SELECT * FROM event WHERE id > ? AND case_id <= ?", last_event, CASES) == []
    own = {
        row["number"]: row
        for row in busy.rows("SELECT number, addr_spec FROM cases JOIN contact ON contact.id = contact_id WHERE cases.id > ?", CASES)
    }
    assert len(own) == COUNT == len({row["addr_spec"] for row in own.values()}), "each a case of its own"
    letters = busy.letters()[last_letter:]
    assert {letter["template"] for letter in letters} == {"acknowledgement"}
    assert len(letters) == COUNT
    for letter in letters:
        number = json.loads(letter["context"])["nr"]
        assert own[number]["addr_spec"] == letter["recipient"]
        assert set(case_numbers_in(letter["context"] + letter["message_id"] + letter["reply_to"], "KD")) == {number}
    for letter in letters[:: COUNT // 40]:
        mail = written(letter)
        said = decoded(mail["Subject"]) + content(mail, "text/plain") + content(mail, "text/html")
        assert set(case_numbers_in(said, "KD")) == {json.loads(letter["context"])["nr"]}
        assert mail["To"] == letter["recipient"]
        assert mail["Cc"] is None
    assert named_in(busy.told()) == []


def named_in(told: str) -> list[str]:
    """Addresses, and words of the mails, that stand where they may get into a log."""
    return re.findall(r"(?i)\S*@\S*|weber|sommer|boese|evil|schliessen|Anliegen \d|carla|fremd|c\d+\.example", told)


def test_staff_are_told_of_the_number_that_a_stranger_names(busy: BusyDesk) -> None:
    busy.arrive(from_person(905, "fremd@example.net", "Re: KD-2026-00003"))

    assert busy.rows("SELECT kind FROM case_link WHERE case_id = ?", CASES + 1) == [{"kind": "mentions"}]
    assert busy.count("message WHERE case_id = 3") == 1


def test_who_learned_a_message_id_may_add_to_the_case_and_gets_nothing_of_it(busy: BusyDesk) -> None:
    """A Cc, or a mailing list: he writes into the thread, staff see that he is new there, and not one letter goes to him."""
    before = busy.of_the_first(CASES)["cases"]

    for number, field in enumerate(("in_reply_to", "references"), 906):
        busy.arrive(from_person(number, "fremd@example.net", "Re: Anliegen 3", **{field: "<c3@example.org>"}))

    assert busy.count("message WHERE case_id = 3") == 3
    assert [letter["recipient"] for letter in busy.letters() if letter["recipient"] == "fremd@example.net"] == []
    assert busy.rows("SELECT verified FROM participant WHERE case_id = 3 ORDER BY contact_id") == [{"verified": 1}, {"verified": 0}]
    assert busy.of_the_first(CASES)["cases"] == before or busy.rows("SELECT status FROM cases WHERE id = 3") != [{"status": "closed"}]
