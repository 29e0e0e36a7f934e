"""The lease on a login: one holder, an epoch, and what happens when its holder dies or sleeps."""

from __future__ import annotations

import os
import subprocess
import sys
from datetime import timedelta

import pytest

from payerbot.errors import UserError
from payerbot.ledger.book import LeaseHeld, LeaseLost, Ledger
from payerbot.ledger.processes import Process, host_id, started, this_process
from tests.ledger_support import ANSWERED, DAY, LOGIN, PORTAL, Place, answer_all, claims, fetch


@pytest.fixture
def book(place: Place) -> Ledger:
    return place.ledger()


def test_a_login_has_one_holder_at_a_time(book: Ledger) -> None:
    book.take_lease(PORTAL, LOGIN, life=60, who="sweep")
    with pytest.raises(LeaseHeld, match=r"bot\.one at availity is in use by another run \(sweep\)"):
        book.take_lease(PORTAL, LOGIN, life=60, who="desk")
    book.take_lease(PORTAL, "bot.two", life=60)
    book.take_lease("cigna", LOGIN, life=60)


def test_a_held_lease_is_for_the_person_at_the_keyboard_to_wait_for() -> None:
    assert issubclass(LeaseHeld, UserError)


def test_each_taking_has_a_higher_epoch(book: Ledger, place: Place) -> None:
    first = book.take_lease(PORTAL, LOGIN, life=60)
    first.release()
    second = book.take_lease(PORTAL, LOGIN, life=60)
    place.clock.forward(seconds=61)
    third = book.take_lease(PORTAL, LOGIN, life=60)
    assert first.epoch < second.epoch < third.epoch


def test_a_beating_lease_does_not_expire(book: Ledger, place: Place) -> None:
    lease = book.take_lease(PORTAL, LOGIN, life=60)
    for _ in range(4):
        place.clock.forward(seconds=50)
        lease.beat()
    with pytest.raises(LeaseHeld):
        book.take_lease(PORTAL, LOGIN, life=60)


def test_after_a_takeover_the_old_holder_can_neither_beat_nor_release(book: Ledger, place: Place) -> None:
    old = book.take_lease(PORTAL, LOGIN, life=60)
    place.clock.forward(seconds=61)
    new = book.take_lease(PORTAL, LOGIN, life=60)
    with pytest.raises(LeaseLost, match="took over"):
        old.beat()
    old.release()
    new.beat()
    with pytest.raises(LeaseHeld):
        book.take_lease(PORTAL, LOGIN, life=60)


def test_a_released_lease_is_lost(book: Ledger) -> None:
    batch = book.add(claims(1), business_date=DAY).batch
    with book.take_lease(PORTAL, LOGIN, life=60) as lease:
        item = book.claim(lease, batch)
        assert item is not None
    with pytest.raises(LeaseLost):
        lease.beat()
    with pytest.raises(LeaseLost):
        book.finish(lease, item, ANSWERED)
    assert book.take_lease(PORTAL, LOGIN, life=60).epoch == lease.epoch + 1


def test_what_a_released_or_expired_lease_had_taken_is_asked_again(book: Ledger, place: Place) -> None:
    batch = book.add(claims(2), business_date=DAY).batch
    for end in ("release", "expire"):
        lease = book.take_lease(PORTAL, LOGIN, life=60)
        assert book.claim(lease, batch) is not None
        if end == "release":
            lease.release()
        place.clock.forward(seconds=61)
    assert answer_all(book, batch) == 2
    assert fetch(book, "SELECT count(*) FROM attempt WHERE finished_at IS NULL") == [(0,)]


def test_the_wish_of_a_desk_is_seen_by_the_sweep_and_not_by_the_desk(book: Ledger) -> None:
    sweep = book.take_lease(PORTAL, LOGIN, life=60, who="sweep")
    assert not sweep.wanted()
    book.want(PORTAL, LOGIN, "desk")
    assert sweep.wanted()
    sweep.release()
    desk = book.take_lease(PORTAL, LOGIN, life=60, who="desk")
    assert not desk.wanted()


