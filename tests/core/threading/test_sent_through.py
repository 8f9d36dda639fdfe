# SPDX-FileCopyrightText: 2026 The maildesk authors
# SPDX-License-Identifier: EUPL-1.2
"""Forms and lists that send for somebody: whose mail it is, and what only looks like one."""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from typing import Any

import pytest

from maildesk.core.letters.refusal import Refusal
from maildesk.core.mail.classify import Automatic, classify
from maildesk.core.mail.folders import Place
from maildesk.core.mail.message import Address, DeliveryReport, FromField
from maildesk.core.threading.sent_through import answer_wanted_at, as_written
from maildesk.core.threading.writer import identify
from tests.rig.builders import EVA, MONDAY, a_message
from tests.rig.trails import CASE, POLICY, WEBER, a_trail, decided, facts

FORM, NOREPLY = Address("Kontaktformular", "formular@web.example"), Address("Kontaktformular", "noreply@stadt.example")
WORDPRESS, LIST = Address("Neue Wege", "wordpress@example.com"), Address("Eva Muster via Beirat", "beirat@listen.example")
NAMED = replace(POLICY, desk=replace(POLICY.desk, forms=(FORM.addr_spec, "Desk@Example.com")))
BY_LIST = (("list-id", "Beirat <beirat.listen.example>"), ("list-post", "<mailto:beirat@listen.example>"))
THUNDERBIRD = (("user-agent", "Mozilla Thunderbird"),)
NOBODY = ""


@dataclass(frozen=True)
class Row:
    """A mail by its header; `writer` is whose it is (empty: nobody's), or None where it stays that of From."""

    what: str
    originator: Address | str
    writer: str | None
    fields: dict[str, Any] = field(default_factory=dict)


FORMS = [
    Row("a form that is named", FORM, EVA.addr_spec, {"reply_to": (EVA,)}),
    Row("a form that is named, in capitals", "FORMULAR@web.example", EVA.addr_spec, {"reply_to": (EVA,)}),
    Row("a form under the desk's own address", "desk@example.com", EVA.addr_spec, {"reply_to": (EVA,)}),
    Row("a form that is named, without a person", FORM, NOBODY),
    Row("a form that names the desk", FORM, NOBODY, {"reply_to": ("desk@example.com",)}),
    Row("a form into which a colleague's address was typed", FORM, NOBODY, {"reply_to": (WEBER.address,)}),
    Row("a form that names itself", FORM, NOBODY, {"reply_to": (FORM,)}),
    Row("a form that names an address of no domain", FORM, NOBODY, {"reply_to": ("eva@localhost",)}),
    Row("a form that names two persons", FORM, NOBODY, {"reply_to": (EVA, "adam@example.net")}),
    Row("a form that names one person twice", FORM, EVA.addr_spec, {"reply_to": (EVA, "EVA@example.org")}),
    Row("a form that names who takes no answer", FORM, NOBODY, {"reply_to": ("no-reply@portal.example",)}),
    Row("noreply and a person", NOREPLY, EVA.addr_spec, {"reply_to": (EVA,)}),
    Row("noreply and a person at the same domain", NOREPLY, "eva@stadt.example", {"reply_to": ("eva@stadt.example",)}),
    Row("noreply and nobody", NOREPLY, NOBODY),
    Row("a program at another domain than the person", WORDPRESS, EVA.addr_spec, {"reply_to": (EVA,)}),
    Row("a program that writes under the person's name", "wordpress@web.example", EVA.addr_spec, {"reply_to": (EVA,)}),
    Row("an address of the office", "stadtportal@example.com", EVA.addr_spec, {"reply_to": (EVA,)}),
    Row("a contact address at another domain than the person", "kontakt@naehstube.example", EVA.addr_spec, {"reply_to": (EVA,)}),
    Row("a web page by its program", "x@verein.example", EVA.addr_spec, {"reply_to": (EVA,), "fields": (("x-mailer", "PHPMailer 6.9"),)}),
    Row("a web page by its field", "x@verein.example", EVA.addr_spec, {"reply_to": (EVA,), "fields": (("x-php-script", "a.example/k"),)}),
    Row("a list that rewrote From", LIST, EVA.addr_spec, {"to": (LIST.addr_spec,), "reply_to": (EVA,), "fields": BY_LIST}),
    Row(
        "a list that keeps the writer in a field",
        LIST,
        EVA.addr_spec,
        {"to": (LIST.addr_spec,), "reply_to": (LIST.addr_spec,), "fields": (*BY_LIST, ("x-original-from", f"Eva <{EVA.addr_spec}>"))},
    ),
    Row(
        "a list that is known by its id",
        LIST.addr_spec,
        EVA.addr_spec,
        {"to": ("desk@example.com",), "reply_to": (EVA,), "fields": (("list-id", "<beirat.listen.example>"),)},
    ),
    Row(
        "a list under another id",
        LIST,
        EVA.addr_spec,
        {"to": (LIST.addr_spec,), "reply_to": (EVA,), "fields": (("list-id", "<123.groups.example>"),)},
    ),
    Row("a list that names nobody", LIST, NOBODY, {"to": (LIST.addr_spec,), "reply_to": (LIST.addr_spec,), "fields": BY_LIST}),
]
PERSONS = [
    Row("a person", EVA, None),
    Row("a person who names the same address", EVA, None, {"reply_to": (Address("Eva", "EVA@example.org"),)}),
    Row("a person with a second address of the same name", EVA, None, {"reply_to": ("eva.muster@work.example",)}),
    Row("somebody who wants the answer elsewhere", "buero@verein.example", None, {"reply_to": (EVA,)}),
    Row("a person at a provider of many", "katze77@gmx.de", None, {"reply_to": (EVA,)}),
    Row("a person's own mail program", "buero@kanzlei.example", None, {"reply_to": (EVA,), "fields": THUNDERBIRD}),
    Row("a person in the same firm", "buero@kanzlei.example", None, {"reply_to": ("petra@kanzlei.example",)}),
    Row("an answer", "buero@kanzlei.example", None, {"reply_to": (EVA,), "in_reply_to": ("x@example.org",)}),
    Row("a shop whose address sounds like a form's", "kontakt@naehstube.example", None),
    Row("a list that left From alone", EVA, None, {"reply_to": (LIST.addr_spec,), "to": (LIST.addr_spec,), "fields": BY_LIST}),
    Row("somebody who writes to herself in copy", EVA, None, {"cc": (EVA,)}),
    Row("the same over a list", EVA, None, {"to": (LIST.addr_spec,), "cc": (EVA,), "fields": BY_LIST}),
    Row("a colleague whose answers go elsewhere", WEBER.address, None, {"reply_to": (EVA,)}),
    Row("the desk itself", "desk@example.com", None, {"reply_to": ("desk+abc@example.com",)}),
    Row(
        "a circular",
        NOREPLY,
        None,
        {"fields": (("list-unsubscribe", "<https://x.example>"), ("list-unsubscribe-post", "List-Unsubscribe=One-Click"))},
    ),
    Row("a From field that leaves a doubt", FORM, None, {"reply_to": (EVA,), "from_field": FromField.DOUBTFUL}),
    Row("a mail server", "mailer-daemon@example.net", None, {"reply_to": (EVA,), "delivery_report": DeliveryReport("failed")}),
]


