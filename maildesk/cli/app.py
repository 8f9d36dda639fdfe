# SPDX-FileCopyrightText: 2026 The maildesk authors
# SPDX-License-Identifier: EUPL-1.2
"""The commands and their options. What a command needs is imported when it runs, so that the others start at once."""

from __future__ import annotations

import os
import signal
import sys
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from maildesk import __version__, faults, printing
from maildesk.cli import logs
from maildesk.errors import ConfigError, MaildeskError, place_of

if TYPE_CHECKING:
    from maildesk.settings.settings import Settings

app = typer.Typer(
    name="maildesk",
    help="A mailbox becomes tracked cases: a desk that works by e-mail alone.",
    no_args_is_help=True,
    rich_markup_mode=None,
    pretty_exceptions_enable=False,
    context_settings={"help_option_names": ["-h", "--help"]},
)

ConfigOption = Annotated[
    Path | None,
    typer.Option(
        "--config", help="The configuration; else $MAILDESK_CONFIG, ./maildesk.toml, /etc/maildesk/maildesk.toml.", metavar="FILE"
    ),
]
JsonOption = Annotated[bool, typer.Option("--json", help="Print JSON for programs.")]
ForceOption = Annotated[bool, typer.Option("--force", help="Take a file that is named as a mail although it does not look like one.")]
Paths = Annotated[list[Path], typer.Argument(help="EML files, mbox files, Maildirs, folders of them.", metavar="PATH...")]

OK, NOT_DONE, BAD_INPUT, UNREACHABLE = 0, 1, 65, 69


def main() -> None:
    """The console script. Errors are one line each, never a traceback; the exit code says what kind."""
    os.umask(0o077)
    printing.never_fail_to_print()
    code = _run()
    try:
        sys.stderr.flush()
    except OSError:
        printing.print_nowhere(sys.stderr)
    sys.exit(code)


def _run() -> int:
    try:
        _obey_the_fault_switch()
        code = app(standalone_mode=False)
        printing.finish()
        return code if isinstance(code, int) else OK
    except ConfigError as error:
        for problem in error.problems:
            printing.message(problem)
        return error.exit_code
    except MaildeskError as error:
        printing.message(f"maildesk: {error}")
        return error.exit_code
    except BrokenPipeError:
        printing.print_nowhere(sys.stdout)
        return OK
    except KeyboardInterrupt:
        return 130
    except Exception as error:
        return _foreign(error)


def _obey_the_fault_switch() -> None:
    try:
        faults.set_up(os.environ.get(faults.VARIABLE, ""))
    except ValueError as error:
        raise ConfigError(f"{faults.VARIABLE}: a number of steps, or {faults.COUNT}FILE; it is for tests only") from error


def _foreign(error: Exception) -> int:
    """Wrong use as typer reports it; anything else is a mistake of ours and is reported without what it may hold of a mail."""
    if hasattr(error, "exit_code") and hasattr(error, "show"):
        error.show()
        return int(error.exit_code)
    if error.__class__.__name__ == "Abort":
        return 130
    if os.environ.get("MAILDESK_DEBUG"):
        raise error
    printing.message(
        f"maildesk: internal error {error.__class__.__name__}{place_of(error)}. Please report it (MAILDESK_DEBUG=1 shows all of it)."
    )
    return 70


def _settings(file: Path | None) -> Settings:
    from maildesk.settings.settings import load_settings

    logs.set_up(daemon=False)
    return load_settings(file)


def _version(wanted: bool) -> None:
    if wanted:
        printing.line(f"maildesk {__version__}")
        raise typer.Exit


@app.callback()
def _root(
    version: Annotated[bool, typer.Option("--version", callback=_version, is_eager=True, help="Print the version.")] = False,
) -> None:
    """A mailbox becomes tracked cases: a desk that works by e-mail alone."""


@app.command()
def init(
    folder: Annotated[Path, typer.Argument(help="The folder for the configuration.", metavar="DIR")],
    templates: Annotated[bool, typer.Option("--templates", help="Also copy the texts of the letters, to edit them.")] = False,
    categories: Annotated[bool, typer.Option("--categories", help="Also copy the lists of kinds, topics and so on, to edit them.")] = False,
) -> None:
    """Write a commented maildesk.toml and say what to do next. Nothing is ever overwritten."""
    from maildesk.cli import setup

    setup.init(folder, with_templates=templates, with_categories=categories)


@app.command()
def check(config: ConfigOption = None, as_json: JsonOption = False) -> int:
    """Try everything that the daemon needs: a line each, ok or what to fix."""
    from maildesk.cli import checks

    logs.set_up(daemon=False)
    return checks.run(config, as_json=as_json)


@app.command()
def run(config: ConfigOption = None) -> None:
    """Serve the mailbox, in the foreground: for systemd."""
    signal.signal(signal.SIGHUP, signal.SIG_IGN)  # until the daemon hears it: it would end the process, and nothing is read yet
    logs.set_up(daemon=True, under_systemd="NOTIFY_SOCKET" in os.environ or "JOURNAL_STREAM" in os.environ)
    from maildesk.daemon.daemon import Daemon

    Daemon(config).run()


@app.command()
def poll(
    config: ConfigOption = None,
    dry_run: Annotated[bool, typer.Option("--dry-run", help="Change nothing; say for each mail what would happen and why.")] = False,
    as_json: JsonOption = False,
) -> int:
    """One pass: take in all that waits, send all that is due, leave."""
    from maildesk.cli import mail

    return mail.poll(_settings(config), dry_run=dry_run, as_json=as_json)


