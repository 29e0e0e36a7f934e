"""What the ledger's tests share: made-up questions, a clock that is set by hand, and a ledger on either database."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from collections.abc import Sequence
from datetime import UTC, date, datetime, timedelta
from decimal import Decimal
from pathlib import Path
from typing import Any, LiteralString
from uuid import uuid4

import psycopg
from sqlalchemy import make_url, text

from payerbot.ledger.book import Keys, Ledger
from payerbot.model import ClaimStatusRequest, ClaimStatusResult, EligibilityRequest, Job, Outcome, Patient
from payerbot.rows import Ask, NewRow, Reject, Sheet
from tests.postgres_support import TEMPLATE

ROOT = Path(__file__).resolve().parent.parent
DAY = date(2026, 11, 22)
PORTAL, LOGIN = "availity", "bot.one"
ANSWERED = ClaimStatusResult(outcome=Outcome.ANSWERED, rung="payer_claim_no")
NOT_FOUND = ClaimStatusResult(outcome=Outcome.NOT_FOUND, tried=("name",))


class Clock:
    """A time that stands still until it is told."""

    def __init__(self) -> None:
        self.now = datetime(2026, 11, 22, 3, 0, tzinfo=UTC)

    def __call__(self) -> datetime:
        return self.now

    def forward(self, **by: float) -> None:
        self.now += timedelta(**by)


class Place:
    """A home, keys and a database, in which a ledger can be opened again and again."""

    def __init__(self, home: Path, server: str = "", *, made: bool = True) -> None:
        """With a PostgreSQL server: a database there, with the ledger's tables in it already unless it is to be empty."""
        self.home = home
        self.keys = Keys(os.urandom(32), os.urandom(32), os.urandom(32))
        self.clock = Clock()
        self.server = server
        self.url = new_database(server, made=made) if server else f"sqlite:///{home / 'ledger.sqlite'}"
        self._open: list[Ledger] = []

    @property
    def file(self) -> Path:
        return self.home / "ledger.sqlite"

    def ledger(self, *, tenant: str = "oak", keys: Keys | None = None, busy_seconds: float = 30.0, clock: bool = True) -> Ledger:
        ticking = self.clock if clock else None
        book = Ledger.open(self.url, tenant=tenant, keys=keys or self.keys, home=self.home, busy_seconds=busy_seconds, clock=ticking)
        self._open.append(book)
        return book

    def close(self) -> None:
        for book in self._open:
            book.close()
        self._open.clear()

    def remove(self) -> None:
        """Close it and let go of its database."""
        self.close()
        if self.server:
            drop_database(self.server, self.url)

    def child(self, script: str, *arguments: str) -> subprocess.Popen[str]:
        """A process of its own in which `place` is this place, with the real clock."""
        told = {"home": str(self.home), "url": self.url, "keys": [key.hex() for key in self.keys]}
        code = f"from tests.ledger_support import *\nplace = told_place()\n{script}"
        process = subprocess.Popen(
            [sys.executable, "-u", "-c", code, *arguments], stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True, cwd=ROOT, bufsize=1
        )
        assert process.stdin is not None
        process.stdin.write(json.dumps(told) + "\n")
        process.stdin.flush()
        return process


def told_place() -> Place:
    """In a child: the place its parent wrote on standard input."""
    told = json.loads(sys.stdin.readline())
    place = object.__new__(Place)
    place.home, place.url, place.server, place.clock, place._open = Path(told["home"]), told["url"], "", Clock(), []
    place.keys = Keys(*map(bytes.fromhex, told["keys"]))
    return place


def new_database(server: str, *, made: bool = True) -> str:
    """The URL of a database of one's own on a PostgreSQL server."""
    name = f"ledger_{uuid4().hex}"
    _tell(server, f"CREATE DATABASE {name}" + (f" TEMPLATE {TEMPLATE} STRATEGY FILE_COPY" if made else ""))
    return make_url(server).set(database=name).render_as_string(hide_password=False)


def drop_database(server: str, url: str) -> None:
    _tell(server, f"DROP DATABASE {make_url(url).database} WITH (FORCE)")


def _tell(server: str, sql: LiteralString) -> None:
    with psycopg.connect(server.replace("+psycopg", ""), autocommit=True) as connection:
        connection.execute(sql)


