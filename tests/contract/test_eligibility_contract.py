"""What every portal that checks eligibility must do, in a real browser at its twin."""

from __future__ import annotations

from datetime import date, timedelta
from typing import TYPE_CHECKING

import pytest

from payerbot.capability import ChecksEligibility
from payerbot.errors import BotWall, PageChanged, PortalDown, SessionLost, SignedOutByPerson
from payerbot.model import AuthRule, Coverage, Outcome
from portals import KNOWN
from sandbox import truth
from sandbox.world import same_id
from tests.deep import deep, of_many_payers

if TYPE_CHECKING:
    from tests.contract.support import Site

ABLE = sorted(slug for slug, adapter in KNOWN.items() if issubclass(adapter, ChecksEligibility))
everywhere = pytest.mark.parametrize("site", ABLE, indirect=True, scope="module")


@everywhere
class TestChecksEligibility:
    def test_a_known_member_is_active(self, site: Site) -> None:
        known = (row for row in site.visits("answered") if same_id(row["member_id"]) == same_id(site.truth(row).fields["member_id"]))
        answer = site.check(next(row for row in known if site.truth(row).fields["coverage"] == "active"))
        assert (answer.outcome, answer.coverage) == (Outcome.ANSWERED, Coverage.ACTIVE)
        assert {"member_id", "birth_date", "name"} <= set(answer.match)

    def test_a_policy_that_ended_is_an_answer(self, site: Site) -> None:
        answer = site.check(site.visit_of("", coverage="inactive"))
        assert (answer.outcome, answer.coverage) == (Outcome.ANSWERED, Coverage.INACTIVE)
        assert (answer.copay, answer.deductible, answer.auth) == (None, None, AuthRule.UNKNOWN)

    def test_an_unknown_member_is_an_answer_not_an_error(self, site: Site) -> None:
        answer = site.check(site.visits("not_found")[0])
        assert (answer.outcome, answer.rung, answer.coverage) == (Outcome.NOT_FOUND, "", Coverage.UNKNOWN)
        assert answer.tried == ("member_id", "name")

    def test_two_members_are_never_resolved_by_guessing(self, site: Site) -> None:
        assert site.check(site.visits("ambiguous")[0]).outcome is Outcome.AMBIGUOUS

    def test_another_birth_date_at_the_payer_is_bad_data_of_that_field(self, site: Site) -> None:
        answer = site.check(site.visits("bad_data")[0])
        assert (answer.outcome, answer.field) == (Outcome.BAD_DATA, "birth_date")

    def test_a_day_that_the_payer_does_not_answer_for_is_bad_data(self, site: Site) -> None:
        answer = site.check(site.visit_of(site.first), service_date=date(2031, 1, 2))
        assert (answer.outcome, answer.field) == (Outcome.BAD_DATA, "service_date")

    @of_many_payers
    def test_a_payer_that_is_not_listed_is_another_portals(self, site: Site) -> None:
        answer = site.check(site.visit_of(site.first), payer_label="A PAYER THAT NOBODY LISTS", payer_key="nobody")
        assert (answer.outcome, answer.coverage) == (Outcome.WRONG_PORTAL, Coverage.UNKNOWN)

    @of_many_payers
    @pytest.mark.parametrize("label", ["AETNA BETTER HEALTH", "CARELON BEHAVIORAL HEALTH"])
    def test_a_payer_that_is_listed_and_not_served_is_another_portals(self, site: Site, label: str) -> None:
        assert site.check(site.visit_of(site.first), payer_label=label).outcome is Outcome.WRONG_PORTAL

    def test_what_the_page_leaves_blank_is_unknown(self, site: Site) -> None:
        answer = site.check(site.visit_of("", coverage="active", auth="unknown", visits_from=truth.NOT_SHOWN))
        assert (answer.auth, answer.visits_allowed, answer.visits_left) == (AuthRule.UNKNOWN, None, None)

    def test_another_search_follows_with_nothing_of_the_one_before(self, site: Site) -> None:
        first, second = site.visit_of(site.first, nth=0), site.visit_of(site.first, nth=1)
        assert [site.wrong(row) for row in (first, second, first)] == [[], [], []]


