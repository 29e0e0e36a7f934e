"""The lease on a login: one holder at a time, and an epoch that every commit under it carries."""

from __future__ import annotations

from datetime import datetime, timedelta
from secrets import token_hex
from types import TracebackType
from typing import Any, Self

from sqlalchemy import ColumnElement, Connection, RowMapping, and_, insert, select, update
from sqlalchemy.exc import IntegrityError

from payerbot.ledger.people import People
from payerbot.ledger.processes import Process, this_process
from payerbot.ledger.records import LeaseHeld, LeaseLost, SignInBar
from payerbot.ledger.tables import attempt, item, lease

_QUESTION_OF = {
    "unresolved": "sign_in_unresolved",
    "refused": "sign_in_refused",
    "locked": "account_locked",
    "terms": "terms_page",
}
WISH = timedelta(seconds=60)  # how long a free login is kept for the job that asked for it


class Lease:
    """The right to use one login at one portal; every commit under it carries its epoch."""

    def __init__(self, book: Leases, portal: str, login: str, *, epoch: int, holder: str, life: float, who: str, staff: str) -> None:
        self.portal = portal
        self.login = login
        self.epoch = epoch
        self.life = life
        self.who = who
        self.staff = staff
        self._book = book
        self._holder = holder

    def __repr__(self) -> str:
        return f"<Lease {self.portal} epoch {self.epoch}>"

    def beat(self) -> None:
        """Prolong it by its whole life; LeaseLost where someone took it over."""
        with self._book.writing() as connection:
            until = self._book.now(connection) + timedelta(seconds=self.life)
            if not self._set(connection, {"expires_at": until}):
                raise self._lost()

    def release(self) -> None:
        """Let the login go; a lease that was taken over is left to its new holder."""
        with self._book.audited() as connection:
            if self._set(connection, {"holder": None}):
                self._book.free_taken(connection, self.portal, self.login, staff=self.staff)

    def wanted(self) -> bool:
        """True where another job asks for this login."""
        with self._book.reading() as connection:
            query = select(lease.c.wanted_by).where(self._mine())
            return connection.execute(query).scalar_one_or_none() not in {None, self.who}

    def check(self, connection: Connection) -> None:
        """Raise LeaseLost unless this lease is still the login's; nobody can take it before this transaction ends."""
        if connection.execute(select(lease.c.epoch).where(self._mine()).with_for_update()).first() is None:
            raise self._lost()

    def _mine(self) -> ColumnElement[bool]:
        return and_(self._book.at(lease, self.portal, self.login), lease.c.epoch == self.epoch, lease.c.holder == self._holder)

    def _set(self, connection: Connection, values: dict[str, Any]) -> bool:
        return connection.execute(update(lease).where(self._mine()).values(values)).rowcount == 1

    def _lost(self) -> LeaseLost:
        return LeaseLost(
            f"Another run took over the login {self.login} at {self.portal}: this run ends, and its rest is done by the other."
        )

    def __enter__(self) -> Self:
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None) -> None:
        self.release()


