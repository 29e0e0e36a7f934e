"""One night of the whole product with patients and secrets that must not be seen, for all tests of this folder that search."""

from __future__ import annotations

import contextlib
import csv
import json
import os
import subprocess
import sys
import threading
from collections.abc import Iterator, Mapping, Sequence
from datetime import UTC, date, datetime, timedelta
from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING, Any, NamedTuple

import psutil
import pyotp
import pytest
import yaml

from tests.conftest import ROOT
from tests.outlet_support import Server
from tests.privacy import papers
from tests.privacy.search import Person, Search, Seen

if TYPE_CHECKING:
    from payerbot.ledger.book import Ledger
    from payerbot.ledger.records import BatchInfo, Submission
    from payerbot.model import Outcome
    from payerbot.practice import Practice
    from payerbot.rows import Line
    from payerbot.vault import KeyringVault
    from sandbox.client import Twin
    from tests.keyring_session import KeyringSession

PORTAL = "availity"
TENANT = papers.TENANT
OWNER = "dana"
MEMBERS, CLAIMS = papers.MEMBERS, papers.CLAIMS
APP, REFUSED, TEXTED = "app-login", "refused-login", "texted-login"  # by authenticator; wrong password; by text message
LOGINS = (APP, REFUSED, TEXTED)
USERS = {
    APP: ("zq.sentinel71", "Vx!Tamarillo-83-quince", "KZQXG4TBMNUWY2LOORSXG5DF"),
    REFUSED: ("zq.sentinel72", "Rw!Physalis-47-medlar", "MFZXIZLSONUWG23FNZSWI4TF"),
    TEXTED: ("zq.sentinel73", "Kj!Salsify-19-damson", "NRUXI5DFOJQXG23BNRSXG5DP"),
}
TYPED_WRONG = "Qd!Cloudberry-62-sorrel"
SEARCHED = Person("O'Quillfeather-Ñandú", "Zsófia", date(1943, 7, 19), "W977311864")  # is asked about; nobody has her
REFUSED_ROW = Person("Brambleshaw", "Thessaly", None, "W966422753", born="31/39/1938")  # a row that is not asked
WORLD = ("Winslow Paloma", "Thackeray Imogen", "Yardley Jasper", "Lockhart Mabel", "Sheridan Emil")  # the portal knows them
IN_WORK = ("*/run/*/attachments/*", "*/run/*/downloads/*", "*/killed/*")  # of a share at work: what it sends and fetches, for its time only
LEGITIMATE = ("results/*.csv", "inbox/*/loaded/*")  # what the practice asked for, and the files it gave


def sentinels() -> tuple[Person, ...]:
    """Everyone of the schedule and of the claims whose data must not be seen."""
    return (*world_patients(), SEARCHED, REFUSED_ROW)


def further() -> tuple[Person, ...]:
    """Those of the EOBs and of the requests."""
    of_eobs = [Person(one.patient.last, one.patient.first, one.patient.birth_date, one.member_id) for one in papers.paid()]
    asked, plan = papers.member().known_as, papers.member().coverages[0]
    return (*of_eobs, Person(asked.last, asked.first, asked.birth_date, plan.filed_id))


def world_patients() -> tuple[Person, ...]:
    rows = {f"{row['patient_last']} {row['patient_first']}": row for row in (*schedule_rows(), *claim_rows())}
    return tuple(
        Person(row["patient_last"], row["patient_first"], date.fromisoformat(row["patient_dob"]), row["member_id"])
        for row in (rows[name] for name in WORLD)
    )


def schedule_rows() -> Sequence[Mapping[str, str]]:
    from sandbox.world import SEED, World

    return World.generate(SEED, MEMBERS, CLAIMS).schedule_rows()


def claim_rows() -> Sequence[Mapping[str, str]]:
    from sandbox.world import SEED, World

    return World.generate(SEED, MEMBERS, CLAIMS).open_claim_rows()


