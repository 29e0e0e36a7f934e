"""Only the document that was asked for is believed; what is broken or another payment's is named, and asked for once more."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import timedelta
from decimal import Decimal
from typing import Any

import pytest

from payerbot.eob import answer, before, listing, proof
from payerbot.eob.trouble import CannotRead, NotWhole
from payerbot.model import Outcome
from payerbot.remittance import Document, EobDelivery, EobRequest, EobResult, same_number
from sandbox.eobs.documents import payer_issued
from sandbox.eobs.listing import as_csv
from sandbox.eobs.x12 import as_835
from sandbox.world import Remit
from tests.eob_support import ask, check, claim, delivery, line, listed, world

HTML = b"<!doctype html><title>Session expired</title>"


def remit(nth: int = 0) -> Remit:
    """A check of one claim, each on another payer's paper."""
    return [one for one in world(7).remits if not one.scanned and len(one.claims) == 1 and one.amount > 0][nth]


def scan() -> Remit:
    return next(one for one in world(7).remits if one.scanned)


def read(one: Remit, *documents: tuple[str, bytes], **changed: Any) -> EobResult:
    delivered = delivery(one, *documents)
    return answer.read(ask(one, **changed), delivered, [f"address {n}" for n in range(len(documents))])


def pdf_of(one: Remit) -> tuple[str, bytes]:
    return "pdf", payer_issued(one)


# --- the right one -----------------------------------------------------------------------------------------------------------------


def test_the_payments_own_document_is_the_answer() -> None:
    one = remit()
    said = read(one, pdf_of(one), ("csv", as_csv([one])))
    assert said.outcome is Outcome.ANSWERED
    assert (said.medium, said.pages, said.eob_id, said.fetched, said.balance_ok) == ("pdf", 1, "address 0", "now", True)
    assert (said.check_no, said.check_date, said.check_amount, said.claim_count) == (one.check_no, one.check_date, one.amount, 1)
    assert len(said.file_sha256) == 64
    assert set(said.match) == {"check_no", "check_date", "amount", "payee"}
    assert said.claim is None, "nobody asked about a claim"


def test_a_claim_that_was_asked_about_must_be_inside_and_is_told() -> None:
    one = remit()
    paid = one.claims[0]
    by_claim = {"check_no": "", "check_date": None, "amount": None, "payer_claim_no": paid.payer_claim_no, "dos_from": paid.dos_from}
    said = read(one, pdf_of(one), **by_claim, charge=paid.charge)
    assert said.claim is not None
    assert (said.claim.claim_id, said.claim.paid) == (paid.claim_id, paid.paid)
    assert "payer_claim_no" in said.match
    for other in ({"payer_claim_no": "X999"}, {"charge": paid.charge + 1}, {"dos_from": paid.dos_from - timedelta(days=1)}):
        assert read(one, pdf_of(one), **{**by_claim, **other}).outcome is Outcome.UNREADABLE


@pytest.mark.parametrize(
    "changed, why",
    [
        ({"check_no": "0099887766"}, "another check's number is in it"),
        ({"amount": Decimal(1)}, "the check's amount in it is another"),
        ({"check_date": remit().check_date - timedelta(days=1)}, "the check's date in it is another"),
        ({"billing_npi": "1234567893", "group_npis": ()}, "it is made out to another payee, or does not show one"),
        ({"billing_tin": "123456789"}, "it is made out to another payee, or does not show one"),
    ],
)
def test_a_document_of_another_payment_is_never_the_answer(changed: dict[str, Any], why: str) -> None:
    one = remit()
    said = read(one, pdf_of(one), **changed)
    assert said.outcome is Outcome.UNREADABLE
    assert said.remittance is None
    assert why in said.problems


def test_leading_zeros_and_dashes_do_not_tell_checks_apart() -> None:
    assert same_number("0013141402", "13141402")
    assert same_number("00-1314-1402", "13141402")
    assert not same_number("", "")
    assert not same_number("000", "00")
    assert not same_number("131414020", "13141402")


