"""Questions, replies, sign-ins, pauses and permissions."""

from __future__ import annotations

from datetime import timedelta
from typing import get_args

import pytest

from payerbot.errors import SignInUnresolved, UserError
from payerbot.ledger.book import Lease, Ledger, SignInOutcome, Verb
from payerbot.ledger.records import HARMLESS
from payerbot.model import Outcome
from tests.ledger_support import DAY, LOGIN, PORTAL, Place, answer_all, claims, fetch

BARRING = sorted(set(get_args(SignInOutcome)) - HARMLESS)


@pytest.fixture
def book(place: Place) -> Ledger:
    return place.ledger()


@pytest.fixture
def lease(book: Ledger) -> Lease:
    return book.take_lease(PORTAL, LOGIN, life=600)


def test_an_open_question_of_the_same_kind_about_the_same_is_asked_once(book: Ledger) -> None:
    first = book.ask_person(PORTAL, LOGIN, "code", staff="Robin", ways=["text message to ***12"])
    assert book.ask_person(PORTAL, LOGIN, "code", staff="Robin", ways=["e-mail"]) == first
    assert book.ask_person(PORTAL, LOGIN, "password", staff="Robin") != first
    assert book.ask_person(PORTAL, "bot.two", "code", staff="Robin") != first
    assert book.ask_person(PORTAL, LOGIN, "code", staff="Robin", item="some.1") != first
    assert [asked.ways for asked in book.questions() if asked.n == first] == [("e-mail",)]


def test_a_closed_question_is_not_asked_again_under_its_number(book: Ledger) -> None:
    first = book.ask_person(PORTAL, LOGIN, "code", staff="Robin")
    book.close_question(first, "done")
    assert book.ask_person(PORTAL, LOGIN, "code", staff="Robin") == first + 1
    assert [asked.n for asked in book.questions()] == [first + 1]
    assert [(asked.n, asked.state) for asked in book.questions(only_open=False)] == [(first, "done"), (first + 1, "open")]


def test_ready_and_then_a_code_are_each_taken_once(book: Ledger) -> None:
    n = book.ask_person(PORTAL, LOGIN, "code", staff="Robin")
    assert book.take_reply(n) is None
    book.reply(n, by="Robin", verb="ready")
    ready = book.take_reply(n)
    assert ready is not None
    assert (ready.verb, ready.by, ready.secret) == ("ready", "Robin", "")
    assert book.take_reply(n) is None
    book.reply(n, by="Robin", verb="code", secret="123456")
    code = book.take_reply(n)
    assert code is not None
    assert (code.verb, code.secret) == ("code", "123456")
    assert book.take_reply(n) is None
    assert fetch(book, "SELECT secret FROM handoff") == [(None,)]


def test_a_code_whose_time_is_over_is_erased_and_not_given(book: Ledger, place: Place) -> None:
    n = book.ask_person(PORTAL, LOGIN, "code", staff="Robin", until=place.clock.now + timedelta(minutes=5))
    book.reply(n, by="Robin", verb="code", secret="123456")
    place.clock.forward(minutes=6)
    assert book.take_reply(n) is None
    assert fetch(book, "SELECT secret FROM handoff") == [(None,)]


def test_asking_again_forgets_a_code_for_the_earlier_prompt_but_not_that_the_person_is_ready(book: Ledger) -> None:
    n = book.ask_person(PORTAL, LOGIN, "code", staff="Robin")
    book.reply(n, by="Robin", verb="code", secret="123456")
    assert book.ask_person(PORTAL, LOGIN, "code", staff="Robin") == n
    assert book.take_reply(n) is None
    book.reply(n, by="Robin", verb="ready")
    assert book.ask_person(PORTAL, LOGIN, "code", staff="Robin") == n
    reply = book.take_reply(n)
    assert reply is not None
    assert reply.verb == "ready"


