"""A practice beside a running twin, as the demo has it: a home of its own, made-up passwords in memory, files of real questions."""

from __future__ import annotations

import csv
import json
import os
import subprocess
import sys
import tempfile
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from datetime import date
from pathlib import Path
from typing import TYPE_CHECKING, Any

import yaml

from payerbot import intake
from payerbot.model import Job
from payerbot.practice import Practice
from payerbot.run import opened
from payerbot.settings import settings
from portals import KNOWN
from sandbox import truth
from sandbox.client import running
from sandbox.world import AS_OF, PAYERS, SEED, World

if TYPE_CHECKING:
    from sandbox.client import PortalUser, Twin

ROOT = Path(__file__).resolve().parents[2]
PORTAL, LOGIN = "availity", "automation-1"
PRACTICE = ROOT / "examples" / "practice.yaml"
MEMBERS, EDGES = 40, 100  # the edge cases of a world take up to so many of its claims
NO_SERVER = "http://127.0.0.1:9/api"  # a run must not go through a Prefect server that happens to be there
PATIENCE = 300.0  # seconds a command may take before the measurement is given up

Row = dict[str, str]


class Trouble(Exception):
    """A measurement could not be made; its text says why."""


class Office:
    """Where the product's files lie, and how it is run there."""

    def __init__(self, folder: Path, user: PortalUser | None) -> None:
        self.folder = folder
        self.user = user

    @property
    def practice(self) -> Practice:
        return Practice.load(settings().practice)

    def file(self, rows: Sequence[Row], name: str) -> Path:
        """These questions as a file."""
        path = self.folder / f"{name}.csv"
        with path.open("w", encoding="utf-8", newline="") as out:
            writer = csv.DictWriter(out, list(rows[0]))
            writer.writeheader()
            writer.writerows(rows)
        return path

    def load(self, file: Path, on: date = AS_OF) -> str:
        """Put a claims file in the ledger; the batch's name."""
        sheet = intake.read(file, Job.CLAIM_STATUS, self.practice, on, built=KNOWN)
        with opened(self.practice) as ledger:
            return ledger.add(sheet, business_date=on).batch

    def answered(self, batch: str) -> int:
        with opened(self.practice) as ledger:
            return ledger.counts(batch).get("answered", 0)

    def command(self, *words: str) -> list[str]:
        return [sys.executable, "-m", "payerbot", *words]

    def run(self, *words: str) -> None:
        """Run `payerbot ...` to its end; Trouble unless every row was answered."""
        ended = subprocess.run(
            self.command(*words),
            cwd=ROOT,
            env=os.environ,
            stdin=subprocess.DEVNULL,
            capture_output=True,
            text=True,
            timeout=PATIENCE,
            check=False,
        )
        if ended.returncode:
            told = (ended.stderr or ended.stdout).strip().splitlines()
            raise Trouble(f"payerbot {words[0]} ended with {ended.returncode}: {told[-1] if told else 'it said nothing'}")


@contextmanager
def office(twin: Twin | None = None, portal: str = PORTAL) -> Iterator[Office]:
    """A practice in a folder that is thrown away; without a twin nothing can be asked there."""
    with tempfile.TemporaryDirectory(prefix="bench-", ignore_cleanup_errors=True) as name:
        folder = Path(name)
        user = twin.users[0] if twin else None
        with _environment(_settings(folder, twin, user, portal)):
            yield Office(folder, user)


def _settings(folder: Path, twin: Twin | None, user: PortalUser | None, portal: str) -> dict[str, str]:
    home, vault = folder / "home", folder / "made-up-passwords.json"
    home.mkdir(mode=0o700)
    parts = {"user": user.user_id, "password": user.password, "totp": user.totp_seed} if user else {}
    vault.write_text(json.dumps({f"{portal}/{LOGIN}/{part}": value for part, value in parts.items()}), encoding="utf-8")
    return {
        "PAYERBOT_HOME": str(home),
        "PAYERBOT_PRACTICE": str(_practice(folder, portal)),
        "PAYERBOT_DEMO_VAULT": str(vault),
        "PAYERBOT_DEV_PORTALS": f"{portal}={twin.base_url(portal)}" if twin else "",
        "PAYERBOT_DEV_TODAY": AS_OF.isoformat(),
        "PAYERBOT_STAFF": "dana",
        "PREFECT_API_URL": NO_SERVER,
        "PREFECT_SERVER_ANALYTICS_ENABLED": "false",
        "DO_NOT_TRACK": "1",
    }


def _practice(folder: Path, portal: str) -> Path:
    """The demo's practice; its first login is at this portal."""
    if portal == PORTAL:
        return PRACTICE
    said = yaml.safe_load(PRACTICE.read_text(encoding="utf-8"))
    said["logins"] = [{**said["logins"][0], "portal": portal, "name": LOGIN}]
    said["routes"] = [
        {"payer": payer.key, "name": payer.label.title(), "portal": portal} for payer in PAYERS.values() if payer.portal == portal
    ]
    path = folder / "practice.yaml"
    path.write_text(yaml.safe_dump(said), encoding="utf-8")
    return path


@contextmanager
def _environment(said: Mapping[str, str]) -> Iterator[None]:
    before = {name: os.environ.get(name) for name in said}
    os.environ.update(said)
    settings.cache_clear()
    try:
        yield
    finally:
        for name, value in before.items():
            os.environ.pop(name, None)
            if value is not None:
                os.environ[name] = value
        settings.cache_clear()


@contextmanager
def with_claims(count: int, **how: Any) -> Iterator[tuple[Twin, Office, list[Row]]]:
    """A twin, a practice beside it, and so many of its everyday claims: those a portal answers at the first search, in the file's order."""
    size = count * 3 // 2 + EDGES
    rows = everyday(World.generate(SEED, MEMBERS, size), count)
    with running(seed=SEED, members=MEMBERS, claims=size, as_of=AS_OF, **how) as twin, office(twin) as place:
        yield twin, place, rows


def everyday(world: World, count: int, portal: str = PORTAL) -> list[Row]:
    """So many claims about which nothing is special, and that a portal answers."""
    plain = {claim.claim_id for claim in world.claims if not claim.cases}
    rows = [row for row in world.open_claim_rows() if row["claim_id"] in plain and truth.claim(world, row, (portal,)).outcome == "answered"]
    if len(rows) < count:
        raise Trouble(f"the made-up world has {len(rows)} ordinary claims, not {count}")
    return rows[:count]
