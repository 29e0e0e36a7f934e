"""The authorization pages of the Availity twin in a real browser, driven crudely: its steps, its one Submit, what gets lost after it."""

from __future__ import annotations

import hashlib
from collections.abc import Iterator
from datetime import date, timedelta
from pathlib import Path
from typing import Any
from urllib.parse import quote

import pytest
from playwright.sync_api import Browser, FrameLocator, Page, expect, sync_playwright

from sandbox.auths import decision
from sandbox.availity.auth_rules import NOTE_CAP, RULES
from sandbox.client import Twin, running
from sandbox.world import PAYERS, SEED, Member, World
from tests.conftest import browser_switches, quickest_browser

pytestmark = pytest.mark.deep

SIGN_IN = "/static/public/onb/onboarding-ui-apps/availity-fr-ui/"
SHELL = "/static/web/onb/onboarding-ui-apps/navigation/"
HOME, NEW = "/static/web/pres/web/authorizations/", "/static/web/pres/web/authorizations/new/"
INQUIRY, DASHBOARD = "/static/web/pres/web/auth-referral-inquiry/", "/static/web/pres/web/auth-referral-dashboard/"
FAST_SIGN_IN = """async ({user, password, code}) => {
    const post = (path, body) => fetch('/ms/api/availity/internal/v1' + path,
        {method: 'POST', headers: {'Content-Type': 'application/json'}, body: JSON.stringify(body)}).then((r) => r.json());
    const told = await post('/authenticate', {userId: user, password});
    if (told.outcome !== 'code_wanted') return told.outcome;
    await post('/two-step/method', {way: 'app'});
    return (await post('/two-step/verify', {code})).outcome;
}"""
GROUP_NPI = "1999900016"
BEGIN = date(2026, 11, 23)
END = BEGIN + timedelta(days=90)
WAIT_MS = 6000
DUPLICATE = "An authorization for this member, service and dates already exists"
NOTE = "Weekly sessions, moderate symptoms, see the plan of treatment."


@pytest.fixture(scope="module")
def world() -> World:
    return World.generate(SEED, 40, 60)


@pytest.fixture(scope="module")
def server() -> Iterator[Twin]:
    with running(members=40, claims=60, staging_ms=(0, 1)) as twin:
        yield twin


@pytest.fixture(scope="module")
def chromium() -> Iterator[Browser]:
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=quickest_browser(), args=list(browser_switches()))
        yield browser
        browser.close()


class Person:
    """Somebody who fills in the wizard by hand."""

    def __init__(self, page: Page, twin: Twin) -> None:
        self.page, self.twin = page, twin
        self.base = twin.base_url("availity")

    @property
    def app(self) -> FrameLocator:
        return self.page.frame_locator("iframe#newBodyFrame")

    def opens(self, app: str) -> Person:
        self.page.goto("about:blank")
        self.page.goto(f"{self.base}{SHELL}#/loadApp/?appUrl={quote(app, safe='')}")
        return self

    def picks(self, name: str, wanted: str, typed: str = "") -> None:
        """Choose in a Select2 list; the list itself is hidden and keeps its id."""
        self.app.locator(f"select[id='{name}'] + .select2-container:visible .select2-selection").click()
        if typed:
            self.app.locator(".select2-search__field").fill(typed)
        self.app.get_by_role("option", name=wanted).and_(self.app.locator(":not(option)")).click()

    def fills(self, **fields: str) -> None:
        for name, value in fields.items():
            self.app.locator(f"[id='{name.replace('__', '.')}']:visible").fill(value)

    def next(self) -> None:
        self.app.locator("#authWizardNextButton").click()

    def page_is(self, step: str) -> None:
        expect(self.app.locator(f"#step-{step}")).to_be_visible()

    def starts(self, payer: str, member: Member) -> None:
        self.opens(NEW)
        plan = next(c for c in member.coverages if c.payer == payer)
        self.picks("organization", "Harborlight Counseling Group")
        self.picks("requestType", "Outpatient Authorization")
        self.picks("payer", PAYERS[payer].label)
        self.fills(subscriber__memberId=plan.member_id, patient__birthDate=f"{member.person.birth_date:%m%d%Y}")
        assert self.app.locator("[id='patient.birthDate']").input_value() == f"{member.person.birth_date:%m/%d/%Y}", "masked"
        self.picks("patient.subscriberRelationshipCode", {"self": "Self", "spouse": "Spouse", "child": "Child"}[member.relation])
        self.next()

    def locates(self, which: str, npi: str = GROUP_NPI) -> None:
        """Retrieve Provider Info, and the practice's own place, on whichever page it is."""
        self.app.locator(f"[id='search.{which}.npi']:visible").fill(npi)
        self.app.locator("[id='search.roleCode']:visible").select_option("1P")
        self.app.get_by_role("button", name="Retrieve Provider Info").click()
        own = self.app.locator(f"#{which}-locations tr", has_text="00-4719283").get_by_role("radio")
        expect(self.app.locator(f"#{which}-locations")).to_be_visible()
        while not own.count():
            before = self.app.locator(f"#{which}-locations").inner_text()
            self.app.get_by_role("button", name="Next Page").click()
            expect(self.app.locator(f"#{which}-locations")).not_to_have_text(before)
        own.check()

    def to_service(self, payer: str, member: Member) -> None:
        self.starts(payer, member)
        if RULES[payer].routing:
            self.page_is("routing")
            self.app.get_by_role("radio", name="All other requests").check()
            self.next()
        self.page_is("provider")
        self.locates("requestingProvider")
        self.fills(requestingProvider__contactName="Dana Whitlock", requestingProvider__phone="804-555-0142")
        self.next()
        self.page_is("rendering")
        self.picks("serviceTypeCode", "MH - Mental Health")
        self.picks("placeOfServiceCode", "11 - Office")
        self.locates("renderingProvider")
        self.next()
        self.page_is("service")

    def asks(self, payer: str, member: Member, code: str, note: str = NOTE) -> None:
        """As far as what the payer's check says."""
        self.to_service(payer, member)
        self.fills(fromDate=f"{BEGIN:%m%d%Y}", toDate=f"{END:%m%d%Y}", quantity="12", providerNotes__0__message=note)
        self.picks("quantityTypeCode", "Visits")
        self.picks("serviceLevelCode", "Elective")
        self.picks("diagnoses.0.code", "F33.1", "F33.1")
        self.picks("procedures.0.code", code, code)
        self.next()

    def to_review(self, payer: str, member: Member, code: str) -> str:
        """The whole form, nothing attached; returns its nonce."""
        self.asks(payer, member, code)
        self.app.locator("#nextStepsButton").click()
        self.page_is("attachments")
        self.next()
        self.page_is("review")
        return self.app.locator("input[name=formNonce]").input_value()


