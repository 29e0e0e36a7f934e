"""The older generation of Availity's eligibility and claim status pages: driven by hand, and by the adapter in one session."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import timedelta
from decimal import Decimal
from typing import TYPE_CHECKING
from urllib.parse import quote

import pytest
from playwright.sync_api import FrameLocator, expect

from payerbot.errors import PageChanged
from payerbot.model import Outcome
from portals.availity.claims import CLAIMS
from portals.availity.eligibility import ELIGIBILITY
from portals.availity.shell import SHELL
from sandbox import truth
from sandbox.world import AS_OF, PAYERS, PRACTICE, SEED, Claim
from sandbox.worldgen.rows import EXAMPLE_CLAIMS, EXAMPLE_VISITS

if TYPE_CHECKING:
    from tests.contract.support import Site

NPI = PRACTICE.npis[0]
CHOSEN = "__single-value"
# what the public scripts know of the older claim status page (facts, 1.4); which of two ids a payer has differs
DOCUMENTED = {
    "humana": """#orgSelect .organization-select__control #payerSelect input#payer #providerSelect #providerExpressEntry #providerNpi
        #subscriberMemberId #patientLastName #patientFirstName #patientBirthDate input[id^=patientIsSubscriber] #subscriberLastName
        #subscriberFirstName #serviceDates-start #serviceDates-end #claimNumber #claimAmount #submit-by276 #clearForm .av__control""",
    "carelon": """#orgSelect .organization-select__control #payerSelect input#payer #providerSelect #providerExpressEntry #providerNpi
        #patientMemberId #patientLastName #patientFirstName #patientBirthDate input[id^=patientIsSubscriber] #fromDate #toDate
        #claimNumber #claimAmount #submit-by276 #clearForm a.nav-link""",
}
NEWER = "input#organization, [role=tab], [role=spinbutton], [class*=Mui]:not(svg):not(h1):not(h2):not(.MuiSkeleton-root)"


pytestmark = pytest.mark.deep


@pytest.fixture(scope="module")
def shared(light_browser: None, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Site]:
    from tests.contract.support import signed_in

    folder = tmp_path_factory.mktemp("run")
    with signed_in("availity", folder, seed=SEED, members=EXAMPLE_VISITS, claims=EXAMPLE_CLAIMS) as site:
        site.tab._page.set_default_timeout(8000)
        yield site


@pytest.fixture
def site(shared: Site) -> Site:
    shared.mend_form()
    return shared


def frame(site: Site) -> FrameLocator:
    return site.tab._page.frame_locator("iframe#newBodyFrame")


def opens(site: Site, app: str) -> FrameLocator:
    site.tab._page.goto("about:blank")
    site.tab._page.goto(f"{site.portal.base_url}{SHELL}#/loadApp/?appUrl={quote(app, safe='')}")
    return frame(site)


def picks(app: FrameLocator, field: str, text: str, words: str = "") -> None:
    app.locator(field).click()
    app.locator(field).fill(text)
    app.get_by_role("option", name=words or text, exact=not words).first.click()


def claim_form(site: Site, payer: str, tab: str) -> FrameLocator:
    """From the newer page, where every user begins, to the older one by the choice of the payer."""
    app = opens(site, CLAIMS)
    picks(app, "input#organization", PRACTICE.name)
    picks(app, "input#payer", PAYERS[payer].label)
    app.locator("a.nav-link", has_text=tab).click()
    return app


def presses(site: Site) -> int:
    return len(site.twin.records("press"))


def claim_at(site: Site, payer: str) -> Claim:
    """A claim on file that a search for its member and day finds alone."""
    relations = {member.key: member.relation for member in site.world.members}
    for one in site.world.claims:
        found = site.world.find_claims(payer, member_id=one.member_id, dos_from=one.dos_from, dos_to=one.dos_to)
        if one.payer == payer and one.on_file and len(found) == 1 and relations[one.member_key] == "self":
            return one
    raise LookupError(payer)


# by hand


@pytest.mark.parametrize("payer", DOCUMENTED)
def test_every_documented_id_of_the_older_claim_form_is_there_and_nothing_of_the_newer(site: Site, payer: str) -> None:
    app = claim_form(site, payer, "HIPAA Standard")
    missing = [css for css in DOCUMENTED[payer].split() if app.locator(css).count() == 0]
    assert missing == []
    assert app.locator(NEWER).evaluate_all("nodes => nodes.map(n => n.outerHTML.slice(0, 90))") == []
    address = app.locator("body").evaluate("() => location.hash")
    assert address == f"#/dashboard?orgId=1&payerId={PAYERS[payer].payer_id}&activeTab=by276"


