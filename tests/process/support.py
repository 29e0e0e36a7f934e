"""A practice with a home, a keyring, a practice file and a simulated portal, and the ways to run something there and to look at it."""

from __future__ import annotations

import contextlib
import csv
import ctypes
import hashlib
import json
import os
import signal
import subprocess
import sys
import threading
import time
from collections import Counter
from collections.abc import Callable, Iterator, Mapping, Sequence
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING, Any, NamedTuple

import psutil
import pytest
import yaml

from payerbot import host, intake, share
from payerbot.gate import Block, Pass, admit
from payerbot.model import Job
from payerbot.outlet import files
from payerbot.outlet.columns import Run
from payerbot.practice import Practice
from payerbot.run import RunSummary, opened, run_batch
from payerbot.settings import settings
from payerbot.share import ShareReport
from payerbot.vault import Part
from portals import KNOWN
from sandbox import truth
from sandbox.world import AS_OF, SEED, World
from tests.conftest import ROOT, TENANT

if TYPE_CHECKING:
    from payerbot.ledger.book import Handoff, Ledger
    from payerbot.rows import Line
    from payerbot.vault import KeyringVault
    from sandbox.client import PortalUser, Twin

PORTAL, LOGIN, OTHER = "availity", "automation-1", "automation-2"
OWNER = "dana"
MEMBERS, CLAIMS = 40, 50
GONE_WITHIN = 40.0  # seconds in which nothing of ours may be left
PATIENCE = 120.0  # how long a test waits for something to happen before it fails
WRAPPER = Path(__file__).with_name("killed_share.py")
SUBREAPER = 36  # prctl(2)
VARY = frozenset(  # what two runs of the same questions may tell differently: ids, times, attempts, evidence
    {"run_id", "item_key", "delegated_user_ref", "started_at", "finished_at", "answered_at", "attempts", "transaction_id"}
    | {"evidence_path", "evidence_sha256"}
)


@cache
def world() -> World:
    return World.generate(SEED, MEMBERS, CLAIMS)


@cache
def answerable(job: Job) -> tuple[dict[str, str], ...]:
    """The rows of the practice's file that the portal answers plainly, cheapest to tell apart by their own id."""
    if job is Job.ELIGIBILITY:
        return tuple(row for row in world().schedule_rows() if truth.visit(world(), row).outcome == "answered")
    return tuple(row for row in world().open_claim_rows() if truth.claim(world(), row).outcome == "answered")


class Left(NamedTuple):
    """A share that was started: its process and its run's mark."""

    pid: int
    run: str


