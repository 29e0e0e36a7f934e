"""What the Gainwell payment history has of its own, the adapter at its twin: pages, exact numbers, and claims that lead to a payment."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING

import pytest

from payerbot.errors import PageChanged, PortalDown
from payerbot.model import Outcome
from sandbox.world import SEED
from tests.contract.eob_support import check_rows, deliver, documents_of, remit_of, wrong

if TYPE_CHECKING:
    from sandbox.world import Claim
    from tests.contract.support import Row, Site

pytestmark = pytest.mark.deep
PAYER = "medicaid_co"
BUSY_DAY = "2026-11-10"  # around it more payments were made than stand on one page


@pytest.fixture(scope="module")
def signed_in(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Site]:
    from tests.contract.support import signed_in

    with signed_in("gainwell-co", tmp_path_factory.mktemp("run"), seed=SEED, members=96, claims=120) as site:
        yield site


@pytest.fixture
def site(signed_in: Site) -> Iterator[Site]:
    yield signed_in
    signed_in.mend()


def paid(site: Site, state: str) -> Claim:
    """A claim of the practice's in this state that stands in a remittance."""
    return next(c for r in site.world.remits if not r.scanned for c in r.claims if c.state == state and c.claim_id)


def row_of(site: Site, claim: Claim, **changed: str) -> Row:
    """The row of a payments file that names this claim and no check."""
    return {**site.world._claim_row(claim, 1), **changed}


def test_a_number_without_its_zeros_is_found_by_the_payments_day_on_whatever_page_it_stands(site: Site) -> None:
    rows = [row for row in check_rows(site, PAYER) if row["check_date"] == BUSY_DAY]
    for row in rows:
        answer = deliver(site, row, check_no=row["check_no"].lstrip("0"))
        assert (answer.outcome, answer.rung) == (Outcome.ANSWERED, "check_date")
        assert {(one.medium, one.data) for one in answer.documents} == documents_of(site, remit_of(site, row["check_no"]))
    assert len(rows) > 2
    assert any("Page 2 of 2" in text for text in site.portal.kept)


def test_the_rung_that_found_the_last_one_is_tried_first(site: Site) -> None:
    site.portal.first_rung = "check_date"
    assert deliver(site, check_rows(site, PAYER)[0]).tried == ("check_date",)


@pytest.mark.parametrize("state", ["paid", "denied", "paid_zero", "partly_denied", "reversed"])
def test_a_claim_leads_to_its_payment_by_the_payers_number(site: Site, state: str) -> None:
    row = row_of(site, paid(site, state))
    assert wrong(site, row) == []
    answer = deliver(site, row)
    assert answer.tried == ("payer_claim_no",)
    assert {"payer_claim_no", "dos", "charge", "check_no"} <= set(answer.match)


def test_a_claim_whose_number_nobody_knows_is_found_by_its_member_and_day(site: Site) -> None:
    row = row_of(site, paid(site, "paid"), payer_claim_no="")
    assert wrong(site, row) == []
    assert {"dos", "charge", "member_id", "name"} <= set(deliver(site, row).match)
    assert deliver(site, row, member_id="900000001").rung == "member_id at the payer"


def test_without_a_number_a_claim_needs_a_patient_a_day_and_a_charge(site: Site) -> None:
    row = row_of(site, paid(site, "paid"), payer_claim_no="")
    for missing in ("patient", "dos_from", "charge"):
        answer = deliver(site, row, **{missing: None})
        assert (answer.outcome, answer.field, answer.tried) == (Outcome.BAD_DATA, "payer_claim_no", ())


def test_a_claim_that_waits_has_no_payment(site: Site) -> None:
    claim = next(c for c in site.world.claims if c.state == "pending" and c.payer_claim_no and c.claim_id)
    answer = deliver(site, row_of(site, claim))
    assert (answer.outcome, answer.reason, answer.seen_as) == (Outcome.NOT_FOUND, "the claim is not paid yet", "Suspended")


def test_another_patients_claim_is_not_taken(site: Site) -> None:
    answer = deliver(site, row_of(site, paid(site, "paid")), member_id="900000001", last="Nobody", first="Else")
    assert (answer.outcome, answer.documents) == (Outcome.NOT_FOUND, ())


def test_changes_that_do_not_matter_do_not_even_together(site: Site) -> None:
    site.mend_form()
    remits = ("changed-id@remits", "moved-element@remits", "removed-landmark@remits")
    checks = ("changed-id@checks", "removed-landmark@checks", "reordered-columns@checks", "survey@checks")
    with site.fault(*remits, *checks, "changed-id@eob-pdf", "moved-element@eob-pdf"):
        assert wrong(site, check_rows(site, PAYER)[1]) == []
    with site.fault("moved-element@checks"):
        assert wrong(site, check_rows(site, PAYER)[1]) == []


def test_a_row_whose_link_reads_otherwise_is_said_not_guessed(site: Site) -> None:
    with site.fault("renamed-label@eob-pdf"), pytest.raises(PageChanged, match="offers no remittance"):
        deliver(site, check_rows(site, PAYER)[0])


@pytest.mark.parametrize("fault", ["maintenance@eob-pdf", "service-hours@checks", "maintenance@checks"])
def test_a_portal_that_cannot_answer_is_down(site: Site, fault: str) -> None:
    with site.fault(fault, patience=6), pytest.raises(PortalDown):
        deliver(site, check_rows(site, PAYER)[0])