@pytest.fixture(scope="module")
def person(chromium: Browser, server: Twin) -> Iterator[Person]:
    context = chromium.new_context(viewport={"width": 1280, "height": 900}, locale="en-US")
    context.set_default_timeout(WAIT_MS)
    context.add_cookies([{"name": "OptanonAlertBoxClosed", "value": "before", "url": server.base_url("availity")}])
    made, user = Person(context.new_page(), server), server.users[0]
    made.page.goto(f"{made.base}{SIGN_IN}#/login")
    assert made.page.evaluate(FAST_SIGN_IN, {"user": user.user_id, "password": user.password, "code": user.code()}) == "ok"
    yield made
    context.close()


@pytest.fixture(autouse=True)
def clean(server: Twin) -> None:
    server.clear_faults()
    server.forget_auths()


def members_at(world: World, payer: str) -> list[Member]:
    """Members with a plan in force, whom the payer finds by id and birth date."""
    found = []
    for member in world.members:
        plan = member.coverage_at(payer)
        if plan and plan.on_file and plan.active_on(world.as_of):
            hits = world.find_members(payer, member_id=plan.member_id, birth_date=member.person.birth_date, on=world.as_of)
            found += [member] if {f.member.key for f in hits} == {member.key} and member.relation != "other" else []
    return found


def test_from_the_menu_to_a_response_that_is_shown_once(person: Person, server: Twin, world: World, tmp_path: Path) -> None:
    member = members_at(world, "aetna")[0]
    person.opens("/static/web/onb/onboarding-ui-apps/home/")
    person.page.locator("button.NavDropdown__trigger[aria-label='Patient Registration']").click()
    person.page.locator("[title='Authorizations & Referrals']").click()
    person.app.locator("#NAVIGATION-authorizations").click()
    person.app.get_by_role("button", name="New Request").click()
    expect(person.app.locator("select#payer")).to_be_attached()
    person.asks("aetna", member, "90837", note="x" * 400)
    assert len(person.app.locator("[id='providerNotes.0.message']").input_value()) == NOTE_CAP, "cut off without a word"
    expect(person.app.locator("#auth-summary")).to_contain_text("Authorization - Undetermined")
    expect(person.app.locator("#printButton")).to_be_visible()
    assert person.app.locator(".wizard-step").count() == 5, "earlier steps stay in the page"
    person.app.locator("#nextStepsButton").click()
    plan = tmp_path / "plan.txt"
    plan.write_text("plan of treatment")
    person.app.locator("#attachmentTypeCode").select_option("08")
    person.app.locator("input#filePicker-1").set_input_files(plan)
    expect(person.app.locator("#attachments")).to_contain_text("plan.txt")
    person.next()
    review = person.app.locator("#step-review")
    shown = review.inner_text()
    for said in (
        "90837 - Therapy, long session",
        "F33.1 - Depression",
        "Dana Whitlock",
        "Visits",
        "plan.txt",
        "11 - Office",
        "Tax ID 00-4719283",
    ):
        assert said in shown, said
    expect(person.app.locator("#authWizardNextButton")).to_have_text("Submit")
    nonce = person.app.locator("input[name=formNonce]").input_value()
    person.next()
    response = person.app.locator("#auth-response")
    expect(response).to_contain_text("Reference Number")
    told = server.auths()
    taken = told["taken"][0]
    assert told["presses"] == {nonce: 1}
    assert (taken["code"], taken["units"], taken["nonce"], taken["accepted"]) == ("90837", 12, nonce, 1)
    assert taken["attachments"][0]["sha256"] == hashlib.sha256(b"plan of treatment").hexdigest()
    expect(response).to_contain_text(taken["reference"])
    assert [(e["form"], e["nonce"]) for e in server.records("press") if e["form"] == "authorization"] == [("authorization", nonce)]
    person.page.frames[1].evaluate("location.reload()")
    expect(person.app.get_by_role("alert")).to_contain_text("can no longer be shown")


