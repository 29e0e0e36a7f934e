"""Authorization requests in other made-up worlds, each in a browser of its own: what is asked and taken is no habit of the example's."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from portals import KNOWN
from tests.contract import test_authorizations_contract as contract
from tests.contract.auth_support import cases_of
from tests.contract.support import Site, signed_in

SEEDS = [11, 4242]
FIRST = sorted({KNOWN[slug].family: slug for slug in reversed(contract.SITES)}.values())  # of several places that run the same pages
pytestmark = pytest.mark.deep


@pytest.fixture(scope="module", params=[(slug, seed) for slug in FIRST for seed in SEEDS], ids=lambda of: f"{of[0]}-{of[1]}")
def other(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Site]:
    slug, seed = request.param
    with signed_in(slug, tmp_path_factory.mktemp("run"), seed=seed, members=60, claims=20) as site:
        yield site


@pytest.fixture(autouse=True)
def clean(other: Site) -> Iterator[None]:
    """No request stands there but the world's own."""
    other.twin.forget_auths()
    yield
    other.twin.night(0)
    other.mend()


def test_a_request_is_filled_sent_once_and_followed(other: Site, tmp_path: Path) -> None:
    contract.test_a_request_is_filled_read_back_sent_once_and_followed(other, cases_of(other.portal.slug).whole[0], tmp_path)


def test_what_stands_there_already_is_found(other: Site) -> None:
    contract.test_what_stands_there_already_is_found_whoever_asked(other)


def test_whatever_came_of_a_press_it_is_not_pressed_again(other: Site) -> None:
    contract.test_what_came_of_a_press_is_known_or_unknown_and_never_pressed_again(other, "confirmation-lost")


def test_what_cannot_or_need_not_be_asked_is_an_answer(other: Site) -> None:
    cases = cases_of(other.portal.slug)
    for refusal in cases.refusals:
        contract.test_what_cannot_be_asked_here_is_said_and_nothing_is_sent(other, refusal)
    if cases.not_required is not None:
        contract.test_what_needs_no_authorization_is_an_answer_before_anything_is_pressed(other, cases.not_required)
