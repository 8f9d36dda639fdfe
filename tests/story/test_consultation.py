# SPDX-FileCopyrightText: 2026 The maildesk authors
# SPDX-License-Identifier: EUPL-1.2
"""A colleague elsewhere in the house is asked for a statement; it stays in the house. Cases are parted, made one, and shown again."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.rig.builders import a_mail
from tests.rig.colleagues import EVA, MOSER, STAFF, WEBER, answers, case, click, polled, shown, text_of, to, writes
from tests.rig.days import case_number
from tests.rig.desk import ADDRESS, TestDesk, a_desk
from tests.rig.dovecot import Dovecot
from tests.rig.post_office import Accepted, PostOffice

BERG = "berg@leistung.haus.example"
STATEMENT = "Die Akte lag drei Wochen in der falschen Abteilung. INTERN-WISSEN.\n"
LATER = '\n[[staff]]\nname = "Petra Spät"\naddress = "spaet@haus.example"\nkey = "spaet"\nreceives = "assigned"\n'


@pytest.fixture
def desk(dovecot: Dovecot, user: str, tmp_path: Path) -> Iterator[TestDesk]:
    with PostOffice(dovecot, {ADDRESS: user}) as post:
        yield a_desk(tmp_path / "desk", dovecot, post, user, more=STAFF + LATER, desk_more='internal_domains = ["haus.example"]')


def states(desk: TestDesk, asked: Accepted, text: str = STATEMENT, *, number: int = 1, **fields: str) -> None:
    """The colleague elsewhere answers, with everything that a mail program quotes."""
    values = {
        "sender": f"Berg, Karin <{BERG}>",
        "to": ADDRESS,
        "subject": f"AW: {shown(asked)}",
        "message_id": f"stellungnahme-{number}@haus.example",
        "in_reply_to": asked.mail["Message-ID"],
        "references": f"{asked.mail['References'] or ''} {asked.mail['Message-ID']}",
        **fields,
    }
    quoted = "\n".join(f"> {line}" for line in text_of(asked).splitlines())
    desk.write(a_mail(f"{text}\nAm 23.11.2026 schrieb Kundendialog:\n{quoted}\n", **values))  # type: ignore[arg-type]
    polled(desk)


def to_eva(desk: TestDesk) -> str:
    return "\n".join(text_of(letter) + str(letter.octets) for letter in to(desk, EVA))


def test_a_statement_is_asked_for_and_stays_in_the_house(desk: TestDesk) -> None:
    writes(desk, "Guten Tag,\nmeine Kundennummer ist 999B000456. Mein Antrag liegt seit Wochen.\n")
    answers(desk, to(desk, WEBER)[0], f"#rueckfrage {BERG} Wo lag die Akte?")

    asked = to(desk, BERG)[0]
    assert "Wo lag die Akte?" in text_of(asked)
    assert "seit Wochen" in text_of(asked)
    assert "Eva Muster" in text_of(asked)
    for kept_back in (EVA, "999B000456", WEBER, "~"):
        assert kept_back not in text_of(asked)
    assert "bis" in shown(asked)
    assert case(desk)["status"] == "consulting"
    assert "Stellungnahme bis" in text_of(to(desk, WEBER)[-1])

    states(desk, asked)

    told = to(desk, WEBER)[-1]
    assert "INTERN-WISSEN" in text_of(told)
    assert "Berg" in text_of(told)
    assert "INTERN-WISSEN" in text_of(to(desk, MOSER)[-1])
    assert case(desk)["status"] == "open"
    assert [each["role"] for each in case(desk)["messages"]][-1] == "consulted"  # type: ignore[attr-defined]
    assert "INTERN-WISSEN" not in to_eva(desk)
    assert len(to(desk, EVA)) == 1


def test_whoever_answers_the_notice_of_a_statement_does_not_write_to_the_citizen_by_mistake(desk: TestDesk) -> None:
    writes(desk)
    answers(desk, to(desk, WEBER)[0], f"#rueckfrage {BERG} Wo lag die Akte?")
    states(desk, to(desk, BERG)[0])
    told = to(desk, WEBER)[-1]

    answers(desk, told, "Danke, Karin! Das hätte nicht passieren dürfen.", number=2)
    answers(desk, to(desk, WEBER)[0], "Guten Tag,\n\nDie Akte lag drei Wochen in der falschen Abteilung.", number=3)

    assert len(to(desk, EVA)) == 1, "the second one repeats what the colleague wrote"
    assert "noch nicht verschickt" in text_of(to(desk, WEBER)[-1])


def test_a_statement_that_names_the_citizen_in_its_recipients_still_stays_inside(desk: TestDesk) -> None:
    writes(desk)
    answers(desk, to(desk, WEBER)[0], f"#rueckfrage {BERG} Wo lag die Akte?")

    states(desk, to(desk, BERG)[0], to=f"{ADDRESS}, {EVA}", cc=WEBER)

    assert len(to(desk, EVA)) == 1
    assert len(case(desk)["messages"]) == 4  # type: ignore[arg-type]


def test_a_question_leaves_the_house_by_no_misspelt_address(desk: TestDesk) -> None:
    writes(desk)

    answers(desk, to(desk, WEBER)[0], "#rueckfrage berg@haus.exampel Wo lag die Akte?")

    assert to(desk, "berg@haus.exampel") == []
    assert "gehört nicht zum Haus" in text_of(to(desk, WEBER)[-1])
    assert case(desk)["status"] == "new"


def test_a_forwarded_case_mail_asks_and_the_answer_to_all_comes_back_to_the_case(desk: TestDesk) -> None:
    writes(desk)
    relayed = to(desk, WEBER)[0]
    answers(desk, relayed, "Liebe Karin, bitte um Stellungnahme.", to=BERG, cc=ADDRESS, subject=f"WG: {shown(relayed)}")

    assert case(desk)["status"] == "consulting"
    assert len(to(desk, EVA)) == 1
    forwarded = f"antwort-1-{WEBER}"
    desk.write(
        a_mail(
            STATEMENT, sender=BERG, to=f"{WEBER}, {ADDRESS}", subject=f"AW: WG: {shown(relayed)}", message_id="b@haus.example",
            in_reply_to=f"<{forwarded}>", references=f"{relayed.mail['Message-ID']} <{forwarded}>",
        )
    )  # fmt: skip
    polled(desk)

    assert case(desk)["status"] == "open"
    assert "INTERN-WISSEN" in text_of(to(desk, MOSER)[-1])
    assert "INTERN-WISSEN" not in to_eva(desk)


def test_a_statement_that_a_colleague_forwards_to_the_desk_is_taken_in_and_answers_nobody(desk: TestDesk) -> None:
    writes(desk)
    answers(desk, to(desk, WEBER)[0], f"#rueckfrage {BERG} Wo lag die Akte?")
    body = f"zur Akte\n\n-----Ursprüngliche Nachricht-----\nVon: Berg, Karin <{BERG}>\nAn: Weber, Anna\nBetreff: AW: Akte\n\n{STATEMENT}"

    answers(desk, to(desk, WEBER)[0], body, number=2, subject=f"WG: [{case_number(1)}] Akte")

    assert "Stellungnahme eingetragen" in text_of(to(desk, WEBER)[-1])
    assert len(to(desk, EVA)) == 1


def test_a_colleague_of_the_desk_who_is_asked_states_and_does_not_answer(desk: TestDesk) -> None:
    writes(desk)
    answers(desk, to(desk, WEBER)[0], f"#rueckfrage {MOSER} Jörg, warst du da am Telefon?")

    answers(desk, to(desk, MOSER)[-1], "Ja, am Montag.", who=MOSER)

    assert len(to(desk, EVA)) == 1
    assert "Ja, am Montag." in text_of(to(desk, WEBER)[-1])


def test_an_undone_question_waits_no_longer(desk: TestDesk) -> None:
    writes(desk)
    answers(desk, to(desk, WEBER)[0], f"#rueckfrage {BERG} Wo lag die Akte?")

    click(desk, to(desk, WEBER)[-1], "#rueckgaengig")

    assert case(desk)["status"] == "new"


def test_a_mail_that_is_about_something_else_becomes_a_case_of_its_own(desk: TestDesk) -> None:
    writes(desk)
    writes(desk, "Noch etwas ganz anderes: Ihr Aufzug steckt fest.\n", message_id="zwei@example.org", in_reply_to="<frage@example.org>")
    second = to(desk, WEBER)[-1]

    answers(desk, second, "#teilen")

    assert [each["subject"] for each in desk.maildesk("cases", "--json").json] == ["Wartezeit", "Wartezeit"]
    assert len(case(desk, case_number(2))["messages"]) == 1  # type: ignore[arg-type]
    new = to(desk, MOSER)[-1]
    assert shown(new).startswith(f"[{case_number(2)}]")
    answers(desk, new, "Guten Tag,\n\nDer Aufzug fährt wieder.", who=MOSER, number=3)
    assert case_number(2) in shown(to(desk, EVA)[-1])
    answers(desk, second, "Guten Tag,\n\nDanke für den Hinweis auf den Aufzug.", number=4)
    assert "Inzwischen hat schon jemand" in text_of(to(desk, WEBER)[-1]), "the old mail belongs to the new case now"

    writes(desk, "Danke!\n", message_id="drei@example.org", in_reply_to=to(desk, EVA)[-1].mail["Message-ID"])
    assert case(desk, case_number(2))["status"] == "open", "and what a citizen answers joins it, and does not make them one again"
    assert case(desk)["status"] == "new"


def test_a_split_is_taken_back(desk: TestDesk) -> None:
    writes(desk)
    writes(desk, "Noch etwas.\n", message_id="zwei@example.org", in_reply_to="<frage@example.org>")
    answers(desk, to(desk, WEBER)[-1], "#teilen")

    click(desk, to(desk, WEBER)[-1], "#rueckgaengig")

    assert len(case(desk)["messages"]) >= 4  # type: ignore[arg-type]
    assert case(desk, case_number(2))["status"] == "closed", "it is part of the first one again"


def test_cases_made_one_by_mistake_are_set_apart_again(desk: TestDesk) -> None:
    writes(desk)
    other = "ben@example.org"
    writes(desk, "Die Tür klemmt.\n", sender=f"Ben <{other}>", message_id="tuer@example.org", subject="Tür")
    answers(desk, to(desk, WEBER)[-1], f"#zusammenlegen {case_number(1)}")
    assert case(desk, case_number(2))["status"] == "closed"

    click(desk, to(desk, WEBER)[-1], "#rueckgaengig")

    assert case(desk, case_number(2))["status"] == "new"
    assert [each["number"] for each in desk.maildesk("cases", "--status", "new", "--json").json] == [case_number(1), case_number(2)]


def test_a_case_is_shown_again_with_its_attachments_and_the_answer_to_that_leaves(desk: TestDesk) -> None:
    writes(desk)
    answers(desk, to(desk, WEBER)[0], "#zeigen")
    again = to(desk, WEBER)[-1]

    assert "seit Wochen" in text_of(again)
    answers(desk, again, "Guten Tag,\n\nIhr Antrag ist bewilligt.", number=2)

    assert "bewilligt" in text_of(to(desk, EVA)[-1])


def test_who_gets_a_case_gets_its_mail(desk: TestDesk) -> None:
    writes(desk)
    assert to(desk, "spaet@haus.example") == []

    answers(desk, to(desk, WEBER)[0], "#zuweisen spaet")

    assert "seit Wochen" in text_of(to(desk, "spaet@haus.example")[0])
    answers(desk, to(desk, "spaet@haus.example")[0], "Guten Tag,\n\nIhr Antrag ist bewilligt.", who="spaet@haus.example")
    assert "bewilligt" in text_of(to(desk, EVA)[-1])


def test_who_wants_to_stay_unknown_is_shown_to_nobody(desk: TestDesk) -> None:
    writes(desk, "Ich möchte bitte anonym bleiben. Frau X war unfreundlich.\n")
    answers(desk, to(desk, WEBER)[0], f"#rueckfrage {BERG} Was war da?")

    for letter in (*to(desk, WEBER), *to(desk, MOSER), *to(desk, BERG)):
        assert EVA not in text_of(letter) + str(letter.mail["From"])
        assert "Muster" not in text_of(letter).replace("Musterstadt", "")
    answers(desk, to(desk, WEBER)[0], "Guten Tag,\n\nDanke für Ihren Hinweis.", number=2)
    assert "Danke für Ihren Hinweis." in text_of(to(desk, EVA)[-1])


def test_a_link_of_a_forwarded_mail_is_refused_kindly_and_does_nothing(desk: TestDesk) -> None:
    writes(desk)
    relayed = to(desk, WEBER)[0]

    counts = click(desk, relayed, "#erledigt", who=BERG)

    assert (counts["new_cases"], counts["set_aside"]) == (0, 1)
    (said,) = to(desk, BERG)
    assert "Wurden Sie um eine Stellungnahme gebeten?" in " ".join(text_of(said).split())
    assert "Es wurde nichts ausgeführt" in text_of(said)
    assert case(desk)["status"] == "new"
    assert len(to(desk, EVA)) == 1
    assert "~" not in text_of(said)
