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
    "verify": ("Via Text Message",),  # its heading differs between the sources: the shared twin has the other one
    "access code": ("Access Code", 'data-testid="accessCodeBox"', "Skip this step in future if this is your private device."),
    "consent": ("Share my One Healthcare ID",),
    "menus": ("Transactions", "Claim Inquiry", "My Submitted Claims", "Patient List", "Auths", "Eligibility"),
    "eligibility": ("Member ID", "Last Name", "First Name", "Date of Birth", "Patient List"),
    "members": ("Member Name", "Member ID", "Date of Birth", "Eligibility"),
    "benefits": ("Year-to-Date", "Deductible", "Out-of-Pocket", "Benefit Detail", "Authorization Required"),
    "inquiry": ("Claim Inquiry",),
    "submitted": ("My Submitted Claims",),
}  # fmt: skip


@pytest.fixture(scope="module")
def pages(light_browser: None, tmp_path_factory: pytest.TempPathFactory) -> dict[str, str]:
    """The source of each page as it stands in the browser."""
    with somebody(tmp_path_factory.mktemp("px")) as (person, world):
        return {**_sign_in(person), **_eligibility(person, world), **_claims(person), **_consent(person)}


def _sign_in(person: Person) -> dict[str, str]:
    person.page.goto(f"{person.base}/")
    found = {"public": person.source()}
    for layout in ("C", "A"):
        person.begin(layout)
        found[f"identity, layout {layout}"] = person.source()
    person.page.get_by_label("Sign in with").select_option("One Healthcare ID")
    person.page.locator("#username").fill(person.user.user_id)
    person.there("#login-pwd").fill(person.user.password)
    person.page.locator("#btnLogin").click()
    person.there("button#textMsg")
    found["verify"] = person.source()
    person.there("button#textMsg").click()
    person.there("#otpBox")
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


def _consent(person: Person) -> dict[str, str]:
    person.twin.fault("terms@home")
    person.page.goto(f"{person.base}/secure/home")
    person.page.get_by_role("heading", name="Share my One Healthcare ID").wait_for()
    return {"consent": person.source()}


@pytest.mark.parametrize("place, said", [(place, said) for place, all_said in DOCUMENTED.items() for said in all_said])
def test_what_is_known_of_a_page_stands_on_it(pages: dict[str, str], place: str, said: str) -> None:
    assert said in pages[place]