class Leases(People):
    """Taking a login, asking for one, and putting back what a dead holder had taken."""

    def take_lease(self, portal: str, login: str, *, life: float, who: str = "sweep", staff: str = "") -> Lease:
        """Take the login for `life` seconds from now; LeaseHeld where a live holder has it. `staff` is asked at a third attempt."""
        holder = token_hex(16)
        while True:
            try:
                epoch = self._take(portal, login, holder, life, who, staff)
            except IntegrityError:  # another process made the lease's row first
                continue
            return Lease(self, portal, login, epoch=epoch, holder=holder, life=life, who=who, staff=staff)

    def want(self, portal: str, login: str, who: str) -> None:
        """Ask whoever has this login to yield; a free login is kept for `who` for a minute."""
        with self.writing() as connection:
            values = {"wanted_by": who, "wanted_at": self.now(connection)}
            connection.execute(update(lease).where(self.at(lease, portal, login)).values(values))

    def _take(self, portal: str, login: str, holder: str, life: float, who: str, staff: str) -> int:
        with self.audited() as connection:
            now = self.now(connection)
            held = connection.execute(select(lease).where(self.at(lease, portal, login)).with_for_update()).mappings().first()
            values = {**_claim_of(this_process()), "holder": holder, "who": who, "staff": staff, "life": life, "taken_at": now}
            values |= {"expires_at": now + timedelta(seconds=life), "wanted_by": None, "wanted_at": None, "epoch": 1}
            if held is None:
                connection.execute(insert(lease).values(tenant=self.tenant, portal=portal, login=login, **values))
                return 1
            _refuse(held, now, who)
            values["epoch"] = held["epoch"] + 1
            connection.execute(update(lease).where(self.at(lease, portal, login)).values(values))
            self.free_taken(connection, portal, login, staff=staff)
            return int(values["epoch"])

    def sign_in_bar(self, portal: str, login: str) -> SignInBar | None:
        """Why this login must not be used to sign in now; None where nothing stands against it.

        A bar that a dead run left behind without a question gets one here, so that there is always something a person can answer.
        """
        with self.reading() as connection:
            bar = self._bar(connection, portal, login)
            asked = bar is None or bar.question is not None or bar.kind == "paused"
            if asked or (portal, login) in self.live_leases(connection):
                return bar
        with self.audited() as connection:
            self.lock_tenant(connection)
            bar = self._bar(connection, portal, login)
            if bar is None or bar.question is not None:
                return bar
            staff = connection.execute(select(lease.c.staff).where(self.at(lease, portal, login))).scalar() or ""
            n = self._ask(connection, portal, login, _QUESTION_OF.get(bar.kind, bar.kind), staff=staff)
            return bar.model_copy(update={"question": n})

    def live_leases(self, connection: Connection) -> set[tuple[str, str]]:
        """The logins that someone is at work with now."""
        now = self.now(connection)
        query = select(lease).where(self.mine(lease), lease.c.holder.is_not(None))
        return {(held["portal"], held["login"]) for held in connection.execute(query).mappings() if _alive(held, now)}

    def free_taken(self, connection: Connection, portal: str, login: str, *, staff: str) -> None:
        """Put back what was taken under an earlier lease; such an attempt counts, though it has no end."""
        now = self.now(connection)
        taken = and_(self.at(item, portal, login), item.c.state == "taken")
        found = connection.execute(select(item.c.id, item.c.attempts, item.c.allowed).where(taken)).all()
        for each in found:
            broken = and_(self.mine(attempt), attempt.c.item == each.id, attempt.c.finished_at.is_(None))
            connection.execute(update(attempt).where(broken).values(finished_at=now))
            values = {"state": "waiting", "epoch": None, "due": now, "waits_for": "another try: the last one was broken off"}
            if each.attempts >= each.allowed:
                values |= self.stuck(connection, portal, login, item=each.id, staff=staff, kind="third_attempt")
            connection.execute(update(item).where(self.mine(item), item.c.id == each.id).values(values))


def _claim_of(process: Process) -> dict[str, Any]:
    return {"host": process.host, "boot": process.boot, "pid": process.pid, "pid_started": process.started}


def _alive(held: RowMapping, now: datetime) -> bool:
    process = Process(held["host"], held["boot"], held["pid"], held["pid_started"])
    return held["holder"] is not None and held["expires_at"] > now and not process.gone()


def _refuse(held: RowMapping, now: datetime, who: str) -> None:
    name = f"The login {held['login']} at {held['portal']}"
    if _alive(held, now):
        raise LeaseHeld(f"{name} is in use by another run ({held['who']}): wait until it has ended, or stop it.")
    if held["wanted_by"] not in {None, who} and held["wanted_at"] > now - WISH:
        raise LeaseHeld(f"{name} is kept for {held['wanted_by']} for a minute: run this again after that.")
