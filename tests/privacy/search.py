"""Looks for patients and secrets in bytes, files, databases and processes, through the encodings and archives they may hide in.

What is looked into, nested three deep: UTF-16, base64 (any alignment, both alphabets, wrapped lines), hex, URL and JSON escapes, HTML
references, gzip, zlib, bzip2, xz and zip wherever they begin, SQLite's text and blobs with what stands in its write-ahead log.
"""

from __future__ import annotations

import base64
import bz2
import contextlib
import hashlib
import html
import lzma
import re
import shutil
import sqlite3
import struct
import tempfile
import unicodedata
import zlib
from collections.abc import Callable, Iterable, Iterator
from datetime import date
from fnmatch import fnmatch
from functools import cached_property
from pathlib import Path
from typing import Any, NamedTuple
from urllib.parse import unquote_to_bytes

DEPTH = 3
MOST = 32_000_000  # bytes that one packed thing may give
SQLITE = b"SQLite format 3\0"
PICTURES = {b"\x89PNG\r\n\x1a\n": "picture", b"\xff\xd8\xff": "picture", b"RIFF": "picture", b"%PDF-": "document"}
IN_THE_OPEN = "{} in the open, which may show a patient"
MONTHS = ["January", "February", "March", "April", "May", "June", "July", "August", "September", "October", "November", "December"]
_BASE64 = re.compile(rb"[A-Za-z0-9+/_-]{8,}")
_HEX = re.compile(rb"(?:[0-9a-fA-F]{2}){5,}[0-9a-fA-F]?")
_UTF16 = re.compile(rb"(?:[\x01-\xff]\x00){4,}|(?:\x00[\x01-\xff]){4,}")
_JSON = re.compile(rb"\\u([0-9a-fA-F]{4})")
_URL_SAFE = bytes.maketrans(b"-_", b"+/")
_SQUEEZED = b"-. \t\r\n"


class Person(NamedTuple):
    """A patient who must be found in a few places and nowhere else; `born` is what the file says, where that is no date."""

    last: str
    first: str
    birth_date: date | None
    member_id: str
    born: str = ""

    def names(self) -> tuple[str, ...]:
        """Both orders, with what may stand between; either part alone."""
        pairs = [(self.last, self.first), (self.first, self.last)]
        return (self.last, self.first, *(f"{one}{between}{other}" for one, other in pairs for between in (" ", ", ", ",", "_", "-", "")))

    def births(self) -> tuple[str, ...]:
        """The birth date as people and programs write it."""
        day = self.birth_date
        if day is None:
            return (self.born,)
        month = MONTHS[day.month - 1]
        return (
            *(day.strftime(form) for form in ("%Y-%m-%d", "%m/%d/%Y", "%m-%d-%Y", "%Y%m%d", "%m%d%Y", "%d.%m.%Y", "%Y/%m/%d")),
            *(f"{day.month}/{day.day}/{year}" for year in (day.year, f"{day.year % 100:02d}")),
            f"date({day.year}, {day.month}, {day.day})",
            f"{month} {day.day}, {day.year}",
            f"{month[:3]} {day.day}, {day.year}",
            f"{day.day:02d}-{month[:3]}-{day.year}",
        )


class Finding(NamedTuple):
    """What was found where, and through which encodings."""

    where: str
    what: str
    how: str = ""


class Seen(NamedTuple):
    """Arguments and environment of one process, as the system showed them."""

    process: str
    arguments: bytes
    environment: bytes


