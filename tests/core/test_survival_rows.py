# SPDX-FileCopyrightText: 2026 The maildesk authors
# SPDX-License-Identifier: EUPL-1.2
"""What maildesk must survive by loops and abuse (E) and whom it must keep out (F): every row with the tests that prove it.

A row whose proof stands elsewhere names it here, so that it cannot go unseen. Where a mark of a machine is looked for, real mails go
through the real parser to the decision, and the near misses beside them are mails of people that must be answered.
"""

from __future__ import annotations

import ast
import re
from collections.abc import Callable
from email.header import Header

import pytest

from maildesk.adapters.parse import parse
from maildesk.core.decision.decision import Decision, Outcome
from maildesk.core.decision.questions import Arrival, Known
from maildesk.core.desk import decide
from maildesk.octets import Octets
from tests.rig.abuse import DESK, POLICY
from tests.rig.builders import MONDAY, a_mail, a_multipart, a_part
from tests.rig.places import ROOT

HERE = "core/test_survival_rows"
ROWS: dict[str, tuple[str, ...]] = {
    "E1": (f"{HERE}::test_no_machine_gets_a_letter", "core/mail/test_classify::test_every_mark_that_other_systems_know_is_silent"),
    "E3": (f"{HERE}::test_a_mark_is_seen_however_it_is_written", "core/mail/test_classify::test_a_plain_no_with_a_parameter_is_a_person"),
    "E5": ("story/test_loops::test_two_desks_that_write_to_each_other_fall_silent",),
    "E6": (
        "story/test_returned_letters::test_the_case_says_that_its_letter_came_back",
        "story/test_returned_letters::test_a_report_opens_no_case_and_a_foreign_one_is_set_aside",
        "adapters/parse/test_delivery_reports::test_the_words_of_each_server_name_the_recipient_and_the_letter_that_failed",
    ),
    "E8": (
        "story/test_loops::test_a_flood_is_kept_whole_and_answered_within_the_limits_with_one_alarm",
        "story/test_loops::test_a_robot_without_a_mark_gets_five_letters_a_day_and_one_person_is_told",
    ),
    "E9": (
        "story/test_injection::test_no_letter_has_a_word_of_the_mail_that_it_answers",
        "story/test_injection::test_the_answer_to_a_hostile_mail_is_octet_by_octet_that_to_a_harmless_one",
        "core/test_desk::test_the_acknowledgement_says_nothing_that_came_from_the_mail",
    ),
    "E10": (
        "story/test_loops::test_the_letter_goes_to_the_one_address_in_from_whatever_reply_to_says",
        "story/test_injection::test_every_letter_goes_to_its_writer_and_to_the_desk_and_to_nobody_else",
    ),
    "E11": ("story/test_loops::test_an_address_that_nobody_reads_gets_no_letter_and_its_mail_is_kept",),
    "F1": (
        "story/test_strangers::test_many_forged_orders_move_nothing_and_are_all_kept",
        "story/test_strangers::test_each_way_to_write_a_colleagues_address_is_seen_through",
        "core/mail/test_authentication::test_what_a_sender_smuggles_into_the_field_is_no_pass",
        "core/letters/test_refusal::test_a_forged_mac_is_never_genuine",
    ),
    "F3": ("story/test_strangers::test_many_guesses_join_nothing_and_learn_nothing",),
    "F4": ("story/test_curious::test_who_stands_in_cc_gets_nothing_and_is_no_participant",),
    "F6": (
        "story/test_injection::test_no_field_from_outside_commands_the_desk",
        "story/test_injection::test_the_one_mark_of_ours_that_counts_only_stops_letters",
    ),
    "F7": ("story/test_curious::test_the_code_of_a_web_service_goes_to_nobody",),
    "F8": (
        "adapters/compose/test_composer::test_a_word_is_said_as_it_is_and_never_worked_out",
        "adapters/compose/test_composer::test_no_word_adds_a_field_to_the_header_or_a_tag_to_the_page",
        "story/test_injection::test_the_answer_to_a_hostile_mail_is_octet_by_octet_that_to_a_harmless_one",
    ),
    "F9": (f"{HERE}::test_no_table_leaves_the_house_unless_its_cells_are_proved_here",),
    "F11": (
        f"{HERE}::test_the_name_of_an_attachment_is_only_shown_and_is_fit_to_be",
        "cli/test_printing::test_subjects_names_file_names_and_media_types_hold_no_controls",
        "adapters/parse/test_pieces::test_a_long_name_keeps_its_ending",
    ),
    "F12": ("story/test_curious::test_nothing_of_a_page_is_fetched_and_no_letter_holds_an_address_of_it",),
    "F13": (
        "adapters/smtp/test_sender::test_no_line_end_smuggles_a_second_mail",
        "story/test_injection::test_the_server_gets_exactly_one_mail_for_each_letter",
    ),
    "F15": (
        "story/test_curious::test_no_command_and_no_log_names_a_person_or_what_was_written",
        "story/test_curious::test_what_may_be_logged_names_nobody_either",
        "story/test_curious::test_no_process_shows_a_password_and_the_log_of_the_daemon_names_nobody",
        "story/test_strangers::test_many_forged_orders_move_nothing_and_are_all_kept",
        "story/test_returned_letters::test_history_and_log_hold_no_address_and_no_word_of_a_mail",
        "story/test_injection::test_the_log_has_no_line_and_no_word_of_a_mail",
        "story/test_poll::test_nothing_of_a_mail_gets_into_what_poll_prints",
        "adapters/parse/test_process::test_the_child_knows_no_secret_of_our_environment",
    ),
    "F16": (
        "adapters/store/test_store::test_files_are_for_their_owner_alone_whatever_the_umask",
        "cli/test_commands::test_files_that_commands_make_are_for_their_owner_alone",
    ),
    "F17": ("test_systemd::test_the_service_is_little_exposed",),
}


