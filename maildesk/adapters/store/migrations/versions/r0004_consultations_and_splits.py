# SPDX-FileCopyrightText: 2026 The maildesk authors
# SPDX-License-Identifier: EUPL-1.2
"""Statements of colleagues, cases split off, a folder for orders that were carried out"""

import sqlalchemy as sa
from alembic import op

revision = "0004"
down_revision = "0003"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.execute("ALTER TABLE instruction ADD COLUMN more JSON DEFAULT '{}' NOT NULL")
    op.create_table(
        "consultation",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("case_id", sa.Integer(), nullable=False),
        sa.Column("letter_id", sa.String(), nullable=False),
        sa.Column("asked", sa.String(), nullable=False),
        sa.Column("asked_key", sa.String(), nullable=False),
        sa.Column("asked_by", sa.String(), nullable=False),
        sa.Column("asked_at", sa.DateTime(), nullable=False),
        sa.Column("due_on", sa.Date(), nullable=False),
        sa.Column("answered_at", sa.DateTime(), nullable=True),
        sa.Column("reminded_at", sa.DateTime(), nullable=True),
        sa.Column("told_at", sa.DateTime(), nullable=True),
        sa.ForeignKeyConstraint(["case_id"], ["cases.id"], ondelete="CASCADE"),
        sa.PrimaryKeyConstraint("id"),
    )
    op.create_index("ix_consultation_case_id", "consultation", ["case_id"])
    op.create_index("ix_consultation_asked_key", "consultation", ["asked_key"])
    op.create_index("ix_ledger_message_id", "ledger", ["message_id"])
    with op.batch_alter_table("ledger", recreate="always") as ledger:
        ledger.drop_constraint("filed_to_is_known", type_="check")
        ledger.create_check_constraint("filed_to_is_known", "filed_to IN ('archive', 'sent', 'quarantine', 'done')")
    with op.batch_alter_table("case_link", recreate="always") as link:
        link.drop_constraint("kind_is_known", type_="check")
        link.create_check_constraint("kind_is_known", "kind IN ('continues', 'mentions', 'carries', 'same-concern', 'split')")
