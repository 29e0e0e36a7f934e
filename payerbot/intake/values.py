"""One cell's text in, one value out, or the reason why not. A reason never repeats the cell."""

from __future__ import annotations

import re
import unicodedata
from datetime import date, datetime, timedelta, tzinfo
from decimal import Decimal
from typing import Literal, NamedTuple

from payerbot.practice import npi_is_valid, tin_is_valid

Relation = Literal["self", "spouse", "child", "other"]
Sex = Literal["F", "M", "U"]

OLDEST = 110  # years; an older patient's birth date is a slip
PAST_YEARS = 10  # how far back a date of service may lie
AHEAD_YEARS = 2  # how far ahead an appointment may lie
NAME_LENGTH = 60  # X12's limit for a last name
ID_LENGTH = 80  # X12's limit for an identifier
MOST_DOLLARS = Decimal(1_000_000)

_BLANK = re.compile(r"-+|\u2013|\u2014|n/a|not shown", re.IGNORECASE)
_INVISIBLE = frozenset({"Cc", "Cf", "Co", "Cs", "Zl", "Zp"})
_EXCEL_ERROR = re.compile(r"#(N/A|REF!|VALUE!|NAME\?|DIV/0!|NULL!|NUM!|#+)", re.IGNORECASE)
_TEXT_FORMULA = re.compile(r'="([0-9A-Za-z-]*)"')  # the usual trick to save leading zeros from Excel
_SCIENTIFIC = re.compile(r"[0-9]+(\.[0-9]+)?E\+[0-9]+", re.IGNORECASE)
_ID = re.compile(r"[0-9A-Za-z][0-9A-Za-z ._/#-]*")
_MONTH_FIRST = re.compile(r"(?P<m>[0-9]{1,2})(?P<sep>[/.-])(?P<d>[0-9]{1,2})(?P=sep)(?P<y>[0-9]{4}|[0-9]{2})")
_YEAR_FIRST = re.compile(
    r"(?P<y>[0-9]{4})(?P<sep>[/-])?(?P<m>(?(sep)[0-9]{1,2}|[0-9]{2}))(?(sep)(?P=sep))(?P<d>(?(sep)[0-9]{1,2}|[0-9]{2}))"
)
_TIME_OF_DAY = re.compile(r"[T ,]+[0-9]{1,2}:[0-9]{2}(:[0-9]{2}(\.[0-9]+)?)?( ?[AP]\.?M\.?)?( ?(Z|[+-][0-9]{2}:?[0-9]{2}))?", re.IGNORECASE)
_SERIAL = re.compile(r"(?P<day>[0-9]{5})(\.[0-9]+)?")
_SERIAL_EPOCH = date(1899, 12, 30)
_AMOUNT = r"((?:[0-9]{1,3}(?:,[0-9]{3})+|[0-9]+)(?:\.[0-9]*)?|\.[0-9]+)"
_PLUS = re.compile(rf"\+?\$?{_AMOUNT}")
_MINUS = re.compile(rf"\(\$?{_AMOUNT}\)|-\$?{_AMOUNT}|\$-{_AMOUNT}|\$?{_AMOUNT}-")
_LONGEST_AMOUNT = 20  # characters
_SUFFIX = re.compile(r"(jr|sr|ii|iii|iv)\.?", re.IGNORECASE)
_PARTICLE = re.compile(
    r"al|bin|da|dal|de[iln]?|della|der|di|do|dos|du|el|l[ae]|las|los|ma?c|saint|sant?a?|st\.?|te[nr]|van|von|y", re.IGNORECASE
)


class BadValue(ValueError):
    """Why a cell cannot be used; its text is the reason and never repeats the cell."""


class Name(NamedTuple):
    """A person's name in its two parts."""

    last: str
    first: str


def is_blank(cell: str) -> bool:
    """True for nothing, for "--" and its like, and for "n/a"."""
    text = cell.strip()
    return not text or (text[0] in "-\u2013\u2014nN" and _BLANK.fullmatch(text) is not None)


def checked(cell: str) -> str:
    """The cell without what Excel wrapped around it; BadValue for formulas, Excel's own errors and invisible characters."""
    text = _unwrapped(cell.replace("\u00a0", " ").strip())
    if text.startswith(("=", "@")):
        raise BadValue("is a formula; replace it by its value")
    if text.startswith("#") and _EXCEL_ERROR.fullmatch(text):
        raise BadValue("shows one of Excel's error marks; mend the sheet and export it again")
    if not text.isprintable() and any(unicodedata.category(char) in _INVISIBLE for char in text):
        raise BadValue("has line breaks or invisible characters in it; type it anew")
    if "\ufffd" in text:
        raise BadValue("has a character that an earlier export lost; type it anew")
    return text


