# SPDX-FileCopyrightText: 2026 The maildesk authors
# SPDX-License-Identifier: EUPL-1.2
"""The commands that list and show: cases, one case, outbox, aside, quarantine, status."""

from __future__ import annotations

import os
from collections.abc import Collection
from contextlib import suppress
from dataclasses import replace
from datetime import date, datetime
from pathlib import Path
from typing import TYPE_CHECKING, Any

from maildesk import __version__, building, printing
from maildesk.core.case.case import Channel, Status
from maildesk.core.decision.message_object import JsonObject
from maildesk.core.health import DAEMON, PASSES, problems
from maildesk.core.letters.alarms import alarm_title
from maildesk.core.text.said import Said
from maildesk.errors import CannotCreateError, StoreBusy, TemplateError, WrongUseError
from maildesk.jobs import watch
from maildesk.jobs.aside import make_case

if TYPE_CHECKING:
    from maildesk.adapters.compose import Composer
    from maildesk.adapters.store import Store
    from maildesk.settings.settings import Settings

OK, NOT_DONE = 0, 1
ALL = "all"
ID_DIGITS_MAX = 18


# --- cases ---


def cases(settings: Settings, wanted: dict[str, Any], *, overdue: bool, as_json: bool) -> int:
    from maildesk.adapters.store import CaseFilter

    for name, allowed in (("status", tuple(Status)), ("channel", tuple(Channel)), ("kind", tuple(settings.categories.of("kind")))):
        if wanted[name] and wanted[name] not in allowed:
            raise WrongUseError(f"--{name} {wanted[name]}: is one of {', '.join(allowed)}")
    today = building.now().astimezone(settings.desk.zone).date()
    with building.store(settings) as store:
        found = store.views.cases(CaseFilter(**wanted, overdue_on=today if overdue else None))
    if as_json:
        printing.data(found)
    elif found:
        printing.table(("NUMBER", "STATUS", "OPENED", "DUE", "WRITER", "SUBJECT"), (_case_row(each, settings, today) for each in found))
    else:
        printing.message("no case")
    return OK


def _case_row(case: JsonObject, settings: Settings, today: date) -> tuple[str, ...]:
    writer = case["correspondent"]
    late = "!" if case["due_at"] and date.fromisoformat(case["due_at"]) < today and case["status"] not in {"answered", "closed"} else ""
    return (
        case["number"],
        case["status"],
        printing.moment(case["opened_at"], settings.desk.zone),
        printing.day(case["due_at"]) + late,
        printing.cut(writer["name"] or writer["address"], 28),
        printing.cut(case["subject"], 60),
    )


def case(settings: Settings, number: str, *, as_json: bool) -> int:
    with building.store(settings) as store:
        found = _in_words(store.views.case(_whole_number(store, number.strip())), settings)
    if found is None:
        printing.message(f"maildesk: there is no case {printing.plain(number)}")
        return NOT_DONE
    if as_json:
        printing.data(found)
    else:
        _show_case(found, settings)
    return OK


def _whole_number(store: Store, number: str) -> str:
    """The number of a case of which only the last digits were typed, if there is but one. Raises WrongUseError if there are several."""
    from maildesk.adapters.store import CaseFilter

    if not (number.isascii() and number.isdigit()):
        return number.upper()
    meant = [each["number"] for each in store.views.cases(CaseFilter()) if int(each["number"].rpartition("-")[2]) == int(number)]
    if len(meant) > 1:
        raise WrongUseError(f"{number}: which of {', '.join(meant)}?")
    return str(meant[0]) if meant else number


def _in_words(case: JsonObject | None, settings: Settings) -> JsonObject | None:
    """With what its events show as text."""
    if case is None:
        return None
    composer, language = building.composer(settings), settings.desk.languages[0]
    return {**case, "events": [{**each, "detail": _words(composer, each["detail"], language)} for each in case["events"]]}


def _words(composer: Composer, detail: str | Said, language: str) -> str:
    """A sentence with a mistake is shown by its key: `maildesk check` says more."""
    if isinstance(detail, str):
        return detail
    try:
        return str(composer.in_words(detail, language))
    except TemplateError:
        return detail.key


