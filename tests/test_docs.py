# SPDX-FileCopyrightText: 2026 The maildesk authors
# SPDX-License-Identifier: EUPL-1.2
"""The pages for people, held to the code: commands, options, keys, defaults, exit codes, templates, links."""

from __future__ import annotations

import ast
import io
import os
import re
import tokenize
import tomllib
from collections.abc import Iterator
from pathlib import Path
from typing import Any, get_args

import pytest
import typer
from pydantic import BaseModel
from pydantic.fields import FieldInfo
from pydantic_core import PydanticUndefined

from maildesk import errors
from maildesk.cli.app import app
from maildesk.settings.passwords import read_passwords
from maildesk.settings.settings import Settings, load_settings
from tests.rig.command import maildesk
from tests.rig.places import ROOT

PAGES = sorted([ROOT / "README.md", ROOT / "CHANGELOG.md", *(ROOT / "docs").glob("*.md"), *(ROOT / "benchmarks").glob("*.md")])
COMMANDS_PAGE = (ROOT / "docs" / "commands.md").read_text(encoding="utf-8")
OBJECTS_PAGE = (ROOT / "docs" / "objects.md").read_text(encoding="utf-8")
CONFIGURATION_PAGE = (ROOT / "docs" / "configuration.md").read_text(encoding="utf-8")
README = (ROOT / "README.md").read_text(encoding="utf-8")
SHIPPED_CONFIG = ROOT / "config" / "maildesk.toml"
LINES_MAX = 250
ENGLISH_PAGES = [
    ROOT / "README.md",
    *sorted({*(ROOT / "docs").glob("*.md")} - {ROOT / "docs" / f"{name}.md" for name in ("befehle", "kolleginnen")}),
]
# Words that are not plain technical English here, each with what to write in its place.
NOT_PLAIN = {
    "anew": "again",
    "bears?": "has, carries",
    "beneath": "below",
    "hand(?:s|ed|ing)? on": "relay, pass",
    "lies": "is",
    "mails": "messages",
    "mend(?:s|ed|ing)?": "fix",
    "shall": "is to, must",
    "stands?(?! (?:in )?for)": "is, are",
    "stood": "was",
    "tells?": "say, show, report",
    "told": "notified, reported, said",
    "whoever": "the person who",
}

COMMANDS = {str(command.name): command for command in typer.main.get_group(app).commands.values()}
REQUIRED = object()


def slug(heading: str) -> str:
    """The anchor of a heading, as the common renderers of Markdown make it."""
    return re.sub(r"[^\w\- ]", "", heading.strip().lower()).replace(" ", "-")


def prose(page: str) -> str:
    """A page without its fenced blocks."""
    return re.sub(r"^ *```.*?^ *```", "", page, flags=re.MULTILINE | re.DOTALL)


def code(page: str) -> list[str]:
    """What a page shows as code: each line of its fenced blocks, and each span in backticks."""
    blocks = re.findall(r"^ *```sh\n(.*?)^ *```", page, re.MULTILINE | re.DOTALL)
    return [line.strip() for block in blocks for line in block.splitlines()] + re.findall(r"`([^`\n]+)`", prose(page))


def section(page: str, heading: str) -> str:
    """What stands between a heading and the next one of any level; fails if there is none."""
    found = re.search(rf"^#+ {re.escape(heading)}\n(.*?)(?=^#+ |\Z)", page, re.MULTILINE | re.DOTALL)
    assert found is not None, f"there is no heading {heading!r}"
    return found[1]


def options(command: Any) -> set[str]:
    return {name for parameter in command.params for name in parameter.opts if name.startswith("--")} - {"--help"}


# --- commands ---


def test_the_page_and_the_readme_name_exactly_the_commands_that_exist() -> None:
    assert set(re.findall(r"^### ([a-z]+)\n\n`maildesk", COMMANDS_PAGE, re.MULTILINE)) == set(COMMANDS)
    assert set(re.findall(r"^\| `maildesk ([a-z]+)", section(README, "Commands"), re.MULTILINE)) == set(COMMANDS)


@pytest.mark.parametrize("name", COMMANDS)
def test_the_usage_line_of_a_command_has_exactly_its_options(name: str) -> None:
    usage = re.search(rf"`maildesk {name}([^`]*)`", section(COMMANDS_PAGE, name))
    assert usage is not None
    assert set(re.findall(r"--[a-z-]+", usage[1])) == options(COMMANDS[name])
    arguments = {each.metavar for each in COMMANDS[name].params if each.param_type_name == "argument" and each.required}
    assert set(re.findall(r"(?:^| )([A-Z]+(?:\.\.\.)?)(?= |$)", re.sub(r"\[[^\]]*\]", "", usage[1]))) == arguments