@app.command("import")
def import_(paths: Paths, config: ConfigOption = None, force: ForceOption = False, as_json: JsonOption = False) -> int:
    """Take messages from files into cases, by the same rules; no letter goes to anyone. Can be repeated and resumed."""
    from maildesk.cli import mail

    return mail.import_files(_settings(config), paths, as_json=as_json, force=force)


@app.command()
def inspect(paths: Paths, as_json: JsonOption = False, force: ForceOption = False, config: ConfigOption = None) -> int:
    """Parse and classify messages in files, without configuration, database or network."""
    from maildesk.cli import mail

    logs.set_up(daemon=False)
    return mail.inspect_files(paths, as_json=as_json, config=config, force=force)


@app.command()
def add(
    channel: Annotated[str, typer.Option(help="phone, post or visit.")],
    config: ConfigOption = None,
    kind: Annotated[str, typer.Option(help="The kind, by its key.")] = "",
    topic: Annotated[str, typer.Option(help="The topic, by its key.")] = "",
    name: Annotated[str, typer.Option(help="The person's name.")] = "",
    address: Annotated[str, typer.Option(help="The person's mail address; an acknowledgement goes there.")] = "",
    text: Annotated[str | None, typer.Option(help="The concern; else it is read from standard input.")] = None,
    as_json: JsonOption = False,
) -> int:
    """Make a case from a phone call, a letter or a visit, and print its number."""
    from maildesk.cli import adding

    return adding.run(_settings(config), adding.Wanted(channel, kind, topic, name, address, text), as_json=as_json)


@app.command()
def cases(
    config: ConfigOption = None,
    status: Annotated[str, typer.Option(help="new, open, consulting, waiting, answered or closed.")] = "",
    year: Annotated[int, typer.Option(help="The year of the case number.")] = 0,
    kind: Annotated[str, typer.Option(help="The kind, by its key.")] = "",
    channel: Annotated[str, typer.Option(help="email, phone, post or visit.")] = "",
    overdue: Annotated[bool, typer.Option("--overdue", help="Only those whose answer is overdue.")] = False,
    search: Annotated[str, typer.Option(help="Words that stand in a mail of the case.", metavar="WORDS")] = "",
    as_json: JsonOption = False,
) -> int:
    """List cases."""
    from maildesk.cli import lists

    wanted = {"status": status, "year": year, "kind": kind, "channel": channel, "words": search}
    return lists.cases(_settings(config), wanted, overdue=overdue, as_json=as_json)


@app.command("show")
def show_case(number: Annotated[str, typer.Argument(metavar="NUMBER")], config: ConfigOption = None, as_json: JsonOption = False) -> int:
    """Show one case with all its messages and events."""
    from maildesk.cli import lists

    return lists.case(_settings(config), number, as_json=as_json)


@app.command()
def outbox(
    config: ConfigOption = None,
    retry: Annotated[str, typer.Option(help="Send this letter again, or all that wait or failed lately.", metavar="ID|all")] = "",
    as_json: JsonOption = False,
) -> int:
    """List letters that wait, failed or are in doubt."""
    from maildesk.cli import lists

    return lists.outbox(_settings(config), retry, as_json=as_json)


@app.command()
def aside(
    config: ConfigOption = None,
    make_case: Annotated[int | None, typer.Option(help="Make a case of this mail.", metavar="ID")] = None,
    as_json: JsonOption = False,
) -> int:
    """List machine mail that belongs to no case: kept, with the reason."""
    from maildesk.cli import lists

    return lists.aside(_settings(config), make_case, as_json=as_json)


@app.command()
def quarantine(
    config: ConfigOption = None,
    retry: Annotated[bool, typer.Option("--retry", help="Take these mails in again.")] = False,
    export: Annotated[Path | None, typer.Option(help="Write these mails, as they came, to a folder.", metavar="DIR")] = None,
    as_json: JsonOption = False,
) -> int:
    """List messages that could not be handled, and why."""
    from maildesk.cli import lists, mail

    settings = _settings(config)
    if retry:
        return mail.retry_quarantine(settings, as_json=as_json)
    return lists.quarantine(settings, export, as_json=as_json)


@app.command()
def status(config: ConfigOption = None, as_json: JsonOption = False) -> int:
    """Say whether all is well: last pass, outbox, quarantine. Exit code 1 if not."""
    from maildesk.cli import lists

    return lists.status(_settings(config), as_json=as_json)


@app.command()
def preview(
    template: Annotated[str, typer.Argument(help="The letter: acknowledgement, relay, answer, ...", metavar="TEMPLATE")],
    config: ConfigOption = None,
    case: Annotated[str, typer.Option("--case", help="With the number, dates and name of this case.", metavar="NUMBER")] = "",
    html: Annotated[Path | None, typer.Option(help="Also write its HTML form to a file.", metavar="FILE")] = None,
) -> int:
    """Show a letter as it would go out, with sample data. Nothing is sent."""
    from maildesk.cli import preview as previewing

    return previewing.run(_settings(config), template, case, html)


@app.command()
def backup(
    target: Annotated[
        Path | None, typer.Argument(help="A folder to make it in, or the name of a new one; else beside the database.", metavar="TARGET")
    ] = None,
    config: ConfigOption = None,
    keep: Annotated[int | None, typer.Option(help="Keep so many backups there, and remove the older ones.", metavar="N")] = None,
    as_json: JsonOption = False,
) -> int:
    """Copy database and key to a new folder, checked, while the service goes on."""
    from maildesk.cli import backups

    return backups.backup(_settings(config), target, keep, as_json=as_json)


@app.command()
def demo(
    once: Annotated[bool, typer.Option("--once", help="Play it once and leave.")] = False,
) -> int:
    """Play the story of a desk on this machine, with sample citizens and an embedded mail server."""
    from maildesk.demo import play

    return play.main(once=once)