def test_closing_a_question_erases_an_unread_code(book: Ledger) -> None:
    n = book.ask_person(PORTAL, LOGIN, "code", staff="Robin")
    book.reply(n, by="Robin", verb="code", secret="123456")
    book.close_question(n, "expired")
    assert book.take_reply(n) is None
    assert fetch(book, "SELECT secret FROM handoff") == [(None,)]


@pytest.mark.parametrize("verb", ["yes", "no", "done"])
def test_yes_no_and_done_close_the_question_and_can_still_be_read_once(book: Ledger, verb: Verb) -> None:
    n = book.ask_person(PORTAL, LOGIN, "terms", staff="Robin")
    book.reply(n, by="Kim", verb=verb)
    assert book.questions() == []
    reply = book.take_reply(n)
    assert reply is not None
    assert (reply.verb, reply.by) == (verb, "Kim")
    with pytest.raises(UserError, match="closed already"):
        book.reply(n, by="Kim", verb="yes")


def test_a_question_that_is_not_there_is_the_persons_to_put_right(book: Ledger) -> None:
    with pytest.raises(UserError, match="payerbot handoffs"):
        book.reply(7, by="Robin", verb="yes")
    with pytest.raises(UserError, match="payerbot handoffs"):
        book.take_reply(7)
    with pytest.raises(UserError, match="payerbot handoffs"):
        book.close_question(7, "done")


def test_ready_may_carry_the_way_in_which_the_code_is_to_come(book: Ledger) -> None:
    n = book.ask_person(PORTAL, LOGIN, "code", staff="Robin", ways=["text", "e-mail"])
    book.reply(n, by="Robin", verb="ready", secret="e-mail")
    reply = book.take_reply(n)
    assert reply is not None
    assert (reply.verb, reply.secret) == ("ready", "e-mail")


@pytest.mark.parametrize("verb, secret", [("code", ""), ("yes", "123456"), ("sure", "")])
def test_a_reply_that_says_nothing_usable_is_refused(book: Ledger, verb: Verb, secret: str) -> None:
    n = book.ask_person(PORTAL, LOGIN, "code", staff="Robin")
    with pytest.raises(UserError):
        book.reply(n, by="Robin", verb=verb, secret=secret)
    assert book.take_reply(n) is None


def test_a_code_is_in_no_repr(book: Ledger) -> None:
    n = book.ask_person(PORTAL, LOGIN, "code", staff="Robin")
    book.reply(n, by="Robin", verb="code", secret="987654")
    assert "987654" not in repr(book.questions()) + repr(book.take_reply(n))


def test_every_reply_is_in_the_audit_under_the_persons_name_without_the_code(book: Ledger) -> None:
    n = book.ask_person(PORTAL, LOGIN, "code", staff="Robin")
    before = len(fetch(book, "SELECT n FROM audit"))
    book.reply(n, by="Robin", verb="code", secret="987654")
    actor, action = fetch(book, "SELECT actor, action FROM audit ORDER BY n")[before]
    assert (actor, action) == ("Robin", "reply")


def hold(book: Ledger, n: int) -> str:
    batch = book.add(claims(2), business_date=DAY).batch
    book.hold(batch, PORTAL, LOGIN, Outcome.NEEDS_PERSON, waits_for=f"question {n}", question=n)
    return batch


def test_after_ready_the_items_are_due_while_the_question_stays_open(book: Ledger) -> None:
    n = book.ask_person(PORTAL, LOGIN, "code", staff="Robin")
    batch = hold(book, n)
    assert book.shares(batch) == []
    book.reply(n, by="Robin", verb="ready")
    assert book.shares(batch) == [(PORTAL, LOGIN)]
    assert {line.question for line in book.lines(batch)} == {n}


def test_no_leaves_the_items_with_a_line_that_says_so(book: Ledger) -> None:
    n = book.ask_person(PORTAL, LOGIN, "terms", staff="Robin")
    batch = hold(book, n)
    book.reply(n, by="Robin", verb="no")
    assert book.shares(batch) == []
    assert {(line.state, line.waits_for, line.question) for line in book.lines(batch)} == {
        ("waiting", f"nothing more: question {n} was answered no", None)
    }


