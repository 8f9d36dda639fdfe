# SPDX-FileCopyrightText: 2026 The maildesk authors
# SPDX-License-Identifier: EUPL-1.2
"""The jobs: each has `run_once`. What they work with is in `ports`, as small protocols."""
