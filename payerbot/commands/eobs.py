"""`payerbot eobs export`, `payerbot letters export`: the documents themselves, decrypted for who asks, written down as a look at them."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import TYPE_CHECKING

import typer

from payerbot.commands.office import at_keyboard, ledger_of, practice, print_json
from payerbot.errors import UserError
from payerbot.host import private_folder
from payerbot.ledger.evidence import Evidence
from payerbot.ledger.files import write_whole
from payerbot.letters import LettersResult
from payerbot.model import Job
from payerbot.remittance import EobResult
from payerbot.vault import vault_of

if TYPE_CHECKING:
    from payerbot.ledger.book import Ledger
    from payerbot.rows import Answer

OK, PARTLY = 0, 3
NAME_LENGTH = 16  # of the address: enough to be found in a result file, and it tells nothing
NAMED = {Job.EOBS: "eob", Job.LETTERS: "letter"}


def export(to: Path, job: Job, *, batch: str | None, staff: str, as_json: bool) -> int:
    """Write every document of a batch, or of all of the job's, into a new folder that only this person can look into."""
    mine = practice()
    person = at_keyboard(mine, staff)
    folder = to.expanduser()
    if folder.exists():
        raise UserError(f"{folder} exists already; name a new folder with --to.")
    with ledger_of(mine) as ledger:
        wanted = _documents(ledger, job, [batch] if batch else [info.id for info in ledger.batches() if info.job is job])
        ledger.log(person.id, f"{job} exported", detail=batch or "all batches")
        store = Evidence(ledger, vault_of(mine.tenant).ledger_keys())
        gone = _write(store, wanted, private_folder(folder), NAMED[job])
    told = {"documents": len(wanted) - gone, "gone": gone, "folder": str(folder), "batch": batch or "all", "by": person.id}
    if as_json:
        print_json(told)
    else:
        _say(told, job)
    return PARTLY if gone else OK


def _documents(ledger: Ledger, job: Job, batches: Iterable[str]) -> dict[str, str]:
    """Address of each document -> its kind; those that a person has to read are among them."""
    found: dict[str, str] = {}
    for batch in batches:
        if ledger.batch(batch).job is not job:
            named = "EOBs" if job is Job.EOBS else job.value
            raise UserError(f"{batch} has no {named}: it is a batch of {ledger.batch(batch).job}; 'payerbot export' lists the batches.")
        for line in ledger.lines(batch):
            for address, kind in _of_answer(line.answer):
                found.setdefault(address, kind)
    return found


def _of_answer(answer: Answer | None) -> Iterator[tuple[str, str]]:
    if isinstance(answer, EobResult) and answer.eob_id:
        yield answer.eob_id, answer.medium or "pdf"
    if isinstance(answer, LettersResult):
        yield from ((letter.document, "pdf") for letter in answer.letters if letter.document)


def _write(store: Evidence, wanted: dict[str, str], folder: Path, name: str) -> int:
    """Decrypt each into the folder; how many are not there any more."""
    gone = 0
    for address, kind in wanted.items():
        try:
            data = store.read(address)
        except UserError:
            gone += 1
            continue
        write_whole(folder / f"{name}-{address[:NAME_LENGTH]}.{kind}", data)
    return gone


def _say(told: dict[str, object], job: Job) -> None:
    count = "1 document is" if told["documents"] == 1 else f"{told['documents']} documents are"
    typer.echo(f"{count} in {told['folder']}, readable by you alone.")
    column = "eob_id in the result file" if job is Job.EOBS else "document in the letters file"
    typer.echo(f"Each is named after its {column}. They hold patients' data: delete them when you are done.")
    if told["gone"]:
        typer.echo(f"Not kept any more: {told['gone']}.")
