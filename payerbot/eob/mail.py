"""Letters that a portal delivered: each document kept, and looked into whether it is the letter that its row names."""

from __future__ import annotations

from collections.abc import Callable

from payerbot.eob import pages
from payerbot.eob.trouble import CannotRead
from payerbot.letters import FoundLetter, Letter, LetterDelivery, LettersResult
from payerbot.model import Outcome, Result
from payerbot.remittance import Document, bare_number

STRANGER = "of {} the document that came does not name the letter: read it at the portal"
MISSING = "of {} no document was handed out"


def result(delivery: LetterDelivery, keep: Callable[[Document], str]) -> LettersResult:
    """The answer: the letters by the day they want an answer, then by their own, and what is wrong with their documents."""
    letters = sorted((_kept(found, keep) for found in delivery.letters), key=_order)
    told = {name: getattr(delivery, name) for name in Result.model_fields}
    dues = [letter.due for letter in letters if letter.due is not None]
    if delivery.outcome is Outcome.ANSWERED:
        told["warnings"] = (*delivery.warnings, *_warnings(letters))
    return LettersResult(**told, letters=tuple(letters), letter_count=len(letters), first_due=min(dues, default=None))


def _kept(found: FoundLetter, keep: Callable[[Document], str]) -> Letter:
    told = {name: getattr(found, name) for name in Letter.model_fields}
    if not found.data:
        return Letter(**told)
    address = keep(Document(medium="pdf", data=found.data, source="payer_issued"))
    return Letter(**told | {"document": address, "proved": _names_it(found)})


def _names_it(found: FoundLetter) -> bool | None:
    """Whether the document names the letter's number, its claim or its authorization; None for a scan or what is no PDF."""
    try:
        said = bare_number("".join(line.text for line in pages.read(found.data).lines))
    except CannotRead:
        return None
    numbers = filter(None, map(bare_number, (found.number, found.payer_claim_no, found.auth_number)))
    return any(number in said for number in numbers)


def _order(letter: Letter) -> tuple[bool, str, str, str]:
    return letter.due is None, str(letter.due), str(letter.dated), letter.number


def _warnings(letters: list[Letter]) -> list[str]:
    strangers = sum(letter.proved is False for letter in letters)
    missing = sum(letter.source == "letter" and not letter.document for letter in letters)
    return [words.format(_count(n)) for words, n in ((STRANGER, strangers), (MISSING, missing)) if n]


def _count(n: int) -> str:
    return "one letter" if n == 1 else f"{n} letters"