def test_an_older_list_shows_its_choice_beside_its_input_and_typed_text_is_none(site: Site) -> None:
    app = claim_form(site, "humana", "HIPAA Standard")
    expect(app.locator(f"#payerSelect .av{CHOSEN}")).to_have_text("HUMANA")
    expect(app.locator(f"#orgSelect .organization-select{CHOSEN}")).to_have_text(PRACTICE.name)
    provider, before = app.locator("#providerExpressEntry"), presses(site)
    provider.click()
    provider.fill(NPI)
    expect(app.locator("#providerSelect [role=listbox] [role=option]")).to_have_count(1)
    app.locator("#claimNumber").click()
    expect(provider).to_have_value("")
    expect(app.locator("#providerSelect [role=listbox]")).to_have_count(0)
    assert app.locator("#providerNpi").input_value() == ""
    app.locator("#submit-by276").click()
    expect(app.locator(".invalid-feedback:visible").first).to_be_visible()
    picks(app, "#providerExpressEntry", NPI, NPI)
    expect(app.locator(f"#providerSelect .av{CHOSEN}")).to_contain_text(NPI)
    assert app.locator("#providerSelect input[type=hidden]").input_value() == NPI
    assert app.locator("#providerNpi").input_value() == NPI
    assert presses(site) == before + 1


def test_an_older_date_is_one_masked_input_and_a_new_start_takes_an_earlier_end_away(site: Site) -> None:
    app = claim_form(site, "humana", "HIPAA Standard")
    app.locator("#patientBirthDate").press_sequentially("07x041985")
    assert app.locator("#patientBirthDate").input_value() == "07/04/1985"
    for field, typed in (("start", "06/01/2026"), ("end", "06/30/2026"), ("start", "07/15/2026")):
        app.locator(f"#serviceDates-{field}").fill(typed)
        app.locator(f"#serviceDates-{field}").press("Tab")
    assert app.locator("#serviceDates-end").input_value() == ""


def test_a_claim_is_searched_by_hand_and_opened_at_once_in_the_older_look(site: Site) -> None:
    claim = claim_at(site, "humana")
    app = claim_form(site, "humana", "HIPAA Standard")
    picks(app, "#providerExpressEntry", claim.billing_npi, claim.billing_npi)
    for field, value in (
        ("subscriberMemberId", claim.member_id),
        ("patientLastName", claim.patient.last),
        ("patientFirstName", claim.patient.first),
        ("patientBirthDate", f"{claim.patient.birth_date:%m/%d/%Y}"),
        ("serviceDates-start", f"{claim.dos_from:%m/%d/%Y}"),
        ("serviceDates-end", f"{claim.dos_to:%m/%d/%Y}"),
    ):
        app.locator(f"#{field}").fill(value)
    app.locator("#submit-by276").click()
    expect(app.locator("[data-testid='testBilled AmountPanel']")).to_contain_text(f"${claim.charge:,.2f}")
    expect(app.locator("[data-testid='testClaim StatusPanel'] .badge")).to_have_text(claim.badge)
    expect(app.get_by_role("link", name="Results")).to_have_count(0)
    expect(app.locator("#claim-detail[aria-busy=false] .lines-host[aria-busy=false] #lineLevelTable")).to_be_visible()
    assert app.locator("[class*=MuiChip], [class*=MuiAlert], [class*=MuiButton-]").count() == 0


def test_an_older_list_of_claims_has_badges_and_heads_that_sort(site: Site) -> None:
    claim = claim_at(site, "carelon")
    app = claim_form(site, "carelon", "Member")
    for field, value in (
        ("patientMemberId", claim.member_id),
        ("patientBirthDate", f"{claim.patient.birth_date:%m/%d/%Y}"),
        ("fromDate", f"{claim.dos_from:%m/%d/%Y}"),
        ("toDate", f"{claim.dos_to:%m/%d/%Y}"),
    ):
        app.locator(f"#{field}").fill(value)
    app.locator("#submit-byMember").click()
    expect(app.get_by_role("heading", name="Results (Displaying 1 - 1 of 1)")).to_be_visible()
    expect(app.locator("#claim-results[aria-busy=false] #claimsTable tbody .badge")).to_have_text(claim.badge)
    assert app.locator("#claimsTable th").first.get_attribute("title") == "Toggle SortBy"
    assert app.locator("body").evaluate("() => location.hash") == "#/results"
    app.get_by_role("link", name="Search").click()
    expect(app.locator("#patientMemberId")).to_have_value(claim.member_id)


@pytest.mark.parametrize(
    "address, payer, older",
    [
        ("#/dashboard?orgId=1&payerId=61101&activeTab=by276", "humana", True),
        ("#/element/dashboard?orgId=1&payerId=61101", "humana", True),
        ("#/dashboard?orgId=1&payerId=60054&activeTab=by276", "aetna", False),
    ],
)
def test_a_deep_link_leads_to_the_generation_of_its_payer(site: Site, address: str, payer: str, *, older: bool) -> None:
    app = opens(site, CLAIMS + address)
    if older:
        expect(app.locator(f"#payerSelect .av{CHOSEN}")).to_have_text(PAYERS[payer].label)
        expect(app.locator("#submit-by276")).to_be_visible()
    else:
        expect(app.locator("button[data-analytics-form-name='HIPAA Standard']")).to_be_visible()
        expect(app.locator("input#payer")).to_have_value(PAYERS[payer].label)


