"""Somebody who uses the UnitedHealthcare twin with a browser of their own, and knows nothing of the adapter."""

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
ERROR = "span.error-msg[data-cy='data-loginerrorsummary-error']"


class Person:
    """One browser at the portal."""

    def __init__(self, twin: Twin, page: Page) -> None:
        self.twin = twin
        self.page = page
        self.base = twin.base_url("uhc")
        self.identity = twin.base_url("onehealthcare")
        self.user: PortalUser = twin.users[0]

    def there(self, css: str) -> Locator:
        """What can be seen of this, once it can."""
        found = self.page.locator(css).filter(visible=True).first
        found.wait_for(timeout=10_000)
        return found

    def source(self) -> str:
        return unescape(self.page.content())

    # sign-in

    def begin(self, layout: str = "C") -> None:
        """The sign-in's first page in one of its layouts, as somebody who was never here."""
        self.page.context.clear_cookies()
        self.page.goto(f"{self.identity}/oneapp/experiment/{layout}")
        self.page.goto(f"{self.base}/")
        self.there("#username, #userNameId_input")

    def give(self, layout: str = "C", *, password: str = "") -> None:
        """User and password, however the layout asks for them."""
        if layout == "A":
            self.page.get_by_label("Sign in with").select_option("One Healthcare ID")
        self.page.locator("#username").fill(self.user.user_id)
        if layout == "C":
            self.page.locator("#btnLogin").click()
        self.there("#login-pwd").fill(password or self.user.password)
        self.page.locator("#btnLogin").click()

    def by_app(self) -> None:
        """The authenticator's code, and a private device."""
        self.there("button#totp").click()
        self.there("input#totp").fill(self.user.code())
        self.page.locator("input[type=checkbox]").check()
        self.page.locator("#btnVerify").click()

    def sign_in(self, layout: str = "C") -> None:
        self.begin(layout)
        self.give(layout)
        self.by_app()
        self.there("header")

    # the two tools

    def open(self, tool: str) -> None:
        """A tool's form as a page loaded anew brings it."""
        self.page.goto(f"{self.base}/#/{tool}")
        self.page.reload()
        self.there("#submit-search-button" if tool == "eligibility" else "#submit-claim-search-button")

    def library(self, letters: str = "") -> None:
        """The Document Library's form as a page loaded anew brings it."""
        self.page.goto(f"{self.base}/#/documents{letters}")
        self.page.reload()
        self.there("#submit-document-search-button")

    def documents(self, days: tuple[str, str]) -> None:
        """Search the library by TIN from one day until another."""
        for name, day in zip(("from", "to"), days, strict=True):
            self.type_in(f"[name='document.{name}']", day)
        self.page.locator("#submit-document-search-button").click()

    def choose(self, css: str, option: str) -> None:
        self.page.locator(css).click()
        self.page.get_by_role("option", name=option, exact=True).click()

    def type_in(self, css: str, text: str) -> None:
        """Key by key, as a masked field wants it."""
        self.there(css).click()
        self.page.locator(css).press_sequentially(text)

    def verify(self, member_id: str, born: str) -> None:
        self.open("eligibility")
        self.page.locator("#eligibility-memberid-input").fill(member_id)
        self.type_in("#eligibility-dateofbirth-input", born)
        self.page.locator("#submit-search-button").click()

    def verify_name(self, first: str, last: str, born: str) -> None:
        self.open("eligibility")
        self.choose("#select-search-criteria-inputnull", "Member Name & Date of Birth")
        self.page.locator("#firstname-input").fill(first)
        self.page.locator("#lastname-input").fill(last)
        self.type_in("#eligibility-dateofbirth-input", born)
        self.page.locator("#submit-search-button").click()

    def search(self, kind: str, days: tuple[str, str], values: dict[str, str], *, whole_tin: bool = True) -> None:
        """Claims by one of the search types; values by the last part of a field's name."""
        self.open("claims")
        self.choose("[data-testid='claim-search-type-abyss-select-input-input']", kind)
        if whole_tin:
            self.page.locator("[name='search.tinWideSearch'][value=tin]").check()
        for name, value in values.items():
            self.type_in(f"[name='search.claim.{name}']", value)
        self.page.locator("[name='search.dateRange'][value=custom]").check()
        self.type_in("[name='search.dates.firstServiceDate']", days[0])
        self.type_in("[name='search.dates.lastServiceDate']", days[1])
        self.page.locator("#submit-claim-search-button").click()


@contextmanager
def somebody(folder: Path, **more: Any) -> Iterator[tuple[Person, World]]:
    """A person at a twin with the example world."""
    with running(seed=SEED, members=VISITS, claims=CLAIMS, as_of=AS_OF, payers=("uhc",), staging_ms=(0, 1), **more) as twin:
        hosts = [twin.base_url(name).removeprefix("http://") for name in ("uhc", "onehealthcare")]
        with started(launch.fresh(folder) / "browser", hosts) as context:
            page = context.new_page()
            page.set_default_timeout(10_000)
            yield Person(twin, page), World.generate(SEED, VISITS, CLAIMS, AS_OF, payers=("uhc",))
