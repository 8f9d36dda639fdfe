# SPDX-FileCopyrightText: 2026 The maildesk authors
# SPDX-License-Identifier: EUPL-1.2
"""What a link in a mail to a colleague proves, and to whom; and what becomes of a mail of the office with a link of somebody else."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta
from typing import Any
from urllib.parse import unquote

import pytest

from maildesk.core.case.case import Role, Status
from maildesk.core.case.file import CaseFile, CaseState, HeldAnswer, IncomingMail
from maildesk.core.decision.decision import Decision, Outcome
from maildesk.core.letters.letter import HELD_ANSWER, MISTAKE, RELAY
from maildesk.core.letters.order_links import entry_links, order_url
from maildesk.core.letters.refusal import RecentLetters
from maildesk.core.mail.message import Address, Attachment
from maildesk.core.office.policy import Policy
from maildesk.core.text.said import Said
from maildesk.core.threading.writer import identify
from tests.rig.builders import EVA, MONDAY, a_message
from tests.rig.ordering import CATEGORIES
from tests.rig.trails import CASE, DMARC_PASS, KLEIN, POLICY, WEBER, a_case, a_letter, decided, facts, keyed, says

HOUSE = replace(POLICY, desk=replace(POLICY.desk, internal_domains=("haus.example",)), categories=CATEGORIES)
BERG = "berg@leistung.haus.example"
INCOMING = IncomingMail("d" * 64, "m@example.org", (), "Frage", EVA, MONDAY, verified=True, words="Wann kommt mein Bescheid?")
SEEN = "#gesehen"
ENVELOPE = {"house": f"<{WEBER.address}>", "stranger": "<mallory@boese.example>", "nobody": "<>"}


def subject_of(url: str) -> str:
    """What a mail program makes of the link."""
    return unquote(url.partition("?subject=")[2])


def link(order: str = SEEN, to: str = WEBER.address, number: str = CASE.number, ago: timedelta = timedelta()) -> str:
    return subject_of(order_url(HOUSE, number, order, to, MONDAY - ago))


def clicked(subject: str, sender: str = WEBER.address, policy: Policy = HOUSE, held: str = "", **fields: Any) -> Decision:
    """What the desk makes of a mail with this subject, empty unless it has a `text`."""
    waits = (HeldAnswer("abcdefghijklmnop", WEBER.key, held, INCOMING.digest, MONDAY),) if held else ()
    file = CaseFile(CASE.number, "Frage", CaseState(Status.OPEN), (INCOMING,), held=waits, opened_at=MONDAY)
    values = {"text": "", "message_id": "klick@haus.example", **fields}
    message = a_message(originator=Address("", sender), subject=subject, **values)
    letters = a_letter(to=WEBER.address, template=RELAY, about=INCOMING.digest)
    return decided(message, facts(a_case(), letters=letters), policy, files={CASE.number: file})


def ordered(decision: Decision) -> list[str]:
    return [str(event.data["order"]) for event in decision.events if event.what == "order"]


def problems(decision: Decision) -> list[str]:
    rows = [row for letter in decision.notices if letter.template == MISTAKE for row in letter.context["zeilen"]]  # type: ignore[union-attr]
    return [row["problem"].key for row in rows]  # type: ignore[index, union-attr, call-overload]


# --- what a link proves


@pytest.mark.parametrize(
    "fields",
    [
        {},
        {"fields": (("return-path", ENVELOPE["house"]),)},
        {"fields": (("return-path", "<Weber@EXAMPLE.com>"),)},
        {"fields": (("return-path", ENVELOPE["nobody"]),)},
        {"fields": (("return-path", "<sammel@haus.example>"),)},
        {"fields": (("authentication-results", "mx.example.com; spf=pass smtp.mailfrom=example.com"),)},
        {"fields": (("authentication-results", "mx.example.com; spf=none; dmarc=none header.from=example.com"),)},
        {"fields": (("authentication-results", "mx.evil.example; dmarc=fail header.from=example.com"),)},
        {"originator": Address("A. Weber", "WEBER@example.com")},
    ],
)
def test_a_link_proves_its_order_where_the_envelope_is_of_the_office_or_unknown(fields: dict[str, Any]) -> None:
    writer = identify(a_message(**{"originator": Address("", WEBER.address), "subject": link(), **fields}), HOUSE, {}, MONDAY)

    assert writer.proved
    assert writer.link is not None
    assert writer.link.order == SEEN


@pytest.mark.parametrize(
    "fields",
    [
        (("return-path", ENVELOPE["stranger"]),),
        (("return-path", ENVELOPE["nobody"]), ("authentication-results", "mx.example.com; spf=pass smtp.helo=boese.example")),
        (("return-path", ENVELOPE["stranger"]), ("return-path", ENVELOPE["house"])),
        (("return-path", "<weber@example.com.boese.example>"),),
        (("authentication-results", "mx.example.com; spf=softfail smtp.mailfrom=example.com"),),
        (("authentication-results", "mx.example.com; spf=pass smtp.mailfrom=boese.example"),),
        (("authentication-results", "mx.example.com; dmarc=fail (p=none) header.from=example.com"),),
        (("authentication-results", "mx.example.com; spf=fail smtp.mailfrom=example.com"),),
        (("from", WEBER.address), ("from", "mallory@boese.example")),
    ],
)
def test_a_link_proves_nothing_where_the_envelope_or_the_mail_server_speaks_against_it(fields: tuple[tuple[str, str], ...]) -> None:
    decision = clicked(link(), fields=fields)

    assert not identify(a_message(originator=WEBER.address, subject=link(), fields=fields), HOUSE, {}, MONDAY).proved
    assert ordered(decision) == []
    assert [alarm.id for alarm in decision.alarms] == ["unproved_staff"], "people look at it"


@pytest.mark.parametrize(
    "subject",
    [
        link().replace("#gesehen", "#erledigt"),
        link().replace("#gesehen", "#senden"),
        link().replace("#gesehen", "#antwort"),
        link().replace("00042", "00007"),
        link(to=KLEIN.address),
        link(ago=timedelta(days=181)),
        link(ago=timedelta(days=-1)),
        link()[:-1] + "a" if link()[-1] != "a" else link()[:-1] + "b",
    ],
)
def test_a_link_is_for_one_order_one_case_one_person_and_a_time(subject: str) -> None:
    assert not identify(a_message(originator=WEBER.address, subject=subject), HOUSE, {}, MONDAY).proved
    assert ordered(clicked(subject)) == []


@pytest.mark.parametrize("subject", [link(), link().replace("[KD-2026-00042]", "[EXTERN] [KD-2026-00042]"), link().upper(), f"{link()} "])
def test_what_mail_programs_do_to_a_subject_does_no_harm(subject: str) -> None:
    assert ordered(clicked(subject)) == ["seen"]


@pytest.mark.parametrize(
    ("subject", "text"),
    [
        (link(), "#erledigt\n"),
        (f"{link()} #erledigt", ""),
        (f"[{CASE.number}] #erledigt {link()}", ""),
        (link(), "#antwort\n\nGuten Tag Frau Muster,\n\nIhr Antrag ist abgelehnt."),
        (link("#antwort"), "#notiz nur für uns\n"),
    ],
)
def test_with_another_order_than_that_of_the_link_nothing_is_done_and_the_colleague_is_asked(subject: str, text: str) -> None:
    decision = clicked(subject, text=text)

    assert ordered(decision) == []
    assert decision.letters == ()
    assert set(problems(decision)) <= {"mistake.more_than_link", "mistake.no_order_behind"}
    assert problems(decision)


def test_who_is_proved_otherwise_may_add_orders_to_a_link() -> None:
    by_server = clicked(link(), text="#erledigt\n", fields=(says(DMARC_PASS, "example.com"),))
    by_id = clicked(link(), text="#art lob\n", in_reply_to=(keyed(to=WEBER.address),))

    assert ordered(by_server)[0] == "seen"
    assert ordered(by_id) == ["seen", "kind"]


def test_an_answer_by_its_link_leaves() -> None:
    decision = clicked(link("#antwort"), text="Guten Tag Frau Muster,\n\nIhr Bescheid kommt per Post.\n")

    assert [letter.recipient for letter in decision.letters] == [EVA.addr_spec]


def test_a_link_of_a_case_enters_no_new_one() -> None:
    enter = subject_of(str(entry_links(HOUSE, WEBER.address, MONDAY)[0]["ziel"]))
    text = "Telefon\nName: Frau Muster\nMail: muster@example.org\n\nDie Heizung ist seit Tagen kalt."

    assert clicked(f"{link()} [KD-NEU]", text=text).case_number in {"", CASE.number}
    assert clicked(enter, text=text).case_number == "KD-2026-00099"


# --- a link of somebody else


@pytest.mark.parametrize(
    ("sender", "subject"),
    [
        (BERG, link()),
        (BERG, link("#antwort")),
        (BERG, subject_of(str(entry_links(HOUSE, WEBER.address, MONDAY)[0]["ziel"]))),
        ("empfang@example.com", link()),
        (KLEIN.address, link()),
        (WEBER.address, link(ago=timedelta(days=181))),
        (WEBER.address, link().replace("#gesehen", "#erledigt")),
    ],
)
def test_a_link_of_somebody_else_is_refused_kindly_and_opens_no_case(sender: str, subject: str) -> None:
    decision = clicked(subject, sender, text="Hat sich erledigt, danke.")

    assert (decision.outcome, decision.case_number) == (Outcome.SET_ASIDE, "")
    assert (decision.letters, decision.alarms, ordered(decision)) == ((), (), [])
    assert [letter.recipient for letter in decision.notices] == [sender]
    assert problems(decision) == ["mistake.link_of_others"]
    assert "erledigt, danke" in str(decision.notices[0].context["rest"]), "what was typed comes back"


def test_a_proved_colleague_with_the_link_of_another_is_answered_as_well() -> None:
    passes = (says(DMARC_PASS, "example.com"),)

    assert problems(clicked(link(to=KLEIN.address), fields=passes)) == ["mistake.link_of_others"]


@pytest.mark.parametrize(
    ("sender", "fields"),
    [
        ("eva@example.org", {"subject": link()}),
        (BERG, {"subject": f"[{CASE.number}] #gesehen"}),
        (BERG, {"subject": f"[{CASE.number}] #gesehen ~abcdefghijklmnopqrstuvwxyz"}),
        (BERG, {"subject": f"Frage zu {CASE.number}"}),
        (BERG, {"subject": link(), "text": "Ich bringe mich um."}),
        (
            BERG,
            {"subject": link(), "fields": (("authentication-results", "mx.example.com; dmarc=fail header.from=leistung.haus.example"),)},
        ),
    ],
)
def test_other_mail_is_not_refused_so(sender: str, fields: dict[str, Any]) -> None:
    assert clicked(sender=sender, **fields).outcome is not Outcome.SET_ASIDE


def test_imported_mail_and_a_talk_without_end_are_not_answered() -> None:
    message = a_message(originator=Address("", BERG), subject=link())

    assert decided(message, facts(a_case()), HOUSE).notices
    assert decided(message, facts(a_case()), HOUSE, imported=True).notices == ()
    assert decided(message, facts(a_case()), HOUSE, recent=RecentLetters(to_sender=5)).notices == ()


# --- what never leaves


BROKEN = order_url(HOUSE, CASE.number, "#erledigt", WEBER.address, MONDAY)
LEAKING = f"Guten Tag Frau Muster,\n\nIhr Bescheid kommt per Post. Erledigt: {BROKEN[:70]}\n{BROKEN[70:]}\n"


@pytest.mark.parametrize("order", ["", "#antwort\n\n"])
def test_an_answer_with_a_link_of_ours_is_held_and_has_no_link_that_sends_it(order: str) -> None:
    decision = clicked(f"AW: [{CASE.number}] Frage", text=order + LEAKING, in_reply_to=(keyed(to=WEBER.address),))
    held = next(letter for letter in decision.notices if letter.template == HELD_ANSWER)

    assert Said("held.kept_inside") in held.context["gruende"]  # type: ignore[operator]
    assert all(letter.held for letter in decision.letters)
    assert not any("senden" in str(row["ziel"]) for row in held.context["links"])  # type: ignore[index, union-attr, call-overload]


@pytest.mark.parametrize(
    "by", [{"subject": link("#senden")}, {"subject": "AW: x", "text": "#senden", "in_reply_to": (keyed(to=WEBER.address),)}]
)
def test_no_order_releases_it(by: dict[str, Any]) -> None:
    refused, released = clicked(held=LEAKING, **by), clicked(held="Guten Tag,\n\nIhr Bescheid kommt per Post.", **by)

    assert not [event for event in refused.events if event.what == "released"]
    assert [event.what for event in released.events if event.what == "released"] == ["released"]
    assert "cannot.send_kept_inside" in repr(refused.notices)


def test_the_name_of_a_file_is_looked_at_as_well() -> None:
    file = Attachment(f"Bescheid {BROKEN[-26:]}.pdf", "application/pdf", 1, "0" * 64)
    text = "Guten Tag Frau Muster,\n\nanbei Ihr Bescheid.\n"
    decision = clicked(f"AW: [{CASE.number}] Frage", text=text, attachments=(file,), in_reply_to=(keyed(to=WEBER.address),))

    assert "held.kept_inside" in repr(decision.notices)
    assert decision.role is Role.STAFF
