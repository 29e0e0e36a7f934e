"""The audit: who did what to whom and when, append-only, chained under a locked head row.

It finds edits, deletions and cut-offs by someone without the key. A copy of the head stands outside the database, so that an older copy of
the ledger put in place of the present one is found as well. Subjects are pseudonyms.
"""

from __future__ import annotations

import hmac
import json
import platform
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from typing import Any, NamedTuple

from sqlalchemy import Connection, LargeBinary, insert, select, type_coerce, update

from payerbot.ledger.columns import sealer
from payerbot.ledger.files import alone, write_whole
from payerbot.ledger.seal import Unsealable, keyed
from payerbot.ledger.store import Store, in_plain_words
from payerbot.ledger.tables import audit, audit_head


class Head(NamedTuple):
    """The last entry's number and code."""

    n: int
    mac: bytes
    at: datetime


class Audit(Store):
    """Writing the audit and checking it."""

    def log(self, actor: str, action: str, subject: str = "", detail: str = "") -> None:
        """Add an entry; the subject (a patient's key) is kept as a pseudonym only."""
        with self.audited() as connection:
            self.enter(connection, actor, action, subject, detail)

    def verify_audit(self) -> list[str]:
        """What is wrong with the audit, in plain words; nothing when it is whole."""
        outside = self._outside()  # read first: what is written meanwhile is told outside after it is in the database
        with self.reading() as connection:
            head = self._head(connection)
            problems, macs = self._walk(connection)
        last = max(macs, default=0)
        if head.n != last:
            problems.append(f"The audit's head says {head.n} entries, the last one there is {last}: entries were cut off or added.")
        elif macs and not hmac.compare_digest(macs[last], head.mac):
            problems.append("The audit's head does not fit its last entry.")
        problems += self._check_outside(outside.get(self.tenant), head, macs)
        if not problems:
            self._tell_outside(head)
        return problems

    def pseudonym(self, subject: str) -> str:
        """The name under which a subject stands in the audit."""
        return self.name("subject", subject).hex() if subject else ""

    @contextmanager
    def audited(self) -> Iterator[Connection]:
        """A writing transaction whose entries are also told to the head's copy outside."""
        with self.writing() as connection:
            yield connection
            head = self._head(connection)
        self._tell_outside(head)

    def enter(self, connection: Connection, actor: str, action: str, subject: str = "", detail: str = "") -> None:
        """Add an entry to a transaction begun by audited(); the head row keeps others waiting until it ends."""
        head = self._head(connection, lock=True)
        values = {"n": head.n + 1, "at": self.now(connection), "actor": actor, "action": action, "subject": self.pseudonym(subject)}
        mac = self._mac(head.mac, {**values, "detail": detail})
        connection.execute(insert(audit).values(tenant=self.tenant, detail=detail, mac=mac, **values))
        new = {"n": values["n"], "mac": mac, "at": values["at"]}
        connection.execute(update(audit_head).where(audit_head.c.tenant == self.tenant).values(new))

    def _head(self, connection: Connection, *, lock: bool = False) -> Head:
        query = select(audit_head.c.n, audit_head.c.mac, audit_head.c.at).where(audit_head.c.tenant == self.tenant)
        found = connection.execute(query.with_for_update() if lock else query).first()
        return Head(found.n, bytes(found.mac), found.at) if found else Head(0, b"", datetime.fromtimestamp(0, UTC))

    def start_audit(self) -> None:
        """Give a new practice its head row; a copy outside that is gone is begun anew, and the audit says so."""
        with self.reading() as connection:
            head = self._head(connection)
        if head.n and self.tenant in self._outside():
            return
        with self.audited() as connection:
            self.lock_tenant(connection)
            if self._head(connection).n == 0:
                connection.execute(insert(audit_head).values(tenant=self.tenant, n=0, mac=b"", at=self.now(connection)))
                self.enter(connection, "payerbot", "ledger made")
            else:
                self.enter(connection, "payerbot", "audit.head begun anew", detail=f"on {platform.node()}")

    def _mac(self, before: bytes, entry: dict[str, Any]) -> bytes:
        fields = [str(entry[key]) for key in ("n", "actor", "action", "subject", "detail")]
        return keyed(self._keys.audit, "entry", self.tenant, before, entry["at"].astimezone(UTC).isoformat(), *fields)

    def _walk(self, connection: Connection) -> tuple[list[str], dict[int, bytes]]:
        problems: list[str] = []
        macs: dict[int, bytes] = {}
        before, expected = b"", 1
        for n, mac, entry in self._entries(connection):
            if n != expected:
                problems.append(f"Audit entries {expected} to {n - 1} are missing.")
            elif entry is None or not hmac.compare_digest(self._mac(before, entry), mac):
                problems.append(f"Audit entry {n} was changed.")
            macs[n], before, expected = mac, mac, n + 1
        return problems, macs

    def _entries(self, connection: Connection) -> Iterator[tuple[int, bytes, dict[str, Any] | None]]:
        """Every entry with its number and code; None where its sealed text does not open."""
        sealed = type_coerce(audit.c.detail, LargeBinary).label("sealed")
        query = select(audit.c.n, audit.c.at, audit.c.actor, audit.c.action, audit.c.subject, audit.c.mac, sealed)
        query = query.where(audit.c.tenant == self.tenant).order_by(audit.c.n).execution_options(yield_per=1000)
        for found in connection.execute(query).mappings():
            try:
                detail = sealer(connection.dialect).open(bytes(found["sealed"]), "audit.detail").decode()
            except Unsealable:
                yield found["n"], bytes(found["mac"]), None
            else:
                yield found["n"], bytes(found["mac"]), {**found, "detail": detail}

    # The copy of the head outside the database: home/audit.head, one entry per practice. Of several machines on one ledger each has its
    # own, as new as that machine's last entry or check: it may be behind the ledger, never ahead of it, and both are one chain.

    def _tell_outside(self, head: Head) -> None:
        path = self.home / "audit.head"
        with in_plain_words(self.engine.url), alone(path.with_name("audit.head.lock")):
            known = self._outside()
            if int(known.get(self.tenant, {}).get("n", 0)) >= head.n:
                return
            known[self.tenant] = {"n": head.n, "mac": head.mac.hex(), "at": head.at.isoformat(), "seal": self._outside_mac(head).hex()}
            write_whole(path, json.dumps(known, indent=1).encode())

    def _outside(self) -> dict[str, dict[str, Any]]:
        try:
            found = json.loads((self.home / "audit.head").read_text("utf-8"))
        except (FileNotFoundError, ValueError):
            return {}
        return found if isinstance(found, dict) else {}

    def _outside_mac(self, head: Head) -> bytes:
        return keyed(self._keys.audit, "head", self.tenant, str(head.n), head.mac, head.at.astimezone(UTC).isoformat())

    def _check_outside(self, entry: dict[str, Any] | None, head: Head, macs: dict[int, bytes]) -> list[str]:
        if entry is None:
            return ["The copy of the audit's head (audit.head) is missing or damaged."] if head.n else []
        try:
            outside = Head(int(entry["n"]), bytes.fromhex(entry["mac"]), datetime.fromisoformat(entry["at"]))
            genuine = hmac.compare_digest(self._outside_mac(outside), bytes.fromhex(entry["seal"]))
        except (KeyError, TypeError, ValueError):
            genuine = False
        if not genuine:
            return ["The copy of the audit's head (audit.head) was changed."]
        if outside.n > head.n:
            return [f"The audit ends at {head.n}, although {outside.n} entries were written: it was cut off, or is an older copy."]
        if not hmac.compare_digest(macs.get(outside.n, b""), outside.mac):
            return [f"Audit entry {outside.n} is not the one that was written: the copy of the head (audit.head) has another."]
        return []
