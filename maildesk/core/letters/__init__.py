# SPDX-FileCopyrightText: 2026 The maildesk authors
# SPDX-License-Identifier: EUPL-1.2
"""Letters: what goes to whom, under which Message-ID, and why none goes."""
