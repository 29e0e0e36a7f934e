"""Items under a lease: one answer each, three attempts, and a place to wait for everything else."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta
from decimal import Decimal

import pytest
from sqlalchemy.exc import IntegrityError

from payerbot.ledger.book import Lease, LeaseLost, Ledger, NotTaken
from payerbot.model import CarveOut, ClaimStatusResult, Coverage, EligibilityRequest, EligibilityResult, Job, Outcome, PatientRequest
from payerbot.rows import LISTED, Item, Line, NewRow, Sheet
from tests.ledger_support import ANSWERED, DAY, LOGIN, NOT_FOUND, PORTAL, Place, answer_all, claim_ask, claims, fetch, sheet


@pytest.fixture
def book(place: Place) -> Ledger:
    return place.ledger()


@pytest.fixture
def batch(book: Ledger) -> str:
    return book.add(claims(3), business_date=DAY).batch


@pytest.fixture
def lease(book: Ledger) -> Lease:
    return book.take_lease(PORTAL, LOGIN, life=600, staff="Robin")


def take(book: Ledger, lease: Lease, batch: str) -> Item:
    item = book.claim(lease, batch)
    assert item is not None
    return item


def line_of(book: Ledger, item: Item) -> Line:
    return next(line for line in book.lines(item.batch) if line.item == item.id)


def test_items_are_handed_out_in_the_files_order_and_once(book: Ledger, batch: str, lease: Lease) -> None:
    taken = [take(book, lease, batch) for _ in range(3)]
    assert [item.ask for item in taken] == [claim_ask(1), claim_ask(2), claim_ask(3)]
    assert book.claim(lease, batch) is None


def test_of_what_is_due_at_once_one_payers_items_come_together(book: Ledger, lease: Lease) -> None:
    asks = [claim_ask(n).model_copy(update={"payer_key": payer}) for n, payer in enumerate(("humana", "aetna", "humana", "aetna"), 1)]
    batch = book.add(sheet(*asks), business_date=DAY).batch
    assert [take(book, lease, batch).ask for _ in asks] == [asks[1], asks[3], asks[0], asks[2]]


def test_an_item_carries_what_the_engine_needs(book: Ledger, batch: str, lease: Lease) -> None:
    item = take(book, lease, batch)
    assert (item.batch, item.job, item.portal, item.login) == (batch, Job.CLAIM_STATUS, PORTAL, LOGIN)
    assert (item.attempts, item.epoch, item.asked_on, item.first_rung) == (1, lease.epoch, DAY, "")


def test_an_item_carries_what_its_portal_last_said_of_the_same_claim(book: Ledger, batch: str, lease: Lease) -> None:
    said = ANSWERED.model_copy(update={"payer_claim_no": "E1", "listed_as": "Paid"})
    book.finish(lease, take(book, lease, batch), said)
    book.finish(lease, take(book, lease, batch), NOT_FOUND)
    tomorrow = book.add(claims(3), business_date=DAY + timedelta(days=1)).batch
    assert [(take(book, lease, tomorrow)).last_good for _ in range(3)] == [said, None, None]


def test_an_answer_filed_again_from_a_list_is_as_old_as_the_one_it_repeats(book: Ledger, batch: str, lease: Lease, place: Place) -> None:
    said = ANSWERED.model_copy(update={"payer_claim_no": "E1", "listed_as": "Paid"})
    book.finish(lease, take(book, lease, batch), said)
    opened_at = book.time()
    for night in (1, 2, 3):
        place.clock.forward(seconds=300)
        again = book.add(claims(3), business_date=DAY + timedelta(days=night)).batch
        item = take(book, lease, again)
        assert (item.last_good, item.last_good_at, item.first_rung) == (said, opened_at, said.rung)
        book.finish(lease, item, said.model_copy(update={"rung": LISTED, "tried": (LISTED,)}))
    assert book.best_rung(PORTAL, Job.CLAIM_STATUS, "aetna") == said.rung


def test_the_questions_that_are_due_can_be_read_without_taking_them(book: Ledger, batch: str, lease: Lease) -> None:
    book.set_aside(lease, take(book, lease, batch), Outcome.NOT_YET, waits_for="x", due=book.time() + timedelta(days=1))
    assert book.still_to_ask(batch, PORTAL, LOGIN) == [claim_ask(2), claim_ask(3)]
    assert [take(book, lease, batch).ask for _ in range(2)] == [claim_ask(2), claim_ask(3)]


def test_only_the_leases_own_login_is_handed_out(book: Ledger, batch: str) -> None:
    other = book.take_lease(PORTAL, "bot.two", life=60)
    assert book.claim(other, batch) is None


def test_a_retry_comes_after_what_was_never_asked(book: Ledger, batch: str, lease: Lease, place: Place) -> None:
    first = take(book, lease, batch)
    book.set_aside(lease, first, Outcome.PORTAL_DOWN, waits_for="the portal to be back")
    place.clock.forward(minutes=2)
    assert [take(book, lease, batch).ask for _ in range(3)] == [claim_ask(2), claim_ask(3), claim_ask(1)]


def test_a_second_answer_is_an_integrity_error_and_the_first_one_stands(book: Ledger, batch: str, lease: Lease) -> None:
    item = take(book, lease, batch)
    book.finish(lease, item, ANSWERED)
    with pytest.raises(IntegrityError):
        book.finish(lease, item, NOT_FOUND)
    assert line_of(book, item).answer == ANSWERED
    assert fetch(book, "SELECT count(*) FROM outbox")[0][0] == 1


def test_an_error_of_the_database_never_tells_what_was_written(book: Ledger, batch: str, lease: Lease) -> None:
    item = take(book, lease, batch)
    told = ANSWERED.model_copy(update={"seen_as": "SENTINEL-WORDING"})
    book.finish(lease, item, told)
    with pytest.raises(IntegrityError) as caught:
        book.finish(lease, item, told)
    assert "SENTINEL" not in f"{caught.value!r} {caught.value} {caught.value.params!r}"


@pytest.mark.parametrize("outcome", [outcome for outcome in Outcome if not outcome.final])
def test_what_is_no_answer_cannot_finish_an_item(book: Ledger, batch: str, lease: Lease, outcome: Outcome) -> None:
    item = take(book, lease, batch)
    with pytest.raises(ValueError, match="is no answer"):
        book.finish(lease, item, ClaimStatusResult(outcome=outcome))
    assert line_of(book, item).state == "taken"


@pytest.mark.parametrize("outcome", [outcome for outcome in Outcome if outcome.final])
def test_every_final_outcome_finishes_and_none_of_them_sets_aside(book: Ledger, batch: str, lease: Lease, outcome: Outcome) -> None:
    item = take(book, lease, batch)
    with pytest.raises(ValueError, match="finish the item"):
        book.set_aside(lease, item, outcome, waits_for="nothing")
    book.finish(lease, item, ClaimStatusResult(outcome=outcome))
    assert line_of(book, item).state == "done"
    assert book.counts(batch)[outcome] == 1


def test_an_answer_of_another_job_is_refused(book: Ledger, batch: str, lease: Lease) -> None:
    item = take(book, lease, batch)
    with pytest.raises(ValueError, match="EligibilityResult"):
        book.finish(lease, item, EligibilityResult(outcome=Outcome.ANSWERED))


def test_an_item_that_was_given_back_cannot_be_finished(book: Ledger, batch: str, lease: Lease) -> None:
    item = take(book, lease, batch)
    book.give_back(lease, item)
    with pytest.raises(NotTaken):
        book.finish(lease, item, ANSWERED)
    assert line_of(book, item).state == "waiting"
    assert fetch(book, "SELECT count(*) FROM answer")[0][0] == 0


def test_giving_back_does_not_count_the_attempt(book: Ledger, batch: str, lease: Lease) -> None:
    for _ in range(5):
        item = take(book, lease, batch)
        assert item.attempts == 1
        book.give_back(lease, item)
    line = line_of(book, item)
    assert (line.state, line.waits_for, line.attempts, line.question) == ("waiting", "its turn", 0, None)


@pytest.mark.parametrize("what", ["finish", "set_aside", "give_back", "requeue", "claim", "intend_sign_in"])
def test_nothing_is_committed_under_a_lease_that_was_taken_over(book: Ledger, batch: str, lease: Lease, place: Place, what: str) -> None:
    item = take(book, lease, batch)
    place.clock.forward(seconds=601)
    newer = book.take_lease(PORTAL, LOGIN, life=600)
    again = take(book, newer, batch)
    before = list(book.lines(batch))
    late: dict[str, Callable[[], object]] = {
        "finish": lambda: book.finish(lease, item, ANSWERED),
        "set_aside": lambda: book.set_aside(lease, item, Outcome.PORTAL_DOWN, waits_for="it"),
        "give_back": lambda: book.give_back(lease, item),
        "requeue": lambda: book.requeue(lease, item, portal="cigna", login="x", ask=item.ask),
        "claim": lambda: book.claim(lease, batch),
        "intend_sign_in": lambda: book.intend_sign_in(lease),
    }
    with pytest.raises(LeaseLost):
        late[what]()
    assert list(book.lines(batch)) == before
    assert book.sign_in_bar(PORTAL, LOGIN) is None
    book.finish(newer, again, ANSWERED)


def test_an_item_taken_under_an_earlier_epoch_is_not_this_leases(book: Ledger, batch: str, lease: Lease, place: Place) -> None:
    item = take(book, lease, batch)
    place.clock.forward(seconds=1)
    lease.release()
    newer = book.take_lease(PORTAL, LOGIN, life=600)
    assert take(book, newer, batch).id != item.id, "the broken-off one is due later than those never asked"
    with pytest.raises(NotTaken):
        book.finish(newer, item, ANSWERED)


def test_setting_aside_says_what_it_waits_for_and_until_when(book: Ledger, batch: str, lease: Lease, place: Place) -> None:
    item = take(book, lease, batch)
    due = place.clock.now + timedelta(days=2)
    book.set_aside(lease, item, Outcome.NOT_YET, waits_for="the claim to be on file", due=due)
    line = line_of(book, item)
    assert (line.state, line.last_outcome, line.waits_for, line.next_due) == ("waiting", Outcome.NOT_YET, "the claim to be on file", due)
    book.finish(lease, take(book, lease, batch), ANSWERED)
    book.finish(lease, take(book, lease, batch), ANSWERED)
    assert book.claim(lease, batch) is None
    place.clock.forward(days=2)
    assert take(book, lease, batch).id == item.id


def test_without_a_date_the_ledger_backs_off_longer_each_time(book: Ledger, lease: Lease, place: Place) -> None:
    batch = book.add(sheet(claim_ask(9), digest=b"9" * 32), business_date=DAY).batch
    for minutes in (1, 5):
        item = take(book, lease, batch)
        book.set_aside(lease, item, Outcome.PORTAL_DOWN, waits_for="the portal to be back")
        assert line_of(book, item).next_due == place.clock.now + timedelta(minutes=minutes)
        assert book.claim(lease, batch) is None
        place.clock.forward(minutes=minutes)


@pytest.mark.parametrize("outcome", [Outcome.PORTAL_DOWN, Outcome.PAGE_CHANGED])
def test_a_third_attempt_without_an_end_becomes_a_question_to_the_logins_person(
    book: Ledger, lease: Lease, place: Place, outcome: Outcome
) -> None:
    batch = book.add(sheet(claim_ask(9), digest=b"9" * 32), business_date=DAY).batch
    for _ in range(3):
        item = take(book, lease, batch)
        book.set_aside(lease, item, outcome, waits_for="better times")
        place.clock.forward(hours=1)
    assert book.claim(lease, batch) is None
    (asked,) = book.questions()
    assert (asked.kind, asked.staff, asked.item) == ("third_attempt", "Robin", item.id)
    line = line_of(book, item)
    assert (line.last_outcome, line.question, line.next_due, line.attempts) == (Outcome.NEEDS_PERSON, asked.n, None, 3)
    assert book.shares(batch) == []


def test_a_crash_counts_as_an_attempt_and_the_third_one_asks_a_person(book: Ledger, place: Place) -> None:
    batch = book.add(claims(1), business_date=DAY).batch
    for tries in (1, 2, 3):
        lease = book.take_lease(PORTAL, LOGIN, life=60, staff="Robin")
        assert take(book, lease, batch).attempts == tries
        place.clock.forward(seconds=61)
    assert book.claim(book.take_lease(PORTAL, LOGIN, life=60, staff="Robin"), batch) is None
    (asked,) = book.questions()
    assert (asked.kind, asked.staff) == ("third_attempt", "Robin")
    (line,) = book.lines(batch)
    assert (line.state, line.question, line.attempts) == ("waiting", asked.n, 3)


def test_not_yet_and_attempts_that_do_not_count_never_lead_to_a_person(book: Ledger, lease: Lease, place: Place) -> None:
    batch = book.add(sheet(claim_ask(9), digest=b"9" * 32), business_date=DAY).batch
    for _ in range(4):
        book.set_aside(lease, take(book, lease, batch), Outcome.NOT_YET, waits_for="the claim to be on file")
        place.clock.forward(days=1)
        book.set_aside(lease, take(book, lease, batch), Outcome.PORTAL_DOWN, waits_for="service hours", counts=False)
        place.clock.forward(days=1)
    assert book.questions() == []


def test_after_a_persons_yes_a_stuck_item_has_three_more_attempts(book: Ledger, lease: Lease, place: Place) -> None:
    batch = book.add(sheet(claim_ask(9), digest=b"9" * 32), business_date=DAY).batch
    for _ in range(3):
        book.set_aside(lease, take(book, lease, batch), Outcome.PORTAL_DOWN, waits_for="the portal")
        place.clock.forward(hours=1)
    book.reply(book.questions()[0].n, by="Robin", verb="yes")
    for _ in range(2):
        book.set_aside(lease, take(book, lease, batch), Outcome.PORTAL_DOWN, waits_for="the portal")
        place.clock.forward(hours=1)
    assert book.questions() == []
    book.finish(lease, take(book, lease, batch), ANSWERED)
    (line,) = book.lines(batch)
    assert (line.state, line.attempts) == ("done", 6)


def test_a_question_on_an_item_is_closed_by_its_answer(book: Ledger, batch: str, lease: Lease) -> None:
    item = take(book, lease, batch)
    n = book.ask_person(PORTAL, LOGIN, "code", staff="Robin", item=item.id)
    book.finish(lease, item, ANSWERED)
    assert book.questions() == []
    assert book.questions(only_open=False)[0].n == n


# Another portal


def test_a_question_sent_on_shows_the_childs_progress_and_answer_in_every_row(book: Ledger, lease: Lease) -> None:
    batch = book.add(sheet(claim_ask(7), claim_ask(7), digest=b"7" * 32), business_date=DAY).batch
    item = take(book, lease, batch)
    child = book.requeue(lease, item, portal="carelon", login="bot.two", ask=claim_ask(7, payer_key="carelon"))
    first, second = book.lines(batch)
    assert (first.item, first.portal, first.login, first.state) == (child, "carelon", "bot.two", "waiting")
    assert "carelon" in first.waits_for
    assert second.item == child
    assert book.shares(batch) == [("carelon", "bot.two")]
    assert answer_all(book, batch, portal="carelon", login="bot.two") == 1
    assert [line.answer for line in book.lines(batch)] == [ANSWERED, ANSWERED]
    assert fetch(book, "SELECT parent FROM item WHERE id = :child", child=child)[0][0] == item.id


def test_portals_that_send_a_question_to_each_other_are_a_question_to_a_person(book: Ledger, lease: Lease) -> None:
    batch = book.add(sheet(claim_ask(7), digest=b"7" * 32), business_date=DAY).batch
    item = take(book, lease, batch)
    book.requeue(lease, item, portal="carelon", login="bot.two", ask=claim_ask(7))
    there = book.take_lease("carelon", "bot.two", life=60, staff="Kim")
    child = take(book, there, batch)
    assert book.requeue(there, child, portal=PORTAL, login=LOGIN, ask=claim_ask(7)) == ""
    (line,) = book.lines(batch)
    (asked,) = book.questions()
    assert (line.state, line.question, line.last_outcome) == ("waiting", asked.n, Outcome.NEEDS_PERSON)
    assert (asked.kind, asked.staff) == ("wrong_portal", "Kim")


def test_a_question_sent_to_where_it_is_asked_already_joins_it(book: Ledger, lease: Lease) -> None:
    rows = sheet(claim_ask(1)).rows + tuple(
        row.model_copy(update={"line": 2}) for row in sheet(claim_ask(2), portal="carelon", login="bot.two").rows
    )
    batch = book.add(sheet(digest=b"j" * 32).model_copy(update={"rows": rows}), business_date=DAY).batch
    joined = book.requeue(lease, take(book, lease, batch), portal="carelon", login="bot.two", ask=claim_ask(2))
    assert [line.item for line in book.lines(batch)] == [joined, joined]
    assert answer_all(book, batch, portal="carelon", login="bot.two") == 1
    assert [line.state for line in book.lines(batch)] == ["done", "done"]


def test_a_chain_of_joined_questions_never_leads_back_to_itself(book: Ledger, lease: Lease) -> None:
    rows = sheet(claim_ask(1)).rows + tuple(
        row.model_copy(update={"line": 2}) for row in sheet(claim_ask(1), portal="carelon", login="bot.two").rows
    )
    batch = book.add(sheet(digest=b"j" * 32).model_copy(update={"rows": rows}), business_date=DAY).batch
    book.requeue(lease, take(book, lease, batch), portal="carelon", login="bot.two", ask=claim_ask(1))
    there = book.take_lease("carelon", "bot.two", life=60)
    assert book.requeue(there, take(book, there, batch), portal=PORTAL, login=LOGIN, ask=claim_ask(1)) == ""
    assert [line.state for line in book.lines(batch)] == ["waiting", "waiting"]
    assert len({line.question for line in book.lines(batch)}) == 1


def test_a_row_mended_after_its_question_was_sent_on_follows_it(book: Ledger, lease: Lease) -> None:
    batch = book.add(sheet(claim_ask(1), None, digest=b"m" * 32), business_date=DAY).batch
    child = book.requeue(lease, take(book, lease, batch), portal="carelon", login="bot.two", ask=claim_ask(1))
    book.add(sheet(claim_ask(1), claim_ask(1), digest=b"m" * 32), business_date=DAY)
    assert [line.item for line in book.lines(batch)] == [child, child]


ACTIVE = EligibilityResult(outcome=Outcome.ANSWERED, coverage=Coverage.ACTIVE, plan="PPO", rung="name", carve_out=CarveOut(name="Oak BH"))
KEPT = EligibilityResult(outcome=Outcome.ANSWERED, coverage=Coverage.ACTIVE, copay=Decimal("25.00"))


def visit(payer: str = "aetna") -> EligibilityRequest:
    told = claim_ask(1).model_dump(include=set(PatientRequest.model_fields))
    return EligibilityRequest(**told | {"payer_key": payer}, service_date=DAY)


def visits(*asks: EligibilityRequest) -> Sheet:
    rows = tuple(NewRow(line=n, cells=(f"V{n}",), ask=ask, portal=PORTAL, login=LOGIN) for n, ask in enumerate(asks, 1))
    return Sheet(job=Job.ELIGIBILITY, header=("visit",), rows=rows, digest=b"v" * 32)


def send_on(book: Ledger, lease: Lease, item: Item, portal: str = "carelon", payer: str = "oak") -> str:
    return book.requeue(lease, item, portal=portal, login="bot.two", ask=visit(payer), answer=ACTIVE, evidence=("page of the plan",))


def test_a_coverage_and_its_administrators_answer_stand_in_one_row_each_with_its_evidence(book: Ledger, lease: Lease) -> None:
    batch = book.add(visits(visit()), business_date=DAY).batch
    assert book.sent_on(batch) == []
    send_on(book, lease, take(book, lease, batch))
    (line,) = book.lines(batch)
    assert (line.state, line.portal, line.last_good) == ("waiting", "carelon", ACTIVE)
    assert book.sent_on(batch) == [("carelon", "bot.two")]
    there = book.take_lease("carelon", "bot.two", life=60)
    book.finish(there, take(book, there, batch), KEPT, evidence=("page of the administrator",))
    (line,) = book.lines(batch)
    answer = line.answer
    assert isinstance(answer, EligibilityResult)
    assert (line.state, answer.plan, answer.copay, answer.carve_out) == ("done", "PPO", Decimal("25.00"), CarveOut(name="Oak BH"))
    assert line.evidence == ("page of the plan", "page of the administrator")
    assert book.counts(batch) == {"rows": 1, "rejected": 0, "waiting": 0, "taken": 0, "done": 1, "answered": 1}


def test_where_the_administrator_knows_nobody_the_plans_answer_stands_and_says_so(book: Ledger, lease: Lease) -> None:
    batch = book.add(visits(visit()), business_date=DAY).batch
    send_on(book, lease, take(book, lease, batch))
    there = book.take_lease("carelon", "bot.two", life=60)
    book.finish(there, take(book, there, batch), EligibilityResult(outcome=Outcome.NOT_FOUND))
    (line,) = book.lines(batch)
    said = "asked at the administrator of the behavioral benefits: not found"
    assert line.answer == ACTIVE.model_copy(update={"warnings": (said,)})


def test_an_administrator_at_the_same_portal_is_asked_there(book: Ledger, lease: Lease) -> None:
    batch = book.add(visits(visit()), business_date=DAY).batch
    child = book.requeue(lease, take(book, lease, batch), portal=PORTAL, login=LOGIN, ask=visit("oak"), answer=ACTIVE)
    assert take(book, lease, batch).id == child


def test_administrators_that_name_each_other_are_asked_once_each(book: Ledger, lease: Lease) -> None:
    batch = book.add(visits(visit()), business_date=DAY).batch
    send_on(book, lease, take(book, lease, batch))
    there = book.take_lease("carelon", "bot.two", life=60)
    assert book.requeue(there, take(book, there, batch), portal=PORTAL, login=LOGIN, ask=visit(), answer=KEPT) == ""
    (line,) = book.lines(batch)
    assert isinstance(line.answer, EligibilityResult)
    assert (line.state, line.answer.plan, line.answer.copay) == ("done", "PPO", Decimal("25.00"))
    assert book.shares(batch) == []


def test_of_a_longer_chain_everyone_stands_in_the_row(book: Ledger, lease: Lease) -> None:
    batch = book.add(visits(visit()), business_date=DAY).batch
    send_on(book, lease, take(book, lease, batch))
    there = book.take_lease("carelon", "bot.two", life=60)
    further = ACTIVE.model_copy(update={"plan": None, "group_no": "77"})
    book.requeue(there, take(book, there, batch), portal="maple", login="bot.three", ask=visit("maple"), answer=further, evidence=("b",))
    last = book.take_lease("maple", "bot.three", life=60)
    book.finish(last, take(book, last, batch), KEPT, evidence=("c",))
    (line,) = book.lines(batch)
    assert isinstance(line.answer, EligibilityResult)
    assert (line.answer.plan, line.answer.group_no, line.answer.copay) == ("PPO", "77", Decimal("25.00"))
    assert line.evidence == ("page of the plan", "b", "c")


@pytest.mark.parametrize("payer", ["oak", "aetna"])
def test_a_question_about_a_visit_is_closed_by_its_answer_also_where_that_is_sent_on(book: Ledger, lease: Lease, payer: str) -> None:
    batch = book.add(visits(visit()), business_date=DAY).batch
    item = take(book, lease, batch)
    book.ask_person(PORTAL, LOGIN, "code", staff="Robin", item=item.id)
    book.requeue(lease, item, portal=PORTAL, login=LOGIN, ask=visit(payer), answer=ACTIVE)
    assert book.questions() == []


def test_an_administrator_who_is_asked_already_is_not_joined(book: Ledger, lease: Lease) -> None:
    batch = book.add(visits(visit(), visit("oak")), business_date=DAY).batch
    first = take(book, lease, batch)
    assert book.requeue(lease, first, portal=PORTAL, login=LOGIN, ask=visit("oak"), answer=ACTIVE) == ""
    assert [line.state for line in book.lines(batch)] == ["done", "waiting"]


# Rungs, sequences, holding a share


def test_the_rung_that_found_a_claim_is_tried_first_for_it_next_time(book: Ledger, batch: str, lease: Lease, place: Place) -> None:
    for rung in ("member_and_dates", "payer_claim_no", "payer_claim_no"):
        book.finish(lease, take(book, lease, batch), ClaimStatusResult(outcome=Outcome.ANSWERED, rung=rung))
    assert book.best_rung(PORTAL, Job.CLAIM_STATUS, "aetna") == "payer_claim_no"
    place.clock.forward(days=1)
    rows = sheet(claim_ask(1), claim_ask(99))
    tomorrow = book.add(rows, business_date=DAY + timedelta(days=1)).batch
    assert [take(book, lease, tomorrow).first_rung for _ in range(2)] == ["member_and_dates", "payer_claim_no"]


def test_a_payer_without_answers_has_no_best_rung(book: Ledger, batch: str, lease: Lease) -> None:
    book.finish(lease, take(book, lease, batch), NOT_FOUND)
    assert book.best_rung(PORTAL, Job.CLAIM_STATUS, "aetna") == ""


def test_each_answer_to_a_claim_has_the_next_number_in_the_outbox(book: Ledger, batch: str, lease: Lease, place: Place) -> None:
    for _ in range(3):
        book.finish(lease, take(book, lease, batch), ANSWERED)
    again = book.add(claims(2), business_date=DAY, again=True).batch
    for _ in range(2):
        book.finish(lease, take(book, lease, again), ANSWERED)
    assert sorted(seq for (seq,) in fetch(book, "SELECT seq FROM outbox")) == [1, 1, 1, 2, 2]
    twice = fetch(book, "SELECT item FROM outbox WHERE seq = 2")
    assert {item for (item,) in twice} == {line.item for line in book.lines(again)}


def test_holding_a_share_lets_all_of_it_wait_for_one_question(book: Ledger, batch: str) -> None:
    n = book.ask_person(PORTAL, LOGIN, "password", staff="Robin")
    assert book.hold(batch, PORTAL, LOGIN, Outcome.NEEDS_PERSON, waits_for=f"question {n} (password)", question=n) == 3
    found = list(book.lines(batch))
    assert {(line.state, line.waits_for, line.question, line.last_outcome) for line in found} == {
        ("waiting", f"question {n} (password)", n, Outcome.NEEDS_PERSON)
    }
    assert book.shares(batch) == []
    book.reply(n, by="Robin", verb="done")
    assert answer_all(book, batch) == 3


def test_a_share_held_by_an_outage_is_due_again_after_half_an_hour(book: Ledger, batch: str, place: Place) -> None:
    assert book.hold(batch, PORTAL, LOGIN, Outcome.PORTAL_DOWN, waits_for="the portal to be back") == 3
    assert {line.next_due for line in book.lines(batch)} == {place.clock.now + timedelta(minutes=30)}
    assert book.shares(batch) == []
    place.clock.forward(minutes=30)
    assert answer_all(book, batch) == 3


def test_the_next_due_time_of_a_share_is_its_earliest(book: Ledger, batch: str, lease: Lease, place: Place) -> None:
    assert book.next_due(batch, PORTAL, LOGIN) == place.clock.now
    for minutes in (30, 10, 20):
        book.set_aside(
            lease,
            take(book, lease, batch),
            Outcome.PORTAL_DOWN,
            waits_for="the portal",
            due=place.clock.now + timedelta(minutes=minutes),
        )
    assert book.next_due(batch, PORTAL, LOGIN) == place.clock.now + timedelta(minutes=10)
    assert book.next_due(batch, PORTAL, "bot.two") is None
    n = book.ask_person(PORTAL, LOGIN, "password", staff="Robin")
    book.hold(batch, PORTAL, LOGIN, Outcome.NEEDS_PERSON, waits_for="a person", question=n)
    assert book.next_due(batch, PORTAL, LOGIN) is None


def test_holding_leaves_what_waits_for_another_person_or_a_later_date(book: Ledger, batch: str, lease: Lease, place: Place) -> None:
    own, later = take(book, lease, batch), take(book, lease, batch)
    n = book.ask_person(PORTAL, LOGIN, "terms", staff="Robin", item=own.id)
    book.set_aside(lease, own, Outcome.NEEDS_PERSON, waits_for=f"question {n}", question=n)
    book.set_aside(lease, later, Outcome.NOT_YET, waits_for="the claim", due=place.clock.now + timedelta(days=1))
    assert book.hold(batch, PORTAL, LOGIN, Outcome.TERMS_BLOCKED, waits_for="a permission") == 1
    assert [line.last_outcome for line in book.lines(batch)] == [Outcome.NEEDS_PERSON, Outcome.NOT_YET, Outcome.TERMS_BLOCKED]


def test_the_kept_evidence_of_a_waiting_row_is_shown(book: Ledger, batch: str, lease: Lease, place: Place) -> None:
    from payerbot.ledger.evidence import Evidence

    item = take(book, lease, batch)
    address = Evidence(book, place.keys).keep("screenshot", b"picture", item=item.id)
    book.set_aside(lease, item, Outcome.PAGE_CHANGED, waits_for="a repair")
    assert line_of(book, item).evidence == (address,)
