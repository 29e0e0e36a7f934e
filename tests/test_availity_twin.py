"""The Availity twin in a real browser, driven crudely, as a person would: what its pages show, refuse and hide."""

from __future__ import annotations

import re
import threading
from collections.abc import Iterator
from datetime import date
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any
from urllib.parse import quote

import httpx
import pytest
from playwright.sync_api import Browser, BrowserContext, FrameLocator, Locator, Page, expect, sync_playwright

from sandbox.client import PortalUser, Twin, running
from sandbox.world import AS_OF, SEED, Claim, Coverage, Member, World
from tests.conftest import browser_switches, quickest_browser

pytestmark = pytest.mark.deep

API = "/ms/api/availity/internal/v1"
SIGN_IN = "/static/public/onb/onboarding-ui-apps/availity-fr-ui/"
SHELL = "/static/web/onb/onboarding-ui-apps/navigation/"
ELIGIBILITY = "/static/web/pres/web/eligibility/"
CLAIM_STATUS = "/static/web/post/cs/enhanced-claim-status-ui/"
ORGANIZATION = "Harborlight Counseling Group"
AETNA, ANTHEM = "AETNA (COMMERCIAL & MEDICARE)", "ANTHEM BLUE CROSS BLUE SHIELD"
LABELS = {
    "aetna": AETNA,
    "anthem": ANTHEM,
    "carelon": "ANTHEM - CARELON BEHAVIORAL HEALTH",
    "humana": "HUMANA",
    "magellan": "MAGELLAN HEALTHCARE",
}
MEMBERS, CLAIMS = 40, 240
WAIT_MS = 8000
WATCH = """(region) => {
    window.seen = [];
    new MutationObserver(() => window.seen.push([region.getAttribute('aria-busy'), region.querySelector('.patient-name').textContent,
        region.querySelector('#benefits').getAttribute('aria-busy')])).observe(region, {attributes: true, childList: true, subtree: true});
}"""

expect.set_options(timeout=WAIT_MS)


@pytest.fixture(scope="module")
def world() -> World:
    return World.generate(SEED, MEMBERS, CLAIMS)


@pytest.fixture(scope="module")
def server() -> Iterator[Twin]:
    with running(members=MEMBERS, claims=CLAIMS) as twin:
        yield twin


@pytest.fixture(scope="module")
def chromium() -> Iterator[Browser]:
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=quickest_browser(), args=list(browser_switches()))
        yield browser
        browser.close()


@pytest.fixture
def twin(server: Twin) -> Twin:
    server.reset()
    server.change(staging_ms=(10, 30), idle_seconds=1800)
    return server


def new_context(chromium: Browser, twin: Twin, *, banner: bool = False) -> BrowserContext:
    context = chromium.new_context(viewport={"width": 1280, "height": 900}, locale="en-US")
    context.set_default_timeout(WAIT_MS)
    if not banner:
        answer_banner(context, twin)
    return context


def answer_banner(context: BrowserContext, twin: Twin) -> None:
    cookie = {"name": "OptanonAlertBoxClosed", "value": "before", "url": twin.base_url("availity")}
    context.add_cookies([cookie])  # type: ignore[list-item] # a plain dict is what it takes


@pytest.fixture(scope="module")
def window(chromium: Browser, server: Twin) -> Iterator[Page]:
    """One window for most tests: to open one costs as much as what most of them do in it."""
    context = new_context(chromium, server)
    yield context.new_page()
    context.close()


@pytest.fixture
def page(window: Page, twin: Twin) -> Page:
    """The window, empty; whatever the portal keeps in a browser is in its cookies."""
    window.goto("about:blank")
    window.context.clear_cookies()
    answer_banner(window.context, twin)
    return window


@pytest.fixture
def user(twin: Twin) -> PortalUser:
    return twin.users[0]


class Person:
    """Somebody at the keyboard of one window."""

    def __init__(self, page: Page, twin: Twin, user: PortalUser) -> None:
        self.page, self.twin, self.user = page, twin, user
        self.base = twin.base_url("availity")

    @property
    def app(self) -> FrameLocator:
        return self.page.frame_locator("iframe#newBodyFrame")

    def signs_in(self) -> Person:
        """Signed in without any sign-in page; the window has the session's cookies."""
        cookies = {each["name"]: each["value"] for each in self.page.context.cookies(self.base)}
        here = {"Host": self.base.removeprefix("http://")}
        with httpx.Client(base_url=f"http://127.0.0.1:{self.twin.port}", headers=here, cookies=cookies, trust_env=False) as http:
            http.get(SIGN_IN)  # a browser is known by this page's cookie
            told = http.post(f"{API}/authenticate", json={"userId": self.user.user_id, "password": self.user.password}).json()
            if told["outcome"] == "code_wanted":
                http.post(f"{API}/two-step/method", json={"way": "app"})
                told = http.post(f"{API}/two-step/verify", json={"code": self.user.code()}).json()
            assert told["outcome"] == "ok"
            kept = [{"name": name, "value": value, "url": self.base} for name, value in http.cookies.items()]
        self.page.context.add_cookies(kept)  # type: ignore[arg-type] # as above
        return self

    def types_password(self) -> None:
        self.goes("/")
        self.page.locator("#userId").fill(self.user.user_id)
        self.page.locator("#password").fill(self.user.password)
        self.page.get_by_role("button", name="Sign In").click()

    def opens(self, app: str) -> Person:
        return self.goes(f"{SHELL}#/loadApp/?appUrl={quote(app, safe='')}")

    def goes(self, path: str) -> Person:
        """Load a page anew, also where the address differs behind the # only."""
        self.page.goto("about:blank")
        self.page.goto(self.base + path)
        return self

    def picks(self, box: str, text: str, which: int = 0) -> None:
        self.app.locator(box).click()
        self.app.locator(box).fill(text)
        self.app.get_by_role("option", name=text, exact=True).nth(which).click()

    def types_date(self, label: str, day: date) -> None:
        self.app.get_by_role("group", name=label).get_by_role("spinbutton", name="Month").click()
        self.page.keyboard.type(day.strftime("%m%d%Y"))

    def chooses_payer(self, organization: str, payer: str, label: str, which: int = 0) -> None:
        self.picks(organization, ORGANIZATION)
        self.picks(payer, label, which)

    def eligibility_form(self, label: str = AETNA, which: int = 0) -> Person:
        self.opens(ELIGIBILITY)
        self.chooses_payer("#organization-field", "#payerId-field", label, which)
        self.app.locator("#patientSearchOption").wait_for()
        return self

    def fills_member(self, member_id: str, born: date, service_type: str = "Mental Health - MH") -> None:
        self.app.locator("input[name=memberId]").fill(member_id)
        self.types_date("Date of Birth", born)
        self.picks("#serviceType", service_type)

    def submits(self) -> None:
        self.app.get_by_role("button", name="Submit").click()

    def claim_form(self, label: str, tab: str) -> Person:
        self.opens(CLAIM_STATUS)
        self.chooses_payer("input#organization", "input#payer", label)
        self.app.get_by_role("tab", name=tab, exact=True).click()
        return self

    def fills_claim(self, member_id: str, born: date, first: date, last: date) -> None:
        self.app.locator("#patientMemberId").fill(member_id)
        self.types_date("Patient Date of Birth", born)
        self.types_date("Service From Date", first)
        self.types_date("Service To Date", last)

    def searches(self, claim: Claim, tab: str = "Member") -> None:
        """One search for this claim, from its form to the answer."""
        self.claim_form(LABELS[claim.payer], tab)
        if tab == "HIPAA Standard":
            self.picks("#providerSelect", f"{ORGANIZATION.upper()} - {claim.billing_npi}")
            self.app.locator("#patientLastName").fill(claim.patient.last)
            self.app.locator("#patientFirstName").fill(claim.patient.first)
        if tab == "Service Dates":
            self.picks("#providerSelect", f"{ORGANIZATION.upper()} - {claim.billing_npi}")
            self.app.locator("#patientMemberId").fill(claim.member_id)
            self.types_date("Service From Date", claim.dos_from)
            self.types_date("Service To Date", claim.dos_to)
        else:
            self.fills_claim(claim.member_id, claim.patient.birth_date, claim.dos_from, claim.dos_to)
        self.submits()


