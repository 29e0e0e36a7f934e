"""Reading money, days, names and counts out of page text; shared by every portal's reader. Imports no browser.

What does not read as exactly one thing is None: a reader never guesses.
"""

from __future__ import annotations

import re
import unicodedata
from datetime import date, datetime
from decimal import Decimal

_AMOUNT = r"\$\s?(?P<number>(?:\d{1,3}(?:,\d{3})+|\d+)(?:\.\d{1,2})?)(?![\d%]|[.,]\d)"
_MONEY = re.compile(rf"(?P<minus>(?<!\S)[-\u2212])?{_AMOUNT}")
_BARE = re.compile(r"-?(?:[0-9]{1,3}(?:,[0-9]{3})+|[0-9]+)\.[0-9]{2}")
_BRACKETED = re.compile(rf"\s*\(\s*{_AMOUNT}\s*\)\s*")
_SHARE = re.compile(r"(?<![\d.,])(\d{1,3}(?:\.\d+)?)\s*%")
_DAYS = ("%m/%d/%Y", "%b %d, %Y", "%B %d, %Y", "%Y-%m-%d")
_SUFFIX = frozenset({"jr", "sr", "ii", "iii", "iv"})
_PARTICLES = frozenset(
    {"de", "del", "la", "las", "los", "da", "das", "do", "dos", "di", "van", "von", "der", "den", "st", "al", "el", "bin", "y"}
)
_LETTERS = str.maketrans(
    {
        "ł": "l",
        "Ł": "l",
        "ø": "o",
        "Ø": "o",
        "đ": "d",
        "Đ": "d",
        "ð": "d",
        "Ð": "d",
        "\u0131": "i",
        "æ": "ae",
        "Æ": "ae",
        "œ": "oe",
        "Œ": "oe",
        "þ": "th",
        "Þ": "th",
    }
)  # letters that no accent can be taken off


def money(text: str | None) -> Decimal | None:
    """The first dollar amount in a text, or None; -$12.00 and, standing alone, ($12.00) are negative."""
    if whole := _BRACKETED.fullmatch(text or ""):
        return -_decimal(whole["number"])
    hit = _MONEY.search(text or "")
    if hit is None:
        return None
    return -_decimal(hit["number"]) if hit["minus"] else _decimal(hit["number"])


def only_money(text: str | None) -> Decimal | None:
    """The dollar amount of a text that has exactly one."""
    return money(text) if len(_MONEY.findall(text or "")) == 1 else None


def amount(text: str | None) -> Decimal | None:
    """A cell that is nothing but an amount, with a dollar sign or without: '$25.00', '1,000.00', '-12.50'; None for anything else."""
    said = (text or "").strip()
    whole = _BARE.fullmatch(said) or _BARE.fullmatch(said.replace("$", "", 1))
    return _decimal(whole[0]) if whole else None


def _decimal(number: str) -> Decimal:
    return Decimal(number.replace(",", ""))


def day(text: str | None) -> date | None:
    """A day in one of the forms portals use, or None; a year of two digits is a guess and so none."""
    for form in _DAYS:
        try:
            return datetime.strptime((text or "").strip(), form).date()  # noqa: DTZ007  a day has no zone
        except ValueError:
            continue
    return None


def days(text: str | None) -> tuple[date | None, date | None]:
    """A span such as '11/03/2026 - 11/03/2026' or a single day, which is both its ends."""
    parts = re.split(r"\s+(?:-|to|through)\s+|\s*\N{EN DASH}\s*", (text or "").strip())
    if len(parts) > 2:  # noqa: PLR2004  a span has two ends
        return None, None
    first = day(parts[0])
    return first, (day(parts[1]) if len(parts) > 1 else first)


def share(text: str | None) -> Decimal | None:
    """A percentage as a share: '20%' is 0.2; None where there are several, or one above 100."""
    hits = _SHARE.findall(text or "")
    if len(hits) != 1 or "%" not in (text or "") or (text or "").count("%") != 1:
        return None
    part = Decimal(hits[0]) / 100
    return part if part <= 1 else None


def lines(text: str) -> list[str]:
    """The lines a person reads, without blanks around them and without empty ones."""
    return [" ".join(line.split()) for line in text.splitlines() if line.strip()]


def plain(text: str) -> str:
    """Letters and digits only, lower case, accents taken off: for comparing, never for showing."""
    flat = unicodedata.normalize("NFKD", text.translate(_LETTERS))
    return "".join(letter for letter in flat.casefold() if letter.isalnum())


def same_id(one: str, other: str) -> bool:
    """Whether two ids are the same but for case, blanks and dashes; two empty ones are not."""
    return bool(plain(one)) and plain(one) == plain(other)


def name_parts(text: str) -> tuple[tuple[str, ...], tuple[str, ...]]:
    """'LAST-MORE, FIRST M JR' or 'First M Last-More Jr' as the words of the last name and of the first names; suffixes left out."""
    last, comma, first = text.partition(",")
    if comma and plain(first) not in _SUFFIX:
        return _words(last), _words(first)
    words = _words(last, apart=False)
    return _words(words[-1] if words else ""), words[:-1]


def _words(text: str, *, apart: bool = True) -> tuple[str, ...]:
    parts = [re.sub(r"['\u2019]", "", part) for part in re.split(r"[\s\-.,]+" if apart else r"[\s.,]+", text)]
    words = [plain(part) if apart else part for part in parts]
    return tuple(word for word in words if plain(word) and plain(word) not in _SUFFIX)


def same_last(shown: str, last: str) -> bool:
    """Whether a shown name can have this last name: the one may have a part less than the other, but none that differs."""
    theirs, mine = name_parts(shown)[0], _words(last)
    if theirs and "".join(theirs) == "".join(mine):
        return True
    ours, others = _telling(mine), _telling(theirs)
    return bool(ours and others) and (ours <= others or others <= ours)


def _telling(words: tuple[str, ...]) -> frozenset[str]:
    return frozenset(word for word in words if len(word) > 1 and word not in _PARTICLES)


def same_person(shown: str, last: str, first: str) -> bool:
    """Whether a shown name is this person's: the last name, and a first name that agrees or shortens the other."""
    theirs, mine = tuple(map(plain, name_parts(shown)[1])), _words(first)
    if not theirs or not mine or not same_last(shown, last):
        return False
    a, b = "".join(theirs), "".join(mine)
    return a == b or theirs[0].startswith(mine[0]) or mine[0].startswith(theirs[0]) or bool(_telling(theirs[1:]) & {mine[0]})


def pairs(text: str, labels: tuple[str, ...]) -> dict[str, str]:
    """Values by label where a label stands above its value, or before it with or without a colon, on one line.

    The longest label counts, and only a whole one; a label without a value has none, it does not take the next label's line.
    """
    found: dict[str, str] = {}
    waiting = ""
    for line in lines(text):
        label = next((known for known in labels if line.casefold().rstrip(": ") == known.casefold()), "")
        ahead, value = _ahead(line, labels)
        if label:
            waiting = label
        elif ahead:
            found.setdefault(ahead, value)
            waiting = ""
        elif waiting:
            found.setdefault(waiting, line)
            waiting = ""
    return found


def _ahead(line: str, labels: tuple[str, ...]) -> tuple[str, str]:
    fits = (known for known in labels if line.casefold().startswith(known.casefold()) and re.match(r"[\s:]", line[len(known) :]))
    label = max(fits, key=len, default="")
    return label, line[len(label) :].lstrip(" :\t") if label else ""
