"""The commands as a person types them, on the real keyring and the real ledger: what they say, and the code they end with."""

from __future__ import annotations

import json
import os
import re
import signal
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest
import typer
from typer.testing import CliRunner

from payerbot import logs
from payerbot.cli import app
from payerbot.errors import PageChanged, RunError, UserError
from payerbot.ledger.book import Ledger
from payerbot.practice import Practice
from payerbot.vault import KeyringVault, Part

if TYPE_CHECKING:
    from tests.keyring_session import KeyringSession

ROOT = Path(__file__).resolve().parent.parent
TENANT = "harborlight"
SCHEDULE = """Patient,DOB,Payer,Member ID,Appointment date
"Stone, Ada",03/04/1988,Aetna,W123456789,{day}
"Birch, Al",05/06/1990,Aetna,W223456789,{day}
"Nodate, Row",,Aetna,W323456789,{day}
"""
ALL_ANSWERED = SCHEDULE[: SCHEDULE.index('"Nodate')]


class Done:
    """How one command ended."""

    def __init__(self, code: int, out: str, err: str) -> None:
        self.code = code
        self.out = out
        self.err = err

    @property
    def json(self) -> Any:
        return json.loads(self.out)


Payerbot = "Callable[..., Done]"


@pytest.fixture
def payerbot(home: Path, practice_file: Path) -> Iterator[Any]:
    """Runs one command in this process."""

    def command(*arguments: object, typed: str = "") -> Done:
        found = CliRunner().invoke(app, [str(argument) for argument in arguments], input=typed, prog_name="payerbot")
        assert found.exception is None or isinstance(found.exception, SystemExit), found.exception
        return Done(found.exit_code, found.stdout, found.stderr)

    yield command
    logs.file.close()


@pytest.fixture
def office(payerbot: Any, os_keyring: KeyringSession) -> Any:
    """A payerbot with a keyring."""
    return payerbot


@pytest.fixture
def book(office: Any, home: Path) -> Iterator[Ledger]:
    """The ledger that the commands use, opened beside them."""
    keys = KeyringVault(TENANT).ledger_keys()
    with Ledger.open(f"sqlite:///{home / 'ledger.sqlite'}", tenant=TENANT, keys=keys, home=home) as ledger:
        yield ledger


@pytest.fixture
def schedule(tmp_path: Path, practice: Practice) -> Path:
    from payerbot.host import utc_now

    file = tmp_path / "schedule.csv"
    file.write_text(SCHEDULE.format(day=f"{practice.business_date(utc_now()):%m/%d/%Y}"), encoding="utf-8")
    return file


def commands(group: Any, *names: str) -> Iterator[tuple[tuple[str, ...], Any]]:
    for name, command in group.commands.items():
        if hasattr(command, "commands"):
            yield from commands(command, *names, name)
        else:
            yield (*names, name), command


COMMANDS = dict(commands(typer.main.get_command(app)))


class TestHelp:
    @pytest.mark.parametrize("name", COMMANDS, ids=" ".join)
    def test_every_command_has_an_example_that_names_it(self, name: tuple[str, ...], payerbot: Any) -> None:
        done = payerbot(*name, "--help")
        assert done.code == 0
        assert re.search(rf"Example:\n +payerbot {' '.join(name)}\b", done.out)

    def test_the_commands_are_the_promised_ones(self) -> None:
        promised = "run load export permit portals signin handoffs answer serve attach doctor sandbox new-portal"
        assert {" ".join(name) for name in COMMANDS} == {
            *promised.split(),
            *("keys set", "keys import", "keys check", "keys backup", "keys set-api", "audit verify", "selectors check"),
            *("outbox list", "outbox send", "outbox retry", "eobs export", "letters export"),
            *(f"auths {name}" for name in ("prepare", "list", "show", "approve", "decline", "submit", "follow")),
        }

    def test_help_loads_nothing_heavy(self) -> None:
        script = (
            "import atexit, sys; sys.argv = ['payerbot', '--help']\n"
            "heavy = ('prefect', 'playwright', 'sqlalchemy', 'pydantic', 'cryptography', 'keyring', 'structlog', 'portals')\n"
            "atexit.register(lambda: print('HEAVY', [name for name in heavy if name in sys.modules]))\n"
            "from payerbot.cli import main; main()"
        )
        assert "HEAVY []" in shell("-c", script).stdout

    def test_no_command_takes_a_secret_as_an_argument(self) -> None:
        for command in COMMANDS.values():
            for parameter in command.params:
                assert not {"password", "code", "secret", "seed_value", "user"} & set(parameter.opts), command.name

    def test_the_version_is_told(self, payerbot: Any) -> None:
        done = payerbot("--version")
        assert done.code == 0
        assert re.fullmatch(r"payerbot( \d+\.\d+\S*|, not installed)\n", done.out)

    def test_without_a_command_the_help_is_shown(self, payerbot: Any) -> None:
        done = payerbot()
        assert done.code == 2
        assert "handoffs" in done.out + done.err


