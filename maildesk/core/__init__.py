# SPDX-FileCopyrightText: 2026 The maildesk authors
# SPDX-License-Identifier: EUPL-1.2
"""What is true and what is to happen. Pure: no I/O, no clock, no randomness, no logging."""
