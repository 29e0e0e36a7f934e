"""One night on two machines: a Prefect server, a work pool, two workers, one ledger on PostgreSQL. One machine goes away in the middle.

A machine is a worker with a home of its own, on which Python believes to be on a host of another name.
"""

from __future__ import annotations

import os
import subprocess
import sys
from collections.abc import Iterator, Sequence
from datetime import datetime
from itertools import pairwise
from pathlib import Path
from typing import TYPE_CHECKING, Any

import httpx
import psutil
import pytest
from sqlalchemy import select

from payerbot import host, share
from payerbot.ledger.book import Ledger
from payerbot.ledger.tables import attempt, item, lease
from payerbot.model import Job
from payerbot.settings import settings
from tests.conftest import ROOT, TENANT
from tests.ledger_support import drop_database, new_database
from tests.process.support import LOGIN, OTHER, Office, until

if TYPE_CHECKING:
    from flows.server import Server

LIFE = 12.0  # seconds of a lease; a loaded machine prolongs it in time, and the test waits for its end once
LONGEST = 240.0
POOL = "payerbot"
HOST = """
import platform, sys
platform.node = lambda: {name!r}
if {shares} and "prefect.engine" in " ".join(sys.orig_argv):
    import payerbot.share
    payerbot.share.COMMAND = {shares}
"""


class Machine:
    """A worker, with its own home and host name; its shares heed the office's wishes, where they are to."""

    def __init__(self, folder: Path, name: str, *, limit: int, shares: Sequence[str]) -> None:
        self.home = folder / name
        self.home.mkdir(mode=0o700)
        patched = folder / f"{name}-python"
        patched.mkdir()
        (patched / "sitecustomize.py").write_text(HOST.format(name=name, shares=tuple(shares)), "utf-8")
        command = [sys.executable, "-m", "prefect", "worker", "start", "--pool", POOL, "--type", "process", "--name", name]
        with (folder / f"{name}.log").open("wb") as log:
            self.worker = psutil.Popen(
                [*command, "--limit", str(limit)],
                env={
                    **os.environ,
                    "PYTHONPATH": os.pathsep.join([str(patched), str(ROOT)]),
                    "PAYERBOT_HOME": str(self.home),
                    "PREFECT_HOME": str(self.home / "prefect"),
                    "PREFECT_WORKER_QUERY_SECONDS": "1",
                },
                cwd=folder,
                stdin=subprocess.DEVNULL,
                stdout=log,
                stderr=log,
            )

    def vanish(self) -> None:
        """As when the power goes: nothing on it says goodbye."""
        for process in reversed(host.tree(self.worker.pid)):
            process.kill()
        self.worker.wait()

    def end(self) -> None:
        """As its service is stopped."""
        if self.worker.poll() is None:
            self.worker.terminate()
            self.worker.wait(60)


class Night:
    """The server, the ledger that the machines share, and the runs."""

    def __init__(self, office: Office, server: Server) -> None:
        self.office = office
        self.server = server
        self.machines: list[Machine] = []
        user, _, word = os.environ["PREFECT_API_AUTH_STRING"].partition(":")
        self.http = httpx.Client(base_url=server.url, auth=(user, word), timeout=60, trust_env=False)
        self.deployments: dict[str, str] = {}

    def deploy(self) -> None:
        """What docs/deploy.md says to type."""
        for words in (["work-pool", "create", POOL, "--type", "process"], ["deploy", "--all"]):
            subprocess.run(
                [sys.executable, "-m", "prefect", "--no-prompt", *words], cwd=ROOT, check=True, capture_output=True, timeout=LONGEST
            )
        self.deployments = {one["name"]: one["id"] for one in self.http.post("/deployments/filter", json={}).json()}

    def machine(self, name: str, *, limit: int, shares: Sequence[str] = ()) -> Machine:
        self.machines.append(Machine(self.office.folder, name, limit=limit, shares=shares))
        return self.machines[-1]

    def start(self, deployment: str, batch: str) -> str:
        """Ask for a run as Prefect's pages do; its id."""
        asked = {"parameters": {"batch": batch}, "idempotency_key": f"{deployment} {batch}"}  # asked twice it is one run

        def made() -> Any:
            told = self.http.post(f"/deployments/{self.deployments[deployment]}/create_flow_run", json=asked)
            return None if told.status_code == httpx.codes.SERVICE_UNAVAILABLE else told.raise_for_status().json()["id"]

        return str(until(made, "Prefect's database has a moment for it"))

    def ended(self, run: str) -> str:
        """How a run ended, once it has."""

        def state() -> dict[str, Any] | None:
            found: dict[str, Any] = self.http.get(f"/flow_runs/{run}").json().get("state") or {"type": "unknown"}
            return found if found["type"] in {"COMPLETED", "FAILED", "CRASHED", "CANCELLED"} else None

        found = until(state, "the run ends", LONGEST)
        return f"{found['type']} {found['message']}"

    def done(self, batch: str) -> int:
        with self.office.ledger() as ledger:
            return ledger.counts(batch)["done"]

    def lease_ends(self, login: str) -> datetime:
        """When the lease on a login is over unless it is prolonged."""
        with self.office.ledger() as ledger, ledger.reading() as connection:
            found: datetime = connection.execute(select(lease.c.expires_at).where(lease.c.login == login)).scalar_one()
        return found

    def parameters(self, run: str) -> dict[str, Any]:
        """What Prefect knows of a run."""
        found: dict[str, Any] = self.http.get(f"/flow_runs/{run}").json()["parameters"]
        return found

    def close(self) -> None:
        for machine in self.machines:
            machine.end()
        self.http.close()


