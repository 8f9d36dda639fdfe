# SPDX-FileCopyrightText: 2026 The maildesk authors
# SPDX-License-Identifier: EUPL-1.2
"""The arrows of docs/architecture.md: who may import whom, where each library lives, and what the core must not touch.

The rules are tables. The checkers take source text, so that each of them is tried on a planted violation as well.
"""

from __future__ import annotations

import ast
import re
import sys
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import pytest

from tests.rig.places import ROOT

FILES = {
    ".".join(path.relative_to(ROOT).with_suffix("").parts).removesuffix(".__init__"): path
    for path in sorted((ROOT / "maildesk").rglob("*.py"))
}

# What a module of ours may import of ours; the longest entry that begins its name counts. An adapter may also import its own package.
MAY_IMPORT: dict[str, tuple[str, ...]] = {
    "maildesk": (),
    "maildesk.errors": (),
    "maildesk.faults": (),
    "maildesk.octets": ("maildesk.errors", "maildesk.faults"),
    "maildesk.printing": ("maildesk.errors",),
    "maildesk.core": ("maildesk.core",),
    "maildesk.settings": ("maildesk.core", "maildesk.errors", "maildesk.settings"),
    "maildesk.adapters": (
        "maildesk.core", "maildesk.errors", "maildesk.octets", "maildesk.settings", "maildesk.faults", "maildesk.adapters.reach",
    ),
    "maildesk.jobs": ("maildesk.core", "maildesk.errors", "maildesk.octets", "maildesk.jobs"),
    "maildesk.building": ("maildesk.core", "maildesk.errors", "maildesk.octets", "maildesk.settings", "maildesk.adapters"),
    "maildesk.daemon": (
        "maildesk.core", "maildesk.errors", "maildesk.octets", "maildesk.settings", "maildesk.adapters", "maildesk.jobs",
        "maildesk.building", "maildesk.daemon",
    ),
    "maildesk.cli": ("maildesk",),
    "maildesk.demo": ("maildesk",),
    "maildesk.__main__": ("maildesk.cli",),
}  # fmt: skip
# Which room of the core may import which, from the ground up: each one only rooms that are above it in this table. Its front door, `desk`,
# and `health` are files. A room that is missing here, or an arrow that is, is added on purpose or not at all.
CORE_MAY_IMPORT: dict[str, tuple[str, ...]] = {
    "text": (),
    "mail": ("text",),
    "office": ("text", "mail"),
    "case": ("text", "mail", "office"),
    "triage": ("text", "mail", "office"),
    "orders": ("text", "mail", "office", "case"),
    "answers": ("text", "mail", "office", "case", "orders"),
    "letters": ("text", "mail", "office", "case", "triage", "orders"),
    "health": ("text", "letters"),
    "threading": ("text", "mail", "office", "case", "letters"),
    "agenda": ("text", "mail", "office", "case", "orders", "letters"),
    "decision": ("mail", "office", "case", "triage", "letters", "threading"),
    "own_mail": ("mail", "office", "case", "triage", "letters", "threading", "decision"),
    "citizens": ("text", "mail", "case", "triage", "letters", "threading", "decision"),
    "staff": ("text", "mail", "office", "case", "orders", "answers", "letters", "threading", "decision"),
    "entries": ("text", "mail", "office", "case", "orders", "answers", "letters", "threading", "decision"),
    "desk": ("mail", "office", "threading", "decision", "own_mail", "citizens", "staff", "entries"),
}
DECIDING = tuple(f"maildesk.core.{room}" for room in ("desk", "own_mail", "citizens", "staff", "entries", "triage", "answers"))
MAY_USE_ADAPTERS = ("maildesk.cli", "maildesk.daemon", "maildesk.building", "maildesk.demo")