class TestWrongUsage:
    @pytest.mark.parametrize(
        "arguments",
        [
            ("nope",),
            ("run",),
            ("run", "eligibility", "missing.csv"),
            ("run", "billing", __file__),
            ("answer", "x"),
            ("answer", "0"),
            ("permit", "availity"),
        ],
    )
    def test_it_ends_with_2_and_a_sentence(self, arguments: tuple[str, ...], payerbot: Any) -> None:
        done = payerbot(*arguments)
        assert done.code == 2
        assert "Usage: payerbot" in done.err

    def test_a_practice_file_that_is_not_there_is_said(self, payerbot: Any, practice_file: Path) -> None:
        practice_file.unlink()
        done = payerbot("keys", "check")
        assert (done.code, done.out) == (2, "")
        assert done.err.startswith("practice.yaml was not found in ")

    def test_a_wrong_setting_is_named(self, payerbot: Any, monkeypatch: pytest.MonkeyPatch) -> None:
        from payerbot.settings import settings

        monkeypatch.setenv("PAYERBOT_LEASE_SECONDS", "soon")
        settings.cache_clear()
        done = payerbot("handoffs")
        assert done.code == 2
        assert done.err.startswith("The setting PAYERBOT_LEASE_SECONDS is wrong: ")

    def test_an_unreadable_file_ends_with_2_and_adds_nothing(self, office: Any, tmp_path: Path) -> None:
        (tmp_path / "empty.csv").touch()
        done = office("load", "eligibility", tmp_path / "empty.csv")
        assert (done.code, done.err) == (2, "empty.csv is empty; export it again.\n")
        assert office("export", "--json").json == []


class TestTrouble:
    """No traceback reaches a person, whatever goes wrong inside."""

    @pytest.fixture
    def breaking(self, payerbot: Any, monkeypatch: pytest.MonkeyPatch) -> Any:
        def with_trouble(trouble: BaseException) -> Done:
            from payerbot.commands import people

            def broken(**_: object) -> int:
                raise trouble

            monkeypatch.setattr(people, "listing", broken)
            done: Done = payerbot("handoffs")
            return done

        return with_trouble

    @pytest.mark.parametrize(
        "trouble, code, says",
        [
            (UserError("Say it."), 2, "Say it.\n"),
            (RunError("Do it."), 1, "Do it.\n"),
            (OSError(28, "No space"), 1, "The disk is full: "),
            (PageChanged("search: 'go' did not appear"), 1, "The portal did not go on (search: 'go' did not appear)"),
            (KeyboardInterrupt(), 1, "Stopped: nothing is lost"),
            (BrokenPipeError(), 1, ""),
        ],
    )
    def test_it_is_one_sentence_and_its_code(self, trouble: BaseException, code: int, says: str, breaking: Any) -> None:
        done = breaking(trouble)
        assert done.code == code
        assert done.err.startswith(says)
        assert len(done.err.splitlines()) <= 1
        assert done.out == ""

    def test_what_nobody_expected_is_in_the_log_without_its_words(self, breaking: Any, home: Path) -> None:
        done = breaking(KeyError("Sentinel, Ada"))
        file = home / "logs" / "payerbot.jsonl"
        assert done.code == 1
        assert done.err == f"Something unexpected happened (KeyError); the log says where, without patient data: {file}\n"
        line = json.loads(file.read_text(encoding="utf-8"))
        assert (line["event"], line["command"], line["error"]) == ("unexpected", "handoffs", "KeyError")
        assert "entinel" not in done.err + json.dumps(line)

    def test_it_is_said_though_there_is_no_place_for_a_log(self, breaking: Any, home: Path, monkeypatch: pytest.MonkeyPatch) -> None:
        def refused(*_: object) -> None:
            raise UserError("no place")

        monkeypatch.setattr(logs, "set_up", refused)
        done = breaking(KeyError("sentinel"))
        assert done.code == 1
        assert done.err.startswith("Something unexpected happened (KeyError, test_cli.py:")

    def test_a_stop_request_ends_a_command_like_ctrl_c(self, home: Path, practice_file: Path) -> None:
        """The sandbox runs until it is stopped; its child goes with it."""
        child = subprocess.Popen(
            [sys.executable, "-m", "payerbot", "sandbox", "--members", "2", "--claims", "2"],
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            text=True,
            cwd=ROOT,
            env={**os.environ, "PYTHONUNBUFFERED": "1"},
        )
        try:
            assert child.stdout is not None
            assert child.stdout.readline()
            child.send_signal(signal.SIGTERM)
            _, err = child.communicate(timeout=30)
        finally:
            child.kill()
            child.communicate()
        assert child.returncode == 0
        assert "Traceback" not in err


