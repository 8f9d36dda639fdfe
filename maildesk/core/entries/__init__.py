# SPDX-FileCopyrightText: 2026 The maildesk authors
# SPDX-License-Identifier: EUPL-1.2
"""Cases that colleagues enter: calls, letters, visits, forwarded mail, scans."""