def test_a_person_may_think_better_of_a_no(book: Ledger) -> None:
    n = book.ask_person(PORTAL, LOGIN, "terms", staff="Robin")
    batch = hold(book, n)
    assert book.wake(batch, [Outcome.NEEDS_PERSON]) == 0, "the question is still open"
    book.reply(n, by="Robin", verb="no")
    assert book.wake(batch, [Outcome.PORTAL_DOWN]) == 0
    assert book.wake(batch, [Outcome.NEEDS_PERSON]) == 2
    assert answer_all(book, batch) == 2


def test_closing_a_question_makes_what_waited_for_it_due(book: Ledger) -> None:
    n = book.ask_person(PORTAL, LOGIN, "code", staff="Robin")
    batch = hold(book, n)
    book.close_question(n, "done")
    book.close_question(n, "done")
    assert answer_all(book, batch) == 2


@pytest.mark.parametrize("verb, due", [("yes", True), ("ready", True), ("no", False)])
def test_a_person_who_was_quicker_than_the_run_is_not_waited_for(book: Ledger, verb: Verb, due: bool) -> None:
    n = book.ask_person(PORTAL, LOGIN, "terms", staff="Robin")
    book.reply(n, by="Robin", verb=verb)
    batch = hold(book, n)
    assert bool(book.shares(batch)) is due


def test_a_question_that_was_closed_and_read_before_is_not_waited_for_either(book: Ledger) -> None:
    n = book.ask_person(PORTAL, LOGIN, "terms", staff="Robin")
    book.reply(n, by="Robin", verb="yes")
    book.take_reply(n)
    assert {line.waits_for for line in book.lines(hold(book, n))} == {"its turn"}


# Sign-ins


def test_a_sign_in_without_an_end_bars_the_login_also_for_a_later_run(book: Ledger, lease: Lease, place: Place) -> None:
    book.intend_sign_in(lease)
    place.clock.forward(seconds=601)
    newer = place.ledger().take_lease(PORTAL, LOGIN, life=600)
    bar = place.ledger().sign_in_bar(PORTAL, LOGIN)
    assert bar is not None
    assert bar.kind == "unresolved"
    with pytest.raises(SignInUnresolved, match="unresolved"):
        book.intend_sign_in(newer)
    assert fetch(book, "SELECT count(*) FROM signin")[0][0] == 1


def test_a_bar_that_a_dead_run_left_behind_gets_a_question_to_the_logins_person(book: Ledger, place: Place) -> None:
    dead = book.take_lease(PORTAL, LOGIN, life=60, staff="Robin")
    book.intend_sign_in(dead)
    bar = book.sign_in_bar(PORTAL, LOGIN)
    assert bar is not None
    assert bar.question is None, "the run may still be at it"
    place.clock.forward(seconds=61)
    bars = [book.sign_in_bar(PORTAL, LOGIN) for _ in range(2)]
    (asked,) = book.questions()
    assert [found and found.question for found in bars] == [asked.n, asked.n]
    assert (asked.kind, asked.staff) == ("sign_in_unresolved", "Robin")
    book.reply(asked.n, by="Robin", verb="yes")
    assert book.sign_in_bar(PORTAL, LOGIN) is None
    assert book.questions() == []


@pytest.mark.parametrize("outcome", sorted(HARMLESS))
def test_a_sign_in_that_did_no_harm_bars_nothing(book: Ledger, lease: Lease, outcome: SignInOutcome) -> None:
    n = book.intend_sign_in(lease)
    book.resolve_sign_in(lease, n, outcome)
    assert book.sign_in_bar(PORTAL, LOGIN) is None
    assert book.intend_sign_in(lease) == n + 1


