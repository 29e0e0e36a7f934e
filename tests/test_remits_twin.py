"""The Remittance Viewer of the Availity twin in a real browser, driven crudely, as a person would."""

from __future__ import annotations

import shutil
from collections.abc import Iterator
from datetime import timedelta
from io import BytesIO
from typing import Any
from urllib.parse import quote

import pdfplumber
import pytest
from playwright.sync_api import Browser, FrameLocator, Locator, Page, expect, sync_playwright

from sandbox.client import Twin, running
from sandbox.eobs.documents import check_summary, payer_issued
from sandbox.eobs.listing import listed_number
from sandbox.world import SEED, Remit, World
from tests.conftest import BROWSERS, browser_switches

pytestmark = pytest.mark.deep

MEMBERS, CLAIMS = 40, 60
WAIT_MS = 8000
SIGN_IN = "/static/public/onb/onboarding-ui-apps/availity-fr-ui/#/login"
VIEWER = "/static/web/onb/onboarding-ui-apps/navigation/#/loadApp/?appUrl=" + quote("/static/web/post/rm/remitviewerui/", safe="")
FAST_SIGN_IN = """async ({user, password, code}) => {
    const post = (path, body) => fetch('/ms/api/availity/internal/v1' + path,
        {method: 'POST', headers: {'Content-Type': 'application/json'}, body: JSON.stringify(body)}).then((r) => r.json());
    const told = await post('/authenticate', {userId: user, password});
    if (told.outcome !== 'code_wanted') return told.outcome;
    await post('/two-step/method', {way: 'app'});
    return (await post('/two-step/verify', {code})).outcome;
}"""
READ_BLOB = """async (url) => btoa(String.fromCharCode(...new Uint8Array(await (await fetch(url)).arrayBuffer())))"""
KEEP_TABS = "() => { window.open = (url) => { (window.opened = window.opened || []).push(String(url)); return null; }; }"
NOTHING = "We did not find remittance data matching your search criteria"
MADE = "Download Check Summary and Multiple Claims Per Page"
ISSUED = "Download Check Payer-Issued Admittance Advice"
POPOVER = "Payer-Issued Remittance Advice Downloads:"


@pytest.fixture(scope="module")
def world() -> World:
    return World.generate(SEED, MEMBERS, CLAIMS)


@pytest.fixture(scope="module")
def server() -> Iterator[Twin]:
    with running(members=MEMBERS, claims=CLAIMS) as twin:
        twin.change(staging_ms=(5, 20), idle_seconds=1800)
        yield twin


@pytest.fixture(scope="module")
def chromium() -> Iterator[Browser]:
    found = next(filter(None, map(shutil.which, BROWSERS)), None)
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=found, args=list(browser_switches()))
        yield browser
        browser.close()


@pytest.fixture(scope="module")
def window(chromium: Browser, server: Twin) -> Iterator[Page]:
    """A signed-in window."""
    context = chromium.new_context(viewport={"width": 1400, "height": 1000}, locale="en-US", accept_downloads=True)
    context.set_default_timeout(WAIT_MS)
    base = server.base_url("availity")
    context.add_cookies([{"name": "OptanonAlertBoxClosed", "value": "before", "url": base}])
    page, user = context.new_page(), server.users[0]
    page.goto(base + SIGN_IN)
    assert page.evaluate(FAST_SIGN_IN, {"user": user.user_id, "password": user.password, "code": user.code()}) == "ok"
    yield page
    context.close()


