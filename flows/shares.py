"""A job's run: one task per share, each supervising a child process; side by side, and stopped together.

Prefect keeps the words of every exception and state, so only our own words, ids and counts leave this module.
"""

from __future__ import annotations

import threading
import time
from collections.abc import Callable, Iterator, Sequence
from contextvars import ContextVar
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from typing import Any

from prefect import task
from prefect.cache_policies import NO_CACHE
from prefect.client.schemas.objects import State
from prefect.futures import PrefectFuture
from prefect.runtime import flow_run
from prefect.states import Cancelled, Completed, Failed

from flows import inbox, results
from flows.job import ALL, check
from payerbot import logs, run
from payerbot.errors import RunError, UserError
from payerbot.model import Job, Progress
from payerbot.practice import Practice
from payerbot.settings import settings
from payerbot.share import ShareReport, supervise

WANTED = timedelta(hours=3)  # a scheduled run that begins later (the machine was off) has missed its hour

listeners: list[Callable[[Progress], None]] = []  # who wants to hear of every step, in this process


@dataclass(frozen=True)
class Watch:
    """What the shares of one run have in common."""

    stop: threading.Event = field(default_factory=threading.Event)
    reports: list[ShareReport] = field(default_factory=list)


_watch: ContextVar[Watch] = ContextVar("watch")


@task(name="share", task_run_name="{portal} {login}", cache_policy=NO_CACHE, persist_result=False, log_prints=False)
def portal_share(portal: str, login: str, batch: str) -> State[Any]:
    """Supervise one share; stopping the run stops the child process and its browser."""
    watch = _watch.get()
    report = supervised(portal, login, batch, watch.stop)
    watch.reports.append(report)
    return (Failed if report.broken else Completed)(message=said(report))


def run_job(job: Job, portal: str, batch: str) -> State[Any]:
    """Run the shares of a batch and say how it ended, as the flow's final state."""
    try:
        logs.set_up(settings().home)
        check(job, {"portal": portal, "batch": batch})
        if (late := _late()) is not None:
            return Cancelled(message=late)
        practice = Practice.load(settings().practice)
        return ending([run_batch(practice, one, portal) for one in ([batch] if batch else inbox.batches(practice, job))])
    except (UserError, RunError) as why:
        message = str(why)
    except Exception as bug:  # noqa: BLE001  its own text could show a patient
        message = unexpected(bug)
    return Failed(message=message)


def run_batch(practice: Practice, batch: str, portal: str) -> run.RunSummary:
    """Run the shares of one batch that are due and say what the ledger then holds."""
    began = time.monotonic()

    def due(*, sent_on: bool) -> list[tuple[str, str]]:
        with run.opened(practice) as ledger:
            return [share for share in (ledger.sent_on(batch) if sent_on else ledger.shares(batch)) if portal in (ALL, share[0])]

    try:
        with run.answers_sent(practice):
            reports = run.in_rounds(due, lambda shares: side_by_side(shares, batch))
    finally:  # also when it is stopped: what was answered until then is there to be read
        trouble = results.write(practice, batch)
    with run.opened(practice) as ledger:
        ended = run.summary(ledger, batch, reports, time.monotonic() - began)
    return ended.model_copy(update={"alarm": ended.alarm or trouble})


def side_by_side(due: Sequence[tuple[str, str]], batch: str) -> list[ShareReport]:
    """Run the shares; whatever ends this thread's wait (a stop signal, Ctrl-C) lets all of them sign out first."""
    watch = Watch()
    token = _watch.set(watch)
    running: list[PrefectFuture[Any]] = []
    try:
        running.extend(portal_share.submit(portal, login, batch) for portal, login in due)
        for share in running:
            share.wait()
    except BaseException:
        watch.stop.set()
        for share in running:
            share.wait()
        raise
    finally:
        _watch.reset(token)
    return watch.reports


def supervised(portal: str, login: str, batch: str, stop: threading.Event) -> ShareReport:
    """One share's report, also where there is none: what went wrong is told in our words, for Prefect would keep anyone's."""
    if stop.is_set():
        return ShareReport(portal=portal, login=login, ended="stopped")
    try:
        return supervise(portal, login, batch, progress=_tell, stop=stop)
    except (UserError, RunError) as why:
        note = str(why)
    except Exception as bug:  # noqa: BLE001  its own text could show a patient
        note = unexpected(bug)
    return ShareReport(portal=portal, login=login, ended="failed", note=note)


def said(report: ShareReport) -> str:
    """A share's end in one line."""
    return f"{report.ended}: {report.note}" if report.note else report.ended


def ending(summaries: Sequence[run.RunSummary]) -> State[Any]:
    """The flow's final state: red where a share broke or an alarm rang, else what was done and what waits."""
    message = "\n".join(line for summary in summaries for line in _lines(summary))
    codes = {summary.exit_code for summary in summaries}
    if run.EXIT_FAILED in codes:
        return Failed(message=message)
    return Completed(name="Waits" if run.EXIT_WAITING in codes else "Completed", message=message)


def _lines(summary: run.RunSummary) -> Iterator[str]:
    counts = ", ".join(f"{number} {outcome}" for outcome, number in sorted(summary.outcomes.items()) if number and outcome != "rows")
    yield f"{summary.batch}: {summary.rows} rows; {counts}"
    yield from (f"{report.portal} {report.login}: {said(report)}" for report in summary.shares if report.ended != "done")
    yield from filter(None, [summary.alarm])


def unexpected(bug: Exception) -> str:
    """Names a bug without its words; payerbot's log has its place."""
    logs.unexpected(bug, "flow")
    return f"Something unexpected happened ({type(bug).__name__}); payerbot's log says where."


def _tell(progress: Progress) -> None:
    for listener in listeners:
        listener(progress)


def _late() -> str | None:
    planned = flow_run.scheduled_start_time
    if planned is None or datetime.now(UTC) - planned < WANTED:
        return None
    return "Not started: its hour has passed; the next run comes at its time, and 'payerbot run' starts one now."
