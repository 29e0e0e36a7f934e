"""Batches: what loading a file does, and the one current line of each row."""

from __future__ import annotations

from datetime import timedelta
from decimal import Decimal

import pytest

from payerbot.errors import UserError
from payerbot.ledger.book import Ledger
from payerbot.model import ClaimState, ClaimStatusResult, Coverage, EligibilityResult, Job, Outcome
from tests.deep import deep
from tests.ledger_support import (
    ANSWERED,
    DAY,
    LOGIN,
    NOT_FOUND,
    PORTAL,
    Place,
    answer_all,
    claim_ask,
    claims,
    fetch,
    sheet,
    states,
    visit_ask,
)


@pytest.fixture
def book(place: Place) -> Ledger:
    return place.ledger()


def test_a_batch_is_named_by_its_job_its_day_and_its_content(book: Ledger) -> None:
    claim = book.add(claims(2), business_date=DAY)
    visit = book.add(sheet(visit_ask(1), job=Job.ELIGIBILITY), business_date=DAY)
    assert claim.batch.startswith("claims-20261122-")
    assert visit.batch.startswith("visits-20261122-")
    assert len(claim.batch) == len("claims-20261122-7f3a9c12")


def test_the_report_counts_what_was_added_and_what_was_rejected(book: Ledger) -> None:
    report = book.add(sheet(claim_ask(1), None, claim_ask(2)), business_date=DAY)
    assert (report.added, report.known, report.rejected, report.resumed) == (2, 0, 1, False)


def test_the_same_file_on_the_same_day_resumes(book: Ledger) -> None:
    first = book.add(claims(3), business_date=DAY)
    answer_all(book, first.batch)
    second = book.add(claims(3), business_date=DAY)
    assert second.batch == first.batch
    assert (second.added, second.known, second.resumed) == (0, 3, True)
    assert states(book, first.batch) == ["done"] * 3


def test_the_same_file_on_the_next_day_is_a_new_batch_and_asks_again(book: Ledger) -> None:
    first = book.add(claims(2), business_date=DAY)
    answer_all(book, first.batch)
    second = book.add(claims(2), business_date=DAY + timedelta(days=1))
    assert second.batch != first.batch
    assert not second.resumed
    assert states(book, second.batch) == ["waiting"] * 2
    assert states(book, first.batch) == ["done"] * 2


def test_again_makes_a_new_batch_which_the_next_load_resumes(book: Ledger) -> None:
    first = book.add(claims(2), business_date=DAY)
    again = book.add(claims(2), business_date=DAY, again=True)
    resumed = book.add(claims(2), business_date=DAY)
    assert again.batch != first.batch
    assert resumed.batch == again.batch
    assert resumed.resumed


def test_a_row_that_was_rejected_is_added_once_it_can_be_asked(book: Ledger) -> None:
    first = book.add(sheet(claim_ask(1), None, None), business_date=DAY)
    mended = book.add(sheet(claim_ask(1), claim_ask(2), None), business_date=DAY)
    assert mended.batch == first.batch
    assert (mended.added, mended.known, mended.rejected) == (1, 1, 1)
    assert states(book, first.batch) == ["waiting", "waiting", "rejected"]


def test_a_mended_row_that_asks_what_another_asks_shares_its_item(book: Ledger) -> None:
    batch = book.add(sheet(claim_ask(1), None), business_date=DAY).batch
    book.add(sheet(claim_ask(1), claim_ask(1)), business_date=DAY)
    first, second = book.lines(batch)
    assert second.item == first.item
    assert second.same_as == 1


def test_rows_that_ask_the_same_share_one_item_and_all_show_its_answer(book: Ledger) -> None:
    batch = book.add(sheet(claim_ask(1), claim_ask(2), claim_ask(1)), business_date=DAY).batch
    assert answer_all(book, batch) == 2
    first, second, third = book.lines(batch)
    assert first.item == third.item != second.item
    assert (first.same_as, second.same_as, third.same_as) == (None, None, 1)
    assert third.answer == first.answer is not None


def test_rows_that_differ_in_one_field_are_two_questions(book: Ledger) -> None:
    batch = book.add(sheet(claim_ask(1), claim_ask(1, charge=Decimal("150.01"))), business_date=DAY).batch
    assert answer_all(book, batch) == 2


