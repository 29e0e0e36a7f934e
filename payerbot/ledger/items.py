"""Items under a lease: taken, answered once, set aside, given back, or sent on to another portal."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import Connection, RowMapping, and_, func, insert, or_, select, update

from payerbot.errors import RunError
from payerbot.ledger.batches import Batches, patient
from payerbot.ledger.leases import Lease
from payerbot.ledger.signins import ITS_TURN
from payerbot.ledger.tables import answer, attempt, handoff, item, outbox, row
from payerbot.model import Job, Outcome
from payerbot.remittance import EobResult
from payerbot.rows import ANSWER, LISTED, QUESTION, Answer, Ask, Item

AGAIN_AFTER = (timedelta(minutes=1), timedelta(minutes=5), timedelta(minutes=30))
_RETRIED = frozenset({Outcome.PORTAL_DOWN, Outcome.PAGE_CHANGED, Outcome.NOT_YET})  # payerbot's own to ask again
_NO_END = frozenset({Outcome.PORTAL_DOWN, Outcome.PAGE_CHANGED})
_RECENT = 50


class NotTaken(RunError):
    """An item that this lease has not taken, or has given back."""


class Items(Batches):
    """Every commit checks the lease's epoch in its own transaction, and raises LeaseLost where it is no longer the login's."""

    def claim(self, lease: Lease, batch: str) -> Item | None:
        """Take the item that has been due longest, and count the attempt; None when nothing is due.

        Of those due at once one payer's come together: another payer means setting a portal's form anew.
        """
        with self.audited() as connection:
            lease.check(connection)
            now = self.now(connection)
            due = and_(self.at(item, lease.portal, lease.login), item.c.batch == batch, item.c.state == "waiting", item.c.due <= now)
            found = connection.execute(select(item).where(due).order_by(item.c.due, item.c.payer, item.c.place).limit(1)).mappings().first()
            if found is None:
                return None
            n = connection.execute(select(func.max(attempt.c.n)).where(self._tries(found["id"]))).scalar() or 0
            new = {"tenant": self.tenant, "item": found["id"], "n": n + 1, "epoch": lease.epoch, "started_at": now, "counts": True}
            connection.execute(insert(attempt).values(new))
            values = {
                "state": "taken",
                "epoch": lease.epoch,
                "attempts": found["attempts"] + 1,
                "waits_for": "its answer: it is being asked now",
            }
            connection.execute(update(item).where(self._id(found["id"])).values(values))
            taken = self._item(connection, found, lease)
            self.enter(connection, lease.who, "ask", patient(taken.ask), f"{taken.id} at {lease.portal}")
            return taken

    def finish(self, lease: Lease, item: Item, answer: Answer, *, evidence: Sequence[str] = ()) -> None:
        """File the item's only answer; a second one is an integrity error and changes nothing."""
        if not answer.outcome.final or not isinstance(answer, ANSWER[item.job]):
            raise ValueError(f"{answer.outcome} of {type(answer).__name__} is no answer to a question of {item.job}")
        with self._under(lease) as connection:
            done = {"state": "done", "outcome": answer.outcome, "due": None, "handoff": None, "waits_for": ""}
            self._close_with(connection, lease, item, answer, evidence, done)

    def set_aside(
        self,
        lease: Lease,
        item: Item,
        outcome: Outcome,
        *,
        waits_for: str,
        due: datetime | None = None,
        question: int | None = None,
        counts: bool = True,
    ) -> None:
        """Put an item back with the reason it waits; a third attempt without an end becomes a question to a person.

        Without `due`, what payerbot retries by itself backs off, and the rest waits for a person's reply.
        """
        if outcome.final:
            raise ValueError(f"{outcome} is an answer: finish the item")
        with self._under(lease) as connection:
            found = self._held(connection, item)
            if due is None and question is None and outcome in _RETRIED:
                due = self.now(connection) + AGAIN_AFTER[min(found["attempts"], len(AGAIN_AFTER)) - 1]
            values = {"outcome": outcome, "waits_for": waits_for, **self.tied(connection, question, due)}
            if counts and question is None and outcome in _NO_END and found["attempts"] >= found["allowed"]:
                values |= self.stuck(connection, item.portal, item.login, item=item.id, staff=lease.staff, kind="third_attempt")
            self._leave(connection, lease, item, outcome, {"state": "waiting", "epoch": None, **values}, counts=counts)

    def give_back(self, lease: Lease, item: Item) -> None:
        """Put an item back of which nothing was asked; this attempt does not count."""
        with self._under(lease) as connection:
            self._held(connection, item)
            self._leave(connection, lease, item, None, {"state": "waiting", "epoch": None, "waits_for": ITS_TURN}, counts=False)

    def requeue(
        self, lease: Lease, item: Item, *, portal: str, login: str, ask: Ask, answer: Answer | None = None, evidence: Sequence[str] = ()
    ) -> str:
        """Send a question on to another payer or portal; its rows now show the child. The child's id, "" where two point at each other.

        With `answer`, what was found here is filed too, and stands in the row together with what the child finds; where nothing is to be
        asked there, because it is asked already or that leads back, it is the row's only answer.
        """
        with self._under(lease) as connection:
            found = self._held(connection, item)
            child = self._child(connection, found, portal, login, ask, joins=answer is None)
            if answer is not None:
                ended = {"state": "done", "waits_for": ""} if child is None else {"state": "moved", "epoch": None, "sent_to": child}
                ended |= {"outcome": answer.outcome, "due": None, "handoff": None}
                self._close_with(connection, lease, item, answer, evidence, ended)
            elif child is None:
                stuck = self.stuck(connection, item.portal, item.login, item=item.id, staff=lease.staff, kind="wrong_portal")
                self._leave(connection, lease, item, Outcome.WRONG_PORTAL, {"state": "waiting", "epoch": None, **stuck})
            else:
                values = {"state": "moved", "epoch": None, "outcome": Outcome.WRONG_PORTAL, "due": None, "handoff": None, "sent_to": child}
                self._leave(connection, lease, item, Outcome.WRONG_PORTAL, values)
            if child is None:
                return ""
            connection.execute(update(row).where(self.mine(row), row.c.item == item.id).values(item=child))
            return child

    def hold(
        self,
        batch: str,
        portal: str,
        login: str,
        outcome: Outcome,
        *,
        waits_for: str,
        question: int | None = None,
        due: datetime | None = None,
    ) -> int:
        """Let everything of a share that waits for no other person or date wait for this; how many.

        Without `due`, what payerbot retries by itself is due after the longest back-off, and the rest waits for a person's reply.
        """
        with self.writing() as connection:
            if due is None and question is None and outcome in _RETRIED:
                due = self.now(connection) + AGAIN_AFTER[-1]
            open_one = select(handoff.c.n).where(self.mine(handoff), handoff.c.state == "open")
            free = or_(item.c.handoff.is_(None), item.c.handoff.not_in(open_one), item.c.handoff == question)
            dated = or_(item.c.outcome.is_(None), item.c.outcome != Outcome.NOT_YET, item.c.due <= self.now(connection))
            waiting = and_(self.at(item, portal, login), item.c.batch == batch, item.c.state == "waiting", free, dated)
            values = {"outcome": outcome, "waits_for": waits_for, **self.tied(connection, question, due)}
            return connection.execute(update(item).where(waiting).values(values)).rowcount

    def still_to_ask(self, batch: str, portal: str, login: str) -> list[Ask]:
        """The questions of a share that are due now."""
        due = and_(self.at(item, portal, login), item.c.batch == batch, item.c.state == "waiting")
        with self.reading() as connection:
            found = connection.execute(select(item.c.job, item.c.ask).where(due, item.c.due <= self.now(connection))).all()
            return [QUESTION[Job(one.job)].model_validate_json(one.ask) for one in found]

    def next_due(self, batch: str, portal: str, login: str) -> datetime | None:
        """When the next waiting item of a share is due, UTC; None where none has a date."""
        waiting = and_(self.at(item, portal, login), item.c.batch == batch, item.c.state == "waiting", item.c.due.is_not(None))
        with self.reading() as connection:
            found: datetime | None = connection.execute(select(func.min(item.c.due)).where(waiting)).scalar()
            return found

    def best_rung(self, portal: str, job: Job, payer: str) -> str:
        """The way of searching that found most of this payer's latest answers at this portal; "" without any."""
        with self.reading() as connection:
            return self._best_rung(connection, portal, job, payer)

    @contextmanager
    def _under(self, lease: Lease) -> Iterator[Connection]:
        with self.audited() as connection:
            lease.check(connection)
            yield connection

    def _id(self, name: str) -> Any:  # noqa: ANN401  a condition
        return and_(self.mine(item), item.c.id == name)

    def _tries(self, name: str) -> Any:  # noqa: ANN401  a condition
        return and_(self.mine(attempt), attempt.c.item == name)

    def _held(self, connection: Connection, taken: Item) -> RowMapping:
        return connection.execute(select(item).where(self._id(taken.id)).with_for_update()).mappings().one()

    def _leave(
        self, connection: Connection, lease: Lease, taken: Item, outcome: Outcome | None, values: dict[str, Any], *, counts: bool = True
    ) -> None:
        held = and_(self._id(taken.id), item.c.state == "taken", item.c.epoch == lease.epoch)
        if not counts:
            values = {**values, "attempts": item.c.attempts - 1}
        if connection.execute(update(item).where(held).values(values)).rowcount != 1:
            raise NotTaken(f"The item {taken.id} is not being asked by this run: nothing was changed, run the batch again.")
        running = and_(self._tries(taken.id), attempt.c.finished_at.is_(None))
        ended = {"finished_at": self.now(connection), "outcome": outcome, "counts": counts}
        connection.execute(update(attempt).where(running).values(ended))

    def _close_with(
        self, connection: Connection, lease: Lease, item: Item, given: Answer, evidence: Sequence[str], ended: dict[str, Any]
    ) -> None:
        """File an answer, let go of its item, and close the questions about it."""
        self._file(connection, self._about(self._held(connection, item), given), lease.epoch, given, evidence)
        self._leave(connection, lease, item, given.outcome, ended)
        about = and_(self.mine(handoff), handoff.c.item == item.id, handoff.c.state == "open")
        for n in connection.execute(select(handoff.c.n).where(about)).scalars().all():
            self._close(connection, n, "done")

    def _about(self, found: RowMapping, given: Answer) -> Mapping[str, Any]:
        """The item as its answer is filed: a payment is known by its check, however it was asked about."""
        if not isinstance(given, EobResult) or not given.check_no:
            return {**found}
        return {**found, "subject": self.payment_subject(found["payer"], given.check_no)}

    def _file(self, connection: Connection, found: Mapping[str, Any], epoch: int, given: Answer, evidence: Sequence[str]) -> None:
        now = self.now(connection)
        same = {name: found[name] for name in ("tenant", "batch", "job", "portal", "payer", "subject")}
        told = {"outcome": given.outcome, "rung": given.rung, "result": given.model_dump_json(), "evidence": tuple(evidence)}
        connection.execute(insert(answer).values(item=found["id"], epoch=epoch, answered_at=now, **same, **told))
        self.lock_tenant(connection)
        last = connection.execute(select(func.max(outbox.c.seq)).where(self.mine(outbox), outbox.c.subject == found["subject"])).scalar()
        n = connection.execute(select(func.max(outbox.c.n)).where(self.mine(outbox))).scalar()
        entry = {"tenant": self.tenant, "subject": found["subject"], "seq": (last or 0) + 1, "item": found["id"], "n": (n or 0) + 1}
        connection.execute(insert(outbox).values(**entry, created_at=now, tries=0, next_try_at=now, last_status=""))

    def _item(self, connection: Connection, found: RowMapping, lease: Lease) -> Item:
        job = Job(found["job"])
        told = {name: found[name] for name in ("id", "batch", "portal", "login")}
        asked_on = self._found(connection, found["batch"])["business_date"]
        last = self._last_good(connection, found)
        rung = (last["rung"] if last else "") or self._best_rung(connection, found["portal"], job, found["payer"])
        ask = QUESTION[job].model_validate_json(found["ask"])
        if last:
            told |= {"last_good": ANSWER[job].model_validate_json(last["result"]), "last_good_at": last["answered_at"]}
        return Item(**told, job=job, ask=ask, attempts=found["attempts"] + 1, epoch=lease.epoch, first_rung=rung, asked_on=asked_on)

    def _last_good(self, connection: Connection, found: RowMapping) -> RowMapping | None:
        """The last answer that was asked for: one that was filed again from a list is as old as what it repeats."""
        about = and_(self.mine(answer), answer.c.subject == found["subject"], answer.c.job == found["job"])
        good = and_(about, answer.c.portal == found["portal"], answer.c.outcome == Outcome.ANSWERED, answer.c.rung != LISTED)
        latest = select(answer).where(good).order_by(answer.c.answered_at.desc()).limit(1)
        return connection.execute(latest).mappings().first()

    def _best_rung(self, connection: Connection, portal: str, job: Job, payer: str) -> str:
        same = and_(self.mine(answer), answer.c.portal == portal, answer.c.job == job, answer.c.payer == payer)
        good = and_(same, answer.c.outcome == Outcome.ANSWERED, answer.c.rung.not_in(("", LISTED)))
        latest = select(answer.c.rung).where(good).order_by(answer.c.answered_at.desc()).limit(_RECENT).subquery()
        most = select(latest.c.rung).group_by(latest.c.rung).order_by(func.count().desc(), latest.c.rung).limit(1)
        return connection.execute(most).scalar() or ""

    def _child(self, connection: Connection, found: RowMapping, portal: str, login: str, ask: Ask, *, joins: bool) -> str | None:
        """The item to show instead, made where there is none; None where that leads back to where it came from, or may not be joined."""
        job = Job(found["job"])
        question = self.question(job, portal, login, ask)
        same = and_(self.mine(item), item.c.batch == found["batch"], item.c.question == question)
        known = connection.execute(select(item).where(same)).mappings().first()
        while known is not None and known["sent_to"]:
            known = self._one(connection, known["sent_to"])
        there = (known["portal"], known["payer"]) if known else (portal, ask.payer_key)
        if there in self._asked_so_far(connection, found) or (known and not joins):
            return None
        if known:
            return str(known["id"])
        name = f"{found['id']}+{portal}"
        new = self.new_item(name, found["batch"], job, portal, login, ask, question, found["place"], self.now(connection))
        sent_on = {"parent": found["id"], "subject": found["subject"], "waits_for": f"its turn at {portal}: {found['portal']} sent it on"}
        connection.execute(insert(item).values({**new, **sent_on}))
        return name

    def _asked_so_far(self, connection: Connection, found: RowMapping) -> set[tuple[str, str]]:
        """The portals and payers that this question has been put to."""
        asked = {(found["portal"], found["payer"])}
        while found["parent"]:
            found = self._one(connection, found["parent"])
            asked.add((found["portal"], found["payer"]))
        return asked

    def _one(self, connection: Connection, name: str) -> RowMapping:
        return connection.execute(select(item).where(self._id(name))).mappings().one()