@pytest.fixture
def person(page: Page, twin: Twin, user: PortalUser) -> Person:
    return Person(page, twin, user)


def member_at(world: World, payer: str, *, but: str = "", card: str = "MH") -> tuple[Member, Coverage]:
    """A member with one plan in force at this payer and this card."""
    for one in world.members:
        plan = one.coverage_at(payer)
        if plan and one.key != but and not one.cases and one.relation == "self" and plan.active_on(AS_OF) and plan.card(card):
            return one, plan
    raise LookupError(payer)


def claim_at(world: World, payer: str, *states: str) -> Claim:
    """A claim on file at this payer that a search for its member and day finds by itself."""
    relations = {m.key: m.relation for m in world.members}
    for one in world.claims:
        same_day = world.find_claims(payer, member_id=one.member_id, dos_from=one.dos_from, dos_to=one.dos_to)
        wanted = one.payer == payer and one.on_file and (not states or one.state in states)
        if wanted and relations[one.member_key] == "self" and len(same_day) == 1:
            return one
    raise LookupError(payer)


def alert(place: FrameLocator | Page, text: str) -> Locator:
    return place.locator(".MuiAlert-message", has_text=text)


# sign-in and shell


def test_a_person_signs_in_with_a_code_and_out_again(chromium: Browser, twin: Twin, user: PortalUser) -> None:
    context = new_context(chromium, twin, banner=True)
    page = context.new_page()
    page.goto(twin.base_url("availity"))
    page.locator("#onetrust-accept-btn-handler").click()
    page.get_by_label("User ID").fill(user.user_id)
    page.locator("#password").fill(user.password)
    page.get_by_role("button", name="Sign In").click()
    page.get_by_label("Authenticator app").check()
    page.get_by_role("button", name="Continue").click()
    page.locator("[id='2fa-totp-input-token-page-content-grid'] #code").fill(user.code())
    page.get_by_role("button", name="Continue").click()
    expect(page.locator("#logout-link")).to_be_visible()
    expect(page.frame_locator("iframe#newBodyFrame").get_by_role("heading", name="Home")).to_be_visible()
    page.locator("#logout-link").click()
    page.wait_for_url(f"**{SIGN_IN}#/logout")
    expect(alert(page, "You have successfully signed out.")).to_be_visible()
    context.close()
    assert [e["outcome"] for e in twin.records("sign_in")] == ["code_wanted"]
    assert [e["reason"] for e in twin.records("session_end")] == ["logout"]


def test_the_cookie_banner_takes_every_click_until_it_is_answered(chromium: Browser, twin: Twin) -> None:
    context = new_context(chromium, twin, banner=True)
    page = context.new_page()
    page.goto(twin.base_url("availity"))
    page.locator("#onetrust-banner-sdk").wait_for()
    on_top = (
        "(el) => { const b = el.getBoundingClientRect(); return document.elementFromPoint(b.x + b.width / 2, b.y + b.height / 2) === el; }"
    )
    button = page.get_by_role("button", name="Sign In")
    assert not button.evaluate(on_top)
    page.get_by_role("button", name="Accept All Cookies").click()
    assert button.evaluate(on_top)
    page.reload()
    page.wait_for_timeout(400)  # the banner comes a quarter of a second after the page
    expect(page.locator("#onetrust-banner-sdk")).to_have_count(0)
    context.close()


@pytest.mark.parametrize(
    "fault,words",
    [
        ("wrong-password@sign-in", "The username and/or password you entered is not recognized. Please try again."),
        ("locked@sign-in", "Your account has been locked."),
        ("error-503@password", "We're sorry, we are unable to process your request right now."),
    ],
)
def test_a_refused_sign_in_says_so_above_the_form(person: Person, fault: str, words: str) -> None:
    person.twin.fault(fault)
    person.types_password()
    expect(alert(person.page, words)).to_be_visible()
    expect(person.page.locator("#logout-link")).to_have_count(0)


def test_a_password_that_is_about_to_end_is_an_interstitial(person: Person) -> None:
    person.signs_in()
    person.twin.fault("password-expiring@sign-in:2")
    person.types_password()
    expect(person.page.get_by_role("heading", name="Your password is about to expire")).to_be_visible()
    expect(person.page.get_by_text("Your password expires in 2 days.")).to_be_visible()
    person.page.get_by_role("button", name="Remind me later").click()
    expect(person.page.locator("#logout-link")).to_be_visible()


def test_an_ended_password_leads_to_the_change_page(person: Person) -> None:
    person.signs_in()
    person.twin.fault("password-expired@sign-in")
    person.types_password()
    expect(person.page.get_by_role("heading", name="Change your password")).to_be_visible()
    expect(person.page.locator("#newPassword")).to_be_visible()


def test_a_wrong_code_is_refused_on_the_code_page(person: Person) -> None:
    person.twin.fault("code-rejected@code")
    person.types_password()
    person.page.get_by_label("Authenticator app").check()
    person.page.get_by_role("button", name="Continue").click()
    person.page.locator("#code").fill(person.user.code())
    person.page.get_by_role("button", name="Continue").click()
    expect(alert(person.page, "The code you entered is not valid.")).to_be_visible()
    assert person.page.locator("#code").input_value() == ""


def test_the_trust_page_comes_after_the_code(person: Person) -> None:
    person.twin.fault("trust-device@code")
    person.types_password()
    person.page.get_by_label("Authenticator app").check()
    person.page.get_by_role("button", name="Continue").click()
    person.page.locator("#code").fill(person.user.code())
    person.page.get_by_role("button", name="Continue").click()
    person.page.get_by_role("button", name="Yes, trust this device").click()
    expect(person.page.locator("#logout-link")).to_be_visible()


