"""What staff are to do about what a payer wrote: answer it by its day, or read it."""

from __future__ import annotations

from collections import Counter

from payerbot.letters import WANTS_AN_ANSWER, Kind, Letter, LettersResult
from payerbot.model import Outcome
from payerbot.outlet.work import Todo, Work, tail

LETTERS: tuple[Todo, ...] = ("ANSWER", "READ IT", "NOTHING NEW", "FIX", "NOT CHECKED")
NAMES: dict[Kind, tuple[str, str]] = {
    "records_request": ("request for records", "requests for records"),
    "overpayment": ("overpayment", "overpayments"),
    "claim": ("letter about a claim", "letters about claims"),
    "authorization": ("letter about an authorization", "letters about authorizations"),
    "other": ("other letter", "other letters"),
}


def wants_an_answer(letter: Letter) -> bool:
    """Whether the payer waits for the practice: by the kind of letter, by a day that it names, or because a task stands open."""
    return letter.kind in WANTS_AN_ANSWER or letter.due is not None or letter.source == "task"


def answered(answer: LettersResult) -> Work:
    """What the letters of one payer ask of staff."""
    counts = Counter(letter.kind for letter in answer.letters if letter.source == "letter")
    told = [f"{counts[kind]} {names[counts[kind] > 1]}" for kind, names in NAMES.items() if counts[kind]]
    tasks = sum(letter.source == "task" for letter in answer.letters)
    told += [f"{tasks} open {'task' if tasks == 1 else 'tasks'}"] if tasks else []
    by = f"; the first by {answer.first_due:%m/%d/%Y}" if answer.first_due else ""
    open_ones = any(map(wants_an_answer, answer.letters))
    why = f"{', '.join(told) or 'no letter'}{by}{tail('; '.join(answer.warnings))}"
    return Work("ANSWER" if open_ones else "READ IT", why, person=True)


def unanswered(answer: LettersResult) -> Work:
    """What is left to do where no letter came."""
    match answer.outcome:
        case Outcome.NOT_FOUND:
            return Work("NOTHING NEW", f"the portal lists nothing of these days{tail(answer.reason)}", person=False)
        case Outcome.BAD_DATA:
            return Work("FIX", f"the portal refuses {answer.field or 'a field'}{tail(answer.reason)}", person=True)
        case _:
            return Work("READ IT", answer.reason or "the list was not understood: a person has to read it", person=True)
