"""`payerbot run`, `load`, `export`: a file in, the portals asked, one line per row out."""

from __future__ import annotations

import threading
import time
from collections import Counter
from collections.abc import Iterable, Iterator
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING

import typer

from payerbot import deployment, intake
from payerbot.commands.office import ledger_of, practice, print_json, print_table, somebody, title
from payerbot.commands.progress import Bars
from payerbot.eob import before
from payerbot.errors import UserError
from payerbot.logs import log
from payerbot.model import Job, Outcome
from payerbot.model import Progress as Step
from payerbot.outlet import eob_lines, files, letter_rows, todo
from payerbot.outlet.columns import Run
from payerbot.people.desk import Desk
from payerbot.run import EXIT_FAILED, EXIT_OK, EXIT_WAITING, RunSummary, run_batch
from payerbot.run import summary as run_summary
from payerbot.settings import settings
from portals import KNOWN

if TYPE_CHECKING:
    from payerbot.model import Progress
    from payerbot.outlet.table import Entry, Totals
    from payerbot.practice import Practice
    from payerbot.rows import BatchReport, Line, Sheet

BESIDE = {Job.EOBS: eob_lines.beside, Job.LETTERS: letter_rows.beside}  # what a job writes beside its result
GROWS_EVERY = 20.0  # seconds; a result file is written anew while a run goes on


class Result:
    """The result file of one batch: written while the run goes on, and at its end however it ended."""

    def __init__(self, mine: Practice, batch: str, out: Path) -> None:
        self.mine = mine
        self.batch = batch
        self.out = out
        self.waits: Counter[str] = Counter()  # what rows wait for, and how many do
        self._last = time.monotonic()
        self._writing = threading.Lock()

    def write(self) -> Totals:
        """One line per row, as the ledger knows it now."""
        waits: Counter[str] = Counter()
        with ledger_of(self.mine) as ledger:
            info = ledger.batch(self.batch)
            lines = _counted(ledger.lines(self.batch), waits)
            totals = files.write(lines, info.header, info.job, self.out, Run(self.batch, self.mine.zone))
        self.waits = waits
        return totals

    def grow(self, step: Progress) -> None:
        """Write what is known so far, now and then; a file that is open elsewhere just now does not stop the run."""
        if step.event != "item" or time.monotonic() - self._last < GROWS_EVERY or not self._writing.acquire(blocking=False):
            return
        try:
            self.write()
        except UserError as why:
            log.warning("result not written yet", batch=self.batch, error=type(why).__name__)
        finally:
            self._last = time.monotonic()
            self._writing.release()


def _counted(lines: Iterable[Line], waits: Counter[str]) -> Iterator[Line]:
    for line in lines:
        if line.state in {"waiting", "taken"}:
            waits[todo.waits_for(line)] += 1
        yield line


def run(job: str, file: Path, *, out: Path | None, portal: str | None, headed: bool, again: bool, as_json: bool) -> int:
    """Load, ask, write; what was asked before the end, however it came, is in the result."""
    mine = practice()
    target = out or file.with_name(f"{file.stem}.answers.csv")
    files.check(target, file)
    for of, beside in BESIDE.items():
        if Job(job) is of:
            files.check(beside(target), file)
    _check_portal(mine, portal)
    sheet, loaded = _loaded(mine, Job(job), file, again=again)
    if not as_json:
        say_loaded(sheet, loaded)
    result = Result(mine, loaded.batch, target)
    with ledger_of(mine) as ledger:  # a person who starts a run does not wait for a back-off
        ledger.wake(loaded.batch, (Outcome.PORTAL_DOWN, Outcome.PAGE_CHANGED))
    summary = _asked(mine, Job(job), result, portal=portal, headed=headed, quiet=as_json)
    totals = result.write()
    code = _code(summary, totals)
    log.info("run ended", batch=loaded.batch, job=job, total=totals.lines, done=totals.answered, status=code, seconds=summary.seconds)
    if as_json:
        told = summary.model_dump(mode="json")
        print_json(
            {
                **told,
                **totals.as_json(),
                "waits_for": dict(result.waits),
                "loaded": loaded.model_dump(mode="json"),
                "out": str(target),
                "exit_code": code,
            }
        )
    else:
        say_ended(mine, summary, totals, result)
    return code


def _asked(mine: Practice, job: Job, result: Result, *, portal: str | None, headed: bool, quiet: bool) -> RunSummary:
    with Bars(mine, quiet=quiet) as bars:

        def progress(step: Progress) -> None:
            bars(step)
            result.grow(step)

        try:
            served = None if headed else deployment.find(job)
            if served is not None:
                return _through(served, mine, result, portal, bars)
            log.info("run", batch=result.batch, note="direct")
            if not quiet:
                typer.echo("No Prefect server serves this job: it runs here, directly.", err=True)
            return run_batch(mine, result.batch, portal=portal, headed=headed, progress=progress)
        except KeyboardInterrupt:
            result.write()
            typer.echo(f"What is known so far is in {result.out}.", err=True)
            raise


def _through(served: deployment.Served, mine: Practice, result: Result, portal: str | None, bars: Bars) -> RunSummary:
    """Run the deployment; the bar follows what the ledger knows."""
    typer.echo(f"A Prefect server is up: the job runs as its deployment '{served.name}'.", err=True)
    began = time.monotonic()

    def tick() -> None:
        with ledger_of(mine) as ledger:
            counts = ledger.counts(result.batch)
        rest = counts.get("waiting", 0) + counts.get("taken", 0)
        done = counts.get("done", 0)
        step = Step(event="item", at=datetime.now(UTC), portal=portal or "all portals", done=done, total=done + rest)
        bars(step)
        result.grow(step)

    ended = deployment.run(served, result.batch, portal or "all", tick=tick)
    with ledger_of(mine) as ledger:
        found = run_summary(ledger, result.batch, (), time.monotonic() - began)
    return found if ended.well else found.model_copy(update={"alarm": ended.message or f"the run ended as {ended.state.lower()}"})


