# SPDX-FileCopyrightText: 2026 The maildesk authors
# SPDX-License-Identifier: EUPL-1.2
"""Makes the pictures of docs/kolleginnen.md: plays a small desk with the real parts, and shows the messages that a colleague got.

Needs Dovecot and Chromium (Debian: chromium). From the top of the project: .venv/bin/python docs/pictures/make.py [FOLDER [WIDTH]]
"""

from __future__ import annotations

import html
import shutil
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import datetime, time, timedelta
from email.header import decode_header, make_header
from pathlib import Path

HERE = Path(__file__).resolve().parent
sys.path.insert(0, str(HERE.parent.parent))

import time_machine  # noqa: E402

from docs.pictures.small_png import small  # noqa: E402
from maildesk import building  # noqa: E402
from maildesk.cli.mail import poll  # noqa: E402
from maildesk.settings.settings import load_settings  # noqa: E402
from tests.rig.builders import a_mail, a_multipart, a_part  # noqa: E402
from tests.rig.colleagues import MOSER, STAFF, WEBER, answers, click, polled, shown, text_of, to  # noqa: E402
from tests.rig.desk import ADDRESS, TestDesk, a_desk  # noqa: E402
from tests.rig.dovecot import Dovecot  # noqa: E402
from tests.rig.letters import content  # noqa: E402
from tests.rig.post_office import Accepted, PostOffice  # noqa: E402

BERG = "berg@haus.example"
QUESTION = """Guten Tag,

meine Heizkostenabrechnung liegt seit sechs Wochen bei Ihnen.
Bis heute hat sich niemand gemeldet. Die Nachzahlung von 312,40 Euro muss ich
bis zum 10. Dezember überweisen.

Meine Kundennummer ist 999B000456.

Mit freundlichen Grüßen
Eva Muster
"""
CHROMIUM = ("--headless", "--no-sandbox", "--disable-gpu", "--hide-scrollbars", "--disable-background-networking", "--disable-sync")
FRAME = """<!DOCTYPE html><meta charset="utf-8"><body style="margin:0;background:#ffffff;font-family:Arial,Helvetica,sans-serif">
<div style="padding:10px 16px;background:#f3f3f3;border-bottom:1px solid #cccccc;font-size:14px;line-height:1.5">
<div><b>{subject}</b></div><div>Von: {sender}</div><div>An: {to}</div>{files}</div>{body}</body>"""


@contextmanager
def a_played_desk(folder: Path) -> Iterator[TestDesk]:
    folder.joinpath("mail").mkdir()
    folder.chmod(0o755)  # Dovecot works as a user of its own
    dovecot = Dovecot.start(folder / "mail")
    try:
        user = dovecot.new_user()
        with PostOffice(dovecot, {ADDRESS: user}) as post:
            yield a_desk(folder / "desk", dovecot, post, user, more=STAFF, desk_more='internal_domains = ["haus.example"]', digest=True)
    finally:
        dovecot.stop()


def played(desk: TestDesk) -> dict[str, Accepted]:
    """The messages by the names of their pictures; the page shows some of them."""
    pdf = a_part(
        "JVBERi0xLjQK\n", 'application/pdf; name="Abrechnung.pdf"', content_disposition="attachment", content_transfer_encoding="base64"
    )
    desk.write(
        a_multipart(
            a_part(QUESTION), pdf, sender="Eva Muster <eva@example.org>", to=ADDRESS, subject="Heizkosten", message_id="f@example.org"
        )
    )
    polled(desk)
    relayed = to(desk, WEBER)[-1]
    found = {"weitergeleitet": relayed}
    answers(desk, relayed, "Ihre Kundennummer ist 999B000456, bitte aufbewahren.", number=1)
    found["angehalten"] = to(desk, WEBER)[-1]
    click(desk, to(desk, WEBER)[-1], "#verwerfen", number=2)
    answers(desk, relayed, "#erldigt", number=3)
    found["nachgefragt"] = to(desk, WEBER)[-1]
    answers(desk, relayed, f"#rueckfrage {BERG} Wo liegt die Abrechnung gerade?", number=4)
    found["rueckfrage"] = to(desk, BERG)[-1]
    desk.write(
        a_mail(
            "Die Abrechnung lag in der falschen Abteilung. Der Bescheid geht morgen hinaus.\n\nK. Berg\n", sender=f"Karin Berg <{BERG}>",
            to=ADDRESS, subject="AW: Stellungnahme", message_id="b@haus.example", in_reply_to=to(desk, BERG)[-1].mail["Message-ID"],
        )
    )  # fmt: skip
    polled(desk)
    found["stellungnahme"] = to(desk, WEBER)[-1]
    answers(desk, relayed, "#kritik #thema heizung #berechtigt #abgeholfen\n#erledigt\n\nder Bescheid geht morgen an Sie hinaus.", number=5)
    found["bestaetigt"] = to(desk, WEBER)[-1]
    found["kopie"] = to(desk, MOSER)[-1]
    found["tagesuebersicht"] = the_digest(desk)
    return found