def _unwrapped(text: str) -> str:
    if text.startswith(("'=", "'+", "'-", "'@", "'0")):
        return text[1:]
    wrapped = _TEXT_FORMULA.fullmatch(text) if text.startswith("=") else None
    return wrapped[1] if wrapped else text


# --- dates -------------------------------------------------------------------------------------------------------------------------


def birth_date(cell: str, today: date) -> date:
    """A birth date: never in the future, and of two centuries only where one of them can be."""
    possible = _dates(cell, (1900, 2000))
    fitting = [born for born in possible if born <= today and today.year - born.year <= OLDEST]
    if len(fitting) > 1:
        raise BadValue("has a two-digit year that could be of either century; write the year with four digits")
    if not fitting:
        raise BadValue("lies in the future" if min(possible) > today else "lies further back than anyone's birth; check the year")
    return fitting[0]


def past_date(cell: str, today: date) -> date:
    """A day on which something was done: today at the latest."""
    done = near_date(cell, today)
    if done > today:
        raise BadValue("lies in the future")
    return done


def near_date(cell: str, today: date, zone: tzinfo | None = None) -> date:
    """A day of service, past or planned; a time with an offset is the day it then is in that zone."""
    served = day(cell, zone)
    if not today.year - PAST_YEARS <= served.year <= today.year + AHEAD_YEARS:
        raise BadValue("lies too far from today; check the year")
    return served


def day(cell: str, zone: tzinfo | None = None) -> date:
    """Any day of this century."""
    return (zone and _elsewhere(cell.strip(), zone)) or _dates(cell, (2000,))[0]


def _elsewhere(text: str, zone: tzinfo) -> date | None:
    try:
        at = datetime.fromisoformat(text)
    except ValueError:
        return None
    return at.astimezone(zone).date() if at.tzinfo else None


def _dates(cell: str, centuries: tuple[int, ...]) -> list[date]:
    text = _without_time(checked(cell))
    if serial := _SERIAL.fullmatch(text):
        return [_SERIAL_EPOCH + timedelta(days=int(serial["day"]))]
    found = _YEAR_FIRST.fullmatch(text) or _MONTH_FIRST.fullmatch(text)
    if found is None:
        raise BadValue("is no date; write it like 11/23/2026 or 2026-11-23")
    years = [int(found["y"])] if len(found["y"]) > len("99") else [century + int(found["y"]) for century in centuries]
    days = [real for year in years if (real := _day(year, int(found["m"]), int(found["d"])))]
    if not days:
        raise BadValue("is a day that does not exist; dates are read month first")
    return days


def _without_time(text: str) -> str:
    found = _TIME_OF_DAY.search(text)
    return text[: found.start()] if found and found.end() == len(text) else text


def _day(year: int, month: int, day: int) -> date | None:
    try:
        return date(year, month, day)
    except ValueError:
        return None


# --- money, numbers, ids -----------------------------------------------------------------------------------------------------------


def money(cell: str) -> Decimal:
    """Dollars: "$1,234.50", "($12.00)", "-12.50"; never more than cents."""
    text = checked(cell).replace(" ", "")
    found = _PLUS.fullmatch(text) or _MINUS.fullmatch(text)
    if found is None or len(text) > _LONGEST_AMOUNT:
        raise BadValue("is no amount of money; write it like 1234.50")
    amount = Decimal(next(filter(None, found.groups())).replace(",", ""))
    cents = amount.quantize(Decimal("0.01"))
    if cents != amount:
        raise BadValue("has parts of a cent")
    return cents if found.re is _PLUS else -cents


def charge(cell: str) -> Decimal:
    """What a claim charges: dollars, not below zero."""
    amount = money(cell)
    if amount < 0:
        raise BadValue("is below zero; a claim's charge is not")
    if amount >= MOST_DOLLARS:
        raise BadValue("is a million dollars or more; check the amount")
    return amount


def key(cell: str) -> str:
    """Whatever the practice's own system calls something: leading zeros stay, what Excel made of a number is refused."""
    text = checked(cell)
    if text.startswith(("+", "-")):
        raise BadValue("is a formula; replace it by its value")
    if _SCIENTIFIC.fullmatch(text):
        raise BadValue("was turned into scientific notation by Excel; format the column as text and export it again")
    if len(text) > ID_LENGTH:
        raise BadValue(f"is longer than {ID_LENGTH} characters")
    return text


