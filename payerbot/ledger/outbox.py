"""The outbox: each answer on its way to the practice's own system, at least once; a row waits, is sent, or is dead, and blocks no other.

A sender takes a row by moving its next try behind the end of the sender's lease, so a sender that dies leaves a row that is due again.
"""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Any

from pydantic import TypeAdapter
from sqlalchemy import ColumnElement, Connection, RowMapping, and_, func, select, update

from payerbot.errors import UserError
from payerbot.ledger.audit import Audit
from payerbot.ledger.batches import patient
from payerbot.ledger.tables import answer, batch, item, outbox, row
from payerbot.model import Frozen, Job
from payerbot.rows import ANSWER, QUESTION, Answer, Ask

HELD = timedelta(seconds=60)  # longer than one try may take; a sender that died before its end leaves the row to the next
MOST_TRIES = 40
LONGEST = timedelta(days=7)  # from the first try on
GAVE_UP = "given up after {} tries: {}"

_TEXTS = TypeAdapter(tuple[str, ...])


class Letter(Frozen):
    """One row of the outbox; it names no patient."""

    n: int
    item: str
    seq: int
    tries: int  # including the one that is under way; a sender's claim to the row
    created_at: datetime
    next_try_at: datetime | None = None  # UTC; None: sent or dead
    last_status: str = ""  # our own words
    sent_at: datetime | None = None
    dead_at: datetime | None = None


class Contents(Frozen):
    """An answer with the question and the rows it belongs to."""

    item: str
    batch: str
    job: Job
    portal: str
    subject: str  # names the claim, payment, request or covered day across batches, and tells nothing
    seq: int
    ask: Ask
    answer: Answer
    answered_at: datetime
    evidence: tuple[str, ...]
    header: tuple[str, ...]
    rows: tuple[tuple[int, tuple[str, ...]], ...]  # line and cells


class OutboxCounts(Frozen):
    """What the outbox holds."""

    waiting: int
    due: int  # of those, to be tried now
    sent: int
    dead: int
    left_out: int  # older than the day from which answers are sent


