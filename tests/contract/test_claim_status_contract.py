"""What every portal that reports claim status must do, in a real browser at its twin."""

from __future__ import annotations

from datetime import timedelta
from decimal import Decimal
from typing import TYPE_CHECKING

import pytest

from payerbot.capability import ReportsClaimStatus
from payerbot.errors import BotWall, Broken, PageChanged, PortalDown, SessionLost, SignedOutByPerson
from payerbot.model import ClaimState, Outcome
from portals import KNOWN
from sandbox import truth
from tests.deep import deep, of_many_payers

if TYPE_CHECKING:
    from tests.contract.support import Site

ABLE = sorted(slug for slug, adapter in KNOWN.items() if issubclass(adapter, ReportsClaimStatus))
everywhere = pytest.mark.parametrize("site", ABLE, indirect=True, scope="module")


@everywhere
class TestReportsClaimStatus:
    def test_a_paid_claim_says_what_was_paid_and_on_which_check(self, site: Site) -> None:
        row = site.claim_of("", state="paid")
        answer = site.report(row)
        assert (answer.outcome, answer.state) == (Outcome.ANSWERED, ClaimState.PAID)
        assert answer.charge == Decimal(row["charge_amount"])
        assert {"dos", "charge"} <= set(answer.match)

    def test_a_claim_the_payer_does_not_have_is_an_answer_once_the_lag_is_over(self, site: Site) -> None:
        answer = site.report(site.claims("not_found")[0])
        assert (answer.outcome, answer.rung, answer.state) == (Outcome.NOT_FOUND, "", ClaimState.UNKNOWN)
        assert len(answer.tried) > 1

    def test_a_claim_that_is_too_new_is_not_yet_missing(self, site: Site) -> None:
        answer = site.report(site.claims("not_yet")[0])
        assert answer.outcome is Outcome.NOT_YET
        assert answer.due is not None
        assert answer.due > site.twin.as_of

    def test_two_claims_that_fit_are_never_resolved_by_guessing(self, site: Site) -> None:
        answer = site.report(site.claims("ambiguous")[0])
        assert (answer.outcome, answer.payer_claim_no) == (Outcome.AMBIGUOUS, None)

    @pytest.mark.parametrize("nth", [0, *deep(3, 4)])
    def test_another_charge_is_another_claim(self, site: Site, nth: int) -> None:
        answer = site.report(site.claim_of(site.a_payer(nth)), charge=Decimal("9876.54"), first_sent=None)
        assert (answer.outcome, answer.payer_claim_no) == (Outcome.NOT_FOUND, None)

    @of_many_payers
    def test_a_payer_that_is_not_listed_is_another_portals(self, site: Site) -> None:
        answer = site.report(site.claim_of(site.first), payer_label="A PAYER THAT NOBODY LISTS")
        assert answer.outcome is Outcome.WRONG_PORTAL

    @of_many_payers
    def test_a_payer_that_is_listed_and_not_served_is_another_portals(self, site: Site) -> None:
        assert site.report(site.claim_of(site.first), payer_label="AETNA BETTER HEALTH").outcome is Outcome.WRONG_PORTAL

    def test_a_day_on_which_nothing_was_billed_finds_nothing(self, site: Site) -> None:
        row = site.claim_of(site.a_payer(2))
        day = truth.parsed(row["dos_from"])
        assert day is not None
        answer = site.report(row, dos_from=day - timedelta(days=150), dos_to=day - timedelta(days=150), payer_claim_no="", first_sent=None)
        assert answer.outcome is Outcome.NOT_FOUND