@pytest.mark.parametrize("name", [name for name in COMMANDS if options(COMMANDS[name]) - {"--config", "--json"}])
def test_every_option_of_a_command_is_explained_beneath_its_usage_line(name: str) -> None:
    explained = section(COMMANDS_PAGE, name).split("\n", 3)[3]
    missing = [option for option in options(COMMANDS[name]) - {"--config", "--json"} if f"`{option}`" not in explained]
    assert missing == []


def test_the_options_of_maildesk_itself_are_described() -> None:
    everywhere = options(typer.main.get_group(app)) | {"--help"}
    assert {option for option in everywhere if option not in COMMANDS_PAGE} == set()


def test_every_command_and_option_explains_itself_at_the_prompt() -> None:
    silent = [name for name, command in COMMANDS.items() if not command.help]
    silent += [
        f"{name} {parameter.opts[0]}"
        for name, command in COMMANDS.items()
        for parameter in command.params
        if parameter.param_type_name == "option" and not getattr(parameter, "help", "")
    ]
    assert silent == []


def test_no_page_calls_a_command_or_an_option_that_does_not_exist() -> None:
    wrong = []
    for page in PAGES:
        for line in code(page.read_text(encoding="utf-8")):
            for name, rest in re.findall(r"(?:^|&& |bin/)maildesk ([a-z]+)\b([^#|&]*)", line):
                known = options(COMMANDS[name]) if name in COMMANDS else set()
                unknown = set(re.findall(r"(?<!\S)\[?(--[a-z-]+)", rest)) - known
                wrong += [f"{page.name}: {line}"] if unknown or name not in COMMANDS else []
    assert wrong == []


def raised(kind: type[errors.MaildeskError]) -> Iterator[type[errors.MaildeskError]]:
    """All but the three families."""
    for child in kind.__subclasses__():
        yield from raised(child) if kind is errors.MaildeskError else (child, *raised(child))


def test_every_error_stands_in_the_row_of_its_exit_code() -> None:
    rows = re.findall(r"^\| (\d+) \| [^|]+ \|([^|]*)\|$", section(COMMANDS_PAGE, "Exit codes"), re.MULTILINE)
    described = {name: int(code) for code, names in rows for name in re.findall(r"`(\w+)`", names)}
    assert described == {kind.__name__: kind.exit_code for kind in raised(errors.MaildeskError)}


@pytest.mark.parametrize("arguments", [["nonsense"], ["cases", "--nonsense"], ["show"]])
def test_wrong_use_ends_with_the_exit_code_of_the_page(arguments: list[str]) -> None:
    said = maildesk(*arguments)
    assert (said.code, said.out) == (2, "")


# --- configuration ---


def settings_keys() -> dict[str, Any]:
    """`section.key` -> its default, or REQUIRED."""
    found: dict[str, Any] = {}
    for name, field in Settings.model_fields.items():
        if name != "file":
            model = get_args(field.annotation)[0] if name == "staff" else field.annotation
            assert isinstance(model, type)
            assert issubclass(model, BaseModel)
            found |= {f"{name}.{key}": default(inner) for key, inner in model.model_fields.items()}
    return found


def default(field: FieldInfo) -> Any:
    if field.default is PydanticUndefined:
        return REQUIRED
    return (
        str(field.default)
        if isinstance(field.default, Path)
        else list(field.default)
        if isinstance(field.default, tuple)
        else field.default
    )


def documented_keys() -> dict[str, Any]:
    found: dict[str, Any] = {}
    for name, body in re.findall(r"^## \[+(\w+)\]+\n(.*?)(?=^## )", CONFIGURATION_PAGE, re.MULTILINE | re.DOTALL):
        for key, value in re.findall(r"^\| `(\w+)` \| ([^|]*?) \|", body, re.MULTILINE):
            found[f"{name}.{key}"] = (
                REQUIRED if value == "(required)" else None if value == "(none)" else tomllib.loads(f"x = {value.strip('`')}")["x"]
            )
    return found


def test_the_page_has_every_key_with_its_default_and_no_other() -> None:
    assert documented_keys() == settings_keys()


def shipped_keys() -> tuple[dict[str, Any], dict[str, Any]]:
    """The keys of config/maildesk.toml: those in force, and those that stand there as a comment."""
    text = SHIPPED_CONFIG.read_text(encoding="utf-8")
    lines = [re.sub(r"^# (?=\[|\w+ = )", "", line) for line in text.splitlines()]
    whole, in_force = flat(tomllib.loads("\n".join(lines))), flat(tomllib.loads(text))
    return in_force, {key: value for key, value in whole.items() if key not in in_force}


