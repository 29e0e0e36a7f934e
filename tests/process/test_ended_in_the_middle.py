"""Payments and requests that are stopped or killed in the middle: no process, no browser and no document in the clear outlives them."""

from __future__ import annotations

import os
import signal
import threading
from collections.abc import Iterator

import pytest

from payerbot import logs
from payerbot.run import RunSummary
from tests.process.support import Background, Office, below, gone, until
from tests.process.test_auths import approve_all, counted, load, requests, submissions, woken
from tests.process.test_eobs import payments, write

LONGEST = 400.0


@pytest.fixture(autouse=True)
def _log_closed() -> Iterator[None]:
    yield
    logs.file.close()


def in_the_clear(office: Office) -> list[str]:
    return [path.as_posix() for path in (office.home / "run").rglob("*") if path.is_file()]


@pytest.mark.deep
def test_killed_with_its_supervisor_while_a_document_comes_the_next_start_leaves_nothing_of_it(office: Office) -> None:
    row = next(row for row in payments() if row["payer_key"] == "aetna")
    file, before = write(office.folder / "payments.csv", [row]), below()
    office.wish(hold_download=True)
    with office.cli("run", "eobs", file.name) as command:
        started = command.share()
        until(lambda: office.told().exists() or command.process.poll() is not None, "the document is there", LONGEST)
        assert in_the_clear(office), "the browser has it"
        command.kill(signal.SIGKILL)
        os.kill(started.pid, signal.SIGKILL)
        gone(before)
    office.wish()
    with office.cli("run", "eobs", file.name) as command:
        assert command.ended()[0] == 0
    assert not (office.home / "run" / "availity-automation-1").exists()


@pytest.mark.deep
def test_stopped_while_submit_hangs_nothing_is_left_and_it_was_pressed_once(office: Office) -> None:
    batch = load(office, *requests(1))
    office.run(batch, prepare=True)
    assert approve_all(office) == 1
    stop, before = threading.Event(), below()
    with office.twin.with_fault("hang-after-accept@auth-submit"):
        run = Background(lambda: office.run(batch, stop=stop))
        until(lambda: run.over() or counted(office)[1], "the payer has it", LONGEST)
        stop.set()
        summary: RunSummary = run.result(90)
        gone(before, 5)
    assert [each.ended for each in summary.shares] in (["stopped"], ["killed"])
    assert in_the_clear(office) == []
    assert {one.state for one in submissions(office)} <= {"intended", "unknown", "settled"}
    woken(office, batch)
    office.run(batch)
    presses, taken = counted(office)
    assert (list(presses.values()), len(taken)) == ([1], 1)
    assert [one.state for one in submissions(office)] == ["settled"]
