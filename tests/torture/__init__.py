# SPDX-FileCopyrightText: 2026 The maildesk authors
# SPDX-License-Identifier: EUPL-1.2
"""maildesk broken everywhere: at each statement, system call and octet, and one oracle that says what became of the mail.

`python -m tests.torture` is the full run; the files test_*.py are small samples of it.
"""