# Every library has one home. What is not named here must not be imported at all.
HOMES: dict[str, tuple[str, ...]] = {
    "rapidfuzz": ("maildesk.core.text.spelling",),
    "imapclient": ("maildesk.adapters.mailbox",),
    "mailparser": ("maildesk.adapters.parse",),
    "inscriptis": ("maildesk.adapters.parse",),
    "tnefparse": ("maildesk.adapters.parse",),
    "sqlmodel": ("maildesk.adapters.store",),
    "sqlalchemy": ("maildesk.adapters.store",),
    "alembic": ("maildesk.adapters.store",),
    "jinja2": ("maildesk.adapters.compose",),
    "apscheduler": ("maildesk.daemon",),
    "typer": ("maildesk.cli",),
    "pydantic": ("maildesk.settings",),
    "holidays": ("maildesk.building",),
    "pymap": ("maildesk.demo",),
    "pysasl": ("maildesk.demo",),
    "proxyprotocol": ("maildesk.demo",),
    "aiosmtpd": ("maildesk.demo",),
}
# The same for those modules of the standard library that reach outside. An empty home means: nobody needs it.
DEMO = "maildesk.demo"
STANDARD_HOMES: dict[str, tuple[str, ...]] = {
    "imaplib": ("maildesk.adapters.mailbox",),
    "smtplib": ("maildesk.adapters.smtp", DEMO),
    "sqlite3": ("maildesk.adapters.store",),
    "fcntl": ("maildesk.adapters.store",),
    "pickle": ("maildesk.adapters.parse",),
    "resource": ("maildesk.adapters.parse",),
    "subprocess": ("maildesk.adapters.parse", DEMO),
    "socket": ("maildesk.adapters", "maildesk.building", DEMO),
    "ssl": ("maildesk.adapters", "maildesk.building", DEMO),
    "asyncio": (DEMO,),
    "signal": ("maildesk.daemon", "maildesk.cli", "maildesk.adapters.parse", "maildesk.faults", DEMO),
    **dict.fromkeys(("http", "urllib.request", "ftplib", "xmlrpc", "webbrowser", "poplib", "socketserver", "importlib", "ctypes"), ()),
}

# The pure modules that the core works with. Another one is added here on purpose, or not at all.
PURE = frozenset({
    "__future__", "base64", "bisect", "collections", "dataclasses", "datetime", "enum", "functools", "hashlib", "hmac", "html",
    "itertools", "rapidfuzz", "re", "typing", "unicodedata", "urllib.parse",
})  # fmt: skip  # functools: what a pure function gave before, it gives again; rapidfuzz: how far two words are apart
IMPURE_CALLS = frozenset({"open", "print", "input", "exec", "eval", "compile", "__import__", "breakpoint"})
CLOCKS = frozenset({"now", "utcnow", "today"})

# German in the code is read and never said: whole modules of words that people and machines write, and single tables of others. What is
# given to `re` is read as well.
WORDS_READ: dict[str, tuple[str, ...]] = {
    **dict.fromkeys(
        (
            "maildesk.core.answers.closing_words", "maildesk.core.answers.greeting_words", "maildesk.core.answers.house_words",
            "maildesk.core.entries.words", "maildesk.core.mail.automatic_words", "maildesk.core.mail.fingerprint",
            "maildesk.core.mail.system_marks", "maildesk.core.text.absence", "maildesk.core.text.anonymity", "maildesk.core.text.days",
            "maildesk.core.text.notices", "maildesk.core.text.patterns", "maildesk.core.triage.danger", "maildesk.core.triage.words",
        ),
        (),
    ),
    "maildesk.core.letters.server_reply": ("_BY_WORDS",),
    "maildesk.core.orders.words": ("ORDER_WORDS",),
    "maildesk.core.triage.propose": ("_MONTHS",),
}  # fmt: skip
SAYS_NOTHING = ("maildesk.core", "maildesk.jobs", "maildesk.adapters.store")
MIGRATIONS = "maildesk.adapters.store.migrations"
GERMAN = frozenset({
    "auch", "auf", "aus", "bei", "bitte", "das", "dass", "dem", "den", "der", "des", "die", "durch", "ein", "eine", "einem", "einen",
    "einer", "es", "für", "haben", "hat", "ihr", "ihre", "im", "ist", "kein", "keine", "mit", "nicht", "noch", "nur", "oder", "schon",
    "sie", "sind", "und", "von", "werden", "wird", "zu", "zum", "zur",
})  # fmt: skip
READERS = frozenset({"compile", "match", "search", "fullmatch", "findall", "finditer", "sub", "split"})

SPDX = ("SPDX-FileCopyrightText: 2026 The maildesk authors", "SPDX-License-Identifier: EUPL-1.2")


@dataclass(frozen=True)
class Import:
    """`module` imports `name` in this line: anywhere, also inside a function or under TYPE_CHECKING."""

    module: str
    name: str
    line: int

    def complaint(self, what: str) -> str:
        return f"{self.module}, line {self.line}: imports {self.name}: {what}"


