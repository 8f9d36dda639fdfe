# SPDX-FileCopyrightText: 2026 The maildesk authors
# SPDX-License-Identifier: EUPL-1.2
"""The digest: which case stands where, in which order, how much is shown, when it is due, and what no line of it says."""

from __future__ import annotations

import doctest
from dataclasses import fields, replace
from datetime import UTC, date, datetime, time, timedelta
from urllib.parse import unquote

import pytest
from hypothesis import given
from hypothesis import strategies as st

from maildesk.core.agenda import digest
from maildesk.core.agenda.agenda import Agenda, AsideMail, OpenCase
from maildesk.core.agenda.digest import (
    ASIDE_KINDS,
    ASIDE_MAX,
    LINES_EACH,
    LINES_MAX,
    SHOWN,
    Section,
    digest_letters,
    in_sections,
    is_due,
    section_of,
    shares,
    summary,
)
from maildesk.core.case.case import Status
from maildesk.core.letters.keyed_ids import is_order_token, parse_keyed_id
from maildesk.core.letters.letter import DIGEST, INSIDE_THE_HOUSE, Letter
from maildesk.core.letters.order_links import named_aside
from maildesk.core.mail.classify import Automatic
from maildesk.core.office.policy import DigestPlan, Policy, Staff
from maildesk.core.text.said import say, to_json
from tests.rig.letters import CALENDAR, DESK, in_words
from tests.rig.ordering import CATEGORIES

STAFF = (
    Staff("Anna Weber", "weber@haus.example", "weber"),
    Staff("Jörg Moser", "moser@haus.example", "moser", receives="assigned"),
    Staff("Ina Kurz", "kurz@haus.example", "kurz", receives="digest"),
    Staff("Udo Lang", "lang@haus.example", "lang", receives="none", lead=True),
)
POLICY = Policy(DESK, CALENDAR, b"k" * 32, staff=STAFF, categories=CATEGORIES)
TODAY = date(2026, 11, 23)  # a Monday
NOW = datetime(2026, 11, 23, 6, 30, tzinfo=UTC)
HALF_PAST_SEVEN = time(7, 30)
DAY = timedelta(days=1)
A_CASE = OpenCase("KD-2026-00042", Status.NEW, NOW - 3 * DAY, due_on=TODAY + 11 * DAY)


def a_case(status: Status = Status.NEW, due_in: int | None = 11, **changed: object) -> OpenCase:
    due_on = None if due_in is None else TODAY + due_in * DAY
    return replace(A_CASE, status=status, due_on=due_on, **changed)  # type: ignore[arg-type]


def letter(*cases: OpenCase, held: tuple[str, ...] = (), policy: Policy = POLICY) -> Letter:
    return digest_letters(policy, Agenda(cases, held), NOW)[0]


def line(case: OpenCase) -> list[str]:
    """The columns of the one line."""
    context = letter(case).context
    (row,) = next(context[section] for section in SHOWN if context[section])  # type: ignore[misc]
    return list(in_words(row).values())


def test_what_was_set_aside_is_listed_and_counted_by_kind_and_never_makes_a_digest_of_nothing() -> None:
    mails = tuple(AsideMail(f"{number:064x}", "bulk", "Verein", f"v{number}@post.example", "Neues") for number in range(ASIDE_MAX + 3))
    bounce = AsideMail("f" * 64, "bounce", "", "postmaster@post.example", "")
    plan = replace(POLICY, digest=DigestPlan(when_empty="none"))

    context = digest_letters(plan, Agenda(aside=(bounce, *mails)), NOW)[0].context

    assert digest_letters(plan, Agenda(), NOW) == ()
    assert (context["beiseite_anzahl"], len(context["beiseite"])) == (ASIDE_MAX + 4, ASIDE_MAX)  # type: ignore[arg-type]
    assert in_words(context["beiseite_arten"]) == [f"{ASIDE_MAX + 3} × Rundschreiben", "1 × Unzustellbarkeit"]
    first = in_words(context["beiseite"])[0]
    assert (first["art"], first["von"], first["betreff"]) == ("Unzustellbarkeit", "postmaster@post.example", "ohne Betreff")
    assert named_aside(unquote(first["anlegen"]), "KD") == "f" * 12
    assert context["leer"] is False


def test_every_kind_of_machine_mail_has_its_words() -> None:
    assert set(ASIDE_KINDS) == set(Automatic)
    assert all(in_words(say(key)) for key in ASIDE_KINDS.values())


# --- where a case stands