def test_a_payee_without_numbers_goes_by_its_name() -> None:
    said = check(claim(line("180", "180")), payee="Harborlight Counseling Group", payee_npi="", payee_tin="")
    one = remit()
    assert (
        "payee"
        in proof.of(said, ask(one, check_no="", check_date=None, amount=None), listed(one).model_copy(update={"check_no": ""})).match
    )
    other = said.model_copy(update={"payee": "Somebody Else"})
    nobody = said.model_copy(update={"payee": ""})
    assert all("payee" not in proof.of(one_of, ask(one)).match for one_of in (other, nobody))


# --- several documents -------------------------------------------------------------------------------------------------------------


def test_the_835_is_believed_before_the_paper_and_the_paper_where_there_is_none_that_is_whole() -> None:
    one = remit()
    assert read(one, pdf_of(one), ("835", as_835(one))).medium == "835"
    assert read(one, pdf_of(one), ("835", as_835(one)[:-9])).medium == "pdf"
    assert read(one, ("pdf", HTML), ("835", as_835(one))).medium == "835"


def test_documents_that_contradict_each_other_go_to_a_person() -> None:
    one = remit()
    paid = one.claims[0]
    assert paid.paid is not None
    shifted = as_835(one).replace(f"*{paid.payer_claim_no}*".encode(), b"*OTHER*")
    said = read(one, pdf_of(one), ("835", shifted))
    assert said.outcome is Outcome.UNREADABLE
    assert "contradict" in said.reason
    assert read(one, pdf_of(one), ("csv", HTML)).outcome is Outcome.ANSWERED, "a list that is no list says nothing"
    told_otherwise = as_csv([one]).replace(f"{one.amount:,.2f}".encode(), b"9.99")
    assert read(one, pdf_of(one), ("csv", told_otherwise)).outcome is Outcome.UNREADABLE


def test_the_payments_own_transaction_is_taken_out_of_a_file_with_several() -> None:
    one, other = remit(0), remit(1)
    first, second = (as_835(each).decode().split("~\n") for each in (one, other))
    both = "~\n".join([*first[:-3], *second[2:-3], *first[-3:]]).encode()
    said = read(one, ("835", both))
    assert (said.outcome, said.check_no) == (Outcome.ANSWERED, one.check_no)


# --- what is not whole -------------------------------------------------------------------------------------------------------------


class Portal:
    """Hands out one delivery after the other."""

    def __init__(self, *deliveries: EobDelivery) -> None:
        self.left = list(deliveries)
        self.kept: list[Document] = []

    def deliver(self, _ask: EobRequest) -> EobDelivery:
        return self.left.pop(0)

    def keep(self, document: Document) -> str:
        self.kept.append(document)
        return f"address {len(self.kept)}"


def fetched(one: Remit, *documents: Sequence[tuple[str, bytes]]) -> tuple[EobResult, Portal]:
    portal = Portal(*(delivery(one, *each) for each in documents))
    return answer.fetched(ask(one), portal.deliver, portal.keep), portal


@pytest.mark.parametrize("bad", [HTML, b"", payer_issued(remit())[:700], payer_issued(remit(3))])
def test_what_is_broken_or_another_payments_is_asked_for_once_more(bad: bytes) -> None:
    one = remit()
    said, portal = fetched(one, [("pdf", bad)], [pdf_of(one)])
    assert said.outcome is Outcome.ANSWERED
    assert said.eob_id == "address 2"
    assert len(portal.kept) == 2, "what came first is kept too"


def test_what_is_right_is_asked_for_once() -> None:
    one = remit()
    assert not fetched(one, [pdf_of(one)])[1].left
    said, portal = fetched(scan(), [pdf_of(scan())])
    assert (said.outcome, len(portal.kept)) == (Outcome.UNREADABLE, 1)


