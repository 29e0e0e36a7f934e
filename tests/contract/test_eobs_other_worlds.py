"""Some payments of other made-up worlds, each in a browser of its own: what is delivered is no habit of the example's."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.contract.eob_support import true_of, wrong_rows
from tests.contract.support import signed_in
from tests.contract.test_eobs_contract import ABLE

SEEDS = [11, 4242]
pytestmark = pytest.mark.deep


@pytest.mark.parametrize("slug", ABLE)
@pytest.mark.parametrize("seed", SEEDS)
def test_payments_of_other_worlds_end_as_the_truth_has_them(slug: str, seed: int, tmp_path: Path) -> None:
    with signed_in(slug, tmp_path, seed=seed, members=20, claims=40) as site:
        rows = [row for row in site.world.payment_rows() if true_of(site, row).outcome not in ("wrong_portal", "rejected")]
        some = rows[:: len(rows) // 6]
        assert len(some) >= 6
        assert wrong_rows(site, some) == []
