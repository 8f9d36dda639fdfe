# SPDX-FileCopyrightText: 2026 The maildesk authors
# SPDX-License-Identifier: EUPL-1.2
"""What staff decide on a case, and letters that relay or answer a message"""

import sqlalchemy as sa
from alembic import op

revision = "0003"
down_revision = "0002"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.execute("ALTER TABLE cases ADD COLUMN title VARCHAR DEFAULT '' NOT NULL")
    op.execute("ALTER TABLE cases ADD COLUMN person_group VARCHAR DEFAULT '' NOT NULL")
    op.execute("ALTER TABLE letter ADD COLUMN sender_name VARCHAR DEFAULT '' NOT NULL")
    op.execute("ALTER TABLE letter ADD COLUMN enclosures JSON DEFAULT '[]' NOT NULL")
    op.execute("ALTER TABLE letter ADD COLUMN about VARCHAR(64) DEFAULT '' NOT NULL")
    op.execute("ALTER TABLE letter ADD COLUMN author VARCHAR DEFAULT '' NOT NULL")
    op.create_index("ix_letter_about", "letter", ["about"])
    op.create_table(
        "concern",
        sa.Column("case_id", sa.Integer(), nullable=False),
        sa.Column("position", sa.Integer(), nullable=False),
        sa.Column("topic", sa.String(), nullable=False),
        sa.Column("assessment", sa.String(), nullable=False),
        sa.Column("outcome", sa.String(), nullable=False),
        sa.Column("measure", sa.String(), nullable=False),
        sa.ForeignKeyConstraint(["case_id"], ["cases.id"], ondelete="CASCADE"),
        sa.PrimaryKeyConstraint("case_id", "position"),
    )
    op.create_table(
        "instruction",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("case_id", sa.Integer(), nullable=False),
        sa.Column("at", sa.DateTime(), nullable=False),
        sa.Column("before", sa.JSON(), nullable=False),
        sa.Column("undone_at", sa.DateTime(), nullable=True),
        sa.ForeignKeyConstraint(["case_id"], ["cases.id"], ondelete="CASCADE"),
        sa.PrimaryKeyConstraint("id"),
    )
    op.create_index("ix_instruction_case_id", "instruction", ["case_id"])
