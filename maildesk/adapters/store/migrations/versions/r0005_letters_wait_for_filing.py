# SPDX-FileCopyrightText: 2026 The maildesk authors
# SPDX-License-Identifier: EUPL-1.2
"""A letter waits until the mail that caused it has been filed: two desks on one mailbox write once"""

from alembic import op

revision = "0005"
down_revision = "0004"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.execute("ALTER TABLE letter ADD COLUMN waits_for VARCHAR(64) DEFAULT '' NOT NULL")
    op.execute("CREATE INDEX letter_that_waits ON letter (waits_for) WHERE waits_for <> ''")
