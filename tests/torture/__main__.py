# SPDX-FileCopyrightText: 2026 The maildesk authors
# SPDX-License-Identifier: EUPL-1.2
"""`python -m tests.torture`: see `runner`."""

import sys

from tests.torture.runner import main

if __name__ == "__main__":
    sys.exit(main())