@pytest.mark.parametrize(
    "bad, outcome, why",
    [
        (HTML, Outcome.PAGE_CHANGED, "a web page under the name of a PDF"),
        (payer_issued(remit())[:700], Outcome.PAGE_CHANGED, "cut off"),
        (payer_issued(remit(3)), Outcome.UNREADABLE, "another payment's document, twice"),
    ],
)
def test_what_stays_broken_is_tried_later_and_what_stays_anothers_goes_to_a_person(bad: bytes, outcome: Outcome, why: str) -> None:
    said, portal = fetched(remit(), [("pdf", bad)], [("pdf", bad)])
    assert (said.outcome, portal.left, said.remittance) == (outcome, [], None)
    assert why in said.reason


def test_a_scan_goes_to_a_person_and_can_be_found() -> None:
    said = read(scan(), pdf_of(scan()))
    assert (said.outcome, said.eob_id, said.remittance) == (Outcome.UNREADABLE, "address 0", None)
    assert said.reason == "a scan: the PDF holds a picture and no text: a person has to read it"
    assert (said.check_no, said.check_amount) == (scan().check_no, scan().amount), "the portal's list tells as much"


def test_what_does_not_add_up_is_never_handed_on() -> None:
    one = remit()
    claimed = one.claims[0]
    off = as_835(one).replace(f"*{claimed.charge}*{claimed.paid}*".encode(), f"*{claimed.charge}*{(claimed.paid or 0) + 1}*".encode(), 1)
    said = read(one, ("835", off))
    assert (said.outcome, said.balance_ok, said.remittance) == (Outcome.UNREADABLE, False, None)
    assert "claim 1: its charge is not its payment and its adjustments" in said.problems
    assert claimed.patient.last.upper() not in said.reason.upper()


def test_a_payment_without_a_document_and_one_that_was_not_found_are_said() -> None:
    none = read(remit())
    assert (none.outcome, none.eob_id) == (Outcome.UNREADABLE, "")
    assert "no document" in none.reason
    assert "no document" in read(remit(), ("csv", as_csv([remit()]))).reason
    lost = answer.read(ask(remit()), EobDelivery(outcome=Outcome.NOT_FOUND, tried=("check_no",)), [])
    assert (lost.outcome, lost.tried, lost.fetched, lost.check_no) == (Outcome.NOT_FOUND, ("check_no",), None, remit().check_no)


# --- the portal's list -------------------------------------------------------------------------------------------------------------


def test_the_list_is_read_by_its_heads() -> None:
    rows = listing.read(as_csv(world(7).remits))
    assert [(row.check_date, row.amount) for row in rows] == [(one.check_date, one.amount) for one in world(7).remits]
    assert all(same_number(row.check_no, one.check_no) for row, one in zip(rows, world(7).remits, strict=True))


@pytest.mark.parametrize("data, kind", [(HTML, NotWhole), (b"", CannotRead), (b"a,b\n1,2\n", CannotRead), (b"\xff\xfe", CannotRead)])
def test_what_is_no_list_is_refused(data: bytes, kind: type[Exception]) -> None:
    with pytest.raises(kind):
        listing.read(data)


# --- known before ------------------------------------------------------------------------------------------------------------------


def test_an_earlier_answer_serves_the_same_payment_only() -> None:
    one = remit()
    paid = one.claims[0]
    earlier = read(one, pdf_of(one))
    bare = {"check_date": None, "amount": None}
    by_claim = {**bare, "check_no": "", "payer_claim_no": paid.payer_claim_no}
    same = before.again(ask(one, check_no=one.check_no.lstrip("0"), **bare), earlier)
    assert same is not None
    assert (same.fetched, same.remittance) == ("before", earlier.remittance)
    claimed = before.again(ask(one, **by_claim), earlier)
    assert claimed is not None
    assert claimed.claim is not None
    others: tuple[dict[str, Any], ...] = (
        {"check_no": "0099887766"},
        {"amount": one.amount + 10},
        {"check_date": one.check_date - timedelta(days=9)},
        {**by_claim, "payer_claim_no": "X9"},
        {**by_claim, "charge": paid.charge + 1},
        {**bare, "check_no": ""},  # names nothing
    )
    assert [before.again(ask(one, **other), earlier) for other in others] == [None] * len(others)
    assert before.again(ask(one), read(scan(), pdf_of(scan()))) is None, "what nobody could read is fetched again"