class TestWithoutAKeyring:
    """In processes of their own: no bus, no keyring."""

    ENVIRONMENT = ("DBUS_SESSION_BUS_ADDRESS", "XDG_RUNTIME_DIR", "DISPLAY", "WAYLAND_DISPLAY")

    @pytest.mark.parametrize("backend", ["keyring.backends.fail.Keyring", "keyring.backends.null.Keyring", ""])
    @pytest.mark.parametrize("command", [("keys", "check"), ("handoffs",), ("load", "eligibility", "{schedule}")], ids=" ".join)
    def test_it_refuses_with_a_sentence_and_2(
        self, backend: str, command: tuple[str, ...], home: Path, practice_file: Path, schedule: Path
    ) -> None:
        done = shell(
            "-m", "payerbot", *(part.format(schedule=schedule) for part in command), drop=self.ENVIRONMENT, PYTHON_KEYRING_BACKEND=backend
        )
        assert done.returncode == 2
        assert done.stdout == ""
        assert "payerbot keeps " in done.stderr
        assert "install gnome-keyring and unlock it" in done.stderr
        assert len(done.stderr.splitlines()) == 1
        assert not (home / "ledger.sqlite").exists()

    def test_the_demo_needs_none_and_says_so(self, home: Path, practice_file: Path, tmp_path: Path) -> None:
        made_up = tmp_path / "demo.json"
        made_up.write_text(json.dumps({"availity/automation-1/user": "u", "availity/automation-1/password": "p"}), encoding="utf-8")
        done = shell(
            *("-m", "payerbot", "doctor"),
            drop=self.ENVIRONMENT,
            PYTHON_KEYRING_BACKEND="",
            PAYERBOT_DEMO_VAULT=str(made_up),
            PAYERBOT_DEV_PORTALS="availity=http://essentials.availity.localhost:9",
        )
        assert "look  keyring: none: the demo's passwords are made up and kept in memory." in done.stdout
        assert "ok    logins: automation-1 at availity has its user, password." in done.stdout
        assert done.returncode == 0