def _code(summary: RunSummary, totals: Totals) -> int:
    if summary.exit_code == EXIT_FAILED:
        return EXIT_FAILED
    return EXIT_OK if totals.complete else EXIT_WAITING


def load(job: str, file: Path, *, again: bool, as_json: bool) -> int:
    """Put a file's rows in the ledger."""
    sheet, report = _loaded(practice(), Job(job), file, again=again)
    if as_json:
        print_json({**report.model_dump(mode="json"), "notes": list(sheet.notes)})
    else:
        say_loaded(sheet, report)
    return EXIT_WAITING if report.rejected else EXIT_OK


def export(batch: str | None, *, out: Path | None, as_json: bool) -> int:
    """Write one batch's lines, or list the batches there are."""
    mine = practice()
    if batch is None:
        return _list(mine, as_json=as_json)
    target = out or Path(f"{batch}.csv")
    with ledger_of(mine) as ledger:
        ledger.batch(batch)
        ledger.log(somebody(), "export", detail=batch)
    files.check(target)
    result = Result(mine, batch, target)
    totals = result.write()
    if as_json:
        print_json({"batch": batch, "out": str(target), **totals.as_json(), "waits_for": dict(result.waits)})
    else:
        _table(totals)
        _say_waits(result)
        typer.echo(f"{totals.lines} lines are in {target}.")
    return EXIT_OK if totals.complete else EXIT_WAITING


def _list(mine: Practice, *, as_json: bool) -> int:
    with ledger_of(mine) as ledger:
        found = [(info, ledger.counts(info.id)) for info in ledger.batches()]
    if as_json:
        print_json([{**info.model_dump(mode="json", exclude={"header"}), "counts": counts} for info, counts in found])
    elif found:
        counted = ("rows", "done", "waiting", "rejected")
        rows = [(info.id, str(info.business_date), *(str(counts.get(name, 0)) for name in counted)) for info, counts in found]
        print_table(("batch", "day", *counted), rows)
    else:
        typer.echo("There is no batch yet: 'payerbot load' or 'payerbot run' makes one of a file.")
    return EXIT_OK


def _check_portal(mine: Practice, portal: str | None) -> None:
    if portal is not None and mine.login_for(portal) is None:
        have = ", ".join(sorted({login.portal for login in mine.logins})) or "none"
        raise UserError(f"practice.yaml has no login for the portal {portal!r}; it has logins for: {have}.")


def _loaded(mine: Practice, job: Job, file: Path, *, again: bool) -> tuple[Sheet, BatchReport]:
    today = settings().day(mine.business_date(datetime.now(UTC)))
    sheet = intake.read(file, job, mine, today, built=KNOWN)
    with ledger_of(mine) as ledger:
        report = before.loaded(mine, ledger, job, ledger.add(sheet, business_date=today, again=again), again=again)
    log.info("loaded", batch=report.batch, job=job.value, count=report.added, total=len(sheet.rows))
    return sheet, report


def say_loaded(sheet: Sheet, report: BatchReport) -> None:
    """What loading did."""
    for note in sheet.notes:
        typer.echo(f"Note: {note}.")
    resumed = " (this file was loaded today; it goes on)" if report.resumed else ""
    typer.echo(f"{report.batch}: {report.added} rows added, {report.known} known already, {report.rejected} rejected{resumed}.")
    if report.before:
        rows = "row needs" if report.before == 1 else "rows need"
        typer.echo(f"{report.before} {rows} no portal: an earlier batch fetched the EOB; --again fetches it anew.")


def say_ended(mine: Practice, summary: RunSummary, totals: Totals, result: Result) -> None:
    """How the run ended: counts, what waits, questions, where the answers are."""
    _table(totals)
    _say_waits(result)
    for share in summary.shares:
        if share.note and share.note not in result.waits:
            typer.echo(f"{title(share.portal)}: {share.note}.")
    if summary.alarm:
        typer.echo(f"ALARM: {summary.alarm}")
    with ledger_of(mine) as ledger:
        desk = Desk(ledger, mine, title=title)
        for question in desk.open_questions():
            typer.echo(desk.sentence(question))
    typer.echo(f"{summary.rows} rows in, {totals.lines} lines out, {summary.seconds:.0f} s: {result.out}")
    if summary.job is Job.EOBS:
        typer.echo(f"The service lines of every EOB that balances: {eob_lines.beside(result.out)}")
    if summary.job is Job.LETTERS:
        typer.echo(f"Every letter and open task, the nearest day first: {letter_rows.beside(result.out)}")


def _say_waits(result: Result) -> None:
    for words, rows in result.waits.most_common():
        typer.echo(f"{rows} {'row waits' if rows == 1 else 'rows wait'} for: {words}.")


def _table(totals: Totals) -> None:
    _entries("outcome", totals.outcomes())
    typer.echo("")
    _entries("to do", (entry for entry in totals.to_dos() if entry.lines))
    typer.echo("")


def _entries(header: str, entries: Iterable[Entry]) -> None:
    print_table((header, "rows"), [(entry.name, str(entry.lines)) for entry in entries])