class Search:
    """A search for these people, secrets and one-time codes."""

    def __init__(self, people: Iterable[Person], secrets: Iterable[str] = (), codes: Iterable[str] = ()) -> None:
        self.people = tuple(people)
        self.secrets = tuple(secrets)
        self.codes = tuple(codes)
        self._known: dict[bytes, tuple[tuple[str, str], ...]] = {}  # what was looked into before, for files that lie in many places

    # --- what is looked for ---

    @cached_property
    def needles(self) -> dict[bytes, str]:
        """Small letters as bytes, and what they mean; a longer text that holds a shorter one is left away."""
        said: dict[str, str] = {}
        for person in self.people:
            for kind, texts in (("name", person.names()), ("birth date", person.births()), ("member id", (person.member_id,))):
                said |= {text: f"{kind} of {person.first} {person.last}" for text in texts if text}
        said |= dict.fromkeys(self.secrets, "a secret")
        return shortest({form: what for text, what in said.items() for form in forms(text)})

    @cached_property
    def squeezed(self) -> dict[bytes, str]:
        """Ids and secrets without the dashes and blanks that someone may have put in or left out."""
        ids = {person.member_id: f"member id of {person.first} {person.last}" for person in self.people if person.member_id}
        ids |= dict.fromkeys(self.secrets, "a secret")
        return {text.lower().encode().translate(None, _SQUEEZED): what for text, what in ids.items()}

    @cached_property
    def numbers(self) -> re.Pattern[bytes] | None:
        """One-time codes, as numbers of their own; a part of a longer number or of a second is none."""
        found = "|".join(map(re.escape, self.codes))
        return re.compile(rf"(?<![0-9A-Za-z.]){'(?:' + found + ')'}(?![0-9A-Za-z])".encode()) if found else None

    # --- where ---

    def data(self, data: bytes, where: str) -> list[Finding]:
        """What is in these bytes, each thing once."""
        digest = hashlib.sha256(data).digest()
        if digest not in self._known:
            found: dict[str, str] = {}
            for how, view in views(data):
                for what in self._plain(view):
                    found.setdefault(what, how)
            self._known[digest] = tuple(found.items())
        return [Finding(where, what, how) for what, how in self._known[digest]]

    def _plain(self, view: bytes) -> Iterator[str]:
        low = view.lower()
        yield from (what for needle, what in self.needles.items() if needle in low)
        tight = low.translate(None, _SQUEEZED)
        yield from (what for needle, what in self.squeezed.items() if needle in tight)
        if self.numbers is not None and self.numbers.search(view):
            yield "a one-time code"

    def text(self, text: str, where: str) -> list[Finding]:
        return self.data(text.encode("utf-8", "surrogatepass"), where)

    def file(self, path: Path, where: str) -> list[Finding]:
        """What is in a file: its bytes and, of a database, every cell as its readers see it."""
        data = path.read_bytes()
        found = self.data(data, where)
        found += [Finding(where, IN_THE_OPEN.format(kind)) for magic, kind in PICTURES.items() if data.startswith(magic)]
        if data.startswith(SQLITE):
            found += self.data(b"\n".join(cells(path)), f"{where} (its cells)")
        return found

    def folder(self, root: Path, *, legitimate: Iterable[str] = ()) -> list[Finding]:
        """Names and contents of all below; of files that fit a legitimate pattern, the names only."""
        found: list[Finding] = []
        for path in sorted(root.rglob("*")):
            where = path.relative_to(root).as_posix()
            found += self.text(where, f"the name of {where}")
            if path.is_symlink():
                found += self.text(str(path.readlink()), f"the target of {where}")
            elif path.is_file() and not any(fnmatch(where, pattern) for pattern in legitimate):
                found += self.file(path, where)
        return found

    def processes(self, seen: Iterable[Seen]) -> list[Finding]:
        """What arguments and environments show."""
        return [
            finding
            for one in seen
            for finding in (
                *self.data(one.arguments, f"arguments of {one.process}"),
                *self.data(one.environment, f"environment of {one.process}"),
            )
        ]


# --- forms of what is looked for -------------------------------------------------------------------------------------------------


def forms(text: str) -> set[bytes]:
    """A text as bytes: composed and decomposed, without its accents, in the two encodings of files; ASCII letters small."""
    plain = "".join(letter for letter in unicodedata.normalize("NFD", text) if not unicodedata.combining(letter))
    found = set()
    for case in (text, text.upper(), text.lower(), unicodedata.normalize("NFD", text), plain):
        found.add(case.encode().lower())
        with contextlib.suppress(UnicodeEncodeError):
            found.add(case.encode("cp1252").lower())
    if not text.isascii():
        found |= {case.encode(code).lower() for case in (text, text.upper()) for code in ("utf-16-le", "utf-16-be")}
    return found


def shortest(needles: dict[bytes, str]) -> dict[bytes, str]:
    """Without those that hold another one of the same meaning, which is found wherever they are."""
    return {
        needle: what
        for needle, what in needles.items()
        if not any(other != needle and other in needle and says == what for other, says in needles.items())
    }


# --- encodings and archives ------------------------------------------------------------------------------------------------------


def views(data: bytes, depth: int = DEPTH, how: str = "") -> Iterator[tuple[str, bytes]]:
    """The bytes themselves and whatever they hold in another form, nested."""
    yield how or "plain", data
    if not depth or not data:
        return
    for name, decode in DECODERS.items():
        for found in decode(data):
            if found and found != data:
                yield from views(found, depth - 1, f"{how} > {name}".removeprefix(" > "))


def _utf16(data: bytes) -> Iterator[bytes]:
    yield b"\n".join(run.replace(b"\0", b"") for run in _UTF16.findall(data))


def _url(data: bytes) -> Iterator[bytes]:
    yield b"\n".join(unquote_to_bytes(word.replace(b"+", b" ")) for word in data.split() if b"%" in word)


def _json(data: bytes) -> Iterator[bytes]:
    words = (word for word in data.split(b'"') if b"\\u" in word)
    yield b"\n".join(_JSON.sub(lambda found: chr(int(found[1], 16)).encode("utf-8", "replace"), word) for word in words)


