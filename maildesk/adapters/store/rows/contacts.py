# SPDX-FileCopyrightText: 2026 The maildesk authors
# SPDX-License-Identifier: EUPL-1.2
"""Contacts, and who takes part in which case."""

from __future__ import annotations

from collections.abc import Collection

from sqlalchemy import Connection, insert, select, update

from maildesk.adapters.store.engine import new_id
from maildesk.adapters.store.tables import contacts, participants
from maildesk.core.mail.message import Address


class Contacts:
    """Works in the transaction of `connection`."""

    def __init__(self, connection: Connection) -> None:
        self._connection = connection

    def of(self, address: Address) -> int:
        """The contact with this address, made if there is none; one without an address is a contact of its own."""
        if address.key:
            found = self._connection.execute(select(contacts.c.id).where(contacts.c.address_key == address.key)).scalar()
            if found is not None:
                return int(found)
        values = {"address_key": address.key, "addr_spec": address.addr_spec, "display_name": address.display_name}
        return new_id(self._connection.execute(insert(contacts).values(**values)))

    def add_to_case(self, case_id: int, contact_id: int, *, verified: bool) -> None:
        self._connection.execute(insert(participants).values(case_id=case_id, contact_id=contact_id, verified=verified))

    def add_unverified(self, case_id: int, contact_id: int) -> None:
        """The writer is remembered as one whom staff have not confirmed; who takes part already stays as he was."""
        known = select(participants.c.case_id).where(participants.c.case_id == case_id, participants.c.contact_id == contact_id)
        if not self._connection.execute(known).first():
            self.add_to_case(case_id, contact_id, verified=False)

    def confirm(self, case_ids: Collection[int], contact_id: int) -> None:
        """Staff say that the contact takes part in the case, which may have parts."""
        whose = (participants.c.case_id.in_(case_ids), participants.c.contact_id == contact_id)
        self._connection.execute(update(participants).where(*whose).values(verified=True))