PLACES = (
    (a_case(due_in=-1), Section.OVERDUE),
    (a_case(Status.WAITING, due_in=-1), Section.OVERDUE),
    (a_case(Status.CONSULTING, due_in=-1, statement_due_on=TODAY), Section.OVERDUE),
    (a_case(Status.OPEN, due_in=0), Section.TODAY),
    (a_case(Status.CONSULTING, statement_due_on=TODAY), Section.STATEMENT),
    (a_case(Status.WAITING, statement_due_on=TODAY), Section.STATEMENT),
    (a_case(Status.ANSWERED, due_in=-1, statement_due_on=TODAY), Section.STATEMENT),  # an interim answer went: still in sight
    (a_case(Status.CONSULTING), Section.STATEMENT),
    (a_case(), Section.NEW),
    (a_case(due_in=None), Section.NEW),
    (a_case(Status.OPEN), Section.OPEN),
    (a_case(Status.WAITING), Section.WAITING),
    (a_case(Status.ANSWERED, due_in=-1), Section.ANSWERED),
    (a_case(Status.ANSWERED, due_in=0), Section.ANSWERED),
)


@pytest.mark.parametrize(("case", "section"), PLACES)
def test_a_case_stands_in_the_first_section_that_fits(case: OpenCase, section: Section) -> None:
    assert section_of(case, TODAY) is section


DAYS = st.none() | st.integers(-20, 20).map(lambda days: TODAY + timedelta(days=days))
CASES = st.lists(
    st.builds(
        OpenCase,
        number=st.integers(1, 99999).map(lambda number: f"KD-2026-{number:05d}"),
        status=st.sampled_from([status for status in Status if status is not Status.CLOSED]),
        opened_at=st.just(NOW),
        urgency=st.sampled_from(["normal", "frist", "dringend", "sofort"]),
        due_on=DAYS,
        statement_due_on=DAYS,
    ),
    max_size=30,
)


@given(cases=CASES)
def test_every_case_stands_in_exactly_one_section(cases: list[OpenCase]) -> None:
    sections = in_sections(cases, TODAY)
    found = [case for section in Section for case in sections[section]]

    assert sorted(map(repr, found)) == sorted(map(repr, cases))


def test_in_a_section_the_first_to_be_due_stands_first_and_what_must_be_read_at_once_before_all() -> None:
    late, later, never = a_case(due_in=5, number="A"), a_case(due_in=9, number="B"), a_case(due_in=None, number="C")
    at_once = a_case(due_in=9, number="D", urgency="sofort")

    assert [case.number for case in in_sections([never, later, late, at_once], TODAY)[Section.NEW]] == ["D", "A", "B", "C"]


def test_what_waits_for_a_statement_is_sorted_by_the_day_of_the_statement() -> None:
    soon = a_case(Status.CONSULTING, due_in=9, number="A", statement_due_on=TODAY)
    later = a_case(Status.CONSULTING, due_in=2, number="B", statement_due_on=TODAY + DAY)

    assert [case.number for case in in_sections([later, soon], TODAY)[Section.STATEMENT]] == ["A", "B"]


# --- what a line says


def test_a_line_has_number_title_kind_age_and_days() -> None:
    case = a_case(kind="kritik", kind_confirmed=True, title="Heizung in der Unterkunft", due_in=11)

    assert line(case)[:5] == ["KD-2026-00042", "Heizung in der Unterkunft", "Kritik / Beschwerde", "seit 3 Tagen", "Frist 04.12.2026"]


def test_a_kind_that_nobody_confirmed_is_marked_and_a_case_without_kind_or_title_says_so() -> None:
    assert line(a_case(kind="lob"))[1:3] == ["ohne Kurztitel", "Vorschlag: Lob"]
    assert line(a_case())[2] == "ohne Art"
    assert line(a_case(urgency="dringend"))[2] == "ohne Art, Heute bearbeiten"


@pytest.mark.parametrize(("days", "said"), [(-1, "heute"), (0, "heute"), (1, "seit gestern"), (2, "seit 2 Tagen"), (100, "seit 100 Tagen")])
def test_the_age_is_told_in_days_of_the_calendar(days: int, said: str) -> None:
    assert line(a_case(opened_at=NOW - days * DAY))[3] == said


def test_a_case_of_yesterday_evening_is_of_yesterday_in_the_desks_own_time() -> None:
    assert line(a_case(opened_at=datetime(2026, 11, 22, 22, 59, tzinfo=UTC)))[3] == "seit gestern"
    assert line(a_case(opened_at=datetime(2026, 11, 22, 23, 1, tzinfo=UTC)))[3] == "heute"