@pytest.mark.parametrize("outcome", BARRING)
def test_one_refused_sign_in_stops_every_job_on_that_login_only(book: Ledger, lease: Lease, outcome: SignInOutcome) -> None:
    book.resolve_sign_in(lease, book.intend_sign_in(lease), outcome)
    bar = book.sign_in_bar(PORTAL, LOGIN)
    assert bar is not None
    assert (bar.kind, bar.question) == (outcome, None)
    with pytest.raises(SignInUnresolved):
        book.intend_sign_in(lease)
    assert book.sign_in_bar(PORTAL, "bot.two") is None
    assert book.intend_sign_in(book.take_lease(PORTAL, "bot.two", life=60)) == 1


def test_a_sign_in_is_resolved_once_and_in_known_words(book: Ledger, lease: Lease) -> None:
    n = book.intend_sign_in(lease)
    with pytest.raises(ValueError, match="no way"):
        book.resolve_sign_in(lease, n, "fine")  # type: ignore[arg-type]
    book.resolve_sign_in(lease, n, "refused")
    with pytest.raises(ValueError, match="not open"):
        book.resolve_sign_in(lease, n, "ok")
    bar = book.sign_in_bar(PORTAL, LOGIN)
    assert bar is not None
    assert bar.kind == "refused"


@pytest.mark.parametrize("verb", ["yes", "done"])
def test_a_yes_to_the_bars_question_lifts_it_and_the_items_are_due_again(book: Ledger, lease: Lease, verb: Verb) -> None:
    book.resolve_sign_in(lease, book.intend_sign_in(lease), "refused")
    n = book.ask_person(PORTAL, LOGIN, "password", staff="Robin")
    bar = book.sign_in_bar(PORTAL, LOGIN)
    assert bar is not None
    assert bar.question == n
    batch = hold(book, n)
    with pytest.raises(SignInUnresolved, match=f"answer question {n}"):
        book.intend_sign_in(lease)
    book.reply(n, by="Robin", verb=verb)
    assert book.sign_in_bar(PORTAL, LOGIN) is None
    assert book.shares(batch) == [(PORTAL, LOGIN)]
    assert book.intend_sign_in(lease) == 2


def test_a_no_to_the_bars_question_leaves_it(book: Ledger, lease: Lease) -> None:
    book.resolve_sign_in(lease, book.intend_sign_in(lease), "refused")
    book.reply(book.ask_person(PORTAL, LOGIN, "password", staff="Robin"), by="Robin", verb="no")
    assert book.sign_in_bar(PORTAL, LOGIN) is not None


def test_an_answered_code_question_lifts_no_bar(book: Ledger, lease: Lease) -> None:
    book.intend_sign_in(lease)
    n = book.ask_person(PORTAL, LOGIN, "code", staff="Robin")
    book.reply(n, by="Robin", verb="done")
    bar = book.sign_in_bar(PORTAL, LOGIN)
    assert bar is not None
    assert bar.kind == "unresolved"


def test_a_named_person_may_clear_a_login_which_closes_its_question(book: Ledger, lease: Lease) -> None:
    book.resolve_sign_in(lease, book.intend_sign_in(lease), "locked")
    n = book.ask_person(PORTAL, LOGIN, "locked", staff="Robin")
    batch = hold(book, n)
    assert book.clear_sign_ins(PORTAL, LOGIN, "Kim") == 1
    assert book.clear_sign_ins(PORTAL, LOGIN, "Kim") == 0
    assert book.sign_in_bar(PORTAL, LOGIN) is None
    assert book.questions() == []
    lease.release()
    assert answer_all(book, batch) == 2
    assert ("Kim", "sign-in may be tried again") in fetch(book, "SELECT actor, action FROM audit")


def test_clearing_also_frees_items_that_were_held_without_a_question_or_answered_no(book: Ledger, lease: Lease) -> None:
    book.resolve_sign_in(lease, book.intend_sign_in(lease), "refused")
    n = book.ask_person(PORTAL, LOGIN, "password", staff="Robin")
    batch = hold(book, n)
    book.reply(n, by="Robin", verb="no")
    assert book.shares(batch) == []
    book.clear_sign_ins(PORTAL, LOGIN, "Robin")
    assert book.shares(batch) == [(PORTAL, LOGIN)]