def within(name: str, packages: tuple[str, ...]) -> bool:
    return any(name == package or name.startswith(f"{package}.") for package in packages)


def imports_of(module: str, source: str) -> Iterator[Import]:
    """`from maildesk.adapters import systemd` names the module that it brings, not only the package."""
    package = module if FILES.get(module, Path()).name == "__init__.py" else module.rpartition(".")[0]
    for node in ast.walk(ast.parse(source)):
        if isinstance(node, ast.Import):
            yield from (Import(module, alias.name, node.lineno) for alias in node.names)
        elif isinstance(node, ast.ImportFrom):
            base = node.module or ""
            if node.level:
                above = package.split(".")[: len(package.split(".")) - node.level + 1]
                base = ".".join([*above, base]).rstrip(".")
            for alias in node.names:
                whole = f"{base}.{alias.name}"
                yield Import(module, whole if whole in FILES else base, node.lineno)


def wrong_arrows(module: str, source: str) -> list[str]:
    rule = max((entry for entry in MAY_IMPORT if within(module, (entry,))), key=len)
    allowed = MAY_IMPORT[rule]
    if rule == "maildesk.adapters":
        allowed = (*allowed, ".".join(module.split(".")[:3]))
    if rule == "maildesk" and module != rule:
        return [f"{module}: has no entry in the table of who may import whom"]
    ours = (found for found in imports_of(module, source) if within(found.name, ("maildesk",)))
    # The package itself is only the map and the version: anyone may ask it where it lies.
    return [found.complaint(f"{rule} may not") for found in ours if found.name != "maildesk" and not within(found.name, allowed)]


def room_of(module: str) -> str:
    """The room of the core that a module is in: its folder, or its own name where it is a file beside the folders."""
    return module.split(".")[2] if module.count(".") > 1 else ""


def wrong_rooms(module: str, source: str) -> list[str]:
    """Imports of the core against CORE_MAY_IMPORT."""
    room = room_of(module)
    if room not in CORE_MAY_IMPORT:
        return [f"{module}: the room {room!r} has no entry in the table of the rooms of the core"] if room else []
    rooms = ((found, room_of(found.name)) for found in imports_of(module, source) if within(found.name, ("maildesk.core",)))
    return [found.complaint(f"core/{room} may not") for found, other in rooms if other != room and other not in CORE_MAY_IMPORT[room]]


def homeless_libraries(module: str, source: str) -> list[str]:
    complaints = []
    for found in imports_of(module, source):
        library = found.name.partition(".")[0]
        homes = next((homes for name, homes in {**STANDARD_HOMES, **HOMES}.items() if within(found.name, (name,))), None)
        if homes is None:
            if library != "maildesk" and library not in sys.stdlib_module_names:
                complaints.append(found.complaint("this library has no home yet"))
        elif not within(module, homes):
            complaints.append(found.complaint(f"its home is {' and '.join(homes) or 'nowhere'}"))
    return complaints


def impurities(module: str, source: str) -> list[str]:
    """What a pure module must not do: reach outside, look at the clock, keep state of its own."""
    complaints = [
        found.complaint("not pure")
        for found in imports_of(module, source)
        if not within(found.name, ("maildesk",)) and not within(found.name, tuple(PURE))
    ]
    for node in ast.walk(ast.parse(source)):
        match node:
            case ast.Call(func=ast.Name(id=name)) if name in IMPURE_CALLS:
                complaints.append(f"{module}, line {node.lineno}: calls {name}")
            case ast.Call(func=ast.Attribute(attr=name, value=ast.Name(id="datetime" | "date" | "time"))) if name in CLOCKS:
                complaints.append(f"{module}, line {node.lineno}: looks at the clock")
            case ast.Global():
                complaints.append(f"{module}, line {node.lineno}: changes a global")
            case ast.ClassDef(decorator_list=decorators) if any("dataclass" in ast.unparse(each) for each in decorators):
                if not any("frozen=True" in ast.unparse(each) for each in decorators):
                    complaints.append(f"{module}, line {node.lineno}: the dataclass {node.name} is not frozen")
    return complaints


def without_docstring(module: str, source: str) -> list[str]:
    tree = ast.parse(source)
    missing = [] if ast.get_docstring(tree) else [f"{module}: has no docstring"]
    classes = (node for node in tree.body if isinstance(node, ast.ClassDef) and not node.name.startswith("_"))
    return missing + [f"{module}: class {each.name} has no docstring" for each in classes if not ast.get_docstring(each)]


