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
    from collections.abc import Iterator
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
        self.page.get_by_role("link", name="SIGN IN").click()
        self.page.get_by_label("Sign in with").select_option("One Healthcare ID")
        self.there("#username").fill(self.user.user_id)
        self.there("#login-pwd").fill(self.user.password)
        self.page.locator("#btnLogin").click()
        self.there("button#totp").click()
        self.there("input#totp").fill(self.user.code())
        self.page.locator("#btnVerify").click()
        self.there("#tabHome, input[name=acceptTerms]")

    def tab(self, name: str) -> None:
        self.page.goto(f"{self.base}/home.do")
        self.page.get_by_role("link", name=name, exact=True).click()

    def search(self, **values: str) -> None:
        """Fields by their names; the kind of a payment number first."""
        self.tab("Search Remittance")
        if kind := values.pop("kind", ""):
            self.page.locator("#paymentNbrTypeSelection").select_option(kind)
        for name, value in values.items():
            self.page.locator(f"input[name={name}]").fill(value)
        self.page.locator("[name=searchRemittance]").click()

    def heads(self) -> list[str]:
        return self.page.locator("tr.columnHeaderText > td").all_inner_texts()

    def errors(self) -> str:
        return self.there("td.errors").inner_text()


@contextmanager
def somebody(folder: Path, **more: Any) -> Iterator[tuple[Person, World]]:
    """A person at a twin with the example world."""
    with running(seed=SEED, members=VISITS, claims=CLAIMS, as_of=AS_OF, payers=("optum",), staging_ms=(0, 1), **more) as twin:
        hosts = [twin.base_url(name).removeprefix("http://") for name in ("optum_pay", "onehealthcare")]
        with started(launch.fresh(folder) / "browser", hosts) as context:
            page = context.new_page()
            page.set_default_timeout(10_000)
            yield Person(twin, page), World.generate(SEED, VISITS, CLAIMS, AS_OF, payers=("optum",))
