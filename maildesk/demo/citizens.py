# SPDX-FileCopyrightText: 2026 The maildesk authors
# SPDX-License-Identifier: EUPL-1.2
"""Who lives in the world of the demo, and what they write. All people, addresses and letters are made up."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from email.headerregistry import Address
from email.message import EmailMessage
from email.policy import default
from email.utils import format_datetime, make_msgid

# Mail programs do not fold ids; the standard library would turn our long ones into encoded words, which name nothing.
UNFOLDED = default.clone(max_line_length=998)

PASSWORD = "demo"  # noqa: S105  # of every account: they exist in memory, on this machine, for some minutes
TOWN, POST = "musterstadt.example", "post.example"


@dataclass(frozen=True, slots=True)
class Account:
    """Somebody with a mailbox at the post office."""

    name: str
    address: str


DESK = Account("Kundendialog Musterstadt", f"kundendialog@{TOWN}")
COLLEAGUES = (Account("Amira Weber", f"weber@{TOWN}"), Account("Jonas Yildiz", f"yildiz@{TOWN}"))

FRIEDA = Account("Frieda Fröhlich", f"frieda.froehlich@{POST}")
GREGOR = Account("Gregor Grimmig", f"gregor.grimmig@{POST}")
IDA = Account("Ida Einfall", f"ida.einfall@{POST}")
PAUL = Account("Paul Papierkram", f"paul.papierkram@{POST}")
OKSANA = Account("Оксана Вигадана", f"oksana.vyhadana@{POST}")
CITIZENS = (FRIEDA, GREGOR, IDA, PAUL, OKSANA)
NEWSLETTER = Account("Bürowelt Nullacht", "newsletter@buerowelt.example")

ACCOUNTS = (DESK, *COLLEAGUES, *CITIZENS, NEWSLETTER)

ACKNOWLEDGEMENT, FOLLOW_UP, ANSWER = "acknowledgement", "follow-up", "answer"


@dataclass(frozen=True, slots=True)
class Attachment:
    """A document that goes with a mail."""

    filename: str
    octets: bytes


@dataclass(frozen=True, slots=True)
class Scene:
    """One mail to the desk. `answers` is the key of the scene whose case it answers, by the first letter in it that its writer got; then
    it must join that case.

    `letter` is the template of the letter that `recipient`, else the writer, must get, or empty if none may go out. `extra` are further
    header fields.
    """

    key: str
    title: str
    intro: str
    writer: Account
    subject: str
    text: str
    letter: str = ACKNOWLEDGEMENT
    recipient: Account | None = None
    answers: str = ""
    extra: tuple[tuple[str, str], ...] = ()
    attachment: Attachment | None = None


def mail_of(scene: Scene, answered: EmailMessage | None = None) -> EmailMessage:
    """The mail as a mail program would write it; `answered` is the letter it answers, as it was in the writer's mailbox."""
    mail = EmailMessage(UNFOLDED)
    mail["From"] = _named(scene.writer)
    mail["To"] = _named(DESK)
    mail["Subject"] = scene.subject + (str(answered["Subject"]) if answered else "")
    mail["Date"] = format_datetime(datetime.now().astimezone())
    mail["Message-ID"] = make_msgid(domain=scene.writer.address.partition("@")[2])
    if answered:
        mail["In-Reply-To"] = str(answered["Message-ID"])
        mail["References"] = " ".join(str(answered[name]) for name in ("References", "Message-ID") if answered[name])
    for name, value in scene.extra:
        mail[name] = value
    mail.set_content(scene.text)
    if scene.attachment:
        mail.add_attachment(scene.attachment.octets, "application", "pdf", filename=scene.attachment.filename)
    return mail


def _named(account: Account) -> Address:
    return Address(account.name, addr_spec=account.address)


def small_pdf(*lines: str) -> bytes:
    """A page of A4 with a few lines of text (PDF 1.4; the letters of Latin-1)."""
    shown = " T* ".join("({}) Tj".format(line.replace("\\", r"\\").replace("(", r"\(").replace(")", r"\)")) for line in lines)
    drawing = f"BT /F1 14 Tf 20 TL 72 760 Td {shown} ET".encode("latin-1")
    objects = (
        b"<< /Type /Catalog /Pages 2 0 R >>",
        b"<< /Type /Pages /Kids [3 0 R] /Count 1 >>",
        b"<< /Type /Page /Parent 2 0 R /MediaBox [0 0 595 842] /Contents 4 0 R /Resources << /Font << /F1 5 0 R >> >> >>",
        b"<< /Length %d >>\nstream\n%s\nendstream" % (len(drawing), drawing),
        b"<< /Type /Font /Subtype /Type1 /BaseFont /Helvetica /Encoding /WinAnsiEncoding >>",
    )
    document, offsets = b"%PDF-1.4\n", []
    for number, content in enumerate(objects, start=1):
        offsets.append(len(document))
        document += b"%d 0 obj\n%s\nendobj\n" % (number, content)
    table = b"".join(b"%010d 00000 n \n" % offset for offset in offsets)
    count = len(objects) + 1
    trailer = b"trailer\n<< /Size %d /Root 1 0 R >>\nstartxref\n%d\n%%%%EOF\n" % (count, len(document))
    return document + b"xref\n0 %d\n0000000000 65535 f \n" % count + table + trailer