@everywhere
class TestFaults:
    @pytest.mark.parametrize(
        "fault",
        [
            "stale-result@coverage",
            "blank-form@coverage",
            "cookie-banner@eligibility",
            "changed-id@eligibility",
            *deep(
                "pick-lost@eligibility",
                "stale-result@coverage:2",
                "frame-detached@coverage",
                "survey@coverage",
                "slow@coverage:5",
                "error-503@coverage",
                "renamed-label@eligibility",
                "moved-element@eligibility",
                "removed-landmark@eligibility",
                "removed-landmark@coverage",
            ),
        ],
    )
    def test_trouble_on_the_way_does_not_keep_from_the_right_answer(self, site: Site, fault: str) -> None:
        if fault.startswith("stale"):
            assert site.wrong(site.visit_of(site.first, nth=0)) == []
        with site.fault(fault):
            assert site.wrong(site.visit_of(site.first, nth=1)) == []

    @pytest.mark.deep
    def test_a_form_that_does_nothing_more_is_loaded_anew(self, site: Site) -> None:
        with site.fault("stuck@eligibility"):
            assert [site.wrong(site.visit_of(site.first, nth=n)) for n in (1, 2)] == [[], []]

    @pytest.mark.at_every_place
    @pytest.mark.parametrize("fault", ["renamed-label@coverage", *deep("changed-id@coverage", "moved-element@coverage")])
    def test_a_changed_result_is_said_not_guessed(self, site: Site, fault: str) -> None:
        with site.fault(fault), pytest.raises(PageChanged):
            site.check(site.visit_of(site.first, nth=1))

    @pytest.mark.parametrize("fault", ["interstitial@eligibility", *deep("interstitial@coverage")])
    def test_an_unknown_page_is_said_not_guessed(self, site: Site, fault: str) -> None:
        with site.fault(fault, patience=5), pytest.raises(PageChanged):
            site.check(site.visit_of(site.first, nth=1))

    @pytest.mark.parametrize("fault", ["maintenance@coverage", *deep("payer-error@coverage", "service-hours@coverage")])
    def test_a_payer_that_cannot_answer_is_asked_again_later(self, site: Site, fault: str) -> None:
        with site.fault(fault):
            answer = site.check(site.visit_of(site.first, nth=1))
            assert answer.outcome is Outcome.PORTAL_DOWN
            assert answer.coverage is Coverage.UNKNOWN

    def test_a_form_that_stumbles_once_is_an_outage_or_tried_again(self, site: Site) -> None:
        with site.fault("error-503@eligibility", patience=8):
            try:
                wrong = site.wrong(site.visit_of(site.first, nth=1))
            except PortalDown:
                return
            assert wrong == []

    @pytest.mark.parametrize(
        "fault, error",
        [
            ("outage@eligibility", PortalDown),
            ("session-expiry@eligibility", SessionLost),
            ("second-sign-in@coverage", SignedOutByPerson),
            ("captcha@eligibility", BotWall),
            *deep(
                ("outage@coverage", PortalDown),
                ("maintenance@eligibility", PortalDown),
                ("session-expiry@coverage", SessionLost),
                ("bot-wall@coverage", BotWall),
            ),
        ],
    )
    def test_trouble_with_the_portal_has_its_own_name(self, site: Site, fault: str, error: type[Exception]) -> None:
        with site.fault(fault, patience=8), pytest.raises(error):
            site.check(site.visit_of(site.first, nth=1))

    @pytest.mark.at_every_place
    def test_a_stale_not_found_is_not_believed(self, site: Site) -> None:
        assert site.check(site.visits("not_found")[0]).outcome is Outcome.NOT_FOUND
        with site.fault("stale-result@coverage"):
            assert site.wrong(site.visit_of(site.second, coverage="active")) == []

    def test_a_stale_answer_of_the_same_patient_is_not_believed(self, site: Site) -> None:
        row = site.visit_of(site.first, nth=1)
        earlier = site.check(row)
        with site.fault("stale-result@coverage"):
            later = site.check(row)
        assert later.transaction_id != earlier.transaction_id

    def test_another_day_is_another_question(self, site: Site) -> None:
        row = site.visit_of(site.first, nth=1)
        day = truth.parsed(row["start_at"])
        assert day is not None
        site.check(row)
        with site.fault("stale-result@coverage"):
            answer = site.check(row, service_date=day - timedelta(days=1))
        assert answer.outcome is Outcome.ANSWERED


@everywhere
@pytest.mark.brief
def test_visits_of_every_ending_are_answered_as_the_truth_has_them(site: Site) -> None:
    rows = site.visits("answered", "not_found", "ambiguous", "bad_data")
    ends = {(site.truth(row).outcome, site.truth(row).fields.get("coverage")): row for row in rows}
    assert len(ends) >= 5
    assert site.wrong_rows(list(ends.values())) == []


@everywhere
@pytest.mark.deep
@pytest.mark.at_every_place
def test_every_visit_of_the_example_world_is_answered_as_the_truth_has_it(site: Site) -> None:
    rows = site.visits("answered", "not_found", "ambiguous", "bad_data")
    assert len(rows) >= 30
    assert site.wrong_rows(rows) == []