class Viewer:
    """Somebody at the Remittance Viewer."""

    def __init__(self, page: Page, twin: Twin) -> None:
        self.page, self.twin = page, twin

    @property
    def app(self) -> FrameLocator:
        return self.page.frame_locator("iframe#newBodyFrame")

    @property
    def table(self) -> Locator:
        return self.app.locator("[role=table][aria-label=Remits]")

    def opens(self) -> Viewer:
        self.page.goto("about:blank")
        self.page.goto(self.twin.base_url("availity") + VIEWER)
        return self.idle()

    def idle(self) -> Viewer:
        expect(self.app.locator("#remit-results[aria-busy=false]")).to_be_attached()
        expect(self.app.locator("#checkSearchButton:enabled, #claimSearchButton:enabled")).to_be_visible()
        return self

    def clears(self) -> Viewer:
        """Take all chips away."""
        while self.app.get_by_label("Remove Filter").count():
            with self.page.expect_response(lambda r: r.url.endswith("/v1/remits")):
                self.app.get_by_label("Remove Filter").first.click()
            self.idle()
        return self

    def searches(self, number: str = "", start: str = "", end: str = "", amount: str = "") -> Viewer:
        if self.app.locator("#check-filters").is_hidden():
            self.app.locator("#checkFilterButton").click()
        for box, text in (("#checkcheckDates-start", start), ("#checkcheckDates-end", end), ("#checkAmount", amount)):
            self.app.locator(box).fill(text)
        return self.sends("#checkSearchInput", "#checkSearchButton", number)

    def sends(self, box: str, button: str, number: str) -> Viewer:
        self.app.locator(box).fill(number)
        with self.page.expect_response(lambda r: r.url.endswith("/v1/remits")):
            self.app.locator(button).click()
        return self.idle()

    def claim_tab(self) -> Viewer:
        self.app.locator("a.nav-link", has_text="Claim").last.click()
        expect(self.app.locator("#claimSearchInput")).to_be_visible()
        return self

    def rows(self) -> list[list[str]]:
        """The list as it stands now; read in one go."""
        read: list[list[str]] = self.app.locator("#remit-results").evaluate(
            """(host) => [...host.querySelectorAll('[role=table][aria-label=Remits] [role=row]')].slice(1)
                .map((row) => [...row.querySelectorAll('[role=cell]')].map((cell) => cell.innerText))"""
        )
        return read

    def row(self, number: str) -> Locator:
        return self.table.get_by_role("row").filter(has_text=number)

    def finds(self, remit: Remit) -> Locator:
        self.opens().clears()
        self.searches(listed_number(remit), f"{remit.check_date:%m/%d/%Y}", f"{remit.check_date:%m/%d/%Y}")
        return self.row(listed_number(remit))


@pytest.fixture
def viewer(window: Page, server: Twin) -> Viewer:
    server.clear_faults()
    server.reset_records()
    return Viewer(window, server)


def one(world: World, payer: str, **wanted: Any) -> Remit:
    fit = (r for r in world.remits if r.payer == payer and r.amount > 0)
    return next(r for r in fit if all(getattr(r, name) == value for name, value in wanted.items()))


def text_of(pdf: bytes) -> str:
    with pdfplumber.open(BytesIO(pdf)) as opened:
        return "\n".join(page.extract_text() for page in opened.pages)


def downloaded(viewer: Viewer, press: Locator) -> bytes:
    with viewer.page.expect_download() as coming:
        press.click()
    return coming.value.path().read_bytes()


# -- the search


def test_the_last_seven_days_come_first_and_every_documented_mark_is_there(viewer: Viewer, world: World) -> None:
    viewer.opens().clears()
    recent = [r for r in world.remits if r.check_date >= world.as_of - timedelta(days=7) and r.payer not in ("carelon", "uhc")]
    expect(viewer.app.get_by_text(f"of {len(recent)}")).to_be_visible()
    assert {row[1] for row in viewer.rows()} <= {listed_number(r) for r in recent}
    assert [row[4] for row in viewer.rows()] == [f"{r.check_date:%m/%d/%Y}" for r in sorted(recent, key=lambda r: r.check_date)[::-1]][:10]
    for mark in ("#checkSearchInput", "#checkFilterButton", "#checkSearchButton", "a.nav-link:has-text('Claim')", "#organizationId"):
        expect(viewer.app.locator(mark).last).to_be_attached()
    viewer.app.locator("#checkFilterButton").click()
    for mark in ("#checkEFTorganizationId", "#checkcheckDates-start", "#checkcheckDates-end"):
        expect(viewer.app.locator(mark)).to_be_visible()
    assert viewer.app.locator("#checkcheckDates-start").input_value() == f"{world.as_of - timedelta(days=7):%m/%d/%Y}"
    viewer.claim_tab()
    for mark in ("#claimSearchInput", "#claimSearchButton"):
        expect(viewer.app.locator(mark)).to_be_visible()


def test_chips_stay_from_search_to_search_and_hide_nothing_but_mix_the_answers(viewer: Viewer, world: World) -> None:
    first, second = one(world, "aetna"), one(world, "anthem")
    viewer.finds(first)
    assert [row[1] for row in viewer.rows()] == [first.check_no]
    viewer.searches(second.check_no)
    assert {row[1] for row in viewer.rows()} == {first.check_no, second.check_no}
    viewer.opens()
    expect(viewer.app.get_by_label("Remove Filter")).to_have_count(2)
    viewer.clears().searches("5550001112", "01/01/2026", "12/31/2026")
    expect(viewer.app.get_by_text(NOTHING)).to_be_visible()