@pytest.fixture
def night(office: Office, database_server: str, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Night]:
    from flows.server import local_server

    url = new_database(database_server)
    for name, value in {"LEDGER_URL": url, "LEASE_SECONDS": str(LIFE)}.items():
        office.set_variable(f"PAYERBOT_{name}", value)
    with local_server(tmp_path_factory.mktemp("server")) as server:
        found = Night(office, server)
        try:
            yield found
        finally:
            found.close()
            settings.cache_clear()
    drop_database(database_server, url)


def late_requests(office: Office, user: str) -> list[str]:
    """Paths asked for in a session of a user after that user had signed in anew."""
    events = office.twin.records()
    order = [event["session"] for event in events if event["kind"] == "sign_in" and event["user"] == user and event["session"]]
    late, current = [], -1
    for event in events:
        if event["kind"] == "sign_in" and event["session"] in order:
            current = order.index(event["session"])
        elif event["kind"] == "request" and event["session"] in order and order.index(event["session"]) < current:
            late.append(event["path"])
    return late


def spans(night: Night, login: str) -> list[tuple[int, datetime, datetime]]:
    """From when to when each epoch of a login was at work, by the ledger's attempts."""
    found: dict[int, list[datetime]] = {}
    with night.office.ledger() as ledger, ledger.reading() as connection:
        tries = select(attempt.c.epoch, attempt.c.started_at, attempt.c.finished_at).join(item, item.c.id == attempt.c.item)
        for epoch, started, finished in connection.execute(tries.where(item.c.login == login)):
            found.setdefault(epoch, []).extend([started, finished or started])
    return [(epoch, min(times), max(times)) for epoch, times in sorted(found.items())]


@pytest.mark.deep
def test_two_workers_share_one_night_and_when_one_is_killed_the_other_finishes(night: Night) -> None:
    office = night.office
    visits, claims = office.load(4), office.load(2, job=Job.CLAIM_STATUS, login=OTHER)
    office.wish(hold="item.taken", nth=2)  # one row is answered, and the second is in hand when the machine goes
    first = night.machine("front-desk", limit=1, shares=share.COMMAND)
    night.deploy()
    broken = night.start("eligibility-tomorrow", visits)
    until(office.told().exists, "the first machine has its second row in hand", LONGEST)

    second = night.machine("back-office", limit=9)
    runs = [night.start("eligibility-morning", visits), night.start("claim-sweep", claims)]
    until(lambda: night.done(claims) == 2, "the second machine does the part of the other login", LONGEST)
    assert night.done(visits) == 1, "the first machine has its login for itself"
    first.vanish()
    held = night.lease_ends(LOGIN)

    assert [night.ended(run).partition(" ")[0] for run in runs] == ["COMPLETED"] * 2
    second.end()
    assert [night.done(batch) for batch in (visits, claims)] == [4, 2]
    assert office.questions() == []
    assert night.parameters(broken) == {"batch": visits}, "Prefect knows ids and nothing else"
    _no_overlap(night, held)
    _one_chain(night)


def _no_overlap(night: Night, held: datetime) -> None:
    """Each login had one user at a time, by the portal's books and by the ledger's."""
    office = night.office
    for login, user in zip((LOGIN, OTHER), office.twin.users, strict=False):
        assert late_requests(office, user.user_id) == []
        assert all(end <= start for (_, _, end), (_, start, _) in pairwise(spans(night, login)))
    epochs = spans(night, LOGIN)
    assert len(epochs) == 2, "the killed run's, and the rest"
    assert epochs[1][1] >= held, "nobody touched the login before the dead machine's lease had ended"
    assert office.ends() == ["second sign-in", "logout"], "the killed session was the only one left open"


def _one_chain(night: Night) -> None:
    """Both machines had their part, and each finds the audit whole from where it stands."""
    for machine in night.machines:
        assert list((machine.home / "evidence").rglob("*.sealed"))
        with Ledger.open(settings().ledger, tenant=TENANT, keys=night.office.vault.ledger_keys(), home=machine.home) as ledger:
            assert ledger.verify_audit() == []