def _show_case(case: JsonObject, settings: Settings) -> None:
    zone, writer = settings.desk.zone, case["correspondent"]
    facts = (
        ("case", case["number"]),
        ("status", case["status"]),
        ("channel", case["channel"]),
        ("writer", f"{writer['name']} <{writer['address']}>".strip()),
        ("subject", case["subject"]),
        ("opened", printing.moment(case["opened_at"], zone)),
        ("due", printing.day(case["due_at"])),
        ("acknowledged", printing.moment(case["acknowledged_at"], zone)),
        ("closed", printing.moment(case["closed_at"], zone)),
    )
    for name, value in facts:
        if value:
            printing.line(f"{name:13} {value}")
    for message in case["messages"]:
        _show_message(message, settings)
    printing.line()
    printing.line("History")
    for event in case["events"]:
        printing.line(f"  {printing.moment(event['at'], zone)}  {event['what']:12}  {event['detail']}")
    for letter in case["letters"]:
        state = f"{letter['state']}{', its copy came back' if letter['proven_at'] else ''}"
        printing.line(f"  letter {letter['id']}: {letter['template']}, {state}{': ' + letter['error'] if letter['error'] else ''}")


def _show_message(message: JsonObject, settings: Settings) -> None:
    writer = message["from"]
    arrow = {"in": "<-", "out": "->", "note": "--"}[message["direction"]]
    printing.line()
    printing.line(
        f"{arrow} {printing.moment(message['at'], settings.desk.zone)}  {writer['name']} <{writer['address']}>  {message['subject']}"
    )
    for line in message["text"].splitlines():
        printing.line(f"    {line}")
    for attachment in message["attachments"]:
        printing.line(f"    [{attachment['filename']}, {attachment['content_type']}, {attachment['size']} bytes]")
    for reason in message["evidence"]:
        printing.line(f"   . {reason}")


# --- outbox, aside, quarantine ---


def outbox(settings: Settings, retry: str, *, as_json: bool) -> int:
    if retry and retry != ALL and not (retry.isdecimal() and len(retry) <= ID_DIGITS_MAX):
        raise WrongUseError(f"--retry {retry}: is the ID of a letter, as maildesk outbox shows it, or {ALL}")
    with building.store(settings) as store:
        if retry == ALL:
            return _retry_all(store.retry_all_letters(building.now()))
        if retry:
            return _retry(store.retry_letter(int(retry), building.now()), int(retry))
        found = store.views.outbox()
    if as_json:
        printing.data(found)
    elif found:
        heads = ("ID", "CASE", "LETTER", "STATE", "TRIES", "NEXT TRY", "ERROR")
        printing.table(heads, (_letter_row(each, settings) for each in found))
    else:
        printing.message("no letter waits")
    return OK


def _retry(done: bool, letter: int) -> int:
    printing.message(
        f"letter {letter} is sent again at the next run" if done else f"maildesk: no letter {letter} waits, failed or is in doubt"
    )
    return OK if done else NOT_DONE


def _retry_all(number: int) -> int:
    printing.message(f"{number} letters are sent again at the next run" if number else "maildesk: no letter waits, none failed lately")
    return OK if number else NOT_DONE


def _letter_row(letter: JsonObject, settings: Settings) -> tuple[str, ...]:
    return (
        str(letter["id"]),
        letter["case"] or "",
        letter["template"],
        letter["state"],
        str(letter["attempts"]),
        printing.moment(letter["next_attempt_at"], settings.desk.zone),
        letter["error"] or "",
    )


def aside(settings: Settings, make_case: int | None, *, as_json: bool) -> int:
    with building.store(settings) as store:
        if make_case is not None:
            return _make_case(settings, store, make_case)
        found = store.views.aside()
    if as_json:
        printing.data(found)
    elif found:
        printing.table(("ID", "ARRIVED", "KIND", "SUBJECT", "WHY"), (_aside_row(each, settings) for each in found))
    else:
        printing.message("nothing is set aside")
    return OK


def _make_case(settings: Settings, store: Store, message_row: int) -> int:
    """A colleague's own mail is no citizen's: its case has nobody to write to."""
    from maildesk.adapters.parse import ParserProcess

    policy, now = building.policy(settings), building.now()
    mail = next((each for each in store.views.aside() if each["id"] == message_row), None)
    is_ours = mail is not None and policy.staff_by_address(mail["from"]["address"]) is not None
    with ParserProcess() as parser, store.transaction() as transaction:
        if mail is not None and not is_ours:
            decision = make_case(transaction, parser.parse, mail["sha256"], policy, now)
            number = decision.case_number if decision else None
        else:
            number = transaction.case_from_aside(message_row, policy, now)
    if number is None:
        printing.message(f"maildesk: no mail {message_row} is set aside")
        return NOT_DONE
    printing.line(number)
    return OK


