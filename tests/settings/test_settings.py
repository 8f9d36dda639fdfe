# SPDX-FileCopyrightText: 2026 The maildesk authors
# SPDX-License-Identifier: EUPL-1.2
"""The configuration: every mistake at once, each with file, key, value and remedy."""

from __future__ import annotations

from datetime import time
from pathlib import Path

import pytest

from maildesk.core.office.policy import DigestPlan
from maildesk.errors import ConfigError
from maildesk.settings.passwords import read_passwords
from maildesk.settings.servers import is_loopback
from maildesk.settings.settings import Settings, find_settings, load_settings

SMALLEST = """
[desk]
name = "Kundendialog"
address = "desk@example.com"
[imap]
host = "imap.example.com"
user = "desk"
[smtp]
host = "smtp.example.com"
user = "desk"
"""


def written(folder: Path, text: str) -> Path:
    file = folder / "maildesk.toml"
    file.write_text(text, encoding="utf-8")
    return file


def problems_of(folder: Path, text: str) -> tuple[str, ...]:
    with pytest.raises(ConfigError) as caught:
        load_settings(written(folder, text))
    assert caught.value.exit_code == 78
    return caught.value.problems


def test_the_smallest_file_is_enough(tmp_path: Path) -> None:
    settings = load_settings(written(tmp_path, SMALLEST))

    assert settings.imap.port == 993
    assert settings.smtp.security == "starttls"
    assert settings.database_file == tmp_path / "maildesk.db"
    assert settings.templates_dir == tmp_path / "templates"


def test_all_mistakes_are_told_at_once_with_file_key_value_and_remedy(tmp_path: Path) -> None:
    text = SMALLEST.replace('host = "imap.example.com"', 'hots = "imap.example.com"\nport = "993"\npoll_seconds = 1')
    text += '[letters]\nacknowledge = "yes"\n[[staff]]\nname = "W"\naddress = "nobody"\nkey = "W eber"\n[surprise]\nx = 1\n'

    found = "\n".join(problems_of(tmp_path, text))

    for expected in (
        "imap.host: is required and missing",
        "imap.hots = 'imap.example.com': unknown key: did you mean 'host'?",
        "imap.port = '993'",
        "imap.poll_seconds = '1'",
        "letters.acknowledge = 'yes'",
        "staff.1.address = 'nobody'",
        "staff.1.key = 'W eber'",
        "surprise: unknown key",
    ):
        assert expected in found
    assert all(line.startswith(str(tmp_path / "maildesk.toml")) for line in found.splitlines())


@pytest.mark.parametrize(
    ("section", "line", "said"),
    [
        (
            "desk",
            'prefix = "kd"',
            "desk.prefix = 'kd': must be a capital letter, then at most 7 capital letters and digits: KD",
        ),
        ("desk", 'languages = ["deutsch"]', "must be a language of two small letters, such as de"),
        ("desk", "languages = []", "desk.languages: must be a list that is not empty"),
        ("desk", 'aliases = "a@example.com"', "desk.aliases = 'a@example.com': must be a list in brackets"),
        ("desk", "phone = 5", "desk.phone = '5': must be a text in quotes"),
        ("imap", 'port = "993"', "imap.port = '993': must be a whole number without quotes"),
        ("imap", "port = 99999", "imap.port = '99999': must be 65535 or less"),
        ("imap", "poll_seconds = 1", "imap.poll_seconds = '1': must be 5 or more"),
        ("imap", "poll_seconds = 7.5", "imap.poll_seconds = '7.5': must be a whole number without quotes"),
        ("imap", 'security = "ssl"', "imap.security = 'ssl': must be 'tls', 'starttls' or 'none'"),
        ("imap", 'idle = "yes"', "imap.idle = 'yes': must be true or false, without quotes"),
        ("imap", "password_file = 7", "must be a text in quotes: the name of a file or folder"),
        ("smtp", 'host = ""', "smtp.host = '': must be a text that is not empty"),
    ],
)
def test_what_a_value_must_be_is_said_in_words_of_the_configuration(tmp_path: Path, section: str, line: str, said: str) -> None:
    text = SMALLEST.replace('host = "smtp.example.com"\n', "") if section == "smtp" else SMALLEST

    problems = problems_of(tmp_path, text.replace(f"[{section}]", f"[{section}]\n{line}"))

    assert any(said in problem for problem in problems), problems
    assert not any(word in "".join(problems) for word in ("Input should", "valid string", "tuple", "String", "pattern"))


def test_a_password_in_the_configuration_is_refused_and_not_repeated(tmp_path: Path) -> None:
    text = SMALLEST.replace("[smtp]", 'password = "s3cret"\n[smtp]')

    found = "\n".join(problems_of(tmp_path, text))

    assert "password_file" in found
    assert "s3cret" not in found