def test_sign_in_can_appear_inside_the_shells_frame(person: Person) -> None:
    person.signs_in()
    person.twin.end_sessions(person.user.user_id)
    person.twin.fault("framed-sign-in@sign-in")
    person.goes("/")
    person.page.wait_for_url(re.compile(re.escape(SHELL)))
    expect(person.page.locator("#userId")).to_have_count(0)
    person.app.locator("#userId").fill(person.user.user_id)
    person.app.locator("#password").fill(person.user.password)
    person.app.get_by_role("button", name="Sign In").click()
    expect(person.page.locator("#logout-link")).to_be_visible()
    expect(person.app.get_by_role("heading", name="Home")).to_be_visible()


def test_the_menus_lead_to_both_apps_and_the_frame_is_another_each_time(person: Person) -> None:
    person.signs_in().goes(SHELL)
    home = person.page.locator("iframe#newBodyFrame").element_handle()
    person.page.locator("button.NavDropdown__trigger[aria-label='Patient Registration']").click()
    person.page.locator("div.NavLinkItem__link--content[title='Eligibility and Benefits Inquiry']").click()
    expect(person.app.locator("[data-testid=page-header-app-icon][title='Eligibility and Benefits Inquiry']")).to_be_visible()
    assert home.evaluate("el => el.isConnected") is False
    person.page.locator("button.NavDropdown__trigger[aria-label='Claims & Payments']").click()
    person.page.locator("div.NavLinkItem__link--content[title='Claim Status']").click()
    expect(person.app.locator("[data-testid=page-header-app-icon][title='Claim Status']")).to_be_visible()
    assert person.page.frame(name="newBody") is not None


def test_a_tool_the_user_has_no_role_for_is_missing_from_the_menu(person: Person) -> None:
    person.twin.change_user(person.user.user_id, lacks=["Claim Status"])
    person.signs_in().goes(SHELL)
    person.page.locator("button.NavDropdown__trigger[aria-label='Claims & Payments']").click()
    expect(person.page.locator("[title='Remittance Viewer']")).to_be_visible()
    expect(person.page.locator("[title='Claim Status']")).to_have_count(0)


def test_another_state_returns_to_the_home_page_lists_other_payers_and_is_remembered(person: Person) -> None:
    person.signs_in().opens(ELIGIBILITY)
    person.page.locator(".UserRegionsMenu__trigger").click()
    person.page.locator("li.UserRegionsMenu__option button", has_text="Maryland").click()
    expect(person.app.get_by_role("heading", name="Home")).to_be_visible()
    expect(person.page.locator(".UserRegionsMenu__trigger")).to_have_text("Maryland")
    person.opens(ELIGIBILITY).picks("#organization-field", ORGANIZATION)
    person.app.locator("#payerId-field").click()
    listed = person.app.get_by_role("option").all_inner_texts()
    assert (ANTHEM in listed, "CAREFIRST BLUECROSS BLUESHIELD" in listed) == (False, True)


def test_a_second_sign_in_throws_the_first_window_out_at_its_next_step(person: Person, chromium: Browser) -> None:
    person.signs_in().eligibility_form()
    elsewhere = new_context(chromium, person.twin)
    Person(elsewhere.new_page(), person.twin, person.user).signs_in()
    person.app.locator("input[name=memberId]").fill("W1")
    person.page.wait_for_url(f"**{SIGN_IN}#/logout")
    expect(alert(person.page, "your user ID was used to sign in on another device or browser")).to_be_visible()
    elsewhere.close()
    assert [e["reason"] for e in person.twin.records("session_end")] == ["second sign-in"]


def test_without_real_input_the_shell_signs_out(person: Person) -> None:
    person.twin.change(idle_seconds=4)
    person.signs_in().opens(ELIGIBILITY)
    person.app.locator("#organization-field").wait_for()
    expect(person.page.get_by_role("dialog", name="Session Timeout")).to_be_visible()
    person.page.wait_for_url(f"**{SIGN_IN}#/logout")
    expect(alert(person.page, "You have been signed out due to inactivity.")).to_be_visible()


def test_typing_in_the_frame_keeps_the_session_and_filling_by_script_does_not(person: Person) -> None:
    person.twin.change(idle_seconds=5)
    person.signs_in().opens(ELIGIBILITY)
    box = person.app.locator("#organization-field")
    box.click()
    for letter in "Harborlight":
        person.page.keyboard.type(letter)
        person.page.wait_for_timeout(500)
    assert person.twin.records("session_end") == []
    page = person.page.frame(name="newBody")
    assert page is not None
    page.evaluate("() => { const box = document.getElementById('organization-field'); setInterval(() => { box.value += '.'; }, 100); }")
    person.page.wait_for_url(f"**{SIGN_IN}#/logout", timeout=20_000)
    assert [e["reason"] for e in person.twin.records("session_end")] == ["idle"]


# eligibility


def test_the_letter_coded_card_is_there_and_says_what_the_world_says(person: Person, world: World) -> None:
    who, plan = member_at(world, "aetna")
    person.signs_in().eligibility_form().fills_member(plan.member_id, who.person.birth_date)
    person.submits()
    expect(person.app.locator("#patient-card .MuiChip-label")).to_have_text("Active Coverage")
    expect(person.app.locator("#benefits[aria-busy=false]")).to_be_visible()
    titles = person.app.locator("#benefits .MuiAccordionSummary-content").all_inner_texts()
    assert [title.rpartition(" - ")[2] for title in titles] == list(plan.cards_for("MH"))
    summary = person.app.locator("#patient-summary").inner_text()
    assert plan.member_id in summary
    assert who.person.birth_date.strftime("%m/%d/%Y") in summary
    for label in (
        "Member ID",
        "Payer ID",
        "DOB",
        "Date of Service",
        "Transaction Date",
        "Transaction Time",
        "Transaction ID",
        "Customer ID",
    ):
        assert label in summary
    details = person.app.locator("#plan-details-summary").inner_text()
    assert plan.plan in details
    assert plan.begin.strftime("%m/%d/%Y") in person.app.locator("ul.plan-date-information").inner_text()
    searches = person.twin.records("search")
    assert [(e["app"], e["payer"], e["service_type"], e["found"]) for e in searches] == [("eligibility", "aetna", "MH", 1)]
    assert len(person.twin.records("press")) == 1


def test_a_closed_card_shows_its_amounts_only_when_opened(person: Person, world: World) -> None:
    who, plan = next(
        (m, c)
        for m in world.members
        if (c := m.coverage_at("aetna"))
        and not m.cases
        and c.card("MH")
        and any(b.amount and b.remaining is not None for b in c.card("30"))
    )
    line = next(
        b for b in plan.card("30") if b.kind == "out_of_pocket" and b.network == "Y" and b.level == "IND" and b.remaining is not None
    )
    person.signs_in().eligibility_form().fills_member(plan.member_id, who.person.birth_date)
    person.submits()
    card = person.app.locator(".MuiAccordion-root", has=person.app.get_by_role("button", name=re.compile(" - 30$")))
    expect(card.locator(".benefit-row").first).not_to_be_visible()
    card.get_by_role("button").click()
    shown = card.inner_text()
    assert line.amount is not None
    assert line.remaining is not None
    for text in (
        f"${line.amount:,.2f} / Calendar Year",
        f"${line.amount - line.remaining:,.2f} Year to Date",
        f"${line.remaining:,.2f} Remaining",
    ):
        assert text in shown
    assert "Annual Deductible" in shown
    assert "Out Of Pocket" in shown


