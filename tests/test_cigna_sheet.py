"""What is publicly known of the screens of Cigna for HCP and Evernorth: each label and id stands on the twin's pages, in a browser."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from tests.cigna_support import Person, somebody

if TYPE_CHECKING:
    from sandbox.world import World

pytestmark = pytest.mark.deep

DOCUMENTED: dict[str, tuple[str, ...]] = {  # page: ids and test ids as they stand in the source, and words
    "landing": ('data-test-id="login-submit-button"', "Log in"),
    "user": ('id="username"', "Continue"),
    "password": ('id="password"', "Continue"),
    "code": ("Verify your identity", "six-digit code", 'id="code"', "Resend", "Remember this device"),
    "older": ('data-test="username"', 'data-test="password"', 'data-test="login-submit-button"'),
    "older code": ('data-test="txt-verification-code"', 'data-test="btn-submit"', "Don't ask me for a code"),
    "shell": (
        "Logout", 'data-test-id="primary-nav-child-chcp.patient.search"', "Remittance Reports", "Message Center", "Precertification",
        "<cigna-",
    ),
    "older shell": ('data-test="primary-nav-child-chcp.patient.search"', "Logout"),
    "survey": ("No Thanks",),
    "cookies": ('id="onetrust-banner-sdk"', 'id="onetrust-close-btn-container"'),
    "patient search": (
        'data-test-id="patient_id_0"', 'data-test-id="patient_dob_0"', 'placeholder="MM/DD/YYYY"', 'data-test-id="patient_FN_0"',
        'data-test-id="patient_LN_0"', "optional", 'data-test-id="search-submit-button"',
    ),
    "two patients": ('data-test-id="patient_id_1"', 'data-test-id="patient-id-0"', 'data-test-id="patient-id-1"'),
    "confirmation": ('data-test-id="btn-confirm"',),
    "patient": ("Am I in-network for this patient?",),
    "shared administration": ("third party administrator (TPA)", "Contact the TPA"),
    "claims search": (
        "Claims search", "Date of birth/Cigna patient ID", "Name/Cigna patient ID", 'id="idName"', 'id="firstName"', "First name",
        'id="lastName"', "Last name", 'id="memberId"', 'data-test-id="patient-search-button"', "Search", 'data-test-id="reset"',
    ),
    "claim list": (
        'data-test-id="claims-threesixty-search-result-table"', "Claim reference number", "Claim status", "Patient name", "Date of birth",
        "Dates of service", "Provider account number", "Tax ID", "Amount billed", "Provider name", 'data-test-id="c360-result-table-',
    ),
    "older claim list": ('data-test="claims-threesixty-search-result-table"', 'data-test="c360-result-table-'),
    "no claims": ('data-test-id="no-results-message"', "no results for the parameters chosen"),
    "claim": (
        "Claim reference number", "Claim status", "Member name", "Service provider", "Date received", "Date processed", "Claim amount due",
        "Total paid", "Payment to provider", "Patient responsibility", "Payee name/address", "Payment amount", "Remittance tracking number",
        "Payment status", "Issued", "Cleared", "Method", "Procedure code", "Date of service", "Place of service", "Amount charged",
        "Allowed amount", "Not covered", "Deductible/Copay", "Covered balance", "Plan coinsurance/paid", "Patient coinsurance",
        "Remark codes", "Explanation of Remark Codes", "Claim Search",
    ),
    "remittance reports": (
        "Remittance Reports", "Deposit amount/date range", "Patient", "Claim/reference number", "Remittance tracking number",
        "Subscriber last name", "Patient first name",
    ),
    "message center": ("Message Center", "Claim letters", "Precertification letters"),
}  # fmt: skip


@pytest.fixture(scope="module")
def pages(light_browser: None, tmp_path_factory: pytest.TempPathFactory) -> dict[str, str]:
    """The source of each page as it stands in the browser."""
    with somebody(tmp_path_factory.mktemp("chcp")) as (person, world):
        found = {**_sign_in(person), **_shell(person), **_patients(person, world), **_claims(person, world), **_rest(person)}
    with somebody(tmp_path_factory.mktemp("evernorth"), "evernorth") as (person, world):
        return {**found, **_older(person, world)}


def _sign_in(person: Person) -> dict[str, str]:
    person.begin()
    found = {"landing": person.source()}
    person.page.locator(person.test("login-submit-button")).click()
    person.there("#username")
    found["user"] = person.source()
    person.page.locator("#username").fill(person.user.user_id)
    person.page.get_by_role("button", name="Continue").click()
    person.there("#password")
    found["password"] = person.source()
    person.page.locator("#password").fill(person.user.password)
    person.page.get_by_role("button", name="Continue").click()
    person.there("#code")
    return {**found, "code": person.source()}


def _shell(person: Person) -> dict[str, str]:
    person.code()
    person.inside()
    found = {"shell": person.source()}
    for name, fault in (("survey", "survey@home"), ("cookies", "cookie-banner@home")):
        person.twin.fault(fault)
        person.open("home")
        found[name] = person.source()
    return found


def _patients(person: Person, world: World) -> dict[str, str]:
    person.open("patient/search")
    found = {"patient search": person.source()}
    known = [m for m in world.members if (plan := m.coverage_at("cigna")) and plan.on_file and plan.active_on(world.as_of)]
    person.page.get_by_role("button", name="Add another patient").click()
    for n, member in enumerate(known[:2]):
        person.page.locator(f"#patient_id_{n}").fill(member.coverages[0].member_id)
        person.page.locator(f"#patient_dob_{n}").fill(f"{member.person.birth_date:%m/%d/%Y}")
    person.page.locator(person.test("search-submit-button")).click()
    person.there(person.test("patient-id-1"))
    found["two patients"] = person.source()
    dependent = next(m for m in known if m.relation != "self")
    _opened(person, dependent.coverages[0].member_id, f"{dependent.person.birth_date:%m/%d/%Y}")
    person.there(person.test("btn-confirm"))
    found["confirmation"] = person.source()
    person.page.locator(person.test("btn-confirm")).click()
    person.there(person.test("coverage-summary"))
    found["patient"] = person.source()
    shared = next(m for m in known if m.coverages[0].carve_out and m.relation == "self")
    _opened(person, shared.coverages[0].member_id, f"{shared.person.birth_date:%m/%d/%Y}")
    person.there(person.test("shared-administration"))
    return {**found, "shared administration": person.source()}


def _opened(person: Person, member_id: str, born: str) -> None:
    person.search_patient(id=member_id, dob=born)
    person.there(person.test("patient-id-0")).click()


def _claims(person: Person, world: World) -> dict[str, str]:
    person.open("claim/search")
    found = {"claims search": person.source()}
    person.search_claims("idClaim", claimNumber="NOSUCHCLAIM")
    person.there(person.test("no-results-message"))
    found["no claims"] = person.source()
    paid = next(c for c in world.claims if c.on_file and c.state == "paid" and c.payer_claim_no and c.check_no)
    person.search_claims("idClaim", claimNumber=paid.payer_claim_no)
    person.there("table tbody a")
    found["claim list"] = person.source()
    person.page.locator("table tbody a").first.click()
    person.there(person.test("claim-payment-table"))
    return {**found, "claim": person.source()}


def _rest(person: Person) -> dict[str, str]:
    person.open("remittance")
    found = {"remittance reports": person.source()}
    person.open("messages")
    return {**found, "message center": person.source()}


def _older(person: Person, world: World) -> dict[str, str]:
    person.begin()
    found = {"older": person.source()}
    person.give()
    person.there("[data-test='txt-verification-code']")
    found["older code"] = person.source()
    person.code()
    person.inside()
    found["older shell"] = person.source()
    claim = next(c for c in world.claims if c.on_file and c.payer_claim_no)
    person.search_claims("idClaim", claimNumber=claim.payer_claim_no)
    person.there("table tbody a")
    return {**found, "older claim list": person.source()}


@pytest.mark.parametrize("place, said", [(place, said) for place, all_said in DOCUMENTED.items() for said in all_said])
def test_what_is_known_of_a_page_stands_on_it(pages: dict[str, str], place: str, said: str) -> None:
    assert said in pages[place]


def test_the_two_generations_differ_in_where_test_ids_stand_and_in_their_sign_in(pages: dict[str, str]) -> None:
    assert "data-test-id=" not in pages["older"] + pages["older code"] + pages["older shell"] + pages["older claim list"]
    assert "data-test=" not in pages["landing"] + pages["user"] + pages["shell"] + pages["claim list"]
    assert ('type="password"' in pages["older"], 'type="password"' in pages["user"]) == (True, False)