def test_a_number_is_suggested_and_may_be_listed_without_its_zeros(viewer: Viewer, world: World) -> None:
    check = one(world, "magellan")
    bare = check.check_no.lstrip("0")
    viewer.opens().clears()
    viewer.app.locator("#checkSearchInput").press_sequentially(bare[:5])
    expect(viewer.app.get_by_role("option", name=bare)).to_be_visible()
    viewer.searches(check.check_no, "01/01/2026", "12/31/2026")
    expect(viewer.app.get_by_text(NOTHING)).to_be_visible()
    viewer.clears().searches(bare, "01/01/2026", "12/31/2026")
    assert [row[1] for row in viewer.rows()] == [bare]


def test_a_claim_is_found_on_its_own_tab_and_shows_its_adjustments(viewer: Viewer, world: World) -> None:
    check = one(world, "anthem")
    claim = check.claims[0]
    viewer.opens().clears().claim_tab().clears().sends("#claimSearchInput", "#claimSearchButton", claim.payer_claim_no)
    table = viewer.app.get_by_role("table", name="Claims")
    expect(table.get_by_role("row")).to_have_count(2)
    table.get_by_role("link", name=claim.payer_claim_no).click()
    tables = viewer.app.locator("[role=table][aria-label^=Adjustments]")
    expect(tables.first).to_contain_text(claim.carcs[0])
    expect(viewer.app.get_by_text("Charge Amount").first).to_be_visible()


def test_a_payer_without_access_shows_the_gate(viewer: Viewer, world: World) -> None:
    check = next(r for r in world.remits if r.payer == "carelon")
    viewer.finds(check)
    expect(viewer.app.get_by_role("alert")).to_contain_text("An administrator must select Manage Access")
    assert not viewer.rows()
    viewer.app.get_by_role("button", name="Manage Access").click()
    gate = viewer.app.get_by_role("dialog", name="Manage Access")
    with viewer.page.expect_response(lambda r: r.url.endswith("/v1/pressed")):
        gate.get_by_role("button", name="Authenticate").click()
    assert [e["form"] for e in viewer.twin.records("press")][-1] == "manage-access"


def test_a_long_list_has_pages_and_comes_whole_as_csv(viewer: Viewer, world: World) -> None:
    viewer.opens().clears().searches("", "01/01/2026", "12/31/2026")
    listed = [r for r in world.remits if r.payer not in ("carelon", "uhc")]
    seen = viewer.rows()
    viewer.app.get_by_label("Next").click()
    expect(viewer.app.get_by_text("2 of ")).to_be_visible()
    assert not {row[1] for row in seen} & {row[1] for row in viewer.rows()}
    csv = downloaded(viewer, viewer.app.get_by_role("button", name="Download CSV")).decode("utf-8-sig").splitlines()
    assert csv[0] == "Check/EFT #,Check/EFT Date,Payer,Payee,Received by Availity,Check/EFT Amount"
    assert len(csv) == len(listed) + 1


# -- the documents


def test_the_document_that_availity_makes_is_a_download(viewer: Viewer, world: World) -> None:
    check = one(world, "aetna")
    row = viewer.finds(check)
    row.get_by_label("Action Menu").click()
    pdf = downloaded(viewer, viewer.app.get_by_role("menuitem", name=MADE))
    assert pdf == check_summary(check)
    kinds = {e["kind"]: e for e in viewer.twin.records()}
    assert (kinds["eob"]["check_no"], kinds["eob"]["source"]) == (check.check_no, "portal_made")
    assert kinds["download"]["path"].startswith("/ms/api/availity/internal/v1/remit-files/")
    assert kinds["search"]["app"] == "remits"


def test_a_payers_own_document_opens_as_a_blob_in_a_new_tab(viewer: Viewer, world: World) -> None:
    check = one(world, "anthem")
    row = viewer.finds(check)
    assert in_new_tab(viewer, row.get_by_label(ISSUED)) == payer_issued(check)


def in_new_tab(viewer: Viewer, press: Locator) -> bytes:
    import base64

    frame = next(f for f in viewer.page.frames if f.name == "newBody")
    frame.evaluate(KEEP_TABS)
    press.click()
    frame.wait_for_function("window.opened && window.opened.length")
    url = frame.evaluate("window.opened.pop()")
    assert url.startswith("blob:")
    return base64.b64decode(frame.evaluate(READ_BLOB, url))


