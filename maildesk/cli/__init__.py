# SPDX-FileCopyrightText: 2026 The maildesk authors
# SPDX-License-Identifier: EUPL-1.2
"""The commands. They build things and show things; they decide nothing.

Data goes to standard output, messages and progress to standard error. Exit codes follow sysexits.h (docs/commands.md).
"""

from maildesk.cli.app import main

__all__ = ["main"]
