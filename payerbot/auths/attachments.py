"""The files that go with a request: known by their content, not by their name; about this patient and nobody else; and no therapy notes.

What a program cannot read (a scan, a picture, an old Word file) is for a person to look at, never for a guess.
"""

from __future__ import annotations

import io
import re
import shutil
import zipfile
from collections.abc import Iterable, Mapping, Sequence
from datetime import date
from pathlib import Path
from typing import Literal, NamedTuple, Protocol, get_args

from payerbot.authorization import Attachment, AuthRequest
from payerbot.auths.match import plain
from payerbot.errors import UserError
from payerbot.host import private_folder
from payerbot.model import Patient

Media = Literal["pdf", "jpg", "gif", "png", "doc", "docx", "tif", "txt"]
MAX_BYTES = 15_000_000
MOST_PAGES = 300
ENOUGH_TEXT = 40  # letters; less on a page is a stamp on a scan
_STARTS: tuple[tuple[bytes, Media], ...] = (
    (b"%PDF-", "pdf"),
    (b"\xff\xd8\xff", "jpg"),
    (b"GIF87a", "gif"),
    (b"GIF89a", "gif"),
    (b"\x89PNG\r\n\x1a\n", "png"),
    (b"\xd0\xcf\x11\xe0", "doc"),
    (b"II*\x00", "tif"),
    (b"MM\x00*", "tif"),
)
_PICTURES = frozenset({"jpg", "gif", "png", "tif"})
THERAPY_NOTES = re.compile(r"psychotherapy\s+(process\s+)?notes?|process\s+notes?|session\s+notes?\s*\(psychotherapy", re.IGNORECASE)
_BORN = re.compile(
    r"(?:\bD\.?O\.?B\.?|date\s+of\s+birth|birth\s*date|\bborn(?:\s+on)?)\s*[:#]?\s*([0-9A-Za-z][0-9A-Za-z ,./-]{5,18})", re.IGNORECASE
)
_WORDS = re.compile(r"[^\W_]+")
_DAY = re.compile(r"\b(\d{1,4})[/.-](\d{1,2})[/.-](\d{1,4})\b")
_SPOKEN_DAY = re.compile(
    r"\b(jan|feb|mar|apr|may|jun|jul|aug|sep|oct|nov|dec)[a-z]*\.?\s+(\d{1,2})(?:st|nd|rd|th)?,?\s+(\d{4})\b", re.IGNORECASE
)
_MONTHS = ("jan", "feb", "mar", "apr", "may", "jun", "jul", "aug", "sep", "oct", "nov", "dec")


class BadFile(ValueError):
    """Why a file cannot go with a request; its text is the reason and repeats nothing of it."""


class Seen(NamedTuple):
    """A file that was looked at."""

    media: Media
    pages: int | None  # None: this kind does not say
    text: str  # "" where a program can read none


class Store(Protocol):
    """What this needs of the evidence."""

    def read(self, address: str) -> bytes: ...


def laid_out(ask: AuthRequest, store: Store, folder: Path) -> Mapping[str, Path] | None:
    """Put the files of a request where the browser can take them, under names of ours; None where one is not kept any more."""
    put_away(folder)
    found: dict[str, Path] = {}
    for number, one in enumerate(ask.attachments, 1):
        try:
            data = store.read(one.address)
        except UserError:
            return None
        target = private_folder(folder) / f"{re.sub('[^a-z]+', '-', one.kind.casefold()).strip('-') or 'file'}-{number}.{one.media}"
        target.touch(mode=0o600)
        target.write_bytes(data)
        found[one.address] = target
    return found


def put_away(folder: Path) -> None:
    """Nothing of a patient lies about once the form is done with."""
    shutil.rmtree(folder, ignore_errors=True)


def looked_at(data: bytes) -> Seen:
    """What a file is and what it says, by its bytes; BadFile where it is of no kind that portals take, damaged or locked."""
    if not data or len(data) > MAX_BYTES:
        raise BadFile(f"is empty or larger than {MAX_BYTES // 1_000_000} MB")
    media = _media(data)
    try:
        return {"pdf": _pdf, "docx": _docx, "txt": _txt, "tif": _tif}.get(media, _untold(media))(data)
    except BadFile:
        raise
    except Exception:  # noqa: BLE001  a damaged file makes a reader raise nearly anything, and its text may be the file's own
        raise BadFile(f"is damaged: as a {media} file it cannot be opened") from None


def checked(seen: Seen, kind: str, pages: int | None, mine: Patient, others: Iterable[Patient]) -> bool:
    """BadFile where the file must not go; False where a person has to look at it first, because no program can read it."""
    if THERAPY_NOTES.search(kind) or THERAPY_NOTES.search(seen.text):
        raise BadFile("is or names psychotherapy notes; those are never sent")
    if pages is not None and seen.pages is not None and seen.pages != pages:
        raise BadFile(f"has {seen.pages} page(s), the row says {pages}")
    if len(re.sub(r"\W", "", seen.text)) < ENOUGH_TEXT:
        return False
    _is_of(seen.text, mine, others)
    return True


def _is_of(text: str, mine: Patient, others: Iterable[Patient]) -> None:
    days, said = _days(text), f" {' '.join(map(plain, _WORDS.findall(text)))} "
    if not _named(said, mine):
        raise BadFile("does not carry this patient's name")
    if mine.birth_date not in days:
        raise BadFile("does not carry this patient's birth date")
    if any(born != mine.birth_date for found in _BORN.findall(text) for born in _days(found)):
        raise BadFile("carries another birth date too")
    for other in others:
        if _same(other, mine):
            continue
        if _named(said, other) or (other.birth_date in days and other.birth_date != mine.birth_date and _word(said, other.last)):
            raise BadFile("names another patient of the practice")