def test_a_real_new_tab_opens(viewer: Viewer, world: World) -> None:
    row = viewer.finds(one(world, "anthem"))
    with viewer.page.context.expect_page() as coming:
        row.get_by_label(ISSUED).click()
    coming.value.close()


def test_behind_radios_some_cannot_be_picked(viewer: Viewer, world: World) -> None:
    check = one(world, "humana")
    viewer.finds(check).get_by_label(ISSUED).click()
    popover = viewer.app.get_by_role("dialog", name=POPOVER)
    expect(popover.locator("input:disabled")).to_have_count(2)
    popover.locator("input:enabled").check()
    assert downloaded(viewer, popover.get_by_role("button", name="Download")) == payer_issued(check)


def test_behind_radios_all_may_be_dead(viewer: Viewer, world: World) -> None:
    check = next(r for r in world.remits if r.payer == "magellan" and r.method == "NON")
    viewer.finds(check).get_by_label(ISSUED).click()
    popover = viewer.app.get_by_role("dialog", name=POPOVER)
    expect(popover.locator("input:disabled")).to_have_count(3)
    expect(popover.get_by_role("button", name="Download")).to_be_disabled()


def test_a_scan_has_no_text(viewer: Viewer, world: World) -> None:
    pdf = in_new_tab(viewer, viewer.finds(one(world, "magellan", scanned=True)).get_by_label(ISSUED))
    assert pdf.startswith(b"%PDF-")
    assert not text_of(pdf).strip()


# -- faults


def test_what_goes_wrong_with_a_document(viewer: Viewer, world: World) -> None:
    check, twin = one(world, "aetna"), viewer.twin
    row = viewer.finds(check)

    def handed_out() -> bytes:
        row.get_by_label("Action Menu").click()
        return downloaded(viewer, viewer.app.get_by_role("menuitem", name=MADE))

    whole = check_summary(check)
    twin.fault("truncated-pdf@eob-pdf")
    assert whole.startswith(cut := handed_out())
    assert len(cut) < len(whole)
    twin.fault("html-as-pdf@eob-pdf")
    assert handed_out().startswith(b"<!DOCTYPE html>")
    twin.fault("wrong-pdf@eob-pdf")
    assert check.check_no not in text_of(handed_out())
    twin.fault("nothing-comes@eob-pdf")
    row.get_by_label("Action Menu").click()
    with viewer.page.expect_response(lambda r: r.url.endswith("/document")):
        viewer.app.get_by_role("menuitem", name=MADE).click()
    assert handed_out() == whole
    twin.fault("new-tab@eob-pdf")
    row.get_by_label("Action Menu").click()
    assert in_new_tab(viewer, viewer.app.get_by_role("menuitem", name=MADE)) == whole


def test_what_goes_wrong_with_a_search(viewer: Viewer, world: World) -> None:
    first, second, twin = one(world, "aetna"), one(world, "anthem"), viewer.twin
    viewer.finds(first)
    viewer.clears()
    twin.fault("stale-result@checks")
    before = viewer.rows()
    viewer.searches(second.check_no)
    assert viewer.rows() == before
    twin.fault("blank-form@checks")
    viewer.searches(second.check_no)
    assert not viewer.rows()
    assert viewer.app.locator("#checkSearchInput").input_value() == ""
    twin.fault("renamed-label@checks")
    viewer.searches(second.check_no, "01/01/2026", "12/31/2026")
    expect(viewer.app.get_by_role("table", name="Payments")).to_be_visible()
    twin.clear_faults()
    for drift in ("renamed-label@eob-pdf", "renamed-label@eob-csv", "reordered-columns@checks"):
        twin.fault(drift)
    viewer.searches(second.check_no, "01/01/2026", "12/31/2026")
    expect(viewer.row(second.check_no).get_by_label("Payer Copy")).to_be_visible()
    expect(viewer.app.get_by_role("button", name="Export")).to_be_visible()
    assert viewer.table.get_by_role("columnheader").all_inner_texts()[-2] == "Check / EFT Number"
    twin.clear_faults()
    twin.fault("stuck@remits")
    viewer.opens().clears()
    asked = len(twin.records("search"))
    viewer.app.locator("#checkSearchButton").click()
    expect(viewer.app.locator("#checkSearchButton")).to_be_enabled()
    assert len(twin.records("search")) == asked
    twin.clear_faults()
    twin.fault("changed-id@remits")
    viewer.page.goto("about:blank")
    viewer.page.goto(twin.base_url("availity") + VIEWER)
    expect(viewer.app.locator("#payment-number")).to_be_visible()
    twin.clear_faults()
    viewer.opens().clears()
