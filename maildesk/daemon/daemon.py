# SPDX-FileCopyrightText: 2026 The maildesk authors
# SPDX-License-Identifier: EUPL-1.2
"""The clock: runs the jobs, wakes them when mail arrives, obeys signals, and reports to systemd how it goes.

A pass that ends with an orderly error is no reason to die: the mail server may be away for days. Everything that was decided is durable
at every moment, so the daemon may be killed at any moment.
"""

from __future__ import annotations

import logging
import signal
from contextlib import ExitStack
from pathlib import Path

from maildesk import building
from maildesk.adapters import systemd
from maildesk.daemon.bell import Bell
from maildesk.daemon.parts import build
from maildesk.daemon.serving import Serving
from maildesk.errors import ConfigError, Retry, Stop
from maildesk.settings.passwords import Passwords, read_passwords
from maildesk.settings.settings import Settings, load_settings

log = logging.getLogger(__name__)


class Daemon:
    """Serves one configuration after the other, until it is asked to stop."""

    def __init__(self, config_file: Path | None) -> None:
        self._config_file = config_file
        self._stop = False  # plain flags: signal handlers set them
        self._reload = False
        self._bell = Bell()

    def run(self) -> None:
        """Until SIGTERM or SIGINT. Raises the errors of a start that cannot succeed."""
        self._obey_signals()  # first of all: a SIGHUP that nobody hears would end the process
        settings = load_settings(self._config_file)
        passwords = read_passwords(settings)
        while not self.is_stopping():
            with ExitStack() as stack:
                serving = Serving(build(settings, passwords, stack), self._bell.ring)
                try:
                    serving.start()
                    settings, passwords = self._wait(serving, settings, passwords)
                finally:
                    if self.is_stopping():
                        systemd.stopping()
                    serving.end(self._exit_code)
        self._bell.close()
        log.info("ended")

    def stop(self) -> None:
        self._stop = True
        self._bell.ring()

    def is_stopping(self) -> bool:
        """Whether it has been asked to stop; a signal may say so at any moment."""
        return self._stop

    def _exit_code(self) -> int:
        """An admin who only wanted another configuration wants the service back: systemd starts it again."""
        return 0 if self.is_stopping() else Retry.exit_code

    def _obey_signals(self) -> None:
        def reload(_signal: int, _frame: object) -> None:
            self._reload = True
            self._bell.ring()

        self._bell.hear_signals()
        for number in (signal.SIGTERM, signal.SIGINT):
            signal.signal(number, lambda _signal, _frame: self.stop())
        signal.signal(signal.SIGHUP, reload)

    def _wait(self, serving: Serving, settings: Settings, passwords: Passwords) -> tuple[Settings, Passwords]:
        """Returns when it is time to stop, or with a new configuration to serve. A wrong one is reported, and the old one stays.

        systemd is notified that we are ready once the first log-in has been tried, whatever came of it.
        """
        ready = False
        while True:
            self._bell.wait()
            if self.is_stopping():
                return settings, passwords
            serving.mind_the_clock()
            if serving.has_tried and not ready:
                ready = True
                systemd.ready()
            if self._reload:
                self._reload = False
                systemd.reloading()
                fresh = self._load_again()
                if fresh:
                    return fresh
                systemd.ready()
            if serving.store_replaced:
                log.warning("opening the database that is there now")
                return settings, passwords

    def _load_again(self) -> tuple[Settings, Passwords] | None:
        try:
            settings = load_settings(self._config_file)
            passwords = read_passwords(settings)
            building.policy(settings)
            problems = [flaw.text for _template, flaws in building.template_flaws(settings) for flaw in flaws if flaw.serious]
        except ConfigError as error:
            problems = list(error.problems)
        except Stop as error:
            problems = [str(error)]
        for problem in problems:
            log.error("not reloaded, the old configuration and templates stay: %s", problem)
        if problems:
            return None
        log.info("configuration and templates reloaded")
        return settings, passwords
