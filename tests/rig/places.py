# SPDX-FileCopyrightText: 2026 The maildesk authors
# SPDX-License-Identifier: EUPL-1.2
"""Where the files are that tests read."""

from __future__ import annotations

from pathlib import Path

TESTS = Path(__file__).parents[1]
ROOT = TESTS.parent
CORPUS = TESTS / "corpus"  # messages of one oddity each, beside each what is expected of it
MAILS = tuple(sorted((CORPUS / "mails").glob("*.eml"))) + tuple(sorted((CORPUS / "bounces").glob("*.eml")))
