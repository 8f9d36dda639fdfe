# SPDX-FileCopyrightText: 2026 The maildesk authors
# SPDX-License-Identifier: EUPL-1.2
"""Words in any text: spelling, days, patterns, identifiers, absence, the wish to stay unknown."""
