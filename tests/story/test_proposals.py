# SPDX-FileCopyrightText: 2026 The maildesk authors
# SPDX-License-Identifier: EUPL-1.2
"""Kind and urgency are proposed by the words of a mail; colleagues confirm or withdraw them, and are told of danger at once."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, datetime
from email.utils import format_datetime
from pathlib import Path

import pytest

from tests.rig.builders import a_mail
from tests.rig.colleagues import EVA, MOSER, STAFF, WEBER, answers, case, click, shown, text_of, to, writes
from tests.rig.days import case_number
from tests.rig.desk import ADDRESS, TestDesk, a_desk
from tests.rig.dovecot import Dovecot
from tests.rig.letters import content
from tests.rig.post_office import Accepted, PostOffice

DANGER = "Guten Tag,\nwenn sich nichts tut, bringe ich mich um.\n"
BREACH = "Guten Tag,\nin meinem Umschlag lag der Bescheid einer fremden Person.\n"


@pytest.fixture
def desk(dovecot: Dovecot, user: str, tmp_path: Path) -> Iterator[TestDesk]:
    with PostOffice(dovecot, {ADDRESS: user}) as post:
        yield a_desk(tmp_path / "desk", dovecot, post, user, more=STAFF)


def alarms(desk: TestDesk) -> list[Accepted]:
    return [letter for letter in to(desk, WEBER) if "Hinweis auf" in shown(letter)]


def test_the_proposed_kind_is_shown_as_one_and_confirmed_by_the_first_link(desk: TestDesk) -> None:
    writes(desk)

    relayed = to(desk, WEBER)[0]
    assert "Vorschlag: Kritik" in text_of(relayed)
    assert "Vorschlag: Kritik" in content(relayed.mail, "text/html")
    assert text_of(relayed).index("Kritik bestätigen") < text_of(relayed).index("Als gesehen bestätigen")
    assert (case(desk)["kind"], case(desk)["kind_confirmed"]) == ("kritik", False)
    assert case(desk)["messages"][0]["kind"] == "kritik"  # type: ignore[index]

    click(desk, relayed, "#kritik")

    assert (case(desk)["kind"], case(desk)["kind_confirmed"]) == ("kritik", True)


def test_a_proposed_kind_closes_no_case(desk: TestDesk) -> None:
    writes(desk)
    answers(desk, to(desk, WEBER)[0], "#thema termin #abgeholfen #erledigt")

    asked = text_of(to(desk, WEBER)[-1])
    assert case(desk)["status"] == "new"
    assert "Zum Abschließen fehlt noch: Art" in asked
    assert "\nArt:\n\n- Kritik / Beschwerde (Vorschlag)\n" in asked
    assert asked.index("- Kritik") < asked.index("- Hinweis")


def test_danger_is_told_at_once_with_the_number_alone_and_again_with_the_next_mail(desk: TestDesk) -> None:
    writes(desk, DANGER, subject="GEHEIM")

    alarm = alarms(desk)[0]
    assert shown(alarm) == f"SOFORT LESEN – {case_number(1)} – Hinweis auf Gefahr für Menschen"
    assert "bringe" not in text_of(alarm)
    assert "GEHEIM" not in text_of(alarm)
    assert EVA not in alarm.octets.decode()
    relayed = next(letter for letter in to(desk, WEBER) if letter is not alarm)
    assert shown(relayed).startswith(f"SOFORT LESEN – [{case_number(1)}]")
    assert "Dringlichkeit: Sofort – Gefahr (Vorschlag)" in text_of(relayed)
    assert case(desk)["urgency"] == "sofort"

    assert [case_number(1) in each["name"] for each in desk.status()["alarms"]] == [True]

    answers(desk, relayed, "#gesehen")
    assert desk.status()["alarms"] == [], "it has been seen"
    assert any(event["detail"] == "gesehen" for event in case(desk)["events"])  # type: ignore[attr-defined]

    writes(desk, DANGER + "Heute.", message_id="zwei@example.org", in_reply_to="<frage@example.org>", subject="AW: GEHEIM")
    assert len(alarms(desk)) == 2
    assert [each["number"] for each in desk.maildesk("cases", "--json").json] == [case_number(1)]


def test_what_a_colleague_said_of_the_urgency_stays_but_new_danger_is_new(desk: TestDesk) -> None:
    writes(desk, DANGER)
    relayed = next(letter for letter in to(desk, WEBER) if shown(letter).startswith("SOFORT LESEN – ["))
    click(desk, relayed, "#nicht-dringend")
    assert case(desk)["urgency"] == "normal"

    reply = {"in_reply_to": "<frage@example.org>", "subject": "AW: Wartezeit"}
    writes(desk, "Mein Kühlschrank ist leer.\n", message_id="zwei@example.org", **reply)
    assert case(desk)["urgency"] == "normal"
    assert "mittellos" in case(desk)["flags"]  # type: ignore[operator]
    writes(desk, "Ich will nicht mehr leben.\n", message_id="drei@example.org", **reply)
    assert case(desk)["urgency"] == "sofort"


def test_a_follow_up_raises_the_urgency_and_never_lowers_it(desk: TestDesk) -> None:
    reply = {"in_reply_to": "<frage@example.org>", "subject": "AW: Wartezeit"}
    writes(desk)
    writes(desk, "Wir haben nichts mehr zu essen.\n", message_id="zwei@example.org", **reply)
    assert case(desk)["urgency"] == "dringend"
    writes(desk, "Anbei das Formular.\n", message_id="drei@example.org", **reply)
    assert case(desk)["urgency"] == "dringend"
    assert "Dringlichkeit: Heute bearbeiten\n" in text_of(to(desk, MOSER)[-1])


def test_a_data_breach_is_told_too(desk: TestDesk) -> None:
    writes(desk, BREACH)

    assert [shown(alarm) for alarm in alarms(desk)] == [f"HEUTE LESEN – {case_number(1)} – Hinweis auf eine Datenpanne"]
    assert "72 Stunden" in text_of(alarms(desk)[0])


def test_imported_mail_raises_no_alarm(desk: TestDesk, tmp_path: Path) -> None:
    (tmp_path / "alt.eml").write_bytes(a_mail(DANGER, sender=EVA, to=ADDRESS, date=format_datetime(datetime.now(UTC))))

    assert desk.maildesk("import", tmp_path / "alt.eml").code == 0

    desk.maildesk("poll")
    assert to(desk, WEBER) == []
    assert case(desk)["urgency"] == "sofort"


def test_inspect_proposes_without_a_desk(desk: TestDesk, tmp_path: Path) -> None:
    (tmp_path / "a.eml").write_bytes(a_mail("Ich möchte mich beschweren.\n"))

    found = desk.maildesk("inspect", tmp_path / "a.eml", "--json")

    assert '"kind": "kritik"' in found.out
    assert "proposed kind: kritik" in found.out
