"""The columns of a result file: the input's own first, ours behind them, and how one line fills ours."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from importlib import metadata
from typing import NamedTuple
from zoneinfo import ZoneInfo

from payerbot.model import ClaimState, ClaimStatusResult, Coverage, EligibilityResult, Job, Outcome
from payerbot.outlet import table, todo
from payerbot.outlet.cells import cell, moment
from payerbot.outlet.work import Work
from payerbot.rows import ANSWER, Answer, Line


def _version() -> str:
    try:
        return f"payerbot {metadata.version('payerbot')}"
    except metadata.PackageNotFoundError:
        return "payerbot, not installed"


FOR_STAFF = ("to_do", "why", "waits_for", "last_answer", "last_answer_at")
OF_THE_RUN = (
    "row",
    "rejected_columns",
    "rejected_reasons",
    "same_as_row",
    "run_id",
    "item_key",
    "portal_key",
    "delegated_user_ref",
    "started_at",
    "finished_at",
    "answered_at",
    "outcome",
    "attempts",
    "match",
    "match_score",
    "evidence_path",
    "evidence_sha256",
    "parser_version",
    "confidence",
    "needs_human",
    "human_reason",
    "question",
    "next_due",
)
VERSION = _version()
PREFIX = "payerbot_"
IDENTIFIERS = {
    Job.ELIGIBILITY: ("member_id", "name", "birth_date"),
    Job.CLAIM_STATUS: ("member_id", "name", "birth_date", "dos", "charge"),
    Job.AUTHS: ("member_id", "name", "birth_date", "dates", "code"),
    Job.EOBS: ("check_no", "check_date", "amount", "payee"),
    Job.LETTERS: ("practice", "dates"),
}


class Run(NamedTuple):
    """What is the same for every line of one result file."""

    id: str
    zone: ZoneInfo  # the practice's
    parser_version: str = VERSION
    evidence_path: Callable[[str], str] | None = None  # where the evidence of that content address lies


def answer_fields(job: Job) -> tuple[str, ...]:
    """The fields of the job's answer, named as in the model; outcome and match stand among the columns of the run.

    A remittance and letters have files of their own; how a list showed a claim is for payerbot to compare.
    """
    return tuple(name for name in ANSWER[job].model_fields if name not in {"outcome", "match", "remittance", "listed_as", "letters"})


def names(header: Sequence[str], job: Job) -> tuple[str, ...]:
    """All column names in order; one of ours that the input already has gets a prefix."""
    taken = {name.strip().casefold() for name in header}
    ours: list[str] = []
    for wanted in (*FOR_STAFF, *OF_THE_RUN, *answer_fields(job)):
        name = wanted
        while name.casefold() in taken:
            name = PREFIX + name
        taken.add(name)
        ours.append(name)
    return (*header, *ours)


def cells(line: Line, work: Work, job: Job, run: Run) -> list[str]:
    """Our part of one line, in the order of `names`."""
    return [*_for_staff(line, work, run), *_of_the_run(line, work, job, run), *_answer(line.answer, job)]


def _for_staff(line: Line, work: Work, run: Run) -> tuple[str, ...]:
    waits = todo.waits_for(line)
    if waits and line.next_due:
        waits += f", until {line.next_due.astimezone(run.zone):%m/%d/%Y %H:%M}"
    last = todo.of_answered(line.last_good) if line.last_good else None
    return work.to_do, work.why, waits, f"{last.to_do}: {last.why}" if last else "", moment(line.last_good_at, run.zone)


def _of_the_run(line: Line, work: Work, job: Job, run: Run) -> tuple[str, ...]:
    match = line.answer.match if line.answer else ()
    where = map(run.evidence_path, line.evidence) if run.evidence_path else line.evidence
    return (
        str(line.line),
        "; ".join(dict.fromkeys(reject.column for reject in line.rejects)),
        "; ".join(reject.reason for reject in line.rejects),
        str(line.same_as or ""),
        run.id,
        line.item,
        line.portal,
        line.login,
        moment(line.started_at, run.zone),
        moment(line.finished_at, run.zone),
        moment(line.answered_at, run.zone),
        table.outcome(line),
        str(line.attempts),
        "; ".join(match),
        _score(line.answer, job),
        "; ".join(where),
        "; ".join(line.evidence),
        run.parser_version if line.answer else "",
        confidence(line.answer) if line.answer else "",
        "Y" if work.person else "N",
        work.why if work.person else "",
        str(line.question or ""),
        moment(line.next_due, run.zone),
    )


def _answer(answer: Answer | None, job: Job) -> list[str]:
    """Every field of an answered row; of any other final answer only what it says, so that nothing there reads like a finding."""
    fields = answer_fields(job)
    if answer is None:
        return [""] * len(fields)
    if answer.outcome is Outcome.ANSWERED:
        return [cell(name, getattr(answer, name)) for name in fields]
    untouched = {name: field.default for name, field in type(answer).model_fields.items()}
    return ["" if (value := getattr(answer, name)) == untouched[name] else cell(name, value) for name in fields]


def _score(answer: Answer | None, job: Job) -> str:
    """The share of the identifiers that agreed; the payer's own claim number agreeing stands for all."""
    if answer is None or answer.outcome is not Outcome.ANSWERED:
        return ""
    wanted = IDENTIFIERS[job]
    agreed = len(wanted) if "payer_claim_no" in answer.match else sum(name in answer.match for name in wanted)
    return f"{agreed / len(wanted):.2f}"


def confidence(answer: Answer) -> str:
    """How far to rely on it: low where nothing agreed or the page left the main thing open, medium where something was inferred."""
    if answer.outcome in {Outcome.AMBIGUOUS, Outcome.UNREADABLE} or (answer.outcome is Outcome.ANSWERED and not _says_it(answer)):
        return "low"
    inferred = isinstance(answer, EligibilityResult) and answer.visits_from == "message"
    if answer.outcome is not Outcome.ANSWERED or answer.warnings or inferred or len(answer.match) < ENOUGH_AGREED:
        return "medium"
    return "high"


ENOUGH_AGREED = 2


def _says_it(answer: Answer) -> bool:
    if not answer.match:
        return False
    if isinstance(answer, EligibilityResult):
        return answer.coverage is not Coverage.UNKNOWN
    return not isinstance(answer, ClaimStatusResult) or answer.state is not ClaimState.UNKNOWN
