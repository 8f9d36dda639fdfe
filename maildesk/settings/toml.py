# SPDX-FileCopyrightText: 2026 The maildesk authors
# SPDX-License-Identifier: EUPL-1.2
"""TOML -> frozen values by a pydantic model, with every mistake reported at once: file, key, value and remedy."""

from __future__ import annotations

import difflib
import re
import tomllib
from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import Any, get_args

from pydantic import AfterValidator, BaseModel, ConfigDict, ValidationError

from maildesk.errors import ConfigError

Where = tuple[int | str, ...]


class Section(BaseModel):
    """A table of a file: unknown keys and values of another type are refused."""

    # Built when the whole is built, and not once more for each section: that is a tenth of the start of every command.
    model_config = ConfigDict(extra="forbid", frozen=True, strict=True, defer_build=True)


def matching(pattern: str, what: str) -> AfterValidator:
    """A text of this form; `what` completes "must be ..."."""

    def check(value: str) -> str:
        if not re.fullmatch(pattern, value):
            raise ValueError(f"must be {what}")
        return value

    return AfterValidator(check)


def read_toml(path: Path, if_missing: str) -> dict[str, Any]:
    """The tables of a file, lists as tuples. Raises ConfigError; `if_missing` is the remedy if there is no such file."""
    try:
        data: dict[str, Any] = _tuples(tomllib.loads(path.read_text(encoding="utf-8")))
    except FileNotFoundError as error:
        raise ConfigError(f"{path}: there is no such file. {if_missing}") from error
    except OSError as error:
        raise ConfigError(f"{path}: cannot be read ({error.strerror}): is it readable for this user?") from error
    except (tomllib.TOMLDecodeError, UnicodeDecodeError) as error:
        raise ConfigError(f"{path}: is no valid TOML: {error}") from error
    return data


def _tuples(value: Any) -> Any:
    """TOML has lists, the settings are frozen: tuples all the way down."""
    if isinstance(value, dict):
        return {key: _tuples(inner) for key, inner in value.items()}
    return tuple(_tuples(inner) for inner in value) if isinstance(value, list) else value


def problems(path: Path, error: ValidationError, model: type[BaseModel]) -> Iterable[str]:
    """Every mistake that the model `model` found in the file, a sentence each."""
    for problem in error.errors(include_url=False):
        where = ".".join(f"{part + 1}" if isinstance(part, int) else part for part in problem["loc"]) or "the file"
        value = problem["input"]
        shown = f" = {str(value)[:80]!r}" if isinstance(value, str | int | float | bool) and "password" not in where else ""
        kind = "string_too_short" if problem["type"] == "too_short" and isinstance(value, str) else problem["type"]
        yield f"{path}: {where}{shown}: {_remedy(kind, problem['msg'], problem.get('ctx', {}), problem['loc'], model)}"


def _remedy(kind: str, text: str, context: Mapping[str, Any], where: Where, model: type[BaseModel]) -> str:
    if kind == "extra_forbidden":
        close = difflib.get_close_matches(str(where[-1]), _known_keys(where[:-1], model), 1)
        hint = f": did you mean {close[0]!r}?" if close else ": take it out"
        if str(where[-1]) == "password":
            hint = ": a password never stands in the configuration; name a file in password_file (see docs/configuration.md)"
        return f"unknown key{hint}"
    if kind == "missing":
        return "is required and missing: add it"
    return text.removeprefix("Value error, ") if kind == "value_error" else _remedy_of(kind, context)


# What a value must be, by what pydantic calls the mistake. Its own words speak of Python.
MUST_BE: dict[str, str] = {
    "string_type": "a text in quotes",
    "path_type": "a text in quotes: the name of a file or folder",
    "int_type": "a whole number without quotes",
    "int_from_float": "a whole number without quotes",
    "float_type": "a number without quotes",
    "bool_type": "true or false, without quotes",
    "tuple_type": "a list in brackets",
    "dict_type": "a table",
    "model_type": "a table of keys and values",
    "model_attributes_type": "a table of keys and values",
    "string_too_short": "a text that is not empty",
    "string_too_long": "a text of at most {max_length} characters",
    "too_short": "a list that is not empty",
    "literal_error": "{expected}",
    "greater_than_equal": "{ge} or more",
    "less_than_equal": "{le} or less",
    "enum": "{expected}",
}


def _remedy_of(kind: str, context: Mapping[str, Any]) -> str:
    return f"must be {MUST_BE[kind].format(**context)}" if kind in MUST_BE else "is not allowed here: see docs/configuration.md"


def _known_keys(where: Where, model: Any) -> list[str]:
    for part in where:
        fields = getattr(model, "model_fields", {})
        if part in fields:
            model = _model_in(fields[part].annotation)
    return [key for key, field in getattr(model, "model_fields", {}).items() if not field.exclude]


def _model_in(annotation: Any) -> Any:
    """The model of a section, or of the entries of a list or table of sections."""
    return next((each for each in (annotation, *get_args(annotation)) if hasattr(each, "model_fields")), None)
