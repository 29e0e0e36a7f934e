"""What Optum Pay has of its own, the adapter at its twin: two documents, preset days, a claim in several payments, who may see what."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date
from typing import TYPE_CHECKING

import pytest

from payerbot.errors import AccessWanted, PageChanged, PortalSlow
from payerbot.model import Outcome
from sandbox.world import SEED
from tests.contract.eob_support import check_rows, claim_row, deliver, documents_of, remit_of, true_of, wrong, wrong_rows

if TYPE_CHECKING:
    from playwright.sync_api import Route

    from tests.contract.support import Row, Site

pytestmark = pytest.mark.deep


@pytest.fixture(scope="module")
def signed_in(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Site]:
    from tests.contract.support import signed_in

    with signed_in("optum_pay", tmp_path_factory.mktemp("run"), seed=SEED, members=40, claims=60) as site:
        yield site


@pytest.fixture
def site(signed_in: Site) -> Iterator[Site]:
    yield signed_in
    signed_in.twin.change_user(signed_in.user.user_id, lacks=[])
    signed_in.mend()


def row_by(site: Site, method: str, nth: int = 0) -> Row:
    return [row for row in check_rows(site, "optum") if remit_of(site, row["check_no"]).method == method][nth]


@pytest.mark.parametrize("method, source", [("ACH", "portal_made"), ("CHK", "payer_issued"), ("NON", "payer_issued")])
def test_every_payment_has_its_pdf_and_its_835(site: Site, method: str, source: str) -> None:
    row = row_by(site, method)
    answer = deliver(site, row)
    assert (answer.outcome, answer.rung, answer.tried) == (Outcome.ANSWERED, "check_no", ("check_no",))
    assert [(one.medium, one.source) for one in answer.documents] == [("pdf", source), ("835", "export")]
    assert {(one.medium, one.data) for one in answer.documents} == documents_of(site, remit_of(site, row["check_no"]))
    assert answer.match == ("check_no", "check_date", "amount", "payer")


@pytest.mark.parametrize("fault", ["error-503@eob-835", "nothing-comes@eob-835", "slow@eob-835:3"])
def test_trouble_with_the_835_does_not_keep_from_it(site: Site, fault: str) -> None:
    with site.fault(fault, patience=6):
        assert wrong(site, row_by(site, "ACH", 1)) == []


def test_an_835_that_does_not_come_is_asked_for_again_later(site: Site) -> None:
    with site.fault("nothing-comes@eob-835:9", patience=2), pytest.raises(PortalSlow):
        deliver(site, row_by(site, "ACH", 1))


def test_another_payers_payment_is_not_taken(site: Site) -> None:
    answer = deliver(site, row_by(site, "ACH"), payer_label="UNITEDHEALTHCARE")
    assert (answer.outcome, answer.documents) == (Outcome.NOT_FOUND, ())


def test_a_payment_of_which_only_a_part_of_the_number_is_known_is_not_taken(site: Site) -> None:
    answer = deliver(site, row_by(site, "ACH"), check_no="00", check_date=None, amount=None)
    assert (answer.outcome, answer.documents) == (Outcome.NOT_FOUND, ())


def test_a_payment_from_before_what_is_kept_is_not_found_and_not_searched_for(site: Site) -> None:
    site.twin.reset_records()
    answer = deliver(site, row_by(site, "ACH"), check_date=date(2025, 1, 6))
    assert (answer.outcome, site.twin.records("search")) == (Outcome.NOT_FOUND, [])


def test_a_claim_is_found_by_the_practices_own_number_too(site: Site) -> None:
    answer = deliver(site, claim_row(site, "optum"), payer_claim_no="")
    assert (answer.outcome, answer.rung) == (Outcome.ANSWERED, "claim_id")
    assert {"claim_id", "dos", "charge", "check_no"} <= set(answer.match)


def test_a_claim_that_nobody_dates_is_looked_for_in_all_that_is_kept(site: Site) -> None:
    bare = {"patient": None, "dos_from": None, "dos_to": None, "charge": None}
    assert deliver(site, claim_row(site, "optum"), **bare).outcome is Outcome.ANSWERED


def test_a_claim_of_another_patient_or_number_is_not_taken(site: Site) -> None:
    for changed in ({"member_id": "X1", "last": "Nobody", "first": "Else"}, {"payer_claim_no": "ZZ9"}):
        answer = deliver(site, claim_row(site, "optum"), **changed)
        assert (answer.outcome, answer.documents) == (Outcome.NOT_FOUND, ())


def test_a_claim_in_two_payments_is_never_resolved_by_guessing(site: Site) -> None:
    held: dict[str, list[str]] = {}
    for remit in [remit for remit in site.world.remits if remit.payer == "optum"]:
        for number in {claim.claim_id for claim in remit.claims if claim.claim_id}:
            held.setdefault(number, []).append(remit.check_no)
    number, both = next(one for one in sorted(held.items()) if len(one[1]) > 1)
    bare = {"patient": None, "dos_from": None, "dos_to": None, "charge": None, "payer_claim_no": "", "claim_id": number}
    answer = deliver(site, claim_row(site, "optum"), **bare)
    assert (answer.outcome, answer.documents) == (Outcome.AMBIGUOUS, ())
    claim = next(c for r in site.world.remits if r.check_no == both[0] for c in r.claims if c.claim_id == number)
    told = {**bare, "dos_from": claim.dos_from, "dos_to": claim.dos_to, "charge": claim.charge, "payer_claim_no": claim.payer_claim_no}
    one = deliver(site, claim_row(site, "optum"), **told)
    assert (one.outcome, one.listed and one.listed.check_no) == (Outcome.ANSWERED, both[0])


def test_the_rung_that_found_the_last_one_is_tried_first(site: Site) -> None:
    site.portal.first_rung = "check_no, no zeros"
    assert deliver(site, row_by(site, "CHK")).tried == ("check_no, no zeros",)


@pytest.mark.parametrize("changed", [{"lacks": ["linked practice"]}, {}])
def test_a_practice_that_is_not_linked_is_a_persons(site: Site, changed: dict[str, list[str]]) -> None:
    site.twin.change_user(site.user.user_id, **changed)
    tin = {} if changed else {"billing_tin": "123456789"}
    with pytest.raises(AccessWanted):
        deliver(site, row_by(site, "ACH"), **tin)


def test_a_detail_of_another_payment_is_a_changed_page(site: Site) -> None:
    row, other = row_by(site, "ACH", 0), row_by(site, "ACH", 1)
    page = site.tab._page
    there = f"**/remittanceDetail.do?number={row['check_no']}"
    page.route(there, lambda route: route.continue_(url=route.request.url.replace(row["check_no"], other["check_no"])))
    try:
        with pytest.raises(PageChanged):
            deliver(site, row)
    finally:
        page.unroute(there)


def test_a_page_that_does_not_listen_yet_is_told_once_more(site: Site) -> None:
    page, script = site.tab._page, "**/static/payments.js"

    def late(route: Route) -> None:
        page.wait_for_timeout(2500)
        route.continue_()

    page.route(script, late)
    try:
        assert wrong(site, claim_row(site, "optum")) == []
    finally:
        page.unroute(script)


def test_every_payment_of_the_example_world_ends_as_the_truth_has_it(site: Site) -> None:
    rows = [row for row in site.world.payment_rows() if true_of(site, row).outcome not in ("wrong_portal", "rejected")]
    assert len(rows) >= 20
    assert wrong_rows(site, rows) == []
