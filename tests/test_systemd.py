# SPDX-FileCopyrightText: 2026 The maildesk authors
# SPDX-License-Identifier: EUPL-1.2
"""The shipped units, judged by systemd's own tools, and held against the words of the interface."""

from __future__ import annotations

import re
import subprocess
import sys
from pathlib import Path

import pytest

from maildesk import errors
from tests.rig.places import ROOT

UNITS = ROOT / "systemd"
NAMES = ("maildesk.service", "maildesk@.service")
EXPOSURE_MAX = 1.5


def unit_settings(name: str) -> dict[str, list[str]]:
    """Every setting of a unit with all the values it is given."""
    found: dict[str, list[str]] = {}
    for line in (UNITS / name).read_text(encoding="utf-8").splitlines():
        if "=" in line and not line.startswith("#"):
            key, _, value = line.partition("=")
            found.setdefault(key, []).append(value)
    return found


@pytest.fixture(params=NAMES)
def installed(request: pytest.FixtureRequest, tmp_path: Path) -> Path:
    """A copy as on a host where maildesk is installed: the program exists, and the template has an instance."""
    text = (UNITS / request.param).read_text(encoding="utf-8")
    path = tmp_path / str(request.param).replace("@.", "@neue-wege.")
    path.write_text(text.replace("/opt/maildesk/bin/maildesk", sys.executable), encoding="utf-8")
    return path


def analyze(*arguments: str, folder: Path) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        ["systemd-analyze", "--no-pager", *arguments], cwd=folder, capture_output=True, text=True, timeout=60, check=False
    )


def test_systemd_finds_nothing_to_complain_about(installed: Path) -> None:
    done = analyze("verify", f"./{installed.name}", folder=installed.parent)
    about_us = [line for line in done.stderr.splitlines() if "maildesk" in line]
    assert (done.returncode, about_us) == (0, []), done.stderr


def test_the_service_is_little_exposed(installed: Path) -> None:
    done = analyze("security", "--offline=true", f"./{installed.name}", folder=installed.parent)
    overall = re.search(r"Overall exposure level.*?: (\d+\.\d)", done.stdout)
    assert overall is not None, done.stderr
    assert float(overall[1]) <= EXPOSURE_MAX, done.stdout


def test_the_units_differ_only_in_the_name_of_the_desk() -> None:
    single, template = (unit_settings(name) for name in NAMES)
    template = {key: [value.replace("/%i", "").replace(" (%i)", "") for value in values] for key, values in template.items()}
    assert single == template


def test_the_desks_of_a_host_share_no_file() -> None:
    settings = unit_settings("maildesk@.service")
    own = settings["LoadCredential"] + settings["StateDirectory"] + settings["ExecStart"] + settings["WorkingDirectory"]
    assert all("/%i" in value for value in own)


@pytest.mark.parametrize("name", NAMES)
def test_a_restart_is_tried_only_where_it_can_help(name: str) -> None:
    prevented = {int(code) for code in unit_settings(name)["RestartPreventExitStatus"][0].split()}
    assert {64, errors.InputError.exit_code, errors.StoreUnusable.exit_code, errors.ConfigError.exit_code} <= prevented
    passing = (errors.MailboxUnreachable, errors.SenderUnreachable, errors.StoreBusy, errors.StoreReplaced, errors.DiskTrouble)
    assert not prevented & {kind.exit_code for kind in passing}


@pytest.mark.parametrize("name", NAMES)
def test_a_parser_that_is_killed_for_its_memory_does_not_take_the_service_along(name: str) -> None:
    assert unit_settings(name)["OOMPolicy"] == ["continue"]


@pytest.mark.parametrize("name", NAMES)
def test_the_passwords_come_as_the_credentials_that_the_configuration_knows(name: str) -> None:
    assert [value.partition(":")[0] for value in unit_settings(name)["LoadCredential"]] == ["imap-password", "smtp-password"]


@pytest.mark.parametrize("name", NAMES)
def test_the_service_may_do_what_python_and_the_parser_do_under_its_filter(name: str) -> None:
    """Limits for the parser's process go through prlimit64; the filter must not take it away with @resources."""
    allowed, denied = unit_settings(name)["SystemCallFilter"]
    assert (allowed, denied) == ("@system-service", "~@privileged @resources")
    listing = analyze("syscall-filter", "@default", "@resources", folder=UNITS).stdout
    default, resources = listing.split("@resources")
    assert "prlimit64" in default
    assert "prlimit64" not in resources