@pytest.mark.parametrize(
    ("key", "value"),
    [
        ("timezone", "Europe/Darmstadt"),
        ("holidays", "Hessen"),
        ("service_hours", "immer"),
        ("service_hours", "Mo-Do 16:00-08:00"),
        ("prefix", "kd"),
        ("address", "desk"),
        ("name", "Kunden\\ndialog"),
        ("privacy_url", "javascript:alert(1)"),
    ],
)
def test_a_wrong_value_of_the_desk_is_told_with_its_key(tmp_path: Path, key: str, value: str) -> None:
    lines = [line for line in SMALLEST.splitlines() if not line.startswith(f"{key} ")]
    lines.insert(lines.index("[desk]") + 1, f'{key} = "{value}"')

    assert any(f"desk.{key}" in problem for problem in problems_of(tmp_path, "\n".join(lines)))


def test_clear_text_is_allowed_to_this_machine_only(tmp_path: Path) -> None:
    away = SMALLEST.replace('host = "imap.example.com"', 'host = "imap.example.com"\nsecurity = "none"')
    here = SMALLEST.replace('host = "imap.example.com"', 'host = "127.0.0.1"\nsecurity = "none"')

    assert any("this machine only" in problem for problem in problems_of(tmp_path, away))
    assert load_settings(written(tmp_path, here)).imap.security == "none"


HOSTS = {
    "127.0.0.1": True, "::1": True, "[::1]": True, "localhost": True, "127.9.9.9": True,
    "127.0.0.1.example.com": False, "0.0.0.0": False, "localhost.example.com": False,
}  # fmt: skip


@pytest.mark.parametrize("host", HOSTS)
def test_loopback_is_told_by_the_address(host: str) -> None:
    assert is_loopback(host) is HOSTS[host]


@pytest.mark.parametrize("at", ["7:30", "24:00", "16:00", "morgens", "07:30:00", "07:60"])
def test_the_hour_of_the_digest_is_one_at_which_somebody_reads_it(tmp_path: Path, at: str) -> None:
    (problem,) = problems_of(tmp_path, SMALLEST + f'[digest]\nat = "{at}"\n')
    assert "digest.at" in problem
    assert "before 16:00" in problem


def test_the_digest_is_planned_as_configured(tmp_path: Path) -> None:
    text = SMALLEST + '[digest]\nenabled = false\nat = "09:05"\nwhen_empty = "none"\n'

    assert load_settings(written(tmp_path, text)).digest.plan() == DigestPlan(False, time(9, 5), "none")
    assert load_settings(written(tmp_path, SMALLEST)).digest.plan() == DigestPlan()


def test_folders_must_differ(tmp_path: Path) -> None:
    text = SMALLEST.replace("[smtp]", 'archive = "Sent"\n[smtp]')

    assert any("different folders" in problem for problem in problems_of(tmp_path, text))


def test_two_staff_with_one_key_are_refused(tmp_path: Path) -> None:
    staff = '[[staff]]\nname = "W"\naddress = "{}@example.com"\nkey = "w"\n'

    assert any("two [[staff]]" in problem for problem in problems_of(tmp_path, SMALLEST + staff.format("a") + staff.format("b")))


ANNA = '[[staff]]\nname = "Anna"\naddress = "anna@example.com"\nkey = "anna"\naliases = ["a.weber@example.com", "anna@home.example"]\n'
JOERG = '[[staff]]\nname = "Jörg"\naddress = "{}"\nkey = "joerg"\naliases = ["{}"]\n'


def test_staff_have_aliases_and_the_desk_has_forms(tmp_path: Path) -> None:
    text = SMALLEST.replace("[imap]", 'forms = ["noreply@web.example"]\n[imap]') + ANNA

    settings = load_settings(written(tmp_path, text))

    assert settings.desk.desk().is_form("NoReply@web.example")
    anna = settings.staff[0].person()
    assert [anna.owns(address) for address in ("Anna@example.com", "ANNA@home.example", "anna@web.example")] == [True, True, False]


@pytest.mark.parametrize(
    ("address", "alias"),
    [
        ("A.Weber@example.com", "joerg@home.example"),
        ("joerg@example.com", "anna@example.com"),
        ("joerg@example.com", "anna@HOME.example"),
        ("joerg@example.com", "joerg@example.com"),
    ],
)
def test_an_address_or_alias_of_two_staff_entries_is_refused(tmp_path: Path, address: str, alias: str) -> None:
    problems = problems_of(tmp_path, SMALLEST + ANNA + JOERG.format(address, alias))

    assert any("have the address" in problem for problem in problems)