def test_a_freed_login_is_kept_a_minute_for_who_asked_for_it(book: Ledger, place: Place) -> None:
    with book.take_lease(PORTAL, LOGIN, life=60, who="sweep"):
        book.want(PORTAL, LOGIN, "desk")
    with pytest.raises(LeaseHeld, match="kept for desk"):
        book.take_lease(PORTAL, LOGIN, life=60, who="sweep")
    place.clock.forward(seconds=61)
    book.take_lease(PORTAL, LOGIN, life=60, who="sweep").release()


def test_a_wish_for_a_login_nobody_ever_had_is_no_trouble(book: Ledger) -> None:
    book.want(PORTAL, LOGIN, "desk")
    assert book.take_lease(PORTAL, LOGIN, life=60, who="sweep").epoch == 1


# Processes

HOLD = """
with place.ledger(clock=False) as book:
    lease = book.take_lease(PORTAL, LOGIN, life=600)
    book.claim(lease, sys.argv[1])
    print(lease.epoch)
    sys.stdin.read()
"""


@pytest.fixture
def real(place: Place) -> Ledger:
    return place.ledger(clock=False)


def test_a_killed_process_is_taken_over_at_once_even_before_it_is_reaped(place: Place, real: Ledger) -> None:
    batch = real.add(claims(1), business_date=DAY).batch
    child = place.child(HOLD, batch)
    assert child.stdout is not None
    epoch = int(child.stdout.readline())
    with pytest.raises(LeaseHeld):
        real.take_lease(PORTAL, LOGIN, life=600)
    assert [line.state for line in real.lines(batch)] == ["taken"]
    child.kill()
    os.waitid(os.P_PID, child.pid, os.WEXITED | os.WNOWAIT)
    assert [line.state for line in real.lines(batch)] == ["waiting"]
    lease = real.take_lease(PORTAL, LOGIN, life=600)
    assert lease.epoch == epoch + 1
    assert real.claim(lease, batch) is not None
    child.communicate()


RACE = """
with place.ledger(clock=False) as book:
    for line in sys.stdin:
        try:
            print(book.take_lease(PORTAL, line.strip(), life=600).epoch)
        except Exception as error:
            print(type(error).__name__)
"""


def test_of_processes_that_race_for_a_lease_exactly_one_gets_it(place: Place, real: Ledger) -> None:
    children = [place.child(RACE) for _ in range(2)]
    for turn in range(6):
        for child in children:
            assert child.stdin is not None
            child.stdin.write(f"login {turn}\n")
        for child in children:
            assert child.stdin is not None
            child.stdin.flush()
        ends = sorted(child.stdout.readline().strip() for child in children if child.stdout)
        assert ends == ["1", "LeaseHeld"]
    for child in children:
        child.communicate()


def test_a_process_with_a_dead_ones_number_is_not_taken_for_it() -> None:
    me = this_process()
    assert not me.gone()
    assert me._replace(started="1").gone()
    assert me._replace(boot="an earlier boot").gone()


def test_a_process_on_another_machine_is_never_known_to_be_gone() -> None:
    assert not Process("another machine", "", 2**22 + 1, "1").gone()


def test_a_process_that_is_not_there_has_no_start() -> None:
    child = subprocess.Popen([sys.executable, "-c", ""])
    child.wait()
    assert started(child.pid) == ""
    assert Process(host_id(), this_process().boot, child.pid, "12345").gone()


def test_another_machines_lease_is_left_until_it_expires(book: Ledger, place: Place) -> None:
    book.take_lease(PORTAL, LOGIN, life=60)
    with book.writing() as connection:
        connection.exec_driver_sql("UPDATE lease SET host = 'another machine', pid = 1")
    place.clock.forward(seconds=59)
    with pytest.raises(LeaseHeld):
        book.take_lease(PORTAL, LOGIN, life=60)
    place.clock.forward(seconds=2)
    assert book.take_lease(PORTAL, LOGIN, life=60).epoch == 2


def test_a_lease_shows_its_end_in_the_ledger_in_utc(book: Ledger, place: Place) -> None:
    book.take_lease(PORTAL, LOGIN, life=90)
    with book.reading() as connection:
        from payerbot.ledger.tables import lease

        assert connection.execute(lease.select()).mappings().one()["expires_at"] == place.clock.now + timedelta(seconds=90)
