"""Submissions: approved as shown, pressed once, counted; a request that stands already is not sent; an older ledger presses nothing."""

from __future__ import annotations

import shutil
from collections.abc import Iterator
from datetime import date, timedelta
from decimal import Decimal
from typing import Any

import psycopg
import pytest
from sqlalchemy import make_url

from payerbot import steps
from payerbot.authorization import AuthResult, AuthService, AuthState, StandingRequest
from payerbot.auths.match import blocking
from payerbot.errors import PortalDown, PortalSlow, UserError
from payerbot.model import Outcome
from tests.auth_support import APPROVER, Practice, auth_ask, in_memory
from tests.ledger_support import LOGIN, PORTAL, Place, is_whole

AFTER_INTENT = ("submit.intended", "submit.pressing")
AFTER_PRESS = ("submit.pressed", "submit.answered", "submit.counted", "submit.settled", "auth.followed")


@pytest.fixture
def place(database: str) -> Iterator[Place]:
    with in_memory() as home:
        found = Place(home, database)
        yield found
        found.remove()


@pytest.fixture
def office(place: Place) -> Practice:
    return Practice(place)


def prepared(office: Practice, **changes: Any) -> str:
    """A batch of one request that waits for its approval."""
    batch = office.load(auth_ask(**changes))
    office.run(batch)
    assert office.states[-1] == "prepared"
    return batch


# --- the plain way ------------------------------------------------------------------------------------------------------------------


def test_a_request_is_prepared_approved_sent_once_and_followed_to_its_decision(office: Practice) -> None:
    batch = prepared(office)
    (question,) = office.book.questions()
    assert (question.kind, question.staff) == ("approval", APPROVER)
    office.run(batch)
    assert office.payer.presses == [], "silence is never a yes"
    office.approve()
    assert office.book.questions() == []
    office.run(batch, prepare=False)
    assert len(office.payer.presses) == 1
    assert office.states == ["settled"]
    office.run(batch, prepare=False)
    (line,) = office.book.lines(batch)
    assert line.answer is None
    assert "decision" in line.waits_for
    is_whole(office.book, batch, 1)
    office.payer.state = AuthState.APPROVED
    office.run(batch, prepare=False)
    (line,) = office.book.lines(batch)
    assert isinstance(line.answer, AuthResult)
    assert (line.answer.state, line.answer.sent_by, line.answer.portal_reference) == (AuthState.APPROVED, "payerbot", "REF1")
    assert len(office.payer.presses) == 1
    assert office.book.verify_audit() == []


def test_nothing_is_filled_by_a_run_that_may_not_prepare(office: Practice) -> None:
    batch = office.load(auth_ask())
    office.run(batch, prepare=False)
    assert (office.states, office.portal.filled) == (["new"], None)
    is_whole(office.book, batch, 1)


def test_a_question_that_is_answered_like_any_other_approves_nothing(office: Practice) -> None:
    batch = prepared(office)
    for verb in ("yes", "done"):
        (question,) = office.book.questions()
        office.book.reply(question.n, by=APPROVER, verb=verb)
        office.run(batch)
        assert office.payer.presses == []
    assert len(office.book.questions()) == 1, "it is asked again"


def test_a_declined_request_is_never_sent(office: Practice) -> None:
    batch = prepared(office)
    office.book.decline(office.book.submissions()[0].id, by=APPROVER)
    office.run(batch)
    again = office.load(auth_ask())
    office.run(again)
    assert (office.states, office.payer.presses) == (["withdrawn"], [])
    is_whole(office.book, again, 1)
    with pytest.raises(UserError, match="withdrawn"):
        office.approve()


def test_an_approval_is_over_at_its_end(office: Practice) -> None:
    batch = prepared(office)
    office.approve(hours=1)
    office.run(batch)
    assert (office.payer.presses, office.states) == ([], ["prepared"])
    office.approve()
    office.run(batch)
    assert len(office.payer.presses) == 1


def test_a_review_page_that_reads_otherwise_than_what_was_approved_is_a_new_question(office: Practice) -> None:
    batch = prepared(office)
    office.approve()
    office.portal.review_note = "Additional fee applies"
    office.run(batch)
    assert (office.payer.presses, office.states) == ([], ["prepared"])
    office.approve()
    office.run(batch)
    assert len(office.payer.presses) == 1


def test_an_approval_is_of_what_was_shown(office: Practice) -> None:
    batch = prepared(office)
    seen = office.book.submissions()[0]
    office.approve(hours=1)
    office.portal.review_note = "changed"
    office.run(batch)
    office.run(batch)
    until = office.place.clock.now + timedelta(hours=9)
    with pytest.raises(UserError, match="prepared anew"):
        office.book.approve(seen.id, by=APPROVER, until=until, seen=seen)