class Night:
    """A practice's home, and the product at work in it."""

    def __init__(self, folder: Path, twin: Twin, vault: KeyringVault, bus: KeyringSession, server: Server) -> None:
        from sandbox.world import AS_OF

        self.folder, self.twin, self.vault, self.bus, self.server = folder, twin, vault, bus, server
        self.home, self.watched, self.temporary, self.shown = (folder / name for name in ("home", "watched", "tmp", "shown"))
        for place in (self.home, self.watched, self.temporary, self.shown):
            place.mkdir(mode=0o700)
        self.today = AS_OF.isoformat()
        self.practice_file = folder / "practice.yaml"
        self.seen: dict[tuple[int, bytes, bytes], Seen] = {}
        self.states: list[dict[str, Any]] = []
        self.batches: list[str] = []
        self.commands: dict[str, dict[str, Any]] = {}
        self.left: list[list[str]] = []
        self.typed: list[str] = []
        self.began = datetime.now(UTC)
        self._process: subprocess.Popen[str] | None = None

    # --- set-up ---

    def set_up(self) -> None:
        """The practice file with three logins, and what they sign in with in the keyring."""
        from payerbot.vault import Part

        said = yaml.safe_load((ROOT / "examples" / "practice.yaml").read_text("utf-8"))
        said |= {"tenant": TENANT, "logins": [{**said["logins"][0], "name": name} for name in LOGINS]}
        self.practice_file.write_text(yaml.safe_dump(said), encoding="utf-8")
        for login, (user, password, seed) in USERS.items():
            self.vault.put(PORTAL, login, Part.USER, user)
            self.vault.put(PORTAL, login, Part.PASSWORD, TYPED_WRONG if login == REFUSED else password)
            if login == APP:
                self.vault.put(PORTAL, login, Part.TOTP, seed)
        self.vault.put_api_key(papers.KEY)

    def environment(self) -> dict[str, str]:
        """The parent's environment, with what makes Playwright talk."""
        return {
            **os.environ,
            "PYTHONPATH": str(ROOT),
            "PAYERBOT_HOME": str(self.home),
            "PAYERBOT_PRACTICE": str(self.practice_file),
            "PAYERBOT_DEV_PORTALS": f"{PORTAL}={self.twin.base_url(PORTAL)}",
            "PAYERBOT_DEV_TODAY": self.today,
            "PAYERBOT_STAFF": OWNER,
            "PAYERBOT_API_URL": self.server.url,
            "PAYERBOT_STEP_SECONDS": "15",
            "TMPDIR": str(self.temporary),
            "DEBUG": "pw:api,pw:browser*,pw:protocol",
            "PWDEBUG": "1",
            "PYTHONFAULTHANDLER": "1",
        }

    def file(self, name: str, rows: Sequence[Mapping[str, str]]) -> Path:
        """A file of the practice; it is the tests' and lies outside of the product's home."""
        path = self.folder / "exports" / name
        path.parent.mkdir(exist_ok=True)
        with path.open("w", encoding="utf-8", newline="") as out:
            writer = csv.DictWriter(out, list(rows[0]))
            writer.writeheader()
            writer.writerows(rows)
        return path

    # --- running ---

    @contextlib.contextmanager
    def running(self) -> Iterator[None]:
        """The product runs, is looked at from outside, and a person answers its questions about codes."""
        over = threading.Event()
        command = [sys.executable, str(Path(__file__).with_name("night.py")), str(self.watched)]
        with (self.watched / "night.stderr").open("w") as errors:
            process = subprocess.Popen(
                command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=errors, text=True, env=self.environment(), cwd=self.folder
            )
        self._process = process
        beside = [threading.Thread(target=work, args=(process.pid, over), daemon=True) for work in (self._look, self._person)]
        try:
            for thread in beside:
                thread.start()
            assert self._answer() == {"started": True}
            yield
        finally:
            over.set()
            for stream in (process.stdin, process.stdout):
                if stream is not None:
                    stream.close()
            try:
                process.wait(30)
            except subprocess.TimeoutExpired:
                process.kill()
                process.wait()
            for thread in beside:
                thread.join()

    def order(self, do: str, **what: Any) -> dict[str, Any]:
        """Give one order and wait for its answer."""
        assert self._process is not None
        assert self._process.stdin is not None
        self._process.stdin.write(json.dumps({"do": do, **what}) + "\n")
        self._process.stdin.flush()
        return self._answer()

    def _answer(self) -> dict[str, Any]:
        assert self._process is not None
        assert self._process.stdout is not None
        line = self._process.stdout.readline()
        with (self.watched / "night.stdout").open("a", encoding="utf-8") as out:
            out.write(line)
        assert line, (self.watched / "night.stderr").read_text("utf-8")[-2000:]
        found: dict[str, Any] = json.loads(line)
        return found

    def run(self, job: str, name: str, rows: Sequence[Mapping[str, str]], logins: Sequence[str]) -> dict[str, Any]:
        """Load a file and run the job's flow on it."""
        batch = self.order("load", job=job, file=str(self.file(name, rows)), logins=list(logins), today=self.today)["batch"]
        self.batches.append(batch)
        return self.flow(job, batch)

    def flow(self, job: str, batch: str) -> dict[str, Any]:
        """Run the job's flow on what is loaded already."""
        self.states.append(self.order("flow", job=job, portal="all", batch=batch))
        self._look_behind()
        return self.states[-1]

    def command(self, *words: str, typed: str = "", shows: bool = False) -> dict[str, Any]:
        """Run a command; what it prints is kept with what may show patients, or with what must not."""
        out = (self.shown if shows else self.watched) / f"said-{len(self.commands):02}.txt"
        self.commands[" ".join(words[:2])] = done = self.order("command", words=list(words), typed=typed, out=str(out))
        self.states.append({"words": done["error"]} if done["error"] else done)
        self._look_behind()
        return done

    def _look_behind(self) -> None:
        """What lies in the folders of shares when none is at work."""
        self.left.append([path.as_posix() for path in (self.home / "run").rglob("*") if not path.is_dir()])

    def breaks(self, login: str, **wish: Any) -> None:
        """What happens to this login's next shares (watched_share.py)."""
        (self.watched / f"{login}.breaks").write_text(json.dumps(wish), "utf-8")

    def woken(self, *outcomes: Outcome) -> None:
        """What waits for a later try of the last batch is due now."""
        with self.ledger() as ledger:
            ledger.wake(self.batches[-1], outcomes)

    def submissions(self) -> list[Submission]:
        """Every authorization request, in the order of the file."""
        with self.ledger() as ledger:
            return sorted(ledger.submissions(), key=lambda one: one.ask.request_id)

    def all_batches(self) -> list[BatchInfo]:
        with self.ledger() as ledger:
            return ledger.batches()

    @contextlib.contextmanager
    def fault_seen_once(self, name: str) -> Iterator[None]:
        """A fault is cleared as soon as a share tells of a changed page, so that the second try finds it as it was."""
        over, before = threading.Event(), self.changed_pages()

        def clear() -> None:
            while not over.wait(0.3):
                if self.changed_pages() > before:
                    self.twin.clear_faults(name)
                    return

        thread = threading.Thread(target=clear, daemon=True)
        thread.start()
        try:
            yield
        finally:
            over.set()
            thread.join()

    def changed_pages(self) -> int:
        """How often the log told of a changed page so far."""
        return (self.home / "logs" / "payerbot.jsonl").read_text("utf-8").count("PageChanged")

    def _look(self, pid: int, over: threading.Event) -> None:
        """Keep what every process of the product shows of itself."""
        while not over.wait(0.3):
            with contextlib.suppress(psutil.Error):
                root = psutil.Process(pid)
                for process in (root, *root.children(recursive=True)):
                    with contextlib.suppress(psutil.Error, OSError):
                        shown = [Path(f"/proc/{process.pid}/{what}").read_bytes() for what in ("cmdline", "environ")]
                        self.seen.setdefault((process.pid, *shown), Seen(f"{process.name()} {process.pid}", *shown))  # type: ignore[arg-type]

    def _person(self, _pid: int, over: threading.Event) -> None:
        """Says Ready for a text message, reads it, types its code."""
        while not over.wait(0.5):
            if not (self.home / "ledger.sqlite").exists():
                continue
            with self.ledger() as ledger:
                for question in ledger.questions():
                    if question.kind != "code" or (question.verb == "code" and self.typed):
                        continue
                    if question.verb is None:
                        way = next(way for way in question.ways if "text" in way.casefold())
                        ledger.reply(question.n, by=OWNER, verb="ready", secret=way)
                    elif code := self._texted():
                        self.typed.append(code)
                        ledger.reply(question.n, by=OWNER, verb="code", secret=code)

    def _texted(self) -> str:
        from sandbox.client import SandboxTrouble

        with contextlib.suppress(SandboxTrouble):
            return self.twin.sent_code(USERS[TEXTED][0])
        return ""

    # --- looking ---

    @cached_property
    def practice(self) -> Practice:
        from payerbot.practice import Practice

        return Practice.load(self.practice_file)

    @contextlib.contextmanager
    def ledger(self) -> Iterator[Ledger]:
        from payerbot.ledger.book import Ledger

        with Ledger.open(
            f"sqlite:///{self.home / 'ledger.sqlite'}", tenant=TENANT, keys=self.vault.ledger_keys(), home=self.home
        ) as ledger:
            yield ledger

    def lines(self) -> list[Line]:
        """Every row of every batch, decrypted."""
        with self.ledger() as ledger:
            return [line for batch in ledger.batches() for line in ledger.lines(batch.id)]

    def codes(self) -> set[str]:
        """Every code that an authenticator showed in this night, and those that were typed."""
        seeds = [pyotp.TOTP(seed) for _, _, seed in USERS.values()]
        moments = range(-1, int((datetime.now(UTC) - self.began).total_seconds()) // 30 + 2)
        return {seed.at(self.began + timedelta(seconds=30 * n)) for seed in seeds for n in moments} | set(self.typed)

    @cached_property
    def search(self) -> Search:
        """The search for all that must not be seen; made when the night is over."""
        secrets = {part for user in USERS.values() for part in user} | {TYPED_WRONG}
        return Search((*sentinels(), *further()), secrets | papers.words(), self.codes())


class Rows(NamedTuple):
    """What the practice's files of this night say."""

    schedule: list[dict[str, str]]
    claims: list[dict[str, str]]
    later: list[dict[str, str]]
    refused: list[dict[str, str]]


def rows() -> Rows:
    """Sentinels that the portal knows, one that it does not, and rows that are not asked."""
    visits = {f"{row['patient_last']} {row['patient_first']}": dict(row) for row in schedule_rows()}
    claims = [dict(row) for row in claim_rows() if f"{row['patient_last']} {row['patient_first']}" in WORLD]
    paloma, imogen, jasper, emil = (visits[name] for name in ("Winslow Paloma", "Thackeray Imogen", "Yardley Jasper", "Sheridan Emil"))
    stranger = {
        "patient_last": SEARCHED.last,
        "patient_first": SEARCHED.first,
        "patient_dob": "1943-07-19",
        "member_id": SEARCHED.member_id,
    }
    broken = {
        "patient_last": REFUSED_ROW.last, "patient_first": REFUSED_ROW.first, "patient_dob": REFUSED_ROW.born,
        "member_id": REFUSED_ROW.member_id, "rendering_npi": "1234567890",
    }  # fmt: skip
    return Rows(
        # in turn: by authenticator, wrong password, by text message (whose readers are broken)
        schedule=[paloma, imogen, jasper, {**paloma, **stranger, "appointment_id": "A1"}, {**imogen, **broken, "appointment_id": "A2"}],
        claims=claims[:4],
        later=[emil],
        refused=[{**claims[0], **broken, "claim_id": "HL999"}],
    )


@pytest.fixture(scope="module")
def sentinel_vault(keyring_session: KeyringSession) -> Iterator[KeyringVault]:
    """The product's vault on the real keyring, which is empty before and after."""
    from payerbot.vault import KeyringVault

    keyring_session.wipe()
    yield KeyringVault(TENANT)
    keyring_session.wipe()


@pytest.fixture(scope="module")
def night(tmp_path_factory: pytest.TempPathFactory, keyring_session: KeyringSession, sentinel_vault: KeyringVault) -> Iterator[Night]:
    """The product has worked through a night full of trouble."""
    from sandbox.client import running
    from sandbox.world import SEED

    names = ("user_id", "password", "totp_seed")
    users = [{**dict(zip(names, user, strict=True)), "name": f"Robot {n}"} for n, user in enumerate(USERS.values())]
    folder = tmp_path_factory.mktemp("night")
    with running(seed=SEED, members=MEMBERS, claims=CLAIMS, users=users, staging_ms=(5, 15)) as twin, Server() as server:
        threading.Thread(target=server.serve_forever, args=(0.1,), daemon=True).start()
        found = Night(folder, twin, sentinel_vault, keyring_session, server)
        found.set_up()
        with found.running():
            work_through(found)
        yield found
        server.shutdown()


def work_through(night: Night) -> None:
    """Files that are refused, sign-ins by three ways, an ended session, an outage, broken readers, a changed page, odd parameters."""
    told = rows()
    papers.misbehaving(night.server)
    inbox = night.home / "inbox" / "claim-status"
    inbox.mkdir(parents=True, mode=0o700)
    night.file("refused.csv", told.refused).rename(inbox / f"{REFUSED_ROW.last}, {REFUSED_ROW.first}.csv")
    night.states.append(night.order("flow", job="claim-status", portal="all", batch=""))
    (night.watched / f"{TEXTED}.broken").touch()
    night.twin.fault("session-expiry@coverage:2")
    night.run("eligibility", "schedule.csv", told.schedule, LOGINS)
    night.twin.fault("error-503@claims:1")
    night.run("claim-status", "claims.csv", told.claims, (APP, TEXTED))
    night.twin.clear_faults()
    with night.fault_seen_once("interstitial"):
        night.twin.fault("interstitial@coverage")
        night.run("eligibility", "later.csv", told.later, (APP,))
    for odd in (
        {"portal": SEARCHED.last},
        {"batch": f"{SEARCHED.first} {SEARCHED.last}"},
        {"portal": "all", "patient": SEARCHED.member_id},
    ):
        night.states.append(night.order("flow", job="eligibility", **odd))
    papers.work_through(night, APP)