def test_the_network_filter_hides_the_other_networks_lines(person: Person, world: World) -> None:
    who, plan = member_at(world, "aetna")
    person.signs_in().eligibility_form().fills_member(plan.member_id, who.person.birth_date)
    person.submits()
    lines = person.app.locator(".MuiAccordion-root").first.locator(".benefit-row:visible .benefit-network")
    lines.first.wait_for()
    assert set(lines.all_inner_texts()) == {"In Network", "Out of Network"}
    person.app.get_by_role("button", name="Out of Network").click()
    assert set(lines.all_inner_texts()) == {"Out of Network"}


def test_a_payer_without_that_card_answers_with_the_plan_alone(person: Person, world: World) -> None:
    who, plan = member_at(world, "aetna")
    person.signs_in().eligibility_form().fills_member(plan.member_id, who.person.birth_date, "Psychotherapy - A6")
    person.submits()
    expect(person.app.locator("#benefits[aria-busy=false] .MuiAccordionSummary-content")).to_have_text(
        ["Health Benefit Plan Coverage - 30"]
    )


@pytest.mark.parametrize(
    "box,text,error", [("#organization-field", "Harborlight", "organization-field"), ("#payerId-field", "AETNA", "payerId-field")]
)
def test_text_typed_without_picking_stays_visible_and_does_not_count(person: Person, box: str, text: str, error: str) -> None:
    person.signs_in().opens(ELIGIBILITY)
    if box == "#payerId-field":
        person.picks("#organization-field", ORGANIZATION)
    person.app.locator(box).fill(text)
    person.app.locator(box).press("Tab")
    person.submits()
    expect(person.app.locator(f"#{error}-helper-text")).to_have_text("Select an option from the list.")
    assert person.app.locator(box).input_value() == text
    assert person.twin.records("search") == []


def test_a_typed_service_type_does_not_count_either(person: Person, world: World) -> None:
    who, plan = member_at(world, "aetna")
    person.signs_in().eligibility_form()
    person.app.locator("input[name=memberId]").fill(plan.member_id)
    person.types_date("Date of Birth", who.person.birth_date)
    person.app.locator("#serviceType").fill("Mental Health - MH")
    person.app.locator("#serviceType").press("Tab")
    person.submits()
    expect(person.app.locator("#serviceType-helper-text")).to_have_text("Select an option from the list.")
    assert person.twin.records("search") == []


def test_submit_waits_for_the_forms_own_check(person: Person) -> None:
    person.signs_in().eligibility_form()
    submit = person.app.get_by_role("button", name="Submit")
    expect(submit).to_be_enabled()
    person.app.locator("input[name=memberId]").fill("W123")
    assert submit.is_disabled()
    expect(submit).to_be_enabled()


def test_a_date_is_three_spin_buttons_that_hand_on_the_digits(person: Person) -> None:
    person.signs_in().eligibility_form()
    born = person.app.locator("[role=group][aria-labelledby=patientBirthDatefield-picker-label]")
    assert [s.get_attribute("aria-label") for s in born.get_by_role("spinbutton").all()] == ["Month", "Day", "Year"]
    assert born.locator("input").count() == 0
    assert born.inner_text().replace("\n", "") == "MM/DD/YYYY"
    born.get_by_role("spinbutton", name="Month").click()
    person.page.keyboard.type("741985")
    assert born.inner_text().replace("\n", "") == "07/04/1985"
    born.get_by_role("spinbutton", name="Day").click()
    person.page.keyboard.press("Backspace")
    assert born.inner_text().replace("\n", "") == "07/DD/1985"
    person.submits()
    expect(person.app.locator("#patientBirthDatefield-picker-helper-text")).to_have_text("Enter a valid date.")


def test_a_date_that_does_not_exist_is_refused(person: Person) -> None:
    person.signs_in().eligibility_form()
    person.app.get_by_role("group", name="Date of Birth").get_by_role("spinbutton", name="Month").click()
    person.page.keyboard.type("02301985")
    person.submits()
    expect(person.app.locator("#patientBirthDatefield-picker-helper-text")).to_have_text("Enter a valid date.")


def test_until_the_answer_is_there_the_patient_before_stands_on_the_page(person: Person, world: World) -> None:
    first, plan = member_at(world, "aetna")
    second, next_plan = member_at(world, "aetna", but=first.key)
    person.signs_in().eligibility_form().fills_member(plan.member_id, first.person.birth_date)
    person.submits()
    expect(person.app.locator("#eligibility-results[aria-busy=false] .patient-name")).to_contain_text(first.person.last.upper())
    person.app.locator("#benefits[aria-busy=false]").wait_for()
    person.app.locator("#eligibility-results").evaluate(WATCH)
    person.app.get_by_role("button", name="Edit Inquiry").click()
    person.fills_member(next_plan.member_id, second.person.birth_date)
    person.submits()
    expect(person.app.locator("#eligibility-results[aria-busy=false] .patient-name")).to_contain_text(second.person.last.upper())
    person.app.locator("#benefits[aria-busy=false]").wait_for()
    names = {first.person.first.upper(): "before", second.person.first.upper(): "now"}
    told = person.app.locator("#eligibility-results").evaluate("() => window.seen")
    seen = [(busy, next(who for name, who in names.items() if name in shown), benefits_busy) for busy, shown, benefits_busy in told]
    assert seen[0] == ("true", "before", "false")
    assert ("false", "now", "true") in seen
    assert seen[-1] == ("false", "now", "false")
    assert ("false", "before", "false") not in seen


def test_the_same_plan_listed_twice_works_at_one_entry_only(person: Person, world: World) -> None:
    who, plan = next(
        (m, c) for m in world.members if (c := m.coverage_at("magellan")) and m.relation == "self" and c.filed_id == c.member_id
    )
    person.signs_in().eligibility_form(LABELS["magellan"], 0).fills_member(plan.member_id, who.person.birth_date)
    person.submits()
    expect(alert(person.app, "This payer is not set up for the transaction you selected.")).to_be_visible()
    person.eligibility_form(LABELS["magellan"], 1).fills_member(plan.member_id, who.person.birth_date)
    person.submits()
    expect(person.app.locator("#patient-card .MuiChip-label")).to_be_visible()


