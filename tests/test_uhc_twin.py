"""The UnitedHealthcare twin in a browser: three sign-ins, fields that keep only what is typed, three places for "nobody"."""

from __future__ import annotations

import csv
import io
from collections.abc import Iterator
from typing import TYPE_CHECKING

import httpx
import pytest
from playwright.sync_api import TimeoutError  # noqa: A004  what a click that cannot be made raises

from sandbox.uhc.eligibility import HESITATES
from tests.uhc_support import ERROR, Person, somebody

if TYPE_CHECKING:
    from sandbox.world import Member, World

pytestmark = pytest.mark.deep


@pytest.fixture(scope="module")
def place(light_browser: None, tmp_path_factory: pytest.TempPathFactory) -> Iterator[tuple[Person, World]]:
    with somebody(tmp_path_factory.mktemp("uhc")) as found:
        yield found


@pytest.fixture
def world(place: tuple[Person, World]) -> World:
    return place[1]


@pytest.fixture
def newcomer(place: tuple[Person, World]) -> Person:
    place[0].twin.reset()
    return place[0]


@pytest.fixture(scope="module")
def signed_in(place: tuple[Person, World]) -> Person:
    place[0].twin.reset()
    place[0].sign_in()
    return place[0]


@pytest.fixture
def person(signed_in: Person) -> Person:
    """Somebody who is signed in, also after a test that began anew."""
    signed_in.page.goto(f"{signed_in.base}/")
    if signed_in.page.locator("#username").is_visible():
        signed_in.sign_in()
    return signed_in


def members(world: World) -> list[Member]:
    return [m for m in world.members if (plan := m.coverage_at("uhc")) and plan.on_file and plan.active_on(world.as_of)]


def born(member: Member) -> str:
    return f"{member.person.birth_date:%m%d%Y}"


# sign-in


@pytest.mark.parametrize("layout", ["A", "B", "C"])
def test_each_layout_of_the_form_leads_in(newcomer: Person, layout: str) -> None:
    newcomer.begin(layout)
    together = newcomer.page.locator("#login-pwd").is_visible()
    assert (together, newcomer.page.get_by_label("Sign in with").is_visible()) == (layout != "C", layout == "A")
    newcomer.give(layout)
    newcomer.by_app()
    newcomer.there("header")
    (signed,) = newcomer.twin.records("sign_in")
    assert (signed["outcome"], signed["known_device"]) == ("code_wanted", False)
    assert len(newcomer.twin.records("session_start")) == 1


def test_an_email_address_is_not_a_one_healthcare_id(newcomer: Person) -> None:
    newcomer.begin("A")
    newcomer.page.locator("#username").fill(newcomer.user.user_id)
    newcomer.page.locator("#login-pwd").fill(newcomer.user.password)
    newcomer.page.locator("#btnLogin").click()
    newcomer.there(ERROR)
    assert newcomer.twin.records("sign_in") == []


def test_a_device_is_known_only_where_the_box_was_ticked(newcomer: Person) -> None:
    newcomer.begin()
    newcomer.give()
    newcomer.there("button#textMsg").click()
    newcomer.there("#otpBox").fill(newcomer.twin.sent_code(newcomer.user.user_id))
    newcomer.page.locator("#continuebtn").click()
    newcomer.there("header")
    newcomer.twin.end_sessions(newcomer.user.user_id)
    newcomer.page.goto(f"{newcomer.base}/")
    newcomer.there("#username")
    newcomer.give()
    newcomer.by_app()
    newcomer.there("header")
    newcomer.twin.end_sessions(newcomer.user.user_id)
    newcomer.page.goto(f"{newcomer.base}/")
    newcomer.there("#username")
    newcomer.give()
    newcomer.there("header")
    assert [one["outcome"] for one in newcomer.twin.records("sign_in")] == ["code_wanted", "code_wanted", "ok"]


def test_the_code_that_leads_back_to_the_portal_is_good_once(newcomer: Person) -> None:
    came: list[str] = []
    newcomer.page.on("request", lambda request: came.append(request.url) if "/callback?" in request.url else None)
    newcomer.sign_in()
    newcomer.twin.end_sessions(newcomer.user.user_id)
    newcomer.page.goto(came[0])
    newcomer.there("#username")


def test_a_user_with_a_passkey_is_asked_for_it_first(newcomer: Person) -> None:
    newcomer.twin.change_user(newcomer.user.user_id, ways=["passkey", "app"])
    newcomer.begin()
    newcomer.give()
    newcomer.page.get_by_role("heading", name="Use Your Passkey").wait_for()
    newcomer.page.get_by_role("button", name="Try another way").click()
    newcomer.by_app()
    newcomer.there("header")


def test_a_second_sign_in_ends_the_first_and_says_so(newcomer: Person) -> None:
    newcomer.sign_in()
    newcomer.twin.person_signs_in(newcomer.user.user_id)
    newcomer.page.goto(f"{newcomer.base}/#/claims")
    newcomer.there("#username")
    assert "signed in from another device" in newcomer.source()


def test_signing_out_ends_the_session(newcomer: Person) -> None:
    newcomer.sign_in()
    newcomer.page.get_by_test_id("user-menu-button").click()
    newcomer.page.get_by_role("button", name="Sign Out").click()
    newcomer.there("#username")
    assert [one["reason"] for one in newcomer.twin.records("session_end")] == ["logout"]


# the page