@pytest.mark.parametrize(("row", "proof"), [(row, proof) for row, proofs in ROWS.items() for proof in proofs])
def test_the_proof_of_a_row_is_there_and_runs(row: str, proof: str) -> None:
    module, _, name = proof.partition("::")
    tree = ast.parse((ROOT / "tests" / f"{module}.py").read_text(encoding="utf-8"))
    (found,) = [node for node in tree.body if isinstance(node, ast.FunctionDef) and node.name == name]

    assert any(isinstance(node, ast.Assert) for node in ast.walk(found)), f"{row}: it proves something"
    assert not re.search(r"skip|xfail", " ".join(ast.unparse(decorator) for decorator in found.decorator_list)), f"{row}: it runs"


# --- E1: what the vacation programs and helpdesks look at ---


def decided(octets: bytes) -> Decision:
    mail = Octets.of(octets)
    return decide(parse(mail), Known("KD-2026-00001"), POLICY, Arrival(MONDAY), MONDAY)


def marked(name: str, value: str, **more: str) -> bytes:
    return a_mail(**{"to": DESK, **more}).replace(b"MIME-Version:", f"{name}: {value}\r\nMIME-Version:".encode(), 1)


CASE, ASIDE = Outcome.NEW_CASE, Outcome.SET_ASIDE
# One word of the field decides; comments, commas and parameters may stand around it.
BY_WORD: list[tuple[str, str, Outcome]] = [
    *[("Auto-Submitted", word, ASIDE) for word in ("auto-replied", "auto-notified")],
    *[("Auto-Submitted", word, CASE) for word in ("auto-generated", "auto-forwarded", "yes")],
    *[("Precedence", word, CASE) for word in ("bulk", "junk", "list")],
    *[("X-Precedence", word, CASE) for word in ("bulk", "junk", "list")],
    *[(name, "auto_reply", ASIDE) for name in ("Precedence", "X-Precedence")],
    ("Delivered-To", "autoresponder", ASIDE),
    ("X-Spam-Flag", "YES", CASE),
]
# That the field is there decides.
BY_FIELD: list[tuple[str, str, Outcome]] = [
    *[
        (f"List-{what}", "<mailto:liste@example.net>", CASE)
        for what in ("Id", "Owner", "Subscribe", "Post", "Unsubscribe", "Help", "Archive")
    ],
    *[
        (name, "yes", ASIDE)
        for name in ("X-Autoreply", "X-Autorespond", "X-Autoresponder", "X-Autoresponse", "X-Mail-Autoreply", "X-AutoReply-From")
    ],
    *[(name, "yes", CASE) for name in ("X-Loop", "X-FC-Machinegenerated", "X-RT-Loop-Prevention", "X-Roundup-Loop", "X-Autogenerated")],
    *[
        (name, "true", CASE)
        for name in ("X-Loop", "X-AMAZON-MAIL-RELAY-TYPE", "X-Maildesk-Loop", "Mailing-List", "X-Mailing-List", "X-BeenThere")
    ],
]
FAILED = "Reporting-MTA: dns; mx.example.net\n\nFinal-Recipient: rfc822; eva@example.org\nAction: failed\nStatus: 5.1.1\n"
REPORT = a_multipart(
    a_part("Report\n"), a_part(FAILED, "message/delivery-status"), kind="report", parameters="; report-type=delivery-status", to=DESK
)
OTHERWISE: dict[str, tuple[bytes, Outcome]] = {
    "null envelope sender and another weak mark": (marked("Return-Path", "<>\r\nX-Auto-Response-Suppress: All"), CASE),
    "null envelope sender and the subject of a bounce": (marked("Return-Path", "<>", subject="Undelivered Mail Returned to Sender"), CASE),
    "sender is the own address": (a_mail(sender=DESK, to=DESK), CASE),
    "sender is a plus form of the own address": (a_mail(sender="desk+x@example.com", to=DESK), CASE),
    "own address is no recipient": (a_mail(to="undisclosed-recipients:;"), CASE),
    "mailer-daemon": (a_mail(sender="MAILER-DAEMON@example.net", to=DESK), ASIDE),
    **{
        f"{local}@": (a_mail(sender=f"{local}@example.net", to=DESK), CASE)
        for local in (
            "LISTSERV", "majordomo", "mailman", "news-request", "owner-news", "news-owner", "news-bounces", "postmaster", "noreply",
            "news-bounces+desk=example.com", "news-request+abc", "owner-news+x",
        )
    },
    "empty From": (a_mail(sender="", to=DESK), CASE),
    "no From": (a_mail(sender=None, to=DESK), CASE),
    "report-type": (REPORT, ASIDE),
}  # fmt: skip
MACHINES = {
    **{f"{name}: {value}": (marked(name, value), outcome) for name, value, outcome in (*BY_WORD, *BY_FIELD)},
    **OTHERWISE,
}


