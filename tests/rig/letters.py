# SPDX-FileCopyrightText: 2026 The maildesk authors
# SPDX-License-Identifier: EUPL-1.2
"""Letters for tests of what writes them, and the ways to read them back that a mail program has."""

from __future__ import annotations

import email
from datetime import UTC, date, datetime
from email.header import decode_header, make_header
from email.message import Message
from html.parser import HTMLParser
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

from maildesk.adapters.compose import Composer
from maildesk.core.letters.automatic import letter_context
from maildesk.core.letters.letter import Letter
from maildesk.core.office.calendar import WorkCalendar, parse_service_hours
from maildesk.core.office.policy import Desk
from maildesk.core.text.said import Value
from tests.rig.places import ROOT

SHIPPED = ROOT / "templates"
HOURS = "Mo-Do 08:00-16:00, Fr 08:00-12:00"
DESK = Desk(
    "Kundendialog Musterstadt",
    "kundendialog@desk.example",
    phone="0611 123456",
    post="Kundendialog, Postfach 1142, 65000 Musterstadt",
    service_hours=HOURS,
    privacy_url="https://desk.example/datenschutz",
)
SILENT_DESK = Desk("Kundendialog", "kundendialog@desk.example")
CALENDAR = WorkCalendar(ZoneInfo("Europe/Berlin"), service=parse_service_hours(HOURS))
WORDS = Composer(DESK, (SHIPPED,))
IN_HOURS = datetime(2026, 11, 20, 8, 15, tzinfo=UTC)  # a Friday, 09:15 in Berlin
DUE = date(2026, 12, 4)
OUT_OF_HOURS = datetime(2026, 11, 20, 18, 15, tzinfo=UTC)


def a_letter(
    template: str = "acknowledgement", *, desk: Desk = DESK, at: datetime = IN_HOURS, due: date | None = DUE, **changed: Any
) -> Letter:
    """An automatic letter; `changed` are fields of Letter, or with `context` further words for the template."""
    context = {**letter_context(desk, CALENDAR, "KD-2026-00042", at, due), **changed.pop("context", {})}
    values: dict[str, Any] = {
        "letter_id": "abcdefghijklmnop",
        "recipient": "eva@example.org",
        "message_id": "KD-2026-00042.abcdefghijklmnop.mac@desk.example",
        "case_number": "KD-2026-00042",
        "in_reply_to": "frage-1@example.org",
        "references": ("frage-0@example.org", "frage-1@example.org"),
        "created_at": at,
        **changed,
    }
    return Letter(template=template, context=context, **values)


def a_composer(*folders: Path, desk: Desk = DESK) -> Composer:
    """One that looks into these folders first, and then for the templates that ship with maildesk."""
    return Composer(desk, (*folders, SHIPPED))


def written(letter: Letter, *folders: Path, desk: Desk = DESK) -> Message:
    return email.message_from_bytes(a_composer(*folders, desk=desk)(letter))


def in_words(value: Value) -> Any:
    """What a template makes of a value with the sentences that ship with maildesk."""
    return WORDS.in_words(value)


def decoded(value: str) -> str:
    """A header field as a mail program shows it."""
    return str(make_header(decode_header(value)))


def content(mail: Message, media_type: str) -> str:
    """The decoded text of the part of that type; an empty string if there is none."""
    parts = [part for part in mail.walk() if part.get_content_type() == media_type]
    payload = parts[0].get_payload(decode=True) if parts else b""
    assert isinstance(payload, bytes)
    return payload.decode("utf-8").replace("\r\n", "\n")


class Page(HTMLParser):
    """What is in a page: `tags` in order with their attributes, `words` that are shown, `title`."""

    def __init__(self, html: str) -> None:
        super().__init__()
        self.tags: list[tuple[str, dict[str, str]]] = []
        self.shown = ""
        self.title = ""
        self._in: list[str] = []
        self.feed(html)
        self.close()

    @property
    def words(self) -> list[str]:
        return self.shown.split()

    @property
    def structure(self) -> list[tuple[str, tuple[str, ...]]]:
        """Tags and the names of their attributes: what text from outside must never change."""
        return [(tag, tuple(attributes)) for tag, attributes in self.tags]

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags.append((tag, {name: value or "" for name, value in attrs}))
        self._in.append(tag)
        if tag in {"p", "li", "h2", "br", "div"}:
            self.shown += " "

    def handle_endtag(self, tag: str) -> None:
        while self._in and self._in.pop() != tag:
            pass

    def handle_data(self, data: str) -> None:
        if "title" in self._in:
            self.title += data
        elif "head" not in self._in:
            self.shown += data


def contrast(one: str, other: str) -> float:
    """WCAG 2.2, "contrast ratio".

    >>> contrast("#000000", "#ffffff")
    21.0
    """
    darker, lighter = sorted((luminance(one), luminance(other)))
    return (lighter + 0.05) / (darker + 0.05)


def luminance(colour: str) -> float:
    parts = [int(colour[start : start + 2], 16) / 255 for start in (1, 3, 5)]
    red, green, blue = (part / 12.92 if part <= 0.04045 else ((part + 0.055) / 1.055) ** 2.4 for part in parts)
    return 0.2126 * red + 0.7152 * green + 0.0722 * blue
