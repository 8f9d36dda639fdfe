# SPDX-FileCopyrightText: 2026 The maildesk authors
# SPDX-License-Identifier: EUPL-1.2
"""`maildesk` and `python -m maildesk`."""

from maildesk.cli import main

if __name__ == "__main__":
    main()
