"""A file's rows on their way in and out: what intake hands to the ledger and the ledger to the outlet."""

from __future__ import annotations

from datetime import date, datetime, timedelta
from typing import Literal, NamedTuple

from payerbot.authorization import AuthRequest, AuthResult
from payerbot.letters import LettersRequest, LettersResult
from payerbot.model import ClaimStatusRequest, ClaimStatusResult, Coverage, EligibilityRequest, EligibilityResult, Frozen, Job, Outcome
from payerbot.remittance import EobRequest, EobResult

LISTED = "list"  # the rung of an answer that was not asked for anew: the portal's list shows its claim unchanged

Ask = EligibilityRequest | ClaimStatusRequest | EobRequest | AuthRequest | LettersRequest
Answer = EligibilityResult | ClaimStatusResult | EobResult | AuthResult | LettersResult

QUESTION: dict[Job, type[Ask]] = {
    Job.ELIGIBILITY: EligibilityRequest,
    Job.CLAIM_STATUS: ClaimStatusRequest,
    Job.EOBS: EobRequest,
    Job.AUTHS: AuthRequest,
    Job.LETTERS: LettersRequest,
}
ANSWER: dict[Job, type[Answer]] = {
    Job.ELIGIBILITY: EligibilityResult,
    Job.CLAIM_STATUS: ClaimStatusResult,
    Job.EOBS: EobResult,
    Job.AUTHS: AuthResult,
    Job.LETTERS: LettersResult,
}
BATCH_PREFIX: dict[Job, str] = {
    Job.ELIGIBILITY: "visits",
    Job.CLAIM_STATUS: "claims",
    Job.EOBS: "eobs",
    Job.AUTHS: "auths",
    Job.LETTERS: "letters",
}


class Reject(Frozen):
    """Why one cell keeps a row from being asked. The reason never repeats the cell."""

    column: str
    reason: str


class NewRow(Frozen):
    """One record of an input file: either a question or the reasons why it is none."""

    line: int  # 1 is the first record below the header
    cells: tuple[str, ...]  # as read, in the file's own order
    ask: Ask | None = None
    portal: str = ""
    login: str = ""
    rejects: tuple[Reject, ...] = ()


class Sheet(Frozen):
    """A whole input file, read and checked."""

    job: Job
    header: tuple[str, ...]
    rows: tuple[NewRow, ...]
    digest: bytes  # SHA-256 of the file's content
    notes: tuple[str, ...] = ()  # what was mended on the way: encoding, separator, unmapped columns


class Line(Frozen):
    """One row on its way out: its answer, its question's number, or what it waits for and until when."""

    line: int
    cells: tuple[str, ...]
    item: str = ""  # the item's id; "" for a rejected row
    portal: str = ""
    login: str = ""
    state: Literal["rejected", "done", "waiting", "taken"]
    rejects: tuple[Reject, ...] = ()
    answer: Answer | None = None
    answered_at: datetime | None = None  # UTC
    evidence: tuple[str, ...] = ()  # content addresses in the evidence store
    attempts: int = 0
    started_at: datetime | None = None  # UTC, of the last attempt
    finished_at: datetime | None = None
    last_outcome: Outcome | None = None  # of the last attempt, for a row that waits
    last_good: Answer | None = None  # of a row that waits: what an earlier batch was told about the same claim, or the same day's coverage
    last_good_at: datetime | None = None  # UTC
    waits_for: str = ""  # our words: "the portal to be back", "question 12 (code)", ...
    question: int | None = None  # the open handoff's number
    next_due: datetime | None = None  # UTC
    same_as: int | None = None  # the line that asks the very same; they share one item


class Item(Frozen):
    """One question taken from the ledger to be asked now."""

    id: str
    batch: str
    job: Job
    portal: str
    login: str
    ask: Ask
    attempts: int  # including this one
    epoch: int
    first_rung: str = ""  # the rung that found the answer last time
    asked_on: date  # the batch's business date
    last_good: Answer | None = None  # what this portal last said of the same claim, or of the same day's coverage
    last_good_at: datetime | None = None  # UTC


class Parked(NamedTuple):
    """An attempt that went well and has no answer yet: what the item waits for, until when, and for which question's answer."""

    outcome: Outcome  # not a final one
    waits_for: str  # our words
    after: timedelta | None = None  # it is looked at again after this long; None: once the question is answered
    question: int | None = None


class BatchReport(Frozen):
    """What loading a file did."""

    batch: str
    added: int
    known: int  # rows that stood there already (the batch is resumed)
    rejected: int
    resumed: bool
    before: int = 0  # payments whose EOB an earlier batch fetched: they are answered already


_FROM_THE_PLAN = ("plan", "insurance_type", "group_no", "plan_begin", "plan_end", "deductible", "deductible_left", "out_of_pocket",
                  "out_of_pocket_left")  # fmt: skip


def joined(first: Answer, kept: Answer) -> Answer:
    """A plan's answer about coverage and that of the administrator who keeps its behavioral benefits, as one.

    The behavioral figures are the administrator's; the plan fills in what is the whole plan's. Where the administrator has no answer,
    the plan's stands, and says so.
    """
    if not isinstance(first, EligibilityResult) or not isinstance(kept, EligibilityResult):
        return kept
    if kept.outcome is not Outcome.ANSWERED:
        said = f"asked at the administrator of the behavioral benefits: {kept.outcome.value.replace('_', ' ')}"
        return first.model_copy(update={"warnings": (*first.warnings, said)})
    filled = {name: getattr(first, name) for name in _FROM_THE_PLAN if getattr(kept, name) is None}
    both: dict[str, object] = {
        "carve_out": kept.carve_out or first.carve_out,
        "other_payers": (*first.other_payers, *(other for other in kept.other_payers if other not in first.other_payers)),
        "messages": (*first.messages, *kept.messages),
        "warnings": (*first.warnings, *kept.warnings),
        "tried": (*first.tried, *kept.tried),
        "transaction_id": "; ".join(filter(None, (first.transaction_id, kept.transaction_id))) or None,
    }
    if first.coverage is Coverage.INACTIVE:  # without the plan there is nothing to administer
        both |= {"coverage": first.coverage, "plan_end": first.plan_end}
    return kept.model_copy(update=filled | both)
