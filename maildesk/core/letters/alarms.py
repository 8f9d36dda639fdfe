# SPDX-FileCopyrightText: 2026 The maildesk authors
# SPDX-License-Identifier: EUPL-1.2
"""Alarms: something is wrong or dangerous, and staff are notified at once."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta

from maildesk.core.letters.envelope import desk_letter
from maildesk.core.letters.letter import ALARM, Letter
from maildesk.core.mail.message import Message
from maildesk.core.office.policy import Policy
from maildesk.core.text.said import Context, Said, Value, say

ALARMS = "ALARM"  # is in the ids of alarms where other letters have a case number
FIELD = "X-Maildesk-Alarm"  # in the header of an alarm, and in its context: which alarm it is
OVER = "; over"
DAILY = timedelta(days=1)
EACH_TIME = timedelta(0)


@dataclass(frozen=True, slots=True)
class Alarm:
    """Something is wrong: `id` says what, and has its title, detail and advice in said.<language>.toml under `[alarm.<id>]`; `values` are
    what these need, without personal data.

    `about` is the number of the case where each case has its own alarm. `again_after` is how long it stays quiet while the trouble
    lasts; None: as long as the policy says.
    """

    id: str
    values: Mapping[str, Value] = field(default_factory=dict, hash=False)
    again_after: timedelta | None = None
    about: str = ""

    @property
    def name(self) -> str:
        """What distinguishes one active alarm from another: "no_pass", "danger KD-2026-00042"."""
        return f"{self.id} {self.about}".rstrip()

    @property
    def detail(self) -> str:
        """For the database and the log."""
        return ", ".join(f"{name}: {value.key if isinstance(value, Said) else value}" for name, value in self.values.items())


def staff_letter_alarm(number: str) -> Alarm:
    """A letter to staff came back: reported once a day, for the alarm may go to the same mailbox."""
    return Alarm("staff_letter_returned", {"nr": number}, DAILY)


def unproved_staff_alarm(number: str) -> Alarm:
    """A mail carries a staff address in From and proves nothing."""
    return Alarm("unproved_staff", {"nr": number})


def limit_alarm(number: str) -> Alarm:
    """A limit of automatic letters is reached: silence from now on, and one alarm a day."""
    return Alarm("letter_limit", {"nr": number}, DAILY)


def danger_alarm(number: str) -> Alarm:
    """Words of a mail indicate danger for a person. Each such mail is reported, also when one was reported a minute ago."""
    return Alarm("danger", {"nr": number}, EACH_TIME, about=number)


def breach_alarm(number: str) -> Alarm:
    """Somebody got, or may have got, what was meant for another person."""
    return Alarm("data_breach", {"nr": number}, EACH_TIME, about=number)


def settled_alarms(number: str) -> tuple[str, ...]:
    """The alarms about a case, by their names: over as soon as somebody says that the mail was read."""
    return danger_alarm(number).name, breach_alarm(number).name


def alarm_letter(policy: Policy, alarm: Alarm, recipient: str, now: datetime) -> Letter:
    """A letter inside the office that something is wrong. It belongs to no case and counts against no limit."""
    context: Context = {
        "betreff": say(f"alarm.{alarm.id}.title", **alarm.values),
        "meldung": say(f"alarm.{alarm.id}.detail", **alarm.values),
        "was_tun": say(f"alarm.{alarm.id}.advice", **alarm.values),
        FIELD: alarm.name,
    }
    return desk_letter(policy, ALARMS, ALARM, f"{alarm.name} {now.isoformat()}", recipient, context, now)


def all_clear(policy: Policy, alarm_id: str, since: datetime, recipient: str, now: datetime) -> Letter:
    """That a trouble is over of which somebody was notified; only an alarm that is about no case is said to be over."""
    title = alarm_title(alarm_id)
    context: Context = {
        "betreff": say("all_clear.title", what=title),
        "meldung": say("all_clear.detail", what=title, since=policy.calendar.local(since)),
        "was_tun": None,
        FIELD: f"{alarm_id}{OVER}",
    }
    return desk_letter(policy, ALARMS, ALARM, f"{alarm_id} is over {now.isoformat()}", recipient, context, now)


def alarm_title(name: str) -> Said:
    """What people call the alarm of this name.

    >>> alarm_title("danger KD-2026-00042")
    Said(key='alarm.danger.title', values={'nr': 'KD-2026-00042'})
    """
    alarm_id, _, number = name.partition(" ")
    return say(f"alarm.{alarm_id}.title", **({"nr": number} if number else {}))


def alarm_told(message: Message) -> tuple[str, bool] | None:
    """Which alarm a letter of ours reports by its header, and whether it says that it is over; None if it is no alarm."""
    name = next(iter(message.values(FIELD.lower())), "").strip()
    return (name.removesuffix(OVER), name.endswith(OVER)) if name else None
