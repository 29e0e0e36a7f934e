"""`payerbot eobs export` as a person types it, and what loading a file of payments says."""

from __future__ import annotations

import os
import stat
from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest
from typer.testing import CliRunner

from payerbot import logs
from payerbot.cli import app
from payerbot.host import utc_now
from payerbot.ledger.book import Ledger
from payerbot.ledger.evidence import Evidence
from payerbot.model import Outcome
from payerbot.practice import Practice
from payerbot.remittance import EobResult
from payerbot.vault import KeyringVault
from tests.eob_support import check, claim, line
from tests.test_cli import TENANT, Done

if TYPE_CHECKING:
    from tests.keyring_session import KeyringSession

PDF = b"%PDF-1.7 Ada Stone"
NAME = "Stone"


@pytest.fixture
def office(home: Path, practice_file: Path, os_keyring: KeyringSession) -> Iterator[Any]:
    """Runs one command in this process, with a keyring."""

    def command(*arguments: object) -> Done:
        found = CliRunner().invoke(app, [str(argument) for argument in arguments], prog_name="payerbot")
        assert found.exception is None or isinstance(found.exception, SystemExit), found.exception
        return Done(found.exit_code, found.stdout, found.stderr)

    yield command
    logs.file.close()


@pytest.fixture
def book(office: Any, home: Path) -> Iterator[Ledger]:
    """The ledger that the commands use, opened beside them."""
    keys = KeyringVault(TENANT).ledger_keys()
    with Ledger.open(f"sqlite:///{home / 'ledger.sqlite'}", tenant=TENANT, keys=keys, home=home) as ledger:
        yield ledger


@pytest.fixture
def payments(tmp_path: Path, practice: Practice) -> Path:
    day = practice.business_date(utc_now()) - timedelta(days=3)
    file = tmp_path / "payments.csv"
    file.write_text(f"Payer,EFT number,Payment date,Amount paid\nAetna,0013141402,{day:%m/%d/%Y},100.00\nAetna,,,\n", encoding="utf-8")
    return file


@pytest.fixture
def fetched(office: Any, payments: Path, book: Ledger, practice: Practice) -> tuple[str, str]:
    """A batch whose EOB was fetched, and its address."""
    batch = office("load", "eobs", payments, "--json").json["batch"]
    store = Evidence(book, KeyringVault(practice.tenant).ledger_keys())
    with book.take_lease("availity", _login(practice), life=60) as lease:
        item = book.claim(lease, batch)
        assert item is not None
        address = store.keep("pdf", PDF, item=item.id)
        said = check(claim(line("150.00", "100.00", CO_45="50.00")), payee_npi=item.ask.billing_npi, payee_tin=item.ask.billing_tin)
        facts = {"eob_id": address, "medium": "pdf", "check_no": "0013141402", "check_amount": said.amount, "balance_ok": True}
        day = practice.business_date(utc_now()) - timedelta(days=3)
        said = said.model_copy(update={"check_date": day})
        book.finish(lease, item, EobResult(outcome=Outcome.ANSWERED, remittance=said, check_date=day, **facts), evidence=(address,))
    return batch, address


def _login(practice: Practice) -> str:
    from payerbot.model import Job

    found = practice.login_for("availity", Job.EOBS)
    assert found is not None
    return found.name


def test_the_documents_are_in_a_new_folder_of_ones_own_and_it_is_written_down(
    office: Any,
    fetched: tuple[str, str],
    book: Ledger,
    tmp_path: Path,
    practice: Practice,
) -> None:
    batch, address = fetched
    folder, me = tmp_path / "eobs", practice.staff[0].id
    done = office("eobs", "export", "--to", folder, "--as", me)
    assert (done.code, done.err) == (0, "")
    assert f"1 document is in {folder}, readable by you alone." in done.out
    (path,) = folder.iterdir()
    assert path.name == f"eob-{address[:16]}.pdf"
    assert path.read_bytes() == PDF
    if os.name == "posix":
        assert [stat.S_IMODE(one.stat().st_mode) for one in (folder, path)] == [0o700, 0o600]
    with book.engine.connect() as connection:
        entries = connection.exec_driver_sql("SELECT actor FROM audit WHERE action = 'eobs exported'").scalars().all()
    assert entries == [me]
    assert NAME not in done.out + path.name
    one = office("eobs", "export", "--to", tmp_path / "one", "--batch", batch, "--as", me, "--json")
    assert (one.code, one.json["documents"], one.json["gone"], one.json["by"]) == (0, 1, 0, me)