OTHERS = (
    ("Jan Beispiel", "Erreichbarkeit", "#kritik #titel Rückruf bleibt aus\n#frist {late} Rückruf zugesagt"),
    ("Lea Probe", "Danke", "#lob #titel Dank für die Beratung\n#frist {today} weitergeben"),
    ("Ali Muster", "Formular", "#anregung #titel Formular in einfacher Sprache\n#warten"),
    ("Olena Test", "Unterlagen", "#kritik #titel Unterlagen doppelt angefordert\n#rueckfrage berg@haus.example Liegen sie vor?"),
    ("Paul Neu", "Frage", "#gesehen #titel Öffnungszeiten im Dezember"),
)


def the_digest(desk: TestDesk) -> Accepted:
    """Some more cases, and the second morning after: one is overdue by then, one due."""
    calendar = building.calendar(load_settings(desk.config))
    today = calendar.local(building.now()).date()
    late = calendar.add_working_days(today, 1)
    morning = calendar.add_working_days(today, 2)
    for number, (name, subject, typed) in enumerate(OTHERS):
        sender = f"{name} <person{number}@example.org>"
        desk.write(
            a_mail(
                "Guten Tag,\nmehr dazu gern am Telefon.\n", sender=sender, to=ADDRESS, subject=subject, message_id=f"{number}@example.org"
            )
        )
        polled(desk)
        orders = typed.format(late=f"{late:%d.%m.%Y}", today=f"{morning:%d.%m.%Y}")
        answers(desk, to(desk, WEBER)[-1], orders, number=20 + number)
    with time_machine.travel(datetime.combine(morning, time(7, 30), calendar.zone) + timedelta(seconds=1)):
        poll(load_settings(desk.config), dry_run=False, as_json=True)
    return next(letter for letter in reversed(to(desk, WEBER)) if "Tagesübersicht" in shown(letter))


def page(letter: Accepted) -> str:
    """As a mail program shows it: some lines of the header, and the HTML form, or else the text."""
    names = ", ".join(name for part in letter.mail.walk() if (name := part.get_filename()))
    body = content(letter.mail, "text/html") if letter.mail.is_multipart() else ""
    return FRAME.format(
        subject=html.escape(shown(letter)),
        sender=html.escape(str(make_header(decode_header(letter.mail["From"])))),
        to=html.escape(letter.mail["To"]),
        files=f"<div>Anlagen: {html.escape(names)}</div>" if names else "",
        body=body or f'<pre style="padding:16px;white-space:pre-wrap">{html.escape(text_of(letter))}</pre>',
    )


def picture(source: str, target: Path, width: int, chromium: str) -> None:
    """Once to measure the height, once to draw; then without what the browser writes besides, and small."""
    with tempfile.TemporaryDirectory() as folder:
        file = Path(folder) / "mail.html"
        script = "<script>document.title=document.documentElement.scrollHeight</script>"
        file.write_text(source + script, encoding="utf-8")
        common = (chromium, *CHROMIUM, f"--user-data-dir={folder}/profile")
        measured = [*common, f"--window-size={width},400", "--dump-dom", file.as_uri()]
        dom = subprocess.run(measured, capture_output=True, text=True, check=True)  # noqa: S603
        height = int(dom.stdout.split("<title>", 1)[1].split("</title>", 1)[0]) if "<title>" in dom.stdout else 900
        shot = [*common, f"--window-size={width},{min(height, 4000)}", f"--screenshot={target}", file.as_uri()]
        subprocess.run(shot, capture_output=True, check=True)  # noqa: S603
    target.write_bytes(small(target.read_bytes()))


def main(folder: Path, width: int) -> int:
    chromium = shutil.which("chromium") or shutil.which("google-chrome")
    if chromium is None:
        print("Chromium is missing; on Debian: apt-get install chromium", file=sys.stderr)
        return 1
    folder.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory(prefix="md-") as place, a_played_desk(Path(place)) as desk:
        for name, letter in played(desk).items():
            picture(page(letter), folder / f"{name}.png", width, chromium)
            print(folder / f"{name}.png")
    return 0


if __name__ == "__main__":
    sys.exit(main(Path(sys.argv[1]) if len(sys.argv) > 1 else HERE, int(sys.argv[2]) if len(sys.argv) > 2 else 720))
