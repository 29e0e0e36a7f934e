"""Authorizations with real shares: prepared, approved by a person, killed at every step of the submit, counted at the payer, followed."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from datetime import timedelta
from typing import Any

import pytest
from typer.testing import CliRunner

from payerbot import logs, steps
from payerbot.authorization import AuthRequest, AuthResult, AuthState
from payerbot.cli import app
from payerbot.ledger.records import Submission
from payerbot.model import Job
from sandbox.world import AS_OF
from tests.contract.auth_support import members_at, request_for
from tests.deep import deep
from tests.ledger_support import drop_database, new_database, sheet
from tests.process.support import LOGIN, OWNER, PORTAL, Office, world

PAYER = "aetna"
AT_SUBMIT = [step for step in steps.AUTHS if step.startswith("submit.")]
UNPRESSED = ("submit.intended", "submit.pressing")


@pytest.fixture(autouse=True)
def _log_closed() -> Iterator[None]:
    yield
    logs.file.close()


def requests(count: int) -> list[AuthRequest]:
    """Requests that nobody has sent yet, to a payer that takes a second one as well."""
    known = {one.member_key for one in world().authorizations}
    found = [request_for(member, PAYER) for member in members_at(world(), PAYER) if member.key not in known]
    assert len(found) >= count
    return found[:count]


def load(office: Office, *asks: AuthRequest) -> str:
    with office.ledger() as ledger:
        return ledger.add(sheet(*asks, job=Job.AUTHS, portal=PORTAL, login=LOGIN), business_date=AS_OF).batch


def submissions(office: Office) -> list[Submission]:
    with office.ledger() as ledger:
        return ledger.submissions()


def woken(office: Office, batch: str) -> None:
    from payerbot.commands.auths import WOKEN

    with office.ledger() as ledger:
        ledger.wake(batch, WOKEN)


def approve_all(office: Office) -> int:
    """Dana looks at each request that waits and types yes."""
    waiting = [one for one in submissions(office) if one.state == "prepared"]
    for one in waiting:
        done = CliRunner().invoke(app, ["auths", "approve", one.id, "--as", OWNER], input="yes\n")
        assert done.exit_code == 0, done.output
        assert one.ask.patient.member_id in done.output, "she sees whom it is about"
    return len(waiting)


def counted(office: Office) -> tuple[dict[str, int], list[dict[str, Any]]]:
    """Presses by form nonce, and the requests taken, as the payer has them."""
    told = office.twin.auths()
    return told["presses"], told["taken"]


@pytest.fixture
def on(request: pytest.FixtureRequest, database_server: str, office: Office) -> Iterator[None]:
    """The ledger on one kind of database; the server is there before the test begins to count processes."""
    if request.param == "sqlite":
        yield
        return
    url = new_database(database_server)
    office.set_variable("PAYERBOT_LEDGER_URL", url)
    yield
    drop_database(database_server, url)


@pytest.mark.usefixtures("on")
@pytest.mark.parametrize(
    "on, kills",
    deep(("sqlite", AT_SUBMIT), ("postgresql", AT_SUBMIT)),
    indirect=["on"],
)
def test_killed_at_every_step_of_the_submit_each_request_is_there_once(office: Office, kills: Sequence[str]) -> None:
    killed_before = sum(step in UNPRESSED for step in kills)
    batch = load(office, *requests(len(kills)))
    office.run(batch, prepare=True)
    assert counted(office) == ({}, []), "nothing is sent before a person said yes"
    assert [one.state for one in submissions(office)] == ["prepared"] * len(kills)
    assert {asked.kind for asked in office.questions()} == {"approval"}
    assert approve_all(office) == len(kills)
    for step in kills:
        office.wish(die=step)
        office.run(batch)
    office.wish()
    woken(office, batch)
    office.run(batch)
    presses, taken = counted(office)
    assert len(taken) == len(presses) == len(kills) - killed_before
    assert set(presses.values()) == {1}, "no form was sent twice"
    assert sorted(one.state for one in submissions(office)) == ["settled"] * len(taken) + ["unknown"] * killed_before
    assert office.questions() == [], "the portal may show a request a day late"

    office.set_variable("PAYERBOT_DEV_TODAY", (AS_OF + timedelta(days=1)).isoformat())
    woken(office, batch)
    office.run(batch)
    assert [asked.kind for asked in office.questions()] == ["approval_again"] * killed_before
    assert counted(office) == (presses, taken), "nothing is pressed without a new approval"
    assert approve_all(office) == killed_before
    office.run(batch)
    presses, taken = counted(office)
    assert len(taken) == len(presses) == len(kills)
    assert set(presses.values()) == {1}
    assert {one["member_key"] for one in taken} == {one.ask.patient_key for one in submissions(office)}

    office.twin.night(5)
    woken(office, batch)
    office.run(batch)
    lines = office.lines(batch)
    said = [line.answer for line in lines if isinstance(line.answer, AuthResult)]
    assert {answer.sent_by for answer in said} == {"payerbot"}
    assert all(answer.state.decided for answer in said)
    contacts = [asked.kind for asked in office.questions()]
    assert len(said) + len(contacts) == len(lines), "decided, or the payer wants a call"
    assert set(contacts) <= {"auth_contact"}
    with office.ledger() as ledger:
        assert ledger.verify_audit() == []


@pytest.mark.deep
def test_two_at_the_payer_and_one_by_phone(office: Office) -> None:
    doubled, known = requests(2)
    reference = office.twin.auth_by_phone(known.payer_key, known.patient_key, "90837", known.start_date, known.end_date, fixed="approved")
    batch = load(office, doubled, known)
    office.run(batch, prepare=True)
    (first, second) = office.lines(batch)
    assert isinstance(second.answer, AuthResult)
    assert (second.answer.state, second.answer.sent_by) == (AuthState.APPROVED, "someone else")
    assert reference in {second.answer.portal_reference, second.answer.auth_number}
    assert "approves or declines" in first.waits_for
    assert approve_all(office) == 1
    with office.twin.with_fault("reset-after-accept@auth-submit"):
        office.run(batch)
    presses, taken = counted(office)
    ours = [one for one in taken if one["by"] == "portal"]
    assert len(presses) == 1, "one form, which the browser sent again below us"
    assert len(ours) == sum(presses.values())
    kinds = [asked.kind for asked in office.questions()]
    assert kinds == (["submission_doubled"] if len(ours) > 1 else [])


AFTER_ACCEPT = ("error-after-accept", "confirmation-lost", "drop-after-accept", "hang-after-accept")


@pytest.mark.deep
def test_whatever_comes_in_place_of_the_confirmation_the_request_is_looked_up_and_never_sent_again(office: Office) -> None:
    office.set_variable("PAYERBOT_STEP_SECONDS", "10")
    batch = load(office, *requests(len(AFTER_ACCEPT)))
    office.run(batch, prepare=True)
    for fault, one in zip(AFTER_ACCEPT, submissions(office), strict=True):
        before = len(counted(office)[0])
        done = CliRunner().invoke(app, ["auths", "approve", one.id, "--as", OWNER], input="yes\n")
        assert done.exit_code == 0, done.output
        with office.twin.with_fault(f"{fault}@auth-submit"):
            office.run(batch)
        assert len(counted(office)[0]) == before + 1, f"{fault}: one form was sent"
    woken(office, batch)
    office.run(batch)
    presses, taken = counted(office)
    assert len(presses) == len(AFTER_ACCEPT)
    assert len(taken) == sum(presses.values()), "the browser alone sent a form again, and the payer took it"
    twice = sum(times > 1 for times in presses.values())
    assert sorted(one.state for one in submissions(office)) == ["doubled"] * twice + ["settled"] * (len(presses) - twice)
    assert [asked.kind for asked in office.questions()].count("submission_doubled") == twice
