# SPDX-FileCopyrightText: 2026 The maildesk authors
# SPDX-License-Identifier: EUPL-1.2
"""maildesk turns a mailbox into tracked cases.

The road of a message has seven steps; they are one under the other in `maildesk.jobs.intake`:

1. `mailbox.fetch`       the octets leave the server, nothing changes there
2. `parse`               octets -> Message
3. `desk.questions`      what must be known to decide (pure)
4. `store.look_up`       the answers, inside the write transaction
5. `desk.decide`         what is to happen, with the evidence (pure)
6. `store.record`        octets, message, case, events, letters, ledger line: together or not at all
7. `mailbox.file`        only now the mail moves from the inbox to its folder

Where things live: `core` says what is true and what is to happen, and touches nothing; `adapters` has one file
for each neighbour (mail server, database, template engine); `jobs` are the hands; `daemon` is the clock;
`cli` and `demo` build things and decide nothing.

Words, one for each thing: a *Message* is a parsed mail, its *octets* are what came over the wire. Its writer is the
*originator*. A *Case* is one concern and its history, known by a *case number* such as KD-2026-00042. The *correspondent*
is the person outside; *staff* answer. A *Letter* is a mail that we want to send; it waits in the *outbox*. The *ledger*
holds a line for every mail that was taken in. A mail that belongs to no case and comes from a machine is *set aside*;
one that cannot be handled is *quarantined*. *Evidence* is the header or the words that decided, a *refusal* is the
reason why no letter goes out. *Proof copy*: the copy of a letter that comes back to our own mailbox.
"""

__version__ = "0.1.0"
