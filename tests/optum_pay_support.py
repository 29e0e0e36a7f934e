"""Somebody who uses the Optum Pay twin with a browser of their own, and knows nothing of the adapter."""

from __future__ import annotations

from contextlib import contextmanager
from html import unescape
from typing import TYPE_CHECKING, Any

from payerbot.browser import launch
from sandbox.client import PortalUser, Twin, running
from sandbox.world import AS_OF, SEED, World
from tests.browser_support import started

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence
    from pathlib import Path

    from playwright.sync_api import Locator, Page

VISITS, CLAIMS = 40, 60


class Person:
    """One browser at the portal."""

    def __init__(self, twin: Twin, page: Page) -> None:
        self.twin = twin
        self.page = page
        self.base = twin.base_url("optum_pay")
        self.user: PortalUser = twin.users[0]

    def there(self, css: str) -> Locator:
        """What can be seen of this, once it can."""
        found = self.page.locator(css).filter(visible=True).first
        found.wait_for(timeout=10_000)
        return found

    def source(self) -> str:
        return unescape(self.page.content())

    def sign_in(self) -> None:
        """From the public page, by the authenticator."""
        self.page.context.clear_cookies()
        self.page.goto(f"{self.base}/registrationSignIn.do")
        self.page.get_by_role("link", name="Sign in with One Healthcare ID").click()
        self.page.get_by_label("Sign in with").select_option("One Healthcare ID")
        self.there("#username").fill(self.user.user_id)
        self.there("#login-pwd").fill(self.user.password)
        self.page.locator("#btnLogin").click()
        self.there("button#totp").click()
        self.there("input#totp").fill(self.user.code())
        self.page.locator("#btnVerify").click()
        self.there("nav")

    def open(self, name: str) -> None:
        """A page by the menu."""
        self.page.goto(f"{self.base}/home.do")
        with self.page.expect_navigation():  # its script listens from then on
            self.page.get_by_role("link", name=name, exact=True).click()

    def search(self, kind: str, values: dict[str, str], days: Sequence[str] = (), *, practice: int = 1) -> None:
        """By one of the search types; values by the labels of its boxes, the days of payment as they stand unless given."""
        self.open("View Payments")
        self.page.get_by_label("Practice").select_option(index=practice)
        self.page.get_by_label("Search by").select_option(kind)
        for label, value in values.items():
            self.page.get_by_label(label, exact=True).fill(value)
        for label, day in zip(("Payments from", "Payments through"), days, strict=False):
            self.page.get_by_label(label).fill(day)
        self.page.get_by_role("button", name="Search").click()

    def detail(self, number: str) -> None:
        """The Remittance Detail of a payment."""
        self.page.goto(f"{self.base}/remittanceDetail.do?number={number}")

    def said(self) -> str:
        return self.there("[role=alert]").inner_text()


@contextmanager
def somebody(folder: Path, **more: Any) -> Iterator[tuple[Person, World]]:
    """A person at a twin with the example world."""
    with running(seed=SEED, members=VISITS, claims=CLAIMS, as_of=AS_OF, payers=("optum",), staging_ms=(0, 1), **more) as twin:
        hosts = [twin.base_url(name).removeprefix("http://") for name in ("optum_pay", "onehealthcare")]
        with started(launch.fresh(folder) / "browser", hosts) as context:
            page = context.new_page()
            page.set_default_timeout(10_000)
            yield Person(twin, page), World.generate(SEED, VISITS, CLAIMS, AS_OF, payers=("optum",))
