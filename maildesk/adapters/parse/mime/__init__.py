# SPDX-FileCopyrightText: 2026 The maildesk authors
# SPDX-License-Identifier: EUPL-1.2
"""From octets to headers and parts (RFC 5322, 2045-2047, 2231)."""