@pytest.mark.parametrize("mark", MACHINES)
def test_no_machine_gets_a_letter(mark: str) -> None:
    octets, outcome = MACHINES[mark]

    decision = decided(octets)

    assert decision.letters == ()
    assert decision.outcome is outcome
    assert decision.refusal is not None


# --- E3: the same marks as servers and gateways write them ---

Writing = Callable[[str, str], tuple[str, str]]
ANY_FIELD: dict[str, Writing] = {
    "upper case": lambda name, value: (name.upper(), value.upper()),
    "lower case": lambda name, value: (name.lower(), value.lower()),
    "folded": lambda name, value: (name, f"\r\n\t {value}"),
    "spaces and tabs": lambda name, value: (name, f" \t {value}\t "),
    "repeated, the second counts": lambda name, value: (name, f"no\r\n{name}: {value}"),
    "repeated, the first counts": lambda name, value: (name, f"{value}\r\n{name}: no"),
}
WORD_FIELD: dict[str, Writing] = {
    "a comment before": lambda name, value: (name, f"(vacation) {value}"),
    "a comment behind": lambda name, value: (name, f"{value} (vacation)"),
    "a comment in a comment": lambda name, value: (name, f"{value} (vacation (of a colleague))"),
    "a comma list": lambda name, value: (name, f"normal, {value}"),
    "a comma list without spaces": lambda name, value: (name, f"{value},x-other"),
    "a parameter": lambda name, value: (name, f'{value}; owner-email="x@example.net"'),
    "folded within a list": lambda name, value: (name, f"normal,\r\n {value}"),
}
WRITTEN = [
    *[(f"{name}: {value}, {how}", change(name, value)) for name, value, _ in (*BY_WORD, *BY_FIELD) for how, change in ANY_FIELD.items()],
    *[(f"{name}: {value}, {how}", change(name, value)) for name, value, _ in BY_WORD for how, change in WORD_FIELD.items()],
]


