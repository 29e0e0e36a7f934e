"""Bytes in, records of text out: CSV in the encodings and separators of office machines, and .xlsx. Knows no column's meaning."""

from __future__ import annotations

import csv
import io
import re
import secrets
import warnings
import zipfile
from collections.abc import Iterator, Sequence
from datetime import date, datetime, time
from pathlib import Path
from typing import TYPE_CHECKING, NamedTuple

from payerbot.errors import UserError

if TYPE_CHECKING:
    from openpyxl.cell.cell import Cell, MergedCell

MAX_BYTES = 50_000_000
MAX_UNPACKED = 400_000_000
MAX_ROWS = 200_000
MAX_COLUMNS = 500
SEPARATORS = (",", ";", "\t", "|")
EXACT_DIGITS = 15  # Excel keeps no more digits of a number

_ZIP = b"PK\x03\x04"
_OLD_EXCEL = b"\xd0\xcf\x11\xe0"
_OTHER_KINDS = {
    b"%PDF": "a PDF",
    b"\x89PNG": "a picture",
    b"\xff\xd8\xff": "a picture",
    b"{\\rtf": "a text document",
    b"<!DOC": "a web page",
    b"<html": "a web page",
}
_BOMS = {b"\xef\xbb\xbf": "utf-8-sig", b"\xff\xfe": "utf-16", b"\xfe\xff": "utf-16"}
_MOSTLY = 0.3  # share of zero bytes on one side that UTF-16 without a mark shows
_HINT = re.compile(r"sep=(.)\r?\n?", re.IGNORECASE)
_ZEROS = re.compile(r"0{2,30}")


class Record(NamedTuple):
    """One record of a file; number 1 is the file's first, blank ones counted, as a spreadsheet counts them."""

    number: int
    cells: tuple[str, ...]


class Records(NamedTuple):
    """A file's records, blank ones left out, and what was mended to read them."""

    records: tuple[Record, ...]
    blank: tuple[int, ...]  # the numbers of the blank records between the others
    notes: tuple[str, ...]
    separator: str  # joins what stands in surplus cells


def content(path: Path) -> bytes:
    """The file's bytes, or in one sentence why not."""
    try:
        if path.is_dir():
            raise UserError(f"{path.name} is a folder; name a CSV or .xlsx file in it.")
        if path.stat().st_size > MAX_BYTES:
            raise UserError(f"{path.name} is larger than {MAX_BYTES // 1_000_000} MB; split it and load the parts.")
        raw = path.read_bytes()
    except FileNotFoundError:
        raise UserError(f"{path.name} was not found in {path.parent}; check the name.") from None
    except OSError:
        raise UserError(f"{path.name} could not be read; close it in other programs and check that you may open it.") from None
    if not raw.strip():
        raise UserError(f"{path.name} is empty; export it again.")
    return raw


def records(raw: bytes, name: str) -> Records:
    """All records of a CSV or .xlsx file."""
    found = _workbook(raw, name) if raw.startswith(_ZIP) else _csv(_text(raw, name), name)
    if len(found.records) > MAX_ROWS:
        raise UserError(f"{name} has more than {MAX_ROWS:,} rows; split it and load the parts.")
    if max((len(record.cells) for record in found.records), default=0) > MAX_COLUMNS:
        raise UserError(f"{name} has more than {MAX_COLUMNS} columns; export it again with fewer.")
    return found


def _kept(rows: Iterator[Sequence[str]], notes: Sequence[str], separator: str) -> Records:
    kept: list[Record] = []
    blank: list[int] = []
    for number, cells in enumerate(rows, start=1):
        if any(cell.strip() for cell in cells):
            kept.append(Record(number, tuple(cells)))
        else:
            blank.append(number)
        if len(kept) > MAX_ROWS:
            break
    last = kept[-1].number if kept else 0
    return Records(tuple(kept), tuple(n for n in blank if n < last), tuple(notes), separator)


# --- CSV ---------------------------------------------------------------------------------------------------------------------------


class _Text(NamedTuple):
    text: str
    encoding: str  # "" for UTF-8


def _text(raw: bytes, name: str) -> _Text:
    if raw.startswith(_OLD_EXCEL):
        raise UserError(f"{name} is an old .xls file or is protected by a password; save it as .xlsx or CSV without one.")
    kind = next((kind for start, kind in _OTHER_KINDS.items() if raw[:20].lstrip().startswith(start)), "")
    if kind:
        raise UserError(f"{name} is {kind}, not a table; export it as CSV or .xlsx.")
    encoding = next((encoding for mark, encoding in _BOMS.items() if raw.startswith(mark)), None) or _unmarked(raw)
    if encoding == "binary":
        raise UserError(f"{name} is not a text file; export it as CSV or .xlsx.")
    for attempt in dict.fromkeys((encoding, "cp1252")):
        try:
            text = raw.decode(attempt)
        except UnicodeDecodeError:
            continue
        return _Text(text, "" if attempt in {"utf-8", "utf-8-sig"} else "Windows-1252" if attempt == "cp1252" else "UTF-16")
    raise UserError(f"{name} has characters in an unknown encoding; save it as 'CSV UTF-8'.")


