# SPDX-FileCopyrightText: 2026 The maildesk authors
# SPDX-License-Identifier: EUPL-1.2
"""The database: cases and messages, the intake ledger, the outbox. One transaction for one batch of mail."""

from maildesk.adapters.store.lock import only_one
from maildesk.adapters.store.rows.views import CaseFilter
from maildesk.adapters.store.store import Store

__all__ = ["CaseFilter", "Store", "only_one"]
