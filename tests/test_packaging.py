# SPDX-FileCopyrightText: 2026 The maildesk authors
# SPDX-License-Identifier: EUPL-1.2
"""What leaves the house: the wheel, the locks, the version, the licence."""

from __future__ import annotations

import os
import re
import subprocess
import sys
import tomllib
import zipfile
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from packaging.requirements import Requirement
from packaging.utils import canonicalize_name

import maildesk
from tests.rig.places import ROOT

LOCKS = ("requirements.lock", "requirements-dev.lock")
SHIPPED_FOLDERS = ("templates", "config", "systemd")


@pytest.fixture(scope="module")
def project() -> dict[str, Any]:
    return tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))


@pytest.fixture(scope="module")
def wheel(tmp_path_factory: pytest.TempPathFactory) -> Iterator[zipfile.ZipFile]:
    """The wheel as hatchling builds it, without a network."""
    folder = tmp_path_factory.mktemp("dist")
    command = [sys.executable, "-m", "hatchling", "build", "--target", "wheel", "--directory", str(folder)]
    subprocess.run(command, cwd=ROOT, check=True, capture_output=True, timeout=100)
    with zipfile.ZipFile(next(folder.glob("*.whl"))) as archive:
        yield archive


def locked(name: str) -> dict[str, str]:
    """Canonical name -> version of every pinned distribution."""
    pins = re.findall(r"^([A-Za-z0-9._-]+)==([^ ;\\]+)", (ROOT / name).read_text(encoding="utf-8"), re.MULTILINE)
    return {canonicalize_name(distribution): version for distribution, version in pins}


def requirements(project: dict[str, Any], *groups: str) -> list[Requirement]:
    """What pyproject.toml asks for: the dependencies, the extra `demo`, and the named dependency groups."""
    lines = project["project"]["dependencies"] + project["project"]["optional-dependencies"]["demo"]
    for group in groups:
        lines += [line for line in project["dependency-groups"][group] if isinstance(line, str)]
    return [Requirement(line) for line in lines]


@pytest.mark.parametrize("folder", SHIPPED_FOLDERS)
def test_the_wheel_carries_every_file_of_the_folders_at_the_top(wheel: zipfile.ZipFile, folder: str) -> None:
    here = {path.relative_to(ROOT).as_posix() for path in (ROOT / folder).rglob("*") if path.is_file()}
    there = {name.removeprefix("maildesk/_shipped/") for name in wheel.namelist() if name.startswith(f"maildesk/_shipped/{folder}/")}
    assert here
    assert here <= there


def test_the_wheel_carries_the_program_and_the_licence_and_nothing_else(wheel: zipfile.ZipFile) -> None:
    names = wheel.namelist()
    info = f"maildesk-{maildesk.__version__}.dist-info"
    assert "maildesk/core/desk.py" in names
    assert f"{info}/licenses/LICENSES/EUPL-1.2.txt" in names
    assert {name.split("/")[0] for name in names} == {"maildesk", info}


def test_the_wheel_installs_the_command(wheel: zipfile.ZipFile) -> None:
    entry_points = wheel.read(f"maildesk-{maildesk.__version__}.dist-info/entry_points.txt").decode()
    assert "[console_scripts]\nmaildesk = maildesk.__main__:main" in entry_points


def test_the_command_of_an_installed_maildesk_can_be_imported(wheel: zipfile.ZipFile, tmp_path: Path) -> None:
    """From the wheel alone, away from the source tree."""
    wheel.extractall(tmp_path)
    code = "import maildesk, maildesk.__main__ as m; assert callable(m.main); print(maildesk.__file__)"
    environment = {**os.environ, "PYTHONPATH": str(tmp_path), "PYTHONDONTWRITEBYTECODE": "1"}
    done = subprocess.run([sys.executable, "-c", code], cwd=tmp_path, env=environment, capture_output=True, text=True, timeout=60)
    assert done.stdout.startswith(str(tmp_path)), done.stderr


@pytest.mark.parametrize("name", LOCKS)
def test_a_lock_names_no_place_and_every_pin_has_its_hash(name: str) -> None:
    text = (ROOT / name).read_text(encoding="utf-8")
    assert not re.search(r"https?:|file:|--(extra-)?index-url|--find-links|@ ", text)
    pinned = [block for block in re.split(r"\n(?=\S)", text.strip()) if not block.startswith("#")]
    assert pinned
    assert all("==" in block and "--hash=sha256:" in block for block in pinned)


@pytest.mark.parametrize(("name", "groups"), [("requirements.lock", ["build"]), ("requirements-dev.lock", ["build", "dev"])])
def test_every_requirement_stands_in_the_lock_with_a_version_it_allows(project: dict[str, Any], name: str, groups: list[str]) -> None:
    pins = locked(name)
    wanted = requirements(project, *groups)
    wrong = [str(one) for one in wanted if not one.specifier.contains(pins.get(canonicalize_name(one.name), "0"))]
    assert wrong == []


def test_the_environments_of_demo_and_tests_hold_the_same_versions() -> None:
    runtime, development = (locked(name) for name in LOCKS)
    assert {name: development.get(name) for name in runtime} == runtime


def test_the_version_is_the_same_wherever_it_is_told(project: dict[str, Any]) -> None:
    assert project["project"]["version"] == maildesk.__version__
    first = re.search(r"^## \[([^\]]+)\]", (ROOT / "CHANGELOG.md").read_text(encoding="utf-8"), re.MULTILINE)
    assert first is not None
    assert first[1] in {maildesk.__version__, "Unreleased"}


def test_the_licence_in_the_metadata_is_the_one_whose_text_is_here(project: dict[str, Any]) -> None:
    licence = project["project"]["license"]
    assert (ROOT / "LICENSES" / f"{licence}.txt").read_text(encoding="utf-8").startswith("EUROPEAN UNION PUBLIC LICENCE v. 1.2")


def test_the_continuous_integration_runs_what_a_person_runs() -> None:
    script = ROOT / ".ci" / "run"
    assert os.access(script, os.X_OK)
    assert re.findall(r"^make (\w+)", script.read_text(encoding="utf-8"), re.MULTILINE) == ["test", "check"]
