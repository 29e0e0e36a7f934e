"""What is publicly known of Provider Express's screens: each label stands on the twin's pages, in a browser."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from tests.provider_express_support import Person, somebody

if TYPE_CHECKING:
    from sandbox.world import World

pytestmark = pytest.mark.deep

DOCUMENTED: dict[str, tuple[str, ...]] = {  # page: words, and ids and test ids as they stand in the source
    "public": ("Log In", "First-time User"),
    "identity, layout A": (
        "Sign in with", "Email Address", "One Healthcare ID", "Password", "Remember me", "Sign In", 'data-testid="username"',
        'data-testid="login-pwd"', 'id="btnLogin"',
    ),
    "identity, layout C": ("Continue", 'id="username"'),
    "identity, layout B": ("Password", "Continue", 'id="login-pwd"'),
    "refused": ('class="error-msg"', 'data-cy="data-loginerrorsummary-error"'),
    "verify": ("Verify Your Identity", "Via Text Message", "Via Call"),
    "added": ("ADD",),
    "added, verified": ("Verify",),
    "more": ("additional information",),
    "access code": ("Access Code", 'data-testid="accessCodeBox"', "Skip this step in future if this is your private device."),
    "consent": ("Share my One Healthcare ID",),
    "menus": ("Transactions", "Claim Inquiry", "My Submitted Claims", "Patient List", "Auths", "Eligibility"),
    "eligibility": ("Member ID", "Last Name", "First Name", "Date of Birth", "Patient List"),
    "members": ("Member Name", "Member ID", "Date of Birth", "Eligibility"),
    "benefits": ("Year-to-Date", "Deductible", "Out-of-Pocket", "Benefit Detail", "Authorization Required"),
    "inquiry": ("Claim Inquiry", "Claim Entry"),
    "submitted": ("My Submitted Claims",),
    "auths": ("Auth request", "Auth Inquiry"),
    "auth request": ("Request a new authorization",),
    "service types": ("ABA Assessment", "ABA Treatment", "Psychological / Neuropsychological Testing"),
    "auth inquiry": ("Auth Inquiry",),
}  # fmt: skip


@pytest.fixture(scope="module")
def pages(light_browser: None, tmp_path_factory: pytest.TempPathFactory) -> dict[str, str]:
    """The source of each page as it stands in the browser."""
    with somebody(tmp_path_factory.mktemp("px")) as (person, world):
        return {**_sign_in(person), **_eligibility(person, world), **_claims(person), **_auths(person, world), **_gates(person)}


def _sign_in(person: Person) -> dict[str, str]:
    person.page.goto(f"{person.base}/")
    found = {"public": person.source()}
    for layout in ("C", "B", "A"):
        person.begin(layout)
        found[f"identity, layout {layout}"] = person.source()
    person.page.get_by_label("Sign in with").select_option("One Healthcare ID")
    person.page.locator("#username").fill(person.user.user_id)
    person.there("#login-pwd").fill("not the password")
    person.page.locator("#btnLogin").click()
    person.there("span.error-msg")
    found["refused"] = person.source()
    person.there("#login-pwd").fill(person.user.password)
    person.page.locator("#btnLogin").click()
    person.there("button#textMsg")
    found["verify"] = person.source()
    person.there("button#voiceCall").click()
    person.there("#otpBox")
    assert "We are calling" in person.source()
    found["access code"] = person.source()
    person.there("#otpBox").fill(person.twin.sent_code(person.user.user_id))
    person.page.locator("#continuebtn").click()
    person.there("#transactionsMenu")
    return {**found, "menus": person.source()}


def _eligibility(person: Person, world: World) -> dict[str, str]:
    person.open("Eligibility & Benefits")
    found = {"eligibility": person.source()}
    plans = (m.coverage_at("optum") for m in world.members)
    flagged = next(p for p in plans if p and p.active_on(world.as_of) and any(b.kind == "authorization" for b in p.benefits))
    person.search(memberId=flagged.member_id)
    found["members"] = person.source()
    person.page.locator("#memberResults tbody a").first.click()
    person.there("#memberSummary")
    return {**found, "benefits": person.source()}


def _claims(person: Person) -> dict[str, str]:
    person.open("Claim Inquiry")
    found = {"inquiry": person.source()}
    person.open("My Submitted Claims")
    return {**found, "submitted": person.source()}


def _auths(person: Person, world: World) -> dict[str, str]:
    person.page.get_by_role("link", name="Auths", exact=True).click()
    person.there("#authTabs")
    found = {"auths": person.source()}
    person.page.get_by_role("link", name="Auth Inquiry", exact=True).click()
    person.page.get_by_role("heading", name="Auth Inquiry").wait_for()
    found["auth inquiry"] = person.source()
    person.page.get_by_role("link", name="Auths", exact=True).click()
    person.page.get_by_role("link", name="Auth request", exact=True).click()
    person.page.get_by_role("link", name="Request a new authorization").wait_for()
    found["auth request"] = person.source()
    person.page.get_by_role("link", name="Request a new authorization").click()
    whom = next(m for m in world.members if (p := m.coverage_at("optum")) and p.active_on(world.as_of) and p.insurance_type == "PR")
    person.page.locator("#authMemberId").fill(whom.coverages[0].member_id)
    person.page.locator("input[name='authBirthDate']").fill(f"{whom.person.birth_date:%m/%d/%Y}")
    person.page.get_by_role("button", name="Next").click()
    person.there("select")
    return {**found, "service types": person.source()}


def _gates(person: Person) -> dict[str, str]:
    """What the account lacks, and what a portal asks for when it is used for the first time."""
    found = {}
    person.twin.change_user(person.user.user_id, lacks=["phone", "information"])
    person.with_password()
    person.page.get_by_role("button", name="ADD").wait_for()
    found["added"] = person.there("main").inner_html()
    person.page.get_by_role("button", name="ADD").click()
    found["added, verified"] = person.there("main").inner_html()
    person.page.get_by_role("button", name="Verify").click()
    person.page.get_by_role("heading", name="Additional Information").wait_for()
    found["more"] = person.source()
    person.page.get_by_role("button", name="Continue").click()
    person.there("#transactionsMenu")
    person.twin.fault("terms@home")
    person.page.goto(f"{person.base}/secure/home")
    person.page.get_by_role("heading", name="Share my One Healthcare ID").wait_for()
    return {**found, "consent": person.source()}


@pytest.mark.parametrize("place, said", [(place, said) for place, all_said in DOCUMENTED.items() for said in all_said])
def test_what_is_known_of_a_page_stands_on_it(pages: dict[str, str], place: str, said: str) -> None:
    assert said in pages[place]
