# SPDX-FileCopyrightText: 2026 The maildesk authors
# SPDX-License-Identifier: EUPL-1.2
"""What the parser takes from one mail, all in one place. Over a limit the mail still becomes a Message, with a defect that says so."""

from __future__ import annotations

MEBIBYTE = 1024 * 1024

# Sizes of what is read.
WHOLE_BYTES_MAX = 8 * MEBIBYTE  # of what is left without big attachments; of more the head alone: parsing takes 20 times that memory
HEAD_BYTES_MAX = 256 * 1024
HEADER_BLOCK_BYTES_MAX = 1 * MEBIBYTE
FIELD_BYTES_MAX = 64 * 1024  # of one header field, before anything is decoded
HTML_CHARS_MAX = 4 * 1000 * 1000
RENDERED_HTML_CHARS_MAX = 1000 * 1000  # the renderer's time grows with the square of a paragraph; of more only the tags are taken out

# Contents of attachments that go along with a letter.
ENCLOSURE_BYTES_MAX = 12 * MEBIBYTE
ENCLOSURES_BYTES_MAX = 16 * MEBIBYTE  # of one mail, all in all; base64 makes a third more of it, which most mail servers still take

# Numbers of things.
DEPTH_MAX = 50
PARTS_MAX = 500
PICTURES_MAX = 200  # in an HTML body, whose place in the text is noted
FIELDS_MAX = 1000
ESSENTIAL_FIELDS_MAX = 200  # of those that decide something, found behind the first FIELDS_MAX
RECIPIENTS_MAX = 500
REFERENCES_MAX = 100
REFERENCES_FIRST = 20  # of those, the ones kept from the beginning of a longer list
FAILED_RECIPIENTS_MAX = 100
DEFECTS_MAX = 30

# Lengths of what comes out, in characters.
TEXT_CHARS_MAX = 1000 * 1000
BESIDE_CHARS_MAX = 200 * 1000  # of a machine's mail, beside its text
SUBJECT_CHARS_MAX = 2000
NAME_CHARS_MAX = 500
VALUE_CHARS_MAX = 2000
ADDR_SPEC_CHARS_MAX = 320  # RFC 5321 4.5.3.1: 64 + 1 + 255
MESSAGE_ID_CHARS_MAX = 250
FILENAME_CHARS_MAX = 120

# The process that parses.
SECONDS_MAX = 10.0
MEMORY_BYTES_MAX = 1024 * MEBIBYTE
START_SECONDS_MAX = 30.0  # to be up and ready, on a busy machine