def _aside_row(mail: JsonObject, settings: Settings) -> tuple[str, ...]:
    return (
        str(mail["id"]),
        printing.moment(mail["at"], settings.desk.zone),
        mail["automatic"] or "",
        printing.cut(mail["subject"], 50),
        printing.cut(mail["evidence"][0] if mail["evidence"] else "", 60),
    )


def quarantine(settings: Settings, export: Path | None, *, as_json: bool) -> int:
    with building.store(settings) as store:
        found = store.views.quarantine()
        if export is not None:
            for each in found:
                _export(store, each["id"], export)
    if as_json:
        printing.data(found)
    elif found:
        heads = ("ID", "ARRIVED", "BYTES", "WHY")
        rows = (
            (str(each["id"]), printing.moment(each["received_at"], settings.desk.zone), str(each["size"]), each["error"]) for each in found
        )
        printing.table(heads, rows)
    else:
        printing.message("nothing is in quarantine")
    return OK


def _export(store: Any, quarantine_id: int, folder: Path) -> None:
    """Octets as they came, mode 0600, never over a file that is there."""
    target = folder / f"quarantine-{quarantine_id}.eml"
    raw = store.quarantined_mail(quarantine_id)
    try:
        folder.mkdir(mode=0o700, parents=True, exist_ok=True)
        with os.fdopen(os.open(target, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "wb") as file:
            for piece in raw.octets.chunks():
                file.write(piece)
    except FileExistsError:
        printing.message(f"{target}: kept, it was there already")
    except OSError as error:
        raise CannotCreateError(f"{target}: cannot be written ({error.strerror})") from error
    else:
        printing.message(f"{target}: written")
    finally:
        raw.octets.close()


# --- status ---


def status(settings: Settings, *, as_json: bool) -> int:
    with building.store(settings) as store:
        now = building.now()
        counts, last = store.views.counts(now), store.fact("last_pass")
        running = _is_running(settings)
        condition = replace(
            watch.condition(store, building.surroundings(settings), now), service_runs=running or store.fact(PASSES).get("by") != DAEMON
        )
        standing = store.standing_alarms()
        schema = store.schema()
    wrong = problems(condition, now)
    titles = _alarm_titles(settings, standing)
    found = {
        "healthy": not wrong,
        "problems": list(wrong),
        "running": running,
        "last_pass": last or None,
        "backlog": last.get("backlog", 0) if last else None,
        **counts,
        "last_backup": condition.backup.get("at"),
        "alarms": [{"name": titles[name], "since": since.isoformat()} for name, since in standing.items()],
        "schema": schema,
        "version": __version__,
    }
    if as_json:
        printing.data(found)
    else:
        _show_status(found, settings)
    return NOT_DONE if wrong else OK


def _alarm_titles(settings: Settings, names: Collection[str]) -> dict[str, str]:
    """What the alarms are called in their letters, by their names; one whose words have a mistake is called by its name."""
    composer, titles = building.composer(settings), {name: name for name in names}
    for name in names:
        with suppress(TemplateError):
            titles[name] = composer.in_words(alarm_title(name), settings.desk.languages[0])
    return titles


def _is_running(settings: Settings) -> bool:
    from maildesk.adapters.store import only_one

    try:
        with only_one(settings.database_file):
            return False
    except StoreBusy:
        return True


def _show_status(found: JsonObject, settings: Settings) -> None:
    last = found["last_pass"]
    at = f"{datetime.fromisoformat(last['finished_at']).astimezone(settings.desk.zone):%d.%m.%Y %H:%M:%S}" if last else "none yet"
    outbox_counts = found["outbox"]
    lines = (
        ("healthy", "yes" if found["healthy"] else "NO"),
        *(("problem", problem) for problem in found["problems"]),
        ("daemon", "running" if found["running"] else "not running"),
        ("last pass", at),
        ("backlog", str(found["backlog"] if found["backlog"] is not None else "unknown")),
        ("cases", str(found["cases"])),
        ("outbox", f"{outbox_counts['queued']} waiting, {outbox_counts['in-doubt']} in doubt, {outbox_counts['failed']} failed"),
        ("quarantine", str(found["quarantine"])),
        ("set aside", str(found["set_aside"])),
        ("last backup", printing.moment(found["last_backup"], settings.desk.zone) or "none yet"),
        *(("alarm", f"{alarm['name']}, since {printing.moment(alarm['since'], settings.desk.zone)}") for alarm in found["alarms"]),
        ("schema", found["schema"]),
        ("version", found["version"]),
    )
    for name, value in lines:
        printing.line(f"{name:11} {value}")
