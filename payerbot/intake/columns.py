"""Which column of a file holds what: the header's names against `_columns.yaml`."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from functools import cache
from importlib.resources import files as packaged
from typing import NamedTuple

import yaml

from payerbot.errors import UserError
from payerbot.intake.files import Record
from payerbot.model import Frozen, Job
from payerbot.practice import words

HEADER_WITHIN = 12  # exports may have a title, a date and a filter line above the header
ENOUGH_TO_BE_A_HEADER = 2  # known names; fewer, and the row may be a patient's
LONGEST_NAME = 60
EITHER = {
    "patient": (("patient_last", "patient_first"), ("patient_name",)),
    "payer": (("payer_key",), ("payer_name",), ("payer_id",)),
    "payment": (("check_no",), ("claim_id",), ("payer_claim_no",)),
}


class JobColumns(Frozen):
    """What one job reads from a file."""

    needed: tuple[str, ...]
    columns: tuple[str, ...]
    kept: tuple[str, ...]


class Profile(Frozen):
    """How one system's export names its columns."""

    name: str
    job: Job
    signature: tuple[str, ...]
    columns: Mapping[str, tuple[str, ...]]


class Known(Frozen):
    """All names that are known."""

    jobs: Mapping[Job, JobColumns]
    common: tuple[str, ...]
    aliases: Mapping[str, tuple[str, ...]]
    profiles: tuple[Profile, ...]


class Header(NamedTuple):
    """A file's header: where it stands, its names, and which of them hold which field."""

    number: int
    names: tuple[str, ...]
    where: Mapping[str, int]
    notes: tuple[str, ...]


@cache
def known() -> Known:
    """The packaged names of columns."""
    raw = packaged("payerbot.intake").joinpath("_columns.yaml").read_text(encoding="utf-8")
    return Known.model_validate(yaml.safe_load(raw))


def header(records: Sequence[Record], job: Job, name: str) -> Header:
    """Find the header among the first records; UserError where needed columns are missing."""
    if job not in known().jobs:
        raise UserError(f"{name}: {job} reads no file of questions; name {', '.join(known().jobs)}.")
    candidates = [_header(record, job) for record in records[:HEADER_WITHIN]]
    for found in candidates:
        if not _missing(found.where, job):
            return _unambiguous(found, name)
    best = max(candidates, key=lambda found: len(found.where))
    raise UserError(_what_is_missing(best, job, name))


def where(names: Sequence[str], job: Job) -> Mapping[str, int]:
    """Which columns of a known header hold which field."""
    return _header(Record(1, tuple(names)), job).where


def _header(record: Record, job: Job) -> Header:
    names = tuple(" ".join(cell.split())[:LONGEST_NAME] for cell in record.cells)
    compared = [words(cell) for cell in names]
    profile = _profile(compared, job)
    where: dict[str, int] = {}
    for field in (*known().common, *known().jobs[job].columns):
        column = _column(compared, (*(profile.columns.get(field, ()) if profile else ()), field, *known().aliases.get(field, ())))
        if column is not None:
            where[field] = column
    _drop_shared(where, job)
    notes = [f"the columns are those of {profile.name}"] if profile else []
    kept = {words(name) for name in known().jobs[job].kept}
    if unknown := [shown for n, shown in enumerate(names) if shown and n not in where.values() and compared[n] not in kept]:
        notes.append(f"columns not known, kept as they are: {', '.join(unknown)}")
    return Header(record.number, names, where, tuple(notes))


def _unambiguous(found: Header, name: str) -> Header:
    compared = [words(shown) for shown in found.names]
    twice = sorted({found.names[n] for n in found.where.values() if compared.count(compared[n]) > 1})
    if twice:
        raise UserError(f"{name} has more than one column {', '.join(twice)}; rename or remove those that are not meant.")
    return found


def _profile(compared: Sequence[str], job: Job) -> Profile | None:
    fitting = [profile for profile in known().profiles if profile.job is job and all(words(name) in compared for name in profile.signature)]
    return max(fitting, key=lambda profile: len(profile.signature), default=None)


def _column(compared: Sequence[str], names: Iterable[str]) -> int | None:
    return next((compared.index(words(name)) for name in names if words(name) in compared), None)


def _drop_shared(where: dict[str, int], job: Job) -> None:
    """One column holds one field: a needed one before any other, else the first in the list."""
    needed = {part for field in known().jobs[job].needed for way in EITHER.get(field, ((field,),)) for part in way}
    taken: set[int] = set()
    for field in sorted(where, key=lambda field: field not in needed):
        if where[field] in taken:
            del where[field]
        else:
            taken.add(where[field])


def _missing(where: Mapping[str, int], job: Job) -> list[str]:
    def given(field: str) -> bool:
        return any(all(part in where for part in way) for way in EITHER.get(field, ((field,),)))

    return [field for field in known().jobs[job].needed if not given(field)]


def _what_is_missing(best: Header, job: Job, name: str) -> str:
    missing = ", ".join(" or ".join("+".join(way) for way in EITHER.get(field, ((field,),))) for field in _missing(best.where, job))
    if len(best.where) < ENOUGH_TO_BE_A_HEADER:  # the names found may be a patient's
        return f"{name} has no header row with known column names; {job} needs: {missing}."
    found = ", ".join(shown for shown in best.names if shown)
    return f"{name} lacks the columns {missing} for {job}; it has: {found}; add them, or rename the columns that hold them."
