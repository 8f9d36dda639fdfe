# SPDX-FileCopyrightText: 2026 The maildesk authors
# SPDX-License-Identifier: EUPL-1.2
"""The writer's own words beside the quotation of our letter, as programs quote it; and what only looks like a quotation."""

from __future__ import annotations

import re
import textwrap
import unicodedata

import pytest

from maildesk.core.case.case import Channel
from maildesk.core.case.opening import case_of
from maildesk.core.letters.relay import Incoming, relay_letter
from maildesk.core.mail.message import Address
from maildesk.core.mail.quoted_letter import without_letter
from tests.rig.answering import POLICY, STAFF
from tests.rig.builders import MONDAY, a_message
from tests.rig.letters import a_composer

NUMBER, NAMES = "KD-2026-00011", (POLICY.desk.name, POLICY.desk.address)
CITIZEN = """\
Guten Tag,

seit Anfang November ist die Heizung in unserer Unterkunft kaputt, und der Hausmeister hebt nicht ab.
Wann kommt endlich jemand vorbei? Wer bezahlt den Heizlüfter, den ich gekauft habe?

Mit freundlichen Grüßen
Erika Musterfrau
"""


def _relayed() -> tuple[str, str]:
    message = a_message(text=CITIZEN, subject="Heizung kaputt – bitte schnell", originator="erika@example.org")
    case = case_of(NUMBER, Channel.EMAIL, Address("Erika Musterfrau", "erika@example.org"), message.subject, MONDAY, POLICY)
    letter = relay_letter(Incoming(NUMBER, message, MONDAY, case), POLICY, STAFF[0], MONDAY)
    wording = a_composer(desk=POLICY.desk).words(letter)
    return wording.subject, wording.text


SUBJECT, TEXT = _relayed()
LETTER = f"{SUBJECT}\n{TEXT}"
BY = "Erika Musterfrau über Kundendialog"
ANSWER = """\
Sehr geehrte Frau Musterfrau,

der Monteur kommt am Freitag zwischen 8 und 10 Uhr.

Mit freundlichen Grüßen
Anna Weber"""


def own(text: str) -> str:
    return without_letter(text, LETTER, NAMES)


def marked(text: str, *, mark: str = "> ", width: int = 0) -> str:
    lines = text.split("\n")
    if width:
        lines = [part for line in lines for part in textwrap.wrap(line, width, break_long_words=False) or [""]]
    return "\n".join(f"{mark}{line}".rstrip() for line in lines)


def shown(text: str) -> str:
    """As a program shows the HTML form: the bars are gone, and a paragraph is one line."""
    return re.sub(r"(?<=\w|,)\n(?=[a-zäöü])", " ", re.sub(r"^\| ?", "", text, flags=re.MULTILINE))


def without_targets(text: str) -> str:
    return re.sub(r"\n\s*<mailto:[^>]*>", "", text)


BY_NAME = f"Am 01.12.26 um 13:23 schrieb {BY}:"
BY_ADDRESS = f"Am 01.12.2026 um 13:23 schrieb {BY} <{POLICY.desk.address}>:"
OUTLOOK = (
    f"Von: {BY} <{POLICY.desk.address}>\nDatum: Dienstag, 1. Dezember 2026 um 13:23\nAn: Weber, Anna <weber@neue-wege.example>\n"
    f"Betreff: {SUBJECT}\n"
)
HTML = shown(TEXT)

