"""SIGKILL at any moment: afterwards every row has exactly one current line, and the work goes on to the same end."""

from __future__ import annotations

import random
import signal
import subprocess
import time
from collections.abc import Iterator

import pytest

from tests.deep import deep
from tests.ledger_support import ANSWERED, DAY, LOGIN, PORTAL, Place, claim_ask, claims, finish_all, is_whole, sheet

ROWS = 9

# A process that forks for every order it reads ("action moment"); the fork does the action and dies at that moment.
DOOMED = """
import signal
from contextlib import suppress
from sqlalchemy import event
from payerbot.ledger.evidence import Evidence

def die(*_):
    os.kill(os.getpid(), signal.SIGKILL)

def arm(book, moment):
    if moment == "before":
        event.listen(book.engine, "commit", die)
    elif moment == "after":
        event.listen(book.engine, "checkin", die)
    else:
        left = [int(moment)]
        def count(*_):
            left[0] -= 1
            if left[0] == 0:
                die()
        event.listen(book.engine, "after_cursor_execute", count)

def prepare(book, action, batch):
    if action == "add":
        return lambda: book.add(claims(9), business_date=DAY, again=True)
    if action == "lease":
        return lambda: book.take_lease(PORTAL, LOGIN, life=600)
    if action == "ask":
        return lambda: book.ask_person(PORTAL, LOGIN, "terms", staff="Robin")
    if action == "reply":
        n = book.ask_person(PORTAL, LOGIN, "password", staff="Robin")
        book.hold(batch, PORTAL, LOGIN, Outcome.NEEDS_PERSON, waits_for="a person", question=n)
        return lambda: book.reply(n, by="Robin", verb="yes")
    lease = book.take_lease(PORTAL, LOGIN, life=600)
    if action == "claim":
        return lambda: book.claim(lease, batch)
    if action == "sign":
        book.clear_sign_ins(PORTAL, LOGIN, "Robin")
        return lambda: book.intend_sign_in(lease)
    item = book.claim(lease, batch)
    if item is None:
        os._exit(8)
    return {
        "finish": lambda: book.finish(lease, item, ANSWERED),
        "aside": lambda: book.set_aside(lease, item, Outcome.PAGE_CHANGED, waits_for="a repair"),
        "back": lambda: book.give_back(lease, item),
        "on": lambda: book.requeue(lease, item, portal="carelon", login="bot.two", ask=item.ask),
        "release": lease.release,
        "keep": lambda: Evidence(book, place.keys).keep("text", b"page", item=item.id),
    }[action]

for line in sys.stdin:
    action, moment, batch = line.split()
    child = os.fork()
    if child == 0:
        book = place.ledger(clock=False)
        book.wake(batch, [Outcome.PAGE_CHANGED])
        act = prepare(book, action, batch)
        arm(book, moment)
        act()
        os._exit(7)
    print(os.waitstatus_to_exitcode(os.waitpid(child, 0)[1]), flush=True)
"""
FURTHER = deep("lease", "aside", "back", "on", "release", "ask", "reply", "sign", "keep")
KILLED, LIVED, NOTHING_DUE = -signal.SIGKILL, 7, 8


@pytest.fixture
def doomed(place: Place) -> Iterator[subprocess.Popen[str]]:
    process = place.child(DOOMED)
    yield process
    process.communicate(timeout=60)


def order(process: subprocess.Popen[str], *words: object) -> int:
    assert process.stdin is not None
    assert process.stdout is not None
    process.stdin.write(" ".join(map(str, words)) + "\n")
    process.stdin.flush()
    return int(process.stdout.readline())


@pytest.mark.parametrize("action", ["add", "claim", "finish", *FURTHER])
def test_whatever_is_killed_in_the_middle_happened_wholly_or_not_at_all(place: Place, doomed: subprocess.Popen[str], action: str) -> None:
    book = place.ledger(clock=False)
    batch = book.add(sheet(*map(claim_ask, range(1, ROWS)), None), business_date=DAY).batch
    for moment in ("before", "after", "2", "5"):
        end = order(doomed, action, moment, batch)
        assert end == KILLED or (end == LIVED and moment == "5"), "an action may have fewer statements than that"
        is_whole(book, batch, ROWS)
        assert book.verify_audit() == []
    others = [info.id for info in book.batches() if info.id != batch]
    assert len(others) == {"add": 1}.get(action, 0) + (action == "add" and end == LIVED)
    finish_all(book, batch)
    assert book.counts(batch) == {"rows": ROWS, "rejected": 1, "waiting": 0, "taken": 0, "done": ROWS - 1, "answered": ROWS - 1}
    is_whole(book, batch, ROWS)


def test_a_sign_in_killed_after_it_was_written_down_bars_the_login(place: Place, doomed: subprocess.Popen[str]) -> None:
    book = place.ledger(clock=False)
    batch = book.add(claims(1), business_date=DAY).batch
    assert order(doomed, "sign", "before", batch) == KILLED
    assert book.sign_in_bar(PORTAL, LOGIN) is None
    assert order(doomed, "sign", "after", batch) == KILLED
    bar = book.sign_in_bar(PORTAL, LOGIN)
    assert bar is not None
    assert bar.kind == "unresolved"


def test_an_answer_killed_before_its_commit_is_asked_again_and_after_it_never(place: Place, doomed: subprocess.Popen[str]) -> None:
    book = place.ledger(clock=False)
    batch = book.add(claims(1), business_date=DAY).batch
    assert order(doomed, "finish", "before", batch) == KILLED
    assert book.shares(batch) == [(PORTAL, LOGIN)]
    assert order(doomed, "finish", "after", batch) == KILLED
    assert book.shares(batch) == []
    assert [line.answer for line in book.lines(batch)] == [ANSWERED]
    assert order(doomed, "finish", "after", batch) == NOTHING_DUE


WORK = """
import random
chance = random.Random(int(sys.argv[2]))
batch = sys.argv[1]
with place.ledger(clock=False) as book:
    lease = book.take_lease(PORTAL, LOGIN, life=600)
    print("at work", flush=True)
    while item := book.claim(lease, batch):
        act = chance.randrange(4)
        if act == 0:
            book.set_aside(lease, item, Outcome.PORTAL_DOWN, waits_for="the portal", due=datetime.now(UTC))
        elif act == 1:
            book.give_back(lease, item)
        else:
            book.finish(lease, item, ANSWERED)
"""


def test_a_run_killed_at_random_times_comes_to_the_undisturbed_end(place: Place) -> None:
    chance = random.Random(2026)
    book = place.ledger(clock=False)
    batch = book.add(claims(30), business_date=DAY).batch
    for turn in range(3):
        child = place.child(WORK, batch, str(turn))
        assert child.stdout is not None
        assert child.stdout.readline() == "at work\n"
        time.sleep(chance.uniform(0.0, 0.15))
        child.kill()
        child.communicate()
        is_whole(book, batch, 30)
        assert book.verify_audit() == []
    finish_all(book, batch)
    assert [(line.line, line.answer) for line in book.lines(batch)] == [(n, ANSWERED) for n in range(1, 31)]
