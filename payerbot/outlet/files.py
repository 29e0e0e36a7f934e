"""The result file: one line per row, always; replaced as a whole each time, so that it grows while a run goes on."""

from __future__ import annotations

import contextlib
import csv
import errno
import os
import re
import stat
import threading
from collections.abc import Callable, Iterable, Sequence
from pathlib import Path
from typing import TextIO

import psutil

from payerbot.errors import RunError, UserError
from payerbot.model import Job
from payerbot.outlet import columns, eob_lines, letter_rows, todo
from payerbot.outlet.cells import harmless
from payerbot.outlet.columns import Run
from payerbot.outlet.onfile import OnFile
from payerbot.outlet.table import Totals
from payerbot.rows import Line

_one_at_a_time = threading.Lock()  # the temporary file is named after the process
_FULL = {errno.ENOSPC, errno.EDQUOT}


def write(lines: Iterable[Line], header: Sequence[str], job: Job, out: Path, run: Run) -> Totals:
    """Write every line, in the order of the input, and count them; the file before stays until the new one is whole.

    UserError where the file cannot be written there, RunError where the disk is full or two lines claim to be the same row.
    """
    in_order = sorted(lines, key=lambda line: line.line)
    totals = Totals(job)
    _whole(out, lambda target: _write(in_order, header, target, run, totals))
    if job is Job.EOBS:
        _whole(eob_lines.beside(out), lambda target: _write_rows(eob_lines.COLUMNS, eob_lines.rows(in_order), target))
    if job is Job.LETTERS:
        _whole(letter_rows.beside(out), lambda target: _write_rows(letter_rows.COLUMNS, letter_rows.rows(in_order), target))
    return totals


def _whole(out: Path, write_to: Callable[[TextIO], None]) -> None:
    """Write a file beside the old one and put it in its place once it is whole."""
    out = out.expanduser()
    part = _part(out, os.getpid())
    with _one_at_a_time:
        try:
            _sweep(out)
            with open(_open(part), "w", encoding="utf-8-sig", errors="replace", newline="") as target:
                write_to(target)
                target.flush()
                os.fsync(target.fileno())
            part.replace(out.resolve() if out.is_symlink() else out)
        except OSError as trouble:
            raise _sentence(trouble, out) from None
        finally:
            with contextlib.suppress(OSError):
                part.unlink(missing_ok=True)


def check(out: Path, source: Path | None = None) -> None:
    """Before a run: UserError where the result could not be written afterwards, or would replace the file it comes from."""
    out = out.expanduser()
    try:
        if source is not None and out.exists() and source.exists() and out.samefile(source):
            raise UserError(f"{out.name} is the input itself; give the result another name with --out.")
        if out.is_dir():
            raise UserError(f"{out} is a folder; name a file in it with --out.")
        probe = _part(out, os.getpid())
        os.close(_open(probe))
        probe.unlink()
        if out.exists():
            os.close(os.open(out, os.O_WRONLY))  # Excel on Windows lets nobody else write
    except OSError as trouble:
        raise _sentence(trouble, out) from None


def _write(lines: Sequence[Line], header: Sequence[str], target: TextIO, run: Run, totals: Totals) -> None:
    job, on_file = totals.job, OnFile(header, totals.job, run.zone)
    table = csv.writer(target, lineterminator="\r\n")
    table.writerow(map(harmless, columns.names(header, job)))
    before = 0
    for line in lines:
        if line.line == before:
            raise RunError(f"Row {line.line} came out twice and nothing was written; run 'payerbot doctor' and export again.")
        before = line.line
        work = todo.work(line, job, authorized=on_file.authorized(line.cells))
        table.writerow(map(harmless, (*_own(line.cells, len(header)), *columns.cells(line, work, job, run))))
        totals.count(line, work)


def _write_rows(header: Sequence[str], rows: Iterable[Sequence[str]], target: TextIO) -> None:
    table = csv.writer(target, lineterminator="\r\n")
    table.writerow(header)
    table.writerows(map(harmless, cells) for cells in rows)


def _own(cells: Sequence[str], width: int) -> Sequence[str]:
    """As many cells as the header has names."""
    return (*cells[:width], *[""] * (width - len(cells)))


def _open(part: Path) -> int:
    """A new private file; O_NOFOLLOW where there is such a thing, so that nobody's link leads it astray."""
    return os.open(part, os.O_WRONLY | os.O_CREAT | os.O_TRUNC | getattr(os, "O_NOFOLLOW", 0), stat.S_IRUSR | stat.S_IWUSR)


def _part(out: Path, pid: int) -> Path:
    return out.with_name(f".{out.name}.{pid}.part")


def _sweep(out: Path) -> None:
    """Remove what a killed run left behind: it holds patients' data."""
    for path in out.parent.glob(f".{_literal(out.name)}.*.part"):
        owner = path.name.split(".")[-2]
        if owner.isdecimal() and not psutil.pid_exists(int(owner)):
            path.unlink(missing_ok=True)


def _literal(name: str) -> str:
    return re.sub(r"([\[\]*?])", r"[\1]", name)


def _sentence(trouble: OSError, out: Path) -> UserError | RunError:
    if trouble.errno in _FULL:
        return RunError(f"The disk is full and {out.name} was not written; make room, then run 'payerbot export': no answer is lost.")
    if isinstance(trouble, FileNotFoundError | NotADirectoryError):
        return UserError(f"The folder {out.parent} does not exist; make it, or give another place with --out.")
    if isinstance(trouble, IsADirectoryError):
        return UserError(f"{out} is a folder; name a file in it with --out.")
    if isinstance(trouble, PermissionError):
        return UserError(f"{out.name} cannot be written: close it in Excel, or give another place with --out.")
    return UserError(f"{out.name} cannot be written there ({os.strerror(trouble.errno or 0)}); give another place with --out.")