@pytest.mark.parametrize(
    ("key", "where"), [('forms = ["anna@home.example"]', "[desk] forms"), ('aliases = ["A.Weber@example.com"]', "[desk] address")]
)
def test_an_address_of_a_form_or_of_the_desk_is_no_colleagues(tmp_path: Path, key: str, where: str) -> None:
    problems = problems_of(tmp_path, SMALLEST.replace("[imap]", f"{key}\n[imap]") + ANNA)

    assert any(f"is both in {where}" in problem and "take it out of one of them" in problem for problem in problems)


def test_a_file_that_is_missing_or_no_toml_is_told_as_such(tmp_path: Path) -> None:
    with pytest.raises(ConfigError, match=r"no such file.*maildesk init"):
        load_settings(tmp_path / "none.toml")
    assert any("no valid TOML" in problem for problem in problems_of(tmp_path, "[desk\n"))


def test_the_file_is_looked_for_in_the_order_of_the_contract(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    named, variable = tmp_path / "named.toml", tmp_path / "variable.toml"

    assert find_settings(named, {"MAILDESK_CONFIG": str(variable)}) == named
    assert find_settings(None, {"MAILDESK_CONFIG": str(variable)}) == variable
    assert find_settings(None, {}) == Path("maildesk.toml")


# --- passwords ---


def with_files(folder: Path, mode: int = 0o600) -> Settings:
    text = SMALLEST.replace("[smtp]", 'password_file = "imap"\n[smtp]') + 'password_file = "smtp"\n'
    for name in ("imap", "smtp"):
        (folder / name).write_text(f"{name} pass word\n")
        (folder / name).chmod(mode)
    return load_settings(written(folder, text))


def test_passwords_come_from_files_without_the_newline(tmp_path: Path) -> None:
    found = read_passwords(with_files(tmp_path), {})

    assert (found.imap, found.smtp) == ("imap pass word", "smtp pass word")
    assert "pass word" not in repr(found)


def test_password_files_that_others_can_read_are_refused_both_at_once(tmp_path: Path) -> None:
    with pytest.raises(ConfigError) as caught:
        read_passwords(with_files(tmp_path, 0o644), {})

    assert len(caught.value.problems) == 2
    assert all("chmod 600" in problem and "0644" in problem for problem in caught.value.problems)


def test_a_folder_and_what_is_no_text_are_no_password_files(tmp_path: Path) -> None:
    settings = with_files(tmp_path)
    (tmp_path / "imap").unlink()
    (tmp_path / "imap").mkdir()
    (tmp_path / "smtp").write_bytes(b"\xff\xfe")

    with pytest.raises(ConfigError) as caught:
        read_passwords(settings, {})

    assert "is a folder: name the file in which the password is" in caught.value.problems[0]
    assert "is no text in UTF-8" in caught.value.problems[1]


def test_passwords_come_from_credentials_or_the_environment(tmp_path: Path) -> None:
    settings = load_settings(written(tmp_path, SMALLEST))
    (tmp_path / "imap-password").write_text("from credential\n")

    found = read_passwords(settings, {"CREDENTIALS_DIRECTORY": str(tmp_path), "MAILDESK_SMTP_PASSWORD": "from variable"})

    assert (found.imap, found.smtp) == ("from credential", "from variable")


def test_a_missing_or_empty_password_is_told_with_all_three_ways_to_give_it(tmp_path: Path) -> None:
    with pytest.raises(ConfigError) as caught:
        read_passwords(load_settings(written(tmp_path, SMALLEST)), {})
    assert "imap-password" in caught.value.problems[0]
    assert "MAILDESK_IMAP_PASSWORD" in caught.value.problems[0]

    settings = with_files(tmp_path)
    (tmp_path / "imap").write_text("\n")
    (tmp_path / "smtp").unlink()
    with pytest.raises(ConfigError) as caught:
        read_passwords(settings, {})
    assert ["is empty" in caught.value.problems[0], "no such file" in caught.value.problems[1]] == [True, True]


def test_an_address_that_would_make_links_too_long_is_refused(tmp_path: Path) -> None:
    text = SMALLEST.replace("desk@example.com", f"{'k' * 60}@{'d' * 20}.example")

    assert any("at most 70 characters" in problem for problem in problems_of(tmp_path, text))


def test_a_form_that_sends_from_the_desks_own_address_is_refused(tmp_path: Path) -> None:
    (problem,) = problems_of(tmp_path, SMALLEST.replace("[imap]", 'forms = ["Desk@example.com"]\n[imap]'))

    assert "the desk's own address" in problem