def test_search_options_and_their_fields_differ_by_payer(person: Person) -> None:
    person.signs_in()
    seen = {}
    for payer in ("aetna", "carelon"):
        person.eligibility_form(LABELS[payer])
        shown = person.app.locator("input[name=memberId]").count()
        person.app.locator("#patientSearchOption").click()
        seen[payer] = (person.app.get_by_role("option").all_inner_texts(), shown)
        person.page.keyboard.press("Escape")
    assert seen["aetna"][0][0] == "Patient ID, Date of Birth"
    assert seen["aetna"][1] == 1
    assert seen["carelon"][1] == 0
    assert seen["aetna"][0] != seen["carelon"][0]


@pytest.mark.parametrize("payer,words", [("aetna", "Subscriber/Insured not found"), ("anthem", "The member could not be found")])
def test_nobody_found_is_an_alert_in_the_payers_words(person: Person, payer: str, words: str) -> None:
    person.signs_in().eligibility_form(LABELS[payer])
    if payer == "anthem":
        person.picks("#provider", f"{ORGANIZATION.upper()} - 1999900016")
        assert person.app.locator("#providerNpi-field").input_value() == "1999900016"
    person.fills_member("NOSUCHID1", date(1980, 1, 31))
    person.submits()
    expect(alert(person.app, words)).to_be_visible()
    expect(person.app.locator("#patient-card")).to_have_count(0)
    expect(person.app.locator("#eligibility-results")).to_have_attribute("aria-busy", "false")


def test_a_birth_date_that_differs_is_said(person: Person, world: World) -> None:
    _, plan = member_at(world, "aetna")
    person.signs_in().eligibility_form().fills_member(plan.member_id, date(1911, 1, 31))
    person.submits()
    expect(alert(person.app, "date of birth does not match")).to_be_visible()


def test_a_member_covered_twice_shows_the_other_payer(person: Person, world: World) -> None:
    who = next(m for m in world.members if "two_active_plans" in m.cases)
    plan = next(c for c in who.coverages if c.payer in {"aetna", "carelon", "magellan"})
    other = plan.other_payers[0]
    person.signs_in().eligibility_form(LABELS[plan.payer], 1 if plan.payer == "magellan" else 0)
    person.fills_member(plan.member_id, who.person.birth_date)
    person.submits()
    expect(person.app.locator("#plan-details-summary[aria-busy=false] .other-payers")).to_contain_text(other.name)


# claim status


def test_a_claim_is_found_opened_and_its_codes_explained(person: Person, world: World) -> None:
    claim = claim_at(world, "anthem", "denied")
    person.signs_in().searches(claim)
    table = person.app.locator("#claimsTable")
    expect(person.app.get_by_role("heading", name="Results (Displaying 1 - 1 of 1)")).to_be_visible()
    assert table.locator("th").first.get_attribute("title") == "Toggle SortBy"
    expect(table.locator("tbody tr .MuiChip-label")).to_have_text("DENIED")
    table.locator("tbody tr").click()
    panel = person.app.locator("[data-testid='testClaim NumberPanel']")
    expect(panel).to_contain_text(claim.payer_claim_no)
    expect(person.app.locator("[data-testid='testClaim StatusPanel']")).to_contain_text("DENIED")
    lines = person.app.locator("#lineLevelTable")
    assert claim.carcs[0] not in lines.inner_text()
    lines.get_by_role("button", name="Toggle Row Expanded").first.click()
    expect(lines.get_by_text("Reason/Remark Codes")).to_be_visible()
    assert claim.carcs[0] in lines.inner_text()
    explained = person.app.locator("#codesTable").inner_text()
    assert all(code in explained for code in (*claim.carcs, *claim.rarcs))
    person.app.get_by_role("link", name="Results").click()
    expect(table).to_be_visible()
    person.app.get_by_role("link", name="Search").click()
    expect(person.app.locator("#patientMemberId")).to_have_value(claim.member_id)
    assert [(e["app"], e["found"]) for e in person.twin.records("search")] == [("claim-status", 1)]
    assert len(person.twin.records("opened")) == 1


@pytest.mark.parametrize(
    "payer,tabs,submit",
    [
        ("aetna", ["Member", "HIPAA Standard"], "button[data-analytics-form-name=Member]"),
        ("anthem", ["Member", "Service Dates", "HIPAA Standard"], "button[data-analytics-form-name=Member]"),
        ("carelon", ["Claim History", "Member", "HIPAA Standard"], "#submit-byClaimHistory"),  # the older pages: see test_older_pages
        ("humana", ["HIPAA Standard"], "#submit-by276"),
        ("magellan", ["Service Dates"], "button[data-analytics-form-name='Service Dates']"),
    ],
)
def test_each_payer_has_its_own_tabs(person: Person, payer: str, tabs: list[str], submit: str) -> None:
    person.signs_in().opens(CLAIM_STATUS).chooses_payer("input#organization", "input#payer", LABELS[payer])
    expect(person.app.locator(submit)).to_be_visible()
    assert person.app.locator("[role=tab], a.nav-link").all_inner_texts() == tabs


def test_one_payer_shows_cards(person: Person, world: World) -> None:
    claim = claim_at(world, "magellan")
    person.signs_in().searches(claim, "Service Dates")
    person.app.locator(".claim-card").get_by_role("button", name="View Details").click()
    expect(person.app.locator("[data-testid='testClaim StatusPanel']")).to_contain_text(claim.badge)


def test_aetnas_panels_are_known_by_their_ids_and_it_shows_words_only(person: Person, world: World) -> None:
    claim = claim_at(world, "aetna", "paid")
    person.signs_in().searches(claim)
    person.app.locator("#claimsTable tbody tr").click()
    expect(person.app.locator("div[id='Claim Number']")).to_contain_text(claim.payer_claim_no)
    expect(person.app.locator("[data-testid$=Panel]")).to_have_count(0)
    expect(person.app.locator("#claim-detail")).not_to_contain_text("Category and Status")


def test_hipaa_standard_shows_less_where_the_payer_has_its_own_tab(person: Person, world: World) -> None:
    claim = claim_at(world, "anthem", "paid")
    person.signs_in().searches(claim, "HIPAA Standard")
    person.app.locator("#claimsTable tbody tr").click()
    expect(person.app.locator("[data-testid='testCategory and StatusPanel']")).to_contain_text(claim.category)
    expect(person.app.locator("#lineLevelTable")).to_be_visible()
    expect(person.app.locator("#codesTable")).to_have_count(0)
    expect(person.app.locator("#lineLevelTable")).not_to_contain_text("Allowed Amount")