def _unmarked(raw: bytes) -> str:
    sample = raw[:4096]
    zeros = sample.count(0)
    if zeros and sample[1::2].count(0) > _MOSTLY * len(sample) / 2 and not sample[::2].count(0):
        return "utf-16-le"
    if zeros and sample[::2].count(0) > _MOSTLY * len(sample) / 2 and not sample[1::2].count(0):
        return "utf-16-be"
    odd = sum(sample.count(code) for code in range(32) if code not in b"\t\n\r\x0b\x0c\x1a\x1e")
    return "binary" if odd > max(8, len(sample) // 20) else "utf-8"


def _csv(source: _Text, name: str) -> Records:
    text, notes = source.text, [f"the file was read as {source.encoding}"] if source.encoding else []
    separator = _separator(text)
    if hint := _HINT.match(text):
        separator, text = hint[1], text[hint.end() :]
    if separator != ",":
        notes.append(f"the columns are separated by {_SPOKEN.get(separator, separator)}")
    return _kept(iter(list(_parsed(text, separator, name))), notes, separator)


_SPOKEN = {";": "semicolons", "\t": "tabs", "|": "bars"}


def _separator(text: str) -> str:
    """The one that cuts one of the first lines into the most cells."""
    head = [line for line in text[:20_000].splitlines()[:12] if line.strip()]
    return max(SEPARATORS, key=lambda mark: max((len(row) for row in csv.reader(head, delimiter=mark)), default=0))


def _parsed(text: str, separator: str, name: str) -> Iterator[list[str]]:
    """The records, with a mark behind the last that shows whether a quotation mark swallowed the end."""
    end = secrets.token_hex()
    source = io.StringIO(text + ("" if text.endswith(("\n", "\r")) else "\r\n") + end, newline="")
    limit = csv.field_size_limit(MAX_BYTES)
    width, number = 0, 1
    try:
        for row in csv.reader(source, delimiter=separator):
            if row == [end]:
                return
            width = max(width, len(row))
            if any(end in cell or _swallowed(cell, separator, width) for cell in row):
                break
            yield row
            number += 1
    except csv.Error:
        raise UserError(f"{name} is no readable CSV near row {number}; export it again.") from None
    finally:
        csv.field_size_limit(limit)
    raise UserError(f"{name} has a quotation mark in row {number} that is not closed; remove it or export the file again.")


def _swallowed(cell: str, separator: str, width: int) -> bool:
    """True where whole records stand inside one cell."""
    if width <= 2 or ("\n" not in cell and "\r" not in cell):  # noqa: PLR2004  two columns say too little
        return False
    return any(line.count(separator) >= width - 1 for line in cell.splitlines()[1:])


# --- Excel -------------------------------------------------------------------------------------------------------------------------


def _workbook(raw: bytes, name: str) -> Records:
    try:
        unpacked = _unpacked(raw)
        if unpacked <= MAX_UNPACKED:
            with warnings.catch_warnings():
                warnings.simplefilter("ignore")  # openpyxl warns of styles and extensions, which nobody here needs
                return _sheet(raw)
    except Exception:  # noqa: BLE001  a damaged workbook can make the reader raise nearly anything
        raise UserError(f"{name} is no readable .xlsx workbook; open it in Excel and save it again as .xlsx or CSV.") from None
    raise UserError(f"{name} is too large when unpacked; split it and load the parts.")


def _unpacked(raw: bytes) -> int:
    with zipfile.ZipFile(io.BytesIO(raw)) as archive:
        return sum(part.file_size for part in archive.infolist())


def _sheet(raw: bytes) -> Records:
    """The first visible sheet; an IndexError where there is none."""
    from openpyxl import load_workbook  # noqa: PLC0415  takes a fifth of a second, and most files are CSV

    book = load_workbook(io.BytesIO(raw), read_only=True, data_only=False)
    try:
        sheets = [sheet for sheet in book.worksheets if sheet.sheet_state == "visible"]
        notes = [f"the first of {len(sheets)} sheets was read"] if len(sheets) > 1 else []
        sheets[0].reset_dimensions()  # some programs write wrong ones, which would hide columns
        rows = ([_cell(cell) for cell in row] for row in sheets[0].iter_rows())
        return _kept(rows, notes, ",")
    finally:
        book.close()


def _cell(cell: Cell | MergedCell) -> str:
    value: object = cell.value
    if value is None or isinstance(value, str):
        return value or ""
    if isinstance(value, bool):
        return str(value).upper()
    if isinstance(value, int | float):
        return _number(value, cell.number_format)
    if isinstance(value, datetime):
        return value.date().isoformat() if value.time() == time() else value.isoformat(" ", "minutes")
    if isinstance(value, date | time):
        return value.isoformat()
    return str(getattr(value, "text", "="))  # an array formula is an object that keeps its text


def _number(value: float, shown_as: str) -> str:
    """As Excel shows it: zeros in front where the format is made of them, no noise behind the 15th digit."""
    if abs(value) >= 10**EXACT_DIGITS:
        return f"{value:.{EXACT_DIGITS - 1}E}"
    text = str(value) if isinstance(value, int) else f"{value:.{EXACT_DIGITS}g}"
    return text.zfill(len(shown_as)) if _ZEROS.fullmatch(shown_as) else text
