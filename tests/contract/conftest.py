"""One signed-in session per portal and module, at the portal's twin with the example world."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING

import pytest

from sandbox.world import SEED
from sandbox.worldgen.rows import EXAMPLE_CLAIMS, EXAMPLE_VISITS

if TYPE_CHECKING:
    from tests.contract.support import Site


@pytest.fixture(scope="module", autouse=True)
def _browser(request: pytest.FixtureRequest) -> None:
    """A light browser, but for documents: that one shows no PDF, and what users have does."""
    if "eobs" not in request.module.__name__:
        request.getfixturevalue("light_browser")


@pytest.fixture(scope="module")
def site(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Site]:
    """The portal that the test is parametrized with."""
    from tests.contract.support import signed_in

    with signed_in(request.param, tmp_path_factory.mktemp("run"), seed=SEED, members=EXAMPLE_VISITS, claims=EXAMPLE_CLAIMS) as open_site:
        yield open_site