def test_the_three_ways_of_finding_nothing_are_told_apart(person: Person, world: World) -> None:
    who, plan = member_at(world, "anthem")
    day = date(2026, 6, 7)  # a Sunday
    person.signs_in()
    person.claim_form(ANTHEM, "Member").fills_claim(plan.member_id, who.person.birth_date, day, day)
    person.submits()
    found = alert(person.app, "The payer could not find any results based on your search")
    expect(found).to_be_visible()
    expect(person.app.locator(".MuiAlert-standardWarning")).to_have_count(1)
    expect(alert(person.app, "New claims may need up to 5 business days to appear")).to_be_visible()
    person.claim_form(ANTHEM, "Member").fills_claim("XXX000M0000000", who.person.birth_date, day, day)
    person.submits()
    expect(alert(person.app, "Subscriber and subscriber id not found")).to_be_visible()
    person.claim_form(ANTHEM, "HIPAA Standard").picks("#providerSelect", f"{ORGANIZATION.upper()} - 1999900016")
    person.app.locator("#patientLastName").fill(who.person.last)
    person.app.locator("#patientFirstName").fill(who.person.first)
    person.fills_claim(plan.member_id, who.person.birth_date, day, day)
    person.submits()
    expect(alert(person.app, "Acknowledgement/Not Found")).to_be_visible()


def test_a_provider_typed_but_not_picked_does_not_count(person: Person) -> None:
    person.signs_in().claim_form(ANTHEM, "HIPAA Standard")
    box = person.app.locator("#providerSelect")
    box.fill(f"{ORGANIZATION.upper()} - 1999900016")
    box.press("Tab")
    person.submits()
    expect(person.app.locator("#providerSelect-helper-text")).to_have_text("Select an option from the list.")
    assert person.app.locator("#providerNpi").input_value() == ""
    assert person.twin.records("search") == []


def test_the_subscribers_name_is_asked_only_where_the_patient_is_not_the_subscriber(person: Person) -> None:
    person.signs_in().claim_form(ANTHEM, "HIPAA Standard")
    expect(person.app.locator("#subscriberLastName")).not_to_be_visible()
    person.app.locator("input[id^=patientIsSubscriber]").uncheck()
    expect(person.app.locator("#subscriberLastName")).to_be_visible()


def long_list(person: Person, world: World) -> int:
    """All of the group's Anthem claims of half a year."""
    person.signs_in().claim_form(ANTHEM, "Service Dates").picks("#providerSelect", f"{ORGANIZATION.upper()} - 1999900016")
    person.types_date("Service From Date", date(2026, 6, 1))
    person.types_date("Service To Date", AS_OF)
    person.submits()
    return len(world.find_claims("anthem", npi="1999900016", dos_from=date(2026, 6, 1), dos_to=AS_OF))


def numbers_on_page(person: Person) -> list[str]:
    person.app.locator("#claim-results[aria-busy=false] #claimsTable").wait_for()
    return person.app.locator("#claimsTable tbody tr").all_inner_texts()


def test_a_long_list_comes_in_pages(person: Person, world: World) -> None:
    total = long_list(person, world)
    assert total > 20
    first = numbers_on_page(person)
    expect(person.app.locator(".MuiTablePagination-displayedRows")).to_have_text(f"1\u201310 of {total}")
    person.app.get_by_role("button", name="Go to next page").click()
    expect(person.app.locator(".MuiTablePagination-displayedRows")).to_have_text(f"11\u201320 of {total}")
    assert not set(first) & set(numbers_on_page(person))


def test_with_the_pager_fault_a_later_page_repeats_or_skips_rows(person: Person, world: World) -> None:
    total = long_list(person, world)
    numbers_on_page(person)
    person.twin.fault("pager-order@claims")
    right = world.find_claims("anthem", npi="1999900016", dos_from=date(2026, 6, 1), dos_to=AS_OF)[10:20]
    person.app.get_by_role("button", name="Go to next page").click()
    expect(person.app.locator(".MuiTablePagination-displayedRows")).to_have_text(f"11\u201320 of {total}")
    shown = person.app.locator("#claimsTable tbody tr td a").all_inner_texts()
    assert shown != [c.payer_claim_no or "View Details" for c in right]


def test_a_click_on_a_header_sorts_the_rows_that_are_shown(person: Person, world: World) -> None:
    long_list(person, world)
    numbers_on_page(person)
    person.app.get_by_role("columnheader", name="Billed Amount").click()
    cells = person.app.locator("#claimsTable tbody tr td:nth-child(6)").all_inner_texts()
    amounts = [float(re.sub(r"[$,]", "", text)) for text in cells]
    assert amounts == sorted(amounts)


def test_the_deep_link_picks_the_first_payer_of_an_id_that_two_share(person: Person) -> None:
    person.signs_in().opens(f"{CLAIM_STATUS}#/element/dashboard?orgId=1&payerId=00423")
    expect(person.app.locator("#payerSelect .av__single-value")).to_have_text(LABELS["carelon"])


# faults in the pages


@pytest.mark.parametrize(
    "fault,words",
    [
        ("payer-error", "unable to respond at the current time"),
        ("service-hours", "Hours of operation are"),
        ("maintenance", "scheduled maintenance"),
    ],
)
@pytest.mark.parametrize("step", ["coverage", "claims"])
def test_a_payers_trouble_is_an_error_alert_of_its_own(person: Person, world: World, step: str, fault: str, words: str) -> None:
    person.twin.fault(f"{fault}@{step}")
    ask(person.signs_in(), world, step)
    expect(person.app.locator(".MuiAlert-standardError .MuiAlert-message")).to_contain_text(words)


def ask(person: Person, world: World, step: str) -> None:
    """One question of this step."""
    if step == "coverage":
        who, plan = member_at(world, "aetna")
        person.eligibility_form().fills_member(plan.member_id, who.person.birth_date)
        person.submits()
    else:
        person.searches(claim_at(world, "aetna", "paid"))


def answered(person: Person, step: str) -> Locator:
    return person.app.locator("#patient-card .MuiChip-label" if step == "coverage" else "#claimsTable tbody tr")


@pytest.mark.parametrize("step", ["coverage", "claims"])
def test_503_once_is_an_alert_and_the_next_try_is_answered(person: Person, world: World, step: str) -> None:
    person.twin.fault(f"error-503@{step}")
    ask(person.signs_in(), world, step)
    expect(alert(person.app, "We're sorry, we are unable to process your request right now.")).to_be_visible()
    person.submits()
    expect(answered(person, step).first).to_be_visible()


@pytest.mark.parametrize("step", ["coverage", "claims"])
def test_a_blank_form_comes_back_without_a_word(person: Person, world: World, step: str) -> None:
    person.twin.fault(f"blank-form@{step}")
    ask(person.signs_in(), world, step)
    organization = "#organization-field" if step == "coverage" else "input#organization"
    expect(person.app.locator(organization)).to_have_value("")
    expect(person.app.get_by_role("alert")).to_have_count(0)
    assert (len(person.twin.records("press")), person.twin.records("search")) == (1, [])


@pytest.mark.parametrize("step", ["coverage", "claims"])
def test_the_session_ends_at_the_nth_item(person: Person, world: World, step: str) -> None:
    person.twin.fault(f"session-expiry@{step}:2")
    ask(person.signs_in(), world, step)
    expect(answered(person, step).first).to_be_visible()
    ask(person, world, step)
    person.page.wait_for_url(f"**{SIGN_IN}#/logout")
    expect(alert(person.page, "Your session has expired.")).to_be_visible()
    assert len(person.twin.records("search")) == 1