def test_class_names_are_others_with_every_load_and_test_ids_are_not(person: Person) -> None:
    def seen() -> tuple[str | None, int]:
        person.open("eligibility")
        form = person.page.locator("main div.form")
        return form.get_attribute("class"), person.page.get_by_test_id("eligibility-search-member-id-abyss-text-input").count()

    first, second = seen(), seen()
    assert first[0] != second[0]
    assert (first[1], second[1]) == (1, 1)


def test_the_claims_menu_stays_open_over_the_page(person: Person) -> None:
    person.page.get_by_test_id("claims-and-payments-link").click()
    person.page.get_by_role("link", name="Claim Status").click()
    person.page.locator("#submit-claim-search-button").wait_for()
    with pytest.raises(TimeoutError, match="intercepts pointer events"):
        person.page.locator("#claim-search-type").click(timeout=700)


def test_a_masked_date_keeps_what_is_typed_key_by_key_and_nothing_else(person: Person) -> None:
    person.open("eligibility")
    field = person.page.locator("#eligibility-dateofbirth-input")
    field.fill("01/02/1990")
    assert field.input_value() == ""
    person.type_in("#eligibility-dateofbirth-input", "01/02/1990")
    assert field.input_value() == "01/02/1990"
    person.type_in("#eligibility-dateofbirth-input", "03041985")
    assert field.input_value() == "03/04/1985"


def test_a_form_that_is_not_whole_cannot_be_sent(person: Person) -> None:
    person.open("eligibility")
    button = person.page.locator("#submit-search-button")
    assert button.get_attribute("aria-disabled") == "true"
    person.page.locator("#eligibility-memberid-input").fill("900000001")
    assert button.get_attribute("aria-disabled") == "true"
    person.type_in("#eligibility-dateofbirth-input", "01021990")
    assert button.get_attribute("aria-disabled") == "false"


def test_what_was_not_found_is_said_in_three_places(person: Person, world: World) -> None:
    person.verify("900000001", "01021990")
    person.page.get_by_role("dialog", name="No Results Found").wait_for()
    person.verify_name("Nobody", "Atall", "01021990")
    person.there("[data-testid=loading-error-message]")
    known = next(m for m in members(world) if int("".join(filter(str.isdigit, m.coverages[0].member_id))) % HESITATES)
    person.verify(known.coverages[0].member_id, "01021930")
    assert "date of birth" in person.there("[data-testid=search-message]").inner_text()


def test_a_member_is_sometimes_found_only_when_asked_again(person: Person, world: World) -> None:
    shy = next(m for m in members(world) if int("".join(filter(str.isdigit, m.coverages[0].member_id))) % HESITATES == 0)
    person.verify(shy.coverages[0].member_id, born(shy))
    person.page.get_by_role("dialog", name="No Results Found").wait_for()
    person.verify(shy.coverages[0].member_id, born(shy))
    person.page.get_by_text("Policy Selected:").wait_for()


def test_sections_are_filled_one_by_one(person: Person, world: World) -> None:
    known = members(world)[1]
    person.verify(known.coverages[0].member_id, born(known))  # so that it hesitates no more
    person.page.locator("[data-testid=policy-banner], [role=dialog]").first.wait_for()
    person.twin.change(staging_ms=[600, 1800])
    person.verify(known.coverages[0].member_id, born(known))
    person.page.get_by_text("Policy Selected:").wait_for()
    waiting = person.page.get_by_text("Please wait while we retrieve")
    assert waiting.count() >= 2
    waiting.last.wait_for(state="detached")
    person.page.get_by_text("Please wait while we retrieve").first.wait_for(state="detached")
    assert person.page.get_by_test_id("deductibles-accordion").get_attribute("aria-expanded") == "false"
    person.twin.change(staging_ms=[0, 1])


def test_a_claim_search_covers_one_provider_until_the_whole_tin_is_chosen(person: Person, world: World) -> None:
    other = next(c for c in world.find_claims("uhc") if c.billing_npi != world.practice.npis[0])
    who = {"memberId": other.member_id, "dateOfBirth": f"{other.patient.birth_date:%m%d%Y}"}
    days = (f"{other.dos_from:%m%d%Y}", f"{other.dos_to:%m%d%Y}")
    person.search("Member ID & date of birth", days, who, whole_tin=False)
    assert "Member found, but no claim" in person.there("[data-testid=loading-error-message]").inner_text()
    person.search("Member ID & date of birth", days, who)
    assert person.there("tbody#claims-results").locator("tr").count() >= 1


def test_a_claim_that_was_processed_again_stands_twice_in_the_export(person: Person, world: World) -> None:
    person.open("claims")
    with person.page.expect_download() as coming:
        person.page.get_by_test_id("export-to-csv").click()
    rows = list(csv.DictReader(io.StringIO(coming.value.path().read_text(encoding="utf-8"))))
    numbers = [row["Claim Number"] for row in rows]
    first, last = [row for row in rows if numbers.count(row["Claim Number"]) > 1][:2]
    assert first["Claim Number"] == last["Claim Number"]
    assert (first["Status"], first["Paid Amount"]) == ("Pending", "--")
    shown = {c.payer_claim_no: c for c in world.find_claims("uhc")}[last["Claim Number"]]
    assert last["Processed Date"] == f"{shown.finalized:%m/%d/%Y}" != first["Processed Date"]


def test_without_a_session_nothing_is_handed_out(person: Person) -> None:
    with httpx.Client(base_url=f"http://127.0.0.1:{person.twin.port}", trust_env=False, timeout=10) as http:
        answer = http.get("/export/claims.csv", headers={"Host": person.base.removeprefix("http://"), "Connection": "close"})
    assert answer.status_code == 401
