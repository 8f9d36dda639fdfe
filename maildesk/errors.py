# SPDX-FileCopyrightText: 2026 The maildesk authors
# SPDX-License-Identifier: EUPL-1.2
"""The family of errors. The class says what to do: stop, try again later, or put one message by.

MaildeskError
├── Stop: a person must fix something first
│   ├── ConfigError            the configuration is wrong                          exit 78
│   ├── StoreUnusable          database read-only, corrupt, from a newer version  exit 73
│   │   └── DiskTrouble        the disk is full, or reports an error               exit 75
│   ├── MailboxRefused         wrong password, folder that cannot be made, bad certificate  exit 69
│   ├── InputError             a file named on the command line is no mail        exit 65
│   ├── WrongUseError          an option has a value that it cannot have          exit 2
│   └── CannotCreateError      a file that was asked for cannot be written        exit 73
├── Retry: the same thing may work in a while
│   ├── MailboxUnreachable     network, time-out, server closing                   exit 69
│   │   └── MailsWithheld      some messages do not come, all others do
│   ├── SenderUnreachable      the SMTP server cannot be reached or refuses log-in exit 69
│   ├── StoreBusy              locked by another, or a second maildesk             exit 75
│   ├── StoreReplaced          the file was moved, deleted or replaced meanwhile   exit 75
│   └── ParserUnavailable      no parser can be started: memory or processes are short  exit 75
└── Hold: this one message, never the ones behind it
    ├── Unparseable            the parser gave up on it or died of it
    ├── Unrecordable           the database refuses what was decided on it
    └── TemplateError          a letter cannot be written from its template

The texts of errors never hold an address, a subject, a name or a text of a mail.
"""

from __future__ import annotations


class MaildeskError(Exception):
    """Everything maildesk raises on purpose; `exit_code` follows sysexits.h."""

    exit_code = 1


class Stop(MaildeskError):
    """A person must fix something first; trying again changes nothing."""


class Retry(MaildeskError):
    """The same thing may work in a while."""

    exit_code = 75


class Hold(MaildeskError):
    """This one message or letter cannot be handled; the ones behind it can."""

    exit_code = 65


class ConfigError(Stop):
    """The configuration is wrong. `problems` has one line for each mistake: file, key, value, remedy."""

    exit_code = 78

    def __init__(self, *problems: str) -> None:
        self.problems = problems
        super().__init__("\n".join(problems))


class StoreUnusable(Stop):
    """The database cannot be trusted or written: read-only, corrupt, or made by a newer maildesk."""

    exit_code = 73


class DiskTrouble(StoreUnusable):
    """The disk is full or reports an error. There may be room again in a while: a service is to be started again."""

    exit_code = 75


class MailboxRefused(Stop):
    """The mail server answered, and said no: log-in, certificate, folder."""

    exit_code = 69


class InputError(Stop):
    """A file that was named is missing, unreadable or no mail."""

    exit_code = 65


class WrongUseError(Stop):
    """A command was called with something that it does not know."""

    exit_code = 2


class CannotCreateError(Stop):
    """A file that was asked for cannot be written."""

    exit_code = 73


class MailboxUnreachable(Retry):
    """No connection, a cut one, a time-out, a server that says BYE or talks nonsense. `asked_for`: the UIDs asked for just then."""

    exit_code = 69
    asked_for: tuple[int, ...] = ()


class MailsWithheld(MailboxUnreachable):
    """The server is there, and does not hand out some messages, or not whole: so many."""

    def __init__(self, number: int) -> None:
        self.number = number
        super().__init__(f"the mail server did not hand out {number} of the mails whole")


class SenderUnreachable(Retry):
    """The SMTP server cannot be reached, does not offer the security asked for, or refuses the log-in. `code`: its answer, if it refuses us
    for good, as "535 5.7.8"; else empty.
    """

    exit_code = 69

    def __init__(self, text: str, code: str = "") -> None:
        super().__init__(text)
        self.code = code


class StoreBusy(Retry):
    """Another process holds the database for too long, or another maildesk already runs on it."""

    exit_code = 75


class StoreReplaced(Retry):
    """The database at its place is no longer the one that was opened: what would be written to that one, nobody would find again."""

    exit_code = 75


class ParserUnavailable(Retry):
    """The process that parses cannot be started: no fault of the mail that waits for it."""


class Unparseable(Hold):
    """The parser gave up on a message, ran out of time or memory, or died."""


class Unrecordable(Hold):
    """The database refuses a row of one message: a constraint says that it cannot be true."""


class TemplateError(Hold):
    """A letter cannot be written: template missing, syntax wrong, variable unknown."""


def place_of(error: BaseException) -> str:
    """Where in the program an error came up. Said in place of its text, which may hold something of a mail."""
    trace = error.__traceback__
    while trace and trace.tb_next:
        trace = trace.tb_next
    return f" in {trace.tb_frame.f_code.co_qualname}, line {trace.tb_lineno}" if trace else ""