def flat(data: dict[str, Any]) -> dict[str, Any]:
    found: dict[str, Any] = {}
    for name, value in data.items():
        found |= {f"{name}.{key}": inner for key, inner in (value[0] if isinstance(value, list) else value).items()}
    return found


def test_the_shipped_configuration_has_every_key_and_no_other() -> None:
    in_force, in_comments = shipped_keys()
    assert in_force.keys() | in_comments.keys() == settings_keys().keys()


def test_what_the_shipped_configuration_shows_in_comments_is_the_default() -> None:
    known = settings_keys()
    _, in_comments = shipped_keys()
    wrong = {key: value for key, value in in_comments.items() if known[key] is not REQUIRED and known[key] != value}
    assert wrong == {}


def test_the_shipped_configuration_marks_exactly_what_is_required() -> None:
    marked = re.findall(r"^(\w+) = .*# \(required\)", SHIPPED_CONFIG.read_text(encoding="utf-8"), re.MULTILINE)
    required = [key.partition(".")[2] for key, value in settings_keys().items() if value is REQUIRED and not key.startswith("staff.")]
    assert sorted(marked) == sorted(required)


def write_desk(folder: Path) -> Path:
    """The shipped configuration, with passwords, in a folder of its own."""
    file = folder / "maildesk.toml"
    file.write_text(SHIPPED_CONFIG.read_text(encoding="utf-8"), encoding="utf-8")
    give_passwords(folder)
    return file


def give_passwords(folder: Path) -> None:
    (folder / "secrets").mkdir(mode=0o700)
    for name in ("imap", "smtp"):
        with os.fdopen(os.open(folder / "secrets" / name, os.O_WRONLY | os.O_CREAT, 0o600), "w") as file:
            file.write("a password\n")


def test_the_shipped_configuration_loads_once_the_passwords_are_there(tmp_path: Path) -> None:
    settings = load_settings(write_desk(tmp_path))
    assert read_passwords(settings, {}).imap == "a password"


@pytest.mark.parametrize("page", [page for page in PAGES if "```toml" in page.read_text(encoding="utf-8")], ids=lambda page: page.name)
def test_every_configuration_that_a_page_shows_whole_loads(page: Path, tmp_path: Path) -> None:
    shown = re.findall(r"^```toml\n(.*?)^```", page.read_text(encoding="utf-8"), re.MULTILINE | re.DOTALL)
    whole = [block for block in shown if "[desk]" in block and "[imap]" in block]
    give_passwords(tmp_path)
    for block in whole:
        (tmp_path / "maildesk.toml").write_text(block, encoding="utf-8")
        read_passwords(load_settings(tmp_path / "maildesk.toml"), {})
    assert all(tomllib.loads(block) for block in shown)


# --- pages ---


def test_every_shipped_template_is_explained() -> None:
    page = (ROOT / "docs" / "templates.md").read_text(encoding="utf-8")
    stems = {re.sub(r"\.[a-z]{2}\.(txt|html)$", "", path.name) for path in (ROOT / "templates").iterdir()}
    assert {stem for stem in stems if not re.search(rf"`{re.escape(stem)}[.`]", page)} == set()


def test_every_variable_of_a_letter_is_explained() -> None:
    names = re.findall(
        r'^        "(\w+)":', (ROOT / "maildesk" / "core" / "letters" / "automatic.py").read_text(encoding="utf-8"), re.MULTILINE
    )
    page = (ROOT / "docs" / "templates.md").read_text(encoding="utf-8")
    assert {"nr", "frist"} <= set(names)
    assert {name for name in names if f"`{name}`" not in page and f"`{{{{ {name} }}}}`" not in page} == set()


@pytest.mark.parametrize("page", PAGES, ids=lambda page: page.name)
def test_every_link_leads_somewhere(page: Path) -> None:
    broken = []
    for target in re.findall(r"\]\(([^)\s]+)\)", prose(page.read_text(encoding="utf-8"))):
        if re.match(r"(https?|mailto):", target):
            continue
        path, _, anchor = target.partition("#")
        file = (page.parent / path).resolve() if path else page
        headings = (
            re.findall(r"^#+ (.+)$", prose(file.read_text(encoding="utf-8")), re.MULTILINE)
            if file.suffix == ".md" and file.exists()
            else []
        )
        if not file.exists() or (anchor and anchor not in {slug(heading) for heading in headings}):
            broken.append(target)
    assert broken == []