def identifier(cell: str) -> str:
    """An id that a payer knows."""
    text = key(cell)
    if "*" in text:
        raise BadValue("is masked; export it in full")
    if not _ID.fullmatch(text):
        raise BadValue("has characters that no id has; type it anew")
    return text


def npi(cell: str) -> str:
    """An NPI with the right check digit."""
    text = identifier(cell)
    if not re.fullmatch(r"[0-9]{10}", text):
        raise BadValue("is no NPI: it must have ten digits")
    if not npi_is_valid(text):
        raise BadValue("is no NPI: its check digit is wrong, so a digit is mistyped")
    return text


def tin(cell: str, own: tuple[str, ...]) -> str:
    """Nine digits; zeros that Excel cut off in front come back where the number is then one of the practice's own."""
    text = re.sub(r"[ -]", "", identifier(cell))
    if text.isdecimal() and (mended := text.zfill(len("123456789"))) in own:
        return mended
    if not tin_is_valid(text):
        raise BadValue("is no tax id: it must have nine digits; Excel drops zeros in front, so format the column as text")
    return text


# --- people ------------------------------------------------------------------------------------------------------------------------


def name(cell: str) -> str:
    """One part of a person's name."""
    text = " ".join(checked(cell).split())
    if text.startswith(("+", "-")):
        raise BadValue("is a formula; replace it by its value")
    if len(text) > NAME_LENGTH:
        raise BadValue(f"is longer than {NAME_LENGTH} characters")
    if not any(char.isalpha() for char in text):
        raise BadValue("has no letter in it")
    if _garbled(text):
        raise BadValue("has letters that an earlier export garbled; type it anew")
    return unicodedata.normalize("NFC", text)


def full_name(cell: str) -> Name:
    """Reads "Last, First M" and "First Last"; BadValue where it is not plain which words are the last name."""
    last, comma, rest = checked(cell).partition(",")
    return _last_first(name(last), rest) if comma else _first_last(name(cell).split(" "))


def _last_first(last: str, rest: str) -> Name:
    parts = [part for part in re.split(r"[ ,]+", rest.strip(" ,")) if part]
    suffixes = [part for part in parts if _SUFFIX.fullmatch(part)]
    given = _without_initial([part for part in parts if part not in suffixes])
    if not given:
        raise BadValue("lacks the first name")
    return Name(" ".join([last, *suffixes]), name(" ".join(given)))


def _first_last(parts: list[str]) -> Name:
    suffixes = parts[-1:] if len(parts) > 2 and _SUFFIX.fullmatch(parts[-1]) else []  # noqa: PLR2004  first, last, suffix
    names = parts[: len(parts) - len(suffixes)]
    start = next((n for n, part in enumerate(names) if n and _PARTICLE.fullmatch(part)), len(names) - 1)
    given = _without_initial(names[:start])
    if len(given) != 1 or start == 0:
        raise BadValue("does not show which words are the last name; write 'Last, First' or use two columns")
    return Name(" ".join([*names[start:], *suffixes]), given[0])


def _without_initial(parts: list[str]) -> list[str]:
    return parts[:-1] if len(parts) > 1 and len(parts[-1].rstrip(".")) == 1 else parts


def _garbled(text: str) -> bool:
    """UTF-8 that was once read as Windows-1252 shows pairs no name has."""
    try:
        return text.encode("cp1252").decode("utf-8") != text
    except UnicodeError:
        return False


_RELATIONS: dict[str, Relation] = {
    "self": "self",
    "18": "self",
    "subscriber": "self",
    "insured": "self",
    "spouse": "spouse",
    "01": "spouse",
    "husband": "spouse",
    "wife": "spouse",
    "child": "child",
    "19": "child",
    "son": "child",
    "daughter": "child",
    "dependent": "other",
    "domesticpartner": "other",
    "lifepartner": "other",
    "53": "other",
    "other": "other",
    "otheradult": "other",
    "g8": "other",
}


def relation(cell: str) -> Relation:
    """How the patient is related to the subscriber."""
    found = _RELATIONS.get(re.sub(r"[^0-9a-z]", "", checked(cell).casefold()))
    if found is None:
        raise BadValue("must be self, spouse, child or other")
    return found


def sex(cell: str) -> Sex:
    """F, M, or U for whatever else a file says."""
    first = checked(cell)[:1].upper()
    return "F" if first == "F" else "M" if first == "M" else "U"


def service_type(cell: str) -> str:
    """One X12 service type code."""
    text = checked(cell).upper()
    if not re.fullmatch(r"[0-9A-Z]{1,2}", text):
        raise BadValue("is no service type code, like MH")
    return text