class Office:
    """One practice on one day."""

    def __init__(self, home: Path, twin: Twin, vault: KeyringVault, set_env: Callable[[str, str], None]) -> None:
        self.home = home
        self.folder = home.parent
        self.twin = twin
        self.vault = vault
        self._set_env = set_env
        self.wishes = self.folder / "wishes"
        self.wishes.mkdir()
        self.said: dict[str, Any] = yaml.safe_load((ROOT / "examples" / "practice.yaml").read_text("utf-8"))
        self.said["tenant"] = TENANT
        self.said["logins"] = [{**self.said["logins"][0], "name": name} for name in (LOGIN, OTHER)]
        self.practice_file = self.folder / "practice.yaml"
        set_env("PAYERBOT_PRACTICE", str(self.practice_file))
        set_env("PAYERBOT_DEV_TODAY", AS_OF.isoformat())
        set_env("PAYERBOT_DEV_PORTALS", f"{PORTAL}={twin.base_url(PORTAL)}")
        set_env("PAYERBOT_STAFF", OWNER)
        settings.cache_clear()
        self.write_practice()
        for name, user in zip((LOGIN, OTHER), twin.users, strict=False):
            self.keep_secrets(name, user)

    # --- set-up ---

    @property
    def user(self) -> PortalUser:
        """The first login's user at the portal."""
        return self.twin.users[0]

    def write_practice(self, **first_login: Any) -> None:
        """Write the practice file, the first login with these settings too."""
        logins = [{**self.said["logins"][0], **first_login}, *self.said["logins"][1:]]
        self.practice_file.write_text(yaml.safe_dump({**self.said, "logins": logins}), encoding="utf-8")

    @property
    def practice(self) -> Practice:
        return Practice.load(self.practice_file)

    def keep_secrets(self, login: str, user: PortalUser, *, password: str = "", seed: bool = True) -> None:
        """Put a portal user into the keyring under a login."""
        self.vault.put(PORTAL, login, Part.USER, user.user_id)
        self.vault.put(PORTAL, login, Part.PASSWORD, password or user.password)
        if seed:
            self.vault.put(PORTAL, login, Part.TOTP, user.totp_seed)
        else:
            self.vault.remove(PORTAL, login, Part.TOTP)

    def file(self, rows: int, *, skip: int = 0, job: Job = Job.ELIGIBILITY, name: str = "schedule.csv") -> Path:
        """A file of that many answerable questions."""
        chosen = answerable(job)[skip : skip + rows]
        assert len(chosen) == rows
        path = self.folder / name
        with path.open("w", encoding="utf-8", newline="") as out:
            writer = csv.DictWriter(out, list(chosen[0]))
            writer.writeheader()
            writer.writerows(chosen)
        return path

    def load(self, rows: int, *, skip: int = 0, job: Job = Job.ELIGIBILITY, login: str = LOGIN, again: bool = False) -> str:
        """Load that many answerable questions for one login; the batch's name."""
        path = self.file(rows, skip=skip, job=job, name=f"{job}-{login}-{skip}.csv")
        sheet = intake.read(path, job, self.practice, AS_OF, built=KNOWN)
        mine = tuple(row.model_copy(update={"login": login}) for row in sheet.rows)
        digest = hashlib.sha256(sheet.digest + login.encode()).digest()  # each login has batches of its own
        with self.ledger() as ledger:
            return ledger.add(sheet.model_copy(update={"rows": mine, "digest": digest}), business_date=AS_OF, again=again).batch

    def set_variable(self, name: str, value: str) -> None:
        """Set a variable for this test, in force at once."""
        self._set_env(name, value)
        settings.cache_clear()

    # --- running ---

    def share(self, batch: str, login: str = LOGIN, **how: Any) -> ShareReport:
        """One share of a batch."""
        return share.supervise(PORTAL, login, batch, desk=True, **how)

    def run(self, batch: str, **how: Any) -> RunSummary:
        """Run a batch to its end, in this process as far as the supervisor goes."""
        return run_batch(self.practice, batch, **how)

    @contextlib.contextmanager
    def in_another_home(self) -> Iterator[None]:
        """Run something as if nothing had ever been run."""
        other = self.folder / "another-home"
        other.mkdir(mode=0o700, exist_ok=True)
        with pytest.MonkeyPatch.context() as patch:
            patch.setenv("PAYERBOT_HOME", str(other))
            settings.cache_clear()
            yield
        settings.cache_clear()

    def told(self, login: str = LOGIN) -> Path:
        """Is there once a share has reached the step it is to tell of."""
        return self.wishes / f"{login}.told"

    def go(self, login: str = LOGIN) -> None:
        """A share that was held goes on."""
        self.told(login).with_suffix(".go").touch()

    def wish(self, login: str = LOGIN, **wish: Any) -> None:
        """What is to be done to this login's next shares (killed_share.py); nothing, without wishes."""
        for mark in (self.told(login), self.told(login).with_suffix(".go")):
            mark.unlink(missing_ok=True)
        path = self.wishes / f"{login}.wish"
        if wish:
            path.write_text(json.dumps(wish), encoding="utf-8")
        else:
            path.unlink(missing_ok=True)

    def shares(self, login: str = LOGIN) -> list[Left]:
        """The shares that were started so far, the oldest first."""
        found = sorted(self.wishes.glob(f"{login}-*.pid"), key=lambda path: path.stat().st_mtime_ns)
        return [Left(**json.loads(path.read_text("utf-8"))) for path in found]

    @contextlib.contextmanager
    def cli(self, *words: str, **environment: str) -> Iterator[Command]:
        """Run `payerbot ...` as its own process; it is gone after the block."""
        command = Command(self, words, environment)
        try:
            yield command
        finally:
            command.close()

    # --- looking ---

    def admitted(self, *, desk: bool = True) -> Pass | Block:
        """What the gate says now."""
        with self.ledger() as ledger:
            return admit(PORTAL, LOGIN, ledger, self.practice, self.vault, desk=desk)

    @contextlib.contextmanager
    def ledger(self) -> Iterator[Ledger]:
        with opened(self.practice) as ledger:
            yield ledger

    def lines(self, batch: str) -> list[Line]:
        with self.ledger() as ledger:
            return list(ledger.lines(batch))

    def counts(self, batch: str) -> Counter[str]:
        """How many rows stand in which state; each row in exactly one."""
        with self.ledger() as ledger:
            rows = ledger.batch(batch).rows
        lines = self.lines(batch)
        assert len(lines) == rows
        assert len({line.line for line in lines}) == rows
        assert all((line.state == "done") == (line.answer is not None) for line in lines)
        assert all(line.waits_for or line.state != "waiting" for line in lines)
        return Counter(line.state for line in lines)

    def waits(self, batch: str) -> set[str]:
        """What the rows without an answer wait for."""
        return {line.waits_for for line in self.lines(batch) if line.state != "done"}

    def results(self, batch: str) -> list[dict[str, str]]:
        """The result file's rows, without what may differ from run to run."""
        out = self.folder / f"{batch}.answers.csv"
        with self.ledger() as ledger:
            info = ledger.batch(batch)
            files.write(ledger.lines(batch), info.header, info.job, out, Run(batch, self.practice.zone))
        return read_result(out)

    def questions(self) -> list[Handoff]:
        with self.ledger() as ledger:
            return ledger.questions()

    def answer(self, verb: Any = "yes", secret: str = "") -> list[int]:
        """The named person replies to every open question."""
        with self.ledger() as ledger:
            open_ones = ledger.questions()
            for question in open_ones:
                assert question.staff == OWNER
                ledger.reply(question.n, by=OWNER, verb=verb, secret=secret)
        return [question.n for question in open_ones]

    def sign_ins(self, user: str = "") -> list[str]:
        """How each press of Sign In ended, as the portal counted it."""
        return [
            each["outcome"] for each in self.twin.records("sign_in") if each["user"] == (user or self.user.user_id) and each["by"] == "page"
        ]

    def ends(self) -> list[str]:
        """Why each session of the first login ended, as the portal saw it."""
        return [each["reason"] for each in self.twin.records("session_end") if each["user"] == self.user.user_id]

    def log(self) -> str:
        """Everything in the log."""
        return "\n".join(path.read_text("utf-8") for path in self.home.rglob("*.jsonl"))