def _html(data: bytes) -> Iterator[bytes]:
    words = (word for word in re.split(rb"[<>]", data) if b"&" in word and b";" in word)
    yield b"\n".join(html.unescape(word.decode("utf-8", "replace")).encode("utf-8", "replace") for word in words)


def _base64(data: bytes) -> Iterator[bytes]:
    for whole in {data, data.replace(b"\r", b"").replace(b"\n", b"")}:
        runs = [run.translate(_URL_SAFE) for run in _BASE64.findall(whole)]
        for skip in range(4):
            yield b"\n".join(base64.b64decode(run[skip : skip + (len(run) - skip) // 4 * 4]) for run in _padded(runs))


def _padded(runs: list[bytes]) -> Iterator[bytes]:
    yield from (run + b"AAA" for run in runs)


def _hex(data: bytes) -> Iterator[bytes]:
    runs = _HEX.findall(data)
    for skip in range(2):
        yield b"\n".join(bytes.fromhex(run[skip : skip + (len(run) - skip) // 2 * 2].decode()) for run in runs)


def _packed(begin: re.Pattern[bytes], unpacker: Callable[[], Any]) -> Callable[[bytes], Iterator[bytes]]:
    """A decoder for what begins like this, anywhere, as far as it can be unpacked."""

    def decode(data: bytes) -> Iterator[bytes]:
        view = memoryview(data)
        for found in begin.finditer(data):
            yield unpacked(view[found.start() :], unpacker())

    return decode


def unpacked(data: memoryview, unpacker: Any) -> bytes:
    """What comes out, also of something that is cut off."""
    out = bytearray()
    for at in range(0, len(data), 4096):
        try:
            out += unpacker.decompress(data[at : at + 4096])
        except (zlib.error, lzma.LZMAError, OSError, EOFError, ValueError):
            break
        if unpacker.eof or len(out) > MOST:
            break
    return bytes(out)


def _zip(data: bytes) -> Iterator[bytes]:
    """Members by their own headers, so that a broken or embedded archive is read too; a member as it is stands there in plain."""
    for found in re.finditer(rb"PK\x03\x04", data):
        head = data[found.start() : found.start() + 30]
        if len(head) == 30 and struct.unpack("<H", head[8:10])[0] == 8:
            name, extra = struct.unpack("<HH", head[26:30])
            yield unpacked(memoryview(data)[found.start() + 30 + name + extra :], zlib.decompressobj(-15))


def _sqlite(data: bytes) -> Iterator[bytes]:
    """A database inside of something else; one that is a file is read with its log."""
    at = data.find(SQLITE)
    if at > 0:
        with tempfile.TemporaryDirectory() as folder:
            path = Path(folder) / "found.sqlite"
            path.write_bytes(data[at:])
            yield b"\n".join(cells(path))


DECODERS: dict[str, Callable[[bytes], Iterator[bytes]]] = {
    "utf-16": _utf16,
    "url": _url,
    "json": _json,
    "html": _html,
    "base64": _base64,
    "hex": _hex,
    "gzip": _packed(re.compile(rb"\x1f\x8b\x08"), lambda: zlib.decompressobj(31)),
    "zlib": _packed(re.compile(rb"\x78[\x01\x5e\x9c\xda]"), zlib.decompressobj),
    "bzip2": _packed(re.compile(rb"BZh[1-9]1AY&SY"), bz2.BZ2Decompressor),
    "xz": _packed(re.compile(rb"\xfd7zXZ\x00"), lzma.LZMADecompressor),
    "zip": _zip,
    "sqlite": _sqlite,
}


def cells(database: Path) -> Iterator[bytes]:
    """Every table's every cell, as one who opens a copy of it with its log reads them."""
    with tempfile.TemporaryDirectory() as folder:
        copy = Path(folder) / "copy.sqlite"
        for ending in ("", "-wal"):
            source = database.with_name(database.name + ending)
            if source.exists():
                shutil.copyfile(source, copy.with_name(copy.name + ending))
        with contextlib.closing(sqlite3.connect(copy)) as tables, contextlib.suppress(sqlite3.DatabaseError):
            tables.text_factory = bytes
            names = [name.decode() for (name,) in tables.execute("SELECT name FROM sqlite_master WHERE type = 'table'")]
            for name in names:
                yield from _rows(tables, name)


def _rows(tables: sqlite3.Connection, name: str) -> Iterator[bytes]:
    quoted = name.replace('"', '""')
    with contextlib.suppress(sqlite3.DatabaseError):
        for row in tables.execute(f'SELECT * FROM "{quoted}"'):  # noqa: S608  a table's own name, quoted
            yield from (cell if isinstance(cell, bytes) else str(cell).encode() for cell in row if cell is not None)
