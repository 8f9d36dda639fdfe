# SPDX-FileCopyrightText: 2026 The maildesk authors
# SPDX-License-Identifier: EUPL-1.2
"""What is wrong with a template and where, in the words of its writer; values of the letter are never in it."""

from __future__ import annotations

import re
from pathlib import Path

from jinja2 import TemplateNotFound, TemplateSyntaxError, UndefinedError
from jinja2.exceptions import SecurityError

from maildesk.adapters.compose.bounded import EndlessError


def complaint(error: Exception, name: str, folders: tuple[Path, ...]) -> str:
    """One sentence on the template `name` of these folders: file, line, and what is wrong."""
    if isinstance(error, TemplateSyntaxError):
        return f"{error.filename or error.name or name}: line {error.lineno}: {reason(error)}"
    return f"{_where(error, name, folders)}: {reason(error)}"


def reason(error: Exception) -> str:
    """What is wrong, without the place."""
    if isinstance(error, TemplateSyntaxError):
        return _in_plain_words(str(error.message))
    if isinstance(error, TemplateNotFound):
        return "a template that is included or extended here is missing"
    if isinstance(error, UndefinedError):
        unknown = re.fullmatch(r"'(\w+)' is undefined", error.message or "")
        what = f"the variable {unknown[1]}" if unknown else "something that is asked for here"
        return f"{what} does not exist; docs/templates.md lists the variables"
    if isinstance(error, EndlessError | RecursionError):
        return "does not come to an end: is there a loop in a loop, or a template that includes itself?"
    if isinstance(error, SecurityError):
        return "does what a template may not do"
    if isinstance(error, UnicodeDecodeError):
        return "is not written in UTF-8"
    return f"cannot be rendered ({error.__class__.__name__})"


def _where(error: Exception, name: str, folders: tuple[Path, ...]) -> str:
    """File and line of the innermost template in a traceback; jinja2 puts template lines there in place of its own code."""
    where, step = name, error.__traceback__
    while step is not None:
        file = Path(step.tb_frame.f_code.co_filename)
        if file.parent in folders:
            where = f"{file}: line {step.tb_lineno}"
        step = step.tb_next
    return where


# What jinja2 says begins so, and what we say.
_PLAIN = (
    (r"[Uu]nexpected end of template", "it ends too early: a block such as {% if %} or {% for %} has no end, or {{ has no }}"),
    (r"No (filter|test) named '([^']*)'", r"there is no \1 {0}; docs/templates.md lists what there is"),
    (r"expected token 'end of print statement'", "between {{ and }} something is too much, or a sign such as | or ~ is missing"),
    (r"expected token 'end of statement block'", "between {% and %} something is too much, or a sign is missing"),
    (r"unexpected '([^'a-zA-Z]+)'", "a {0} is too much here, or one before it is missing"),
    (r"Encountered unknown tag '([^']*)'", "{% {0} %} does not exist, or the block that it ends has not begun"),
)


def _in_plain_words(said: str) -> str:
    """A mistake of grammar in the words of its writer; with names from the template, which is the office's own."""
    for pattern, words in _PLAIN:
        if found := re.match(pattern, said):
            return words.replace("{0}", found[found.lastindex or 0]).replace(r"\1", found[1] if found.lastindex else "")
    return "cannot be read as a template: is a {{ }}, a {% %}, a quotation mark or a bracket not closed, or one too many?"
