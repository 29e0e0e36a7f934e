"""The whole thing on this machine: coverage, claim sweep and EOBs as Prefect flows, one authorization, six portals at once.

Every answer is checked against the truth. Runs in some minutes and leaves its files in demo-out/. Everything in it is made up; it talks to
this machine only.
"""

from __future__ import annotations

import csv
import json
import os
import shutil
import subprocess
import sys
import time
from collections import Counter
from collections.abc import Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from contextvars import copy_context
from pathlib import Path
from typing import TYPE_CHECKING, NamedTuple

import yaml
from rich.console import Console
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeElapsedColumn
from rich.table import Table

from sandbox import truth
from sandbox.client import Twin, running
from sandbox.world import AS_OF, SEED, World

if TYPE_CHECKING:
    from payerbot.model import Job
    from payerbot.model import Progress as Step
    from payerbot.practice import Practice

HERE = Path(__file__).resolve().parent
OUT = HERE.parent / "demo-out"
MEMBERS, CLAIMS = 40, 60
JOBS = {  # job: what the table calls it, the file that goes in, the file that comes out
    "eligibility": ("Tomorrow's coverage", "schedule.csv", "tomorrow.csv"),
    "claim-status": ("Claim sweep", "open_claims.csv", "claims.csv"),
    "eobs": ("EOBs", "payments.csv", "payments.csv"),
}
LOGINS = {
    "eligibility": ["eligibility", "auths"],
    "claim-status": ["claim-status"],
    "eobs": ["eobs"],
}  # a login each: they work side by side
REQUESTS = "auth_requests.csv"
FINAL = ("answered", "not_found", "ambiguous", "bad_data", "unreadable")

say = Console(highlight=False)


class Told(NamedTuple):
    """How one job came out."""

    title: str
    rows: int
    lines: int
    outcomes: Counter[str]
    answerable: int
    right: int
    wrong: list[str]
    seconds: float
    file: Path

    @property
    def well(self) -> bool:
        """Every row has its line, nothing is wrong, and exactly what can be answered is answered."""
        return not self.wrong and self.rows == self.lines and self.answerable == self.right


def main() -> int:
    """Start everything, run both jobs, compare, stop everything."""
    began = time.monotonic()
    shutil.rmtree(OUT, ignore_errors=True)
    OUT.mkdir(mode=0o700)
    with step("simulated payers on this machine"), running(seed=SEED, members=MEMBERS, claims=CLAIMS, as_of=AS_OF) as twin:
        set_up(twin)
        from flows.server import local_server  # noqa: PLC0415  reads the settings that were just made

        with step("a Prefect server"), local_server(Path(os.environ["PAYERBOT_HOME"])):
            say.print(f"It is {AS_OF:%A, %B %d, %Y} there. The passwords are made up and kept in memory: your keyring is not touched.\n")
            told = sweeps()
        report(told)
        once = authorization(twin)
    six = subprocess.run([sys.executable, HERE / "side_by_side.py"], check=False).returncode == 0
    say.print(f"{time.monotonic() - began:.0f} seconds in all; the Prefect server and the simulated payers are stopped.")
    return 0 if six and once and all(one.well for one in told) else 1


@contextmanager
def step(what: str) -> Iterator[None]:
    """Say that something is being started."""
    say.print(f"Starting {what} ...")
    yield


def set_up(twin: Twin) -> None:
    """Point payerbot at the simulated payers, with a home and passwords of the demo's own."""
    practice = yaml.safe_load((HERE / "practice.yaml").read_text(encoding="utf-8"))
    login = next(login for login in practice["logins"] if login["portal"] == "availity")
    practice["logins"] = [{**login, "name": name, "jobs": jobs} for name, jobs in LOGINS.items()]
    home = OUT / "home"
    home.mkdir(mode=0o700)
    (home / "practice.yaml").write_text(yaml.safe_dump(practice), encoding="utf-8")
    vault = home / "made-up-passwords.json"
    made_up = {}
    for name, user in zip(LOGINS, twin.users, strict=True):
        parts = {"user": user.user_id, "password": user.password, "totp": user.totp_seed}
        made_up |= {f"availity/{name}/{part}": value for part, value in parts.items()}
    vault.write_text(json.dumps(made_up), encoding="utf-8")
    vault.chmod(0o600)
    os.environ.update(
        PAYERBOT_HOME=str(home),
        PAYERBOT_PRACTICE=str(home / "practice.yaml"),
        PAYERBOT_DEMO_VAULT=str(vault),
        PAYERBOT_DEV_PORTALS=f"availity={twin.base_url('availity')}",
        PAYERBOT_DEV_TODAY=AS_OF.isoformat(),
    )


def sweeps() -> list[Told]:
    """Load the files and run their flows side by side; a bar each shows how far they are."""
    from payerbot.model import Job as Jobs  # noqa: PLC0415
    from payerbot.practice import Practice  # noqa: PLC0415
    from payerbot.settings import settings  # noqa: PLC0415

    practice = Practice.load(settings().practice)
    loaded = {name: load(practice, Jobs(name), HERE / file) for name, (_, file, _) in JOBS.items()}
    with bars(), ThreadPoolExecutor() as pool:  # a thread does not know by itself which Prefect server this one uses
        running = [pool.submit(copy_context().run, run_flow, Jobs(name), batch) for name, (batch, _) in loaded.items()]
        seconds = [flow.result() for flow in running]
    told = []
    for (title, file, result), (batch, rows), took in zip(JOBS.values(), loaded.values(), seconds, strict=True):
        shutil.copyfile(settings().home / "results" / f"{batch}.csv", OUT / result)
        told.append(compared(title, HERE / file, rows, OUT / result, took))
    return told