def is_german(text: str) -> bool:
    """A word with an umlaut, or two of the small words of a sentence. A single letter is none: tables of spelling have them."""
    words = re.findall(r"\w+", text)
    umlaut = any(len(word) > 1 and re.search("[äöüß]", word, re.IGNORECASE) for word in words)
    return umlaut or sum(word.lower() in GERMAN for word in words) > 1


def german_said(module: str, source: str) -> list[str]:
    """Literals in German that are neither docstrings nor words that are read."""
    tables = WORDS_READ.get(module)
    complaints = []
    for statement in ast.parse(source).body if tables != () else ():
        names = {node.id for node in ast.walk(statement) if isinstance(node, ast.Name) and isinstance(node.ctx, ast.Store)}
        if not names & set(tables or ()):
            complaints += [f"{module}, line {line}: says {text!r}" for line, text in literals_of(statement) if is_german(text)]
    return complaints


def literals_of(node: ast.AST) -> Iterator[tuple[int, str]]:
    """The texts in a piece of code that are not read, with their lines; a text with values in it is one."""
    match node:
        case ast.Constant(value=str(text)):
            yield node.lineno, text
        case ast.JoinedStr(values=parts):
            yield node.lineno, " ".join(part.value for part in parts if isinstance(part, ast.Constant))
            yield from (found for part in parts if not isinstance(part, ast.Constant) for found in literals_of(part))
        case _ if not _is_read(node):
            yield from (found for child in ast.iter_child_nodes(node) for found in literals_of(child))


def _is_read(node: ast.AST) -> bool:
    """A docstring, or what is looked for by a regular expression."""
    match node:
        case ast.Expr(value=ast.Constant()):
            return True
        case ast.Call(func=ast.Attribute(value=ast.Name(id="re"), attr=name)):
            return name in READERS
    return False


def cycles(graph: dict[str, set[str]]) -> list[str]:
    """Modules that import each other in a ring: what is left when those that need nothing more are taken away, again and again."""
    left = {module: set(needs) for module, needs in graph.items()}
    while free := [module for module, needs in left.items() if not needs & left.keys()]:
        for module in free:
            del left[module]
    return sorted(left)


def lines_of(path: Path) -> list[str]:
    return path.read_text(encoding="utf-8").splitlines()


@pytest.mark.parametrize("module", FILES)
def test_a_module_imports_only_what_its_layer_may(module: str) -> None:
    assert wrong_arrows(module, FILES[module].read_text(encoding="utf-8")) == []


@pytest.mark.parametrize("module", [module for module in FILES if within(module, ("maildesk.core",))])
def test_a_room_of_the_core_imports_only_the_rooms_that_it_may(module: str) -> None:
    assert wrong_rooms(module, FILES[module].read_text(encoding="utf-8")) == []


@pytest.mark.parametrize("module", [module for module in FILES if within(module, ("maildesk.adapters.store",))])
def test_the_store_records_and_looks_up_and_decides_nothing(module: str) -> None:
    found = imports_of(module, FILES[module].read_text(encoding="utf-8"))
    assert [each.complaint("this room decides") for each in found if within(each.name, DECIDING)] == []


def test_the_rooms_of_the_core_have_an_order_from_the_ground_up() -> None:
    rooms = list(CORE_MAY_IMPORT)
    back = [(room, other) for room in rooms for other in CORE_MAY_IMPORT[room] if rooms.index(other) >= rooms.index(room)]
    assert back == []


def test_every_arrow_of_the_table_is_needed() -> None:
    used = {
        (room_of(module), room_of(found.name))
        for module, path in FILES.items()
        for found in imports_of(module, path.read_text(encoding="utf-8"))
        if within(module, ("maildesk.core",)) and within(found.name, ("maildesk.core",)) and room_of(module)
    }
    assert {(room, other) for room, others in CORE_MAY_IMPORT.items() for other in others} - used == set()


@pytest.mark.parametrize("module", FILES)
def test_each_library_stays_in_its_one_home(module: str) -> None:
    assert homeless_libraries(module, FILES[module].read_text(encoding="utf-8")) == []