def test_a_pause_bars_until_its_end_and_a_longer_one_stays(book: Ledger, lease: Lease, place: Place) -> None:
    late = place.clock.now + timedelta(hours=4)
    book.pause(PORTAL, LOGIN, until=late, why="a person signed in")
    book.pause(PORTAL, LOGIN, until=place.clock.now + timedelta(hours=1), why="shorter")
    bar = book.sign_in_bar(PORTAL, LOGIN)
    assert bar is not None
    assert (bar.kind, bar.until, bar.why) == ("paused", late, "a person signed in")
    with pytest.raises(SignInUnresolved, match="paused until 2026-11-22 07:00 UTC"):
        book.intend_sign_in(lease)
    place.clock.forward(hours=4)
    assert book.sign_in_bar(PORTAL, LOGIN) is None
    assert book.intend_sign_in(lease) == 1


def test_a_pause_can_be_set_anew_and_is_lifted_by_a_person(book: Ledger, place: Place) -> None:
    book.pause(PORTAL, LOGIN, until=place.clock.now + timedelta(hours=1), why="first")
    book.pause(PORTAL, LOGIN, until=place.clock.now + timedelta(hours=9), why="second")
    bar = book.sign_in_bar(PORTAL, LOGIN)
    assert bar is not None
    assert bar.why == "second"
    n = book.ask_person(PORTAL, LOGIN, "bot_wall", staff="Robin")
    book.reply(n, by="Robin", verb="yes")
    assert book.sign_in_bar(PORTAL, LOGIN) is None


def test_sign_ins_are_counted_for_a_budget(book: Ledger, lease: Lease, place: Place) -> None:
    began = place.clock.now
    for _ in range(3):
        book.resolve_sign_in(lease, book.intend_sign_in(lease), "ok")
        place.clock.forward(minutes=10)
    assert book.sign_ins_since(PORTAL, LOGIN, began) == 3
    assert book.sign_ins_since(PORTAL, LOGIN, began + timedelta(minutes=5)) == 2
    assert book.sign_ins_since(PORTAL, "bot.two", began) == 0


# Permissions


def test_a_permission_holds_from_its_day_to_its_last(book: Ledger) -> None:
    assert book.permission(PORTAL, DAY) is None
    book.permit(PORTAL, basis="letter of 3 November", by="Owner", on=DAY, until=DAY + timedelta(days=30))
    found = book.permission(PORTAL, DAY + timedelta(days=30))
    assert found is not None
    assert (found.basis, found.by, found.on) == ("letter of 3 November", "Owner", DAY)
    assert book.permission(PORTAL, DAY - timedelta(days=1)) is None
    assert book.permission(PORTAL, DAY + timedelta(days=31)) is None
    assert book.permission("cigna", DAY) is None


def test_a_revoked_permission_holds_no_longer_until_a_new_one(book: Ledger) -> None:
    book.permit(PORTAL, basis="letter", by="Owner", on=DAY, until=None)
    book.revoke(PORTAL, by="Owner")
    assert book.permission(PORTAL, DAY) is None
    book.permit(PORTAL, basis="new letter", by="Owner", on=DAY, until=None)
    found = book.permission(PORTAL, DAY)
    assert found is not None
    assert found.basis == "new letter"
    told = fetch(book, "SELECT action FROM audit")
    assert [action for (action,) in told if action in {"permit", "revoke"}] == ["permit", "revoke", "permit"]


def test_a_permission_frees_what_was_blocked_for_want_of_it(book: Ledger) -> None:
    batch = book.add(claims(2), business_date=DAY).batch
    book.hold(batch, PORTAL, LOGIN, Outcome.TERMS_BLOCKED, waits_for="a permission for this portal")
    assert book.shares(batch) == []
    book.permit(PORTAL, basis="letter", by="Owner", on=DAY, until=None)
    assert answer_all(book, batch) == 2