def test_what_the_page_shows_wrong_is_not_asked_about(office: Practice) -> None:
    office.portal.differs = ("Quantity",)
    batch = office.load(auth_ask())
    office.run(batch)
    assert office.states == ["new"]
    assert next(office.book.lines(batch)).last_outcome is Outcome.PAGE_CHANGED


def test_a_form_of_which_nothing_was_read_back_is_not_asked_about(office: Practice) -> None:
    office.portal.shows_review = False
    batch = office.load(auth_ask())
    office.run(batch)
    assert office.states == ["new"]
    assert next(office.book.lines(batch)).last_outcome is Outcome.PAGE_CHANGED


def test_a_payer_that_decides_at_its_check_is_believed_and_nothing_is_pressed(office: Practice) -> None:
    office.portal.decides = AuthResult(outcome=Outcome.ANSWERED, state=AuthState.NOT_REQUIRED, portal_reference="N1")
    batch = office.load(auth_ask())
    office.run(batch)
    (line,) = office.book.lines(batch)
    assert isinstance(line.answer, AuthResult)
    assert (line.answer.state, office.payer.presses, office.states) == (AuthState.NOT_REQUIRED, [], ["decided"])


@pytest.mark.parametrize("keeps", [True, False])
def test_a_draft_is_left_and_never_sent(office: Practice, *, keeps: bool) -> None:
    office.portal.keeps_drafts = keeps
    batch = office.load(auth_ask(submit_mode="draft_only"))
    office.run(batch)
    (line,) = office.book.lines(batch)
    assert isinstance(line.answer, AuthResult)
    assert (line.answer.state, line.answer.portal_reference) == (AuthState.DRAFT, "D1" if keeps else None)
    assert ("draft" in line.answer.reason, office.payer.presses) == (True, [])


# --- it stands already --------------------------------------------------------------------------------------------------------------


def other_spellings() -> list[dict[str, Any]]:
    patient = auth_ask().patient
    return [
        {},
        {"note": "other words"},
        {"request_id": "R77", "client_reference": "x"},
        {"patient": patient.model_copy(update={"member_id": "w-000 001"})},
        {"patient": patient.model_copy(update={"first": "Adah", "member_id": "W000001"})},
        {"start_date": date(2027, 2, 1), "end_date": date(2027, 5, 1)},
    ]


@pytest.mark.parametrize("changes", other_spellings())
def test_the_same_care_in_another_file_is_found_and_not_sent(office: Practice, changes: dict[str, Any]) -> None:
    office.run(first := prepared(office))
    office.approve()
    office.run(first)
    second = office.load(auth_ask(**changes))
    office.run(second)
    office.payer.state = AuthState.APPROVED
    office.run(second)
    (line,) = office.book.lines(second)
    assert isinstance(line.answer, AuthResult)
    assert line.answer.portal_reference == "REF1"
    assert len(office.payer.presses) == 1


@pytest.mark.parametrize("late", [False, True])
def test_a_request_that_came_by_phone_is_followed_and_nothing_is_sent(office: Practice, *, late: bool) -> None:
    """Before it was prepared, or between the approval and the press."""
    ask = auth_ask(patient=auth_ask().patient.model_copy(update={"member_id": "W-000001"}))
    if not late:
        office.payer.take(ask, by_phone=True)
    batch = office.load(auth_ask())
    office.run(batch)
    if late:
        office.approve()
        office.payer.take(ask, by_phone=True)
        office.run(batch)
    office.payer.state = AuthState.DENIED
    office.run(batch)
    (line,) = office.book.lines(batch)
    assert isinstance(line.answer, AuthResult)
    assert (line.answer.state, line.answer.sent_by, office.payer.presses) == (AuthState.DENIED, "someone else", [])


def test_two_files_that_were_both_approved_send_one(office: Practice) -> None:
    """Although the payer shows nothing yet: our own book knows what may have been sent."""
    first, second = office.load(auth_ask()), office.load(auth_ask(request_id="R2", note="in other words"))
    office.run(first)
    office.run(second)
    for one in office.book.submissions():
        office.approve(one.id)
    office.payer.hidden = 9
    office.run(first, at="submit.answered")
    office.run(second)
    office.run(first)
    assert (len(office.payer.presses), len(office.sent())) == (1, 1)


def test_a_request_that_a_later_file_changes_is_not_sent_as_it_was(office: Practice) -> None:
    batch = prepared(office)
    office.approve()
    later = office.load(auth_ask(note="corrected", approved_at=auth_ask().approved_at + timedelta(days=1)))
    office.run(later)
    office.run(batch)
    assert (office.states, office.payer.presses) == (["withdrawn", "prepared"], [])