def _same(one: Patient, other: Patient) -> bool:
    return (plain(one.last), plain(one.first), one.birth_date) == (plain(other.last), plain(other.first), other.birth_date)


def _named(said: str, who: Patient) -> bool:
    """Both names beside each other, in either order, an initial between them or not."""
    last, first = (" ".join(filter(None, map(plain, _WORDS.findall(name)))) for name in (who.last, who.first))
    return bool(re.search(rf" (?:{first}(?: [A-Z])? {last}|{last} {first}) ", said))


def _word(said: str, name: str) -> bool:
    return f" {plain(name)} " in said


def _days(text: str) -> set[date]:
    """Every day that the text names, month first or year first."""
    found = set()
    for a, b, c in _DAY.findall(text):
        parts = (int(a), int(b), int(c)) if len(a) == len("2026") else (_year(c), int(a), int(b))
        found |= _day(*parts)
    for month, day, year in _SPOKEN_DAY.findall(text):
        found |= _day(int(year), _MONTHS.index(month[:3].casefold()) + 1, int(day))
    return found


def _year(text: str) -> int:
    year = int(text)
    return year if len(text) == len("2026") else year + (1900 if year > date.today().year % 100 else 2000)  # noqa: DTZ011  a century


def _day(year: int, month: int, day: int) -> set[date]:
    try:
        return {date(year, month, day)}
    except ValueError:
        return set()


# --- kinds of files ------------------------------------------------------------------------------------------------------------------


def _media(data: bytes) -> Media:
    for start, media in _STARTS:
        if data.startswith(start):
            return media
    if data.startswith(b"PK\x03\x04") and b"word/" in data:
        return "docx"
    if b"\x00" not in data and _is_text(data):
        return "txt"
    raise BadFile(f"is of a kind that no portal takes; use one of {', '.join(get_args(Media))}")


def _is_text(data: bytes) -> bool:
    try:
        shown = data.decode("utf-8-sig")
    except UnicodeDecodeError:
        return False
    return not shown.lstrip().startswith("<") and all(char.isprintable() or char in "\r\n\t\f" for char in shown)


def _pdf(data: bytes) -> Seen:
    import pdfplumber  # noqa: PLC0415  takes half a second
    from pdfminer.pdfdocument import PDFPasswordIncorrect  # noqa: PLC0415

    try:
        with pdfplumber.open(io.BytesIO(data)) as document:
            if len(document.pages) > MOST_PAGES:
                raise BadFile(f"has more than {MOST_PAGES} pages")
            texts = [page.extract_text() or "" for page in document.pages]
    except PDFPasswordIncorrect:
        raise BadFile("is locked by a password") from None
    if not texts:
        raise BadFile("has no page")
    readable = all(len(re.sub(r"\W", "", text)) >= ENOUGH_TEXT // 2 for text in texts)  # one scanned page can hold another patient
    return Seen("pdf", len(texts), "\n".join(texts) if readable else _notes_in(texts))


def _notes_in(texts: Sequence[str]) -> str:
    """Of a document with a page that cannot be read only what forbids it counts."""
    found = THERAPY_NOTES.search("\n".join(texts))
    return found[0] if found else ""


def _docx(data: bytes) -> Seen:
    from defusedxml import ElementTree  # noqa: PLC0415

    with zipfile.ZipFile(io.BytesIO(data)) as archive:
        if sum(part.file_size for part in archive.infolist()) > MAX_BYTES * 10:
            raise BadFile("is too large when unpacked")
        names = [name for name in archive.namelist() if re.fullmatch(r"word/(document|header\d*|footer\d*|footnotes)\.xml", name)]
        texts = ["".join(_paragraphs(ElementTree.fromstring(archive.read(name)))) for name in names]
        pictures = any(name.startswith("word/media/") for name in archive.namelist())
    return Seen("docx", None, _notes_in(texts) if pictures else "\n".join(texts))


def _paragraphs(root: Iterable[object]) -> Iterable[str]:
    for node in root.iter():  # type: ignore[attr-defined]
        if node.tag.endswith("}t") and node.text:
            yield node.text
        elif node.tag.endswith(("}p", "}tab", "}br")):
            yield "\n"


def _txt(data: bytes) -> Seen:
    text = data.decode("utf-8-sig")
    return Seen("txt", len(text.rstrip("\f").split("\f")), text)


def _tif(data: bytes) -> Seen:
    from PIL import Image  # noqa: PLC0415

    with Image.open(io.BytesIO(data)) as picture:
        return Seen("tif", int(getattr(picture, "n_frames", 1)), "")


class _untold:  # noqa: N801  it stands where functions stand
    """A kind whose text no program here reads."""

    def __init__(self, media: Media) -> None:
        self.media = media

    def __call__(self, data: bytes) -> Seen:
        if self.media not in _PICTURES:
            return Seen(self.media, None, "")
        from PIL import Image  # noqa: PLC0415

        with Image.open(io.BytesIO(data)) as picture:
            picture.verify()
        return Seen(self.media, 1, "")


def attachment(data: bytes, seen: Seen, *, address: str, sha256: str, kind: str, pages: int | None) -> Attachment:
    """What the request carries of a file: hashes, kind and size, never its bytes or its name."""
    return Attachment(address=address, sha256=sha256, kind=kind, media=seen.media, pages=pages or seen.pages or 1, size=len(data))
