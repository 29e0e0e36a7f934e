"""Runs that end early: asked to, out of hours, thrown out, or because portal, disk or ledger fail. Signed out, and nothing lost."""

from __future__ import annotations

import contextlib
import os
import signal
import sqlite3
import subprocess
import sys
import threading
from collections.abc import Iterator
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

import pytest

from payerbot import share
from payerbot.errors import RunError
from payerbot.gate import Block, Pass
from payerbot.model import Job
from payerbot.run import EXIT_FAILED, EXIT_OK, EXIT_WAITING
from payerbot.share import ShareReport
from payerbot.vault import Part
from sandbox.client import running
from sandbox.world import SEED
from tests.deep import deep
from tests.process.support import CLAIMS, LOGIN, MEMBERS, PORTAL, Background, Office, below, gone, read_result, until

LONGEST = 400.0
SLOWLY = "slow@coverage:2"  # there is time to do something to a run while it works


def _at_work(office: Office, batch: str, *, until_it: str = "item", **how: Any) -> Background:
    """A run that has come so far: by itself, until it has answered its first row."""
    heard: set[str] = set()
    run = Background(lambda: office.run(batch, progress=lambda told: heard.add(told.event), **how))
    until(lambda: until_it in heard or run.over(), f"the run tells of {until_it}", LONGEST)
    return run


def _ended(run: Background, seconds: float = LONGEST) -> ShareReport:
    """How the run's only share ended."""
    (report,) = run.result(seconds).shares
    found: ShareReport = report
    return found


def _searches(office: Office) -> int:
    return len(office.twin.records("search"))


# --- stopped -------------------------------------------------------------------------------------------------------------------------


def test_ctrl_c_signs_out_writes_what_is_known_and_leaves_nothing(office: Office) -> None:
    office.twin.fault(SLOWLY)
    path, out = office.file(3), office.folder / "out.csv"
    office.wish(tell="answer.filed")
    before = below()
    with office.cli("run", "eligibility", str(path), "--out", str(out)) as command:
        until(lambda: office.told().exists() or command.process.poll() is not None, "a row is answered", LONGEST)
        command.kill(signal.SIGINT)
        code, _, errors = command.ended()
    gone(before, 20)
    assert code == EXIT_FAILED
    assert office.ends() == ["logout"]
    assert errors.splitlines()[-1].startswith("Stopped: nothing is lost")
    assert f"What is known so far is in {out}." in errors
    known = read_result(out)
    assert len(known) == 3
    assert 0 < sum(row["outcome"] == "answered" for row in known) < 3

    office.twin.clear_faults()
    with office.cli("run", "eligibility", str(path), "--out", str(out)) as command:
        assert command.ended()[0] == EXIT_OK
    assert {row["outcome"] for row in read_result(out)} == {"answered"}
    assert len(office.sign_ins()) == 2


@pytest.mark.deep
def test_a_command_that_is_killed_leaves_a_share_that_signs_out_and_one_killed_with_its_share_leaves_no_browser(office: Office) -> None:
    office.twin.fault(SLOWLY)
    path, before = office.file(3), below()
    with office.cli("run", "eligibility", str(path)) as command:
        started = command.share()
        until(lambda: _searches(office) == 1, "a row is asked", LONGEST)
        assert started.pid in {process.pid for process in below()}
        command.kill(signal.SIGKILL)
        gone(before)
    assert office.ends() == ["logout"]
    with office.cli("run", "eligibility", str(path)) as command:
        started = command.share()
        until(lambda: _searches(office) == 2, "another row is asked", LONGEST)
        command.kill(signal.SIGKILL)
        os.kill(started.pid, signal.SIGKILL)
        gone(before)
    assert office.ends() == ["logout"]


