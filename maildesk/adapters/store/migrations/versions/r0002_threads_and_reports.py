# SPDX-FileCopyrightText: 2026 The maildesk authors
# SPDX-License-Identifier: EUPL-1.2
"""What threading asks for: named ids, subjects, links between cases, cases made one; what mail servers report of a letter"""

import sqlalchemy as sa
from alembic import op

revision = "0002"
down_revision = "0001"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.execute("ALTER TABLE cases ADD COLUMN opened_by_reply BOOLEAN DEFAULT 0 NOT NULL")
    op.execute("ALTER TABLE cases ADD COLUMN merged_into_id INTEGER REFERENCES cases (id)")
    op.create_index("ix_cases_merged_into_id", "cases", ["merged_into_id"])
    op.create_table(
        "case_link",
        sa.Column("case_id", sa.Integer(), nullable=False),
        sa.Column("other_id", sa.Integer(), nullable=False),
        sa.Column("kind", sa.String(), nullable=False),
        sa.CheckConstraint("kind IN ('continues', 'mentions', 'carries', 'same-concern')", name="kind_is_known"),
        sa.ForeignKeyConstraint(["case_id"], ["cases.id"], ondelete="CASCADE"),
        sa.ForeignKeyConstraint(["other_id"], ["cases.id"], ondelete="CASCADE"),
        sa.PrimaryKeyConstraint("case_id", "other_id", "kind"),
    )
    op.create_index("ix_case_link_other_id", "case_link", ["other_id"])
    _messages()
    _letters()


def _messages() -> None:
    op.execute("ALTER TABLE message ADD COLUMN base_subject VARCHAR DEFAULT '' NOT NULL")
    op.execute("ALTER TABLE message ADD COLUMN text_digest VARCHAR(64) DEFAULT '' NOT NULL")
    op.execute("ALTER TABLE message ADD COLUMN thread_index VARCHAR DEFAULT '' NOT NULL")
    op.execute("ALTER TABLE message ADD COLUMN sent_at DATETIME DEFAULT '1970-01-01 00:00:00.000000' NOT NULL")
    op.execute("UPDATE message SET sent_at = received_at")
    op.create_index("ix_message_base_subject", "message", ["base_subject"])
    op.create_index("ix_message_thread_index", "message", ["thread_index"])
    op.create_table(
        "message_reference",
        sa.Column("message_row", sa.Integer(), nullable=False),
        sa.Column("identifier", sa.String(), nullable=False),
        sa.ForeignKeyConstraint(["message_row"], ["message.id"], ondelete="CASCADE"),
        sa.PrimaryKeyConstraint("message_row", "identifier"),
    )
    op.create_index("ix_message_reference_identifier", "message_reference", ["identifier"])
    for named in ("in_reply_to", "references"):
        op.execute(
            "INSERT OR IGNORE INTO message_reference (message_row, identifier) "  # noqa: S608  # two constants
            f"SELECT message.id, named.value FROM message, json_each(message.parsed, '$.{named}') AS named"
        )


def _letters() -> None:
    """A letter that came back was sent and has failed: the old constraint forbade that. SQLite changes one by a new table."""
    with op.batch_alter_table("letter", recreate="always") as letter:
        letter.drop_constraint("sent_has_its_time", type_="check")
        letter.create_check_constraint("sent_has_its_time", "state <> 'sent' OR sent_at IS NOT NULL")
        letter.create_check_constraint("report_is_known", "report IN ('', 'delayed', 'failed')")
        letter.add_column(sa.Column("reply_to", sa.String(), nullable=False, server_default=""))
        letter.add_column(sa.Column("report", sa.String(), nullable=False, server_default=""))
        letter.add_column(sa.Column("report_proved", sa.Boolean(), nullable=False, server_default=sa.false()))
        letter.add_column(sa.Column("reported_at", sa.DateTime(), nullable=True))
