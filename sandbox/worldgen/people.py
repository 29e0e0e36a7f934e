"""Names that nobody checked against anybody, birth dates, clinicians, and ids in the manner of each payer."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date, timedelta
from typing import Literal

from sandbox.world_model import Person, Provider
from sandbox.worldgen.dice import Dice


def _words(text: str) -> tuple[str, ...]:
    return tuple(text.split())


LAST = _words(
    "Abbott Acosta Aldridge Almeida Ashworth Ballard Barrow Beckett Bellamy Benoit Birch Blackwood Bouchard Bramble Brandt "
    "Brennan Calloway Cardoza Carver Castellan Chadwick Clifton Corrigan Crandall Dalton Delacroix Denholm Dorsey Draper "
    "Eastman Eckert Ellery Emerson "
    "Fairbanks Falkner Farrow Fenwick Fielding Forsythe Galloway Garrick Gentry Gilmore Granger Hadley Halvorsen Hargrove Hathaway Hollis "
    "Huxley Ingram Iverson Jarvis Keating Kessler Kirkwood Langley Larkin Lindqvist Lockhart Maddox Marlowe Mercer Monroe Nakamura Norwood "
    "Oakley Okafor Ortega Pemberton Pereira Pruitt Quigley Radcliffe Ramsey Redmond Renner Rourke Salazar Sandoval Sheridan Sinclair "
    "Stanhope Sutter Talbot Thackeray Thorne Underhill Valdez Vance Wakefield Waverly Whitlock Winslow Yardley Zeller"
)
FIRST_F = _words(
    "Abigail Adele Alma Amara Beatrice Bianca Camille Carmen Celeste Clara Daphne Delia Edith Elena Esther Fiona Flora Georgia Greta Hazel "
    "Imogen Ines Irene Iris Joanna Josephine Keiko Lena Lorraine Lucia Mabel Marisol Maya Miriam Nadia Noelle Odette Olive Paloma Petra "
    "Priya Ramona Renata Rosalind Sabine Selma Tamara Thea Ursula Viola Wilhelmina Yolanda Zara"
)
FIRST_M = _words(
    "Abel Adrian Alden Anton August Bernard Boyd Caleb Cedric Clark Conrad Cyrus Darius Desmond Edgar Elliott Emil Ezra Felix Floyd "
    "Gareth Gideon Hector Hugo Ignatius Ivan Jasper Joel Kenji Lamar Leland Lionel Luther Magnus Marcus Milo Nestor Nolan Orson Otto "
    "Percy Quentin Ramon Reuben Roland Rufus Silas Simon Tobias Vincent Wallace Xavier Zachary"
)
MIDDLE = "ABCDEFGHJKLMNPRSTW"
ADULT, CHILD = (19, 78), (6, 17)  # years
YEAR = 365.25


def person(dice: Dice, as_of: date, ages: tuple[int, int] = ADULT, last: str = "") -> Person:
    """Someone made up; with `last`, one of that family."""
    sex: Literal["F", "M"] = "F" if dice.chance(0.62) else "M"
    days = dice.between(int(ages[0] * YEAR), int(ages[1] * YEAR))
    first = dice.pick(FIRST_F if sex == "F" else FIRST_M)
    return Person(last or dice.pick(LAST), first, as_of - timedelta(days=days), sex, middle=dice.pick(MIDDLE) if dice.chance(0.5) else "")


def npi(serial: int) -> str:
    """A number that passes the check of real ones, from a corner where none are given out."""
    body = f"199990{serial:03d}" if serial < 1000 else f"19999{serial:04d}"  # noqa: PLR2004
    return body + check_digit("80840" + body)


def check_digit(body: str) -> str:
    """The Luhn digit that completes a number."""
    total = sum(sum(divmod(int(c) * (2 - i % 2), 10)) for i, c in enumerate(reversed(body)))
    return str(-total % 10)


def npi_passes(number: str) -> bool:
    """Whether ten digits with a right check digit stand there."""
    return len(number) == len("1999900016") and number.isdigit() and check_digit("80840" + number[:-1]) == number[-1]


STAFF = ("LCSW",) * 9 + ("LPC",) * 7 + ("LMFT",) * 4 + ("PhD",) * 3 + ("PMHNP",) * 5 + ("MD",) * 2
PRESCRIBERS = ("PMHNP", "MD")
SUPERVISED = 3  # the first so many of the staff are billed under a psychologist


def providers(dice: Dice) -> tuple[Provider, ...]:
    """The practice's 30 clinicians, the same kinds as in a real group of that size."""
    numbers = [npi(100 + i) for i in range(len(STAFF))]
    boss = numbers[STAFF.index("PhD")]
    out = []
    for i, (number, license_) in enumerate(zip(numbers, STAFF, strict=True)):
        first = dice.pick(FIRST_F if dice.chance(0.7) else FIRST_M)
        out.append(Provider(number, dice.pick(LAST), first, license_, boss if i < SUPERVISED else ""))
    return tuple(out)


_PREFIXES = ("XDP", "YRP", "VZT", "JQU", "KWX")
_STEP = 7654321987  # no factor in common with any power of ten: every serial gives another number


def _digits(serial: int, width: int, salt: int = 4918273645) -> str:
    return f"{(serial * _STEP + salt) % 10**width:0{width}d}"


def _blue(serial: int) -> str:
    return f"{_PREFIXES[serial % len(_PREFIXES)]}{_digits(serial, 3, 482)}M{_digits(serial, 7)}"


_ID_STYLES: dict[str, Callable[[int], str]] = {
    "anthem": _blue,
    "carelon": _blue,
    "aetna": lambda n: f"W{_digits(n, 9)}",
    "humana": lambda n: f"H{_digits(n, 8)}-01",
    "magellan": lambda n: f"00{_digits(n, 8)}",
    "cigna": lambda n: f"U{_digits(n, 8)} 01",
    "evernorth": lambda n: f"U{_digits(n, 8)} 01",
    "medicare": lambda n: f"1S{_digits(n, 2)}-TE{_digits(n, 1)}-MK{_digits(n, 6)}",
    "tricare_west": lambda n: _digits(n, 11),
}


def member_id(payer: str, serial: int) -> str:
    """The id of a payer's n-th member, as that payer writes it."""
    style = _ID_STYLES.get(payer)
    return style(serial) if style else f"9{_digits(serial, 8)}"


def filed(written: str) -> str:
    """An id as practices type it: no dashes, no blanks."""
    return written.replace("-", "").replace(" ", "")


def former_prefix(written: str) -> str:
    """The id a Blue's member had before the payer gave out new prefixes."""
    return "ZOL" + written[3:]
