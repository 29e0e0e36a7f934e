"""Files in: a practice's export becomes questions, and every row that cannot be asked says why. Nothing is added to the ledger here."""

from __future__ import annotations

import hashlib
from collections.abc import Collection, Iterable
from datetime import date
from pathlib import Path

from payerbot.errors import UserError
from payerbot.intake import authorizations, columns, files, questions
from payerbot.intake.reader import Setting
from payerbot.model import Job, Patient
from payerbot.practice import Practice
from payerbot.rows import Sheet


def read(path: Path, job: Job, practice: Practice, today: date, *, built: Collection[str] | None = None) -> Sheet:
    """Read and check a file; UserError where it cannot be read at all.

    Every record below the header that is not blank becomes exactly one row, numbered as a spreadsheet counts them (blank records count).
    `built` names the portals with an adapter: a row for another portal needs no login, it will wait until there is one.
    """
    return _read(path, job, practice, today, built, authorizations.Files(path.parent) if job is Job.AUTHS else None)


def read_requests(
    path: Path, practice: Practice, today: date, *, built: Collection[str] | None = None, others: Iterable[Patient] = ()
) -> authorizations.Proved:
    """Read an authorizations file and the files it names, and hold those against its patients and `others`."""
    beside = authorizations.Files(path.parent)
    return authorizations.proved(_read(path, Job.AUTHS, practice, today, built, beside), beside, others)


def _read(path: Path, job: Job, practice: Practice, today: date, built: Collection[str] | None, beside: object) -> Sheet:
    raw = files.content(path)
    found = files.records(raw, path.name)
    if not found.records:
        raise UserError(f"{path.name} is empty; export it again.")
    header = columns.header(found.records, job, path.name)
    below = [record for record in found.records if record.number > header.number]
    if not below:
        raise UserError(f"{path.name} has a header but no rows; export it again.")
    setting = Setting(job, header, practice, today, built, {}, found.separator, beside)
    return Sheet(
        job=job,
        header=header.names,
        rows=tuple(questions.row(record.number - header.number, record.cells, setting) for record in below),
        digest=hashlib.sha256(raw).digest(),
        notes=(*found.notes, *header.notes, *_skipped(header.number, found)),
    )


def _skipped(header_at: int, found: files.Records) -> list[str]:
    notes = []
    if above := sum(record.number < header_at for record in found.records):
        notes.append(f"{above} line(s) above the header left out")
    if blank := sum(number > header_at for number in found.blank):
        notes.append(f"{blank} blank line(s) between the rows left out")
    return notes
