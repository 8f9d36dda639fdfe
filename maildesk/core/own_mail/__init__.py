# SPDX-FileCopyrightText: 2026 The maildesk authors
# SPDX-License-Identifier: EUPL-1.2
"""What our own mail path brings back: copies of our letters, colleagues' answers, delivery reports."""
