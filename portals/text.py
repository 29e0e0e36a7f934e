"""Reading money, days, names and counts out of page text; shared by every portal's reader. Imports no browser."""

from __future__ import annotations

import re
import unicodedata
from datetime import date, datetime
from decimal import Decimal, InvalidOperation

_MONEY = re.compile(r"(?P<minus>-|\()?\s*\$\s*(?P<number>\d[\d,]*(?:\.\d{1,2})?)\)?")
_DAYS = ("%m/%d/%Y", "%b %d, %Y", "%B %d, %Y", "%Y-%m-%d", "%m/%d/%y")
_SUFFIX = frozenset({"jr", "sr", "ii", "iii", "iv"})


def money(text: str | None) -> Decimal | None:
    """The first dollar amount in a text, or None; (12.00) and -12.00 are negative."""
    hit = _MONEY.search(text or "")
    if hit is None:
        return None
    try:
        amount = Decimal(hit["number"].replace(",", ""))
    except InvalidOperation:
        return None
    return -amount if hit["minus"] else amount


def day(text: str | None) -> date | None:
    """A day in one of the forms portals use, or None."""
    for form in _DAYS:
        try:
            return datetime.strptime((text or "").strip(), form).date()  # noqa: DTZ007  a day has no zone
        except ValueError:
            continue
    return None


def days(text: str | None) -> tuple[date | None, date | None]:
    """A span such as '11/03/2026 - 11/03/2026' or a single day, which is both its ends."""
    parts = re.split(r"\s+(?:-|to|through)\s+|\s*\N{EN DASH}\s*", (text or "").strip())
    first = day(parts[0])
    return first, (day(parts[1]) if len(parts) > 1 else first)


def share(text: str | None) -> Decimal | None:
    """A percentage as a share: '20%' is 0.2."""
    hit = re.search(r"(\d+(?:\.\d+)?)\s*%", text or "")
    return Decimal(hit[1]) / 100 if hit else None


def lines(text: str) -> list[str]:
    """The lines a person reads, without blanks around them and without empty ones."""
    return [" ".join(line.split()) for line in text.splitlines() if line.strip()]


def plain(text: str) -> str:
    """Letters and digits only, lower case, accents taken off: for comparing, never for showing."""
    flat = unicodedata.normalize("NFKD", text)
    return re.sub(r"[^a-z0-9]", "", flat.casefold())


def name_parts(text: str) -> tuple[frozenset[str], frozenset[str]]:
    """'LAST-MORE, FIRST M JR' as two sets of words, last names and first names; suffixes left out."""
    last, _, first = text.partition(",")
    if not first:
        *firsts, last = text.split() or [""]
        first = " ".join(firsts)
    return _words(last), _words(first)


def _words(text: str) -> frozenset[str]:
    return frozenset(word for part in re.split(r"[\s\-'.]+", text) if (word := plain(part)) and word not in _SUFFIX)


def same_person(shown: str, last: str, first: str) -> bool:
    """Whether a shown name can be this person's: a last name in common, and first names that agree or shorten each other."""
    shown_last, shown_first = name_parts(shown)
    mine_last, mine_first = _words(last), _words(first)
    if not shown_last & mine_last and plain(last) != plain(shown.partition(",")[0]):
        return False
    return not shown_first or any(a.startswith(b) or b.startswith(a) for a in shown_first for b in mine_first)


def pairs(text: str, labels: tuple[str, ...]) -> dict[str, str]:
    """Values by label where a label stands above its value, or before it with or without a colon, on one line."""
    found: dict[str, str] = {}
    waiting = ""
    for line in lines(text):
        label = next((known for known in labels if line.casefold().rstrip(":") == known.casefold()), "")
        if label:
            waiting = label
            continue
        if waiting:
            found.setdefault(waiting, line)
            waiting = ""
            continue
        ahead = next((known for known in labels if line.casefold().startswith(known.casefold())), "")
        if ahead and (rest := line[len(ahead) :].lstrip(" :\t")):
            found.setdefault(ahead, rest)
    return found