def test_a_stranger_a_code_for_another_portal_and_one_that_is_decided_at_once(person: Person, server: Twin, world: World) -> None:
    stranger, member = members_at(world, "aetna")[0], members_at(world, "anthem")[0]
    person.starts("aetna", stranger)
    person.opens(NEW)
    person.picks("payer", PAYERS["anthem"].label)
    person.picks("organization", "Harborlight Counseling Group")
    person.picks("requestType", "Outpatient Authorization")
    person.fills(subscriber__memberId="XDP000M0000000", patient__birthDate="01011980")
    person.picks("patient.subscriberRelationshipCode", "Self")
    person.next()
    expect(person.app.get_by_role("alert")).to_contain_text("could not be found")
    person.asks("anthem", member, "90867")
    expect(person.app.get_by_role("alert")).to_contain_text("CARELON BEHAVIORAL HEALTH")
    person.picks("procedures.0.code", "90791", "90791")
    person.next()
    expect(person.app.locator("#auth-summary")).to_contain_text("Authorization - Not Required")
    expect(person.app.locator("#nextStepsButton")).to_have_count(0)
    assert server.auths()["taken"] == []
    person.asks("aetna", stranger, "90847")
    expect(person.app.locator("#auth-summary")).to_contain_text("Certification Number")
    assert [t["fixed"] for t in server.auths()["taken"]] == ["approved"]


def test_interqual_shows_the_dates_a_day_early_and_the_review_page_right(person: Person, world: World) -> None:
    person.asks("anthem", members_at(world, "anthem")[0], "S9480")
    person.app.locator("#nextStepsButton").click()
    expect(person.app.locator("#interqual-summary")).to_contain_text("11/22/2026")
    expect(person.app.get_by_role("button", name="Take me to InterQual")).to_be_visible()
    person.app.get_by_role("button", name="Skip").click()
    person.next()
    expect(person.app.locator("#step-review")).to_contain_text("11/23/2026")


def test_carelon_asks_questions_wants_a_file_and_writes_days_out(person: Person, world: World) -> None:
    person.asks("carelon", members_at(world, "carelon")[0], "96130")
    person.app.locator("#nextStepsButton").click()
    person.next()
    expect(person.app.locator("#step-questions .invalid-feedback:visible")).to_have_count(2)
    person.app.locator("[id='question.q1']").fill("Attention or mood?")
    person.app.get_by_role("radio", name="No").check()
    person.next()
    person.page_is("attachments")
    person.next()
    expect(person.app.get_by_role("alert")).to_contain_text("At least one attachment is required")
    person.app.locator("#attachmentTypeCode").select_option("M1")
    person.app.locator("input#filePicker-1").set_input_files({"name": "x.exe", "mimeType": "application/x-dosexec", "buffer": b"MZ"})
    expect(person.app.locator("#step-attachments .invalid-feedback:visible")).to_contain_text("cannot be attached")
    person.app.locator("input#filePicker-1").set_input_files({"name": "x.pdf", "mimeType": "application/pdf", "buffer": b"%PDF-1.4"})
    expect(person.app.locator("#attachments")).to_contain_text("x.pdf")
    person.next()
    expect(person.app.locator("#step-review")).to_contain_text("Attention or mood?")
    expect(person.app.locator("#step-review")).to_contain_text("Nov 23, 2026")


def counted(server: Twin, nonce: str) -> tuple[int, int]:
    """How often this form's Submit arrived, and how many requests the payer has of it."""
    told = server.auths()
    return told["presses"][nonce], sum(t["nonce"] == nonce for t in told["taken"])


