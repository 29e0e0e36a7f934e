"""Shares that are killed, at every named step and at any time, and started again: nothing is lost, nothing is wrong, nothing is left."""

from __future__ import annotations

import contextlib
import os
import random
import signal
import time
from collections.abc import Callable, Sequence
from functools import partial
from pathlib import Path

import pytest

from payerbot import steps
from payerbot.model import Job
from payerbot.share import ShareReport
from tests.process.support import LOGIN, OTHER, OWNER, PORTAL, Background, Left, Office, run_is_gone, until

IN = steps.NAMES.index("state.saved") + 1
OUT = steps.NAMES.index("sign_out.done")
BARRING = frozenset({"sign_in.intent", "sign_in.clicked", "sign_in.code"})  # nobody knows how such a sign-in ended
BEFORE_A_BROWSER = frozenset({"share.started", "lease.taken"})
ROWS = 3  # half as many as there are steps at which an item is in hand: each is broken off twice, and a third time would be a question
SOME = ("sign_in.clicked", "search.sent")
LONGEST = 600.0
SEED = 20261122
KILLS = 20
AROUND = ("share.started", "lease.taken", "browser.started", "state.saved", "item.taken", "search.sent", "answer.read", "answer.filed")


class Chain:
    """One login whose shares are killed one after the other, each going on with what the one before has left."""

    def __init__(self, office: Office, login: str, rows: int, job: Job = Job.ELIGIBILITY) -> None:
        self.office = office
        self.login = login
        self.rows = rows
        self.job = job
        self.batches: list[str] = []
        self.killed = 0

    def die_at(self, step: str) -> None:
        """One share, which is killed at this step."""
        self._let(die=step)
        report = self._share()
        assert report.ended == "killed", f"{step}: {report}"
        self._look(self.office.shares(self.login)[-1], wiped=step not in BEFORE_A_BROWSER)
        assert (self._bar() is not None) == (step in BARRING), step

    def die_after(self, step: str, seconds: float) -> None:
        """One share, which somebody else kills that long after this step, wherever it stands then."""
        self._let(tell=step)
        share = Background(self._share)
        until(lambda: self.office.told(self.login).exists() or share.over(), f"the share reaches {step}", LONGEST)
        end = time.monotonic() + seconds
        while time.monotonic() < end and not share.over():
            time.sleep(0.005)
        left = self.office.shares(self.login)[-1]
        with contextlib.suppress(ProcessLookupError):  # it came to its end before
            os.kill(left.pid, signal.SIGKILL)
        self.killed += share.result(LONGEST).ended == "killed"
        reached = self.office.told(self.login).exists()  # a share that has nothing to do yet ends before it
        self._look(left, wiped=reached and step not in BEFORE_A_BROWSER)

    def finish(self) -> list[list[dict[str, str]]]:
        """Undisturbed to the end; the result rows of every batch."""
        self._let()
        while self.office.counts(self.batches[-1])["done"] < self.rows:
            assert self._share().ended == "done"
            assert not self._left_behind.parent.exists()
        assert all(self.office.counts(batch) == {"done": self.rows} for batch in self.batches)
        return [self.office.results(batch) for batch in self.batches]

    @property
    def _left_behind(self) -> Path:
        """What a machine that lost its power may have left."""
        return self.office.home / "run" / f"{PORTAL}-{self.login}" / "left-behind"

    def _let(self, **wish: str) -> None:
        """The next share's wish; the named person lets the login go on, and there is something to do."""
        self.office.wish(self.login, **wish)
        self._bar()
        with self.office.ledger() as ledger:
            for question in ledger.questions():
                if question.login == self.login:
                    ledger.reply(question.n, by=OWNER, verb="yes")
        if not self.batches or self.office.counts(self.batches[-1])["done"] == self.rows:
            self.batches.append(self.office.load(self.rows, job=self.job, login=self.login, again=bool(self.batches)))

    def _share(self) -> ShareReport:
        return self.office.share(self.batches[-1], self.login)

    def _bar(self) -> object:
        with self.office.ledger() as ledger:
            return ledger.sign_in_bar(PORTAL, self.login)

    def _look(self, left: Left, *, wiped: bool) -> None:
        """Each row has one line, nothing runs any more, and what the share before has left is gone."""
        assert self.office.counts(self.batches[-1])["taken"] == 0
        until(lambda: run_is_gone(left.run), "nothing of the killed share is left", 40)
        assert not (wiped and self._left_behind.exists())
        assert [path.name for path in self._left_behind.parent.glob("*")] in ([], ["left-behind"]), "its supervisor wipes what it had"
        self._left_behind.parent.mkdir(parents=True, exist_ok=True)
        self._left_behind.touch()


def _beside(*works: Callable[[], None]) -> None:
    """Several logins at once."""
    for each in [Background(work) for work in works]:
        each.result(LONGEST * 2)


def _undisturbed(office: Office, rows: int, job: Job) -> list[dict[str, str]]:
    with office.in_another_home():
        batch = office.load(rows, job=job)
        assert office.share(batch).ended == "done"
        return office.results(batch)


def _the_same(found: Sequence[list[dict[str, str]]], expected: list[dict[str, str]]) -> None:
    for result in found:
        assert result == expected[: len(result)]


def test_killed_on_the_way_in_and_at_work_it_answers_as_if_nothing_had_been(office: Office) -> None:
    expected = _undisturbed(office, 1, Job.ELIGIBILITY)
    chain = Chain(office, LOGIN, rows=1)
    for step in SOME:
        chain.die_at(step)
    _the_same(chain.finish(), expected)


@pytest.mark.deep
def test_killed_at_every_named_step_and_started_again_it_answers_as_if_nothing_had_been(office: Office) -> None:
    expected = _undisturbed(office, ROWS, Job.ELIGIBILITY)

    def on_the_way_in() -> None:
        chain = Chain(office, LOGIN, rows=1)
        for step in steps.NAMES[:IN]:
            chain.die_at(step)
        _the_same(chain.finish(), expected)

    def at_work() -> None:
        chain = Chain(office, OTHER, rows=ROWS)
        for step in steps.NAMES[IN:OUT]:
            chain.die_at(step)
        _the_same(chain.finish(), expected)
        short = Chain(office, OTHER, rows=1)
        for step in steps.NAMES[OUT:]:
            short.die_at(step)
        _the_same(short.finish(), expected)

    _beside(on_the_way_in, at_work)


@pytest.mark.deep
def test_killed_at_twenty_random_times_and_started_again_it_answers_as_if_nothing_had_been(office: Office) -> None:
    expected = _undisturbed(office, ROWS, Job.CLAIM_STATUS)
    chains = [Chain(office, login, ROWS, Job.CLAIM_STATUS) for login in (LOGIN, OTHER)]

    def kill_and_go_on(chain: Chain) -> None:
        dice = random.Random(f"{SEED} {chain.login}")
        while chain.killed < KILLS / len(chains):
            chain.die_after(dice.choice(AROUND), dice.random())
        _the_same(chain.finish(), expected)

    _beside(*[partial(kill_and_go_on, chain) for chain in chains])
