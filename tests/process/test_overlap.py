"""Two runs on one login at the same time: the portal sees one session after the other, and everybody gets an answer."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import pytest

from payerbot.model import Job, Progress
from payerbot.run import RunSummary
from tests.process.support import LOGIN, Background, Office, until

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


def _started(office: Office, batch: str, *, desk: bool) -> Background:
    """A run that has answered its first row by now."""
    answered: list[Progress] = []
    run = Background(lambda: office.run(batch, desk=desk, progress=lambda told: answered.append(told) if told.event == "item" else None))
    until(lambda: answered or run.over(), "the first row is answered", LONGEST)
    return run


def _overlapping(office: Office) -> Overlap:
    """The first run still has three slow rows to ask when the second one starts."""
    office.twin.fault("slow@coverage:2.5")
    first, second = office.load(4), office.load(1, job=Job.CLAIM_STATUS)
    runs = [_started(office, first, desk=True), Background(lambda: office.run(second))]
    for run in runs:
        run.result(LONGEST)
    return Overlap(office, [first, second], office.twin.records())


def test_two_runs_on_one_login_are_two_sessions_one_after_the_other(office: Office) -> None:
    overlap = _overlapping(office)
    overlap.check()
    assert len(overlap.sessions()) == 2
    assert office.ends() == ["logout", "logout"]


def test_without_the_lease_the_very_same_check_fails(office: Office) -> None:
    office.wish(LOGIN, lease="off")
    overlap = _overlapping(office)
    with pytest.raises(AssertionError):
        overlap.check()
    assert "second sign-in" in office.ends()


def test_a_sweep_yields_to_a_job_at_the_desk_between_two_rows_and_both_come_to_their_end(office: Office) -> None:
    sweep, visit = office.load(4, job=Job.CLAIM_STATUS), office.load(1)
    swept = _started(office, sweep, desk=False)
    asked: RunSummary = office.run(visit)
    assert asked.exit_code == 0
    assert office.counts(sweep)["waiting"] > 0  # the desk did not wait for the sweep's end
    done: RunSummary = swept.result(LONGEST)
    assert done.exit_code == 0
    overlap = Overlap(office, [sweep, visit], office.twin.records())
    overlap.check()
    assert len(overlap.sessions()) == 3
    assert office.ends() == ["logout"] * 3


def test_a_run_that_waited_while_another_did_its_work_does_not_sign_in_for_nothing(office: Office) -> None:
    office.twin.fault("slow@coverage:2.5")
    batch = office.load(3)
    first = _started(office, batch, desk=True)
    second: RunSummary = office.run(batch)
    assert (first.result(LONGEST).exit_code, second.exit_code) == (0, 0)
    assert len(office.sign_ins()) == 1
