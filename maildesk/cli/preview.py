# SPDX-FileCopyrightText: 2026 The maildesk authors
# SPDX-License-Identifier: EUPL-1.2
"""`maildesk preview`: a letter as it would go out, to be read before it does. Nothing is sent or stored."""

from __future__ import annotations

from dataclasses import replace
from datetime import date, datetime
from email import message_from_bytes, policy
from email.message import EmailMessage
from pathlib import Path
from typing import TYPE_CHECKING

from maildesk import building, printing
from maildesk.adapters.compose.samples import sample_letters
from maildesk.core.decision.message_object import JsonObject
from maildesk.core.letters.automatic import letter_context
from maildesk.core.letters.relay import title_of
from maildesk.core.text.said import Context
from maildesk.errors import CannotCreateError, WrongUseError

if TYPE_CHECKING:
    from maildesk.core.letters.letter import Letter
    from maildesk.core.office.policy import Policy
    from maildesk.settings.settings import Settings

OK, NOT_DONE = 0, 1
HEADER = ("From", "To", "Reply-To", "Subject")


def run(settings: Settings, template: str, number: str, html: Path | None) -> int:
    policy_of_desk = building.policy(settings)
    samples = {letter.template: letter for letter in sample_letters(policy_of_desk, building.now())}
    letter = samples.get(template)
    if letter is None:
        raise WrongUseError(f"there is no letter {template!r}: it is one of {', '.join(sorted(samples))}")
    if number:
        found = _case(settings, number)
        if found is None:
            printing.message(f"there is no case {number}")
            return NOT_DONE
        letter = _of_case(letter, found, policy_of_desk)
    mail = message_from_bytes(building.composer(settings)(letter), policy=policy.default)
    return _shown(mail, html)


def _case(settings: Settings, number: str) -> JsonObject | None:
    with building.store(settings) as store:
        return store.views.case(number.upper())


def _of_case(letter: Letter, case: JsonObject, desk: Policy) -> Letter:
    """With what is true of the case; the rest stays a sample. A template gets the words that it gets when it leaves, and no others."""
    opened = datetime.fromisoformat(case["opened_at"])
    due = date.fromisoformat(case["due_at"]) if case["due_at"] else None
    true: Context = {**letter_context(desk.desk, desk.calendar, case["number"], opened, due), "titel": title_of("", case["subject"])}
    person = {"von": case["correspondent"]["name"], "adresse": case["correspondent"]["address"]}
    true = {**true, **person, "eingang": desk.calendar.local(opened)}
    context = {name: true.get(name, value) for name, value in letter.context.items()}
    recipient = case["correspondent"]["address"] if letter.template in {"acknowledgement", "follow-up", "answer"} else ""
    return replace(letter, case_number=case["number"], context=context, recipient=recipient or letter.recipient)


def _shown(mail: EmailMessage, html: Path | None) -> int:
    for name in HEADER:
        if mail[name]:
            printing.line(f"{name}: {mail[name]}")
    printing.line()
    plain = mail.get_body(("plain",))
    for line in (plain.get_content() if plain else "").splitlines():
        printing.line(line)
    if html is None:
        return OK
    body = mail.get_body(("html",))
    if body is None:
        printing.message("this letter has no HTML form")
        return NOT_DONE
    try:
        with html.open("x", encoding="utf-8") as file:
            file.write(body.get_content())
    except OSError as error:
        raise CannotCreateError(f"{html}: cannot be written ({error.strerror}); an existing file is never overwritten") from error
    return OK