@pytest.mark.parametrize("field", [field for _, field in WRITTEN], ids=[name for name, _ in WRITTEN])
def test_a_mark_is_seen_however_it_is_written(field: tuple[str, str]) -> None:
    assert decided(marked(*field)).letters == ()


# --- the near misses ---

PEOPLE: dict[str, bytes] = {
    **{
        f"{name}: {value or 'empty'}": marked(name, value)
        for name, value in (
            ("Auto-Submitted", "no"), ("Auto-Submitted", "No (written by hand)"), ("Auto-Submitted", "(by hand) no"),
            ("Auto-Submitted", "no (by hand (really))"), ("Auto-Submitted", ""), ("Auto-Submitted", "no; via=webmail"),
            ("Precedence", "normal"), ("Precedence", "first-class"), ("Precedence", ""), ("Precedence", "special-delivery"),
            ("X-Auto-Response-Suppress", "All"), ("X-Auto-Response-Suppress", "DR, RN, NRN"),
            ("X-Auto-Response-Suppress", "OOF"), ("X-Auto-Response-Suppress", "DR, RN, NRN, OOF, AutoReply"),
            ("X-Auto-Response-Suppress", "None"),
            ("Return-Path", "<>"), ("X-Loop", "no"), ("X-Loop", "false"), ("X-Loop", ""), ("Feedback-ID", ""), ("X-Spam-Flag", "NO"),
            ("X-Spam-Status", "No, score=1.2"), ("X-Autoreply", "no"), ("X-Autoreply", "false"), ("List-Id", ""), ("List-Unsubscribe", ""),
            ("Delivered-To", "desk@example.com"), ("X-Mailer", "Bulk Mailer 3"), ("X-Priority", "5"), ("Importance", "low"),
            ("X-List-Administrivia", "no"), ("Comments", "auto-replied"), ("Keywords", "bulk, list, junk"), ("X-Google-Loop", "x"),
        )
    },
    **{
        f"subject: {subject}": a_mail(subject=subject, to=DESK)
        for subject in (
            "Ihre Autoreply war unfreundlich", "Autoreply: Ihre Nachricht",
            "Autoreply Ihres Amtes", "Abwesenheit meines Sohnes am Montag", "Abwesenheit",
            "Delivery Status meiner Bestellung", "Delivery failed? Mein Paket", "Frage zu Ihrer List-Id und List-Unsubscribe",
            "Out of office heute?",
            "AW: Automatische Antwort: Ihre Nachricht", "Re: [Newsletter] Einladung", "WG: Undelivered Mail Returned to Sender",
            "Nicht zustellbar: mein Brief an Sie", "Bulk-Bestellung", "Precedence: bulk", "Ich bin im Urlaub", "Spam?",
        )
    },
    **{
        f"From: {sender}": a_mail(sender=sender, to=DESK)
        for sender in (
            "Postmaster Pat <pat@example.net>", "ownership@example.net", "landowner@example.net", "owner@example.net",
            "requests@example.net",
            "Mia Bounce <mia.bounce@example.net>", "noreen.reply@example.net", "Listserv Fan <fan@example.net>", "request.anna@example.net",
            "daemon@example.net", "Mailer, Daemian <d.mailer@example.net>", "auto.reply.klaus@example.net", "bulk@example.net",
            "ann-owner-smith@example.net", "antworten@example.net", "eva+newsletter@example.net", "bounces.klein@example.net",
        )
    },
    "no-reply in the text": a_mail("Auf no-reply@example.net kam keine Antwort. Auto-Submitted: auto-replied\nPrecedence: bulk\n", to=DESK),
    "a reply to a newsletter": a_mail("Danke.\n", subject="AW: Newsletter Mai", in_reply_to="<nl-1@liste.example.net>", to=DESK),
    "quotes an absence": a_mail("Wann sind Sie da?\n\n> Ich bin bis zum 14.8. nicht im Büro. Vielen Dank für Ihre Nachricht.\n", to=DESK),
    "the desk in Cc only": a_mail(to="amt@example.net", cc=DESK),
    "the desk in Bcc, as its server says": a_mail(to="amt@example.net", delivered_to=DESK),
    "asks for a receipt": a_mail(to=DESK, disposition_notification_to="eva@example.org", return_receipt_to="eva@example.org"),
    "an attached bounce": a_multipart(a_part("Was heißt das?\n"), a_part(REPORT, "message/rfc822"), to=DESK),
}  # fmt: skip