def test_how_long_the_desk_waits_for_the_person_is_told() -> None:
    assert line(a_case(Status.WAITING, waiting_since=NOW - 2 * DAY))[3] == "seit 3 Tagen, wartet seit 2 Tagen"
    assert line(a_case(Status.WAITING, waiting_since=NOW))[3] == "seit 3 Tagen, wartet seit heute"
    assert line(a_case(Status.WAITING))[3] == "seit 3 Tagen"


def test_the_day_of_a_statement_is_told_and_one_that_has_passed_is_marked() -> None:
    assert line(a_case(statement_due_on=TODAY))[4] == "Frist 04.12.2026, Stellungnahme bis 23.11.2026"
    assert line(a_case(statement_due_on=TODAY - DAY))[4] == "Frist 04.12.2026, Stellungnahme bis 22.11.2026 (überfällig)"
    assert line(a_case(due_in=None))[4] == ""


def test_a_title_cannot_break_a_line_or_show_a_number_of_a_customer() -> None:
    columns = line(a_case(title="Konto\tDE89 3704 0044 0532 0130 00\n#erledigt ~x"))

    assert len(columns) == 7
    assert columns[1] == "Konto DE** **** 3000 erledigt -x"


def test_no_value_says_who_of_the_colleagues_has_a_case() -> None:
    assert {field.name for field in fields(OpenCase)} & {"assignee", "author", "asked_by", "staff"} == set()
    said = str(to_json(letter(a_case(), held=("KD-2026-00007",)).context)).lower()
    assert [word for word in ("weber", "moser", "haus.example") if word in said] == []


# --- links


def test_links_are_for_this_reader_alone_and_short() -> None:
    for reader, one in zip(STAFF, digest_letters(POLICY, Agenda((A_CASE,), ("KD-2026-00007",)), NOW), strict=False):
        context = in_words(one.context)
        show, done, held = context["neu"][0]["zeigen"], context["neu"][0]["erledigt"], context["angehalten"][0]["zeigen"]
        for url, subject in (
            (show, "[KD-2026-00042] #zeigen ~"),
            (done, "[KD-2026-00042] #erledigt ~"),
            (held, "[KD-2026-00007] #zeigen ~"),
        ):
            words, _, token = unquote(url.partition("?subject=")[2]).partition("~")
            assert url.startswith(f"mailto:{DESK.address}?")
            assert len(url) < 200
            assert f"{words}~" == subject
            order = subject[16:-2]
            assert is_order_token(POLICY.secret, token, words[1:14], reader.address, NOW, 180, order)
            assert not is_order_token(POLICY.secret, token, words[1:14], "lang@haus.example", NOW, 180, order)
            assert not is_order_token(POLICY.secret, token, words[1:14], reader.address, NOW, 180, "#senden")


def test_new_cases_can_be_entered_from_the_digest_also_on_a_day_without_work() -> None:
    for agenda in (Agenda(), Agenda((A_CASE,))):
        entered = digest_letters(POLICY, agenda, NOW)[0].context["eintragen"]
        assert [unquote(link["ziel"]).split()[-2] for link in entered] == ["#telefon", "#brief", "#besuch"]


# --- how much


@given(counts=st.lists(st.integers(0, 300), min_size=len(SHOWN), max_size=len(SHOWN)))
def test_as_many_lines_are_shown_as_can_be_read_and_no_section_is_crowded_out(counts: list[int]) -> None:
    given_to = shares(counts)

    assert sum(given_to) == min(LINES_MAX, sum(counts))
    assert all(min(count, LINES_EACH) <= number <= count for number, count in zip(given_to, counts, strict=True))


def test_a_long_list_is_cut_and_its_whole_length_is_told() -> None:
    overdue = [a_case(due_in=-1, number=f"KD-2026-{number:05d}") for number in range(100)]
    context = letter(*overdue, a_case(), held=tuple(case.number for case in overdue)).context

    assert (len(context["ueberfaellig"]), context["ueberfaellig_anzahl"]) == (LINES_MAX - 1, 100)
    assert (len(context["neu"]), context["neu_anzahl"]) == (1, 1)
    assert (len(context["angehalten"]), context["angehalten_anzahl"]) == (20, 100)


def test_cases_that_are_answered_are_counted_and_not_listed() -> None:
    context = letter(a_case(Status.ANSWERED), a_case(Status.ANSWERED)).context

    assert context["beantwortet_anzahl"] == 2
    assert not any(context[section] for section in SHOWN)
    assert in_words(context["kurz"]) == "nichts fällig"


# --- the letters


