"""Two runs on one login at the same time: the portal sees one session after the other, and everybody gets an answer."""

from __future__ import annotations

import shutil
from collections.abc import Sequence
from typing import Any

import pytest

from payerbot.model import Job
from tests.process.support import Background, Office, until

LONGEST = 400.0


class Overlap:
    """What two runs did whose lifetimes overlapped."""

    def __init__(self, office: Office, batches: Sequence[str], events: Sequence[dict[str, Any]]) -> None:
        self.office = office
        self.batches = batches
        self.events = events

    def check(self) -> None:
        """No request of a session after the sign-in of the next one, and every row answered."""
        assert self.late_requests() == []
        for batch in self.batches:
            counts = self.office.counts(batch)
            assert counts == {"done": counts.total()}

    def sessions(self) -> list[str]:
        """In the order of their sign-ins."""
        return [event["session"] for event in self.events if event["kind"] == "sign_in" and event["session"]]

    def late_requests(self) -> list[str]:
        """Paths that were asked for in a session after somebody had signed in anew."""
        order, late, current = self.sessions(), [], -1
        for event in self.events:
            if event["kind"] == "sign_in" and event["session"]:
                current = order.index(event["session"])
            elif event["kind"] == "request" and event["session"] in order and order.index(event["session"]) < current:
                late.append(event["path"])
        return late


def _held(office: Office, batch: str, *, desk: bool = True, **wish: Any) -> Background:
    """A run that stands before its second row, until it may go on."""
    office.wish(hold="item.taken", nth=2, **wish)
    run = Background(lambda: office.run(batch, desk=desk))
    until(lambda: office.told().exists() or run.over(), "the second row is taken", LONGEST)
    return run


def _overlapping(office: Office, **wish: Any) -> Overlap:
    """The second run comes to the login, or to its lease, while the first one is at work."""
    first, second = office.load(3), office.load(1, job=Job.CLAIM_STATUS)
    came: list[str] = []
    runs = [_held(office, first, **wish)]
    shutil.rmtree(office.home / "state")  # it cannot slip into the first one's session
    runs.append(Background(lambda: office.run(second, progress=lambda told: came.append(told.event))))
    until(lambda: {"waiting", "signed_in"} & set(came), "the second run waits or is signed in", LONGEST)
    office.go()
    for run in runs:
        run.result(LONGEST)
    return Overlap(office, [first, second], office.twin.records())


@pytest.mark.deep
def test_two_runs_on_one_login_are_two_sessions_one_after_the_other(office: Office) -> None:
    overlap = _overlapping(office)
    overlap.check()
    assert len(overlap.sessions()) == 2
    assert office.ends() == ["logout", "logout"]


@pytest.mark.deep
def test_without_the_lease_the_very_same_check_fails(office: Office) -> None:
    overlap = _overlapping(office, lease="off")
    with pytest.raises(AssertionError):
        overlap.check()
    assert "second sign-in" in office.ends()


@pytest.mark.deep
def test_a_sweep_yields_to_a_job_at_the_desk_between_two_rows_and_both_come_to_their_end(office: Office) -> None:
    sweep, visit = office.load(4, job=Job.CLAIM_STATUS), office.load(1)
    swept = _held(office, sweep, desk=False)
    asked = Background(lambda: office.run(visit, progress=lambda told: office.go() if told.event == "waiting" else None))
    assert asked.result(LONGEST).exit_code == 0
    assert office.counts(sweep)["done"] == 2  # the row in hand was brought to its end, and the desk did not wait for the others
    assert swept.result(LONGEST).exit_code == 0
    overlap = Overlap(office, [sweep, visit], office.twin.records())
    overlap.check()
    assert len(overlap.sessions()) == 3
    assert office.ends() == ["logout"] * 3


@pytest.mark.deep
def test_a_run_that_waited_while_another_did_its_work_does_not_sign_in_for_nothing(office: Office) -> None:
    batch = office.load(3)
    first = _held(office, batch)
    second = Background(lambda: office.run(batch, progress=lambda told: office.go() if told.event == "waiting" else None))
    assert [run.result(LONGEST).exit_code for run in (first, second)] == [0, 0]
    assert len(office.shares()) == 2
    assert len(office.sign_ins()) == 1
