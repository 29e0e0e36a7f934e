"""What only the Cigna portals ask of their adapter: shortened names, an outdated patient ID, entitlements, a dependent's confirmation."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import timedelta
from typing import TYPE_CHECKING, Any

import pytest

from payerbot.errors import AccessWanted
from payerbot.letters import LettersRequest
from payerbot.model import Outcome
from portals.cigna.eligibility import SHORTENED
from sandbox.world import PAYERS, PRACTICE, SEED, Claim, Member
from tests.contract.eob_support import check_rows, deliver

if TYPE_CHECKING:
    from tests.contract.support import Row, Site

pytestmark = pytest.mark.deep


@pytest.fixture(scope="module")
def place(light_browser: None, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Site]:
    from tests.contract.support import signed_in

    with signed_in("cigna-evernorth", tmp_path_factory.mktemp("run"), seed=SEED, members=40, claims=60) as site:
        yield site


@pytest.fixture
def site(place: Site) -> Iterator[Site]:
    """The user has every entitlement again afterwards."""
    yield place
    place.twin.change_user(place.user.user_id, lacks=[])
    place.mend()


def visit_of(site: Site, case: str) -> Row:
    keys = {thing.key for thing in site.world.cases()[case] if isinstance(thing, Member)}
    return next(row for row in site.visits("answered") if row["patient_key"] in keys)


def claim_of(site: Site, case: str) -> Row:
    ids = {thing.claim_id for thing in site.world.cases()[case] if isinstance(thing, Claim)}
    return next(row for row in site.claims("answered") if row["claim_id"] in ids)


def letters(site: Site) -> Any:
    payer = PAYERS[site.first]
    ask = LettersRequest(
        payer_key=payer.key,
        payer_label=payer.label,
        organization=PRACTICE.name,
        region=PRACTICE.state,
        billing_npi=PRACTICE.npis[0],
        billing_tin=PRACTICE.tin,
        since=site.world.as_of - timedelta(days=10),
        until=site.world.as_of,
    )
    return site.portal.deliver_letters(ask)  # type: ignore[attr-defined]


@pytest.mark.parametrize("field, more", [("first", "N."), ("last", "III")])
def test_a_name_is_searched_without_suffix_and_middle_initial_and_the_answer_says_so(site: Site, field: str, more: str) -> None:
    row = visit_of(site, "name_suffix")
    plain = row[f"patient_{field}"].removesuffix(" Jr")
    answer = site.check(row, member_id="", **{field: f"{plain} {more}"})
    assert (answer.outcome, answer.rung, answer.tried) == (Outcome.ANSWERED, "name", ("name",))
    assert SHORTENED in answer.warnings
    assert SHORTENED not in site.check(row).warnings


def test_a_claim_under_an_outdated_id_is_found_under_the_one_the_payer_uses_now(site: Site) -> None:
    row = claim_of(site, "outdated_id_claim")
    assert site.wrong(row) == []
    answer = site.report(row, payer_claim_no="")
    assert (answer.outcome, answer.rung) == (Outcome.ANSWERED, "member_id at the payer")
    assert answer.tried == ("member_id", "name", "member_id at the payer")


def test_a_dependent_is_confirmed_and_answered(site: Site) -> None:
    row = visit_of(site, "dependent")
    assert site.wrong(row) == []


def test_what_the_user_may_not_use_is_a_persons_matter(site: Site) -> None:
    visit, claim, payment = site.visits("answered")[0], site.claims("answered")[0], check_rows(site, site.first)[0]
    site.twin.change_user(site.user.user_id, lacks=["patients", "claims", "remittance"])
    for ask in (lambda: site.check(visit), lambda: site.report(claim), lambda: deliver(site, payment)):
        with pytest.raises(AccessWanted):
            ask()


@pytest.mark.parametrize("entitlement", ["claims", "precertification"])
def test_letters_that_one_entitlement_withholds_are_not_left_out_without_a_word(site: Site, entitlement: str) -> None:
    site.twin.change_user(site.user.user_id, lacks=[entitlement])
    with pytest.raises(AccessWanted):
        letters(site)
