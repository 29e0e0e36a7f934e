"""How often Submit was about to be pressed, kept in the ledger and outside it, so that an older copy of the ledger presses nothing again.

Three things tell an older copy: the count outside (home/presses.head) is ahead; the copy of the audit's head (home/audit.head) names an
entry that is not there; a database server says that this database was made anew. Then every approval given so far is void. A home without
its own count (a new machine, a lost folder) honors no approval that is older than its first look.
"""

from __future__ import annotations

import hmac
import json
from datetime import datetime, timedelta
from secrets import token_hex
from typing import Any, NamedTuple

from sqlalchemy import Connection, insert, select, text, update

from payerbot.errors import RunError
from payerbot.ledger.audit import Audit
from payerbot.ledger.files import alone, write_whole
from payerbot.ledger.seal import keyed
from payerbot.ledger.store import in_plain_words
from payerbot.ledger.tables import audit, press_head

FILE = "presses.head"
OLDER = "the ledger was restored from an older copy"
LATELY = timedelta(days=14)  # longer than any portal takes to show what it has


class PressHead(NamedTuple):
    """The ledger's own count; `line` is a new name each time an older copy was found."""

    n: int
    line: str
    earlier: tuple[str, ...]
    place: str


class Outside(NamedTuple):
    """This home's copy of it."""

    n: int
    line: str
    since: datetime  # approvals given before are not honored here
    judged: str  # the audit head that was found ahead of an older copy, so that it is not found twice


