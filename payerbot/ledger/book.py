"""The ledger as everyone uses it: open it, add a batch, take a lease, claim, finish, ask a person."""

from __future__ import annotations

from pathlib import Path

from payerbot.ledger.items import NotTaken
from payerbot.ledger.leases import Lease
from payerbot.ledger.outbox import Outbox
from payerbot.ledger.payments import Payments
from payerbot.ledger.permissions import Permissions
from payerbot.ledger.records import (
    Approval,
    BatchInfo,
    Handoff,
    LeaseHeld,
    LeaseLost,
    Permission,
    Reply,
    SignInBar,
    SignInOutcome,
    Submission,
    Verb,
)
from payerbot.ledger.seal import Keys
from payerbot.ledger.store import Clock, connect, in_plain_words
from payerbot.ledger.submissions import Submissions
from payerbot.ledger.upgrade import bring_up_to_date

__all__ = [
    "Approval",
    "BatchInfo",
    "Handoff",
    "Keys",
    "Lease",
    "LeaseHeld",
    "LeaseLost",
    "Ledger",
    "NotTaken",
    "Permission",
    "Reply",
    "SignInBar",
    "SignInOutcome",
    "Submission",
    "Verb",
]


class Ledger(Submissions, Payments, Permissions, Outbox):
    """One practice's ledger. Every method is one transaction; many threads and processes may use it at once."""

    @classmethod
    def open(
        cls,
        url: str,
        *,
        tenant: str,
        keys: Keys,
        home: Path,
        shared: Path | None = None,
        busy_seconds: float = 30.0,
        clock: Clock | None = None,
    ) -> Ledger:
        """Open it, made or brought to this release where needed; RunError where keys, disk or file are not right."""
        engine = connect(url, busy_seconds=busy_seconds)
        try:
            with in_plain_words(engine.url):
                home.mkdir(mode=0o700, parents=True, exist_ok=True)
            bring_up_to_date(engine)
            ledger = cls(engine, tenant=tenant, keys=keys, home=home, shared=shared, clock=clock)
            ledger.check_keys()
            ledger.start_audit()
            ledger.start_presses()
        except BaseException:
            engine.dispose()
            raise
        return ledger
