# SPDX-FileCopyrightText: 2026 The maildesk authors
# SPDX-License-Identifier: EUPL-1.2
"""The daemon: runs the jobs, wakes them when mail arrives, obeys signals, and reports to systemd."""