class Presses(Audit):
    """Counting, and finding an older copy."""

    def start_presses(self) -> bool:
        """Begin the count in a new ledger or a new home; True where the ledger turned out to be an older copy."""
        with self._alone_outside():
            outside, audited = self._press_outside(), self._outside().get(self.tenant)  # before the ledger, which only grows
            with self.reading() as connection:
                head, place, now = self._press_head(connection), self._place(connection), self.now(connection)
                ahead = self._ahead(connection, audited)
            restored = head is not None and self._older(head, outside, ahead, place)
            if head is None or restored:
                with self.writing() as connection:  # no entry in the audit: it would hide from `audit verify` that entries are gone
                    self.lock_tenant(connection)
                    head = self._renewed(connection, place, restored=restored)
            known = outside._replace(n=head.n, line=head.line) if outside and not restored else Outside(head.n, head.line, now, ahead)
            if known != outside:
                self._tell_press(known)
            return restored

    def _older(self, head: PressHead, outside: Outside | None, ahead: str, place: str) -> bool:
        if head.place != place:
            return True
        if outside is None:
            return False  # nothing is known here; whatever was approved before now is not honored
        if ahead and ahead != outside.judged:
            return True
        return outside.n > head.n if outside.line == head.line else outside.line not in head.earlier

    def _renewed(self, connection: Connection, place: str, *, restored: bool) -> PressHead:
        head = self._press_head(connection)
        if head is None:
            head = PressHead(0, token_hex(8), (), place)
            values = {"n": head.n, "line": head.line, "earlier": head.earlier, "place": place, "begun_at": self.now(connection)}
            connection.execute(insert(press_head).values(tenant=self.tenant, **values))
        if restored:
            head = PressHead(head.n, token_hex(8), (*head.earlier, head.line), place)
            values = {"line": head.line, "earlier": head.earlier, "place": place, "begun_at": self.now(connection)}
            connection.execute(update(press_head).where(self.mine(press_head)).values(values))
            self.forget_approvals(connection, OLDER)
        return head

    def forget_approvals(self, connection: Connection, why: str) -> None:
        """Void every approval that was given so far; what may have been sent is looked up (submissions.py says how)."""
        raise NotImplementedError

    def restored_lately(self, connection: Connection) -> bool:
        """True for some days after an older copy was found: what was sent in between may not show at the payer yet."""
        query = select(press_head.c.begun_at, press_head.c.earlier).where(self.mine(press_head))
        found = connection.execute(query).first()
        return found is not None and bool(found.earlier) and found.begun_at > self.now(connection) - LATELY

    # What the intent asks

    def honored(self, connection: Connection, given_at: datetime) -> bool:
        """True where this home may press for an approval given then, by what it knows and the ledger says now."""
        outside = self._press_outside()  # before the ledger, which only grows
        head = self._press_head(connection)
        if head is None or outside is None or head.place != self._place(connection):
            return False
        return outside.line == head.line and outside.n <= head.n and given_at >= outside.since

    def count_press(self, connection: Connection) -> int:
        """The next press's number; its transaction is told to the file outside before anything is pressed."""
        n: int = connection.execute(select(press_head.c.n).where(self.mine(press_head)).with_for_update()).scalar_one()
        connection.execute(update(press_head).where(self.mine(press_head)).values(n=n + 1))
        return n + 1

    def tell_press(self, n: int) -> None:
        """Write the count outside; whoever cannot do that does not press."""
        with self._alone_outside():
            outside = self._press_outside()
            if outside is None:
                raise RunError("The count of what was sent (presses.head) is gone: nothing was sent; run the same command again.")
            if outside.n < n:
                self._tell_press(outside._replace(n=n))

    def _press_head(self, connection: Connection) -> PressHead | None:
        kept = press_head.c
        found = connection.execute(select(kept.n, kept.line, kept.earlier, kept.place).where(self.mine(press_head))).first()
        return PressHead(found.n, found.line, tuple(found.earlier), found.place) if found else None

    def _ahead(self, connection: Connection, audited: dict[str, Any] | None) -> str:
        """The code of the audit's head outside, where the ledger does not have that entry; "" where it does."""
        try:
            n, mac = (int(audited["n"]), str(audited["mac"])) if audited else (0, "")
        except (KeyError, TypeError, ValueError):
            return ""
        found = connection.execute(select(audit.c.mac).where(self.mine(audit), audit.c.n == n)).scalar()
        return "" if found is not None and bytes(found).hex() == mac else mac

    def _place(self, connection: Connection) -> str:
        """What a database server calls this very database; restored from a dump or to a point in time it is another. "" for a file."""
        if connection.dialect.name != "postgresql":
            return ""
        who = "SELECT (SELECT oid FROM pg_database WHERE datname = current_database()), 'press_head'::regclass::oid"
        told = [*connection.execute(text(who)).one()]
        if connection.execute(text("SELECT has_function_privilege('pg_control_system()', 'execute')")).scalar():
            told += connection.execute(
                text("SELECT (SELECT system_identifier FROM pg_control_system()), (SELECT timeline_id FROM pg_control_checkpoint())")
            ).one()
        return "/".join(map(str, told))

    # The copy outside the database: home/presses.head, one entry per practice.

    def _alone_outside(self) -> Any:  # noqa: ANN401  a context manager
        return alone(self.home / f"{FILE}.lock")

    def _tell_press(self, said: Outside) -> None:
        with in_plain_words(self.engine.url):
            known = self._all_presses()
            told = {"n": said.n, "line": said.line, "since": said.since.isoformat(), "judged": said.judged}
            known[self.tenant] = {**told, "seal": self._press_seal(told).hex()}
            write_whole(self.home / FILE, json.dumps(known, indent=1).encode())

    def _press_outside(self) -> Outside | None:
        """This home's copy; None where there is none or somebody without the key wrote it."""
        entry = self._all_presses().get(self.tenant)
        try:
            told = {name: entry[name] for name in ("n", "line", "since", "judged")} if entry else {}
            if not entry or not hmac.compare_digest(self._press_seal(told), bytes.fromhex(entry["seal"])):
                return None
            return Outside(int(told["n"]), str(told["line"]), datetime.fromisoformat(told["since"]), str(told["judged"]))
        except (KeyError, TypeError, ValueError):
            return None

    def _all_presses(self) -> dict[str, dict[str, Any]]:
        try:
            found = json.loads((self.home / FILE).read_text("utf-8"))
        except (FileNotFoundError, ValueError):
            return {}
        return found if isinstance(found, dict) else {}

    def _press_seal(self, told: dict[str, Any]) -> bytes:
        return keyed(self._keys.audit, "presses", self.tenant, *(str(told[name]) for name in ("n", "line", "since", "judged")))
