"""Sign-ins that do not go well, counted by the portal: a refused password is pressed once, a person is asked, nothing is guessed."""

from __future__ import annotations

import os
import signal
from functools import partial
from typing import Any

import pytest
from sqlalchemy import select

from payerbot.gate import Block, Pass
from payerbot.ledger.book import Handoff
from payerbot.ledger.tables import handoff
from payerbot.model import Job, Outcome
from payerbot.share import ShareReport
from payerbot.vault import Part
from sandbox.availity.signin import WAYS
from tests.deep import deep
from tests.process.support import LOGIN, OWNER, PORTAL, Background, Office, until


def _asked(office: Office, kind: str) -> Handoff:
    """The one open question, of this kind, to the login's owner."""
    (question,) = office.questions()
    assert (question.kind, question.staff, question.item) == (kind, OWNER, None)
    return question


def _all_wait_for(office: Office, question: Handoff, *batches: str) -> None:
    for batch in batches:
        lines = office.lines(batch)
        assert {line.question for line in lines} == {question.n}
        assert {line.last_outcome for line in lines} == {Outcome.NEEDS_PERSON}


def _one_try(office: Office, kind: str, outcomes: list[str]) -> tuple[str, Handoff]:
    """A run that ends at the sign-in with a question; until that is answered no other gets past the gate."""
    batch = office.load(1)
    assert office.share(batch).ended == "login"
    question = _asked(office, kind)
    assert office.sign_ins() == outcomes
    _all_wait_for(office, question, batch)
    blocked = office.admitted()
    assert isinstance(blocked, Block)
    assert blocked.question == question.n
    return batch, question


# --- the password --------------------------------------------------------------------------------------------------------------------


def test_a_wrong_password_is_tried_once_however_many_rows_jobs_processes_and_starts_there_are(office: Office) -> None:
    office.keep_secrets(LOGIN, office.user, password="not this one")
    visits, claims = office.load(3), office.load(3, job=Job.CLAIM_STATUS)
    for each in [Background(partial(office.run, batch)) for batch in (visits, claims)]:
        assert each.result(300).exit_code == 3
    assert office.share(visits).ended == "blocked"
    assert office.sign_ins() == ["refused"]
    question = _asked(office, "sign_in_refused")
    _all_wait_for(office, question, visits, claims)

    office.keep_secrets(LOGIN, office.user)
    assert office.share(visits).ended == "blocked"  # a password was put right, and nobody has said so yet
    assert office.answer("yes") == [question.n]
    assert office.share(visits).ended == "done"
    assert office.counts(visits) == {"done": 3}
    assert office.sign_ins() == ["refused", "code_wanted"]


@pytest.mark.deep
def test_killed_between_click_and_banner_the_password_counts_as_refused(office: Office) -> None:
    office.keep_secrets(LOGIN, office.user, password="not this one")
    office.wish(hold="sign_in.clicked")
    batch = office.load(2)
    share = Background(lambda: office.share(batch))
    until(office.sign_ins, "the portal has judged the password", 300)
    os.kill(office.shares()[-1].pid, signal.SIGKILL)
    assert share.result().ended == "killed"
    for _ in range(2):
        assert office.share(batch).ended == "blocked"
    assert office.sign_ins() == ["refused"]
    _all_wait_for(office, _asked(office, "sign_in_unresolved"), batch)


@pytest.mark.deep
def test_a_run_that_starts_while_another_is_signing_in_waits_for_it_and_not_for_a_question_without_a_number(office: Office) -> None:
    office.twin.fault("slow@password:4")
    first, second = office.load(1), office.load(1, job=Job.CLAIM_STATUS)
    office.wish(tell="sign_in.clicked")
    run = Background(lambda: office.share(first))
    until(lambda: office.told().exists() or run.over(), "the password is sent", 300)
    assert office.share(second).ended == "done"
    assert run.result(300).ended == "done"
    assert office.questions() == []


@pytest.mark.deep
def test_a_locked_account_is_never_tried_again_without_a_person(office: Office) -> None:
    office.twin.change_user(office.user.user_id, locked=True)
    _one_try(office, "account_locked", ["locked"])


@pytest.mark.parametrize("fault", ["password-expired@sign-in", *deep("password-expiring@sign-in:3")])
def test_a_password_that_ends_is_a_person_s_to_change_and_nothing_is_clicked_away(office: Office, fault: str) -> None:
    office.twin.fault(fault)
    batch = office.load(1)
    assert office.share(batch).ended == "login"
    _all_wait_for(office, _asked(office, "password_expired"), batch)
    assert office.twin.records("press") == []
    assert isinstance(office.admitted(), Block)
    assert len(office.sign_ins()) == 1


