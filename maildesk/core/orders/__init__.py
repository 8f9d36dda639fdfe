# SPDX-FileCopyrightText: 2026 The maildesk authors
# SPDX-License-Identifier: EUPL-1.2
"""Orders that colleagues give by mail: one table, its reader, what they do to a case."""