@everywhere
class TestFaults:
    @pytest.mark.parametrize(
        "fault",
        [
            "stale-result@claims",
            "frame-detached@claims",
            "survey@claims",
            "error-503@claims",
            "renamed-label@claim-status",
            "reordered-columns@claims",
            *deep(
                "stale-result@claims:2",
                "blank-form@claims",
                "pick-lost@claim-status",
                "cookie-banner@claim",
                "slow@claims:5",
                "changed-id@claim-status",
                "moved-element@claim-status",
                "removed-landmark@claim-status",
                "removed-landmark@claims",
                "removed-landmark@claim",
                "reordered-columns@claim",
            ),
        ],
    )
    def test_trouble_on_the_way_does_not_keep_from_the_right_answer(self, site: Site, fault: str) -> None:
        if fault.startswith("stale"):
            assert site.wrong(site.claim_of(site.second, nth=0)) == []
        with site.fault(fault):
            assert site.wrong(site.claim_of(site.second, nth=1)) == []

    def test_a_form_that_does_nothing_more_is_loaded_anew(self, site: Site) -> None:
        with site.fault("stuck@claim-status"):
            assert [site.wrong(site.claim_of(site.second, nth=n)) for n in (1, 2)] == [[], []]

    @pytest.mark.at_every_place
    @pytest.mark.parametrize(
        "fault", ["renamed-label@claims", *deep("changed-id@claims", "moved-element@claims", "renamed-label@claim", "changed-id@claim")]
    )
    def test_a_changed_page_is_said_not_guessed(self, site: Site, fault: str) -> None:
        with site.fault(fault), pytest.raises(PageChanged):
            site.report(site.claim_of(site.second, nth=1))

    def test_panels_that_moved_are_read_or_said_to_be_missing(self, site: Site) -> None:
        row = site.claim_of(site.second, nth=1)
        with site.fault("moved-element@claim"):
            try:
                assert site.wrong(row) == []
            except Broken:
                return

    @pytest.mark.parametrize("fault", ["interstitial@claim-status", *deep("interstitial@claims")])
    def test_an_unknown_page_is_said_not_guessed(self, site: Site, fault: str) -> None:
        with site.fault(fault, patience=5), pytest.raises(PageChanged):
            site.report(site.claim_of(site.second, nth=1))

    @pytest.mark.parametrize("fault", ["payer-error@claims", *deep("maintenance@claims", "service-hours@claims", "payer-error@claim")])
    def test_a_payer_that_cannot_answer_is_asked_again_later(self, site: Site, fault: str) -> None:
        with site.fault(fault):
            answer = site.report(site.claim_of(site.second, nth=1))
            assert (answer.outcome, answer.state) == (Outcome.PORTAL_DOWN, ClaimState.UNKNOWN)

    @pytest.mark.deep
    def test_a_form_that_stumbles_once_is_an_outage_or_tried_again(self, site: Site) -> None:
        with site.fault("error-503@claim-status", patience=8):
            try:
                wrong = site.wrong(site.claim_of(site.second, nth=1))
            except PortalDown:
                return
            assert wrong == []

    @pytest.mark.parametrize(
        "fault, error",
        [
            ("maintenance@claim-status", PortalDown),
            ("session-expiry@claims", SessionLost),
            ("second-sign-in@claims", SignedOutByPerson),
            ("bot-wall@claims", BotWall),
            *deep(
                ("outage@claims", PortalDown),
                ("outage@claim-status", PortalDown),
                ("session-expiry@claim", SessionLost),
                ("captcha@claim-status", BotWall),
            ),
        ],
    )
    def test_trouble_with_the_portal_has_its_own_name(self, site: Site, fault: str, error: type[Exception]) -> None:
        with site.fault(fault, patience=8), pytest.raises(error):
            site.report(site.claim_of(site.second, nth=1))

    @pytest.mark.at_every_place
    @pytest.mark.parametrize("nth", [0, *deep(2, 3)])
    def test_a_stale_not_found_is_not_believed(self, site: Site, nth: int) -> None:
        row = site.claim_of(site.a_payer(nth))
        missing = site.report(row, charge=Decimal("9876.54"), payer_claim_no="NOSUCHCLAIM1", first_sent=None)
        assert missing.outcome is Outcome.NOT_FOUND
        with site.fault("stale-result@claims"):
            assert site.wrong(row) == []

    @pytest.mark.deep
    def test_rows_that_change_their_order_between_pages_do_not_lose_a_claim(self, site: Site) -> None:
        with site.fault("pager-order@claims"):
            for row in site.claims("answered")[:6]:
                try:
                    assert site.wrong(row) == []
                except Broken:
                    site.mend_form()


@everywhere
@pytest.mark.brief
def test_claims_of_every_outcome_are_answered_as_the_truth_has_them(site: Site) -> None:
    ends = {site.truth(row).outcome: row for row in site.claims("answered", "not_found", "ambiguous", "not_yet", "bad_data")}
    ends |= {state: site.claim_of("", state=state) for state in ("paid", "denied")}
    assert len(ends) >= 5
    assert site.wrong_rows(list(ends.values())) == []


@everywhere
@pytest.mark.deep
@pytest.mark.at_every_place
def test_every_claim_of_the_example_world_is_answered_as_the_truth_has_it(site: Site) -> None:
    rows = site.claims("answered", "not_found", "ambiguous", "not_yet", "bad_data")
    assert len(rows) >= 45
    assert site.wrong_rows(rows) == []