def test_lines_come_in_the_files_order_with_its_cells(book: Ledger) -> None:
    batch = book.add(sheet(claim_ask(3), None, claim_ask(1)), business_date=DAY).batch
    found = list(book.lines(batch))
    assert [line.line for line in found] == [1, 2, 3]
    assert [line.cells for line in found] == [("cell 1", ""), ("cell 2", ""), ("cell 3", "")]


def test_a_rejected_row_says_which_column_and_why(book: Ledger) -> None:
    batch = book.add(sheet(None), business_date=DAY).batch
    (line,) = book.lines(batch)
    assert line.state == "rejected"
    assert [(each.column, each.reason) for each in line.rejects] == [("dob", "this is no date")]
    assert line.item == ""


def test_an_answered_row_shows_the_whole_answer(book: Ledger, place: Place) -> None:
    batch = book.add(claims(1), business_date=DAY).batch
    told = ClaimStatusResult(outcome=Outcome.ANSWERED, state=ClaimState.PAID, paid=Decimal("88.10"), seen_as="Paid", carcs=("CO-45",))
    lease = book.take_lease(PORTAL, LOGIN, life=60)
    item = book.claim(lease, batch)
    assert item is not None
    began = place.clock.now
    place.clock.forward(seconds=20)
    book.finish(lease, item, told, evidence=["ab" * 32])
    (line,) = book.lines(batch)
    assert line.answer == told
    assert line.evidence == ("ab" * 32,)
    assert (line.started_at, line.finished_at, line.answered_at) == (began, place.clock.now, place.clock.now)
    assert (line.state, line.attempts, line.waits_for) == ("done", 1, "")


def test_a_coverage_answer_comes_back_as_a_coverage_answer(book: Ledger) -> None:
    batch = book.add(sheet(visit_ask(1), job=Job.ELIGIBILITY), business_date=DAY).batch
    told = EligibilityResult(outcome=Outcome.ANSWERED, coverage=Coverage.ACTIVE, copay=Decimal("25.00"), visits_left=0)
    lease = book.take_lease(PORTAL, LOGIN, life=60)
    item = book.claim(lease, batch)
    assert item is not None
    assert item.ask == visit_ask(1)
    assert item.asked_on == DAY
    book.finish(lease, item, told)
    assert [line.answer for line in book.lines(batch)] == [told]


def test_a_row_that_nobody_asked_yet_waits_for_its_turn(book: Ledger) -> None:
    (line,) = book.lines(book.add(claims(1), business_date=DAY).batch)
    assert (line.state, line.waits_for, line.attempts, line.next_due, line.question) == ("waiting", "its turn", 0, None, None)


def test_counts_are_of_rows_and_add_up(book: Ledger) -> None:
    batch = book.add(sheet(claim_ask(1), claim_ask(1), claim_ask(2), claim_ask(3), None), business_date=DAY).batch
    with book.take_lease(PORTAL, LOGIN, life=60) as lease:
        for answer in (ANSWERED, NOT_FOUND):
            item = book.claim(lease, batch)
            assert item is not None
            book.finish(lease, item, answer)
        assert book.claim(lease, batch) is not None
        taken = book.counts(batch)
    assert taken == {"rows": 5, "rejected": 1, "done": 3, "taken": 1, "waiting": 0, "answered": 2, "not_found": 1}
    assert book.counts(batch) == {"rows": 5, "rejected": 1, "done": 3, "taken": 0, "waiting": 1, "answered": 2, "not_found": 1}


def test_shares_are_the_logins_with_something_due(book: Ledger) -> None:
    one = sheet(claim_ask(1)).rows
    other = sheet(claim_ask(2), claim_ask(3), portal="cigna", login="bot.two").rows
    rows = one + tuple(row.model_copy(update={"line": row.line + 1}) for row in other)
    batch = book.add(sheet().model_copy(update={"rows": rows}), business_date=DAY).batch
    assert book.shares(batch) == [(PORTAL, LOGIN), ("cigna", "bot.two")]
    answer_all(book, batch)
    assert book.shares(batch) == [("cigna", "bot.two")]


