# SPDX-FileCopyrightText: 2026 The maildesk authors
# SPDX-License-Identifier: EUPL-1.2
"""What libraries work out once in each process, once for a whole run: the commands of typer, the SQL of SQLAlchemy, the code of jinja.

Each of them is a function of what it is made from, and nothing of ours is among it. A third of the time of a command goes into them.
"""

from __future__ import annotations

from functools import cache, wraps
from typing import Any

from jinja2 import Environment
from sqlalchemy import Engine
from sqlalchemy.util import LRUCache
from typer import main as typer_main


class _Compiled(LRUCache[Any, Any]):
    """Compiled statements by dialect, statement and options. Each engine has a dialect of its own, and all of one class are alike."""

    def get(self, key: Any, default: Any = None) -> Any:
        return super().get((type(key[0]), *key[1:]), default)

    def __setitem__(self, key: Any, value: Any) -> None:
        super().__setitem__((type(key[0]), *key[1:]), value)


_templates: dict[tuple[Any, ...], Any] = {}


def keep() -> None:
    """From now on, in this process and in all that are forked from it."""
    typer_main.get_command = cache(typer_main.get_command)
    Engine.__init__ = _sharing(Engine.__init__, _Compiled(4096))  # type: ignore[method-assign]
    Environment.compile = _once(Environment.compile)  # type: ignore[method-assign, assignment]


def _sharing(begin: Any, compiled: _Compiled) -> Any:
    @wraps(begin)
    def shared(engine: Engine, *words: Any, **named: Any) -> None:
        begin(engine, *words, **named)
        engine._compiled_cache = compiled

    return shared


def _once(compile_whole: Any) -> Any:
    @wraps(compile_whole)
    def once(environment: Environment, source: Any, *words: Any, **named: Any) -> Any:
        if not isinstance(source, str):
            return compile_whole(environment, source, *words, **named)
        rules = (environment.trim_blocks, environment.lstrip_blocks, environment.keep_trailing_newline, frozenset(environment.filters))
        key = (type(environment), rules, source, words, *sorted(named.items()))
        if key not in _templates:
            _templates[key] = compile_whole(environment, source, *words, **named)
        return _templates[key]

    return once
