"""The ledger under any order of events: hypothesis plays runs, people, crashes and clocks against a model of what must hold."""

from __future__ import annotations

import tempfile
from datetime import timedelta
from pathlib import Path
from random import Random

import pytest
from hypothesis import HealthCheck, settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, invariant, precondition, rule, run_state_machine_as_test
from sqlalchemy.exc import IntegrityError

from payerbot.ledger.book import Lease, LeaseHeld, LeaseLost, NotTaken, Verb
from payerbot.model import ClaimStatusResult, Outcome
from payerbot.rows import Answer, Item
from tests.deep import deep
from tests.ledger_support import DAY, LOGIN, PORTAL, Place, claim_ask, finish_all, is_whole, sheet

ROWS = 6
FINAL = [outcome for outcome in Outcome if outcome.final]
OPEN = [outcome for outcome in Outcome if not outcome.final]
REPLIES: list[Verb] = ["yes", "no", "done", "ready"]
LIFE = 60


class Machine(RuleBasedStateMachine):
    """Two handles on one ledger, a current lease and those that were lost, one open item at a time and those that were left."""

    server = ""

    def __init__(self) -> None:
        super().__init__()
        memory = Path("/dev/shm")  # noqa: S108  a private folder is made in it
        self.folder = tempfile.TemporaryDirectory(dir=memory if memory.is_dir() else None)  # many small commits; no disk is tested here
        self.place = Place(Path(self.folder.name), self.server)
        self.book = self.place.ledger()
        self.other = self.place.ledger()
        self.lease: Lease | None = None
        self.lost: list[tuple[Lease, Item | None]] = []
        self.item: Item | None = None
        self.left: list[Item] = []
        self.answers: dict[str, Answer] = {}
        self.last = ClaimStatusResult(outcome=Outcome.NOT_FOUND)
        self.epoch = 0

    def teardown(self) -> None:
        try:
            finish_all_late(self)
        finally:
            self.place.remove()
            self.folder.cleanup()

    @initialize()
    def load(self) -> None:
        asks = [claim_ask(n) for n in (1, 2, 3, 1)]
        self.batch = self.book.add(sheet(*asks, None, claim_ask(4)), business_date=DAY).batch

    @precondition(lambda self: self.lease is None)
    @rule()
    def take_lease(self) -> None:
        lease = self.book.take_lease(PORTAL, LOGIN, life=LIFE, staff="Robin")
        assert lease.epoch > self.epoch
        self.lease, self.epoch = lease, lease.epoch

    @precondition(lambda self: self.lease is not None)
    @rule()
    def take_it_twice(self) -> None:
        assert self.lease is not None
        self.lease.beat()  # it may have slept; nobody took it over
        with pytest.raises(LeaseHeld):
            self.other.take_lease(PORTAL, LOGIN, life=LIFE)

    @precondition(lambda self: self.lease is not None and self.item is None)
    @rule()
    def claim(self) -> None:
        assert self.lease is not None
        self.item = self.book.claim(self.lease, self.batch)
        if self.item:
            assert self.item.id not in self.answers, "an answered question is never asked again"
            assert self.item.epoch == self.lease.epoch

    @precondition(lambda self: self.item is not None)
    @rule(outcome=st.sampled_from(FINAL))
    def finish(self, outcome: Outcome) -> None:
        assert self.lease is not None
        assert self.item is not None
        answer = ClaimStatusResult(outcome=outcome, seen_as=f"wording {len(self.answers)}")
        self.book.finish(self.lease, self.item, answer)
        self.answers[self.item.id] = answer
        self._leave()

    @precondition(lambda self: self.item is not None)
    @rule(outcome=st.sampled_from(OPEN), hours=st.sampled_from([None, 0, 5]), ask=st.booleans(), counts=st.booleans())
    def set_aside(self, outcome: Outcome, hours: int | None, ask: bool, counts: bool) -> None:
        assert self.lease is not None
        assert self.item is not None
        due = None if hours is None else self.place.clock.now + timedelta(hours=hours)
        question = self.book.ask_person(PORTAL, LOGIN, "terms", staff="Robin", item=self.item.id) if ask or (due is None) else None
        self.book.set_aside(self.lease, self.item, outcome, waits_for="something", due=due, question=question, counts=counts)
        self._leave()

    @precondition(lambda self: self.item is not None)
    @rule()
    def give_back(self) -> None:
        assert self.lease is not None
        assert self.item is not None
        self.book.give_back(self.lease, self.item)
        self._leave()

    @precondition(lambda self: self.item is not None)
    @rule(n=st.integers(1, 4))
    def send_on(self, n: int) -> None:
        assert self.lease is not None
        assert self.item is not None
        self.book.requeue(self.lease, self.item, portal="carelon", login="bot.two", ask=claim_ask(n))
        self._leave()

    @rule(n=st.integers(1, 4), answer=st.booleans())
    def work_at_the_other_portal(self, n: int, answer: bool) -> None:
        with self.other.take_lease("carelon", "bot.two", life=LIFE) as lease:
            if item := self.other.claim(lease, self.batch):
                if answer:
                    self.answers[item.id] = ClaimStatusResult(outcome=Outcome.ANSWERED, seen_as="there")
                    self.other.finish(lease, item, self.answers[item.id])
                else:
                    self.other.requeue(lease, item, portal=PORTAL, login=LOGIN, ask=claim_ask(n))

    @precondition(lambda self: self.lease is not None)
    @rule(how=st.sampled_from(["release", "expire", "sleep"]))
    def lose_the_lease(self, how: str) -> None:
        assert self.lease is not None
        if how == "release":
            self.lease.release()
        else:
            self.place.clock.forward(seconds=LIFE + 1)
        if how == "expire":
            taken = self.other.take_lease(PORTAL, LOGIN, life=LIFE)
            self.epoch = taken.epoch
            taken.release()
        if how != "sleep":  # one that slept and was not taken over goes on
            self.lost.append((self.lease, self.item))
            self.lease, self.item = None, None

    @precondition(lambda self: self.lost)
    @rule(chance=st.randoms(use_true_random=False))
    def commit_late(self, chance: Random) -> None:
        lease, item = chance.choice(self.lost)
        with pytest.raises(LeaseLost):
            lease.beat()
        with pytest.raises(LeaseLost):
            self.book.claim(lease, self.batch)
        if item:
            with pytest.raises(LeaseLost):
                self.book.finish(lease, item, self.last)
            with pytest.raises(LeaseLost):
                self.book.set_aside(lease, item, Outcome.PORTAL_DOWN, waits_for="it")

    @precondition(lambda self: self.lease is not None and self.left)
    @rule(chance=st.randoms(use_true_random=False))
    def finish_what_was_left(self, chance: Random) -> None:
        assert self.lease is not None
        item = chance.choice(self.left)
        if self.item is not None and item.id == self.item.id:
            return
        with pytest.raises((IntegrityError, NotTaken)):
            self.book.finish(self.lease, item, self.last)

    @rule(outcome=st.sampled_from([Outcome.NEEDS_PERSON, Outcome.TERMS_BLOCKED, Outcome.PORTAL_DOWN]), by_question=st.booleans())
    def hold(self, outcome: Outcome, by_question: bool) -> None:
        question = self.other.ask_person(PORTAL, LOGIN, "password", staff="Robin") if by_question else None
        due = None if by_question else self.place.clock.now + timedelta(hours=1)
        self.other.hold(self.batch, PORTAL, LOGIN, outcome, waits_for="this", question=question, due=due)

    @rule(verb=st.sampled_from(REPLIES), close=st.booleans())
    def a_person_replies(self, verb: Verb, close: bool) -> None:
        for asked in self.other.questions()[:1]:
            if close:
                self.other.close_question(asked.n, "expired")
            else:
                self.other.reply(asked.n, by="Robin", verb=verb)

    @rule(minutes=st.sampled_from([1, 40, 400]))
    def time_passes(self, minutes: int) -> None:
        if self.lease is not None:
            self.lease.beat()
        self.place.clock.forward(minutes=minutes)
        if self.lease is not None:
            self.lease.beat()

    @rule()
    def load_again(self) -> None:
        report = self.other.add(sheet(*(claim_ask(n) for n in (1, 2, 3, 1)), None, claim_ask(4)), business_date=DAY)
        assert (report.batch, report.added, report.resumed) == (self.batch, 0, True)

    @invariant()
    def every_row_has_its_one_line(self) -> None:
        is_whole(self.other, self.batch, ROWS)

    @invariant()
    def answers_stay_as_they_were_given(self) -> None:
        for line in self.other.lines(self.batch):
            if line.answer is not None:
                assert line.answer == self.answers[line.item]

    def _leave(self) -> None:
        assert self.item is not None
        self.left.append(self.item)
        self.item = None


def finish_all_late(machine: Machine) -> None:
    """Whatever happened, the batch can be brought to its end, and the audit is whole."""
    if not hasattr(machine, "batch"):
        return
    machine.place.clock.forward(hours=24)
    finish_all(machine.book, machine.batch)
    is_whole(machine.book, machine.batch, ROWS)
    assert machine.book.verify_audit() == []


@pytest.mark.parametrize("database", ["sqlite", *deep("postgresql")], indirect=True)
def test_any_order_of_events_keeps_every_promise(database: str) -> None:
    how = settings(max_examples=10, stateful_step_count=25, deadline=None, suppress_health_check=list(HealthCheck))
    run_state_machine_as_test(type("Machine", (Machine,), {"server": database}), settings=how)