@pytest.mark.parametrize("step", ["coverage", "claims"])
@pytest.mark.parametrize("fault,cover", [("survey", ".survey-cover"), ("cookie-banner", "#onetrust-banner-sdk")])
def test_a_pop_up_covers_the_page_after_an_answer(person: Person, world: World, step: str, fault: str, cover: str) -> None:
    person.twin.fault(f"{fault}@{step}")
    ask(person.signs_in(), world, step)
    expect(person.page.locator(cover)).to_be_visible()
    close = "No thanks" if fault == "survey" else "Accept All Cookies"
    person.page.get_by_role("button", name=close).click()
    expect(person.page.locator(cover)).to_have_count(0)


@pytest.mark.parametrize("step,app", [("home", ELIGIBILITY), ("eligibility", ELIGIBILITY), ("claim-status", CLAIM_STATUS)])
def test_a_survey_can_cover_a_form_too(person: Person, step: str, app: str) -> None:
    person.twin.fault(f"survey@{step}")
    person.signs_in().opens(app)
    expect(person.page.get_by_role("dialog", name="Feedback")).to_be_visible()


def test_a_stale_result_is_the_answer_before_with_its_own_patient(person: Person, world: World) -> None:
    first, plan = member_at(world, "aetna")
    second, next_plan = member_at(world, "aetna", but=first.key)
    person.signs_in().eligibility_form().fills_member(plan.member_id, first.person.birth_date)
    person.submits()
    expect(answered(person, "coverage")).to_be_visible()
    person.twin.fault("stale-result@coverage")
    for expected in (first, second):
        person.app.get_by_role("button", name="Edit Inquiry").click()
        person.fills_member(next_plan.member_id, second.person.birth_date)
        person.submits()
        expect(person.app.locator("#eligibility-results[aria-busy=false] #patient-summary")).to_contain_text(
            expected.person.birth_date.strftime("%m/%d/%Y")
        )


def test_a_stale_list_is_the_list_before(person: Person, world: World) -> None:
    first = claim_at(world, "aetna", "paid")
    other = next(c for c in world.claims if c.payer == "aetna" and c.on_file and c.member_key != first.member_key and c.payer_claim_no)
    person.signs_in().searches(first)
    expect(person.app.locator("#claimsTable")).to_contain_text(first.payer_claim_no)
    person.twin.fault("stale-result@claims")
    person.searches(other)
    expect(person.app.locator("#claim-results[aria-busy=false] #claimsTable")).to_contain_text(first.payer_claim_no)
    assert [e["found"] > 0 for e in person.twin.records("search")] == [True, True]


@pytest.mark.parametrize("app,box,step", [(ELIGIBILITY, "#payerId-field", "eligibility"), (CLAIM_STATUS, "input#payer", "claim-status")])
def test_a_picked_payer_can_be_gone_a_moment_later(person: Person, app: str, box: str, step: str) -> None:
    person.twin.fault(f"pick-lost@{step}")
    organization = "#organization-field" if app == ELIGIBILITY else "input#organization"
    person.signs_in().opens(app).chooses_payer(organization, box, AETNA)
    expect(person.app.locator(box)).to_have_value("")
    person.picks(box, AETNA)
    expect(person.app.get_by_role("button", name="Submit")).to_be_visible()
    expect(person.app.locator(box)).to_have_value(AETNA)


def test_a_stuck_form_does_nothing_until_it_is_loaded_anew(person: Person, world: World) -> None:
    person.twin.fault("stuck@claim-status")
    ask(person.signs_in(), world, "claims")
    person.app.get_by_role("link", name="Search").click()
    person.submits()
    person.page.wait_for_timeout(300)
    assert len(person.twin.records("press")) == 1
    person.page.reload()
    ask(person, world, "claims")
    expect(answered(person, "claims").first).to_be_visible()


def test_the_frame_can_be_torn_out_while_the_answer_is_awaited(person: Person, world: World) -> None:
    person.twin.fault("frame-detached@coverage")
    who, plan = member_at(world, "aetna")
    person.signs_in().eligibility_form().fills_member(plan.member_id, who.person.birth_date)
    frame = person.page.locator("iframe#newBodyFrame").element_handle()
    person.submits()
    expect(person.app.locator("#organization-field")).to_have_value("")
    assert frame.evaluate("el => el.isConnected") is False


@pytest.mark.parametrize("step,app", [("sign-in", ""), ("home", ""), ("eligibility", ELIGIBILITY), ("claim-status", CLAIM_STATUS)])
@pytest.mark.parametrize(
    "fault,sign",
    [
        ("maintenance", "We'll be back soon"),
        ("captcha", "Verify you are human"),
        ("bot-wall", "Access Denied"),
        ("outage", "503 Service Unavailable"),
        ("interstitial", "We've refreshed your experience"),
    ],
)
def test_a_page_that_is_not_the_wanted_page_stands_in_its_place(person: Person, step: str, app: str, fault: str, sign: str) -> None:
    person.signs_in()
    person.twin.fault(f"{fault}@{step}")
    if app:
        person.opens(app)
    else:
        person.goes(SIGN_IN + "#/login" if step == "sign-in" else SHELL)
    place = person.app if app else person.page
    expect(place.get_by_text(sign)).to_be_visible()
    expect(place.locator("#userId, #organization-field, input#organization, #logout-link")).to_have_count(0)


def test_terms_are_accepted_by_a_press_that_is_written_down(person: Person) -> None:
    person.signs_in()
    person.twin.fault("terms@home")
    person.goes(SHELL)
    expect(person.page.get_by_role("heading", name="Terms of Use")).to_be_visible()
    expect(person.page.locator("#logout-link")).to_have_count(0)
    assert person.twin.records("press") == []
    person.page.get_by_role("button", name="I Agree").click()
    expect(person.page.locator("#logout-link")).to_be_visible()
    assert [e["form"] for e in person.twin.records("press")] == ["terms"]


@pytest.mark.parametrize("step", ["sign-in", "home"])
def test_a_maintenance_notice_is_harmless(person: Person, step: str) -> None:
    person.signs_in()
    person.twin.fault(f"maintenance-notice@{step}")
    person.goes(SIGN_IN + "#/login" if step == "sign-in" else SHELL)
    expect(alert(person.page, "will be unavailable for scheduled maintenance")).to_be_visible()
    expect(person.page.locator("#userId" if step == "sign-in" else "#logout-link")).to_be_visible()