def test_what_was_taken_stays_taken_whatever_the_browser_hears(person: Person, server: Twin, world: World) -> None:
    nonce = person.to_review("aetna", members_at(world, "aetna")[1], "90837")
    with server.with_fault("error-after-accept@auth-submit"):
        person.next()
        expect(person.app.locator(".alert-danger")).to_be_visible()
    assert counted(server, nonce) == (1, 1)
    server.fault("hang-after-accept@auth-submit")
    person.next()
    person.app.locator("#authWizardNextButton:disabled").wait_for()
    assert counted(server, nonce) == (2, 2)
    server.clear_faults()
    person.app.locator("#authWizardNextButton:enabled").wait_for()
    with server.with_fault("confirmation-lost@auth-submit"):
        person.next()
        expect(person.app.locator("#NAVIGATION-authorizations")).to_be_visible()
    assert counted(server, nonce) == (3, 3), "this payer stops nothing"


def test_what_a_browser_sends_twice_of_its_own_accord_is_counted(person: Person, server: Twin, world: World) -> None:
    nonce = person.to_review("aetna", members_at(world, "aetna")[1], "90837")
    with server.with_fault("reset-after-accept@auth-submit"):
        person.next()
        expect(person.app.locator("#auth-response")).to_be_visible()
    assert counted(server, nonce) == (2, 2), "one click, and two requests"
    nonce = person.to_review("anthem", members_at(world, "anthem")[1], "90837")
    with server.with_fault("drop-after-accept@auth-submit"):
        person.next()
        expect(person.app.get_by_role("alert")).to_contain_text(f"Duplicate request. {DUPLICATE}")
    assert counted(server, nonce) == (2, 1), "this payer stops the second one, and names the first"
    assert server.auths()["taken"][-1]["reference"] in person.app.get_by_role("alert").inner_text()


def search(person: Person, payer: str, member: Member, **more: Any) -> None:
    person.opens(INQUIRY)
    person.picks("organization", "Harborlight Counseling Group")
    person.picks("payer", PAYERS[payer].label)
    plan = next(c for c in member.coverages if c.payer == payer)
    person.fills(memberId=plan.member_id, birthDate=f"{member.person.birth_date:%m%d%Y}", **more)
    person.app.get_by_role("button", name="Search", exact=True).click()
    expect(person.app.locator("#auth-results[aria-busy=false] .transaction")).to_be_visible()


def test_inquiry_and_dashboard_show_what_stands_who_asked_and_what_was_decided(person: Person, server: Twin, world: World) -> None:
    member = members_at(world, "magellan")[0]
    person.to_review("magellan", member, "90837")
    person.app.get_by_role("button", name="Save as Draft").click()
    expect(person.app.locator(".alert-success")).to_contain_text("Draft number D")
    person.next()
    expect(person.app.locator("#auth-response")).to_be_visible()
    server.auth_by_phone("magellan", member.key, "90834 ", BEGIN, END, name="as the clerk typed it", fixed="approved")
    search(person, "magellan", member)
    table = person.app.locator("#authsTable tbody tr")
    expect(table).to_have_count(2)
    expect(table.filter(has_text="Submitted - see Dashboard")).to_have_count(1)
    assert "Procedure Code" not in person.app.locator("#authsTable thead").inner_text()
    table.filter(has_text="Auth Approved").get_by_role("button", name="View").click()
    expect(person.app.locator("#auth-detail")).to_contain_text("Telephone")
    person.opens(DASHBOARD)
    expect(person.app.locator("#authsTable tbody tr")).to_have_count(2)
    said = decision(world.seed, "magellan", member.key, "90837", 12)
    server.night(said.nights)
    person.opens(DASHBOARD)
    word = RULES["magellan"].words[said.state]
    row = person.app.locator("#authsTable tbody tr", has_text=word)
    row.get_by_role("button", name="View").click()
    expect(person.app.locator("#auth-detail")).to_contain_text(word)
    server.night(0)


def test_a_lag_hides_what_was_just_sent_and_a_second_one_stands_beside_the_first(person: Person, server: Twin, world: World) -> None:
    member = members_at(world, "humana")[0]
    for _ in range(2):
        person.to_review("humana", member, "96136")
        person.next()
        expect(person.app.locator("#auth-response")).to_be_visible()
    assert len(server.auths()["taken"]) == 2, "this payer stops nothing"
    search(person, "humana", member)
    expect(person.app.locator("#auth-results")).to_contain_text("No authorizations or referrals were found")
    server.night(1)
    search(person, "humana", member)
    expect(person.app.locator("#authsTable tbody tr")).to_have_count(2)
    server.night(0)
