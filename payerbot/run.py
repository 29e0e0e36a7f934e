"""Runs a batch: its shares side by side, each a child process, and says how it ended. Knows no Prefect and no browser."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import Future, ThreadPoolExecutor
from contextlib import AbstractContextManager, contextmanager, nullcontext
from typing import TYPE_CHECKING, Protocol

from payerbot import host
from payerbot.ledger.book import Ledger
from payerbot.model import Frozen, Job, Outcome, Progress
from payerbot.settings import settings
from payerbot.share import ShareReport, supervise
from payerbot.vault import vault_of

if TYPE_CHECKING:
    from payerbot.practice import Practice

EXIT_OK = 0
EXIT_FAILED = 1
EXIT_WAITING = 3
SILENT_ZERO = 10  # that many questions without a single find, where the portal usually finds most, turn the run red
USUAL = 0.5
SENT_ON = 2  # further rounds: a question is sent on once, seldom twice
_IN_MB = 1_048_576


class RunSummary(Frozen):
    """How a run of one batch ended: counts and our own words only."""

    batch: str
    job: Job
    rows: int
    outcomes: dict[str, int]  # one key per outcome and state: answered, not_found, ..., waiting, rejected
    shares: tuple[ShareReport, ...]
    seconds: float
    alarm: str = ""

    @property
    def exit_code(self) -> int:
        """0 every row answered; 3 finished, but rows wait or were rejected; 1 the run failed."""
        if self.alarm or any(share.broken for share in self.shares):
            return EXIT_FAILED
        return EXIT_WAITING if self.waiting or self.outcomes.get("rejected", 0) else EXIT_OK

    @property
    def waiting(self) -> int:
        """Rows that have no answer yet."""
        return self.outcomes.get("waiting", 0) + self.outcomes.get("taken", 0)


@contextmanager
def opened(practice: Practice) -> Iterator[Ledger]:
    """The practice's ledger."""
    keys = vault_of(practice.tenant).ledger_keys()
    mine = settings()
    with Ledger.open(mine.ledger, tenant=practice.tenant, keys=keys, home=mine.home, shared=mine.shared) as ledger:
        yield ledger


def answers_sent(practice: Practice) -> AbstractContextManager[None]:
    """While this lasts, answers go to the practice's own system as they come, where it has one."""
    if not settings().api_url and practice.api is None:
        return nullcontext()
    from payerbot.outlet.api import sending  # noqa: PLC0415  only who sends pays for its imports

    return sending(practice, opened)


def run_batch(
    practice: Practice,
    batch: str,
    *,
    portal: str | None = None,
    headed: bool = False,
    attended: bool = False,
    desk: bool = True,
    prepare: bool = False,
    progress: Callable[[Progress], None] | None = None,
    stop: threading.Event | None = None,
) -> RunSummary:
    """Run every share of a batch that is due, as many side by side as memory allows, and say how it ended.

    `prepare`: authorization requests that nobody has seen yet are filled, up to the page before Submit.
    """
    stop = stop or threading.Event()
    began = time.monotonic()

    def due(*, sent_on: bool) -> list[tuple[str, str]]:
        with opened(practice) as ledger:
            return [(p, login) for p, login in (ledger.sent_on(batch) if sent_on else ledger.shares(batch)) if portal in (None, p)]

    def side_by_side(shares: Sequence[tuple[str, str]]) -> list[ShareReport]:
        return _side_by_side(shares, batch, stop, progress, headed=headed, attended=attended, desk=desk, prepare=prepare)

    with answers_sent(practice):
        reports = in_rounds(due, side_by_side, stop)
    with opened(practice) as ledger:
        return summary(ledger, batch, reports, time.monotonic() - began)


class Due(Protocol):
    """Which shares have something to do: all that is due, or only what was sent on meanwhile."""

    def __call__(self, *, sent_on: bool) -> Sequence[tuple[str, str]]: ...


def in_rounds(
    due: Due, run: Callable[[Sequence[tuple[str, str]]], list[ShareReport]], stop: threading.Event | None = None
) -> list[ShareReport]:
    """Run what is due, and then what a portal sent on to another whose share was not started or had ended."""
    reports: list[ShareReport] = []
    for sent_on in (False, *(True,) * SENT_ON):
        over = {(report.portal, report.login) for report in reports if report.ended != "done"}
        shares = [share for share in due(sent_on=sent_on) if share not in over]
        if not shares or (stop is not None and stop.is_set()):
            break
        reports += run(shares)
    return reports


def _side_by_side(
    due: Sequence[tuple[str, str]],
    batch: str,
    stop: threading.Event,
    progress: Callable[[Progress], None] | None,
    *,
    headed: bool,
    attended: bool,
    desk: bool,
    prepare: bool,
) -> list[ShareReport]:
    def one(portal: str, login: str) -> ShareReport:
        return supervise(portal, login, batch, headed=headed, attended=attended, desk=desk, prepare=prepare, progress=progress, stop=stop)

    with ThreadPoolExecutor(max_workers=room_for_shares()) as pool:
        running: list[Future[ShareReport]] = [pool.submit(one, portal, login) for portal, login in due]
        try:
            while not all(share.done() for share in running):
                time.sleep(0.1)
        except BaseException:  # Ctrl-C too: every share signs out before it goes on
            stop.set()
            for share in running:
                share.cancel()
            raise
        return [share.result() for share in running]


def room_for_shares() -> int:
    """How many shares this machine's free memory has room for; at least one."""
    return max(1, int(host.memory_available() / _IN_MB * 0.8 // settings().share_memory_mb))


def summary(ledger: Ledger, batch: str, reports: Sequence[ShareReport], seconds: float) -> RunSummary:
    """What the ledger now says of a batch."""
    info, counts = ledger.batch(batch), ledger.counts(batch)
    return RunSummary(
        batch=batch,
        job=info.job,
        rows=info.rows,
        outcomes=counts,
        shares=tuple(reports),
        seconds=round(seconds, 1),
        alarm=_silent_zero(ledger, batch, counts, reports),
    )


def _silent_zero(ledger: Ledger, batch: str, counts: dict[str, int], reports: Sequence[ShareReport]) -> str:
    """A portal that suddenly finds nobody is broken, whatever it says."""
    missed, found = counts.get(Outcome.NOT_FOUND, 0), counts.get(Outcome.ANSWERED, 0)
    if found or missed < SILENT_ZERO:
        return ""
    job = ledger.batch(batch).job
    for report in reports:
        usual = ledger.not_found_rate(report.portal, job, batch)
        if usual is not None and usual < USUAL:
            return (
                f"{report.portal} found nothing in {missed} searches, which is not like it: look at one by hand before you trust this run."
            )
    return ""
