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
    "Brief nicht geschrieben": "letters_unwritten",
    "Kopien bleiben aus": "copies_missing",
    "Quarantäne": "quarantine",
    "Briefe abgelehnt": "letters_refused",
    "Brief im Zweifel": "letters_in_doubt",
    "Zweiter Dienst": "another_desk",
    "Speicherplatz": "disk_space",
    "Sicherung": "backup_failed",
    "Zertifikat": "certificate_ends",
    "Zählung": "count_uneven",
    "Brief an das Team nicht zugestellt": "staff_letter_returned",
    "Absender nicht bewiesen": "unproved_staff",
    "Grenze der automatischen Briefe": "letter_limit",
}
OF_A_CASE = (
    (re.compile(r"SOFORT LESEN – (.+) – Hinweis auf Gefahr für Menschen"), "danger"),
    (re.compile(r"HEUTE LESEN – (.+) – Hinweis auf eine Datenpanne"), "data_breach"),
)
ALL_CLEAR = "Entwarnung: "
STALE = re.compile(r"\s*CONSTRAINT sent_has_its_time CHECK \(\(state = 'sent'\) = \(sent_at IS NOT NULL\)\),")


def upgrade() -> None:
    connection = op.get_bind()
    op.execute("ALTER TABLE event ADD COLUMN data JSON DEFAULT '{}' NOT NULL")
    for words, name in ORDERS:
        change = "UPDATE event SET data = json_object('order', :name) WHERE what = 'order' AND detail LIKE :words"
        connection.execute(sa.text(change), {"name": name, "words": words})

    for (title,) in connection.execute(sa.text("SELECT name FROM alarm")).all():
        connection.execute(sa.text("UPDATE alarm SET name = :name WHERE name = :title"), {"name": _alarm(title), "title": title})
    told = "SELECT id, json_extract(context, '$.betreff') AS title FROM letter WHERE template = 'alarm'"
    for row in connection.execute(sa.text(told)).all():
        if field := _field(row.title or ""):
            change = """UPDATE letter SET context = json_set(context, '$."X-Maildesk-Alarm"', :field) WHERE id = :id"""
            connection.execute(sa.text(change), {"field": field, "id": row.id})

    op.execute("UPDATE letter SET context = json_set(context, '$.absender', sender_name) WHERE sender_name <> ''")
    op.execute("ALTER TABLE letter DROP COLUMN sender_name")
    op.execute("ALTER TABLE letter ADD COLUMN unwritten BOOLEAN DEFAULT 0 NOT NULL")
    op.execute("UPDATE letter SET unwritten = 1 WHERE state = 'queued' AND error LIKE 'cannot be written: %'")

    op.execute("DROP INDEX ix_consultation_asked_key")
    op.execute("ALTER TABLE consultation DROP COLUMN asked_key")
    _drop_stale_check(connection)


def _alarm(title: str) -> str:
    for pattern, alarm_id in OF_A_CASE:
        if found := pattern.fullmatch(title):
            return f"{alarm_id} {found[1]}"
    return ALARMS.get(title, title)


def _field(subject: str) -> str:
    """What the letter of an alarm, or of its end, says of itself in its header; nothing for one that is not known."""
    title = subject.removeprefix(ALL_CLEAR)
    name = _alarm(title)
    return "" if name == title else f"{name}; over" if title != subject else name


def _drop_stale_check(connection: sa.Connection) -> None:
    """A database that the first form of revision 0002 changed kept the check that it replaced: there no letter that was sent could fail.
    SQLite drops a check by a new table."""
    made = connection.exec_driver_sql("SELECT sql FROM sqlite_master WHERE type = 'table' AND name = 'letter'").scalar_one()
    wanted = STALE.sub("", made)
    if wanted == made:
        return
    indexes = connection.exec_driver_sql("SELECT sql FROM sqlite_master WHERE type = 'index' AND tbl_name = 'letter' AND sql <> ''")
    again = indexes.scalars().all()
    for statement in (
        "ALTER TABLE letter RENAME TO letter_before",
        wanted,
        "INSERT INTO letter SELECT * FROM letter_before",
        "DROP TABLE letter_before",
        *again,
    ):
        connection.exec_driver_sql(statement)
