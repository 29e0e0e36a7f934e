"""What every portal that lists claims must do, in a real browser at its twin."""

from __future__ import annotations

from datetime import date, timedelta

import pytest

from payerbot.capability import ListsClaims
from payerbot.errors import PageChanged, PortalDown, SessionLost
from payerbot.model import ClaimList, ClaimListRequest, Outcome
from portals import KNOWN
from sandbox.world import PAYERS, PRACTICE, same_id
from tests.contract.support import Site
from tests.deep import deep

ABLE = sorted(slug for slug, adapter in KNOWN.items() if issubclass(adapter, ListsClaims))
everywhere = pytest.mark.parametrize("site", ABLE, indirect=True, scope="module")


def asked(site: Site, start: date, end: date) -> ClaimList:
    payer = PAYERS[site.first]
    ask = ClaimListRequest(
        payer_key=payer.key,
        payer_label=payer.label,
        organization=PRACTICE.name,
        region=PRACTICE.state,
        billing_npi=PRACTICE.npis[0],
        billing_tin=PRACTICE.tin,
        group_npis=PRACTICE.npis[1:],
        dos_from=start,
        dos_to=end,
    )
    found: ClaimList = site.portal.list_claims(ask)  # type: ignore[attr-defined]
    return found


def window(site: Site) -> tuple[date, date]:
    """As long as the portal takes at once, until the world's day."""
    days = min(site.portal.config.list_days or 30, 60)
    return site.world.as_of - timedelta(days=days), site.world.as_of


def true(site: Site, start: date, end: date) -> list[tuple[str, date, str]]:
    """Claims on file with care on these days: number, day, charge."""
    found = site.world.find_claims(site.first, dos_from=start, dos_to=end)
    return sorted((c.payer_claim_no, c.dos_from, f"{c.charge:.2f}") for c in found)


def shown(site: Site, found: ClaimList) -> list[tuple[str, date, str]]:
    members = {same_id(plan.member_id) for member in site.world.members for plan in member.coverages}
    assert {same_id(c.member_id) for c in found.claims} <= members | {""}, "a list need not show whose a claim is"
    return sorted((c.payer_claim_no, c.dos_from, f"{c.charge:.2f}") for c in found.claims)


@everywhere
class TestListsClaims:
    @pytest.mark.brief
    def test_every_claim_with_care_on_these_days_is_listed_once(self, site: Site) -> None:
        found = asked(site, *window(site))
        assert (found.outcome, shown(site, found)) == (Outcome.ANSWERED, true(site, *window(site)))
        assert site.portal.kept

    def test_days_without_a_claim_are_an_empty_list(self, site: Site) -> None:
        start, end = window(site)
        days = (start + timedelta(days=n) for n in range((end - start).days))
        empty = next(day for day in days if not true(site, day, day))
        found = asked(site, empty, empty)
        assert (found.outcome, found.claims) == (Outcome.NOT_FOUND, ())

    @pytest.mark.parametrize(
        "fault",
        [
            "stale-result@claims",
            "pager-order@claims",
            *deep("error-503@claims", "blank-form@claims", "survey@claims", "reordered-columns@claims", "changed-id@claims"),
        ],
    )
    def test_trouble_on_the_way_loses_no_claim(self, site: Site, fault: str) -> None:
        asked(site, site.world.as_of - timedelta(days=3), site.world.as_of)
        with site.fault(fault, patience=6):
            try:
                found = asked(site, *window(site))
            except PageChanged:
                assert fault in ("pager-order@claims", "changed-id@claims"), "what cannot be known is said"
            else:
                assert shown(site, found) == true(site, *window(site))

    @pytest.mark.parametrize(
        "fault, error",
        [("renamed-label@claims", PageChanged), *deep(("outage@claims", PortalDown), ("session-expiry@claims", SessionLost))],
    )
    def test_trouble_has_its_own_name(self, site: Site, fault: str, error: type[Exception]) -> None:
        site.mend_form()
        with site.fault(fault, patience=3), pytest.raises(error):
            asked(site, *window(site))
