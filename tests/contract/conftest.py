"""One signed-in session per portal and module, at the portal's twin with the example world."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import TYPE_CHECKING, Any

import pytest

from sandbox.world import SEED
from sandbox.worldgen.rows import EXAMPLE_CLAIMS, EXAMPLE_VISITS

if TYPE_CHECKING:
    from tests.contract.support import Site


@pytest.fixture(scope="module", autouse=True)
def _browser(request: pytest.FixtureRequest) -> None:
    """A light browser, but for documents: that one shows no PDF, and what users have does."""
    if not any(of in request.module.__name__ for of in ("eobs", "letters")):
        request.getfixturevalue("light_browser")


@pytest.hookimpl(tryfirst=True)
def pytest_collection_modifyitems(config: pytest.Config, items: list[pytest.Item]) -> None:
    """A portal is not tested with a fault that its pages have no place for, and a quick run puts one portal through everything.

    Of several places that run the same pages one is put through everything; the others answer rows, with the sign-in that is their own.
    What is `brief` is quick at every portal; what is only `at_every_place` is deep but for the first.
    """
    from portals import KNOWN

    first = min(KNOWN)
    taken: list[pytest.Item] = []
    left: list[pytest.Item] = []
    for item in items:
        given = getattr(getattr(item, "callspec", None), "params", {})
        slug = given.get("site") if "contract" in item.nodeid else None
        if slug is None or _has_place(item, given, slug):
            taken.append(item)
        else:
            left.append(item)
        if slug is not None and slug != first and (item.get_closest_marker("brief") is None or slug != _first_of_its_family(slug)):
            item.add_marker(pytest.mark.deep)
    if left:
        config.hook.pytest_deselected(items=left)
        items[:] = taken


def _has_place(item: pytest.Item, given: Mapping[str, Any], slug: str) -> bool:
    from sandbox.server import site_of
    from tests.contract.support import payers_of

    if item.get_closest_marker("of_many_payers") is not None and len(payers_of(slug)) == 1:
        return False
    if slug != _first_of_its_family(slug) and not {"brief", "at_every_place"} & {mark.name for mark in item.iter_markers()}:
        return False
    return site_of(slug).knows(given.get("fault", ""))


def _first_of_its_family(slug: str) -> str:
    from portals import KNOWN

    return min(other for other, adapter in KNOWN.items() if adapter.family == KNOWN[slug].family)


@pytest.fixture(scope="module")
def site(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Site]:
    """The portal that the test is parametrized with."""
    from tests.contract.support import signed_in

    with signed_in(request.param, tmp_path_factory.mktemp("run"), seed=SEED, members=EXAMPLE_VISITS, claims=EXAMPLE_CLAIMS) as open_site:
        yield open_site