class TestKeys:
    def test_what_is_typed_is_stored_and_never_shown(self, office: Any) -> None:
        done = office("keys", "set", "availity", typed="sentinel-user\nsentinel-password\n\n")
        assert done.code == 0
        assert "In the keyring, and read back: user, password." in done.out
        assert "sentinel" not in done.out + done.err
        assert KeyringVault(TENANT).secrets("availity", "automation-1")[:2] == ("sentinel-user", "sentinel-password")

    def test_the_seed_can_be_set_alone(self, office: Any) -> None:
        assert office("keys", "set", "availity", "--login", "automation-1", "--totp", typed="JBSW Y3DP EHPK 3PXP\n").code == 0
        assert KeyringVault(TENANT).get("availity", "automation-1", Part.TOTP) == "JBSWY3DPEHPK3PXP"

    def test_an_empty_password_is_refused(self, office: Any) -> None:
        done = office("keys", "set", "availity", typed="user\n\n\n")
        assert done.code == 2
        assert done.err.startswith("The password is empty")

    def test_a_login_that_is_not_in_the_practice_is_refused(self, office: Any) -> None:
        assert "has no login 'eve' for availity" in office("keys", "set", "availity", "--login", "eve").err

    def test_check_tells_what_is_there_and_what_is_missing(self, office: Any) -> None:
        before = office("keys", "check")
        assert before.code == 3
        assert "Missing for automation-1: run 'payerbot keys set availity --login automation-1'." in before.out
        office("keys", "set", "availity", typed="sentinel\nsentinel\n\n")
        after = office("keys", "check", "--json")
        assert after.code == 0
        assert after.json == [{"portal": "availity", "login": "automation-1", "user": True, "password": True, "totp": False}]
        assert "sentinel" not in office("keys", "check").out

    @pytest.mark.parametrize("option, kept", [("--delete", False), ("--keep", True), (None, True)])
    def test_an_imported_file_is_deleted_where_that_is_asked(self, option: str | None, kept: bool, office: Any, tmp_path: Path) -> None:
        file = tmp_path / "OneDrive" / "credentials.env"
        file.parent.mkdir()
        file.write_text("AVAILITY_USER=sentinel\nAVAILITY_PASSWORD=sentinel\nAVAILITY_TOTP_SEED=\n", encoding="utf-8")
        done = office("keys", "import", file, *([option] if option else []))
        assert done.code == 0
        assert file.exists() is kept
        assert "2 stored in the keyring and read back: AVAILITY_USER, AVAILITY_PASSWORD." in done.out
        assert "Without a value: AVAILITY_TOTP_SEED." in done.out
        assert "OneDrive copies" in done.out
        assert "sentinel" not in done.out + done.err

    def test_a_file_with_a_name_nobody_knows_is_kept(self, office: Any, tmp_path: Path) -> None:
        file = tmp_path / "credentials.env"
        file.write_text("AVAILITY_USER=u\nAVAILITTY_PASSWORD=sentinel\n", encoding="utf-8")
        done = office("keys", "import", file, "--delete")
        assert done.code == 3
        assert file.exists()
        assert "Not known here: AVAILITTY_PASSWORD." in done.out
        assert "credentials.env was kept" in done.out
        assert "sentinel" not in done.out

    def test_the_ledger_key_can_be_kept_and_put_back(self, office: Any, book: Ledger, os_keyring: KeyringSession, tmp_path: Path) -> None:
        before = KeyringVault(TENANT).ledger_keys()
        file = tmp_path / "key.env"
        assert office("keys", "backup", file).code == 0
        assert file.stat().st_mode & 0o777 == 0o600
        assert office("keys", "backup", file).code == 2
        os_keyring.wipe()
        lost = office("export")
        assert lost.code == 1
        assert lost.err.startswith("The ledger exists, but its key is not in this person's keyring")
        assert office("keys", "import", file, "--delete").code == 0
        assert KeyringVault(TENANT).ledger_keys() == before
        assert office("export").code == 0

    def test_before_a_ledger_there_is_no_key_to_keep(self, office: Any, tmp_path: Path) -> None:
        assert "There is no ledger key yet" in office("keys", "backup", tmp_path / "key.env").err

    def test_a_backup_goes_to_a_folder_there_is(self, office: Any, book: Ledger, tmp_path: Path) -> None:
        assert "cannot be written" in office("keys", "backup", tmp_path / "no" / "key.env").err

    def test_the_demo_keeps_no_passwords(self, payerbot: Any, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
        from payerbot.settings import settings

        (tmp_path / "demo.json").write_text("{}", encoding="utf-8")
        monkeypatch.setenv("PAYERBOT_DEMO_VAULT", str(tmp_path / "demo.json"))
        settings.cache_clear()
        assert "The demo keeps no passwords" in payerbot("keys", "set", "availity", typed="a\nb\n\n").err

    def test_new_secrets_do_not_lift_a_refusal_but_name_its_question(self, office: Any, book: Ledger) -> None:
        n = refused(book)
        done = office("keys", "set", "availity", typed="user\nnew\n\n")
        assert f"payerbot answer {n}" in done.out
        assert book.sign_in_bar("availity", "automation-1") is not None


class TestQuestions:
    def test_none_waits(self, office: Any) -> None:
        done = office("handoffs")
        assert (done.code, done.out) == (0, "No question waits for a person.\n")

    def test_one_that_waits_is_told_in_plain_words(self, office: Any, book: Ledger) -> None:
        n = refused(book)
        done = office("handoffs")
        assert done.code == 3
        assert done.out.startswith(f"Question {n}: ")
        assert (
            f"refused the user id or the password of the login 'automation-1'. Dana Whitfield can answer with: payerbot answer {n}"
            in done.out
        )
        told = office("handoffs", "--json").json
        assert [(one["n"], one["kind"], one["staff"]) for one in told] == [(n, "sign_in_refused", "dana")]

    def test_it_is_answered_as_a_named_person(self, office: Any, book: Ledger) -> None:
        n = refused(book)
        done = office("answer", n, "--as", "dana", typed="y\n")
        assert done.code == 0
        assert "signs in once" in done.out
        (closed,) = book.questions(only_open=False)
        assert (closed.state, closed.by) == ("yes", "dana")
        assert office("handoffs").code == 0
        assert f"Question {n}: " in office("handoffs", "--all").out

    def test_a_code_is_typed_and_not_shown(self, office: Any, book: Ledger, monkeypatch: pytest.MonkeyPatch) -> None:
        from payerbot.settings import settings

        monkeypatch.setenv("PAYERBOT_STAFF", "dana")
        settings.cache_clear()
        n = book.ask_person("availity", "automation-1", "code", staff="dana", ways=("Authenticator app", "Text message"))
        done = office("answer", n, typed="7\n2\ny\n918273\n")
        assert done.code == 0
        assert "Type a number from 1 to 2." in done.out
        assert "918273" not in done.out + done.err
        reply = book.take_reply(n)
        assert reply is not None
        assert (reply.verb, reply.secret, reply.by) == ("code", "918273", "dana")

    def test_nobody_in_particular_may_answer(self, office: Any, book: Ledger) -> None:
        n = refused(book)
        done = office("answer", n, typed="y\n")
        assert done.code == 2
        assert done.err == "Say who you are: add --as with your staff id of practice.yaml, or set PAYERBOT_STAFF.\n"
        assert "no member of staff 'eve'" in office("answer", n, "--as", "eve", typed="y\n").err
        assert len(book.questions()) == 1

    def test_a_question_that_is_not_there_is_said(self, office: Any) -> None:
        done = office("answer", 7, "--as", "dana")
        assert (done.code, done.err) == (2, "There is no question 7: run 'payerbot handoffs' to see those that wait.\n")

    def test_looking_at_a_question_is_on_record(self, office: Any, book: Ledger) -> None:
        n = refused(book)
        office("answer", n, "--as", "miguel", typed="n\n")
        assert office("audit", "verify").code == 0
        (closed,) = book.questions(only_open=False)
        assert (closed.state, closed.by) == ("no", "miguel")


class TestBatches:
    def test_a_file_is_loaded_and_loaded_again_it_resumes(self, office: Any, schedule: Path) -> None:
        first = office("load", "eligibility", schedule)
        assert first.code == 3
        assert re.fullmatch(r"visits-\d{8}-[0-9a-f]+: 2 rows added, 0 known already, 1 rejected\.\n", first.out)
        again = office("load", "eligibility", schedule, "--json")
        assert (again.json["added"], again.json["known"], again.json["resumed"]) == (0, 2, True)
        anew = office("load", "eligibility", schedule, "--again", "--json")
        assert (anew.json["added"], anew.json["resumed"]) == (2, False)
        assert anew.json["batch"] != again.json["batch"]

    def test_batches_are_listed_and_written(self, office: Any, schedule: Path, tmp_path: Path) -> None:
        assert "There is no batch yet" in office("export").out
        batch = office("load", "eligibility", schedule, "--json").json["batch"]
        assert re.search(rf"{batch} +\d{{4}}-\d\d-\d\d +3 +0 +2 +1\n", office("export").out)
        done = office("export", batch, "--out", tmp_path / "out.csv")
        assert done.code == 3
        assert "2 rows wait for: its turn." in done.out
        lines = (tmp_path / "out.csv").read_text(encoding="utf-8-sig").splitlines()
        assert len(lines) == 4
        assert lines[0].startswith("Patient,DOB,Payer,Member ID,Appointment date,")
        assert office("export", batch, "--out", tmp_path / "out.csv", "--json").json["by_outcome"] == {"waiting": 2, "rejected": 1}

    def test_a_batch_that_is_not_there_is_said(self, office: Any) -> None:
        assert office("export", "visits-20260101-00000000").code == 2

    def test_a_row_waits_for_the_owner_permission_and_then_for_the_password(self, office: Any, schedule: Path, tmp_path: Path) -> None:
        """The real share process, stopped at the gate before any browser."""
        run = ("run", "eligibility", schedule, "--out", tmp_path / "out.csv")
        first = office(*run)
        assert first.code == 3
        assert "2 rows wait for: the owner's permission for Availity Essentials: run 'payerbot permit availity'." in first.out
        assert "3 rows in, 3 lines out" in first.out
        assert office("permit", "availity", "--basis", "letter of 1 May", "--as", "ruth").code == 0
        second = office(*run, "--json")
        assert (second.code, second.json["exit_code"]) == (3, 3)
        (waits,) = second.json["waits_for"]
        assert "payerbot keys set availity" in waits
        assert second.json["lines_out"] == second.json["rows"] == 3
        office("keys", "set", "availity", typed="user\npassword\n\n")
        with Ledger.open(
            f"sqlite:///{Path(os.environ['PAYERBOT_HOME']) / 'ledger.sqlite'}",
            tenant=TENANT,
            keys=KeyringVault(TENANT).ledger_keys(),
            home=Path(os.environ["PAYERBOT_HOME"]),
        ) as book:
            assert book.shares(second.json["batch"]) == [("availity", "automation-1")]

    def test_the_result_lies_beside_the_file_unless_it_is_said(self, office: Any, schedule: Path) -> None:
        office("run", "eligibility", schedule)
        assert schedule.with_name("schedule.answers.csv").exists()

    def test_the_input_is_never_overwritten(self, office: Any, schedule: Path) -> None:
        before = schedule.read_bytes()
        done = office("run", "eligibility", schedule, "--out", schedule)
        assert (done.code, schedule.read_bytes()) == (2, before)
        assert office("export", "--json").json == []

    def test_another_portal_is_refused_before_anything_is_loaded(self, office: Any, schedule: Path) -> None:
        done = office("run", "eligibility", schedule, "--portal", "optum")
        assert (done.code, done.err) == (2, "practice.yaml has no login for the portal 'optum'; it has logins for: availity.\n")
        assert office("export", "--json").json == []

    def test_no_patient_is_told_on_the_screen_or_in_the_log(self, office: Any, schedule: Path, home: Path) -> None:
        done = office("run", "eligibility", schedule)
        told = done.out + done.err + (home / "logs" / "payerbot.jsonl").read_text(encoding="utf-8")
        for sentinel in ("Stone", "Ada", "W123456789", "03/04/1988", "1988"):
            assert sentinel not in told


class TestPortals:
    def test_the_table_says_what_is_known_and_permitted(self, office: Any) -> None:
        done = office("portals", "--json")
        (availity,) = [row for row in done.json if row["portal"] == "availity"]
        assert availity["jobs"] == ["eligibility", "claim-status", "eobs", "auths"]
        assert (availity["may_run"], availity["permission"], availity["logins"]) == (False, None, ["automation-1"])
        office("permit", "availity", "--basis", "letter", "--as", "ruth", "--until", "2099-12-31")
        (availity,) = [row for row in office("portals", "--json").json if row["portal"] == "availity"]
        assert availity["may_run"] is True
        assert availity["permission"]["until"] == "2099-12-31"
        told = office("portals").out
        assert "yes until 2099-12-31, permitted by ruth on" in " ".join(told.split())
        assert "eligibility (partly documented)" in " ".join(told.split())

    def test_a_portal_that_forbids_robots_is_named_with_why_and_what_serves_instead(self, office: Any) -> None:
        told = " ".join(office("portals").out.split())
        assert "Palmetto GBA eServices is not automated: its terms forbid" in told
        assert "Instead: Medicare coverage by HETS 270/271" in told
        (palmetto,) = [row for row in office("portals", "--json").json if row["portal"] == "palmetto"]
        assert palmetto["may_run"] is False
        assert office("permit", "palmetto", "--basis", "x", "--as", "ruth").code == 2

    def test_only_an_owner_may_permit(self, office: Any, book: Ledger) -> None:
        done = office("permit", "availity", "--basis", "letter", "--as", "dana")
        assert done.code == 2
        assert re.search(r"Dana Whitfield may not permit payerbot to use .*: Ruth Okafor \(ruth\)\.", done.err)
        assert office("audit", "verify").code == 0

    @pytest.mark.parametrize(
        "arguments, says",
        [
            (("nowhere", "--basis", "x", "--as", "ruth"), "There is no portal 'nowhere'"),
            (("availity", "--basis", "  ", "--as", "ruth"), "Say on what the permission rests"),
            (("availity", "--basis", "x", "--as", "ruth", "--until", "2020-01-01"), "--until 2020-01-01 is past"),
        ],
    )
    def test_a_permission_without_a_ground_is_none(self, arguments: tuple[str, ...], says: str, office: Any) -> None:
        done = office("permit", *arguments)
        assert done.code == 2
        assert done.err.startswith(says)

    def test_where_automation_is_forbidden_nobody_can_permit_it(self, office: Any, monkeypatch: pytest.MonkeyPatch) -> None:
        from portals import KNOWN

        config = KNOWN["availity"].settings()
        forbidden = config.model_copy(update={"automation": config.automation.model_copy(update={"rule": "forbidden"})})
        monkeypatch.setattr(KNOWN["availity"], "settings", lambda: forbidden)
        done = office("permit", "availity", "--basis", "letter", "--as", "ruth")
        assert done.code == 2
        assert "forbids automated use" in done.err
        assert "forbids automated use" in office("portals").out
        assert [row["permission"] for row in office("portals", "--json").json if row["portal"] == "availity"] == [None]

    def test_a_sign_in_without_permission_is_no_sign_in(self, office: Any) -> None:
        done = office("signin", "availity")
        assert done.code == 3
        assert "not signed in (blocked)" in done.out
        assert office("signin", "--all", "--json").json[0]["ended"] == "blocked"

    @pytest.mark.parametrize("arguments", [(), ("availity", "--all")])
    def test_a_sign_in_is_for_one_portal_or_for_all(self, arguments: tuple[str, ...], office: Any) -> None:
        done = office("signin", *arguments)
        assert (done.code, done.err) == (2, "Name one portal, or add --all for every login of practice.yaml.\n")

    def test_attaching_needs_somebody_at_the_keyboard(self, office: Any) -> None:
        assert office("attach", "availity").code == 2

    def test_every_portal_there_is_has_selectors_to_check(self, office: Any) -> None:
        from portals import KNOWN

        for slug in KNOWN:
            assert "the selectors cannot be read" not in office("selectors", "check", slug).err

    def test_selectors_are_checked_with_the_practice_own(self, office: Any, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
        from payerbot.settings import settings

        whole = office("selectors", "check", "availity", "--json").json
        assert whole["screens"] > 5
        assert sum(whole["from"].values()) >= whole["elements"]
        overlay = tmp_path / "overlay"
        overlay.mkdir()
        (overlay / "availity.yaml").write_text(
            "portal: availity\nseen: never\nscreens: {nowhere: {x: {css: a, why: b, from: code}}}\n", encoding="utf-8"
        )
        monkeypatch.setenv("PAYERBOT_SELECTORS_OVERLAY", str(overlay))
        settings.cache_clear()
        done = office("selectors", "check", "availity")
        assert done.code == 2
        assert "has no screen 'nowhere'" in done.err
        assert office("selectors", "check", "nowhere").code == 2


class TestDoctor:
    def findings(self, office: Any) -> dict[str, tuple[str, str]]:
        return {finding["check"]: (finding["state"], finding["says"]) for finding in office("doctor", "--json").json["findings"]}

    def test_a_machine_on_which_a_run_could_work(self, office: Any) -> None:
        office("keys", "set", "availity", typed="sentinel\nsentinel\n\n")
        office("permit", "availity", "--basis", "letter", "--as", "ruth")
        done = office("doctor")
        assert done.code == 0
        assert "BAD" not in done.out
        assert "PAYERBOT_HOME=" in done.out
        assert "sentinel" not in done.out

    def test_it_says_which_database_is_in_force_and_whether_it_answers(
        self, office: Any, home: Path, database_server: str, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        from payerbot.settings import settings

        def database(url: str) -> tuple[str, str]:
            monkeypatch.setenv("PAYERBOT_LEDGER_URL", url)
            settings.cache_clear()
            return self.findings(office)["database"]

        state, says = database("")
        assert state == "ok"
        assert str(home / "ledger.sqlite") in says
        state, says = database(database_server)
        assert state == "ok"
        assert re.search(r"PostgreSQL \d+\S* on this machine, database postgres, as payerbot_tests\.", says)
        assert database("postgresql+psycopg://payerbot@127.0.0.1:9/payerbot") == (
            "bad",
            "The ledger's database server does not answer: check PAYERBOT_LEDGER_URL and the server, then run this again.",
        )
        assert database("postgresql+psycopg://payerbot:word@127.0.0.1:9/payerbot")[1].startswith("PAYERBOT_LEDGER_URL holds a password")

    def test_every_lack_is_a_finding_that_says_what_to_do(self, office: Any) -> None:
        found = self.findings(office)
        assert found["logins"][0] == "bad"
        assert "payerbot keys set availity --login automation-1" in found["logins"][1]
        assert found["portals"] == ("look", "availity waits for the owner's permission: run 'payerbot permit availity'.")
        assert office("doctor").code == 1

    def test_a_practice_file_that_is_broken_does_not_hide_the_rest(self, office: Any, practice_file: Path) -> None:
        practice_file.write_text("name: x\n", encoding="utf-8")
        found = self.findings(office)
        assert found["practice"][0] == "bad"
        assert found["Python"][0] == "ok"
        assert "ledger" not in found

    def test_a_missing_browser_and_a_network_home_are_bad(self, office: Any, monkeypatch: pytest.MonkeyPatch) -> None:
        from payerbot import host

        monkeypatch.setattr(host, "find_browser", lambda _: None)
        monkeypatch.setattr(host, "is_network_path", lambda _: True)
        monkeypatch.setattr(host, "synced_by", lambda _: "Dropbox")
        monkeypatch.setattr(host, "disk_free", lambda _: 1_000)
        monkeypatch.setattr(host, "memory_available", lambda: 1_000)
        done = office("doctor")
        assert done.code == 1
        for says in (host.NO_BROWSER, "is on a network drive", "is copied by Dropbox", "make room soon", "close other programs"):
            assert says in done.out

    def test_a_check_that_breaks_is_a_finding_without_its_words(self, office: Any, monkeypatch: pytest.MonkeyPatch) -> None:
        from payerbot import host

        def broken(_: object) -> None:
            raise ZeroDivisionError("sentinel")

        monkeypatch.setattr(host, "find_browser", broken)
        assert self.findings(office)["browser"] == ("bad", "could not be checked (ZeroDivisionError).")

    def test_a_login_that_is_shut_is_told(self, office: Any, book: Ledger) -> None:
        n = refused(book)
        assert self.findings(office)["sign-in"] == (
            "look",
            f"automation-1 at availity does not sign in (refused): run 'payerbot answer {n}'.",
        )

    def test_a_database_password_is_not_shown(self, office: Any, monkeypatch: pytest.MonkeyPatch) -> None:
        from payerbot.doctor import in_force
        from payerbot.settings import settings

        monkeypatch.setenv("PAYERBOT_LEDGER_URL", "postgresql+psycopg://bot:sentinel@db.example/ledger")
        settings.cache_clear()
        assert in_force()["PAYERBOT_LEDGER_URL"] == "postgresql+psycopg://...@db.example/ledger"

    def test_an_old_python_is_bad(self, monkeypatch: pytest.MonkeyPatch) -> None:
        from payerbot import doctor

        monkeypatch.setattr(doctor, "PYTHON", (4, 0))
        assert doctor._python().state == "bad"


class TestTheRecord:
    def test_it_is_whole(self, office: Any) -> None:
        done = office("audit", "verify")
        assert (done.code, done.out) == (0, "The record is whole: nobody without the key has changed it.\n")
        assert office("audit", "verify", "--json").json == {"whole": True, "breaks": []}

    def test_an_edit_without_the_key_is_found(self, office: Any, book: Ledger, home: Path) -> None:
        import contextlib
        import sqlite3

        book.log("dana", "export", "visits-1")
        with contextlib.closing(sqlite3.connect(home / "ledger.sqlite")) as raw:
            for (trigger,) in raw.execute("SELECT name FROM sqlite_master WHERE type = 'trigger'").fetchall():
                raw.execute(f'DROP TRIGGER "{trigger}"')
            raw.execute("UPDATE audit SET actor = 'eve' WHERE actor = 'dana'")
            raw.commit()
        done = office("audit", "verify")
        assert done.code == 1
        assert done.out.strip()


def refused(book: Ledger) -> int:
    """A refused sign-in with its question; returns the question's number."""
    with book.take_lease("availity", "automation-1", life=60) as lease:
        book.resolve_sign_in(lease, book.intend_sign_in(lease), "refused")
    return book.ask_person("availity", "automation-1", "sign_in_refused", staff="dana")


def shell(*arguments: str, drop: tuple[str, ...] = (), **environment: str) -> subprocess.CompletedProcess[str]:
    kept = {name: value for name, value in {**os.environ, **environment}.items() if name not in drop and value != ""}
    if environment.get("PYTHON_KEYRING_BACKEND") == "":
        kept.pop("PYTHON_KEYRING_BACKEND", None)
    return subprocess.run([sys.executable, *arguments], capture_output=True, text=True, cwd=ROOT, env=kept, timeout=120, check=False)
