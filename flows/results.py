"""Where the answers of a scheduled run are put: one file per batch, one line per row, written anew whenever a run of it ends."""

from __future__ import annotations

from payerbot import run
from payerbot.errors import RunError, UserError
from payerbot.host import private_folder
from payerbot.outlet import files
from payerbot.outlet.columns import Run
from payerbot.practice import Practice
from payerbot.settings import settings


def write(practice: Practice, batch: str) -> str:
    """One line per row, as the ledger knows it now; the sentence that says why not, where the file cannot be written."""
    try:
        target = private_folder(settings().office / "results") / f"{batch}.csv"
        with run.opened(practice) as ledger:
            info = ledger.batch(batch)
            files.write(ledger.lines(batch), info.header, info.job, target, Run(batch, practice.zone))
    except (UserError, RunError) as why:
        return str(why)
    return ""