def test_a_folder_that_is_there_already_another_jobs_batch_and_nobody_are_refused(
    office: Any, fetched: tuple[str, str], tmp_path: Path, practice: Practice, monkeypatch: pytest.MonkeyPatch
) -> None:
    me = ("--as", practice.staff[0].id)
    refused = office("eobs", "export", "--to", tmp_path, *me)
    assert (refused.code, refused.err) == (2, f"{tmp_path} exists already; name a new folder with --to.\n")
    schedule = tmp_path / "schedule.csv"
    schedule.write_text("Patient,DOB,Payer,Member ID,Appointment date\n,,,,\nx,,,,\n", encoding="utf-8")
    other = office("load", "eligibility", schedule, "--json").json["batch"]
    assert office("eobs", "export", "--to", tmp_path / "new", "--batch", other, *me).code == 2
    monkeypatch.delenv("PAYERBOT_STAFF", raising=False)
    assert office("eobs", "export", "--to", tmp_path / "new").code == 2
    assert not (tmp_path / "new").exists()


def test_a_document_that_was_purged_is_said_to_be_gone(
    office: Any, fetched: tuple[str, str], home: Path, tmp_path: Path, practice: Practice
) -> None:
    for path in home.rglob("*.sealed"):
        path.unlink()
    done = office("eobs", "export", "--to", tmp_path / "eobs", "--as", practice.staff[0].id)
    assert done.code == 3
    assert "Not kept any more: 1." in done.out


def test_loading_says_what_was_fetched_before_and_anew_asks_again(
    office: Any, fetched: tuple[str, str], payments: Path, tmp_path: Path
) -> None:
    other = tmp_path / "later.csv"
    other.write_text(payments.read_text("utf-8") + "\n", encoding="utf-8")
    first = office("load", "eobs", other)
    assert "1 row needs no portal: an earlier batch fetched the EOB; --again fetches it anew." in first.out
    anew = office("load", "eobs", other, "--again", "--json")
    assert (anew.json["before"], anew.json["added"]) == (0, 1)
    out = tmp_path / "out.csv"
    batch = first.out.split(":")[0]
    assert office("export", batch, "--out", out, "--json").json["by_outcome"] == {"answered": 1, "rejected": 1}
    assert "0013141402" in (tmp_path / "out.eob_lines.csv").read_text("utf-8-sig")


def test_nothing_is_run_where_the_service_lines_could_not_be_written(office: Any, payments: Path, tmp_path: Path) -> None:
    (tmp_path / "payments.eob_lines.csv").mkdir()
    refused = office("run", "eobs", payments)
    assert (refused.code, refused.out) == (2, "")
    assert "payments.eob_lines.csv is a folder" in refused.err


def test_an_export_in_the_inbox_is_answered_from_before_and_its_lines_are_beside_the_result(
    office: Any, fetched: tuple[str, str], payments: Path, practice: Practice, home: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    from flows import eob_download, inbox, results
    from flows.job import portals_for
    from payerbot.model import Job

    monkeypatch.setattr(inbox, "REST_SECONDS", 0.05)
    (inbox.folder(Job.EOBS) / "today.csv").write_text(payments.read_text("utf-8") + "\n", encoding="utf-8")
    batch = inbox.batches(practice, Job.EOBS)[-1]
    assert batch != fetched[0]
    assert results.write(practice, batch) == ""
    assert "0013141402" in (home / "results" / f"{batch}.eob_lines.csv").read_text("utf-8-sig")
    assert eob_download.eob_download.job is Job.EOBS
    assert "availity" in portals_for(Job.EOBS)
