"""What payers wrote: the questions in a file, the documents looked into, what staff are told, and the list beside the result."""

from __future__ import annotations

from datetime import date, timedelta
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest

from payerbot.eob import mail
from payerbot.intake import read
from payerbot.letters import FoundLetter, LetterDelivery, LettersRequest, LettersResult
from payerbot.model import Job, Outcome
from payerbot.outlet import letter_rows, todo
from payerbot.practice import Practice
from payerbot.remittance import Document
from payerbot.rows import Line
from sandbox import letters
from sandbox.world import AS_OF, World

TODAY = date(2026, 11, 20)
PAYER = "aetna"


@pytest.fixture(scope="module")
def written() -> list[letters.Mail]:
    found = letters.of(World.generate(7, 40, 80, AS_OF), PAYER)
    assert {letter.kind for letter in found} >= {"records_request", "overpayment", "claim"}
    return found


def found(letter: letters.Mail, **changed: Any) -> FoundLetter:
    told: dict[str, Any] = {
        "number": letter.number,
        "kind": letter.kind,
        "title": letter.title,
        "dated": letter.dated,
        "due": letter.due,
        "payer_claim_no": letter.claim_no,
        "auth_number": letter.auth_number,
        "patient": letter.patient,
        "amount": letter.amount,
        "data": letters.pdf(letter),
    }
    return FoundLetter(**told | changed)


def kept(*delivered: FoundLetter) -> tuple[LettersResult, list[bytes]]:
    store: list[bytes] = []

    def keep(document: Document) -> str:
        store.append(document.data)
        return f"address{len(store)}"

    return mail.result(LetterDelivery(outcome=Outcome.ANSWERED, letters=delivered), keep), store


def asks(folder: Path, text: str, practice: Practice) -> Any:
    (folder / "payers.csv").write_text(text)
    return read(folder / "payers.csv", Job.LETTERS, practice, TODAY).rows


def test_a_payer_a_row_is_enough_and_means_the_last_month(tmp_path: Path, practice: Practice) -> None:
    (row,) = asks(tmp_path, "payer\nAetna\n", practice)
    assert isinstance(row.ask, LettersRequest)
    assert (row.ask.payer_key, row.ask.since, row.ask.until) == ("aetna", TODAY - timedelta(days=30), TODAY)
    assert (row.portal, row.ask.billing_tin) == ("availity", practice.billing[0].tin)


@pytest.mark.parametrize(
    "cells, column",
    [("Aetna,2026-11-10,2026-11-01", "until"), ("Aetna,2027-01-01,", "since"), ("Nobody Mutual,,", "payer")],
)
def test_what_cannot_be_asked_says_why(tmp_path: Path, practice: Practice, cells: str, column: str) -> None:
    (row,) = asks(tmp_path, f"payer,since,until\n{cells}\n", practice)
    assert row.ask is None
    assert column in {reject.column for reject in row.rejects}


def test_letters_come_by_the_day_that_they_want_an_answer(written: list[letters.Mail]) -> None:
    result, store = kept(*(found(letter) for letter in written))
    dues = [letter.due for letter in result.letters]
    with_day = [day for day in dues if day]
    assert with_day == sorted(with_day) == dues[: len(with_day)]
    assert result.first_due == with_day[0]
    assert (result.letter_count, len(store)) == (len(written), len(written))
    assert all(letter.proved and letter.document for letter in result.letters)
    assert result.warnings == ()


def test_a_document_that_names_another_letter_is_not_taken_for_this_one(written: list[letters.Mail]) -> None:
    first, other = written[0], next(letter for letter in written if letter.claim_no and letter.claim_no != written[0].claim_no)
    result, _ = kept(found(first, data=letters.pdf(other)))
    assert result.letters[0].proved is False
    assert "does not name the letter" in result.warnings[0]


@pytest.mark.parametrize("data", [b"<!DOCTYPE html><p>Service Unavailable</p>", b"%PDF-1.4 cut off"])
def test_what_cannot_be_read_is_kept_and_said_to_be_unproved(written: list[letters.Mail], data: bytes) -> None:
    result, store = kept(found(written[0], data=data))
    assert (result.letters[0].proved, store) == (None, [data])


def test_a_letter_without_a_document_is_said(written: list[letters.Mail]) -> None:
    result, store = kept(found(written[0], data=b""), found(written[1], number="T1", source="task", data=b""))
    assert (store, result.warnings) == ([], ("of one letter no document was handed out",))


def line(answer: LettersResult, n: int = 1) -> Line:
    return Line(line=n, cells=("Aetna",), state="done", portal="availity", answer=answer)


def test_staff_are_told_what_to_answer_and_by_when(written: list[letters.Mail]) -> None:
    result, _ = kept(*(found(letter) for letter in written))
    work = todo.work(line(result), Job.LETTERS)
    assert (work.to_do, work.person) == ("ANSWER", True)
    assert result.first_due is not None
    assert f"the first by {result.first_due:%m/%d/%Y}" in work.why
    decisions, _ = kept(*(found(letter) for letter in written if letter.kind == "claim"))
    assert todo.work(line(decisions), Job.LETTERS).to_do == "READ IT"
    nothing = LettersResult(outcome=Outcome.NOT_FOUND)
    assert todo.work(line(nothing), Job.LETTERS) == ("NOTHING NEW", "the portal lists nothing of these days", False)
    strange = LettersResult(outcome=Outcome.UNREADABLE, reason="words that are not known")
    assert todo.work(line(strange), Job.LETTERS).to_do == "READ IT"


def test_the_list_beside_the_result_has_each_letter_once_the_nearest_day_first(written: list[letters.Mail], tmp_path: Path) -> None:
    result, _ = kept(
        *(found(letter) for letter in written), found(written[0], number="T9", source="task", due=date(2026, 11, 21), data=b"")
    )
    cells = list(letter_rows.rows([line(result), line(result, 2)]))
    assert len(cells) == len(written) + 1
    rows = [dict(zip(letter_rows.COLUMNS, row, strict=True)) for row in cells]
    dues = [row["due"] for row in rows if row["due"]]
    assert dues == sorted(dues)
    overpaid = next(letter for letter in written if letter.kind == "overpayment")
    row = next(row for row in rows if row["number"] == overpaid.number)
    assert (row["to_do"], row["kind"], row["amount"]) == ("ANSWER", "overpayment", f"{overpaid.amount or Decimal(0):.2f}")
    assert letter_rows.beside(tmp_path / "mail.answers.csv").name == "mail.letters.csv"
