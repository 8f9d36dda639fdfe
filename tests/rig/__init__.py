# SPDX-FileCopyrightText: 2026 The maildesk authors
# SPDX-License-Identifier: EUPL-1.2
"""Real servers for the tests, and one that lies on purpose. All on 127.0.0.1, all gone with the test run."""