def test_the_older_eligibility_form_has_native_lists_masked_dates_and_its_own_payer_list(site: Site) -> None:
    app = opens(site, ELIGIBILITY)
    picks(app, "#organization-field", PRACTICE.name)
    picks(app, "#payerId-field", PAYERS["carelon"].label)
    option = app.locator("select#patientSearchOption")
    expect(option.locator("option:checked")).to_have_text("Patient Last Name, Patient First Name, Date of Birth")
    assert app.locator("input[name=memberId]").count() == 0
    option.select_option(label="Patient ID, Date of Birth")
    expect(app.locator("input[name=memberId]")).to_be_visible()
    app.locator("#patientBirthDate").fill("07/04/1985")
    assert app.locator("#asOfDate").input_value() == f"{AS_OF:%m/%d/%Y}"
    assert app.locator(NEWER).evaluate_all("nodes => nodes.map(n => n.outerHTML.slice(0, 90))") == []
    app.locator("#serviceType").click()
    app.locator("#serviceType").fill("Mental Health - MH")
    app.locator("input[name=memberId]").fill("X1")
    expect(app.locator("#serviceType")).to_have_value("")
    picks(app, "#payerId", "AETNA (COMMERCIAL & MEDICARE)")  # and back to the newer page
    expect(app.locator("[role=group][aria-labelledby=patientBirthDatefield-picker-label]")).to_be_visible()
    expect(app.locator("#payerId-field")).to_have_value("AETNA (COMMERCIAL & MEDICARE)")
    expect(app.locator("#organization-field")).to_have_value(PRACTICE.name)


# by the adapter


def test_one_session_goes_from_one_generation_to_the_other_and_back(site: Site) -> None:
    shown = []
    for payer in ("aetna", "humana", "carelon", "humana", "magellan"):
        assert site.wrong(site.claim_of(payer)) == []
        shown.append(payer if frame(site).locator("body.generation-older").count() else "")
    assert shown == ["", "humana", "carelon", "humana", ""]
    for payer, older in (("carelon", 1), ("humana", 0), ("carelon", 1)):
        assert site.wrong(site.visit_of(payer)) == []
        assert frame(site).locator("body.generation-older").count() == older


def test_what_is_not_listed_or_not_served_is_said_on_the_older_form_too(site: Site) -> None:
    row = site.claim_of("humana")
    with site.fault(patience=4):
        assert site.wrong(row) == []
        assert site.report(row, payer_label="AETNA BETTER HEALTH").outcome is Outcome.WRONG_PORTAL
        assert site.report(row, payer_label="A PAYER THAT NOBODY LISTS").outcome is Outcome.WRONG_PORTAL


def test_a_stale_not_found_of_the_older_page_is_not_believed(site: Site) -> None:
    row = site.claim_of("carelon")
    day = truth.parsed(row["dos_from"])
    assert day is not None
    earlier = {"dos_from": day - timedelta(days=150), "dos_to": day - timedelta(days=150), "payer_claim_no": "", "first_sent": None}
    assert site.report(row, charge=Decimal("9876.54"), **earlier).outcome is Outcome.NOT_FOUND
    with site.fault("stale-result@claims"):
        assert site.wrong(row) == []


@pytest.mark.parametrize(
    "payer, faults",
    [
        ("humana", ["blank-form@claims"]),
        ("humana", ["pick-lost@claim-status", "error-503@claims"]),
        ("carelon", ["frame-detached@claims", "reordered-columns@claims", "reordered-columns@claim"]),
        ("humana", ["changed-id@claim-status", "moved-element@claim-status"]),
        ("carelon", ["renamed-label@claim-status", "removed-landmark@claim-status", "removed-landmark@claims"]),
    ],
    ids=lambda one: one if isinstance(one, str) else one[0],
)
def test_trouble_on_the_older_claim_pages_does_not_keep_from_the_right_answer(site: Site, payer: str, faults: list[str]) -> None:
    with site.fault(*faults, patience=5):
        assert site.wrong(site.claim_of(payer)) == []


@pytest.mark.parametrize("fault", ["blank-form@coverage", "pick-lost@eligibility", "changed-id@eligibility", "renamed-label@eligibility"])
def test_trouble_on_the_older_eligibility_pages_does_not_keep_from_the_right_answer(site: Site, fault: str) -> None:
    with site.fault(fault, "removed-landmark@coverage", patience=5):
        assert site.wrong(site.visit_of("carelon")) == []


@pytest.mark.parametrize("fault", ["changed-id@claims", "moved-element@claims", "renamed-label@claim"])
def test_a_changed_older_claim_page_is_said_not_guessed(site: Site, fault: str) -> None:
    row = site.claim_of("humana" if fault.endswith("@claim") else "carelon")
    with site.fault(fault), pytest.raises(PageChanged):
        site.report(row)


def test_an_older_result_that_is_stale_changed_or_the_payers_error_is_known_for_it(site: Site) -> None:
    first, second = site.visit_of("carelon", nth=0), site.visit_of("carelon", nth=1)
    with site.fault("payer-error@coverage"):
        assert site.check(first).outcome is Outcome.PORTAL_DOWN
    assert site.wrong(first) == []
    with site.fault("stale-result@coverage"):
        assert site.wrong(second) == []
    with site.fault("changed-id@coverage"), pytest.raises(PageChanged):
        site.check(first)
