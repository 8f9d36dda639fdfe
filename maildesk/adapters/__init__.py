# SPDX-FileCopyrightText: 2026 The maildesk authors
# SPDX-License-Identifier: EUPL-1.2
"""One file, or one folder, for each neighbour: its library is used there and nowhere else."""
