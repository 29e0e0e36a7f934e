"""What the product is held against: the loop one would write by hand for the same pages, the pages' text kept encrypted.

It knows this twin on a good day and nothing else: no ladder of searches, no second try, no check that a page belongs to its search.
"""

from __future__ import annotations

import hashlib
import os
import time
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import date
from pathlib import Path
from typing import TYPE_CHECKING
from urllib.parse import quote

from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from playwright.sync_api import sync_playwright

from payerbot import host
from payerbot.settings import settings
from sandbox.world import PAYERS, PRACTICE

if TYPE_CHECKING:
    from playwright.sync_api import Locator, Page

    from sandbox.client import PortalUser

SIGN_IN = "/static/public/onb/onboarding-ui-apps/availity-fr-ui/#/login"
SHELL = "/static/web/onb/onboarding-ui-apps/navigation/"
CLAIMS = "/static/web/post/cs/enhanced-claim-status-ui/"
TABS = ("Member", "Service Dates", "Claim History", "HIPAA Standard")
STATE = "Virginia"
ACCEPT = "#onetrust-accept-btn-handler"
CODE_MARGIN = 4  # seconds a code must still live when it is typed
CODE_LIFE = 30


class PlainLoop:
    """One signed-in page."""

    def __init__(self, page: Page, base_url: str, folder: Path) -> None:
        self.page = page
        self.base_url = base_url
        self.folder = folder
        self.frame = page.frame_locator("#newBodyFrame")
        self.cipher = AESGCM(AESGCM.generate_key(256))
        self.payer = ""

    def sign_in(self, user: PortalUser) -> None:
        """User id, password, a code of the authenticator app; the state whose payers are wanted."""
        page = self.page
        page.add_locator_handler(page.locator("#onetrust-banner-sdk"), lambda: page.locator(ACCEPT).click())
        page.goto(self.base_url + SIGN_IN)
        page.locator("#userId").fill(user.user_id)
        page.locator("#password").fill(user.password)
        page.get_by_role("button", name="Sign In", exact=True).click()
        page.locator("label:has(input[name=choice])").filter(has_text="Authenticator").click()
        page.get_by_role("button", name="Continue", exact=True).click()
        if (left := CODE_LIFE - time.time() % CODE_LIFE) < CODE_MARGIN:
            time.sleep(left)
        page.locator("#code").fill(user.code())
        page.get_by_role("button", name="Continue", exact=True).click()
        region = page.locator(".UserRegionsMenu__trigger")
        if region.inner_text() != STATE:
            region.click()
            page.locator(".UserRegionsMenu__option button").filter(has_text=STATE).click()
            page.locator(".UserRegionsMenu__trigger").filter(has_text=STATE).wait_for()

    def begin(self) -> None:
        """Open Claim Status anew."""
        self.page.goto("about:blank")
        self.page.goto(f"{self.base_url}{SHELL}#/loadApp/?appUrl={quote(CLAIMS, safe='')}")
        self.payer = ""

    def claim(self, row: dict[str, str]) -> bool:
        """Search one claim, open it, read it; whether the page that was read is about this claim."""
        label = PAYERS[row["payer_key"]].label
        if self.payer:
            self.frame.get_by_role("link", name="Search", exact=True).click()
        if label != self.payer:
            self._choose_payer(label)
        self._fill(row)
        self._at("button[data-analytics-form-name]").click()
        self._at("#claim-results[aria-busy=false], #claim-detail[aria-busy=false]").first.wait_for()
        if self._at("#claim-results").is_visible():
            self._keep()
            self._listed(row).click()
        self._at("#claim-detail[aria-busy=false]").wait_for()
        self._at(".lines-host[aria-busy=false]").wait_for()
        read = self._read()
        self._keep()
        return self._charge(row) in read

    def _at(self, css: str) -> Locator:
        return self.frame.locator(css)

    def _choose_payer(self, label: str) -> None:
        self._pick("input#organization[role=combobox]", PRACTICE.name)
        self._pick("input#payer[role=combobox]", label)
        tabs = self.frame.get_by_role("tab")
        tabs.first.wait_for()
        offered = [text.strip() for text in tabs.all_inner_texts()]
        self.frame.get_by_role("tab", name=next(tab for tab in TABS if tab in offered), exact=True).click()
        if self._at("#providerSelect").is_visible():
            self._pick("#providerSelect", PRACTICE.npis[0], exact=False)
        self.payer = label

    def _pick(self, css: str, label: str, *, exact: bool = True) -> None:
        field = self._at(css)
        field.click()
        field.fill(label)
        self.frame.get_by_role("option", name=label, exact=exact).first.click()

    def _fill(self, row: dict[str, str]) -> None:
        by_names = self._at("#providerSelect").is_visible() and self._at("#patientLastName").is_visible()
        texts = {"#patientMemberId": row["member_id"], "#claimNumber": row["payer_claim_no"]}
        if by_names:
            texts |= {"#patientLastName": row["patient_last"], "#patientFirstName": row["patient_first"]}
        for css, text in texts.items():
            if self._at(css).is_visible():
                self._at(css).fill(text)
        for label, day in (("patientBirthDate", row["patient_dob"]), ("fromDate", row["dos_from"]), ("toDate", row["dos_to"])):
            group = self._at(f"[role=group][aria-labelledby={label}-label]")
            if group.is_visible():
                group.get_by_role("spinbutton").first.press_sequentially(f"{date.fromisoformat(day):%m%d%Y}")
        subscriber = self._at("input[id^=patientIsSubscriber]")
        if subscriber.is_visible():
            subscriber.check()

    def _listed(self, row: dict[str, str]) -> Locator:
        day = date.fromisoformat(row["dos_from"])
        entries = self._at("#claimsTable tbody tr") if self._at("#claimsTable").is_visible() else self._at(".claim-card")
        for at, text in enumerate(entries.all_inner_texts()):
            if self._charge(row) in text and (f"{day:%m/%d/%Y}" in text or f"{day:%b %d, %Y}" in text):
                button = entries.nth(at).get_by_role("button", name="View Details")
                return button if self._at(".claim-card").first.is_visible() else entries.nth(at)
        raise LookupError("the list does not show the claim")

    def _read(self) -> str:
        for button in self._at("#lineLevelTable button[title='Toggle Row Expanded'][aria-expanded=false]").all()[::-1]:
            button.click()
        panels = self._at("[data-testid^=test][data-testid$=Panel], #claim-detail .detail-panels > div[id]").all_inner_texts()
        sections = self._at("#claim-detail section").all_inner_texts()
        lines = self._at("#lineLevelTable tr").all_inner_texts()
        codes = self._at("#codesTable tr").all_inner_texts()
        return "\n".join([*panels, *sections, *lines, *codes])

    def _keep(self) -> None:
        """The page's text as evidence: encrypted, written to the disk for good."""
        words = (self.page.locator("body").inner_text() + "\n\n" + self._at("body").inner_text()).encode()
        nonce = os.urandom(12)
        with (self.folder / hashlib.sha256(nonce + words).hexdigest()).open("wb") as out:
            out.write(nonce + self.cipher.encrypt(nonce, words, None))
            out.flush()
            os.fsync(out.fileno())

    @staticmethod
    def _charge(row: dict[str, str]) -> str:
        return f"${float(row['charge_amount']):,.2f}"


@contextmanager
def plain_loop(base_url: str, user: PortalUser, folder: Path) -> Iterator[PlainLoop]:
    """A browser of its own, signed in until the block ends."""
    folder.mkdir(mode=0o700)
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(
            executable_path=host.find_browser(settings().browser), args=settings().browser_args.split(), chromium_sandbox=False
        )
        try:
            context = browser.new_context(viewport={"width": 1366, "height": 900}, locale="en-US", timezone_id="America/New_York")
            loop = PlainLoop(context.new_page(), base_url, folder)
            loop.page.set_default_timeout(15_000)
            loop.sign_in(user)
            yield loop
        finally:
            browser.close()
