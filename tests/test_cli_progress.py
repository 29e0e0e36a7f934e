"""What a person sees while a run goes on, and what is left when it is broken off."""

from __future__ import annotations

import io
import json
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING

import pytest
import typer
from typer.testing import CliRunner

from payerbot import host, intake, logs
from payerbot.cli import app
from payerbot.commands import batches, office, people
from payerbot.commands.batches import Result
from payerbot.commands.progress import Bars
from payerbot.errors import UserError
from payerbot.ledger.book import Ledger
from payerbot.model import Job, Progress
from payerbot.outlet import files
from payerbot.people import notify
from payerbot.vault import KeyringVault

if TYPE_CHECKING:
    from payerbot.practice import Practice, Staff
    from tests.keyring_session import KeyringSession


class Screen(io.StringIO):
    """A terminal."""

    def isatty(self) -> bool:
        return True


@pytest.fixture
def book(home: Path, practice: Practice, os_keyring: KeyringSession) -> Iterator[Ledger]:
    """The ledger that the commands use, opened beside them."""
    keys = KeyringVault(practice.tenant).ledger_keys()
    with Ledger.open(f"sqlite:///{home / 'ledger.sqlite'}", tenant=practice.tenant, keys=keys, home=home) as ledger:
        yield ledger
    logs.file.close()


@pytest.fixture
def schedule(tmp_path: Path, practice: Practice) -> Path:
    file = tmp_path / "schedule.csv"
    day = f"{practice.business_date(host.utc_now()):%m/%d/%Y}"
    file.write_text(f'Patient,DOB,Payer,Member ID,Appointment date\n"Stone, Ada",03/04/1988,Aetna,W123456789,{day}\n', encoding="utf-8")
    return file


@pytest.fixture
def batch(book: Ledger, practice: Practice, schedule: Path) -> str:
    today = practice.business_date(host.utc_now())
    return book.add(intake.read(schedule, Job.ELIGIBILITY, practice, today), business_date=today).batch


def step(event: str, *, done: int = 0, total: int = 0) -> Progress:
    return Progress.model_validate({"event": event, "at": host.utc_now(), "portal": "availity", "done": done, "total": total})


class TestTheScreen:
    @pytest.mark.parametrize("terminal", [True, False])
    def test_a_new_question_is_told_at_once_and_once(
        self, terminal: bool, book: Ledger, practice: Practice, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        told: list[tuple[str, int]] = []

        class Pager:
            def tell(self, person: Staff | None, question: object, text: str) -> None:
                told.append((person.id if person else "", len(text)))

        screen = Screen() if terminal else io.StringIO()
        monkeypatch.setattr(sys, "stderr", screen)
        monkeypatch.setattr(notify, "CHANNELS", [Pager()])
        with Bars(practice) as bars:
            bars(step("started", total=5))
            n = book.ask_person("availity", "automation-1", "code", staff="dana")
            bars(step("question"))
            bars(step("question"))
            bars(step("item", done=3, total=5))
        said = " ".join(screen.getvalue().split())
        assert said.count(f"payerbot answer {n}") == 1
        assert [person for person, _ in told] == ["dana"]
        assert ("3/5" in said) is terminal

    def test_nothing_but_questions_is_said_where_there_is_no_terminal(
        self, book: Ledger, practice: Practice, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        screen = io.StringIO()
        monkeypatch.setattr(sys, "stderr", screen)
        with Bars(practice, quiet=True) as bars:
            bars(step("item", done=1, total=5))
        assert screen.getvalue() == ""


class TestTheResult:
    def test_it_grows_while_the_run_goes_on(self, batch: str, practice: Practice, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
        result = Result(practice, batch, tmp_path / "out.csv")
        result.grow(step("item"))
        assert not result.out.exists()
        monkeypatch.setattr(batches, "GROWS_EVERY", 0.0)
        result.grow(step("started"))
        assert not result.out.exists()
        result.grow(step("item"))
        assert len(result.out.read_text(encoding="utf-8-sig").splitlines()) == 2
        assert dict(result.waits) == {"its turn": 1}

    def test_a_file_that_is_open_elsewhere_does_not_stop_the_run(
        self, batch: str, practice: Practice, tmp_path: Path, home: Path, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        def refused(*_: object) -> None:
            raise UserError("close it in Excel")

        log = logs.set_up(home)
        monkeypatch.setattr(batches, "GROWS_EVERY", 0.0)
        monkeypatch.setattr(files, "write", refused)
        Result(practice, batch, tmp_path / "out.csv").grow(step("item"))
        assert json.loads(log.read_text(encoding="utf-8").splitlines()[-1])["event"] == "result not written yet"

    def test_a_run_that_is_broken_off_leaves_what_is_known(self, book: Ledger, schedule: Path, monkeypatch: pytest.MonkeyPatch) -> None:
        def broken_off(*_: object, **__: object) -> None:
            raise KeyboardInterrupt

        monkeypatch.setattr(batches, "run_batch", broken_off)
        done = CliRunner().invoke(app, ["run", "eligibility", str(schedule)])
        out = schedule.with_name("schedule.answers.csv")
        assert done.exit_code == 1
        assert done.stderr.splitlines() == [
            "No Prefect server serves this job: it runs here, directly.",
            f"What is known so far is in {out}.",
            "Stopped: nothing is lost, what was not asked yet waits; the same command goes on with it.",
        ]
        assert len(out.read_text(encoding="utf-8-sig").splitlines()) == 2


class TestTheTerminal:
    """Where somebody is at the keyboard, what is secret is asked for without echo."""

    @pytest.fixture
    def hidden(self, monkeypatch: pytest.MonkeyPatch) -> list[tuple[str, bool]]:
        asked: list[tuple[str, bool]] = []

        def prompt(text: str, *, hide_input: bool = False, **_: object) -> str:
            asked.append((text, hide_input))
            return "dana" if text.startswith("Who are you?") else "123456"

        monkeypatch.setattr(sys, "stdin", Screen())
        monkeypatch.setattr(typer, "prompt", prompt)
        return asked

    def test_a_code_is_not_echoed(self, hidden: list[tuple[str, bool]]) -> None:
        assert people.Terminal().secret("The code") == "123456"
        assert hidden == [("The code", True)]

    def test_a_password_is_not_echoed(self, hidden: list[tuple[str, bool]]) -> None:
        from payerbot.commands import keys

        assert keys._typed("Password") == "123456"
        assert hidden == [("Password", True)]

    def test_somebody_who_did_not_say_is_asked_for_their_name(self, hidden: list[tuple[str, bool]], practice: Practice, home: Path) -> None:
        assert office.at_keyboard(practice, "").name == "Dana Whitfield"
        assert "dana (Dana Whitfield)" in hidden[0][0]


def test_bars_name_a_portal_that_this_version_does_not_have() -> None:
    assert office.title("nowhere") == "nowhere"