DRIFT: list[tuple[str, str, str]] = [
    ("renamed-label@sign-in", "label:text('Username')", "label:text('User ID')"),
    ("changed-id@sign-in", "#login-user", "#userId"),
    ("removed-landmark@sign-in", "#userId", "h1"),
    ("moved-element@sign-in", "button[type=submit]", "form button[type=submit]"),
    ("renamed-label@home", ".top-link:text('Exit')", ".top-link:text('Logout')"),
    ("changed-id@home", "iframe#appFrame", "iframe#newBodyFrame"),
    ("removed-landmark@home", "#logout-link", "nav"),
    ("moved-element@home", ".NavDropdown__trigger[aria-label=More]", ".NavDropdown__trigger[aria-label=Nothing]"),
    ("renamed-label@eligibility", "label:text('Member Number')", "label:text('Patient ID')"),
    ("changed-id@eligibility", "#payer-picker", "#payerId-field"),
    ("removed-landmark@eligibility", "#organization-field", "h1"),
    ("moved-element@eligibility", "button[type=submit]", "form button[type=submit]"),
    ("renamed-label@coverage", ".pair-label:text('Subscriber Number')", "#patient-summary .pair-label:text-is('Member ID')"),
    ("changed-id@coverage", "#member-card", "#patient-card"),
    ("removed-landmark@coverage", "#patient-card", "h2:text('Eligibility and Benefits Results')"),
    ("moved-element@coverage", "#plan-details-summary .MuiChip-label", "#patient-card .MuiChip-label"),
    ("renamed-label@claim-status", "label:text('First Date of Service')", "label:text('Service From Date')"),
    ("changed-id@claim-status", "input#payer-picker", "input#payer"),
    ("removed-landmark@claim-status", "input#organization", "h1"),
    ("moved-element@claim-status", "[role=tabpanel] + [role=tablist]", "[role=tablist] + [role=tabpanel]"),
    ("renamed-label@claims", "th:text('Subscriber Number')", "th:text('Member ID')"),
    ("changed-id@claims", "#results-grid", "#claimsTable"),
    ("removed-landmark@claims", "#claimsTable", "h2:text('Search Results')"),
    ("moved-element@claims", ".MuiAccordion-root #claimsTable", "#claim-results > .table-scroll"),
    ("reordered-columns@claims", "th:first-child:text('Finalized Date')", "th:first-child:text('Claim Status')"),
    ("renamed-label@claim", ".panel-label:text('Net Payment')", ".panel-label:text('Paid Amount')"),
    ("changed-id@claim", "#lines-grid", "#lineLevelTable"),
    ("removed-landmark@claim", "#lineLevelTable", "h2:text('Claim Details')"),
    ("moved-element@claim", ".MuiAccordion-root [id='Check Number']", ".detail-panels [id='Check Number']"),
    ("reordered-columns@claim", "#lineLevelTable th:nth-child(2):text('Status')", "#lineLevelTable th:nth-child(2):text('Line')"),
]


@pytest.mark.parametrize("fault,there,gone", DRIFT, ids=[fault for fault, _, _ in DRIFT])
def test_drift_changes_what_it_says_and_clearing_it_brings_the_page_back(
    person: Person, world: World, fault: str, there: str, gone: str
) -> None:
    step = fault.partition("@")[2]
    person.signs_in()
    person.twin.fault(fault)
    place = drifted(person, world, step)
    expect(place.locator(there).first).to_be_attached()
    assert place.locator(gone).count() == 0
    person.twin.clear_faults()
    if gone.endswith("=Nothing]"):
        return
    expect(drifted(person, world, step).locator(gone).first).to_be_attached()


def drifted(person: Person, world: World, step: str) -> Any:
    """Load the page of a step, whatever its ids are today."""
    page = person.page
    if step == "sign-in":
        person.goes(f"{SIGN_IN}#/login")
        page.locator("button[type=submit]").wait_for()
        return page
    if step == "home":
        person.goes(SHELL)
        page.locator("iframe").wait_for()
        return page
    place = page.frame_locator("iframe[title=Application]")
    if step in {"eligibility", "claim-status"}:
        person.opens(ELIGIBILITY if step == "eligibility" else CLAIM_STATUS)
        boxes = place.locator("input[role=combobox]")
        for box, text in ((boxes.nth(0), ORGANIZATION), (boxes.nth(1), AETNA)):
            box.fill(text)
            place.get_by_role("option", name=text, exact=True).click()
        place.get_by_role("spinbutton").first.wait_for()
        return place
    ask(person, world, "coverage" if step == "coverage" else "claims")
    if step == "coverage":
        place.locator("#benefits[aria-busy=false]").wait_for()
    else:
        place.locator("#claim-results[aria-busy=false] tbody").wait_for(state="attached")
    if step == "claim":
        place.locator("#claimsTable tbody tr").first.click()
        place.locator(".lines-host[aria-busy=false]").wait_for()
    return place


def test_a_code_page_can_drift_too(person: Person) -> None:
    for fault, there, gone in (
        ("changed-id@code", "#otp-field", "#code"),
        ("renamed-label@code", "button:text('Verify')", "button:text('Continue')"),
    ):
        person.twin.fault(fault)
        person.types_password()
        person.page.get_by_label("Authenticator app").check()
        person.page.locator("button[type=submit]").click()
        expect(person.page.locator(there)).to_be_visible()
        expect(person.page.locator(gone)).to_have_count(0)
        person.twin.clear_faults()


# the way out


class Elsewhere(ThreadingHTTPServer):
    """Another host that counts who comes."""

    daemon_threads = True

    def __init__(self) -> None:
        self.came: list[str] = []

        class Door(BaseHTTPRequestHandler):
            def do_GET(door) -> None:  # noqa: N805 -- the name http.server calls; self is the server's
                self.came.append(door.path.strip("/"))
                door.send_response(204)
                door.end_headers()

            do_POST = do_GET  # noqa: N815 -- as above

            def log_message(door, format: str, *args: object) -> None:  # noqa: A002, N805 -- as http.server has it
                pass

        super().__init__(("127.0.0.1", 0), Door)


@pytest.fixture
def elsewhere() -> Iterator[Elsewhere]:
    server = Elsewhere()
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.05})
    thread.start()
    yield server
    server.shutdown()
    thread.join()
    server.server_close()


def test_the_exfiltration_page_really_tries_and_an_open_browser_gets_out(
    chromium: Browser, twin: Twin, user: PortalUser, elsewhere: Elsewhere
) -> None:
    context = new_context(chromium, twin)  # it leaves a service worker behind
    person = Person(context.new_page(), twin, user)
    person.signs_in()
    host = f"elsewhere.localhost:{elsewhere.server_port}"
    person.twin.fault(f"exfiltrate@home:{host}")
    person.goes(SHELL)
    expect(person.page.locator("#logout-link")).to_be_visible()
    wanted = {
        "fetch",
        "fetch-redirect",
        "image",
        "image-redirect",
        "frame",
        "frame-redirect",
        "download",
        "download-redirect",
        "form",
        "beacon",
    }
    wanted |= {"script", "style", "service-worker", "websocket", "event-source", "pop-up"}
    for _ in range(60):
        if wanted <= set(elsewhere.came) and person.twin.records("tried"):
            break
        person.page.wait_for_timeout(100)
    assert wanted <= set(elsewhere.came)
    tried = person.twin.records("tried")
    context.close()
    assert {e["host"] for e in tried} == {host}
    assert wanted <= {e["way"] for e in tried}
