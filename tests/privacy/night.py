"""A night of the real product: its Prefect server, its flows, its shares. Takes orders as JSON lines and answers with JSON lines.

It is a process of its own so that all it prints, its arguments and its environment can be looked at from outside.
"""

from __future__ import annotations

import json
import os
import sys
import threading
from collections.abc import Callable, Sequence
from datetime import date
from pathlib import Path
from typing import Any

import psutil
from typer.testing import CliRunner

from flows.server import local_server
from payerbot import intake, run, share
from payerbot.model import Job
from payerbot.practice import Practice
from payerbot.settings import settings
from portals import KNOWN

WRAPPER = Path(__file__).with_name("watched_share.py")


def main() -> int:
    """Take orders until there are no more."""
    os.umask(0o077)
    share.COMMAND = (sys.executable, str(WRAPPER), sys.argv[1])
    with local_server(settings().home):
        answer(started=True)
        for line in sys.stdin:
            order = json.loads(line)
            answer(**ORDERS[order.pop("do")](**order))
    return 0


def answer(**what: Any) -> None:
    """One line for whoever gave the order."""
    sys.stdout.write(json.dumps(what) + "\n")
    sys.stdout.flush()


def load(job: str, file: str, logins: Sequence[str], today: str) -> dict[str, Any]:
    """Put a file in the ledger; its rows go to these logins in turn."""
    practice = Practice.load(settings().practice)
    sheet = intake.read(Path(file), Job(job), practice, date.fromisoformat(today), built=KNOWN)
    rows = [row.model_copy(update={"login": logins[n % len(logins)]}) if row.ask is not None else row for n, row in enumerate(sheet.rows)]
    with run.opened(practice) as ledger:
        batch = ledger.add(sheet.model_copy(update={"rows": tuple(rows)}), business_date=date.fromisoformat(today)).batch
    return {"batch": batch}


def flow(job: str, **parameters: str) -> dict[str, Any]:
    """Run a flow to its end; an error's words are told too, as a scheduler would keep them."""
    from flows.claim_status import claim_status
    from flows.eligibility import eligibility
    from flows.eob_download import eob_download
    from flows.prior_auth import prior_auth

    flows = {Job.ELIGIBILITY: eligibility, Job.CLAIM_STATUS: claim_status, Job.EOBS: eob_download, Job.AUTHS: prior_auth}
    try:
        state = flows[Job(job)](**parameters, return_state=True)
    except Exception as why:  # noqa: BLE001  whatever is said is looked at
        return {"error": type(why).__name__, "words": repr(why), **left()}
    return {"state": state.name, "words": state.message, **left()}


def command(words: Sequence[str], typed: str, out: str) -> dict[str, Any]:
    """Do what a person types; its output goes to a file."""
    from payerbot.cli import app

    done = CliRunner().invoke(app, list(words), input=typed, prog_name="payerbot")
    Path(out).write_text(done.output, "utf-8")
    error = repr(done.exception) if done.exception is not None and not isinstance(done.exception, SystemExit) else ""
    return {"code": done.exit_code, "error": error, **left()}


def left() -> dict[str, Any]:
    """What is still there although its work is over: threads that send, and whatever belongs to a share."""
    shares = [one.name() for one in psutil.Process().children(recursive=True) if _of_share(one)]
    return {"threads": [one.name for one in threading.enumerate() if one.name == "outbox"], "processes": shares}


def _of_share(one: psutil.Process) -> bool:
    try:
        return one.status() != psutil.STATUS_ZOMBIE and "PAYERBOT_RUN" in one.environ()
    except psutil.Error:
        return False


ORDERS: dict[str, Callable[..., dict[str, Any]]] = {"load": load, "flow": flow, "command": command}


if __name__ == "__main__":
    sys.exit(main())
