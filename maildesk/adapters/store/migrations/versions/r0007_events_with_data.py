# SPDX-FileCopyrightText: 2026 The maildesk authors
# SPDX-License-Identifier: EUPL-1.2
"""Nothing is read back from sentences: events have data, alarms an id, letters say whether they could be written

The words below are those that were written until now; here they are read for the last time.
"""

import re

import sqlalchemy as sa
from alembic import op

revision = "0007"
down_revision = "0006"
branch_labels = None
depends_on = None

ORDERS = (("Dringlichkeit: %", "urgency"), ("nicht dringend%", "not-urgent"), ("wartet auf die Person%", "wait"))
ALARMS = {
    "Kein Durchgang": "no_pass",
    "Briefe warten": "letters_late",
    "Brief nicht geschrieben": "letter_unwritten",
    "Kopien bleiben aus": "copies_missing",
    "Quarantäne": "quarantine",
    "Briefe abgelehnt": "letters_refused",
    "Brief im Zweifel": "letter_in_doubt",
    "Zweiter Dienst": "second_desk",
    "Speicherplatz": "disk_space",
    "Sicherung": "backup",
    "Zertifikat": "certificate",
    "Zählung": "count",
    "Brief an das Team nicht zugestellt": "staff_letter_returned",
    "Absender nicht bewiesen": "staff_unproved",
    "Grenze der automatischen Briefe": "letter_limit",
}
OF_A_CASE = (
    (re.compile(r"SOFORT LESEN – (.+) – Hinweis auf Gefahr für Menschen"), "danger"),
    (re.compile(r"HEUTE LESEN – (.+) – Hinweis auf eine Datenpanne"), "data_breach"),
)
ALL_CLEAR = "Entwarnung: "


def upgrade() -> None:
    connection = op.get_bind()
    op.execute("ALTER TABLE event ADD COLUMN data JSON DEFAULT '{}' NOT NULL")
    for words, name in ORDERS:
        change = "UPDATE event SET data = json_object('order', :name) WHERE what = 'order' AND detail LIKE :words"
        connection.execute(sa.text(change), {"name": name, "words": words})

    op.execute("ALTER TABLE alarm RENAME COLUMN name TO id")
    for (name,) in connection.execute(sa.text("SELECT id FROM alarm")).all():
        connection.execute(sa.text("UPDATE alarm SET id = :id WHERE id = :name"), {"id": _alarm_id(name), "name": name})

    op.execute("ALTER TABLE letter ADD COLUMN alarm VARCHAR DEFAULT '' NOT NULL")
    told = "SELECT id, json_extract(context, '$.betreff') AS name FROM letter WHERE template = 'alarm'"
    for row in connection.execute(sa.text(told)).all():
        connection.execute(sa.text("UPDATE letter SET alarm = :mark WHERE id = :id"), {"mark": _mark(row.name or ""), "id": row.id})

    op.execute("ALTER TABLE letter ADD COLUMN unwritten BOOLEAN DEFAULT 0 NOT NULL")
    op.execute("UPDATE letter SET unwritten = 1 WHERE state = 'queued' AND error LIKE 'cannot be written: %'")

    with op.batch_alter_table("consultation") as consultation:
        consultation.drop_index("ix_consultation_asked_key")
        consultation.drop_column("asked_key")


def _alarm_id(name: str) -> str:
    for pattern, kind in OF_A_CASE:
        if found := pattern.fullmatch(name):
            return f"{kind}/{found[1]}"
    return ALARMS.get(name, name)


def _mark(subject: str) -> str:
    """What the letter of an alarm, or of its end, says of itself in its header; nothing for one that is not known."""
    name = subject.removeprefix(ALL_CLEAR)
    known = _alarm_id(name)
    return "" if known == name else f"{known}; over" if name != subject else known
