"""A PDF in, its words in lines out. The file is a stranger's: size, pages, words and time have limits; no error repeats what is in it."""

from __future__ import annotations

import logging
import re
import time
import zlib
from collections.abc import Iterator, Sequence
from io import BytesIO
from typing import Any, NamedTuple

import pdfplumber
from pdfminer.pdfdocument import PDFPasswordIncorrect
from pdfminer.pdftypes import resolve1

from payerbot.eob.trouble import CannotRead, NotWhole, Scan
from payerbot.practice import words as plain

LARGEST = 20_000_000  # bytes
MOST_UNPACKED = 50_000_000  # bytes of all its streams
MOST_PAGES = 500
MOST_WORDS = 20_000  # on a page
SECONDS = 60.0
SAME_LINE = 2.5  # points between the middles of two words of one line
MARK, END, HTML = b"%PDF-", b"%%EOF", (b"<!doctype", b"<html", b"<head", b"<?xml")
LAST_BYTES = 2_048
_STREAM = re.compile(rb"stream\r?\n")
_PACKED = (b"\x78\x01", b"\x78\x5e", b"\x78\x9c", b"\x78\xda")  # how a Flate stream begins

logging.getLogger("pdfminer").setLevel(logging.CRITICAL)  # it would log what stands in the file
logging.getLogger("pdfplumber").setLevel(logging.CRITICAL)


class Word(NamedTuple):
    """One word and where it stands, in points."""

    text: str
    x0: float
    x1: float

    @property
    def plain(self) -> str:
        """As it is compared."""
        return plain(self.text)


class Line(NamedTuple):
    """The words of one line of one page."""

    words: tuple[Word, ...]
    page: int
    height: float

    @property
    def text(self) -> str:
        return " ".join(word.text for word in self.words)

    @property
    def plain(self) -> str:
        """As it is compared."""
        return plain(self.text)


class Text(NamedTuple):
    """All lines of a document, without what is repeated above and below every page."""

    pages: int
    lines: tuple[Line, ...]


def read(data: bytes) -> Text:
    """The lines of a PDF; CannotRead says what is wrong with the file, Scan that it has no text."""
    _is_one(data)
    _is_bearable(data)
    try:
        with pdfplumber.open(BytesIO(data)) as opened:
            found = list(_pages(opened))
    except CannotRead:
        raise
    except (Exception, RecursionError) as why:  # noqa: BLE001  the library raises whatever a stranger's file makes it raise
        if isinstance(why, PDFPasswordIncorrect) or any(isinstance(part, PDFPasswordIncorrect) for part in why.args):
            raise CannotRead("the PDF is locked with a password") from None
        raise NotWhole("the PDF is damaged and cannot be opened") from None
    if not any(found):
        raise Scan("a scan: the PDF holds a picture and no text")
    return Text(len(found), tuple(line for page in _without_repeats(found) for line in page))


def _is_one(data: bytes) -> None:
    start = data[:1_024].lstrip().lower()
    if start.startswith(HTML):
        raise NotWhole("a web page under the name of a PDF")
    if not data:
        raise NotWhole("an empty file")
    if MARK not in data[:1_024]:
        raise NotWhole("no PDF: it does not begin with %PDF-")
    if len(data) > LARGEST:
        raise CannotRead("the PDF is too large to be an EOB")
    if END not in data[-LAST_BYTES:]:
        raise NotWhole("the PDF was cut off: its end is missing")


def _is_bearable(data: bytes) -> None:
    """Refuse a file whose packed streams hold far more than an EOB does, before any library unpacks them."""
    left = MOST_UNPACKED
    for stream in _STREAM.finditer(data):
        found = _unpacked(data[stream.end() :], left)
        left -= len(found)
        if left <= 0:
            raise CannotRead("the PDF unpacks to more than an EOB can hold")
        if _unpacked(found, 1):
            raise CannotRead("the PDF is packed twice, as no EOB is")


def _unpacked(data: bytes, most: int) -> bytes:
    """What a packed stream holds, so many bytes at most; nothing where it is not packed this way."""
    if not data.startswith(_PACKED):
        return b""
    try:
        return zlib.decompressobj().decompress(data, most)
    except zlib.error:
        return b""


def _pages(opened: Any) -> Iterator[list[Line]]:  # noqa: ANN401  pdfplumber's own
    count = resolve1(opened.doc.catalog["Pages"]).get("Count")
    if isinstance(count, int) and count > MOST_PAGES:
        raise CannotRead("the PDF has too many pages to be an EOB")
    until = time.monotonic() + SECONDS
    for number, page in enumerate(opened.pages, start=1):
        if number > MOST_PAGES or time.monotonic() > until:
            raise CannotRead("the PDF takes too long to read")
        found = page.extract_words(x_tolerance=2, y_tolerance=2)
        if len(found) > MOST_WORDS:
            raise CannotRead("a page of the PDF has too many words to be an EOB")
        yield list(_lines(found, number))
        page.close()


def _lines(words: Sequence[dict[str, Any]], page: int) -> Iterator[Line]:
    """Words whose middles lie at one height."""
    rows: list[tuple[float, list[dict[str, Any]]]] = []
    for word in sorted(words, key=lambda word: word["top"] + word["bottom"]):
        middle = (word["top"] + word["bottom"]) / 2
        if not rows or middle - rows[-1][0] > SAME_LINE:
            rows.append((middle, []))
        rows[-1][1].append(word)
    for _, row in rows:
        row.sort(key=lambda word: word["x0"])
        height = max(word["bottom"] - word["top"] for word in row)
        yield Line(tuple(Word(word["text"], word["x0"], word["x1"]) for word in row), page, height)


# --- what stands on every page -----------------------------------------------------------------------------------------------------


def _without_repeats(pages: list[list[Line]]) -> list[list[Line]]:
    """The pages without the lines that a further page repeats at its top or its bottom; the first page keeps its top."""
    shown = [page for page in pages if page]
    kept = [list(page) for page in shown]
    for page, first in zip(kept[1:], [shown[0]] * len(kept), strict=False):
        del page[: _same(page, first)]
    for page in kept:
        others = [other for other in shown if other[0].page != page[0].page] if page else []
        foot = max((_same(page[::-1], other[::-1]) for other in others), default=0)
        del page[len(page) - foot :]
        if page and _is_page_number(page[-1]):
            page.pop()
    return kept


def _same(page: Sequence[Line], other: Sequence[Line]) -> int:
    count = 0
    while count < min(len(page), len(other)) and _masked(page[count]) == _masked(other[count]):
        count += 1
    return count


def _masked(line: Line) -> str:
    """The line's text; the number of a page does not count."""
    last = [word.plain for word in line.words]
    for n, word in enumerate(last):
        if word == "page" or (n and last[n - 1] in {"page", "of"} and word.isdigit()):
            last[n] = "#"
    return " ".join(last)


def _is_page_number(line: Line) -> bool:
    """True for a line that ends in "Page 1" or "Page 1 of 2"."""
    ending = [word.plain for word in line.words][-4:]
    return any(word == "page" and len(ending) > n + 1 and ending[n + 1].isdigit() for n, word in enumerate(ending))