def load(practice: Practice, job: Job, file: Path) -> tuple[str, int]:
    """Put the file in the ledger, as `payerbot load` does."""
    from payerbot import intake, run  # noqa: PLC0415
    from portals import KNOWN  # noqa: PLC0415

    sheet = intake.read(file, job, practice, AS_OF, built=KNOWN)
    with run.opened(practice) as ledger:
        return ledger.add(sheet, business_date=AS_OF).batch, len(sheet.rows)


def run_flow(job: Job, batch: str) -> float:
    """Run the job's Prefect flow in this process; what it says at its end is kept by Prefect. The seconds it took."""
    from flows.deployments import DEPLOYMENTS  # noqa: PLC0415

    began = time.monotonic()
    flow = next(one.flow for one in DEPLOYMENTS if one.flow.job is job)
    flow(portal="all", batch=batch, return_state=True)
    return time.monotonic() - began


@contextmanager
def bars() -> Iterator[None]:
    """Progress bars that follow the shares."""
    from flows import shares  # noqa: PLC0415

    columns = (TextColumn("{task.description:<20}"), BarColumn(), MofNCompleteColumn(), TimeElapsedColumn())
    with Progress(*columns, console=say) as shown:
        tasks = {name: shown.add_task(title, total=None) for name, (title, _, _) in JOBS.items()}

        def heard(told: Step) -> None:
            if told.login in tasks:
                shown.update(tasks[told.login], completed=told.done, total=told.total or None)

        shares.listeners.append(heard)
        try:
            yield
        finally:
            shares.listeners.remove(heard)


def compared(title: str, file: Path, rows: int, out: Path, seconds: float) -> Told:
    """Hold the result file against what the made-up world knows to be true."""
    world = World.generate(SEED, MEMBERS, CLAIMS, AS_OF)
    true = truth.of_file(world, file)
    with out.open(encoding="utf-8-sig", newline="") as text:
        lines = list(csv.DictReader(text))
    wrong, right, answerable = [], 0, sum(one.answerable for one in true.values())
    for number, line in enumerate(lines, start=1):
        differs = truth.disagreements(line, true[number])
        if differs and said(line) in FINAL:
            wrong.append(f"row {number}: {', '.join(differs)}")
        elif not differs and true[number].answerable:
            right += 1
    outcomes = Counter(said(line) for line in lines)
    return Told(title, rows, len(lines), outcomes, answerable, right, wrong, seconds, out)


def said(line: dict[str, str]) -> str:
    """A result line's outcome."""
    return line.get("payerbot_outcome") or line.get("outcome") or "(none)"


def report(told: Sequence[Told]) -> None:
    """The table of the three sweeps."""
    table = Table(title="What became of every row", title_justify="left")
    for head in ("", *(one.title for one in told)):
        table.add_column(head, justify="left" if not head else "right")
    table.add_row("rows in", *(str(one.rows) for one in told))
    for outcome in sorted({outcome for one in told for outcome in one.outcomes}):
        table.add_row(f"  {outcome}", *(str(one.outcomes[outcome] or "") for one in told))
    table.add_row("lines out", *(str(one.lines) for one in told))
    table.add_row("answerable, and answered right", *(f"{one.answerable}, {one.right}" for one in told))
    table.add_row("wrong answers", *(str(len(one.wrong)) for one in told))
    table.add_row("seconds", *(f"{one.seconds:.0f}" for one in told))
    say.print()
    say.print(table)
    for one in told:
        for line in one.wrong:
            say.print(f"WRONG in {one.title}: {line}")
        say.print(f"{one.title}: {one.file.relative_to(HERE.parent)}")


def authorization(twin: Twin) -> bool:
    """One request: prepared, shown, approved by the demo's own approver, sent once; True where the payer has it once and no more."""
    say.print("\nAn authorization request: nothing is sent before a person has said yes to exactly what is sent.\n")
    shutil.copytree(HERE / "attachments", OUT / "attachments")
    file = one_request()
    payerbot("auths", "prepare", file.name)
    (name,) = (one["id"] for one in json.loads(payerbot("auths", "list", "--json", quiet=True)) if one["state"] == "prepared")
    payerbot("auths", "approve", name, "--as", "dana", typed="yes\n")
    payerbot("auths", "submit", name)
    there = twin.auths()
    presses = sum(there["presses"].values())
    say.print(f"\nAt the payer: requests: {len(there['taken'])}, presses of Submit: {presses}.")
    return len(there["taken"]) == presses == 1


def one_request() -> Path:
    """The first request of the example file that can be sent, in a file of its own; a real file has many."""
    true = truth.of_file(World.generate(SEED, MEMBERS, CLAIMS, AS_OF), HERE / REQUESTS)
    with (HERE / REQUESTS).open(encoding="utf-8", newline="") as text:
        rows = list(csv.DictReader(text))
    row = next(row for number, row in enumerate(rows, start=1) if true[number].outcome == "sendable")
    with (OUT / REQUESTS).open("w", encoding="utf-8", newline="") as text:
        writer = csv.DictWriter(text, list(row))
        writer.writeheader()
        writer.writerow(row)
    return OUT / REQUESTS


def payerbot(*arguments: str, typed: str = "", quiet: bool = False) -> str:
    """Run a command as a person would and show it; what it printed, where it is not shown."""
    if not quiet:
        say.print(f"$ payerbot {' '.join(arguments)}", style="bold")
    command = [sys.executable, "-m", "payerbot", *arguments]
    done = subprocess.run(command, input=typed or None, text=True, stdout=subprocess.PIPE if quiet else None, check=False, cwd=OUT)
    return done.stdout or ""


if __name__ == "__main__":
    sys.exit(main())