@pytest.mark.parametrize("what", PEOPLE)
def test_a_persons_mail_that_looks_like_a_machines_is_answered(what: str) -> None:
    decision = decided(PEOPLE[what])

    assert [letter.template for letter in decision.letters] == ["acknowledgement"], decision.evidence
    assert decision.outcome is Outcome.NEW_CASE


def test_there_are_enough_near_misses() -> None:
    assert len(PEOPLE) >= 20
    assert len(MACHINES) >= 55


# --- F9, F11 ---


def test_no_table_leaves_the_house_unless_its_cells_are_proved_here() -> None:
    """Whoever writes the first table for a spreadsheet proves here that no cell of it begins with = + - @ TAB or CR."""
    sources = {path: path.read_text(encoding="utf-8") for path in (ROOT / "maildesk").rglob("*.py")}
    writer = re.compile(r"^\s*(?:import|from) (?:csv|openpyxl|xlsxwriter|odf|pandas)\b", re.MULTILINE)

    assert [path.name for path, source in sources.items() if writer.search(source)] == []


NAMES = [
    *("../../etc/passwd", "/etc/passwd", r"..\..\boot.ini", r"C:\Windows\x.exe", "..", ".", "", "CON", "aux.txt", "a\tb\x07.pdf"),
    *(
        "x" * 300 + ".pdf",
        "ü" * 200 + ".pdf",
        "rechnung\u202efdp.exe",
        "a\u200b\u2066b.pdf",
        "  .pdf  ",
        "a;b|c&d`e$(f).pdf",
        "-rf",
        "~root",
        "a\\0b",
    ),
]


@pytest.mark.parametrize("name", NAMES)
def test_the_name_of_an_attachment_is_only_shown_and_is_fit_to_be(name: str) -> None:
    """Mails are kept whole, by a number of their own; a name opens no file."""
    encoded = Header(name, "utf-8", maxlinelen=10_000).encode() if name else ""
    part = a_part(b"x", "application/pdf", content_disposition=f'attachment; filename="{encoded}"')
    mail = Octets.of(a_multipart(a_part(), part, part, to=DESK))

    names = [attachment.filename for attachment in parse(mail).attachments]

    assert len(names) == 2, "two of one name are two"
    for shown in names:
        assert len(shown.encode()) <= 255
        assert shown not in {".", ".."}
        assert not re.search(r"[/\\\x00-\x1f\x7f-\x9f\u200e\u200f\u202a-\u202e\u2066-\u2069]", shown)
