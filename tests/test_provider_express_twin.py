"""The Provider Express twin in a browser: a member's name that leads to the benefits, two lists of claims, sessions that end."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from datetime import timedelta
from typing import TYPE_CHECKING

import httpx
import pytest

from sandbox.provider_express.claim import LOADED, is_keyed, is_loading
from tests.provider_express_support import Person, somebody

if TYPE_CHECKING:
    from sandbox.world import Claim, Coverage, Member, World

pytestmark = pytest.mark.deep


@pytest.fixture(scope="module")
def place(light_browser: None, tmp_path_factory: pytest.TempPathFactory) -> Iterator[tuple[Person, World]]:
    with somebody(tmp_path_factory.mktemp("px")) as found:
        yield found


@pytest.fixture
def world(place: tuple[Person, World]) -> World:
    return place[1]


@pytest.fixture
def person(place: tuple[Person, World]) -> Person:
    """Somebody who is signed in, also after a test that began anew."""
    who = place[0]
    who.twin.clear_faults()
    who.page.goto(f"{who.base}/")
    if not who.page.locator("#transactionsMenu").is_visible():
        who.sign_in()
    return who


def covered(world: World) -> list[tuple[Member, Coverage]]:
    plans = ((m, m.coverage_at("optum")) for m in world.members)
    return [(m, plan) for m, plan in plans if plan and plan.on_file and plan.active_on(world.as_of)]


def days(claim: Claim) -> dict[str, str]:
    return {"serviceFrom": f"{claim.dos_from:%m/%d/%Y}", "serviceThrough": f"{claim.dos_to:%m/%d/%Y}"}


def inquire(person: Person, claim: Claim) -> None:
    """Claim Inquiry by Member ID."""
    person.open("Claim Inquiry")
    person.search(claimMemberId=claim.member_id, claimBirthDate=f"{claim.patient.birth_date:%m/%d/%Y}", **days(claim))


# sign-in


@pytest.mark.parametrize("layout", ["A", "B", "C"])
def test_each_layout_of_the_sign_in_leads_in(person: Person, layout: str) -> None:
    person.twin.reset()
    person.sign_in(layout)
    assert len(person.twin.records("session_start")) == 1


def test_a_second_sign_in_ends_the_first_and_says_so(person: Person) -> None:
    person.twin.person_signs_in(person.user.user_id)
    person.page.goto(f"{person.base}/secure/home")
    person.there("#username")
    assert "signed in from another device" in person.source()


def test_logging_out_leads_to_the_public_page(person: Person) -> None:
    person.page.get_by_role("link", name="Log Out").click()
    person.page.get_by_role("link", name="First-time User").wait_for()
    assert person.twin.records("session_end")[-1]["reason"] == "logout"


def test_without_a_session_nothing_is_handed_out(person: Person) -> None:
    with httpx.Client(base_url=f"http://127.0.0.1:{person.twin.port}", trust_env=False, timeout=10) as http:
        answer = http.get("/secure/claims/submitted", headers={"Host": person.base.removeprefix("http://"), "Connection": "close"})
    assert answer.status_code == 303
    assert "onehealthcareid" in answer.headers["location"]


# eligibility


def test_a_member_id_alone_finds_the_member_and_the_name_leads_to_the_benefits(person: Person, world: World) -> None:
    member, plan = covered(world)[0]
    person.open("Eligibility & Benefits")
    person.search(memberId=plan.member_id)
    (row,) = person.rows("memberResults")
    assert (row["Member ID"], row["Date of Birth"]) == (plan.member_id, f"{member.person.birth_date:%m/%d/%Y}")
    person.page.get_by_role("link", name=row["Member Name"]).click()
    person.there("#memberSummary")
    assert person.page.locator("#benefitDetail, #benefitDetailNone").count() == 1


def test_a_birth_date_alone_is_not_enough(person: Person) -> None:
    person.open("Eligibility & Benefits")
    person.search(birthDate="01/02/1990")
    assert "Enter a Member ID" in person.there("#pageMessage").inner_text()
    assert person.page.locator("input[name='birthDate']").input_value() == "01/02/1990"


def test_each_inquiry_has_a_number_of_its_own(person: Person, world: World) -> None:
    def number() -> str:
        person.open("Eligibility & Benefits")
        person.search(memberId=covered(world)[0][1].member_id)
        return person.there("#searchCriteria").inner_text()

    assert number() != number()


def test_the_flag_says_whether_a_service_needs_an_authorization(person: Person, world: World) -> None:
    for flag, word in (("Y", "Yes"), ("N", "No")):
        plan = next(p for _, p in covered(world) if any(b.kind == "authorization" and b.auth == flag for b in p.benefits))
        person.open("Eligibility & Benefits")
        person.search(memberId=plan.member_id)
        person.page.locator("#memberResults tbody a").first.click()
        person.there("#memberSummary")
        assert word in {row["Authorization Required"] for row in person.rows("authorizationFlags")}


def test_the_patient_list_has_what_was_put_on_it(person: Person, world: World) -> None:
    person.open("Eligibility & Benefits")
    plan = covered(world)[1][1]
    person.search(memberId=plan.member_id)
    person.page.locator("#memberResults tbody a").first.click()
    person.page.get_by_role("button", name="Add to Patient List").click()
    person.page.get_by_role("heading", name="Patient List").wait_for()
    assert [row["Member ID"] for row in person.rows("patientList")] == [plan.member_id]


# claims


def test_a_claim_that_was_keyed_here_days_ago_is_only_among_the_submitted_claims(person: Person, world: World) -> None:
    claim = next(c for c in world.find_claims("optum") if is_loading(world, c))
    inquire(person, claim)
    shown = person.rows("claimResults") if person.page.locator("#claimResults").is_visible() else []
    assert claim.payer_claim_no not in {row["Claim Number"] for row in shown if claim.payer_claim_no}
    assert f"${claim.charge:,.2f}" not in {row["Billed Amount"] for row in shown}
    person.open("My Submitted Claims")
    person.search(**days(claim))
    (mine,) = [row for row in person.rows("claimResults") if row["Member ID"] == claim.member_id and row["Claim Status"] != LOADED]
    assert mine["Claim Status"] in ("Received", "Accepted")


def test_a_claim_that_was_keyed_here_longer_ago_is_in_both_lists(person: Person, world: World) -> None:
    claim = next(c for c in world.find_claims("optum") if is_keyed(c) and not is_loading(world, c) and c.payer_claim_no)
    inquire(person, claim)
    assert claim.payer_claim_no in {row["Claim Number"] for row in person.rows("claimResults")}
    person.open("My Submitted Claims")
    person.search(**days(claim))
    found = {row["Claim Number"]: row["Claim Status"] for row in person.rows("claimResults")}
    assert found[claim.payer_claim_no] == LOADED


def test_a_claim_that_was_sent_otherwise_is_not_among_the_submitted_claims(person: Person, world: World) -> None:
    claim = next(c for c in world.find_claims("optum") if not is_keyed(c) and c.payer_claim_no)
    person.open("My Submitted Claims")
    person.search(**days(claim))
    shown = person.rows("claimResults") if person.page.locator("#claimResults").is_visible() else []
    assert claim.payer_claim_no not in {row["Claim Number"] for row in shown}


def test_a_list_comes_in_pages_of_ten(person: Person, world: World) -> None:
    start = world.as_of - timedelta(days=90)
    mine = [c for c in world.find_claims("optum", dos_from=start, dos_to=world.as_of) if is_keyed(c)]
    person.open("My Submitted Claims")
    person.search(serviceFrom=f"{start:%m/%d/%Y}", serviceThrough=f"{world.as_of:%m/%d/%Y}")
    numbers: Counter[str] = Counter()
    while True:
        rows = person.rows("claimResults")
        numbers.update(row["Confirmation Number"] for row in rows)
        more = person.page.get_by_role("link", name="Next Page")
        if not more.is_visible():
            break
        assert len(rows) == 10
        more.click()
        person.there("#claimCount")
    assert (len(numbers), set(numbers.values())) == (len(mine), {1})


def test_service_dates_more_than_ninety_days_apart_are_refused(person: Person) -> None:
    person.open("My Submitted Claims")
    person.search(serviceFrom="01/01/2026", serviceThrough="11/20/2026")
    assert "at most 90 days apart" in person.there("#pageMessage").inner_text()
