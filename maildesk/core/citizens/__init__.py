# SPDX-FileCopyrightText: 2026 The maildesk authors
# SPDX-License-Identifier: EUPL-1.2
"""A citizen's mail: a new case or a follow-up, and what staff see of it."""
