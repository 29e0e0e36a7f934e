"""Letters of other made-up worlds, each in a browser of its own: what is delivered is no habit of the example's."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.contract.support import signed_in
from tests.contract.test_letters_contract import ABLE, last_quarter, wrong

pytestmark = pytest.mark.deep


@pytest.mark.parametrize("slug", ABLE)
@pytest.mark.parametrize("seed", [11, 4242])
def test_letters_of_other_worlds_are_all_there(slug: str, seed: int, tmp_path: Path) -> None:
    with signed_in(slug, tmp_path, seed=seed, members=40, claims=80) as site:
        for payer in site.payers:
            assert wrong(site, payer, *last_quarter(site)) == []