QUOTED = {
    "Thunderbird, plain, flowed, no empty line below": f"{BY_NAME}\n{marked(TEXT, width=70)}\n{ANSWER}",
    "Thunderbird, HTML, with the title of the page": f"{BY_NAME}\n> {SUBJECT}\n>\n{marked(HTML)}\n>\n{ANSWER}",
    "Thunderbird, HTML, with stars and indented headings": "\n".join((
        BY_NAME, marked(HTML.replace("Vorgang: KD-2026-00011 · Kundendialog", "*Vorgang: KD-2026-00011 · Kundendialog*")
                        .replace("Die Nachricht:", "    Die Nachricht:"), width=72), "> ", ANSWER,
    )),
    "Apple Mail, attribution inside of the quotation": f"{marked(f'Am 01.12.2026 um 13:23 schrieb {BY} <{POLICY.desk.address}>:')}\n>\n"
    f"{marked(HTML)}\n\n{ANSWER}",
    "Apple Mail, letters with their dots apart": f"{unicodedata.normalize('NFD', BY_ADDRESS)}\n\n"
    f"{unicodedata.normalize('NFD', marked(HTML))}\n\n{ANSWER}",
    "Outlook for Mac, below, nothing marked": f"{OUTLOOK}\n{TEXT}\n\n{ANSWER}",
    "Outlook for Mac, below a rule": f"________________________________\n{OUTLOOK}\n{HTML}\n{ANSWER}",
    "K-9, attribution with seconds and zone": f"Am 1. Dezember 2026 13:23:38 MEZ schrieb {BY} <{POLICY.desk.address}>:\n"
    f"{marked(TEXT, mark='>')}\n\n{ANSWER}",
    "FairEmail, links without their targets": f"Am 1. Dezember 2026 13:23:38 MEZ schrieb {BY} <{POLICY.desk.address}>:\n"
    f"{marked(without_targets(HTML))}\n\n{ANSWER}",
    "mutt": f"Am Tue, Dec 01, 2026 at 12:23:38PM +0000 schrieb {BY}:\n{marked(TEXT)}\n\n{ANSWER}",
    "alpine, attribution in four lines, headings in capitals": "\n".join((
        "On Tue, 1 ", "Dec 2026 13:23, Erika Musterfrau über ", "Kundendialog wrote:", "", ">",
        marked(without_targets(HTML).replace("Die Nachricht:", "DIE NACHRICHT:").replace("Mit einem Klick:", "MIT EINEM KLICK:")),
        ">", "", ANSWER,
    )),
    "links broken behind the question mark": f"{BY_NAME}\n{marked(TEXT.replace('?subject=', '?' + chr(10) + '     subject='))}\n{ANSWER}",
    "the end of the quotation deleted": f"{BY_NAME}\n{marked(TEXT.partition('Mit einem Klick')[0].rstrip())}\n{ANSWER}",
    "a program that broke its own lines": f"{BY_NAME}\n"
    + marked(HTML).replace("in unserer Unterkunft", "in unserer\nUnterkunft")
    + f"\n{ANSWER}",
    "marked twice": f"{BY_NAME}\n{marked(TEXT, mark='> > ')}\n{ANSWER}",
}  # fmt: skip


@pytest.mark.parametrize("name", QUOTED)
def test_an_answer_below_the_quotation_is_what_its_writer_typed(name: str) -> None:
    assert own(QUOTED[name]) == ANSWER


def test_an_answer_above_is_the_same() -> None:
    assert own(f"{ANSWER}\n\n{BY_NAME}\n{marked(TEXT)}\n>") == ANSWER
    assert own(f"{ANSWER}\n\n{OUTLOOK}\n{TEXT}") == ANSWER


def test_what_is_above_and_what_is_below_are_joined() -> None:
    assert own(f"#lob\n\n{BY_NAME}\n{marked(TEXT)}\n{ANSWER}") == f"#lob\n\n{ANSWER}"


# --- what stays ---

NOT_QUOTED = {
    "the citizen's sentence in other words": "Guten Tag Frau Musterfrau,\n\nSie schreiben, die Heizung in Ihrer Unterkunft sei seit\n"
    "Anfang November kaputt, und der Hausmeister hebe nicht ab. Wir kümmern uns.",
    "the citizen's greeting and closing": "Guten Tag,\n\nja.\n\nMit freundlichen Grüßen\nErika Musterfrau",
    "only a greeting": "Guten Tag",
    "headings of ours": "Guten Tag,\n\nDie Nachricht:\n\nja, ist da.\n\nAnlagen:\n\n- Mietvertrag",
    "the citizen's lines copied, and introduced by nobody": "seit Anfang November ist die Heizung in unserer Unterkunft kaputt, und der"
    " Hausmeister hebt nicht ab.\n\nDas ist jetzt erledigt.",
    "the citizen's words between quotation marks": "Guten Tag,\n\nzu „Wann kommt endlich jemand vorbei? Wer bezahlt den Heizlüfter“:"
    "\nAm Freitag.",
    "the whole letter pasted without marks": f"{TEXT}\n\nBitte prüfen.",
    "lines of the answer marked by hand": f"{ANSWER}\n\n> Zimmer 2.14\n> Erdgeschoss",
    "the quotation of somebody else's mail": f"{BY_NAME}\n> Hallo Anna, morgen um zehn Uhr bei mir im Büro wegen der Heizung?\n{ANSWER}",
    "nothing but the quotation": f"{BY_NAME}\n{marked(TEXT)}\n>",
}  # fmt: skip


