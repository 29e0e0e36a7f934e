"""Amounts, days and codes as documents write them. What does not read as exactly one thing is None: a reader never guesses."""

from __future__ import annotations

import re
from collections.abc import Iterator
from datetime import date, datetime
from decimal import Decimal

from payerbot.model import Adjustment

_NUMBER = r"(?:[0-9]{1,3}(?:,[0-9]{3})+|[0-9]+)\.[0-9]{2}"
_AMOUNT = rf"(?:\(\$?{_NUMBER}\)|[-\u2212]\$?{_NUMBER}|\$?[-\u2212]?{_NUMBER}[-\u2212]?|\$\({_NUMBER}\))"
_NEGATIVE = re.compile(r"[-\u2212(]")
_GROUP, _CARC = "CO|PR|OA|PI|CR", r"[A-Z]?[0-9]{1,3}"
_CODE = rf"(?:(?:{_GROUP})[ -]?{_CARC}|{_CARC}[ -]?(?:{_GROUP}))"
_EITHER = re.compile(
    rf"(?<![0-9A-Z-])(?:(?P<group>{_GROUP})[ -]?(?P<carc>{_CARC})|(?P<carc2>{_CARC})[ -]?(?P<group2>{_GROUP}))(?![0-9A-Z])"
)
_BARE = re.compile(rf"(?<![0-9A-Z-]){_CARC}(?![0-9A-Z])")
_PAIRS = re.compile(rf"(?:(?:{_CODE} +{_AMOUNT}(?:\s+|$))+|(?:{_AMOUNT} +{_CODE}(?:\s+|$))+)")
_ONE_AMOUNT = re.compile(_AMOUNT)
_REMARK = re.compile(r"(?:MA|M|N)[0-9]{1,4}")
_DAYS = ("%m/%d/%Y", "%m/%d/%y", "%Y-%m-%d", "%b %d, %Y", "%B %d, %Y", "%Y%m%d", "%m-%d-%Y")


def money(text: str | None) -> Decimal | None:
    """One amount with its cents, negative as "-12.00", "(12.00)" or "12.00-"; None for anything else."""
    found = _ONE_AMOUNT.fullmatch((text or "").strip())
    if found is None:
        return None
    amount = Decimal(re.sub(r"[^0-9.]", "", found[0]))
    return -amount if _NEGATIVE.search(found[0]) else amount


def amounts(text: str) -> list[Decimal]:
    """Every amount of a text whose other words are none."""
    return [amount for word in text.split() if (amount := money(word)) is not None]


def day(text: str) -> date | None:
    """A day in one of the forms that documents use; a year of two digits is one of this century, for nobody is paid for another."""
    for form in _DAYS:
        try:
            return datetime.strptime(" ".join(text.split()), form).date()  # noqa: DTZ007  a day has no zone
        except ValueError:
            continue
    return None


def span(text: str) -> tuple[date | None, date | None]:
    """The first and the last day; a single one is both."""
    first, _, last = (part.strip() for part in re.sub(r"\s+(?:-|to|through|\u2013)\s+", "\0", text).partition("\0"))
    return day(first), day(last or first)


def codes(text: str) -> list[tuple[str, str]]:
    """Group and reason of every adjustment code: "CO-45", "CO 45", "45 CO"; a reason that stands without a group has none."""
    rest = " ".join(word for word in text.split() if money(word) is None)  # the cents of an amount would pass for a reason
    found = [(hit["group"] or hit["group2"], hit["carc"] or hit["carc2"]) for hit in _EITHER.finditer(rest)]
    return found or [("", hit[0]) for hit in _BARE.finditer(rest)]


def remarks(text: str) -> tuple[str, ...]:
    """The remark codes that a text begins with."""
    found = []
    for word in re.split(r"[\s,;:]+", text.strip()):
        if not _REMARK.fullmatch(word):
            break
        found.append(word)
    return tuple(found)


def adjustments(text: str) -> list[Adjustment] | None:
    """The adjustments of a text that holds codes and their amounts and nothing else; None for any other."""
    if not _PAIRS.fullmatch(text):
        return None
    return list(paired(codes(text), amounts(text)))


def paired(found: list[tuple[str, str]], of: list[Decimal]) -> Iterator[Adjustment]:
    """Codes with their amounts, in their order; what one side lacks is not shown."""
    for n in range(max(len(found), len(of))):
        group, carc = found[n] if n < len(found) else ("", "")
        yield Adjustment(group=group, carc=carc, amount=of[n] if n < len(of) else None)