@pytest.mark.deep
def test_a_stop_request_ends_a_share_between_two_steps_and_its_rest_waits_for_its_turn(office: Office) -> None:
    office.twin.fault(SLOWLY)
    batch, stop = office.load(3), threading.Event()
    run = _at_work(office, batch, stop=stop)
    stop.set()
    summary = run.result()
    assert [each.ended for each in summary.shares] == ["stopped"]
    assert summary.exit_code == EXIT_WAITING
    assert office.ends() == ["logout"]
    assert office.counts(batch)["waiting"] > 0
    assert office.waits(batch) == {"its turn"}


def test_a_share_that_stands_still_is_ended_with_all_it_started(office: Office, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(share, "SIGN_OUT_SECONDS", 3.0)
    office.wish(freeze="item.taken")
    batch, stop = office.load(1), threading.Event()
    before = below()
    run = _at_work(office, batch, until_it="signed_in", stop=stop)
    until(lambda: office.counts(batch)["taken"], "an item is taken", LONGEST)
    stop.set()
    summary = run.result(60)
    gone(before, 5)
    assert [each.ended for each in summary.shares] == ["killed"]
    assert summary.exit_code == EXIT_FAILED
    assert office.counts(batch) == {"waiting": 1}


@pytest.mark.deep
def test_a_stop_while_the_password_is_being_judged_leaves_no_session_open(office: Office) -> None:
    office.twin.fault("slow@password:3")
    office.wish(tell="sign_in.clicked")
    batch, stop = office.load(1), threading.Event()
    run = Background(lambda: office.run(batch, stop=stop))
    until(lambda: office.told().exists() or run.over(), "the password is sent", LONGEST)
    stop.set()
    assert [each.ended for each in run.result().shares] == ["stopped"]
    begun = {each["session"] for each in office.twin.records("session_start")}
    assert {each["session"] for each in office.twin.records("session_end")} == begun
    with office.ledger() as ledger:
        assert ledger.sign_in_bar(PORTAL, LOGIN) is None  # its end was waited for and written down


# --- hours, and people ---------------------------------------------------------------------------------------------------------------


def _hours(office: Office, begin: int, end: int, **more: Any) -> tuple[datetime, datetime]:
    """Bot hours, in hours from now; returns when the next ones begin and when the next ones end."""
    now = datetime.now(office.practice.zone)
    first, last = ((now + timedelta(hours=hours)).replace(second=0, microsecond=0) for hours in (begin, end))
    office.write_practice(hours={"from": f"{first:%H:%M}", "until": f"{last:%H:%M}"}, **more)
    return first if first > now else first + timedelta(days=1), last if last > now else last + timedelta(days=1)


@pytest.mark.deep
def test_at_its_stop_by_time_a_run_has_signed_out_and_its_rest_waits_for_the_next_hours(office: Office) -> None:
    office.twin.fault(SLOWLY)
    start, _ = _hours(office, -2, 2)
    batch = office.load(3)
    office.wish(two_hours_pass="answer.filed")
    report: ShareReport = office.share(batch)
    assert report.ended == "stopped"
    assert office.ends() == ["logout"]
    assert office.counts(batch) == {"done": 1, "waiting": 2}
    assert office.waits(batch) == {"the next hours of this login"}
    assert {line.next_due for line in office.lines(batch) if line.state == "waiting"} == {start}


def test_outside_its_hours_a_login_is_not_used_at_all(office: Office) -> None:
    start, _ = _hours(office, 2, 3)
    batch = office.load(1)
    assert office.share(batch).ended == "blocked"
    assert office.waits(batch) == {f"the hours of the login {LOGIN}"}
    assert {line.next_due for line in office.lines(batch)} == {start}
    assert office.twin.records("request") == []


def test_the_gate_says_until_when_a_login_may_be_used(office: Office) -> None:
    _, end = _hours(office, -1, 1)
    for desk in (False, True):
        inside = office.admitted(desk=desk)
        assert isinstance(inside, Pass)
        assert inside.stop_by == end
        assert not inside.over()
    start, _ = _hours(office, 1, 2, desk_any_time=True)
    outside = office.admitted(desk=False)
    assert isinstance(outside, Block)
    assert outside.due == start
    at_the_desk = office.admitted(desk=True)
    assert isinstance(at_the_desk, Pass)
    assert at_the_desk.stop_by is None  # a person started it and is there to stop it


@pytest.mark.deep
def test_thrown_out_by_a_person_it_yields_until_the_next_hours(office: Office) -> None:
    office.twin.fault(SLOWLY)
    batch, other = office.load(3), office.load(1, job=Job.CLAIM_STATUS)
    run = _at_work(office, batch)
    office.twin.person_signs_in(office.user.user_id)
    assert _ended(run).ended == "person"
    assert office.share(other).ended == "blocked"
    assert office.share(batch).ended == "blocked"
    assert len(office.sign_ins()) == 1
    assert office.ends() == ["second sign-in"]  # the person's own session was left alone
    assert office.waits(batch) == {"a person signed in with this login"}
    assert office.waits(other) == {"a person signed in with this login"}
    now = datetime.now(office.practice.zone)
    midnight = (now + timedelta(days=1)).replace(hour=0, minute=0, second=0, microsecond=0)
    assert {line.next_due for line in office.lines(batch) if line.state == "waiting"} == {midnight}


# --- the portal fails ----------------------------------------------------------------------------------------------------------------


@pytest.mark.deep
def test_troubles_that_pass_are_got_over_in_the_same_run(office: Office) -> None:
    for fault in ("error-503@sign-in:1", "error-503@eligibility:1", "error-503@coverage:1", "session-expiry@coverage:3"):
        office.twin.fault(fault)
    batch = office.load(3)
    report: ShareReport = office.share(batch)
    assert report.ended == "done", office.log()
    assert office.counts(batch) == {"done": 3}
    assert office.questions() == []
    assert office.ends() == ["expired", "logout"]


@pytest.mark.parametrize("fault", ["outage@any", *deep("hang@sign-in", "outage@coverage")])
def test_a_portal_that_is_down_or_silent_makes_rows_wait_and_nothing_else(office: Office, fault: str) -> None:
    if fault.startswith("hang"):
        office.set_variable("PAYERBOT_STEP_SECONDS", "4")
    office.twin.fault(fault)
    batch = office.load(1)
    report: ShareReport = office.share(batch)
    assert report.ended in {"login", "breaker", "done"}
    assert office.counts(batch) == {"waiting": 1}
    assert office.waits(batch) == {"the portal to be back"}
    assert office.questions() == []


@pytest.mark.deep
def test_a_portal_that_goes_away_and_one_that_is_not_there_are_one_sentence_each(office: Office) -> None:
    path, out = office.file(2), office.folder / "out.csv"
    office.wish(tell="item.taken", nth=2)
    with running(seed=SEED, members=MEMBERS, claims=CLAIMS) as doomed:
        elsewhere = {"PAYERBOT_DEV_PORTALS": f"{PORTAL}={doomed.base_url(PORTAL)}", "PAYERBOT_STEP_SECONDS": "6"}
        doomed.fault(SLOWLY)
        with office.cli("run", "eligibility", str(path), "--out", str(out), **elsewhere) as command:
            until(lambda: office.told().exists() or command.process.poll() is not None, "the second row is taken", LONGEST)
            os.kill(doomed.pid, signal.SIGKILL)
            code, told, _ = command.ended()
    assert code == EXIT_WAITING, office.log()
    assert told.count("1 row waits for: the portal to be back.") == 1, office.log()
    assert [row["outcome"] for row in read_result(out)] == ["answered", "portal_down"]

    for name, value in elsewhere.items():
        office.set_variable(name, value)
    batch = office.load(2, job=Job.CLAIM_STATUS)
    assert office.share(batch).note == "the portal to be back"
    assert office.counts(batch) == {"waiting": 2}
    assert office.waits(batch) == {"the portal to be back"}


# --- this side fails -----------------------------------------------------------------------------------------------------------------


def test_a_missing_password_and_an_unpermitted_portal_are_said_before_any_browser(office: Office) -> None:
    batch = office.load(1)
    office.vault.remove(PORTAL, LOGIN, Part.PASSWORD)
    before = below()
    report = office.share(batch)
    assert (report.ended, office.counts(batch)) == ("blocked", {"waiting": 1})
    assert "payerbot keys set availity" in report.note
    assert office.waits(batch) == {report.note}

    office.keep_secrets(LOGIN, office.user)
    office.set_variable("PAYERBOT_DEV_PORTALS", "")
    report = office.share(batch)
    assert report.ended == "blocked"
    assert "payerbot permit availity" in report.note
    assert office.waits(batch) == {report.note}
    assert below() == before
    assert not (office.home / "run").exists()
    assert office.twin.records("request") == []


@contextlib.contextmanager
def _held(ledger: Path) -> Iterator[None]:
    """Another program has the ledger open and keeps it."""
    with contextlib.closing(sqlite3.connect(ledger, isolation_level=None, check_same_thread=False)) as other:
        other.execute("BEGIN IMMEDIATE")
        yield
        other.execute("ROLLBACK")


@pytest.mark.deep
def test_a_ledger_that_is_locked_in_the_middle_of_a_run_ends_it_signed_out_and_nothing_is_lost(office: Office) -> None:
    office.set_variable("PAYERBOT_LEASE_SECONDS", "30")
    office.twin.fault(SLOWLY)
    batch = office.load(3)
    run = _at_work(office, batch)
    with _held(office.home / "ledger.sqlite"):
        report = _ended(run)
    assert report.ended == "failed"
    assert "ledger is held by another program" in report.note
    assert office.ends() == ["logout"]
    counts = office.counts(batch)
    assert counts == {"done": counts["done"], "waiting": 3 - counts["done"]}


def test_a_ledger_on_a_network_share_is_refused_with_what_to_do(office: Office, monkeypatch: pytest.MonkeyPatch) -> None:
    from payerbot.ledger import store

    batch = office.load(1)
    monkeypatch.setattr(store, "_disk", lambda _path: ("nfs4", "rw"))
    with pytest.raises(RunError, match="set PAYERBOT_HOME to a folder on a local disk"):
        office.run(batch)
    assert office.twin.records("request") == []


def _unshare() -> list[str]:
    """A namespace of its own, in which a small disk can be mounted."""
    words = ["unshare", "--user", "--map-current-user", "--keep-caps", "--mount"]
    tried = subprocess.run([*words, "mount", "-t", "tmpfs", "tmpfs", "/mnt"], capture_output=True, check=False)
    assert tried.returncode == 0, "this machine does not let anybody mount a small disk: allow user namespaces"
    return words


@pytest.mark.deep
def test_a_full_disk_ends_a_run_with_one_sentence_and_once_there_is_room_it_goes_on(office: Office) -> None:
    path, out, home, now = office.file(3), office.folder / "out.csv", office.home, office.folder / "now"
    office.twin.fault(SLOWLY)
    run = f"{sys.executable} -c 'from payerbot.cli import main; main()' run eligibility {path} --out {out}"
    script = f"""
        mount -t tmpfs -o size=300m,mode=0700 tmpfs {home}
        {run} & pid=$!
        until [ -e {now} ] || ! kill -0 $pid; do sleep 0.1; done
        cat /dev/zero > {home}/filler
        wait $pid; echo "first $?"
        rm {home}/filler
        {run}; echo "then $?"
    """
    before = below()
    words = [*_unshare(), "sh", "-c", script]
    with subprocess.Popen(words, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True, cwd=office.folder) as shell:
        until(lambda: _searches(office) >= 2 or shell.poll() is not None, "a row is answered", LONGEST)
        now.touch()
        told = shell.communicate(timeout=LONGEST)[0]
    gone(before)
    assert "Traceback" not in told
    assert "first 1" in told
    assert "then 0" in told
    assert told.casefold().count("disk is full") == 1
    assert office.ends() == ["logout", "logout"]
    assert {row["outcome"] for row in read_result(out)} == {"answered"}