@pytest.mark.parametrize("module", [module for module in FILES if within(module, ("maildesk.core",))])
def test_the_core_is_pure(module: str) -> None:
    assert impurities(module, FILES[module].read_text(encoding="utf-8")) == []


@pytest.mark.parametrize("module", FILES)
def test_every_public_module_and_class_says_what_it_is(module: str) -> None:
    assert without_docstring(module, FILES[module].read_text(encoding="utf-8")) == []


def test_only_those_that_build_things_know_the_adapters() -> None:
    builders = {
        module
        for module, path in FILES.items()
        for found in imports_of(module, path.read_text(encoding="utf-8"))
        if within(found.name, ("maildesk.adapters",)) and not within(module, ("maildesk.adapters",))
    }
    assert {module for module in builders if not within(module, MAY_USE_ADAPTERS)} == set()


@pytest.mark.parametrize("module", [module for module in FILES if within(module, SAYS_NOTHING) and not within(module, (MIGRATIONS,))])
def test_what_people_are_told_in_german_is_not_in_the_code(module: str) -> None:
    assert german_said(module, FILES[module].read_text(encoding="utf-8")) == []


def test_every_table_of_words_that_are_read_has_some() -> None:
    for module, tables in WORDS_READ.items():
        without = ast.parse(FILES[module].read_text(encoding="utf-8"))
        found = {node.id for node in ast.walk(without) if isinstance(node, ast.Name) and isinstance(node.ctx, ast.Store)}
        assert set(tables) <= found
        assert german_said(f"{module} without its entry", FILES[module].read_text(encoding="utf-8"))


def test_no_modules_of_core_and_jobs_import_each_other_in_a_ring() -> None:
    graph = {
        module: {found.name for found in imports_of(module, path.read_text(encoding="utf-8"))} - {module}
        for module, path in FILES.items()
        if within(module, ("maildesk.core", "maildesk.jobs"))
    }
    assert cycles(graph) == []


def test_every_home_is_lived_in() -> None:
    """A library that nobody imports any more has no business in the table, nor in the requirements."""
    imported = {
        found.name.partition(".")[0] for module, path in FILES.items() for found in imports_of(module, path.read_text(encoding="utf-8"))
    }
    assert set(HOMES) - imported == set()


def test_every_python_file_begins_with_its_licence() -> None:
    files = [*FILES.values(), *sorted((ROOT / "tests").rglob("*.py")), *sorted((ROOT / "benchmarks").rglob("*.py"))]
    wrong = [path.relative_to(ROOT).as_posix() for path in files if lines_of(path)[:2] != [f"# {line}" for line in SPDX]]
    assert wrong == []


def test_every_other_text_file_names_its_licence_at_the_top() -> None:
    folders = ("templates", "config", "systemd", "docs", ".ci")
    files = [ROOT / "README.md", ROOT / "CHANGELOG.md", ROOT / "Makefile", ROOT / "pyproject.toml"]
    files += [path for folder in folders for path in sorted((ROOT / folder).rglob("*")) if path.is_file() and path.suffix != ".png"]
    wrong = [path.relative_to(ROOT).as_posix() for path in files if not all(line in "\n".join(lines_of(path)[:5]) for line in SPDX)]
    assert wrong == []


# --- the checkers themselves, on planted violations ---


@pytest.mark.parametrize(
    ("module", "source"),
    [
        ("maildesk.core.desk", "from maildesk.adapters import compose"),
        ("maildesk.core.desk", "import maildesk.settings.settings"),
        ("maildesk.core.desk", "from maildesk import settings"),
        ("maildesk.core.desk", "def decide():\n    from maildesk.jobs import intake"),
        ("maildesk.core.desk", "if TYPE_CHECKING:\n    from maildesk.daemon.daemon import Daemon"),
        ("maildesk.core.desk", "from ..adapters import compose"),
        ("maildesk.jobs.intake", "from maildesk.adapters.store import Store"),
        ("maildesk.jobs.intake", "from maildesk.settings.settings import Settings"),
        ("maildesk.adapters.compose", "from maildesk.adapters.store import Store"),
        ("maildesk.adapters.mailbox.filing", "from maildesk.adapters.parse import limits"),
        ("maildesk.adapters.compose", "from maildesk.jobs import outbox"),
        ("maildesk.errors", "from maildesk.core import message"),
        ("maildesk.settings.settings", "from maildesk.building import policy"),
        ("maildesk.building", "from maildesk.jobs import intake"),
        ("maildesk.daemon.daemon", "from maildesk.cli import mail"),
        ("maildesk.newcomer", "import re"),
    ],
)
def test_an_import_against_the_arrows_is_caught(module: str, source: str) -> None:
    assert len(wrong_arrows(module, source)) == 1


