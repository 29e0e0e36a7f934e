"""The totals a run ends with: rows in, lines out, by outcome and by what staff are to do."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from typing import NamedTuple

from payerbot.intake import reasons
from payerbot.model import Job, Outcome
from payerbot.outlet import todo, todo_auths, todo_letters, todo_payments
from payerbot.outlet.work import Work
from payerbot.rows import Line

REJECTED = "rejected"
NOT_ASKED = "not_asked"
WAITING = "waiting"


def outcome(line: Line) -> str:
    """The word a machine reads: the answer's outcome, else that of the last attempt, else why there was none."""
    if line.state == "rejected":
        cancelled = any(reject.reason == reasons.CANCELLED for reject in line.rejects)
        return NOT_ASKED if cancelled else REJECTED
    if line.answer is not None:
        return line.answer.outcome.value
    return line.last_outcome.value if line.last_outcome else WAITING


TO_DOS = {
    Job.ELIGIBILITY: todo.VISITS,
    Job.CLAIM_STATUS: todo.CLAIMS,
    Job.EOBS: todo_payments.PAYMENTS,
    Job.AUTHS: todo_auths.REQUESTS,
    Job.LETTERS: todo_letters.LETTERS,
}


class Entry(NamedTuple):
    """One line of the table."""

    name: str
    lines: int


class Totals:
    """Counts lines as they are written."""

    def __init__(self, job: Job) -> None:
        self.job = job
        self.lines = 0
        self.by_outcome: Counter[str] = Counter()
        self.by_to_do: Counter[str] = Counter()
        self.waiting = 0
        self.rejected = 0
        self.answered = 0

    def count(self, line: Line, work: Work) -> None:
        """Add one line."""
        self.lines += 1
        self.by_outcome[outcome(line)] += 1
        self.by_to_do[work.to_do] += 1
        self.waiting += line.state in {"waiting", "taken"}
        self.rejected += outcome(line) == REJECTED
        self.answered += line.state == "done"

    @property
    def complete(self) -> bool:
        """True where no row waits and none was rejected (a cancelled appointment is neither)."""
        return not self.waiting and not self.rejected

    def outcomes(self) -> Iterator[Entry]:
        """Counts by outcome, the usual order first, none that did not occur."""
        order = [*(one.value for one in Outcome), WAITING, REJECTED, NOT_ASKED]
        return (Entry(name, self.by_outcome[name]) for name in order if self.by_outcome[name])

    def to_dos(self) -> Iterator[Entry]:
        """Counts by what staff are to do, all that this job has."""
        names = TO_DOS.get(self.job, todo.CLAIMS)
        return (Entry(name, self.by_to_do[name]) for name in names)

    def as_json(self) -> dict[str, object]:
        """For scripts."""
        return {
            "job": self.job.value,
            "lines_out": self.lines,
            "answered": self.answered,
            "waiting": self.waiting,
            "rejected": self.rejected,
            "by_outcome": {entry.name: entry.lines for entry in self.outcomes()},
            "by_to_do": {entry.name: entry.lines for entry in self.to_dos() if entry.lines},
        }
