"""Some rows of other made-up worlds, each in a browser of its own: the answers are no habit of the example's."""

from __future__ import annotations

from pathlib import Path

import pytest

from payerbot.capability import ChecksEligibility, ReportsClaimStatus
from portals import KNOWN
from tests.contract.support import signed_in

SEEDS = [11, 4242]
pytestmark = pytest.mark.deep


def able(capability: type) -> list[str]:
    return sorted(slug for slug, adapter in KNOWN.items() if issubclass(adapter, capability))


@pytest.mark.parametrize("slug", able(ReportsClaimStatus))
@pytest.mark.parametrize("seed", SEEDS)
def test_claims_of_other_worlds_are_answered_as_the_truth_has_it(slug: str, seed: int, tmp_path: Path) -> None:
    with signed_in(slug, tmp_path, seed=seed, members=40, claims=80) as site:
        rows = site.claims("answered", "not_found", "ambiguous", "not_yet")[:: len(site.claims("answered")) // 8]
        assert len(rows) >= 8
        assert site.wrong_rows(rows) == []


@pytest.mark.parametrize("slug", able(ChecksEligibility))
@pytest.mark.parametrize("seed", SEEDS)
def test_visits_of_other_worlds_are_answered_as_the_truth_has_it(slug: str, seed: int, tmp_path: Path) -> None:
    with signed_in(slug, tmp_path, seed=seed, members=60, claims=10) as site:
        rows = site.visits("answered", "not_found", "ambiguous", "bad_data")[:: len(site.visits("answered")) // 6]
        assert len(rows) >= 6
        assert site.wrong_rows(rows) == []