@pytest.mark.parametrize(
    ("module", "source"),
    [
        ("maildesk.core.text.days", "from maildesk.core.mail.message import Message"),
        ("maildesk.core.citizens.new_case", "from maildesk.core.staff import mail"),
        ("maildesk.core.office.policy", "def late():\n    from maildesk.core import desk"),
        ("maildesk.core.newcomer.file", "import re"),
    ],
)
def test_an_import_against_the_rooms_is_caught(module: str, source: str) -> None:
    assert len(wrong_rooms(module, source)) == 1


@pytest.mark.parametrize(
    ("module", "source"),
    [
        ("maildesk.adapters.mailbox.filing", "from . import connection"),
        ("maildesk.adapters.mailbox.filing", "from .connection import Connection"),
        ("maildesk.adapters.store", "from maildesk.adapters.store.rows.views import Views"),
        ("maildesk.adapters.parse.child.process", "import maildesk"),
        ("maildesk.building", "def store():\n    from maildesk.adapters.store import Store"),
        ("maildesk.cli.mail", "from maildesk import building"),
    ],
)
def test_an_import_with_the_arrows_is_left_alone(module: str, source: str) -> None:
    assert wrong_arrows(module, source) == []


@pytest.mark.parametrize(
    ("module", "source"),
    [
        ("maildesk.jobs.intake", "import imapclient"),
        ("maildesk.core.desk", "from pydantic import BaseModel"),
        ("maildesk.adapters.compose", "def late():\n    import sqlalchemy.orm"),
        ("maildesk.adapters.mailfiles", "import smtplib"),
        ("maildesk.jobs.outbox", "import socket"),
        ("maildesk.daemon.daemon", "import urllib.request"),
        ("maildesk.building", "import importlib"),
        ("maildesk.adapters.parse.text.html", "import requests"),
    ],
)
def test_a_library_away_from_home_is_caught(module: str, source: str) -> None:
    assert len(homeless_libraries(module, source)) == 1


@pytest.mark.parametrize(
    "source",
    [
        "import logging",
        "import os.path",
        "from time import monotonic",
        "import random",
        "from email.message import EmailMessage",
        "def f():\n    import pathlib",
        "now = datetime.now()",
        "day = date.today()",
        "open('x')",
        "def f():\n    global x\n    x = 1",
        "@dataclass(slots=True)\nclass C:\n    a: int",
        "@dataclass\nclass C:\n    a: int",
    ],
)
def test_an_impurity_is_caught(source: str) -> None:
    assert len(impurities("maildesk.core.desk", source)) == 1


def test_pure_code_is_left_alone() -> None:
    source = "import re\nfrom datetime import datetime\nPATTERN = re.compile('a')\ndef f(now: datetime):\n    return now.date()"
    assert impurities("maildesk.core.desk", source) == []


@pytest.mark.parametrize(
    ("source", "count"),
    [
        ("def f():\n    return say('Es wird geprüft')", 1),
        ("HINT = f'Das ist {what} und nicht mehr'", 1),
        ("A = ('Rückfrage', 'open')", 1),
        ("def f():\n    'Sagt: das ist nicht so'\n    # für uns\n    return 'in the house'", 0),
        ("A = re.compile('(?:für|von) (?:der|die)')\nB = str.maketrans({'ä': 'ae'})", 0),
        ("A = 'seen: 3 mails of the inbox'", 0),
    ],
)
def test_german_that_the_code_says_is_caught(source: str, count: int) -> None:
    assert len(german_said("maildesk.core.desk", source)) == count


def test_a_missing_docstring_is_caught() -> None:
    assert without_docstring("m", "class A:\n    pass") == ["m: has no docstring", "m: class A has no docstring"]
    assert without_docstring("m", '"""M."""\nclass _A:\n    pass') == []


def test_a_ring_of_imports_is_caught() -> None:
    assert cycles({"a": {"b"}, "b": {"c"}, "c": {"b"}}) == ["a", "b", "c"]
    assert cycles({"a": {"b"}, "b": {"elsewhere"}}) == []