# --- walls ---------------------------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("fault", ["captcha@sign-in", *deep("bot-wall@sign-in", "bot-wall@password")])
def test_a_wall_stops_every_job_on_this_login_and_is_not_called_a_bad_password(office: Office, fault: str) -> None:
    office.twin.fault(fault)
    _, question = _one_try(office, "bot_wall", [])
    office.twin.clear_faults()
    assert isinstance(office.admitted(), Block)  # only a person says that the wall is gone
    with office.ledger() as ledger:
        ledger.reply(question.n, by=OWNER, verb="done")
    assert isinstance(office.admitted(), Pass)


# --- codes ---------------------------------------------------------------------------------------------------------------------------


class Person:
    """Answers a question while a run waits for it."""

    def __init__(self, office: Office) -> None:
        self.office = office
        self.saw: list[Handoff] = []

    def helps(self) -> None:
        question: Handoff = until(lambda: next(iter(self.office.questions()), None), "a code is asked for", 300)
        self.saw.append(question)
        assert self.office.twin.records("code_sent") == []  # nothing goes to anyone's phone before Ready
        self._reply(question, "ready", next(told for told in question.ways if told.startswith(WAYS["text"].partition(" {")[0])))
        until(lambda: self.office.twin.records("code_sent"), "the code is sent")
        self._reply(question, "code", self.office.twin.sent_code(self.office.user.user_id))

    def _reply(self, question: Handoff, verb: Any, secret: str) -> None:
        with self.office.ledger() as ledger:
            ledger.reply(question.n, by=OWNER, verb=verb, secret=secret)


def _codes(office: Office) -> list[tuple[str, str]]:
    return [(each["way"], each["outcome"]) for each in office.twin.records("code")]


@pytest.mark.deep
def test_without_a_seed_the_owner_is_asked_says_ready_and_types_the_code_which_is_used_once_and_erased(office: Office) -> None:
    office.vault.remove(PORTAL, LOGIN, Part.TOTP)
    batch = office.load(2)
    person = Person(office)
    helping = Background(person.helps)
    assert office.share(batch).ended == "done"
    helping.result()
    (question,) = person.saw
    assert (question.kind, question.staff) == ("code", OWNER)
    assert len(question.ways) >= 2
    assert office.counts(batch) == {"done": 2}
    assert _codes(office) == [("text", "ok")]
    assert office.questions() == []
    with office.ledger() as ledger, ledger.reading() as connection:
        assert connection.execute(select(handoff.c.secret)).scalars().all() == [None]


@pytest.mark.deep
def test_a_code_nobody_gives_is_not_sent_and_the_rows_wait_for_the_question_that_was_asked(office: Office) -> None:
    office.vault.remove(PORTAL, LOGIN, Part.TOTP)
    office.set_variable("PAYERBOT_CODE_WAIT_SECONDS", "0.5")
    batch = office.load(2)
    assert office.share(batch).ended == "login"
    first = _asked(office, "code")
    _all_wait_for(office, first, batch)
    assert office.share("").ended == "login"  # nothing bars the login: who signs in again is asked the same question
    assert _asked(office, "code").n == first.n
    assert office.twin.records("code_sent") == []
    assert _codes(office) == []


@pytest.mark.deep
def test_a_refused_code_is_not_followed_by_another(office: Office) -> None:
    office.twin.fault("code-rejected@code")
    _one_try(office, "code_refused", ["code_wanted"])
    assert _codes(office) == [("app", "refused")]


# --- detours -------------------------------------------------------------------------------------------------------------------------


@pytest.mark.deep
def test_the_detours_of_a_sign_in_are_gone_through(office: Office) -> None:
    tours = [["trust-device@code", "maintenance-notice@sign-in"], ["framed-sign-in@sign-in"], ["unusual-time@sign-in"]]
    for faults in tours:
        for fault in faults:
            office.twin.fault(fault)
        assert office.share("").ended == "done"
        office.twin.clear_faults()
    assert office.sign_ins() == ["code_wanted", "ok", "code_wanted"]  # after the first one the device is known
    assert _codes(office) == [("app", "ok"), ("app", "ok")]
    assert office.ends() == ["logout"] * 3


@pytest.mark.deep
def test_maintenance_is_an_outage_and_no_refusal(office: Office) -> None:
    batch = office.load(1)
    office.twin.fault("maintenance@sign-in")
    report: ShareReport = office.share(batch)
    assert report.ended == "login"
    assert office.waits(batch) == {"the portal to be back"}
    assert office.questions() == []
    assert office.sign_ins() == []
    assert isinstance(office.admitted(), Pass)