def claim_ask(n: int, **changes: Any) -> ClaimStatusRequest:
    """A made-up claim question; the same number is the same question."""
    told: dict[str, Any] = {
        "payer_key": "aetna",
        "payer_label": "AETNA",
        "organization": "Oak Counseling",
        "region": "OH",
        "billing_npi": "1234567893",
        "billing_tin": "123456789",
        "patient_key": f"P{n}",
        "patient": Patient(last="Quimby", first="Ada", birth_date=date(1990, 2, 3), member_id=f"W{n:06}"),
        "claim_id": f"C{n:06}",
        "dos_from": date(2026, 9, 1),
        "dos_to": date(2026, 9, 1),
        "charge": Decimal("150.00"),
    }
    return ClaimStatusRequest(**(told | changes))


def visit_ask(n: int) -> EligibilityRequest:
    """A made-up coverage question."""
    told = claim_ask(n).model_dump(exclude={"claim_id", "payer_claim_no", "dos_from", "dos_to", "charge", "first_sent"})
    return EligibilityRequest(**told, service_date=date(2026, 11, 23))


def sheet(*asks: Ask | None, job: Job = Job.CLAIM_STATUS, portal: str = PORTAL, login: str = LOGIN, digest: bytes = b"1" * 32) -> Sheet:
    """A file with these questions; None is a row that was rejected."""
    return Sheet(job=job, header=("claim", "note"), rows=tuple(_row(n, ask, portal, login) for n, ask in enumerate(asks, 1)), digest=digest)


def _row(n: int, ask: Ask | None, portal: str, login: str) -> NewRow:
    cells = (f"cell {n}", "")
    if ask is None:
        return NewRow(line=n, cells=cells, rejects=(Reject(column="dob", reason="this is no date"),))
    return NewRow(line=n, cells=cells, ask=ask, portal=portal, login=login)


def claims(n: int) -> Sheet:
    """A file with n different claims."""
    return sheet(*map(claim_ask, range(1, n + 1)))


def states(book: Ledger, batch: str) -> list[str]:
    """What each row shows, in order."""
    return [line.state for line in book.lines(batch)]


def answer_all(book: Ledger, batch: str, *, portal: str = PORTAL, login: str = LOGIN) -> int:
    """Answer whatever is due at one portal; how many items."""
    done = 0
    with book.take_lease(portal, login, life=60) as lease:
        while item := book.claim(lease, batch):
            book.finish(lease, item, ANSWERED)
            done += 1
    return done


def fetch(book: Ledger, sql: str, **values: Any) -> Sequence[Any]:
    """What stands in the database, past the product."""
    with book.engine.connect() as connection:
        return connection.execute(text(sql), values).all()


def is_whole(book: Ledger, batch: str, rows: int) -> None:
    """Every row has exactly one current line that says what becomes of it, and the tables agree."""
    found = list(book.lines(batch))
    assert [line.line for line in found] == list(range(1, rows + 1))
    open_questions = {asked.n for asked in book.questions()}
    shares = book.shares(batch)
    for line in found:
        assert (line.state == "done") == (line.answer is not None)
        assert (line.state == "rejected") == bool(line.rejects)
        if line.state == "waiting":
            assert line.waits_for
            asked = line.question in open_questions
            assert asked or line.next_due or (line.portal, line.login) in shares or "answered no" in line.waits_for, "nothing is stuck"
    counts = book.counts(batch)
    assert sum(counts[state] for state in ("rejected", "waiting", "taken", "done")) == counts["rows"] == rows
    done = fetch(book, "SELECT id FROM item WHERE state = 'done' ORDER BY id")
    assert done == fetch(book, "SELECT item FROM answer ORDER BY item") == fetch(book, "SELECT item FROM outbox ORDER BY item")
    running = fetch(book, "SELECT item FROM attempt WHERE finished_at IS NULL ORDER BY item")
    assert running == fetch(book, "SELECT id FROM item WHERE state = 'taken' ORDER BY id")
    assert fetch(book, "SELECT count(*) FROM item WHERE state = 'waiting' AND id NOT IN (SELECT item FROM row WHERE item IS NOT NULL)") == [
        (0,)
    ]


def finish_all(book: Ledger, batch: str) -> None:
    """Answer every question to a person and every item, whatever portal it is at."""
    for _ in range(20):
        for asked in book.questions():
            book.reply(asked.n, by="Robin", verb="yes")
        book.wake(batch, list(Outcome))
        for portal, login in book.shares(batch):
            answer_all(book, batch, portal=portal, login=login)
        if set(states(book, batch)) <= {"done", "rejected"}:
            return
    raise AssertionError(f"never ends: {book.counts(batch)}")
