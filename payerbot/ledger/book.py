"""The ledger as everyone uses it: open it, add a batch, take a lease, claim, finish, ask a person."""

from __future__ import annotations

from typing import TYPE_CHECKING, Self

from payerbot.ledger.records import BatchInfo, Handoff, LeaseHeld, LeaseLost, Permission, Reply, SignInBar, SignInOutcome, Verb
from payerbot.ledger.seal import Keys

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence
    from datetime import date, datetime
    from pathlib import Path
    from types import TracebackType

    from payerbot.model import Job, Outcome
    from payerbot.rows import Answer, Ask, BatchReport, Item, Line, Sheet

__all__ = ["BatchInfo", "Handoff", "Keys", "Lease", "LeaseHeld", "LeaseLost", "Ledger", "Permission", "Reply", "SignInBar", "SignInOutcome", "Verb"]


class Lease:
    """The right to use one login at one portal; every commit under it carries its epoch."""

    portal: str
    login: str
    epoch: int
    who: str

    def beat(self) -> None:
        """Prolong it; LeaseLost where someone took it over."""
        raise NotImplementedError

    def release(self) -> None: ...
    def wanted(self) -> bool:
        """True where another job asks for this login."""
        raise NotImplementedError

    def __enter__(self) -> Self: ...
    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None) -> None: ...


class Ledger:
    """Interface as agreed; the working version follows in the next commits under the same names."""

    home: Path

    @classmethod
    def open(cls, url: str, *, tenant: str, keys: Keys, home: Path, busy_seconds: float = 30.0) -> Ledger: ...
    def close(self) -> None: ...
    def __enter__(self) -> Self: ...
    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None) -> None: ...

    def add(self, sheet: Sheet, *, business_date: date, again: bool = False) -> BatchReport: ...
    def batches(self) -> list[BatchInfo]: ...
    def batch(self, batch: str) -> BatchInfo: ...
    def shares(self, batch: str) -> list[tuple[str, str]]: ...
    def lines(self, batch: str) -> Iterator[Line]: ...
    def counts(self, batch: str) -> dict[str, int]: ...  # rows; rejected, waiting, taken, done; and one key per outcome that occurs

    def take_lease(self, portal: str, login: str, *, life: float, who: str = "sweep", staff: str = "") -> Lease: ...  # staff: asked at a third attempt
    def want(self, portal: str, login: str, who: str) -> None: ...

    def claim(self, lease: Lease, batch: str) -> Item | None: ...
    def finish(self, lease: Lease, item: Item, answer: Answer, *, evidence: Sequence[str] = ()) -> None: ...
    def set_aside(
        self,
        lease: Lease,
        item: Item,
        outcome: Outcome,
        *,
        waits_for: str,
        due: datetime | None = None,  # None: the ledger's own back-off for portal_down, page_changed, not_yet; a person's reply for the others
        question: int | None = None,
        counts: bool = True,
    ) -> None: ...
    def give_back(self, lease: Lease, item: Item) -> None: ...
    def requeue(self, lease: Lease, item: Item, *, portal: str, login: str, ask: Ask) -> str: ...  # "" where portals point at each other: a person is asked
    def hold(
        self, batch: str, portal: str, login: str, outcome: Outcome, *, waits_for: str, question: int | None = None, due: datetime | None = None
    ) -> int: ...
    def best_rung(self, portal: str, job: Job, payer: str) -> str: ...

    def sign_in_bar(self, portal: str, login: str) -> SignInBar | None: ...
    def intend_sign_in(self, lease: Lease) -> int: ...
    def resolve_sign_in(self, lease: Lease, n: int, outcome: SignInOutcome) -> None: ...
    def clear_sign_ins(self, portal: str, login: str, by: str) -> int: ...
    def pause(self, portal: str, login: str, *, until: datetime, why: str) -> None: ...

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
    ) -> int: ...
    def questions(self, *, only_open: bool = True) -> list[Handoff]: ...
    def reply(self, n: int, *, by: str, verb: Verb, secret: str = "") -> None: ...  # yes, no and done close it; ready and code leave it open
    def take_reply(self, n: int) -> Reply | None: ...  # each reply is handed out once
    def close_question(self, n: int, state: str) -> None: ...

    def permit(self, portal: str, *, basis: str, by: str, on: date, until: date | None) -> None: ...
    def revoke(self, portal: str, *, by: str) -> None: ...
    def permission(self, portal: str, on: date) -> Permission | None: ...

    def log(self, actor: str, action: str, subject: str = "", detail: str = "") -> None: ...
    def verify_audit(self) -> list[str]: ...
    def not_found_rate(self, portal: str, job: Job, before: str) -> float | None: ...