def test_the_subject_has_the_figures_that_are_not_nought() -> None:
    cases = [a_case(due_in=-1), a_case(due_in=0), a_case(due_in=0), a_case(), a_case(), a_case(), a_case(Status.WAITING)]

    assert in_words(letter(*cases).context["kurz"]) == "1 überfällig, 2 heute fällig, 3 neu"
    assert in_words(letter(*cases).context["datum"]) == "Mo, 23.11.2026"
    assert in_words(letter(a_case()).context["kurz"]) == "1 neu"
    assert in_words(summary(Agenda(), in_sections((), TODAY))) == "nichts zu tun"


def test_it_goes_to_all_who_want_it_each_with_an_id_of_their_own_and_to_nobody_else() -> None:
    letters = digest_letters(POLICY, Agenda((A_CASE,)), NOW)

    assert [each.recipient for each in letters] == [person.address for person in STAFF[:3]]
    assert len({each.letter_id for each in letters}) == 3
    assert {each.template for each in letters} == {DIGEST} <= INSIDE_THE_HOUSE
    for each in letters:
        keyed = parse_keyed_id(each.message_id)
        assert keyed is not None
        assert keyed.case_number == "DIGEST"
        assert keyed.is_genuine(POLICY.secret, each.recipient)
        assert (each.case_number, each.automatic) == ("", False)


def test_the_letter_of_a_day_is_one_and_the_same_and_that_of_the_next_day_another() -> None:
    def ids(now: datetime, *cases: OpenCase) -> list[str]:
        return [each.letter_id for each in digest_letters(POLICY, Agenda(cases), now)]

    assert ids(NOW) == ids(NOW + timedelta(hours=3), A_CASE)
    assert set(ids(NOW)) & set(ids(NOW + DAY)) == set()


def test_with_nothing_to_do_it_is_one_line_or_as_the_house_likes_no_mail() -> None:
    silent = replace(POLICY, digest=DigestPlan(when_empty="none"))

    assert letter().context["leer"] is True
    assert digest_letters(silent, Agenda(), NOW) == ()
    assert len(digest_letters(silent, Agenda((A_CASE,)), NOW)) == 3
    assert len(digest_letters(silent, Agenda(held=("KD-2026-00007",)), NOW)) == 3, "an answer that is forgotten never leaves"


# --- when it is due


def at(day: date, hour: int, minute: int = 0, policy: Policy = POLICY) -> datetime:
    return datetime.combine(day, time(hour, minute), policy.calendar.zone)


def test_it_is_due_from_half_past_seven_on_until_four_in_the_afternoon() -> None:
    due = [clock for clock in (time(0), time(7, 29), time(7, 30), time(12), time(15, 59), time(16), time(23, 59))
           if is_due(POLICY, at(TODAY, clock.hour, clock.minute), "")]  # fmt: skip

    assert due == [HALF_PAST_SEVEN, time(12), time(15, 59)]


def test_it_is_due_once_a_day_and_the_day_of_the_last_one_counts_not_the_clock() -> None:
    assert not is_due(POLICY, NOW, "2026-11-23")
    assert is_due(POLICY, NOW, "2026-11-20")
    assert is_due(POLICY, NOW, "2031-01-01"), "a clock that once went wrong does not keep it away for years"


def test_it_is_due_on_working_days_only() -> None:
    closed = replace(POLICY, calendar=replace(CALENDAR, holidays=frozenset({TODAY})))

    assert [day for day in range(20, 28) if is_due(POLICY, at(date(2026, 11, day), 8), "")] == [20, 23, 24, 25, 26, 27]
    assert not is_due(closed, NOW, "")


def test_it_comes_at_the_same_hour_of_the_wall_clock_in_summer_and_in_winter() -> None:
    friday, monday = datetime(2027, 3, 26, 5, 30, tzinfo=UTC), datetime(2027, 3, 29, 5, 30, tzinfo=UTC)

    assert not is_due(POLICY, friday, "")
    assert is_due(POLICY, friday + timedelta(hours=1), "")
    assert is_due(POLICY, monday, "")
    assert not is_due(POLICY, monday - timedelta(minutes=1), "")


def test_the_house_may_choose_another_hour_or_none() -> None:
    assert not is_due(replace(POLICY, digest=DigestPlan(at=time(9))), at(TODAY, 8, 59), "")
    assert is_due(replace(POLICY, digest=DigestPlan(at=time(9))), at(TODAY, 9), "")
    assert not is_due(replace(POLICY, digest=DigestPlan(enabled=False)), NOW, "")


def test_the_examples_of_the_module_are_right() -> None:
    assert doctest.testmod(digest).failed == 0