class Outbox(Audit):
    """Taking what is due, reading it, and saying what became of it."""

    def take_letter(self, since: datetime | None = None) -> Letter | None:
        """The row that has been due longest, held for this sender alone for a minute; None when nothing is due."""
        with self.writing() as connection:
            now = self.now(connection)
            due = and_(self._new_enough(since), outbox.c.next_try_at <= now)
            query = select(outbox).where(due).order_by(outbox.c.next_try_at, outbox.c.n).limit(1).with_for_update()
            found = connection.execute(query).mappings().first()
            if found is None:
                return None
            held = {"tries": found["tries"] + 1, "next_try_at": now + HELD, "first_try_at": found["first_try_at"] or now}
            connection.execute(update(outbox).where(self._letter(found["n"])).values(held))
            return _letter({**found, **held})

    def contents(self, letter: Letter) -> Contents:
        """Everything that the answer's body is made of."""
        joined = outbox.join(answer, _same(outbox.c.item, answer.c.item, answer)).join(item, _same(answer.c.item, item.c.id, item))
        what = (outbox.c.seq, item.c.ask, batch.c.header, *(each for each in answer.c if each.name != "tenant"))
        query = select(*what).select_from(joined.join(batch, _same(item.c.batch, batch.c.id, batch)))
        rows = select(row.c.line, row.c.cells).where(self.mine(row), row.c.item == letter.item).order_by(row.c.line)
        with self.reading() as connection:
            found = connection.execute(query.where(self._letter(letter.n))).mappings().one()
            lines = connection.execute(rows).all()
        return _contents(found, tuple((line.line, _TEXTS.validate_json(line.cells)) for line in lines))

    def idempotency_key(self, contents: Contents) -> str:
        """The name of one answer, the same at every try; it tells nothing."""
        return self.name("delivery", contents.item, contents.answered_at.isoformat()).hex()

    def sent(self, letter: Letter, contents: Contents, status: str) -> None:
        """It has arrived, and who was told about whom is on record; true whoever holds the row now."""
        with self.audited() as connection:
            values = {"sent_at": self.now(connection), "dead_at": None, "next_try_at": None, "last_status": status}
            if connection.execute(update(outbox).where(self._letter(letter.n), outbox.c.sent_at.is_(None)).values(values)).rowcount:
                self.enter(connection, "payerbot", "send", patient(contents.ask), f"{letter.item} to the practice's system")

    def postpone(self, letter: Letter, status: str, wait: timedelta) -> None:
        """It did not arrive and is tried again, or given up where it was tried for long enough."""
        with self.writing() as connection:
            now = self.now(connection)
            first = connection.execute(select(outbox.c.first_try_at).where(self._letter(letter.n))).scalar()
            if letter.tries >= MOST_TRIES or (first is not None and now + wait > first + LONGEST):
                self._bury(connection, letter, GAVE_UP.format(letter.tries, status))
            else:
                connection.execute(update(outbox).where(self._still_held(letter)).values(next_try_at=now + wait, last_status=status))

    def bury(self, letter: Letter, status: str) -> None:
        """It will never arrive like this: a person looks at it."""
        with self.writing() as connection:
            self._bury(connection, letter, status)

    def outbox_counts(self, since: datetime | None = None) -> OutboxCounts:
        """How many wait, were sent, are dead; older than `since` waits for nothing."""
        with self.reading() as connection:
            now = self.now(connection)
            waiting = _count(connection, self._new_enough(since), outbox.c.next_try_at.is_not(None))
            due = _count(connection, self._new_enough(since), outbox.c.next_try_at <= now)
            total, sent, dead = (_count(connection, self.mine(outbox), which) for which in (True, _SENT, _DEAD))
        return OutboxCounts(waiting=waiting, due=due, sent=sent, dead=dead, left_out=total - waiting - sent - dead)

    def letters(self, *, state: str, limit: int) -> list[Letter]:
        """The rows that are dead, or that were tried in vain and wait; the oldest first."""
        which = _DEAD if state == "dead" else and_(outbox.c.next_try_at.is_not(None), outbox.c.last_status != "")
        with self.reading() as connection:
            query = select(outbox).where(self.mine(outbox), which).order_by(outbox.c.n).limit(limit)
            return [_letter(found) for found in connection.execute(query).mappings()]

    def send_again(self, n: int | None, *, by: str) -> int:
        """Let a row, or every dead one, be tried anew from now on; how many. UserError where it was sent or is not there."""
        with self.audited() as connection:
            which = and_(self.mine(outbox), _DEAD) if n is None else and_(self._letter(n), outbox.c.sent_at.is_(None))
            values = {"dead_at": None, "tries": 0, "first_try_at": None, "next_try_at": self.now(connection), "last_status": ""}
            woken = connection.execute(update(outbox).where(which).values(values)).rowcount
            if n is not None and not woken:
                raise UserError(f"The outbox has no answer {n} that is still to be sent: 'payerbot outbox list' shows those there are.")
            self.enter(connection, by, "outbox retry", detail=f"{woken} to be sent again")
        return woken

    def _bury(self, connection: Connection, letter: Letter, status: str) -> None:
        values = {"dead_at": self.now(connection), "next_try_at": None, "last_status": status}
        connection.execute(update(outbox).where(self._still_held(letter)).values(values))

    def _letter(self, n: int) -> ColumnElement[bool]:
        return and_(self.mine(outbox), outbox.c.n == n)

    def _still_held(self, letter: Letter) -> ColumnElement[bool]:
        """Still this sender's: nobody has taken it since, and nobody has sent it."""
        return and_(self._letter(letter.n), outbox.c.tries == letter.tries, outbox.c.sent_at.is_(None), outbox.c.dead_at.is_(None))

    def _new_enough(self, since: datetime | None) -> ColumnElement[bool]:
        return self.mine(outbox) if since is None else and_(self.mine(outbox), outbox.c.created_at >= since)


_SENT = outbox.c.sent_at.is_not(None)
_DEAD = outbox.c.dead_at.is_not(None)


def _same(left: Any, right: Any, table: Any) -> Any:  # noqa: ANN401  a join condition
    return and_(left.table.c.tenant == table.c.tenant, left == right)


def _count(connection: Connection, *which: Any) -> int:  # noqa: ANN401  conditions
    return connection.execute(select(func.count()).select_from(outbox).where(*which)).scalar_one()


def _letter(found: RowMapping | dict[str, Any]) -> Letter:
    return Letter(**{name: found[name] for name in Letter.model_fields})


def _contents(found: RowMapping, rows: tuple[tuple[int, tuple[str, ...]], ...]) -> Contents:
    job = Job(found["job"])
    same = {name: found[name] for name in ("item", "batch", "portal", "seq", "evidence", "answered_at")}
    return Contents(
        job=job,
        subject=bytes(found["subject"]).hex(),
        ask=QUESTION[job].model_validate_json(found["ask"]),
        answer=ANSWER[job].model_validate_json(found["result"]),
        header=_TEXTS.validate_json(found["header"]),
        rows=rows,
        **same,
    )
