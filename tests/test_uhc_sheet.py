"""What is publicly known of the UnitedHealthcare portal's screens: each label and id stands on the twin's pages, in a browser."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from tests.uhc_support import ERROR, Person, somebody

if TYPE_CHECKING:
    from sandbox.world import Claim, World

pytestmark = pytest.mark.deep

DOCUMENTED: dict[str, tuple[str, ...]] = {  # page: ids and test ids as they stand in the source, and words
    "identity": ('id="username"', 'data-testid="username"', 'id="btnLogin"', "Continue"),
    "identity, layout A": ("Sign in with", "Email Address", "One Healthcare ID", "Password", "Remember me", "Sign In"),
    "identity, older": ('id="userNameId_input"', 'id="passwdId_input"', 'id="SignIn"'),
    "identity, password": ('id="login-pwd"', 'data-testid="login-pwd"', 'id="btnLogin"', "Continue"),
    "identity, refused": ('id="loginerrorsummary"', 'class="error-msg"', 'data-cy="data-loginerrorsummary-error"'),
    "methods": ("Verify Identity", 'id="totp"', "Via Microsoft Authenticator", 'id="textMsg"', "Via Text Message"),
    "app code": ('id="totp"', 'id="btnVerify"', "Skip this step in future if this is your private device."),
    "text code": ("Access Code", 'id="otpBox"', 'data-testid="accessCodeBox"', 'id="continuebtn"'),
    "locked": ('id="page-title"', 'data-cy="data-page-title-field"', "Locked"),
    "consent": ("Share my One Healthcare ID",),
    "shell": (
        'data-testid="eligibility-link"', "Eligibility", 'data-testid="claims-and-payments-link"', "Claim Status", "Documents & Reporting",
        'data-testid="payer-menu-abyss-button-root"', "Prior Authorization and Notification", "abyss-c-",
    ),
    "eligibility": (
        'id="select-search-criteria-inputnull"', 'id="eligibility-memberid-input"', 'name="search.memberId"', "Member ID",
        'data-testid="eligibility-search-member-id-abyss-text-input"', 'id="eligibility-dateofbirth-input"', "Date of Birth",
        'data-testid="eligibility-search-DOB-abyss-date-picker-input"', 'placeholder="__/__/____"', 'id="firstname-input"',
        'id="lastname-input"', 'id="startdate-input"', 'id="submit-search-button"', "Verify Eligibility", 'aria-disabled="true"',
    ),
    "criteria": ("Member ID & Member Name",),
    "answer": (
        "Eligibility Details", "Policy Selected:", "Active (", "Plan Name", "Plan Type", "Group", "Self Insured", "UHC Payer Status",
        "Primary", "Coordination of Benefits", "Network Status", "Patient Demographics", "View ID Card", "Policies", "Benefits",
        "Deductibles & Maximums", "Plan Deductible Per Calendar Year", 'id="planDeductible"', 'id="outOfPocketMax"',
        "Out-of-Pocket Maximum Per Calendar Year", "Individual, In-Network", "POPULAR SERVICES COVERAGE", "Detailed Benefits",
        "Specialist Visit", "Family, In-Network",
        'data-testid="overview-new-search-button-abyss-button-root"', "New Search",
    ),
    "answer, filling": ("Please wait while we retrieve", "designated behavioral health provider information"),
    "not found": (
        'role="dialog"', "No Results Found", "Your search returned", "matched the Member ID submitted", "review the search criteria",
    ),
    "claim search": (
        'data-testid="claim-search-type-abyss-select-input-input"', 'name="search.tinWideSearch"', 'value="tin"',
        'name="search.claim.memberId"', 'name="search.claim.dateOfBirth"', 'name="search.dateRange"', 'value="custom"',
        'name="search.dates.firstServiceDate"', 'name="search.dates.lastServiceDate"', 'id="submit-claim-search-button"',
    ),
    "search types": ("Member ID & date of birth",),
    "claim list": ('data-testid="search-results-label"', 'id="claims-results"', "/summary/"),
    "no claims": ('data-testid="no-claims-found"',),
    "no claim of a member": ('data-testid="loading-error-message"', 'data-testid="loading-close-button"', "Member found, but no claim"),
    "claim": (
        'data-testid="overview-claim-number"', 'data-testid="overview-status"', 'data-testid="overview-adjudication-status"',
        'data-testid="overview-patient-name"', 'data-testid="overview-member-id"', 'data-testid="overview-first-dos"',
        'data-testid="overview-total-billed"', 'data-testid="overview-network-status"', 'data-testid="overview-pan"',
        'data-testid="bs-billed-content"', 'data-testid="bs-total-paid-content"', 'data-testid="bs-patient-content"',
        'data-testid="bs-adjustment-content"', 'data-testid="cob-',
        'data-testid="diagnosis-codes-content"', "Payment issue date", "Payment number",
        'data-testid="data-table-row"', "CARC", "Remark code", 'data-testid="header-back-button-abyss-button-root"',
    ),
    "library": ("Document Library", "Quick search", "TIN", "Advanced Search", "Member ID", "Date of birth"),
    "library, found": ("Bulk actions",),
    "library, no role": ("role does not include payment documents",),
    "trackit": ("TrackIt",),
    "prior authorization": ("<h1>Prior Authorization and Notification</h1>", "prior authorization, notification or a referral"),
    "status words": ("Finalized", "Paid", "Denied", "Pending", "Misdirected"),
}  # fmt: skip


@pytest.fixture(scope="module")
def pages(light_browser: None, tmp_path_factory: pytest.TempPathFactory) -> dict[str, str]:
    """The source of each page as it stands in the browser."""
    with somebody(tmp_path_factory.mktemp("uhc")) as (person, world):
        return {**_identity(person), **_shell(person), **_eligibility(person, world), **_claims(person, world), **_library(person)}


def _identity(person: Person) -> dict[str, str]:
    found: dict[str, str] = {}
    person.begin("A")
    found["identity, layout A"] = person.source()
    person.begin("older")
    found["identity, older"] = person.source()
    person.begin("C")
    found["identity"] = person.source()
    person.give(password="not the password")
    person.there(ERROR)
    found["identity, refused"] = found["identity, password"] = person.source()
    person.twin.fault("locked@sign-in")
    person.page.locator("#btnLogin").click()
    person.page.get_by_text("Account Locked").wait_for()
    found["locked"] = person.source()
    person.twin.clear_faults()
    person.begin("C")
    person.give()
    person.there("button#totp")
    found["methods"] = person.source()
    person.page.locator("button#textMsg").click()
    person.there("#otpBox")
    found["text code"] = person.source()
    person.begin("C")
    person.give()
    person.there("button#totp").click()
    person.there("input#totp")
    found["app code"] = person.source()
    person.twin.fault("terms@home")
    person.begin("C")
    person.give()
    person.by_app()
    person.page.get_by_text("Share my One Healthcare ID").wait_for()
    found["consent"] = person.source()
    person.twin.clear_faults()
    return found


def _shell(person: Person) -> dict[str, str]:
    person.page.get_by_role("button", name="Agree").click()
    person.there("header")
    return {"shell": person.source()}


def _eligibility(person: Person, world: World) -> dict[str, str]:
    person.open("eligibility")
    found = {"eligibility": person.source()}
    person.page.locator("#select-search-criteria-inputnull").click()
    found["criteria"] = person.source()
    person.twin.change(staging_ms=[1500, 1500])
    member = next(m for m in world.members if (plan := m.coverage_at("uhc")) and plan.on_file and plan.active_on(world.as_of))
    person.verify(member.coverages[0].member_id, f"{member.person.birth_date:%m%d%Y}")
    person.page.get_by_text("Policy Selected:").wait_for()
    found["answer, filling"] = person.source()
    person.page.get_by_text("Please wait").last.wait_for(state="detached")
    found["answer"] = person.source()
    person.twin.change(staging_ms=[0, 1])
    person.verify("900000001", "01011990")
    person.page.get_by_role("dialog").wait_for()
    found["not found"] = person.source()
    return found


def _claims(person: Person, world: World) -> dict[str, str]:
    person.open("claims")
    found = {"claim search": person.source()}
    person.page.get_by_test_id("claim-search-type-abyss-select-input-input").click()
    found["search types"] = person.source()
    person.search("Dates of service", ("01012026", "01012026"), {})
    person.there("[data-testid=no-claims-found]")
    found["no claims"] = person.source()
    paid = next(c for c in world.claims if c.on_file and c.state == "paid" and c.payer_claim_no)
    _listed(person, paid, years_ago=1)
    person.there("[data-testid=loading-error-message]")
    found["no claim of a member"] = person.source()
    by_state = {c.state: c for c in world.claims if c.on_file and c.payer == "uhc"}
    found["status words"] = ""
    for state in ("finalized", "denied", "pending", "forwarded", "paid"):
        _listed(person, by_state[state])
        person.there("tbody#claims-results")
        found["status words"] += person.source()
    found["claim list"] = person.source()
    _listed(person, next(c for c in world.claims if c.on_file and c.rarcs))
    person.page.locator("tbody#claims-results a").first.click()
    person.there("[data-testid=data-table-row]")
    found["claim"] = person.source()
    return found


def _library(person: Person) -> dict[str, str]:
    person.library()
    person.page.get_by_label("Advanced Search").check()
    found = {"library": person.source()}
    person.library()
    person.documents(("08232026", "11202026"))
    person.there("[data-testid=document-results]")
    found["library, found"] = person.source()
    person.twin.change_user(person.user.user_id, lacks=["payment documents"])
    person.documents(("08232026", "11202026"))
    person.page.get_by_text("Your role").wait_for()
    found["library, no role"] = person.source()
    person.page.goto(f"{person.base}/#/trackit")
    person.there("[data-testid=trackit-count]")
    found["trackit"] = person.source()
    person.page.get_by_role("link", name="Prior Authorization and Notification").click()
    person.there("[data-testid=auth-create-request]")
    found["prior authorization"] = person.source()
    return found


def _listed(person: Person, claim: Claim, years_ago: int = 0) -> None:
    days = [f"{day.replace(year=day.year - years_ago):%m%d%Y}" for day in (claim.dos_from, claim.dos_to)]
    who = {"memberId": claim.member_id, "dateOfBirth": f"{claim.patient.birth_date:%m%d%Y}"}
    person.search("Member ID & date of birth", (days[0], days[1]), who)


@pytest.mark.parametrize("place, said", [(place, said) for place, all_said in DOCUMENTED.items() for said in all_said])
def test_what_is_known_of_a_page_stands_on_it(pages: dict[str, str], place: str, said: str) -> None:
    assert said in pages[place]
