"""letters.csv: every letter and every open task that a batch found, the nearest day first, with the address of its document."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from datetime import date
from pathlib import Path

from payerbot.letters import Letter, LettersResult
from payerbot.model import Outcome
from payerbot.outlet.todo_letters import wants_an_answer
from payerbot.rows import Line

COLUMNS = (
    "due", "to_do", "kind", "source", "portal", "title", "number", "dated", "state", "payer_claim_no", "auth_number", "patient",
    "member_id", "amount", "document", "document_proved",
)  # fmt: skip


def beside(out: Path) -> Path:
    """Where the letters go: mail.answers.csv has mail.letters.csv beside it."""
    return out.with_name(f"{out.stem.removesuffix('.answers')}.letters.csv")


def rows(lines: Iterable[Line]) -> Iterator[Sequence[str]]:
    """Each letter once, however many rows asked for it; what has no day comes last."""
    seen: dict[tuple[str, str, str], tuple[str, Letter]] = {}
    for line in lines:
        if isinstance(line.answer, LettersResult) and line.answer.outcome is Outcome.ANSWERED:
            for letter in line.answer.letters:
                seen.setdefault((line.portal, letter.source, letter.number), (line.portal, letter))
    for portal, letter in sorted(seen.values(), key=lambda found: (found[1].due or date.max, found[0], found[1].number)):
        yield _cells(portal, letter)


def _cells(portal: str, letter: Letter) -> list[str]:
    return [
        letter.due.isoformat() if letter.due else "",
        "ANSWER" if wants_an_answer(letter) else "READ IT",
        letter.kind.replace("_", " "),
        letter.source,
        portal,
        letter.title,
        letter.number,
        letter.dated.isoformat() if letter.dated else "",
        letter.state,
        letter.payer_claim_no,
        letter.auth_number,
        letter.patient,
        letter.member_id,
        "" if letter.amount is None else f"{letter.amount:.2f}",
        letter.document,
        "" if letter.proved is None else "Y" if letter.proved else "N",
    ]