class Command:
    """One `payerbot ...` that runs as its own process."""

    def __init__(self, office: Office, words: Sequence[str], environment: Mapping[str, str]) -> None:
        self.office = office
        code = f"import payerbot.share as s; s.COMMAND = {share.COMMAND!r}; from payerbot.cli import main; main()"
        self.process = subprocess.Popen(
            [sys.executable, "-c", code, *words],
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            text=True,
            encoding="utf-8",
            cwd=office.folder,
            env={**os.environ, "PYTHONPATH": str(ROOT), **environment},
            start_new_session=True,
        )
        self._seen = len(office.shares())
        self._heard: list[tuple[str, str]] = []
        self._reader = threading.Thread(target=self._read, daemon=True)
        self._reader.start()

    def _read(self) -> None:
        self._heard.append(self.process.communicate())

    def share(self, nth: int = 0) -> Left:
        """The share that it starts as its nth."""
        until(lambda: len(self.office.shares()) > self._seen + nth or self.process.poll() is not None, "the share starts")
        return self.office.shares()[self._seen + nth]

    def kill(self, number: signal.Signals) -> None:
        self.process.send_signal(number)

    def ended(self) -> tuple[int, str, str]:
        """Exit code, output and error output, once it has ended."""
        self._reader.join(PATIENCE)
        assert not self._reader.is_alive(), "it did not end"
        out, err = self._heard[0]
        assert "Traceback" not in out + err, err
        return self.process.returncode, out, err

    def close(self) -> None:
        if self.process.poll() is None:
            self.process.kill()
        self._reader.join(PATIENCE)


def read_result(path: Path) -> list[dict[str, str]]:
    """A result file's rows without the columns that may differ between two runs."""
    with path.open(encoding="utf-8-sig", newline="") as text:
        return [{name: value for name, value in row.items() if name not in VARY} for row in csv.DictReader(text)]


def until(holds: Callable[[], Any], what: str, seconds: float = PATIENCE) -> Any:
    """Wait until it holds; returns what it says."""
    end = time.monotonic() + seconds
    while not (found := holds()):
        assert time.monotonic() < end, f"it did not come to pass that {what}"
        time.sleep(0.05)
    return found


class Background:
    """Something that goes on beside the test; what it raises is raised where its end is waited for."""

    def __init__(self, work: Callable[[], Any]) -> None:
        self._work = work
        self._result: Any = None
        self._error: BaseException | None = None
        self._thread = threading.Thread(target=self._go, daemon=True)
        self._thread.start()

    def _go(self) -> None:
        try:
            self._result = self._work()
        except BaseException as error:  # noqa: BLE001  it is raised again in the test's own thread
            self._error = error

    def over(self) -> bool:
        return not self._thread.is_alive()

    def result(self, seconds: float = PATIENCE) -> Any:
        self._thread.join(seconds)
        assert self.over(), "it did not end"
        if self._error is not None:
            raise self._error
        return self._result


# --- processes ---------------------------------------------------------------------------------------------------------------------


@contextlib.contextmanager
def orphans_come_home() -> Iterator[None]:
    """Whatever our processes leave behind becomes a child of this one, so that nothing can hide (Linux)."""
    prctl = getattr(ctypes.CDLL(None), "prctl", None) if sys.platform == "linux" else None
    if prctl is not None:
        prctl(SUBREAPER, 1, 0, 0, 0)
    try:
        yield
    finally:
        if prctl is not None:
            prctl(SUBREAPER, 0, 0, 0, 0)


def below() -> set[psutil.Process]:
    """Every living process that we started, at any remove."""
    found = set()
    for process in psutil.Process().children(recursive=True):
        with contextlib.suppress(psutil.NoSuchProcess):
            if process.status() != psutil.STATUS_ZOMBIE:
                found.add(process)
    return found


def gone(before: set[psutil.Process], seconds: float = GONE_WITHIN) -> None:
    """Nothing that was started since is left; every python, node and chromium has ended."""
    end = time.monotonic() + seconds
    while left := below() - before:
        assert time.monotonic() < end, f"still there: {[named(process) for process in left]}"
        time.sleep(0.1)


def run_is_gone(run: str) -> bool:
    """Nothing that carries this run's mark is left."""
    return not host.marked(run)


def named(process: psutil.Process) -> str:
    with contextlib.suppress(psutil.Error):
        return f"{process.pid} {process.name()}"
    return str(process.pid)
