"""Where the practice's exports are put: a file that has come to rest becomes a batch and takes the batch's name.

A file is first renamed to its content's hash, because from then on its name is told: an export's own name may be a patient's.
"""

from __future__ import annotations

import hashlib
import time
from datetime import UTC, datetime, timedelta
from pathlib import Path

from payerbot import intake, run
from payerbot.capability import BY_JOB
from payerbot.eob import before
from payerbot.errors import UserError
from payerbot.host import private_folder
from payerbot.ledger.files import write_whole
from payerbot.model import Job
from payerbot.practice import Practice
from payerbot.settings import settings
from portals import KNOWN

REST_SECONDS = 2.0  # a file that did not change between two looks is not being written any more
FRESH = timedelta(hours=24)  # a second pass in the morning goes on with what was loaded the afternoon before
ENDINGS = {".csv", ".txt", ".tsv", ".xlsx"}
EVERY_PAYER = "every-payer.csv"
TAKEN = "taken-"
REFUSED = "refused-"


def folder(job: Job) -> Path:
    """Where the practice puts its exports for a job."""
    return private_folder(settings().office / "inbox" / job.value)


def batches(practice: Practice, job: Job) -> list[str]:
    """The batches to work on now: what the inbox holds and what was loaded in the last day; UserError where there is none."""
    if job is Job.AUTHS:
        return _followed(practice)
    if job is Job.LETTERS:
        _ask_every_payer(practice)
    refused = [why for file in resting(folder(job)) if (why := _load(practice, job, file))]
    with run.opened(practice) as ledger:
        since = ledger.time() - FRESH
        found = [batch.id for batch in ledger.batches() if batch.job is job and batch.created_at >= since]
    if not found:
        raise UserError(
            " ".join([*refused, f"There is no {job} file of today; put the export into the inbox folder or load it with 'payerbot load'."])
        )
    return found


def _ask_every_payer(practice: Practice) -> None:
    """Letters come unasked: where the practice put no file, every payer is asked whose portal hands out letters to a login of its own."""
    if _seen(folder(Job.LETTERS)):
        return
    able = {slug for slug, adapter in KNOWN.items() if issubclass(adapter, BY_JOB[Job.LETTERS])}
    served = {login.portal for login in practice.logins if not login.jobs or Job.LETTERS in login.jobs}
    payers = dict.fromkeys(route.payer for route in practice.every_route() if route.portal in able & served)
    if payers:
        write_whole(folder(Job.LETTERS) / EVERY_PAYER, "\n".join(["payer_key", *payers, ""]).encode())


def _followed(practice: Practice) -> list[str]:
    """Authorizations take days, and their files are brought by a person: every batch with a row that waits, and no file."""
    with run.opened(practice) as ledger:
        return [batch.id for batch in ledger.batches() if batch.job is Job.AUTHS and ledger.shares(batch.id)]


def resting(place: Path) -> list[Path]:
    """The files that nobody writes to any more, the oldest first."""
    before = _seen(place)
    if before:
        time.sleep(REST_SECONDS)
    now = _seen(place)
    return sorted((file for file, look in before.items() if now.get(file) == look and look[0]), key=lambda file: before[file][1])


def _seen(place: Path) -> dict[Path, tuple[int, int]]:
    files = (file for file in place.iterdir() if file.suffix.lower() in ENDINGS and not file.name.startswith((".", "~", REFUSED)))
    return {file: (look.st_size, look.st_mtime_ns) for file in files if file.is_file() and (look := file.stat())}


def _load(practice: Practice, job: Job, file: Path) -> str:
    """Make a batch of a file; the sentence that says why not, where it cannot be read."""
    try:
        digest = hashlib.sha256(file.read_bytes()).hexdigest()[:12]
        taken = file.rename(file.with_name(f"{TAKEN}{digest}{file.suffix.lower()}"))
    except FileNotFoundError:  # another run, or another machine, was quicker: its batch is found in the ledger
        return ""
    today = practice.business_date(datetime.now(UTC))
    try:
        sheet = intake.read(taken, job, practice, today, built=KNOWN)
        with run.opened(practice) as ledger:
            batch = before.loaded(practice, ledger, job, ledger.add(sheet, business_date=today), again=False).batch
    except UserError as why:
        taken.rename(taken.with_name(taken.name.replace(TAKEN, REFUSED)))
        return str(why)
    taken.rename(private_folder(taken.parent / "loaded") / f"{batch}{taken.suffix}")
    return ""
