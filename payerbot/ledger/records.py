"""What the ledger hands out besides rows, items and lines. No repr shows a patient or a code."""

from __future__ import annotations

from datetime import date, datetime
from typing import Literal

from payerbot.authorization import AuthRequest, StandingRequest
from payerbot.errors import RunError, UserError
from payerbot.model import Frozen, Job

Verb = Literal["ready", "code", "yes", "no", "done"]
SignInOutcome = Literal[
    "ok",  # signed in
    "withdrawn",  # nothing was clicked after all
    "portal_down",  # the portal itself failed; the password was not judged
    "code_wanted",  # the password was right and nobody gave a code in time
    "refused",
    "locked",
    "code_refused",
    "password_expired",
    "bot_wall",
    "terms",
]
HARMLESS: frozenset[str] = frozenset({"ok", "withdrawn", "portal_down", "code_wanted"})  # every other end bars the login


class LeaseHeld(UserError):
    """Someone else is at work with this login."""


class LeaseLost(RunError):
    """This lease was taken over; nothing may be committed under it any more."""


class BatchInfo(Frozen):
    """One batch, without its rows."""

    id: str
    job: Job
    business_date: date
    header: tuple[str, ...]
    rows: int
    created_at: datetime
    notes: tuple[str, ...] = ()


class SignInBar(Frozen):
    """Why a login must not be used to sign in now."""

    kind: str  # unresolved, paused, or a SignInOutcome that bars
    since: datetime
    question: int | None = None  # the open question whose "yes" lifts it
    until: datetime | None = None  # for a pause
    why: str = ""


class Handoff(Frozen):
    """A question to a person; it names no patient."""

    n: int
    portal: str
    login: str
    kind: str
    staff: str
    item: str | None = None
    ways: tuple[str, ...] = ()
    until: datetime | None = None
    state: str = "open"  # open, or how it was closed: yes, no, done, expired, ...
    asked_at: datetime
    verb: Verb | None = None  # the last reply
    by: str = ""
    replied_at: datetime | None = None


class Reply(Frozen):
    """What a person replied; a one-time code exists in here only."""

    n: int
    verb: Verb
    by: str
    at: datetime
    secret: str = ""


class Permission(Frozen):
    """The basis on which this practice lets payerbot use a portal."""

    portal: str
    basis: str
    by: str
    on: date
    until: date | None = None


SubmissionState = Literal[
    "new",  # nothing was filled yet
    "prepared",  # filled up to the review page once; waits for a person's approval
    "approved",
    "intended",  # about to be pressed, or pressed: from here on it is looked up, never pressed again without a new approval
    "unknown",  # as intended, and whoever was about to press is gone or got no answer; the payer showed nothing so far
    "doubled",  # the payer has it more than once
    "settled",  # the payer has exactly one, whoever sent it
    "decided",
    "draft",  # left at the portal for a person
    "withdrawn",  # a person said no, or a later file changed the request
]
UNSENT: frozenset[str] = frozenset({"new", "prepared", "approved"})
MAYBE_SENT: frozenset[str] = frozenset({"intended", "unknown", "doubled"})


class Approval(Frozen):
    """One person's one-use yes to one submission as it was shown."""

    n: int
    by: str
    at: datetime
    until: datetime
    used_at: datetime | None = None
    void_at: datetime | None = None
    void_why: str = ""


class Submission(Frozen):
    """One authorization request and what became of it, across batches; its content is its key."""

    id: str
    portal: str
    login: str
    state: SubmissionState
    ask: AuthRequest
    handoff: int | None = None  # the question that it waits for
    review: tuple[tuple[str, str], ...] = ()  # what the review page showed, in its own order
    picture: str = ""  # evidence: the page as it looked
    page: str = ""  # evidence: its text
    standing: tuple[StandingRequest, ...] = ()  # what the payer had at the last look, or right before the press
    reference: StandingRequest | None = None  # the request that is followed
    sent: bool = False  # by us: an intent stands before it
    looked_at: datetime | None = None  # UTC
    prepared_at: datetime | None = None
    intended_at: datetime | None = None
    intended_on: date | None = None  # the practice's day, from which the portal's lag is reckoned
    settled_at: datetime | None = None
    created_at: datetime
    approval: Approval | None = None  # the latest
