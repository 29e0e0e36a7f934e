"""`payerbot auths` as a person types it: looked at first, approved by who may, with a typed yes and no way around it."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from typer.testing import CliRunner

from payerbot import logs
from payerbot.cli import app
from payerbot.ledger.book import Ledger
from payerbot.ledger.evidence import Evidence
from payerbot.model import Job
from payerbot.outlet import todo
from payerbot.vault import KeyringVault
from tests.auth_support import Payer, Portal, Share, auth_ask
from tests.ledger_support import DAY, sheet

TENANT = "harborlight"
NOTE = "Sleeps four hours a night; weekly sessions help."


@pytest.fixture
def book(home: Path, practice_file: Path, vault: KeyringVault) -> Iterator[Ledger]:
    keys = KeyringVault(TENANT).ledger_keys()
    with Ledger.open(f"sqlite:///{home / 'ledger.sqlite'}", tenant=TENANT, keys=keys, home=home) as ledger:
        yield ledger
    logs.file.close()


@pytest.fixture
def batch(book: Ledger) -> str:
    """A request that was prepared by a share, with its evidence where it belongs."""
    name = book.add(sheet(auth_ask(note=NOTE), job=Job.AUTHS), business_date=DAY).batch
    run(book, name, Payer())
    return name


def run(book: Ledger, batch: str, payer: Payer) -> None:
    store: Any = Evidence(book, KeyringVault(TENANT).ledger_keys())
    Share(book, Portal(payer), batch, today=DAY, prepare=True, lag=0, shelf=store).work()


def payerbot(*words: object, typed: str = "") -> tuple[int, str]:
    found = CliRunner().invoke(app, [str(word) for word in words], input=typed, prog_name="payerbot")
    assert found.exception is None or isinstance(found.exception, SystemExit), found.exception
    return found.exit_code, found.output


def test_a_request_is_shown_as_the_review_page_showed_it(book: Ledger, batch: str, tmp_path: Path) -> None:
    (found,) = book.submissions()
    picture = tmp_path / "page.png"
    code, said = payerbot("auths", "show", found.id, "--as", "dana", "--image", picture)
    assert code == 0
    for shown in ("Member ID: W000001", f"Note: {NOTE}", "Quantity: 12", "no other request", "Dr. Mora"):
        assert shown in said
    assert picture.read_bytes() == b"picture of R1"
    assert picture.stat().st_mode & 0o077 == 0
    assert payerbot("auths", "show", f"{batch}.1", "--as", "dana")[1].startswith(found.id), "by its row"
    assert payerbot("auths", "show", found.handoff, "--as", "dana")[1].startswith(found.id), "by its question"
    with book.engine.connect() as connection:
        looks = connection.exec_driver_sql("SELECT actor, subject FROM audit WHERE action = 'auths show'").all()
    assert [look.actor for look in looks] == ["dana"] * 3
    assert {look.subject for look in looks} == {book.pseudonym("P1")}
    assert payerbot("auths", "show", found.id, "--as", "dana", "--image", picture)[0] == 2, "no file is written over"


@pytest.mark.parametrize("typed", ["", "\n", "y\n", "no\n", "ok yes\n"])
def test_whatever_is_not_yes_approves_nothing(book: Ledger, batch: str, typed: str) -> None:
    (found,) = book.submissions()
    code, said = payerbot("auths", "approve", found.id, "--as", "dana", typed=typed)
    assert (code, book.submissions()[0].state) == (3, "prepared")
    assert NOTE in said, "it is shown first"
    assert "Nothing was approved" in said


def test_a_yes_is_stored_once_for_the_person_who_may(book: Ledger, batch: str) -> None:
    (found,) = book.submissions()
    assert payerbot("auths", "submit")[0] == 2, "nothing is approved yet"
    code, said = payerbot("auths", "approve", found.id, "--as", "miguel", typed="yes\n")
    assert (code, book.submissions()[0].state) == (2, "prepared")
    assert "Dana Whitfield" in said
    code, said = payerbot("auths", "approve", found.id, "--as", "dana", "--hours", "100", typed="yes\n")
    assert (code, book.submissions()[0].state) == (2, "prepared")
    code, said = payerbot("auths", "approve", found.id, "--as", "dana", "--hours", "8", typed="yes\n")
    assert (code, book.submissions()[0].state) == (0, "approved")
    assert "Approved by Dana Whitfield, once" in said
    assert book.questions() == []
    code, said = payerbot("auths", "approve", found.id, "--as", "dana", typed="yes\n")
    assert code == 2
    assert "approved already" in said


def test_a_question_about_it_leads_to_the_request_and_approves_nothing(book: Ledger, batch: str) -> None:
    (question,) = book.questions()
    code, said = payerbot("answer", question.n, "--as", "dana", typed="yes\n")
    assert code == 0
    assert f"payerbot auths show {batch}.1" in said
    assert "Nothing was answered" in said
    assert (book.submissions()[0].state, [one.n for one in book.questions()]) == ("prepared", [question.n])


def test_a_declined_request_says_so_in_the_list_and_in_the_file(book: Ledger, batch: str) -> None:
    (found,) = book.submissions()
    code, said = payerbot("auths", "list")
    assert code == 3
    assert "APPROVE" in said
    (line,) = book.lines(batch)
    assert todo.work(line, Job.AUTHS).to_do == "APPROVE"
    assert payerbot("auths", "decline", found.id, "--as", "miguel")[0] == 2
    assert payerbot("auths", "decline", found.id, "--as", "ruth")[0] == 0, "an owner may too"
    code, said = payerbot("auths", "list")
    assert code == 0
    assert "withdrawn" in said
    (line,) = book.lines(batch)
    assert todo.work(line, Job.AUTHS).why == "it was declined and is not sent"


def test_nothing_of_that_name(book: Ledger) -> None:
    assert payerbot("auths", "list")[0] == 0
    code, said = payerbot("auths", "show", "auth-00000000", "--as", "dana")
    assert code == 2
    assert "auths list" in said
