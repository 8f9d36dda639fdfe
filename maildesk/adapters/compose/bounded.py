# SPDX-FileCopyrightText: 2026 The maildesk authors
# SPDX-License-Identifier: EUPL-1.2
"""The sandbox of templates, with an end: what a template may do, and how much of it. Jinja2's own sandbox bounds one `range` alone."""

from __future__ import annotations

import time
from collections.abc import Iterable, Iterator
from typing import Any

from jinja2 import nodes
from jinja2.exceptions import SecurityError
from jinja2.runtime import Context
from jinja2.sandbox import ImmutableSandboxedEnvironment

STEPS_MAX = 1_000_000  # turns of loops, calls and includes. A long letter has some thousand of them
SECONDS_MAX = 10.0  # of each of its parts: a single step may take long
_COUNTED = "counted by maildesk"  # no name of a filter that a template could write


class EndlessError(SecurityError):
    """A template goes on and on."""


class BoundedEnvironment(ImmutableSandboxedEnvironment):
    """From one `begin` to the next a template has STEPS_MAX steps and SECONDS_MAX; then comes EndlessError. For one thread at a time."""

    intercepted_binops = frozenset({"**"})  # a tower of powers takes for ever in a single step

    def __init__(self, **options: Any) -> None:
        super().__init__(**options)
        self.filters[_COUNTED] = self._counted
        self.begin()

    def begin(self) -> None:
        self._steps, self._until = 0, time.monotonic() + SECONDS_MAX

    def call(self, context: Context, obj: Any, *args: Any, **kwargs: Any) -> Any:
        self._step()
        return super().call(context, obj, *args, **kwargs)

    def call_binop(self, _context: Context, operator: str, _left: Any, _right: Any) -> Any:
        raise SecurityError(f"{operator} is none of the operators of a template")

    def join_path(self, template: str, parent: str) -> str:
        """Asked at each include."""
        self._step()
        return super().join_path(template, parent)

    def _parse(self, source: str, name: str | None, filename: str | None) -> nodes.Template:
        parsed = super()._parse(source, name, filename)
        for loop in parsed.find_all(nodes.For):
            loop.iter = nodes.Filter(loop.iter, _COUNTED, [], [], None, None, lineno=loop.iter.lineno).set_environment(self)
        return parsed

    def _counted(self, items: Iterable[Any]) -> Iterator[Any]:
        for item in items:
            self._step()
            yield item

    def _step(self) -> None:
        self._steps += 1
        if self._steps > STEPS_MAX or time.monotonic() > self._until:
            raise EndlessError("too many steps, or too much time")
