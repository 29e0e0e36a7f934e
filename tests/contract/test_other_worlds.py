"""Rows of other made-up worlds, each in a browser of its own: every edge case that stands in one, and every way a row can end."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

import pytest

from payerbot.capability import ChecksEligibility, ListsClaims, ReportsClaimStatus
from payerbot.model import Outcome
from portals import KNOWN
from tests.contract import test_claim_lists_contract as lists
from tests.contract.support import Row, Site, signed_in

SEEDS = [11, 4242]  # besides the example's
pytestmark = pytest.mark.deep


def able(capability: type) -> list[str]:
    return sorted(slug for slug, adapter in KNOWN.items() if issubclass(adapter, capability))


def telling(site: Site, rows: Sequence[Row]) -> list[Row]:
    """One row of each way to end, and one of each edge case; a fourth of them where another place runs the same pages."""
    claims = {claim.claim_id: claim.cases for claim in site.world.claims if claim.claim_id}
    members = {member.key: member.cases for member in site.world.members}
    found: dict[tuple[object, ...], Row] = {}
    for row in rows:
        true = site.truth(row)
        cases = claims.get(row.get("claim_id", ""), frozenset()) | members.get(row["patient_key"], frozenset())
        for case in cases:
            found.setdefault((case,), row)
        found.setdefault((true.outcome, true.fields.get("state"), true.fields.get("coverage")), row)
    every = list({id(row): row for row in found.values()}.values())
    assert len(every) >= 30
    family = type(site.portal).family
    first = min(slug for slug, adapter in KNOWN.items() if adapter.family == family)
    return every if site.portal.slug == first else every[::4]


@pytest.mark.parametrize("slug", able(ReportsClaimStatus))
@pytest.mark.parametrize("seed", SEEDS)
def test_claims_of_other_worlds_are_answered_as_the_truth_has_it(slug: str, seed: int, tmp_path: Path) -> None:
    with signed_in(slug, tmp_path, seed=seed, members=40, claims=80) as site:
        rows = telling(site, site.claims("answered", "not_found", "ambiguous", "not_yet", "bad_data"))
        assert len(rows) >= 8
        assert site.wrong_rows(rows) == []


@pytest.mark.parametrize("slug", able(ChecksEligibility))
@pytest.mark.parametrize("seed", SEEDS)
def test_visits_of_other_worlds_are_answered_as_the_truth_has_it(slug: str, seed: int, tmp_path: Path) -> None:
    with signed_in(slug, tmp_path, seed=seed, members=60, claims=10) as site:
        rows = telling(site, site.visits("answered", "not_found", "ambiguous", "bad_data"))
        assert len(rows) >= 6
        assert site.wrong_rows(rows) == []


@pytest.mark.parametrize("slug", able(ListsClaims))
@pytest.mark.parametrize("seed", SEEDS)
def test_claims_of_other_worlds_are_all_listed_once(slug: str, seed: int, tmp_path: Path) -> None:
    with signed_in(slug, tmp_path, seed=seed, members=40, claims=80) as site:
        days = lists.window(site)
        found = lists.asked(site, *days)
        assert (found.outcome, lists.shown(site, found)) == (Outcome.ANSWERED, lists.true(site, *days))