BILL = small_pdf("Nebenkostenabrechnung", "Ahornweg 3, 2. Stock links", "Nachzahlung: 184,20 EUR")

SCENES = (
    Scene(
        key="praise",
        title="Praise",
        intro="Frieda Fröhlich is content, and says so.",
        writer=FRIEDA,
        subject="Ein Dankeschön",
        text="""\
Liebes Team,

am Dienstag hat mir der junge Mann am Empfang eine halbe Stunde lang
geholfen, bis der ganze Stapel Formulare stimmte. So freundlich bin ich
selten behandelt worden. Bitte sagen Sie ihm danke!

Frieda Fröhlich
""",
    ),
    Scene(
        key="complaint",
        title="An angry complaint",
        intro="Gregor Grimmig has been waiting for weeks, and his patience is at an end.",
        writer=GREGOR,
        subject="Ich warte jetzt seit SECHS WOCHEN!",
        text="""\
Guten Tag,

vor sechs Wochen habe ich die Erstattung meiner Fahrkarten beantragt.
Seitdem höre ich nichts, am Telefon lande ich in der Warteschleife, und
auf zwei Briefe hat niemand geantwortet. Was soll das? Ich will endlich
wissen, woran ich bin.

G. Grimmig
""",
    ),
    Scene(
        key="suggestion",
        title="A suggestion",
        intro="Ida Einfall has an idea.",
        writer=IDA,
        subject="Anregung: Fahrradständer am Nebeneingang",
        text="""\
Hallo,

die Fahrräder stehen jeden Morgen quer vor der Rampe, weil es nur vorn am
Haupteingang Ständer gibt. Mit dem Kinderwagen kommt man kaum vorbei. Wie
wäre es mit fünf Bügeln neben der Treppe?

Viele Grüße
Ida Einfall
""",
    ),
    Scene(
        key="question",
        title="A question with a document",
        intro="Paul Papierkram has a question and attaches a document.",
        writer=PAUL,
        subject="Frage zur Nebenkostenabrechnung",
        text="""\
Sehr geehrte Damen und Herren,

gestern kam die Abrechnung meines Vermieters (siehe Anhang). Wird die
Nachzahlung übernommen, und wohin muss ich das Original schicken?

Mit freundlichen Grüßen
Paul Papierkram
""",
        attachment=Attachment("Nebenkosten für Papierkram.pdf", BILL),
    ),
    Scene(
        key="ukrainian",
        title="A letter in another language",
        intro="Оксана Вигадана (Oksana Vyhadana) writes in Ukrainian. She asks when her language course begins.",
        writer=OKSANA,
        subject="Запитання про мовний курс",
        text="""\
Добрий день!

У вересні я записалася на курс німецької мови, але досі не знаю, коли
він починається. Чи можна відвідувати його ввечері? Удень я доглядаю
за маленьким сином. Дякую за відповідь!

Оксана Вигадана
""",
    ),
    Scene(
        key="reply",
        title="A reply to the acknowledgement",
        intro="Gregor Grimmig presses “reply” under the acknowledgement in his mailbox.",
        writer=GREGOR,
        subject="AW: ",
        text="""\
Nachtrag: Die Fahrkarten habe ich im Original in Ihren Hausbriefkasten
geworfen, zusammen mit dem ausgefüllten Formular. Eine Nachbarin war
dabei.

G. Grimmig
""",
        letter=FOLLOW_UP,
        answers="complaint",
    ),
    Scene(
        key="robot",
        title="A vacation robot",
        intro="Frieda Fröhlich has gone on holiday meanwhile. A robot answers all her mail, the acknowledgement too."
        " If the desk answered the robot in turn, the two would never stop.",
        writer=FRIEDA,
        subject="Automatische Antwort: ",
        text="""\
Ich bin im Urlaub und lese meine E-Mails erst in zwei Wochen wieder.
Ihre Nachricht wird nicht weitergeleitet.
""",
        letter="",
        answers="praise",
        extra=(("Auto-Submitted", "auto-replied"),),
    ),
    Scene(
        key="newsletter",
        title="A newsletter",
        intro="Somebody has put the desk on the mailing list of a shop for office furniture.",
        writer=NEWSLETTER,
        subject="Nur diese Woche: Aktenschränke zum halben Preis",
        text="""\
Liebe Kundinnen und Kunden,

unsere Aktenschränke suchen ein neues Büro. Greifen Sie zu!

Abmelden: mit einer leeren E-Mail an newsletter-ab@buerowelt.example
""",
        letter="",
        extra=(("List-Id", "<angebote.buerowelt.example>"), ("List-Unsubscribe", "<mailto:newsletter-ab@buerowelt.example>")),
    ),
    Scene(
        key="answer",
        title="A colleague answers",
        intro="Amira Weber works at the desk. What the citizens wrote has come to her mail program, too. She presses “reply” under the"
        " suggestion of Ida Einfall.",
        writer=COLLEAGUES[0],
        subject="AW: ",
        text="""\
Guten Tag Frau Einfall,

danke für den guten Hinweis. Fünf Bügel neben der Treppe sind bestellt,
noch vor Weihnachten sollen sie stehen.

Freundliche Grüße
Amira Weber
""",
        letter=ANSWER,
        recipient=IDA,
        answers="suggestion",
    ),
)
