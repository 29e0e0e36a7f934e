"""Payments whose EOBs the ledger has are answered without a portal; whose document is gone are not. On both databases."""

from __future__ import annotations

from decimal import Decimal
from typing import Any

import pytest

from payerbot.eob import before
from payerbot.ledger.book import Ledger
from payerbot.ledger.evidence import Evidence
from payerbot.model import Job, Outcome
from payerbot.remittance import EobRequest, EobResult, RemitClaim
from payerbot.rows import BatchReport
from tests.eob_support import check, claim, line
from tests.ledger_support import DAY, LOGIN, PORTAL, Place, claim_ask, is_whole, sheet

PDF = b"%PDF-1.7 made up"
PAID = claim(line("150.00", "100.00", CO_45="50.00"), claim_id="C000001", payer_claim_no="M1")


@pytest.fixture
def book(place: Place) -> Ledger:
    return place.ledger()


@pytest.fixture
def store(book: Ledger, place: Place) -> Evidence:
    return Evidence(book, place.keys)


def ask(**changes: Any) -> EobRequest:
    told = claim_ask(1).model_dump(include={"payer_key", "payer_label", "organization", "region", "billing_npi", "billing_tin"})
    return EobRequest(**{**told, "check_no": "0013141402", "amount": Decimal(100), **changes})


BARE = {"check_no": "", "amount": None}


def load(book: Ledger, *asks: EobRequest, again: bool = False, digest: bytes = b"1" * 32) -> BatchReport:
    return book.add(sheet(*asks, job=Job.EOBS, digest=digest), business_date=DAY, again=again)


def fetch(book: Ledger, store: Evidence, batch: str, *claims: RemitClaim, check_no: str = "0013141402") -> None:
    """Whatever is due is fetched: this check, with its document."""
    said = check(*(claims or (PAID,)), payee_npi="1234567893", payee_tin="123456789", check_no=check_no)
    with book.take_lease(PORTAL, LOGIN, life=60) as lease:
        while item := book.claim(lease, batch):
            address = store.keep("pdf", PDF, item=item.id)
            facts = {
                "eob_id": address,
                "medium": "pdf",
                "check_no": check_no,
                "check_amount": said.amount,
                "balance_ok": True,
                "fetched": "now",
            }
            answer = EobResult(outcome=Outcome.ANSWERED, remittance=said, check_date=said.check_date, **facts)
            book.finish(lease, item, answer, evidence=(address,))


def test_a_payment_that_an_earlier_batch_fetched_needs_no_portal(book: Ledger, store: Evidence, place: Place) -> None:
    fetch(book, store, load(book, ask()).batch)
    later = load(
        book,
        ask(check_no="13141402", amount=None),  # without its zeros
        ask(**BARE, payer_claim_no="M1"),  # a claim that it paid
        ask(amount=Decimal(110)),  # another payment of that number
        ask(check_no="0777"),
        ask(**BARE, claim_id="C9"),
        ask(payer_key="anthem"),
        digest=b"2" * 32,
    )
    assert before.settle(book, store, later.batch) == 2
    lines = list(book.lines(later.batch))
    assert [line.state for line in lines] == ["done", "done", "waiting", "waiting", "waiting", "waiting"]
    first, claimed = (line.answer for line in lines[:2])
    assert isinstance(first, EobResult)
    assert isinstance(claimed, EobResult)
    assert (first.fetched, first.check_amount, first.claim) == ("before", Decimal(100), None)
    assert (claimed.fetched, claimed.claim) == ("before", PAID)
    assert all(line.evidence == (first.eob_id,) for line in lines[:2])
    assert (lines[0].attempts, lines[0].started_at) == (0, None)
    is_whole(book, later.batch, 6)
    assert before.settle(book, store, later.batch) == 0
    assert book.verify_audit() == []


def test_a_check_that_was_fetched_for_a_claim_is_known_as_a_check(book: Ledger, store: Evidence) -> None:
    fetch(book, store, load(book, ask(**BARE, payer_claim_no="M1")).batch)
    later = load(book, ask(), digest=b"2" * 32)
    assert before.settle(book, store, later.batch) == 1


def test_what_is_known_in_one_batch_only_is_looked_for_there_only(book: Ledger, store: Evidence) -> None:
    fetch(book, store, load(book, ask()).batch)
    later = load(book, ask(), ask(check_no="13141402"), digest=b"2" * 32)
    assert before.find(book, store, ask(), f"{later.batch}.1", batch=later.batch) is None, "it was asked for anew"
    fetch(book, store, later.batch)
    assert before.find(book, store, ask(), f"{later.batch}.2", batch=later.batch) is not None


def test_a_document_that_is_gone_is_fetched_again(book: Ledger, store: Evidence, place: Place) -> None:
    fetch(book, store, load(book, ask()).batch)
    for path in (place.home / "evidence").rglob("*.sealed"):
        path.unlink()
    later = load(book, ask(), digest=b"2" * 32)
    assert before.settle(book, store, later.batch) == 0


def test_its_document_is_kept_as_long_as_the_latest_who_asked_needs_it(book: Ledger, store: Evidence, place: Place) -> None:
    fetch(book, store, load(book, ask()).batch)
    place.clock.forward(days=6 * 365)
    later = load(book, ask(), digest=b"2" * 32)
    assert before.settle(book, store, later.batch) == 1
    place.clock.forward(days=30)
    store.purge(place.clock.now)
    (kept,) = (line.evidence for line in book.lines(later.batch))
    assert store.read(*kept) == PDF


def test_an_item_that_a_run_has_taken_meanwhile_is_left_to_it(book: Ledger, store: Evidence) -> None:
    fetch(book, store, load(book, ask()).batch)
    later = load(book, ask(), digest=b"2" * 32)
    (earlier,) = book.payments_before(ask())
    known = before.again(ask(), earlier)
    assert known is not None
    with book.take_lease(PORTAL, LOGIN, life=60) as lease:
        assert book.claim(lease, later.batch) is not None
        assert not book.answer_from_before(f"{later.batch}.1", known, ())
        assert book.payments_to_ask(later.batch) == []
    assert [line.state for line in book.lines(later.batch)] != ["done"]


def test_the_latest_of_a_practice_with_many_payments_is_found_by_a_claim(book: Ledger, store: Evidence) -> None:
    batch = load(book, *(ask(check_no=f"{n}", amount=None) for n in range(1, 31))).batch
    fetch(book, store, load(book, ask(check_no="99", amount=None), digest=b"3" * 32).batch, check_no="99")
    fetch(book, store, batch, claim(line("10", "10"), payer_claim_no="X"), check_no="1")
    later = load(book, ask(**BARE, payer_claim_no="M1"), ask(**BARE, payer_claim_no="Y"), digest=b"2" * 32)
    assert before.settle(book, store, later.batch) == 1


def test_a_claim_that_stands_on_two_checks_is_asked_of_the_portal(book: Ledger, store: Evidence) -> None:
    fetch(book, store, load(book, ask()).batch)
    fetch(book, store, load(book, ask(check_no="99", amount=None), digest=b"3" * 32).batch, check_no="99")
    later = load(book, ask(**BARE, payer_claim_no="M1"), ask(check_no="99", amount=None), digest=b"2" * 32)
    assert before.settle(book, store, later.batch) == 1
    assert [line.state for line in book.lines(later.batch)] == ["waiting", "done"]