def test_what_blocks_and_what_does_not() -> None:
    ask = auth_ask()
    there = StandingRequest(reference="1", member_id="W000001", codes=("90837",), begin=date(2026, 12, 1), end=date(2027, 2, 28))
    assert blocking(ask, [there])
    assert blocking(ask, [there.model_copy(update={"codes": (), "begin": None, "end": None})]), "what is not shown may be the same"
    assert blocking(ask, [there.model_copy(update={"member_id": "W00000101"})]), "an id with a suffix is the same member"
    assert not blocking(ask, [there.model_copy(update={"codes": ("90834",)})])
    assert not blocking(ask, [there.model_copy(update={"begin": date(2027, 3, 1), "end": None})])
    assert not blocking(ask, [there.model_copy(update={"state": AuthState.CANCELLED})])
    more = auth_ask(request_type="extension", prior_auth_number="A-1", services=(AuthService(code="90837", units=Decimal(4)),))
    assert not blocking(more, [there.model_copy(update={"auth_number": "A1"})]), "an extension adds to it"
    assert blocking(more, [there.model_copy(update={"auth_number": "A2"})])


# --- killed, dropped, reset, hung ---------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("step", AFTER_INTENT)
def test_killed_after_the_intent_and_before_the_press(office: Practice, step: str) -> None:
    batch = prepared(office)
    office.approve()
    assert office.run(batch, at=step) is None
    office.run(batch)
    assert (office.payer.presses, len(office.book.questions())) == ([], 1)
    office.run(batch)
    assert (office.payer.presses, len(office.book.questions())) == ([], 1)
    (question,) = office.book.questions()
    assert question.kind == "approval_again"
    office.approve()
    office.run(batch)
    assert (len(office.payer.presses), len(office.sent()), office.states) == (1, 1, ["settled"])


@pytest.mark.parametrize("step", [step for step in steps.AUTHS if step not in AFTER_INTENT])
def test_killed_at_any_other_step_it_is_there_once(office: Practice, step: str) -> None:
    batch = office.load(auth_ask())
    office.run(batch, at=step)
    for _ in range(4):
        office.run(batch)
        if office.states == ["prepared"]:
            office.approve()
            office.run(batch, at=step)
    assert (len(office.payer.presses), len(office.sent()), office.states) == (1, 1, ["settled"])
    assert office.book.questions() == []


@pytest.mark.parametrize("step", AFTER_PRESS)
def test_what_was_pressed_before_the_end_came_is_found(office: Practice, step: str) -> None:
    batch = prepared(office)
    office.approve()
    office.run(batch, at=step)
    office.payer.state = AuthState.APPROVED
    office.run(batch)
    (line,) = office.book.lines(batch)
    assert isinstance(line.answer, AuthResult)
    assert (line.answer.state, len(office.payer.presses), len(office.sent())) == (AuthState.APPROVED, 1, 1)


@pytest.mark.parametrize("trouble", [PortalSlow("hang"), PortalDown("reset"), ValueError("a bug")])
def test_a_response_that_does_not_come_is_looked_up(office: Practice, trouble: Exception) -> None:
    batch = prepared(office)
    office.approve()

    def lost() -> None:
        raise trouble

    office.portal.after_press = lost
    office.run(batch)
    office.run(batch)
    assert (len(office.payer.presses), len(office.sent()), office.states) == (1, 1, ["settled"])


def test_two_at_the_payer_are_a_question_until_one_is_withdrawn(office: Practice) -> None:
    batch = prepared(office)
    office.approve()
    office.portal.resends = 1
    office.run(batch)
    (question,) = office.book.questions()
    assert (question.kind, len(office.payer.presses), office.states) == ("submission_doubled", 1, ["doubled"])
    office.book.reply(question.n, by=APPROVER, verb="done")
    office.run(batch)
    assert [one.kind for one in office.book.questions()] == ["submission_doubled"]
    office.payer.requests[0] = (None, office.payer.requests[0][1].model_copy(update={"state": AuthState.CANCELLED}))
    office.book.reply(office.book.questions()[0].n, by=APPROVER, verb="done")
    office.run(batch)
    assert (len(office.payer.presses), office.states) == (1, ["settled"])


def test_nothing_there_counts_only_after_the_portals_lag(office: Practice) -> None:
    office.lag, office.payer.hidden = 2, 9
    batch = prepared(office)
    office.approve()
    office.run(batch)
    office.run(batch)
    assert (office.states, office.book.questions()) == (["unknown"], [])
    is_whole(office.book, batch, 1)
    office.today += timedelta(days=1)
    office.run(batch)
    assert (office.states, office.book.questions()) == (["unknown"], [])
    office.today += timedelta(days=1)
    office.run(batch)
    assert [one.kind for one in office.book.questions()] == ["approval_again"]
    office.payer.hidden = 0
    office.approve()
    office.run(batch)
    assert (len(office.payer.presses), office.states) == (1, ["settled"]), "the new approval looks first, too"


