"""Questions to people and their replies. A one-time code is handed out once and erased with it."""

from __future__ import annotations

import json
from collections.abc import Sequence
from datetime import datetime
from typing import Any, get_args

from sqlalchemy import ColumnElement, Connection, RowMapping, and_, func, insert, select, update

from payerbot.errors import UserError
from payerbot.ledger.records import Handoff, Reply, Verb
from payerbot.ledger.signins import ITS_TURN, SignIns
from payerbot.ledger.tables import handoff, item
from payerbot.model import Outcome

_CLOSING = frozenset({"yes", "no", "done"})
_SAID_NO = "nothing more: question {} was answered no"
_STUCK = {
    "third_attempt": "it was tried three times without an end",
    "wrong_portal": "the portals send it to each other",
}


class People(SignIns):
    """What a person is asked, and what came back."""

    def ask_person(
        self,
        portal: str,
        login: str,
        kind: str,
        *,
        staff: str,
        item: str | None = None,
        ways: Sequence[str] = (),
        until: datetime | None = None,
    ) -> int:
        """Ask once: an open question of the same kind about the same is the same question. Its number."""
        with self.audited() as connection:
            return self._ask(connection, portal, login, kind, staff=staff, item=item, ways=ways, until=until)

    def questions(self, *, only_open: bool = True) -> list[Handoff]:
        """The questions in the order they were asked."""
        query = select(handoff).where(self.mine(handoff)).order_by(handoff.c.n)
        with self.reading() as connection:
            found = connection.execute(query.where(handoff.c.state == "open") if only_open else query).mappings().all()
        return [_handoff(each) for each in found]

    def reply(self, n: int, *, by: str, verb: Verb, secret: str = "") -> None:
        """Record a person's reply: yes, no and done close the question, ready (with the way chosen, or none) and code leave it open."""
        may_have, must_have = verb in ("ready", "code"), verb == "code"
        if verb not in get_args(Verb) or (secret and not may_have) or (must_have and not secret):
            raise UserError("A reply is ready, yes, no or done, or a code with the code itself: reply again with one of them.")
        with self.audited() as connection:
            asked = self._open_question(connection, n)
            values = {"verb": verb, "replied_by": by, "replied_at": self.now(connection), "secret": secret or None, "taken_at": None}
            if verb in _CLOSING:
                values |= {"state": verb, "closed_at": values["replied_at"]}
            connection.execute(update(handoff).where(self._number(n)).values(values))
            self._act_on(connection, asked, verb, by)
            self.enter(connection, by, "reply", detail=f"question {n}: {verb}")

    def take_reply(self, n: int) -> Reply | None:
        """The reply nobody has taken yet; a code whose time is over is erased and not given."""
        with self.writing() as connection:
            found = self._question(connection, n)
            erased = found["verb"] == "code" and found["secret"] is None
            if found["verb"] is None or found["taken_at"] is not None or erased:
                return None
            now = self.now(connection)
            connection.execute(update(handoff).where(self._number(n)).values(taken_at=now, secret=None))
            if found["verb"] == "code" and found["valid_until"] is not None and found["valid_until"] < now:
                return None
        return Reply(n=n, verb=found["verb"], by=found["replied_by"], at=found["replied_at"], secret=found["secret"] or "")

    def close_question(self, n: int, state: str) -> None:
        """Close a question whose matter is settled; what waited for it is due now, unless the end is "no"."""
        with self.audited() as connection:
            if self._question(connection, n)["state"] != "open":
                return
            self._close(connection, n, state)
            if state != "no":
                self._wake(connection, and_(self.mine(item), item.c.handoff == n))
            self.enter(connection, "payerbot", "question closed", detail=f"question {n}: {state}")

    def stuck(self, connection: Connection, portal: str, login: str, *, item: str, staff: str, kind: str) -> dict[str, Any]:
        """Ask a person about an item that payerbot cannot bring to an end alone; what to write in the item."""
        n = self._ask(connection, portal, login, kind, staff=staff, item=item)
        return {"outcome": Outcome.NEEDS_PERSON, "handoff": n, "due": None, "waits_for": f"question {n}: {_STUCK[kind]}"}

    def tied(self, connection: Connection, question: int | None, due: datetime | None) -> dict[str, Any]:
        """How something waits for a question: at once due where the person was quicker than the run."""
        if question is None:
            return {"handoff": None, "due": due}
        asked = self._question(connection, question)
        if asked["state"] == "no":
            return {"handoff": question, "due": None, "waits_for": _SAID_NO.format(question)}
        if asked["state"] != "open":
            return {"handoff": None, "due": self.now(connection), "waits_for": ITS_TURN}
        unread = asked["verb"] is not None and asked["taken_at"] is None
        return {"handoff": question, "due": self.now(connection) if unread else due}

    def _ask(
        self,
        connection: Connection,
        portal: str,
        login: str,
        kind: str,
        *,
        staff: str,
        item: str | None = None,
        ways: Sequence[str] = (),
        until: datetime | None = None,
    ) -> int:
        self.lock_tenant(connection)
        lifts = item is None and kind != "code" and self._bar(connection, portal, login) is not None
        values = {"staff": staff, "ways": json.dumps(list(ways)), "valid_until": until, "lifts_bar": lifts}
        about = handoff.c.item.is_(None) if item is None else handoff.c.item == item
        same = and_(self.at(handoff, portal, login), handoff.c.kind == kind, about, handoff.c.state == "open")
        if known := connection.execute(select(handoff.c.n, handoff.c.verb).where(same)).first():
            if known.verb == "code":  # it was for an earlier prompt
                values |= {"verb": None, "secret": None}
            connection.execute(update(handoff).where(self._number(known.n)).values(values))
            return int(known.n)
        n = (connection.execute(select(func.max(handoff.c.n)).where(self.mine(handoff))).scalar() or 0) + 1
        key = {"tenant": self.tenant, "n": n, "portal": portal, "login": login, "kind": kind, "item": item}
        new = {"state": "open", "asked_at": self.now(connection), "replied_by": ""}
        connection.execute(insert(handoff).values(**key, **new, **values))
        self.enter(connection, "payerbot", "ask a person", detail=f"question {n}: {kind}, {login} at {portal}, to {staff or 'anyone'}")
        return n

    def _act_on(self, connection: Connection, asked: RowMapping, verb: Verb, by: str) -> None:
        waiting = and_(self.mine(item), item.c.handoff == asked["n"], item.c.state == "waiting")
        if verb == "no":
            connection.execute(update(item).where(waiting).values(due=None, waits_for=_SAID_NO.format(asked["n"])))
            return
        if verb in _CLOSING:
            self._wake(connection, waiting)
            if asked["lifts_bar"]:
                self._clear(connection, asked["portal"], asked["login"], by)
            return
        connection.execute(update(item).where(waiting).values(due=self.now(connection)))

    def _number(self, n: int) -> ColumnElement[bool]:
        return and_(self.mine(handoff), handoff.c.n == n)

    def _question(self, connection: Connection, n: int) -> RowMapping:
        found = connection.execute(select(handoff).where(self._number(n)).with_for_update()).mappings().first()
        if found is None:
            raise UserError(f"There is no question {n}: `payerbot handoffs` lists the open ones.")
        return found

    def _open_question(self, connection: Connection, n: int) -> RowMapping:
        found = self._question(connection, n)
        if found["state"] != "open":
            raise UserError(f"Question {n} is closed already ({found['state']}): `payerbot handoffs` lists the open ones.")
        return found

    def _close(self, connection: Connection, n: int, state: str) -> None:
        values = {"state": state, "closed_at": self.now(connection), "secret": None}
        connection.execute(update(handoff).where(self._number(n)).values(values))


def _handoff(found: RowMapping) -> Handoff:
    same = ("n", "portal", "login", "kind", "staff", "item", "state", "asked_at", "verb", "replied_at")
    rest = {"ways": tuple(json.loads(found["ways"])), "until": found["valid_until"], "by": found["replied_by"]}
    return Handoff(**{name: found[name] for name in same}, **rest)