def test_every_page_that_the_code_names_exists() -> None:
    sources = [*(ROOT / "maildesk").rglob("*.py"), *(ROOT / "config").iterdir(), *(ROOT / "systemd").iterdir()]
    named = {name for path in sources for name in re.findall(r"docs/[a-z]+\.md", path.read_text(encoding="utf-8"))}
    assert named
    assert {name for name in named if not (ROOT / name).exists()} == set()


def test_every_file_of_the_code_that_a_page_names_exists() -> None:
    named = {
        name
        for page in PAGES
        if page.name != "CHANGELOG.md"  # which tells of files as they were
        for name in re.findall(
            r"`((?:maildesk/)?(?:core|adapters|jobs|settings|daemon|cli|demo|tests)/[\w/]*[\w.]+)`", page.read_text(encoding="utf-8")
        )
    }
    assert "core/desk.py" in named
    places = ("", "maildesk")
    assert {name for name in named if not any((ROOT / place / name).exists() for place in places)} == set()


def test_every_make_target_that_a_page_names_exists() -> None:
    targets = set(re.findall(r"^([a-z]+):", (ROOT / "Makefile").read_text(encoding="utf-8"), re.MULTILINE))
    named = {
        name for page in PAGES for name in re.findall(r"^make ([a-z]+)", "\n".join(code(page.read_text(encoding="utf-8"))), re.MULTILINE)
    }
    assert {"demo", "test"} <= named
    assert named - targets == set()


@pytest.mark.parametrize("page", PAGES, ids=lambda page: page.name)
def test_a_page_stays_short_enough_to_be_read(page: Path) -> None:
    assert len(page.read_text(encoding="utf-8").splitlines()) <= LINES_MAX or page.name == "CHANGELOG.md"


# --- the words ---


def not_plain(text: str) -> list[str]:
    """The words of a text that are not plain technical English, as written, each with what to write in its place; code is not read."""
    without_code = re.sub(r"`[^`\n]+`|^\s*>>> .*$", "", prose(text), flags=re.MULTILINE)
    return [
        f"{found[0]} (write: {plain})"
        for word, plain in NOT_PLAIN.items()
        for found in re.finditer(rf"\b{word}\b", without_code, re.IGNORECASE)
    ]


def docstrings_and_comments(source: str) -> str:
    strings = [node.value for node in ast.walk(ast.parse(source)) if isinstance(node, ast.Expr) and isinstance(node.value, ast.Constant)]
    comments = [token.string for token in tokenize.generate_tokens(io.StringIO(source).readline) if token.type == tokenize.COMMENT]
    return "\n".join([*(string.value for string in strings if isinstance(string.value, str)), *comments])


@pytest.mark.parametrize("page", ENGLISH_PAGES, ids=lambda page: page.name)
def test_a_page_is_in_plain_technical_english(page: Path) -> None:
    assert not_plain(page.read_text(encoding="utf-8")) == []


def test_docstrings_and_comments_are_in_plain_technical_english() -> None:
    read = {path: docstrings_and_comments(path.read_text(encoding="utf-8")) for path in sorted((ROOT / "maildesk").rglob("*.py"))}
    assert sum(map(len, read.values())) > 100_000
    assert {str(path.relative_to(ROOT)): words for path, text in read.items() if (words := not_plain(text))} == {}


def test_the_comments_of_the_shipped_configuration_are_in_plain_technical_english() -> None:
    for path in sorted((ROOT / "config").glob("*.toml")):
        assert not_plain("\n".join(re.findall(r"(?:^| )# .*$", path.read_text(encoding="utf-8"), re.MULTILINE))) == [], path.name


@pytest.mark.parametrize(
    "planted",
    [
        '"""Mails that wait."""',
        'def wait():\n    """Somebody is told."""',
        "class Wait:\n    # begins anew\n    pass",
        "WAIT = 1  # what stands in a letter",
        'async def wait():\n    x = 1\n    """It is handed on."""',
    ],
)
def test_a_word_that_is_not_plain_is_found_in_a_docstring_and_in_a_comment(planted: str) -> None:
    assert len(not_plain(docstrings_and_comments(planted))) == 1


def test_names_in_code_and_plain_words_are_no_violation() -> None:
    assert not_plain("`told_at` and `mails`, `MEND`; {} stands for the number; >>> is quoted") == []
    assert not_plain("```sh\nmake mails\n```\n") == []
    assert docstrings_and_comments('mails = "told"') == ""