@pytest.mark.parametrize("row", [*FORMS, *PERSONS], ids=lambda row: row.what)
def test_whose_mail_it_is(row: Row) -> None:
    message = a_message(originator=row.originator, **row.fields)

    written = as_written(message, NAMED)

    if row.writer is None:
        assert written is message
    else:
        assert (written.originator.addr_spec, written.sent_from) == (row.writer, message.originator)


def test_what_a_colleague_sent_from_the_shared_mailbox_is_no_forms() -> None:
    message = a_message(originator="desk@example.com", reply_to=(EVA,))

    assert as_written(message, NAMED, Place.SENT) is message


@pytest.mark.parametrize(("form", "identity"), [(FORM, EVA.key), (NOREPLY, ""), (WORDPRESS, "")])
def test_the_address_of_a_form_is_nobodys_identity(form: Address, identity: str) -> None:
    writer = identify(as_written(a_message(originator=form, reply_to=(EVA,)), NAMED), NAMED, {}, MONDAY)

    assert (writer.identity, writer.typed, writer.proved) == (identity, True, False)


@pytest.mark.parametrize("form", [FORM, NOREPLY, WORDPRESS])
def test_nobody_gets_into_a_case_by_its_number_through_a_form(form: Address) -> None:
    case = replace(CASE, participants=frozenset({EVA.key, form.key}))
    message = as_written(a_message(originator=form, reply_to=(EVA,), subject=case.number), NAMED)

    assert not a_trail(message, facts(case), NAMED).takes_part(case.number)
    assert decided(message, facts(case), NAMED).case_number != case.number


def test_a_form_that_is_named_is_acknowledged_to_the_person_and_another_is_not() -> None:
    named, other = (decided(as_written(a_message(originator=form, reply_to=(EVA,)), NAMED), facts(), NAMED) for form in (FORM, WORDPRESS))

    assert [letter.recipient for letter in named.letters] == [EVA.addr_spec]
    assert (other.letters, other.refusal) == ((), Refusal.THROUGH)
    assert (named.part.unverified, other.part.unverified) == (False, True)


@pytest.mark.parametrize(
    ("form", "hint"),
    [(FORM, "hint.through_form"), (WORDPRESS, "hint.through_other"), (EVA, "")],
)
def test_staff_see_through_what_a_mail_came(form: Address, hint: str) -> None:
    message = as_written(a_message(originator=form, reply_to=(EVA,)), NAMED)

    (relayed,) = decided(message, facts(), NAMED).notices

    hints = [value.key for value in relayed.context["hinweise"]]
    assert hints == ([hint] if hint else [])
    assert relayed.context["adresse"] == EVA.addr_spec


def test_staff_see_where_a_person_wants_the_answer() -> None:
    message = a_message(reply_to=("eva.muster@work.example",))

    (relayed,) = decided(as_written(message, NAMED), facts(), NAMED).notices

    (hint,) = relayed.context["hinweise"]
    assert (hint.key, hint.values) == ("hint.answer_wanted_at", {"address": "eva.muster@work.example"})
    assert answer_wanted_at(a_message(reply_to=(EVA,)), NAMED) is None


def test_who_wants_to_stay_unknown_is_not_shown_by_a_hint() -> None:
    message = a_message(reply_to=("eva.muster@work.example",), text="Bitte behandeln Sie das anonym. Ich möchte anonym bleiben.")

    (relayed,) = decided(as_written(message, NAMED), facts(), NAMED).notices

    assert "eva" not in repr(relayed.context["hinweise"])


def test_a_form_that_is_named_is_no_machine_for_its_noreply_address_and_another_stays_one() -> None:
    policy = replace(POLICY, desk=replace(POLICY.desk, forms=(NOREPLY.addr_spec,)))
    message = a_message(originator=NOREPLY, reply_to=(EVA,))

    assert classify(as_written(message, policy)).automatic is None
    assert classify(as_written(message, POLICY)).automatic is Automatic.BULK