def test_what_a_live_run_has_taken_is_no_share_for_another(book: Ledger, place: Place) -> None:
    batch = book.add(claims(1), business_date=DAY).batch
    lease = book.take_lease(PORTAL, LOGIN, life=60)
    book.claim(lease, batch)
    assert book.shares(batch) == []
    place.clock.forward(seconds=61)
    assert book.shares(batch) == [(PORTAL, LOGIN)]
    (line,) = book.lines(batch)
    assert (line.state, line.waits_for) == ("waiting", "another try: the last one was broken off")


def test_batches_are_listed_oldest_first_with_their_header(book: Ledger, place: Place) -> None:
    first = book.add(claims(2), business_date=DAY).batch
    place.clock.forward(hours=1)
    second = book.add(claims(1), business_date=DAY + timedelta(days=1)).batch
    assert [(info.id, info.rows, info.header, info.job) for info in book.batches()] == [
        (first, 2, ("claim", "note"), Job.CLAIM_STATUS),
        (second, 1, ("claim", "note"), Job.CLAIM_STATUS),
    ]
    assert book.batch(first).created_at == place.clock.now - timedelta(hours=1)


def test_a_batch_that_is_not_there_is_the_persons_to_put_right(book: Ledger) -> None:
    for ask in (book.batch, book.lines, book.counts, book.shares):
        with pytest.raises(UserError, match="payerbot export"):
            ask("claims-20261122-00000000")


def test_practices_in_one_database_do_not_see_each_other(place: Place) -> None:
    oak, elm = place.ledger(tenant="oak"), place.ledger(tenant="elm")
    batch = oak.add(claims(2), business_date=DAY).batch
    other = elm.add(claims(1), business_date=DAY).batch
    assert batch != other
    assert [info.id for info in elm.batches()] == [other]
    with pytest.raises(UserError):
        elm.counts(batch)
    assert answer_all(elm, other) == 1
    assert states(oak, batch) == ["waiting"] * 2


@pytest.mark.parametrize("database", ["sqlite", *deep("postgresql")], indirect=True)
def test_twenty_thousand_rows_are_loaded_whole(book: Ledger) -> None:
    report = book.add(claims(20_000), business_date=DAY)
    assert report.added == 20_000
    assert book.counts(report.batch)["waiting"] == 20_000
    assert fetch(book, "SELECT count(*) FROM item")[0][0] == 20_000
    last = list(book.lines(report.batch))[-1]
    assert (last.line, last.cells[0]) == (20_000, "cell 20000")


def test_the_not_found_rate_is_of_earlier_batches_at_that_portal_only(book: Ledger, place: Place) -> None:
    first = book.add(claims(4), business_date=DAY).batch
    with book.take_lease(PORTAL, LOGIN, life=60) as lease:
        for answer in (NOT_FOUND, ANSWERED, ANSWERED, ANSWERED):
            item = book.claim(lease, first)
            assert item is not None
            book.finish(lease, item, answer)
    place.clock.forward(days=1)
    second = book.add(claims(1), business_date=DAY + timedelta(days=1)).batch
    assert book.not_found_rate(PORTAL, Job.CLAIM_STATUS, second) == 0.25
    assert book.not_found_rate(PORTAL, Job.CLAIM_STATUS, first) is None
    assert book.not_found_rate("cigna", Job.CLAIM_STATUS, second) is None
    assert book.not_found_rate(PORTAL, Job.ELIGIBILITY, second) is None


def test_waking_makes_due_what_waits_for_a_repair_and_nothing_else(book: Ledger, place: Place) -> None:
    batch = book.add(claims(2), business_date=DAY).batch
    with book.take_lease(PORTAL, LOGIN, life=60) as lease:
        one, two = book.claim(lease, batch), book.claim(lease, batch)
        assert one is not None
        assert two is not None
        book.set_aside(lease, one, Outcome.PAGE_CHANGED, waits_for="the selectors to be repaired")
        book.set_aside(lease, two, Outcome.NOT_YET, waits_for="the claim to be on file", due=place.clock.now + timedelta(days=3))
    assert book.shares(batch) == []
    assert book.wake(batch, [Outcome.PAGE_CHANGED, Outcome.PORTAL_DOWN]) == 1
    assert answer_all(book, batch) == 1
