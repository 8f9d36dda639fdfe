# SPDX-FileCopyrightText: 2026 The maildesk authors
# SPDX-License-Identifier: EUPL-1.2
"""A world to try maildesk in: a post office on loopback, its citizens and staff. Needs the extra `demo`; sends nothing outside."""
