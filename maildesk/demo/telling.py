# SPDX-FileCopyrightText: 2026 The maildesk authors
# SPDX-License-Identifier: EUPL-1.2
"""What maildesk did with a mail, and why, in the words of people who never saw a header field.

Nothing here knows what ought to happen: everything shown is read from the database and from the mailboxes.
"""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime

from maildesk import printing
from maildesk.core.decision.message_object import JsonObject
from maildesk.demo.citizens import ACCOUNTS, ACKNOWLEDGEMENT, COLLEAGUES, FOLLOW_UP
from maildesk.demo.stage import Stage
from maildesk.demo.terminal import Terminal
from maildesk.demo.world import Arrival, Delivered, World

LETTER_SECONDS = 15.0
LETTERS = {ACKNOWLEDGEMENT: "the acknowledgement", FOLLOW_UP: "a short note (no second acknowledgement)"}

# How evidence begins -> how a person would say it; {} stands for the rest of the evidence. What is missing here is left unsaid.
REASONS = (
    ("person: ", "Nothing in it points to a machine, so a person wrote it."),
    ("new case ", "It answers nothing known here, so the matter is new."),
    ("follow-up: it answers our letter", "It answers a letter that the desk had sent in this case."),
    ("follow-up: the subject names", "Its subject names the case, and its writer takes part in it."),
    ("follow-up: ", "It answers a mail of this case."),
    ("set aside: ", "No person can be behind it, and it belongs to no case."),
    ("auto-reply: ", "A machine wrote it: the mail says so itself ({})."),
    ("list: ", "It bears the mark of a mailing list ({}). A person may still be behind it, so it becomes a case."),
    (
        "bulk: ",
        "It bears a mark of mail that a machine sends to many ({}). A person may still be behind it, so it becomes a case.",
    ),
    ("bounce: ", "It reports that a mail could not be delivered ({})."),
    ("delay: ", "It reports that a mail is late ({})."),
    ("receipt: ", "It is a receipt, written by a machine ({})."),
    ("calendar: ", "It is the answer of a calendar ({})."),
    ("writer: a staff address in From", "It bears the address of a colleague, which proves nothing: anybody could write it there."),
    ("writer: staff, proved", "It comes from a colleague: it answers a letter that nobody else got."),
)
_SHOWN = ("From", "To", "Subject")
NO_LETTER, LETTER = "no letter: ", "letter: "


def reasons(message: JsonObject) -> str:
    """The evidence that decided, as sentences."""
    found = []
    for evidence in message["evidence"]:
        match = next(((start, words) for start, words in REASONS if evidence.startswith(start)), None)
        if match:
            found.append(match[1].format(evidence.removeprefix(match[0])))
    return " ".join(found)


def _from_evidence(message: JsonObject, start: str) -> str:
    return next((evidence.removeprefix(start) for evidence in message["evidence"] if evidence.startswith(start)), "")


def writer_of(message: JsonObject) -> str:
    return message["from"]["name"] or message["from"]["address"] or "somebody without an address"


def _name_of(address: str) -> str:
    return next((account.name for account in ACCOUNTS if account.address == address), address)


def _text_of(letter: Delivered) -> str:
    body = letter.mail.get_body(("plain",))
    return str(body.get_content()) if body else ""


class Narrator:
    """Shows what became of one mail after the other. The first letter is shown whole, of the others the subject."""

    def __init__(self, world: World, stage: Stage, terminal: Terminal) -> None:
        self._world = world
        self._stage = stage
        self._terminal = terminal
        self._has_shown_one = False
        self.seconds: list[float] = []  # from the arrival of each mail to its letter

    def tell(self, arrival: Arrival) -> None:
        """Case, reasons and letter of a mail that was taken in; waits for the letter if one is to come."""
        self._terminal.say(" ".join(self._what_it_did(arrival)))
        self._terminal.say(f"Why: {reasons(arrival.message)}")
        if arrival.message["role"] == "staff":
            self._tell_letters_of_a_colleague(arrival)
        elif arrival.message["acknowledge"]:
            self._tell_letter(arrival)
        else:
            self._terminal.say(f"No letter: {_from_evidence(arrival.message, NO_LETTER)}.")

    def _what_it_did(self, arrival: Arrival) -> Iterator[str]:
        case, message = arrival.case, arrival.message
        if case is None:
            yield "maildesk set it aside: kept, but no case."
        elif arrival.opened_the_case:
            yield f"maildesk opened case {case['number']}. An answer is due by {printing.day(case['due_at'])}."
        else:
            yield f"maildesk put it into case {case['number']} (“{printing.cut(case['subject'], 60)}”)."
        for attachment in message["attachments"]:
            yield f"The document “{attachment['filename']}” ({max(1, round(attachment['size'] / 1024))} KB) is kept with it."

    def _tell_letter(self, arrival: Arrival) -> None:
        message, terminal = arrival.message, self._terminal
        self._stage.until(lambda: self._world.answers_to(arrival) or self._world.trouble_with_letters(arrival), LETTER_SECONDS)
        letters = self._world.answers_to(arrival)
        if not letters:
            trouble = self._world.trouble_with_letters(arrival) or f"it has not come within {LETTER_SECONDS:.0f} seconds"
            terminal.say(f"Its letter could not be delivered: {trouble}")
            return
        kind = LETTERS.get(_from_evidence(message, LETTER), "a letter")
        seconds = self._world.seconds_until(letters[0], message["message_id"])
        after = ""
        if seconds is not None:
            self.seconds.append(seconds)
            after = f"{seconds:.2f} seconds after the mail had reached the desk, "
        sentence = f"{after}{kind} lay in the mailbox of {writer_of(message)}:"
        terminal.say(sentence[0].upper() + sentence[1:])
        if self._has_shown_one:
            terminal.quote([f"Subject: {letters[0].mail['Subject']}"])
        else:
            self._show_whole(letters[0], message)

    def _tell_letters_of_a_colleague(self, arrival: Arrival) -> None:
        """What a citizen gets of it is shown whole, what is for the house by its subject."""
        self._stage.until(self._world.is_at_rest, LETTER_SECONDS)
        letters = self._world.letters_after(arrival)
        for letter in letters:
            outside = letter.recipient not in {person.address for person in COLLEAGUES}
            self._terminal.say(f"This {'is' if outside else 'notice is'} in the mailbox of {_name_of(letter.recipient)} now:")
            if outside:
                self._terminal.quote([f"{name}: {letter.mail[name]}" for name in _SHOWN], _text_of(letter))
            else:
                self._terminal.quote([f"Subject: {letter.mail['Subject']}"])
        if not letters:
            self._terminal.say(self._world.trouble_with_letters(arrival) or "No letter.")

    def _show_whole(self, letter: Delivered, message: JsonObject) -> None:
        self._has_shown_one = True
        mail, text = letter.mail, _text_of(letter)
        self._terminal.quote([f"{name}: {mail[name]}" for name in _SHOWN], text)
        if (
            not any(line and line in text for line in message["text"].splitlines())
            and message["subject"] not in f"{mail['Subject']} {text}"
        ):
            self._terminal.say("The letter repeats nothing of what was written: somebody else may look at the screen.")
        if not self._world.calendar.is_service_time(datetime.fromisoformat(message["at"])):
            self._terminal.say("It is outside the desk's hours now, so the letter also says when somebody is back.")
