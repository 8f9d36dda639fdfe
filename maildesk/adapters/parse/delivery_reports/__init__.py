# SPDX-FileCopyrightText: 2026 The maildesk authors
# SPDX-License-Identifier: EUPL-1.2
"""Delivery reports in their standard form (RFC 3464) and in the words of many mail servers."""
