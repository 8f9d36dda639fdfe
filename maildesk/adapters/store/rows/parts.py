# SPDX-FileCopyrightText: 2026 The maildesk authors
# SPDX-License-Identifier: EUPL-1.2
"""The parts of the database over one connection: each is handed those that it works with."""

from __future__ import annotations

from datetime import tzinfo

from sqlalchemy import Connection

from maildesk.adapters.store.rows.agenda import Planning
from maildesk.adapters.store.rows.alarms import Alarms
from maildesk.adapters.store.rows.case_files import CaseFiles
from maildesk.adapters.store.rows.cases import Cases
from maildesk.adapters.store.rows.contacts import Contacts
from maildesk.adapters.store.rows.facts import Facts
from maildesk.adapters.store.rows.ledger import Ledger
from maildesk.adapters.store.rows.letter_states import LetterStates
from maildesk.adapters.store.rows.look_up import LookUp
from maildesk.adapters.store.rows.messages import Messages
from maildesk.adapters.store.rows.quarantine import Quarantine
from maildesk.adapters.store.rows.restored import Restored


class Parts:
    """All of them in one transaction. `prefix` is that of the case numbers, `zone` the desk's."""

    def __init__(self, connection: Connection, prefix: str, zone: tzinfo) -> None:
        self.connection = connection
        self.facts = Facts(connection)
        self.alarms = Alarms(connection)
        self.ledger = Ledger(connection)
        self.quarantine = Quarantine(connection)
        self.contacts = Contacts(connection)
        self.messages = Messages(connection, self.contacts)
        self.cases = Cases(connection, self.contacts)
        self.case_files = CaseFiles(connection)
        self.restored = Restored(connection, prefix, self.facts, self.alarms, self.cases)
        self.letters = LetterStates(connection, self.facts, self.messages, self.cases, self.restored)
        self.look_up = LookUp(connection, prefix, zone, self.cases, self.restored)
        self.planning = Planning(connection, self.facts, self.cases, self.letters)