def test_a_lease_that_was_lost_presses_nothing(office: Practice) -> None:
    batch = prepared(office)
    office.approve()

    def taken_over() -> None:
        office.place.clock.forward(minutes=5)
        office.book.take_lease(PORTAL, LOGIN, life=60).release()

    with pytest.raises(Exception, match="took over"):
        office.run(batch, at="submit.intended", does=taken_over)
    assert office.payer.presses == []


def test_another_handle_on_the_ledger_gets_no_second_intent(office: Practice) -> None:
    batch = prepared(office)
    office.approve()
    other = office.place.ledger()
    lease = office.book.take_lease(PORTAL, LOGIN, life=60)
    taken = office.book.claim(lease, batch)
    assert taken is not None
    found = office.book.submission(lease, taken)
    said = [book.intend(lease, taken, found.id, found.review, on=office.today) for book in (office.book, other, office.book)]
    assert [bool(why) for why in said] == [False, True, True]
    assert office.approvals_used() == 1


# --- an older copy of the ledger ----------------------------------------------------------------------------------------------------


def back_up(office: Practice) -> str:
    """A copy of the database as it stands; its owner's own way of making one."""
    office.place.close()
    copy = str(office.place.home / "older.sqlite")
    if office.place.server:
        copy = f"{name_of(office.place)}_older"
        tell(office.place, f"DROP DATABASE IF EXISTS {copy}")  # of an earlier story that did not need it
        tell(office.place, f"CREATE DATABASE {copy} TEMPLATE {name_of(office.place)}")
    else:
        shutil.copyfile(office.place.file, copy)
    office.book = office.place.ledger(tenant=office.tenant)
    return copy


def restore(office: Practice, copy: str) -> None:
    office.place.close()
    if office.place.server:
        tell(office.place, f"DROP DATABASE {name_of(office.place)}")
        tell(office.place, f"CREATE DATABASE {name_of(office.place)} TEMPLATE {copy}")
        tell(office.place, f"DROP DATABASE {copy}")
    else:
        for left in office.place.home.glob("ledger.sqlite-*"):
            left.unlink()
        shutil.copyfile(copy, office.place.file)
    office.place.clock.forward(minutes=1)
    office.book = office.place.ledger(tenant=office.tenant)


def name_of(place: Place) -> str:
    return str(make_url(place.url).database)


def tell(place: Place, sql: str) -> None:
    with psycopg.connect(place.server.replace("+psycopg", ""), autocommit=True) as connection:
        connection.execute(sql.encode())


@pytest.mark.parametrize("gone", ["nothing", "presses.head", "audit.head"])
@pytest.mark.parametrize("shows", [True, False])
def test_after_a_restored_backup_nothing_is_pressed_for_an_older_approval(office: Practice, gone: str, *, shows: bool) -> None:
    batch = prepared(office)
    office.approve()
    copy = back_up(office)
    office.run(batch)
    assert len(office.payer.presses) == 1
    if gone != "nothing":
        (office.place.home / gone).unlink()
    office.payer.hidden = 0 if shows else 9
    restore(office, copy)
    office.run(batch)
    assert len(office.payer.presses) == 1
    if shows:
        assert office.states == ["settled"]
    else:
        assert [(one.kind.startswith("approval"), one.staff) for one in office.book.questions()] == [(True, APPROVER)]
        office.payer.hidden = 0
        office.approve()
        office.run(batch)
        assert (len(office.payer.presses), office.states) == (1, ["settled"])


def test_a_request_that_the_backup_does_not_know_is_looked_for_before_anyone_is_asked(office: Practice) -> None:
    office.lag = 1
    copy = back_up(office)
    batch = prepared(office)
    office.approve()
    office.payer.hidden = 9
    office.run(batch)
    restore(office, copy)
    again = office.load(auth_ask())
    office.run(again)
    assert (office.states, office.book.questions()) == (["unknown"], [])
    office.payer.hidden = 0
    office.run(again)
    assert (len(office.payer.presses), office.states) == (1, ["settled"])


def test_a_home_without_its_own_count_honors_no_older_approval(office: Practice) -> None:
    batch = prepared(office)
    office.approve()
    office.place.close()
    (office.place.home / "presses.head").unlink()
    office.place.clock.forward(minutes=1)
    office.book = office.place.ledger(tenant=office.tenant)
    office.run(batch)
    assert (office.payer.presses, office.states) == ([], ["prepared"])
    office.approve()
    office.run(batch)
    assert len(office.payer.presses) == 1
