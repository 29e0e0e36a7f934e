"""Payments of other made-up worlds, each in a browser of its own: every way one can end at each payer, by check and by claim."""

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
        rows = [row for row in site.world.payment_rows(messy=True) if true_of(site, row).outcome not in ("wrong_portal", "rejected")]
        ends = {(row["payer_key"], bool(row["check_no"]), true_of(site, row).outcome, true_of(site, row).why): row for row in rows}
        assert len(ends) >= 3
        assert wrong_rows(site, list(ends.values())) == []
