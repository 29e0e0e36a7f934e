"""The Cigna and Evernorth twins in a browser: two sign-ins, labels at the wrong fields, names that find nothing, mismatched cells."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING

import httpx
import pytest

from tests.cigna_support import Person, somebody

if TYPE_CHECKING:
    from sandbox.world import Member, Remit, World

pytestmark = pytest.mark.deep


@pytest.fixture(scope="module")
def place(light_browser: None, tmp_path_factory: pytest.TempPathFactory) -> Iterator[tuple[Person, World]]:
    with somebody(tmp_path_factory.mktemp("chcp")) as found:
        yield found


@pytest.fixture
def world(place: tuple[Person, World]) -> World:
    return place[1]


@pytest.fixture
def newcomer(place: tuple[Person, World]) -> Person:
    place[0].twin.reset()
    return place[0]


@pytest.fixture
def person(place: tuple[Person, World]) -> Person:
    """Somebody who is signed in, also after a test that began anew."""
    who = place[0]
    who.page.goto(f"{who.base}/app/home")
    who.page.locator("cigna-header, [data-test-id='login-submit-button']").first.wait_for()
    if not who.page.locator("cigna-header").is_visible():
        who.sign_in()
    return who


def members(world: World) -> list[Member]:
    return [m for m in world.members if (plan := m.coverage_at("cigna")) and plan.on_file and plan.active_on(world.as_of)]


def born(member: Member) -> str:
    return f"{member.person.birth_date:%m/%d/%Y}"


def remits(world: World) -> list[Remit]:
    return [r for r in world.remits if r.payer == "cigna"]


# sign-in


def test_a_code_is_mailed_and_a_remembered_device_is_asked_for_none(newcomer: Person) -> None:
    newcomer.begin()
    newcomer.give()
    newcomer.code(remember=False)
    newcomer.inside()
    newcomer.page.get_by_role("link", name="Logout").click()
    newcomer.there(newcomer.test("login-submit-button"))
    newcomer.give()
    newcomer.code()
    newcomer.inside()
    newcomer.page.get_by_role("link", name="Logout").click()
    newcomer.there(newcomer.test("login-submit-button"))
    newcomer.give()
    newcomer.inside()
    assert [one["outcome"] for one in newcomer.twin.records("sign_in")] == ["code_wanted", "code_wanted", "ok"]
    assert [one["way"] for one in newcomer.twin.records("code_sent")] == ["email", "email"]


def test_an_authenticators_code_is_none_that_was_mailed(newcomer: Person) -> None:
    newcomer.begin()
    newcomer.give()
    newcomer.there("#code").fill(newcomer.user.code())
    newcomer.page.locator("button[name=go]").click()
    assert "not valid" in newcomer.there("[role=alert]").inner_text()


def test_another_code_can_be_asked_for_and_the_first_is_good_no_more(newcomer: Person) -> None:
    newcomer.begin()
    newcomer.give()
    newcomer.there("#code")
    first = newcomer.twin.sent_code(newcomer.user.user_id)
    newcomer.page.get_by_role("button", name="Resend code").click()
    newcomer.there("#code").fill(first)
    assert newcomer.twin.sent_code(newcomer.user.user_id) != first
    newcomer.page.locator("button[name=go]").click()
    newcomer.there("[role=alert]")
    newcomer.code()
    newcomer.inside()


def test_a_second_sign_in_ends_the_first_and_says_so(newcomer: Person) -> None:
    newcomer.sign_in()
    newcomer.twin.person_signs_in(newcomer.user.user_id)
    newcomer.page.goto(f"{newcomer.base}/app/claim/search")
    newcomer.there(newcomer.test("login-submit-button"))
    assert "log in on another device" in newcomer.source()


def test_five_wrong_passwords_lock(newcomer: Person) -> None:
    said = []
    for _ in range(5):
        newcomer.begin()
        newcomer.give("not the password")
        said.append(newcomer.there("[role=alert]").inner_text())
    assert "incorrect" in said[3]
    assert "locked" in said[4]
    newcomer.twin.reset()


# the pages


def test_labels_point_at_the_wrong_fields(person: Person) -> None:
    person.open("claim/search")
    person.page.locator("#idName").check()
    assert person.page.get_by_label("First name", exact=True).get_attribute("id") == "lastName"
    assert person.page.get_by_label("Cigna patient ID", exact=True).get_attribute("id") == "firstName"
    person.open("patient/search")
    assert person.page.get_by_label("Patient ID", exact=True).get_attribute("id") == "patient_dob_0"


def test_a_form_that_is_not_whole_cannot_be_sent(person: Person, world: World) -> None:
    person.open("patient/search")
    button = person.page.locator(person.test("search-submit-button"))
    assert button.is_disabled()
    person.page.locator("#patient_dob_0").fill("01/02/1990")
    assert button.is_disabled()
    person.page.locator("#patient_id_0").fill("U1")
    assert button.is_enabled()


def test_a_suffix_or_a_middle_initial_finds_nobody(person: Person, world: World) -> None:
    known = next(m for m in members(world) if m.person.suffix)
    given = {"FN": known.person.first, "LN": known.person.last, "dob": born(known)}
    person.search_patient(**given)
    person.there(person.test("patient-id-0"))
    for name, more in (("LN", known.person.suffix), ("FN", "Q."), ("FN", "q")):
        person.search_patient(**{**given, name: f"{given[name]} {more}"})
        assert "No patients match" in person.there(person.test("patient-search-message")).inner_text()


def test_a_suffix_finds_no_claim_either(person: Person, world: World) -> None:
    claim = next(c for c in world.claims if c.on_file and c.member_id)
    given = {"firstName": claim.patient.first, "lastName": claim.patient.last, "memberId": claim.member_id}
    person.search_claims("idName", **given)
    person.there("table tbody a")
    person.search_claims("idName", **{**given, "lastName": f"{claim.patient.last} Jr"})
    assert "no results for the parameters chosen" in person.there(person.test("no-results-message")).inner_text()


def test_the_wrong_birth_date_is_said_and_the_wrong_id_finds_nobody(person: Person, world: World) -> None:
    known = members(world)[0]
    person.search_patient(id=known.coverages[0].member_id, dob="01/02/1930")
    assert "date of birth does not match" in person.there(person.test("patient-search-message")).inner_text()
    person.search_patient(id="U00000000", dob=born(known))
    assert "No patients match" in person.there(person.test("patient-search-message")).inner_text()


def test_benefits_are_those_of_the_day_that_is_chosen(person: Person, world: World) -> None:
    known = next(m for m in members(world) if m.relation == "self")
    person.search_patient(id=known.coverages[0].member_id, dob=born(known))
    person.there(person.test("patient-id-0")).click()
    summary = person.there(person.test("coverage-summary"))
    assert f"{world.as_of:%m/%d/%Y}" in summary.inner_text()
    for day, said in (("01/02/2031", person.test("coverage-message")), (f"{world.as_of:%m/01/%Y}", person.test("coverage-summary"))):
        person.page.locator("#coverage_as_of").fill(day)
        person.page.get_by_role("button", name="Update").click()
        person.there(said)
    assert f"{world.as_of:%m/01/%Y}" in person.there(person.test("coverage-summary")).inner_text()


def test_cells_of_the_claim_list_are_named_after_other_columns(person: Person, world: World) -> None:
    claim = next(c for c in world.claims if c.on_file and c.payer_claim_no)
    person.search_claims("idClaim", claimNumber=claim.payer_claim_no)
    cell = person.there(person.test("c360-result-table-patientDob-cell"))
    assert cell.inner_text() == (claim.claim_id or "--")
    assert (
        person.page.locator(person.test("c360-result-table-datesOfService-cell")).first.inner_text()
        == f"{claim.patient.birth_date:%m/%d/%Y}"
    )


def test_the_breadcrumb_leads_back_and_a_reload_sets_the_radio_back(person: Person, world: World) -> None:
    claim = next(c for c in world.claims if c.on_file and c.payer_claim_no)
    person.search_claims("idClaim", claimNumber=claim.payer_claim_no)
    person.there("table tbody a").click()
    person.there(person.test("claim-detail-summary"))
    person.page.get_by_role("link", name="Claim Search").click()
    person.there("table tbody a")
    assert person.page.locator("#idClaim").is_checked()
    person.page.reload()
    person.there("#idDob")
    assert person.page.locator("#idDob").is_checked()


def test_more_than_ten_claims_stand_on_several_pages(person: Person, world: World) -> None:
    day = world.as_of
    person.search_claims("idDates", fromDate=f"{day.replace(month=day.month - 2):%m/%d/%Y}", throughDate=f"{day:%m/%d/%Y}")
    label = person.there(".mat-mdc-paginator-range-label").inner_text()
    assert label.startswith("1 \u2013 10 of ")
    person.page.get_by_role("button", name="Next page").click()
    person.page.get_by_text("11 \u2013 20 of").wait_for()


def test_what_a_user_may_not_use_is_not_shown_and_says_so(person: Person) -> None:
    person.twin.change_user(person.user.user_id, lacks=["claims", "letters"])
    try:
        person.open("home")
        assert person.page.locator("nav").get_by_text("Claims", exact=True).count() == 0
        for path in ("claim/search", "messages"):
            person.open(path)
            assert "do not have access" in person.there(person.test("no-access-message")).inner_text()
    finally:
        person.twin.change_user(person.user.user_id, lacks=[])


def test_letters_of_one_kind_can_be_withheld(person: Person) -> None:
    person.twin.change_user(person.user.user_id, lacks=["precertification"])
    try:
        person.open("messages")
        assert "Precertification letters" in person.there(person.test("no-access-message")).inner_text()
    finally:
        person.twin.change_user(person.user.user_id, lacks=[])


@pytest.mark.parametrize(
    "fields",
    [
        ("reportMemberId", "reportDateOfBirth"),
        ("reportMemberId", "reportSubscriberName", "reportFirstName"),
        ("reportSubscriberName", "reportDateOfBirth", "reportFirstName"),
    ],
)
def test_remittances_of_a_patient_are_found_in_the_documented_ways(person: Person, world: World, fields: tuple[str, ...]) -> None:
    claim = remits(world)[-1].claims[0]
    told = {
        "reportMemberId": claim.member_id,
        "reportDateOfBirth": f"{claim.patient.birth_date:%m/%d/%Y}",
        "reportSubscriberName": claim.patient.last,
        "reportFirstName": claim.patient.first,
    }
    shown = search_reports(person, "idPatient", **{name: told[name] for name in fields})
    assert claim.payer_claim_no in shown


def test_a_deposit_is_found_by_its_day_and_amount(person: Person, world: World) -> None:
    remit = remits(world)[-1]
    day = f"{remit.check_date:%m/%d/%Y}"
    assert remit.check_no in search_reports(person, "idDeposit", depositFrom=day, depositThrough=day, depositAmount=str(remit.amount))


def search_reports(person: Person, radio: str, **values: str) -> str:
    """What the list of Remittance Reports says."""
    person.open("remittance")
    person.page.locator(f"#{radio}").check()
    for name, value in values.items():
        person.page.locator(f"#{name}").fill(value)
    person.page.locator(person.test("remittance-search-button")).click()
    return person.there(person.test("remittance-result-table")).inner_text()


def test_without_a_session_nothing_is_handed_out(person: Person) -> None:
    with httpx.Client(base_url=f"http://127.0.0.1:{person.twin.port}", trust_env=False, timeout=10) as http:
        headers = {"Host": person.base.removeprefix("http://"), "Connection": "close"}
        assert http.get("/api/file/any", headers=headers).status_code == 401
        assert http.get("/api/claim/setup", headers=headers).status_code == 401
