"""Somebody who uses the Provider Express twin with a browser of their own, and knows nothing of the adapter."""

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
        self.base = twin.base_url("provider_express")
        self.identity = twin.base_url("onehealthcare")
        self.user: PortalUser = twin.users[0]

    def there(self, css: str) -> Locator:
        """What can be seen of this, once it can."""
        found = self.page.locator(css).filter(visible=True).first
        found.wait_for(timeout=10_000)
        return found

    def source(self) -> str:
        return unescape(self.page.content())

    def begin(self, layout: str = "A") -> None:
        """From the public page to the sign-in's first page in one of its layouts, as somebody who was never here."""
        self.page.context.clear_cookies()
        self.page.goto(f"{self.identity}/oneapp/experiment/{layout}")
        self.page.goto(f"{self.base}/")
        self.page.get_by_role("link", name="Log In", exact=True).click()
        self.there("#username")

    def sign_in(self, layout: str = "A") -> None:
        self.with_password(layout)
        self.there("#transactionsMenu")

    def with_password(self, layout: str = "A") -> None:
        """Password and code; what comes then is another thing."""
        self.begin(layout)
        if layout == "A":
            self.page.get_by_label("Sign in with").select_option("One Healthcare ID")
        self.page.locator("#username").fill(self.user.user_id)
        if layout == "C":
            self.page.locator("#btnLogin").click()
        self.there("#login-pwd").fill(self.user.password)
        self.page.locator("#btnLogin").click()
        self.there("button#totp").click()
        self.there("input#totp").fill(self.user.code())
        self.page.locator("#btnVerify").click()

    def open(self, name: str) -> None:
        """A page by the words of the Transactions menu."""
        self.page.locator("summary", has_text="Transactions").click()
        self.page.get_by_role("link", name=name, exact=True).click()
        self.page.get_by_role("button", name="Search").wait_for()

    def search(self, **values: str) -> None:
        """Fill the fields of these names, and send the form."""
        for name, value in values.items():
            self.page.locator(f"input[name='{name}']").fill(value)
        self.page.get_by_role("button", name="Search").click()
        self.there("#searchCriteria, #pageMessage")

    def rows(self, table: str) -> list[dict[str, str]]:
        """A table's rows by its heads."""
        heads = self.page.locator(f"#{table} thead th").all_inner_texts()
        found = self.page.locator(f"#{table} tbody tr").all()
        return [dict(zip(heads, row.locator("td").all_inner_texts(), strict=True)) for row in found]


@contextmanager
def somebody(folder: Path, **more: Any) -> Iterator[tuple[Person, World]]:
    """A person at a twin with the example world."""
    with running(seed=SEED, members=VISITS, claims=CLAIMS, as_of=AS_OF, payers=("optum",), staging_ms=(0, 1), **more) as twin:
        hosts = [twin.base_url(name).removeprefix("http://") for name in ("provider_express", "onehealthcare")]
        with started(launch.fresh(folder) / "browser", hosts) as context:
            page = context.new_page()
            page.set_default_timeout(10_000)
            yield Person(twin, page), World.generate(SEED, VISITS, CLAIMS, AS_OF, payers=("optum",))