@pytest.mark.parametrize("name", NOT_QUOTED)
def test_nothing_is_cut_where_a_word_of_the_writer_could_go(name: str) -> None:
    assert own(NOT_QUOTED[name]) == NOT_QUOTED[name]


def test_words_of_the_letter_below_its_quotation_are_the_writers() -> None:
    again = "Guten Tag,\n\nseit Anfang November ist die Heizung in unserer Unterkunft kaputt: das stimmt.\n\nMit freundlichen Grüßen"
    typed = "Guten Tag,\n\nWann kommt endlich jemand vorbei? Wer bezahlt den Heizlüfter, den ich gekauft habe?\n\nDas Amt."

    for words in (again, typed):
        assert own(f"{BY_NAME}\n{marked(TEXT)}\n{words}") == words
        assert own(f"{BY_NAME}\n{marked(TEXT.partition('Guten Tag')[0].rstrip(' |'))}\n{words}") == words
        assert own(f"{OUTLOOK}\n{TEXT}\n\n{words}") == words


@pytest.mark.parametrize("typed", ["Am Freitag.", "Das Amt.", "> Ja, morgen.", "Ja, und zwar noch heute.\n\nDas Amt bezahlt."])
def test_words_between_the_quoted_lines_stay_with_the_paragraph_that_they_answer(typed: str) -> None:
    above, below = marked(TEXT).split("\n> |\n> | Mit freundlichen")
    paragraph = above.rpartition("> |\n")[2]
    assert "seit Anfang November" in paragraph
    assert "Wer bezahlt" in paragraph

    text = f"{BY_NAME}\n{above}\n{typed}\n> |\n> | Mit freundlichen{below}"

    assert own(text) == f"{paragraph}\n{typed}"
    assert own(f"{text}\n{ANSWER}") == f"{paragraph}\n{typed}\n\n{ANSWER}"
    assert own(f"Siehe unten.\n\n{text}") == f"Siehe unten.\n\n{paragraph}\n{typed}"


def test_all_between_the_first_and_the_last_answer_stays() -> None:
    text = marked(TEXT).replace("> |\n> | Mit freundlichen", "Am Freitag.\n> |\n> | Mit freundlichen").replace("hebt", "hebt -> doch")

    assert own(f"{BY_NAME}\n{text}").startswith("> | seit Anfang")
    assert own(f"{BY_NAME}\n{text}").endswith("Am Freitag.")


def test_without_marks_nothing_is_cut_around_answers_between_the_lines() -> None:
    text = f"{OUTLOOK}\n{TEXT}".replace("Mit einem Klick:", "Das Amt.\n\nMit einem Klick:")

    assert own(text) == text


def test_a_sentence_that_leads_to_the_quotation_stays() -> None:
    said = "Zu Ihrer Nachricht vom 1.12. an den Kundendialog:"

    assert own(f"{said}\n\n{marked(TEXT)}\n{ANSWER}") == f"{said}\n\n{ANSWER}"
    assert own(f"{said}\n{BY_ADDRESS}\n{marked(TEXT)}\n{ANSWER}") == f"{said}\n\n{ANSWER}"


def test_a_hostile_letter_takes_no_time() -> None:
    letter, text = "ja " * 100_000, "> ja nein " * 100_000

    assert without_letter(f"{text}\n> {letter}", letter, NAMES)
