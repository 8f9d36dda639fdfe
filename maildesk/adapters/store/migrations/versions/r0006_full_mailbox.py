# SPDX-FileCopyrightText: 2026 The maildesk authors
# SPDX-License-Identifier: EUPL-1.2
"""What is asked for every mail is found by an index: the ten thousandth mail of a flood takes as long as the first"""

from alembic import op

revision = "0006"
down_revision = "0005"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.execute("CREATE INDEX contact_by_key ON contact (address_key)")
    op.execute("DROP INDEX letter_by_domain")
    op.execute("CREATE INDEX automatic_letter_by_time ON letter (created_at) WHERE automatic = 1")
    op.execute("CREATE INDEX automatic_letter_by_domain ON letter (recipient_domain, created_at) WHERE automatic = 1")
    op.execute("DROP INDEX ix_message_base_subject")
