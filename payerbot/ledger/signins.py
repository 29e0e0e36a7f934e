"""Sign-ins, written down before the click: one that was refused, or whose end is not known, bars the login."""

from __future__ import annotations

from datetime import datetime
from typing import TYPE_CHECKING, get_args

from sqlalchemy import ColumnElement, Connection, and_, func, insert, or_, select, update

from payerbot.errors import SignInUnresolved
from payerbot.ledger.audit import Audit
from payerbot.ledger.records import HARMLESS, SignInBar, SignInOutcome
from payerbot.ledger.tables import handoff, item, pause, signin
from payerbot.model import Outcome

if TYPE_CHECKING:
    from payerbot.ledger.leases import Lease

ITS_TURN = "its turn"
ATTEMPTS = 3  # without an end; then a person is asked


class SignIns(Audit):
    """May this login be used, and what came of it."""

    def intend_sign_in(self, lease: Lease) -> int:
        """Write a sign-in down before its click; SignInUnresolved where the login is barred."""
        with self.audited() as connection:
            lease.check(connection)
            if bar := self._bar(connection, lease.portal, lease.login):
                raise SignInUnresolved(_barred(lease, bar))
            last = connection.execute(select(func.max(signin.c.n)).where(self.at(signin, lease.portal, lease.login))).scalar()
            n = (last or 0) + 1
            key = {"tenant": self.tenant, "portal": lease.portal, "login": lease.login, "n": n}
            connection.execute(insert(signin).values(**key, epoch=lease.epoch, intended_at=self.now(connection), cleared_by=""))
            self.enter(connection, lease.who, "sign in", detail=f"{lease.login} at {lease.portal}")
            return n

    def resolve_sign_in(self, lease: Lease, n: int, outcome: SignInOutcome) -> None:
        """Say how a sign-in ended; it is said once, in the portal's own words sorted by the adapter."""
        if outcome not in get_args(SignInOutcome):
            raise ValueError(f"{outcome!r} is no way for a sign-in to end")
        with self.writing() as connection:
            lease.check(connection)
            open_one = and_(self.at(signin, lease.portal, lease.login), signin.c.n == n, signin.c.resolved_at.is_(None))
            values = {"resolved_at": self.now(connection), "outcome": outcome}
            if connection.execute(update(signin).where(open_one).values(values)).rowcount != 1:
                raise ValueError(f"sign-in {n} is not open")

    def clear_sign_ins(self, portal: str, login: str, by: str) -> int:
        """A named person says that this login may be tried again; how many sign-ins stood against it."""
        with self.audited() as connection:
            return self._clear(connection, portal, login, by)

    def sign_ins_since(self, portal: str, login: str, since: datetime) -> int:
        """How often this login was about to sign in, for a share's budget."""
        with self.reading() as connection:
            query = select(func.count()).where(self.at(signin, portal, login), signin.c.intended_at >= since)
            return connection.execute(query).scalar_one()

    def pause(self, portal: str, login: str, *, until: datetime, why: str) -> None:
        """Keep this login from signing in until then; a longer pause stays."""
        with self.writing() as connection:
            self.lock_tenant(connection)
            here = self.at(pause, portal, login)
            known = connection.execute(select(pause.c.until).where(here)).scalar()
            values = {"until": until, "why": why, "set_at": self.now(connection)}
            if known is None:
                connection.execute(insert(pause).values(tenant=self.tenant, portal=portal, login=login, **values))
            elif known < until:
                connection.execute(update(pause).where(here).values(values))

    def _bar(self, connection: Connection, portal: str, login: str) -> SignInBar | None:
        against = and_(self.at(signin, portal, login), signin.c.cleared_at.is_(None))
        bad = or_(signin.c.outcome.is_(None), signin.c.outcome.not_in(sorted(HARMLESS)))
        found = connection.execute(select(signin).where(against, bad).order_by(signin.c.n.desc()).limit(1)).mappings().first()
        question = self._lifting(connection, portal, login)
        if found is not None:
            return SignInBar(kind=found["outcome"] or "unresolved", since=found["intended_at"], question=question)
        paused = and_(self.at(pause, portal, login), pause.c.until > self.now(connection))
        rest = connection.execute(select(pause).where(paused)).mappings().first()
        if rest is None:
            return None
        return SignInBar(kind="paused", since=rest["set_at"], question=question, until=rest["until"], why=rest["why"])

    def _lifting(self, connection: Connection, portal: str, login: str) -> int | None:
        """The open question whose "yes" lifts this login's bar."""
        query = select(func.max(handoff.c.n)).where(self.at(handoff, portal, login), handoff.c.state == "open", handoff.c.lifts_bar)
        return connection.execute(query).scalar()

    def _clear(self, connection: Connection, portal: str, login: str, by: str) -> int:
        now = self.now(connection)
        against = and_(self.at(signin, portal, login), signin.c.cleared_at.is_(None))
        bad = or_(signin.c.outcome.is_(None), signin.c.outcome.not_in(sorted(HARMLESS)))
        cleared = connection.execute(update(signin).where(against, bad).values(cleared_at=now, cleared_by=by)).rowcount
        connection.execute(update(pause).where(self.at(pause, portal, login)).values(until=now))
        lifting = and_(self.at(handoff, portal, login), handoff.c.lifts_bar)
        held = or_(item.c.handoff.is_(None), item.c.handoff.in_(select(handoff.c.n).where(lifting)))
        barred = and_(self.at(item, portal, login), item.c.outcome == Outcome.NEEDS_PERSON, item.c.due.is_(None), held)
        self._wake(connection, barred)
        connection.execute(update(handoff).where(lifting, handoff.c.state == "open").values(state="cleared", closed_at=now, secret=None))
        self.enter(connection, by, "sign-in may be tried again", detail=f"{login} at {portal}")
        return cleared

    def _wake(self, connection: Connection, which: ColumnElement[bool]) -> int:
        """Make waiting items due now, with as many tries as a new one has."""
        values = {"due": self.now(connection), "handoff": None, "waits_for": ITS_TURN, "allowed": item.c.attempts + ATTEMPTS}
        return connection.execute(update(item).where(which, item.c.state == "waiting").values(values)).rowcount


def _barred(lease: Lease, bar: SignInBar) -> str:
    name = f"The login {lease.login} at {lease.portal}"
    if bar.question is not None:
        return f"{name} must not sign in ({bar.kind}): answer question {bar.question} with `payerbot answer {bar.question}` first."
    if bar.until is not None:
        return f"{name} is paused until {bar.until:%Y-%m-%d %H:%M} UTC: run this again after that."
    return f"{name} must not sign in ({bar.kind}): a person has to check it at the portal and say that it may be tried again."
